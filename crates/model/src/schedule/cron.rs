//! Cron patterns of five fields, read by the `cron` crate and kept as plain sets.

use std::fmt;
use std::str::FromStr;

use ::cron::TimeUnitSpec;

use super::ScheduleError;
use crate::window::{Days, read_days};

/// A checked cron pattern that fires some day. Evaluated over the clock on the wall, see
/// `interpreter::calendar::schedule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: Vec<i8>,
    hours: Vec<i8>,
    days: Vec<i8>,
    months: Vec<i8>,
    weekdays: Days,
}

/// A field of a cron pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronField {
    /// Minutes of the hour.
    Minute,
    /// Hours of the day.
    Hour,
    /// Days of the month.
    Day,
    /// Months of the year.
    Month,
    /// Days of the week.
    Weekday,
}

impl Cron {
    /// Reads `minute hour day month weekday`, weekdays by name.
    pub fn parse(pattern: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(ScheduleError::CronFields { count: fields.len() });
        };
        let weekdays = read_weekdays(weekday)?;
        if weekdays != Days::Every && !is_any(day) {
            return Err(ScheduleError::CronDayAndWeekday);
        }
        let cron = Self {
            text: fields.join(" "),
            minutes: ordinals(read_alone(minute, CronField::Minute)?.minutes()),
            hours: ordinals(read_alone(hour, CronField::Hour)?.hours()),
            days: ordinals(read_alone(day, CronField::Day)?.days_of_month()),
            months: ordinals(read_alone(month, CronField::Month)?.months()),
            weekdays,
        };
        if cron.fires() { Ok(cron) } else { Err(ScheduleError::CronNeverFires) }
    }

    /// Everything that is wrong with a pattern, field by field; empty where [`Cron::parse`] reads it.
    pub fn mistakes(pattern: &str) -> Vec<ScheduleError> {
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let names = [CronField::Minute, CronField::Hour, CronField::Day, CronField::Month];
        let all = fields.iter().zip(names).filter_map(|(field, name)| read_alone(field, name).err());
        let weekday = fields.get(4).and_then(|field| read_weekdays(field).err());
        let found: Vec<ScheduleError> = all.chain(weekday).collect();
        match Self::parse(pattern) {
            Err(whole) if found.is_empty() || fields.len() != 5 => vec![whole],
            Ok(_) | Err(_) => found,
        }
    }

    /// Whether some month of the pattern has some day of it, in a leap year.
    fn fires(&self) -> bool {
        let longest = |month: i8| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let day_exists = self.months.iter().any(|month| self.days.iter().any(|day| *day <= longest(*month)));
        day_exists && !self.hours.is_empty() && !self.minutes.is_empty()
    }

    /// Minutes of the hour, rising.
    pub fn minutes(&self) -> &[i8] {
        &self.minutes
    }

    /// Hours of the day, rising.
    pub fn hours(&self) -> &[i8] {
        &self.hours
    }

    /// Whether it fires in every hour of its days, so that it follows elapsed time where the clock
    /// jumps.
    pub fn is_hourly(&self) -> bool {
        self.hours.len() == 24
    }

    /// Whether it fires on a date.
    pub fn includes(&self, date: jiff::civil::Date) -> bool {
        self.months.contains(&date.month())
            && self.days.contains(&date.day())
            && match self.weekdays {
                Days::Every => true,
                Days::Weekdays(set) => set.contains(date.weekday()),
                // A cron pattern cannot say working days.
                Days::Workdays => false,
            }
    }
}

fn ordinals(unit: &impl TimeUnitSpec) -> Vec<i8> {
    unit.iter().filter_map(|ordinal| i8::try_from(ordinal).ok()).collect()
}

fn is_any(field: &str) -> bool {
    matches!(field, "*" | "?")
}

fn bad_field(field: &str, name: CronField) -> ScheduleError {
    ScheduleError::CronField { field: field.to_owned(), name }
}

/// Reads one field with the others open, so that a mistake names its field.
fn read_alone(field: &str, name: CronField) -> Result<::cron::Schedule, ScheduleError> {
    let of = |this: CronField| if this == name { field } else { "*" };
    let (minute, hour) = (of(CronField::Minute), of(CronField::Hour));
    let pattern = format!("0 {minute} {hour} {} {} *", of(CronField::Day), of(CronField::Month));
    ::cron::Schedule::from_str(&pattern).map_err(|_| bad_field(field, name))
}

fn read_weekdays(field: &str) -> Result<Days, ScheduleError> {
    if is_any(field) {
        return Ok(Days::Every);
    }
    if field.contains(|letter: char| letter.is_ascii_digit()) {
        return Err(ScheduleError::CronWeekdayNumber { field: field.to_owned() });
    }
    let mut all: Option<Days> = None;
    for part in field.split(',') {
        let days = read_days(part).filter(|days| *days != Days::Workdays);
        let days = days.ok_or_else(|| bad_field(field, CronField::Weekday))?;
        all = match all {
            None => Some(days),
            Some(before) => before.union(days),
        };
    }
    all.ok_or_else(|| bad_field(field, CronField::Weekday))
}

impl fmt::Display for CronField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        })
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
