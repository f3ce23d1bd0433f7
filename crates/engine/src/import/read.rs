//! Rows of a table (CSV, or columns set apart by blanks) or of JSON lines, one at a time.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use model::clean_text;
use serde_json::Value as Json;
use xxhash_rust::xxh3::Xxh3;

use super::guess::guess;
use super::map::ReadAs;
use super::quotes::{Quotes, Swallowed};
use super::say::{BadRow, Finding, ImportError};
use super::utf8::{Encoding, TooLong, Utf8};
use super::workbook::{self, MOST_COLUMNS, is_old_workbook, is_workbook, too_many_columns};

/// Longest text of a cell, in bytes.
const LONGEST_CELL: usize = 64 * 1024;

/// What a file looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Table or JSON lines.
    pub shape: Shape,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// Its first line is about how it is laid out (`sep=;`), and no row.
    pub told: bool,
    /// The first cell of each row is the row's number: it comes out of a workbook.
    pub numbered: bool,
}

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rows of cells.
    Table {
        /// What stands between cells.
        delimiter: Delimiter,
        /// Where the names of the columns come from.
        heading: Heading,
    },
    /// One JSON object a line.
    JsonLines,
}

/// What stands between two cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// One ASCII sign; cells may stand in double quotes.
    Sign(u8),
    /// One or more blanks or tabs; no quotes, no blank cells.
    Whitespace,
}

/// Where the names of the columns come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heading {
    /// The first row.
    FirstRow,
    /// Given names; the first row is data already.
    Given(Vec<String>),
    /// Given names instead of those in the first row, which is left out.
    Instead(Vec<String>),
}

impl Format {
    /// What a file's name lets one expect: `.jsonl` and `.ndjson` JSON lines, `.tsv` tabs, all others commas;
    /// UTF-8, the first row is the heading.
    pub fn of_path(path: &Path) -> Self {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        let shape = match ending.as_str() {
            "jsonl" | "ndjson" => Shape::JsonLines,
            "tsv" | "tab" => Shape::Table { delimiter: Delimiter::Sign(b'\t'), heading: Heading::FirstRow },
            _ => Shape::Table { delimiter: Delimiter::Sign(b','), heading: Heading::FirstRow },
        };
        Self { shape, encoding: Encoding::Utf8, told: false, numbered: false }
    }
}

/// What a file is: as somebody said, else as it looks. A workbook comes with its sheet as a table.
///
/// Errors: it cannot be read, or is a workbook that cannot be opened.
pub(super) fn look(
    path: &Path,
    said: &ReadAs,
    sheet: Option<&str>,
) -> Result<(Format, Option<File>), ImportError> {
    let failed = |source| ImportError::File { path: path.to_owned(), source };
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(8).read_to_end(&mut head).map_err(failed)?;
    if is_old_workbook(&head) {
        return Err(ImportError::refused(Finding::new("import-workbook-old", &[])));
    }
    let mut format = said.format(path);
    if is_workbook(&head) {
        let table = workbook::unpack(path, sheet)?;
        let heading = match format.shape {
            Shape::Table { heading, .. } => heading,
            Shape::JsonLines => Heading::FirstRow,
        };
        let shape = Shape::Table { delimiter: Delimiter::Sign(b','), heading };
        return Ok((Format { shape, encoding: Encoding::Utf8, told: false, numbered: true }, Some(table)));
    }
    let guessed = guess(File::open(path).map_err(failed)?, said.encoding).map_err(failed)?;
    format.encoding = guessed.encoding;
    if said.delimiter.is_some() {
        return Ok((format, None));
    }
    let silent = said.header.is_none() && said.columns.is_none();
    match &mut format.shape {
        Shape::Table { .. } if guessed.json && silent => format.shape = Shape::JsonLines,
        Shape::Table { delimiter, .. } => {
            format.told = guessed.told;
            *delimiter = guessed.delimiter.unwrap_or(*delimiter);
        }
        Shape::JsonLines => {}
    }
    Ok((format, None))
}

/// The value of one column in one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A cell of a table, or a text made by a map. NFC, no control characters.
    Text(String),
    /// A value of a JSON line.
    Json(Json),
}

