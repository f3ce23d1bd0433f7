//! Lead scores: fit points while something is true, behaviour points that fade by half in the half-life.
//! A score is a pure function of (rules, events, time): `Σ points · 2^(−age / half_life)`.

mod crossing;
pub mod explain;
mod fade;
pub mod separation;
mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod watch;

use self::tally::Tally;
use crate::condition::Reader;
use crate::facts::Facts;
use dsl::condition::ScoreWord;
use dsl::library::Scoring;
use model::{Decimal, Snapshot, StandingKey, StandingKind};

pub use crossing::next_crossing;
pub(crate) use crossing::solved;

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
    /// The group whose cap it shares.
    pub group: Option<String>,
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
    Tally::of(reader, scoring).value(reader.facts().now)
}

/// The sum before it is rounded to six places and held in its range: the law itself.
pub fn sum(facts: &Facts<'_>, scoring: &Scoring) -> f64 {
    Tally::of(&Reader::new(facts), scoring).sum(facts.now)
}

/// The band the customer is in now: the one they are kept in where bands have a memory. `None`: below all.
pub fn band_now(facts: &Facts<'_>, scoring: &Scoring) -> Option<String> {
    band(scoring, value(facts, scoring)?, kept_band(facts.snapshot, scoring))
}

/// The grade of the fit now: the highest whose edge the fit points reach. `None`: below all of them.
pub fn grade_now(facts: &Facts<'_>, scoring: &Scoring) -> Option<String> {
    grade_within(&Reader::new(facts), scoring)
}

/// What a score is called, as a condition sees it.
pub(crate) fn word_within<'a>(reader: &Reader<'a>, scoring: &'a Scoring, word: ScoreWord) -> Option<String> {
    match word {
        ScoreWord::Band => {
            band(scoring, within(reader, scoring)?, kept_band(reader.facts().snapshot, scoring))
        }
        ScoreWord::Grade => grade_within(reader, scoring),
    }
}

fn grade_within<'a>(reader: &Reader<'a>, scoring: &'a Scoring) -> Option<String> {
    let points = Decimal::from_f64(Tally::of(reader, scoring).fit_points())?;
    grade(scoring, points).map(str::to_owned)
}

/// The grade of fit points.
pub fn grade(scoring: &Scoring, points: Decimal) -> Option<&str> {
    let (letter, _) = scoring.grades.iter().rev().find(|(_, least)| points >= *least)?;
    Some(letter)
}

/// The band that the customer was in when we looked last; `None`: in none, or the bands have no memory.
fn kept_band<'s>(snapshot: &'s Snapshot, scoring: &Scoring) -> Option<&'s str> {
    let key = StandingKey { kind: StandingKind::Score, name: scoring.name.clone() };
    snapshot.standings.get(&key).map(|standing| standing.state.as_str())
}

/// What each rule gives now, those that give nothing left out.
pub fn lines(facts: &Facts<'_>, scoring: &Scoring) -> Vec<ScoreLine> {
    let tally = Tally::of(&Reader::new(facts), scoring);
    explain::lines_of(facts, scoring, &tally)
}

/// A behaviour rule in the author's words.
fn text_of(rule: &dsl::library::BehaviourRule) -> String {
    match &rule.when {
        Some(when) => format!("{}: {}", rule.event, dsl::condition::print::test(&when.test)),
        None => rule.event.clone(),
    }
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
