//! Ways to speak: the file channel always, the relay where the safety catch is off.

mod callers;

use crate::deliver::lanes::{Lanes, Pace};
use crate::error::EngineError;
use crate::links::Links;
use crate::probe::Probe;
use crate::signing::Signing;
use channels::dns::{Dns, Names};
use channels::email::sns::{Fetch, Sns};
use channels::email::{Dial, Login, Relay, RelayPool, Secret, Security, Timeouts};
use channels::{FileChannel, Reach};
use dsl::library::{Channel, Library, SmtpChannel};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

pub(crate) use callers::Caller;

/// The safety catch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Every message goes to a folder. The default.
    File,
    /// Only messages to these addresses leave; the others go to the folder. `*@mycompany.cn`.
    Only(Vec<String>),
    /// Every message leaves.
    Live,
}

impl Delivery {
    /// Whether a message to this address may leave.
    pub fn lets_out(&self, address: &str) -> bool {
        match self {
            Self::File => false,
            Self::Only(patterns) => patterns.iter().any(|pattern| matches(pattern, address)),
            Self::Live => true,
        }
    }

    /// Whether everything leaves: a webhook has no address that could be on a list.
    pub fn lets_all_out(&self) -> bool {
        match self {
            Self::File | Self::Only(_) => false,
            Self::Live => true,
        }
    }
}

fn matches(pattern: &str, address: &str) -> bool {
    let (pattern, address) = (pattern.to_lowercase(), address.to_lowercase());
    match pattern.strip_prefix('*') {
        Some(end) => address.ends_with(end),
        None => pattern == address,
    }
}

/// Looks up a secret by name: the environment, or `NAME_FILE`.
pub type Secrets = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// How this engine speaks.
pub struct Speakers {
    pub(crate) delivery: Delivery,
    pub(crate) file: Arc<FileChannel>,
    /// The folders of their own that channels write to, by the channel's name.
    pub(crate) folders: Arc<BTreeMap<String, FileChannel>>,
    project: PathBuf,
    zone: TimeZone,
    pub(crate) relay: Option<RelayPool>,
    /// The hash of what the relay knows us by, host and account: what refused us is this one.
    pub(crate) account: String,
    pub(crate) connections: usize,
    /// Whether the relay answers.
    pub(crate) probe: Arc<Probe>,
    /// Channels by HTTP, by their names.
    callers: RwLock<Arc<BTreeMap<String, Caller>>>,
    /// Which hosts they may speak to.
    pub(crate) reach: Reach,
    /// How fast mails go.
    pub(crate) pace: Pace,
    /// What is remembered of mailbox providers.
    pub(crate) lanes: Arc<Lanes>,
    names: Names,
    /// Asks which provider keeps the mailboxes of a domain; `None`: each domain is one.
    pub(crate) dns: Option<Dns>,
    /// How long is waited for a relay.
    pub(crate) timeouts: Timeouts,
    /// Addresses of ours in messages.
    pub(crate) links: Links,
    secrets: Arc<Secrets>,
    /// Who signs mails, where some leave.
    pub(crate) signing: Option<Arc<Signing>>,
    dial: Option<Dial>,
    /// Gets what lies at an address of others; `None`: through the gate of addresses.
    fetch: Option<Fetch>,
    /// Reads what Amazon tells.
    sns: OnceLock<Sns>,
}

impl Speakers {
    /// Speaks by this catch; what does not leave is written below `folder`, dated in `zone`.
    pub fn new(delivery: Delivery, folder: impl Into<PathBuf>, zone: TimeZone, secrets: Secrets) -> Self {
        let file = Arc::new(FileChannel::new(folder, zone.clone()));
        let secrets = Arc::new(secrets);
        let signing = (delivery != Delivery::File).then(|| Arc::new(Signing::new(Arc::clone(&secrets))));
        Self {
            delivery,
            file,
            folders: Arc::default(),
            project: PathBuf::from("."),
            zone,
            relay: None,
            account: String::new(),
            connections: 1,
            probe: Arc::default(),
            callers: RwLock::default(),
            reach: Reach::default(),
            pace: Pace::default(),
            lanes: Arc::default(),
            names: Names::Off,
            dns: None,
            timeouts: Timeouts::default(),
            links: Links::default(),
            secrets,
            signing,
            dial: None,
            fetch: None,
            sns: OnceLock::new(),
        }
    }

    /// Gets what lies at addresses of others by this in place of the network.
    #[must_use]
    pub fn fetching(self, fetch: Fetch) -> Self {
        Self { fetch: Some(fetch), ..self }
    }

    /// Who reads what Amazon tells.
    pub(crate) fn sns(&self) -> &Sns {
        self.sns.get_or_init(|| {
            let reach = self.reach.clone();
            let through_the_gate: Fetch = Arc::new(move |url| {
                let reach = reach.clone();
                Box::pin(async move { channels::get(&reach, &url).await })
            });
            Sns::new(self.fetch.clone().unwrap_or(through_the_gate))
        })
    }

