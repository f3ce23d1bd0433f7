//! Aggregates over the customer's events and entities, in a window that ends now.

use super::Reader;
use crate::facts::Facts;
use dsl::condition::{Aggregate, AggregateKind, Over, Within, instants};
use jiff::Timestamp;
use model::{Decimal, Entity, Event, Value};
use std::borrow::Cow;

impl<'a> Reader<'a> {
    /// The value of an aggregate. Over nothing `count` and `sum` are 0, the others unknown.
    pub(super) fn aggregate(&self, of: &'a Aggregate) -> Option<Value> {
        match &of.of {
            Over::Events(name) => self.over_events(of, name),
            Over::Entities(kind) => self.over_entities(of, kind),
        }
    }

    /// When the window begins; only what is later lies in it. `Some(None)`: it has no beginning.
    fn begins(&self, of: &Aggregate) -> Option<Option<Timestamp>> {
        match &of.window {
            None => Some(None),
            Some(Within::SinceEntry) => Some(Some(self.facts().entry?.at)),
            Some(Within::Last(length)) => {
                let facts = self.facts();
                let start = instants::shift_instant(facts.now, length, true, facts.project_zone);
                // A window that begins before all time holds everything.
                Some(Some(start.unwrap_or(Timestamp::MIN)))
            }
        }
    }

    fn over_events(&self, of: &'a Aggregate, name: &str) -> Option<Value> {
        let facts = *self.facts();
        let all = facts.snapshot.events_of(name);
        let begins = self.begins(of)?;
        let since_entry = of.window == Some(Within::SinceEntry);
        let entry = facts.entry.filter(|_| since_entry);
        // Never later than now. Events of the entry's own instant may lie behind it, so that order decides.
        let end = all.partition_point(|event| event.at <= facts.now);
        let start = match begins {
            None => 0,
            Some(begins) if since_entry => all.partition_point(|event| event.at < begins),
            Some(begins) => all.partition_point(|event| event.at <= begins),
        };
        let window = all.get(start..end).unwrap_or_default();
        let counts = |event: &&'a Event| {
            let by_machine = event.properties.get("human").and_then(Value::as_yes_no) == Some(false);
            (of.machines || !by_machine)
                && entry.is_none_or(|entry| entry.is_before(event))
                && of.filter.as_ref().is_none_or(|filter| {
                    self.with(Facts { candidate: Some(event), candidate_entity: None, ..facts }).test(filter)
                })
        };
        let events = window.iter().filter(counts);
        match &of.field {
            None => fold(of.kind, events.map(|event| Cow::Owned(Value::Instant(event.at)))),
            Some(field) => fold(
                of.kind,
                events.filter_map(|event| match event.properties.get(&**field) {
                    Some(value) => Some(Cow::Borrowed(value)),
                    None if **field == *"at" => Some(Cow::Owned(Value::Instant(event.at))),
                    None => None,
                }),
            ),
        }
    }

    fn over_entities(&self, of: &'a Aggregate, kind: &str) -> Option<Value> {
        let facts = *self.facts();
        let begins = self.begins(of)?;
        let created =
            |entity: &&'a Entity| self.of_entity(entity, "created_at").and_then(|value| value.as_instant());
        let own = &facts.snapshot.customer.id;
        let mut entities: Vec<&'a Entity> = facts
            .snapshot
            .entities
            .values()
            .filter(|entity| entity.kind == kind && entity.customer.as_ref() == Some(own))
            .filter(|entity| {
                begins.is_none_or(|begins| {
                    created(entity).is_some_and(|created| created > begins && created <= facts.now)
                })
            })
            .filter(|entity| {
                of.filter.as_ref().is_none_or(|filter| {
                    self.with(Facts { candidate_entity: Some(entity), candidate: None, ..facts }).test(filter)
                })
            })
            .collect();
        match &of.field {
            None => count(entities.len()),
            Some(field) => {
                // The map goes by id, and the sort keeps that order among those of one instant.
                entities.sort_by_key(created);
                fold(of.kind, entities.into_iter().filter_map(|entity| self.of_entity(entity, field)))
            }
        }
    }
}

fn count(number: usize) -> Option<Value> {
    Decimal::from_int(i64::try_from(number).ok()?).map(Value::Number)
}

/// Folds values in their order.
fn fold<'a>(kind: AggregateKind, mut values: impl Iterator<Item = Cow<'a, Value>>) -> Option<Value> {
    let best = |better: fn(&Value, &Value) -> bool, values: &mut dyn Iterator<Item = Cow<'a, Value>>| {
        values.reduce(|best, next| if better(&next, &best) { next } else { best }).map(Cow::into_owned)
    };
    match kind {
        AggregateKind::Count => count(values.count()),
        AggregateKind::Sum => {
            // Wider than a number, so that only the end result must fit.
            let sum: i128 =
                values.filter_map(|value| value.as_number()).map(|each| i128::from(each.micros())).sum();
            i64::try_from(sum).ok().map(|sum| Value::Number(Decimal::from_micros(sum)))
        }
        AggregateKind::Min => best(super::less, &mut values),
        AggregateKind::Max => best(|next, best| super::less(best, next), &mut values),
        AggregateKind::First => values.next().map(Cow::into_owned),
        AggregateKind::Last => values.last().map(Cow::into_owned),
    }
}
