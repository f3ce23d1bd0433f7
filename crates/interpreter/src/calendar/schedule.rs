//! When a schedule fires next: weekdays, days of the month, festivals and cron patterns.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use model::{Cron, Days, FestivalDay, LeapDay, LunarDate, Schedule, Shift, WorkCalendar, zone};

use super::add::{move_date, shifted};
use super::date::{leap_day, years_around};

/// Days to look ahead for one that a schedule means: 29 February on a Monday needs 40 years, a working
/// day a few.
const MOST_DAYS: i32 = 366 * 41;

/// The first instant strictly after `after` at which a schedule fires. `None`: never again. A clock time
/// that a zone change skips fires at the first minute after it, one that comes twice fires the first time.
pub fn next_fire(
    schedule: &Schedule,
    after: Timestamp,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Option<Timestamp> {
    let today = zone::date_of(after, zone);
    match schedule {
        Schedule::Weekly { days, at } => {
            let means = |date: &Date| match days {
                Days::Every => true,
                Days::Workdays => work.is_workday(*date),
                Days::Weekdays(set) => set.contains(date.weekday()),
            };
            days_from(today).filter(means).find_map(|date| fires_on(date, *at, after, zone))
        }
        Schedule::Monthly { day, at } => (0..=2).find_map(|step| {
            let month = move_date(today.first_of_month(), step, 0);
            let day = i8::try_from(*day).unwrap_or(31).min(month.days_in_month());
            fires_on(Date::new(month.year(), month.month(), day).ok()?, *at, after, zone)
        }),
        Schedule::Festival { day, shift, at } => next_festival(day, shift, *at, after, zone, work),
        Schedule::Cron(cron) if cron.is_hourly() => next_hourly(cron, after, zone),
        Schedule::Cron(cron) => next_cron(cron, after, zone),
    }
}

fn days_from(today: Date) -> impl Iterator<Item = Date> {
    (0..MOST_DAYS).map(move |step| move_date(today, 0, step))
}

fn fires_on(date: Date, at: Time, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    Some(zone::to_instant(date.to_datetime(at), zone)).filter(|fires_at| *fires_at > after)
}

fn next_festival(
    day: &FestivalDay,
    shift: &Shift,
    at: Time,
    after: Timestamp,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Option<Timestamp> {
    let in_year = |year: i16| match *day {
        FestivalDay::Once(_) => None,
        FestivalDay::Yearly { month: 2, day: 29 } => leap_day(year, LeapDay::Feb28),
        FestivalDay::Yearly { month, day } => {
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        }
        FestivalDay::Lunar { month, leap, day } => LunarDate { year, month, leap, day }.civil_or_nearest(),
    };
    let fires_at = |date: Date| shifted(date.to_datetime(at), shift, zone, work);
    let is_ahead = |fires_at: &Timestamp| *fires_at > after;
    match day {
        FestivalDay::Once(date) => Some(fires_at(*date)).filter(is_ahead),
        FestivalDay::Yearly { .. } | FestivalDay::Lunar { .. } => {
            years_around(after, shift, zone, None).filter_map(in_year).map(fires_at).find(is_ahead)
        }
    }
}

/// A pattern over the clock on the wall: each of its times of each of its days, turned into an instant.
/// Two times that fall on one instant (both inside a gap) are one firing, since only later ones count.
fn next_cron(cron: &Cron, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = zone::date_of(after, zone);
    days_from(today).filter(|date| cron.includes(*date)).find_map(|date| {
        let times = cron.hours().iter().flat_map(|hour| cron.minutes().iter().map(|minute| (*hour, *minute)));
        times
            .filter_map(|(hour, minute)| Time::new(hour, minute, 0, 0).ok())
            .find_map(|time| fires_on(date, time, after, zone))
    })
}

/// A pattern of every hour, over elapsed time: an hour that comes twice fires twice, one that is skipped
/// not at all, so that they stay an hour apart.
fn next_hourly(cron: &Cron, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let into_minute = after.as_millisecond().rem_euclid(60_000);
    let mut at = after.checked_add(SignedDuration::from_millis(60_000 - into_minute)).ok()?;
    at = Timestamp::from_millisecond(at.as_millisecond()).ok()?;
    let last = move_date(zone::date_of(after, zone), 0, MOST_DAYS);
    loop {
        let civil = zone.to_datetime(at);
        if civil.date() > last {
            return None;
        }
        if !cron.includes(civil.date()) {
            at = zone::start_of_day(civil.date().tomorrow().ok()?, zone);
            continue;
        }
        let minute = civil.minute();
        let next = cron.minutes().iter().find(|each| **each >= minute);
        match next {
            Some(next) if *next == minute => return Some(at),
            // Never beyond the hour's end in one step: the clock may be moved there.
            Some(next) => at = at.checked_add(SignedDuration::from_mins(i64::from(next - minute))).ok()?,
            None => at = at.checked_add(SignedDuration::from_mins(i64::from(60 - minute))).ok()?,
        }
    }
}
