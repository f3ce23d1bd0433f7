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
    /// `outbox`
    Outbox,
    /// `lease`
    Lease,
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
}

const fn described(
    key: Key,
    name: &'static str,
    environment: &'static str,
    what: &'static str,
    default: &'static str,
) -> Described {
    Described { key, name, environment, what, default }
}

/// Every setting, in the order of the reference.
pub const SETTINGS: [Described; 11] = [
    described(Key::Database, "database", "NURTURE_DATABASE_URL", "setting-database", "sqlite://nurture.db"),
    described(Key::Workflows, "workflows", "NURTURE_WORKFLOWS", "setting-workflows", "workflows"),
    described(Key::Zone, "zone", "NURTURE_ZONE", "setting-zone", "UTC"),
    described(Key::Language, "language", "NURTURE_LANG", "setting-language", "en"),
    described(Key::Publish, "publish", "NURTURE_PUBLISH", "setting-publish", "new"),
    described(Key::Listen, "listen", "NURTURE_LISTEN", "setting-listen", "127.0.0.1:8080"),
    described(Key::PublicUrl, "public_url", "NURTURE_PUBLIC_URL", "setting-public_url", ""),
    described(Key::Delivery, "delivery", "NURTURE_DELIVERY", "setting-delivery", "file"),
    described(Key::DeliveryTo, "delivery_to", "NURTURE_DELIVERY_TO", "setting-delivery_to", ""),
    described(Key::Outbox, "outbox", "NURTURE_OUTBOX", "setting-outbox", "outbox"),
    described(Key::Lease, "lease", "NURTURE_LEASE", "setting-lease", "20 seconds"),
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
            outbox,
            lease,
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
            Self::Outbox => outbox,
            Self::Lease => lease,
        }
    }

    /// Its name in `nurture.toml`.
    pub fn name(self) -> &'static str {
        self.described().name
    }
}
