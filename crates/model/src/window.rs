//! Times of the day on some days: quiet hours, `wait_until` and working hours.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod days;
mod error;
mod read;

pub(crate) use days::read_days;
pub use days::{Days, WeekdaySet};
pub use error::WindowError;

const DAY_MINUTES: u16 = 24 * 60;

/// A time of the day on some days: `[start, end)`. Where it ends at or before it starts it runs across
/// midnight and belongs to the day it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    days: Days,
    start: u16,
    end: u16,
}

impl Window {
    /// The days on which it starts.
    pub const fn days(&self) -> Days {
        self.days
    }

    /// Minutes after midnight at which it opens, 0 to 1439.
    pub const fn start_minute(&self) -> u16 {
        self.start
    }

    /// Minutes after midnight at which it closes, 1 to 1440, counted on the next day where it
    /// [crosses midnight](Self::crosses_midnight).
    pub const fn end_minute(&self) -> u16 {
        self.end
    }

    /// How long it is open, in milliseconds, on a day without a change of the clock.
    pub fn length_ms(&self) -> i64 {
        let day = if self.crosses_midnight() { 1_440 } else { 0 };
        (i64::from(self.end) + day - i64::from(self.start)) * 60_000
    }

    /// Whether it is open from midnight to midnight.
    pub const fn is_whole_day(&self) -> bool {
        self.start == 0 && self.end == DAY_MINUTES
    }

    /// Whether it closes on the day after the one it opens on.
    pub const fn crosses_midnight(&self) -> bool {
        self.end < self.start
    }
}

/// One or more windows; open while one of them is. Never empty. The text form reads back to the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Windows(Vec<Window>);

impl Windows {
    /// Each window, in the order written.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.0.iter()
    }

    /// The same times, with `every day` read as working days: `hours: 09:00-18:00` of a calendar.
    #[must_use]
    pub fn on_workdays(&self) -> Self {
        let narrowed = |window: &Window| match window.days {
            Days::Every => Window { days: Days::Workdays, ..*window },
            Days::Workdays | Days::Weekdays(_) => *window,
        };
        Self(self.0.iter().map(narrowed).collect())
    }

    /// Nine to six on working days: the hours of a calendar that says none.
    pub fn office_hours() -> Self {
        Self(vec![Window { days: Days::Workdays, start: 9 * 60, end: 18 * 60 }])
    }

    /// Reads quiet hours: as any windows, but together they must leave some minute of the week free.
    pub fn parse_quiet(text: &str) -> Result<Self, WindowError> {
        let windows: Self = text.parse()?;
        if windows.fill_the_week() {
            return Err(WindowError::NeverEnds { text: text.trim().to_owned() });
        }
        Ok(windows)
    }

    fn fill_the_week(&self) -> bool {
        let day = usize::from(DAY_MINUTES);
        let mut free = vec![true; 7 * day];
        for window in &self.0 {
            let (start, end) = (usize::from(window.start), usize::from(window.end));
            let length = if window.crosses_midnight() { end + day - start } else { end - start };
            for weekday in 0..7 {
                let opens = match window.days {
                    Days::Every => true,
                    Days::Workdays => weekday < 5,
                    Days::Weekdays(set) => set.has(weekday),
                };
                let first = weekday * day + start;
                for minute in (first..first + length).filter(|_| opens) {
                    if let Some(free) = free.get_mut(minute % (7 * day)) {
                        *free = false;
                    }
                }
            }
        }
        !free.contains(&true)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole_day = self.is_whole_day();
        if !whole_day || self.days == Days::Every {
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            write!(f, "{}-{}", clock(self.start), clock(self.end))?;
        }
        let space = if whole_day { "" } else { " " };
        match self.days {
            Days::Every => Ok(()),
            Days::Workdays => write!(f, "{space}workdays"),
            Days::Weekdays(WeekdaySet::WEEKEND) => write!(f, "{space}weekends"),
            Days::Weekdays(set) => write!(f, "{space}{set}"),
        }
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&words.join("; "))
    }
}

impl Serialize for Windows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Windows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
