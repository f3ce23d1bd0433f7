//! Diagnostics for machines: JSON for tools, workflow commands for GitHub.

use std::fmt::Write as _;

use model::words::Language;
use serde::Serialize;

use super::human::shown;
use super::{Diagnostic, Report, Severity};
use crate::source::{Place, Sources, Span};

/// One diagnostic as `--format json` prints it. Lines and columns count from 1, columns in characters; the
/// end is one past the last character. A diagnostic that stands in no file has `null` for the place.
#[derive(Serialize)]
struct Line<'d> {
    code: &'static str,
    severity: Severity,
    file: Option<&'d str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    message: String,
    label: Option<String>,
    help: Option<String>,
    fix: Option<Change<'d>>,
}

#[derive(Serialize)]
struct Change<'d> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
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
    let places = places(diagnostic.span, sources);
    Line {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity(),
        file: places.is_some().then(|| sources.name(diagnostic.span.file)),
        line: places.map(|(start, _)| start.line),
        column: places.map(|(start, _)| start.column),
        end_line: places.map(|(_, end)| end.line),
        end_column: places.map(|(_, end)| end.column),
        message: diagnostic.message_in(language),
        label: diagnostic.label_in(language),
        help: diagnostic.help_in(language),
        fix: diagnostic.fix.as_ref().map(|fix| {
            let (start, end) =
                (sources.place(fix.span.file, fix.span.start), sources.place(fix.span.file, fix.span.end));
            Change {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                replacement: &fix.replacement,
            }
        }),
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
