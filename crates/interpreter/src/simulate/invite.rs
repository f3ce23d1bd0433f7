//! What starts many at once in a simulation: schedules that come round, events to everybody. As in the live
//! engine, each customer whom they name gets a timer.

use super::{Simulation, invites, next_fire, seat};
use crate::{everybody, release};
use dsl::library::refer::CUSTOMER;
use dsl::trigger::Trigger;
use model::{Changes, CustomerId, Entry, Event, Snapshot, Timer, TimerKey, Value};
use std::collections::BTreeSet;

impl Simulation<'_> {
    /// A schedule that came round sets a timer for each customer of its audience.
    pub(super) fn fire_schedules(&mut self) {
        let due: Vec<_> = self
            .schedules
            .iter()
            .filter(|(_, at)| **at <= self.now)
            .map(|(id, at)| (id.clone(), *at))
            .collect();
        for (id, at) in due {
            self.schedules.remove(&id);
            let Some(workflow) = self.world.workflows.live(&id).cloned() else { continue };
            let Trigger::Schedule(rule) = &workflow.trigger else { continue };
            if let Some(next) = next_fire(&self.world, rule, at) {
                self.schedules.insert(id.clone(), next);
            }
            self.see_all_friends();
            let entry = release::entry_of_schedule(at);
            let invited: Vec<_> = self
                .customers
                .values()
                .filter(|snapshot| invites(&self.world, &workflow, snapshot, at))
                .map(|snapshot| {
                    let rank = release::rank(&self.world, &workflow, &entry, snapshot, at);
                    (rank, snapshot.customer.id.clone())
                })
                .collect();
            let timers = release::invited(&self.world, &mut self.people, &workflow, &entry, at, invited);
            self.set_timers(timers);
        }
    }

    /// An event without a customer: what it sets is set for all, and whom it reaches gets a timer.
    pub(super) fn tell_everybody(&mut self, event: &Event) {
        let library = self.world.library;
        let named = everybody::names(library, event);
        // What nobody has changed yet is as those have it who refer to it.
        let first = |key| self.customers.values().find_map(|snapshot| snapshot.entities.get(key));
        let known = named.iter().filter_map(|key| self.shared.get(key).or_else(|| first(key)));
        let known = known.cloned().collect();
        for entity in everybody::changed(library, event, known) {
            self.shared.insert((entity.kind.clone(), entity.id.clone()), entity);
        }
        self.see_all_friends();
        let (entry, at) = (Entry::of_event(event), event.at);
        for workflow in everybody::listeners(&self.world, event) {
            let reached: Vec<_> = self
                .customers
                .values()
                .filter(|snapshot| everybody::reaches(&self.world, &workflow, &entry, snapshot, at))
                .map(|snapshot| {
                    let rank = release::rank(&self.world, &workflow, &entry, snapshot, at);
                    (rank, snapshot.customer.id.clone())
                })
                .collect();
            let timers =
                release::stand_in_line(&self.world, &mut self.people, &workflow, &entry, at, reached);
            self.set_timers(timers);
        }
    }

    fn set_timers(&mut self, timers: Vec<(CustomerId, TimerKey, Timer)>) {
        for (customer, key, timer) in timers {
            if let Some(snapshot) = self.customers.get_mut(&customer) {
                let at = timer.fire_at;
                if let Some(known) = snapshot.timers.insert(key.clone(), timer)
                    && let Some(known) = self.comes(&key, known.fire_at)
                {
                    self.timers.remove(&(known, seat(&customer), key.clone()));
                }
                if let Some(at) = self.comes(&key, at) {
                    self.timers.insert((at, seat(&customer), key));
                }
            }
        }
    }

    /// What is known of the customers whom these refer to (`invited_by`), as it is before their turns.
    pub(super) fn see_friends<'i>(&mut self, ids: impl IntoIterator<Item = &'i CustomerId>) {
        let model = &self.world.library.model;
        if !model.refers_to_customers() {
            return;
        }
        for id in ids {
            let Some(snapshot) = self.customers.get(id) else { continue };
            let names = model.references(snapshot).into_iter().filter(|(kind, _)| kind == CUSTOMER);
            let friends: Vec<_> = names
                .filter_map(|(_, id)| self.customers.get(&CustomerId::new(id)))
                .map(|friend| friend.customer.as_entity())
                .collect();
            if let Some(snapshot) = self.customers.get_mut(id) {
                let known = friends.into_iter().map(|each| ((each.kind.clone(), each.id.clone()), each));
                snapshot.entities.extend(known);
            }
        }
    }

    /// The same for everybody, before all are asked.
    pub(super) fn see_all_friends(&mut self) {
        if self.world.library.model.refers_to_customers() {
            let all: Vec<CustomerId> = self.customers.keys().cloned().collect();
            self.see_friends(&all);
        }
    }

    /// What others changed of the shared entities that a customer refers to.
    pub(super) fn see_shared(&self, snapshot: &mut Snapshot) {
        if self.shared.is_empty() {
            return;
        }
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut refer = |entry: &Entry| {
            ids.extend(entry.fields.values().filter_map(Value::as_text).map(str::to_owned));
            ids.extend(entry.entity.iter().map(|(_, id)| id.to_string()));
        };
        for (_, timer) in snapshot.timers.iter().filter(|(key, _)| release::lets_in(key)) {
            release::entry_of(timer).iter().for_each(&mut refer);
        }
        for walk in &snapshot.enrollments {
            refer(&walk.walk.entry);
        }
        ids.extend(snapshot.customer.attributes.values().filter_map(Value::as_text).map(str::to_owned));
        for (key, entity) in &self.shared {
            if snapshot.entities.contains_key(key) || ids.contains(key.1.as_str()) {
                snapshot.entities.insert(key.clone(), entity.clone());
            }
        }
    }

    /// What a customer's turn changed of shared entities is seen by the others.
    pub(super) fn share(&mut self, snapshot: &Snapshot, changes: &Changes) {
        for key in &changes.entities {
            if let Some(entity) = snapshot.entities.get(key).filter(|entity| entity.customer.is_none()) {
                self.shared.insert(key.clone(), entity.clone());
            }
        }
    }
}
