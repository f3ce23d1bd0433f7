//! A fact changes a customer: attributes kept by `from:`, changes of attributes, stages, tags, consent.
//! The same function at ingest, in simulation and in tests.

use crate::condition;
use crate::facts::Facts;
use crate::forget;
use dsl::condition::{AggregateKind, Over};
use dsl::library::{Library, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{Changes, Consent, Customer, Decimal, Entity, Entry, Event, Medium, Proof, Snapshot, Value};
use std::collections::BTreeMap;

/// Takes a fact in: puts it among the customer's events and changes what follows from it. An event that is
/// there already changes nothing (`false`). A late one changes what it would have changed in order.
pub fn apply(
    library: &Library,
    zone: &TimeZone,
    snapshot: &mut Snapshot,
    event: &Event,
    changes: &mut Changes,
) -> bool {
    if !snapshot.insert_event(event.clone()) {
        return false;
    }
    if snapshot.customer.created_at().is_none_or(|known| event.at < known) {
        snapshot.customer.attributes.insert("created_at".to_owned(), Value::Instant(event.at));
        changes.customer = true;
    }
    keep_computed(library, zone, snapshot, event, changes);
    if event.name == names::CUSTOMER_CHANGED {
        if let Some(attribute) = event.properties.get("attribute").and_then(Value::as_text) {
            change_attribute(&mut snapshot.customer, attribute.to_owned(), event);
            changes.customer = true;
        }
    } else if event.name == names::CUSTOMER_FORGOTTEN {
        forget::forget(library, snapshot, event, changes);
    } else if event.name == names::TAG_CHANGED {
        change_tag(&mut snapshot.customer, event);
        changes.customer = true;
    } else if event.name == names::CONSENT_GRANTED || event.name == names::CONSENT_WITHDRAWN {
        change_consent(snapshot, event, changes);
    } else if let Some((kind, id)) = &event.entity {
        let what = event.name.strip_prefix(kind.as_str()).unwrap_or_default();
        if what == ".stage_changed" || what == ".changed" {
            let key = (kind.clone(), id.clone());
            let entity = snapshot.entities.entry(key.clone()).or_insert_with(|| Entity {
                kind: kind.clone(),
                id: id.clone(),
                customer: Some(event.customer.clone()),
                attributes: BTreeMap::new(),
            });
            if what == ".stage_changed" {
                change_stage(entity, event);
            } else if let Some(name) = event.properties.get("attribute").and_then(Value::as_text) {
                put(&mut entity.attributes, name, event.properties.get("to").cloned());
            }
            changes.entities.insert(key);
        }
    }
    set_by_event(library, snapshot, event, changes);
    true
}

fn put(attributes: &mut BTreeMap<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => attributes.insert(name.to_owned(), value),
        None => attributes.remove(name),
    };
}

fn order_of(event: &Event) -> (Timestamp, Timestamp, String) {
    (event.at, event.received_at, event.id.as_str().to_owned())
}

/// Of two changes of one attribute the later counts, whichever came to us first.
fn change_attribute(customer: &mut Customer, attribute: String, event: &Event) {
    let order = order_of(event);
    if customer.computed_at.get(&attribute).is_some_and(|known| *known > order) {
        return;
    }
    put(&mut customer.attributes, &attribute, event.properties.get("to").cloned());
    customer.computed_at.insert(attribute, order);
}

fn change_tag(customer: &mut Customer, event: &Event) {
    let Some(tag) = event.properties.get("tag").and_then(Value::as_text).map(str::to_owned) else { return };
    let present = event.properties.get("present") != Some(&Value::YesNo(false));
    let mut tags: Vec<String> =
        customer.attributes.get("tags").and_then(Value::as_list).map(<[String]>::to_vec).unwrap_or_default();
    tags.retain(|known| *known != tag);
    if present {
        tags.push(tag);
    }
    customer.attributes.insert("tags".to_owned(), Value::List(tags));
}

fn change_consent(snapshot: &mut Snapshot, event: &Event, changes: &mut Changes) {
    let Some(topic) = event.properties.get("topic").and_then(Value::as_text) else { return };
    let medium = match event.properties.get("channel").and_then(Value::as_text) {
        Some("email") => Some(Medium::Email),
        Some("sms") => Some(Medium::Sms),
        Some("message") => Some(Medium::Message),
        Some(_) | None => None,
    };
    let granted = event.name == names::CONSENT_GRANTED;
    let said = |name: &str| event.properties.get(name).and_then(Value::as_text).map(str::to_owned);
    let source = said("source").unwrap_or_else(|| event.source.clone());
    let proof = Proof {
        basis: said("basis"),
        wording: said("wording"),
        asked_at: event.properties.get("asked_at").and_then(Value::as_instant),
        token: said("token"),
    };
    let consent = Consent { topic: topic.to_owned(), medium, granted, at: event.at, source, proof };
    snapshot.consents.apply(&consent);
    if !granted {
        changes.cancel_of(Some(&consent.topic), medium);
    }
    changes.consents.push(consent);
}

