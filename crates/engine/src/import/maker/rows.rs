//! One row each: a customer, an entity with its moves, an event, a rep, a consent, a suppression; or why it is
//! none.

use std::collections::BTreeMap;

use model::event::{EVERYBODY, names};
use model::{CustomerId, EntityId, RepId, Type, Value};
use serde_json::Value as Json;

use super::super::mapping::{Mapped, Said, SaidMove};
use super::super::read::Cell;
use super::super::record::{
    ConsentWord, CustomerRow, EntityRow, EventRow, Extra, Record, RepRow, StageMove, SuppressionRow, Whom,
};
use super::super::say::{BadRow, Finding};
use super::values::{column, find, known_stage, known_zone, undeclared};
use super::{CONSENT_COLUMNS, EVENTS, Maker};

/// What is wrong with a row: all of it, so that nobody mends it cell by cell.
#[derive(Default)]
struct Wrong(Vec<BadRow>);

impl Wrong {
    /// What was read; what was not is noted.
    fn take<T>(&mut self, read: Result<T, BadRow>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(bad) => {
                self.0.push(bad);
                None
            }
        }
    }

    /// The row, if nothing is wrong with it.
    fn end<T>(self, line: u64, made: Option<T>) -> Result<T, BadRow> {
        let none = || BadRow::whole(line, Finding::new("import-blank", &[]));
        match (BadRow::all(self.0), made) {
            (None, Some(made)) => Ok(made),
            (Some(bad), _) => Err(bad),
            (None, None) => Err(none()),
        }
    }
}

impl Maker<'_> {
    pub(super) fn customer(&self, row: &Mapped) -> Result<CustomerRow, BadRow> {
        let mut wrong = Wrong::default();
        let id = wrong.take(self.required(row, "external_id")).map(CustomerId::from);
        let medium = wrong.take(self.medium(row, "consent_channel")).flatten();
        let at = wrong.take(self.instant(row, "consent_at")).flatten();
        let source = wrong.take(self.text(row, "consent_source")).flatten();
        let basis = wrong.take(self.text(row, "consent_basis")).flatten();
        let mut consents = Vec::new();
        let mut attributes = BTreeMap::new();
        for field in &row.fields {
            if &*field.name == "external_id" || CONSENT_COLUMNS.contains(&&*field.name) {
                continue;
            }
            if let Some(topic) = field.name.strip_prefix("consent.") {
                if !self.library.topics.contains_key(topic) && topic != "marketing" {
                    wrong.take(self.beyond(row, field, &mut attributes));
                } else if !field.said.is_blank()
                    && let Some(granted) = wrong.take(self.granted(row, field))
                {
                    let (topic, source, basis) = (topic.to_owned(), source.clone(), basis.clone());
                    consents.push(ConsentWord { topic, medium, granted, at, source, basis });
                }
                continue;
            }
            wrong.take(self.attribute(row, field, &self.library.model.customer, &mut attributes));
        }
        let suppressed = match &row.suppressed {
            None => None,
            Some((reason, at)) => {
                let at = at.as_ref().map(|at| self.value(&Type::Time, &Said::Cell(Cell::Text(at.clone()))));
                // Who must not be written to is not to be lost with a date that nobody can read.
                Some((*reason, at.and_then(|at| at.ok()?.as_instant())))
            }
        };
        let (line, cautious) = (row.line, row.cautious);
        let made = |id| CustomerRow { line, id, attributes, consents, suppressed, cautious };
        wrong.end(row.line, id.map(made))
    }

    pub(super) fn entity(&self, kind: &str, row: &Mapped) -> Result<EntityRow, BadRow> {
        let mut wrong = Wrong::default();
        let id = wrong.take(self.required(row, "external_id")).map(EntityId::from);
        let none = BTreeMap::new();
        let declared = self.library.model.entities.get(kind);
        let shared = declared.is_some_and(|kind| kind.shared);
        let known = declared.map_or(&none, |kind| &kind.attributes);
        let stages = declared.map_or(&[][..], |kind| kind.stages.as_slice());
        let customer = match shared {
            true => None,
            false => wrong.take(self.required(row, "customer")).map(CustomerId::from),
        };
        let mut attributes = BTreeMap::new();
        for field in &row.fields {
            match &*field.name {
                "external_id" | "customer" => {}
                "stage" => {
                    if let Some(stage) = wrong.take(self.text(row, "stage")).flatten() {
                        let known = known_stage(&stage, stages);
                        wrong.take(known.map_err(|why| BadRow::cell(row.line, &field.column, why)));
                        attributes.insert("stage".to_owned(), Value::Text(stage));
                    }
                }
                _ => {
                    wrong.take(self.attribute(row, field, known, &mut attributes));
                }
            }
        }
        let moves = wrong.take(self.moves(row, stages)).unwrap_or_default();
        let made = |id| EntityRow { kind: kind.to_owned(), id, customer, attributes, moves };
        wrong.end(row.line, id.map(made))
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

    pub(super) fn event(&self, row: &Mapped) -> Result<EventRow, BadRow> {
        let name = self.required(row, "event")?;
        // An event without a customer is for everybody, where somebody waits for it or it sets what is shared.
        let customer = match self.text(row, "customer")? {
            None if self.library.to_everybody.contains(&name) => CustomerId::from(EVERYBODY),
            Some(customer) => CustomerId::from(customer),
            None => CustomerId::from(self.required(row, "customer")?),
        };
        let wrong_name = |why| BadRow::cell(row.line, column(row, "event"), why);
        let fields = self.event_kind(&name).map_err(wrong_name)?;
        let mut wrong = Wrong::default();
        let blank = || BadRow::cell(row.line, column(row, "at"), Finding::new("import-blank", &[]));
        let at = wrong.take(self.instant(row, "at").and_then(|at| at.ok_or_else(blank)));
        let id = wrong.take(self.text(row, "id")).flatten();
        let mut properties = BTreeMap::new();
        for field in &row.fields {
            if EVENTS.contains(&&*field.name) || field.said.is_blank() {
                continue;
            }
            let property = match field.name.strip_prefix("properties.") {
                Some(property) => property,
                // Kept beside the others, it is the field of that name where the model has one.
                None if self.extra == Extra::Keep => &*field.name,
                None => {
                    wrong.take(self.beyond(row, field, &mut properties));
                    continue;
                }
            };
            let value = match fields.get(property) {
                Some(ty) => {
                    let value = self.value(ty, &field.said);
                    wrong.take(value.map_err(|why| BadRow::cell(row.line, &field.column, why)))
                }
                None if self.extra == Extra::Drop => None,
                // Facts may say more than the model reads today.
                None => undeclared(&field.said),
            };
            properties.extend(value.map(|value| (property.to_owned(), value)));
        }
        let Some(at) = at else { return wrong.end(row.line, None) };
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
        wrong.end(row.line, Some(EventRow { id, name, customer, entity, at, properties }))
    }

    pub(super) fn rep(&self, row: &Mapped) -> Result<RepRow, BadRow> {
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

    pub(super) fn consent(&self, row: &Mapped) -> Result<Record, BadRow> {
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

    pub(super) fn suppression(&self, row: &Mapped) -> Result<SuppressionRow, BadRow> {
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
}
