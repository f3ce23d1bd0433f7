//! Why a text is no window.

use crate::numeral::nearest;
use crate::zone::time_meant;

/// The words for days, for "did you mean".
const DAY_WORDS: [&str; 9] =
    ["workdays", "weekends", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Why a text is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Nothing was written.
    #[error("a window is missing, such as `10:00-20:00 workdays`")]
    Empty,
    /// A part that is neither days nor a time of the day.
    #[error("`{part}` is neither days nor a time of the day, such as `mon-fri` or `10:00-20:00`")]
    NotAPart {
        /// The part.
        part: String,
    },
    /// `25:00` or `9:60`.
    #[error("`{part}` is not a clock time")]
    NoSuchTime {
        /// The part.
        part: String,
    },
    /// It starts and ends at one time.
    #[error("`{part}` starts and ends at the same time; the whole day is `00:00-24:00`")]
    NoLength {
        /// The part.
        part: String,
    },
    /// Quiet hours or working hours that never end.
    #[error("`{text}` never ends")]
    NeverEnds {
        /// What was written.
        text: String,
    },
}

impl WindowError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Empty => "window-empty",
            Self::NotAPart { .. } => "window-not-a-part",
            Self::NoSuchTime { .. } => "window-no-such-time",
            Self::NoLength { .. } => "window-no-length",
            Self::NeverEnds { .. } => "window-never-ends",
        }
    }

    /// What was probably meant by the part that cannot be read: `21:00-09:00` for `9pm-9am`, `workdays` for
    /// `weekdays`.
    pub fn suggestion(&self) -> Option<String> {
        let part = match self {
            Self::NotAPart { part } | Self::NoSuchTime { part } => part,
            Self::Empty | Self::NoLength { .. } | Self::NeverEnds { .. } => return None,
        };
        if let Some((start, end)) = part.split_once(['-', '~']) {
            return Some(format!("{}-{}", time_meant(start)?, time_meant(end)?));
        }
        if matches!(part.as_str(), "weekdays" | "weekday" | "businessdays" | "工作时间" | "平日") {
            return Some("workdays".to_owned());
        }
        nearest(part, DAY_WORDS).map(str::to_owned)
    }

    /// The part that cannot be read, in small letters and half-width; `None`: the whole.
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::NotAPart { part } | Self::NoSuchTime { part } | Self::NoLength { part } => Some(part),
            Self::Empty | Self::NeverEnds { .. } => None,
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty => vec![],
            Self::NotAPart { part } | Self::NoSuchTime { part } | Self::NoLength { part } => {
                vec![("part", part.clone())]
            }
            Self::NeverEnds { text } => vec![("text", text.clone())],
        }
    }
}
