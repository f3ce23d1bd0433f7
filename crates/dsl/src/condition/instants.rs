//! The arithmetic of instants and dates in conditions, for both back ends: days and weeks are exact,
//! months and years are taken in the project's zone (rules.md §2.7).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use model::{Birthday, Length, zone};

const DAY_MS: i64 = 24 * 3_600_000;

/// An instant moved by a length: months first, in the project's zone, keeping the clock time; then days of
/// 24 hours and elapsed time. Working parts are not moved here. `None`: beyond the calendar.
pub fn shift_instant(at: Timestamp, by: &Length, back: bool, project_zone: &TimeZone) -> Option<Timestamp> {
    let sign = if back { -1 } else { 1 };
    let at = if by.months == 0 {
        at
    } else {
        let civil = project_zone.to_datetime(at);
        let date = civil.date().checked_add(Span::new().try_months(sign * by.months).ok()?).ok()?;
        zone::to_instant(date.to_datetime(civil.time()), project_zone)
    };
    let ms = i64::from(by.days).checked_mul(DAY_MS)?.checked_add(by.exact_ms)?;
    at.checked_add(SignedDuration::from_millis(i64::from(sign).checked_mul(ms)?)).ok()
}

/// A date moved by a length: months (ends clamp), then days; of elapsed time the whole days. `None`:
/// beyond the calendar.
pub fn shift_date(date: Date, by: &Length, back: bool) -> Option<Date> {
    let sign = if back { -1 } else { 1 };
    let date = date.checked_add(Span::new().try_months(sign * by.months).ok()?).ok()?;
    let days = i64::from(sign).checked_mul(whole_days(by)?)?;
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// The days of a length, whole days of its elapsed time among them.
pub fn whole_days(by: &Length) -> Option<i64> {
    i64::from(by.days).checked_add(by.exact_ms.div_euclid(DAY_MS))
}

/// Whole days from one date to another; negative where the other is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Whole years from a date to another, as an age is counted. Who was born on 29 February is a year older on
/// 28 February of other years, as date triggers have it by default.
pub fn years_between(from: Date, to: Date) -> i64 {
    let (month, day) = age_day(to);
    let reached = (month, day) >= (from.month(), from.day());
    i64::from(to.year()) - i64::from(from.year()) - i64::from(!reached)
}

/// Month and day of a date for counting ages: 28 February of a year without a 29th counts as the 29th.
pub fn age_day(date: Date) -> (i8, i8) {
    let last_of_february = date.month() == 2 && date.day() == 28 && !date.in_leap_year();
    (date.month(), if last_of_february { 29 } else { date.day() })
}

/// The civil day a birthday stands for. `None`: its year is not known.
pub fn day_of_birth(birthday: &Birthday) -> Option<Date> {
    birthday.civil()
}
