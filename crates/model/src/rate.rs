//! How often something may be done: so many times a second, minute, hour and day.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// Mailbox providers that are known by name : `qq` with foxmail, `163` with 126 and yeah.
pub const MAILBOXES: [&str; 6] = ["gmail", "outlook", "yahoo", "qq", "163", "icloud"];

/// Limits that hold together. Without any, nothing is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// In any stretch of one second; `None`: any number.
    pub per_second: Option<NonZeroU32>,
    /// In any stretch of 60 seconds; `None`: any number.
    pub per_minute: Option<NonZeroU32>,
    /// In any stretch of 60 minutes; `None`: any number.
    pub per_hour: Option<NonZeroU32>,
    /// In any stretch of 24 hours; `None`: any number.
    pub per_day: Option<NonZeroU32>,
}

impl Rate {
    /// So many times a minute.
    pub const fn per_minute(most: NonZeroU32) -> Self {
        Self { per_second: None, per_minute: Some(most), per_hour: None, per_day: None }
    }

    /// Each limit with the stretch that it is for, from the shortest; `None`: there is no such limit.
    pub fn limits(&self) -> [(Option<NonZeroU32>, SignedDuration); 4] {
        [
            (self.per_second, SignedDuration::from_secs(1)),
            (self.per_minute, SignedDuration::from_secs(60)),
            (self.per_hour, SignedDuration::from_hours(1)),
            (self.per_day, SignedDuration::from_hours(24)),
        ]
    }

    /// Whether nothing is limited.
    pub fn is_free(&self) -> bool {
        self.limits().iter().all(|(most, _)| most.is_none())
    }
}
