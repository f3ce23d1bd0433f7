//! Schedules by each customer's own clock: a timer of theirs, planned anew when they move to another zone.

use super::{moves_the_clock, set};
use crate::calendar::schedule;
use crate::simulate::invites;
use crate::turn::Turn;
use dsl::trigger::{ScheduleTrigger, ScheduleZone};
use dsl::workflow::Workflow;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use model::{Event, Timer, TimerKey};

/// Sets the timer of a schedule by the customer's clock, from now on. What is due already stays due. A day
/// whose time has come on an earlier clock of theirs does not come again.
pub(super) fn plan(turn: &mut Turn<'_>, workflow: &Workflow, trigger: &ScheduleTrigger) {
    if trigger.zone != ScheduleZone::Customer {
        return;
    }
    let key = TimerKey { workflow: workflow.id.clone(), subject: String::new() };
    let known = turn.snapshot.timers.get(&key);
    if known.is_some_and(|known| known.fire_at <= turn.now) {
        return;
    }
    let basis = known.map(|known| known.basis.clone()).unwrap_or_default();
    let done: Option<DateTime> = basis.parse().ok();
    let mut after = turn.now - SignedDuration::from_millis(1);
    let next = loop {
        let Some(next) = fires(turn, trigger, after) else { break None };
        if done.is_none_or(|done| turn.zone.to_datetime(next) > done) {
            break Some(next);
        }
        after = next;
    };
    set(turn, key, next.map(|fire_at| Timer { fire_at, basis }));
}

/// A customer who is new, or has another zone, is planned.
pub(super) fn after_event(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    trigger: &ScheduleTrigger,
    event: &Event,
) {
    let key = TimerKey { workflow: workflow.id.clone(), subject: String::new() };
    if moves_the_clock(event) || !turn.snapshot.timers.contains_key(&key) {
        plan(turn, workflow, trigger);
    }
}

/// The time after the one that has come. Of several that were missed, one is looked at.
pub(super) fn next(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    trigger: &ScheduleTrigger,
    key: &TimerKey,
    timer: &Timer,
) {
    if trigger.zone != ScheduleZone::Customer || turn.world.workflows.live(&workflow.id).is_none() {
        return;
    }
    let after = timer.fire_at.max(turn.now - SignedDuration::from_secs(60));
    let basis = turn.zone.to_datetime(timer.fire_at).to_string();
    let next = fires(turn, trigger, after);
    set(turn, key.clone(), next.map(|fire_at| Timer { fire_at, basis }));
}

/// Whether the customer is asked at all when a timer has come: by their own clock the audience is looked at
/// only now; with one clock for all it was when the schedule came round.
pub(super) fn asks(turn: &Turn<'_>, workflow: &Workflow, trigger: &ScheduleTrigger, timer: &Timer) -> bool {
    trigger.zone != ScheduleZone::Customer || invites(&turn.world, workflow, &turn.snapshot, timer.fire_at)
}

fn fires(turn: &Turn<'_>, trigger: &ScheduleTrigger, after: Timestamp) -> Option<Timestamp> {
    schedule::next_fire(&trigger.rule, after, &turn.zone, &turn.world.library.calendar)
}
