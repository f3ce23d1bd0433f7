//! A customer as of an instant of the past: what changed since is taken back, what happened since is still
//! to come. For simulations over the past, for the live engine on a clock, and for `why --at`.

use crate::profile;
use dsl::library::{Library, Origin};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{Changes, Consent, Consents, Event, EventId, Snapshot, StandingKind, Value, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is stored about one customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    /// The customer as they are now; its walks, memory and timers do not matter.
    pub snapshot: Snapshot,
    /// All their events.
    pub events: Vec<Event>,
    /// All their words about consent.
    pub consents: Vec<Consent>,
}

/// The customer as of an instant, and the facts at or after it. Before the first recorded change of an
/// attribute or a consent the imported value holds. Nobody is enrolled, nothing was sent.
pub fn as_of(library: &Library, zone: &TimeZone, archive: Archive, at: Timestamp) -> (Snapshot, Vec<Event>) {
    as_of_without(library, zone, archive, at, &BTreeSet::new())
}

/// The same, and what these workflows themselves did at or after the instant is not among the facts: a
/// simulation of the past does it again.
pub fn as_of_without(
    library: &Library,
    zone: &TimeZone,
    archive: Archive,
    at: Timestamp,
    simulated: &BTreeSet<WorkflowId>,
) -> (Snapshot, Vec<Event>) {
    let Archive { mut snapshot, mut events, consents } = archive;
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    let coming = events.split_off(events.partition_point(|event| event.at < at));
    for event in coming.iter().rev() {
        take_back(&mut snapshot, event);
    }
    for (name, attribute) in &library.model.customer {
        if matches!(attribute.origin, Origin::From(_)) {
            snapshot.customer.attributes.remove(name);
        }
    }
    snapshot.customer.computed_at.clear();
    snapshot.events.clear();
    snapshot.enrollments.clear();
    snapshot.memory.clear();
    snapshot.timers.clear();
    snapshot.standings.retain(|key, _| !matches!(key.kind, StandingKind::Lead | StandingKind::Task));
    snapshot.standings.clear();
    let mut unused = Changes::default();
    for event in &events {
        profile::apply(library, zone, &mut snapshot, event, &mut unused);
    }
    // A word that stands among the facts to come was no imported value: it holds from its instant only.
    let known: Vec<Consent> = consents.iter().filter(|word| !is_told(&coming, word)).cloned().collect();
    snapshot.consents = Consents::of(&known, |said| said < at);
    let mut coming = coming;
    coming.retain(|event| !crate::keep::is_derived(library, event));
    coming.extend(consent_events(&snapshot, &consents, &coming, at));
    coming.retain(|event| !is_doing_of(event, simulated));
    (snapshot, coming)
}

/// Whether a fact is what one of these workflows did: its step, its message, its task; or what came of the
/// leads that are given out, which any simulation follows again.
fn is_doing_of(event: &Event, workflows: &BTreeSet<WorkflowId>) -> bool {
    if workflows.is_empty() || !event.is_ours() {
        return false;
    }
    let said = event.properties.get("workflow").and_then(Value::as_text);
    let workflow = event.by_workflow().or(said);
    match workflow {
        Some(workflow) => workflows.iter().any(|known| known.as_str() == workflow),
        None => crate::lead::is_followed(event),
    }
}

/// Whether a word about consent stands among these facts.
fn is_told(facts: &[Event], word: &Consent) -> bool {
    facts.iter().any(|event| {
        event.at == word.at
            && event.properties.get("topic").and_then(Value::as_text) == Some(word.topic.as_str())
            && event.name == name_of(word)
    })
}

/// Words about consent that lie ahead and are not among the events already.
fn consent_events(snapshot: &Snapshot, consents: &[Consent], coming: &[Event], at: Timestamp) -> Vec<Event> {
    consents
        .iter()
        .filter(|consent| consent.at >= at && !is_told(coming, consent))
        .map(|consent| {
            let mut properties = BTreeMap::from([
                ("topic".to_owned(), Value::Text(consent.topic.clone())),
                ("source".to_owned(), Value::Text(consent.source.clone())),
            ]);
            properties
                .extend(consent.medium.map(|m| ("channel".to_owned(), Value::Text(m.as_str().to_owned()))));
            let medium = consent.medium.map_or("", model::Medium::as_str);
            Event {
                id: EventId::from(format!(
                    "consent_{}_{medium}_{}",
                    consent.topic,
                    consent.at.as_millisecond()
                )),
                source: consent.source.clone(),
                name: name_of(consent).to_owned(),
                customer: snapshot.customer.id.clone(),
                entity: None,
                at: consent.at,
                received_at: consent.at,
                properties,
                chain: 0,
            }
        })
        .collect()
}

fn name_of(consent: &Consent) -> &'static str {
    if consent.granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN }
}

/// Undoes one change.
fn take_back(snapshot: &mut Snapshot, event: &Event) {
    let attribute = event.properties.get("attribute").and_then(Value::as_text);
    let before = event.properties.get("from").cloned();
    if event.name == names::CUSTOMER_CHANGED {
        if let Some(attribute) = attribute {
            restore(&mut snapshot.customer.attributes, attribute, before);
        }
    } else if event.name == names::TAG_CHANGED {
        take_back_tag(snapshot, event);
    } else if let Some(key) = &event.entity
        && let Some(entity) = snapshot.entities.get_mut(key)
    {
        if event.name == names::stage_changed(&key.0) {
            restore(&mut entity.attributes, "stage", before);
            entity.attributes.remove("stage_since");
        } else if event.name == names::changed(&key.0)
            && let Some(attribute) = attribute
        {
            restore(&mut entity.attributes, attribute, before);
        }
    }
}

fn take_back_tag(snapshot: &mut Snapshot, event: &Event) {
    let Some(tag) = event.properties.get("tag").and_then(Value::as_text) else { return };
    let was_added = event.properties.get("present") != Some(&Value::YesNo(false));
    if let Some(Value::List(tags)) = snapshot.customer.attributes.get_mut("tags") {
        tags.retain(|known| known != tag);
        if !was_added {
            tags.push(tag.to_owned());
        }
    }
}

fn restore(attributes: &mut BTreeMap<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => attributes.insert(name.to_owned(), value),
        None => attributes.remove(name),
    };
}
