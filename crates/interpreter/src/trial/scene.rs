//! The scene of a test: who is there, which reps are known, what starts the walks, and until when it is
//! watched.

use crate::calendar::add::add;
use crate::pause::Pause;
use crate::world::People;
use dsl::library::Library;
use dsl::test_case::{ExpectedTime, Fact, TestCase, TestCustomer, TestEntry, TestFact};
use dsl::trigger::{Crossing, Subject, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::EVERYBODY;
use model::event::names;
use model::{CustomerId, EntityId, Event, Rep, RepId, Value, WorkflowId, zone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The customer of a test that names none.
pub(super) const THE_CUSTOMER: &str = "customer";

/// What a test gives.
pub(super) struct Scene<'s> {
    /// The project's libraries.
    pub library: &'s Library,
    /// The workflows that are tested; none: a score is.
    pub workflows: Vec<&'s Arc<Workflow>>,
    /// Walks start only where an `entry` says so, or by what happens: several workflows are tested.
    pub scenario: bool,
    /// The test.
    pub test: &'s TestCase,
    /// The project's zone in this test.
    pub zone: &'s TimeZone,
}

/// The fields of an entry, as the test gives them.
type Given = BTreeMap<String, Value>;

/// A walk that the test starts.
pub(super) struct Entering<'e> {
    /// In which workflow.
    pub workflow: &'e Arc<Workflow>,
    /// The customer's name.
    pub customer: &'e str,
    /// What the test says of the entry; `None`: nothing.
    pub entry: Option<&'e TestEntry>,
    /// When.
    pub at: Timestamp,
}

/// Whether an event without a customer starts a workflow.
fn is_to_everybody(workflow: &Workflow) -> bool {
    matches!(&workflow.trigger, Trigger::Event { to: Some(_), .. })
}

/// When workflows are held in a test, by its lines.
pub(super) fn pauses(test: &TestCase) -> BTreeMap<WorkflowId, Vec<Pause>> {
    let mut pauses: BTreeMap<WorkflowId, Vec<Pause>> = BTreeMap::new();
    for fact in &test.events {
        match &fact.what {
            Fact::Pause { workflow } => {
                let of = pauses.entry(workflow.clone()).or_default();
                if of.last().is_none_or(|last| last.until.is_some()) {
                    of.push(Pause { from: fact.at, until: None });
                }
            }
            Fact::Resume { workflow } => {
                if let Some(last) = pauses.get_mut(workflow).and_then(|pauses| pauses.last_mut()) {
                    last.until.get_or_insert(fact.at);
                }
            }
            Fact::Event { .. }
            | Fact::Set(_)
            | Fact::Stage { .. }
            | Fact::Consent { .. }
            | Fact::Tag { .. }
            | Fact::Start
            | Fact::Merge { .. }
            | Fact::Claim { .. } => {}
        }
    }
    pauses
}

