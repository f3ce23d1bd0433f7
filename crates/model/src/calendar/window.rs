//! Windows on the clock: whether an instant lies inside, when they open, when quiet hours end.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::{Days, Window, Windows, WorkCalendar, zone};

/// Days without any opening after which a search gives up: working days end at a holiday's end, so only a
/// mistaken calendar is shut for longer.
const MOST_SHUT_DAYS: u32 = 400;

/// Whether an instant lies inside a window, `[start, end)` in `zone`. Across midnight a window belongs to
/// the day it starts.
pub fn contains(windows: &Windows, at: Timestamp, zone: &TimeZone, work: &WorkCalendar) -> bool {
    inside(windows, at, zone, work).is_some()
}

/// The first instant at or after `at` that lies inside a window. [`Timestamp::MAX`]: they never open,
/// because the calendar has no working day for more than a year.
pub fn next_open(windows: &Windows, at: Timestamp, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    openings_from(windows, at, zone, work)
        .find(|(_, end)| *end > at)
        .map_or(Timestamp::MAX, |(start, _)| start.max(at))
}

/// The first instant at or after `at` that lies outside every window: when quiet hours end.
/// [`Timestamp::MAX`]: they never do.
pub fn quiet_ends(windows: &Windows, at: Timestamp, zone: &TimeZone, work: &WorkCalendar) -> Timestamp {
    let mut free = at;
    // Windows that touch or overlap are one; each round leaves at least one of them behind.
    for _ in 0..MOST_SHUT_DAYS {
        match inside(windows, free, zone, work) {
            Some(end) => free = end,
            None => return free,
        }
    }
    Timestamp::MAX
}

/// The latest end of the openings around an instant.
fn inside(windows: &Windows, at: Timestamp, zone: &TimeZone, work: &WorkCalendar) -> Option<Timestamp> {
    let today = zone::date_of(at, zone);
    let mut ends = None;
    for day in [today.yesterday().unwrap_or(today), today] {
        for (start, end) in openings_on(windows, day, zone, work) {
            if start <= at && at < end {
                ends = ends.max(Some(end));
            }
        }
    }
    ends
}

/// The openings that start on a date.
fn openings_on(
    windows: &Windows,
    date: Date,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Vec<(Timestamp, Timestamp)> {
    let opens = |window: &&Window| match window.days() {
        Days::Every => true,
        Days::Workdays => work.is_workday(date),
        Days::Weekdays(set) => set.contains(date.weekday()),
    };
    windows
        .iter()
        .filter(opens)
        .map(|window| {
            let start = at_minute(date, window.start_minute());
            let end_date = if window.crosses_midnight() { date.tomorrow().unwrap_or(date) } else { date };
            let end = at_minute(end_date, window.end_minute());
            (zone::to_instant(start, zone), zone::to_instant(end, zone))
        })
        // A window that lies wholly inside a clock change's gap does not exist that day.
        .filter(|(start, end)| start < end)
        .collect()
}

/// A minute of a day; 1440 is midnight of the next.
fn at_minute(date: Date, minute: u16) -> DateTime {
    let hour = i8::try_from(minute / 60).unwrap_or(24);
    let minute = i8::try_from(minute % 60).unwrap_or(0);
    match Time::new(hour, minute, 0, 0) {
        Ok(time) => date.to_datetime(time),
        Err(_) => date.tomorrow().unwrap_or(date).to_datetime(Time::midnight()),
    }
}

/// What is open within one civil day, in order and without overlaps; a window across midnight is cut
/// there.
fn open_within(
    windows: &Windows,
    date: Date,
    zone: &TimeZone,
    work: &WorkCalendar,
) -> Vec<(Timestamp, Timestamp)> {
    let (day_start, day_end) =
        (zone::start_of_day(date, zone), zone::start_of_day(date.tomorrow().unwrap_or(date), zone));
    let mut pieces = openings_on(windows, date.yesterday().unwrap_or(date), zone, work);
    pieces.extend(openings_on(windows, date, zone, work));
    pieces.sort_unstable();
    let mut open: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in pieces {
        let (start, end) = (start.max(day_start), end.min(day_end));
        match open.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            Some(_) | None if start < end => open.push((start, end)),
            Some(_) | None => {}
        }
    }
    open
}

/// What is open from the day of `at` on, in order and without overlaps, until the windows stay shut for
/// more than a year. The first ones may have ended before `at`.
pub(super) fn openings_from<'a>(
    windows: &'a Windows,
    at: Timestamp,
    zone: &'a TimeZone,
    work: &'a WorkCalendar,
) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'a {
    let days = std::iter::successors(Some(zone::date_of(at, zone)), |day| day.tomorrow().ok());
    until_shut(days.map(move |day| open_within(windows, day, zone, work)))
}

/// What was open up to the day of `at`, the latest first, until the windows were shut for more than a
/// year. The first ones may start after `at`.
pub(super) fn openings_until<'a>(
    windows: &'a Windows,
    at: Timestamp,
    zone: &'a TimeZone,
    work: &'a WorkCalendar,
) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'a {
    let days = std::iter::successors(Some(zone::date_of(at, zone)), |day| day.yesterday().ok());
    until_shut(days.map(move |day| {
        let mut open = open_within(windows, day, zone, work);
        open.reverse();
        open
    }))
}

fn until_shut(
    days: impl Iterator<Item = Vec<(Timestamp, Timestamp)>>,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let mut shut = 0;
    days.take_while(move |openings| {
        shut = if openings.is_empty() { shut + 1 } else { 0 };
        shut <= MOST_SHUT_DAYS
    })
    .flatten()
}
