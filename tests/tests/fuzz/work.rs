//! Work is counted and not timed: allocations, their bytes, the most memory at once, and the bytes that the
//! reader of lines looked at. The counts are the same on every machine, however busy.

use allocation_counter::measure;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What something cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Allocations.
    pub allocations: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// The most bytes held at one time.
    pub peak: u64,
    /// Bytes that the reader of lines looked at, again and again if it must.
    pub looked: u64,
}

impl Work {
    /// Counts what `run` costs; it returns the bytes it looked at.
    pub fn of(run: impl FnOnce() -> usize) -> Self {
        let mut outcome = Ok(0);
        // A panic must not pass through `measure`, which would go on counting inside of itself.
        let info = measure(|| outcome = catch_unwind(AssertUnwindSafe(run)));
        let looked = outcome.unwrap_or_else(|panic| resume_unwind(panic));
        Self {
            allocations: info.count_total,
            bytes: info.bytes_total,
            peak: info.bytes_max,
            looked: looked as u64,
        }
    }

    /// Each count by its name.
    pub fn counts(self) -> [(&'static str, u64); 4] {
        [
            ("allocations", self.allocations),
            ("bytes", self.bytes),
            ("peak", self.peak),
            ("looked", self.looked),
        ]
    }

    /// The larger of each count.
    pub fn most(self, other: Self) -> Self {
        Self {
            allocations: self.allocations.max(other.allocations),
            bytes: self.bytes.max(other.bytes),
            peak: self.peak.max(other.peak),
            looked: self.looked.max(other.looked),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.counts().iter().map(|(name, count)| format!("{name} {count}")).collect();
        f.write_str(&all.join(", "))
    }
}

/// What a text may cost at most: so much, and so much more for each of its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// For the emptiest text.
    pub fixed: Work,
    /// For each byte.
    pub each: Work,
}

impl Limit {
    /// Says what is over the limit for a text of so many bytes.
    pub fn over(&self, work: Work, length: usize) -> Option<String> {
        let all = work.counts().into_iter().zip(self.fixed.counts()).zip(self.each.counts());
        let over = all.filter_map(|(((name, count), (_, fixed)), (_, each))| {
            let most = fixed + each * length as u64;
            (count > most).then(|| format!("{name}: {count} for {length} bytes, at most {most}"))
        });
        let over: Vec<_> = over.collect();
        (!over.is_empty()).then(|| over.join("; "))
    }
}
