//! What the tests walk of each workflow, and what none of them does.

use super::place;
use crate::view::cells;
use dsl::diagnostic::{Code, Report};
use dsl::project::Loaded;
use dsl::source::Sources;
use interpreter::trial::coverage::{Branch, Coverage, Way};
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// What no test walks, as warnings; those that a file turns off are left out.
pub fn findings(coverages: &[Coverage], loaded: &Loaded) -> Report {
    let mut report = Report::new();
    for coverage in coverages {
        let off = loaded.turned_off.get(&coverage.span.file);
        if off.is_some_and(|codes| codes.contains(&Code::W0421)) {
            continue;
        }
        if coverage.walked() == 0 {
            report.warning(Code::W0421, coverage.span).message("W0421-no-tests").help("W0421-help");
            continue;
        }
        for branch in &coverage.missing {
            let diagnostic = report.warning(Code::W0421, branch.span);
            let (message, name) = words(&branch.way);
            diagnostic.message(message).arg("name", name).arg("step", branch.step.as_str());
            diagnostic.help("W0421-help");
        }
    }
    report
}

/// The sentence for a branch that nobody walks, and the name in it.
fn words(way: &Way) -> (&'static str, String) {
    match way {
        Way::Step => ("W0421", String::new()),
        Way::Taken => ("W0421-taken", String::new()),
        Way::LeftOut => ("W0421-left-out", String::new()),
        Way::Then => ("W0421-then", String::new()),
        Way::Else => ("W0421-else", String::new()),
        Way::Case(number) => ("W0421-case", number.to_string()),
        Way::Otherwise => ("W0421-otherwise", String::new()),
        Way::NoCase => ("W0421-no-case", String::new()),
        Way::Arm(name) => ("W0421-way", name.clone()),
        Way::Came(events) => ("W0421-came", events.join("`, `")),
        Way::Timeout => ("W0421-timeout", String::new()),
        Way::Point(name) => ("W0421-point", name.clone()),
        Way::Failed => ("W0421-failed", String::new()),
    }
}

/// Whole percents, never 100 while something is missing.
fn percent(walked: usize, all: usize) -> usize {
    (walked * 100).checked_div(all).unwrap_or(100)
}

/// One line below the tests.
pub fn line(coverages: &[Coverage], language: Language) -> Option<String> {
    let all: usize = coverages.iter().map(Coverage::all).sum();
    let walked: usize = coverages.iter().map(Coverage::walked).sum();
    let key = if walked == all { "test-covered-all" } else { "test-covered" };
    let (percent, walked, all) = (percent(walked, all).to_string(), walked.to_string(), all.to_string());
    let values = [("walked", walked.as_str()), ("all", &all), ("percent", &percent)];
    (!coverages.is_empty()).then(|| say(language, key, &values))
}

/// The table by file, and below it each branch that no test walks, with its place.
pub fn human(coverages: &[Coverage], findings: &Report, sources: &Sources, language: Language) -> String {
    let word = |key: &str| say(language, key, &[]);
    let mut rows = vec![vec![
        word("test-coverage-file"),
        word("test-coverage-steps"),
        word("test-coverage-branches"),
        String::new(),
    ]];
    for coverage in coverages {
        rows.push(vec![
            sources.name(coverage.span.file).to_owned(),
            format!("{}/{}", coverage.steps_walked, coverage.steps),
            format!("{}/{}", coverage.branches_walked, coverage.branches),
            format!("{} %", percent(coverage.walked(), coverage.all())),
        ]);
    }
    let mut out = cells::table(&rows);
    let missing = findings.sorted(sources);
    if !missing.is_empty() {
        out.push('\n');
        let rows: Vec<Vec<String>> = missing
            .iter()
            .map(|found| vec![place(found.span, sources), found.message_in(language)])
            .collect();
        out.push_str(&cells::table(&rows));
    }
    out
}

/// The same for programs.
pub fn json(coverages: &[Coverage], sources: &Sources, language: Language) -> Json {
    let branch = |branch: &Branch| {
        let (key, name) = words(&branch.way);
        json!({
            "step": branch.step.as_str(),
            "line": sources.place(branch.span.file, branch.span.start).line,
            "way": key.strip_prefix("W0421-").unwrap_or("step"),
            "name": if name.is_empty() { Json::Null } else { name.clone().into() },
            "message": say(language, key, &[("name", &name)]),
        })
    };
    let all: Vec<Json> = coverages
        .iter()
        .map(|coverage| {
            json!({
                "workflow": coverage.workflow.as_str(),
                "file": sources.name(coverage.span.file),
                "steps": coverage.steps,
                "steps_walked": coverage.steps_walked,
                "branches": coverage.branches,
                "branches_walked": coverage.branches_walked,
                "percent": percent(coverage.walked(), coverage.all()),
                "missing": coverage.missing.iter().map(branch).collect::<Vec<_>>(),
            })
        })
        .collect();
    all.into()
}
