//! A walk goes on: from step to step until it rests, ends, or asks for a rep. A short dispatcher; what each
//! step does stands in `step/`.

mod walker;

pub(crate) use walker::{Walker, event_at};

use crate::assign::{Asker, Chosen, Request};
use crate::condition;
use crate::permit;
use crate::step;
use crate::turn::Turn;
use crate::world::Moment;
use dsl::step::{BlockIx, BlockOwner, Step, StepIx, Verb};
use dsl::workflow::{Goal, Workflow};
use jiff::Timestamp;
use model::{Caller, Did, Enrollment, EnrollmentId, Entry, Event, Outcome, StepId, Value, WalkState};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a walk comes to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// From the step before.
    Fresh,
    /// It rested here, and its instant has come.
    Woken,
}

/// Where a walk goes from a step.
pub(crate) enum Flow {
    /// To what stands below.
    Next,
    /// Into a list of steps; from its end to what stands below.
    Into(BlockIx),
    /// It rests here until an instant, at the latest.
    Rest(Timestamp),
    /// It ends.
    Leave(String),
    /// Its goal is reached.
    Goal,
    /// It asks for a rep.
    Ask(Request),
    /// Something ends the walk that called it, and so both.
    Above(EnrollmentId, permit::Stays),
}

/// Advances a walk until it rests.
pub(crate) fn advance(turn: &mut Turn<'_>, id: &EnrollmentId, moment: Moment, arrival: Arrival) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    let mut arrival = arrival;
    let Some(mut at) = walker.enrollment.step().and_then(|step| walker.workflow.find(step)) else {
        // The step is not in this version: a fault of ours that must not stop the others.
        walker.end("error");
        return;
    };
    loop {
        let workflow = Arc::clone(&walker.workflow);
        let Some(step) = workflow.step(at) else { return walker.end("error") };
        let flow = walker.run(at, step, arrival);
        if matches!(flow, Flow::Next | Flow::Into(_)) && walker.turn.has_caused() {
            let Some(again) = met(walker, step) else { return };
            walker = again;
        }
        let next = match flow {
            Flow::Next => after(&workflow, at),
            Flow::Into(block) => inside(&workflow, at, block),
            Flow::Rest(until) => return walker.rest(step, until, arrival),
            Flow::Leave(reason) => return walker.end(&reason),
            Flow::Goal => {
                let id = walker.enrollment.id.clone();
                walker.put();
                return reach_goal(turn, &id, goal_entry(moment), moment);
            }
            Flow::Above(caller, stays) => {
                walker.enrollment.state = WalkState::Ready { step: step.id.clone(), since: moment.at };
                walker.put();
                return match stays {
                    permit::Stays::Leaves(reason) => leave(turn, &caller, &reason, moment),
                    permit::Stays::Goal => reach_goal(turn, &caller, goal_entry(moment), moment),
                    permit::Stays::Yes => {}
                };
            }
            Flow::Ask(request) => {
                walker.enrollment.state = WalkState::Ready { step: step.id.clone(), since: moment.at };
                walker.turn.request = Some((request, moment));
                return walker.put();
            }
        };
        match next {
            Place::Step(next) => at = next,
            Place::End(reason) => return walker.end(reason),
        }
        arrival = Arrival::Fresh;
    }
}

/// What a goal is reached by whose condition holds.
fn goal_entry(moment: Moment) -> Entry {
    Entry { name: "goal".to_owned(), at: moment.at, received_at: moment.at, ..Entry::default() }
}

/// What a step recorded meets all walks before the next step, this one among them. `None`: it has ended, or
/// its goal is reached.
fn met<'t, 'a>(walker: Walker<'t, 'a>, step: &Step) -> Option<Walker<'t, 'a>> {
    let Walker { turn, workflow: _, mut enrollment, moment } = walker;
    let here = WalkState::Ready { step: step.id.clone(), since: moment.at };
    let (id, goal) = (enrollment.id.clone(), enrollment.walk.goal.clone());
    enrollment.state = here.clone();
    turn.put(enrollment);
    turn.route_caused();
    let walker = Walker::take(turn, &id, moment)?;
    (walker.enrollment.state == here && walker.enrollment.walk.goal == goal).then_some(walker)
}

