//! `nurture test`: one line a test; where it fails, what was expected, what came instead, what differs, and
//! what happened around it.

pub mod coverage;
mod problem;
mod programs;

pub use programs::{github, json};

use super::{cells, trace};
use dsl::source::{Sources, Span};
use interpreter::trial::{Problem, Verdict};
use model::words::{Language, say};
use std::collections::BTreeSet;

/// A trace of more lines than this is shown only around what is wrong.
const LONG: usize = 40;
/// So many lines before and behind.
const AROUND: usize = 6;

/// The verdict on a test, and whose it is.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The workflow or scoring.
    pub subject: String,
    /// The verdict.
    pub verdict: Verdict,
}

impl Tested {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.verdict.problems.is_empty()
    }
}

/// All tests for people, by subject.
pub fn human(tests: &[Tested], sources: &Sources, language: Language) -> String {
    let mut out = String::new();
    let mut subject = None;
    for test in tests {
        if subject != Some(&test.subject) {
            if subject.is_some() {
                out.push('\n');
            }
            out.push_str(&format!("{}\n", test.subject));
            subject = Some(&test.subject);
        }
        let sign = if test.passed() { '✓' } else { '✗' };
        out.push_str(&format!("  {sign} {}", test.verdict.name));
        if !test.passed() {
            out.push_str(&format!("  {}", place(test.verdict.span, sources)));
        }
        out.push('\n');
        for problem in &test.verdict.problems {
            out.push_str(&problem::said(problem, &test.verdict, sources, language));
        }
        if test.verdict.trace.is_empty()
            && test.verdict.problems.iter().any(|problem| matches!(problem, Problem::Missing { .. }))
        {
            // In a scenario nobody enters by the clock alone.
            let file = sources.text(test.verdict.span.file);
            let key = match file.lines().any(|line| line.starts_with("scenario:")) {
                true => "test-nothing-began-scenario",
                false => "test-nothing-began",
            };
            out.push_str(&format!("    {}\n", say(language, key, &[])));
        }
        if !test.passed() && !test.verdict.trace.is_empty() {
            out.push_str(&format!("    {}\n", say(language, "test-trace", &[])));
            out.push_str(&story(&test.verdict, language));
        }
    }
    if !tests.is_empty() {
        out.push('\n');
    }
    out
}

/// How many passed.
pub fn summary(tests: &[Tested], language: Language) -> String {
    let failed = tests.iter().filter(|test| !test.passed()).count();
    let (all, failed) = (tests.len().to_string(), failed.to_string());
    match (tests.len(), failed.as_str()) {
        (0, _) => say(language, "test-none", &[]),
        (_, "0") => say(language, "test-passed", &[("count", &all)]),
        (_, _) => say(language, "test-failed", &[("count", &all), ("failed", &failed)]),
    }
}

/// `workflows/winback.yaml:61`.
fn place(span: Span, sources: &Sources) -> String {
    if span.is_nowhere() {
        return String::new();
    }
    format!("{}:{}", sources.name(span.file), sources.place(span.file, span.start).line)
}

/// The places in the trace that a test's problems point at.
fn marked(problems: &[Problem]) -> BTreeSet<usize> {
    let mark = |problem: &Problem| match problem {
        Problem::Missing { nearest, .. } => *nearest,
        Problem::Never { at, .. } | Problem::Unexpected { at } | Problem::Render { at, .. } => Some(*at),
        Problem::Score { .. } => None,
    };
    problems.iter().filter_map(mark).collect()
}

/// What happened, in columns: all of it, or of a long trace what lies around the lines that matter.
fn story(verdict: &Verdict, language: Language) -> String {
    let trace = &verdict.trace;
    let Some(first) = trace.first() else { return String::new() };
    let customers = trace.iter().any(|line| first.customer != line.customer);
    let workflows = trace.iter().any(|line| first.workflow != line.workflow);
    let marked = marked(&verdict.problems);
    let near = |at: usize| marked.iter().any(|mark| at.abs_diff(*mark) <= AROUND);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut left_out = false;
    for (at, line) in trace.iter().enumerate() {
        let last = at + AROUND >= trace.len();
        if trace.len() > LONG && !near(at) && !(marked.is_empty() && last) {
            if !left_out {
                rows.push(vec!["      …".to_owned()]);
            }
            left_out = true;
            continue;
        }
        left_out = false;
        let mark = if marked.contains(&at) { '›' } else { ' ' };
        let mut row = vec![format!("    {mark} {}", trace::clock(line, line.at))];
        if workflows {
            row.push(line.workflow.to_string());
        }
        if customers {
            row.push(line.customer.to_string());
        }
        row.push(format!("{} {}", trace::sign(line), trace::noun(line, language)));
        row.push(cells::clip(&trace::object(line), 32));
        row.push(trace::because(line, language));
        rows.push(row);
    }
    cells::table(&rows)
}

#[cfg(test)]
mod tests;
