//! What comes one by one and not in a file (HTTP) is judged as rows of files are: the same types, the same bounds,
//! the same words.

use super::maker::{Maker, undeclared};
use super::mapping::{Field, Mapped, Said};
use super::read::Cell;
use super::record::{CustomerRow, EntityRow, EventRow, Extra, Record, What};
use super::say::{BadRow, Finding};
use super::scars;
use dsl::library::{Library, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{CustomerId, Type, Value};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes records of values.
#[derive(Clone, Copy)]
pub struct Judge<'l> {
    library: &'l Library,
    zone: &'l TimeZone,
}

/// A value with the name that the model has for it, and the name by which it is found when it is wrong.
#[derive(Clone, Debug)]
pub struct Given<'v> {
    /// As the model names it.
    pub name: String,
    /// Where it stands, for whoever has to mend it.
    pub place: String,
    /// What is said.
    pub value: &'v Json,
}

impl<'l> Judge<'l> {
    /// By a library, with the zone of times that have none.
    pub fn new(library: &'l Library, zone: &'l TimeZone) -> Self {
        Self { library, zone }
    }

    /// Whether a customer has an attribute of this name that may be said from outside.
    pub fn takes(&self, attribute: &str) -> bool {
        let known = self.library.model.customer.get(attribute);
        known.is_some_and(|known| matches!(known.origin, Origin::Given)) && attribute != "external_id"
    }

    /// Whether an event of this name is one of ours, which nobody else tells.
    pub fn is_ours(&self, event: &str) -> bool {
        self.library.model.events.get(event).is_some_and(|kind| kind.built_in)
    }

    /// The attributes of a customer that may be said from outside.
    pub fn attributes(&self) -> Vec<String> {
        self.library.model.customer.keys().filter(|name| self.takes(name)).cloned().collect()
    }

