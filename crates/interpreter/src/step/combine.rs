//! `combine`: messages of one template to one customer that are due within a time go as one. Each waits at its
//! step, as in quiet hours, so that whatever ends its walk takes it out; the first whose time is over carries
//! what the others would have said, and they are done with it.

use super::message::{mark, said, topic_of};
use crate::advance::Walker;
use crate::calendar::add::add;
use crate::permit::{self, Verdict};
use dsl::step::{MessageStep, Step, StepIx, Verb};
use jiff::Timestamp;
use model::{Enrollment, EnrollmentId, Gathering, Held, Outcome, Outgoing, Ride, WalkState};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a message waits for others: the reason's code in the trace, and in what holds it.
pub(crate) const WHY: &str = "combine";

/// Until when a message waits for others of its template, from the first instant at which it could go. `None`:
/// it goes now.
pub(super) fn waits(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    message: &MessageStep,
    deadline: Timestamp,
) -> Option<Timestamp> {
    let window = message.combine.as_ref()?;
    let now = walker.moment.at;
    if let Some(known) = &walker.enrollment.walk.gathering {
        return Some(known.until).filter(|until| *until > now);
    }
    let own = || add(now, window, &walker.turn.zone, &walker.turn.world.library.calendar);
    let until = under_way(walker, message).unwrap_or_else(own).min(deadline);
    if until <= now {
        return None;
    }
    walker.enrollment.walk.gathering = Some(Gathering { since: now, until, rides: None });
    walker.enrollment.walk.held = Some(Held { why: WHY.to_owned(), until, deadline: Some(deadline) });
    let did = super::did(&step.verb);
    let (outcome, until_when) = (Outcome::Deferred, Some(until));
    walker.line(Some(step), did, &message.template, outcome, until_when, Some(WHY), BTreeMap::new());
    Some(until)
}

/// When the time of those that gather already is over.
fn under_way(walker: &Walker<'_, '_>, message: &MessageStep) -> Option<Timestamp> {
    let others = walker.turn.snapshot.enrollments.iter().filter(|walk| {
        walk.id != walker.enrollment.id
            && walk.walk.holdout == walker.enrollment.walk.holdout
            && resting_at(walker, walk, message).is_some()
    });
    let ends = others.filter_map(|walk| walk.walk.gathering.as_ref()).map(|gathering| gathering.until);
    ends.filter(|until| *until > walker.moment.at).min()
}

/// Where another walk rests, if it is at a message that can be one with this one.
fn resting_at(walker: &Walker<'_, '_>, walk: &Enrollment, message: &MessageStep) -> Option<StepIx> {
    let WalkState::Waiting { step, .. } = &walk.state else { return None };
    walk.walk.held.as_ref()?;
    let workflows = walker.turn.world.workflows;
    let workflow = workflows.versions.get(&walk.version)?;
    if workflows.is_paused(&walk.workflow, walker.turn.now) {
        return None;
    }
    let at = workflow.find(step)?;
    let Verb::Send(theirs) = &workflow.step(at)?.verb else { return None };
    let same = theirs.combine.is_some()
        && theirs.template == message.template
        && theirs.medium == message.medium
        && theirs.via == message.via;
    same.then_some(at)
}

/// The message leaves its step: a `wait` right below counts from when it could have gone by itself.
pub(super) fn goes(walker: &mut Walker<'_, '_>) {
    let gathered = walker.enrollment.walk.gathering.take();
    walker.enrollment.walk.counts_from = gathered.map(|gathering| gathering.since);
}

