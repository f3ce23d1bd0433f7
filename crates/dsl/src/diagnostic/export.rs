//! Diagnostics for machines: JSON for tools, workflow commands for GitHub.

use std::fmt::Write as _;

use model::words::Language;
use serde::Serialize;

use super::human::shown;
use super::{Diagnostic, Report, Severity};
use crate::source::{Place, Sources, Span};

/// One diagnostic as `--format json` prints it. A diagnostic that stands in no file has `null` for the place.
#[derive(Serialize)]
struct Line<'d> {
    code: &'static str,
    severity: Severity,
    #[serde(flatten)]
    at: At<'d>,
    message: String,
    label: Option<String>,
    help: Option<String>,
    related: Vec<Related<'d>>,
    fix: Option<Change<'d>>,
}

/// A stretch of a file. Lines and columns count from 1, columns in characters; bytes from 0, as the file lies
/// on disk. The end is one past the last character or byte.
#[derive(Serialize)]
struct At<'d> {
    file: Option<&'d str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    byte: Option<usize>,
    end_byte: Option<usize>,
}

#[derive(Serialize)]
struct Related<'d> {
    #[serde(flatten)]
    at: At<'d>,
    message: String,
}

/// What `check --fix` would write instead of the stretch; an empty stretch inserts.
#[derive(Serialize)]
struct Change<'d> {
    #[serde(flatten)]
    at: At<'d>,
    replacement: &'d str,
}

/// Writes the report as one JSON array, by file and place.
pub fn json(report: &Report, sources: &Sources, language: Language) -> String {
    let lines: Vec<Line<'_>> =
        report.sorted(sources).into_iter().map(|diagnostic| line(diagnostic, sources, language)).collect();
    // Plain structs of texts and numbers cannot fail to serialize.
    serde_json::to_string_pretty(&lines).unwrap_or_else(|_| "[]".to_owned())
}

fn line<'d>(diagnostic: &'d Diagnostic, sources: &'d Sources, language: Language) -> Line<'d> {
    Line {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity(),
        at: underlined(diagnostic.span, sources),
        message: diagnostic.message_in(language),
        label: diagnostic.label_in(language),
        help: diagnostic.help_in(language),
        related: diagnostic
            .related
            .iter()
            .map(|(span, key)| Related {
                at: underlined(*span, sources),
                message: diagnostic.say(language, key),
            })
            .collect(),
        fix: diagnostic
            .fix
            .as_ref()
            .map(|fix| Change { at: at(fix.span, sources), replacement: &fix.replacement }),
    }
}

/// The stretch that people see underlined.
fn underlined(span: Span, sources: &Sources) -> At<'_> {
    if span.is_nowhere() {
        return At {
            file: None,
            line: None,
            column: None,
            end_line: None,
            end_column: None,
            byte: None,
            end_byte: None,
        };
    }
    let start = shown(span, sources).start;
    at(Span::new(span.file, start, span.end.max(start)), sources)
}

fn at(span: Span, sources: &Sources) -> At<'_> {
    let (start, end) = (sources.place(span.file, span.start), sources.place(span.file, span.end));
    // Spans do not count a byte-order mark; the file on disk has it.
    let mark = if sources.had_bom(span.file) { '\u{feff}'.len_utf8() } else { 0 };
    At {
        file: Some(sources.name(span.file)),
        line: Some(start.line),
        column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
        byte: Some(span.start + mark),
        end_byte: Some(span.end + mark),
    }
}

/// Writes one GitHub workflow command a line: they become remarks on a pull request.
pub fn github(report: &Report, sources: &Sources, language: Language) -> String {
    let mut out = String::new();
    for diagnostic in report.sorted(sources) {
        let level = match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut text = diagnostic.message_in(language);
        for more in [diagnostic.label_in(language), diagnostic.help_in(language)].into_iter().flatten() {
            text.push('\n');
            text.push_str(&more);
        }
        let place = places(diagnostic.span, sources).map_or(String::new(), |(start, end)| {
            let file = property(sources.name(diagnostic.span.file));
            let mut place = format!("file={file},line={},col={},", start.line, start.column);
            // GitHub takes an end column only on one line.
            if start.line == end.line {
                let _ = write!(place, "endColumn={},", end.column);
            }
            place
        });
        let _ = writeln!(out, "::{level} {place}title={}::{}", diagnostic.code, data(&text));
    }
    out
}

fn places(span: Span, sources: &Sources) -> Option<(Place, Place)> {
    if span.is_nowhere() {
        return None;
    }
    let start = shown(span, sources).start;
    Some((sources.place(span.file, start), sources.place(span.file, span.end.max(start))))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
