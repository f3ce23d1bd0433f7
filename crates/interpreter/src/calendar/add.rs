//! Adds a length of time to an instant, or takes it away.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use model::{Length, Shift, WorkCalendar, zone};

use super::work;

/// Which way the clock is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Back,
}

/// The instant so long after `at`. Months, days and workdays keep the clock time in `zone` (month ends
/// clamp, a gap goes to the first valid instant, an overlap to the first occurrence); then working
/// minutes pass, then elapsed time.
pub fn add(at: Timestamp, length: &Length, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    walk(at, length, zone, work, Way::Forward)
}

/// The instant so long before `at`, by the same rules and in the same order: `before: 3 days`.
pub fn subtract(at: Timestamp, length: &Length, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    walk(at, length, zone, work, Way::Back)
}

/// The instant at a clock time, moved by a shift. The clock time is resolved once, after the days have
/// moved: 02:30 on the day after a gap, a day before, is not dragged to 03:00 by it.
pub fn shifted(civil: DateTime, shift: &Shift, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    match shift {
        Shift::None => zone::to_instant(civil, zone),
        Shift::Before(length) => walk_civil(civil, length, zone, work, Way::Back),
        Shift::After(length) => walk_civil(civil, length, zone, work, Way::Forward),
    }
}

fn walk(at: Timestamp, length: &Length, zone: &TimeZone, work: &WorkCalendar, way: Way) -> Timestamp {
    // Without days to move, the instant must not pass through the clock on the wall: the second 02:30
    // of an autumn night would become the first.
    if length.months == 0 && length.days == 0 && length.workdays == 0 {
        return pass(at, length, zone, work, way);
    }
    walk_civil(zone.to_datetime(at), length, zone, work, way)
}

fn walk_civil(civil: DateTime, length: &Length, zone: &TimeZone, work: &WorkCalendar, way: Way) -> Timestamp {
    let (months, days, workdays) = match way {
        Way::Forward => (length.months, length.days, length.workdays),
        Way::Back => {
            (length.months.saturating_neg(), length.days.saturating_neg(), length.workdays.saturating_neg())
        }
    };
    let date = move_date(civil.date(), months, days);
    let date = work::add_workdays(date, workdays, work);
    pass(zone::to_instant(date.to_datetime(civil.time()), zone), length, zone, work, way)
}

/// Moves a date by months, then days. Month ends clamp; beyond the calendar it stays at its end.
pub(super) fn move_date(date: Date, months: i32, days: i32) -> Date {
    let by_months = Span::new().try_months(months).map(|span| date.saturating_add(span));
    let by_months = by_months.unwrap_or(if months < 0 { Date::MIN } else { Date::MAX });
    let by_days = Span::new().try_days(days).map(|span| by_months.saturating_add(span));
    by_days.unwrap_or(if days < 0 { Date::MIN } else { Date::MAX })
}

/// Lets the working minutes and the elapsed time of a length pass.
fn pass(at: Timestamp, length: &Length, zone: &TimeZone, work: &WorkCalendar, way: Way) -> Timestamp {
    match way {
        Way::Forward => elapse(work::add_work_minutes(at, length.work_minutes, zone, work), length.exact_ms),
        Way::Back => elapse(
            work::subtract_work_minutes(at, length.work_minutes, zone, work),
            length.exact_ms.saturating_neg(),
        ),
    }
}

/// Moves an instant by elapsed milliseconds; beyond the calendar it stays at its end.
pub(super) fn elapse(at: Timestamp, ms: i64) -> Timestamp {
    let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_millis(ms)).unwrap_or(end)
}
