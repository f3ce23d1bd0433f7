//! A text as it was meant: edits over the text as it was written, and the way back for places.

use std::ops::Range;

/// Edits of one text, noted while it is read.
pub(super) struct Mend<'t> {
    original: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

/// The text with all edits done.
pub(super) struct Mended {
    /// What the parser reads.
    pub text: String,
    /// The stretches that were copied, in order; between two of them an edit took place.
    copied: Vec<Copied>,
}

struct Copied {
    mended: usize,
    original: usize,
    length: usize,
}

impl<'t> Mend<'t> {
    pub fn new(original: &'t str) -> Self {
        Self { original, edits: Vec::new() }
    }

    /// Reads other text in place of a stretch. A later edit that overlaps an earlier one is dropped.
    pub fn replace(&mut self, stretch: Range<usize>, by: impl Into<String>) {
        self.edits.push((stretch, by.into()));
    }

    /// Reads a stretch as one quoted text.
    pub fn quote(&mut self, stretch: Range<usize>) {
        self.replace(stretch.start..stretch.start, "'");
        self.quote_inside(stretch.clone());
        self.replace(stretch.end..stretch.end, "'");
    }

    /// Reads a stretch as quoted text between quotes that are put there by other edits.
    pub fn quote_inside(&mut self, stretch: Range<usize>) {
        let inside = self.original.get(stretch.clone()).unwrap_or("");
        for (at, _) in inside.match_indices('\'') {
            let at = stretch.start + at;
            self.replace(at..at, "'");
        }
    }

    pub fn finish(mut self) -> Mended {
        // Stable: edits at one place stay in the order in which they were noted.
        self.edits.sort_by_key(|(stretch, _)| stretch.start);
        let mut mended = Mended { text: String::with_capacity(self.original.len() + 64), copied: Vec::new() };
        let mut done = 0;
        for (stretch, by) in self.edits {
            if stretch.start < done || stretch.end < stretch.start {
                continue;
            }
            mended.copy(self.original, done..stretch.start);
            mended.text.push_str(&by);
            done = stretch.end;
        }
        mended.copy(self.original, done..self.original.len());
        mended
    }
}

impl Mended {
    fn copy(&mut self, from: &str, stretch: Range<usize>) {
        let text = from.get(stretch.clone()).unwrap_or("");
        self.copied.push(Copied { mended: self.text.len(), original: stretch.start, length: text.len() });
        self.text.push_str(text);
    }

    /// Finds the place in the written text of a place in the mended one. A place inside what an edit put
    /// there becomes the place before the edit.
    pub fn original(&self, at: usize) -> usize {
        let next = self.copied.partition_point(|copied| copied.mended <= at);
        let Some(copied) = next.checked_sub(1).and_then(|i| self.copied.get(i)) else { return 0 };
        copied.original + (at - copied.mended).min(copied.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_over_edits() {
        let text = "ab：it's #1";
        let mut mend = Mend::new(text);
        mend.replace(2..5, ": ");
        mend.quote(5..text.len());
        let mended = mend.finish();
        assert_eq!(mended.text, "ab: 'it''s #1'");
        let back = |needle: &str| &text[mended.original(mended.text.find(needle).unwrap())..];
        assert_eq!(back("ab"), "ab：it's #1");
        assert_eq!(back("'it"), "it's #1");
        assert_eq!(back("#1"), "#1");
        assert_eq!(mended.original(mended.text.len()), text.len());
        assert_eq!(mended.original(2), 2);
    }

    #[test]
    fn a_second_edit_of_the_same_stretch_is_dropped() {
        let mut mend = Mend::new("abc");
        mend.replace(0..2, "x");
        mend.replace(1..3, "y");
        assert_eq!(mend.finish().text, "xc");
    }
}
