//! Checks every merge tag of a source: it walks the parsed template and resolves each name and helper.

mod braces;
mod walk;

use super::Tag;
use super::names::Place;
use super::scan::{Kind, MOST_BYTES, MOST_EACH, MOST_NESTED, Piece, Refused, most_tags, scan};
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::source::Span;
use handlebars::Template;
use walk::{Scope, Walk};

/// Checks a source that stands at `span`; where both have the same length, each tag has its own place, else
/// all have that of the whole. Returns the tags, and nothing where the source cannot be parsed.
pub(super) fn check(
    source: &str,
    span: Span,
    place: Place,
    library: &Library,
    report: &mut Report,
) -> Option<Vec<Tag>> {
    let pieces = bounded(source, span, report)?;
    braces::check(source, span, &pieces, report);
    let forbidden = pieces.iter().filter(|piece| match piece.kind {
        Kind::Forbidden => true,
        Kind::Unescaped => place != Place::Layout,
        Kind::Escape | Kind::Comment | Kind::Value | Kind::Open(_) | Kind::Else | Kind::Close(_) => false,
    });
    let mut refused = false;
    for piece in forbidden {
        refused |= piece.kind == Kind::Forbidden;
        let code = if piece.kind == Kind::Unescaped { Code::E0505 } else { Code::E0506 };
        let help = if piece.kind == Kind::Unescaped { "E0505-help" } else { "E0506-help" };
        report.error(code, exact(source, span, piece.at.start, piece.at.end)).help(help);
    }
    if refused {
        return None;
    }
    let template = match Template::compile(source) {
        Ok(template) => template,
        Err(error) => {
            syntax(source, span, &pieces, &error, report);
            return None;
        }
    };
    let mut walk = Walk { source, span, pieces: &pieces, place, library, report, tags: Vec::new() };
    walk.template(&template, &Scope::default(), 0);
    Some(walk.tags)
}

/// Refuses what must not reach the parser.
fn bounded(source: &str, span: Span, report: &mut Report) -> Option<Vec<Piece>> {
    let (message, at, most) = match scan(source) {
        Ok((pieces, _)) => return Some(pieces),
        Err(Refused::TooLong) => ("E0507", 0..0, MOST_BYTES / 1024),
        Err(Refused::TooManyTags(at)) => ("E0507-tags", at, most_tags(source.len())),
        Err(Refused::TooDeep(at)) => ("E0507-deep", at, MOST_NESTED),
        Err(Refused::TooManyEach(at)) => ("E0507-each", at, MOST_EACH),
        Err(Refused::Unclosed(at)) => {
            let span = exact(source, span, at.start, at.end);
            report.error(Code::E0501, span).message("E0501-unclosed").help("E0501-unclosed-help");
            return None;
        }
    };
    let span = exact(source, span, at.start, at.end);
    report.error(Code::E0507, span).message(message).arg("most", most.to_string());
    None
}

/// Says why the parser refused: a block that is not closed or closed by another name, or a tag it cannot read.
fn syntax(
    source: &str,
    span: Span,
    pieces: &[Piece],
    error: &handlebars::TemplateError,
    report: &mut Report,
) {
    let mut open: Vec<(&Piece, &str)> = Vec::new();
    for piece in pieces {
        match &piece.kind {
            Kind::Open(name) => open.push((piece, name)),
            Kind::Close(name) => match open.pop() {
                Some((_, opened)) if opened == name => {}
                Some((start, opened)) => {
                    let at = exact(source, span, piece.at.start, piece.at.end);
                    let there = exact(source, span, start.at.start, start.at.end);
                    let wrong = report.error(Code::E0501, at).message("E0501-other").arg("name", name);
                    wrong.arg("opened", opened).related(there, "E0501-opened");
                    return;
                }
                None => {
                    let at = exact(source, span, piece.at.start, piece.at.end);
                    report.error(Code::E0501, at).message("E0501-not-open").arg("name", name);
                    return;
                }
            },
            Kind::Escape | Kind::Comment | Kind::Value | Kind::Unescaped | Kind::Else | Kind::Forbidden => {}
        }
    }
    if let Some((piece, name)) = open.pop() {
        let at = exact(source, span, piece.at.start, piece.at.end);
        report.error(Code::E0501, at).message("E0501-open").arg("name", name);
        return;
    }
    let offset = error.pos().map_or(0, |(line, column)| offset(source, line, column));
    // The parser points at the first byte it could not use: the tag around it is what a person must look at.
    let around = pieces.iter().find(|piece| piece.at.start <= offset && offset <= piece.at.end);
    let at = around.map_or(offset..offset, |piece| piece.at.clone());
    let tag = source.get(at.clone()).unwrap_or("").to_owned();
    report.error(Code::E0501, exact(source, span, at.start, at.end)).arg("tag", tag).help("E0501-help");
}

/// The byte at a line and column, both from 1, the column in characters.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = source.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// The part of a span that these bytes of the source are, where the source stands there as it is written.
fn exact(source: &str, span: Span, start: usize, end: usize) -> Span {
    if span.end - span.start == source.len() { span.part(start, end) } else { span }
}
