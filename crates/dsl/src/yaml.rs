//! One YAML document as a tree in which every key and value keeps its place in the file.
//!
//! Reading goes in three passes. [`scan`](self) looks through the raw lines for the mistakes that people
//! make in YAML, says them in plain words and notes how the text was meant; the parser reads the text so
//! mended; `build` makes the tree from its events, with places of the text as it was written. So a mistake
//! does not hide the next one, and no message of the parser reaches a marketer.

mod build;
mod flow;
mod mend;
mod scalar;
mod scan;

use crate::diagnostic::{Code, Report};
use crate::source::{FileId, Sources, Span};

pub use scalar::quoted;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 1024 * 1024;
/// Most keys, values, lists and maps in one file.
pub const MOST_NODES: usize = 50_000;
/// Deepest nesting of lists and maps.
pub const MOST_DEPTH: usize = 40;

/// A value of the file and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// From its first to its last character, quotes and brackets included. A value that is not there
    /// ([`Kind::Null`]) has an empty span behind its key or dash.
    pub span: Span,
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing stands behind the key or dash. (`null` and `~` are texts.)
    Null,
    /// Unquoted `true` or `false`.
    Bool(bool),
    /// An unquoted canonical whole number or decimal, as it was written: `-5`, `0.50`. `0123`, `+1` and
    /// `1e3` are texts.
    Number(String),
    /// Any other scalar.
    Text {
        /// The text after quotes, escapes and line folding were undone.
        text: String,
        /// In single or double quotes, or a `|` or `>` block: nothing but a text can be meant.
        quoted: bool,
    },
    /// `- a` lines or `[a, b]`.
    List(Vec<Node>),
    /// `key: value` lines or `{ key: value }`, in the order of the file. No key stands twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key stands, its quotes included.
    pub key_span: Span,
    /// What stands behind it.
    pub value: Node,
}

impl Node {
    /// The text of any scalar as it was meant: `13800000000` and `true` too. `None` for lists, maps and
    /// nothing.
    pub fn raw_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            Kind::Number(literal) => Some(literal),
            Kind::Text { text, quoted: _ } => Some(text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The entries of a map; `None` for anything else.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } | Kind::List(_) => None,
        }
    }

    /// The items of a list; `None` for anything else.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } | Kind::Map(_) => None,
        }
    }

    /// The entry of a map by its key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// Tells whether nothing stands here.
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }

    /// Tells whether nothing stands here, or an unquoted `null` or `~`, which say that there is nothing.
    pub fn says_unknown(&self) -> bool {
        match &self.kind {
            Kind::Null => true,
            Kind::Text { text, quoted: false } => matches!(text.as_str(), "null" | "Null" | "NULL" | "~"),
            Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } | Kind::List(_) | Kind::Map(_) => false,
        }
    }

    /// Gives back the place of a stretch of this scalar's text (bytes of [`Node::raw_text`]), for parsers of
    /// expressions. Exact where the text stands in the file as it is; the whole scalar where escapes or
    /// folded lines lie between.
    pub fn place_of(&self, sources: &Sources, start: usize, end: usize) -> Span {
        let Some(text) = self.raw_text() else { return self.span };
        let written = sources.slice(self.span);
        let quote = usize::from(written.starts_with(['"', '\'', '“']) && !text.starts_with(written));
        let quote = if quote == 1 { written.chars().next().map_or(0, char::len_utf8) } else { 0 };
        let as_it_is = written.get(quote..quote + text.len()) == Some(text);
        if as_it_is && start <= end && end <= text.len() {
            Span { end: self.span.start + quote + end, start: self.span.start + quote + start, ..self.span }
        } else {
            self.span
        }
    }
}

/// Reads the one document of `file`: what was understood, and in `report` everything that is wrong.
///
/// `None` only where nothing can be said about the file's contents: it is empty, too large, or broken in a
/// way that could not be mended. With errors in the report a tree may still come back, read as its author
/// probably meant it, so that later passes find more.
pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Node> {
    let text = sources.text(file);
    if text.len() > MOST_BYTES {
        report
            .error(Code::E0118, Span::new(file, 0, 0))
            .message("E0118-bytes")
            .arg("most", "1")
            .help("E0118-help");
        return None;
    }
    let scanned = scan::scan(text, file, report);
    build::build(&scanned, sources, file, report)
}

#[cfg(test)]
mod tests;