/// Where a walk goes after a step.
enum Place {
    Step(StepIx),
    End(&'static str),
}

fn after(workflow: &Workflow, at: StepIx) -> Place {
    let mut at = at;
    loop {
        let Some(step) = workflow.step(at) else { return Place::End("error") };
        let Some(block) = workflow.block(step.block) else { return Place::End("error") };
        if let Some(next) = block.steps.get(step.place as usize + 1) {
            return Place::Step(*next);
        }
        at = match block.owner {
            BlockOwner::Root => return Place::End("end"),
            BlockOwner::Goal => return Place::End("goal"),
            BlockOwner::Arm(owner, _) | BlockOwner::EventThen(owner, _) => owner,
            // The timeline plans its next point, the repeat its next pass.
            BlockOwner::Point(owner, _) | BlockOwner::Pass(owner) => return Place::Step(owner),
        };
    }
}

/// The first of a list of steps; what stands below, where there is none in it.
fn inside(workflow: &Workflow, at: StepIx, block: BlockIx) -> Place {
    workflow.first(block).map_or_else(|| after(workflow, at), Place::Step)
}

/// A rep was chosen, or nobody can take it: the walk goes on below its `assign`, or rests there.
pub(crate) fn given(turn: &mut Turn<'_>, request: &Request, chosen: &Chosen, moment: Moment) {
    let Asker::Walk { enrollment, step } = &request.asker else { return };
    let Some(mut walker) = Walker::take(turn, enrollment, moment) else { return };
    let workflow = Arc::clone(&walker.workflow);
    let Some(at) = workflow.find(step) else { return walker.end("error") };
    let Some(step) = workflow.step(at) else { return walker.end("error") };
    let flow = step::assign::given(&mut walker, step, request, chosen);
    if let Flow::Rest(until) = flow {
        return walker.rest(step, until, Arrival::Fresh);
    }
    let Some(walker) = met(walker, step) else { return };
    walker.follow(at, flow);
}

/// What became of the offer that a walk rests on.
pub(crate) enum Answer {
    /// The rep is the owner.
    Accepted(model::RepId),
    /// Nobody took it, for the reason's code.
    Refused(String),
    /// Somebody else was given the customer meanwhile.
    Superseded,
}

/// The offer that a walk rests on was answered: it goes on below its `assign`, or into its `on_refused`.
pub(crate) fn answered(turn: &mut Turn<'_>, walk: &(EnrollmentId, StepId), answer: &Answer, moment: Moment) {
    let Some(mut walker) = Walker::take(turn, &walk.0, moment) else { return };
    if walker.enrollment.step() != Some(&walk.1) {
        return;
    }
    let workflow = Arc::clone(&walker.workflow);
    let Some(at) = workflow.find(&walk.1) else { return walker.end("error") };
    let Some(step) = workflow.step(at) else { return walker.end("error") };
    let flow = step::assign::answered(&mut walker, at, step, answer);
    walker.follow(at, flow);
}

/// What a walk waited for has come.
pub(crate) fn came(
    turn: &mut Turn<'_>,
    id: &EnrollmentId,
    at: StepIx,
    number: u32,
    entry: Entry,
    moment: Moment,
) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    let workflow = Arc::clone(&walker.workflow);
    let Some(step) = workflow.step(at) else { return };
    let block = step::wait_for::came(&mut walker, step, number, entry);
    walker.follow(at, block.map_or(Flow::Next, Flow::Into));
}

/// Another system answered the webhook that a walk rests at.
pub(crate) fn webhook_answered(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    let Some((id, asked, pass)) = model::webhook::answers(event) else { return };
    let Some(mut walker) = Walker::take(turn, &id, moment) else { return };
    let rests = match &walker.enrollment.state {
        WalkState::Waiting { step, .. } => *step == asked,
        WalkState::Ready { .. } | WalkState::Ended { .. } => false,
    };
    let workflow = Arc::clone(&walker.workflow);
    let Some(at) = workflow.find(&asked).filter(|at| rests && walker.pass_at(*at) == pass) else { return };
    let Some(step) = workflow.step(at) else { return };
    let Verb::Webhook { channel, .. } = &step.verb else { return };
    let flow = step::webhook::answered(&mut walker, step, channel, event);
    walker.follow(at, flow);
}

/// The goal is reached: a conversion counts, what is due is cancelled, and `then` runs instead of the rest.
pub(crate) fn reach_goal(turn: &mut Turn<'_>, id: &EnrollmentId, entry: Entry, moment: Moment) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    let workflow = Arc::clone(&walker.workflow);
    let Some(goal) = &workflow.goal else { return };
    let values = goal_values(walker.turn, goal, &walker.enrollment, &entry, moment);
    walker.line(None, Did::Goal, &entry.name, Outcome::Done, None, None, values);
    walker.turn.changes.cancel(id, "goal");
    walker.enrollment.walk.converted_at = Some(moment.at);
    walker.enrollment.walk.goal = Some(entry);
    walker.leave_message();
    walker.enrollment.goal_until = None;
    match goal.then.and_then(|block| workflow.first(block)) {
        Some(first) => {
            walker.go(&Place::Step(first));
            end_called(turn, id, moment);
        }
        None => walker.end("goal"),
    }
}

