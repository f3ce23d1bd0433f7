//! The driver: reads a file twice (first to find repeats and columns that do not fit, then to load) and
//! hands batches to a [`Target`].

mod facts;
mod friends;
mod people;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use dsl::library::Library;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Event};

use super::batch::{Batch, Target};
use super::ids::{content_key, event_id, id_key};
use super::maker::Maker;
use super::map::{Map, ReadAs};
use super::mapping::{Mapping, check_columns};
use super::preset::{ByPreset, Preset};
use super::read::{Delimiter, Format, Rows, Shape, look};
use super::record::{
    ConsentWord, CustomerRow, EntityRow, EventRow, Extra, Record, RepRow, SuppressionRow, What,
};
use super::repeats::{Marks, Repeats};
use super::say::{BadRow, Finding, ImportError, ImportReport};

/// Most rows of one batch, and so of one transaction.
const BATCH: usize = 2_000;
/// Bytes of the file after which a batch is full, however few rows it has: rows may be long.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// Addresses of a dry run that are remembered by who came first with them.
const PRETENDED_ADDRESSES: usize = 100_000;
/// Findings that are named when the columns do not fit.
const NAMED: usize = 20;
/// Names of JSON fields that are remembered as looked at; the maker looks at the others row by row.
const KNOWN: usize = 10_000;
/// Facts older than this start nothing.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// An import.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The file.
    pub path: &'a Path,
    /// What its rows are.
    pub what: What,
    /// The map and its path, where the columns are not named like attributes.
    pub map: Option<(&'a Map, &'a Path)>,
    /// The model and the topics.
    pub library: &'a Library,
    /// The project's zone, for times without one.
    pub zone: &'a TimeZone,
    /// How.
    pub settings: Settings,
}

/// How to import.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How the file is laid out, where neither its name nor the map says so; it wins over both.
    pub read: ReadAs,
    /// Columns that the model does not know. Default: refuse.
    pub extra: Extra,
    /// Check everything and write nothing. Default: no.
    pub dry_run: bool,
    /// Let facts older than 24 hours start enrollments too. Default: no.
    pub start: bool,
    /// Make customers of whom only events or entities tell. Default: no, such rows are bad.
    pub create_customers: bool,
    /// Consent that everybody in a file of customers gave.
    pub consent: Option<ConsentForAll>,
    /// Who tells us: facts with ids are unique within it. Default `import`.
    pub source: String,
    /// The tool whose export it is; `None`: columns are named like attributes, or by a map.
    pub preset: Option<Preset>,
    /// Which sheet of a workbook; `None`: the first that has rows.
    pub sheet: Option<String>,
    /// The present instant.
    pub now: Timestamp,
}

/// `--consent TOPIC --basis "…" --at DATE`: a row's own word about the topic goes before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentForAll {
    /// About what.
    pub topic: String,
    /// On what legal ground.
    pub basis: String,
    /// When they gave it.
    pub at: Timestamp,
}

