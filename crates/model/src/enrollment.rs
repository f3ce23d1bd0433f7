//! An enrollment: one customer's walk through one version of a workflow, and where it stands.

use crate::{CustomerId, EnrollmentId, EntityId, Event, StepId, Value, VersionId, WorkflowId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One walk. At any time it is in exactly one state: ready, waiting, or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrollment {
    /// Hash of (workflow, customer, key, entered at).
    pub id: EnrollmentId,
    /// Which workflow.
    pub workflow: WorkflowId,
    /// Which version; it never changes unless a publish moves it.
    pub version: VersionId,
    /// Who.
    pub customer: CustomerId,
    /// What tells parallel walks apart; empty: the customer.
    pub key: String,
    /// When it began.
    pub entered_at: Timestamp,
    /// Where it stands.
    pub state: WalkState,
    /// What it carries.
    pub walk: Walk,
    /// Until when a conversion counts, also after the end; `None`: only while it walks.
    pub goal_until: Option<Timestamp>,
    /// Counts every save, so that two workers cannot both save.
    pub rev: i64,
}

impl Enrollment {
    /// Whether it still walks.
    pub fn is_active(&self) -> bool {
        match self.state {
            WalkState::Ready { .. } | WalkState::Waiting { .. } => true,
            WalkState::Ended { .. } => false,
        }
    }
    /// The step it stands at; `None` once it has ended.
    pub fn step(&self) -> Option<&StepId> {
        match &self.state {
            WalkState::Ready { step, .. } | WalkState::Waiting { step, .. } => Some(step),
            WalkState::Ended { .. } => None,
        }
    }
    /// When it goes on by itself; `None`: ended.
    pub fn wake_at(&self) -> Option<Timestamp> {
        match &self.state {
            WalkState::Ready { since, .. } => Some(*since),
            WalkState::Waiting { wake_at, .. } => Some(*wake_at),
            WalkState::Ended { .. } => None,
        }
    }
}

/// Where a walk stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkState {
    /// To be advanced at once.
    Ready {
        /// At this step.
        step: StepId,
        /// Since when.
        since: Timestamp,
    },
    /// Rests at a step until an instant, at the latest.
    Waiting {
        /// At this step.
        step: StepId,
        /// Since when.
        since: Timestamp,
        /// Until when.
        wake_at: Timestamp,
    },
    /// Over.
    Ended {
        /// When.
        at: Timestamp,
        /// Why: `end`, `goal`, `exit_when`, `not_quiet`, an author's word …
        reason: String,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nought(number: &u8) -> bool {
    *number == 0
}

/// What a walk carries with it. Kept as JSON beside the enrollment's columns, without what is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// What started it, frozen.
    pub entry: Entry,
    /// Held out: walks the same steps, nothing leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holdout: bool,
    /// How many effects of workflows lie behind its start.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub chain: u8,
    /// `vars.*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, Value>,
    /// Instants at which message steps were done, by step and pass: no message goes twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, Timestamp>,
    /// The first due instant of the message it stands at, from which its deadline runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_due: Option<Timestamp>,
    /// The events that came, by the step that awaited them: `event.*` in its `then`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub came: BTreeMap<StepId, Entry>,
    /// Rounds of repeats begun, by step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passes: BTreeMap<StepId, u32>,
    /// Timelines under way, by step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timelines: BTreeMap<StepId, TimelineState>,
    /// Results of steps: `steps.ID.*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<StepId, BTreeMap<String, Value>>,
    /// Inside `goal.then`: what the goal was reached by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Entry>,
    /// The instant of the last conversion counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted_at: Option<Timestamp>,
    /// Windows that a `wait_until` directly before the message at hand laid on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_step: Option<StepId>,
    /// What holds the message it stands at; `None`: nothing does, or it stands at none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The walk whose `call` began this one; `None`: nobody called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// `inputs.*`: what the call handed in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Value>,
    /// The message it stands at gathers others of its template; `None`: it stands at none that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathering: Option<Gathering>,
    /// Its messages that went in another's, by step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rode: BTreeMap<StepId, Ride>,
    /// From when a `wait` right below a gathering message counts; `None`: from where the walk stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_from: Option<Timestamp>,
    /// Steps that it has passed in other versions: they are not done again, wherever they stand. Empty for
    /// walks that no publish has moved.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub behind: BTreeSet<StepId>,
}

/// Where a publish takes who stands at a step that the new version no longer has (`moved`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedTo {
    /// To this step, which goes on for the old one.
    Step(StepId),
    /// Out, with the reason `moved`.
    Exit,
}

