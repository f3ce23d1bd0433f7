//! The customers of a test as they stand when it begins: attributes, entities, addresses, consent, history.

use super::scene::{Scene, entity_kind, reference_id};
use dsl::test_case::TestCustomer;
use dsl::trigger::Trigger;
use jiff::Timestamp;
use model::{Changes, Consent, Customer, Entity, EntityId, Event, Snapshot, Value};
use std::collections::BTreeMap;

impl Scene<'_> {
    pub(super) fn customers(&self) -> Vec<Snapshot> {
        let shared = self.shared();
        self.names().iter().map(|given| self.customer(given, &shared)).collect()
    }

    /// The entities that several customers may share, as any of the customers describes them.
    fn shared(&self) -> BTreeMap<(String, EntityId), BTreeMap<String, Value>> {
        let mut shared: BTreeMap<_, BTreeMap<String, Value>> = BTreeMap::new();
        let mut describe = |kind: &str, id: String, fields: &BTreeMap<String, Value>| {
            let known = shared.entry((kind.to_owned(), EntityId::from(id))).or_default();
            known.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        };
        for given in &self.test.customers {
            for (attribute, fields) in &given.references {
                describe(self.kind_of(attribute), reference_id(attribute, &given.name, fields), fields);
            }
            for (kind, id, fields) in given.entities.iter().filter(|(kind, _, _)| self.is_shared(kind)) {
                describe(kind, id.clone(), fields);
            }
        }
        for entities in shared.values_mut() {
            entities.remove("id");
        }
        shared
    }

    pub(super) fn is_shared(&self, kind: &str) -> bool {
        self.library.model.entities.get(kind).is_some_and(|kind| kind.shared)
    }

    fn customer(
        &self,
        given: &TestCustomer,
        shared: &BTreeMap<(String, EntityId), BTreeMap<String, Value>>,
    ) -> Snapshot {
        let id = self.id(&given.name);
        let begin = self.begin();
        let mut snapshot = Snapshot::new(Customer::new(id.clone()));
        let mut unused = Changes::default();
        let mut history: Vec<Event> = self.facts(&self.test.history, "history", &given.name);
        history.retain(|event| event.at < begin);
        history.sort_by(|a, b| a.order().cmp(&b.order()));
        let first = history.first().map_or(begin, |event| event.at.min(begin));
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
        let mut refers = Vec::new();
        for (attribute, fields) in &given.references {
            let entity = reference_id(attribute, &given.name, fields);
            attributes.insert(attribute.clone(), Value::Text(entity));
        }
        for (attribute, value) in attributes.iter() {
            let kind = self.kind_of(attribute);
            if let (false, Some(id)) = (kind.is_empty() || kind == "customer", value.as_text()) {
                refers.push((kind.to_owned(), EntityId::from(id.to_owned())));
            }
        }
        for (kind, entity_id, fields) in &given.entities {
            let entity_id = EntityId::new(entity_id);
            if self.is_shared(kind) {
                refers.push((kind.clone(), entity_id));
                continue;
            }
            let (kind, attributes) = (kind.clone(), fields.clone());
            let entity =
                Entity { kind: kind.clone(), id: entity_id.clone(), customer: Some(id.clone()), attributes };
            snapshot.entities.insert((kind, entity_id), entity);
        }
        for (kind, id) in refers {
            let Some(fields) = shared.get(&(kind.clone(), id.clone())) else { continue };
            let (key, attributes) = ((kind.clone(), id.clone()), fields.clone());
            snapshot.entities.insert(key, Entity { kind, id, customer: None, attributes });
        }
        self.entry_entities(given, &mut snapshot);
        self.consents(given, &mut snapshot);
        snapshot
    }

    /// The entities that the entries speak of are there before they begin, in the stage they come from.
    fn entry_entities(&self, given: &TestCustomer, snapshot: &mut Snapshot) {
        let mine = |entering: &&super::scene::Entering<'_>| entering.customer == given.name;
        for entering in self.entering().iter().filter(mine) {
            let Some(kind) = entity_kind(entering.workflow) else { continue };
            let id = self.entity_id(entering.entry, kind, &given.name);
            let owner = if self.is_shared(kind) { None } else { Some(self.id(&given.name)) };
            let key = (kind.to_owned(), id.clone());
            let entity = snapshot.entities.entry(key).or_insert_with(|| Entity {
                kind: kind.to_owned(),
                id,
                customer: owner,
                attributes: BTreeMap::new(),
            });
            for ((of, field), value) in entering.entry.iter().flat_map(|entry| &entry.entity) {
                if of == kind && field != "id" {
                    entity.attributes.insert(field.clone(), value.clone());
                }
            }
            if let Trigger::Stage { from, .. } = &entering.workflow.trigger
                && let Some(from) = from.first()
            {
                entity.attributes.entry("stage".to_owned()).or_insert(Value::Text(from.clone()));
            }
        }
    }

    /// Everything is allowed but what the test takes out.
    fn consents(&self, given: &TestCustomer, snapshot: &mut Snapshot) {
        let mut say = |topic: &String, medium, granted| {
            let (topic, source) = (topic.clone(), "test".to_owned());
            let at = if granted { Timestamp::UNIX_EPOCH } else { LATER };
            snapshot.consents.apply(&Consent {
                topic,
                medium,
                granted,
                at,
                source,
                proof: model::Proof::default(),
            });
        };
        for topic in self.library.topics.keys().chain([&"marketing".to_owned()]) {
            if !given.refuses.contains(&(topic.clone(), None)) {
                say(topic, None, true);
            }
        }
        for (topic, medium) in given.refuses.iter().filter(|(_, medium)| medium.is_some()) {
            say(topic, *medium, false);
        }
    }
}

/// The second after the epoch: what is refused on one channel beats what is granted on all of them.
const LATER: Timestamp = Timestamp::constant(1, 0);

/// A name as the local part of an address.
fn slug(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    if plain.is_empty() { "customer".to_owned() } else { plain.to_lowercase() }
}
