//! What a person reads of a failed test, and what a program gets.

use super::*;
use crate::view::sample;
use interpreter::trial::{Difference, Problem, Verdict};
use model::{Did, Outcome};
use serde_json::json as value;

fn tested() -> (Sources, Vec<Tested>) {
    let mut sources = Sources::new();
    let text =
        "tests:\n  - name: greeted\n    expect:\n      - { at: 2026-03-12 10:00, email: birthday/card }\n";
    let file = sources.add("workflows/birthday.yaml", text);
    let at = |needle: &str| {
        let start = text.find(needle).unwrap();
        Span::new(file, start, start + needle.len())
    };
    let trace = vec![
        sample::line("2026-03-12T01:00:00Z", Did::Enroll, "date", Outcome::Entered, "", value!({})),
        sample::line("2026-03-12T01:00:00Z", Did::Email, "birthday/card", Outcome::Done, "", value!({})),
    ];
    let verdict = |problems| Verdict {
        name: "greeted".to_owned(),
        span: at("name: greeted"),
        problems,
        trace: trace.clone(),
        matched: Vec::new(),
        sends: Vec::new(),
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
         \x20     came nearest: 2026-03-12 09:00 ✓ email birthday/card: every check allowed it\n\
         \x20             expected          came\n\
         \x20       time  2026-03-12 10:00  2026-03-12 09:00  (1 hour too early)\n\
         \x20   What happened:\n\
         \x20     2026-03-12 09:00  → entering                 the day has come\n\
         \x20   › 2026-03-12 09:00  ✓ email     birthday/card  every check allowed it\n\
         \n"
    );
    assert_eq!(summary(&tests, Language::En), "1 of 2 tests failed");
    let text = human(&tests, &sources, Language::Zh);
    assert!(
        text.contains(
            "应当出现却没有：{ at: 2026-03-12 10:00, email: birthday/card }（workflows/birthday.yaml:4）"
        ),
        "{text}"
    );
    assert!(text.contains("        时间  2026-03-12 10:00  2026-03-12 09:00（早了 1 小时）\n"), "{text}");
    assert_eq!(summary(&tests, Language::Zh), "2 个测试中有 1 个没通过");
}

#[test]
fn programs_get_places_and_the_trace() {
    let (sources, tests) = tested();
    let json = json(&tests, &sources, Language::En);
    assert_eq!((&json["passed"], &json["failed"]), (&value!(1), &value!(1)));
    assert_eq!(json["tests"][1]["line"], 2);
    assert_eq!(json["tests"][1]["problems"][0]["kind"], "missing");
    assert_eq!(json["tests"][1]["problems"][0]["line"], 4);
    assert_eq!(json["tests"][1]["problems"][0]["differs"][0]["what"], "at");
    assert_eq!(json["tests"][1]["trace"][1]["did"], "email");
    assert_eq!(summary(&[], Language::Zh), "没有测试：在流程文件里写 `tests:`。");
}

#[test]
fn a_pull_request_gets_a_remark_at_the_expected_line() {
    let (sources, tests) = tested();
    let said = github(&tests, &sources, Language::En);
    assert!(said.starts_with("::error file=workflows/birthday.yaml,line=4,col=9,title=greeted::"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_long_trace_is_shown_around_what_is_wrong() {
    let (sources, mut tests) = tested();
    let mut failed = tests.remove(1);
    let line = failed.verdict.trace.remove(1);
    failed.verdict.trace = vec![line; 100];
    failed.verdict.problems = vec![Problem::Unexpected { at: 50 }];
    let text = human(&[failed], &sources, Language::En);
    let lines: Vec<&str> =
        text.lines().filter(|line| line.contains("2026-03-12") || line.contains('…')).collect();
    // The headline, the line with six before and six behind, and what is left out above and below.
    assert_eq!(lines.len(), 1 + 13 + 2, "{text}");
}
