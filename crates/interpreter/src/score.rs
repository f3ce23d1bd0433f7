//! Lead scores: fit points while something is true, behaviour points that fade by half in the half-life.
//! A score is a pure function of (rules, events, time): `Σ points · 2^(−age / half_life)`.

use crate::condition::Reader;
use crate::facts::Facts;
use dsl::condition::{Operand, Path, Root, Test, print};
use dsl::library::{BehaviourRule, Scoring};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Decimal, Event, Value, event::names, zone};
use std::collections::BTreeMap;

/// What one rule gives now.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreLine {
    /// Which rule, by its place in the file.
    pub rule: ScoreRule,
    /// The rule in the author's words: the fit condition, the event's name with its condition.
    pub text: String,
    /// Its points now, faded.
    pub points: Decimal,
    /// How many events gave them; 0 for fit rules.
    pub events: usize,
}

/// Where points come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScoreRule {
    /// The fit rule at this place.
    Fit(usize),
    /// The behaviour rule at this place.
    Behaviour(usize),
    /// `add_score` steps.
    Added,
}

/// The score now, within its range. `None`: beyond what a number can hold.
pub fn value(facts: &Facts<'_>, scoring: &Scoring) -> Option<Decimal> {
    within(&Reader::new(facts), scoring)
}

/// The score as a condition sees it, which may itself stand inside a segment or a score.
pub(crate) fn within<'a>(reader: &Reader<'a>, scoring: &'a Scoring) -> Option<Decimal> {
    let lines = lines_of(reader, scoring)?;
    let sum = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.points))?;
    Some(match scoring.range {
        Some((least, most)) => sum.max(least).min(most),
        None => sum,
    })
}

/// What each rule gives now, those that give nothing left out. Their sum, held in the range, is the score.
pub fn lines(facts: &Facts<'_>, scoring: &Scoring) -> Vec<ScoreLine> {
    lines_of(&Reader::new(facts), scoring).unwrap_or_default()
}

/// The band of a score: the highest whose edge is reached; or the one it was in before, if that is higher and
/// the score has not fallen more than `stay` below its edge. `None`: below all bands.
pub fn band(scoring: &Scoring, value: Decimal, before: Option<&str>) -> Option<String> {
    let reached = scoring.bands.iter().rposition(|(_, least)| value >= *least);
    let stays = before.and_then(|before| {
        let place = scoring.bands.iter().position(|(name, _)| name == before)?;
        let (_, least) = scoring.bands.get(place)?;
        (value >= least.checked_sub(scoring.stay)?).then_some(place)
    });
    let (name, _) = scoring.bands.get(reached.max(stays)?)?;
    Some(name.clone())
}

fn lines_of<'a>(reader: &Reader<'a>, scoring: &'a Scoring) -> Option<Vec<ScoreLine>> {
    let mut lines = Vec::new();
    for (place, rule) in scoring.fit.iter().enumerate() {
        if reader.test(&rule.when.test) {
            let text = rule.when.text.to_string();
            lines.push(ScoreLine { rule: ScoreRule::Fit(place), text, points: rule.points, events: 0 });
        }
    }
    for (place, rule) in scoring.rules.iter().enumerate() {
        let counted = counted(reader, rule);
        let points = faded(reader, scoring, counted.iter().map(|event| (event.at, rule.points)))?;
        let text = match &rule.when {
            Some(when) => format!("{}: {}", rule.event, print::test(&when.test)),
            None => rule.event.clone(),
        };
        lines.push(ScoreLine { rule: ScoreRule::Behaviour(place), text, points, events: counted.len() });
    }
    let added: Vec<(Timestamp, Decimal)> = past(reader, names::SCORE_ADDED)
        .iter()
        .filter(|event| event.properties.get("score").and_then(Value::as_text) == Some(&*scoring.name))
        .filter_map(|event| Some((event.at, event.properties.get("points")?.as_number()?)))
        .collect();
    let (text, events) = (names::SCORE_ADDED.to_owned(), added.len());
    let points = faded(reader, scoring, added.into_iter())?;
    lines.push(ScoreLine { rule: ScoreRule::Added, text, points, events });
    lines.retain(|line| !line.points.is_zero());
    Some(lines)
}

