//! `call`: another workflow begins for the same customer, and as a rule the walk rests until that one ends.

use crate::advance::{Arrival, Flow, Walker};
use crate::enroll::{self, Called};
use crate::{assigned, route};
use dsl::step::{Assigned, Step, StepIx};
use dsl::workflow::{ConsentRule, Workflow};
use jiff::{SignedDuration, Timestamp};
use model::{Caller, Did, EnrollmentId, Outcome, Value, WorkflowId, content_id};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A walk rests at a `call` for at most ten years: so every walk provably ends.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3_660);

/// Begins the called walk, in the version that is live now.
pub(super) fn call(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    id: &WorkflowId,
    with: &[(String, Assigned)],
    wait: bool,
    arrival: Arrival,
) -> Flow {
    let what = id.to_string();
    if arrival == Arrival::Woken {
        return walker.failed(step, &what, "late", BTreeMap::new());
    }
    let Some(workflow) = walker.turn.world.workflows.live(id).cloned() else {
        return walker.failed(step, &what, "not_published", BTreeMap::new());
    };
    let inputs = match handed_in(walker, at, &workflow, with) {
        Ok(inputs) => inputs,
        Err(missing) => {
            let values = BTreeMap::from([("input".to_owned(), missing.into())]);
            return walker.failed(step, &what, "no_input", values);
        }
    };
    let pass = walker.pass_at(at);
    let parent = &walker.enrollment;
    let child = EnrollmentId::from(content_id("en_", &["call", parent.id.as_str(), step.id.as_str(), &pass]));
    let until = wait.then(|| bound(walker.moment.at));
    let under_way = walker.turn.snapshot.enrollment(&child).is_some_and(model::Enrollment::is_active);
    if under_way {
        return until.map_or(Flow::Next, Flow::Rest);
    }
    let called = Called {
        id: child,
        caller: Caller {
            enrollment: parent.id.clone(),
            step: step.id.clone(),
            waits: wait,
            topics: topics(walker),
            narrow: route::narrow(&walker.workflow, parent),
        },
        entry: parent.walk.entry.clone(),
        holdout: parent.walk.holdout,
        chain: parent.walk.chain.saturating_add(1),
        inputs,
    };
    if let Err(reason) = enroll::may_be_called(walker.turn, &workflow, &called, walker.moment) {
        return walker.failed(step, &what, reason, BTreeMap::new());
    }
    let values = route::plain(&called.inputs);
    let outcome = if wait { Outcome::Waits } else { Outcome::Done };
    walker.line(Some(step), Did::Call, &what, outcome, None, None, values);
    enroll::begin_called(walker.turn, &workflow, called, &walker.workflow.id, walker.moment);
    until.map_or(Flow::Next, Flow::Rest)
}

fn bound(now: Timestamp) -> Timestamp {
    now.checked_add(LONGEST).unwrap_or(Timestamp::MAX)
}

/// The values of the callee's inputs; `Err`: this one is needed, and has no value here.
fn handed_in(
    walker: &Walker<'_, '_>,
    at: StepIx,
    callee: &Arc<Workflow>,
    with: &[(String, Assigned)],
) -> Result<BTreeMap<String, Value>, String> {
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    let mut inputs = BTreeMap::new();
    for (name, input) in &callee.inputs {
        let given = with.iter().find(|(known, _)| known == name);
        let value = given.and_then(|(_, value)| assigned::value(value, &facts)).or(input.default.clone());
        match value {
            Some(value) => {
                inputs.insert(name.clone(), value);
            }
            None if input.optional => {}
            None => return Err(name.clone()),
        }
    }
    Ok(inputs)
}

/// The marketing topics of this workflow and of those above it.
fn topics(walker: &Walker<'_, '_>) -> BTreeSet<String> {
    let mut topics =
        walker.enrollment.walk.caller.as_ref().map(|caller| caller.topics.clone()).unwrap_or_default();
    if let ConsentRule::Topic(topic) = &walker.workflow.consent
        && walker.turn.world.library.topics.get(topic).is_none_or(|known| known.marketing)
    {
        topics.insert(topic.clone());
    }
    topics
}
