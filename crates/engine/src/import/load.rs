//! The driver: reads a file twice (first to find repeats and columns that do not fit, then to load) and
//! hands batches to a [`Target`].

mod direct;
mod facts;
mod friends;
mod onward;
mod people;
mod scan;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use dsl::library::Library;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Event};

use super::batch::{Batch, Import, Target};
use super::ids::event_id;
use super::maker::Maker;
use super::map::{Map, ReadAs};
use super::mapping::Mapping;
use super::preset::{ByPreset, Preset};
use super::reach::{self, Along, Reach};
use super::read::{Delimiter, Format, Next, Row, Rows, Shape, look};
use super::record::{
    ConsentWord, CustomerRow, EntityRow, EventRow, Extra, Record, RepRow, SuppressionRow, What,
};
use super::say::{BadRow, Finding, ImportError, ImportReport};
pub use direct::{Direct, Taken, direct};
use scan::Scanned;

/// Most rows of one batch, and so of one transaction.
const BATCH: usize = 2_000;
/// Bytes of the file after which a batch is full, however few rows it has: rows may be long.
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// Addresses of a dry run that are remembered by who came first with them.
const PRETENDED_ADDRESSES: usize = 100_000;
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
    let import = plan.import()?;
    let before = match job.settings.dry_run {
        // Whoever tries a file wants to hear of every row.
        true => None,
        false => {
            let since = reach::since(&job.what, job.settings.now);
            target.reached(&import.name, since).await.map_err(LoadError::Target)?
        }
    };
    let scanned = plan.scan(before, &mut progress)?;
    let mut loader = Loader {
        settings: &job.settings,
        library: job.library,
        first_with: HashMap::new(),
        pretended: HashSet::new(),
        pending: friends::Pending::default(),
        import,
        along: Along::default(),
        report: ImportReport::default(),
        batch: Batch::default(),
    };
    if job.what == What::Customers {
        loader.report.mailable = Some(0);
    }
    loader.report.read_as = plan.told();
    loader.report.left_out.clone_from(&plan.left_out);
    if let Some(passed) = &scanned.passed {
        loader.go_on_from(passed);
    }
    plan.load(scanned, &mut loader, target, &mut progress).await?;
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

    /// The record of a row, or why the row is bad.
    fn record(&self, row: Result<Row, BadRow>, report: &mut ImportReport) -> Result<(u64, Record), BadRow> {
        let row = row?;
        let line = row.line;
        let mapped = self.mapping.fields(row, &mut report.not_looked_up)?;
        let mut mended = Vec::new();
        let record = self.maker.record(mapped, &mut mended)?;
        mended.into_iter().for_each(|cell| report.mended_cell(cell));
        Ok((line, record))
    }

    async fn load<T: Target>(
        &self,
        scanned: Scanned,
        loader: &mut Loader<'_>,
        target: &mut T,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), LoadError<T::Error>> {
        let mut rows = self.open()?;
        let Scanned { mut repeated, mut shared, passed } = scanned;
        let ahead = |came: u64| passed.as_ref().filter(|passed| came < passed.reach.rows);
        loop {
            let mut records = Records::default();
            let mut count = 0;
            let mut ended = false;
            let began = rows.bytes_read();
            while count < BATCH && rows.bytes_read() - began < BATCH_BYTES {
                let already = ahead(rows.came());
                let passes = |line| already.is_some_and(|passed| !passed.is_tried(line));
                let Some(next) = rows.next_unless(self.job.path, passes)? else {
                    ended = true;
                    break;
                };
                count += 1;
                loader.report.read += 1;
                let row = match next {
                    Next::Row(row) => row,
                    Next::Passed(_) => {
                        loader.pass();
                        continue;
                    }
                };
                let mended = loader.report.mended_count;
                let line = line_of(&row);
                let record = self.record(row, &mut loader.report);
                if record.is_err() || loader.report.mended_count > mended {
                    loader.along.note(line);
                }
                match record {
                    Err(bad) => loader.report.bad_row(bad),
                    Ok((line, record)) => {
                        loader.along.again.remove(&line);
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
            if !records.is_empty() {
                let reach = match ahead(rows.came()) {
                    Some(passed) => passed.reach.clone(),
                    None => loader.reach(rows.came(), rows.digest()),
                };
                loader.take(records, reach, target).await.map_err(LoadError::Target)?;
            }
            if count > 0 {
                let (rows, bytes) = (loader.report.read, rows.bytes_read());
                progress(Progress { pass: Pass::Load, rows, bytes, of_bytes: self.bytes });
            }
            if ended {
                let reach = loader.reach(rows.came(), rows.digest());
                return loader.arrive(reach, target).await.map_err(LoadError::Target);
            }
        }
    }
}

fn line_of(row: &Result<Row, BadRow>) -> u64 {
    match row {
        Ok(row) => row.line,
        Err(bad) => bad.line,
    }
}

/// The first pass found no room for what it must remember.
fn spilled(source: io::Error) -> ImportError {
    ImportError::File { path: std::env::temp_dir(), source }
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
    fn is_empty(&self) -> bool {
        self.customers.is_empty()
            && self.entities.is_empty()
            && self.events.is_empty()
            && self.reps.is_empty()
            && self.consents.is_empty()
            && self.suppressions.is_empty()
    }

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
    /// Which import it is.
    import: Import,
    /// How far it is.
    along: Along,
    report: ImportReport,
    batch: Batch,
}

impl Loader<'_> {
    async fn take<T: Target>(
        &mut self,
        records: Records,
        reach: Reach,
        target: &mut T,
    ) -> Result<(), T::Error> {
        target.begin().await?;
        let refused = (self.report.bad.len(), self.report.bad_count);
        let done = self.fill(records, target).await;
        self.note_refused(refused);
        let batch = std::mem::take(&mut self.batch);
        let facts = match done {
            Ok(events) if batch.is_empty() => Ok((events, 0)),
            Ok(events) => match target.write(&batch, self.settings.now).await {
                Ok(known_not) => self.keep(reach, target).await.map(|()| (events, known_not)),
                Err(error) => Err(error),
            },
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
