//! Which steps and branches the tests of a workflow have walked.

use crate::step::timeline;
use dsl::source::Span;
use dsl::step::{OnError, Step, StepIx, Verb};
use dsl::workflow::Workflow;
use model::{Did, Outcome, StepId, TraceLine, WorkflowId};
use std::collections::BTreeSet;

/// A way through a step that a test can walk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The step is reached at all.
    Step,
    /// `only_if` holds.
    Taken,
    /// `only_if` does not hold.
    LeftOut,
    /// An `if` that holds.
    Then,
    /// An `if` that does not.
    Else,
    /// The case of a `choose` with this number, from 1.
    Case(usize),
    /// The last way of a `choose`, the one without `when`.
    Otherwise,
    /// A `choose` of which no case holds and that has no other way.
    NoCase,
    /// The way of a split.
    Arm(String),
    /// An awaited event comes: one of these.
    Came(Vec<String>),
    /// A wait runs out.
    Timeout,
    /// A point of a timeline.
    Point(String),
    /// The step fails, and `on_error` goes on with its steps.
    Failed,
}

/// A branch of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// At which step.
    pub step: StepId,
    /// Where the step stands.
    pub span: Span,
    /// Which way.
    pub way: Way,
}

/// What the tests of a project walk of one workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Where its file stands.
    pub span: Span,
    /// How many steps it has.
    pub steps: usize,
    /// How many of them a test reaches.
    pub steps_walked: usize,
    /// How many branches it has.
    pub branches: usize,
    /// How many of them a test takes.
    pub branches_walked: usize,
    /// What no test walks, in reading order. Of what lies inside an arm that no test takes only the arm is
    /// named.
    pub missing: Vec<Branch>,
}

impl Coverage {
    /// Steps and branches together.
    pub fn all(&self) -> usize {
        self.steps + self.branches
    }
    /// Those that are walked.
    pub fn walked(&self) -> usize {
        self.steps_walked + self.branches_walked
    }
}

/// What some traces walk of a workflow. Lines of other workflows are left alone.
pub fn coverage<'l>(workflow: &Workflow, lines: impl IntoIterator<Item = &'l TraceLine>) -> Coverage {
    let mut walked: BTreeSet<(&StepId, Way)> = BTreeSet::new();
    for line in lines.into_iter().filter(|line| line.workflow == workflow.id) {
        if let Some(step) = &line.step {
            walked.extend(ways_of(line).into_iter().map(|way| (step, way)));
        }
    }
    let reached = |step: &Step| walked.contains(&(&step.id, Way::Step));
    let mut coverage = Coverage {
        workflow: workflow.id.clone(),
        span: workflow.span,
        steps: workflow.steps.len(),
        steps_walked: workflow.steps.iter().filter(|step| reached(step)).count(),
        branches: 0,
        branches_walked: 0,
        missing: Vec::new(),
    };
    for step in &workflow.steps {
        let branch = |way| Branch { step: step.id.clone(), span: step.span, way };
        let arrived = walked.iter().any(|(known, _)| **known == step.id);
        if !arrived && stands_open(workflow, step, &walked) {
            coverage.missing.push(branch(Way::Step));
        }
        for way in ways(workflow, step) {
            let taken = match &way {
                Way::Failed => first_of_on_error(workflow, step).is_some_and(&reached),
                Way::Came(events) => {
                    let came = |event: &String| Way::Came(vec![event.clone()]);
                    events.iter().any(|event| walked.contains(&(&step.id, came(event))))
                }
                Way::Step
                | Way::Taken
                | Way::LeftOut
                | Way::Then
                | Way::Else
                | Way::Case(_)
                | Way::Otherwise
                | Way::NoCase
                | Way::Arm(_)
                | Way::Timeout
                | Way::Point(_) => walked.contains(&(&step.id, way.clone())),
            };
            coverage.branches += 1;
            coverage.branches_walked += usize::from(taken);
            if !taken && arrived {
                coverage.missing.push(branch(way));
            }
        }
    }
    coverage
}

