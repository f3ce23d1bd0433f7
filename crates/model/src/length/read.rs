//! Reads lengths of time: words in English and Chinese, short forms and ISO 8601.

use std::str::FromStr;

use super::{HOUR, Length, LengthError, MINUTE, SECOND};
use crate::numeral::{half_width, nearest, zh_small_number};

/// The longest part that may be written: a hundred years.
const MOST_DAYS: i64 = 36_525;
const NUMERALS: &str = "一二两三四五六七八九十";

/// What one unit adds for each of it.
#[derive(Clone, Copy)]
enum Unit {
    Months(i64),
    Days(i64),
    Workdays,
    WorkMinutes(i64),
    Exact(i64),
}

/// Every spelling that is read, the usual one of each unit first (suggestions take the first match).
const UNITS: &[(&str, Unit)] = &[
    ("day", Unit::Days(1)),
    ("days", Unit::Days(1)),
    ("hour", Unit::Exact(HOUR)),
    ("hours", Unit::Exact(HOUR)),
    ("minute", Unit::Exact(MINUTE)),
    ("minutes", Unit::Exact(MINUTE)),
    ("week", Unit::Days(7)),
    ("weeks", Unit::Days(7)),
    ("month", Unit::Months(1)),
    ("months", Unit::Months(1)),
    ("year", Unit::Months(12)),
    ("years", Unit::Months(12)),
    ("workday", Unit::Workdays),
    ("workdays", Unit::Workdays),
    ("workhour", Unit::WorkMinutes(60)),
    ("workhours", Unit::WorkMinutes(60)),
    ("workminute", Unit::WorkMinutes(1)),
    ("workminutes", Unit::WorkMinutes(1)),
    ("second", Unit::Exact(SECOND)),
    ("seconds", Unit::Exact(SECOND)),
    ("millisecond", Unit::Exact(1)),
    ("milliseconds", Unit::Exact(1)),
    ("d", Unit::Days(1)),
    ("h", Unit::Exact(HOUR)),
    ("hr", Unit::Exact(HOUR)),
    ("hrs", Unit::Exact(HOUR)),
    ("m", Unit::Exact(MINUTE)),
    ("min", Unit::Exact(MINUTE)),
    ("mins", Unit::Exact(MINUTE)),
    ("s", Unit::Exact(SECOND)),
    ("sec", Unit::Exact(SECOND)),
    ("secs", Unit::Exact(SECOND)),
    ("ms", Unit::Exact(1)),
    ("w", Unit::Days(7)),
    ("y", Unit::Months(12)),
    ("天", Unit::Days(1)),
    ("日", Unit::Days(1)),
    ("小时", Unit::Exact(HOUR)),
    ("个小时", Unit::Exact(HOUR)),
    ("钟头", Unit::Exact(HOUR)),
    ("个钟头", Unit::Exact(HOUR)),
    ("刻钟", Unit::Exact(15 * MINUTE)),
    ("分钟", Unit::Exact(MINUTE)),
    ("分", Unit::Exact(MINUTE)),
    ("秒", Unit::Exact(SECOND)),
    ("秒钟", Unit::Exact(SECOND)),
    ("毫秒", Unit::Exact(1)),
    ("周", Unit::Days(7)),
    ("星期", Unit::Days(7)),
    ("个星期", Unit::Days(7)),
    ("礼拜", Unit::Days(7)),
    ("个礼拜", Unit::Days(7)),
    ("个月", Unit::Months(1)),
    ("季度", Unit::Months(3)),
    ("个季度", Unit::Months(3)),
    ("年", Unit::Months(12)),
    ("工作日", Unit::Workdays),
    ("个工作日", Unit::Workdays),
    ("工作小时", Unit::WorkMinutes(60)),
    ("个工作小时", Unit::WorkMinutes(60)),
    ("工时", Unit::WorkMinutes(60)),
    ("个工时", Unit::WorkMinutes(60)),
    ("工作分钟", Unit::WorkMinutes(1)),
    ("个工作分钟", Unit::WorkMinutes(1)),
];

fn unit_named(word: &str) -> Option<Unit> {
    let word = word.to_lowercase();
    UNITS.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit)
}

