//! What an import says: findings in words of the catalogue, bad rows, errors that stop it, the report.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::PathBuf;

use dsl::diagnostic::Report;
use dsl::source::Sources;
use jiff::Timestamp;
use model::words::{self, Language};
use model::{CustomerId, ValueError};

/// Longest value that a bad row repeats, in characters.
const LONGEST_SHOWN: usize = 80;
/// Different remarks that are kept.
pub const REMARKS: usize = 100;
/// Bad rows and duplicates that are kept word for word; more are only counted.
pub const KEPT: usize = 10_000;

/// One thing that is wrong, as a key of the catalogue with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable key of the sentence.
    pub key: &'static str,
    /// What the sentence names.
    pub args: Vec<(&'static str, String)>,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// `FILE:LINE:COLUMN` of a map file; `None`: it stands in none.
    pub place: Option<String>,
}

impl Finding {
    /// A sentence of the catalogue with its values, each cut to what may be shown.
    pub fn new(key: &'static str, args: &[(&'static str, &str)]) -> Self {
        let args = args.iter().map(|(name, value)| (*name, shown(value))).collect();
        Self { key, args, suggestion: None, place: None }
    }

    /// Adds what was probably meant: the closest of the names that are known.
    #[must_use]
    pub fn meant<'c>(mut self, name: &str, known: impl IntoIterator<Item = &'c str>) -> Self {
        self.suggestion = dsl::diagnostic::suggest(name, known).map(str::to_owned);
        self
    }

    pub(super) fn at(mut self, place: String) -> Self {
        self.place = Some(place);
        self
    }

    /// The sentence in a language, with its place before and the suggestion behind.
    pub fn say(&self, language: Language) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut text = words::say(language, self.key, &args);
        if let Some(meant) = &self.suggestion {
            let question = words::say(language, "did-you-mean", &[("suggestion", meant)]);
            text =
                words::say(language, "import-with-suggestion", &[("what", &text), ("question", &question)]);
        }
        match &self.place {
            Some(place) => format!("{place}: {text}"),
            None => text,
        }
    }
}

impl From<ValueError> for Finding {
    fn from(error: ValueError) -> Self {
        Self {
            key: error.key(),
            suggestion: error.suggestion().map(str::to_owned),
            args: error.args().into_iter().map(|(name, value)| (name, shown(&value))).collect(),
            place: None,
        }
    }
}

/// A value as it may be shown: one line, no control characters, not endless.
pub(super) fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(LONGEST_SHOWN)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// A row that was left out, and why; or a cell that was mended, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1; the first of them where a row has several.
    pub line: u64,
    /// The column of the file; `None`: it is the row as a whole.
    pub column: Option<String>,
    /// What stood there; `None`: personal data, or nothing.
    pub value: Option<String>,
    /// What is wrong with it.
    pub why: Box<Finding>,
    /// What else is wrong with the same row.
    pub also: Vec<BadRow>,
}

impl BadRow {
    pub(super) fn whole(line: u64, why: Finding) -> Self {
        Self { line, column: None, value: None, why: Box::new(why), also: Vec::new() }
    }

    /// Something wrong at a place.
    pub fn at(line: u64, place: &str, why: Finding) -> Self {
        Self::cell(line, place, why)
    }

    pub(super) fn cell(line: u64, column: &str, why: Finding) -> Self {
        Self { line, column: Some(shown(column)), value: None, why: Box::new(why), also: Vec::new() }
    }

    /// All that is wrong with one row; `None`: nothing is.
    pub(super) fn all(wrong: Vec<BadRow>) -> Option<Self> {
        let mut wrong = wrong.into_iter();
        let mut first = wrong.next()?;
        first.also.extend(wrong);
        Some(first)
    }

    /// The sentence in a language: the line, the column, why.
    pub fn say(&self, language: Language) -> String {
        let line = self.line.to_string();
        let why = self.why.say(language);
        match &self.column {
            Some(column) => words::say(
                language,
                "import-bad-cell",
                &[("line", line.as_str()), ("column", column), ("why", &why)],
            ),
            None => words::say(language, "import-bad-row", &[("line", line.as_str()), ("why", &why)]),
        }
    }
}

/// Why an import does not begin, or cannot go on. Nothing of the file is in the database when it says so
/// before the first batch.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read. Exit code 3.
    #[error("read `{}`: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The map file has mistakes; render them with `dsl::diagnostic::human`. Exit code 1.
    #[error("the map has mistakes")]
    Map {
        /// The text of the map.
        sources: Box<Sources>,
        /// What is wrong in it.
        report: Report,
    },
    /// File, map and model do not fit each other. Exit code 1.
    #[error("{}", said(findings))]
    Refused {
        /// Everything that does not fit.
        findings: Vec<Finding>,
    },
}

