//! Attributes by `rank:`: once a day all customers are ranked, and whose group has moved hears of it by a
//! timer of their own. The live engine lets its database rank; the simulation ranks in memory, alike.

use super::{Cause, record};
use crate::calendar::schedule::next_fire;
use crate::condition;
use crate::facts::Facts;
use crate::turn::{Turn, zone_of};
use crate::world::{Moment, World};
use dsl::library::{Library, Origin, Rank};
use jiff::Timestamp;
use model::event::names;
use model::{CustomerId, Days, Decimal, Schedule, Snapshot, Timer, TimerKey, Value, WorkflowId};
use std::collections::BTreeMap;

/// The name under which the timers of groups that have moved stand.
pub const RANK: &str = "@rank";
/// Before the group in a timer's basis: it is the first one, of which nobody is told.
const FIRST: &str = "first:";

/// The ranks of a model, by attribute.
pub fn all(library: &Library) -> impl Iterator<Item = (&str, &Rank)> {
    library.model.customer.iter().filter_map(|(name, attribute)| match &attribute.origin {
        Origin::Rank(rank) => Some((name.as_str(), &**rank)),
        Origin::Given | Origin::From(_) | Origin::Cases(_) => None,
    })
}

/// When a rank is taken next, strictly after an instant: each day at its hour in the project's zone.
pub fn next_at(world: &World<'_>, rank: &Rank, after: Timestamp) -> Option<Timestamp> {
    let daily = Schedule::Weekly { days: Days::Every, at: rank.at };
    next_fire(&daily, after, world.zone, &world.library.calendar)
}

/// The name of a rank's row among the schedules.
pub fn row(attribute: &str) -> WorkflowId {
    WorkflowId::from(format!("{RANK}/{attribute}"))
}

/// The attribute of a rank's row among the schedules; `None`: the row is a workflow's.
pub fn attribute_of(row: &WorkflowId) -> Option<&str> {
    row.as_str().strip_prefix(RANK)?.strip_prefix('/')
}

/// What a customer is ranked by. `None`: not among those who are, not known yet, or without a value.
pub fn value(world: &World<'_>, rank: &Rank, snapshot: &Snapshot, at: Timestamp) -> Option<Decimal> {
    let zone = zone_of(world, snapshot);
    let nobody = BTreeMap::new();
    let facts = Facts::outside(world, &nobody, snapshot, &zone, at);
    let known = snapshot.customer.created_at().is_none_or(|since| since <= at);
    if !known || !rank.among.as_ref().is_none_or(|among| condition::holds(among, &facts)) {
        return None;
    }
    condition::value(&rank.by, &facts)?.as_number()
}

/// The group of each: 1 + floor(groups × those strictly below ÷ all).
pub fn groups(values: Vec<(CustomerId, Decimal)>, groups: u32) -> BTreeMap<CustomerId, i64> {
    let mut values = values;
    values.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    let all = i64::try_from(values.len()).unwrap_or(i64::MAX).max(1);
    let mut below = 0;
    let mut before: Option<Decimal> = None;
    let mut found = BTreeMap::new();
    for (place, (id, value)) in values.into_iter().enumerate() {
        if before != Some(value) {
            below = i64::try_from(place).unwrap_or(i64::MAX);
            before = Some(value);
        }
        found.insert(id, 1 + i64::from(groups).saturating_mul(below) / all);
    }
    found
}

/// Of these customers those whose group is no longer what is stored, with the new one; `None`: in no group.
pub fn moved<'s>(
    world: &World<'_>,
    attribute: &str,
    rank: &Rank,
    customers: impl Iterator<Item = &'s Snapshot> + Clone,
    at: Timestamp,
) -> Vec<(CustomerId, Option<i64>)> {
    let values = customers
        .clone()
        .filter_map(|snapshot| Some((snapshot.customer.id.clone(), value(world, rank, snapshot, at)?)));
    let groups = groups(values.collect(), rank.groups);
    customers
        .filter_map(|snapshot| {
            let group = groups.get(&snapshot.customer.id).copied();
            let stored = snapshot.customer.get(attribute).and_then(Value::as_number);
            (stored.and_then(Decimal::to_int) != group).then(|| (snapshot.customer.id.clone(), group))
        })
        .collect()
}

/// The timer that tells a customer of their new group. `first`: the rank is taken for the first time, and
/// nothing starts by it.
pub fn timer(attribute: &str, group: Option<i64>, at: Timestamp, first: bool) -> (TimerKey, Timer) {
    let key = TimerKey { workflow: WorkflowId::new(RANK), subject: attribute.to_owned() };
    let group = group.map(|group| group.to_string()).unwrap_or_default();
    let basis = if first { format!("{FIRST}{group}") } else { group };
    (key, Timer { fire_at: at, basis })
}

/// A customer hears of their group.
pub(crate) fn fire(turn: &mut Turn<'_>, attribute: &str, timer: &Timer) {
    if timer.basis.starts_with(FIRST) {
        return put(turn, attribute, timer);
    }
    let to = group_in(&timer.basis);
    let from = turn.snapshot.customer.get(attribute).cloned();
    let known = matches!(
        turn.world.library.model.customer.get(attribute).map(|attribute| &attribute.origin),
        Some(Origin::Rank(_))
    );
    if from == to || !known {
        return;
    }
    let mut properties = BTreeMap::from([("attribute".to_owned(), Value::from(attribute))]);
    properties.extend(from.map(|from| ("from".to_owned(), from)));
    properties.extend(to.map(|to| ("to".to_owned(), to)));
    let cause = Cause { at: Moment::of(timer.fire_at, turn.now).at, by: RANK.to_owned(), chain: 0 };
    record(turn, names::CUSTOMER_CHANGED, attribute, properties, &cause);
}

/// Takes the first groups as they are, before anything that looks at them.
pub(super) fn take(turn: &mut Turn<'_>) {
    let first: Vec<(TimerKey, Timer)> = turn
        .snapshot
        .timers
        .iter()
        .filter(|(key, timer)| key.workflow.as_str() == RANK && timer.basis.starts_with(FIRST))
        .map(|(key, timer)| (key.clone(), timer.clone()))
        .collect();
    for (key, timer) in first {
        put(turn, &key.subject, &timer);
        crate::plan::set(turn, key, None);
    }
}

fn put(turn: &mut Turn<'_>, attribute: &str, timer: &Timer) {
    let group = timer.basis.strip_prefix(FIRST).and_then(group_in);
    let attributes = &mut turn.snapshot.customer.attributes;
    match group {
        Some(group) => attributes.insert(attribute.to_owned(), group),
        None => attributes.remove(attribute),
    };
    turn.changes.customer = true;
}

fn group_in(basis: &str) -> Option<Value> {
    Some(Value::Number(Decimal::from_int(basis.parse().ok()?)?))
}
