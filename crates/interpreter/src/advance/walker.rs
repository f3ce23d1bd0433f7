//! A walk under way in a turn: what it knows of itself, what it writes down, and how it comes to rest.

use super::{Arrival, Flow, Place, after, end_called, inside, returned};
use crate::condition;
use crate::facts::Facts;
use crate::permit;
use crate::step;
use crate::turn::{Line, Turn};
use crate::world::Moment;
use dsl::step::{BlockOwner, OnError, Step, StepIx, Verb};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::{Did, Enrollment, EnrollmentId, Entry, Outcome, StepId, WalkState};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A walk under way in a turn.
pub(crate) struct Walker<'t, 'a> {
    pub turn: &'t mut Turn<'a>,
    pub workflow: Arc<Workflow>,
    pub enrollment: Enrollment,
    pub moment: Moment,
}

/// `event.*` at a step of a walk; `None`: the entry.
pub(crate) fn event_at(workflow: &Workflow, enrollment: &Enrollment, at: StepIx) -> Option<Entry> {
    let mut at = at;
    loop {
        let block = workflow.block(workflow.step(at)?.block)?;
        at = match block.owner {
            BlockOwner::Root => return None,
            BlockOwner::Goal => return enrollment.walk.goal.clone(),
            BlockOwner::EventThen(owner, _) => {
                return enrollment.walk.came.get(&workflow.step(owner)?.id).cloned();
            }
            BlockOwner::Arm(owner, _) | BlockOwner::Point(owner, _) | BlockOwner::Pass(owner) => owner,
        };
    }
}

impl<'t, 'a> Walker<'t, 'a> {
    pub(crate) fn take(turn: &'t mut Turn<'a>, id: &EnrollmentId, moment: Moment) -> Option<Self> {
        let enrollment = turn.snapshot.enrollment(id)?.clone();
        let workflow = Arc::clone(turn.world.workflows.versions.get(&enrollment.version)?);
        Some(Self { turn, workflow, enrollment, moment })
    }

    /// Does one step.
    pub(super) fn run(&mut self, at: StepIx, step: &Step, arrival: Arrival) -> Flow {
        let gated = matches!(step.verb, Verb::Send(_));
        if arrival == Arrival::Fresh
            && self.enrollment.walk.behind.contains(&step.id)
            && !self.is_under_way(step)
        {
            let (did, what) = (step::did(&step.verb), step::what(&step.verb));
            // A message that went out is never sent again under its id; other steps are not done again either.
            let reason = if gated { "duplicate" } else { "moved" };
            self.line(Some(step), did, &what, Outcome::Skipped, None, Some(reason), BTreeMap::new());
            return Flow::Next;
        }
        if !matches!(step.verb, Verb::Wait(_)) {
            self.enrollment.walk.counts_from = None;
        }
        if self.enrollment.walk.caller.is_some()
            && step::changes_something(&step.verb)
            && let Some((caller, stays)) = permit::above(self)
        {
            return Flow::Above(caller, stays);
        }
        if !gated && step::changes_something(&step.verb) {
            match permit::stays(self, at) {
                permit::Stays::Yes => {}
                permit::Stays::Leaves(reason) => {
                    self.turn.changes.cancels.push((self.enrollment.id.clone(), reason.clone()));
                    return Flow::Leave(reason);
                }
                permit::Stays::Goal => return Flow::Goal,
            }
        }
        if arrival == Arrival::Fresh
            && !gated
            && !self.is_under_way(step)
            && let Some(only_if) = &step.only_if
        {
            let event = self.event_at(at);
            let facts = self.turn.facts(Some(&self.enrollment), event.as_ref(), self.moment.at);
            if !condition::holds(only_if, &facts) {
                let values = condition::explain(only_if, &facts);
                self.line(
                    Some(step),
                    step::did(&step.verb),
                    &step::what(&step.verb),
                    Outcome::Skipped,
                    None,
                    Some("only_if"),
                    values,
                );
                return Flow::Next;
            }
        }
        step::run(self, at, step, arrival)
    }

    /// A timeline or repeat that the walk comes back to.
    fn is_under_way(&self, step: &Step) -> bool {
        self.enrollment.walk.timelines.contains_key(&step.id)
            || self.enrollment.walk.passes.contains_key(&step.id)
    }

    /// `event.*` at a step: the event that the nearest enclosing `then` was reached by; `None`: the entry.
    pub(crate) fn event_at(&self, at: StepIx) -> Option<Entry> {
        event_at(&self.workflow, &self.enrollment, at)
    }

    /// The facts at this moment of the walk.
    pub(crate) fn facts<'b>(&'b self, event: Option<&'b Entry>) -> Facts<'b> {
        self.turn.facts(Some(&self.enrollment), event, self.moment.at)
    }

