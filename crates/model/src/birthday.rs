//! A birthday as people tell it: solar or lunar, with or without the year.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::lunar::{LUNAR_YEARS, LunarDate};
use crate::numeral::{half_width, zh_small_number, zh_year};

/// The calendar a birthday was told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BirthdayCalendar {
    /// The civil calendar.
    Solar,
    /// The Chinese lunar calendar.
    Lunar,
}

/// A real day of birth. The text form (`1990-03-12`, `03-12`, `lunar 1990-L06-15`) reads back to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Birthday {
    year: Option<i16>,
    month: u8,
    leap: bool,
    day: u8,
    calendar: BirthdayCalendar,
}

/// Why a text is not a birthday.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BirthdayError {
    /// Not one of the forms that are read.
    #[error("`{text}` is not a birthday, such as `1990-03-12`, `03-12` or `lunar 08-15`")]
    NotABirthday {
        /// What was written.
        text: String,
    },
    /// 30 February, or a leap month that this lunar year does not have.
    #[error("`{text}` is not a day of the calendar")]
    NoSuchDay {
        /// What was written.
        text: String,
    },
}

impl BirthdayError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotABirthday { .. } => "birthday-not-a-birthday",
            Self::NoSuchDay { .. } => "birthday-no-such-day",
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotABirthday { text } | Self::NoSuchDay { text } => vec![("text", text.clone())],
        }
    }
}

impl Birthday {
    /// A solar birthday. `None`: no such day; 29 February without a year is one.
    pub fn solar(year: Option<i16>, month: u8, day: u8) -> Option<Self> {
        // Without a year any leap year will do to say whether the day exists.
        let in_year = year.unwrap_or(2000);
        Date::new(in_year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        (1..=9999).contains(&in_year).then_some(Self {
            year,
            month,
            leap: false,
            day,
            calendar: BirthdayCalendar::Solar,
        })
    }

    /// A lunar birthday; `year` is the civil year in which the lunar year begins, 1900 to 2100. `None`: no
    /// such day in that year; without a year, any day from 1 to 30 of months 1 to 12.
    pub fn lunar(year: Option<i16>, month: u8, leap: bool, day: u8) -> Option<Self> {
        let exists = match year {
            Some(year) => {
                LUNAR_YEARS.contains(&year) && LunarDate { year, month, leap, day }.civil().is_some()
            }
            None => (1..=12).contains(&month) && (1..=30).contains(&day),
        };
        exists.then_some(Self { year, month, leap, day, calendar: BirthdayCalendar::Lunar })
    }

    /// The year, where it was told; of a lunar birthday, the civil year in which the lunar year begins.
    pub const fn year(&self) -> Option<i16> {
        self.year
    }

    /// The month, 1 to 12, in its own calendar.
    pub const fn month(&self) -> u8 {
        self.month
    }

    /// Whether the month is a lunar leap month.
    pub const fn is_leap_month(&self) -> bool {
        self.leap
    }

    /// The day of the month, in its own calendar.
    pub const fn day(&self) -> u8 {
        self.day
    }

    /// The calendar it was told in.
    pub const fn calendar(&self) -> BirthdayCalendar {
        self.calendar
    }

    /// The civil date of birth. `None`: the year is not known.
    pub fn civil(&self) -> Option<Date> {
        let year = self.year?;
        match self.calendar {
            BirthdayCalendar::Solar => {
                Date::new(year, i8::try_from(self.month).ok()?, i8::try_from(self.day).ok()?).ok()
            }
            BirthdayCalendar::Lunar => {
                LunarDate { year, month: self.month, leap: self.leap, day: self.day }.civil()
            }
        }
    }

    /// Whether it is a date that software writes when it knows none: 1970-01-01 or 1900-01-01.
    pub fn is_placeholder(&self) -> bool {
        let first_of_january = self.calendar == BirthdayCalendar::Solar && self.month == 1 && self.day == 1;
        first_of_january && matches!(self.year, Some(1970 | 1900))
    }
}

impl From<Date> for Birthday {
    /// The solar birthday on a full date.
    fn from(date: Date) -> Self {
        Self {
            year: Some(date.year()),
            month: date.month().unsigned_abs(),
            leap: false,
            day: date.day().unsigned_abs(),
            calendar: BirthdayCalendar::Solar,
        }
    }
}

impl FromStr for Birthday {
    type Err = BirthdayError;

