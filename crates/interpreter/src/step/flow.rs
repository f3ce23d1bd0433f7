//! Branches, lots, loops.

use crate::advance::{Arrival, Flow, Walker};
use crate::{assigned, condition, contest, draw};
use dsl::condition::Condition;
use dsl::step::{BlockIx, Case, Step, StepIx, Way, Winner};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::{Did, Outcome, WalkState, zone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `if`.
pub(super) fn branch(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    question: &Condition,
    then: BlockIx,
    otherwise: Option<BlockIx>,
) -> Flow {
    let event = walker.event_at(at);
    let (holds, mut values) = {
        let facts = walker.facts(event.as_ref());
        (condition::holds(question, &facts), condition::explain(question, &facts))
    };
    values.insert("branch".to_owned(), if holds { "then" } else { "else" }.into());
    walker.line(Some(step), Did::If, &question.text, Outcome::Done, None, None, values);
    match (holds, otherwise) {
        (true, _) => Flow::Into(then),
        (false, Some(otherwise)) => Flow::Into(otherwise),
        (false, None) => Flow::Next,
    }
}

/// `choose`: the first case that holds; none and no otherwise: goes on below, traced.
pub(super) fn choose(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, cases: &[Case]) -> Flow {
    let event = walker.event_at(at);
    let mut values = BTreeMap::new();
    let mut chosen = None;
    {
        let facts = walker.facts(event.as_ref());
        for (number, case) in cases.iter().enumerate() {
            let holds = match &case.when {
                Some(when) => {
                    values.extend(condition::explain(when, &facts));
                    condition::holds(when, &facts)
                }
                None => true,
            };
            if holds {
                chosen = Some((number, case));
                break;
            }
        }
    }
    let what = match chosen {
        Some((_, Case { when: Some(when), .. })) => when.text.to_string(),
        Some((_, Case { when: None, .. })) => "otherwise".to_owned(),
        None => "none".to_owned(),
    };
    if let Some((number, _)) = chosen {
        values.insert("branch".to_owned(), (number + 1).into());
    }
    walker.line(Some(step), Did::Choose, &what, Outcome::Done, None, None, values);
    chosen.map_or(Flow::Next, |(_, case)| Flow::Into(case.steps))
}

/// `split`: a lot, drawn once for ever. A way that takes the winner rests until there is one.
pub(super) fn split(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    name: &str,
    ways: &[Way],
    winner: Option<&Winner>,
    arrival: Arrival,
) -> Flow {
    let workflow = Arc::clone(&walker.workflow);
    let arm = draw::arm(walker.turn, &workflow, name, ways);
    let Some(way) = ways.iter().find(|way| Some(&way.name) == arm.as_ref()) else { return Flow::Next };
    let Some(winner) = winner else { return go(walker, step, name, way, None) };
    let Some(takes) = &way.takes else {
        if !walker.enrollment.walk.holdout {
            contest::drawn(walker.turn, &workflow, name, &way.name, walker.moment.at);
        }
        return go(walker, step, name, way, None);
    };
    let since = arrived(walker, arrival);
    let (won, decided_at) = match contest::decided(walker.turn, &workflow, name) {
        Some(decided) => decided,
        None => {
            let until = contest::until(walker.turn, &workflow, name, winner, since);
            if until > walker.moment.at {
                return rest_for_winner(walker, step, name, way, until);
            }
            // Nobody was measured in all that time.
            (winner.otherwise.clone(), until)
        }
    };
    let until = takes.at.map(|at| next_clock(&walker.turn.zone, decided_at.max(since), at));
    if let Some(until) = until.filter(|until| *until > walker.moment.at) {
        return rest_for_winner(walker, step, name, way, until);
    }
    match ways.iter().find(|way| way.name == won) {
        Some(best) => go(walker, step, name, best, Some("winner")),
        None => Flow::Next,
    }
}

/// A way that takes the winner rests until there is one, or until its time of day.
fn rest_for_winner(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    name: &str,
    way: &Way,
    until: Timestamp,
) -> Flow {
    let values = BTreeMap::from([("arm".to_owned(), way.name.clone().into())]);
    walker.line(Some(step), Did::Split, name, Outcome::Waits, Some(until), Some("winner"), values);
    Flow::Rest(until)
}

/// When the walk came to the step it is at.
fn arrived(walker: &Walker<'_, '_>, arrival: Arrival) -> Timestamp {
    match (&walker.enrollment.state, arrival) {
        (WalkState::Waiting { since, .. }, Arrival::Woken) => *since,
        _ => walker.moment.at,
    }
}

/// The next instant at or after `from` at which it is `at` o'clock in a zone.
fn next_clock(zone: &TimeZone, from: Timestamp, at: Time) -> Timestamp {
    let today = zone::date_of(from, zone);
    let on = |date: Date| zone::to_instant(date.to_datetime(at), zone);
    let first = on(today);
    if first >= from { first } else { today.tomorrow().map_or(first, on) }
}

/// Goes a way of a split.
fn go(walker: &mut Walker<'_, '_>, step: &Step, name: &str, way: &Way, reason: Option<&str>) -> Flow {
    for (var, value) in &way.vars {
        let given = assigned::value(value, &walker.facts(None));
        if let Some(given) = given {
            walker.enrollment.walk.vars.insert(var.clone(), given);
        }
    }
    let values = BTreeMap::from([("arm".to_owned(), way.name.clone().into())]);
    walker.line(Some(step), Did::Split, name, Outcome::Done, None, reason, values);
    way.steps.map_or(Flow::Next, Flow::Into)
}

/// `repeat`: `until` is asked after each pass.
pub(super) fn repeat(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    steps: BlockIx,
    times: u32,
    until: Option<&Condition>,
) -> Flow {
    let begun = walker.enrollment.walk.passes.get(&step.id).copied().unwrap_or(0);
    let event = walker.event_at(at);
    let enough =
        begun > 0 && until.is_some_and(|until| condition::holds(until, &walker.facts(event.as_ref())));
    if enough || begun >= times || walker.workflow.first(steps).is_none() {
        walker.enrollment.walk.passes.remove(&step.id);
        let reason = if enough { "until" } else { "times" };
        let values = BTreeMap::from([("passes".to_owned(), begun.into())]);
        walker.line(Some(step), Did::Repeat, &times.to_string(), Outcome::Done, None, Some(reason), values);
        return Flow::Next;
    }
    walker.enrollment.walk.passes.insert(step.id.clone(), begun + 1);
    Flow::Into(steps)
}
