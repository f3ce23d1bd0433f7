//! A row in the words of the model: a customer, an entity, an event, a rep, a consent, a suppression; or why
//! it is none.

use std::collections::BTreeMap;

use dsl::library::{Attribute, Library, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{CustomerId, EntityId, Medium, Rep, RepId, Type, Value, clean_text, zone};
use serde_json::Value as Json;

use super::map::{Map, Setting};
use super::mapping::{Field, Mapped, Said, SaidMove};
use super::pattern::Written;
use super::read::Cell;
use super::say::{BadRow, Finding, shown};

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
    /// `external_id`.
    pub id: CustomerId,
    /// Attributes by name.
    pub attributes: BTreeMap<String, Value>,
    /// `consent.<topic>`.
    pub consents: Vec<ConsentWord>,
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

/// Makes records of rows.
pub(super) struct Maker<'a> {
    pub what: &'a What,
    pub library: &'a Library,
    /// The project's zone, for times without one.
    pub zone: &'a TimeZone,
    pub extra: Extra,
}

const CONSENT_COLUMNS: [&str; 4] = ["consent_at", "consent_source", "consent_basis", "consent_channel"];
const CONSENTS: [&str; 9] =
    ["customer", "topic", "channel", "granted", "consent", "state", "at", "source", "basis"];
const SUPPRESSIONS: [&str; 7] = ["customer", "email", "channel", "topic", "reason", "at", "until"];
const EVENTS: [&str; 4] = ["id", "event", "customer", "at"];

