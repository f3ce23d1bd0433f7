//! A customer is forgotten: personal data go, what was allowed is withdrawn, and a tombstone stays, so that no
//! import brings them back silently.

use crate::todo;
use dsl::library::{Attribute, Library};
use model::consent::FORGOTTEN;
use model::event::names;
use model::{Changes, Consent, Event, Snapshot, Suppression, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Takes away what is personal: of the customer, their entities, their events and their walks.
pub(crate) fn forget(library: &Library, snapshot: &mut Snapshot, event: &Event, changes: &mut Changes) {
    let personal = personal(library);
    snapshot.customer.attributes.retain(|name, _| !personal.contains(name));
    snapshot.customer.computed_at.retain(|name, _| !personal.contains(name));
    changes.customer = true;
    for (key, entity) in &mut snapshot.entities {
        let before = entity.attributes.len();
        if entity.customer.as_ref() == Some(&event.customer) {
            entity.attributes.retain(|name, _| !personal.contains(&format!("{}.{name}", key.0)));
        }
        if entity.attributes.len() != before {
            changes.entities.insert(key.clone());
        }
    }
    for known in snapshot.events.values_mut().flatten().chain(&mut changes.events) {
        scrub(known, &personal);
    }
    for walk in &mut snapshot.enrollments {
        // What a walk carries may be anything.
        walk.walk.entry.fields.clear();
        walk.walk.goal.iter_mut().for_each(|goal| goal.fields.clear());
        walk.walk.came.clear();
        walk.walk.vars.clear();
        walk.walk.inputs.clear();
        walk.walk.results.clear();
        changes.enrollments.insert(walk.id.clone());
    }
    // Who stands in line to be let in does so with what their entry says.
    let lined_up: Vec<_> = snapshot.timers.iter().filter(|(_, timer)| timer.basis.starts_with('{')).collect();
    let lined_up: Vec<_> = lined_up.into_iter().map(|(key, _)| key.clone()).collect();
    for key in lined_up {
        snapshot.timers.remove(&key);
        changes.timers.insert(key);
    }
    todo::forget(snapshot, changes);
    for line in &mut changes.trace {
        line.values.clear();
    }
    let granted: Vec<_> =
        snapshot.consents.0.iter().filter(|(_, (granted, _))| *granted).map(|(key, _)| key.clone()).collect();
    for (topic, medium) in granted {
        let source = FORGOTTEN.to_owned();
        let consent =
            Consent { topic, medium, granted: false, at: event.at, source, proof: model::Proof::default() };
        snapshot.consents.apply(&consent);
        changes.consents.push(consent);
    }
    let tombstone =
        Suppression { medium: None, topic: None, reason: FORGOTTEN.to_owned(), at: event.at, until: None };
    snapshot.suppressions.push(tombstone.clone());
    changes.suppressions.push(tombstone);
    changes.cancel_of(None, None);
    changes.forgotten.extend(personal);
}

/// Attributes that the model calls personal: `email`; of an entity `deal.contact`.
fn personal(library: &Library) -> BTreeSet<String> {
    let is_personal = |(name, attribute): (&String, &Attribute)| attribute.pii.then(|| name.clone());
    let own = library.model.customer.iter().filter_map(is_personal);
    let of_entities = library.model.entities.iter().flat_map(|(kind, declared)| {
        let names = declared.attributes.iter().filter_map(is_personal);
        names.map(move |name| format!("{kind}.{name}"))
    });
    own.chain(of_entities).collect()
}

/// A past event keeps that it was, and what of it is not personal.
fn scrub(event: &mut Event, personal: &BTreeSet<String>) {
    event.properties.retain(|name, _| !personal.contains(name));
    let attribute = event.properties.get("attribute").and_then(Value::as_text).unwrap_or_default();
    let changed = match &event.entity {
        Some((kind, _)) => format!("{kind}.{attribute}"),
        None if event.name == names::CUSTOMER_CHANGED => attribute.to_owned(),
        None => return,
    };
    if personal.contains(&changed) {
        let properties = std::mem::take(&mut event.properties);
        event.properties =
            properties.into_iter().filter(|(name, _)| name == "attribute").collect::<BTreeMap<_, _>>();
    }
}