impl Scene<'_> {
    /// Whether an event that names nobody is one to everybody: it starts a workflow with `to`, or sets what
    /// is shared.
    pub(super) fn is_public(&self, event: &str) -> bool {
        let starts = |workflow: &&Arc<Workflow>| matches!(&workflow.trigger, Trigger::Event { name, to: Some(_), .. } if name == event);
        let kind = self.library.model.events.get(event);
        let sets = kind.is_some_and(|kind| kind.sets.keys().any(|(kind, _)| self.is_shared(kind)));
        sets || self.workflows.iter().any(starts)
    }

    pub(super) fn id(&self, name: &str) -> CustomerId {
        CustomerId::new(name)
    }

    /// The reps as they stand at the clock.
    pub(super) fn people(&self) -> People {
        let mut people = People::default();
        people.count(&self.library.model, &self.customers());
        for (id, given) in &self.test.reps {
            let id = RepId::new(id);
            let rep =
                Rep { name: given.name.clone().unwrap_or_default(), away: given.away, ..Rep::default() };
            people.reps.insert(id.clone(), rep);
            people.open.insert(id, given.open);
        }
        people
    }

    /// The customers; one of whom nothing is said where the test names none.
    pub(super) fn names(&self) -> Vec<TestCustomer> {
        if self.test.customers.is_empty() {
            let nobody = TestCustomer {
                name: THE_CUSTOMER.to_owned(),
                attributes: BTreeMap::new(),
                references: BTreeMap::new(),
                unknown: Vec::new(),
                refuses: Vec::new(),
                entities: Vec::new(),
            };
            return vec![nobody];
        }
        self.test.customers.clone()
    }

    /// The walks that the test starts: those of its `entry` lines. In a workflow's own file every customer
    /// without one enters too, at the clock.
    pub(super) fn entering(&self) -> Vec<Entering<'_>> {
        let clock = self.test.clock;
        let mut all = Vec::new();
        for entry in &self.test.entries {
            let found = self.workflows.iter().find(|known| known.id.as_str() == entry.workflow);
            let Some(workflow) = found else { continue };
            let at = entry.at.unwrap_or(clock);
            let mut customer = entry.customer.as_str();
            // A line that names nobody starts all whom the trigger's `to` names, by one event.
            let same_line = |other: &&TestEntry| other.span == entry.span && other.workflow == entry.workflow;
            if is_to_everybody(workflow) && entry.to_all {
                if self.test.entries.iter().find(same_line) != Some(entry) {
                    continue;
                }
                customer = EVERYBODY;
            }
            all.push(Entering { workflow, customer, entry: Some(entry), at });
        }
        if self.scenario {
            return all;
        }
        let names: Vec<&str> = match self.test.customers.as_slice() {
            [] => vec![THE_CUSTOMER],
            given => given.iter().map(|given| given.name.as_str()).collect(),
        };
        let several = self.test.many;
        let silent = |name: &&str| !self.test.entries.iter().any(|entry| entry.customer == **name);
        for workflow in self.workflows.iter().filter(|workflow| several && is_to_everybody(workflow)) {
            if self.test.entries.is_empty() {
                all.push(Entering { workflow, customer: EVERYBODY, entry: None, at: clock });
            }
        }
        for customer in names.into_iter().filter(silent) {
            for workflow in self.workflows.iter().filter(|workflow| !several || !is_to_everybody(workflow)) {
                all.push(Entering { workflow, customer, entry: None, at: clock });
            }
        }
        all
    }

    /// When the test begins: at its clock, or at an entry before it.
    pub(super) fn begin(&self) -> Timestamp {
        self.entering()
            .iter()
            .map(|entering| entering.at)
            .min()
            .map_or(self.test.clock, |first| first.min(self.test.clock))
    }

    /// Which entity of a kind is meant for a customer: the one an entry names, else the first that the
    /// customer is given, else one made up.
    pub(super) fn entity_id(&self, entry: Option<&TestEntry>, kind: &str, customer: &str) -> EntityId {
        let named = |entry: &TestEntry| {
            let id = entry.entity.get(&(kind.to_owned(), "id".to_owned()))?;
            id.as_text().map(str::to_owned)
        };
        let entered = || {
            let mut entries = self.test.entries.iter().filter(|entry| entry.customer == customer);
            entries.find_map(named)
        };
        let given = || {
            let given = self.test.customers.iter().find(|given| given.name == customer)?;
            let of_kind = given.entities.iter().find(|(known, _, _)| known == kind);
            of_kind.map(|(_, id, _)| id.clone()).or_else(|| self.referred(given, kind))
        };
        let id = match entry {
            Some(entry) => named(entry),
            None => entered(),
        };
        EntityId::from(id.or_else(given).unwrap_or_else(|| format!("{kind}-of-{customer}")))
    }

    /// The id of the entity of a kind that a customer refers to.
    fn referred(&self, given: &TestCustomer, kind: &str) -> Option<String> {
        let is_kind = |attribute: &str| self.kind_of(attribute) == kind;
        let written = given.references.iter().find(|(attribute, _)| is_kind(attribute));
        if let Some((attribute, fields)) = written {
            return Some(reference_id(attribute, &given.name, fields));
        }
        let named = given.attributes.iter().find(|(attribute, _)| is_kind(attribute));
        named.and_then(|(_, value)| value.as_text()).map(str::to_owned)
    }

    /// The kind of the entity that an attribute refers to; empty: it is no reference.
    pub(super) fn kind_of(&self, attribute: &str) -> &str {
        match self.library.model.customer.get(attribute).map(|attribute| &attribute.ty) {
            Some(model::Type::Reference(kind)) => kind,
            _ => "",
        }
    }

    /// Everything that comes from the begin on: the facts, and what starts the walks that events start.
    pub(super) fn coming(&self) -> Vec<Event> {
        let begin = self.begin();
        let mut coming: Vec<Event> = Vec::new();
        for (number, entering) in self.entering().iter().enumerate() {
            coming.extend(self.entry_event(number, entering));
        }
        for given in self.names() {
            let before = self.facts(&self.test.history, "history", &given.name);
            coming.extend(before.into_iter().filter(|event| event.at >= begin));
            coming.extend(self.facts(&self.test.events, "fact", &given.name));
        }
        coming.extend(self.public_facts());
        coming
    }

    /// Walks that no event starts: a quiet period, a person, …
    pub(super) fn starts(&self) -> Vec<(CustomerId, WorkflowId, Timestamp, &'static str, Given)> {
        let mut starts = Vec::new();
        for entering in self.entering() {
            let by = match &entering.workflow.trigger {
                Trigger::Inactive { .. } => "inactive",
                Trigger::Segment { crossing: Crossing::Enters, .. } => names::SEGMENT_ENTERED,
                Trigger::Segment { crossing: Crossing::Leaves, .. } => names::SEGMENT_LEFT,
                Trigger::Score(_) => "score",
                Trigger::Manual => "manual",
                Trigger::Called => "called",
                Trigger::Event { .. }
                | Trigger::Stage { .. }
                | Trigger::Attribute { .. }
                | Trigger::Date(_)
                | Trigger::Schedule(_) => continue,
            };
            let given = entering.entry.map(|entry| entry.fields.clone()).unwrap_or_default();
            let customer = self.id(entering.customer);
            starts.push((customer, entering.workflow.id.clone(), entering.at, by, given));
        }
        let manual = |workflow: &&&Arc<Workflow>| matches!(workflow.trigger, Trigger::Manual);
        for fact in self.test.events.iter().filter(|fact| fact.what == Fact::Start) {
            for workflow in self.workflows.iter().filter(manual) {
                starts.push((self.id(&fact.customer), workflow.id.clone(), fact.at, "manual", Given::new()));
            }
        }
        starts
    }

    /// Who claims whom from the public pool, and when.
    pub(super) fn claims(&self) -> Vec<(CustomerId, RepId, Timestamp)> {
        let claim = |fact: &TestFact| {
            let Fact::Claim { rep } = &fact.what else { return None };
            Some((self.id(&fact.customer), rep.clone(), fact.at))
        };
        self.test.events.iter().filter_map(claim).collect()
    }

    /// Who turns out to be whom: who stays, who goes, and when.
    pub(super) fn merges(&self) -> Vec<(CustomerId, CustomerId, Timestamp)> {
        let merge = |fact: &TestFact| {
            let Fact::Merge { other } = &fact.what else { return None };
            Some((self.id(&fact.customer), self.id(other), fact.at))
        };
        self.test.events.iter().filter_map(merge).collect()
    }

    pub(super) fn instant(&self, time: &ExpectedTime) -> Option<Timestamp> {
        match time {
            ExpectedTime::Instant(at) => Some(*at),
            ExpectedTime::Day(_) => None,
            ExpectedTime::After(length) => {
                Some(add(self.test.clock, length, self.zone, &self.library.calendar))
            }
        }
    }

    /// The last instant that the test speaks of.
    pub(super) fn last_instant(&self) -> Timestamp {
        let expected =
            self.test.expect.iter().chain(&self.test.never).filter_map(|line| match line.when.as_ref()? {
                ExpectedTime::Day(day) => Some(zone::to_instant(day.at(23, 59, 59, 0), self.zone)),
                time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => self.instant(time),
            });
        let facts = self.test.events.iter().map(|fact| fact.at);
        let entries = self.test.entries.iter().filter_map(|entry| entry.at);
        expected.chain(facts).chain(entries).max().unwrap_or(self.test.clock)
    }
}

/// The kind of the entity that a workflow's trigger names.
pub(super) fn entity_kind(workflow: &Workflow) -> Option<&str> {
    match &workflow.trigger {
        Trigger::Stage { of: Subject::Entity(kind), .. }
        | Trigger::Attribute { of: Subject::Entity(kind), .. } => Some(kind),
        Trigger::Date(date) => date.of.root.entity(),
        Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Event { .. }
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Score(_)
        | Trigger::Schedule(_)
        | Trigger::Manual
        | Trigger::Called => None,
    }
}

/// The id of an entity that a test describes where a customer refers to it: its own, else one made up.
pub(super) fn reference_id(attribute: &str, customer: &str, fields: &BTreeMap<String, Value>) -> String {
    let own = fields.get("id").and_then(Value::as_text).map(str::to_owned);
    own.unwrap_or_else(|| format!("{attribute}-of-{customer}"))
}