impl<'a> Maker<'a> {
    /// Whether a name can be imported; else why not.
    pub fn check_name(&self, name: &str) -> Result<(), Finding> {
        let unknown = |known: Vec<String>| {
            let unknown =
                Finding::new("import-column-unknown", &[("column", name), ("what", self.what.as_str())]);
            Err(unknown.meant(name, known.iter().map(String::as_str)))
        };
        let attributes = |attributes: &'a BTreeMap<String, Attribute>, others: Vec<String>| match attributes
            .get(name)
            .map(|attribute| &attribute.origin)
        {
            Some(Origin::Given) => Ok(()),
            Some(Origin::From(_) | Origin::Cases(_)) => {
                Err(Finding::new("import-computed", &[("attribute", name)]))
            }
            None if others.iter().any(|other| other == name) => Ok(()),
            None => {
                let given = attributes.iter().filter(|(_, known)| matches!(known.origin, Origin::Given));
                unknown(given.map(|(known, _)| known.clone()).chain(others).collect())
            }
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        match self.what {
            What::Customers => {
                let topics = self.library.topics.keys().map(String::as_str).chain(["marketing"]);
                let mut others: Vec<String> = topics.map(|topic| format!("consent.{topic}")).collect();
                others.extend(owned(&CONSENT_COLUMNS));
                others.push("external_id".to_owned());
                attributes(&self.library.model.customer, others)
            }
            What::Entity(kind) => {
                let Some(entity) = self.library.model.entities.get(kind) else { return unknown(Vec::new()) };
                if name == "id" || (name == "customer" && entity.shared) {
                    return unknown(owned(&["external_id"]));
                }
                let mut others = owned(&["external_id"]);
                if !entity.shared {
                    others.push("customer".to_owned());
                }
                attributes(&entity.attributes, others)
            }
            What::Events => {
                let fields = self.library.model.events.values().flat_map(|event| event.fields.keys());
                let mut known: Vec<String> = fields.map(|field| format!("properties.{field}")).collect();
                known.extend(owned(&EVENTS));
                if known.iter().any(|known| known == name) { Ok(()) } else { unknown(known) }
            }
            What::Reps => Ok(()),
            What::Consents if CONSENTS.contains(&name) => Ok(()),
            What::Consents => unknown(owned(&CONSENTS)),
            What::Suppressions if SUPPRESSIONS.contains(&name) => Ok(()),
            What::Suppressions => unknown(owned(&SUPPRESSIONS)),
        }
    }

    /// Columns without which no row can be good.
    pub fn missing(&self, has: impl Fn(&str) -> bool) -> Vec<Finding> {
        let any_of: &[&[&str]] = match self.what {
            What::Customers | What::Reps => &[&["external_id"]],
            What::Entity(kind) => {
                let shared = self.library.model.entities.get(kind).is_some_and(|entity| entity.shared);
                if shared { &[&["external_id"]] } else { &[&["external_id"], &["customer"]] }
            }
            What::Events => &[&["event"], &["customer"], &["at"]],
            What::Consents => &[&["customer"], &["topic"], &["granted", "consent", "state"], &["at"]],
            What::Suppressions => &[&["customer", "email"]],
        };
        let lacking = any_of.iter().filter(|names| !names.iter().any(|name| has(name)));
        lacking
            .map(|names| {
                Finding::new(
                    "import-column-missing",
                    &[("column", &names.join(" / ")), ("what", self.what.as_str())],
                )
            })
            .collect()
    }

    /// What of a map the model does not allow, whatever the rows say.
    pub fn check_map(&self, map: &Map) -> Vec<Finding> {
        let mut findings = Vec::new();
        if map.of.value != self.what.as_str() {
            let args = [("map", map.of.value.as_str()), ("what", self.what.as_str())];
            findings.push(Finding::new("import-map-other", &args).at(map.of.place.clone()));
        }
        for name in map.set.iter().map(|(name, _)| name).chain(map.look_up.iter().map(|(name, _)| name)) {
            if let Err(finding) = self.check_name(&name.value) {
                findings.push(finding.at(name.place.clone()));
            }
        }
        for (name, setting) in &map.set {
            if let (What::Events, "event", Setting::Text(pattern)) = (self.what, name.value.as_str(), setting)
                && let Some(literal) = pattern.literal()
                && let Err(finding) = self.event_kind(literal.trim())
            {
                findings.push(finding.at(name.place.clone()));
            }
        }
        let stages = match self.what {
            What::Entity(kind) => self.library.model.entities.get(kind).filter(|kind| !kind.shared),
            What::Customers | What::Reps | What::Events | What::Consents | What::Suppressions => None,
        };
        for each in &map.moves {
            let wrong = match stages {
                None => Some(Finding::new("import-map-no-moves", &[("what", self.what.as_str())])),
                Some(kind) => each.stage.literal().and_then(|stage| known_stage(stage, &kind.stages).err()),
            };
            findings.extend(wrong.map(|finding| finding.at(each.place.clone())));
        }
        findings.extend(
            self.missing(|name| {
                map.set.iter().any(|(set, _)| set.value == name)
                    || map.look_up.iter().any(|(set, _)| set.value == name)
            })
            .into_iter()
            .map(|finding| finding.at(map.of.place.clone())),
        );
        findings
    }

    /// Makes the record of a row.
    pub fn record(&self, row: Mapped) -> Result<Record, BadRow> {
        match self.what {
            What::Customers => self.customer(&row).map(Record::Customer),
            What::Entity(kind) => self.entity(kind, &row).map(Record::Entity),
            What::Events => self.event(&row).map(Record::Event),
            What::Reps => self.rep(&row).map(Record::Rep),
            What::Consents => self.consent(&row),
            What::Suppressions => self.suppression(&row).map(Record::Suppression),
        }
    }

    fn customer(&self, row: &Mapped) -> Result<CustomerRow, BadRow> {
        let id = CustomerId::from(self.required(row, "external_id")?);
        let medium = self.medium(row, "consent_channel")?;
        let at = self.instant(row, "consent_at")?;
        let (source, basis) = (self.text(row, "consent_source")?, self.text(row, "consent_basis")?);
        let mut consents = Vec::new();
        let mut attributes = BTreeMap::new();
        for field in &row.fields {
            if &*field.name == "external_id" || CONSENT_COLUMNS.contains(&&*field.name) {
                continue;
            }
            if let Some(topic) = field.name.strip_prefix("consent.") {
                if !self.library.topics.contains_key(topic) && topic != "marketing" {
                    self.beyond(row, field, &mut attributes)?;
                } else if !field.said.is_blank() {
                    let granted = self.granted(row, field)?;
                    let (topic, source, basis) = (topic.to_owned(), source.clone(), basis.clone());
                    consents.push(ConsentWord { topic, medium, granted, at, source, basis });
                }
                continue;
            }
            self.attribute(row, field, &self.library.model.customer, &mut attributes)?;
        }
        Ok(CustomerRow { id, attributes, consents })
    }

    fn entity(&self, kind: &str, row: &Mapped) -> Result<EntityRow, BadRow> {
        let id = EntityId::from(self.required(row, "external_id")?);
        let none = BTreeMap::new();
        let declared = self.library.model.entities.get(kind);
        let shared = declared.is_some_and(|kind| kind.shared);
        let known = declared.map_or(&none, |kind| &kind.attributes);
        let stages = declared.map_or(&[][..], |kind| kind.stages.as_slice());
        let customer = if shared { None } else { Some(CustomerId::from(self.required(row, "customer")?)) };
        let mut attributes = BTreeMap::new();
        for field in &row.fields {
            match &*field.name {
                "external_id" | "customer" => {}
                "stage" => {
                    if let Some(stage) = self.text(row, "stage")? {
                        known_stage(&stage, stages)
                            .map_err(|why| BadRow::cell(row.line, &field.column, why))?;
                        attributes.insert("stage".to_owned(), Value::Text(stage));
                    }
                }
                _ => self.attribute(row, field, known, &mut attributes)?,
            }
        }
        let moves = self.moves(row, stages)?;
        Ok(EntityRow { kind: kind.to_owned(), id, customer, attributes, moves })
    }

    fn moves(&self, row: &Mapped, stages: &[String]) -> Result<Vec<StageMove>, BadRow> {
        let mut moves: Vec<StageMove> = Vec::new();
        for SaidMove { ordinal, stage, stage_column, at, at_column } in &row.moves {
            let wrong_stage = |why| BadRow::cell(row.line, stage_column, why);
            if !stage.is_empty() {
                known_stage(stage, stages).map_err(wrong_stage)?;
            }
            let Some(said) = at else { continue };
            if stage.is_empty() {
                return Err(wrong_stage(Finding::new("import-blank", &[])));
            }
            let wrong_date = |why| BadRow::cell(row.line, at_column, why);
            let at = self.value(&Type::Time, said).map_err(wrong_date)?.as_instant();
            let Some(at) = at else { continue };
            let last = moves.last();
            if last.is_some_and(|last| at < last.at) {
                return Err(wrong_date(Finding::new("import-move-backwards", &[("stage", stage)])));
            }
            let from = last.map(|last| last.to.clone());
            if from.as_ref() != Some(stage) {
                moves.push(StageMove { ordinal: *ordinal, from, to: stage.clone(), at });
            }
        }
        Ok(moves)
    }

    fn event(&self, row: &Mapped) -> Result<EventRow, BadRow> {
        let name = self.required(row, "event")?;
        let customer = CustomerId::from(self.required(row, "customer")?);
        let wrong_name = |why| BadRow::cell(row.line, column(row, "event"), why);
        let fields = self.event_kind(&name).map_err(wrong_name)?;
        let Some(at) = self.instant(row, "at")? else {
            return Err(BadRow::cell(row.line, column(row, "at"), Finding::new("import-blank", &[])));
        };
        let id = self.text(row, "id")?;
        let mut properties = BTreeMap::new();
        for field in &row.fields {
            if EVENTS.contains(&&*field.name) || field.said.is_blank() {
                continue;
            }
            let wrong = |why| BadRow::cell(row.line, &field.column, why);
            match field.name.strip_prefix("properties.") {
                Some(property) => {
                    let value = match fields.get(property) {
                        Some(ty) => Some(self.value(ty, &field.said).map_err(wrong)?),
                        None if self.extra == Extra::Drop => None,
                        // Facts may say more than the model reads today.
                        None => undeclared(&field.said),
                    };
                    properties.extend(value.map(|value| (property.to_owned(), value)));
                }
                None => self.beyond(row, field, &mut properties)?,
            }
        }
        let kind = self
            .library
            .model
            .entities
            .keys()
            .find(|kind| name == names::stage_changed(kind) || name == names::changed(kind));
        let entity = match kind {
            None => None,
            Some(kind) => {
                let id = properties.get(&format!("{kind}_id")).and_then(Value::as_text);
                let lacks =
                    || wrong_name(Finding::new("import-event-entity", &[("field", &format!("{kind}_id"))]));
                Some((kind.clone(), EntityId::new(id.ok_or_else(lacks)?)))
            }
        };
        Ok(EventRow { id, name, customer, entity, at, properties })
    }

    fn event_kind(&self, name: &str) -> Result<&'a BTreeMap<String, Type>, Finding> {
        let events = &self.library.model.events;
        let unknown = || {
            Finding::new("import-event-unknown", &[("event", name)])
                .meant(name, events.keys().map(String::as_str))
        };
        events.get(name).map(|kind| &kind.fields).ok_or_else(unknown)
    }

