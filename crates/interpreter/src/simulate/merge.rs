//! Two customers of a simulation become one, as `engine/merge` does it over a database.

use super::{Simulation, Watcher};
use crate::merge::{self as rules, MERGED};
use crate::world::held;
use dsl::library::refer::CUSTOMER;
use model::{CustomerId, Event, Input, Type, Value};
use std::collections::BTreeMap;

impl Simulation<'_> {
    /// Who stands behind an id: themselves, or whom they were merged into.
    pub(super) fn who(&self, id: CustomerId) -> CustomerId {
        self.led.get(&id).cloned().unwrap_or(id)
    }

    /// A fact as it reaches who stands behind its customer; `None`: it told of somebody who is no more.
    pub(super) fn led(&self, event: Event) -> Option<Event> {
        match self.led.get(&event.customer) {
            Some(keep) => rules::moves(&event).then(|| Event { customer: keep.clone(), ..event }),
            None => Some(event),
        }
    }

    /// Makes one of the next two whose time has come. `false`: there are none.
    pub(super) fn merge_next(&mut self, watcher: &mut dyn Watcher) -> bool {
        if self.merges.first().is_none_or(|(at, ..)| *at > self.now) {
            return false;
        }
        if let Some((_, keep, other)) = self.merges.pop_first() {
            let (keep, other) = (self.who(keep), self.who(other));
            if keep != other {
                self.merge_now(&keep, &other, watcher);
            }
        }
        true
    }

    fn merge_now(&mut self, keep: &CustomerId, other: &CustomerId, watcher: &mut dyn Watcher) {
        let (Some(ours), Some(theirs)) = (self.customers.get(keep), self.customers.get(other)) else {
            return;
        };
        let doubles = rules::doubles(ours, theirs);
        let mut exits: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
        for double in &doubles {
            let (enrollment, reason) = (double.goes.clone(), MERGED.to_owned());
            exits.entry(double.of.clone()).or_default().push(Input::Exit { enrollment, reason });
        }
        if !exits.is_empty() {
            self.decide(exits, watcher);
        }
        let (Some(ours), Some(theirs)) = (self.take(keep), self.take(other)) else { return };
        let (library, model) = (self.world.library, &self.world.library.model);
        let before: Vec<_> = [&ours, &theirs].into_iter().flat_map(|each| held(model, each)).collect();
        let (mut joined, _) = rules::join(library, ours, &theirs, &doubles, self.now);
        rules::join_kept(library, &mut joined, &theirs);
        self.people.settle(&before, &held(model, &joined));
        self.keep(joined);
        for led in self.led.values_mut().filter(|led| *led == other) {
            led.clone_from(keep);
        }
        self.led.insert(other.clone(), keep.clone());
        self.refer_to(keep, other);
        // What is kept follows, and timers are planned anew; nothing is told.
        let again = vec![Input::Keep { launch: Vec::new() }, Input::Plan { launch: Vec::new() }];
        self.decide(BTreeMap::from([(keep.clone(), again)]), watcher);
    }

    /// Who refers to the one (`invited_by`) refers to the other from now on.
    fn refer_to(&mut self, keep: &CustomerId, other: &CustomerId) {
        let model = &self.world.library.model;
        let refers = |ty: Option<&Type>, value: &Value| {
            matches!(ty, Some(Type::Reference(kind)) if kind == CUSTOMER)
                && value.as_text() == Some(other.as_str())
        };
        if !model.refers_to_customers() {
            return;
        }
        for snapshot in self.customers.values_mut() {
            for (name, value) in &mut snapshot.customer.attributes {
                if refers(model.customer.get(name).map(|known| &known.ty), value) {
                    *value = Value::Text(keep.to_string());
                }
            }
            for ((kind, _), entity) in &mut snapshot.entities {
                let declared = model.entities.get(kind);
                for (name, value) in &mut entity.attributes {
                    let known = declared.and_then(|kind| kind.attributes.get(name));
                    if refers(known.map(|known| &known.ty), value) {
                        *value = Value::Text(keep.to_string());
                    }
                }
            }
        }
    }
}
