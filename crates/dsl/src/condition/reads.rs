//! What a condition looks at, so that exactly that is loaded, and so that a change nudges those it concerns.

use super::{Aggregate, Condition, Operand, Over, Path, Root, Test};
use crate::library::{Attribute, Library, Origin};
use model::{Type, WorkflowId, event};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that conditions look at, through segments, scores and attributes by `cases:` too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Attributes of the customer.
    pub attributes: BTreeSet<String>,
    /// Attributes of entities: (kind, attribute). For `count(ticket)` the kind stands in `entities` alone.
    pub entity_attributes: BTreeSet<(String, String)>,
    /// Kinds of entities, also those that are reached by a reference. `customer`: other customers.
    pub entities: BTreeSet<String>,
    /// Names of events that aggregates, gaps and scores run over.
    pub events: BTreeSet<String>,
    /// Segments.
    pub segments: BTreeSet<String>,
    /// Scores.
    pub scores: BTreeSet<String>,
    /// Workflows whose walks are asked for.
    pub enrolled: BTreeSet<WorkflowId>,
    /// Look-up tables.
    pub tables: BTreeSet<String>,
    /// Consents and suppressions.
    pub consents: bool,
    /// The rep who owns the customer.
    pub owner: bool,
    /// What started the walk, or the event at hand.
    pub entry: bool,
    /// Variables, inputs, results of steps.
    pub walk: bool,
    /// The instant itself: the answer may change though nothing happens.
    pub clock: bool,
}

impl Reads {
    /// What a condition looks at.
    pub fn of_condition(condition: &Condition, library: &Library) -> Self {
        Self::of_test(&condition.test, library)
    }

    /// What a test looks at.
    pub fn of_test(test: &Test, library: &Library) -> Self {
        let mut reads = Self::default();
        reads.test(test, library);
        reads
    }

    /// What a value looks at.
    pub fn of_operand(operand: &Operand, library: &Library) -> Self {
        let mut reads = Self::default();
        reads.operand(operand, library);
        reads
    }

    /// What an aggregate looks at.
    pub fn of_aggregate(aggregate: &Aggregate, library: &Library) -> Self {
        let mut reads = Self::default();
        reads.aggregate(aggregate, library);
        reads
    }

    /// What a score looks at.
    pub fn of_score(name: &str, library: &Library) -> Self {
        let mut reads = Self::default();
        reads.score(name, library);
        reads
    }

    /// Takes in what another looks at.
    pub fn merge(&mut self, other: Self) {
        self.attributes.extend(other.attributes);
        self.entity_attributes.extend(other.entity_attributes);
        self.entities.extend(other.entities);
        self.events.extend(other.events);
        self.segments.extend(other.segments);
        self.scores.extend(other.scores);
        self.enrolled.extend(other.enrolled);
        self.tables.extend(other.tables);
        self.consents |= other.consents;
        self.owner |= other.owner;
        self.entry |= other.entry;
        self.walk |= other.walk;
        self.clock |= other.clock;
    }