    fn rep(&self, row: &Mapped) -> Result<RepRow, BadRow> {
        let id = RepId::from(self.required(row, "external_id")?);
        let mut rep = RepRow {
            id,
            name: self.text(row, "name")?,
            email: None,
            zone: None,
            away: None,
            attributes: BTreeMap::new(),
        };
        for field in &row.fields {
            if field.said.is_blank() {
                continue;
            }
            let wrong = |why| BadRow::cell(row.line, &field.column, why);
            let typed = |ty: &Type| self.value(ty, &field.said).map_err(wrong);
            match &*field.name {
                "external_id" | "name" => {}
                "email" => rep.email = typed(&Type::Email)?.as_text().map(str::to_owned),
                "zone" => {
                    let zone = typed(&Type::Text)?;
                    known_zone(&zone).map_err(wrong)?;
                    rep.zone = zone.as_text().map(str::to_owned);
                }
                "away" => rep.away = typed(&Type::YesNo)?.as_yes_no(),
                other => {
                    let json = match &field.said {
                        Said::Cell(Cell::Json(json)) => json.clone(),
                        Said::Cell(Cell::Text(text)) => Json::from(text.trim()),
                        Said::Date(..) => typed(&Type::Text)?.to_plain_json(),
                    };
                    rep.attributes.insert(other.to_owned(), json);
                }
            }
        }
        Ok(rep)
    }

