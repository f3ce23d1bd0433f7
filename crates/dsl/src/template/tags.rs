//! Checks every merge tag of a source: it walks the parsed template and resolves each name and helper. A tag
//! that cannot be read is said and looked past, so that one mistake does not hide the others.

mod blocks;
mod braces;
mod foreign;
mod walk;

use super::Tag;
use super::names::Place;
use super::scan::{Kind, MOST_BYTES, MOST_EACH, MOST_NESTED, Piece, Refused, most_tags, scan};
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::source::Span;
use blocks::Blocks;
use handlebars::Template;
use std::ops::Range;
use walk::{Scope, Walk};

/// So many tags of one source that cannot be read are told; each costs a reading of the whole.
const MOST_TOLD: usize = 10;

/// What a source turned out to be.
pub(super) struct Looked {
    /// Its tags, as far as they could be read.
    pub tags: Vec<Tag>,
    /// The source with blanks in place of what could not be read: as long as it was.
    pub readable: String,
    /// Where that stood, as bytes of the source; empty: it can be used.
    pub broken: Vec<Range<usize>>,
    /// Tags of a block are among it: what is around a name, and so what it means, is not known.
    unsure: bool,
}

/// Checks a source that stands at `span`; where both have the same length, each tag has its own place, else
/// all have that of the whole. Returns the tags, and nothing where the source cannot be parsed.
pub(super) fn check(
    source: &str,
    span: Span,
    place: Place,
    library: &Library,
    report: &mut Report,
) -> Option<Vec<Tag>> {
    let looked = look(source, span, place, library, report);
    looked.broken.is_empty().then_some(looked.tags)
}

/// The same, with what could be read where a part could not.
pub(super) fn look(source: &str, span: Span, place: Place, library: &Library, report: &mut Report) -> Looked {
    let mut looked =
        Looked { tags: Vec::new(), readable: source.to_owned(), broken: Vec::new(), unsure: false };
    let Some(pieces) = bounded(&mut looked, source, span, report) else {
        looked.broken.push(0..source.len());
        return looked;
    };
    braces::check(&looked.readable, span, &pieces, report);
    foreign::check(&looked.readable, span, &pieces, library, report);
    for piece in &pieces {
        let at = || exact(source, span, piece.at.start, piece.at.end);
        match piece.kind {
            Kind::Forbidden => {
                report.error(Code::E0506, at()).help("E0506-help");
                looked.blank(piece.at.clone());
            }
            // In a mail it depends on the name.
            Kind::Unescaped if matches!(place, Place::Line | Place::Call) => {
                report.error(Code::E0505, at()).help("E0505-help");
            }
            Kind::Unescaped
            | Kind::Escape
            | Kind::Comment
            | Kind::Value
            | Kind::Open(_)
            | Kind::Else
            | Kind::Close(_) => {}
        }
    }
    braces::quotes(source, span, &pieces, &mut looked, report);
    let blocks = Blocks::new(source, &pieces);
    blocks.check(source, span, &pieces, &mut looked, report);
    let Some(template) = parsed(source, span, &pieces, &blocks, &mut looked, report) else {
        return looked;
    };
    let (unsure, tags) = (looked.unsure, Vec::new());
    let source = &looked.readable;
    let mut walk = Walk { source, span, pieces: &pieces, place, library, report, unsure, tags };
    walk.template(&template, &Scope::default(), 0);
    looked.tags = walk.tags;
    looked
}

impl Looked {
    /// Whether a place belongs to what could not be read, so that nothing sure can be said of it.
    pub fn touches(&self, source: Span, place: Span) -> bool {
        let at = |range: &Range<usize>| (source.start + range.start, source.start + range.end);
        self.broken.iter().map(at).any(|(start, end)| place.start <= end && start <= place.end)
    }

    /// Whether a tag was not taken out.
    fn has(&self, piece: &Piece) -> bool {
        self.readable.get(piece.at.clone()).is_some_and(|tag| !tag.trim().is_empty())
    }

    /// Takes out what cannot be read; all else keeps its place.
    fn blank(&mut self, range: Range<usize>) {
        let Some(found) = self.readable.get(range.clone()) else { return };
        let blanks = blanked(found);
        self.readable.replace_range(range.clone(), &blanks);
        self.broken.push(range);
    }
}

/// As many blanks as a text has bytes; line ends stay.
pub(super) fn blanked(text: &str) -> String {
    let blank = |letter: char| if letter == '\n' { '\n' } else { ' ' };
    text.chars().flat_map(|letter| std::iter::repeat_n(blank(letter), letter.len_utf8())).collect()
}

