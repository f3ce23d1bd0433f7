//! What starts an enrollment.

use crate::condition::{Condition, Path};
use crate::step::WaitLength;
use model::{DateRule, Length, Schedule, Value};

/// A workflow has exactly one.
#[derive(Clone, Debug, PartialEq)]
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
        /// From this value; `None`: from any.
        from: Option<Value>,
        /// To this value; `None`: to any.
        to: Option<Value>,
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
    /// A clock or a festival, over the audience.
    Schedule(Schedule),
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

/// `date:`.
#[derive(Clone, Debug, PartialEq)]
pub struct DateTrigger {
    /// The date: an attribute of the customer or of an entity.
    pub of: Path,
    /// How it comes round, how far from it and at what time of the customer's day (default 09:00).
    pub rule: DateRule,
}