    fn test(&mut self, test: &Test, library: &Library) {
        match test {
            Test::Always(_) => {}
            Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| self.test(test, library)),
            Test::Not(test) => self.test(test, library),
            Test::Compare { left, op: _, right } => {
                self.operand(left, library);
                self.operand(right, library);
            }
            Test::OneOf { value, among } => {
                self.operand(value, library);
                among.iter().for_each(|each| self.operand(each, library));
            }
            Test::Between { value, low, high } => {
                self.operand(value, library);
                self.operand(low, library);
                self.operand(high, library);
            }
            Test::Shares { list, with } => {
                self.operand(list, library);
                self.operand(with, library);
            }
            Test::Has { list, any_of } => {
                self.operand(list, library);
                any_of.iter().for_each(|each| self.operand(each, library));
            }
            Test::Contains { text, part } | Test::StartsWith { text, part } => {
                self.operand(text, library);
                self.operand(part, library);
            }
            Test::Known(operand) | Test::Holds(operand) => self.operand(operand, library),
            Test::InSegment(name) => {
                if self.segments.insert(name.clone())
                    && let Some(segment) = library.segments.get(name)
                {
                    self.test(&segment.test, library);
                }
            }
            Test::EnrolledIn(workflow) => {
                self.enrolled.insert(workflow.clone());
            }
            Test::May(medium) => {
                self.consents = true;
                self.attributes.insert(medium.address_attribute().to_owned());
            }
        }
    }

    fn operand(&mut self, operand: &Operand, library: &Library) {
        match operand {
            Operand::Literal(_) => {}
            Operand::Now | Operand::Today => self.clock = true,
            Operand::Name(path) => self.path(path, library),
            Operand::Aggregate(aggregate) => self.aggregate(aggregate, library),
            Operand::Score(name) | Operand::ScoreWord { score: name, .. } => self.score(name, library),
            Operand::Lookup { table, key } => {
                self.tables.insert(table.clone());
                self.operand(key, library);
            }
            Operand::FirstKnown(all) => all.iter().for_each(|each| self.operand(each, library)),
            Operand::NumberOf(tests) => tests.iter().for_each(|test| self.test(test, library)),
            Operand::DaysSince(of) | Operand::Age(of) => {
                self.clock = true;
                self.operand(of, library);
            }
            Operand::Gap { event, last: _ } => {
                self.events.insert(event.clone());
            }
            Operand::Plus(left, right) | Operand::Minus(left, right) => {
                self.operand(left, library);
                self.operand(right, library);
            }
            Operand::Scale { value, .. } => self.operand(value, library),
            Operand::Shift { of, by, back: _ } => {
                self.operand(of, library);
                self.operand(by, library);
            }
            Operand::Truth(test) => self.test(test, library),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, library: &Library) {
        match &aggregate.of {
            Over::Events(name) => {
                self.events.insert(name.to_string());
            }
            Over::Entities(kind) => {
                self.entities.insert(kind.to_string());
                if let Some(field) = &aggregate.field {
                    self.entity_attribute(kind, field, library);
                }
            }
        }
        self.clock |= aggregate.window.is_some();
        if let Some(filter) = &aggregate.filter {
            self.test(filter, library);
        }
    }

    fn path(&mut self, path: &Path, library: &Library) {
        match &path.root {
            Root::Customer => self.attribute(&path.field, library),
            Root::Entity(kind) => {
                self.entities.insert(kind.to_string());
                self.entity_attribute(kind, &path.field, library);
            }
            Root::Entry | Root::Event => self.entry = true,
            Root::Owner => {
                self.owner = true;
                self.attributes.insert("owner".to_owned());
            }
            Root::Vars | Root::Inputs | Root::Step(_) | Root::Answer(_) => self.walk = true,
        }
        let reference = path.attribute(&library.model).map(|attribute| &attribute.ty);
        if let (Some(hop), Some(Type::Reference(kind))) = (&path.hop, reference) {
            self.entities.insert(kind.clone());
            self.entity_attributes.insert((kind.clone(), hop.to_string()));
        }
    }

    fn attribute(&mut self, name: &str, library: &Library) {
        if self.attributes.insert(name.to_owned()) {
            self.origin(&library.model.customer, name, library);
        }
    }

    fn entity_attribute(&mut self, kind: &str, name: &str, library: &Library) {
        if self.entity_attributes.insert((kind.to_owned(), name.to_owned()))
            && let Some(kind) = library.model.entities.get(kind)
        {
            self.origin(&kind.attributes, name, library);
        }
    }

    /// Attributes by `cases:` follow what their conditions look at, which counts too.
    fn origin(&mut self, attributes: &BTreeMap<String, Attribute>, name: &str, library: &Library) {
        match attributes.get(name).map(|attribute| &attribute.origin) {
            Some(Origin::Cases(cases)) => {
                for (condition, _) in cases {
                    if let Some(condition) = condition {
                        self.test(&condition.test, library);
                    }
                }
            }
            Some(Origin::Given | Origin::From(_) | Origin::Rank(_)) | None => {}
        }
    }

    fn score(&mut self, name: &str, library: &Library) {
        if !self.scores.insert(name.to_owned()) {
            return;
        }
        self.clock = true;
        self.events.insert(event::names::SCORE_ADDED.to_owned());
        let Some(scoring) = library.scorings.get(name) else { return };
        for rule in &scoring.fit {
            self.test(&rule.when.test, library);
        }
        for rule in &scoring.rules {
            self.events.insert(rule.event.clone());
            if let Some(when) = &rule.when {
                self.test(&when.test, library);
            }
        }
    }
}