    fn consent(&self, row: &Mapped) -> Result<Record, BadRow> {
        let customer = CustomerId::from(self.required(row, "customer")?);
        let topic = self.required(row, "topic")?;
        let topics = &self.library.topics;
        if !topics.contains_key(&topic) && topic != "marketing" {
            let unknown = Finding::new("import-topic-unknown", &[("topic", &topic)]);
            let unknown = unknown.meant(&topic, topics.keys().map(String::as_str));
            return Err(BadRow::cell(row.line, column(row, "topic"), unknown));
        }
        let word = ["granted", "consent", "state"].iter().find_map(|name| find(row, name));
        let Some(word) = word.filter(|field| !field.said.is_blank()) else {
            return Err(BadRow::cell(row.line, "granted", Finding::new("import-blank", &[])));
        };
        let granted = self.granted(row, word)?;
        let Some(at) = self.instant(row, "at")? else {
            return Err(BadRow::cell(row.line, column(row, "at"), Finding::new("import-blank", &[])));
        };
        let (source, basis) = (self.text(row, "source")?, self.text(row, "basis")?);
        let medium = self.medium(row, "channel")?;
        Ok(Record::Consent(customer, ConsentWord { topic, medium, granted, at: Some(at), source, basis }))
    }

    fn suppression(&self, row: &Mapped) -> Result<SuppressionRow, BadRow> {
        let whom =
            match (self.text(row, "customer")?, find(row, "email").filter(|field| !field.said.is_blank())) {
                (Some(id), _) => Whom::Customer(CustomerId::from(id)),
                (None, Some(field)) => {
                    let email = self.value(&Type::Email, &field.said);
                    let email = email.map_err(|why| BadRow::cell(row.line, &field.column, why))?;
                    Whom::Email(email.as_text().unwrap_or_default().to_owned())
                }
                (None, None) => {
                    return Err(BadRow::cell(
                        row.line,
                        column(row, "customer"),
                        Finding::new("import-blank", &[]),
                    ));
                }
            };
        Ok(SuppressionRow {
            whom,
            medium: self.medium(row, "channel")?,
            topic: self.text(row, "topic")?,
            reason: self.text(row, "reason")?.unwrap_or_else(|| "manual".to_owned()),
            at: self.instant(row, "at")?,
            until: self.instant(row, "until")?,
        })
    }