/// A walk has left its `call`, or has ended: the walks that it waits for end with it.
pub(crate) fn end_called(turn: &mut Turn<'_>, caller: &EnrollmentId, moment: Moment) {
    let is_called = |walk: &&Enrollment| {
        let by = walk.walk.caller.as_ref();
        walk.is_active() && by.is_some_and(|by| by.waits && by.enrollment == *caller)
    };
    let called: Vec<EnrollmentId> =
        turn.snapshot.enrollments.iter().filter(is_called).map(|walk| walk.id.clone()).collect();
    for id in called {
        leave(turn, &id, "caller", moment);
    }
}

/// A called walk has ended: its caller goes on below the `call`, and may read why.
fn returned(turn: &mut Turn<'_>, caller: &Caller, reason: &str, moment: Moment) {
    let Some(mut walker) = Walker::take(turn, &caller.enrollment, moment) else { return };
    let rests = match &walker.enrollment.state {
        WalkState::Waiting { step, .. } => *step == caller.step,
        WalkState::Ready { .. } | WalkState::Ended { .. } => false,
    };
    let workflow = Arc::clone(&walker.workflow);
    let Some(at) = workflow.find(&caller.step).filter(|_| rests) else { return };
    let Some(step) = workflow.step(at) else { return };
    let result = BTreeMap::from([("exit".to_owned(), Value::Text(reason.to_owned()))]);
    let values = crate::route::plain(&result);
    walker.enrollment.walk.results.insert(step.id.clone(), result);
    walker.line(
        Some(step),
        Did::Call,
        &step::what(&step.verb),
        Outcome::Done,
        None,
        Some("returned"),
        values,
    );
    walker.go(&after(&workflow, at));
}

/// What a conversion is worth, for the trace.
pub(crate) fn goal_values(
    turn: &Turn<'_>,
    goal: &Goal,
    enrollment: &Enrollment,
    entry: &Entry,
    moment: Moment,
) -> BTreeMap<String, Json> {
    let facts = turn.facts(Some(enrollment), Some(entry), moment.at);
    let value = goal.value.as_ref().and_then(|value| condition::value(value, &facts));
    value.map(|value| ("value".to_owned(), value.to_plain_json())).into_iter().collect()
}

/// Something from outside ends a walk: what is due of it is cancelled.
pub(crate) fn leave(turn: &mut Turn<'_>, id: &EnrollmentId, reason: &str, moment: Moment) {
    let Some(walker) = Walker::take(turn, id, moment) else { return };
    if walker.enrollment.is_active() {
        walker.turn.changes.cancel(id, reason);
        walker.end(reason);
    }
}

/// The customer was forgotten: every walk ends, and nothing that is due of one leaves.
pub(crate) fn forgotten(turn: &mut Turn<'_>, moment: Moment) {
    let walks: Vec<EnrollmentId> = turn.snapshot.enrollments.iter().map(|walk| walk.id.clone()).collect();
    for id in walks {
        turn.changes.cancel(&id, model::consent::FORGOTTEN);
        leave(turn, &id, model::consent::FORGOTTEN, moment);
    }
}

/// A late fact shows that the customer had not been quiet: the walk ends, and no conversion counts.
pub(crate) fn not_quiet(turn: &mut Turn<'_>, id: &EnrollmentId, moment: Moment) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    walker.turn.changes.cancels.push((id.clone(), "not_quiet".to_owned()));
    walker.enrollment.goal_until = None;
    walker.end("not_quiet");
}

/// A walk has come to its end.
pub(crate) fn end(turn: &mut Turn<'_>, id: &EnrollmentId, reason: &str, moment: Moment) {
    if let Some(walker) = Walker::take(turn, id, moment) {
        walker.end(reason);
    }
}

/// A date that a resting walk hangs on may have moved.
pub(crate) fn replan(turn: &mut Turn<'_>, id: &EnrollmentId, moment: Moment) {
    let Some(mut walker) = Walker::take(turn, id, moment) else { return };
    let workflow = Arc::clone(&walker.workflow);
    for at in step::timeline::under_way(&workflow, &walker.enrollment) {
        if let Some(step) = workflow.step(at)
            && let Verb::Timeline(timeline) = &step.verb
        {
            step::timeline::moved(&mut walker, step, timeline);
        }
    }
    let resting = match &walker.enrollment.state {
        WalkState::Waiting { step, wake_at, since } => Some((step.clone(), *wake_at, *since)),
        WalkState::Ready { .. } | WalkState::Ended { .. } => None,
    };
    if let Some((id, wake_at, since)) = resting
        && let Some(step) = workflow.find(&id).and_then(|at| workflow.step(at))
    {
        let until = if let Verb::Timeline(timeline) = &step.verb {
            step::timeline::next_instant(&walker, step, timeline)
        } else {
            step::wait_for_date::moved(&mut walker, step, wake_at)
        };
        if let Some(until) = until
            && until != wake_at
        {
            walker.enrollment.state = WalkState::Waiting { step: id, since, wake_at: until };
        }
    }
    walker.put_if_changed();
}
