//! An event without a customer: it changes shared entities by `sets`, and reaches everybody for whom the
//! `to` of a trigger holds. It is nobody's own fact: no aggregate of a customer counts it.

use crate::condition;
use crate::facts::Facts;
use crate::profile;
use crate::turn::zone_of;
use crate::world::World;
use dsl::library::Library;
use dsl::trigger::Trigger;
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::{Changes, Customer, Entity, EntityId, Entry, Event, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The live workflows that an event without a customer starts, in their order; what is held then is not among
/// them.
pub fn listeners(world: &World<'_>, event: &Event) -> Vec<Arc<Workflow>> {
    let listens = |workflow: &&Arc<Workflow>| matches!(&workflow.trigger, Trigger::Event { name, to: Some(_), .. } if *name == event.name);
    let held = |workflow: &&Arc<Workflow>| world.workflows.is_paused(&workflow.id, event.at);
    let all = world.workflows.in_order().into_iter();
    all.filter(listens).filter(|workflow| !held(workflow)).cloned().collect()
}

/// Whether it reaches a customer: known by then, and `to` (and `when`) hold.
pub fn reaches(
    world: &World<'_>,
    workflow: &Workflow,
    entry: &Entry,
    snapshot: &Snapshot,
    at: Timestamp,
) -> bool {
    let Trigger::Event { when, to, .. } = &workflow.trigger else { return false };
    let (zone, nobody) = (zone_of(world, snapshot), BTreeMap::new());
    let mut facts = Facts::outside(world, &nobody, snapshot, &zone, at);
    facts.entry = Some(entry);
    facts.event = Some(entry);
    let known = snapshot.customer.created_at().is_none_or(|since| since <= at);
    known && [when, to].into_iter().flatten().all(|condition| condition::holds(condition, &facts))
}

/// The shared entities that such an event names: kind and id.
pub fn names(library: &Library, event: &Event) -> Vec<(String, EntityId)> {
    let Some(kind) = library.model.events.get(&event.name) else { return Vec::new() };
    let shared = |kind: &str| library.model.entities.get(kind).is_some_and(|kind| kind.shared);
    let kinds = kind.sets.keys().map(|(kind, _)| kind).filter(|kind| shared(kind));
    let mut named: Vec<(String, EntityId)> = kinds
        .filter_map(|kind| {
            let id = event.properties.get(&format!("{kind}_id"))?.as_text()?;
            Some((kind.clone(), EntityId::new(id)))
        })
        .collect();
    named.extend(event.entity.clone().filter(|(kind, _)| shared(kind)));
    named.sort();
    named.dedup();
    named
}

/// What such an event makes of the shared entities it names; one that is not known yet is made.
pub fn changed(library: &Library, event: &Event, known: Vec<Entity>) -> Vec<Entity> {
    let mut public = Snapshot::new(Customer::new(event.customer.clone()));
    for (kind, id) in names(library, event) {
        let (key, attributes) = ((kind.clone(), id.clone()), BTreeMap::new());
        public.entities.insert(key, Entity { kind, id, customer: None, attributes });
    }
    for entity in known {
        public.entities.insert((entity.kind.clone(), entity.id.clone()), entity);
    }
    let mut changes = Changes::default();
    profile::set_by_event(library, &mut public, event, &mut changes);
    changes.entities.iter().filter_map(|key| public.entities.get(key).cloned()).collect()
}
