//! `reserve`: whether a message that matters more is foreseeable for this customer.

use super::Asked;
use crate::condition;
use crate::facts::Facts;
use crate::simulate::{invites, next_fire};
use crate::step::message::topic_in;
use crate::turn::Turn;
use dsl::condition::instants::shift_instant;
use dsl::library::Cap;
use dsl::step::{BlockOwner, StepIx, Verb};
use dsl::trigger::{ScheduleTrigger, Trigger};
use dsl::workflow::Workflow;
use jiff::{SignedDuration, Timestamp};
use model::{Enrollment, WorkflowId};
use std::collections::BTreeSet;

/// How long a place stays kept for what is due but has not come to its message yet: at one instant others may be
/// first, and a schedule comes to a million customers one batch after the other.
const MOST_ON_THE_WAY: SignedDuration = SignedDuration::from_hours(1);
/// After how long it is asked again whether it has come.
const ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// A message that will probably go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Foreseen {
    /// When its walk goes on, or begins; for what is due and on its way, when to ask again.
    pub at: Timestamp,
    /// Whose it is.
    pub workflow: WorkflowId,
}

/// The first message of at least the reserve's priority that is foreseeable within `ahead` and falls under a
/// cap: a walk rests before it, or the timer or the next fire of its trigger lies within and the audience
/// holds now. `None`: the policy keeps no place, or not from the message at the gate.
pub(super) fn foreseen(asked: &Asked<'_, '_, '_>, cap: &Cap) -> Option<Foreseen> {
    let turn = &asked.walker.turn;
    let reserve = turn.world.library.policies.reserve.as_ref()?;
    if !asked.marketing || asked.walker.workflow.priority >= reserve.priority {
        return None;
    }
    let now = asked.walker.moment.at;
    let horizon = shift_instant(now, &reserve.ahead, false, turn.world.zone).unwrap_or(Timestamp::MAX);
    let matters = |workflow: &Workflow| {
        workflow.priority >= reserve.priority && !turn.world.workflows.is_paused(&workflow.id, now)
    };
    let within = |at: Timestamp, workflow: &Workflow| {
        let at = if at > now { at } else { now + ASKED_AGAIN };
        (at <= horizon).then(|| Foreseen { at, workflow: workflow.id.clone() })
    };
    let of_walks = turn.snapshot.enrollments.iter().filter_map(|walk| {
        let workflow = turn.world.workflows.versions.get(&walk.version)?;
        let at = walk.wake_at().filter(|at| *at > now - MOST_ON_THE_WAY)?;
        let comes = matters(workflow) && !walk.walk.holdout && comes_to(turn, workflow, walk, cap);
        comes.then(|| within(at, workflow)).flatten()
    });
    let mattering = turn.world.workflows.in_order().into_iter().filter(|workflow| matters(workflow));
    let of_triggers = mattering
        .filter(|workflow| sends_under(turn, workflow, cap))
        .filter_map(|workflow| within(fires(turn, workflow, now)?, workflow));
    of_walks.chain(of_triggers).min()
}

/// The first round of a schedule that asks this customer: one that is due and has not come to them yet, else the
/// next.
fn round(turn: &Turn<'_>, workflow: &Workflow, rule: &ScheduleTrigger, now: Timestamp) -> Option<Timestamp> {
    let entries = turn.snapshot.memory.iter().filter(|((of, _), _)| *of == workflow.id);
    let last = entries.map(|(_, memory)| memory.entered_at).max();
    let asks = |at: &Timestamp| invites(&turn.world, workflow, &turn.snapshot, *at);
    let due = next_fire(&turn.world, rule, now - MOST_ON_THE_WAY);
    let due = due.filter(|at| *at <= now && last.is_none_or(|last| last < *at) && asks(at));
    due.or_else(|| next_fire(&turn.world, rule, now).filter(|_| asks(&now)))
}

/// When the trigger of a workflow fires for this customer, if they belong to its audience now: what is due and on
/// its way to them, else the next time.
fn fires(turn: &Turn<'_>, workflow: &Workflow, now: Timestamp) -> Option<Timestamp> {
    let schedule = if let Trigger::Schedule(rule) = &workflow.trigger { Some(rule) } else { None };
    let round = schedule.and_then(|rule| round(turn, workflow, rule, now));
    let timers = turn.snapshot.timers.iter().filter(|(key, _)| key.workflow == workflow.id);
    let timers = timers.map(|(_, timer)| timer.fire_at).filter(|at| *at > now - MOST_ON_THE_WAY);
    let next = timers.chain(round).min()?;
    let facts = Facts::outside(&turn.world, &turn.reps, &turn.snapshot, &turn.zone, now);
    let belongs = workflow.audience.as_ref().is_none_or(|audience| condition::holds(audience, &facts));
    belongs.then_some(next)
}

fn binds(turn: &Turn<'_>, workflow: &Workflow, verb: &Verb, cap: &Cap) -> bool {
    let Verb::Send(message) = verb else { return false };
    let (topic, marketing) = topic_in(turn.world.library, workflow, None, message);
    marketing && cap.binds(topic.as_deref(), message.medium)
}

/// Whether a workflow has a message that falls under a cap.
fn sends_under(turn: &Turn<'_>, workflow: &Workflow, cap: &Cap) -> bool {
    workflow.steps.iter().any(|step| binds(turn, workflow, &step.verb, cap))
}

/// Whether such a message lies before a walk, from the step it stands at.
fn comes_to(turn: &Turn<'_>, workflow: &Workflow, walk: &Enrollment, cap: &Cap) -> bool {
    let Some(at) = walk.step().and_then(|step| workflow.find(step)) else { return false };
    let roots = lies_before(workflow, at);
    let reached = |at: StepIx| above(workflow, at).any(|step| roots.contains(&step));
    let mut all = (0u32..).map(StepIx).zip(&workflow.steps);
    all.any(|(at, step)| binds(turn, workflow, &step.verb, cap) && reached(at))
}

/// The steps that a walk may still come to, each with everything inside it.
fn lies_before(workflow: &Workflow, at: StepIx) -> BTreeSet<StepIx> {
    let mut roots = BTreeSet::from([at]);
    let mut here = at;
    while let Some((step, block)) =
        workflow.step(here).and_then(|step| Some((step, workflow.block(step.block)?)))
    {
        roots.extend(block.steps.iter().skip(step.place as usize + 1));
        here = match block.owner {
            BlockOwner::Root | BlockOwner::Goal => break,
            BlockOwner::Arm(owner, _) | BlockOwner::EventThen(owner, _) => owner,
            // It comes back to the timeline's other points, and to another pass.
            BlockOwner::Point(owner, _) | BlockOwner::Pass(owner) => {
                roots.insert(owner);
                owner
            }
        };
    }
    roots
}

/// A step and those it stands in.
fn above(workflow: &Workflow, at: StepIx) -> impl Iterator<Item = StepIx> + '_ {
    std::iter::successors(Some(at), |at| {
        let block = workflow.block(workflow.step(*at)?.block)?;
        match block.owner {
            BlockOwner::Root | BlockOwner::Goal => None,
            BlockOwner::Arm(owner, _)
            | BlockOwner::EventThen(owner, _)
            | BlockOwner::Point(owner, _)
            | BlockOwner::Pass(owner) => Some(owner),
        }
    })
}
