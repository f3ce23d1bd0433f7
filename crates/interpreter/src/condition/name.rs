//! What a name stands for: an attribute with its default, a field of an event, a variable, a rep.

use super::Reader;
use crate::facts::Facts;
use dsl::condition::{Path, Root, fallback};
use dsl::library::team::team_of;
use model::{Entity, EntityId, Entry, Rep, StepId, Type, Value};
use std::borrow::Cow;

impl<'a> Reader<'a> {
    pub(super) fn name(&self, path: &'a Path) -> Option<Cow<'a, Value>> {
        let facts = self.facts();
        let field: &str = &path.field;
        let (value, ty) = match &path.root {
            Root::Customer => (self.of_customer(field), self.customer_type(field)),
            Root::Entity(kind) => {
                let ty =
                    facts.library.model.entities.get(&**kind).and_then(|kind| kind.attributes.get(field));
                (self.of_entity(self.entity(kind)?, field), ty.map(|attribute| &attribute.ty))
            }
            Root::Entry => (of_entry(facts.entry?, field), None),
            Root::Event => match facts.candidate {
                Some(event) => match event.properties.get(field) {
                    Some(value) => (Some(Cow::Borrowed(value)), None),
                    None if field == "at" => (Some(Cow::Owned(Value::Instant(event.at))), None),
                    None => (None, None),
                },
                None => (of_entry(facts.event.or(facts.entry)?, field), None),
            },
            Root::Owner => (self.of_owner(field), None),
            Root::Vars => (facts.vars?.get(field).map(Cow::Borrowed), None),
            Root::Inputs => (facts.inputs?.get(field).map(Cow::Borrowed), None),
            Root::Step(id) => {
                let fields = facts.results?.get(&StepId::new(&**id))?;
                (fields.get(field).map(Cow::Borrowed), None)
            }
            Root::Answer(id) => {
                let fields = facts.results?.get(&StepId::new(&**id))?;
                (fields.get(field)?.read_as(&path.ty, facts.project_zone).map(Cow::Owned), None)
            }
        };
        let Some(hop) = &path.hop else { return value };
        let id = value?;
        match ty {
            Some(Type::Reference(kind)) => self.over_reference(kind, &id, hop),
            Some(_) | None => self.over_reference(&self.referred(path)?, &id, hop),
        }
    }

    /// The kind that a field of an event refers to: the model says it under the event's name.
    fn referred(&self, path: &Path) -> Option<String> {
        let facts = self.facts();
        let event = match (&path.root, facts.candidate) {
            (Root::Event, Some(event)) => event.name.as_str(),
            (Root::Event, None) => facts.event.or(facts.entry)?.name.as_str(),
            (Root::Entry, _) => facts.entry?.name.as_str(),
            (
                Root::Customer
                | Root::Entity(_)
                | Root::Owner
                | Root::Vars
                | Root::Inputs
                | Root::Step(_)
                | Root::Answer(_),
                _,
            ) => return None,
        };
        match facts.library.model.events.get(event)?.fields.get(&*path.field)? {
            Type::Reference(kind) => Some(kind.clone()),
            Type::Text
            | Type::Number
            | Type::YesNo
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::List
            | Type::Email
            | Type::Phone
            | Type::Money
            | Type::Birthday
            | Type::OneOf(_) => None,
        }
    }

    /// A field of the thing that a reference names.
    fn over_reference(&self, kind: &str, id: &Value, field: &str) -> Option<Cow<'a, Value>> {
        let id = id.as_text()?;
        if kind == "customer" && id == self.facts().snapshot.customer.id.as_str() {
            return self.of_customer(field);
        }
        let key = (kind.to_owned(), EntityId::new(id));
        let entity = self.facts().snapshot.entities.get(&key)?;
        self.of_entity(entity, field)
    }

