//! What starts an enrollment.

use crate::condition::{Condition, Path};
use crate::library::Scoring;
use crate::step::WaitLength;
use jiff::tz::TimeZone;
use model::{DateRule, Decimal, Length, Schedule, Value};

/// A workflow has exactly one.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a workflow has exactly one")]
pub enum Trigger {
    /// An event of that name arrives.
    Event {
        /// Its name.
        name: String,
        /// Only those for which this holds; `event.*` is the candidate.
        when: Option<Condition>,
        /// Fires once nothing of it came for that long, per key.
        settles: Option<Length>,
        /// An event without a customer reaches everybody for whom this holds; `None`: it reaches nobody.
        to: Option<Condition>,
    },
    /// An entity, or the customer, moves between stages.
    Stage {
        /// Of what.
        of: Subject,
        /// From one of these; empty: from any.
        from: Vec<String>,
        /// To one of these; empty: to any.
        to: Vec<String>,
    },
    /// A field changes.
    Attribute {
        /// Of what.
        of: Subject,
        /// Which.
        attribute: String,
        /// From one of these values; empty: from any.
        from: Vec<Value>,
        /// To one of these values; empty: to any.
        to: Vec<Value>,
    },
    /// Birthdays, anniversaries, renewals: anchored to the date, re-planned when it changes.
    Date(DateTrigger),
    /// None of these events for that long.
    Inactive {
        /// The events.
        no: Vec<String>,
        /// How long; a computed length that is unknown of a customer never passes.
        length: WaitLength,
    },
    /// A customer comes into a segment, or falls out of it.
    Segment {
        /// Its name.
        name: String,
        /// Which way.
        crossing: Crossing,
    },
    /// A score comes up to a level.
    Score(ScoreTrigger),
    /// A clock or a festival, over the audience.
    Schedule(ScheduleTrigger),
    /// A person or the API.
    Manual,
    /// A `call` of another workflow, and nothing else.
    Called,
}

/// Which way the edge of a segment is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// Into it.
    Enters,
    /// Out of it.
    Leaves,
}

/// Of what a stage or an attribute is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The customer.
    Customer,
    /// An entity of this kind.
    Entity(String),
}

/// `late` and `max_lateness`: what becomes of a firing that downtime made late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// Handled later than this after its instant it counts as missed; `None`: 24 hours.
    pub most: Option<Length>,
    /// What is late at all counts as missed.
    pub skip: bool,
}

/// `date:`.
#[derive(Clone, Debug, PartialEq)]
pub struct DateTrigger {
    /// The date: an attribute of the customer or of an entity.
    pub of: Path,
    /// How it comes round, how far from it and at what time of the customer's day (default 09:00).
    pub rule: DateRule,
    /// How late it may fire.
    pub late: Lateness,
}

/// `score:`. It fires when the score comes up to the level, and again only once it has been below the
/// re-arm level in between.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreTrigger {
    /// Which score.
    pub of: String,
    /// What it comes up to.
    pub reaches: Reaches,
    /// Below this it is armed again; `None`: the level less the score's `stay`.
    pub rearm: Option<Decimal>,
}

/// A level of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaches {
    /// The edge of a band.
    Band(String),
    /// So many points.
    Points(Decimal),
}

impl ScoreTrigger {
    /// The level, and the one below which it is armed again. `None`: the score or its band is gone.
    pub fn levels(&self, scoring: &Scoring) -> Option<(Decimal, Decimal)> {
        let level = match &self.reaches {
            Reaches::Points(points) => *points,
            Reaches::Band(band) => scoring.bands.iter().find(|(name, _)| name == band)?.1,
        };
        let rearm = self.rearm.or_else(|| level.checked_sub(scoring.stay)).unwrap_or(level);
        Some((level, rearm))
    }
}

impl std::fmt::Display for Reaches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Band(band) => f.write_str(band),
            Self::Points(points) => write!(f, "{points}"),
        }
    }
}

/// `schedule:` when, and by whose clock.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleTrigger {
    /// When.
    pub rule: Schedule,
    /// By whose clock.
    pub zone: ScheduleZone,
    /// How late it may fire.
    pub late: Lateness,
}

/// By whose clock a schedule comes round.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ScheduleZone {
    /// The project's: one instant for all.
    #[default]
    Project,
    /// The clock of this zone: one instant for all.
    Named(TimeZone),
    /// Each customer's own: everybody at their own instant.
    Customer,
}
