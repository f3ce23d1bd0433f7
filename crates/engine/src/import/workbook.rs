//! A sheet of a workbook (xlsx) as a table on the disk: row by row, each with its number in the sheet. What would
//! not fit into memory is refused before anything of it is read.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx};

use super::say::{Finding, ImportError};

/// Most bytes of the texts that all sheets share: they are held in memory.
const MOST_SHARED: u64 = 48 * 1024 * 1024;
/// Most bytes of any other part that is held in memory: styles, the list of sheets.
const MOST_PART: u64 = 8 * 1024 * 1024;
/// Most bytes of one sheet, which is read as it comes.
const MOST_SHEET: u64 = 4 * 1024 * 1024 * 1024;
/// Most bytes of one cell with its marks.
const MOST_CELL: u64 = 1024 * 1024;
/// A part beyond this many bytes that was packed [`MOST_RATIO`] times smaller was made to burst.
const SMALL: u64 = 64 * 1024 * 1024;
/// How many times smaller sheets are packed at most; real ones 10 to 60 times.
const MOST_RATIO: u64 = 200;
/// Texts that all sheets share, at most.
const MOST_TEXTS: u64 = 4_000_000;
/// Columns of a sheet, as spreadsheets have them.
pub(super) const MOST_COLUMNS: usize = 16_384;

/// Whether a file begins like a workbook.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

/// Whether a file begins like a workbook of the old kind (xls), or one with a password.
pub(super) fn is_old_workbook(head: &[u8]) -> bool {
    head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
}

/// Writes the rows of a sheet into a file that is gone with the process: commas, UTF-8, the row's number first.
/// `sheet`: its name; `None`: the first that has rows.
pub(super) fn unpack(path: &Path, sheet: Option<&str>) -> Result<File, ImportError> {
    let failed = |source| ImportError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    weigh(&file, path)?;
    let mut rewound = &file;
    rewound.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(&file)).map_err(broken)?;
    let names = workbook.sheet_names();
    let wanted: Vec<String> = match sheet {
        None => names,
        Some(name) => {
            let Some(found) = names.iter().find(|known| known.trim() == name.trim()) else {
                let args = [("sheet", name), ("known", &names.join(", "))];
                let missing = Finding::new("import-sheet-unknown", &args);
                return Err(ImportError::refused(missing.meant(name, names.iter().map(String::as_str))));
            };
            vec![found.clone()]
        }
    };
    for name in wanted {
        let mut table = Table::new().map_err(failed)?;
        let mut cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A sheet of charts has no rows.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(broken(error)),
        };
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            if column >= MOST_COLUMNS {
                return Err(too_many_columns());
            }
            table.put(row, column, text_of(cell.get_value())).map_err(failed)?;
        }
        if let Some(file) = table.end().map_err(failed)? {
            return Ok(file);
        }
    }
    Err(ImportError::refused(Finding::new("import-empty", &[])))
}

pub(super) fn too_many_columns() -> ImportError {
    ImportError::refused(Finding::new("import-columns-many", &[("most", &MOST_COLUMNS.to_string())]))
}

fn broken(error: impl std::fmt::Display) -> ImportError {
    ImportError::refused(Finding::new("import-workbook-broken", &[("why", &error.to_string())]))
}

fn heavy(part: &str) -> ImportError {
    ImportError::refused(Finding::new("import-workbook-heavy", &[("part", part)]))
}

/// A cell as a table has it: numbers in full, dates as ISO texts.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
            let clock = format!("{hour:02}:{minute:02}:{second:02}");
            match (at.as_f64() < 1.0, (hour, minute, second, milli)) {
                (true, _) => clock,
                (false, (0, 0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
                (false, _) => format!("{year:04}-{month:02}-{day:02} {clock}"),
            }
        }
        DataRef::DateTime(length) => number_text(length.as_f64()),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A number as people write it: whole ones without a point, others with at most six places.
fn number_text(number: f64) -> String {
    let full = number.to_string();
    match full.split_once('.') {
        Some((_, places)) if places.len() > 6 => {
            let rounded = format!("{number:.6}");
            rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Some(_) | None => full,
    }
}

/// The rows of a sheet on their way to the disk.
struct Table {
    out: csv::Writer<BufWriter<File>>,
    row: Option<u32>,
    cells: Vec<String>,
    /// Columns of the first row, which the others are filled up to.
    width: Option<usize>,
}

impl Table {
    fn new() -> io::Result<Self> {
        let out = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?));
        Ok(Self { out, row: None, cells: Vec::new(), width: None })
    }

    fn put(&mut self, row: u32, column: usize, text: String) -> io::Result<()> {
        if self.row != Some(row) {
            self.end_row()?;
            self.row = Some(row);
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
        Ok(())
    }

    fn end_row(&mut self) -> io::Result<()> {
        let Some(row) = self.row.filter(|_| !self.cells.is_empty()) else { return Ok(()) };
        let width = *self.width.get_or_insert(self.cells.len());
        if self.cells.len() < width {
            self.cells.resize(width, String::new());
        }
        self.out.write_field((u64::from(row) + 1).to_string())?;
        self.out.write_record(&self.cells)?;
        self.cells.clear();
        Ok(())
    }

    /// The file from its beginning; `None`: no row had a cell.
    fn end(mut self) -> io::Result<Option<File>> {
        self.end_row()?;
        if self.width.is_none() {
            return Ok(None);
        }
        let mut out = self.out.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        out.flush()?;
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Some(file))
    }
}