/// A message that waits for others of its template (`combine`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    /// When it could have gone by itself.
    pub since: Timestamp,
    /// Until when it waits.
    pub until: Timestamp,
    /// It went in this one; `None`: it is still to go.
    #[serde(default)]
    pub rides: Option<Ride>,
}

/// The message of another walk in which one went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ride {
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Of which step.
    pub step: StepId,
}

/// What holds a message back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The reason's code, as in the trace: `frequency_cap`, `hold_while`, `quiet_hours` …
    pub why: String,
    /// Until when, as far as it is known.
    pub until: Timestamp,
    /// The latest instant that what has held it so far allows; `None`: the usual one.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
}

/// The walk that called another, as the called one remembers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// Which walk.
    pub enrollment: EnrollmentId,
    /// At which of its steps.
    pub step: StepId,
    /// Whether it rests there until the called walk ends; `false`: the two have no more to do with each other.
    pub waits: bool,
    /// The marketing topics of the workflows above: its messages need these consents beside their own.
    #[serde(default)]
    pub topics: BTreeSet<String>,
    /// The caller's key, where only facts of that key count; `None`: all of the customer's count.
    #[serde(default)]
    pub narrow: Option<Narrow>,
}

/// Which facts count in a keyed walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrow {
    /// Facts about an entity of this kind are told apart by its id; `None`: by the field alone.
    pub kind: Option<String>,
    /// The field that carries the key, where an event declares it.
    pub field: String,
    /// The key.
    pub value: String,
}

/// What started a walk, or came to it: an event's fields, a date, a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The event's name, or the trigger's kind (`date`, `inactive`, `schedule`, `manual`).
    pub name: String,
    /// When it happened.
    pub at: Timestamp,
    /// Its place among the events: only later ones reach a goal or a wait.
    pub received_at: Timestamp,
    /// The event's id; empty where it is no event.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event: String,
    /// The fields; `date` for dates, `from` and `to` for stages and attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// The entity that the trigger names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<(String, EntityId)>,
}

impl Entry {
    /// The entry that an event makes.
    pub fn of_event(event: &Event) -> Self {
        Self {
            name: event.name.clone(),
            at: event.at,
            received_at: event.received_at,
            event: event.id.as_str().to_owned(),
            fields: event.properties.clone(),
            entity: event.entity.clone(),
        }
    }
    /// Whether an event lies after it in the order of events.
    pub fn is_before(&self, event: &Event) -> bool {
        (self.at, self.received_at, self.event.as_str()) < (event.at, event.received_at, event.id.as_str())
    }
}

/// A timeline under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineState {
    /// The date it is planned for.
    pub date: Option<Date>,
    /// The points done or left out: the point's number, and for `again` points the date.
    #[serde(default)]
    pub done: BTreeSet<(u32, Option<Date>)>,
    /// The point whose steps are under way.
    #[serde(default)]
    pub running: Option<u32>,
    /// The date for which that point began; the timeline's own may move meanwhile.
    #[serde(default)]
    pub running_for: Option<Date>,
    /// How often the date has moved; 50 at most.
    #[serde(default)]
    pub moves: u32,
}

/// When a customer last entered a workflow under a key: outlives enrollments and versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryMemory {
    /// The last entry.
    pub entered_at: Timestamp,
}
