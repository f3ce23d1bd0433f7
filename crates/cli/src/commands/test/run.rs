//! Runs the tests of a project on all processors; they come back in the order of the files.

use crate::project::Selection;
use crate::view::test::Tested;
use dsl::library::{ScoreTest, Scoring};
use dsl::project::{Loaded, Project};
use dsl::source::Span;
use dsl::test_case::{Scenario, TestCase};
use dsl::workflow::Workflow;
use interpreter::render::Renderer;
use interpreter::trial;
use interpreter::trial::coverage::{self, Coverage};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A test, and what it is a test of.
pub(super) enum Job<'p> {
    /// Of a workflow.
    Workflow(&'p Arc<Workflow>, &'p TestCase),
    /// Of several.
    Scenario(&'p Scenario, &'p TestCase),
    /// Of a score.
    Score(&'p Scoring, &'p ScoreTest),
}

impl Job<'_> {
    /// The test's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Workflow(_, test) | Self::Scenario(_, test) => &test.name,
            Self::Score(_, test) => &test.given.name,
        }
    }

    fn run(&self, project: &Project, renderer: &Renderer) -> Tested {
        let library = &project.library;
        let (subject, verdict) = match self {
            Self::Workflow(workflow, test) => {
                (workflow.id.to_string(), trial::run(project, renderer, workflow, test))
            }
            Self::Scenario(scenario, test) => {
                (scenario.name.clone(), trial::run_scenario(project, renderer, scenario, test))
            }
            Self::Score(scoring, test) => {
                let acting = project.acting_on(scoring);
                (scoring.name.clone(), trial::run_score(library, renderer, &acting, scoring, test))
            }
        };
        Tested { subject, verdict }
    }
}

/// Runs the tests of the files meant, those whose name has `name` in it: workflows, scenarios, scores, each
/// in the order of their names and of the tests in them.
pub fn all(loaded: &Loaded, selection: &Selection, name: Option<&str>) -> Vec<Tested> {
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let mut jobs = jobs(loaded, selection);
    jobs.retain(|job| name.is_none_or(|name| job.name().contains(name)));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Tested)>> = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            let tested = job.run(project, &renderer);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, tested));
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    std::thread::scope(|scope| {
        for _ in 1..processors {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, tested)| tested).collect()
}

/// The tests of the files meant.
pub(super) fn jobs<'p>(loaded: &'p Loaded, selection: &Selection) -> Vec<Job<'p>> {
    let project = &loaded.project;
    let is_meant = |span: Span| selection.has(loaded.sources.name(span.file));
    let mut jobs = Vec::new();
    for workflow in project.workflows.values().filter(|workflow| is_meant(workflow.span)) {
        jobs.extend(workflow.tests.iter().map(|test| Job::Workflow(workflow, test)));
    }
    for scenario in project.scenarios.values().filter(|scenario| is_meant(scenario.span)) {
        jobs.extend(scenario.tests.iter().map(|test| Job::Scenario(scenario, test)));
    }
    for scoring in project.library.scorings.values().filter(|scoring| is_meant(scoring.span)) {
        jobs.extend(scoring.tests.iter().map(|test| Job::Score(scoring, test)));
    }
    jobs
}

/// What these tests walk of the workflows meant.
pub fn coverage(loaded: &Loaded, selection: &Selection, tests: &[Tested]) -> Vec<Coverage> {
    let is_meant = |span: Span| selection.has(loaded.sources.name(span.file));
    let lines = || tests.iter().flat_map(|test| &test.verdict.trace);
    let meant = loaded.project.workflows.values().filter(|workflow| is_meant(workflow.span));
    meant.map(|workflow| coverage::coverage(workflow, lines())).collect()
}
