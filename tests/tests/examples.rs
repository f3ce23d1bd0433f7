//! The examples of the language, as a marketer wrote them: they check, and their own tests pass. What a
//! later release brings is said with its name, and nothing else is wrong.

use dsl::diagnostic::{Colour, Severity, human};
use dsl::project::{File, Loaded, Settings};
use interpreter::render::Renderer;
use interpreter::trial;
use model::words::Language;
use tests::{project_files, root};

/// The examples that use nothing but this release.
const OF_THIS_RELEASE: [&str; 4] = ["abandoned_cart", "birthday", "renewal", "winback"];
/// The examples that a later release runs whole, and what each needs of it.
const LATER: [(&str, &str); 1] = [("lead_score.yaml", "on_band")];

fn load(keep: impl Fn(&File) -> bool) -> Loaded {
    let mut files = project_files(&root(), "tests/examples");
    files.retain(|file| !LATER.iter().any(|(name, _)| file.path.ends_with(name)) || keep(file));
    for file in &mut files {
        file.path = file.path.replacen("tests/examples", "workflows", 1);
    }
    dsl::load(&files, &Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() })
}

#[test]
fn the_examples_of_this_release_have_no_errors() {
    let loaded = load(|_| false);
    let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
    assert!(!loaded.report.has_errors(), "{said}");
    for id in OF_THIS_RELEASE {
        assert!(loaded.project.workflows.keys().any(|known| known.as_str() == id), "{id} is not there");
    }
}

#[test]
fn the_tests_inside_the_examples_pass() {
    let loaded = load(|_| false);
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
    assert_eq!(ran, OF_THIS_RELEASE.len());
}

#[test]
fn what_a_later_release_brings_is_the_only_thing_wrong_in_the_other_examples() {
    for (name, key) in LATER {
        let loaded = load(|file| file.path.ends_with(name));
        let errors: Vec<_> =
            loaded.report.diagnostics().iter().filter(|found| found.severity() == Severity::Error).collect();
        assert_eq!(
            errors.len(),
            1,
            "{}",
            human(&loaded.report, &loaded.sources, Language::En, Colour::Never)
        );
        for error in errors {
            assert!(error.message_in(Language::En).contains(key), "{}", error.message_in(Language::En));
        }
    }
}