/// Refuses a workbook of which something that is held in memory would not fit. Sizes are what is really there:
/// those that a zip archive declares may lie.
fn weigh(file: &File, path: &Path) -> Result<(), ImportError> {
    let failed = |source| ImportError::File { path: path.to_owned(), source };
    if names_too_many(file).map_err(failed)? {
        return Err(heavy("zip"));
    }
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().map_err(broken)?.to_lowercase();
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let packed = entry.compressed_size();
        let shared = name.ends_with("sharedstrings.xml");
        let by_rows = ["worksheets/", "pivotcache/", "drawings/", "charts/", "querytables/"];
        let most = if shared {
            MOST_SHARED
        } else if by_rows.iter().any(|folder| name.contains(folder)) {
            MOST_SHEET
        } else {
            MOST_PART
        };
        let mut scale = Scale { most, packed, shared, ..Scale::default() };
        if !scale.holds(entry).map_err(broken)? {
            return Err(heavy(&name));
        }
    }
    Ok(())
}

/// Whether the list of an archive's files is itself too long: more than 65,534, which none of a spreadsheet is.
fn names_too_many(mut file: &File) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(66_000)))?;
    let mut tail = Vec::new();
    file.take(66_000).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(tail.windows(4).any(|mark| mark == b"PK\x06\x07"))
}

/// What is counted while a part of the archive goes by.
#[derive(Default)]
struct Scale {
    most: u64,
    packed: u64,
    shared: bool,
    seen: u64,
    since_mark: u64,
    since_cell: u64,
    /// The last eight bytes.
    last: u64,
    /// How often rows began or ended as a whole: behind the second nothing is read.
    tables: u8,
}

impl Scale {
    fn holds(&mut self, mut part: impl Read) -> io::Result<bool> {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let count = part.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(true) };
            if self.seen == 0 && self.shared && declares_too_many(bytes) {
                return Ok(false);
            }
            self.seen += bytes.len() as u64;
            let burst = self.seen > SMALL && self.seen / self.packed.max(1) > MOST_RATIO;
            if self.seen > self.most || burst || !self.fits(bytes) {
                return Ok(false);
            }
        }
    }

    /// Whether no cell, and nothing between two marks, is too long.
    fn fits(&mut self, bytes: &[u8]) -> bool {
        let by_rows = self.most == MOST_SHEET;
        bytes.iter().all(|&byte| {
            self.last = self.last << 8 | u64::from(byte);
            self.since_mark = if byte == b'<' { 0 } else { self.since_mark + 1 };
            self.tables += u8::from(self.last == u64::from_be_bytes(*b"eetData>") && self.tables < 2);
            let [.., a, b, c, d] = self.last.to_be_bytes();
            let ends = matches!(
                [a, b, c, d],
                [b'<', b'/', b'c', b'>'] | [_, b':', b'c', b'>'] | [b'<' | b':', b'r', b'o', b'w']
            );
            self.since_cell = if ends { 0 } else { self.since_cell + 1 };
            let cell_fits = self.since_cell <= 2 * MOST_CELL || !by_rows || self.tables > 1;
            self.since_mark <= MOST_CELL && cell_fits
        })
    }
}

/// Whether shared texts declare a number of them for which nobody has room.
fn declares_too_many(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.split("niqueCount").skip(1).any(|rest| {
        let digits: String = rest
            .chars()
            .skip_while(|letter| !letter.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        digits.len() > 18 || digits.parse::<u64>().is_ok_and(|count| count > MOST_TEXTS)
    })
}

#[cfg(test)]
mod tests;
