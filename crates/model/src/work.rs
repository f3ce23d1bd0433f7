//! The working calendar: which days are worked and in which hours.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use crate::Windows;

/// Monday to Friday, less the days off, plus the make-up days, in these hours. China moves both yearly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkCalendar {
    hours: Windows,
    off: BTreeSet<Date>,
    work: BTreeSet<Date>,
}

impl Default for WorkCalendar {
    /// Monday to Friday, 09:00-18:00, no holidays.
    fn default() -> Self {
        Self::new(Windows::office_hours(), BTreeSet::new(), BTreeSet::new())
    }
}

impl WorkCalendar {
    /// A calendar of these hours, days off and make-up days. A day in both sets is worked. Hours that
    /// name no days are those of each working day.
    pub fn new(hours: Windows, off: BTreeSet<Date>, work: BTreeSet<Date>) -> Self {
        Self { hours: hours.on_workdays(), off, work }
    }

    /// The same days with other hours: those of a team or a rep.
    #[must_use]
    pub fn with_hours(&self, hours: &Windows) -> Self {
        Self { hours: hours.on_workdays(), ..self.clone() }
    }

    /// The working hours.
    pub const fn hours(&self) -> &Windows {
        &self.hours
    }

    /// Public holidays and other days off.
    pub const fn off(&self) -> &BTreeSet<Date> {
        &self.off
    }

    /// Saturdays and Sundays that are worked to make up for a holiday.
    pub const fn make_up_days(&self) -> &BTreeSet<Date> {
        &self.work
    }

    /// Whether a day is worked.
    pub fn is_workday(&self, date: Date) -> bool {
        if self.work.contains(&date) {
            return true;
        }
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.off.contains(&date)
    }
}
