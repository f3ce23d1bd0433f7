//! `policies:` how often at most, for which the last places are kept, how long a message may wait.

use model::{Length, Medium};

/// The policies of a project, beside its quiet hours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// Frequency caps; every one that a message falls under must allow it.
    pub caps: Vec<Cap>,
    /// A place of every cap that is kept for what matters more.
    pub reserve: Option<Reserve>,
    /// How late a marketing message may go where its step does not say; `None`: 24 hours.
    pub wait_up_to: Option<Length>,
}

/// How many marketing messages a customer gets at most in a time. Service notices are neither counted nor
/// held.
#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    /// Only those of this topic; `None`: of any.
    pub topic: Option<String>,
    /// Only those on this channel; `None`: on any.
    pub medium: Option<Medium>,
    /// So many, at least 1 …
    pub at_most: u32,
    /// … in this time.
    pub per: CapPeriod,
    /// What becomes of a message that finds no place.
    pub over_cap: OverCap,
    /// How long after its first due instant a message may wait for a place; `None`: as long as it may wait
    /// for anything.
    pub for_at_most: Option<Length>,
}

impl Cap {
    /// The rate as a file writes it: `2 per 7 days`, `1 per day`.
    pub fn rate(&self) -> String {
        match &self.per {
            CapPeriod::Rolling(length) => {
                let length = length.to_string();
                format!("{} per {}", self.at_most, length.strip_prefix("1 ").unwrap_or(&length))
            }
            CapPeriod::CalendarDay => format!("{} per calendar_day", self.at_most),
        }
    }

    /// Whether a marketing message falls under it.
    pub fn binds(&self, topic: Option<&str>, medium: Medium) -> bool {
        self.topic.as_deref().is_none_or(|capped| topic == Some(capped))
            && self.medium.is_none_or(|capped| capped == medium)
    }
}

/// In which time a cap counts.
#[derive(Clone, Debug, PartialEq)]
pub enum CapPeriod {
    /// A message counts until so long after it: days are 24 hours, months are taken in the project's zone.
    Rolling(Length),
    /// A message counts until the end of its day on the customer's clock.
    CalendarDay,
}

/// `over_cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OverCap {
    /// It waits for a place. The default.
    #[default]
    Defer,
    /// It is left out.
    Skip,
}

/// `reserve`: messages of a lower priority leave the last place of a cap free while one of that priority is
/// foreseeable.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserve {
    /// Workflows of at least this priority have the place.
    pub priority: i64,
    /// How far ahead one looks for their messages.
    pub ahead: Length,
}
