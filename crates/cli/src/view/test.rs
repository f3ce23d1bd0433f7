//! `nurture test`: one line a test; where it fails, what was expected, what came instead, and everything that
//! happened.

use super::{cells, trace};
use dsl::source::{Sources, Span};
use interpreter::trial::{Difference, Problem, Verdict};
use model::TraceLine;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

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

/// All tests for people, by subject, with a summary at the end.
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
            out.push_str(&said(problem, &test.verdict.trace, sources, language));
        }
        if !test.passed() && !test.verdict.trace.is_empty() {
            out.push_str(&format!("    {}\n", say(language, "test-trace", &[])));
            out.push_str(&story(&test.verdict.trace, language));
        }
    }
    if !tests.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(tests, language));
    out.push('\n');
    out
}

fn summary(tests: &[Tested], language: Language) -> String {
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

/// The line of the file that a span stands in, as written.
fn written(span: Span, sources: &Sources) -> String {
    let line = sources.place(span.file, span.start).line;
    let text =
        sources.line(span.file, line).and_then(|range| sources.text(span.file).get(range)).unwrap_or("");
    text.trim().trim_start_matches("- ").to_owned()
}

fn said(problem: &Problem, trace: &[TraceLine], sources: &Sources, language: Language) -> String {
    let mut out = String::new();
    let mut line = |indent: usize, key: &str, values: &[(&str, &str)]| {
        out.push_str(&format!("{}{}\n", " ".repeat(indent), say(language, key, values)));
    };
    let came = |at: usize| trace.get(at).map(|line| one(line, language)).unwrap_or_default();
    match problem {
        Problem::Missing { span, nearest, differs } => {
            let (expected, at) = (written(*span, sources), place(*span, sources));
            line(4, "test-missing", &[("expected", &expected), ("place", &at)]);
            match nearest {
                Some(nearest) => {
                    line(6, "test-nearest", &[("line", &came(*nearest))]);
                    for Difference { what, is, expected } in differs {
                        let is = if is.is_empty() { "–" } else { is.as_str() };
                        line(8, "test-differs", &[("what", what), ("is", is), ("expected", expected)]);
                    }
                    if differs.is_empty() {
                        line(8, "test-order", &[]);
                    }
                }
                None => line(6, "test-nothing-near", &[]),
            }
        }
        Problem::Never { span, at } => {
            let (unwanted, place) = (written(*span, sources), place(*span, sources));
            line(4, "test-never", &[("unwanted", &unwanted), ("place", &place)]);
            line(6, "test-came", &[("line", &came(*at))]);
        }
        Problem::Unexpected { at } => line(4, "test-unexpected", &[("line", &came(*at))]),
        Problem::Render { at, error } => {
            line(4, "test-render", &[("line", &came(*at)), ("error", error)]);
        }
        Problem::Score { span, is, expected } => {
            let at = place(*span, sources);
            line(4, "test-score", &[("is", is), ("expected", expected), ("place", &at)]);
        }
    }
    out
}

/// A trace line on one line: when, what, why.
fn one(line: &TraceLine, language: Language) -> String {
    let what = format!("{} {}", trace::noun(line, language), trace::object(line));
    let why = trace::because(line, language);
    let values = [
        ("at", trace::clock(line, line.at)),
        ("sign", trace::sign(line).to_string()),
        ("what", what.trim_end().to_owned()),
        ("why", why),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(language, "test-line", &values)
}

/// Everything that happened, in columns.
fn story(trace: &[TraceLine], language: Language) -> String {
    let several = trace.iter().any(|line| trace.first().is_some_and(|first| first.customer != line.customer));
    let rows: Vec<Vec<String>> = trace
        .iter()
        .map(|line| {
            let mut row = vec![format!("      {}", trace::clock(line, line.at))];
            if several {
                row.push(line.customer.to_string());
            }
            row.push(format!("{} {}", trace::sign(line), trace::noun(line, language)));
            row.push(cells::clip(&trace::object(line), 32));
            row.push(trace::because(line, language));
            row
        })
        .collect();
    cells::table(&rows)
}

/// All tests for programs.
pub fn json(tests: &[Tested], sources: &Sources, language: Language) -> Json {
    let list: Vec<Json> = tests
        .iter()
        .map(|test| {
            let problems: Vec<Json> = test
                .verdict
                .problems
                .iter()
                .map(|problem| said(problem, &test.verdict.trace, sources, language).trim().to_owned().into())
                .collect();
            let line = sources.place(test.verdict.span.file, test.verdict.span.start).line;
            let trace: Vec<Json> =
                test.verdict.trace.iter().map(|line| trace::json(line, language)).collect();
            json!({
                "subject": test.subject,
                "name": test.verdict.name,
                "file": sources.name(test.verdict.span.file),
                "line": line,
                "passed": test.passed(),
                "problems": problems,
                "trace": trace,
            })
        })
        .collect();
    let failed = tests.iter().filter(|test| !test.passed()).count();
    json!({ "tests": list, "passed": tests.len() - failed, "failed": failed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample;
    use model::{Did, Outcome};
    use std::collections::BTreeSet;

    fn tested() -> (Sources, Vec<Tested>) {
        let mut sources = Sources::new();
        let text = "tests:\n  - name: greeted\n    expect:\n      - { at: 2026-03-12 10:00, email: birthday/card }\n";
        let file = sources.add("workflows/birthday.yaml", text);
        let at = |needle: &str| {
            let start = text.find(needle).unwrap();
            Span::new(file, start, start + needle.len())
        };
        let trace = vec![
            sample::line("2026-03-12T01:00:00Z", Did::Enroll, "date", Outcome::Entered, "", json!({})),
            sample::line("2026-03-12T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", json!({})),
        ];
        let verdict = |problems| Verdict {
            name: "greeted".to_owned(),
            span: at("name: greeted"),
            problems,
            trace: trace.clone(),
            walked: BTreeSet::new(),
        };
        let missing = Problem::Missing {
            span: at("{ at:"),
            nearest: Some(1),
            differs: vec![Difference {
                what: "at",
                is: "2026-03-12T09:00:00+08:00".to_owned(),
                expected: "2026-03-12T10:00:00+08:00".to_owned(),
            }],
        };
        let tests = vec![
            Tested { subject: "birthday".to_owned(), verdict: verdict(vec![]) },
            Tested { subject: "birthday".to_owned(), verdict: verdict(vec![missing]) },
        ];
        (sources, tests)
    }

    #[test]
    fn a_failure_shows_what_was_expected_what_came_and_everything_that_happened() {
        let (sources, tests) = tested();
        assert_eq!(
            human(&tests, &sources, Language::En),
            "birthday\n\
             \x20 ✓ greeted\n\
             \x20 ✗ greeted  workflows/birthday.yaml:2\n\
             \x20   expected, and did not come: { at: 2026-03-12 10:00, email: birthday/card }  (workflows/birthday.yaml:4)\n\
             \x20     nearest: 2026-03-12 09:00 ✓ email birthday/card: every check allowed it\n\
             \x20       at is 2026-03-12T09:00:00+08:00, expected 2026-03-12T10:00:00+08:00\n\
             \x20   What happened:\n\
             \x20     2026-03-12 09:00  → entering                 the day has come\n\
             \x20     2026-03-12 09:00  ✓ email     birthday/card  every check allowed it\n\
             \n\
             1 of 2 tests failed\n"
        );
        let text = human(&tests, &sources, Language::Zh);
        assert!(
            text.contains(
                "应当出现却没有：{ at: 2026-03-12 10:00, email: birthday/card }（workflows/birthday.yaml:4）"
            ),
            "{text}"
        );
        assert!(text.ends_with("2 个测试中有 1 个没通过\n"), "{text}");
    }

    #[test]
    fn programs_get_places_and_the_trace() {
        let (sources, tests) = tested();
        let json = json(&tests, &sources, Language::En);
        assert_eq!((&json["passed"], &json["failed"]), (&json!(1), &json!(1)));
        assert_eq!(json["tests"][1]["line"], 2);
        assert_eq!(json["tests"][1]["trace"][1]["did"], "email");
        assert_eq!(human(&[], &sources, Language::Zh), "没有测试：在流程文件里写 `tests:`。\n");
    }
}
