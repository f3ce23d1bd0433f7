//! Hides merge tags from the Markdown parser: each becomes a placeholder that it takes for a letter, and
//! comes back whole afterwards, so that no parser ever moves `{{#each}}` or reads inside a tag.

use super::scan::{Kind, Piece};
use std::ops::Range;

/// A Markdown source whose tags are placeholders.
pub(super) struct Protected {
    /// What the Markdown parser reads.
    pub text: String,
    begin: char,
    end: char,
    nothing: char,
    /// (byte in `text`, byte in the source) where a stretch begins that is the same in both.
    marks: Vec<(usize, usize)>,
}

/// A stretch of the parser's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The author's text.
    Text(&'a str),
    /// The tag of this number.
    Tag(usize),
}

impl Protected {
    /// Hides the tags. Lines of nothing but block tags become paragraphs of their own, unless they stand in
    /// a table or in code.
    pub(super) fn new(source: &str, pieces: &[Piece]) -> Self {
        let mut free = ('\u{e000}'..='\u{f8ff}').filter(|c| !source.contains(*c));
        let mut letter = || free.next().unwrap_or('\u{f8ff}');
        let mut made = Self {
            begin: letter(),
            end: letter(),
            nothing: letter(),
            text: String::new(),
            marks: Vec::new(),
        };
        let mut code = None;
        let mut in_table = false;
        let mut start = 0;
        for line in source.split_inclusive('\n') {
            let range = start..start + line.len();
            start = range.end;
            let fence = ["```", "~~~"].into_iter().find(|fence| line.trim_start().starts_with(fence));
            if fence.is_some() && (code.is_none() || code == fence) {
                code = if code.is_none() { fence } else { None };
            }
            let silent = code.is_none() && is_silent(source, pieces, &range);
            in_table = line.trim_start().starts_with('|') || (silent && in_table);
            let alone = silent && !in_table;
            if alone {
                made.text.push('\n');
            }
            made.line(source, pieces, range);
            if alone {
                made.text.push('\n');
            }
        }
        made
    }

    fn line(&mut self, source: &str, pieces: &[Piece], range: Range<usize>) {
        let mut at = range.start;
        for (index, piece) in within(pieces, &range) {
            self.stretch(source, at..piece.at.start);
            self.marks.push((self.text.len(), piece.at.start));
            self.text.push(self.begin);
            self.text.push_str(&index.to_string());
            self.text.push(self.end);
            at = piece.at.end;
        }
        // A tag may go on over several lines: their rest belongs to it.
        let first = pieces.partition_point(|piece| piece.at.start < range.start);
        let inside = pieces.get(first.wrapping_sub(1)).filter(|piece| piece.at.end > range.start);
        let at = inside.map_or(at, |piece| at.max(piece.at.end));
        if at < range.end {
            self.stretch(source, at..range.end);
        }
    }

    /// Copies text. Beside a `**`, full-width punctuation gets a letter that is nothing: else Markdown would
    /// not take `**“优惠”**中文` for bold, since Chinese has no blanks between words.
    fn stretch(&mut self, source: &str, range: Range<usize>) {
        self.marks.push((self.text.len(), range.start));
        let text = source.get(range.clone()).unwrap_or("");
        let mut from = 0;
        for (at, _) in text.match_indices("**") {
            if at < from {
                continue;
            }
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + 2..).and_then(|t| t.chars().next());
            self.text.push_str(text.get(from..at).unwrap_or(""));
            if before.is_some_and(is_wide_sign) {
                self.text.push(self.nothing);
            }
            self.text.push_str("**");
            if after.is_some_and(is_wide_sign) {
                self.text.push(self.nothing);
            }
            from = at + 2;
            self.marks.push((self.text.len(), range.start + from));
        }
        self.text.push_str(text.get(from..).unwrap_or(""));
    }

    /// Splits a text of the parser into the author's text and tags.
    pub(super) fn parts<'a>(&self, text: &'a str) -> Vec<Part<'a>> {
        let texts = |text: &'a str| text.split(self.nothing).filter(|text| !text.is_empty()).map(Part::Text);
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(self.begin) {
            let Some((number, after)) = behind.split_once(self.end) else { break };
            parts.extend(texts(before));
            parts.push(Part::Tag(number.parse().unwrap_or(usize::MAX)));
            rest = after;
        }
        parts.extend(texts(rest));
        parts
    }

    /// A text of the parser without its first tag and what stands before it.
    pub(super) fn without_first(&self, text: &str) -> String {
        text.split_once(self.end).map_or("", |(_, rest)| rest).to_owned()
    }

    /// A text of the parser without its last tag and what stands behind it.
    pub(super) fn without_last(&self, text: &str) -> String {
        text.rsplit_once(self.begin).map_or("", |(rest, _)| rest).to_owned()
    }

    /// The bytes of the source that bytes of the parser's text came from.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let back = |at: usize| {
            let index = self.marks.partition_point(|(here, _)| *here <= at);
            let (here, source) = self.marks.get(index.saturating_sub(1)).copied().unwrap_or_default();
            source + at.saturating_sub(here)
        };
        let (start, end) = (back(range.start), back(range.end));
        start..end.max(start)
    }
}

