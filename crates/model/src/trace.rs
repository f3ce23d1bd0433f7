//! A trace line: one decision about one customer, with its reason. The same in live runs, in simulation,
//! in tests and in `why`. It holds codes and values; words are made at the edge.

use crate::{CustomerId, EnrollmentId, StepId, VersionId, WorkflowId};
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a trace line reports on: `enroll`, `exit`, or the verb of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// Entering (or being refused).
    Enroll,
    /// Leaving.
    Exit,
    /// `email:`
    Email,
    /// `sms:`
    Sms,
    /// `message:`
    Message,
    /// `webhook:`
    Webhook,
    /// `notify:`
    Notify,
    /// `set:`
    Set,
    /// `tag:`
    Tag,
    /// `untag:`
    Untag,
    /// `add_score:`
    AddScore,
    /// `move_stage:`
    MoveStage,
    /// `consent:`
    Consent,
    /// `suppress:`
    Suppress,
    /// `unsuppress:`
    Unsuppress,
    /// `record:`
    Record,
    /// `forget:`
    Forget,
    /// `assign:`
    Assign,
    /// `unassign:`
    Unassign,
    /// `task:`
    Task,
    /// What became of a lead: accepted, refused, contacted, postponed, pooled, claimed.
    Lead,
    /// `wait:`
    Wait,
    /// `wait_until:`
    WaitUntil,
    /// `wait_for_date:`
    WaitForDate,
    /// `wait_for:`
    WaitFor,
    /// `timeline:`
    Timeline,
    /// `if:`
    If,
    /// `choose:`
    Choose,
    /// `split:`
    Split,
    /// `repeat:`
    Repeat,
    /// `call:`
    Call,
    /// A goal reached after the walk had ended, inside its window.
    Goal,
    /// A publish took the walk along into a new version.
    Move,
}

impl Did {
    /// Every kind, in the order of this list.
    pub const ALL: [Self; 33] = [
        Self::Enroll,
        Self::Exit,
        Self::Email,
        Self::Sms,
        Self::Message,
        Self::Webhook,
        Self::Notify,
        Self::Set,
        Self::Tag,
        Self::Untag,
        Self::AddScore,
        Self::MoveStage,
        Self::Consent,
        Self::Suppress,
        Self::Unsuppress,
        Self::Record,
        Self::Forget,
        Self::Assign,
        Self::Unassign,
        Self::Task,
        Self::Lead,
        Self::Wait,
        Self::WaitUntil,
        Self::WaitForDate,
        Self::WaitFor,
        Self::Timeline,
        Self::If,
        Self::Choose,
        Self::Split,
        Self::Repeat,
        Self::Call,
        Self::Goal,
        Self::Move,
    ];

