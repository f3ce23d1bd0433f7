//! Evaluates a condition for one customer. Unknown is two-valued: a comparison with it does not match, and
//! `not` flips. `store/condition` says the same in SQL; a random test holds the two together.

mod aggregate;
mod arithmetic;
mod explain;
mod name;
mod operand;
#[cfg(test)]
mod tests;

use crate::facts::Facts;
use dsl::condition::{Condition, Op, Operand, Test};
use jiff::tz::TimeZone;
use model::{Medium, Value, zone};
use std::cmp::Ordering;

pub use explain::explain;

/// How far segments, `cases:` and scores may lead to each other. The checker refuses circles; this is only
/// the floor under it.
const MOST_DEPTH: u8 = 16;

/// Whether a condition holds.
pub fn holds(condition: &Condition, facts: &Facts<'_>) -> bool {
    test(&condition.test, facts)
}

/// Whether a test holds.
pub fn test(test: &Test, facts: &Facts<'_>) -> bool {
    Reader::new(facts).test(test)
}

/// The value of an operand; `None`: unknown.
pub fn value(operand: &Operand, facts: &Facts<'_>) -> Option<Value> {
    Reader::new(facts).operand(operand).map(std::borrow::Cow::into_owned)
}

/// Whether one value of a type is less than another of it: numbers, dates, instants and lengths. Texts go by
/// code points; what has no order is never less.
pub fn less(one: &Value, other: &Value) -> bool {
    compare(one, other, &TimeZone::UTC) == Some(Ordering::Less)
}

/// How two values compare; `None`: they are not of one kind. An instant beside a date counts as its day in
/// the customer's zone. Kinds without an order are equal or greater.
fn compare(one: &Value, other: &Value, customer_zone: &TimeZone) -> Option<Ordering> {
    let only_equal = |equal: bool| if equal { Ordering::Equal } else { Ordering::Greater };
    Some(match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.cmp(other),
        (Value::Number(one), Value::Number(other)) => one.cmp(other),
        (Value::YesNo(one), Value::YesNo(other)) => one.cmp(other),
        (Value::Instant(one), Value::Instant(other)) => one.cmp(other),
        (Value::Date(one), Value::Date(other)) => one.cmp(other),
        (Value::Instant(one), Value::Date(other)) => zone::date_of(*one, customer_zone).cmp(other),
        (Value::Date(one), Value::Instant(other)) => one.cmp(&zone::date_of(*other, customer_zone)),
        (Value::Length(one), Value::Length(other)) => one.approximate_ms().cmp(&other.approximate_ms()),
        (Value::List(one), Value::List(other)) => only_equal(one == other),
        (Value::Birthday(one), Value::Birthday(other)) => only_equal(one == other),
        (
            Value::Text(_)
            | Value::Number(_)
            | Value::YesNo(_)
            | Value::Instant(_)
            | Value::Date(_)
            | Value::Length(_)
            | Value::List(_)
            | Value::Birthday(_),
            _,
        ) => return None,
    })
}

/// Reads the facts for one condition; knows how deep it is in segments and cases.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    facts: Facts<'a>,
    depth: u8,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(facts: &Facts<'a>) -> Self {
        Self { facts: *facts, depth: 0 }
    }

    /// One level deeper in what asks for something else; `None`: too deep, so in a circle.
    pub(crate) fn deeper(&self) -> Option<Self> {
        let facts = Facts { candidate: None, candidate_entity: None, ..self.facts };
        (self.depth < MOST_DEPTH).then_some(Self { facts, depth: self.depth + 1 })
    }

    /// The same, looking at other facts.
    pub(crate) fn with(&self, facts: Facts<'a>) -> Self {
        Self { facts, ..*self }
    }

    pub(crate) fn facts(&self) -> &Facts<'a> {
        &self.facts
    }

    /// Whether a test holds.
    pub(crate) fn test(&self, test: &'a Test) -> bool {
        match test {
            Test::Always(yes) => *yes,
            Test::All(tests) => tests.iter().all(|test| self.test(test)),
            Test::Any(tests) => tests.iter().any(|test| self.test(test)),
            Test::Not(test) => !self.test(test),
            Test::Compare { left, op, right } => self.compares(left, *op, right),
            Test::OneOf { value, among } => {
                let Some(value) = self.operand(value) else { return false };
                among.iter().filter_map(|each| self.operand(each)).any(|each| self.equal(&value, &each))
            }
            Test::Between { value, low, high } => {
                self.compares(value, Op::AtLeast, low) && self.compares(value, Op::AtMost, high)
            }
            Test::Has { list, any_of } => {
                let Some(list) = self.operand(list) else { return false };
                let items = list.as_list().unwrap_or_default();
                any_of
                    .iter()
                    .filter_map(|each| self.operand(each))
                    .any(|each| each.as_text().is_some_and(|wanted| items.iter().any(|item| item == wanted)))
            }
            Test::Shares { list, with } => {
                let (Some(list), Some(with)) = (self.operand(list), self.operand(with)) else { return false };
                let with = with.as_list().unwrap_or_default();
                list.as_list().unwrap_or_default().iter().any(|item| with.contains(item))
            }
            Test::Contains { text, part } => self.texts(text, part, |text, part| text.contains(part)),
            Test::StartsWith { text, part } => self.texts(text, part, |text, part| text.starts_with(part)),
            Test::Known(operand) => self.operand(operand).is_some(),
            Test::Holds(operand) => self.operand(operand).and_then(|value| value.as_yes_no()) == Some(true),
            Test::InSegment(name) => {
                let segment = self.facts.library.segments.get(name);
                match (segment, self.deeper()) {
                    (Some(segment), Some(deeper)) => deeper.test(&segment.test),
                    (Some(_) | None, _) => false,
                }
            }
            Test::EnrolledIn(workflow) => self
                .facts
                .snapshot
                .enrollments
                .iter()
                .any(|walk| walk.workflow == *workflow && walk.is_active()),
            Test::May(medium) => self.may(*medium),
        }
    }

    fn compares(&self, left: &'a Operand, op: Op, right: &'a Operand) -> bool {
        let (Some(left), Some(right)) = (self.operand(left), self.operand(right)) else { return false };
        let Some(order) = compare(&left, &right, self.facts.zone) else { return false };
        match op {
            Op::Equal => order.is_eq(),
            Op::Less => order.is_lt(),
            Op::AtMost => order.is_le(),
            Op::Greater => order.is_gt(),
            Op::AtLeast => order.is_ge(),
        }
    }

    fn equal(&self, one: &Value, other: &Value) -> bool {
        compare(one, other, self.facts.zone) == Some(Ordering::Equal)
    }

    fn texts(&self, text: &'a Operand, part: &'a Operand, ask: fn(&str, &str) -> bool) -> bool {
        let (Some(text), Some(part)) = (self.operand(text), self.operand(part)) else { return false };
        match (text.as_text(), part.as_text()) {
            (Some(text), Some(part)) => ask(text, part),
            (Some(_) | None, _) => false,
        }
    }

    /// An address, consent to marketing, and nothing that forbids it now.
    fn may(&self, medium: Medium) -> bool {
        const TOPIC: &str = "marketing";
        let snapshot = self.facts.snapshot;
        snapshot.customer.get(medium.address_attribute()).is_some()
            && snapshot.consents.allow(TOPIC, medium)
            && !snapshot.suppressions.iter().any(|each| each.forbids(Some(TOPIC), medium, self.facts.now))
    }
}