impl Length {
    /// Adds `number` of `unit`; `text` is what an error shows.
    fn with(self, number: &str, unit: Unit, text: &str) -> Result<Self, LengthError> {
        let not_whole = || LengthError::NotWhole { text: text.to_owned() };
        let too_long = || LengthError::TooLong { text: text.to_owned() };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.trim_start_matches('0').len() > 12 {
            return Err(too_long());
        }
        let whole: i64 = whole.parse().map_err(|_| LengthError::NotALength { text: text.to_owned() })?;
        let fraction = fraction.trim_end_matches('0');
        if !fraction.is_empty() && !matches!(unit, Unit::Exact(_)) {
            return Err(not_whole());
        }
        let times = |each: i64| whole.checked_mul(each).ok_or_else(too_long);
        let part = |count: i64, most: i64| {
            i32::try_from(count).ok().filter(|count| i64::from(*count) <= most).ok_or_else(too_long)
        };
        let mut sum = self;
        match unit {
            Unit::Months(each) => sum.months += part(times(each)?, 1200)?,
            Unit::Days(each) => sum.days += part(times(each)?, MOST_DAYS)?,
            Unit::Workdays => sum.workdays += part(whole, MOST_DAYS)?,
            Unit::WorkMinutes(each) => sum.work_minutes += times(each)?,
            Unit::Exact(each) => {
                sum.exact_ms += times(each)? + fraction_of(fraction, each).ok_or_else(not_whole)?;
            }
        }
        let longest = MOST_DAYS * 24;
        let too_much = i64::from(sum.months) > 1200
            || i64::from(sum.days) > MOST_DAYS
            || i64::from(sum.workdays) > MOST_DAYS
            || sum.work_minutes > longest * 60
            || sum.exact_ms > longest * HOUR;
        if too_much { Err(too_long()) } else { Ok(sum) }
    }
}

/// `.5` of an hour is 1,800,000 ms. `None`: not whole milliseconds.
fn fraction_of(digits: &str, each: i64) -> Option<i64> {
    if digits.is_empty() {
        return Some(0);
    }
    if digits.len() > 6 {
        return None;
    }
    let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let product = digits.parse::<i64>().ok()?.checked_mul(each)?;
    (product % scale == 0).then_some(product / scale)
}

impl FromStr for Length {
    type Err = LengthError;

    /// Reads `90 minutes`, `5 days 3 hours`, `1h30m`, `P3D`, `PT90M`, `3 天`, `5 个工作日`.
    fn from_str(text: &str) -> Result<Self, LengthError> {
        let text = half_width(text.trim());
        let text = text.trim();
        if text.is_empty() {
            return Err(LengthError::Empty);
        }
        if text.starts_with('-') {
            return Err(LengthError::Negative { text: text.to_owned() });
        }
        match text.strip_prefix('P') {
            Some(rest) => parse_iso(text, rest),
            None => match half_month(text) {
                Some(suggestion) => Err(LengthError::HalfMonth { text: text.to_owned(), suggestion }),
                None => parse_words(half_of(text).as_deref().unwrap_or(text)),
            },
        }
    }
}

/// `半小时`, `两个半小时`, `半年`, `一年半`: the half said in whole units. `None`: no half is said.
fn half_of(text: &str) -> Option<String> {
    const HALVES: [(&str, &str); 3] = [("小时", "30 minutes"), ("年", "6 months"), ("天", "12 hours")];
    HALVES
        .iter()
        .find_map(|(unit, half)| {
            if matches!(text.strip_prefix('半')?.trim_start_matches('个').strip_prefix(unit), Some("")) {
                return Some((*half).to_owned());
            }
            None
        })
        .or_else(|| {
            HALVES.iter().find_map(|(unit, half)| {
                let inside = text.strip_suffix(unit).and_then(|before| before.strip_suffix("个半"));
                let behind = text.strip_suffix('半').and_then(|before| before.strip_suffix(unit));
                let number = inside.or(behind)?;
                (!number.is_empty()).then(|| format!("{number}{unit} {half}"))
            })
        })
}

/// `半个月`, `一个半月`, `两个月半` as days, by months of 30; half a month is no length of its own. `None`: it
/// says no such half.
fn half_month(text: &str) -> Option<String> {
    if matches!(text, "半个月" | "半月") {
        return Some("15 days".to_owned());
    }
    let whole = text.strip_suffix("个半月").or_else(|| text.strip_suffix("个月半"))?;
    let months = zh_small_number(whole.trim())?;
    Some(format!("{} days", months * 30 + 15))
}

fn parse_words(text: &str) -> Result<Length, LengthError> {
    words(text).map_err(|fault| match fault {
        Fault::NotALength => LengthError::NotALength { text: text.to_owned() },
        Fault::NoUnit(number) => no_unit(text, &number),
        Fault::UnknownUnit(word) => unknown_unit(text, word),
        Fault::Said(error) => error,
    })
}

/// Why words are no length, before anything better is looked for: that asks whether other words are one.
enum Fault<'t> {
    NotALength,
    NoUnit(String),
    UnknownUnit(&'t str),
    Said(LengthError),
}

