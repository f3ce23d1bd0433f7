//! Why a text is not a length of time, and what was probably meant.

/// Why a text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LengthError {
    /// Nothing was written.
    #[error("a length of time is missing, such as `3 days`")]
    Empty,
    /// `3` of what.
    #[error("`{number}` of what? A unit is missing: did you mean `{suggestion}`?")]
    NoUnit {
        /// The bare number.
        number: String,
        /// The same with the likeliest unit.
        suggestion: String,
    },
    /// A word that is no unit; with the whole text as it was probably meant.
    #[error("`{unit}` is not a unit of time{}", did_you_mean(suggestion.as_deref()))]
    UnknownUnit {
        /// The word.
        unit: String,
        /// The whole text, mended.
        suggestion: Option<String>,
    },
    /// Not numbers with units at all.
    #[error("`{text}` is not a length of time")]
    NotALength {
        /// What was written.
        text: String,
    },
    /// `1.5 days`: calendar units come whole; or finer than a millisecond.
    #[error("`{text}` is not whole: only hours, minutes and seconds may have a fraction")]
    NotWhole {
        /// The number and its unit.
        text: String,
    },
    /// `一个半月`: some months are longer than others.
    #[error("`{text}`: half a month is of no one length: did you mean `{suggestion}`?")]
    HalfMonth {
        /// What was written.
        text: String,
        /// The same in days, by months of 30.
        suggestion: String,
    },
    /// `-3 days`.
    #[error("`{text}` is negative")]
    Negative {
        /// What was written.
        text: String,
    },
    /// More than a hundred years.
    #[error("`{text}` is longer than 100 years")]
    TooLong {
        /// What was written.
        text: String,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"))
}

impl LengthError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Empty => "length-empty",
            Self::NoUnit { .. } => "length-no-unit",
            Self::UnknownUnit { .. } => "length-unknown-unit",
            Self::NotALength { .. } => "length-not-a-length",
            Self::NotWhole { .. } => "length-not-whole",
            Self::HalfMonth { .. } => "length-half-month",
            Self::Negative { .. } => "length-negative",
            Self::TooLong { .. } => "length-too-long",
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty => vec![],
            Self::NoUnit { number, .. } => vec![("number", number.clone())],
            Self::UnknownUnit { unit, .. } => vec![("unit", unit.clone())],
            Self::NotALength { text }
            | Self::NotWhole { text }
            | Self::HalfMonth { text, .. }
            | Self::Negative { text }
            | Self::TooLong { text } => vec![("text", text.clone())],
        }
    }

    /// The text that was probably meant, for "did you mean" and `check --fix`.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::NoUnit { suggestion, .. } | Self::HalfMonth { suggestion, .. } => Some(suggestion),
            Self::UnknownUnit { suggestion, .. } => suggestion.as_deref(),
            Self::Empty
            | Self::NotALength { .. }
            | Self::NotWhole { .. }
            | Self::Negative { .. }
            | Self::TooLong { .. } => None,
        }
    }
}
