//! A length of time as a marketer writes it: calendar parts, working parts and elapsed parts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod error;
mod read;
mod said;

pub use error::LengthError;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A length of time, never negative: the sum of its parts, applied in the order of the fields. Months,
/// days and workdays keep the clock time of whoever it is about; the rest is elapsed time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Length {
    /// Calendar months; a year is 12.
    pub months: i32,
    /// Calendar days; a week is 7.
    pub days: i32,
    /// Days of the working calendar.
    pub workdays: i32,
    /// Minutes that pass only inside working hours.
    pub work_minutes: i64,
    /// Elapsed milliseconds: seconds, minutes and hours as written.
    pub exact_ms: i64,
}

impl Length {
    /// No time at all.
    pub const ZERO: Self = Self { months: 0, days: 0, workdays: 0, work_minutes: 0, exact_ms: 0 };

    /// Elapsed milliseconds.
    pub const fn from_ms(exact_ms: i64) -> Self {
        Self { exact_ms, ..Self::ZERO }
    }

    /// Elapsed minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::from_ms(minutes.saturating_mul(MINUTE))
    }

    /// Elapsed hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_ms(hours.saturating_mul(HOUR))
    }

    /// Calendar days.
    pub const fn from_days(days: i32) -> Self {
        Self { days, ..Self::ZERO }
    }

    /// Calendar months.
    pub const fn from_months(months: i32) -> Self {
        Self { months, ..Self::ZERO }
    }

    /// Whether nothing of it is left to wait.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Whether it is elapsed time only, so that no zone and no calendar is needed.
    pub const fn is_exact(&self) -> bool {
        self.months == 0 && self.days == 0 && self.workdays == 0 && self.work_minutes == 0
    }

    /// About how long it is, in milliseconds: a month as 30.44 days, a workday as 1.4 days, a working
    /// hour as 3. For comparing two lengths, caps and lints; never to compute an instant.
    pub fn approximate_ms(&self) -> i64 {
        let days = i64::from(self.days) * 24 * HOUR;
        let months = i64::from(self.months) * (24 * HOUR * 3044 / 100);
        let workdays = i64::from(self.workdays) * (24 * HOUR * 14 / 10);
        months
            .saturating_add(days)
            .saturating_add(workdays)
            .saturating_add(self.work_minutes.saturating_mul(3 * MINUTE))
            .saturating_add(self.exact_ms)
    }

    /// The length so many times over; each part by itself, so that months do not drift. `None`: beyond
    /// what the parts can hold.
    pub fn times(&self, count: i32) -> Option<Self> {
        Some(Self {
            months: self.months.checked_mul(count)?,
            days: self.days.checked_mul(count)?,
            workdays: self.workdays.checked_mul(count)?,
            work_minutes: self.work_minutes.checked_mul(i64::from(count))?,
            exact_ms: self.exact_ms.checked_mul(i64::from(count))?,
        })
    }

    /// The sum of two lengths, part by part. `None`: beyond what the parts can hold.
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            workdays: self.workdays.checked_add(other.workdays)?,
            work_minutes: self.work_minutes.checked_add(other.work_minutes)?,
            exact_ms: self.exact_ms.checked_add(other.exact_ms)?,
        })
    }
}

impl Length {
    /// How many of which unit, the largest first; empty: no time at all.
    fn parts(&self) -> Vec<(i64, &'static str)> {
        let years = self.months % 12 == 0;
        let workhours = self.work_minutes % 60 == 0;
        let all = [
            if years { (i64::from(self.months / 12), "year") } else { (i64::from(self.months), "month") },
            (i64::from(self.days), "day"),
            (i64::from(self.workdays), "workday"),
            if workhours { (self.work_minutes / 60, "workhour") } else { (self.work_minutes, "workminute") },
            (self.exact_ms / HOUR, "hour"),
            (self.exact_ms % HOUR / MINUTE, "minute"),
            (self.exact_ms % MINUTE / SECOND, "second"),
            (self.exact_ms % SECOND, "millisecond"),
        ];
        all.into_iter().filter(|(count, _)| *count != 0).collect()
    }
}

impl fmt::Display for Length {
    /// The canonical words, which read back to the same length: `5 days 3 hours`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0 minutes");
        }
        let words: Vec<String> = self
            .parts()
            .into_iter()
            .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
            .collect();
        f.write_str(&words.join(" "))
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