impl Settings {
    /// The defaults, at an instant.
    pub fn new(now: Timestamp) -> Self {
        Self {
            read: ReadAs::default(),
            extra: Extra::default(),
            dry_run: false,
            start: false,
            create_customers: false,
            consent: None,
            source: "import".to_owned(),
            preset: None,
            sheet: None,
            now,
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which of the two passes.
    pub pass: Pass,
    /// Rows so far.
    pub rows: u64,
    /// Bytes so far.
    pub bytes: u64,
    /// Bytes of the file.
    pub of_bytes: u64,
}

/// The two passes over a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Looks for what comes again, and for columns that do not fit.
    Scan,
    /// Loads.
    Load,
}

/// Why an import ended early. Batches before it are in the database; importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum LoadError<E: std::error::Error + 'static> {
    /// File, map and model do not fit each other.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The database.
    #[error("write a batch of the import")]
    Target(#[source] E),
}

/// Imports a file. `progress` is told after each batch and each few thousand scanned rows.
///
/// Bad rows are in the report and left out; the rest is loaded. The same file again changes nothing.
/// Errors: see [`LoadError`]; an import that is refused has written nothing.
pub async fn load<T: Target>(
    job: &Job<'_>,
    target: &mut T,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<ImportReport, LoadError<T::Error>> {
    let plan = Plan::new(job)?;
    let (repeated, shared) = plan.scan(&mut progress)?;
    let mut loader = Loader {
        settings: &job.settings,
        library: job.library,
        first_with: HashMap::new(),
        pretended: HashSet::new(),
        pending: friends::Pending::default(),
        report: ImportReport::default(),
        batch: Batch::default(),
    };
    if job.what == What::Customers {
        loader.report.mailable = Some(0);
    }
    loader.report.read_as = plan.told();
    loader.report.left_out.clone_from(&plan.left_out);
    plan.load(repeated, shared, &mut loader, target, &mut progress).await?;
    loader.tell_of_nobody(&job.what, target).await.map_err(LoadError::Target)?;
    loader.report.bad.sort_by_key(|row| row.line);
    Ok(loader.report)
}

/// The marketing topics of a project; `marketing` is always one.
pub(super) fn marketing_topics(library: &Library) -> Vec<&str> {
    let mut topics: Vec<&str> =
        library.topics.iter().filter(|(_, topic)| topic.marketing).map(|(name, _)| name.as_str()).collect();
    if !library.topics.contains_key("marketing") {
        topics.push("marketing");
    }
    topics
}

struct Plan<'j> {
    job: &'j Job<'j>,
    maker: Maker<'j>,
    mapping: Mapping,
    format: Format,
    bytes: u64,
    /// The sheet of a workbook as a table.
    unpacked: Option<File>,
    /// Columns of an export that have no place.
    left_out: Vec<String>,
}

impl<'j> Plan<'j> {
    fn new(job: &'j Job<'j>) -> Result<Self, ImportError> {
        let maker =
            Maker { what: &job.what, library: job.library, zone: job.zone, extra: job.settings.extra };
        let mapping = match job.map {
            None => Mapping::AsItIs,
            Some((map, map_path)) => {
                let findings = maker.check_map(map);
                if !findings.is_empty() {
                    return Err(ImportError::Refused { findings });
                }
                Mapping::by(map, map_path, job.path)?
            }
        };
        let said = job.map.map(|(map, _)| map.read.clone()).unwrap_or_default();
        let over = &job.settings.read;
        let read = ReadAs {
            delimiter: over.delimiter.or(said.delimiter),
            header: over.header.or(said.header),
            encoding: over.encoding.or(said.encoding),
            columns: over.columns.clone().or(said.columns),
        };
        let (format, unpacked) = look(job.path, &read, job.settings.sheet.as_deref())?;
        let failed = |source| ImportError::File { path: job.path.to_owned(), source };
        let bytes = match &unpacked {
            Some(file) => file.metadata(),
            None => std::fs::metadata(job.path),
        };
        let bytes = bytes.map_err(failed)?.len();
        let mut this = Self { job, maker, mapping, format, bytes, unpacked, left_out: Vec::new() };
        if let Some(preset) = job.settings.preset {
            let columns = this.open()?.columns().unwrap_or_default();
            let model = &job.library.model;
            let (preset, left) =
                ByPreset::new(preset, &job.what, model, &columns).map_err(ImportError::refused)?;
            (this.mapping, this.left_out) = (Mapping::Preset(Box::new(preset)), left);
        }
        Ok(this)
    }

    fn open(&self) -> Result<Rows<File>, ImportError> {
        let failed = |source| ImportError::File { path: self.job.path.to_owned(), source };
        let file = match &self.unpacked {
            Some(file) => file.try_clone().and_then(|mut file| file.rewind().map(|()| file)),
            None => File::open(self.job.path),
        };
        Rows::open(file.map_err(failed)?, &self.format, self.job.path)
    }

    /// How the file was read, where that is worth a word: nobody said it, and it is not the usual.
    fn told(&self) -> Option<Finding> {
        if self.unpacked.is_some() {
            return None;
        }
        let usual = Format::of_path(self.job.path);
        let sign = |format: &Format| match &format.shape {
            Shape::Table { delimiter: Delimiter::Sign(sign), .. } => Some(*sign),
            Shape::Table { delimiter: Delimiter::Whitespace, .. } | Shape::JsonLines => None,
        };
        let (encoding, found) = (self.format.encoding, sign(&self.format));
        if encoding == usual.encoding && found == sign(&usual) {
            return None;
        }
        let name = found.map_or_else(String::new, |sign| match sign {
            b'\t' => "tab".to_owned(),
            sign => char::from(sign).to_string(),
        });
        let args = [("encoding", encoding.as_str()), ("sign", name.as_str())];
        Some(Finding::new(if name.is_empty() { "import-read-encoding" } else { "import-read-as" }, &args))
    }

    /// The next record of the file, or why the row is bad.
    fn next(
        &self,
        rows: &mut Rows<File>,
        report: &mut ImportReport,
    ) -> Result<Option<Result<(u64, Record), BadRow>>, ImportError> {
        let Some(row) = rows.next_row(self.job.path)? else { return Ok(None) };
        Ok(Some(row.and_then(|row| {
            let line = row.line;
            let mapped = self.mapping.fields(row, &mut report.not_looked_up)?;
            let mut mended = Vec::new();
            let record = self.maker.record(mapped, &mut mended)?;
            mended.into_iter().for_each(|cell| report.mended_cell(cell));
            Ok((line, record))
        })))
    }