/// Puts what a message says, and what the others would have said, into the context's `items`, and whose they are
/// where there are several; the others are told that theirs has gone.
pub(super) fn gather(walker: &mut Walker<'_, '_>, at: StepIx, message: &MessageStep, carrier: &mut Outgoing) {
    if message.combine.is_none() {
        return;
    }
    let item = |context: &BTreeMap<String, Json>| context.clone().into_iter().collect::<Json>();
    let mut items = vec![item(&carrier.context)];
    let ride = Ride {
        workflow: walker.workflow.id.clone(),
        step: walker.workflow.step(at).map(|step| step.id.clone()).unwrap_or_else(|| "".into()),
    };
    let mut others: Vec<(Option<Timestamp>, EnrollmentId)> = walker
        .turn
        .snapshot
        .enrollments
        .iter()
        .filter(|walk| walk.id != walker.enrollment.id && !walk.walk.holdout)
        .filter(|walk| resting_at(walker, walk, message).is_some())
        .map(|walk| (walk.walk.first_due, walk.id.clone()))
        .collect();
    others.sort();
    let topic = topic_of(walker, message);
    for (_, id) in others {
        if let Some(said) = joins(walker, &id, &topic, &ride) {
            items.push(item(&said.context));
            carrier.riders.push(id);
            carrier.apart.push(Outgoing { context: BTreeMap::new(), ..said });
        }
    }
    if !carrier.riders.is_empty() {
        carrier.riders.insert(0, walker.enrollment.id.clone());
    }
    carrier.context.insert("items".to_owned(), Json::Array(items));
}

/// Another walk's message goes with this one, if its own gate says that it may go now: what it would have said.
fn joins(
    walker: &mut Walker<'_, '_>,
    id: &EnrollmentId,
    topic: &(Option<String>, bool),
    ride: &Ride,
) -> Option<Outgoing> {
    let moment = walker.moment;
    let enrollment = walker.turn.snapshot.enrollment(id)?.clone();
    let workflow = Arc::clone(walker.turn.world.workflows.versions.get(&enrollment.version)?);
    let at = workflow.find(enrollment.step()?)?;
    let step = workflow.step(at)?;
    let Verb::Send(message) = &step.verb else { return None };
    let first_due = enrollment.walk.first_due?;
    let mut other = Walker { turn: &mut *walker.turn, workflow: Arc::clone(&workflow), enrollment, moment };
    let pass = other.pass_at(at);
    let may = other.enrollment.walk.caller.is_none() || permit::above(&other).is_none();
    let goes = permit::permit(&other, at, step, message, first_due, &pass);
    if !may || topic_of(&other, message) != *topic || !matches!(goes, Verdict::Send) {
        return None;
    }
    let deadline = permit::deadline(message, topic.1, first_due, &other);
    let said = said(&other, at, step, message, pass, deadline);
    let walk = &mut other.enrollment.walk;
    let since = walk.gathering.as_ref().map_or(moment.at, |gathering| gathering.since);
    walk.gathering = Some(Gathering { since, until: moment.at, rides: Some(ride.clone()) });
    other.make_ready(step);
    Some(said)
}

/// When messages of a walk went with another's: for its workflow's `spacing` they are messages like any other.
pub(crate) fn rode_at(walk: &Enrollment) -> impl Iterator<Item = Timestamp> {
    let rode = |mark: &str| {
        let step = mark.split_once('\u{1f}').map_or(mark, |(step, _)| step);
        walk.walk.rode.keys().any(|rider| rider.as_str() == step)
    };
    walk.walk.messages.iter().filter(move |(mark, _)| rode(mark)).map(|(_, at)| *at)
}

/// Whether a message has gone with another's; then its step is done.
pub(super) fn rode(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, message: &MessageStep) -> bool {
    let rides = walker.enrollment.walk.gathering.as_ref().and_then(|gathering| gathering.rides.clone());
    let Some(ride) = rides else { return false };
    goes(walker);
    walker.leave_message();
    let pass = walker.pass_at(at);
    walker.enrollment.walk.messages.insert(mark(step, &pass), walker.moment.at);
    let values = BTreeMap::from([("with".to_owned(), ride.workflow.as_str().into())]);
    walker.enrollment.walk.rode.insert(step.id.clone(), ride);
    let workflow = Arc::clone(&walker.workflow);
    crate::contest::measure(walker.turn, &workflow, walker.moment.at);
    let did = super::did(&step.verb);
    walker.line(Some(step), did, &message.template, Outcome::Done, None, Some("combined"), values);
    true
}
