//! Diagnostics for people: the source line with carets under the mistake, aligned under Chinese text.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use model::words::{self, Language};

use super::{Diagnostic, Report, Severity};
use crate::source::{FileId, Sources, Span};

/// Lines of more bytes are not shown.
const LONGEST_LINE: usize = 8 * 1024;

/// Whether to paint the output for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text, for pipes, files and `NO_COLOR`.
    Never,
    /// ANSI colours.
    Always,
}

/// Writes the whole report by file and place, an empty line between two diagnostics, a line end at the end.
/// Empty where nothing is wrong.
pub fn human(report: &Report, sources: &Sources, language: Language, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Never => Renderer::plain(),
        Colour::Always => Renderer::styled(),
    };
    let shown: Vec<String> =
        report.sorted(sources).into_iter().map(|d| one(d, sources, language, &renderer)).collect();
    let mut out = shown.join("\n\n");
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn one(diagnostic: &Diagnostic, sources: &Sources, language: Language, renderer: &Renderer) -> String {
    let (level, name) = match diagnostic.severity() {
        Severity::Error => (Level::ERROR, words::say(language, "level-error", &[])),
        Severity::Warning => (Level::WARNING, words::say(language, "level-warning", &[])),
    };
    let title = level
        .with_name(Some(name))
        .primary_title(diagnostic.message_in(language))
        .id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    if !diagnostic.span.is_nowhere() {
        if is_endless(diagnostic, sources) {
            let place = sources.place(diagnostic.span.file, diagnostic.span.start);
            let origin = Origin::path(sources.name(diagnostic.span.file)).line(place.line);
            group = group.element(origin.char_column(place.column));
        } else {
            for snippet in snippets(diagnostic, sources, language) {
                group = group.element(snippet);
            }
        }
    }
    if let Some(help) = diagnostic.help_in(language) {
        let name = words::say(language, "level-help", &[]);
        group = group.element(Level::HELP.with_name(Some(name)).message(help));
    }
    let text = renderer.render(&[group]);
    // An empty source line would end in the blank behind its bar.
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Whether a line that would be shown is no line for people: it is only named, and not painted for each of
/// its mistakes.
fn is_endless(diagnostic: &Diagnostic, sources: &Sources) -> bool {
    let related = diagnostic.related.iter().map(|(span, _)| *span);
    std::iter::once(diagnostic.span).chain(related).filter(|span| !span.is_nowhere()).any(|span| {
        let line = sources.place(span.file, span.start).line;
        sources.line(span.file, line).is_some_and(|line| line.len() > LONGEST_LINE)
    })
}

/// One snippet for each file that the diagnostic points into, its own first.
fn snippets<'s>(
    diagnostic: &Diagnostic,
    sources: &'s Sources,
    language: Language,
) -> Vec<Snippet<'s, annotate_snippets::Annotation<'s>>> {
    let mut marks = vec![(diagnostic.span, AnnotationKind::Primary, diagnostic.label_in(language))];
    for (span, key) in &diagnostic.related {
        marks.push((*span, AnnotationKind::Context, Some(diagnostic.say(language, key))));
    }
    let mut files: Vec<FileId> = Vec::new();
    for (span, _, _) in &marks {
        if !span.is_nowhere() && !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    files
        .into_iter()
        .map(|file| {
            let mine: Vec<_> = marks
                .iter()
                .filter(|(span, _, _)| span.file == file)
                .map(|(span, kind, label)| (shown(*span, sources), *kind, label.clone()))
                .collect();
            // Only the lines that matter go to the renderer: it looks through all it is given.
            let first =
                mine.iter().map(|(range, _, _)| sources.place(file, range.start).line).min().unwrap_or(1);
            let last =
                mine.iter().map(|(range, _, _)| sources.place(file, range.end).line).max().unwrap_or(1);
            let start = sources.line(file, first).map_or(0, |line| line.start);
            let end = sources.line(file, last).map_or(start, |line| line.end);
            let lines = sources.text(file).get(start..end).unwrap_or("");
            Snippet::source(lines).path(sources.name(file)).line_start(first).annotations(
                mine.into_iter().map(|(range, kind, label)| {
                    let within = range.start.saturating_sub(start)..range.end.saturating_sub(start);
                    kind.span(within).label(label)
                }),
            )
        })
        .collect()
}

/// What is underlined: the span on its first line. The end of a file counts as the end of its last line.
pub(super) fn shown(span: Span, sources: &Sources) -> Range<usize> {
    let text = sources.text(span.file);
    let start = if span.start >= text.len() { text.trim_end().len() } else { span.start };
    let line = sources.line(span.file, sources.place(span.file, start).line).unwrap_or(start..start);
    let start = start.clamp(line.start, line.end);
    let end = span.end.clamp(start, line.end);
    let written = text.get(start..end).unwrap_or("");
    if span.end > line.end { start..start + written.trim_end().len() } else { start..end }
}
