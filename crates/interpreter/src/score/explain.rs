//! A score explained: what each rule gives, what a cap cuts off, the band and the grade, what is missing for
//! the next band, and when this one is lost.

use super::tally::{Tally, held};
use super::{ScoreLine, ScoreRule, band_now, crossing, grade};
use crate::condition::Reader;
use crate::facts::Facts;
use dsl::library::Scoring;
use jiff::Timestamp;
use model::{Decimal, event::names};
use std::cmp::Ordering;

/// All about a customer's score at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The score, in its range, to the six places that conditions compare; `None`: beyond what a number can
    /// hold.
    pub value: Option<Decimal>,
    /// The score in its range before it is rounded.
    pub exact: f64,
    /// What each rule gives, those that give nothing left out.
    pub lines: Vec<ScoreLine>,
    /// What a cap took off, or gave back.
    pub cuts: Vec<Cut>,
    /// The fit points alone.
    pub fit: Decimal,
    /// The band; `None`: below all of them.
    pub band: Option<String>,
    /// The grade of the fit.
    pub grade: Option<String>,
    /// The next band, and how many points are missing.
    pub next: Option<(String, Decimal)>,
    /// When the band is lost if nothing happens; `None`: never.
    pub falls_at: Option<Timestamp>,
}

/// A cap that made a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Whose.
    pub of: Cap,
    /// Points before it.
    pub before: Decimal,
    /// Points after it.
    pub after: Decimal,
}

/// Whose cap it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cap {
    /// A rule's, by its place in [`Explained::lines`].
    Rule(String),
    /// A group's.
    Group(String),
    /// That of all behaviour.
    Behaviour,
    /// The range of the score.
    Range,
}

/// Explains a score.
pub fn explain(facts: &Facts<'_>, scoring: &Scoring) -> Explained {
    let tally = Tally::of(&Reader::new(facts), scoring);
    let (lines, mut cuts) = (lines_of(facts, scoring, &tally), rule_cuts(facts, scoring, &tally));
    let mut cut = |of: Cap, before: f64, after: f64| {
        if (before - after).abs() > 5e-7 {
            cuts.push(Cut { of, before: decimal(before), after: decimal(after) });
        }
    };
    for (place, (name, cap)) in scoring.groups.iter().enumerate() {
        let before = tally.of_group(Some(place), facts.now);
        cut(Cap::Group(name.clone()), before, held(before, cap.to_f64()));
    }
    let before = tally.behaviour_points(facts.now);
    let most = scoring.behaviour_cap.map_or(f64::INFINITY, Decimal::to_f64);
    cut(Cap::Behaviour, before, held(before, most));
    let (value, exact) = (tally.value(facts.now), tally.exact(facts.now));
    if let Some(value) = value {
        cut(Cap::Range, tally.sum(facts.now), value.to_f64());
    }
    let band = band_now(facts, scoring);
    let place = |name: &str| scoring.bands.iter().position(|(known, _)| known == name);
    let above = band.as_deref().and_then(place).map_or(0, |place| place + 1);
    let next = scoring.bands.get(above).and_then(|(name, least)| {
        Some((name.clone(), least.checked_sub(value?)?)).filter(|(_, missing)| *missing > Decimal::ZERO)
    });
    let falls_at = band.as_deref().and_then(place).and_then(|place| {
        let least = scoring.bands.get(place)?.1.checked_sub(scoring.stay)?;
        let ask = |at: Timestamp| {
            let below = tally.value(at).is_some_and(|value| value < least);
            Some(if below { Ordering::Less } else { Ordering::Greater })
        };
        crossing::solve(&tally, facts.now, &ask)
    });
    let fit = decimal(tally.fit_points());
    let grade = grade(scoring, fit).map(str::to_owned);
    Explained { value, exact, lines, cuts, fit, band, grade, next, falls_at }
}

fn decimal(points: f64) -> Decimal {
    Decimal::from_f64(points).unwrap_or(Decimal::ZERO)
}

/// What each rule gives now, those that give nothing left out.
pub(super) fn lines_of(facts: &Facts<'_>, scoring: &Scoring, tally: &Tally<'_>) -> Vec<ScoreLine> {
    let fit = scoring.fit.iter().zip(&tally.fit).enumerate().map(|(place, (rule, kept))| ScoreLine {
        rule: ScoreRule::Fit(place),
        text: rule.when.text.to_string(),
        points: decimal(kept.points),
        events: 0,
        group: rule.group.clone(),
    });
    let behaviour = tally.behaviour.iter().enumerate().map(|(place, kept)| {
        let rule = scoring.rules.get(place);
        ScoreLine {
            rule: rule.map_or(ScoreRule::Added, |_| ScoreRule::Behaviour(place)),
            text: rule.map_or_else(|| names::SCORE_ADDED.to_owned(), super::text_of),
            points: decimal(tally.given(kept, facts.now)),
            events: kept.events,
            group: rule.and_then(|rule| rule.group.clone()),
        }
    });
    fit.chain(behaviour).filter(|line| !line.points.is_zero()).collect()
}

fn rule_cuts(facts: &Facts<'_>, scoring: &Scoring, tally: &Tally<'_>) -> Vec<Cut> {
    let rules = scoring.rules.iter().zip(&tally.behaviour);
    rules
        .filter_map(|(rule, kept)| {
            let (before, after) = (tally.faded(kept, facts.now), tally.given(kept, facts.now));
            let of = Cap::Rule(super::text_of(rule));
            let cut = Cut { of, before: decimal(before), after: decimal(after) };
            ((before - after).abs() > 5e-7).then_some(cut)
        })
        .collect()
}
