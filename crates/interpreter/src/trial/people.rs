//! The customers of a test as they stand at its clock: attributes, entities, addresses, consent, history.

use super::scene::Scene;
use dsl::test_case::TestCustomer;
use dsl::trigger::Trigger;
use jiff::Timestamp;
use model::{Changes, Consent, Customer, CustomerId, Entity, EntityId, Event, Snapshot, Value};
use std::collections::BTreeMap;

impl Scene<'_> {
    pub(super) fn customers(&self) -> Vec<Snapshot> {
        self.names().iter().map(|given| self.customer(given)).collect()
    }

    fn customer(&self, given: &TestCustomer) -> Snapshot {
        let id = self.id(&given.name);
        let mut snapshot = Snapshot::new(Customer::new(id.clone()));
        let mut unused = Changes::default();
        let mut history: Vec<Event> = self.facts(&self.test.history, &given.name);
        history.sort_by(|a, b| a.order().cmp(&b.order()));
        let first = history.first().map_or(self.test.clock, |event| event.at.min(self.test.clock));
        for event in &history {
            crate::profile::apply(self.library, self.zone, &mut snapshot, event, &mut unused);
        }
        let attributes = &mut snapshot.customer.attributes;
        attributes.entry("created_at".to_owned()).or_insert(Value::Instant(first));
        // Consent is granted and addresses exist unless the test says otherwise.
        attributes.insert("email".to_owned(), Value::Text(format!("{}@example.com", slug(&given.name))));
        attributes.insert("phone".to_owned(), Value::Text("13800000000".to_owned()));
        attributes.insert("external_id".to_owned(), Value::Text(given.name.clone()));
        for (name, value) in &given.attributes {
            attributes.insert(name.clone(), value.clone());
        }
        for name in &given.unknown {
            attributes.remove(name);
        }
        for (attribute, fields) in &given.references {
            let kind = match self.library.model.customer.get(attribute).map(|attribute| &attribute.ty) {
                Some(model::Type::Reference(kind)) => kind.clone(),
                _ => attribute.clone(),
            };
            let entity_id = EntityId::from(format!("{attribute}-of-{}", given.name));
            attributes.insert(attribute.clone(), Value::Text(entity_id.to_string()));
            let entity = Entity {
                kind: kind.clone(),
                id: entity_id.clone(),
                customer: None,
                attributes: fields.clone(),
            };
            snapshot.entities.insert((kind, entity_id), entity);
        }
        for (kind, entity_id, fields) in &given.entities {
            let entity_id = EntityId::new(entity_id);
            let entity = Entity {
                kind: kind.clone(),
                id: entity_id.clone(),
                customer: Some(id.clone()),
                attributes: fields.clone(),
            };
            snapshot.entities.insert((kind.clone(), entity_id), entity);
        }
        self.entry_entity(given, &mut snapshot);
        let begin = Timestamp::UNIX_EPOCH;
        for topic in self.library.topics.keys().chain([&"marketing".to_owned()]) {
            if !given.refuses.contains(topic) {
                let consent = Consent {
                    topic: topic.clone(),
                    medium: None,
                    granted: true,
                    at: begin,
                    source: "test".to_owned(),
                };
                snapshot.consents.apply(&consent);
            }
        }
        snapshot
    }

    /// The entity that the entry speaks of is there before the clock, in the stage it comes from.
    fn entry_entity(&self, given: &TestCustomer, snapshot: &mut Snapshot) {
        let Some(kind) = self.entity_kind() else { return };
        let entry = self.entry(&given.name);
        let id = EntityId::from(self.entity_id(entry, &kind, &given.name));
        let entity = snapshot.entities.entry((kind.clone(), id.clone())).or_insert_with(|| Entity {
            kind: kind.clone(),
            id,
            customer: Some(CustomerId::new(&given.name)),
            attributes: BTreeMap::new(),
        });
        for ((of, field), value) in entry.iter().flat_map(|entry| &entry.entity) {
            if *of == kind && field != "id" {
                entity.attributes.insert(field.clone(), value.clone());
            }
        }
        if let Some(Trigger::Stage { from, .. }) = self.workflow.map(|workflow| &workflow.trigger)
            && let Some(from) = from.first()
        {
            entity.attributes.entry("stage".to_owned()).or_insert(Value::Text(from.clone()));
        }
    }
}

/// A name as the local part of an address.
fn slug(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    if plain.is_empty() { "customer".to_owned() } else { plain.to_lowercase() }
}