    /// The word in files, traces and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enroll => "enroll",
            Self::Exit => "exit",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Message => "message",
            Self::Webhook => "webhook",
            Self::Notify => "notify",
            Self::Set => "set",
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::AddScore => "add_score",
            Self::MoveStage => "move_stage",
            Self::Consent => "consent",
            Self::Suppress => "suppress",
            Self::Unsuppress => "unsuppress",
            Self::Record => "record",
            Self::Forget => "forget",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::Task => "task",
            Self::Lead => "lead",
            Self::Wait => "wait",
            Self::WaitUntil => "wait_until",
            Self::WaitForDate => "wait_for_date",
            Self::WaitFor => "wait_for",
            Self::Timeline => "timeline",
            Self::If => "if",
            Self::Choose => "choose",
            Self::Split => "split",
            Self::Repeat => "repeat",
            Self::Call => "call",
            Self::Goal => "goal",
            Self::Move => "move",
        }
    }

    /// The kind of this word; `None`: no such word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|did| did.as_str() == word)
    }

    /// Whether it is something done (a message, a change, an assignment), not a pause or a branch.
    pub fn is_effect(self) -> bool {
        match self {
            Self::Email
            | Self::Sms
            | Self::Message
            | Self::Webhook
            | Self::Notify
            | Self::Set
            | Self::Tag
            | Self::Untag
            | Self::AddScore
            | Self::MoveStage
            | Self::Consent
            | Self::Suppress
            | Self::Unsuppress
            | Self::Record
            | Self::Forget
            | Self::Assign
            | Self::Unassign
            | Self::Task
            | Self::Exit => true,
            Self::Enroll
            | Self::Lead
            | Self::Wait
            | Self::WaitUntil
            | Self::WaitForDate
            | Self::WaitFor
            | Self::Timeline
            | Self::If
            | Self::Choose
            | Self::Split
            | Self::Repeat
            | Self::Call
            | Self::Goal
            | Self::Move => false,
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was left out, for the reason given; the walk goes on.
    Skipped,
    /// It waits for a reason of the gate, until the instant given.
    Deferred,
    /// It rests, until the instant given at the latest.
    Waits,
    /// The walk began.
    Entered,
    /// The walk ended.
    Exited,
    /// The walk did not begin, for the reason given.
    Refused,
}

impl Outcome {
    /// The word in traces and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Deferred => "deferred",
            Self::Waits => "waits",
            Self::Entered => "entered",
            Self::Exited => "exited",
            Self::Refused => "refused",
        }
    }

    /// The outcome of this word; `None`: no such word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Skipped, Self::Deferred, Self::Waits, Self::Entered, Self::Exited, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// One decision.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLine {
    /// The logical instant of the decision (rules.md §2.2).
    pub at: Timestamp,
    /// The customer's offset from UTC at that instant.
    pub offset: Offset,
    /// About whom.
    pub customer: CustomerId,
    /// By which workflow.
    pub workflow: WorkflowId,
    /// In which version.
    pub version: VersionId,
    /// In which walk; `None` where it did not begin.
    pub enrollment: Option<EnrollmentId>,
    /// At which step; `None` on entering and leaving.
    pub step: Option<StepId>,
    /// What kind of thing.
    pub did: Did,
    /// Its object: a template, a team, a title, a condition's text …
    pub what: String,
    /// How it went.
    pub outcome: Outcome,
    /// Until when it waits or is deferred.
    pub until: Option<Timestamp>,
    /// The customer's offset from UTC at `until`; where there is none, that of `at`.
    pub until_offset: Offset,
    /// The stable code of why (`quiet_hours`); for an exit by a step, the author's word.
    pub reason: Option<String>,
    /// The values the decision rests on, by name.
    pub values: BTreeMap<String, serde_json::Value>,
}

impl TraceLine {
    /// An instant on the customer's clock, as far as the line knows it: `until` has an offset of its own, for a
    /// wait may go across a change of the clocks.
    pub fn zoned(&self, instant: Timestamp) -> Zoned {
        let offset = if self.until == Some(instant) { self.until_offset } else { self.offset };
        instant.to_zoned(offset.to_time_zone())
    }

    /// The instant as the customer's clock showed it: `2026-03-02T09:00:00+08:00`.
    pub fn local(&self, instant: Timestamp) -> String {
        let zoned = self.zoned(instant);
        let millis = if instant.subsec_millisecond() == 0 {
            "%Y-%m-%dT%H:%M:%S%:z"
        } else {
            "%Y-%m-%dT%H:%M:%S%.3f%:z"
        };
        zoned.strftime(millis).to_string()
    }

    /// The exchange form (product.md), with the words of `because` made by the caller.
    pub fn to_json(&self, because: &str) -> serde_json::Value {
        let mut map = serde_json::Map::new();
        let mut put = |key: &str, value: serde_json::Value| {
            map.insert(key.to_owned(), value);
        };
        put("at", self.local(self.at).into());
        put("customer", self.customer.as_str().into());
        put("workflow", self.workflow.as_str().into());
        put("version", self.version.as_str().into());
        put("enrollment", self.enrollment.as_ref().map(|id| id.as_str().to_owned()).into());
        put("step", self.step.as_ref().map(|id| id.as_str().to_owned()).into());
        put("did", self.did.as_str().into());
        put("what", self.what.clone().into());
        put("outcome", self.outcome.as_str().into());
        put("until", self.until.map(|until| self.local(until)).into());
        put("reason", self.reason.clone().into());
        put("because", because.into());
        put("values", self.values.clone().into_iter().collect::<serde_json::Map<_, _>>().into());
        serde_json::Value::Object(map)
    }
}
