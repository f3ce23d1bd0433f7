//! Single cells: of the type that the model says, required or blank, and what the model says nothing about.

use std::collections::BTreeMap;

use dsl::library::{Attribute, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Medium, Type, Value, clean_text, zone};
use serde_json::Value as Json;

use super::super::mapping::{Field, Mapped, Said};
use super::super::pattern::Written;
use super::super::read::Cell;
use super::super::record::Extra;
use super::super::say::{BadRow, Finding, shown};
use super::Maker;

impl Maker<'_> {
    /// Reads an attribute of a customer or an entity into `attributes`. A blank one is absent, and an error
    /// where the model wants it.
    pub(super) fn attribute(
        &self,
        row: &Mapped,
        field: &Field,
        known: &BTreeMap<String, Attribute>,
        attributes: &mut BTreeMap<String, Value>,
    ) -> Result<(), BadRow> {
        let Some(attribute) = known.get(&*field.name) else { return self.beyond(row, field, attributes) };
        let wrong = |why| BadRow::cell(row.line, &field.column, why);
        if field.said.is_blank() {
            return if wanted(&field.name, attribute) {
                Err(wrong(Finding::new("import-blank", &[])))
            } else {
                Ok(())
            };
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
    pub(super) fn beyond(
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

    pub(super) fn value(&self, ty: &Type, said: &Said) -> Result<Value, Finding> {
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

    pub(super) fn granted(&self, row: &Mapped, field: &Field) -> Result<bool, BadRow> {
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

    pub(super) fn medium(&self, row: &Mapped, name: &str) -> Result<Option<Medium>, BadRow> {
        const MEDIA: [Medium; 3] = [Medium::Email, Medium::Sms, Medium::Message];
        let Some(word) = self.text(row, name)? else { return Ok(None) };
        if let Some(medium) = MEDIA.into_iter().find(|medium| medium.as_str() == word) {
            return Ok(Some(medium));
        }
        let known = MEDIA.map(Medium::as_str);
        let wrong = Finding::new("value-not-one-of", &[("text", &word), ("choices", &known.join(", "))]);
        Err(BadRow::cell(row.line, column(row, name), wrong.meant(&word, known)))
    }

    pub(super) fn instant(&self, row: &Mapped, name: &str) -> Result<Option<Timestamp>, BadRow> {
        let Some(field) = find(row, name).filter(|field| !field.said.is_blank()) else { return Ok(None) };
        let value = self.value(&Type::Time, &field.said);
        Ok(value.map_err(|why| BadRow::cell(row.line, &field.column, why))?.as_instant())
    }

    /// A text that may be blank.
    pub(super) fn text(&self, row: &Mapped, name: &str) -> Result<Option<String>, BadRow> {
        let Some(field) = find(row, name).filter(|field| !field.said.is_blank()) else { return Ok(None) };
        let text = self.value(&Type::Text, &field.said);
        let text = text.map_err(|why| BadRow::cell(row.line, &field.column, why))?;
        Ok(text.as_text().map(str::to_owned))
    }

    pub(super) fn required(&self, row: &Mapped, name: &str) -> Result<String, BadRow> {
        let blank = || BadRow::cell(row.line, column(row, name), Finding::new("import-blank", &[]));
        self.text(row, name)?.ok_or_else(blank)
    }
}

/// Whether the model wants an attribute to be said.
pub(in super::super) fn wanted(name: &str, attribute: &Attribute) -> bool {
    // Of these we know what they are where nobody says it.
    let ours = attribute.built_in && matches!(name, "external_id" | "id" | "stage" | "tags" | "created_at");
    let given = matches!(attribute.origin, Origin::Given);
    given && !attribute.optional && attribute.default.is_none() && !ours
}

pub(super) fn find<'r>(row: &'r Mapped, name: &str) -> Option<&'r Field> {
    row.fields.iter().find(|field| *field.name == *name)
}

pub(super) fn column<'r>(row: &'r Mapped, name: &'r str) -> &'r str {
    find(row, name).map_or(name, |field| &field.column)
}

fn said_text(said: &Said) -> String {
    match said {
        Said::Cell(cell) => shown(&cell.text()),
        Said::Date(Written::Date(date), _) => date.to_string(),
        Said::Date(Written::DateTime(at), _) => at.to_string(),
    }
}

pub(super) fn known_stage(stage: &str, stages: &[String]) -> Result<(), Finding> {
    if stages.is_empty() || stages.iter().any(|known| known == stage) {
        return Ok(());
    }
    let wrong = Finding::new("value-not-one-of", &[("text", stage), ("choices", &stages.join(", "))]);
    Err(wrong.meant(stage, stages.iter().map(String::as_str)))
}

pub(super) fn known_zone(value: &Value) -> Result<(), Finding> {
    let name = value.as_text().unwrap_or_default();
    if zone::zone(name).is_some() { Ok(()) } else { Err(Finding::new("import-zone", &[("zone", name)])) }
}

/// The simplest value of what the model says nothing about. `None`: nothing that can be kept.
pub(in super::super) fn undeclared(said: &Said) -> Option<Value> {
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