impl Cell {
    /// Whether nothing is said: only blanks, or `null`.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Json(Json::Null) => true,
            Self::Json(Json::String(text)) => text.trim().is_empty(),
            Self::Json(Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => false,
        }
    }

    /// As text, trimmed; a JSON list joined by commas.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Json(Json::String(text)) => Cow::Borrowed(text.trim()),
            Self::Json(Json::Null) => Cow::Borrowed(""),
            Self::Json(Json::Array(items)) => {
                let items: Vec<_> =
                    items.iter().map(|item| Self::Json(item.clone()).text().into_owned()).collect();
                Cow::Owned(items.join(","))
            }
            Self::Json(json @ (Json::Bool(_) | Json::Number(_) | Json::Object(_))) => {
                Cow::Owned(json.to_string())
            }
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its line in the file, from 1; the first of them where a cell has line ends.
    pub line: u64,
    /// Its cells with the names of their columns, in the order of the file. Objects of a JSON line are laid
    /// out flat: `properties.amount`.
    pub cells: Vec<(Arc<str>, Cell)>,
}

impl Row {
    /// The cell of a column.
    pub fn get(&self, column: &str) -> Option<&Cell> {
        self.cells.iter().find(|(name, _)| **name == *column).map(|(_, cell)| cell)
    }
}

/// What comes next of a file.
pub enum Next {
    /// A row, or why it is bad.
    Row(Result<Row, BadRow>),
    /// One that was passed over, by its line.
    Passed(u64),
}

/// A file while it is read.
pub struct Rows<R: Read> {
    source: Source<R>,
    columns: Option<Vec<Option<Arc<str>>>>,
    /// Names of JSON fields that came before: each is kept once.
    names: BTreeSet<Arc<str>>,
    encoding: Encoding,
    numbered: bool,
    /// Rows so far, the heading and blank ones not among them.
    passed: u64,
    /// Of what stands in these rows.
    digest: Box<Xxh3>,
}

enum Source<R: Read> {
    Csv { reader: Box<csv::Reader<Quotes<R>>>, record: csv::ByteRecord },
    Lines { reader: BufReader<Utf8<R>>, line: u64, buffer: Vec<u8>, json: bool },
}

impl<R: Read> Rows<R> {
    /// Opens a file; reads the heading of a table.
    ///
    /// Errors: it cannot be read, is no text, has no heading, or two columns of one name.
    pub fn open(input: R, format: &Format, path: &Path) -> Result<Self, ImportError> {
        let failed = |source| ImportError::File { path: path.to_owned(), source };
        let input = Utf8::new(input, format.encoding).map_err(failed)?;
        let encoding = input.encoding();
        let lines = |input, json| Source::Lines {
            reader: BufReader::with_capacity(64 * 1024, input),
            line: 0,
            buffer: Vec::new(),
            json,
        };
        let (source, heading) = match &format.shape {
            Shape::JsonLines => (lines(input, true), None),
            Shape::Table { delimiter: Delimiter::Whitespace, heading } => {
                (lines(input, false), Some(heading))
            }
            Shape::Table { delimiter: Delimiter::Sign(sign), heading } => {
                let reader = csv::ReaderBuilder::new()
                    .delimiter(*sign)
                    .terminator(csv::Terminator::Any(b'\n'))
                    .has_headers(false)
                    .flexible(true)
                    .buffer_capacity(64 * 1024)
                    .from_reader(Quotes::new(input, *sign));
                (Source::Csv { reader: Box::new(reader), record: csv::ByteRecord::new() }, Some(heading))
            }
        };
        let (names, numbered) = (BTreeSet::new(), format.numbered);
        let (passed, digest) = (0, Box::new(Xxh3::new()));
        let mut rows = Self { source, columns: None, names, encoding, numbered, passed, digest };
        if format.told {
            rows.next_raw().map_err(|stop| stop.told(path))?;
        }
        if let Some(heading) = heading {
            rows.columns = Some(rows.read_heading(heading).map_err(|stop| stop.told(path))?);
        }
        Ok(rows)
    }

    /// The columns of a table, without those that have no name; `None` for JSON lines.
    pub fn columns(&self) -> Option<Vec<Arc<str>>> {
        self.columns.as_ref().map(|columns| columns.iter().flatten().cloned().collect())
    }