    /// The rounds of enclosing repeats, and the dates of enclosing points that may run again: with the step
    /// they are the identity of an effect.
    pub(crate) fn pass_at(&self, at: StepIx) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut at = at;
        while let Some(block) = self.workflow.step(at).and_then(|step| self.workflow.block(step.block)) {
            at = match block.owner {
                BlockOwner::Root | BlockOwner::Goal => break,
                BlockOwner::Arm(owner, _) | BlockOwner::EventThen(owner, _) => owner,
                BlockOwner::Pass(owner) => {
                    let id = self.workflow.step(owner).map(|step| &step.id);
                    let pass = id.and_then(|id| self.enrollment.walk.passes.get(id)).copied().unwrap_or(0);
                    parts.push(pass.to_string());
                    owner
                }
                BlockOwner::Point(owner, number) => {
                    if let Some(step) = self.workflow.step(owner)
                        && let Verb::Timeline(timeline) = &step.verb
                        && timeline.points.get(number as usize).is_some_and(|point| point.again)
                        && let Some(date) = self
                            .enrollment
                            .walk
                            .timelines
                            .get(&step.id)
                            .and_then(|state| state.running_for.or(state.date))
                    {
                        parts.push(date.to_string());
                    }
                    owner
                }
            };
        }
        parts.reverse();
        parts.join("/")
    }

    /// Writes a line about a step (or the walk itself).
    pub(crate) fn line(
        &mut self,
        step: Option<&Step>,
        did: Did,
        what: &str,
        outcome: Outcome,
        until: Option<Timestamp>,
        reason: Option<&str>,
        values: BTreeMap<String, Json>,
    ) {
        let id: Option<&StepId> = step.map(|step| &step.id);
        self.turn.trace(Line {
            at: self.moment.at,
            workflow: (&self.workflow.id, &self.workflow.version),
            enrollment: Some(&self.enrollment.id),
            step: id,
            did,
            what: what.to_owned(),
            outcome,
            until,
            reason: reason.map(str::to_owned),
            values,
        });
    }

    /// A step that cannot be done: it is traced, and `on_error` says where the walk goes.
    pub(crate) fn failed(
        &mut self,
        step: &Step,
        what: &str,
        reason: &str,
        values: BTreeMap<String, Json>,
    ) -> Flow {
        self.line(Some(step), step::did(&step.verb), what, Outcome::Skipped, None, Some(reason), values);
        match step.on_error {
            OnError::Skip => Flow::Next,
            OnError::Exit => Flow::Leave("error".to_owned()),
            OnError::GoOnWith(block) => Flow::Into(block),
        }
    }

    /// Held out: the step is traced, and nothing leaves.
    pub(crate) fn held_out(&mut self, step: &Step, what: &str) -> bool {
        if self.enrollment.walk.holdout {
            self.line(
                Some(step),
                step::did(&step.verb),
                what,
                Outcome::Skipped,
                None,
                Some("held_out"),
                BTreeMap::new(),
            );
        }
        self.enrollment.walk.holdout
    }

    pub(super) fn rest(mut self, step: &Step, until: Timestamp, arrival: Arrival) {
        let since = match (&self.enrollment.state, arrival) {
            (WalkState::Waiting { since, step: known, .. }, Arrival::Woken) if *known == step.id => *since,
            _ => self.moment.at,
        };
        self.enrollment.state = WalkState::Waiting { step: step.id.clone(), since, wake_at: until };
        self.put();
    }

    pub(super) fn go(self, place: &Place) {
        let workflow = Arc::clone(&self.workflow);
        match place {
            Place::Step(next) => match workflow.step(*next) {
                Some(step) => self.make_ready(step),
                None => self.end("error"),
            },
            Place::End(reason) => self.end(reason),
        }
    }

    /// It goes on where a step leads that it has rested at.
    pub(super) fn follow(self, at: StepIx, flow: Flow) {
        let next = match flow {
            Flow::Into(block) => inside(&self.workflow, at, block),
            Flow::Leave(reason) => return self.end(&reason),
            Flow::Next | Flow::Rest(_) | Flow::Goal | Flow::Ask(_) | Flow::Above(..) => {
                after(&self.workflow, at)
            }
        };
        self.go(&next);
    }

    /// It goes on from a step at this moment, as soon as the turn comes to it.
    pub(crate) fn make_ready(mut self, step: &Step) {
        self.enrollment.state = WalkState::Ready { step: step.id.clone(), since: self.moment.at };
        self.turn.moments.insert(self.enrollment.id.clone(), self.moment);
        self.put();
    }

    /// It stands at no message any more; others may have the place that it waited for.
    pub(crate) fn leave_message(&mut self) {
        self.enrollment.walk.first_due = None;
        self.enrollment.walk.gathering = None;
        self.turn.freed |= self.enrollment.walk.held.take().is_some();
    }

    pub(super) fn end(mut self, reason: &str) {
        self.leave_message();
        self.enrollment.state = WalkState::Ended { at: self.moment.at, reason: reason.to_owned() };
        if self.enrollment.walk.converted_at.is_some()
            || self.enrollment.goal_until.is_some_and(|u| u <= self.moment.at)
        {
            self.enrollment.goal_until = None;
        }
        self.line(None, Did::Exit, reason, Outcome::Exited, None, Some(reason), BTreeMap::new());
        let Self { turn, enrollment, moment, workflow: _ } = self;
        let (id, caller) = (enrollment.id.clone(), enrollment.walk.caller.clone());
        turn.put(enrollment);
        end_called(turn, &id, moment);
        if let Some(caller) = caller.filter(|caller| caller.waits) {
            returned(turn, &caller, reason, moment);
        }
    }

    pub(crate) fn put(self) {
        self.turn.put(self.enrollment);
    }

    pub(super) fn put_if_changed(self) {
        if self.turn.snapshot.enrollment(&self.enrollment.id) != Some(&self.enrollment) {
            self.put();
        }
    }
}
