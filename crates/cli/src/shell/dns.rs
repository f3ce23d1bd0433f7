//! What DNS says of the senders' domains: asked of the system's name servers, or read off a file.

use super::open::secret;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use channels::dns::{Dns, Names};
use channels::email::Signer;
use channels::email::provider::domain_of;
use dsl::library::Sender;
use model::words::say;
use std::collections::BTreeMap;
use std::path::Path;

/// Where records come from.
pub enum Records {
    /// The system's name servers.
    System(Box<Dns>),
    /// A file: texts and mail hosts by name.
    File {
        /// TXT.
        texts: BTreeMap<String, Vec<String>>,
        /// MX.
        hosts: BTreeMap<String, Vec<String>>,
    },
}

/// What was found for one sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The sender's name.
    pub sender: String,
    /// The domain of its address.
    pub domain: String,
    /// Where bounces go: the domain that SPF is asked of.
    pub path: String,
    /// SPF records there, or why they are not known.
    pub spf: Result<Vec<String>, String>,
    /// The domain that DMARC was found at, and its records; or why they are not known.
    pub dmarc: Result<(String, Vec<String>), String>,
    /// Whether mail hosts stand behind the domain for bounces; `None`: it has none of its own.
    pub takes_bounces: Option<Result<bool, String>>,
    /// Its signature; `None`: it has none.
    pub key: Option<Key>,
}

/// A sender's key, here and there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The secret of this name is not set.
    Unset(String),
    /// What the secret holds signs no mails: its name and why.
    Wrong(String),
    /// DNS did not answer.
    Unknown {
        /// The record's name.
        name: String,
        /// The cause.
        why: String,
    },
    /// DNS has nothing under the name.
    Unpublished {
        /// The record's name.
        name: String,
        /// What must stand there.
        record: String,
    },
    /// DNS has another key.
    Other {
        /// The record's name.
        name: String,
        /// What must stand there.
        record: String,
    },
    /// Both are one pair.
    Pair {
        /// The record's name.
        name: String,
    },
}

impl Records {
    /// Of a file in the form of a zone, a record a line: `s1._domainkey.example.cn TXT "v=DKIM1; …"`,
    /// `bounce.example.cn MX 10 mx.example.cn`; else of the system's name servers. Errors (3).
    pub fn of(file: Option<&Path>, config: &Config) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::new(Exit::Configuration, why);
        let Some(file) = file else {
            // Who asks for DNS has it asked, whatever the mails do.
            let names = if config.names.value == Names::Off { Names::System } else { config.names.value };
            return match names.open().map_err(wrong)? {
                Some(dns) => Ok(Self::System(Box::new(dns))),
                None => Ok(Self::File { texts: BTreeMap::new(), hosts: BTreeMap::new() }),
            };
        };
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("{shown}: {error}")))?;
        let (mut texts, mut hosts) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with([';', '#', '$']) {
                continue;
            }
            let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let words = rest.split_whitespace().skip_while(|word| {
                word.eq_ignore_ascii_case("in") || word.bytes().all(|byte| byte.is_ascii_digit())
            });
            let words: Vec<&str> = words.collect();
            let name = absolute(name);
            match words.split_first() {
                Some((kind, _)) if kind.eq_ignore_ascii_case("txt") => {
                    let value = rest
                        .get(rest.to_ascii_lowercase().find("txt").unwrap_or(0) + 3..)
                        .unwrap_or_default();
                    texts.entry(name).or_default().push(unquoted(value));
                }
                Some((kind, rest)) if kind.eq_ignore_ascii_case("mx") => {
                    hosts.entry(name).or_default().extend(rest.last().map(|host| absolute(host)));
                }
                _ => {
                    let values = [("file", shown.as_str()), ("line", &(at + 1).to_string())];
                    return Err(wrong(say(config.language.value, "cli-dns-line", &values)));
                }
            }
        }
        Ok(Self::File { texts, hosts })
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self {
            Self::System(dns) => dns.texts(name).await,
            Self::File { texts, .. } => Ok(texts.get(&absolute(name)).cloned().unwrap_or_default()),
        }
    }

    async fn takes_mail(&self, name: &str) -> Result<bool, String> {
        match self {
            Self::System(dns) => dns.mail_host(name).await.map(|host| host.is_some()),
            Self::File { hosts, .. } => Ok(hosts.contains_key(&absolute(name))),
        }
    }

    /// Looks up what mailbox providers look up of a sender.
    pub async fn identity(&self, sender: &Sender) -> Identity {
        let domain = domain_of(&sender.address);
        let path = sender.bounce_domain.clone().unwrap_or_else(|| domain.clone());
        let spf = self.texts(&path).await.map(|texts| begins(texts, "v=spf1"));
        let takes_bounces = match &sender.bounce_domain {
            Some(domain) => Some(self.takes_mail(domain).await),
            None => None,
        };
        Identity {
            sender: sender.id.clone(),
            spf,
            dmarc: self.dmarc(&domain).await,
            takes_bounces,
            key: self.key(sender).await,
            domain,
            path,
        }
    }

    /// At the domain, else at each one above it but the last.
    async fn dmarc(&self, domain: &str) -> Result<(String, Vec<String>), String> {
        let mut asked = domain;
        loop {
            let found = begins(self.texts(&format!("_dmarc.{asked}")).await?, "v=dmarc1");
            match asked.split_once('.') {
                _ if !found.is_empty() => return Ok((asked.to_owned(), found)),
                Some((_, above)) if above.contains('.') => asked = above,
                _ => return Ok((domain.to_owned(), Vec::new())),
            }
        }
    }

    async fn key(&self, sender: &Sender) -> Option<Key> {
        let dkim = sender.dkim.as_ref()?;
        let Some(pem) = secret(&dkim.key) else { return Some(Key::Unset(dkim.key.clone())) };
        let signer = match Signer::new(&dkim.domain, &dkim.selector, &pem) {
            Ok(signer) => signer,
            Err(error) => return Some(Key::Wrong(format!("{}: {error}", dkim.key))),
        };
        let (name, record) = (signer.record_name(), signer.record());
        Some(match self.texts(&name).await {
            Err(why) => Key::Unknown { name, why },
            Ok(texts) if texts.is_empty() => Key::Unpublished { name, record },
            Ok(texts) if texts.iter().any(|text| signer.is_in(text)) => Key::Pair { name },
            Ok(_) => Key::Other { name, record },
        })
    }
}

/// The texts of one kind, by the version that they begin with, in lower case.
fn begins(texts: Vec<String>, version: &str) -> Vec<String> {
    texts.into_iter().filter(|text| text.to_ascii_lowercase().starts_with(version)).collect()
}

fn absolute(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// A text as a zone writes it: in pieces between quotes, which belong together; without quotes as it stands.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    match text.contains('"') {
        true => text.split('"').skip(1).step_by(2).collect(),
        false => text.to_owned(),
    }
}
