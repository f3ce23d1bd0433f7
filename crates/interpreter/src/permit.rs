//! The one gate before a message to a customer: exit_when → goal → suppression and consent → only_if →
//! duplicate → quiet hours and windows → send. Each refusal is final or has a deadline.

use crate::advance::Walker;
use crate::calendar::add::add;
use crate::calendar::window;
use crate::condition;
use crate::step::message::{mark, topic_of};
use crate::world::ON_TIME_MS;
use dsl::step::{BlockOwner, Late, MessageStep, Step, StepIx, Verb};
use dsl::workflow::GoalReached;
use jiff::Timestamp;
use model::{Consents, Length, Medium, Snapshot, Windows};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What the gate says.
pub(crate) enum Verdict {
    /// It may go now.
    Send,
    /// It is left out for good; the walk goes on.
    Skip {
        /// The reason's code.
        reason: &'static str,
        /// What it rests on.
        values: BTreeMap<String, Json>,
    },
    /// It waits until an instant.
    Defer {
        /// Until when.
        until: Timestamp,
        /// What holds it.
        reason: &'static str,
    },
    /// The walk ends, for this reason.
    Leave(String),
    /// The walk's goal is reached.
    Goal,
}

/// Rounds in which quiet hours and windows look for an instant that suits both, at most.
const MOST_ROUNDS: usize = 60;

/// Asks the gate.
pub(crate) fn permit(
    walker: &Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    message: &MessageStep,
    first_due: Timestamp,
    pass: &str,
) -> Verdict {
    match stays(walker, at) {
        Stays::Yes => {}
        Stays::Leaves(reason) => return Verdict::Leave(reason),
        Stays::Goal => return Verdict::Goal,
    }
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    let skip = |reason| Verdict::Skip { reason, values: BTreeMap::new() };
    let (topic, marketing) = topic_of(walker, message);
    if let Some(reason) = allowed(&walker.turn.snapshot, topic.as_deref(), message.medium, walker.moment.at) {
        let values = topic.iter().map(|topic| ("topic".to_owned(), topic.clone().into())).collect();
        return Verdict::Skip { reason, values };
    }
    if let Some(only_if) = &step.only_if
        && !condition::holds(only_if, &facts)
    {
        return Verdict::Skip { reason: "only_if", values: condition::explain(only_if, &facts) };
    }
    if walker.enrollment.walk.messages.contains_key(&mark(step, pass)) {
        return skip("duplicate");
    }
    in_time(walker, at, message, marketing, first_due)
}

/// Whether a walk still has a reason to go on.
pub(crate) enum Stays {
    /// It has.
    Yes,
    /// A condition of `exit_when` holds: it ends for this reason.
    Leaves(String),
    /// The condition of its goal holds.
    Goal,
}

/// Asked right before every effect: time alone can make these conditions true.
pub(crate) fn stays(walker: &Walker<'_, '_>, at: StepIx) -> Stays {
    let workflow = &walker.workflow;
    let goal = workflow.goal.as_ref().filter(|_| {
        walker.enrollment.walk.goal.is_none()
            && walker.enrollment.goal_until.is_none_or(|until| walker.moment.at < until)
    });
    if workflow.exit_when.is_empty() && goal.is_none() {
        return Stays::Yes;
    }
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    for rule in &workflow.exit_when {
        if rule.event.is_none() && rule.when.as_ref().is_some_and(|when| condition::holds(when, &facts)) {
            return Stays::Leaves(rule.reason.clone().unwrap_or_else(|| "exit_when".to_owned()));
        }
    }
    if let Some(goal) = goal
        && let GoalReached::When(when) = &goal.reached
        && condition::holds(when, &facts)
    {
        return Stays::Goal;
    }
    Stays::Yes
}

/// Suppression, address and consent: what also the hand-over asks once more. `None`: it may go.
pub fn allowed(
    snapshot: &Snapshot,
    topic: Option<&str>,
    medium: Medium,
    now: Timestamp,
) -> Option<&'static str> {
    if snapshot.suppressions.iter().any(|known| known.forbids(topic, medium, now)) {
        return Some("suppressed");
    }
    if medium != Medium::Message && snapshot.customer.get(medium.address_attribute()).is_none() {
        return Some("no_address");
    }
    let consents: &Consents = &snapshot.consents;
    match topic {
        Some(topic) if !consents.allow(topic, medium) => Some("consent"),
        Some(_) | None => None,
    }
}

/// The last instant at which a message may go: its first due instant + max_lateness.
pub(crate) fn deadline(
    message: &MessageStep,
    marketing: bool,
    first_due: Timestamp,
    walker: &Walker<'_, '_>,
) -> Timestamp {
    let usual = Length::from_hours(if marketing { 24 } else { 48 });
    let length = message.max_lateness.as_ref().unwrap_or(&usual);
    add(first_due, length, &walker.turn.zone, &walker.turn.world.library.calendar)
}

/// Quiet hours and windows: the next instant that suits both, if it comes before the deadline.
fn in_time(
    walker: &Walker<'_, '_>,
    at: StepIx,
    message: &MessageStep,
    marketing: bool,
    first_due: Timestamp,
) -> Verdict {
    let now = walker.moment.at;
    let deadline = deadline(message, marketing, first_due, walker);
    let late_ms = now.as_millisecond().saturating_sub(first_due.as_millisecond());
    let held_back = now > walker.moment.due;
    if now > deadline || (message.late == Late::Skip && held_back && late_ms > ON_TIME_MS) {
        let values = BTreeMap::from([("due".to_owned(), first_due.to_string().into())]);
        return Verdict::Skip { reason: "late", values };
    }
    let zone = &walker.turn.zone;
    let work = &walker.turn.world.library.calendar;
    let quiet: Option<&Windows> = if marketing {
        walker.workflow.quiet_hours.as_ref().or(walker.turn.world.library.quiet_hours.as_ref())
    } else {
        None
    };
    let windows = if message.late == Late::Run && held_back { None } else { window_above(walker, at) };
    let mut instant = now;
    let mut held_by = "quiet_hours";
    for _ in 0..MOST_ROUNDS {
        let before = instant;
        if let Some(windows) = windows {
            let open = window::next_open(windows, instant, zone, work);
            if open > instant {
                held_by = "window";
                instant = open;
            }
        }
        if let Some(quiet) = quiet {
            let free = window::quiet_ends(quiet, instant, zone, work);
            if free > instant {
                held_by = "quiet_hours";
                instant = free;
            }
        }
        if instant == before {
            break;
        }
    }
    if instant == now {
        return Verdict::Send;
    }
    if instant > deadline {
        let values = BTreeMap::from([("until".to_owned(), instant.to_string().into())]);
        return Verdict::Skip { reason: held_by, values };
    }
    Verdict::Defer { until: instant, reason: held_by }
}

/// A `wait_until` directly before a message binds the message too, whatever defers it.
fn window_above<'w>(walker: &'w Walker<'_, '_>, at: StepIx) -> Option<&'w Windows> {
    let workflow = &walker.workflow;
    let mut at = at;
    loop {
        let step = workflow.step(at)?;
        let block = workflow.block(step.block)?;
        if step.place > 0 {
            let above = workflow.step(*block.steps.get(step.place as usize - 1)?)?;
            let Verb::WaitUntil(windows) = &above.verb else { return None };
            return Some(windows);
        }
        at = match block.owner {
            BlockOwner::Arm(owner, _) => owner,
            BlockOwner::Root
            | BlockOwner::Goal
            | BlockOwner::EventThen(..)
            | BlockOwner::Point(..)
            | BlockOwner::Pass(_) => return None,
        };
    }
}