    /// A customer. `line` comes back with what is wrong. What is blank leaves what is known.
    pub fn customer(&self, line: u64, id: &str, given: &[Given<'_>]) -> Result<CustomerRow, BadRow> {
        let own = [("external_id", id)];
        match self.record(What::Customers, line, &own, given)? {
            Record::Customer(row) => Ok(row),
            Record::Entity(_)
            | Record::Event(_)
            | Record::Rep(_)
            | Record::Consent(..)
            | Record::Suppression(_) => Err(otherwise(line)),
        }
    }

    /// A thing of the model, of a customer or shared.
    pub fn entity(
        &self,
        line: u64,
        (kind, id): (&str, &str),
        customer: Option<&str>,
        given: &[Given<'_>],
    ) -> Result<EntityRow, BadRow> {
        let own: Vec<(&str, &str)> =
            [("external_id", id)].into_iter().chain(customer.map(|of| ("customer", of))).collect();
        match self.record(What::Entity(kind.to_owned()), line, &own, given)? {
            Record::Entity(row) => Ok(row),
            Record::Customer(_)
            | Record::Event(_)
            | Record::Rep(_)
            | Record::Consent(..)
            | Record::Suppression(_) => Err(otherwise(line)),
        }
    }

    /// A fact. Its fields are named without `properties.`.
    pub fn event(
        &self,
        line: u64,
        (name, customer): (&str, &str),
        at: Timestamp,
        given: Vec<Given<'_>>,
    ) -> Result<EventRow, BadRow> {
        let at = at.to_string();
        let own = [("event", name), ("customer", customer), ("at", at.as_str())];
        let given: Vec<Given<'_>> = given
            .into_iter()
            .map(|each| Given { name: format!("properties.{}", each.name), ..each })
            .collect();
        match self.record(What::Events, line, &own, &given)? {
            Record::Event(row) => Ok(row),
            Record::Customer(_)
            | Record::Entity(_)
            | Record::Rep(_)
            | Record::Consent(..)
            | Record::Suppression(_) => Err(otherwise(line)),
        }
    }

    /// A fact whose values are all as they should be, read without a detour; `None`: something of it is to be looked at
    /// more closely, by [`Self::event`]. Names of fields are the model's, or nobody's.
    pub fn plain_event<'v>(
        &self,
        (name, customer): (&str, &str),
        at: Timestamp,
        said: impl Iterator<Item = (Cow<'v, str>, &'v Json)>,
    ) -> Option<EventRow> {
        let model = &self.library.model;
        let fields = &model.events.get(name)?.fields;
        let of_entity = model
            .entities
            .keys()
            .any(|kind| name == names::stage_changed(kind) || name == names::changed(kind));
        if of_entity || scars::shortened(customer.trim()).is_some() {
            return None;
        }
        if !is_unscarred(None, customer) || !is_unscarred(None, name) {
            return None;
        }
        let customer = Value::parse(&Type::Text, customer.trim(), self.zone).ok()?;
        let customer = customer.as_text().map(CustomerId::new)?;
        let mut properties = BTreeMap::new();
        for (field, value) in said {
            let ty = fields.get(&*field);
            let value = match (value, ty) {
                (Json::Null, _) => continue,
                (Json::String(said), ty) if !is_unscarred(ty, said) => return None,
                (Json::String(said), None) => Value::Text(said.trim().to_owned()),
                (Json::String(said), Some(ty)) => Value::parse(ty, said.trim(), self.zone).ok()?,
                (Json::Bool(yes), None) => Value::YesNo(*yes),
                (Json::Number(_), None) => Value::from_json(&Type::Number, value, &TimeZone::UTC).ok()?,
                (Json::Bool(_) | Json::Number(_), Some(ty)) => Value::from_json(ty, value, self.zone).ok()?,
                (Json::Array(_) | Json::Object(_), _) => return None,
            };
            properties.insert(field.into_owned(), value);
        }
        Some(EventRow { id: None, name: name.to_owned(), customer, entity: None, at, properties })
    }

    /// A fact of a kind that the model does not declare: its fields as they can be kept.
    pub fn undeclared(&self, name: &str, customer: &str, at: Timestamp, given: Vec<Given<'_>>) -> EventRow {
        let kept = given.into_iter().filter_map(|each| {
            let value = undeclared(&Said::Cell(Cell::Json(each.value.clone())))?;
            Some((each.name, value))
        });
        EventRow {
            id: None,
            name: name.to_owned(),
            customer: CustomerId::new(customer),
            entity: None,
            at,
            properties: kept.collect(),
        }
    }

    fn record(
        &self,
        what: What,
        line: u64,
        own: &[(&str, &str)],
        given: &[Given<'_>],
    ) -> Result<Record, BadRow> {
        let extra = if what == What::Events { Extra::Keep } else { Extra::Drop };
        let maker = Maker { what: &what, library: self.library, zone: self.zone, extra };
        let mut row = Mapped::of(line);
        let texts = own.iter().map(|(name, text)| Field {
            name: Arc::from(*name),
            said: Said::Cell(Cell::Json(Json::from(*text))),
            column: Arc::from(format!("/{name}")),
        });
        let values = given.iter().filter(|each| !each.value.is_null()).map(|each| Field {
            name: Arc::from(each.name.as_str()),
            said: Said::Cell(Cell::Json(each.value.clone())),
            column: Arc::from(each.place.as_str()),
        });
        row.fields = texts.chain(values).collect();
        maker.record(row, &mut Vec::new())
    }
}

/// Whether a text is what it looks like: not blank, nothing in it that a spreadsheet left or that nobody sees.
fn is_unscarred(ty: Option<&Type>, text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && scars::unmarked(text).is_none()
        && scars::visible(text).is_none()
        && !scars::is_nothing(ty, text)
        && !(matches!(ty, Some(Type::Phone)) && scars::with_country(text).is_some())
}

/// Never so: what is asked for is what is made.
fn otherwise(line: u64) -> BadRow {
    BadRow::whole(line, Finding::new("import-blank", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsl::project::{File, Settings};
    use serde_json::json;

    const MODEL: &str = "model: shop
entities:
  deal: { stages: [new, won] }
events:
  order.paid: { amount: number, order_id: text, at_noon: yes_no, day: date }
";

    #[test]
    fn what_is_read_without_a_detour_is_what_the_detour_reads() {
        let files = [File { path: "workflows/model.yaml".to_owned(), text: MODEL.to_owned() }];
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
        let loaded = dsl::load(&files, &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        let zone = model::zone::zone("Asia/Shanghai").unwrap();
        let judge = Judge::new(&loaded.project.library, &zone);
        let at: Timestamp = "2026-03-02T09:00:00.123Z".parse().unwrap();
        let values = [
            json!(12),
            json!(12.5),
            json!("12.50"),
            json!("much"),
            json!(true),
            json!("yes"),
            json!("2026-03-02"),
            json!("'0012"),
            json!("  x y "),
            json!("n/a"),
            json!("a\u{200b}b"),
            json!("1.5E+5"),
            json!(""),
            json!(null),
            json!("城市"),
        ];
        let mut plain = 0;
        for name in ["order.paid", "deal.stage_changed", "order.lost"] {
            for customer in ["c1", " c1 ", "1.38E+10", "n/a", "", "客户"] {
                for field in ["amount", "order_id", "at_noon", "day", "other"] {
                    for value in &values {
                        let given = |place: String| Given { name: field.to_owned(), place, value };
                        let whole = judge.event(1, (name, customer), at, vec![given(String::new())]);
                        let said = std::iter::once((Cow::Borrowed(field), value));
                        if let Some(row) = judge.plain_event((name, customer), at, said) {
                            assert_eq!(Ok(&row), whole.as_ref(), "{name} {customer} {field} {value}");
                            plain += 1;
                        }
                    }
                }
            }
        }
        assert!(plain > 50, "{plain}");
    }
}