    /// The encoding that is really used: a byte-order mark wins over what was said.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the file that were read so far.
    pub fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Csv { reader, .. } => reader.get_ref().inner().bytes_read(),
            Source::Lines { reader, .. } => reader.get_ref().bytes_read(),
        }
    }

    /// The next row, or why it is bad; `None` at the end. Blank lines are passed over.
    ///
    /// Errors: the file cannot be read on, or a row is too long to be one.
    pub fn next_row(&mut self, path: &Path) -> Result<Option<Result<Row, BadRow>>, ImportError> {
        Ok(self.next_unless(path, |_| false)?.and_then(|next| match next {
            Next::Row(row) => Some(row),
            Next::Passed(_) => None,
        }))
    }

    /// The next row, unless it is passed over by its line, without a look at what it says.
    ///
    /// Errors: as [`Rows::next_row`].
    pub fn next_unless(
        &mut self,
        path: &Path,
        passes: impl FnOnce(u64) -> bool,
    ) -> Result<Option<Next>, ImportError> {
        let Some(raw) = self.next_filled().map_err(|stop| stop.told(path))? else { return Ok(None) };
        if passes(raw.line()) {
            return Ok(Some(Next::Passed(raw.line())));
        }
        Ok(Some(Next::Row(match raw {
            Raw::Cells { line, cells } => {
                let columns = self.columns.as_deref().unwrap_or_default();
                row_of_cells(line, &cells, columns, self.encoding)
            }
            Raw::Line { line, text } => row_of_json(line, &text, self.encoding, &mut self.names),
            Raw::Swallowed(by) => Err(BadRow::whole(by.from, swallowed(by))),
        })))
    }

    /// How many rows came so far, bad ones too.
    pub fn came(&self) -> u64 {
        self.passed
    }

    /// A digest of what stands in these rows and in the heading.
    pub fn digest(&self) -> u128 {
        self.digest.digest128()
    }

    fn next_filled(&mut self) -> Result<Option<Raw>, Stop> {
        loop {
            let Some(raw) = self.next_raw()? else { return Ok(None) };
            let blank = |cell: &Vec<u8>| cell.trim_ascii().is_empty();
            if matches!(&raw, Raw::Cells { cells, .. } if cells.iter().all(blank)) {
                continue;
            }
            self.passed += 1;
            raw.sum_up(&mut self.digest);
            return Ok(Some(raw));
        }
    }

    fn read_heading(&mut self, heading: &Heading) -> Result<Vec<Option<Arc<str>>>, Stop> {
        let names = match heading {
            Heading::Given(names) => names.clone(),
            Heading::Instead(names) => {
                self.next_raw()?;
                names.clone()
            }
            Heading::FirstRow => {
                let cells = match self.next_raw()? {
                    Some(Raw::Cells { cells, .. }) => cells,
                    Some(Raw::Swallowed(by)) => return Err(Stop::Refused(swallowed(by))),
                    Some(Raw::Line { .. }) | None => {
                        return Err(Stop::Refused(Finding::new("import-empty", &[])));
                    }
                };
                let mut names = Vec::new();
                for cell in cells {
                    let text = std::str::from_utf8(&cell).ok().and_then(|text| clean_text(text).ok());
                    let Some(text) = text else { return Err(Stop::Refused(self.not_in_encoding())) };
                    names.push(text.trim().to_owned());
                }
                names
            }
        };
        if names.len() > MOST_COLUMNS {
            return Err(Stop::Whole(too_many_columns()));
        }
        let mut columns: Vec<Option<Arc<str>>> = Vec::new();
        let mut known = BTreeSet::new();
        for name in names {
            if name.is_empty() {
                columns.push(None);
                continue;
            }
            self.digest.update(name.as_bytes());
            self.digest.update(&[0]);
            if !known.insert(name.clone()) {
                return Err(Stop::Refused(Finding::new("import-column-twice", &[("column", &name)])));
            }
            columns.push(Some(Arc::from(name)));
        }
        Ok(columns)
    }

    fn not_in_encoding(&self) -> Finding {
        not_in_encoding(self.encoding)
    }

    fn next_raw(&mut self) -> Result<Option<Raw>, Stop> {
        match &mut self.source {
            Source::Csv { reader, record } => {
                reader.get_mut().inner_mut().next_row();
                let before = reader.position().line();
                let more = reader.read_byte_record(record);
                let open = reader.get_ref().open_since();
                if !more.map_err(|error| Stop::of_csv(error, open.unwrap_or(before)))? {
                    return Ok(None);
                }
                let behind = reader.position().line();
                if let Some(by) = reader.get_mut().before(behind) {
                    return Ok(Some(Raw::Swallowed(by)));
                }
                // The parser's own line is that of the blank lines in front; count back from the end.
                let inside: usize =
                    record.iter().map(|cell| cell.iter().filter(|byte| **byte == b'\n').count()).sum();
                let line = behind.saturating_sub(1 + inside as u64).max(1);
                let mut cells = record.iter();
                let number = if self.numbered { cells.next() } else { None };
                let number = number.and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok());
                Ok(Some(Raw::Cells {
                    line: number.unwrap_or(line),
                    cells: cells.map(<[u8]>::to_vec).collect(),
                }))
            }
            Source::Lines { reader, line, buffer, json } => loop {
                reader.get_mut().next_row();
                buffer.clear();
                *line += 1;
                let count = reader.read_until(b'\n', buffer).map_err(|error| Stop::of_io(error, *line))?;
                if count == 0 {
                    return Ok(None);
                }
                let text = buffer.trim_ascii();
                if text.is_empty() {
                    continue;
                }
                return Ok(Some(if *json {
                    Raw::Line { line: *line, text: text.to_vec() }
                } else {
                    let cells = text.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty());
                    Raw::Cells { line: *line, cells: cells.map(<[u8]>::to_vec).collect() }
                }));
            },
        }
    }
}

