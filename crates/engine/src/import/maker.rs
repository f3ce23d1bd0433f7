//! Makes records of rows, and says beforehand what of a file or a map the model does not allow.

mod mend;
mod rows;
mod values;

use std::collections::BTreeMap;

use dsl::library::{Attribute, Library, Origin};
use jiff::tz::TimeZone;
use model::Type;

use super::map::{Map, Setting};
use super::mapping::Mapped;
use super::record::{Extra, Record, What};
use super::say::{BadRow, Finding};
use values::known_stage;
pub(super) use values::{undeclared, wanted};

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
            Some(Origin::From(_) | Origin::Cases(_) | Origin::Rank(_)) => {
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
                if known.iter().any(|known| known == name) {
                    return Ok(());
                }
                let property = format!("properties.{name}");
                let meant = known.contains(&property).then_some(property);
                unknown(known).map_err(|why: Finding| match meant {
                    Some(meant) => Finding { suggestion: Some(meant), ..why },
                    None => why,
                })
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
            What::Events if !self.library.to_everybody.is_empty() => &[&["event"], &["at"]],
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

    /// Makes the record of a row whose cells are all as they should be.
    fn strictly(&self, row: &Mapped) -> Result<Record, BadRow> {
        match self.what {
            What::Customers => self.customer(row).map(Record::Customer),
            What::Entity(kind) => self.entity(kind, row).map(Record::Entity),
            What::Events => self.event(row).map(Record::Event),
            What::Reps => self.rep(row).map(Record::Rep),
            What::Consents => self.consent(row),
            What::Suppressions => self.suppression(row).map(Record::Suppression),
        }
    }

    fn event_kind(&self, name: &str) -> Result<&'a BTreeMap<String, Type>, Finding> {
        let events = &self.library.model.events;
        let unknown = || {
            Finding::new("import-event-unknown", &[("event", name)])
                .meant(name, events.keys().map(String::as_str))
        };
        events.get(name).map(|kind| &kind.fields).ok_or_else(unknown)
    }
}
