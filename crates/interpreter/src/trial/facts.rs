//! What happens in a test, as events: what starts the walk, the facts of `history` and of `events`.

use super::scene::Scene;
use dsl::test_case::{Fact, TestFact};
use dsl::trigger::{Subject, Trigger};
use jiff::Timestamp;
use model::event::names;
use model::{EntityId, Event, EventId, Value};
use std::collections::BTreeMap;

impl Scene<'_> {
    pub(super) fn entry_event(&self, customer: &str) -> Option<Event> {
        let entry = self.entry(customer);
        let at = entry.and_then(|entry| entry.at).unwrap_or(self.test.clock);
        let mut properties = entry.map(|entry| entry.fields.clone()).unwrap_or_default();
        let mut entity = None;
        let mut named = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                properties.entry(name.to_owned()).or_insert_with(|| Value::Text(value.to_owned()));
            }
        };
        let name = match &self.workflow?.trigger {
            Trigger::Event { name, .. } => name.clone(),
            Trigger::Stage { of, from, to } => {
                named("from", from.first().map(String::as_str));
                named("to", to.first().map(String::as_str));
                match of {
                    Subject::Customer => {
                        named("attribute", Some("stage"));
                        names::CUSTOMER_CHANGED.to_owned()
                    }
                    Subject::Entity(kind) => {
                        entity = Some((kind.clone(), EntityId::from(self.entity_id(entry, kind, customer))));
                        names::stage_changed(kind)
                    }
                }
            }
            Trigger::Attribute { of, attribute, from, to } => {
                named("attribute", Some(attribute));
                for (field, value) in [("from", from), ("to", to)] {
                    if let Some(value) = value {
                        properties.entry(field.to_owned()).or_insert_with(|| value.clone());
                    }
                }
                match of {
                    Subject::Customer => names::CUSTOMER_CHANGED.to_owned(),
                    Subject::Entity(kind) => {
                        entity = Some((kind.clone(), EntityId::from(self.entity_id(entry, kind, customer))));
                        names::changed(kind)
                    }
                }
            }
            Trigger::Date(_) | Trigger::Inactive { .. } | Trigger::Schedule(_) | Trigger::Manual => {
                return None;
            }
        };
        Some(self.event("0000-entry", customer, &name, entity, at, properties))
    }

    pub(super) fn facts(&self, facts: &[TestFact], customer: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for (number, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.customer == customer) {
            let ordinal = format!("{:04}-fact", number + 1);
            match &fact.what {
                Fact::Event { name, properties } => {
                    events.push(self.event(&ordinal, customer, name, None, fact.at, properties.clone()));
                }
                Fact::Set(changes) => {
                    for (place, (kind, attribute, value)) in changes.iter().enumerate() {
                        let mut properties =
                            BTreeMap::from([("attribute".to_owned(), Value::Text(attribute.clone()))]);
                        properties.extend(value.iter().map(|value| ("to".to_owned(), value.clone())));
                        let id = format!("{ordinal}-{place}");
                        let (name, entity) = self.subject(kind.as_deref(), customer, names::changed);
                        events.push(self.event(&id, customer, &name, entity, fact.at, properties));
                    }
                }
                Fact::Stage { of, to } => {
                    let mut properties = BTreeMap::from([("to".to_owned(), Value::Text(to.clone()))]);
                    if of.is_none() {
                        properties.insert("attribute".to_owned(), Value::Text("stage".to_owned()));
                    }
                    let (name, entity) = self.subject(of.as_deref(), customer, names::stage_changed);
                    events.push(self.event(&ordinal, customer, &name, entity, fact.at, properties));
                }
                Fact::Consent { topic, granted } => {
                    let properties = BTreeMap::from([("topic".to_owned(), Value::Text(topic.clone()))]);
                    let name = if *granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
                    events.push(self.event(&ordinal, customer, name, None, fact.at, properties));
                }
                Fact::Start => {}
            }
        }
        events
    }

    pub(super) fn subject(
        &self,
        kind: Option<&str>,
        customer: &str,
        name: impl Fn(&str) -> String,
    ) -> (String, Option<(String, EntityId)>) {
        match kind {
            None => (names::CUSTOMER_CHANGED.to_owned(), None),
            Some(kind) => {
                let id = self.entity_id(self.entry(customer), kind, customer);
                let given = self.names().into_iter().find(|given| given.name == customer);
                let only = given.and_then(|given| {
                    let mut of_kind = given.entities.into_iter().filter(|(known, _, _)| known == kind);
                    of_kind.next().map(|(_, id, _)| id)
                });
                let id = if self.entity_kind().as_deref() == Some(kind) { id } else { only.unwrap_or(id) };
                (name(kind), Some((kind.to_owned(), EntityId::from(id))))
            }
        }
    }

    pub(super) fn event(
        &self,
        ordinal: &str,
        customer: &str,
        name: &str,
        entity: Option<(String, EntityId)>,
        at: Timestamp,
        properties: BTreeMap<String, Value>,
    ) -> Event {
        Event {
            id: EventId::from(format!("test-{ordinal}-{name}")),
            source: "test".to_owned(),
            name: name.to_owned(),
            customer: self.id(customer),
            entity,
            at,
            received_at: at,
            properties,
            chain: 0,
        }
    }
}