fn words(text: &str) -> Result<Length, Fault<'_>> {
    let mut length = Length::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = take_number(rest).ok_or(Fault::NotALength)?;
        let after = after.trim_start();
        let ends_unit =
            |letter: char| letter.is_whitespace() || letter.is_ascii_digit() || NUMERALS.contains(letter);
        let end = after.find(ends_unit).unwrap_or(after.len());
        let (word, next) = after.split_at_checked(end).unwrap_or((after, ""));
        if word.is_empty() {
            return Err(Fault::NoUnit(number));
        }
        // `3 - 5 days`
        if !word.chars().any(char::is_alphanumeric) {
            return Err(Fault::NotALength);
        }
        let unit = unit_named(word).ok_or(Fault::UnknownUnit(word))?;
        length = length.with(&number, unit, text).map_err(Fault::Said)?;
        rest = next.trim_start();
    }
    Ok(length)
}

fn no_unit(text: &str, number: &str) -> LengthError {
    if number == text {
        let unit = if number == "1" { "day" } else { "days" };
        LengthError::NoUnit { number: number.to_owned(), suggestion: format!("{number} {unit}") }
    } else {
        LengthError::NotALength { text: text.to_owned() }
    }
}

fn unknown_unit(text: &str, word: &str) -> LengthError {
    // Short forms would match any short word: only whole names are offered.
    let whole_names = UNITS.iter().map(|(name, _)| *name).filter(|name| name.chars().count() > 2);
    let lower = word.to_lowercase();
    let nearest = match lower.as_str() {
        "mo" | "mos" | "mon" | "mons" | "mth" | "mths" | "月" => Some("months"),
        "business" | "working" | "bd" | "wd" => Some("workdays"),
        other => nearest(other, whole_names.clone()).map(|name| {
            // `dyas` and `dayz` are as near to `day` as to `days`: the number says which.
            let one = name.strip_suffix('s').filter(|one| unit_named(one).is_some()).unwrap_or(name);
            let many = UNITS.iter().map(|(name, _)| *name).find(|each| each.strip_suffix('s') == Some(one));
            let before = text.split(word).next().unwrap_or_default().trim_end();
            let is_one = before == "1" || before.ends_with(" 1");
            if is_one { one } else { many.unwrap_or(one) }
        }),
    };
    let mended = nearest.map(|name| match lower.as_str() {
        "business" | "working" => {
            let number: String = text.chars().take_while(char::is_ascii_digit).collect();
            format!("{number} {name}")
        }
        _ => text.replacen(word, name, 1),
    });
    LengthError::UnknownUnit {
        unit: word.to_owned(),
        suggestion: mended.filter(|meant| words(meant).is_ok()),
    }
}

/// Takes a number off the front: plain digits with at most one point, or Chinese numerals.
fn take_number(text: &str) -> Option<(String, &str)> {
    let plain = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, after) = text.split_at_checked(plain)?;
    if !number.is_empty() {
        let shape = number.split('.').count() <= 2 && !number.starts_with('.') && !number.ends_with('.');
        return shape.then(|| (number.to_owned(), after));
    }
    let (number, after) = text.split_at_checked(text.find(|letter| !NUMERALS.contains(letter))?)?;
    zh_small_number(number).map(|value| (value.to_string(), after))
}

/// Reads what follows the `P` of an ISO 8601 duration.
fn parse_iso(text: &str, rest: &str) -> Result<Length, LengthError> {
    let not_a_length = || LengthError::NotALength { text: text.to_owned() };
    let (dates, times) = match rest.split_once('T') {
        Some((_, "")) => return Err(not_a_length()),
        Some((dates, times)) => (dates, times),
        None => (rest, ""),
    };
    if dates.is_empty() && times.is_empty() {
        return Err(not_a_length());
    }
    let date_units: &[(char, Unit)] =
        &[('Y', Unit::Months(12)), ('M', Unit::Months(1)), ('W', Unit::Days(7)), ('D', Unit::Days(1))];
    let time_units: &[(char, Unit)] =
        &[('H', Unit::Exact(HOUR)), ('M', Unit::Exact(MINUTE)), ('S', Unit::Exact(SECOND))];
    let mut length = Length::ZERO;
    for (mut part, mut units) in [(dates, date_units), (times, time_units)] {
        while !part.is_empty() {
            let (number, after) = take_number(part).ok_or_else(not_a_length)?;
            let mut letters = after.chars();
            let letter = letters.next().ok_or_else(not_a_length)?;
            let place = units.iter().position(|(name, _)| *name == letter).ok_or_else(not_a_length)?;
            let (_, unit) = units.get(place).ok_or_else(not_a_length)?;
            length = length.with(&number, *unit, text)?;
            // Each letter once and in falling order, as the standard says.
            units = units.get(place + 1..).unwrap_or_default();
            part = letters.as_str();
        }
    }
    Ok(length)
}