    fn customer_type(&self, name: &str) -> Option<&'a Type> {
        self.facts().library.model.customer.get(name).map(|attribute| &attribute.ty)
    }

    fn of_customer(&self, name: &str) -> Option<Cow<'a, Value>> {
        let Facts { library, snapshot, .. } = *self.facts();
        if name == "external_id" {
            return Some(Cow::Owned(Value::from(snapshot.customer.id.as_str())));
        }
        let stored = snapshot.customer.get(name);
        let Some(attribute) = library.model.customer.get(name) else { return stored.map(Cow::Borrowed) };
        stored.map(Cow::Borrowed).or_else(|| fallback::of_customer(name, attribute).map(Cow::Owned))
    }

    /// An attribute of an entity; of another customer, who stands among the entities as one.
    pub(crate) fn of_entity(&self, entity: &'a Entity, name: &str) -> Option<Cow<'a, Value>> {
        let library = self.facts().library;
        match name {
            "id" | "external_id" => return Some(Cow::Owned(Value::from(entity.id.as_str()))),
            "customer" => {
                let customer = entity.customer.as_ref()?;
                return Some(Cow::Owned(Value::from(customer.as_str())));
            }
            _ => {}
        }
        let stored = entity.get(name);
        if entity.kind == "customer" {
            let Some(attribute) = library.model.customer.get(name) else { return stored.map(Cow::Borrowed) };
            return stored
                .map(Cow::Borrowed)
                .or_else(|| fallback::of_customer(name, attribute).map(Cow::Owned));
        }
        let Some(kind) = library.model.entities.get(&entity.kind) else { return stored.map(Cow::Borrowed) };
        let Some(attribute) = kind.attributes.get(name) else { return stored.map(Cow::Borrowed) };
        stored.map(Cow::Borrowed).or_else(|| fallback::of_entity(kind, name, attribute).map(Cow::Owned))
    }

    /// The entity of this kind: the candidate of a `where`, or the one that the trigger names.
    fn entity(&self, kind: &str) -> Option<&'a Entity> {
        let facts = self.facts();
        if let Some(candidate) = facts.candidate_entity.filter(|candidate| candidate.kind == kind) {
            return Some(candidate);
        }
        let named =
            [facts.entry, facts.event].into_iter().flatten().filter_map(|entry| entry.entity.as_ref());
        let (_, id) = named.into_iter().find(|(of, _)| of == kind)?;
        facts.snapshot.entities.get(&(kind.to_owned(), id.clone()))
    }

    fn of_owner(&self, field: &str) -> Option<Cow<'a, Value>> {
        let facts = self.facts();
        let id = facts.snapshot.customer.owner()?;
        let rep: Option<&'a Rep> = facts.reps.get(&id);
        let text = |text: &str| Some(Cow::Owned(Value::from(text)));
        match (field, rep) {
            ("id", _) => text(id.as_str()),
            // A rep that was never imported is known by their id alone.
            ("name", None) => text(id.as_str()),
            ("name", Some(rep)) => text(if rep.name.is_empty() { id.as_str() } else { &rep.name }),
            ("email", Some(rep)) => text(rep.email.as_deref()?),
            ("zone", Some(rep)) => text(rep.zone.as_deref()?),
            // The first team in which they are a member; a column of the import speaks where there is none.
            ("team", _) if team_of(&facts.library.teams, &id).is_some() => {
                team_of(&facts.library.teams, &id).and_then(|(team, _)| text(team.as_str()))
            }
            ("away", Some(rep)) => Some(Cow::Owned(Value::YesNo(rep.away))),
            (other, Some(rep)) => match rep.attributes.get(other)? {
                serde_json::Value::String(value) => text(value),
                serde_json::Value::Number(number) => text(&number.to_string()),
                serde_json::Value::Bool(yes) => text(&yes.to_string()),
                serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
            },
            (_, None) => None,
        }
    }
}

fn of_entry<'a>(entry: &'a Entry, field: &str) -> Option<Cow<'a, Value>> {
    match entry.fields.get(field) {
        Some(value) => Some(Cow::Borrowed(value)),
        None if field == "at" => Some(Cow::Owned(Value::Instant(entry.at))),
        None => None,
    }
}
