//! How many people went where, counted from the lines of a trace.

use dsl::drawing::{Figures, Taken};
use dsl::workflow::Workflow;
use interpreter::trial::coverage::{Way, ways_of};
use model::{Did, EnrollmentId, Outcome, StepId, TraceLine};
use std::collections::{BTreeMap, BTreeSet};

/// What of a walk is known so far.
#[derive(Default)]
struct Walk<'l> {
    seen: BTreeSet<&'l StepId>,
    left_out: BTreeSet<&'l StepId>,
    ways: BTreeSet<(&'l StepId, Taken)>,
    last: Option<&'l StepId>,
    over: Option<&'l str>,
    /// It reached the goal, and stood at this step.
    goal: Option<Option<&'l StepId>>,
}

/// The figures of a workflow: each walk counts once at each step and on each way.
pub fn figures(workflow: &Workflow, lines: &[TraceLine]) -> Figures {
    let mut walks: BTreeMap<&EnrollmentId, Walk<'_>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.workflow == workflow.id) {
        if let Some(enrollment) = &line.enrollment {
            walks.entry(enrollment).or_default().take(line);
        }
    }
    let mut figures = Figures { entered: count(walks.len()), ..Figures::default() };
    for walk in walks.values() {
        figures.goals += u64::from(walk.goal.is_some());
        figures.ended += u64::from(walk.over == Some("end"));
        for step in &walk.seen {
            let figure = figures.steps.entry((*step).clone()).or_default();
            figure.came += 1;
            figure.left_out += u64::from(walk.left_out.contains(step));
        }
        for (step, way) in &walk.ways {
            *figures.ways.entry(((*step).clone(), way.clone())).or_default() += 1;
        }
        // What follows the goal comes to its own end.
        let (left, here) = match (walk.over, walk.goal) {
            (Some("end"), None) => (None, None),
            (Some(_), None) => (walk.last, None),
            (Some(_), Some(before)) => (before, None),
            (None, before) => (before.flatten(), walk.last),
        };
        if let Some(figure) = left.and_then(|step| figures.steps.get_mut(step)) {
            figure.left += 1;
        }
        if let Some(figure) = here.and_then(|step| figures.steps.get_mut(step)) {
            figure.here += 1;
        }
    }
    figures
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl<'l> Walk<'l> {
    fn take(&mut self, line: &'l TraceLine) {
        if line.did == Did::Exit && line.outcome == Outcome::Exited {
            self.over = Some(line.reason.as_deref().unwrap_or_default());
        }
        if line.did == Did::Goal {
            // One that comes when the walk is over counts, and takes nobody from a step.
            self.goal = Some(self.last.take().filter(|_| self.over.is_none()));
        }
        // A message that leaves after the walk was over is no step of it.
        let Some(step) = line.step.as_ref().filter(|_| self.over.is_none()) else { return };
        self.seen.insert(step);
        self.last = Some(step);
        match line.outcome {
            Outcome::Skipped => {
                self.left_out.insert(step);
            }
            Outcome::Done => {
                self.left_out.remove(step);
            }
            Outcome::Deferred | Outcome::Waits | Outcome::Entered | Outcome::Exited | Outcome::Refused => {}
        }
        self.ways.extend(ways_of(line).into_iter().flat_map(taken).map(|way| (step, way)));
        // The last way of a `choose` is a case by its number, too.
        if line.did == Did::Choose
            && let Some(number) = line.values.get("branch").and_then(serde_json::Value::as_u64)
        {
            self.ways.insert((step, Taken::Case(usize::try_from(number).unwrap_or(0))));
        }
    }
}

/// The way as a drawing knows it.
fn taken(way: Way) -> Vec<Taken> {
    match way {
        Way::Then => vec![Taken::Then],
        Way::Else => vec![Taken::Else],
        Way::NoCase => vec![Taken::NoCase],
        Way::Arm(name) => vec![Taken::Arm(name)],
        Way::Came(events) => events.into_iter().map(Taken::Came).collect(),
        Way::Timeout => vec![Taken::Timeout],
        Way::Case(_)
        | Way::Otherwise
        | Way::Step
        | Way::Taken
        | Way::LeftOut
        | Way::Point(_)
        | Way::Failed => Vec::new(),
    }
}
