//! Segments may name each other; in a circle nobody could say who is in.

use crate::condition::{Condition, Operand, Test};
use crate::diagnostic::{Code, Report};
use crate::yaml::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Keeps the segments that stand in no circle, and reports the others.
pub(super) fn without_cycles(
    found: Vec<(&Entry, Condition)>,
    report: &mut Report,
) -> BTreeMap<String, Condition> {
    let names: BTreeMap<String, BTreeSet<String>> = found
        .iter()
        .map(|(entry, condition)| {
            let mut named = BTreeSet::new();
            segments_of(&condition.test, &mut named);
            (entry.key.clone(), named)
        })
        .collect();
    let mut kept = BTreeMap::new();
    for (entry, condition) in found {
        match circle(&entry.key, &names) {
            Some(way) => {
                report.error(Code::E0617, entry.key_span).arg("way", way.join(" → ")).help("E0617-help");
            }
            None => {
                kept.insert(entry.key.clone(), condition);
            }
        }
    }
    kept
}

/// The way from a segment back to itself, where there is one.
fn circle(start: &str, names: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut open = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = open.pop() {
        let here = way.last()?;
        for next in names.get(here).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(next.clone());
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                open.push(longer);
            }
        }
    }
    None
}

fn segments_of(test: &Test, named: &mut BTreeSet<String>) {
    match test {
        Test::InSegment(name) => {
            named.insert(name.clone());
        }
        Test::All(tests) | Test::Any(tests) => tests.iter().for_each(|test| segments_of(test, named)),
        Test::Not(test) => segments_of(test, named),
        Test::Compare { left, right, .. } => [left, right].into_iter().for_each(|of| of_operand(of, named)),
        Test::OneOf { value, among } => {
            std::iter::once(value).chain(among).for_each(|of| of_operand(of, named))
        }
        Test::Between { value, low, high } => {
            [value, low, high].into_iter().for_each(|of| of_operand(of, named));
        }
        Test::Known(of) | Test::Holds(of) => of_operand(of, named),
        Test::Always(_)
        | Test::Has { .. }
        | Test::Shares { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::EnrolledIn(_)
        | Test::May(_) => {}
    }
}

fn of_operand(of: &Operand, named: &mut BTreeSet<String>) {
    match of {
        Operand::NumberOf(tests) => tests.iter().for_each(|test| segments_of(test, named)),
        Operand::Truth(test) => segments_of(test, named),
        Operand::FirstKnown(all) => all.iter().for_each(|of| of_operand(of, named)),
        Operand::Plus(left, right) | Operand::Minus(left, right) => {
            of_operand(left, named);
            of_operand(right, named);
        }
        Operand::Shift { of, by, .. } => {
            of_operand(of, named);
            of_operand(by, named);
        }
        Operand::Scale { value, .. } => of_operand(value, named),
        Operand::Literal(_)
        | Operand::Now
        | Operand::Today
        | Operand::Name(_)
        | Operand::Aggregate(_)
        | Operand::Score(_)
        | Operand::ScoreWord { .. }
        | Operand::Lookup { .. }
        | Operand::DaysSince(_)
        | Operand::Age(_)
        | Operand::Gap { .. } => {}
    }
}
