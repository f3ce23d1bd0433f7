//! When a date comes again: birthdays, anniversaries, renewals, solar and lunar.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use model::{
    Birthday, BirthdayCalendar, CalendarKind, DateAnchor, DateRepeat, DateRule, LeapDay, Length, LunarDate,
    Shift, WorkCalendar, zone,
};

use super::add::{elapse, move_date, shifted};

/// One time that a date trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The anniversary itself, after the rule for 29 February and before `before` or `after`.
    pub date: Date,
    /// The instant at which it fires.
    pub fires_at: Timestamp,
}

/// Why a date never fires, to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeverFires {
    /// 1970-01-01 or 1900-01-01, which software writes when it knows no date.
    Placeholder,
    /// A birthday after today.
    FutureBirthday,
    /// The rule's calendar is another than the birthday's, and without the year none can be turned into
    /// the other; or it repeats every so long after a day of unknown year.
    NoYear,
}

/// Whether a date never fires, seen on the day of `now` in `zone`. `None`: it fires.
pub fn never_fires(
    anchor: &DateAnchor,
    rule: &DateRule,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<NeverFires> {
    let (date, is_birthday) = match anchor {
        DateAnchor::Date(date) => (Some(*date), false),
        DateAnchor::Instant(at) => (Some(zone::date_of(*at, zone)), false),
        DateAnchor::Birthday(birthday) => (birthday.civil(), true),
    };
    let is_placeholder =
        |date: Date| date == Date::constant(1970, 1, 1) || date == Date::constant(1900, 1, 1);
    match anchor {
        // The epoch itself, which is still 1969 in the west.
        DateAnchor::Instant(at) if is_placeholder(zone::date_of(*at, &TimeZone::UTC)) => {
            return Some(NeverFires::Placeholder);
        }
        DateAnchor::Instant(_) | DateAnchor::Date(_) | DateAnchor::Birthday(_) => {}
    }
    match date {
        Some(date) if is_placeholder(date) => Some(NeverFires::Placeholder),
        Some(date) if is_birthday && date > zone::date_of(now, zone) => Some(NeverFires::FutureBirthday),
        Some(_) | None => match Origin::of(anchor, rule, zone) {
            Some(_) => None,
            None => Some(NeverFires::NoYear),
        },
    }
}

/// The first time at or after `from` that the rule fires for a date. `None`: never again. Clock times and
/// days are those of `zone`, the customer's.
pub fn occurrence(
    anchor: &DateAnchor,
    rule: &DateRule,
    from: Timestamp,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Option<Occurrence> {
    if never_fires(anchor, rule, from, zone).is_some() {
        return None;
    }
    let origin = Origin::of(anchor, rule, zone)?;
    let fires = |date: Date| Occurrence {
        date,
        fires_at: shifted(date.to_datetime(rule.at), &rule.shift, zone, work),
    };
    let is_due = |occurrence: &Occurrence| occurrence.fires_at >= from;
    match rule.repeat {
        DateRepeat::Once if !origin.is_birthday => origin.first.map(fires).filter(is_due),
        // A birthday once is the next one: the day of birth itself lies behind everybody.
        DateRepeat::Once | DateRepeat::Yearly => {
            let dates = years_around(from, &rule.shift, zone, origin.first);
            dates.filter_map(|year| origin.in_year(year, rule)).map(fires).find(is_due)
        }
        DateRepeat::Monthly => months_around(&origin, from, rule, zone).map(fires).find(is_due),
        DateRepeat::Every(length) => every(&origin, &length, rule, from, zone, work),
    }
}

/// The day that comes again, in the calendar in which it does.
struct Origin {
    day: OriginDay,
    /// The civil date it started on. `None`: a birthday without its year.
    first: Option<Date>,
    /// Whether the first day itself is left out.
    is_birthday: bool,
}

enum OriginDay {
    Solar { month: i8, day: i8 },
    Lunar { month: u8, leap: bool, day: u8 },
}

impl Origin {
    /// `None`: the calendar asked for is not the birthday's and its year is unknown, or the repeat counts
    /// from a day of unknown year.
    fn of(anchor: &DateAnchor, rule: &DateRule, zone: &TimeZone) -> Option<Self> {
        let found = match anchor {
            DateAnchor::Date(date) => Self::of_date(*date, rule.calendar)?,
            DateAnchor::Instant(at) => Self::of_date(zone::date_of(*at, zone), rule.calendar)?,
            DateAnchor::Birthday(birthday) => Self::of_birthday(birthday, rule.calendar)?,
        };
        match rule.repeat {
            DateRepeat::Every(_) if found.first.is_none() => None,
            DateRepeat::Every(_) | DateRepeat::Once | DateRepeat::Yearly | DateRepeat::Monthly => Some(found),
        }
    }

    fn of_date(date: Date, calendar: CalendarKind) -> Option<Self> {
        let day = match calendar {
            CalendarKind::Solar | CalendarKind::FromCustomer => {
                OriginDay::Solar { month: date.month(), day: date.day() }
            }
            CalendarKind::Lunar => {
                let lunar = LunarDate::of(date)?;
                OriginDay::Lunar { month: lunar.month, leap: lunar.leap, day: lunar.day }
            }
        };
        Some(Self { day, first: Some(date), is_birthday: false })
    }

    fn of_birthday(birthday: &Birthday, calendar: CalendarKind) -> Option<Self> {
        let told_in = birthday.calendar();
        let as_told = match calendar {
            CalendarKind::FromCustomer => true,
            CalendarKind::Solar => told_in == BirthdayCalendar::Solar,
            CalendarKind::Lunar => told_in == BirthdayCalendar::Lunar,
        };
        if !as_told {
            let turned = Self::of_date(birthday.civil()?, calendar)?;
            return Some(Self { is_birthday: true, ..turned });
        }
        let day = match told_in {
            BirthdayCalendar::Solar => OriginDay::Solar {
                month: i8::try_from(birthday.month()).ok()?,
                day: i8::try_from(birthday.day()).ok()?,
            },
            BirthdayCalendar::Lunar => OriginDay::Lunar {
                month: birthday.month(),
                leap: birthday.is_leap_month(),
                day: birthday.day(),
            },
        };
        Some(Self { day, first: birthday.civil(), is_birthday: true })
    }

    /// The day in a civil year, or in the lunar year that begins in it. `None`: left out that year, or
    /// before the first.
    fn in_year(&self, year: i16, rule: &DateRule) -> Option<Date> {
        let date = match self.day {
            OriginDay::Solar { month: 2, day: 29 } => leap_day(year, rule.leap_day)?,
            OriginDay::Solar { month, day } => Date::new(year, month, day).ok()?,
            OriginDay::Lunar { month, leap, day } => {
                LunarDate { year, month, leap, day }.civil_or_nearest()?
            }
        };
        self.counts(date).then_some(date)
    }

    /// Whether a date is not before the first; a birthday is never the day of birth.
    fn counts(&self, date: Date) -> bool {
        match self.first {
            None => true,
            Some(first) if self.is_birthday => date > first,
            Some(first) => date >= first,
        }
    }
}

/// 29 February in a year, as the rule has it.
pub(super) fn leap_day(year: i16, rule: LeapDay) -> Option<Date> {
    let in_leap_year = Date::new(year, 2, 29).ok();
    match rule {
        LeapDay::Feb28 => in_leap_year.or_else(|| Date::new(year, 2, 28).ok()),
        LeapDay::Mar1 => in_leap_year.or_else(|| Date::new(year, 3, 1).ok()),
        LeapDay::LeapYearsOnly => in_leap_year,
    }
}

/// The years among which the next occurrence lies, rising: from some before (a lunar year ends in the next
/// civil one, and the shift is guessed) to beyond the longest run without a leap year, which is eight. They
/// start with the first date, where that lies ahead.
pub(super) fn years_around(
    from: Timestamp,
    shift: &Shift,
    zone: &TimeZone,
    first: Option<Date>,
) -> impl Iterator<Item = i16> + use<> {
    let around = unshifted(from, shift, zone).year().saturating_sub(3);
    let start = first.map_or(around, |first| around.max(first.year().saturating_sub(1)));
    (0_i16..=15).filter_map(move |step| start.checked_add(step))
}

/// About the date whose shifted instant is `from`.
fn unshifted(from: Timestamp, shift: &Shift, zone: &TimeZone) -> Date {
    let ms = match shift {
        Shift::None => 0,
        Shift::Before(length) => length.approximate_ms(),
        Shift::After(length) => length.approximate_ms().saturating_neg(),
    };
    zone::date_of(elapse(from, ms), zone)
}

/// The day in each month around `from`, rising.
fn months_around(
    origin: &Origin,
    from: Timestamp,
    rule: &DateRule,
    zone: &TimeZone,
) -> impl Iterator<Item = Date> {
    // The guess may be off by a tenth of the shift, which no month count bridges: start that much earlier.
    let slack = match rule.shift {
        Shift::None => 0,
        Shift::Before(length) | Shift::After(length) => length.approximate_ms() / 4,
    };
    let slack_months = i32::try_from(slack / (28 * 24 * 3_600_000)).unwrap_or(i32::MAX).min(1200);
    let around = unshifted(from, &rule.shift, zone);
    let first = origin.first.unwrap_or(Date::MIN);
    let start = move_date(around, -(slack_months + 2), 0).max(move_date(first, -2, 0));
    let count = 2 * slack_months + 8 + i32::from(start > around) * 4;
    let days: Vec<Date> = match origin.day {
        OriginDay::Solar { day, .. } => (0..count)
            .filter_map(|step| {
                let month = move_date(start.first_of_month(), step, 0);
                Date::new(month.year(), month.month(), day.min(month.days_in_month())).ok()
            })
            .collect(),
        OriginDay::Lunar { day, .. } => lunar_months(start, day, count),
    };
    days.into_iter().filter(|date| origin.counts(*date)).collect::<Vec<_>>().into_iter()
}

/// A day of each lunar month from about a date on, leap months among them; the 30th of a short month is
/// its 29th.
fn lunar_months(start: Date, day: u8, count: i32) -> Vec<Date> {
    let mut days = Vec::new();
    let mut inside = start;
    for _ in 0..count {
        let Some(lunar) = LunarDate::of(inside) else { break };
        let month = |day| LunarDate { day, ..lunar }.civil_or_nearest();
        let (Some(date), Some(last)) = (month(day), month(30)) else { break };
        days.push(date);
        let Ok(next) = last.tomorrow() else { break };
        inside = next;
    }
    days
}

/// The first multiple of `length` after the origin that is due. Multiples are counted from the origin
/// each time, so that the 31st clamped to 28 February is the 31st again in March.
fn every(
    origin: &Origin,
    length: &Length,
    rule: &DateRule,
    from: Timestamp,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Option<Occurrence> {
    let first = origin.first?;
    if length.is_zero() {
        return None;
    }
    let nth = |count: i32| -> Option<Occurrence> {
        let total = length.times(count)?;
        let on = shifted(first.to_datetime(rule.at), &Shift::After(total), zone, work);
        if on == Timestamp::MAX {
            return None;
        }
        let fires_at = match rule.shift {
            Shift::None => on,
            Shift::Before(_) | Shift::After(_) => shifted(zone.to_datetime(on), &rule.shift, zone, work),
        };
        Some(Occurrence { date: zone::date_of(on, zone), fires_at })
    };
    // Past the calendar's end counts as due, so that the search below has an end.
    let is_due = |count: i32| nth(count).is_none_or(|occurrence| occurrence.fires_at >= from);
    let least = i32::from(origin.is_birthday);
    let mut high = least.max(1);
    while !is_due(high) {
        high = high.checked_mul(2)?;
    }
    let mut low = least;
    while low < high {
        let middle = low + (high - low) / 2;
        if is_due(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    nth(low)
}
