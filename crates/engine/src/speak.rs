//! Ways to speak: the file channel always, the relay where the safety catch is off.

use crate::error::EngineError;
use crate::probe::Probe;
use channels::FileChannel;
use channels::email::{Dial, Login, Relay, RelayPool, Secret, Security, Timeouts};
use channels::webhook::Endpoint;
use dsl::library::{Channel, Library, Setting, SmtpChannel, WebhookChannel};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

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
    pub(crate) connections: usize,
    /// Whether the relay answers.
    pub(crate) probe: Arc<Probe>,
    /// Other systems by their channel's name.
    pub(crate) hooks: Arc<BTreeMap<String, Endpoint>>,
    /// How long is waited for a relay.
    pub(crate) timeouts: Timeouts,
    secrets: Secrets,
    dial: Option<Dial>,
}

impl Speakers {
    /// Speaks by this catch; what does not leave is written below `folder`, dated in `zone`.
    pub fn new(delivery: Delivery, folder: impl Into<PathBuf>, zone: TimeZone, secrets: Secrets) -> Self {
        let file = Arc::new(FileChannel::new(folder, zone.clone()));
        Self {
            delivery,
            file,
            folders: Arc::default(),
            project: PathBuf::from("."),
            zone,
            relay: None,
            connections: 1,
            probe: Arc::default(),
            hooks: Arc::default(),
            timeouts: Timeouts::default(),
            secrets,
            dial: None,
        }
    }

    /// Reaches the relay by this in place of the network.
    #[must_use]
    pub fn dialing(self, dial: Dial) -> Self {
        Self { dial: Some(dial), ..self }
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
            Channel::Smtp(_) | Channel::Webhook(_) | Channel::ByHand { .. } => None,
        });
        self.folders = Arc::new(folders.collect());
        if self.delivery == Delivery::File {
            return Ok(());
        }
        let mut hooks = BTreeMap::new();
        for (name, channel) in &library.channels {
            if let Channel::Webhook(hook) = channel {
                let fault = |why: String| EngineError::Channel { channel: name.clone(), why };
                hooks.insert(name.clone(), self.endpoint_of(hook).map_err(fault)?);
            }
        }
        self.hooks = Arc::new(hooks);
        let smtp = library.channels.iter().find_map(|(name, channel)| match channel {
            Channel::Smtp(smtp) => Some((name, smtp)),
            Channel::File { .. } | Channel::Webhook(_) | Channel::ByHand { .. } => None,
        });
        let Some((name, smtp)) = smtp else { return Ok(()) };
        let fault = |why: String| EngineError::Channel { channel: name.clone(), why };
        let relay = self.relay_of(smtp).map_err(&fault)?;
        self.connections = relay.connections.get() as usize;
        self.relay = Some(RelayPool::new(relay).map_err(|error| fault(error.to_string()))?);
        Ok(())
    }

    fn endpoint_of(&self, hook: &WebhookChannel) -> Result<Endpoint, String> {
        let value = |setting: &Setting| match setting {
            Setting::Plain(text) => Ok(text.clone()),
            Setting::Secret(name) => {
                (self.secrets)(name).ok_or_else(|| format!("the secret {name} is not set"))
            }
        };
        let headers: Vec<(String, String)> = hook
            .headers
            .iter()
            .map(|(name, setting)| Ok((name.clone(), value(setting)?)))
            .collect::<Result<_, String>>()?;
        let timeout = std::time::Duration::from_secs(u64::from(hook.timeout_seconds));
        Endpoint::new(&value(&hook.url)?, &headers, timeout)
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