    /// Reads an attribute of a customer or an entity into `attributes`. A blank one is absent, and an error
    /// where the model wants it.
    fn attribute(
        &self,
        row: &Mapped,
        field: &Field,
        known: &BTreeMap<String, Attribute>,
        attributes: &mut BTreeMap<String, Value>,
    ) -> Result<(), BadRow> {
        let Some(attribute) = known.get(&*field.name) else { return self.beyond(row, field, attributes) };
        let wrong = |why| BadRow::cell(row.line, &field.column, why);
        if field.said.is_blank() {
            let wanted = !attribute.optional && attribute.default.is_none() && !attribute.built_in;
            return if wanted { Err(wrong(Finding::new("import-blank", &[]))) } else { Ok(()) };
        }
        let value = self.value(&attribute.ty, &field.said).map_err(|why| {
            let mut bad = wrong(why);
            bad.value = (!attribute.pii).then(|| said_text(&field.said));
            bad
        })?;
        if &*field.name == "zone" {
            known_zone(&value).map_err(wrong)?;
        }
        attributes.insert(field.name.to_string(), value);
        Ok(())
    }

    /// A column that the model does not know. Tables are refused before their first row; here come the
    /// columns that only some JSON lines have.
    fn beyond(
        &self,
        row: &Mapped,
        field: &Field,
        attributes: &mut BTreeMap<String, Value>,
    ) -> Result<(), BadRow> {
        match self.extra {
            Extra::Drop => {}
            Extra::Keep => {
                let value = undeclared(&field.said).filter(|_| !field.said.is_blank());
                attributes.extend(value.map(|value| (field.name.to_string(), value)));
            }
            Extra::Refuse => {
                if let Err(why) = self.check_name(&field.name) {
                    return Err(BadRow::cell(row.line, &field.column, why));
                }
            }
        }
        Ok(())
    }

    fn value(&self, ty: &Type, said: &Said) -> Result<Value, Finding> {
        let value = match (said, ty) {
            (Said::Cell(Cell::Text(text) | Cell::Json(Json::String(text))), _) => {
                Value::parse(ty, text.trim(), self.zone)?
            }
            (Said::Cell(Cell::Json(json)), _) => Value::from_json(ty, json, self.zone)?,
            (Said::Date(written, zone), Type::Time) => {
                let zone = zone.as_ref().unwrap_or(self.zone);
                Value::Instant(match written {
                    Written::Date(date) => zone::start_of_day(*date, zone),
                    Written::DateTime(at) => zone::to_instant(*at, zone),
                })
            }
            (Said::Date(Written::Date(date), _), _) => Value::parse(ty, &date.to_string(), self.zone)?,
            (Said::Date(Written::DateTime(at), _), Type::Date | Type::Birthday) => {
                Value::parse(ty, &at.date().to_string(), self.zone)?
            }
            (Said::Date(Written::DateTime(at), _), _) => Value::parse(ty, &at.to_string(), self.zone)?,
        };
        Ok(value)
    }

    fn granted(&self, row: &Mapped, field: &Field) -> Result<bool, BadRow> {
        let wrong = |why| BadRow::cell(row.line, &field.column, why);
        let text = said_text(&field.said);
        match text.to_lowercase().as_str() {
            "granted" => Ok(true),
            "withdrawn" => Ok(false),
            other => {
                let not = || {
                    Finding::new("import-not-granted", &[("text", &text)])
                        .meant(other, ["granted", "withdrawn"])
                };
                self.value(&Type::YesNo, &field.said)
                    .ok()
                    .and_then(|value| value.as_yes_no())
                    .ok_or_else(not)
                    .map_err(wrong)
            }
        }
    }