/// The tags that begin in a stretch, with their numbers.
fn within<'a>(pieces: &'a [Piece], range: &Range<usize>) -> impl Iterator<Item = (usize, &'a Piece)> {
    let first = pieces.partition_point(|piece| piece.at.start < range.start);
    let end = range.end;
    pieces.iter().enumerate().skip(first).take_while(move |(_, piece)| piece.at.start < end)
}

/// Whether a line has tags, and none of them makes text.
fn is_silent(source: &str, pieces: &[Piece], range: &Range<usize>) -> bool {
    let mut rest = String::new();
    let mut at = range.start;
    let mut any = false;
    for (_, piece) in within(pieces, range) {
        if !piece.kind.is_silent() || piece.at.end > range.end {
            return false;
        }
        any |= piece.kind != Kind::Comment;
        rest.push_str(source.get(at..piece.at.start).unwrap_or(""));
        at = piece.at.end;
    }
    rest.push_str(source.get(at..range.end).unwrap_or(""));
    any && rest.trim().is_empty()
}

fn is_wide_sign(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201d}' | '\u{2026}' | '\u{3001}'..='\u{3011}' | '\u{3014}'..='\u{301b}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff5b}'..='\u{ff65}')
        || matches!(c, '·' | '—' | '¥' | '￥')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::scan::scan;

    #[test]
    fn tags_become_letters_and_come_back() {
        let source = "你好 {{customer.name}}，\n{{#if a}}\n**{{b \"c\"}}**\n{{/if}}\n";
        let pieces = scan(source).unwrap().0;
        let hidden = Protected::new(source, &pieces);
        assert!(!hidden.text.contains('{'));
        let back: String = hidden
            .parts(&hidden.text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Tag(tag) => &source[pieces[tag].at.clone()],
            })
            .collect();
        assert_eq!(back, "你好 {{customer.name}}，\n\n{{#if a}}\n\n**{{b \"c\"}}**\n\n{{/if}}\n\n");
        let at = hidden.text.find("**").unwrap();
        assert_eq!(&source[hidden.origin(&(at..at + 2))], "**");
    }

    #[test]
    fn block_tags_in_tables_and_code_stay_in_their_lines() {
        for source in
            ["|a|b|\n|-|-|\n{{#each x}}\n|{{this}}|1|\n{{/each}}\n", "```\n{{#if a}}\nx\n{{/if}}\n```\n"]
        {
            let pieces = scan(source).unwrap().0;
            assert_eq!(Protected::new(source, &pieces).text.lines().count(), source.lines().count());
        }
    }

    #[test]
    fn a_tag_over_several_lines_is_one_letter() {
        let source = "a {{default\n  b\n  \"c\"}} d\n";
        let pieces = scan(source).unwrap().0;
        assert_eq!(Protected::new(source, &pieces).text.lines().count(), 1);
    }
}
