//! The settings of a project: from flags, the environment, `nurture.toml`, and defaults, in this order.

mod file;
mod settings;
mod show;

use crate::exit::{Exit, Failure};
use channels::dns::Names;
use file::Written;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::words::{Language, say};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use settings::{Key, SETTINGS};
pub use show::{human, json};

/// The file's name, beside the workflows.
pub const FILE: &str = "nurture.toml";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// `nurture.toml`, at this line.
    File(usize),
    /// This variable of the environment.
    Environment(&'static str),
    /// This flag of the command line.
    Flag(&'static str),
}

/// A value, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who said it.
    pub origin: Origin,
}

/// `publish`: what `nurture run` does with files that differ from what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publish {
    /// Files that were never published are published. The default.
    New,
    /// Changed files as well.
    All,
    /// Nothing.
    Never,
}

/// `migrate`: when the database is brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// By whatever verb opens it first. The default.
    Start,
    /// By `nurture migrate` alone; until then an older database is refused.
    Explicit,
}

/// `delivery`: the safety catch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Every message goes to a folder. The default.
    File,
    /// Only to addresses that fit one of these patterns (`*@mycompany.cn`); the others go to the folder.
    Only(Vec<String>),
    /// To everybody.
    Live,
}

/// All settings of a project, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The project's folder.
    pub project: PathBuf,
    /// Its `nurture.toml`; `None`: there is none, and the defaults hold.
    pub file: Option<PathBuf>,
    /// The database's URL as written.
    pub database: Setting<String>,
    /// The folder of the workflows below the project's.
    pub workflows: Setting<String>,
    /// The project's zone.
    pub zone: Setting<TimeZone>,
    /// The language of words.
    pub language: Setting<Language>,
    /// The language tag that templates fall back to: the file's `language`, else as `LANG` says. A flag for
    /// one command does not change what customers get.
    pub project_language: String,
    /// What `run` publishes.
    pub publish: Setting<Publish>,
    /// Where the console listens.
    pub listen: Setting<SocketAddr>,
    /// The address of the console in links; `None`: `http://` and `listen`.
    pub public_url: Setting<Option<String>>,
    /// Who gets messages.
    pub delivery: Setting<Delivery>,
    /// Which hosts of our own network may be spoken to by HTTP.
    pub reach: channels::Reach,
    /// Who is asked for the providers of mailboxes.
    pub names: Setting<Names>,
    /// Where caught messages lie.
    pub outbox: Setting<String>,
    /// Where a mail server puts mails that came back; empty: nowhere.
    pub bounces: Setting<String>,
    /// How long what a process holds stays its own after its last sign of life.
    pub lease: Setting<SignedDuration>,
    /// When the database is brought up to date.
    pub migrate: Setting<Migrate>,
    /// When a workflow pauses itself.
    pub limits: engine::Limits,
    /// Requests of one key, or of one user, to the API, a second; `None`: no limit.
    pub requests_per_second: Option<u64>,
    /// How long what is over is kept.
    pub keep: engine::Keep,
    shown: BTreeMap<Key, (String, Origin)>,
}

/// What the command line and the environment say.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--project`, or where the search begins.
    pub project: Option<PathBuf>,
    /// `--database`.
    pub database: Option<String>,
    /// `--lang`.
    pub lang: Option<Language>,
    /// The environment: `NURTURE_…` and `LANG`.
    pub environment: BTreeMap<String, String>,
}

impl Given {
    /// What the command line and the real environment say.
    pub fn of(global: &crate::args::Global) -> Self {
        Self {
            project: global.project.clone(),
            database: global.database.clone(),
            lang: global.lang,
            environment: Self::environment(),
        }
    }

    /// The part of the real environment that matters here.
    pub fn environment() -> BTreeMap<String, String> {
        let matters = |name: &str| name == "LANG" || name.starts_with("NURTURE_");
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| matters(name) && !value.is_empty())
            .collect()
    }

    /// The language of words before any file is read: for what goes wrong until then.
    pub fn language(&self) -> Language {
        let tag = |name: &str| self.environment.get(name).map(String::as_str);
        self.lang.or_else(|| tag("NURTURE_LANG")?.parse().ok()).unwrap_or_else(|| locale(tag("LANG")))
    }
}

fn locale(lang: Option<&str>) -> Language {
    Language::from_tag(lang.unwrap_or(""))
}

/// `20 seconds`, from 1 to 300.
fn seconds(text: &str) -> Option<SignedDuration> {
    let number = text.strip_suffix("seconds").or_else(|| text.strip_suffix("second"))?;
    let seconds: i64 = number.trim().parse().ok()?;
    (1..=300).contains(&seconds).then(|| SignedDuration::from_secs(seconds))
}

