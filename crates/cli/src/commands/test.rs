//! `nurture test`: the tests inside workflow and scoring files.

use super::{Context, check};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project::{self, Selection};
use crate::view::test::{self, Tested};
use dsl::diagnostic::{self, Severity};
use dsl::project::Loaded;
use interpreter::render::Renderer;
use interpreter::trial;
use serde_json::json;
use std::path::PathBuf;

/// What `test` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run only the tests of these files and folders
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Runs the tests and prints what came of them. Exit 1: a test failed, or a file cannot be used.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let selection = Selection::of(&context.config, &context.here, &args.paths)?;
    let mut loaded = project::load_with(&context.config, &selection)?;
    check::limit(&mut loaded, &selection);
    loaded.report.retain(|found| found.severity() == Severity::Error);
    let tests = run(&loaded, &selection);
    let language = context.language;
    if context.json {
        let mut page = test::json(&tests, &loaded.sources, language);
        let errors = diagnostic::json(&loaded.report, &loaded.sources, language);
        if let Some(page) = page.as_object_mut() {
            page.insert("errors".to_owned(), serde_json::from_str(&errors).unwrap_or_else(|_| json!([])));
        }
        out.json(&page)?;
    } else {
        out.text(&diagnostic::human(&loaded.report, &loaded.sources, language, context.colour))?;
        if loaded.report.has_errors() {
            out.text("\n")?;
        }
        out.text(&test::human(&tests, &loaded.sources, language))?;
    }
    let fine = tests.iter().all(Tested::passed) && !loaded.report.has_errors();
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// The tests of the files meant, in the order of the files and of the tests in them.
fn run(loaded: &Loaded, selection: &Selection) -> Vec<Tested> {
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let is_meant = |span: dsl::source::Span| selection.has(loaded.sources.name(span.file));
    let mut tests = Vec::new();
    for workflow in project.workflows.values().filter(|workflow| is_meant(workflow.span)) {
        for test in &workflow.tests {
            let verdict = trial::run(&project.library, &renderer, workflow, test);
            tests.push(Tested { subject: workflow.id.to_string(), verdict });
        }
    }
    for scoring in project.library.scorings.values().filter(|scoring| is_meant(scoring.span)) {
        for test in &scoring.tests {
            let verdict = trial::run_score(&project.library, scoring, test);
            tests.push(Tested { subject: scoring.name.clone(), verdict });
        }
    }
    tests
}
