//! The texts of the files under check, and places in them: byte spans, lines and columns.

use std::ops::Range;

/// Names one file of a [`Sources`]; only the `Sources` that made it understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of one file, as byte offsets into its text (without a byte-order mark): `start` is inside,
/// `end` is not. Both stand on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file, or a file that is none ([`Span::EMPTY`]).
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span of what stands in no file, such as a default.
    pub const EMPTY: Self = Self { file: FileId(u32::MAX), start: 0, end: 0 };

    /// Makes a span from byte offsets.
    pub const fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end }
    }

    /// Tells whether the span stands in no file.
    pub fn is_nowhere(self) -> bool {
        self == Self::EMPTY
    }

    /// Covers both spans and what is between. Spans of two files cannot be joined: the first one stays.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        if self.is_nowhere() {
            other
        } else if other.file != self.file {
            self
        } else {
            Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
        }
    }

    /// The part of this span from byte `start` to byte `end`, both counted from the span's start.
    #[must_use]
    pub fn part(self, start: usize, end: usize) -> Self {
        let at = |offset: usize| self.start.saturating_add(offset).min(self.end);
        Self { file: self.file, start: at(start), end: at(end.max(start)) }
    }

    /// The empty place right behind this span.
    #[must_use]
    pub const fn after(self) -> Self {
        Self { file: self.file, start: self.end, end: self.end }
    }

    /// Tells whether a byte offset of the same file lies inside, or right behind the last byte (for editors).
    pub fn touches(self, file: FileId, offset: usize) -> bool {
        self.file == file && self.start <= offset && offset <= self.end
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// A place as people count it: both from 1, the column in characters (not bytes, not screen cells).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All files of one check, by the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<File>,
}

#[derive(Debug, Clone)]
struct File {
    name: String,
    text: String,
    had_bom: bool,
    line_starts: Vec<usize>,
}

impl Sources {
    /// Starts with no file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file by the name people know it by (a path relative to the project) and its text.
    ///
    /// A byte-order mark is taken off and remembered; line ends (LF or CRLF) stay as they are.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let mut text = text.into();
        let had_bom = text.starts_with('\u{feff}');
        if had_bom {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(File { name: name.into(), text, had_bom, line_starts });
        id
    }

    /// Lists the files in the order in which they were added.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).unwrap_or(u32::MAX)).map(FileId)
    }

    /// Finds a file by its name.
    pub fn find(&self, name: &str) -> Option<FileId> {
        self.ids().zip(&self.files).find(|(_, file)| file.name == name).map(|(id, _)| id)
    }

    /// Returns the name a file was added by; empty for an id of no file.
    pub fn name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.name)
    }

    /// Returns the text of a file, without a byte-order mark; empty for an id of no file.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// Tells whether a file began with a byte-order mark, for those who write it back.
    pub fn had_bom(&self, file: FileId) -> bool {
        self.file(file).is_some_and(|file| file.had_bom)
    }

    /// Returns the text under a span; empty where the span does not fit the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start..span.end).unwrap_or("")
    }

    /// Finds line and column of a byte offset. An offset past the end counts as the end, one inside a
    /// character as its first byte.
    pub fn place(&self, file: FileId, offset: usize) -> Place {
        let Some(file) = self.file(file) else { return Place { line: 1, column: 1 } };
        let line = file.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = file.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = file.text.get(start..).unwrap_or("");
        let column = before.char_indices().take_while(|(at, c)| start + at + c.len_utf8() <= offset).count();
        Place { line, column: column + 1 }
    }

    /// Returns the bytes of a line (from 1) without its line end; `None` where there is no such line.
    pub fn line(&self, file: FileId, line: usize) -> Option<Range<usize>> {
        let file = self.file(file)?;
        let start = *file.line_starts.get(line.checked_sub(1)?)?;
        let end = file.line_starts.get(line).map_or(file.text.len(), |next| next - 1);
        let text = file.text.get(start..end)?;
        Some(start..start + text.strip_suffix('\r').unwrap_or(text).len())
    }

    fn file(&self, file: FileId) -> Option<&File> {
        self.files.get(usize::try_from(file.0).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_with_lf_or_crlf() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "\u{feff}标题: 好\r\nb: 1\n\nc");
        assert!(sources.had_bom(file));
        let text = sources.text(file);
        let at = |needle: &str| text.find(needle).unwrap();
        assert_eq!(sources.place(file, 0), Place { line: 1, column: 1 });
        assert_eq!(sources.place(file, at("好")), Place { line: 1, column: 5 });
        assert_eq!(sources.place(file, at("好") + 1), Place { line: 1, column: 5 });
        assert_eq!(sources.place(file, at("b:")), Place { line: 2, column: 1 });
        assert_eq!(sources.place(file, at("c")), Place { line: 4, column: 1 });
        assert_eq!(sources.place(file, 9_999), Place { line: 4, column: 2 });
        let lines: Vec<_> = (1..=5).map(|line| sources.line(file, line).map(|r| &text[r])).collect();
        assert_eq!(lines, [Some("标题: 好"), Some("b: 1"), Some(""), Some("c"), None]);
        assert_eq!(sources.line(file, 0), None);
    }

    #[test]
    fn spans_join_inside_one_file_only() {
        let mut sources = Sources::new();
        let (a, b) = (sources.add("a", "0123456789"), sources.add("b", "xyz"));
        let span = Span::new(a, 2, 4).join(Span::new(a, 7, 8));
        assert_eq!(sources.slice(span), "234567");
        assert_eq!(span.join(Span::new(b, 0, 1)), span);
        assert_eq!(Span::EMPTY.join(span), span);
        assert_eq!(span.join(Span::EMPTY), span);
        assert_eq!(sources.slice(span.part(1, 3)), "34");
        assert_eq!(sources.slice(span.part(4, 99)), "67");
        assert_eq!(sources.slice(Span::EMPTY), "");
        assert_eq!(sources.find("b"), Some(b));
        assert_eq!(sources.find("c"), None);
    }
}
