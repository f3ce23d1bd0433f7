//! `nurture test --record`: writes what happens into the `expect` of tests, shows the difference, and keeps
//! the rest of each file as it is.

use super::Args;
use super::run::{self, Job};
use crate::commands::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project::{self, Selection};
use crate::view::diff;
use crate::view::test::Tested;
use dsl::diagnostic::{self, Colour};
use dsl::project::Loaded;
use dsl::record::{Edit, recorded};
use dsl::source::Span;
use interpreter::trial::{Problem, Verdict, record};
use model::words::say;
use serde_json::json;
use std::collections::BTreeMap;

/// Writes the tests that were run. Exit 1: a file has errors, or a test cannot be written to.
pub fn perform(
    args: &Args,
    context: &Context,
    selection: &Selection,
    loaded: &Loaded,
    tests: &[Tested],
    out: &mut Out,
) -> Result<Exit, Failure> {
    let language = context.language;
    if loaded.report.has_errors() && !context.json {
        out.text(&diagnostic::human(&loaded.report, &loaded.sources, language, context.colour))?;
        out.text("\n")?;
    }
    let edits = edits(args, selection, loaded, tests);
    let mut written = Vec::new();
    let count: usize = edits.values().map(Vec::len).sum();
    for mut file in project::read_with(&context.config, selection)? {
        let Some(edits) = edits.get(&file.path) else { continue };
        let mark = if file.text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        let before = file.text.clone();
        let text = before.strip_prefix('\u{feff}').unwrap_or(&before);
        let after = recorded(text, edits).map_err(|at| {
            let line = text.get(..at).unwrap_or_default().lines().count().max(1);
            let place = format!("{}:{line}", file.path);
            Failure::say(Exit::Findings, language, "test-record-brackets", &[("place", &place)])
        })?;
        file.text = format!("{mark}{after}");
        if !args.dry_run {
            project::write(&context.config, selection, &file)?;
        }
        let colour = if context.json { Colour::Never } else { context.colour };
        written.push((file.path.clone(), diff::diff(&file.path, &before, &file.text, colour)));
    }
    if context.json {
        let files = written.iter().map(|(file, diff)| json!({ "file": file, "diff": diff }));
        let files: Vec<serde_json::Value> = files.collect();
        out.json(&json!({ "tests": count, "written": !args.dry_run, "files": files }))?;
    } else {
        for (_, diff) in &written {
            out.text(diff)?;
            out.text("\n")?;
        }
        let key = match (count, args.dry_run) {
            (0, _) => "test-record-same",
            (_, true) => "test-record-dry",
            (_, false) => "test-recorded",
        };
        out.line(&say(language, key, &[("count", &count.to_string())]))?;
    }
    Ok(if loaded.report.has_errors() { Exit::Findings } else { Exit::Fine })
}

/// The edits of each file, by its path. Tests of scores expect numbers, which are the author's to say.
fn edits(
    args: &Args,
    selection: &Selection,
    loaded: &Loaded,
    tests: &[Tested],
) -> BTreeMap<String, Vec<Edit>> {
    let library = &loaded.project.library;
    let mut jobs = run::jobs(loaded, selection);
    jobs.retain(|job| args.name.as_deref().is_none_or(|name| job.name().contains(name)));
    let mut edits: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    for (job, tested) in jobs.iter().zip(tests) {
        let (test, scenario) = match job {
            Job::Workflow(_, test) => (*test, false),
            Job::Scenario(_, test) => (*test, true),
            Job::Score(..) => continue,
        };
        let empty = test.expect.is_empty() && (test.never.is_empty() || args.name.is_some());
        if !empty && !differs(&tested.verdict) {
            continue;
        }
        let lines = record::lines(library, test, &tested.verdict, scenario);
        let Span { file, start, .. } = test.span;
        let file = loaded.sources.name(file).to_owned();
        edits.entry(file).or_default().push(Edit { at: start, lines });
    }
    edits
}

/// Whether new lines of `expect` would mend the test.
fn differs(verdict: &Verdict) -> bool {
    verdict.problems.iter().any(|problem| match problem {
        Problem::Missing { .. } | Problem::Unexpected { .. } => true,
        Problem::Never { .. } | Problem::Render { .. } | Problem::Score { .. } => false,
    })
}
