//! What came of the tests, for programs: JSON, and remarks on a pull request.

use super::{Tested, problem};
use crate::view::trace;
use dsl::source::{Sources, Span};
use interpreter::trial::{Difference, Problem};
use model::TraceLine;
use model::words::Language;
use serde_json::{Value as Json, json};

/// All tests as one object.
pub fn json(tests: &[Tested], sources: &Sources, language: Language) -> Json {
    let list: Vec<Json> = tests
        .iter()
        .map(|test| {
            let verdict = &test.verdict;
            let problems: Vec<Json> = verdict
                .problems
                .iter()
                .map(|found| {
                    let mut object = described(found);
                    if let Some(fields) = object.as_object_mut() {
                        let message = problem::headline(found, verdict, sources, language);
                        fields.insert("message".to_owned(), message.into());
                        fields.insert("line".to_owned(), line_of(place_of(found), sources));
                    }
                    object
                })
                .collect();
            let line = |line: &TraceLine| trace::json(line, language);
            json!({
                "subject": test.subject,
                "name": verdict.name,
                "file": sources.name(verdict.span.file),
                "line": line_of(Some(verdict.span), sources),
                "passed": test.passed(),
                "problems": problems,
                "trace": verdict.trace.iter().map(line).collect::<Vec<_>>(),
            })
        })
        .collect();
    let failed = tests.iter().filter(|test| !test.passed()).count();
    json!({ "tests": list, "passed": tests.len() - failed, "failed": failed })
}

fn line_of(span: Option<Span>, sources: &Sources) -> Json {
    let line = span.filter(|span| !span.is_nowhere()).map(|span| sources.place(span.file, span.start).line);
    line.into()
}

/// The line of the file that a problem is about; `None`: it is about what happened.
fn place_of(problem: &Problem) -> Option<Span> {
    match problem {
        Problem::Missing { span, .. } | Problem::Never { span, .. } | Problem::Score { span, .. } => {
            Some(*span)
        }
        Problem::Unexpected { .. } | Problem::Render { .. } => None,
    }
}

/// A problem's kind and facts; `at` and `nearest` are places in `trace`, from 0.
fn described(problem: &Problem) -> Json {
    match problem {
        Problem::Missing { nearest, differs, .. } => {
            let differs: Vec<Json> = differs
                .iter()
                .map(|Difference { what, is, expected }| {
                    json!({ "what": what, "is": is, "expected": expected })
                })
                .collect();
            json!({ "kind": "missing", "nearest": nearest, "differs": differs })
        }
        Problem::Never { at, .. } => json!({ "kind": "never", "at": at }),
        Problem::Unexpected { at } => json!({ "kind": "unexpected", "at": at }),
        Problem::Render { at, error } => json!({ "kind": "render", "at": at, "error": error }),
        Problem::Score { is, expected, .. } => {
            json!({ "kind": "score", "is": is, "expected": expected })
        }
    }
}

/// Each problem as a workflow command of GitHub: a remark at its line.
pub fn github(tests: &[Tested], sources: &Sources, language: Language) -> String {
    let mut out = String::new();
    for test in tests {
        for found in &test.verdict.problems {
            let span = place_of(found).unwrap_or(test.verdict.span);
            let place = sources.place(span.file, span.start);
            let text = problem::said(found, &test.verdict, sources, language);
            out.push_str(&format!(
                "::error file={},line={},col={},title={}::{}\n",
                escaped(sources.name(span.file), true),
                place.line,
                place.column,
                escaped(&test.verdict.name, true),
                escaped(text.trim(), false),
            ));
        }
    }
    out
}

/// As workflow commands want it: line breaks and signs of their own as codes.
fn escaped(text: &str, in_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if in_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
