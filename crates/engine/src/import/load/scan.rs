//! The first pass over a file: what comes again, what does not fit, and what an earlier import took in.

use std::collections::BTreeSet;
use std::fs::File;

use super::super::batch::Import;
use super::super::ids::{content_key, id_key};
use super::super::mapping::check_columns;
use super::super::reach::{self, Passed, Reach};
use super::super::read::{Next, Rows, Shape};
use super::super::record::{Extra, Record, What};
use super::super::repeats::{Marks, Repeats};
use super::super::say::{Finding, ImportError};
use super::{BATCH, Pass, Plan, Progress, spilled};

/// Findings that are named when the columns do not fit.
const NAMED: usize = 20;
/// Names of JSON fields that are remembered as looked at; the maker looks at the others row by row.
const KNOWN: usize = 10_000;

/// What the first pass found.
pub(super) struct Scanned {
    /// Lines that count less because of others.
    pub repeated: Marks,
    /// Lines that share an address with others.
    pub shared: Marks,
    /// What an earlier import of the same file took in.
    pub passed: Option<Passed>,
}

impl Plan<'_> {
    /// What makes this import the same one as another: see [`reach`].
    pub(super) fn import(&self) -> Result<Import, ImportError> {
        let (job, settings) = (self.job, &self.job.settings);
        let mut rows = self.open()?;
        rows.next_unless(job.path, |_| true)?;
        let first = Reach::digest_of(rows.digest());
        let map = job.map.map(|(map, _)| format!("{map:?}")).unwrap_or_default();
        let how = format!(
            "{:?}",
            (&settings.read, settings.extra, settings.start, settings.create_customers, &settings.consent)
        );
        let from =
            format!("{:?}", (&settings.source, settings.preset, &settings.sheet, job.zone.iana_name()));
        let library = job.library;
        let by = format!("{:?}", (&library.model, &library.topics, &library.teams, &library.to_everybody));
        let kind = job.what.as_str().to_owned();
        let parts = [kind.as_str(), &first, &map, &self.mapping.beside(), &how, &from, &by];
        let name = model::content_id("im_", &parts);
        Ok(Import { name, kind, stays: reach::stays(&job.what), now: settings.now })
    }

    /// What an earlier import took in, if its rows stand in the file as they stood then.
    fn agreed(
        &self,
        reach: Reach,
        progress: &mut impl FnMut(Progress),
    ) -> Result<Option<Passed>, ImportError> {
        let mut rows = self.open()?;
        while rows.came() < reach.rows {
            if rows.next_unless(self.job.path, |_| true)?.is_none() {
                return Ok(None);
            }
            self.tell_scanned(&rows, progress);
        }
        if Reach::digest_of(rows.digest()) != reach.digest {
            return Ok(None);
        }
        let whole = rows.next_unless(self.job.path, |_| true)?.is_none();
        Ok(Some(Passed::new(reach, whole)))
    }

    fn tell_scanned(&self, rows: &Rows<File>, progress: &mut impl FnMut(Progress)) {
        let count = rows.came();
        if count.is_multiple_of(BATCH as u64) {
            progress(Progress {
                pass: Pass::Scan,
                rows: count,
                bytes: rows.bytes_read(),
                of_bytes: self.bytes,
            });
        }
    }

    /// The first pass: which lines count less because of others, which share an address with others, and whether the
    /// first rows are those that an earlier import took in.
    pub(super) fn scan(
        &self,
        before: Option<Reach>,
        progress: &mut impl FnMut(Progress),
    ) -> Result<Scanned, ImportError> {
        let mut passed = match before {
            Some(reach) => self.agreed(reach, progress)?,
            None => None,
        };
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
        let (mut ignored, mut unheard) = (0_u64, Vec::new());
        let equal = self.job.what == What::Events;
        loop {
            let before = passed.as_ref().filter(|passed| rows.came() < passed.reach.rows);
            let passes = |line| before.is_some_and(|before| !before.is_read(line, equal));
            let Some(next) = rows.next_unless(self.job.path, passes)? else { break };
            self.tell_scanned(&rows, progress);
            let Next::Row(row) = next else { continue };
            let came = rows.came();
            let mut early = passed.as_mut().filter(|passed| came <= passed.reach.rows);
            let row = match row {
                Ok(row) => row,
                Err(bad) => {
                    early.iter_mut().for_each(|passed| passed.report.bad_row(bad.clone()));
                    continue;
                }
            };
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
            let record = fields.and_then(|row| self.maker.record(row, &mut unheard));
            if let Some(passed) = early.filter(|passed| !passed.is_tried(line)) {
                unheard.drain(..).for_each(|cell| passed.report.mended_cell(cell));
                if let Err(bad) = &record {
                    passed.report.bad_row(bad.clone());
                }
            }
            let Ok(record) = record else { continue };
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
        let (repeated, shared) = (repeated.map_err(spilled)?, emails.shared().map_err(spilled)?);
        Ok(Scanned { repeated, shared, passed })
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
