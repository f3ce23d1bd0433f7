//! Cells that a spreadsheet has scarred are read as they were meant, and each is told.

use model::Type;
use serde_json::Value as Json;

use super::super::mapping::{Field, Mapped, Said};
use super::super::read::Cell;
use super::super::record::{Record, What};
use super::super::say::{BadRow, Finding};
use super::super::scars::{self, Mended};
use super::Maker;
use super::values::find;

static TIME: Type = Type::Time;
static YES_NO: Type = Type::YesNo;
static EMAIL: Type = Type::Email;

/// What a field is to hold.
enum Meant<'m> {
    /// The id of somebody or something.
    Id,
    /// A value of this type; whether it is personal.
    Value(&'m Type, bool),
    /// Nothing that the model knows.
    Unknown,
}

impl Maker<'_> {
    /// Makes the record of a row. Cells that were read in another way than they are written are told in `mended`.
    pub fn record(&self, mut row: Mapped, mended: &mut Vec<BadRow>) -> Result<Record, BadRow> {
        let mut told = Vec::new();
        self.clear(&mut row, &mut told)?;
        let record = match self.strictly(&row) {
            Ok(record) => record,
            Err(bad) => {
                if !self.mend(&mut row, &mut told)? {
                    return Err(bad);
                }
                self.strictly(&row)?
            }
        };
        mended.append(&mut told);
        Ok(record)
    }

    /// Takes away what stands for nothing, and what nobody sees or means: no strict reader would mind these.
    ///
    /// Errors: the id of somebody is what a spreadsheet left of a long number.
    fn clear(&self, row: &mut Mapped, told: &mut Vec<BadRow>) -> Result<(), BadRow> {
        for at in 0..row.fields.len() {
            let Some(text) = row.fields.get(at).and_then(text_of) else { continue };
            let trimmed = text.trim();
            let cleared = if let Some(rest) = scars::unmarked(trimmed) {
                Some((rest.to_owned(), "import-mended-mark"))
            } else if let Some(seen) = scars::visible(trimmed) {
                Some((seen, "import-mended-unseen"))
            } else if scars::may_be_nothing(trimmed) {
                let ty = match row.fields.get(at).map(|field| self.meant(row, &field.name)) {
                    Some(Meant::Value(ty, _)) => Some(ty),
                    Some(Meant::Id | Meant::Unknown) | None => None,
                };
                scars::is_nothing(ty, trimmed).then(|| (String::new(), "import-mended-nothing"))
            } else if let Some(whole) = scars::shortened(trimmed) {
                match (row.fields.get(at), whole) {
                    (Some(field), whole) if matches!(self.meant(row, &field.name), Meant::Id) => {
                        match whole {
                            Mended::As(text) => Some((text, "import-mended")),
                            Mended::Lost => return Err(lost(row.line, field, trimmed)),
                        }
                    }
                    (_, Mended::As(_) | Mended::Lost) => None,
                }
            } else if let Some(number) = scars::with_country(trimmed) {
                let field = row.fields.get(at).map(|field| self.meant(row, &field.name));
                matches!(field, Some(Meant::Value(Type::Phone, _)))
                    .then_some((number, "import-mended-country"))
            } else {
                self.consent_word(row, at, trimmed).map(|word| (word.to_owned(), "import-mended"))
            };
            if let Some((text, key)) = cleared {
                self.put(row, at, text, key, told);
            }
        }
        Ok(())
    }

    /// The word for a consent that is written as yes or no.
    fn consent_word(&self, row: &Mapped, at: usize, text: &str) -> Option<&'static str> {
        let field = row.fields.get(at)?;
        let consent = match self.what {
            What::Customers => field.name.starts_with("consent."),
            What::Consents => matches!(&*field.name, "granted" | "consent" | "state"),
            What::Reps | What::Events | What::Suppressions | What::Entity(_) => false,
        };
        let lower = text.to_lowercase();
        if !consent || text.is_empty() || matches!(lower.as_str(), "granted" | "withdrawn") {
            return None;
        }
        let said = self.value(&YES_NO, &field.said).ok()?.as_yes_no()?;
        Some(if said { "granted" } else { "withdrawn" })
    }

    /// Brings what is not read as it should be into a form that is; whether there was any.
    fn mend(&self, row: &mut Mapped, told: &mut Vec<BadRow>) -> Result<bool, BadRow> {
        let mut any = false;
        for at in 0..row.fields.len() {
            let Some((field, text)) = row.fields.get(at).and_then(|field| Some((field, text_of(field)?)))
            else {
                continue;
            };
            let text = text.trim();
            let mended = match self.meant(row, &field.name) {
                _ if text.is_empty() => None,
                Meant::Value(ty, _) if self.value(ty, &field.said).is_err() => scars::mend(ty, text),
                Meant::Value(..) | Meant::Id | Meant::Unknown => None,
            };
            match mended {
                Some(Mended::As(text)) => {
                    any = true;
                    self.put(row, at, text, "import-mended", told);
                }
                Some(Mended::Lost) => return Err(lost(row.line, field, text)),
                None => {}
            }
        }
        Ok(any)
    }

    fn put(&self, row: &mut Mapped, at: usize, text: String, key: &'static str, told: &mut Vec<BadRow>) {
        let Some(field) = row.fields.get(at) else { return };
        let private = matches!(self.meant(row, &field.name), Meant::Value(_, true));
        let before = text_of(field).unwrap_or_default();
        let why = match (key, private) {
            ("import-mended", true) => Finding::new("import-mended-private", &[]),
            (key, true) => Finding::new(key, &[("text", "…"), ("value", "…")]),
            (key, false) => Finding::new(key, &[("text", before.trim()), ("value", &text)]),
        };
        told.push(BadRow::cell(row.line, &field.column, why));
        if let Some(field) = row.fields.get_mut(at) {
            field.said = Said::Cell(Cell::Text(text));
        }
    }

    fn meant(&self, row: &Mapped, name: &str) -> Meant<'_> {
        let model = &self.library.model;
        match (self.what, name) {
            (What::Customers | What::Reps | What::Entity(_), "external_id")
            | (What::Entity(_) | What::Events | What::Consents | What::Suppressions, "customer")
            | (What::Events, "id") => Meant::Id,
            (What::Events | What::Consents | What::Suppressions, "at")
            | (What::Suppressions, "until")
            | (What::Customers, "consent_at") => Meant::Value(&TIME, false),
            (What::Consents, "granted" | "consent" | "state") => Meant::Value(&YES_NO, false),
            (What::Suppressions | What::Reps, "email") => Meant::Value(&EMAIL, true),
            (What::Customers, name) if name.starts_with("consent.") => Meant::Value(&YES_NO, false),
            (What::Customers, name) => match model.customer.get(name) {
                Some(known) => Meant::Value(&known.ty, known.pii),
                None => Meant::Unknown,
            },
            (What::Entity(kind), name) => {
                match model.entities.get(kind).and_then(|kind| kind.attributes.get(name)) {
                    Some(known) => Meant::Value(&known.ty, known.pii),
                    None => Meant::Unknown,
                }
            }
            (What::Events, name) => {
                let event = find(row, "event").and_then(text_of).unwrap_or_default();
                let fields = model.events.get(event.trim()).map(|kind| &kind.fields);
                let ty = name.strip_prefix("properties.").and_then(|field| fields?.get(field));
                ty.map_or(Meant::Unknown, |ty| Meant::Value(ty, false))
            }
            (What::Reps | What::Consents | What::Suppressions, _) => Meant::Unknown,
        }
    }
}

fn lost(line: u64, field: &Field, text: &str) -> BadRow {
    BadRow::cell(line, &field.column, Finding::new("import-digits-lost", &[("text", text)]))
}

/// The text of a field; `None`: it is a number, a list or a date that a map has read.
fn text_of(field: &Field) -> Option<&str> {
    match &field.said {
        Said::Cell(Cell::Text(text) | Cell::Json(Json::String(text))) => Some(text),
        Said::Cell(Cell::Json(
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_),
        ))
        | Said::Date(..) => None,
    }
}
