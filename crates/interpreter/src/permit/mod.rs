//! The one gate before a message to a customer: exit_when → goal → approval → suppression and consent →
//! only_if → duplicate → hold_while → spacing → frequency cap → quiet hours and windows → send. Each refusal
//! is final or has a deadline.

pub(crate) mod again;
mod cap;
mod clock;
mod holds;
mod horizon;
mod reserve;
pub(crate) mod sender;

pub(crate) use holds::deadline;
pub use horizon::{COUNTS_AT_MOST_MS, counts_back};

use crate::advance::{self, Walker};
use crate::condition;
use crate::step::combine;
use crate::step::message::{mark, topic_in, topic_of, topics_above};
use crate::turn::Turn;
use dsl::step::{MessageStep, Step, StepIx, Verb};
use dsl::workflow::{GoalReached, Workflow};
use jiff::Timestamp;
use model::{Consents, Enrollment, EnrollmentId, Entry, Medium, Snapshot, WalkState};
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
        /// What it rests on.
        values: BTreeMap<String, Json>,
        /// The latest instant that what holds it allows; `None`: the usual one.
        deadline: Option<Timestamp>,
    },
    /// The walk ends, for this reason.
    Leave(String),
    /// The walk's goal is reached.
    Goal,
}

/// A message at the gate.
struct Asked<'w, 't, 'a> {
    walker: &'w Walker<'t, 'a>,
    at: StepIx,
    message: &'w MessageStep,
    topic: Option<&'w str>,
    marketing: bool,
    first_due: Timestamp,
    event: Option<&'w Entry>,
}

/// Who of those that wait for one place has it: the higher priority, then the older, then by id.
type Rank = (i64, Timestamp, EnrollmentId);

impl Asked<'_, '_, '_> {
    fn rank(&self) -> Rank {
        (-self.walker.workflow.priority, self.first_due, self.walker.enrollment.id.clone())
    }
}

/// A message that a walk rests at, for a reason that ends at a known instant.
struct Resting {
    rank: Rank,
    topic: Option<String>,
    marketing: bool,
    medium: Medium,
    until: Timestamp,
}

fn resting_message(turn: &Turn<'_>, walk: &Enrollment) -> Option<Resting> {
    let (held, first_due) = (walk.walk.held.as_ref()?, walk.walk.first_due?);
    let WalkState::Waiting { step, wake_at, .. } = &walk.state else { return None };
    // Nobody knows when these end, so they keep no place; those that gather share one.
    if matches!(held.why.as_str(), "hold_while" | "not_approved" | combine::WHY) || walk.walk.holdout {
        return None;
    }
    let workflow = turn.world.workflows.versions.get(&walk.version)?;
    if turn.world.workflows.is_paused(&walk.workflow, turn.now) {
        return None;
    }
    let Verb::Send(message) = &workflow.step(workflow.find(step)?)?.verb else { return None };
    let (topic, marketing) = topic_in(turn.world.library, workflow, Some(walk), message);
    let rank = (-workflow.priority, first_due, walk.id.clone());
    Some(Resting { rank, topic, marketing, medium: message.medium, until: *wake_at })
}

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
    if let Some(verdict) = not_approved(walker, message, marketing, first_due) {
        return verdict;
    }
    if let Some(reason) = allowed(&walker.turn.snapshot, topic.as_deref(), message.medium, walker.moment.at) {
        let values = topic.iter().map(|topic| ("topic".to_owned(), topic.clone().into())).collect();
        return Verdict::Skip { reason, values };
    }
    for topic in topics_above(walker) {
        if allowed(&walker.turn.snapshot, Some(topic), message.medium, walker.moment.at).is_some() {
            let values = BTreeMap::from([("topic".to_owned(), topic.clone().into())]);
            return Verdict::Skip { reason: "consent", values };
        }
    }
    if let Some(only_if) = &step.only_if
        && !condition::holds(only_if, &facts)
    {
        return Verdict::Skip { reason: "only_if", values: condition::explain(only_if, &facts) };
    }
    if walker.enrollment.walk.messages.contains_key(&mark(step, pass)) {
        return skip("duplicate");
    }
    let topic = topic.as_deref();
    holds::ask(&Asked { walker, at, message, topic, marketing, first_due, event: event.as_ref() })
}

/// A version that needs somebody's yes sends nothing before; what waits longer than it may is left out.
fn not_approved(
    walker: &Walker<'_, '_>,
    message: &MessageStep,
    marketing: bool,
    first_due: Timestamp,
) -> Option<Verdict> {
    let role = walker.workflow.approval.as_ref()?;
    if !walker.turn.world.workflows.unapproved.contains(&walker.enrollment.version) {
        return None;
    }
    let until = deadline(message, marketing, first_due, walker);
    let (reason, values) = ("not_approved", BTreeMap::from([("role".to_owned(), role.clone().into())]));
    if walker.moment.at >= until {
        return Some(Verdict::Skip { reason, values });
    }
    Some(Verdict::Defer { until, reason, values, deadline: None })
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
    stays_at(walker.turn, &walker.workflow, &walker.enrollment, at, walker.moment.at)
}

fn stays_at(
    turn: &Turn<'_>,
    workflow: &Workflow,
    enrollment: &Enrollment,
    at: StepIx,
    now: Timestamp,
) -> Stays {
    let goal = workflow
        .goal
        .as_ref()
        .filter(|_| enrollment.walk.goal.is_none() && enrollment.goal_until.is_none_or(|until| now < until));
    if workflow.exit_when.is_empty() && goal.is_none() {
        return Stays::Yes;
    }
    let event = advance::event_at(workflow, enrollment, at);
    let facts = turn.facts(Some(enrollment), event.as_ref(), now);
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

/// The walk above a called one that ends now, the outermost first; `None`: all of them stay. The caller's
/// goal or exit ends both (rules.md §5.9).
pub(crate) fn above(walker: &Walker<'_, '_>) -> Option<(EnrollmentId, Stays)> {
    let turn = &*walker.turn;
    let mut found = None;
    let mut caller = walker.enrollment.walk.caller.as_ref();
    while let Some(by) = caller.filter(|by| by.waits) {
        let enrollment = turn.snapshot.enrollment(&by.enrollment)?;
        let workflow = turn.world.workflows.versions.get(&enrollment.version)?;
        let at = workflow.find(&by.step)?;
        let stays = stays_at(turn, workflow, enrollment, at, walker.moment.at);
        if !matches!(stays, Stays::Yes) {
            found = Some((by.enrollment.clone(), stays));
        }
        caller = enrollment.walk.caller.as_ref();
    }
    found
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
