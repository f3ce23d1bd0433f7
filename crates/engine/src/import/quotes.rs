//! Quotes that swallow rows: one that is never closed, or only where the next one was meant to open. A reader of
//! tables takes all that lies between for one cell and says nothing; this watches the bytes it reads.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::utf8::Utf8;

/// A quote that swallowed lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Swallowed {
    /// The line in which it opens, from 1.
    pub from: u64,
    /// The last line that it took in.
    pub to: u64,
    /// It is never closed: the file ends within it.
    pub never: bool,
}

/// Where in a row the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the first byte of a cell: only here a quote opens.
    Start,
    /// In a cell without quotes, or behind the closing one.
    Plain,
    /// Within quotes.
    Quoted,
    /// Behind a quote within quotes: it closes, or is the first of two.
    Closing,
}

/// Reads on, and watches.
pub(super) struct Quotes<R> {
    inner: Utf8<R>,
    delimiter: u8,
    place: Place,
    line: u64,
    opened: u64,
    found: VecDeque<Swallowed>,
}

impl<R: Read> Quotes<R> {
    pub fn new(inner: Utf8<R>, delimiter: u8) -> Self {
        Self { inner, delimiter, place: Place::Start, line: 1, opened: 1, found: VecDeque::new() }
    }

    pub fn inner(&self) -> &Utf8<R> {
        &self.inner
    }

    pub fn inner_mut(&mut self) -> &mut Utf8<R> {
        &mut self.inner
    }

    /// The line in which the quote opened that is open now.
    pub fn open_since(&self) -> Option<u64> {
        match self.place {
            Place::Quoted | Place::Closing => Some(self.opened),
            Place::Start | Place::Plain => None,
        }
    }

    /// What was swallowed by a row that ends before this line. Rows are asked about in their order.
    pub fn before(&mut self, line: u64) -> Option<Swallowed> {
        let mut first = None;
        while let Some(found) = self.found.pop_front_if(|found| found.from < line) {
            first = first.or(Some(found));
        }
        first
    }

    fn watch(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.place = match (self.place, byte) {
                (Place::Start, b'"') => {
                    self.opened = self.line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::Closing,
                (Place::Closing, b'"') | (Place::Quoted, _) => Place::Quoted,
                (Place::Start | Place::Plain | Place::Closing, byte)
                    if byte == self.delimiter || byte == b'\n' =>
                {
                    Place::Start
                }
                (Place::Closing, _) => {
                    // Text behind a closing quote that opened lines before: it was meant to open.
                    if self.opened < self.line {
                        let (from, to) = (self.opened, self.line);
                        self.found.push_back(Swallowed { from, to, never: false });
                    }
                    Place::Plain
                }
                (Place::Start | Place::Plain, _) => Place::Plain,
            };
            self.line += u64::from(byte == b'\n');
        }
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.watch(buffer.get(..count).unwrap_or_default());
        if count == 0 && self.place == Place::Quoted {
            // The last line ends, too: the count is one ahead.
            let (from, to) = (self.opened, self.line.saturating_sub(1).max(self.opened));
            self.found.push_back(Swallowed { from, to, never: true });
            self.place = Place::Start;
        }
        Ok(count)
    }
}
