//! Everything a decision about one customer may rest on, and everything it may change.

use crate::{
    Assignment, Ballot, Consent, Consents, Customer, CustomerId, Enrollment, EnrollmentId, Entity, EntityId,
    EntryMemory, Event, HandOn, Medium, MovedTo, Outgoing, SendId, StepId, Suppression, Task, TaskDone,
    TraceLine, Value, VersionId, WorkflowId,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One customer, loaded. The interpreter reads it and changes it; what it changed stands in [`Changes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The customer.
    pub customer: Customer,
    /// Their entities and the shared ones they refer to, by kind and id.
    pub entities: BTreeMap<(String, EntityId), Entity>,
    /// Their events that any workflow reads, by name, in the order of events.
    pub events: BTreeMap<String, Vec<Event>>,
    /// What they allowed.
    pub consents: Consents,
    /// What is forbidden.
    pub suppressions: Vec<Suppression>,
    /// Active walks, and ended ones whose goal still counts, in no particular order.
    pub enrollments: Vec<Enrollment>,
    /// Last entries by workflow and key.
    pub memory: BTreeMap<(WorkflowId, String), EntryMemory>,
    /// Arms drawn, by workflow and split.
    pub draws: BTreeMap<(WorkflowId, String), String>,
    /// Timers that are set.
    pub timers: BTreeMap<TimerKey, Timer>,
    /// What is kept between turns beside walks.
    pub standings: BTreeMap<StandingKey, Standing>,
    /// Messages to the customer that were put into the outbox and not taken back, as far back as any cap
    /// counts, in no particular order.
    pub sent: Vec<Sent>,
}

impl Snapshot {
    /// A customer without a past.
    pub fn new(customer: Customer) -> Self {
        Self {
            customer,
            entities: BTreeMap::new(),
            events: BTreeMap::new(),
            consents: Consents::default(),
            suppressions: Vec::new(),
            enrollments: Vec::new(),
            memory: BTreeMap::new(),
            draws: BTreeMap::new(),
            timers: BTreeMap::new(),
            standings: BTreeMap::new(),
            sent: Vec::new(),
        }
    }
    /// The customer's events of a name, in order; empty where there is none.
    pub fn events_of(&self, name: &str) -> &[Event] {
        self.events.get(name).map_or(&[], Vec::as_slice)
    }
    /// Puts an event in its place in the order; one with the same id is not put in again (`false`).
    pub fn insert_event(&mut self, event: Event) -> bool {
        let list = self.events.entry(event.name.clone()).or_default();
        match list.binary_search_by(|known| known.order().cmp(&event.order())) {
            Ok(_) => false,
            Err(place) => {
                list.insert(place, event);
                true
            }
        }
    }
    /// The enrollment with this id.
    pub fn enrollment(&self, id: &EnrollmentId) -> Option<&Enrollment> {
        self.enrollments.iter().find(|enrollment| enrollment.id == *id)
    }
}

/// Which timer: one per customer, workflow and subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimerKey {
    /// The workflow whose trigger it is.
    pub workflow: WorkflowId,
    /// The entity or key it is about; empty: the customer.
    pub subject: String,
}

/// A time trigger that will fire, or be planned anew, at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// When.
    pub fire_at: Timestamp,
    /// What it was set for: the anniversary's date, or the last event's instant (as stored text), so that
    /// a firing can tell whether it still holds.
    pub basis: String,
}

/// Which standing: one per customer, kind and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandingKey {
    /// What it is about.
    pub kind: StandingKind,
    /// The segment, the score, the subject of a lead …
    pub name: String,
}

/// What a standing is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StandingKind {
    /// The customer is in the segment of this name.
    Segment,
    /// The band or re-arming of a score, by score and watcher.
    Score,
    /// What a customer is counted as in a contest of arms, by workflow and split (`drawn`, `sent`, `reached`).
    Contest,
    /// The clock of a lead that a rep was given, by entity (`deal/d1`) or empty for the customer.
    Lead,
    /// A task that is not done, by its id.
    Task,
}

impl StandingKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Segment, Self::Score, Self::Contest, Self::Lead, Self::Task];
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Score => "score",
            Self::Contest => "contest",
            Self::Lead => "lead",
            Self::Task => "task",
        }
    }
    /// The kind of a word; `None`: there is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A message to the customer that counts: its outbox row was committed, and nothing took it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Which.
    pub id: SendId,
    /// When the gate said send.
    pub at: Timestamp,
    /// Of which walk.
    pub enrollment: EnrollmentId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Of which step.
    pub step: StepId,
    /// On which channel.
    pub medium: Medium,
    /// The topic whose consent it needed; `None`: it needed none.
    pub topic: Option<String>,
    /// Only marketing counts for caps.
    pub marketing: bool,
    /// It has not left yet: what ends its walk still takes it back.
    pub open: bool,
    /// It stands for messages of several walks: the end of one of them does not stop it.
    pub shared: bool,
}

impl Sent {
    /// A message as the gate lets it go.
    pub fn of(send: &Outgoing) -> Self {
        Self {
            id: send.id.clone(),
            at: send.due_at,
            enrollment: send.enrollment.clone(),
            workflow: send.workflow.clone(),
            step: send.step.clone(),
            medium: send.medium,
            topic: send.topic.clone(),
            marketing: send.marketing,
            open: true,
            shared: send.riders.len() > 1,
        }
    }
}

/// Something kept of a customer between turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Since when.
    pub at: Timestamp,
    /// What; each kind has its own form (a word, or JSON).
    pub state: String,
}

/// What a turn changed in a snapshot, and what the shell must write or do. The snapshot holds the new
/// values; this says which of them are new.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// The customer's attributes changed.
    pub customer: bool,
    /// These entities changed.
    pub entities: BTreeSet<(String, EntityId)>,
    /// Events of ours, already applied and routed.
    pub events: Vec<Event>,
    /// Events of other customers, to be met in turns of theirs; one of somebody unknown is dropped.
    pub told: Vec<Event>,
    /// Changes of consent.
    pub consents: Vec<Consent>,
    /// New suppressions.
    pub suppressions: Vec<Suppression>,
    /// The customer was forgotten: values of these names are personal data, and go from all that is kept of
    /// the past too (`email`; of an entity `deal.contact`). Empty: they were not.
    pub forgotten: BTreeSet<String>,
    /// The list of suppressions shrank: write it anew.
    pub unsuppressed: bool,
    /// These enrollments are new or changed.
    pub enrollments: BTreeSet<EnrollmentId>,
    /// These entries were remembered.
    pub memory: BTreeSet<(WorkflowId, String)>,
    /// These arms were drawn.
    pub draws: BTreeSet<(WorkflowId, String)>,
    /// These timers were set (present in the snapshot) or taken away (absent).
    pub timers: BTreeSet<TimerKey>,
    /// These standings changed (present in the snapshot) or are over (absent).
    pub standings: BTreeSet<StandingKey>,
    /// Outbox rows.
    pub sends: Vec<Outgoing>,
    /// Due and claimed sends of these walks to be cancelled, with the reason.
    pub cancels: Vec<(EnrollmentId, String)>,
    /// Due and claimed sends to the customer to be cancelled: of this topic (`None`: of any), on this channel
    /// (`None`: on any). A withdrawn consent names a topic.
    pub cancel_topics: Vec<(Option<String>, Option<Medium>)>,
    /// New tasks.
    pub tasks: Vec<Task>,
    /// Tasks that were finished.
    pub tasks_done: Vec<TaskDone>,
    /// New assignments.
    pub assignments: Vec<Assignment>,
    /// Open tasks of the customer that go to another rep.
    pub handed_on: Vec<HandOn>,
    /// Customers counted in contests of arms.
    pub ballots: Vec<Ballot>,
    /// The decisions, in order.
    pub trace: Vec<TraceLine>,
    /// Passes per workflow, version, step and edge.
    pub counters: BTreeMap<CounterKey, i64>,
}

impl Changes {
    /// Takes back what is due of a walk, also what this very turn put into the outbox.
    pub fn cancel(&mut self, enrollment: &EnrollmentId, reason: &str) {
        self.sends.retain_mut(|send| send.without(enrollment));
        self.cancels.push((enrollment.clone(), reason.to_owned()));
    }

    /// Takes back what is due to the customer of a topic (`None`: of any) on a channel (`None`: on any).
    pub fn cancel_of(&mut self, topic: Option<&str>, medium: Option<Medium>) {
        self.sends.retain(|send| {
            let ours = send.to == crate::Recipient::Customer
                && topic.is_none_or(|topic| send.topic.as_deref() == Some(topic))
                && medium.is_none_or(|medium| send.medium == medium);
            !ours
        });
        self.cancel_topics.push((topic.map(str::to_owned), medium));
    }
}

/// A counter of the console: how many passed an edge of a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterKey {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The version.
    pub version: VersionId,
    /// The step; empty: the workflow itself.
    pub step: String,
    /// `done`, `skipped:consent`, `entered`, `refused:audience`, `exited:goal` …
    pub edge: String,
}

/// One customer's share of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The customer, loaded.
    pub snapshot: Snapshot,
    /// What is to be decided on.
    pub inputs: Vec<Input>,
}

/// Something to decide on.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A fact to apply and route.
    Event(Event),
    /// A fact to route that was applied before.
    Applied(Event),
    /// A fact of the past to apply, which starts nothing.
    History(Event),
    /// A fact of the past that was applied before: walks under way meet it, and it starts nothing.
    Late(Event),
    /// A schedule came round for this customer, or a person starts a manual workflow.
    Start {
        /// Which workflow.
        workflow: WorkflowId,
        /// The logical instant.
        at: Timestamp,
        /// `schedule`, `manual` or `launch`.
        by: String,
        /// What a person hands in; empty for schedules. Where a score starts the workflow: the fields of the
        /// entry that a test gives.
        inputs: BTreeMap<String, Value>,
    },
    /// Timers or waits are due; the turn finds them itself.
    Due,
    /// Plan the timers of this customer anew (a publish, an import).
    Plan {
        /// `at_launch: enroll_matching` workflows whose deadline is past fire now.
        launch: Vec<WorkflowId>,
    },
    /// Take what is kept (segments that a trigger watches, attributes by cases) as it stands now, telling
    /// nobody: a publish, an import, the start of a simulation.
    Keep {
        /// `at_launch: enroll_matching` workflows that admit also those who are inside already.
        launch: Vec<WorkflowId>,
    },
    /// A rep takes a lead out of the public pool.
    Claim {
        /// Who.
        rep: crate::RepId,
        /// Empty: the customer; else the entity, `deal/d1`.
        subject: String,
        /// When.
        at: Timestamp,
    },
    /// End these walks by hand.
    Exit {
        /// Which.
        enrollment: EnrollmentId,
        /// Why.
        reason: String,
    },
    /// Take this walk along into the live version (`publish --move`).
    Move {
        /// Which.
        enrollment: EnrollmentId,
        /// Where those go whose step is gone.
        moved: Arc<BTreeMap<StepId, MovedTo>>,
        /// The steps that its trace says it has passed.
        passed: BTreeSet<StepId>,
    },
}

impl Work {
    /// A customer with what is to be decided.
    pub fn new(snapshot: Snapshot, inputs: Vec<Input>) -> Self {
        Self { snapshot, inputs }
    }
    /// Whose.
    pub fn customer(&self) -> &CustomerId {
        &self.snapshot.customer.id
    }
}