    fn medium(&self, row: &Mapped, name: &str) -> Result<Option<Medium>, BadRow> {
        const MEDIA: [Medium; 3] = [Medium::Email, Medium::Sms, Medium::Message];
        let Some(word) = self.text(row, name)? else { return Ok(None) };
        if let Some(medium) = MEDIA.into_iter().find(|medium| medium.as_str() == word) {
            return Ok(Some(medium));
        }
        let known = MEDIA.map(Medium::as_str);
        let wrong = Finding::new("value-not-one-of", &[("text", &word), ("choices", &known.join(", "))]);
        Err(BadRow::cell(row.line, column(row, name), wrong.meant(&word, known)))
    }

    fn instant(&self, row: &Mapped, name: &str) -> Result<Option<Timestamp>, BadRow> {
        let Some(field) = find(row, name).filter(|field| !field.said.is_blank()) else { return Ok(None) };
        let value = self.value(&Type::Time, &field.said);
        Ok(value.map_err(|why| BadRow::cell(row.line, &field.column, why))?.as_instant())
    }

    /// A text that may be blank.
    fn text(&self, row: &Mapped, name: &str) -> Result<Option<String>, BadRow> {
        let Some(field) = find(row, name).filter(|field| !field.said.is_blank()) else { return Ok(None) };
        let text = self.value(&Type::Text, &field.said);
        let text = text.map_err(|why| BadRow::cell(row.line, &field.column, why))?;
        Ok(text.as_text().map(str::to_owned))
    }

    fn required(&self, row: &Mapped, name: &str) -> Result<String, BadRow> {
        let blank = || BadRow::cell(row.line, column(row, name), Finding::new("import-blank", &[]));
        self.text(row, name)?.ok_or_else(blank)
    }
}

fn find<'r>(row: &'r Mapped, name: &str) -> Option<&'r Field> {
    row.fields.iter().find(|field| *field.name == *name)
}

fn column<'r>(row: &'r Mapped, name: &'r str) -> &'r str {
    find(row, name).map_or(name, |field| &field.column)
}

fn said_text(said: &Said) -> String {
    match said {
        Said::Cell(cell) => shown(&cell.text()),
        Said::Date(Written::Date(date), _) => date.to_string(),
        Said::Date(Written::DateTime(at), _) => at.to_string(),
    }
}

fn known_stage(stage: &str, stages: &[String]) -> Result<(), Finding> {
    if stages.is_empty() || stages.iter().any(|known| known == stage) {
        return Ok(());
    }
    let wrong = Finding::new("value-not-one-of", &[("text", stage), ("choices", &stages.join(", "))]);
    Err(wrong.meant(stage, stages.iter().map(String::as_str)))
}

fn known_zone(value: &Value) -> Result<(), Finding> {
    let name = value.as_text().unwrap_or_default();
    if zone::zone(name).is_some() { Ok(()) } else { Err(Finding::new("import-zone", &[("zone", name)])) }
}

/// The simplest value of what the model says nothing about. `None`: nothing that can be kept.
fn undeclared(said: &Said) -> Option<Value> {
    match said {
        Said::Cell(Cell::Text(text)) => clean_text(text.trim()).ok().map(Value::Text),
        Said::Date(..) => Some(Value::Text(said_text(said))),
        Said::Cell(Cell::Json(json)) => match json {
            Json::Null | Json::Object(_) => None,
            Json::Bool(yes) => Some(Value::YesNo(*yes)),
            Json::Number(_) => Value::from_json(&Type::Number, json, &TimeZone::UTC).ok(),
            Json::String(text) => Some(Value::Text(text.trim().to_owned())),
            Json::Array(_) => Value::from_json(&Type::List, json, &TimeZone::UTC).ok(),
        },
    }
}
