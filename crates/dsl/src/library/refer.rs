//! Whom and what a customer's snapshot refers to: shared entities and other customers, one hop far. The live
//! engine loads them and a simulation looks them up by this one list, so that both see the same.

use super::Model;
use model::{Enrollment, Entry, Snapshot, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The kind under which another customer is referred to.
pub const CUSTOMER: &str = "customer";

impl Model {
    /// Whether anything declared refers to another customer: an attribute, or a field of an event.
    pub fn refers_to_customers(&self) -> bool {
        let friend = |ty: &Type| matches!(ty, Type::Reference(kind) if kind == CUSTOMER);
        self.customer.values().any(|attribute| friend(&attribute.ty))
            || self.events.values().flat_map(|event| event.fields.values()).any(friend)
            || self
                .entities
                .values()
                .flat_map(|kind| kind.attributes.values())
                .any(|attribute| friend(&attribute.ty))
    }

    /// The attributes of a customer (`None` as kind) and of entities that refer to another customer.
    pub fn attributes_of_friends(&self) -> Vec<(Option<&str>, &str)> {
        let friend = |ty: &Type| matches!(ty, Type::Reference(kind) if kind == CUSTOMER);
        let own = self.customer.iter().map(|(name, attribute)| (None, name, attribute));
        let entities = self.entities.iter().flat_map(|(kind, entity)| {
            entity.attributes.iter().map(|(name, attribute)| (Some(kind.as_str()), name, attribute))
        });
        own.chain(entities)
            .filter(|(_, _, attribute)| friend(&attribute.ty))
            .map(|(kind, name, _)| (kind, name.as_str()))
            .collect()
    }

    /// Names, (kind, id), of the shared entities and of the other customers (`customer`) that a snapshot's
    /// attributes, entities, events and walks refer to.
    pub fn references(&self, snapshot: &Snapshot) -> BTreeSet<(String, String)> {
        let mut names = BTreeSet::new();
        let is_shared =
            |kind: &str| kind == CUSTOMER || self.entities.get(kind).is_some_and(|kind| kind.shared);
        let mut refer = |ty: Option<&Type>, value: &Value| {
            if let (Some(Type::Reference(kind)), Some(id)) = (ty, value.as_text())
                && is_shared(kind)
            {
                names.insert((kind.clone(), id.to_owned()));
            }
        };
        for (name, value) in &snapshot.customer.attributes {
            refer(self.customer.get(name).map(|attribute| &attribute.ty), value);
        }
        for ((kind, _), entity) in &snapshot.entities {
            let declared = self.entities.get(kind);
            for (name, value) in &entity.attributes {
                let attribute = declared.and_then(|kind| kind.attributes.get(name));
                refer(attribute.map(|attribute| &attribute.ty), value);
            }
        }
        let mut fields = |name: &str, fields: &BTreeMap<String, Value>| {
            let declared = self.events.get(name);
            for (field, value) in fields {
                refer(declared.and_then(|kind| kind.fields.get(field)), value);
            }
        };
        for event in snapshot.events.values().flatten() {
            fields(&event.name, &event.properties);
        }
        let entries = |walk: &Enrollment| -> Vec<Entry> {
            let walk = &walk.walk;
            std::iter::once(&walk.entry).chain(walk.came.values()).chain(&walk.goal).cloned().collect()
        };
        for entry in snapshot.enrollments.iter().flat_map(entries) {
            fields(&entry.name, &entry.fields);
        }
        // Who stands in line to be let in refers to what their entry names.
        let lined_up: Vec<Entry> = snapshot
            .timers
            .values()
            .filter(|timer| timer.basis.starts_with('{'))
            .filter_map(|timer| serde_json::from_str(&timer.basis).ok())
            .collect();
        for entry in &lined_up {
            fields(&entry.name, &entry.fields);
        }
        let of_timers = lined_up.into_iter().filter_map(|entry| entry.entity);
        let of_events = snapshot.events.values().flatten().filter_map(|event| event.entity.clone());
        let of_walks = snapshot.enrollments.iter().flat_map(entries).filter_map(|entry| entry.entity);
        for (kind, id) in of_events.chain(of_walks).chain(of_timers) {
            if is_shared(&kind) {
                names.insert((kind, id.as_str().to_owned()));
            }
        }
        // One's own name needs no looking up.
        names.remove(&(CUSTOMER.to_owned(), snapshot.customer.id.as_str().to_owned()));
        names
    }
}