/// The customer's events of a name up to now.
fn past<'a>(reader: &Reader<'a>, name: &str) -> &'a [Event] {
    let facts = reader.facts();
    let all = facts.snapshot.events_of(name);
    all.get(..all.partition_point(|event| event.at <= facts.now)).unwrap_or_default()
}

/// The events that a behaviour rule counts: those for which it holds, of each day of the customer the first
/// so many, without those of machines unless the rule asks for them.
fn counted<'a>(reader: &Reader<'a>, rule: &'a BehaviourRule) -> Vec<&'a Event> {
    let facts = *reader.facts();
    let machines = rule.when.as_ref().is_some_and(|when| asks_human(&when.test));
    let mut days: BTreeMap<Date, u32> = BTreeMap::new();
    past(reader, &rule.event)
        .iter()
        .filter(|event| machines || event.properties.get("human").and_then(Value::as_yes_no) != Some(false))
        .filter(|event| {
            let facts = Facts { candidate: Some(event), candidate_entity: None, ..facts };
            rule.when.as_ref().is_none_or(|when| reader.with(facts).test(&when.test))
        })
        .filter(|event| match rule.at_most_per_day {
            None => true,
            Some(most) => {
                let count = days.entry(zone::date_of(event.at, facts.zone)).or_default();
                *count += 1;
                *count <= most
            }
        })
        .collect()
}

/// The sum of points, each faded by its age.
fn faded(
    reader: &Reader<'_>,
    scoring: &Scoring,
    points: impl Iterator<Item = (Timestamp, Decimal)>,
) -> Option<Decimal> {
    let half_life = scoring.half_life.map(|length| length.approximate_ms()).filter(|ms| *ms > 0);
    let now = reader.facts().now.as_millisecond();
    let Some(half_life) = half_life else {
        let mut points = points;
        return points.try_fold(Decimal::ZERO, |sum, (_, each)| sum.checked_add(each));
    };
    let sum: f64 = points
        .map(|(at, each)| {
            let age = now.saturating_sub(at.as_millisecond()).max(0);
            each.to_f64() * half_to_the(age as f64 / half_life as f64)
        })
        .sum();
    Decimal::from_f64(sum)
}

/// 2^(−x) for x ≥ 0, by additions and multiplications only: those are the same on every machine, which the
/// functions of its mathematics library need not be.
fn half_to_the(x: f64) -> f64 {
    if x >= 1100.0 {
        return 0.0;
    }
    let whole = x.floor();
    let z = -(x - whole) * std::f64::consts::LN_2;
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..=20 {
        term *= z / f64::from(n);
        sum += term;
    }
    let mut halved = sum;
    let mut left = whole as u32;
    while left > 0 {
        halved *= 0.5;
        left -= 1;
    }
    halved
}

/// Whether a test asks for `event.human`.
fn asks_human(test: &Test) -> bool {
    let human = |operand: &Operand| matches!(operand, Operand::Name(Path { root: Root::Event, field, .. }) if **field == *"human");
    match test {
        Test::All(tests) | Test::Any(tests) => tests.iter().any(asks_human),
        Test::Not(test) => asks_human(test),
        Test::Compare { left, op: _, right } => human(left) || human(right),
        Test::OneOf { value, among: _ } => human(value),
        Test::Known(operand) | Test::Holds(operand) => human(operand),
        Test::Always(_)
        | Test::Between { .. }
        | Test::Has { .. }
        | Test::Contains { .. }
        | Test::StartsWith { .. }
        | Test::InSegment(_)
        | Test::EnrolledIn(_)
        | Test::May(_) => false,
    }
}
