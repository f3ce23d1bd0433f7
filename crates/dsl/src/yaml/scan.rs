//! Looks through the raw lines for the mistakes people make in YAML, before the parser sees them.
//!
//! It follows the block structure (which indentations are open, what the line above left open) just far
//! enough to know what each line is; what stands in `[ ]` and `{ }` is the work of `flow`. Where it finds a
//! mistake it says so and notes how the text was meant, so that reading goes on. On a file without mistakes
//! it says and changes nothing.

mod block;
mod value;

pub(super) use value::is_indicator;

use std::cell::Cell;
use std::ops::Range;

use super::mend::{Mend, Mended};
use super::scalar::is_foul_space;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{FileId, Span};

/// After so many mistakes in one file the rest is noise.
pub(super) const MOST_MISTAKES: usize = 100;

/// What the scan hands on.
pub(super) struct Scanned {
    /// The text as it was meant.
    pub mended: Mended,
    /// A mistake could not be mended: what the parser says from here on is not worth saying.
    pub hopeless: bool,
    /// There were so many mistakes that the scan stopped: the rest is not worth reading.
    pub gave_up: bool,
}

/// Scans a text; mistakes go to the report.
pub(super) fn scan(text: &str, file: FileId, report: &mut Report) -> Scanned {
    let mut scan = Scan::new(text, file, report);
    while scan.at < text.len() && !scan.stopped {
        scan.line();
    }
    let gave_up = scan.mistakes >= MOST_MISTAKES;
    let looked = scan.looked.get();
    scan.report.look(looked);
    Scanned { mended: scan.mend.finish(), hopeless: scan.hopeless, gave_up }
}

/// One pass over a text.
pub(super) struct Scan<'t, 'r> {
    pub text: &'t str,
    pub file: FileId,
    pub report: &'r mut Report,
    pub mend: Mend<'t>,
    /// Where the scan stands.
    pub at: usize,
    /// A mistake could not be mended.
    pub hopeless: bool,
    /// Nothing behind this place is scanned.
    pub stopped: bool,
    /// The open lists and maps, outermost first, each deeper than the one before (a list may stand at the
    /// indentation of the map whose key it belongs to).
    blocks: Vec<Block>,
    /// What the line above left open.
    open: Open,
    /// The last wrong indentation and what it was taken for: its neighbours are not reported again.
    snapped: Option<(usize, usize)>,
    /// The line around the place last asked for.
    current: Range<usize>,
    mistakes: usize,
    /// Bytes looked at so far, those looked at again too.
    looked: Cell<usize>,
}

#[derive(Clone, Copy)]
struct Block {
    indent: usize,
    shape: Shape,
}

/// What a line or the rest of a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Dash,
    Key,
    Text,
}

/// What the line above left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A key or dash with nothing behind: a deeper line is its value.
    Value,
    /// An unquoted text: lines deeper than `parent` go on with it (`None`: any line).
    Text { parent: Option<usize> },
    /// Nothing: a deeper line belongs nowhere.
    Nothing,
}

impl<'t, 'r> Scan<'t, 'r> {
    fn new(text: &'t str, file: FileId, report: &'r mut Report) -> Self {
        Self {
            text,
            file,
            report,
            mend: Mend::new(text),
            at: 0,
            hopeless: false,
            stopped: false,
            blocks: Vec::new(),
            open: Open::Value,
            snapped: None,
            current: 0..0,
            mistakes: 0,
            looked: Cell::new(0),
        }
    }

    /// Reports a mistake over a stretch of the text.
    pub fn error(&mut self, code: Code, stretch: Range<usize>) -> &mut Diagnostic {
        self.count();
        self.report.error(code, Span::new(self.file, stretch.start, stretch.end))
    }

    /// Reports something doubtful over a stretch of the text.
    pub fn warning(&mut self, code: Code, stretch: Range<usize>) -> &mut Diagnostic {
        self.count();
        self.report.warning(code, Span::new(self.file, stretch.start, stretch.end))
    }

    fn count(&mut self) {
        self.mistakes += 1;
        if self.mistakes >= MOST_MISTAKES {
            self.stopped = true;
        }
    }

    pub fn span(&self, stretch: Range<usize>) -> Span {
        Span::new(self.file, stretch.start, stretch.end)
    }

    /// The text from `at` to the end of its line, without the line end.
    pub fn rest(&mut self, at: usize) -> &'t str {
        if !self.current.contains(&at) {
            let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |lf| lf + 1);
            self.current = start..self.next_line(at);
            self.look(at - start);
        }
        let rest = self.text.get(at..self.current.end).unwrap_or("");
        let rest = rest.strip_suffix('\n').unwrap_or(rest);
        rest.strip_suffix('\r').unwrap_or(rest)
    }

    /// Where the line behind the one of `at` starts; the end of the text behind the last one.
    pub fn next_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let next = rest.find('\n').map_or(self.text.len(), |lf| at + lf + 1);
        self.look(next.saturating_sub(at));
        next
    }

    /// Counts bytes looked at ([`Report::looked`]).
    pub fn look(&self, bytes: usize) {
        self.looked.set(self.looked.get().saturating_add(bytes));
    }

    /// The next line from the line start `at` on that is neither empty nor a comment: where its text
    /// starts, and its indentation.
    pub fn next_content(&self, mut at: usize) -> Option<(usize, Indent)> {
        while at < self.text.len() {
            let next = self.next_line(at);
            let line = self.text.get(at..next).unwrap_or("");
            let indent = Indent::of(line);
            let content = line.get(indent.bytes..).unwrap_or("");
            if !content.trim().is_empty() && !content.starts_with('#') {
                return Some((at + indent.bytes, indent));
            }
            at = next;
        }
        None
    }
}

/// The blanks at the start of a line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Indent {
    /// How many bytes they are.
    pub bytes: usize,
    /// How far they indent, as the eye sees it: a tab and a full-width space count two.
    pub width: usize,
    /// How many plain spaces stand before any other blank.
    pub spaces: usize,
    pub has_tab: bool,
    pub has_foul: bool,
}

impl Indent {
    pub fn of(line: &str) -> Self {
        let mut indent = Self::default();
        for c in line.chars() {
            match c {
                ' ' => indent.width += 1,
                '\t' => {
                    indent.width += 2;
                    indent.has_tab = true;
                }
                '\u{3000}' => {
                    indent.width += 2;
                    indent.has_foul = true;
                }
                '\u{200b}' | '\u{feff}' => indent.has_foul = true,
                c if is_foul_space(c) => {
                    indent.width += 1;
                    indent.has_foul = true;
                }
                _ => break,
            }
            indent.bytes += c.len_utf8();
            if !indent.is_wrong() {
                indent.spaces += 1;
            }
        }
        indent
    }

    /// Tells whether there is anything but plain spaces.
    pub fn is_wrong(self) -> bool {
        self.has_tab || self.has_foul
    }
}