enum Raw {
    Cells {
        line: u64,
        cells: Vec<Vec<u8>>,
    },
    Line {
        line: u64,
        text: Vec<u8>,
    },
    /// A quote made one row of several lines.
    Swallowed(Swallowed),
}

impl Raw {
    fn line(&self) -> u64 {
        match self {
            Self::Cells { line, .. } | Self::Line { line, .. } => *line,
            Self::Swallowed(by) => by.from,
        }
    }

    /// Adds what stands in it to a digest, so that no two rows look like one.
    fn sum_up(&self, digest: &mut Xxh3) {
        let mut add = |bytes: &[u8]| {
            digest.update(&(bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        match self {
            Self::Cells { cells, .. } => {
                cells.iter().for_each(|cell| add(cell));
            }
            Self::Line { text, .. } => add(text),
            Self::Swallowed(by) => add(&by.to.to_le_bytes()),
        }
        digest.update(b"\n");
    }
}

/// A row that is several lines because of a quote.
fn swallowed(by: Swallowed) -> Finding {
    let (from, to) = (by.from.to_string(), by.to.to_string());
    let key = if by.never { "import-quote-never" } else { "import-quote-late" };
    Finding::new(key, &[("from", &from), ("to", &to)])
}

/// Why reading ends early.
enum Stop {
    Io(io::Error),
    Refused(Finding),
    Whole(ImportError),
}

impl Stop {
    fn of_io(error: io::Error, line: u64) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) {
            return Self::Refused(Finding::new("import-row-too-long", &[("line", &line.to_string())]));
        }
        Self::Io(error)
    }

    fn of_csv(error: csv::Error, line: u64) -> Self {
        let said = error.to_string();
        // Byte records of any length meet no other error than one of the file.
        let csv::ErrorKind::Io(error) = error.into_kind() else { return Self::Io(io::Error::other(said)) };
        Self::of_io(error, line)
    }

    fn told(self, path: &Path) -> ImportError {
        match self {
            Self::Io(source) => ImportError::File { path: path.to_owned(), source },
            Self::Refused(finding) => ImportError::refused(finding),
            Self::Whole(error) => error,
        }
    }
}

fn not_in_encoding(encoding: Encoding) -> Finding {
    match encoding {
        Encoding::Utf8 => Finding::new("import-not-utf8", &[]),
        Encoding::Gb18030 | Encoding::Big5 | Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Latin => {
            Finding::new("import-not-encoded", &[("encoding", encoding.as_str())])
        }
    }
}

/// Longer than any cell of a spreadsheet may be: such a text is no value.
fn fits(line: u64, column: &str, text: &str) -> Result<(), BadRow> {
    if text.len() <= LONGEST_CELL {
        return Ok(());
    }
    let most = (LONGEST_CELL / 1024).to_string();
    Err(BadRow::cell(line, column, Finding::new("import-cell-too-long", &[("most", &most)])))
}

fn row_of_cells(
    line: u64,
    cells: &[Vec<u8>],
    columns: &[Option<Arc<str>>],
    encoding: Encoding,
) -> Result<Row, BadRow> {
    let beyond = cells.get(columns.len()..).unwrap_or_default();
    if cells.len() < columns.len() || beyond.iter().any(|cell| !cell.trim_ascii().is_empty()) {
        let counts = [("found", cells.len().to_string()), ("expected", columns.len().to_string())];
        let counts = counts.each_ref().map(|(name, count)| (*name, count.as_str()));
        return Err(BadRow::whole(line, Finding::new("import-cell-count", &counts)));
    }
    let mut row = Row { line, cells: Vec::with_capacity(cells.len()) };
    for (cell, column) in cells.iter().zip(columns) {
        let Some(column) = column else {
            if cell.trim_ascii().is_empty() {
                continue;
            }
            return Err(BadRow::whole(line, Finding::new("import-cell-without-column", &[])));
        };
        let text =
            std::str::from_utf8(cell).map_err(|_| BadRow::cell(line, column, not_in_encoding(encoding)))?;
        fits(line, column, text)?;
        let text = clean_text(text).map_err(|error| BadRow::cell(line, column, error.into()))?;
        row.cells.push((column.clone(), Cell::Text(text)));
    }
    Ok(row)
}

fn row_of_json(
    line: u64,
    text: &[u8],
    encoding: Encoding,
    names: &mut BTreeSet<Arc<str>>,
) -> Result<Row, BadRow> {
    if std::str::from_utf8(text).is_err() {
        return Err(BadRow::whole(line, not_in_encoding(encoding)));
    }
    // Half a surrogate pair is an error of the parser too.
    let json: Json = serde_json::from_slice(text).map_err(|error| {
        // Its own `at line 1 column 9` would name a line of this one line.
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let at = error.column().to_string();
        BadRow::whole(line, Finding::new("import-not-json", &[("why", said), ("column", &at)]))
    })?;
    let Json::Object(map) = json else {
        return Err(BadRow::whole(line, Finding::new("import-not-an-object", &[])));
    };
    let mut row = Row { line, cells: Vec::with_capacity(map.len()) };
    flatten("", map, &mut row, names)?;
    Ok(row)
}

fn flatten(
    prefix: &str,
    map: serde_json::Map<String, Json>,
    row: &mut Row,
    names: &mut BTreeSet<Arc<str>>,
) -> Result<(), BadRow> {
    for (key, value) in map {
        let bad = |error: model::ValueError| BadRow::cell(row.line, &key, error.into());
        let name = format!("{prefix}{}", clean_text(&key).map_err(bad)?);
        match value {
            Json::Object(inner) => flatten(&format!("{name}."), inner, row, names)?,
            mut value @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
                clean_json(&mut value).map_err(bad)?;
                if let Json::String(text) = &value {
                    fits(row.line, &name, text)?;
                }
                let name = match names.get(&*name) {
                    Some(known) => known.clone(),
                    None => {
                        let name: Arc<str> = Arc::from(name);
                        if names.len() < MOST_COLUMNS {
                            names.insert(name.clone());
                        }
                        name
                    }
                };
                row.cells.push((name, Cell::Json(value)));
            }
        }
    }
    Ok(())
}

fn clean_json(json: &mut Json) -> Result<(), model::ValueError> {
    match json {
        Json::String(text) => *text = clean_text(text)?,
        Json::Array(items) => {
            for item in items {
                clean_json(item)?;
            }
        }
        // Only inside lists, where its own reader refuses it.
        Json::Object(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