fn change_stage(entity: &mut Entity, event: &Event) {
    let since = entity.get("stage_since").and_then(Value::as_instant);
    if since.is_some_and(|since| since > event.at) {
        return;
    }
    put(&mut entity.attributes, "stage", event.properties.get("to").cloned());
    put(&mut entity.attributes, "stage_since", Some(Value::Instant(event.at)));
    if entity.get("created_at").is_none() {
        put(&mut entity.attributes, "created_at", Some(Value::Instant(event.at)));
    }
}

/// `from:` attributes of the customer that run over events of this name.
fn keep_computed(
    library: &Library,
    zone: &TimeZone,
    snapshot: &mut Snapshot,
    event: &Event,
    changes: &mut Changes,
) {
    for (name, attribute) in &library.model.customer {
        let Origin::From(aggregate) = &attribute.origin else { continue };
        let Over::Events(over) = &aggregate.of else { continue };
        if **over != *event.name {
            continue;
        }
        // Opens and clicks by machines count only where the aggregate asks for them.
        if !aggregate.machines && event.properties.get("human") == Some(&Value::YesNo(false)) {
            continue;
        }
        if let Some(filter) = &aggregate.filter {
            let entry = Entry::of_event(event);
            let reps = BTreeMap::new();
            let facts = Facts {
                event: Some(&entry),
                candidate: Some(event),
                ..Facts::bare(library, &reps, snapshot, (zone, zone), event.at)
            };
            if !condition::test(filter, &facts) {
                continue;
            }
        }
        let field = match &aggregate.field {
            Some(field) => event.properties.get(&**field).cloned(),
            None => Some(Value::Instant(event.at)),
        };
        if fold(&mut snapshot.customer, name, aggregate.kind, field, event) {
            changes.customer = true;
        }
    }
}

/// Adds one event to a kept aggregate; `false`: it does not change it.
fn fold(
    customer: &mut Customer,
    name: &str,
    kind: AggregateKind,
    field: Option<Value>,
    event: &Event,
) -> bool {
    let known = customer.attributes.get(name).cloned();
    let next = match kind {
        AggregateKind::Count => {
            let count = known.as_ref().and_then(Value::as_number).unwrap_or(Decimal::ZERO);
            Decimal::from_int(1).and_then(|one| count.checked_add(one)).map(Value::Number)
        }
        AggregateKind::Sum => {
            let sum = known.as_ref().and_then(Value::as_number).unwrap_or(Decimal::ZERO);
            field
                .as_ref()
                .and_then(Value::as_number)
                .and_then(|more| sum.checked_add(more))
                .map(Value::Number)
        }
        AggregateKind::Min => field.filter(|new| known.as_ref().is_none_or(|old| condition::less(new, old))),
        AggregateKind::Max => field.filter(|new| known.as_ref().is_none_or(|old| condition::less(old, new))),
        AggregateKind::First | AggregateKind::Last => {
            let order = order_of(event);
            let first = kind == AggregateKind::First;
            let replaces = customer
                .computed_at
                .get(name)
                .is_none_or(|known| if first { order < *known } else { order > *known });
            if replaces && field.is_some() {
                customer.computed_at.insert(name.to_owned(), order);
                field
            } else {
                None
            }
        }
    };
    match next {
        Some(value) => {
            customer.attributes.insert(name.to_owned(), value);
            true
        }
        None => false,
    }
}

/// `sets:` of an event: attributes of the entity that the event names by `<kind>_id`.
pub(crate) fn set_by_event(library: &Library, snapshot: &mut Snapshot, event: &Event, changes: &mut Changes) {
    let Some(kind) = library.model.events.get(&event.name) else { return };
    for ((entity_kind, attribute), field) in &kind.sets {
        let Some(id) = event.properties.get(&format!("{entity_kind}_id")).and_then(Value::as_text) else {
            continue;
        };
        let key = (entity_kind.clone(), model::EntityId::new(id));
        if let (Some(entity), Some(value)) = (snapshot.entities.get_mut(&key), event.properties.get(field)) {
            entity.attributes.insert(attribute.clone(), value.clone());
            changes.entities.insert(key);
        }
    }
}
