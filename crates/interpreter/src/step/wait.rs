//! `wait` and `wait_until`.

use crate::advance::{Arrival, Flow, Walker};
use crate::calendar::add::add;
use crate::calendar::window;
use crate::condition;
use dsl::step::{Step, WaitLength};
use model::{Did, Length, Outcome, Value, Windows};
use std::collections::BTreeMap;

/// The length as text.
pub(super) fn words(length: &WaitLength) -> String {
    match length {
        WaitLength::Fixed(length) => length.to_string(),
        WaitLength::Computed { formula, .. } => format!("= {}", dsl::condition::print::operand(formula)),
    }
}

/// `wait`: counts from where the walk stands, in the customer's zone.
pub(super) fn wait(walker: &mut Walker<'_, '_>, step: &Step, length: &WaitLength, arrival: Arrival) -> Flow {
    if arrival == Arrival::Woken {
        return Flow::Next;
    }
    let chosen: Length = match length {
        WaitLength::Fixed(length) => *length,
        WaitLength::Computed { formula, at_least, at_most } => {
            let computed = condition::value(formula, &walker.facts(None));
            match computed.as_ref().and_then(Value::as_length) {
                Some(length) if length.approximate_ms() < at_least.approximate_ms() => *at_least,
                Some(length) if length.approximate_ms() > at_most.approximate_ms() => *at_most,
                Some(length) => length,
                // Unknown: the shorter bound, so that nobody waits for something that is not there.
                None => *at_least,
            }
        }
    };
    // What waited for others of its template is followed as if it had gone at once.
    let from = walker.enrollment.walk.counts_from.take().unwrap_or(walker.moment.at);
    let until =
        add(from, &chosen, &walker.turn.zone, &walker.turn.world.library.calendar).max(walker.moment.at);
    rest_until(walker, step, Did::Wait, &chosen.to_string(), until)
}

/// `wait_until`: the next instant inside the windows; at once where it is inside.
pub(super) fn wait_until(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    windows: &Windows,
    arrival: Arrival,
) -> Flow {
    if arrival == Arrival::Woken {
        return Flow::Next;
    }
    let until =
        window::next_open(windows, walker.moment.at, &walker.turn.zone, &walker.turn.world.library.calendar);
    rest_until(walker, step, Did::WaitUntil, &windows.to_string(), until)
}

fn rest_until(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    did: Did,
    what: &str,
    until: jiff::Timestamp,
) -> Flow {
    if until <= walker.moment.at {
        walker.line(Some(step), did, what, Outcome::Done, None, None, BTreeMap::new());
        return Flow::Next;
    }
    walker.line(Some(step), did, what, Outcome::Waits, Some(until), None, BTreeMap::new());
    Flow::Rest(until)
}
