//! Reads windows: days and times of the day in either order, in English and Chinese.

use std::str::FromStr;

use super::days::{Days, WeekdaySet, read_days};
use super::{DAY_MINUTES, Window, WindowError, Windows};
use crate::numeral::half_width;

impl FromStr for Windows {
    type Err = WindowError;

    /// Reads `21:00-09:00`, `10:00-20:00 workdays`, `tue,wed,thu 09:30-11:00`, `周二至周四 9:30-11:00`,
    /// `周末`; several separated by `;` or `,`. Days without a time are the whole day, a time without days
    /// is every day.
    fn from_str(text: &str) -> Result<Self, WindowError> {
        let plain = join_ranges(&half_width(text).to_lowercase());
        let mut windows = Vec::new();
        for clause in plain.split(';') {
            read_clause(clause, &mut windows)?;
        }
        if windows.is_empty() { Err(WindowError::Empty) } else { Ok(Self(windows)) }
    }
}

/// Makes `9:30 至 11:00` and `9:30 - 11:00` one word, `9:30-11:00`.
fn join_ranges(text: &str) -> String {
    let dashed = text.replace(['至', '到'], "-").replace(" to ", "-");
    let parts: Vec<&str> = dashed.split('-').map(str::trim).collect();
    parts.join("-")
}

/// One part of a clause.
enum Part {
    Days(Days),
    Time(u16, u16),
}

/// Reads one clause: days and times in either order. `mon 09:00-10:00, tue 11:00-12:00` are two groups: a
/// group ends where the kind it began with comes again after the other.
fn read_clause(clause: &str, windows: &mut Vec<Window>) -> Result<(), WindowError> {
    let mut group: (Vec<Days>, Vec<(u16, u16)>) = (Vec::new(), Vec::new());
    let mut last_was_days = None;
    for word in clause.split(|letter: char| letter == ',' || letter.is_whitespace()) {
        if matches!(word, "" | "every" | "on") {
            continue;
        }
        let part = read_part(word)?;
        let is_days = matches!(part, Part::Days(_));
        let both = !group.0.is_empty() && !group.1.is_empty();
        if both && last_was_days != Some(is_days) {
            close_group(&mut group, windows);
        }
        match part {
            Part::Days(days) => group.0.push(days),
            Part::Time(start, end) => group.1.push((start, end)),
        }
        last_was_days = Some(is_days);
    }
    close_group(&mut group, windows);
    Ok(())
}

fn close_group(group: &mut (Vec<Days>, Vec<(u16, u16)>), windows: &mut Vec<Window>) {
    let (days, mut times) = std::mem::take(group);
    if days.is_empty() && times.is_empty() {
        return;
    }
    if times.is_empty() {
        times.push((0, DAY_MINUTES));
    }
    for days in merge(&days) {
        windows.extend(times.iter().map(|(start, end)| Window { days, start: *start, end: *end }));
    }
}

/// Joins days of the week into one set, so that `tue,wed,thu` is one window.
fn merge(days: &[Days]) -> Vec<Days> {
    let mut merged = Vec::new();
    let mut weekdays = WeekdaySet(0);
    for each in days {
        match each {
            Days::Weekdays(set) => weekdays = weekdays.or(*set),
            Days::Every => return vec![Days::Every],
            Days::Workdays => {
                if !merged.contains(each) {
                    merged.push(*each);
                }
            }
        }
    }
    match weekdays {
        WeekdaySet::ALL => return vec![Days::Every],
        WeekdaySet(0) => {}
        some => merged.push(Days::Weekdays(some)),
    }
    if merged.is_empty() { vec![Days::Every] } else { merged }
}

fn read_part(word: &str) -> Result<Part, WindowError> {
    if let Some(days) = read_days(word) {
        return Ok(Part::Days(days));
    }
    let not_a_part = || WindowError::NotAPart { part: word.to_owned() };
    let (start, end) = word.split_once('-').ok_or_else(not_a_part)?;
    let looks_like_clock =
        |text: &str| text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(':');
    if !looks_like_clock(start) || !looks_like_clock(end) {
        return Err(not_a_part());
    }
    let no_such_time = || WindowError::NoSuchTime { part: word.to_owned() };
    let (start, end) =
        (minute_of_day(start).ok_or_else(no_such_time)?, minute_of_day(end).ok_or_else(no_such_time)?);
    if start == DAY_MINUTES {
        return Err(no_such_time());
    }
    // `18:00-00:00` ends with the day: the midnight meant is the coming one.
    let end = if end == 0 { DAY_MINUTES } else { end };
    if start == end {
        Err(WindowError::NoLength { part: word.to_owned() })
    } else {
        Ok(Part::Time(start, end))
    }
}

/// Reads `9:00` to `24:00` as minutes after midnight.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= DAY_MINUTES).then_some(hour * 60 + minute)
}
