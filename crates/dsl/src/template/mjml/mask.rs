//! Hides from the reader of MJML what it must not touch: merge tags, and letters outside ASCII, on which the
//! tokenizer below it may panic (`中>`). Both become plain words, and come back whole.

use crate::template::scan::Piece;
use std::ops::Range;

/// A document in ASCII.
pub(super) struct Masked {
    /// What the reader of MJML reads.
    pub text: String,
    /// A word that begins everything hidden and stands nowhere in the source.
    key: String,
    /// (byte in `text`, byte in the source) where a stretch begins that is as long in both.
    marks: Vec<(usize, usize)>,
}

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The author's text.
    Text(String),
    /// The merge tag of this number.
    Tag(usize),
}

impl Masked {
    pub fn new(source: &str, pieces: &[Piece]) -> Self {
        let mut keys = (0_u32..).map(|number| format!("zq{number}x")).filter(|key| !source.contains(key));
        let key = keys.next().unwrap_or_default();
        let mut made = Self { text: String::with_capacity(source.len()), key, marks: Vec::new() };
        let mut at = 0;
        for (index, piece) in pieces.iter().enumerate() {
            made.copy(source, at..piece.at.start);
            made.marks.push((made.text.len(), piece.at.start));
            let word = made.tag(index);
            made.text.push_str(&word);
            at = piece.at.end;
        }
        made.copy(source, at..source.len());
        made.marks.push((made.text.len(), source.len()));
        made
    }

    fn copy(&mut self, source: &str, range: Range<usize>) {
        let mut plain = false;
        for (at, letter) in source.get(range.clone()).unwrap_or("").char_indices() {
            if !letter.is_ascii() || !plain {
                self.marks.push((self.text.len(), range.start + at));
            }
            plain = letter.is_ascii();
            if plain {
                self.text.push(letter);
            } else {
                self.text.push_str(&format!("{}c{:x}.", self.key, u32::from(letter)));
            }
        }
    }

    /// The word that stands for a tag.
    pub fn tag(&self, index: usize) -> String {
        format!("{}t{index}.", self.key)
    }

    /// A text of the reader as the author's text and tags.
    pub fn parts(&self, text: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(self.key.as_str()) {
            words.push_str(before);
            let Some((word, after)) = behind.split_once('.') else {
                rest = behind;
                break;
            };
            rest = after;
            let letter = word.strip_prefix('c').and_then(|code| u32::from_str_radix(code, 16).ok());
            match (letter.and_then(char::from_u32), word.strip_prefix('t')) {
                (Some(letter), _) => words.push(letter),
                (None, Some(number)) => {
                    if !words.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut words)));
                    }
                    parts.push(Part::Tag(number.parse().unwrap_or(usize::MAX)));
                }
                (None, None) => {}
            }
        }
        words.push_str(rest);
        if !words.is_empty() {
            parts.push(Part::Text(words));
        }
        parts
    }

    /// The numbers of the tags in a text of the reader.
    pub fn tags(&self, text: &str) -> Vec<usize> {
        let tag = |part| if let Part::Tag(tag) = part { Some(tag) } else { None };
        self.parts(text).into_iter().filter_map(tag).collect()
    }

    /// The bytes of the source that bytes of the reader's text came from.
    pub fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let back = |at: usize, end: bool| {
            let index = self.marks.partition_point(|(here, _)| if end { *here < at } else { *here <= at });
            // The end of a hidden word is the end of what it stands for.
            if let Some((_, source)) = self.marks.get(index).filter(|(here, _)| *here == at) {
                return *source;
            }
            let (here, source) = self.marks.get(index.saturating_sub(1)).copied().unwrap_or_default();
            source + at.saturating_sub(here)
        };
        let (start, end) = (back(range.start, false), back(range.end, true));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::scan::scan;

    #[test]
    fn tags_and_chinese_are_hidden_and_come_back() {
        let source = "<p a=\"价>{{customer.name}}zq0x\">满 200 {{#if 城市}}减{{/if}}</p>";
        let pieces = scan(source).unwrap().0;
        let masked = Masked::new(source, &pieces);
        assert!(masked.text.is_ascii() && !masked.text.contains('{'));
        let back: String = masked
            .parts(&masked.text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Tag(tag) => source[pieces[tag].at.clone()].to_owned(),
            })
            .collect();
        assert_eq!(back, source);
        let at = masked.text.find("</p>").unwrap();
        assert_eq!(&source[masked.origin(&(at..at + 4))], "</p>");
        let at = masked.text.find("满").or(masked.text.find(&format!("c{:x}.", u32::from('满')))).unwrap();
        let word = at - masked.key.len()..at + "c6ee1.".len();
        assert_eq!(&source[masked.origin(&word)], "满");
    }
}