impl ImportError {
    pub(super) fn refused(finding: Finding) -> Self {
        Self::Refused { findings: vec![finding] }
    }
}

fn said(findings: &[Finding]) -> String {
    let all: Vec<String> = findings.iter().map(|finding| finding.say(Language::En)).collect();
    all.join("; ")
}

/// Two customers give one e-mail address; the first keeps it as a look-up key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The address: personal data, for the person who imports, never for a log.
    pub email: String,
    /// Who has it.
    pub first: CustomerId,
    /// Who gives it as well.
    pub second: CustomerId,
}

/// What an import did. Rows of the file: `read` = `new` + `changed` + `same` + `repeated` + `bad_count`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows of the file, without blank lines and the heading.
    pub read: u64,
    /// Rows that say something of which nothing was known.
    pub new: u64,
    /// Rows that say something else than what was known.
    pub changed: u64,
    /// Rows that say what was known.
    pub same: u64,
    /// Of these, rows that an earlier import of the same file had taken in, and that were not looked at again.
    pub skipped: u64,
    /// Rows whose `external_id` comes again further down: the later one counts.
    pub repeated: u64,
    /// Bad rows by their lines, the first [`KEPT`] of them.
    pub bad: Vec<BadRow>,
    /// How many rows were bad.
    pub bad_count: u64,
    /// Cells that were read in another way than they are written, by their lines, the first [`KEPT`] of them.
    pub mended: Vec<BadRow>,
    /// How many such cells there were.
    pub mended_count: u64,
    /// Customers that did not exist and were made for events or entities.
    pub created: u64,
    /// Imports of customers: how many rows' customers may be mailed now (an address, consent to a marketing
    /// topic, no suppression). `None` for other imports.
    pub mailable: Option<u64>,
    /// Addresses that two customers give, the first [`KEPT`] of them.
    pub duplicates: Vec<Duplicate>,
    /// How many such addresses there were.
    pub duplicate_count: u64,
    /// Facts that were not known: events of the file, stage moves, changes.
    pub events: u64,
    /// The earliest event of the file.
    pub earliest: Option<Timestamp>,
    /// The latest event of the file.
    pub latest: Option<Timestamp>,
    /// Look-ups that found nothing: their attributes stayed unknown.
    pub not_looked_up: u64,
    /// Columns of another tool's export for which the model has no place.
    pub left_out: Vec<String>,
    /// How the file was read, where nobody said it and it is not UTF-8 with commas.
    pub read_as: Option<Finding>,
    /// What is loaded and still worth a look, with how often it came: fields that the model does not declare, what it
    /// asks for and the file does not say, references to nobody. The first [`REMARKS`] different ones.
    pub remarks: BTreeMap<(&'static str, Vec<(&'static str, String)>), Remark>,
}

/// How often something came that is worth a look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// How often.
    pub count: u64,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl ImportReport {
    pub(super) fn bad_row(&mut self, row: BadRow) {
        self.bad_count += 1;
        if self.bad.len() < KEPT {
            self.bad.push(row);
        }
    }

    /// Notes something that is loaded and worth a look, so many times. `known`: the names of which one was probably
    /// meant.
    pub(super) fn remark<'c>(
        &mut self,
        key: &'static str,
        args: &[(&'static str, &str)],
        count: u64,
        known: impl IntoIterator<Item = &'c str>,
    ) {
        let named = Finding::new(key, args).args;
        let full = self.remarks.len() >= REMARKS;
        match self.remarks.entry((key, named)) {
            Entry::Occupied(mut noted) => noted.get_mut().count += count,
            Entry::Vacant(_) if full => {}
            Entry::Vacant(new) => {
                let name = args.last().map_or("", |(_, name)| name);
                let suggestion = dsl::diagnostic::suggest(name, known).map(str::to_owned);
                new.insert(Remark { count, suggestion });
            }
        }
    }

    /// The remarks as sentences, with how often each came.
    pub fn remarked(&self) -> Vec<(Finding, u64)> {
        let said = self.remarks.iter().map(|((key, args), remark)| {
            let mut args = args.clone();
            args.push(("count", remark.count.to_string()));
            (Finding { key, args, suggestion: remark.suggestion.clone(), place: None }, remark.count)
        });
        said.collect()
    }

    pub(super) fn mended_cell(&mut self, cell: BadRow) {
        self.mended_count += 1;
        if self.mended.len() < KEPT {
            self.mended.push(cell);
        }
    }

    pub(super) fn duplicate(&mut self, pair: Duplicate) {
        self.duplicate_count += 1;
        if self.duplicates.len() < KEPT {
            self.duplicates.push(pair);
        }
    }

    pub(super) fn fact_at(&mut self, at: Timestamp) {
        self.earliest = Some(self.earliest.map_or(at, |known| known.min(at)));
        self.latest = Some(self.latest.map_or(at, |known| known.max(at)));
    }
}
