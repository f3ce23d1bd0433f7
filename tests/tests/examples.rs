//! The examples of the language, as a marketer wrote them: they check, and their own tests pass.

use dsl::diagnostic::{Colour, human};
use dsl::project::{File, Loaded, Settings};
use interpreter::render::Renderer;
use interpreter::trial;
use model::words::Language;
use tests::{project_files, root};

/// The workflows among them; `reassign` is only called, and tested by its caller.
const WORKFLOWS: [&str; 6] =
    ["abandoned_cart", "birthday", "reassign", "renewal", "stage_handoff", "winback"];

fn load() -> Loaded {
    let mut files: Vec<File> = project_files(&root(), "tests/examples");
    for file in &mut files {
        file.path = file.path.replacen("tests/examples", "workflows", 1);
    }
    dsl::load(&files, &Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() })
}

#[test]
fn the_examples_of_this_release_have_no_errors() {
    let loaded = load();
    let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
    assert!(!loaded.report.has_errors(), "{said}");
    for id in WORKFLOWS {
        assert!(loaded.project.workflows.keys().any(|known| known.as_str() == id), "{id} is not there");
    }
}

#[test]
fn the_tests_inside_the_examples_pass() {
    let loaded = load();
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let mut ran = 0;
    for workflow in project.workflows.values() {
        for test in &workflow.tests {
            ran += 1;
            let verdict = trial::run(project, &renderer, workflow, test);
            let lines: Vec<String> = verdict
                .trace
                .iter()
                .map(|line| {
                    let reason = line.reason.as_deref().unwrap_or_default();
                    let outcome = line.outcome.as_str();
                    format!("{} {} {} {outcome} {reason}", line.local(line.at), line.did.as_str(), line.what)
                })
                .collect();
            assert!(
                verdict.problems.is_empty(),
                "{} / {}: {:?}\n{}",
                workflow.id,
                test.name,
                verdict.problems,
                lines.join("\n")
            );
        }
    }
    assert_eq!(ran, WORKFLOWS.len() - 1, "the one that is called has no test of its own");
    for scoring in project.library.scorings.values() {
        let acting = project.acting_on(scoring);
        for test in &scoring.tests {
            ran += 1;
            let verdict = trial::run_score(&project.library, &renderer, &acting, scoring, test);
            assert!(verdict.problems.is_empty(), "{}: {:?}", test.given.name, verdict.problems);
        }
    }
    assert!(ran >= WORKFLOWS.len(), "the score has a test");
}
