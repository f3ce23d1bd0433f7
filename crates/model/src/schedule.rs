//! Schedules: a weekday, a day of the month, a festival or a cron pattern, with a clock time.

mod cron;

use std::fmt;

use jiff::civil::{Date, Time};

pub use self::cron::{Cron, CronField};
use crate::numeral::{half_width, nearest};
use crate::window::read_days;
use crate::{Birthday, BirthdayCalendar, DEFAULT_AT, Days, Shift, zone};

/// A clock that fires over and over, or once. Evaluated by `interpreter::calendar::schedule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// On these days, at a clock time.
    Weekly {
        /// The days.
        days: Days,
        /// The clock time.
        at: Time,
    },
    /// On one day of each month; a month that lacks it takes its last day.
    Monthly {
        /// 1 to 31; 31 is the last day of every month.
        day: u8,
        /// The clock time.
        at: Time,
    },
    /// On a date or a festival, or so long before or after it.
    Festival {
        /// The day itself.
        day: FestivalDay,
        /// How far from it.
        shift: Shift,
        /// The clock time.
        at: Time,
    },
    /// By a cron pattern.
    Cron(Cron),
}

/// A date, or a day that comes again each year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FestivalDay {
    /// This date, once.
    Once(Date),
    /// Each civil year; 29 February is 28 February in the years without it.
    Yearly {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
    },
    /// Each lunar year; the 30th of a month of 29 days is the 29th, a leap month that the year does not
    /// have is the plain month.
    Lunar {
        /// 1 to 12.
        month: u8,
        /// Whether it is a leap month.
        leap: bool,
        /// 1 to 30.
        day: u8,
    },
}

/// Why something is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// `every:` names no days.
    #[error("`{text}` is not a day: `day`, `monday`, `workdays`, `month`")]
    NotDays {
        /// What was written.
        text: String,
        /// The word that was probably meant.
        suggestion: Option<String>,
    },
    /// `every: month` without `on:`, or with something that is no day of a month.
    #[error("`every: month` needs `on:` with a day from 1 to 31 or `last`")]
    NoDayOfMonth,
    /// `on:` stands with `every:` and something other than `month`.
    #[error("`on:` goes with `every: month` only")]
    OnWithoutMonth,
    /// `on:` is neither a date nor a festival.
    #[error("`{text}` is not a day, such as `2026-09-07`, `yearly 09-10` or `lunar 08-15`")]
    NotADay {
        /// What was written.
        text: String,
    },
    /// `at:` is not a clock time.
    #[error("`{text}` is not a clock time, such as `09:00`")]
    NotATime {
        /// What was written.
        text: String,
        /// The clock time that was probably meant.
        suggestion: Option<String>,
    },
    /// Not five fields.
    #[error("a cron pattern has 5 fields (minute hour day month weekday), this one has {count}")]
    CronFields {
        /// How many there are.
        count: usize,
    },
    /// A field that cannot be read.
    #[error("`{field}` is not a {name} of a cron pattern")]
    CronField {
        /// The field as written.
        field: String,
        /// Which field it is.
        name: CronField,
    },
    /// Weekdays by number, which mean different days in different programs.
    #[error("`{field}`: write the weekday by name, such as `MON` or `MON-FRI`")]
    CronWeekdayNumber {
        /// The field as written.
        field: String,
    },
    /// Both a day of the month and a weekday.
    #[error("a day of the month together with a weekday is read as *or* by some and *and* by others")]
    CronDayAndWeekday,
    /// 30 February.
    #[error("this pattern never fires: no month of it has such a day")]
    CronNeverFires,
}

impl ScheduleError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotDays { .. } => "schedule-not-days",
            Self::NoDayOfMonth => "schedule-no-day-of-month",
            Self::OnWithoutMonth => "schedule-on-without-month",
            Self::NotADay { .. } => "schedule-not-a-day",
            Self::NotATime { .. } => "schedule-not-a-time",
            Self::CronFields { .. } => "cron-fields",
            Self::CronField { name: CronField::Minute, .. } => "cron-field-minute",
            Self::CronField { name: CronField::Hour, .. } => "cron-field-hour",
            Self::CronField { name: CronField::Day, .. } => "cron-field-day",
            Self::CronField { name: CronField::Month, .. } => "cron-field-month",
            Self::CronField { name: CronField::Weekday, .. } => "cron-field-weekday",
            Self::CronWeekdayNumber { .. } => "cron-weekday-number",
            Self::CronDayAndWeekday => "cron-day-and-weekday",
            Self::CronNeverFires => "cron-never-fires",
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotDays { text, .. } | Self::NotADay { text } | Self::NotATime { text, .. } => {
                vec![("text", text.clone())]
            }
            Self::CronFields { count } => vec![("count", count.to_string())],
            Self::CronField { field, .. } | Self::CronWeekdayNumber { field } => {
                vec![("field", field.clone())]
            }
            Self::NoDayOfMonth | Self::OnWithoutMonth | Self::CronDayAndWeekday | Self::CronNeverFires => {
                vec![]
            }
        }
    }

    /// The field of a cron pattern that it is about; `None`: the whole.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::CronField { field, .. } | Self::CronWeekdayNumber { field } => Some(field),
            Self::NotDays { .. }
            | Self::NotATime { .. }
            | Self::NoDayOfMonth
            | Self::OnWithoutMonth
            | Self::NotADay { .. }
            | Self::CronFields { .. }
            | Self::CronDayAndWeekday
            | Self::CronNeverFires => None,
        }
    }

    /// The text that was probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::NotDays { suggestion, .. } | Self::NotATime { suggestion, .. } => suggestion.as_deref(),
            Self::NoDayOfMonth
            | Self::OnWithoutMonth
            | Self::NotADay { .. }
            | Self::CronFields { .. }
            | Self::CronField { .. }
            | Self::CronWeekdayNumber { .. }
            | Self::CronDayAndWeekday
            | Self::CronNeverFires => None,
        }
    }
}

