//! The list of settings: name, variable, unit and default of each. `config show` and the reference are made
//! from it.

/// Names a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `database`
    Database,
    /// `workflows`
    Workflows,
    /// `zone`
    Zone,
    /// `language`
    Language,
    /// `publish`
    Publish,
    /// `listen`
    Listen,
    /// `public_url`
    PublicUrl,
    /// `delivery`
    Delivery,
    /// `delivery_to`
    DeliveryTo,
    /// `allow_private_hosts`
    AllowPrivateHosts,
    /// `dns`
    Dns,
    /// `outbox`
    Outbox,
    /// `bounces`
    Bounces,
    /// `lease`
    Lease,
    /// `migrate`
    Migrate,
    /// `messages_per_hour`
    MessagesPerHour,
    /// `errors_per_hour`
    ErrorsPerHour,
    /// `requests_per_second`
    RequestsPerSecond,
    /// `keep_traces`
    KeepTraces,
    /// `keep_walks`
    KeepWalks,
    /// `keep_events`
    KeepEvents,
}

/// What is to be known of a setting.
pub struct Described {
    /// Which.
    pub key: Key,
    /// Its name in `nurture.toml`.
    pub name: &'static str,
    /// Its variable in the environment.
    pub environment: &'static str,
    /// The catalogue's key of what it is, with its unit.
    pub what: &'static str,
    /// Its default; empty: none.
    pub default: &'static str,
    /// Whether it takes a list of texts instead of one.
    pub is_list: bool,
}

const fn described(
    key: Key,
    name: &'static str,
    environment: &'static str,
    what: &'static str,
    default: &'static str,
) -> Described {
    Described {
        key,
        name,
        environment,
        what,
        default,
        is_list: matches!(key, Key::DeliveryTo | Key::AllowPrivateHosts),
    }
}

/// Every setting, in the order of the reference.
pub const SETTINGS: [Described; 21] = [
    described(Key::Database, "database", "NURTURE_DATABASE_URL", "setting-database", "sqlite://nurture.db"),
    described(Key::Workflows, "workflows", "NURTURE_WORKFLOWS", "setting-workflows", "workflows"),
    described(Key::Zone, "zone", "NURTURE_ZONE", "setting-zone", "UTC"),
    described(Key::Language, "language", "NURTURE_LANG", "setting-language", "en"),
    described(Key::Publish, "publish", "NURTURE_PUBLISH", "setting-publish", "new"),
    described(Key::Listen, "listen", "NURTURE_LISTEN", "setting-listen", "127.0.0.1:8080"),
    described(Key::PublicUrl, "public_url", "NURTURE_PUBLIC_URL", "setting-public_url", ""),
    described(Key::Delivery, "delivery", "NURTURE_DELIVERY", "setting-delivery", "file"),
    described(Key::DeliveryTo, "delivery_to", "NURTURE_DELIVERY_TO", "setting-delivery_to", ""),
    described(
        Key::AllowPrivateHosts,
        "allow_private_hosts",
        "NURTURE_ALLOW_PRIVATE_HOSTS",
        "setting-allow_private_hosts",
        "",
    ),
    described(Key::Dns, "dns", "NURTURE_DNS", "setting-dns", "system"),
    described(Key::Outbox, "outbox", "NURTURE_OUTBOX", "setting-outbox", "outbox"),
    described(Key::Bounces, "bounces", "NURTURE_BOUNCES", "setting-bounces", ""),
    described(Key::Lease, "lease", "NURTURE_LEASE", "setting-lease", "20 seconds"),
    described(Key::Migrate, "migrate", "NURTURE_MIGRATE", "setting-migrate", "start"),
    described(
        Key::MessagesPerHour,
        "messages_per_hour",
        "NURTURE_MESSAGES_PER_HOUR",
        "setting-messages_per_hour",
        "200000",
    ),
    described(
        Key::ErrorsPerHour,
        "errors_per_hour",
        "NURTURE_ERRORS_PER_HOUR",
        "setting-errors_per_hour",
        "20",
    ),
    described(
        Key::RequestsPerSecond,
        "requests_per_second",
        "NURTURE_REQUESTS_PER_SECOND",
        "setting-requests_per_second",
        "50",
    ),
    described(Key::KeepTraces, "keep_traces", "NURTURE_KEEP_TRACES", "setting-keep_traces", "forever"),
    described(Key::KeepWalks, "keep_walks", "NURTURE_KEEP_WALKS", "setting-keep_walks", "forever"),
    described(Key::KeepEvents, "keep_events", "NURTURE_KEEP_EVENTS", "setting-keep_events", "forever"),
];

impl Key {
    /// Its row in the list.
    pub fn described(self) -> &'static Described {
        let [
            database,
            workflows,
            zone,
            language,
            publish,
            listen,
            public_url,
            delivery,
            delivery_to,
            allow_private_hosts,
            dns,
            outbox,
            bounces,
            lease,
            migrate,
            messages_per_hour,
            errors_per_hour,
            requests_per_second,
            keep_traces,
            keep_walks,
            keep_events,
        ] = &SETTINGS;
        match self {
            Self::Database => database,
            Self::Workflows => workflows,
            Self::Zone => zone,
            Self::Language => language,
            Self::Publish => publish,
            Self::Listen => listen,
            Self::PublicUrl => public_url,
            Self::Delivery => delivery,
            Self::DeliveryTo => delivery_to,
            Self::AllowPrivateHosts => allow_private_hosts,
            Self::Dns => dns,
            Self::Outbox => outbox,
            Self::Bounces => bounces,
            Self::Lease => lease,
            Self::Migrate => migrate,
            Self::MessagesPerHour => messages_per_hour,
            Self::ErrorsPerHour => errors_per_hour,
            Self::RequestsPerSecond => requests_per_second,
            Self::KeepTraces => keep_traces,
            Self::KeepWalks => keep_walks,
            Self::KeepEvents => keep_events,
        }
    }

    /// Its name in `nurture.toml`.
    pub fn name(self) -> &'static str {
        self.described().name
    }
}
