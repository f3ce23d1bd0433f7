//! Lengths of time scaled and subtracted; dates and instants moved by them, working days too.

use crate::calendar::{add, work};
use dsl::condition::instants;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Decimal, Length, WorkCalendar};

/// An instant moved by a length. Days are exact, months in the project's zone; with workdays or working
/// minutes in it the whole length follows the project's calendar. `None`: beyond the calendar.
pub(super) fn shift_instant(
    at: Timestamp,
    by: &Length,
    back: bool,
    project_zone: &TimeZone,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    if by.workdays == 0 && by.work_minutes == 0 {
        return instants::shift_instant(at, by, back, project_zone);
    }
    Some(if back {
        add::subtract(at, by, project_zone, calendar)
    } else {
        add::add(at, by, project_zone, calendar)
    })
}

/// A date moved by a length: months, days and whole days of elapsed time, then workdays.
pub(super) fn shift_date(date: Date, by: &Length, back: bool, calendar: &WorkCalendar) -> Option<Date> {
    let date = instants::shift_date(date, by, back)?;
    if by.workdays == 0 {
        return Some(date);
    }
    Some(work::add_workdays(date, if back { by.workdays.checked_neg()? } else { by.workdays }, calendar))
}

/// A length less another, part by part. `None`: a part would be negative.
pub(super) fn length_minus(one: &Length, other: &Length) -> Option<Length> {
    let difference = Length {
        months: one.months.checked_sub(other.months)?,
        days: one.days.checked_sub(other.days)?,
        workdays: one.workdays.checked_sub(other.workdays)?,
        work_minutes: one.work_minutes.checked_sub(other.work_minutes)?,
        exact_ms: one.exact_ms.checked_sub(other.exact_ms)?,
    };
    not_negative(difference)
}

/// A length times or by a number. Elapsed time is rounded to milliseconds; the other parts must come out
/// whole. `None`: they do not, or it is negative or too long.
pub(super) fn scaled(length: &Length, by: Decimal, divide: bool) -> Option<Length> {
    let (times, over) = if divide { (1_000_000, by.micros()) } else { (by.micros(), 1_000_000) };
    let whole = |part: i64| {
        let product = i128::from(part) * i128::from(times);
        let over = i128::from(over);
        (over != 0 && product % over == 0).then(|| i64::try_from(product / over).ok()).flatten()
    };
    let rounded = |part: i64| {
        let product = i128::from(part) * i128::from(times);
        let over = i128::from(over);
        if over == 0 { None } else { i64::try_from((product * 2 + over).div_euclid(over * 2)).ok() }
    };
    let scaled = Length {
        months: i32::try_from(whole(length.months.into())?).ok()?,
        days: i32::try_from(whole(length.days.into())?).ok()?,
        workdays: i32::try_from(whole(length.workdays.into())?).ok()?,
        work_minutes: whole(length.work_minutes)?,
        exact_ms: rounded(length.exact_ms)?,
    };
    not_negative(scaled)
}

fn not_negative(length: Length) -> Option<Length> {
    let fine = length.months >= 0
        && length.days >= 0
        && length.workdays >= 0
        && length.work_minutes >= 0
        && length.exact_ms >= 0;
    fine.then_some(length)
}