impl Config {
    /// Reads the settings of the project that stands at `given.project`, else around `here`.
    /// Errors (exit 3): the folder or the file cannot be read, a key is unknown, a value cannot be used; all
    /// mistakes at once.
    pub fn read(given: &Given, here: &Path) -> Result<Self, Failure> {
        let language = given.language();
        let project = match &given.project {
            Some(dir) if dir.is_dir() => dir.clone(),
            Some(dir) => {
                let dir = dir.display().to_string();
                return Err(Failure::say(Exit::Configuration, language, "cli-no-folder", &[("path", &dir)]));
            }
            None => nearest(here).unwrap_or_else(|| here.to_path_buf()),
        };
        let path = project.join(FILE);
        let (file, text) = match std::fs::read_to_string(&path) {
            Ok(text) => (Some(path), text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (None, String::new()),
            Err(error) => {
                let (path, why) = (path.display().to_string(), error.to_string());
                let values = [("path", path.as_str()), ("why", why.as_str())];
                return Err(Failure::say(Exit::Configuration, language, "cli-unreadable", &values));
            }
        };
        let mut mistakes = Vec::new();
        let written = file::read(&text, &mut mistakes);
        let config = Self::resolve(given, project, file, &written, &mut mistakes);
        let language = config.as_ref().map_or(language, |config| config.language.value);
        match config {
            Some(config) if mistakes.is_empty() => Ok(config),
            Some(_) | None => {
                let said: Vec<String> = mistakes.iter().map(|mistake| mistake.say(language)).collect();
                Err(Failure::new(Exit::Configuration, said.join("\n")))
            }
        }
    }

    fn resolve(
        given: &Given,
        project: PathBuf,
        file: Option<PathBuf>,
        written: &BTreeMap<Key, Written>,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Self> {
        let mut shown = BTreeMap::new();
        let mut find = |key: Key| -> (Vec<String>, Origin) {
            let found = layered(given, written, key);
            shown.insert(key, (found.0.join(", "), found.1.clone()));
            found
        };
        let mut one = |key: Key| {
            let (values, origin) = find(key);
            (values.into_iter().next().unwrap_or_default(), origin)
        };
        let database = one(Key::Database);
        let workflows = one(Key::Workflows);
        let zone = one(Key::Zone);
        let language = one(Key::Language);
        let publish = one(Key::Publish);
        let listen = one(Key::Listen);
        let public_url = one(Key::PublicUrl);
        let delivery = one(Key::Delivery);
        let dns = one(Key::Dns);
        let outbox = one(Key::Outbox);
        let bounces = one(Key::Bounces);
        let lease = one(Key::Lease);
        let migrate = one(Key::Migrate);
        let counts = [Key::MessagesPerHour, Key::ErrorsPerHour, Key::RequestsPerSecond];
        let counts = counts.map(|key| (key, one(key)));
        let keeps = [Key::KeepTraces, Key::KeepWalks, Key::KeepEvents].map(|key| (key, one(key)));
        let (delivery_to, to_origin) = find(Key::DeliveryTo);
        let (hosts, hosts_origin) = find(Key::AllowPrivateHosts);

        let mut bad = |key: Key, (value, origin): (String, Origin), takes: &'static str| {
            mistakes.push(Mistake::Value { key, value, origin, takes });
        };
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.0.starts_with(scheme)) {
            bad(Key::Database, database.clone(), "config-takes-database");
        }
        if workflows.0.trim().is_empty() {
            bad(Key::Workflows, workflows.clone(), "config-takes-folder");
        }
        if outbox.0.trim().is_empty() {
            bad(Key::Outbox, outbox.clone(), "config-takes-folder");
        }
        let known_zone = model::zone::zone(&zone.0);
        if known_zone.is_none() {
            bad(Key::Zone, zone.clone(), "config-takes-zone");
        }
        let known_language: Option<Language> = language.0.parse().ok();
        if known_language.is_none() {
            bad(Key::Language, language.clone(), "config-takes-language");
        }
        let known_publish = match publish.0.as_str() {
            "new" => Some(Publish::New),
            "all" => Some(Publish::All),
            "never" => Some(Publish::Never),
            _ => None,
        };
        if known_publish.is_none() {
            bad(Key::Publish, publish.clone(), "config-takes-publish");
        }
        let known_listen: Option<SocketAddr> = listen.0.parse().ok();
        if known_listen.is_none() {
            bad(Key::Listen, listen.clone(), "config-takes-listen");
        }
        let is_url = |url: &str| url.is_empty() || url.starts_with("http://") || url.starts_with("https://");
        if !is_url(&public_url.0) {
            bad(Key::PublicUrl, public_url.clone(), "config-takes-url");
        }
        if let Some(pattern) = delivery_to.iter().find(|pattern| !pattern.contains('@')) {
            bad(Key::DeliveryTo, (pattern.clone(), to_origin.clone()), "config-takes-patterns");
        }
        let reach = channels::Reach::allowing(hosts.iter().map(String::as_str));
        if let Err(wrong) = &reach {
            bad(Key::AllowPrivateHosts, (wrong.clone(), hosts_origin), "config-takes-hosts");
        }
        let known_dns = match dns.0.as_str() {
            "system" => Some(Names::System),
            "off" => Some(Names::Off),
            server => server.parse().ok().map(Names::Server),
        };
        if known_dns.is_none() {
            bad(Key::Dns, dns.clone(), "config-takes-dns");
        }
        let known_lease = seconds(&lease.0);
        if known_lease.is_none() {
            bad(Key::Lease, lease.clone(), "config-takes-lease");
        }
        let known_delivery = match delivery.0.as_str() {
            "file" => Some(Delivery::File),
            "live" => Some(Delivery::Live),
            "only" if delivery_to.is_empty() => {
                bad(Key::DeliveryTo, (String::new(), to_origin), "config-takes-some-patterns");
                None
            }
            "only" => Some(Delivery::Only(delivery_to)),
            _ => {
                bad(Key::Delivery, delivery.clone(), "config-takes-delivery");
                None
            }
        };
        let known_migrate = match migrate.0.as_str() {
            "start" => Some(Migrate::Start),
            "explicit" => Some(Migrate::Explicit),
            _ => {
                bad(Key::Migrate, migrate.clone(), "config-takes-migrate");
                None
            }
        };
        let [messages, errors, requests] = counts.map(|(key, found)| {
            let count = count(&found.0);
            if count.is_none() {
                bad(key, found, "config-takes-count");
            }
            count
        });
        let [traces, walks, events] = keeps.map(|(key, found)| {
            let length = length(&found.0);
            if length.is_none() {
                bad(key, found, "config-takes-keep");
            }
            length
        });
        let project_language = match written.get(&Key::Language).and_then(|written| written.values.first()) {
            Some(tag) => tag.clone(),
            None => locale(given.environment.get("LANG").map(String::as_str)).tag().to_owned(),
        };
        Some(Self {
            project,
            file,
            database: setting(database),
            workflows: setting(workflows),
            zone: Setting { value: known_zone?, origin: zone.1 },
            language: Setting { value: known_language?, origin: language.1 },
            project_language,
            publish: Setting { value: known_publish?, origin: publish.1 },
            listen: Setting { value: known_listen?, origin: listen.1 },
            public_url: Setting {
                value: Some(public_url.0).filter(|url| !url.is_empty()),
                origin: public_url.1,
            },
            delivery: Setting { value: known_delivery?, origin: delivery.1 },
            reach: reach.ok()?,
            names: Setting { value: known_dns?, origin: dns.1 },
            outbox: setting(outbox),
            bounces: setting(bounces),
            lease: Setting { value: known_lease?, origin: lease.1 },
            migrate: Setting { value: known_migrate?, origin: migrate.1 },
            limits: engine::Limits { messages_per_hour: messages?, errors_per_hour: errors? },
            requests_per_second: requests?,
            keep: engine::Keep { traces: traces?, walks: walks?, events: events? },
            shown,
        })
    }

