//! What happens in a test, as events: what starts the walks, the facts of `history` and of `events`.

use super::scene::{Entering, Scene};
use dsl::test_case::{Fact, TestEntry, TestFact};
use dsl::trigger::{Subject, Trigger};
use jiff::Timestamp;
use model::event::{EVERYBODY, names};
use model::{EntityId, Event, EventId, Value};
use std::collections::BTreeMap;

impl Scene<'_> {
    /// The event that starts a walk; `None`: no event does.
    pub(super) fn entry_event(&self, number: usize, entering: &Entering<'_>) -> Option<Event> {
        let Entering { workflow, customer, entry, at } = *entering;
        let mut properties = entry.map(|entry| entry.fields.clone()).unwrap_or_default();
        let mut entity = None;
        let mut named = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                properties.entry(name.to_owned()).or_insert_with(|| Value::Text(value.to_owned()));
            }
        };
        let of_entry = |kind: &str| Some((kind.to_owned(), self.entity_id(entry, kind, customer)));
        let name = match &workflow.trigger {
            Trigger::Event { name, .. } => {
                entity = self.entity_of_event(name, entry, customer);
                name.clone()
            }
            Trigger::Stage { of, from, to } => {
                named("from", from.first().map(String::as_str));
                named("to", to.first().map(String::as_str));
                match of {
                    Subject::Customer => {
                        named("attribute", Some("stage"));
                        names::CUSTOMER_CHANGED.to_owned()
                    }
                    Subject::Entity(kind) => {
                        entity = of_entry(kind);
                        names::stage_changed(kind)
                    }
                }
            }
            Trigger::Attribute { of, attribute, from, to } => {
                named("attribute", Some(attribute));
                for (field, value) in [("from", from), ("to", to)] {
                    if let Some(value) = value.first() {
                        properties.entry(field.to_owned()).or_insert_with(|| value.clone());
                    }
                }
                match of {
                    Subject::Customer => names::CUSTOMER_CHANGED.to_owned(),
                    Subject::Entity(kind) => {
                        entity = of_entry(kind);
                        names::changed(kind)
                    }
                }
            }
            Trigger::Date(_)
            | Trigger::Inactive { .. }
            | Trigger::Segment { .. }
            | Trigger::Score(_)
            | Trigger::Schedule(_)
            | Trigger::Manual
            | Trigger::Called => return None,
        };
        let ordinal = if number == 0 { "0000-entry".to_owned() } else { format!("0000-entry-{number:04}") };
        Some(self.event(&ordinal, customer, &name, entity, at, properties))
    }

    /// The entity of our own events about one (`deal.stage_changed`).
    fn entity_of_event(
        &self,
        name: &str,
        entry: Option<&TestEntry>,
        customer: &str,
    ) -> Option<(String, EntityId)> {
        let kind = name.strip_suffix(".stage_changed").or_else(|| name.strip_suffix(".changed"))?;
        let known = self.library.model.entities.contains_key(kind);
        known.then(|| (kind.to_owned(), self.entity_id(entry, kind, customer)))
    }

    /// The facts that reach a customer: their own, and changes of what they share with others.
    pub(super) fn facts(&self, facts: &[TestFact], of: &str, customer: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for (number, fact) in facts.iter().enumerate() {
            if self.is_for_everybody(fact) {
                continue;
            }
            let own = fact.customer == customer;
            let ordinal = format!("{:05}-{of}", number + 1);
            let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned()));
            match &fact.what {
                Fact::Event { name, properties } if own => {
                    let entity = self.entity_of_event(name, None, customer);
                    events.push(self.event(&ordinal, customer, name, entity, fact.at, properties.clone()));
                }
                Fact::Set(changes) => {
                    for (place, (kind, attribute, value)) in changes.iter().enumerate() {
                        let mut properties = BTreeMap::from([text("attribute", attribute)]);
                        properties.extend(value.iter().map(|value| ("to".to_owned(), value.clone())));
                        let id = format!("{ordinal}-{place}");
                        let Some((name, entity)) =
                            self.subject(fact, kind.as_deref(), customer, names::changed)
                        else {
                            continue;
                        };
                        events.push(self.event(&id, customer, &name, entity, fact.at, properties));
                    }
                }
                Fact::Stage { of, to } => {
                    let mut properties = BTreeMap::from([text("to", to)]);
                    if of.is_none() {
                        properties.extend([text("attribute", "stage")]);
                    }
                    if let Some((name, entity)) =
                        self.subject(fact, of.as_deref(), customer, names::stage_changed)
                    {
                        events.push(self.event(&ordinal, customer, &name, entity, fact.at, properties));
                    }
                }
                Fact::Consent { topic, medium, granted } if own => {
                    let mut properties = BTreeMap::from([text("topic", topic)]);
                    properties.extend(medium.map(|medium| text("channel", medium.as_str())));
                    let name = if *granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
                    events.push(self.event(&ordinal, customer, name, None, fact.at, properties));
                }
                Fact::Tag { tag, present } if own => {
                    let mut properties = BTreeMap::from([text("tag", tag)]);
                    properties.insert("present".to_owned(), Value::YesNo(*present));
                    events.push(self.event(
                        &ordinal,
                        customer,
                        names::TAG_CHANGED,
                        None,
                        fact.at,
                        properties,
                    ));
                }
                Fact::Event { .. }
                | Fact::Consent { .. }
                | Fact::Tag { .. }
                | Fact::Start
                | Fact::Pause { .. }
                | Fact::Resume { .. }
                | Fact::Merge { .. }
                | Fact::Claim { .. } => {}
            }
        }
        events
    }

    fn is_for_everybody(&self, fact: &TestFact) -> bool {
        let Fact::Event { name, .. } = &fact.what else { return false };
        fact.to_all && self.is_public(name)
    }

    /// The test's events that are for everybody.
    pub(super) fn public_facts(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for (number, fact) in self.test.events.iter().enumerate() {
            if let Fact::Event { name, properties } = &fact.what
                && self.is_for_everybody(fact)
            {
                let id = format!("{:05}-fact", number + 1);
                events.push(self.event(&id, EVERYBODY, name, None, fact.at, properties.clone()));
            }
        }
        events
    }

    /// What changes: the customer, or which entity. `None`: it does not concern this customer.
    fn subject(
        &self,
        fact: &TestFact,
        kind: Option<&str>,
        customer: &str,
        name: impl Fn(&str) -> String,
    ) -> Option<(String, Option<(String, EntityId)>)> {
        let own = fact.customer == customer;
        let Some(kind) = kind else {
            return own.then(|| (names::CUSTOMER_CHANGED.to_owned(), None));
        };
        let meant = |customer: &str| self.entity_id(None, kind, customer);
        let id = match fact.ids.get(kind) {
            Some(id) => EntityId::new(id),
            None => meant(&fact.customer),
        };
        // What is shared changes for everybody who has it.
        let has = own || (self.is_shared(kind) && meant(customer) == id);
        has.then(|| (name(kind), Some((kind.to_owned(), id))))
    }

    fn event(
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
