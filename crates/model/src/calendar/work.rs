//! Working days and working hours, counted.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::WorkCalendar;

use super::window;

/// How long a run of days off is believed. A calendar that shuts for longer is a mistake in a file, and
/// nobody's deadline may wait for it for ever: beyond, Monday to Friday are worked.
const MOST_DAYS_OFF: u32 = 400;

/// Moves a date by working days, back where `count` is negative. From a day off the count starts at the
/// next one worked: Saturday and one workday is Monday. 0 stays where it is.
pub fn add_workdays(date: Date, count: i32, work: &WorkCalendar) -> Date {
    let mut date = date;
    for _ in 0..count.unsigned_abs() {
        let next = next_workday(date, count > 0, work);
        if next == date {
            // The end of the calendar.
            return date;
        }
        date = next;
    }
    date
}

fn next_workday(date: Date, forward: bool, work: &WorkCalendar) -> Date {
    let mut day = date;
    let mut skipped = 0;
    loop {
        let Ok(next) = (if forward { day.tomorrow() } else { day.yesterday() }) else { return day };
        day = next;
        let plain = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if work.is_workday(day) || (skipped >= MOST_DAYS_OFF && plain) {
            return day;
        }
        skipped += 1;
    }
}

/// The instant by which so many minutes have passed inside the working hours, from `at` on. 0 is `at`
/// itself, also outside the hours. [`Timestamp::MAX`]: the hours hold no such time.
pub fn add_work_minutes(at: Timestamp, minutes: i64, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    if minutes <= 0 {
        return at;
    }
    let mut left = SignedDuration::from_mins(minutes);
    for (start, end) in window::openings_from(work.hours(), at, zone, work) {
        let start = start.max(at);
        let inside = end.duration_since(start);
        if inside >= left {
            return start.saturating_add(left).unwrap_or(Timestamp::MAX);
        }
        if inside.is_positive() {
            left -= inside;
        }
    }
    Timestamp::MAX
}

/// The latest instant from which so many minutes pass inside the working hours before `at`.
/// [`Timestamp::MIN`]: the hours hold no such time.
pub fn subtract_work_minutes(at: Timestamp, minutes: i64, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    if minutes <= 0 {
        return at;
    }
    let mut left = SignedDuration::from_mins(minutes);
    for (start, end) in window::openings_until(work.hours(), at, zone, work) {
        let end = end.min(at);
        let inside = end.duration_since(start);
        if inside >= left {
            return end.saturating_sub(left).unwrap_or(Timestamp::MIN);
        }
        if inside.is_positive() {
            left -= inside;
        }
    }
    Timestamp::MIN
}
