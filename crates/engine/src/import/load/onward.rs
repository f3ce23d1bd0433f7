//! What an import keeps of how far it came, and what it takes over from an earlier one of the same file.

use super::super::batch::Target;
use super::super::reach::{AGAIN, Passed, Reach, Told};
use super::Loader;

impl Loader<'_> {
    /// Takes over what an earlier import said of the rows that are passed over.
    pub(super) fn go_on_from(&mut self, passed: &Passed) {
        let told = &passed.reach.told;
        let read = &passed.report;
        self.report.bad.clone_from(&read.bad);
        self.report.bad_count = read.bad_count;
        self.report.mended.clone_from(&read.mended);
        self.report.mended_count = read.mended_count;
        self.report.repeated = told.repeated;
        self.report.created = told.created;
        self.report.duplicate_count = told.duplicates;
        if let Some(mailable) = &mut self.report.mailable {
            *mailable = told.mailable;
        }
        // Bad and repeated ones are passed over, too, and are no known ones.
        (self.along.bad, self.along.repeated) = (read.bad_count, told.repeated);
        (self.along.noted, self.along.more) = (told.noted.iter().copied().collect(), told.more);
        self.along.again = told.again.iter().copied().collect();
        self.along.kept = passed.reach.rows;
    }

    /// Passes over a row.
    pub(super) fn pass(&mut self) {
        // Which of them it is does not matter: bad and repeated ones are counted already.
        if self.along.bad > 0 {
            self.along.bad -= 1;
        } else if self.along.repeated > 0 {
            self.along.repeated -= 1;
        } else {
            self.report.same += 1;
            self.report.skipped += 1;
        }
    }

    /// Notes the lines that the database refused. `before`: bad rows that are kept, and all of them.
    pub(super) fn note_refused(&mut self, (kept, all): (usize, u64)) {
        let lines = self.report.bad.get(kept..).unwrap_or_default().iter().map(|row| row.line);
        self.along.again.extend(lines);
        let noted = self.report.bad.len().saturating_sub(kept) as u64;
        self.along.full |= self.report.bad_count - all > noted || self.along.again.len() > AGAIN;
    }

    /// How far it is behind so many rows.
    pub(super) fn reach(&self, rows: u64, digest: u128) -> Reach {
        Reach { rows, digest: Reach::digest_of(digest), told: Told::default() }
    }

    /// Keeps how far it is, in the transaction of a batch.
    pub(super) async fn keep<T: Target>(&mut self, reach: Reach, target: &mut T) -> Result<(), T::Error> {
        if self.settings.dry_run || self.along.full {
            return Ok(());
        }
        self.along.kept = reach.rows;
        target.reach(&self.import, &self.with_told(reach)).await
    }

    /// It has come to its end. Facts are passed over next time; whatever may change is looked at again.
    pub(super) async fn arrive<T: Target>(&mut self, reach: Reach, target: &mut T) -> Result<(), T::Error> {
        let (kept, rows) = (self.along.kept, reach.rows);
        if self.settings.dry_run || (self.import.stays && (self.along.full || kept == rows)) {
            return Ok(());
        }
        if self.import.stays {
            let reach = self.with_told(reach);
            return target.arrived(&self.import, Some(&reach)).await;
        }
        // Nothing was kept: nothing is to be forgotten.
        if kept > 0 { target.arrived(&self.import, None).await } else { Ok(()) }
    }

    fn with_told(&self, reach: Reach) -> Reach {
        let told = Told {
            again: self.along.again.iter().copied().collect(),
            noted: self.along.noted.iter().copied().collect(),
            more: self.along.more,
            repeated: self.report.repeated,
            mailable: self.report.mailable.unwrap_or(0),
            created: self.report.created,
            duplicates: self.report.duplicate_count,
        };
        Reach { told, ..reach }
    }
}
