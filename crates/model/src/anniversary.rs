//! How a date trigger repeats: yearly, lunar, some days before, and what 29 February means.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::{Birthday, Length};

/// How often a date comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateRepeat {
    /// Once per value of the date.
    Once,
    /// On each anniversary.
    Yearly,
    /// On the same day of each month; months that lack it take their last day.
    Monthly,
    /// Every so long after the date.
    Every(Length),
}

/// The calendar in which a date comes again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CalendarKind {
    /// The civil calendar, also for a birthday told in the lunar one.
    Solar,
    /// The Chinese lunar calendar, also for a date told in the civil one.
    Lunar,
    /// As the birthday itself says; a plain date is civil.
    #[default]
    FromCustomer,
}

/// What 29 February means in a year without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LeapDay {
    /// 28 February.
    #[default]
    Feb28,
    /// 1 March.
    Mar1,
    /// That year is left out.
    LeapYearsOnly,
}

/// How far from its date something fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Shift {
    /// On the date.
    #[default]
    None,
    /// So long before it.
    Before(Length),
    /// So long after it.
    After(Length),
}

/// The date that a trigger is anchored to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateAnchor {
    /// A date.
    Date(Date),
    /// A birthday, whose day of birth itself is never celebrated.
    Birthday(Birthday),
    /// An instant, of which the date in the customer's zone counts.
    Instant(Timestamp),
}

/// The whole rule of a date trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRule {
    /// How often.
    pub repeat: DateRepeat,
    /// In which calendar.
    pub calendar: CalendarKind,
    /// How far from the date.
    pub shift: Shift,
    /// The clock time, in the customer's zone.
    pub at: Time,
    /// What 29 February means.
    pub leap_day: LeapDay,
}

/// The clock time of date triggers and schedules that say none: 09:00.
pub const DEFAULT_AT: Time = Time::constant(9, 0, 0, 0);

impl Default for DateRule {
    /// Once, on the date, at 09:00.
    fn default() -> Self {
        Self {
            repeat: DateRepeat::Once,
            calendar: CalendarKind::default(),
            shift: Shift::None,
            at: DEFAULT_AT,
            leap_day: LeapDay::default(),
        }
    }
}