    /// The database's URL with the path of a SQLite file made absolute: below the project's folder.
    pub fn database_url(&self) -> String {
        self.absolute(self.database.value.as_str())
    }

    /// The same of any database.
    pub fn absolute(&self, url: &str) -> String {
        let Some(path) = url.strip_prefix("sqlite:") else { return url.to_owned() };
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || Path::new(path).is_absolute() {
            return url.to_owned();
        }
        let project = std::path::absolute(&self.project).unwrap_or_else(|_| self.project.clone());
        format!("sqlite://{}", project.join(path).display())
    }

    /// The folder of caught messages: below the project's folder unless it is absolute.
    pub fn outbox_folder(&self) -> PathBuf {
        self.project.join(&self.outbox.value)
    }

    /// The folder of mails that came back; `None`: there is none.
    pub fn bounces_folder(&self) -> Option<PathBuf> {
        Some(self.project.join(&self.bounces.value)).filter(|_| !self.bounces.value.trim().is_empty())
    }

    /// What the language needs to know of the settings.
    pub fn settings(&self) -> dsl::project::Settings {
        dsl::project::Settings {
            zone: model::zone::name(&self.zone.value).to_owned(),
            language: self.project_language.clone(),
        }
    }
}

/// A count of at least 1; `off`: no limit.
fn count(text: &str) -> Option<Option<u64>> {
    if text == "off" {
        return Some(None);
    }
    text.parse().ok().filter(|count| *count > 0).map(Some)
}