    /// The first pass: which lines count less because of others, and which share an address with others.
    fn scan(&self, progress: &mut impl FnMut(Progress)) -> Result<(Marks, Marks), ImportError> {
        let mut rows = self.open()?;
        if let Some(columns) = rows.columns() {
            let findings = match self.job.map {
                Some((map, _)) => check_columns(map, &columns),
                None if self.job.settings.preset.is_some() => Vec::new(),
                None => {
                    let mut findings =
                        self.maker.missing(|name| columns.iter().any(|column| **column == *name));
                    findings.extend(columns.iter().filter_map(|column| self.unfit(column)));
                    findings
                }
            };
            refuse(findings)?;
        }
        let json = self.format.shape == Shape::JsonLines && self.job.map.is_none();
        let (mut known, mut unfit) = (BTreeSet::new(), Vec::new());
        let (mut repeats, mut emails) = (Repeats::new(), Repeats::new());
        let (mut count, mut ignored, mut unheard) = (0_u64, 0_u64, Vec::new());
        while let Some(row) = rows.next_row(self.job.path)? {
            count += 1;
            if count.is_multiple_of(BATCH as u64) {
                let (rows, bytes) = (count, rows.bytes_read());
                progress(Progress { pass: Pass::Scan, rows, bytes, of_bytes: self.bytes });
            }
            let Ok(row) = row else { continue };
            if json {
                for (name, _) in &row.cells {
                    if known.len() < KNOWN && !known.contains(name) && unfit.len() < NAMED {
                        known.insert(name.clone());
                        unfit.extend(self.unfit(name));
                    }
                }
            }
            let line = row.line;
            unheard.clear();
            let fields = self.mapping.fields(row, &mut ignored);
            let Ok(record) = fields.and_then(|row| self.maker.record(row, &mut unheard)) else { continue };
            let Some(key) = key_of(&record) else { continue };
            repeats.see(key, line, 0).map_err(spilled)?;
            if let Some(email) = email_of(&record) {
                emails.see(id_key(&email), line, key).map_err(spilled)?;
            }
        }
        refuse(unfit)?;
        let repeated = match self.job.what {
            What::Events => repeats.ordinals(),
            What::Customers | What::Reps | What::Consents | What::Suppressions | What::Entity(_) => {
                repeats.superseded()
            }
        };
        Ok((repeated.map_err(spilled)?, emails.shared().map_err(spilled)?))
    }

    /// Why a column cannot be imported, unless extra columns are welcome.
    fn unfit(&self, column: &str) -> Option<Finding> {
        let why = self.maker.check_name(column).err()?;
        let free_field = self.job.what == What::Events
            && self.format.shape == Shape::JsonLines
            && column.starts_with("properties.");
        let welcome =
            why.key == "import-column-unknown" && (self.job.settings.extra != Extra::Refuse || free_field);
        (!welcome).then_some(why)
    }

