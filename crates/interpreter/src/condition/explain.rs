//! What a condition saw: each name and aggregate in it with its value, for the trace.

use super::Reader;
use crate::facts::Facts;
use dsl::condition::{Condition, Operand, Test, print};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Each name, aggregate and function that a condition reads, as the author writes it, with its value as plain
/// JSON; `null`: unknown. Segments, enrollments and permissions are `true` or `false`.
pub fn explain(condition: &Condition, facts: &Facts<'_>) -> BTreeMap<String, Json> {
    let mut seen = BTreeMap::new();
    Reader::new(facts).explain_test(&condition.test, &mut seen);
    seen
}

impl<'a> Reader<'a> {
    fn explain_test(&self, test: &'a Test, seen: &mut BTreeMap<String, Json>) {
        match test {
            Test::Always(_) => {}
            Test::All(tests) | Test::Any(tests) => {
                tests.iter().for_each(|test| self.explain_test(test, seen))
            }
            Test::Not(test) => self.explain_test(test, seen),
            Test::Compare { left, op: _, right } => {
                self.explain_operand(left, seen);
                self.explain_operand(right, seen);
            }
            Test::OneOf { value, among } => {
                self.explain_operand(value, seen);
                among.iter().for_each(|each| self.explain_operand(each, seen));
            }
            Test::Between { value, low, high } => {
                self.explain_operand(value, seen);
                self.explain_operand(low, seen);
                self.explain_operand(high, seen);
            }
            Test::Has { list, any_of } => {
                self.explain_operand(list, seen);
                any_of.iter().for_each(|each| self.explain_operand(each, seen));
            }
            Test::Shares { list, with } => {
                self.explain_operand(list, seen);
                self.explain_operand(with, seen);
            }
            Test::Contains { text, part } | Test::StartsWith { text, part } => {
                self.explain_operand(text, seen);
                self.explain_operand(part, seen);
            }
            Test::Known(operand) | Test::Holds(operand) => self.explain_operand(operand, seen),
            Test::InSegment(_) | Test::EnrolledIn(_) | Test::May(_) => {
                seen.insert(print::test(test), Json::from(self.test(test)));
            }
        }
    }

    fn explain_operand(&self, operand: &'a Operand, seen: &mut BTreeMap<String, Json>) {
        match operand {
            Operand::Literal(_) | Operand::Now | Operand::Today => {}
            Operand::Name(_)
            | Operand::Aggregate(_)
            | Operand::Score(_)
            | Operand::ScoreWord { .. }
            | Operand::Gap { .. } => {
                self.put(operand, seen);
            }
            Operand::Lookup { table: _, key: of } | Operand::DaysSince(of) | Operand::Age(of) => {
                self.put(operand, seen);
                self.explain_operand(of, seen);
            }
            Operand::FirstKnown(all) => all.iter().for_each(|each| self.explain_operand(each, seen)),
            Operand::NumberOf(tests) => tests.iter().for_each(|test| self.explain_test(test, seen)),
            Operand::Plus(left, right) | Operand::Minus(left, right) => {
                self.explain_operand(left, seen);
                self.explain_operand(right, seen);
            }
            Operand::Scale { value, .. } => self.explain_operand(value, seen),
            Operand::Shift { of, by, back: _ } => {
                self.explain_operand(of, seen);
                self.explain_operand(by, seen);
            }
            Operand::Truth(test) => self.explain_test(test, seen),
        }
    }

    fn put(&self, operand: &'a Operand, seen: &mut BTreeMap<String, Json>) {
        let value = self.operand(operand).map_or(Json::Null, |value| value.to_plain_json());
        seen.insert(print::operand(operand), value);
    }
}
