//! Tests inside workflow files: what is given, what must come, what must never come.

use crate::source::Span;
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Did, Length, Medium, Outcome, RepId, Value, WorkflowId};
use std::collections::BTreeMap;

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// Its name, a sentence.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The instant at which it begins.
    pub clock: Timestamp,
    /// The IANA name of the project's and the customers' zone in this test.
    pub zone: String,
    /// The customers by name; a test with one customer calls it `customer`.
    pub customers: Vec<TestCustomer>,
    /// They stand under `customers:`, where a line that names nobody may be for everybody.
    pub many: bool,
    /// The fields of what starts the walk, per customer name; may carry its own instant.
    pub entries: Vec<TestEntry>,
    /// Facts before the clock.
    pub history: Vec<TestFact>,
    /// Facts from the clock on.
    pub events: Vec<TestFact>,
    /// What is handed in to a workflow that is called or started by hand.
    pub inputs: BTreeMap<String, Value>,
    /// What webhooks are answered, by step: status and JSON body of one try after the other.
    pub replies: BTreeMap<String, Vec<(u16, String)>>,
    /// What is known of reps at the clock, by their id.
    pub reps: BTreeMap<String, TestRep>,
    /// The arms that are fixed: split name → way; `holdout` → `true`.
    pub pick: BTreeMap<String, String>,
    /// An ordered part of the trace.
    pub expect: Vec<Expected>,
    /// `expect` lists every effect.
    pub exactly: bool,
    /// What must not be in the trace.
    pub never: Vec<Expected>,
}

/// A file of tests of several workflows and customers on one clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// The name people read; the name where the file gives none.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// The workflows that run in it.
    pub workflows: Vec<WorkflowId>,
    /// Its tests.
    pub tests: Vec<TestCase>,
}

/// A customer of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCustomer {
    /// The name in this test.
    pub name: String,
    /// Attributes, checked against the model.
    pub attributes: BTreeMap<String, Value>,
    /// Attributes of the things it refers to: `company: {name: …}` → (`company`, its fields).
    pub references: BTreeMap<String, BTreeMap<String, Value>>,
    /// Attributes of which the test says that they are unknown (`phone:` and nothing behind it).
    pub unknown: Vec<String>,
    /// Topics for which consent is withdrawn or never given (`consent: none` or `{marketing: false}`), and on
    /// which channel; `None`: on every one.
    pub refuses: Vec<(String, Option<Medium>)>,
    /// Further entities of the customer: kind, id, fields.
    pub entities: Vec<(String, String, BTreeMap<String, Value>)>,
}

/// A rep of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestRep {
    /// Open leads: assigned and in no end stage.
    pub open: i64,
    /// On leave.
    pub away: bool,
    /// The name people read; `None`: the id.
    pub name: Option<String>,
}

/// What starts the walk.
#[derive(Clone, Debug, PartialEq)]
pub struct TestEntry {
    /// Whose.
    pub customer: String,
    /// The line names nobody, and the test has its customers under `customers:`: it starts whom `to` names.
    pub to_all: bool,
    /// Of which workflow.
    pub workflow: String,
    /// When, before the clock too; `None`: at the clock.
    pub at: Option<Timestamp>,
    /// The event's fields, or the trigger entity's as `(kind, field)`.
    pub fields: BTreeMap<String, Value>,
    /// Fields of entities: (kind, field) → value.
    pub entity: BTreeMap<(String, String), Value>,
    /// Where it stands.
    pub span: Span,
}

/// Something that happens in a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestFact {
    /// To whom.
    pub customer: String,
    /// The line names nobody, and the test has its customers under `customers:`: an event to everybody, if it
    /// can be one.
    pub to_all: bool,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Fact,
    /// Which entity of a kind is meant (`deal.id: D2`), where the customer has several.
    pub ids: BTreeMap<String, String>,
    /// Where it stands.
    pub span: Span,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// An event arrives.
    Event {
        /// Its name.
        name: String,
        /// Its fields.
        properties: BTreeMap<String, Value>,
    },
    /// Attributes of the customer (`None` as kind) or of an entity change.
    Set(Vec<(Option<String>, String, Option<Value>)>),
    /// A stage changes.
    Stage {
        /// Of which entity; `None`: of the customer.
        of: Option<String>,
        /// Where to.
        to: String,
    },
    /// Consent is withdrawn or granted.
    Consent {
        /// The topic.
        topic: String,
        /// On which channel; `None`: on every one.
        medium: Option<Medium>,
        /// Granted, or withdrawn.
        granted: bool,
    },
    /// A tag comes, or goes.
    Tag {
        /// The tag.
        tag: String,
        /// It comes.
        present: bool,
    },
    /// A person starts a `manual` workflow for them.
    Start,
    /// A workflow is held.
    Pause {
        /// Which.
        workflow: WorkflowId,
    },
    /// A workflow that is held goes on.
    Resume {
        /// Which.
        workflow: WorkflowId,
    },
    /// A rep claims them from the public pool.
    Claim {
        /// Who.
        rep: RepId,
    },
    /// Another customer turns out to be this one.
    Merge {
        /// The name of the other one.
        other: String,
    },
}

/// A line that the trace must, or must never, have. What is `None` is not compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Where it stands.
    pub span: Span,
    /// When.
    pub when: Option<ExpectedTime>,
    /// The kind of thing.
    pub did: Did,
    /// Its object; `None`: any.
    pub what: Option<String>,
    /// How it went; `None`: done (for an exit: exited, for `enroll`: entered, for a wait: waits).
    pub outcome: Option<Outcome>,
    /// The reason's code.
    pub reason: Option<String>,
    /// The enrollment's key.
    pub key: Option<String>,
    /// Whose line.
    pub customer: Option<String>,
    /// Of which workflow.
    pub workflow: Option<String>,
    /// The rep of an assignment, a task or a notice.
    pub rep: Option<String>,
    /// The due instant of a task.
    pub due: Option<ExpectedTime>,
    /// The rendered subject.
    pub subject: Option<String>,
}

/// When an expected line must stand.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedTime {
    /// At this instant.
    Instant(Timestamp),
    /// At any instant of this day, in the test's zone.
    Day(Date),
    /// So long after the clock.
    After(Length),
}