/// Whether nothing else explains that a step is not reached: the one above it is, or it stands first in a
/// list that hangs on nothing with branches.
fn stands_open(workflow: &Workflow, step: &Step, walked: &BTreeSet<(&StepId, Way)>) -> bool {
    let Some(block) = workflow.block(step.block) else { return true };
    let above = step.place.checked_sub(1).and_then(|place| block.steps.get(place as usize));
    match above.and_then(|at| workflow.step(*at)) {
        Some(above) => walked.iter().any(|(known, _)| **known == above.id),
        None => match block.owner {
            dsl::step::BlockOwner::Root | dsl::step::BlockOwner::Goal => true,
            dsl::step::BlockOwner::Pass(at) => is_reached(workflow, at, walked),
            dsl::step::BlockOwner::Arm(..)
            | dsl::step::BlockOwner::EventThen(..)
            | dsl::step::BlockOwner::Point(..) => false,
        },
    }
}

fn is_reached(workflow: &Workflow, at: StepIx, walked: &BTreeSet<(&StepId, Way)>) -> bool {
    workflow.step(at).is_some_and(|step| walked.iter().any(|(known, _)| **known == step.id))
}

/// The ways that a step has beside being reached.
fn ways(workflow: &Workflow, step: &Step) -> Vec<Way> {
    let mut ways = Vec::new();
    if step.only_if.is_some() {
        ways.extend([Way::Taken, Way::LeftOut]);
    }
    if let Verb::If { .. } = &step.verb {
        ways.extend([Way::Then, Way::Else]);
    }
    if let Verb::Choose(cases) = &step.verb {
        for (number, case) in cases.iter().enumerate() {
            ways.push(if case.when.is_some() { Way::Case(number + 1) } else { Way::Otherwise });
        }
        if cases.iter().all(|case| case.when.is_some()) {
            ways.push(Way::NoCase);
        }
    }
    if let Verb::Split { ways: arms, .. } = &step.verb {
        ways.extend(arms.iter().map(|arm| Way::Arm(arm.name.clone())));
    }
    if let Verb::WaitFor { events, on_timeout, .. } = &step.verb
        && (on_timeout.is_some() || events.iter().any(|awaited| awaited.then.is_some()))
    {
        let (apart, together): (Vec<_>, Vec<_>) = events.iter().partition(|awaited| awaited.then.is_some());
        let apart: BTreeSet<&str> = apart.into_iter().map(|awaited| awaited.event.as_str()).collect();
        ways.extend(apart.into_iter().map(|name| Way::Came(vec![name.to_owned()])));
        // Events without steps of their own go on alike: one of them will do.
        let together: BTreeSet<String> = together.into_iter().map(|awaited| awaited.event.clone()).collect();
        if !together.is_empty() {
            ways.push(Way::Came(together.into_iter().collect()));
        }
        ways.push(Way::Timeout);
    }
    if let Verb::Timeline(timeline) = &step.verb {
        ways.extend(timeline.points.iter().map(|point| Way::Point(timeline::label(point))));
    }
    if first_of_on_error(workflow, step).is_some() {
        ways.push(Way::Failed);
    }
    ways
}

/// The first of the steps that `on_error` goes on with; `None`: it names none.
fn first_of_on_error<'w>(workflow: &'w Workflow, step: &Step) -> Option<&'w Step> {
    match step.on_error {
        OnError::GoOnWith(block) => workflow.step(workflow.first(block)?),
        OnError::Skip | OnError::Exit => None,
    }
}

/// The ways through its step that a trace line shows.
pub fn ways_of(line: &TraceLine) -> Vec<Way> {
    let reason = line.reason.as_deref();
    if line.outcome == Outcome::Skipped && reason == Some("only_if") {
        return vec![Way::LeftOut];
    }
    let text = |name: &str| line.values.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let done = line.outcome == Outcome::Done;
    let mut ways = vec![Way::Step, Way::Taken];
    if line.did == Did::If {
        ways.push(if text("branch").as_deref() == Some("then") { Way::Then } else { Way::Else });
    } else if line.did == Did::Choose {
        let number = line.values.get("branch").and_then(serde_json::Value::as_u64);
        ways.push(match number.and_then(|number| usize::try_from(number).ok()) {
            None => Way::NoCase,
            Some(_) if line.what == "otherwise" => Way::Otherwise,
            Some(number) => Way::Case(number),
        });
    } else if line.did == Did::Split {
        ways.extend(text("arm").map(Way::Arm));
    } else if line.did == Did::WaitFor && done && reason == Some("timeout") {
        ways.push(Way::Timeout);
    } else if line.did == Did::WaitFor && done {
        ways.extend(text("event").map(|event| Way::Came(vec![event])));
    } else if line.did == Did::Timeline && done {
        ways.extend(text("point").map(Way::Point));
    }
    ways
}
