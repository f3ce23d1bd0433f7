//! When a score will be on the other side of a threshold though nothing happens: fading is solved for the
//! instant, so that nobody need look every day.

use super::tally::Tally;
use crate::condition::Reader;
use crate::facts::Facts;
use dsl::condition::Condition;
use dsl::library::Scoring;
use jiff::Timestamp;
use model::{Decimal, event::names};
use std::cmp::Ordering;

/// The first instant after now at which the score stands otherwise to the threshold (below, at, above) than
/// it does now, if no new fact comes. Exact to the millisecond where only fading moves it. `changes` says
/// when a condition's answer may change by time alone, at the earliest: a rule's condition that does so
/// makes the instant that one, which may be too early and is never too late. `None`: never.
pub fn next_crossing(
    facts: &Facts<'_>,
    scoring: &Scoring,
    threshold: Decimal,
    changes: &dyn Fn(&Condition) -> Option<Timestamp>,
) -> Option<Timestamp> {
    let tally = Tally::of(&Reader::new(facts), scoring);
    let solved = solve(&tally, facts.now, &|at| tally.value(at).map(|value| value.cmp(&threshold)));
    let asked = scoring.fit.iter().map(|rule| &rule.when);
    let asked = asked.chain(scoring.rules.iter().filter_map(|rule| rule.when.as_ref()));
    let changed = asked.filter_map(changes);
    changed.chain(solved).chain(next_fact(facts, scoring)).filter(|at| *at > facts.now).min()
}

/// The same by fading alone, as a condition that may stand inside others asks it.
pub(crate) fn solved<'a>(reader: &Reader<'a>, scoring: &'a Scoring, threshold: Decimal) -> Option<Timestamp> {
    let tally = Tally::of(reader, scoring);
    solve(&tally, reader.facts().now, &|at| tally.value(at).map(|value| value.cmp(&threshold)))
}

/// A fact that we hold already and that is still to come.
fn next_fact(facts: &Facts<'_>, scoring: &Scoring) -> Option<Timestamp> {
    let names = scoring.rules.iter().map(|rule| rule.event.as_str()).chain([names::SCORE_ADDED]);
    names
        .filter_map(|name| {
            let all = facts.snapshot.events_of(name);
            all.get(all.partition_point(|event| event.at <= facts.now)).map(|event| event.at)
        })
        .min()
}

/// The first instant at which what is asked of a fading score is answered otherwise.
pub(super) fn solve(
    tally: &Tally<'_>,
    now: Timestamp,
    ask: &dyn Fn(Timestamp) -> Option<Ordering>,
) -> Option<Timestamp> {
    let mut places = vec![now, tally.settled(now)?];
    // Between two bends all that fades does so in one piece, and so goes up or down the whole way.
    for bend in tally.bends() {
        let known = places.clone();
        for pair in known.windows(2) {
            let &[mut from, until] = pair else { continue };
            while let Some(next) = first_change(from, until, &bend) {
                places.push(next);
                from = next;
            }
        }
        places.sort();
        places.dedup();
    }
    places.windows(2).find_map(|pair| match pair {
        &[from, until] => first_change(from, until, ask),
        _ => None,
    })
}

/// The first millisecond in `(from, until]` at which an answer that changes one way is another than at
/// `from`. `None`: it is the same at `until`.
fn first_change<T: PartialEq>(
    from: Timestamp,
    until: Timestamp,
    ask: &(impl Fn(Timestamp) -> T + ?Sized),
) -> Option<Timestamp> {
    let before = ask(from);
    if ask(until) == before {
        return None;
    }
    let (mut low, mut high) = (from.as_millisecond(), until.as_millisecond());
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        let at = Timestamp::from_millisecond(middle).unwrap_or(until);
        if ask(at) == before { low = middle } else { high = middle }
    }
    Some(Timestamp::from_millisecond(high).unwrap_or(until))
}
