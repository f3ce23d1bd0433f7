//! The workflows that ship check without errors, and their own tests pass.

use dsl::diagnostic::{Colour, human};
use dsl::project::{File, Settings};
use interpreter::render::Renderer;
use interpreter::trial;
use model::words::Language;
use tests::project_files;

fn shipped() -> Vec<File> {
    project_files(&tests::root(), "workflows")
}

#[test]
fn shipped_files_check_without_errors() {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(&shipped(), &settings);
    assert!(
        !loaded.report.has_errors(),
        "{}",
        human(&loaded.report, &loaded.sources, Language::En, Colour::Never)
    );
    assert!(loaded.project.workflows.len() >= 5, "five workflows ship");
}

#[test]
fn tests_inside_shipped_files_pass() {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(&shipped(), &settings);
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let (mut ran, mut failed) = (0, Vec::new());
    for workflow in project.workflows.values() {
        for test in &workflow.tests {
            ran += 1;
            let verdict = trial::run(project, &renderer, workflow, test);
            if !verdict.problems.is_empty() {
                let mut lines: Vec<String> =
                    verdict.problems.iter().map(|problem| told(&loaded.sources, problem)).collect();
                lines.extend(verdict.trace.iter().map(|line| {
                    let until = line.until.map(|until| line.local(until)).unwrap_or_default();
                    format!(
                        "      {} {} {} {} {} {until}",
                        line.local(line.at),
                        line.did.as_str(),
                        line.what,
                        line.outcome.as_str(),
                        line.reason.as_deref().unwrap_or(""),
                    )
                }));
                failed.push(format!("{}: {}\n{}", workflow.id, test.name, lines.join("\n")));
            }
        }
    }
    for scoring in project.library.scorings.values() {
        for test in &scoring.tests {
            ran += 1;
            let verdict =
                trial::run_score(&project.library, &renderer, &project.acting_on(scoring), scoring, test);
            if !verdict.problems.is_empty() {
                failed.push(format!("{}: {:?}", scoring.name, verdict.problems));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {ran} tests fail:\n{}", failed.len(), failed.join("\n\n"));
    assert!(ran >= 15, "the shipped files carry tests");
}

fn told(sources: &dsl::source::Sources, problem: &trial::Problem) -> String {
    match problem {
        trial::Problem::Missing { span, nearest, differs } => {
            format!("   missing: {} (nearest {nearest:?}: {differs:?})", sources.slice(*span).trim())
        }
        trial::Problem::Never { span, at } => {
            format!("   never: {} (line {at})", sources.slice(*span).trim())
        }
        other => format!("   {other:?}"),
    }
}