    /// Reads `1990-03-12`, `1990/3/12`, `03-12`, `3月12日`, `农历八月十五`, `农历1990年闰五月初三`, `正月初一`,
    /// `lunar 08-15`, `lunar 1990-L05-15`.
    fn from_str(text: &str) -> Result<Self, BirthdayError> {
        let plain = half_width(text.trim());
        let lunar = ["lunar", "Lunar", "LUNAR", "农历", "阴历", "旧历"]
            .iter()
            .find_map(|prefix| plain.strip_prefix(prefix));
        let not_a_birthday = || BirthdayError::NotABirthday { text: text.trim().to_owned() };
        let body = lunar.or_else(|| plain.strip_prefix("公历")).unwrap_or(&plain).trim();
        let parts = if body.contains('月') { read_chinese(body) } else { read_digits(body) };
        let Parts { year, month, leap, day, is_lunar } = parts.ok_or_else(not_a_birthday)?;
        // Nobody calls a month of the civil calendar 正月, or a day of it 初一.
        let found = if lunar.is_some() || (is_lunar && !plain.starts_with("公历")) {
            Self::lunar(year, month, leap, day)
        } else if leap {
            return Err(not_a_birthday());
        } else {
            Self::solar(year, month, day)
        };
        found.ok_or_else(|| BirthdayError::NoSuchDay { text: text.trim().to_owned() })
    }
}

struct Parts {
    year: Option<i16>,
    month: u8,
    leap: bool,
    day: u8,
    /// By its words it can be of the lunar calendar only.
    is_lunar: bool,
}

/// Reads `1990-03-12`, `1990/3/12`, `03-12`, `--03-12`, and `L` before a leap month.
fn read_digits(body: &str) -> Option<Parts> {
    let body = body.strip_prefix("--").unwrap_or(body);
    let separator = if body.contains('/') { '/' } else { '-' };
    let mut parts = body.rsplit(separator);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (leap, month) = match month.strip_prefix(['L', 'l']) {
        Some(month) => (true, month),
        None => (false, month),
    };
    let year = match year {
        Some(year) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(year.parse().ok()?)
        }
        Some(_) => return None,
        None => None,
    };
    Some(Parts { year, month: two_digits(month)?, leap, day: two_digits(day)?, is_lunar: false })
}

fn two_digits(text: &str) -> Option<u8> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// Reads `[1990年][农历][闰]八月十五[日]`, in Chinese or plain digits.
fn read_chinese(body: &str) -> Option<Parts> {
    let body: String = body.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (year, rest) = match body.split_once('年') {
        Some((year, rest)) => (Some(zh_year(year)?), rest),
        None => (None, body.as_str()),
    };
    let told = ["农历", "阴历", "旧历"].iter().find_map(|word| rest.strip_prefix(word));
    let (month, day) = told.unwrap_or(rest).split_once('月')?;
    let (leap, month) = match month.strip_prefix(['闰', '閏']) {
        Some(month) => (true, month),
        None => (false, month),
    };
    let named = leap || matches!(month, "正" | "冬" | "腊" | "臘") || day.starts_with(['初', '廿']);
    let is_lunar = told.is_some() || named;
    let month = match month {
        "正" => 1,
        "冬" => 11,
        "腊" | "臘" => 12,
        number => zh_small_number(number)?,
    };
    let day = day.strip_suffix(['日', '号']).unwrap_or(day);
    let day = zh_small_number(day.strip_prefix('初').unwrap_or(day))?;
    Some(Parts { year, month: u8::try_from(month).ok()?, leap, day: u8::try_from(day).ok()?, is_lunar })
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.calendar {
            BirthdayCalendar::Solar => {}
            BirthdayCalendar::Lunar => f.write_str("lunar ")?,
        }
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{}{:02}-{:02}", if self.leap { "L" } else { "" }, self.month, self.day)
    }
}

impl Serialize for Birthday {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Birthday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
