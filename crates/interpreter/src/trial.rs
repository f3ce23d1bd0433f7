//! Tests inside workflow files: a small world on the test's clock, its trace, and what of the expectation
//! is not in it. The same interpreter as live.

mod called;
pub mod coverage;
mod facts;
mod judge;
mod people;
pub mod record;
mod recorder;
mod scene;
mod score;

pub use score::run_score;

use self::recorder::Recorder;
use self::scene::Scene;
use crate::render::Renderer;
use crate::simulate::Simulation;
use crate::world::{Trial, Workflows, World};
use dsl::project::Project;
use dsl::source::Span;
use dsl::test_case::{Scenario, TestCase};
use dsl::workflow::Workflow;
use model::{Did, Outgoing, TraceLine, zone};
use std::sync::Arc;

/// A test that waits longer than this is over: 3 years after its clock and the last instant that it names.
const MOST_DAYS: i64 = 3 * 366;

/// What came of a test.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What is wrong; empty: it passed.
    pub problems: Vec<Problem>,
    /// Everything that happened.
    pub trace: Vec<TraceLine>,
    /// The place in the trace of each line of `expect`; `None`: it did not come.
    pub matched: Vec<Option<usize>>,
    /// Every message that left, with what its walk knew.
    pub sends: Vec<Outgoing>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// An expected line is not in the trace (after those before it).
    Missing {
        /// The line in the file.
        span: Span,
        /// The trace line that comes nearest, by its place in the trace.
        nearest: Option<usize>,
        /// What differs there: `at`, `outcome`, `rep` …
        differs: Vec<Difference>,
    },
    /// A line that must never come is in the trace.
    Never {
        /// The line in the file.
        span: Span,
        /// Its place in the trace.
        at: usize,
    },
    /// `exactly: true`, and this effect is not in `expect`.
    Unexpected {
        /// Its place in the trace.
        at: usize,
    },
    /// A message could not be rendered.
    Render {
        /// Its place in the trace.
        at: usize,
        /// Why.
        error: String,
    },
    /// A score or band is another.
    Score {
        /// The line in the file.
        span: Span,
        /// What it is.
        is: String,
        /// What was expected.
        expected: String,
    },
}

/// How a trace line differs from an expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what: `what` (the object), `customer`, `workflow`, `at`, `outcome`, `reason`, `rep`, `due`,
    /// `subject`, `key`.
    pub what: &'static str,
    /// What it is.
    pub is: String,
    /// What was expected.
    pub expected: String,
}

/// Runs one test of a workflow, which may call others of the project.
pub fn run(project: &Project, renderer: &Renderer, workflow: &Arc<Workflow>, test: &TestCase) -> Verdict {
    play(project, renderer, vec![workflow], false, test)
}

/// Runs one test of a scenario. A walk starts where an `entry` says so, or by what happens.
pub fn run_scenario(project: &Project, renderer: &Renderer, scenario: &Scenario, test: &TestCase) -> Verdict {
    let workflows = scenario.workflows.iter().filter_map(|id| project.workflows.get(id)).collect();
    play(project, renderer, workflows, true, test)
}

fn play(
    project: &Project,
    renderer: &Renderer,
    tested: Vec<&Arc<Workflow>>,
    scenario: bool,
    test: &TestCase,
) -> Verdict {
    let library = &project.library;
    let zone = zone::zone(&test.zone).unwrap_or_else(zone::utc);
    let mut workflows = Workflows::of(called::with_called(&project.workflows, &tested));
    workflows.pauses = scene::pauses(test);
    let world = World {
        library,
        workflows: &workflows,
        zone: &zone,
        renderer: Some(renderer),
        trial: Some(Trial { pick: &test.pick, enters: !scenario }),
    };
    let scene = Scene { library, workflows: tested, scenario, test, zone: &zone };
    let mut recorder = Recorder { renderer, seen: Vec::new(), problems: Vec::new(), sends: Vec::new() };
    let mut simulation =
        Simulation::new(world, scene.people(), scene.customers(), scene.coming(), scene.begin());
    for (customer, workflow, at, by, given) in scene.starts() {
        let handed = if given.is_empty() { test.inputs.clone() } else { given };
        simulation.start(customer, workflow, at, by, handed);
    }
    for (customer, rep, at) in scene.claims() {
        simulation.claim(customer, rep, at);
    }
    for (keep, other, at) in scene.merges() {
        simulation.merge(keep, other, at);
    }
    simulation.reply(test.replies.clone());
    simulation.plan(&[], &mut recorder);
    let last = scene.last_instant();
    let limit = last.max(test.clock) + jiff::SignedDuration::from_hours(24 * MOST_DAYS);
    while let Some(next) = simulation.next()
        && next <= limit
    {
        let begun = recorder
            .seen
            .iter()
            .any(|seen| seen.line.did == Did::Enroll && seen.line.reason.as_deref() != Some("missed"));
        if begun && next > last && !simulation.anybody_walks() {
            break;
        }
        simulation.step(next, &mut recorder);
    }
    judge::judge(test, &scene, recorder)
}

#[cfg(test)]
mod tests;
