//! What is wrong in a test, in words: what was expected, what came nearest, and what differs, in columns.

use super::place;
use crate::view::{cells, trace};
use dsl::source::{Sources, Span};
use interpreter::trial::{Difference, Problem, Verdict};
use jiff::Timestamp;
use model::TraceLine;
use model::words::{Language, say};

/// One problem, over several lines.
pub(super) fn said(problem: &Problem, verdict: &Verdict, sources: &Sources, language: Language) -> String {
    let mut out = format!("    {}\n", headline(problem, verdict, sources, language));
    let came = |at: usize| verdict.trace.get(at).map(|line| one(line, language)).unwrap_or_default();
    let mut line = |indent: usize, text: &str| out.push_str(&format!("{}{text}\n", " ".repeat(indent)));
    match problem {
        Problem::Missing { nearest: Some(nearest), differs, .. } => {
            line(6, &say(language, "test-nearest", &[("line", &came(*nearest))]));
            if differs.is_empty() {
                line(8, &say(language, "test-order", &[]));
            } else {
                out.push_str(&columns(differs, language));
            }
        }
        Problem::Missing { nearest: None, .. } => line(6, &say(language, "test-nothing-near", &[])),
        Problem::Never { at, .. } => line(6, &say(language, "test-came", &[("line", &came(*at))])),
        Problem::Unexpected { .. } | Problem::Render { .. } | Problem::Score { .. } => {}
    }
    out
}

/// One problem on one line.
pub(super) fn headline(
    problem: &Problem,
    verdict: &Verdict,
    sources: &Sources,
    language: Language,
) -> String {
    let came = |at: usize| verdict.trace.get(at).map(|line| one(line, language)).unwrap_or_default();
    let say = |key: &str, values: &[(&str, &str)]| say(language, key, values);
    match problem {
        Problem::Missing { span, .. } => {
            let (expected, at) = (written(*span, sources), place(*span, sources));
            say("test-missing", &[("expected", &expected), ("place", &at)])
        }
        Problem::Never { span, .. } => {
            let (unwanted, place) = (written(*span, sources), place(*span, sources));
            say("test-never", &[("unwanted", &unwanted), ("place", &place)])
        }
        Problem::Unexpected { at } => say("test-unexpected", &[("line", &came(*at))]),
        Problem::Render { at, error } => say("test-render", &[("line", &came(*at)), ("error", error)]),
        Problem::Score { span, is, expected } => {
            let at = place(*span, sources);
            say("test-score", &[("is", is), ("expected", expected), ("place", &at)])
        }
    }
}

/// The line of the file that a span stands in, as written.
fn written(span: Span, sources: &Sources) -> String {
    let line = sources.place(span.file, span.start).line;
    let text =
        sources.line(span.file, line).and_then(|range| sources.text(span.file).get(range)).unwrap_or("");
    text.trim().trim_start_matches("- ").to_owned()
}

/// What differs: in what, what was expected, what came.
fn columns(differs: &[Difference], language: Language) -> String {
    let word = |key: &str| say(language, key, &[]);
    let mut rows = vec![vec![" ".repeat(7), word("test-column-expected"), word("test-column-came")]];
    for Difference { what, is, expected } in differs {
        let shown = |text: &str| if text.is_empty() { "–".to_owned() } else { civil(text) };
        let mut came = shown(is);
        if let Some(off) = off(is, expected, language) {
            came = say(language, "test-off", &[("came", &came), ("off", &off)]);
        }
        let field = format!("{}{}", " ".repeat(8), say(language, &format!("test-field-{what}"), &[]));
        rows.push(vec![field, shown(expected), came]);
    }
    cells::table(&rows)
}

/// An instant as a clock shows it; any other text as it is.
fn civil(text: &str) -> String {
    if text.parse::<Timestamp>().is_err() {
        return text.to_owned();
    }
    let clock = text.get(..19).unwrap_or(text).replacen('T', " ", 1);
    clock.strip_suffix(":00").map_or_else(|| clock.clone(), str::to_owned)
}

/// How much too early or too late an instant is; `None`: they are none.
fn off(is: &str, expected: &str, language: Language) -> Option<String> {
    let (is, expected) = (is.parse::<Timestamp>().ok()?, expected.parse::<Timestamp>().ok()?);
    let seconds = is.as_second() - expected.as_second();
    let parts = [(86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds")];
    let mut left = seconds.unsigned_abs();
    let mut words = Vec::new();
    for (size, unit) in parts {
        if left >= size && words.len() < 2 {
            words.push(format!("{} {unit}", left / size));
        }
        left %= size;
    }
    let length = trace::length_words(&words.join(" "), language);
    let key = if seconds > 0 { "test-later" } else { "test-earlier" };
    (seconds != 0).then(|| say(language, key, &[("length", &length)]))
}

/// A trace line on one line: when, what, why.
fn one(line: &TraceLine, language: Language) -> String {
    let what = format!("{} {}", trace::noun(line, language), trace::object(line));
    let values = [
        ("at", trace::clock(line, line.at)),
        ("sign", trace::sign(line).to_string()),
        ("what", what.trim_end().to_owned()),
        ("why", trace::because(line, language)),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(language, "test-line", &values)
}