/// The words that `every:` takes, for "did you mean".
const EVERY_WORDS: [&str; 11] = [
    "day",
    "workdays",
    "weekends",
    "month",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Schedule {
    /// Reads `{every:, on:, at:}`: `every` is one word or several (`day`, `monday`, `mon-fri`, `周一`,
    /// `workdays`, `month`), `on` the day of the month, `at` a clock time, else 09:00.
    pub fn every(every: &[&str], on: Option<&str>, at: Option<&str>) -> Result<Self, ScheduleError> {
        let at = read_at(at)?;
        let words = half_width(&every.join(","));
        let words: Vec<&str> = words.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        if matches!(words.as_slice(), ["month" | "months" | "monthly" | "月" | "每月" | "每个月"]) {
            let day = on.and_then(read_day_of_month).ok_or(ScheduleError::NoDayOfMonth)?;
            return Ok(Self::Monthly { day, at });
        }
        if on.is_some() {
            return Err(ScheduleError::OnWithoutMonth);
        }
        let mut days = None;
        for word in &words {
            let more = read_days(word).ok_or_else(|| ScheduleError::NotDays {
                text: (*word).to_owned(),
                suggestion: nearest(&word.to_lowercase(), EVERY_WORDS).map(str::to_owned),
            })?;
            days = Some(
                days.map_or(Some(more), |before: Days| before.union(more))
                    .ok_or_else(|| ScheduleError::NotDays { text: words.join(","), suggestion: None })?,
            );
        }
        let days = days.ok_or_else(|| ScheduleError::NotDays { text: String::new(), suggestion: None })?;
        Ok(Self::Weekly { days, at })
    }

    /// Reads `{on:, before | after:, at:}`: a date, `yearly 09-10`, `lunar 08-15` or 农历八月十五.
    pub fn on(day: &str, shift: Shift, at: Option<&str>) -> Result<Self, ScheduleError> {
        let day = read_festival(day).ok_or_else(|| ScheduleError::NotADay { text: day.trim().to_owned() })?;
        Ok(Self::Festival { day, shift, at: read_at(at)? })
    }

    /// Reads a cron pattern of five fields.
    pub fn parse_cron(pattern: &str) -> Result<Self, ScheduleError> {
        Cron::parse(pattern).map(Self::Cron)
    }
}

fn read_at(at: Option<&str>) -> Result<Time, ScheduleError> {
    let Some(at) = at else { return Ok(DEFAULT_AT) };
    zone::parse_time(&half_width(at)).ok_or_else(|| ScheduleError::NotATime {
        text: at.trim().to_owned(),
        suggestion: zone::time_meant(at),
    })
}

fn read_day_of_month(text: &str) -> Option<u8> {
    let text = half_width(text.trim());
    if matches!(text.as_str(), "last" | "last day" | "月末" | "最后一天") {
        return Some(31);
    }
    let digits = text.strip_suffix(['日', '号']).unwrap_or(&text);
    let day: u8 = crate::numeral::zh_small_number(digits)?.try_into().ok()?;
    (1..=31).contains(&day).then_some(day)
}

fn read_festival(text: &str) -> Option<FestivalDay> {
    let text = text.trim();
    if let Some(date) = zone::parse_date(text) {
        return Some(FestivalDay::Once(date));
    }
    let yearly = ["yearly", "every year", "每年", "年"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let day: Birthday = yearly.unwrap_or(text).trim().parse().ok()?;
    if day.year().is_some() {
        // `lunar 2026-08-15` is one day, named by its lunar date.
        return if yearly.is_none() { day.civil().map(FestivalDay::Once) } else { None };
    }
    match day.calendar() {
        BirthdayCalendar::Solar => yearly.map(|_| FestivalDay::Yearly { month: day.month(), day: day.day() }),
        BirthdayCalendar::Lunar => {
            Some(FestivalDay::Lunar { month: day.month(), leap: day.is_leap_month(), day: day.day() })
        }
    }
}

impl fmt::Display for FestivalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => write!(f, "{date}"),
            Self::Yearly { month, day } => write!(f, "yearly {month:02}-{day:02}"),
            Self::Lunar { month, leap, day } => {
                write!(f, "lunar {}{month:02}-{day:02}", if *leap { "L" } else { "" })
            }
        }
    }
}

impl fmt::Display for Schedule {
    /// One line for `plan`: `every mon at 09:00`, `3 days before yearly 09-10 at 09:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |at: &Time| format!("{:02}:{:02}", at.hour(), at.minute());
        match self {
            Self::Weekly { days, at } => write!(f, "every {days} at {}", clock(at)),
            Self::Monthly { day: 31, at } => write!(f, "every month on last at {}", clock(at)),
            Self::Monthly { day, at } => write!(f, "every month on {day} at {}", clock(at)),
            Self::Festival { day, shift, at } => match shift {
                Shift::None => write!(f, "{day} at {}", clock(at)),
                Shift::Before(length) => write!(f, "{length} before {day} at {}", clock(at)),
                Shift::After(length) => write!(f, "{length} after {day} at {}", clock(at)),
            },
            Self::Cron(cron) => write!(f, "cron {cron}"),
        }
    }
}

#[cfg(test)]
mod tests;