/// How long something is kept, at least thirty days; `forever`: it always is.
fn length(text: &str) -> Option<Option<jiff::SignedDuration>> {
    if text == "forever" {
        return Some(None);
    }
    let length: model::Length = text.parse().ok()?;
    let length = jiff::SignedDuration::from_millis(length.approximate_ms());
    Some(Some(length)).filter(|_| length >= jiff::SignedDuration::from_hours(30 * 24))
}

fn setting((value, origin): (String, Origin)) -> Setting<String> {
    Setting { value, origin }
}

/// The nearest folder with a `nurture.toml`, from `here` upwards.
pub fn nearest(here: &Path) -> Option<PathBuf> {
    let here = std::path::absolute(here).ok()?;
    here.ancestors().find(|dir| dir.join(FILE).is_file()).map(Path::to_path_buf)
}

/// The value of the strongest layer that says something.
fn layered(given: &Given, written: &BTreeMap<Key, Written>, key: Key) -> (Vec<String>, Origin) {
    let flags = [
        (Key::Database, "--database", given.database.clone()),
        (Key::Language, "--lang", given.lang.map(|language| language.tag().to_owned())),
    ];
    let flag = flags.into_iter().find(|(of, _, _)| *of == key);
    if let Some((_, flag, Some(value))) = flag {
        return (vec![value], Origin::Flag(flag));
    }
    let described = key.described();
    if let Some(value) = given.environment.get(described.environment) {
        let values = if described.is_list { list(value) } else { vec![value.clone()] };
        return (values, Origin::Environment(described.environment));
    }
    if let Some(written) = written.get(&key) {
        return (written.values.clone(), Origin::File(written.line));
    }
    if key == Key::Language
        && let Some(lang) = given.environment.get("LANG")
        && locale(Some(lang)) == Language::Zh
    {
        return (vec![Language::Zh.tag().to_owned()], Origin::Environment("LANG"));
    }
    let default = if described.default.is_empty() { Vec::new() } else { vec![described.default.to_owned()] };
    (default, Origin::Default)
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The file is no TOML.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What the reader of TOML says.
        why: String,
    },
    /// No setting has this name.
    Unknown {
        /// The line, from 1.
        line: usize,
        /// The name.
        name: String,
        /// The name that is probably meant.
        meant: Option<&'static str>,
    },
    /// A number where a text is needed, and so on.
    Shape {
        /// The line, from 1.
        line: usize,
        /// Of which setting.
        key: Key,
    },
    /// A value that cannot be used.
    Value {
        /// Of which setting.
        key: Key,
        /// The value.
        value: String,
        /// Where it stands.
        origin: Origin,
        /// The catalogue's key of what it takes.
        takes: &'static str,
    },
}

impl Mistake {
    fn say(&self, language: Language) -> String {
        let at = |line: &usize| format!("{FILE}:{line}");
        match self {
            Self::Syntax { line, why } => {
                say(language, "config-syntax", &[("place", &at(line)), ("why", why)])
            }
            Self::Unknown { line, name, meant } => {
                let text = say(language, "config-unknown", &[("place", &at(line)), ("name", name)]);
                match meant {
                    Some(meant) => {
                        let question = say(language, "did-you-mean", &[("suggestion", meant)]);
                        say(language, "cli-question", &[("text", &text), ("question", &question)])
                    }
                    None => {
                        let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
                        let known = say(language, "config-known", &[("known", &known.join(", "))]);
                        say(language, "cli-question", &[("text", &text), ("question", &known)])
                    }
                }
            }
            Self::Shape { line, key } => {
                let shape = if key.described().is_list { "config-takes-list" } else { "config-takes-text" };
                let takes = say(language, shape, &[]);
                say(
                    language,
                    "config-shape",
                    &[("place", &at(line)), ("name", key.name()), ("takes", &takes)],
                )
            }
            Self::Value { key, value, origin, takes } => {
                let place = match origin {
                    Origin::Default => key.name().to_owned(),
                    Origin::File(line) => at(line),
                    Origin::Environment(name) | Origin::Flag(name) => (*name).to_owned(),
                };
                let takes = say(language, takes, &[]);
                let values =
                    [("place", place.as_str()), ("name", key.name()), ("value", value), ("takes", &takes)];
                say(language, "config-value", &values)
            }
        }
    }
}

#[cfg(test)]
mod tests;