/// Refuses what must not reach the parser, and takes out tags that are never closed.
fn bounded(looked: &mut Looked, source: &str, span: Span, report: &mut Report) -> Option<Vec<Piece>> {
    let mut told = 0;
    loop {
        let (message, at, most) = match scan(&looked.readable) {
            Ok((pieces, _)) => return Some(pieces),
            Err(Refused::TooLong) => ("E0507", 0..0, MOST_BYTES / 1024),
            Err(Refused::TooManyTags(at)) => ("E0507-tags", at, most_tags(source.len())),
            Err(Refused::TooDeep(at)) => ("E0507-deep", at, MOST_NESTED),
            Err(Refused::TooManyEach(at)) => ("E0507-each", at, MOST_EACH),
            Err(Refused::Unclosed(at)) => {
                let at = unclosed(source, at, span, report);
                looked.blank(at);
                told += 1;
                if told >= MOST_TOLD {
                    return None;
                }
                continue;
            }
        };
        let span = exact(source, span, at.start, at.end);
        report.error(Code::E0507, span).message(message).arg("most", most.to_string());
        return None;
    }
}

/// Says that a tag has no end, and where it could have had one: before the next tag, or where a quote in it
/// swallowed its braces.
fn unclosed(source: &str, at: Range<usize>, span: Span, report: &mut Report) -> Range<usize> {
    let line = source.get(at.clone()).unwrap_or("");
    // `{{customer.name}`: a brace is missing.
    if let Some((0, close)) = braces::braced(line, 0) {
        braces::tell(source, span, (at.start, at.start + close), report);
        return at.start..at.start + close;
    }
    let inside = line.get(2..).unwrap_or("");
    let is_comment = inside.starts_with('!');
    let next = inside.find("{{").filter(|_| !is_comment);
    let braces = inside.find("}}").filter(|end| !is_comment && next.is_none_or(|next| *end < next));
    let end = braces.map(|end| end + 2).or(next).map_or(at.end, |end| at.start + 2 + end);
    let end = source.get(at.start..end).map_or(end, |tag| at.start + tag.trim_end().len());
    let wrong = report.error(Code::E0501, exact(source, span, at.start, end));
    if braces.is_some() {
        wrong.message("E0501-quote").help("E0501-quote-help");
    } else {
        wrong.message("E0501-unclosed").help("E0501-unclosed-help");
    }
    at.start..end
}

/// Parses what is left. Each tag that the parser refuses is said and taken out, with the block it belongs to.
fn parsed(
    source: &str,
    span: Span,
    pieces: &[Piece],
    blocks: &Blocks,
    looked: &mut Looked,
    report: &mut Report,
) -> Option<Template> {
    for _ in 0..MOST_TOLD {
        let error = match Template::compile(&looked.readable) {
            Ok(template) => return Some(template),
            Err(error) => error,
        };
        let offset = error.pos().map_or(0, |(line, column)| offset(&looked.readable, line, column));
        // The parser points at the first byte it could not use: the tag around it is what a person must look at.
        let there = || pieces.iter().enumerate().filter(|(_, piece)| looked.has(piece));
        let inside = there().find(|(_, piece)| piece.at.contains(&offset));
        let around = inside.or_else(|| there().find(|(_, piece)| piece.at.end == offset));
        let at = around.map_or(offset..offset, |(_, piece)| piece.at.clone());
        let tag = source.get(at.clone()).unwrap_or("").to_owned();
        let wrong = report.error(Code::E0501, exact(source, span, at.start, at.end));
        wrong.arg("tag", tag).help("E0501-help");
        let Some(index) = around.map(|(index, _)| index) else {
            looked.broken.push(at);
            return None;
        };
        blocks.take_out(index, pieces, looked);
    }
    None
}

/// The byte at a line and column, both from 1, the column in characters.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = source.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// The texts between the tags, each with the byte at which it begins.
fn between<'s>(source: &'s str, pieces: &[Piece]) -> impl Iterator<Item = (usize, &'s str)> {
    let starts = std::iter::once(0).chain(pieces.iter().map(|piece| piece.at.end));
    let ends = pieces.iter().map(|piece| piece.at.start).chain(std::iter::once(source.len()));
    starts.zip(ends).map(|(start, end)| (start, source.get(start..end).unwrap_or("")))
}

/// The part of a span that these bytes of the source are, where the source stands there as it is written.
fn exact(source: &str, span: Span, start: usize, end: usize) -> Span {
    if span.end - span.start == source.len() { span.part(start, end) } else { span }
}
