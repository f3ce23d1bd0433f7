//! The scene of a test: who is there, which reps are known, what starts the walks, and until when it is
//! watched.

use crate::calendar::add::add;
use crate::world::People;
use dsl::condition::Root;
use dsl::library::Library;
use dsl::test_case::{ExpectedTime, Fact, TestCase, TestCustomer, TestEntry};
use dsl::trigger::{Subject, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{CustomerId, Event, Rep, RepId, Value, zone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The customer of a test that names none.
pub(super) const THE_CUSTOMER: &str = "customer";

/// What a test gives.
pub(super) struct Scene<'s> {
    /// The project's libraries.
    pub library: &'s Library,
    /// The workflow that is tested; `None`: a score is.
    pub workflow: Option<&'s Arc<Workflow>>,
    /// The test.
    pub test: &'s TestCase,
    /// The project's zone in this test.
    pub zone: &'s TimeZone,
}

impl Scene<'_> {
    pub(super) fn id(&self, name: &str) -> CustomerId {
        CustomerId::new(name)
    }

    pub(super) fn people(&self) -> People {
        let mut people = People::default();
        for (id, given) in &self.test.reps {
            let id = RepId::new(id);
            let rep =
                Rep { name: given.name.clone().unwrap_or_default(), away: given.away, ..Rep::default() };
            people.reps.insert(id.clone(), rep);
            people.open.insert(id, given.open);
        }
        people
    }

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

    pub(super) fn entry(&self, customer: &str) -> Option<&TestEntry> {
        self.test.entries.iter().find(|entry| entry.customer == customer)
    }

    /// The kind of the entity that the trigger names.
    pub(super) fn entity_kind(&self) -> Option<String> {
        match &self.workflow?.trigger {
            Trigger::Stage { of: Subject::Entity(kind), .. }
            | Trigger::Attribute { of: Subject::Entity(kind), .. } => Some(kind.clone()),
            Trigger::Date(date) => match &date.of.root {
                Root::Entity(kind) => Some(kind.to_string()),
                Root::Customer
                | Root::Entry
                | Root::Event
                | Root::Owner
                | Root::Vars
                | Root::Inputs
                | Root::Step(_) => None,
            },
            Trigger::Stage { .. }
            | Trigger::Attribute { .. }
            | Trigger::Event { .. }
            | Trigger::Inactive { .. }
            | Trigger::Schedule(_)
            | Trigger::Manual => None,
        }
    }

    pub(super) fn entity_id(&self, entry: Option<&TestEntry>, kind: &str, customer: &str) -> String {
        entry
            .and_then(|entry| entry.entity.get(&(kind.to_owned(), "id".to_owned())))
            .and_then(Value::as_text)
            .map_or_else(|| format!("{kind}-of-{customer}"), str::to_owned)
    }

    /// The facts of the test, and what starts the walks that events start.
    pub(super) fn coming(&self) -> Vec<Event> {
        let mut coming = Vec::new();
        for given in self.names() {
            coming.extend(self.entry_event(&given.name));
            coming.extend(self.facts(&self.test.events, &given.name));
        }
        coming
    }

    /// Walks that a quiet period or a person starts: they enter at the clock.
    pub(super) fn starts(&self) -> Vec<(CustomerId, Timestamp, &'static str)> {
        let by = match self.workflow.map(|workflow| &workflow.trigger) {
            Some(Trigger::Inactive { .. }) => "inactive",
            Some(Trigger::Manual) => "manual",
            _ => return Vec::new(),
        };
        let by_hand = self.test.events.iter().filter(|fact| by == "manual" && fact.what == Fact::Start);
        let by_hand = by_hand.map(|fact| (self.id(&fact.customer), fact.at, by));
        self.names()
            .iter()
            .map(|given| {
                let at = self.entry(&given.name).and_then(|entry| entry.at).unwrap_or(self.test.clock);
                (self.id(&given.name), at, by)
            })
            .chain(by_hand)
            .collect()
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
        expected.chain(facts).max().unwrap_or(self.test.clock)
    }
}
