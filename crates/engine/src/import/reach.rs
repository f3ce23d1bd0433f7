//! How far an import came, so that a re-run of the same file passes over what is in the database already without
//! asking it. It is kept in the transaction of each batch: what it says is there, is there.
//!
//! An import is the same when its rows are of the same kind, read in the same way by the same model, and begin with the
//! same row; and it goes on behind row N only if the first N rows say byte by byte what they said. Of events this holds
//! for ever, because a fact does not change: a file that grew brings only what is new. What can change (customers,
//! entities, reps, consents) is passed over only while its import was interrupted, lately, and nothing else of the kind
//! was imported since: whoever imports a whole file again wants its values again.

use super::record::What;
use super::say::ImportReport;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Rows that the database refused and that are tried again, at most: with more of them nothing is kept any more.
pub(super) const AGAIN: usize = 10_000;
/// Lines that are noted because something is to be told of them, at most: with more of them every row is read again.
const NOTED: usize = 10_000;
/// How long an interrupted import of what can change may be taken up again.
const CHANGING: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long it is known which events a file brought.
const FACTS: SignedDuration = SignedDuration::from_hours(180 * 24);

/// How far an import came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Rows that were taken in, bad ones too.
    pub rows: u64,
    /// Of these rows as they stand in the file.
    pub digest: String,
    /// What else must be known of them.
    pub told: Told,
}

/// What a re-run must know of rows that it passes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Lines of rows that the database refused, such as events of a customer whom nobody knew: they are tried again.
    pub again: Vec<u64>,
    /// Lines of rows of which something is to be told: bad ones, and such with mended cells. They are read again.
    pub noted: Vec<u64>,
    /// There are more of these: every row is read again.
    pub more: bool,
    /// Rows of which a later one of the same id counts.
    pub repeated: u64,
    /// How many of their customers may be mailed.
    pub mailable: u64,
    /// Customers that were made for them.
    pub created: u64,
    /// Addresses that two customers gave.
    pub duplicates: u64,
}

impl Reach {
    /// A digest in the form in which it is kept.
    pub(super) fn digest_of(sum: u128) -> String {
        format!("{sum:032x}")
    }
}

/// What the two passes must know of the rows that an earlier import took in.
pub(super) struct Passed {
    /// How far it came.
    pub reach: Reach,
    /// The file ends with these rows.
    pub whole: bool,
    /// What is wrong with them and what was mended, as they stand in the file.
    pub report: ImportReport,
    again: BTreeSet<u64>,
    noted: BTreeSet<u64>,
}

impl Passed {
    pub fn new(reach: Reach, whole: bool) -> Self {
        let set = |lines: &[u64]| lines.iter().copied().collect();
        let (again, noted) = (set(&reach.told.again), set(&reach.told.noted));
        Self { reach, whole, report: ImportReport::default(), again, noted }
    }

    /// Whether the first pass looks into the row of a line. `equal`: rows are told apart by how many equal ones came
    /// before.
    pub fn is_read(&self, line: u64, equal: bool) -> bool {
        (equal && !self.whole) || self.reach.told.more || self.is_tried(line) || self.noted.contains(&line)
    }

    /// Whether the row of a line is tried again.
    pub fn is_tried(&self, line: u64) -> bool {
        self.again.contains(&line)
    }
}

/// How far an import is, while it goes on.
#[derive(Debug, Default)]
pub(super) struct Along {
    /// Lines of rows that the database refused.
    pub again: BTreeSet<u64>,
    /// There are too many of them: nothing is kept any more.
    pub full: bool,
    /// Rows up to which it is kept.
    pub kept: u64,
    /// Lines of rows of which something is to be told.
    pub noted: BTreeSet<u64>,
    /// There are more of these.
    pub more: bool,
    /// Bad rows among those that are still to be passed over.
    pub bad: u64,
    /// The same of rows of which a later one counts.
    pub repeated: u64,
}

impl Along {
    /// Notes a line of which something is to be told.
    pub fn note(&mut self, line: u64) {
        if self.noted.len() < NOTED {
            self.noted.insert(line);
        } else {
            self.more |= !self.noted.contains(&line);
        }
    }
}

/// Whether what came in stays as it came in: facts.
pub(super) fn stays(what: &What) -> bool {
    match what {
        What::Events => true,
        What::Customers | What::Reps | What::Consents | What::Suppressions | What::Entity(_) => false,
    }
}

/// What was kept before this instant is not gone on from.
pub(super) fn since(what: &What, now: Timestamp) -> Timestamp {
    let length = if stays(what) { FACTS } else { CHANGING };
    now.saturating_sub(length).unwrap_or(Timestamp::MIN)
}