    /// A secret by its name.
    pub(crate) fn secret(&self, name: &str) -> Option<String> {
        (self.secrets)(name)
    }

    /// Reaches the relay by this in place of the network.
    #[must_use]
    pub fn dialing(self, dial: Dial) -> Self {
        Self { dial: Some(dial), ..self }
    }

    /// Where this server is reached from outside, for the links in messages; `None`: it is not.
    #[must_use]
    pub fn reached_at(self, public_url: Option<&str>) -> Self {
        Self { links: Links::at(public_url), ..self }
    }

    /// Speaks to these hosts by HTTP. Default: to public ones.
    #[must_use]
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// Asks DNS which provider keeps the mailboxes of a domain, where a rate depends on it. Default: nobody is asked,
    /// and each domain is taken for one.
    #[must_use]
    pub fn asking(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The project's folder, below which channels have folders of their own. Default: the current one.
    #[must_use]
    pub fn of_project(mut self, project: impl Into<PathBuf>) -> Self {
        self.project = project.into();
        self
    }

    /// Knows the folders of channels, and opens the relay that the project declares, where the catch may let messages out.
    pub(crate) fn declare(&mut self, library: &Library) -> Result<(), EngineError> {
        let folders = library.channels.iter().filter_map(|(name, channel)| match channel {
            Channel::File { folder } => {
                let file = FileChannel::new(self.project.join(folder), self.zone.clone());
                Some((name.clone(), file))
            }
            Channel::Smtp(_)
            | Channel::Webhook(_)
            | Channel::HttpJson(_)
            | Channel::Robot(_)
            | Channel::ByHand { .. } => None,
        });
        self.folders = Arc::new(folders.collect());
        if self.delivery == Delivery::File {
            return Ok(());
        }
        self.learn(library).into_iter().next().map_or(Ok(()), Err)?;
        let smtp = library.channels.iter().find_map(|(name, channel)| match channel {
            Channel::Smtp(smtp) => Some((name, smtp)),
            Channel::File { .. }
            | Channel::Webhook(_)
            | Channel::HttpJson(_)
            | Channel::Robot(_)
            | Channel::ByHand { .. } => None,
        });
        let Some((name, smtp)) = smtp else { return Ok(()) };
        let fault = |why: String| EngineError::Channel { channel: name.clone(), why };
        self.pace = Pace {
            channel: name.clone(),
            all: smtp.rate,
            providers: smtp.providers.clone(),
            other: smtp.other,
        };
        if !self.pace.is_free() {
            self.dns = self.names.open().map_err(&fault)?;
        }
        let relay = self.relay_of(smtp).map_err(&fault)?;
        self.connections = relay.connections.get() as usize;
        let user = relay.login.as_ref().map_or("", |login| login.user.as_str());
        let password = relay.login.as_ref().map_or("", |login| login.password.reveal());
        self.account = callers::hashed(&format!("{}:{}\n{user}\n{password}", relay.host, relay.port));
        self.relay = Some(RelayPool::new(relay).map_err(|error| fault(error.to_string()))?);
        Ok(())
    }

    /// Knows the channels by HTTP of what is live now. Returns what is wrong with some: nothing goes by them.
    pub(crate) fn learn(&self, library: &Library) -> Vec<EngineError> {
        let mut wrong = Vec::new();
        let mut callers = BTreeMap::new();
        if self.delivery != Delivery::File {
            for (name, channel) in &library.channels {
                match callers::of(channel, &self.reach, &self.secrets) {
                    Ok(caller) => callers.extend(caller.map(|caller| (name.clone(), caller))),
                    Err(why) => wrong.push(EngineError::Channel { channel: name.clone(), why }),
                }
            }
        }
        *self.callers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(callers);
        wrong
    }

    /// Channels by HTTP, by their names.
    pub(crate) fn callers(&self) -> Arc<BTreeMap<String, Caller>> {
        Arc::clone(&self.callers.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn relay_of(&self, smtp: &SmtpChannel) -> Result<Relay, String> {
        let security = match smtp.tls.as_str() {
            "none" => Security::Plain,
            "starttls" => Security::StartTls,
            _ => Security::Implicit,
        };
        let secret = |name: &str| (self.secrets)(name).ok_or_else(|| format!("the secret {name} is not set"));
        let login = match (&smtp.user, &smtp.password) {
            (Some(user), Some(password)) => {
                Some(Login { user: secret(user)?, password: Secret::new(secret(password)?) })
            }
            _ => None,
        };
        let mut relay = Relay::new(&smtp.host, smtp.port, security);
        relay.login = login;
        relay.dial.clone_from(&self.dial);
        relay.timeouts = self.timeouts;
        if let Some(connections) = NonZeroU32::new(smtp.connections) {
            relay.connections = connections;
        }
        Ok(relay)
    }
}