    async fn load<T: Target>(
        &self,
        mut repeated: Marks,
        mut shared: Marks,
        loader: &mut Loader<'_>,
        target: &mut T,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), LoadError<T::Error>> {
        let mut rows = self.open()?;
        loop {
            let mut records = Records::default();
            let mut count = 0;
            let mut ended = false;
            let began = rows.bytes_read();
            while count < BATCH && rows.bytes_read() - began < BATCH_BYTES {
                let Some(next) = self.next(&mut rows, &mut loader.report)? else {
                    ended = true;
                    break;
                };
                count += 1;
                loader.report.read += 1;
                match next {
                    Err(bad) => loader.report.bad_row(bad),
                    Ok((line, record)) => {
                        let mark = repeated.at(line).map_err(spilled)?;
                        if mark.is_some() && self.job.what != What::Events {
                            loader.report.repeated += 1;
                        } else {
                            if shared.at(line).map_err(spilled)?.is_some() {
                                records.shared.insert(line);
                            }
                            records.add(line, record, mark.unwrap_or(0));
                        }
                    }
                }
            }
            if count > 0 {
                loader.take(records, target).await.map_err(LoadError::Target)?;
                let (rows, bytes) = (loader.report.read, rows.bytes_read());
                progress(Progress { pass: Pass::Load, rows, bytes, of_bytes: self.bytes });
            }
            if ended {
                return Ok(());
            }
        }
    }
}

/// The first pass found no room for what it must remember.
fn spilled(source: io::Error) -> ImportError {
    ImportError::File { path: std::env::temp_dir(), source }
}

fn refuse(mut findings: Vec<Finding>) -> Result<(), ImportError> {
    findings.truncate(NAMED);
    if findings.is_empty() { Ok(()) } else { Err(ImportError::Refused { findings }) }
}

/// What makes two rows of a file the same thing; `None`: the database tells.
fn key_of(record: &Record) -> Option<u64> {
    match record {
        Record::Customer(row) => Some(id_key(row.id.as_str())),
        Record::Entity(row) => Some(id_key(row.id.as_str())),
        Record::Rep(row) => Some(id_key(row.id.as_str())),
        Record::Event(row) if row.id.is_none() => Some(content_key(row)),
        Record::Event(_) | Record::Consent(..) | Record::Suppression(_) => None,
    }
}

fn email_of(record: &Record) -> Option<String> {
    match record {
        Record::Customer(row) => {
            row.attributes.get("email").and_then(model::Value::as_text).map(str::to_lowercase)
        }
        Record::Entity(_)
        | Record::Rep(_)
        | Record::Event(_)
        | Record::Consent(..)
        | Record::Suppression(_) => None,
    }
}

/// The records of a batch by kind, each with its line. One import has rows of one kind.
#[derive(Default)]
struct Records {
    customers: Vec<CustomerRow>,
    entities: Vec<(u64, EntityRow)>,
    events: Vec<(u64, EventRow, model::EventId)>,
    reps: Vec<RepRow>,
    consents: Vec<(u64, CustomerId, ConsentWord)>,
    suppressions: Vec<(u64, SuppressionRow)>,
    /// Lines of customers whose address somebody else in the file has, too.
    shared: BTreeSet<u64>,
}

impl Records {
    /// Takes a record in. `ordinal`: how often an equal event came before it.
    fn add(&mut self, line: u64, record: Record, ordinal: u64) {
        match record {
            Record::Customer(row) => self.customers.push(row),
            Record::Entity(row) => self.entities.push((line, row)),
            Record::Event(row) => {
                let id = event_id(&row, ordinal);
                self.events.push((line, row, id));
            }
            Record::Rep(row) => self.reps.push(row),
            Record::Consent(customer, word) => self.consents.push((line, customer, word)),
            Record::Suppression(row) => self.suppressions.push((line, row)),
        }
    }
}

/// Turns records into batches, against what is known.
struct Loader<'a> {
    settings: &'a Settings,
    library: &'a Library,
    /// Who came first with an address that comes again, where the database does not tell yet.
    first_with: HashMap<u64, CustomerId>,
    /// Customers that a dry run would have made, by their keys.
    pretended: HashSet<u64>,
    /// References to what nobody knows yet.
    pending: friends::Pending,
    report: ImportReport,
    batch: Batch,
}

impl Loader<'_> {
    async fn take<T: Target>(&mut self, records: Records, target: &mut T) -> Result<(), T::Error> {
        target.begin().await?;
        let done = self.fill(records, target).await;
        let batch = std::mem::take(&mut self.batch);
        let facts = match done {
            Ok(events) if batch.is_empty() => Ok((events, 0)),
            Ok(events) => target.write(&batch, self.settings.now).await.map(|known_not| (events, known_not)),
            Err(error) => Err(error),
        };
        match facts {
            Ok((rows, new)) => {
                self.report.events += new;
                if let Some(rows) = rows {
                    self.report.new += new.min(rows);
                    self.report.same += rows.saturating_sub(new);
                }
                target.finish(!self.settings.dry_run && !batch.is_empty()).await
            }
            Err(error) => {
                // The first error tells more than a failing rollback.
                let _ = target.finish(false).await;
                Err(error)
            }
        }
    }

    /// Fills the batch. Returns how many rows were events: only writing tells which of those are new.
    async fn fill<T: Target>(&mut self, records: Records, target: &mut T) -> Result<Option<u64>, T::Error> {
        let Records { customers, entities, events, reps, consents, suppressions, shared } = records;
        if !customers.is_empty() {
            self.take_customers(customers, &shared, target).await?;
            self.forget_firsts();
        }
        if !entities.is_empty() {
            self.take_entities(entities, target).await?;
        }
        if !reps.is_empty() {
            self.take_reps(reps, target).await?;
        }
        if !consents.is_empty() {
            self.take_consents(consents, target).await?;
        }
        if !suppressions.is_empty() {
            self.take_suppressions(suppressions, target).await?;
        }
        if events.is_empty() { Ok(None) } else { self.take_events(events, target).await.map(Some) }
    }

    /// Behind a batch the database tells who came first with an address; a dry run has nobody to ask.
    fn forget_firsts(&mut self) {
        if !self.settings.dry_run {
            self.first_with.clear();
        }
    }

    /// Files an event among history or what is fresh.
    fn put(&mut self, event: Event) {
        let old = event.at < self.settings.now.saturating_sub(FRESH).unwrap_or(Timestamp::MIN);
        if old && !self.settings.start {
            self.batch.history.push(event);
        } else {
            self.batch.fresh.push(event);
        }
    }
}

#[cfg(test)]
mod tests;
