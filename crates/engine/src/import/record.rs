//! A row in the words of the model: a customer, an entity, an event, a rep, a consent, a suppression.

use std::collections::BTreeMap;

use dsl::library::Library;
use jiff::Timestamp;
use model::{CustomerId, EntityId, Medium, Rep, RepId, Value};
use serde_json::Value as Json;

use super::say::Finding;

/// What the rows of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Customers.
    Customers,
    /// Reps.
    Reps,
    /// Events.
    Events,
    /// Words of consent.
    Consents,
    /// Suppressions.
    Suppressions,
    /// Entities of this kind.
    Entity(String),
}

impl What {
    /// Reads the word of the command line or of a map.
    pub fn read(word: &str, library: &Library) -> Result<Self, Finding> {
        const WORDS: [&str; 5] = ["customers", "reps", "events", "consents", "suppressions"];
        Ok(match word {
            "customers" => Self::Customers,
            "reps" => Self::Reps,
            "events" => Self::Events,
            "consents" => Self::Consents,
            "suppressions" => Self::Suppressions,
            kind if library.model.entities.contains_key(kind) => Self::Entity(kind.to_owned()),
            other => {
                let kinds = library.model.entities.keys().map(String::as_str);
                let known: Vec<&str> = WORDS.into_iter().chain(kinds).collect();
                let args = [("word", other), ("known", &known.join(", "))];
                return Err(Finding::new("import-what", &args).meant(other, known.iter().copied()));
            }
        })
    }

    /// The word of the command line and of maps.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Customers => "customers",
            Self::Reps => "reps",
            Self::Events => "events",
            Self::Consents => "consents",
            Self::Suppressions => "suppressions",
            Self::Entity(kind) => kind,
        }
    }
}

/// What to do with columns that the model does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extra {
    /// The import does not begin.
    #[default]
    Refuse,
    /// They are kept as texts.
    Keep,
    /// They are left out.
    Drop,
}

/// A row that is well formed.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A customer.
    Customer(CustomerRow),
    /// A deal, contract, company …
    Entity(EntityRow),
    /// A fact.
    Event(EventRow),
    /// A rep.
    Rep(RepRow),
    /// A word of consent.
    Consent(CustomerId, ConsentWord),
    /// Who must not be written to.
    Suppression(SuppressionRow),
}

/// A customer as a row says it; what is blank is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerRow {
    /// Where it stands in the file, from 1.
    pub line: u64,
    /// `external_id`.
    pub id: CustomerId,
    /// Attributes by name.
    pub attributes: BTreeMap<String, Value>,
    /// `consent.<topic>`.
    pub consents: Vec<ConsentWord>,
    /// Why they must not be written to by e-mail, and since when; `None` for the time: not said.
    pub suppressed: Option<(&'static str, Option<Timestamp>)>,
    /// A consent without a date does not lift an earlier withdrawal.
    pub cautious: bool,
}

/// A word of consent as a row says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentWord {
    /// About what.
    pub topic: String,
    /// On which channel; `None`: on every one.
    pub medium: Option<Medium>,
    /// Granted, or withdrawn.
    pub granted: bool,
    /// When; `None`: not said.
    pub at: Option<Timestamp>,
    /// Where; `None`: not said.
    pub source: Option<String>,
    /// On what legal ground; `None`: not said.
    pub basis: Option<String>,
}

/// An entity as a row says it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRow {
    /// Its kind in the model.
    pub kind: String,
    /// `external_id`.
    pub id: EntityId,
    /// Whose; `None` for shared ones.
    pub customer: Option<CustomerId>,
    /// Attributes by name.
    pub attributes: BTreeMap<String, Value>,
    /// Stages it went through, in order.
    pub moves: Vec<StageMove>,
}

/// One move of an entity into a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageMove {
    /// Its place among the map's moves, from 1.
    pub ordinal: usize,
    /// The stage before; `None`: the first move.
    pub from: Option<String>,
    /// The stage.
    pub to: String,
    /// When.
    pub at: Timestamp,
}

/// A fact as a row says it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// Its id in the source; `None`: unique by content.
    pub id: Option<String>,
    /// What happened.
    pub name: String,
    /// To whom.
    pub customer: CustomerId,
    /// The entity it is about, for moves between stages and changes.
    pub entity: Option<(String, EntityId)>,
    /// When.
    pub at: Timestamp,
    /// Its fields.
    pub properties: BTreeMap<String, Value>,
}

/// A rep as a row says it; what is blank is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct RepRow {
    /// `external_id`.
    pub id: RepId,
    /// `name`.
    pub name: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `zone`, an IANA name.
    pub zone: Option<String>,
    /// `away`.
    pub away: Option<bool>,
    /// All other columns.
    pub attributes: BTreeMap<String, Json>,
}

impl RepRow {
    /// What the row makes of what was known: what it does not say stays.
    pub fn over(&self, known: Option<&Rep>) -> Rep {
        let mut rep = known.cloned().unwrap_or_default();
        if let Some(name) = &self.name {
            rep.name.clone_from(name);
        }
        rep.email = self.email.clone().or(rep.email);
        rep.zone = self.zone.clone().or(rep.zone);
        rep.away = self.away.unwrap_or(rep.away);
        rep.attributes.extend(self.attributes.clone());
        rep
    }
}

/// A suppression as a row says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionRow {
    /// Whose.
    pub whom: Whom,
    /// On which channel; `None`: on every one.
    pub medium: Option<Medium>,
    /// Only this topic; `None`: all.
    pub topic: Option<String>,
    /// Why.
    pub reason: String,
    /// Since when; `None`: not said.
    pub at: Option<Timestamp>,
    /// Until when; `None`: for ever.
    pub until: Option<Timestamp>,
}

/// How a row names a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// By id.
    Customer(CustomerId),
    /// By e-mail address.
    Email(String),
}
