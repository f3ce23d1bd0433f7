//! What each rule of a score has given: one number and its instant. From these the score follows at any
//! later instant at which nothing new has happened.

use super::fade::half_to_the;
use crate::condition::Reader;
use crate::facts::Facts;
use dsl::library::{BehaviourRule, Per, Scoring};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::event::names;
use model::{Decimal, Event, Value, zone};
use std::collections::BTreeMap;

/// Points of one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kept {
    /// So many …
    pub points: f64,
    /// … at this instant, the last event's; they fade from there.
    pub at: Timestamp,
    /// How many events gave them.
    pub events: usize,
    /// The group, by its place in [`Scoring::groups`].
    pub group: Option<usize>,
    /// The rule gives or takes at most so much.
    pub cap: f64,
}

/// A score, rule by rule.
#[derive(Clone, Debug)]
pub(super) struct Tally<'s> {
    scoring: &'s Scoring,
    half_life_ms: Option<f64>,
    /// What each fit rule gives: its points or nothing.
    pub fit: Vec<Kept>,
    /// What each behaviour rule gives; the last one is what steps added.
    pub behaviour: Vec<Kept>,
    /// What each group gives or takes at most, in the order of their names.
    caps: Vec<f64>,
    behaviour_cap: f64,
}

impl<'s> Tally<'s> {
    /// Counts what the customer did up to now, and what they are now.
    pub fn of<'a>(reader: &Reader<'a>, scoring: &'a Scoring) -> Tally<'a> {
        let half_life_ms =
            scoring.half_life.map(|length| length.approximate_ms()).filter(|ms| *ms > 0).map(|ms| ms as f64);
        let group = |name: &Option<String>| {
            let name = name.as_ref()?;
            scoring.groups.keys().position(|known| known == name)
        };
        let now = reader.facts().now;
        let fit = scoring
            .fit
            .iter()
            .map(|rule| {
                let points = if reader.test(&rule.when.test) { rule.points.to_f64() } else { 0.0 };
                Kept { points, at: now, events: 0, group: group(&rule.group), cap: f64::INFINITY }
            })
            .collect();
        let mut behaviour: Vec<Kept> = scoring
            .rules
            .iter()
            .map(|rule| {
                let points = rule.points.to_f64();
                let counted = counted(reader, rule).map(|event| (event.at, points));
                let cap = rule.cap.map_or(f64::INFINITY, Decimal::to_f64);
                Kept { group: group(&rule.group), cap, ..keep(counted, half_life_ms, now) }
            })
            .collect();
        behaviour.push(keep(added(reader, scoring), half_life_ms, now));
        Tally {
            scoring,
            half_life_ms,
            fit,
            behaviour,
            caps: scoring.groups.values().map(|cap| cap.to_f64()).collect(),
            behaviour_cap: scoring.behaviour_cap.map_or(f64::INFINITY, Decimal::to_f64),
        }
    }

    /// The points of one behaviour rule at an instant, before its cap.
    pub fn faded(&self, kept: &Kept, at: Timestamp) -> f64 {
        match self.half_life_ms {
            None => kept.points,
            Some(half_life) => {
                let age = at.as_millisecond().saturating_sub(kept.at.as_millisecond()).max(0);
                kept.points * half_to_the(age as f64 / half_life)
            }
        }
    }

    /// The points of one behaviour rule at an instant, at most its cap.
    pub fn given(&self, kept: &Kept, at: Timestamp) -> f64 {
        held(self.faded(kept, at), kept.cap)
    }

    /// What a group gives before its cap.
    pub fn of_group(&self, group: Option<usize>, at: Timestamp) -> f64 {
        let fit = self.fit.iter().filter(|kept| kept.group == group).map(|kept| kept.points);
        let behaviour = self.behaviour.iter().filter(|kept| kept.group == group);
        fit.sum::<f64>() + behaviour.map(|kept| self.given(kept, at)).sum::<f64>()
    }

    /// The fit points, groups at most their caps.
    pub fn fit_points(&self) -> f64 {
        let alone: f64 = self.fit.iter().filter(|kept| kept.group.is_none()).map(|kept| kept.points).sum();
        let grouped = |group: usize| self.fit.iter().filter(move |kept| kept.group == Some(group));
        let groups = self.caps.iter().enumerate();
        alone
            + groups.map(|(group, cap)| held(grouped(group).map(|kept| kept.points).sum(), *cap)).sum::<f64>()
    }

    /// All of behaviour at an instant, before its own cap.
    pub fn behaviour_points(&self, at: Timestamp) -> f64 {
        let of = |group: Option<usize>| {
            let kept = self.behaviour.iter().filter(|kept| kept.group == group);
            kept.map(|kept| self.given(kept, at)).sum::<f64>()
        };
        let groups = self.caps.iter().enumerate();
        of(None) + groups.map(|(group, cap)| held(of(Some(group)), *cap)).sum::<f64>()
    }

    /// The whole score at an instant, before its range.
    pub fn sum(&self, at: Timestamp) -> f64 {
        self.fit_points() + held(self.behaviour_points(at), self.behaviour_cap)
    }

    /// The score at an instant, in its range, before it is rounded.
    pub fn exact(&self, at: Timestamp) -> f64 {
        let sum = self.sum(at);
        match self.scoring.range {
            Some((least, most)) => sum.max(least.to_f64()).min(most.to_f64()),
            None => sum,
        }
    }

    /// The score at an instant at or after that of counting, nothing having happened since. `None`: beyond
    /// what a number can hold.
    pub fn value(&self, at: Timestamp) -> Option<Decimal> {
        let sum = Decimal::from_f64(self.sum(at))?;
        Some(match self.scoring.range {
            Some((least, most)) => sum.max(least).min(most),
            None => sum,
        })
    }

    /// All that is capped somewhere and fades: each gives a place where the course of the score may bend.
    pub fn bends(&self) -> Vec<Box<dyn Fn(Timestamp) -> f64 + '_>> {
        let mut bends: Vec<Box<dyn Fn(Timestamp) -> f64 + '_>> = Vec::new();
        for kept in self.behaviour.iter().filter(|kept| kept.cap.is_finite()) {
            bends.push(Box::new(move |at| beyond(self.faded(kept, at), kept.cap)));
        }
        for (group, cap) in self.caps.iter().enumerate() {
            bends.push(Box::new(move |at| beyond(self.of_group(Some(group), at), *cap)));
        }
        if self.behaviour_cap.is_finite() {
            bends.push(Box::new(move |at| beyond(self.behaviour_points(at), self.behaviour_cap)));
        }
        bends
    }

    /// Whether anything takes points away that will come back by fading.
    pub fn takes(&self) -> bool {
        self.behaviour.iter().any(|kept| kept.points < 0.0)
    }

    /// When all that fades has faded to nothing. `None`: nothing fades.
    pub fn settled(&self, from: Timestamp) -> Option<Timestamp> {
        // 2^−80 of the largest number is far below its last place.
        const HALVES: f64 = 80.0;
        let half_life = self.half_life_ms?;
        if self.behaviour.iter().all(|kept| kept.points == 0.0) {
            return None;
        }
        let span = jiff::SignedDuration::from_millis((half_life * HALVES).min(1e15) as i64);
        Some(from.checked_add(span).unwrap_or(Timestamp::MAX))
    }
}

/// −1 below the cap's counterpart, 0 within, 1 above the cap.
fn beyond(points: f64, cap: f64) -> f64 {
    if points > cap {
        1.0
    } else if points < -cap {
        -1.0
    } else {
        0.0
    }
}

/// At most the cap, in either direction.
pub(super) fn held(points: f64, cap: f64) -> f64 {
    points.clamp(-cap, cap)
}

/// Adds up points in the order of time, each faded to the instant of the next. The sum of the law, in one
/// number.
fn keep(points: impl Iterator<Item = (Timestamp, f64)>, half_life_ms: Option<f64>, now: Timestamp) -> Kept {
    let mut kept = Kept { points: 0.0, at: now, events: 0, group: None, cap: f64::INFINITY };
    for (at, more) in points {
        if let Some(half_life) = half_life_ms
            && kept.events > 0
            && at != kept.at
        {
            let age = at.as_millisecond().saturating_sub(kept.at.as_millisecond());
            kept.points *= half_to_the(age as f64 / half_life);
        }
        kept.points += more;
        kept.at = at;
        kept.events += 1;
    }
    kept
}

/// The customer's events of a name up to now.
fn past<'a>(reader: &Reader<'a>, name: &str) -> &'a [Event] {
    let facts = reader.facts();
    let all = facts.snapshot.events_of(name);
    all.get(..all.partition_point(|event| event.at <= facts.now)).unwrap_or_default()
}

/// What `add_score` steps gave to this score.
fn added<'a>(reader: &Reader<'a>, scoring: &'a Scoring) -> impl Iterator<Item = (Timestamp, f64)> + 'a {
    past(reader, names::SCORE_ADDED)
        .iter()
        .filter(|event| event.properties.get("score").and_then(Value::as_text) == Some(&*scoring.name))
        .filter_map(|event| Some((event.at, event.properties.get("points")?.as_number()?.to_f64())))
}

/// The events that a behaviour rule counts: those for which it holds, of each day (week, month) of the
/// customer the first so many, without those of machines unless the rule asks for them.
fn counted<'a>(reader: &Reader<'a>, rule: &'a BehaviourRule) -> impl Iterator<Item = &'a Event> {
    let facts = *reader.facts();
    let reader = *reader;
    let mut days = Days::default();
    past(&reader, &rule.event)
        .iter()
        .filter(|event| {
            rule.machines || event.properties.get("human").and_then(Value::as_yes_no) != Some(false)
        })
        .filter(move |event| {
            let facts = Facts { candidate: Some(event), candidate_entity: None, ..facts };
            rule.when.as_ref().is_none_or(|when| reader.with(facts).test(&when.test))
        })
        .filter(move |event| match rule.at_most {
            None => true,
            Some(most) => days.count(event.at, most.per, facts.zone) <= most.count,
        })
}

/// Counts within a stretch of the calendar; events come in the order of time.
#[derive(Default)]
struct Days {
    counts: BTreeMap<Date, u32>,
    /// The day that was asked for last, and when it ends: many events fall on one day.
    day: Option<(Date, Timestamp, Timestamp)>,
}

impl Days {
    fn count(&mut self, at: Timestamp, per: Per, zone: &TimeZone) -> u32 {
        let day = match self.day {
            Some((day, begins, ends)) if begins <= at && at < ends => day,
            _ => {
                let day = zone::date_of(at, zone);
                let next = day.tomorrow().unwrap_or(Date::MAX);
                self.day = Some((day, zone::start_of_day(day, zone), zone::start_of_day(next, zone)));
                day
            }
        };
        let first = match per {
            Per::Day => day,
            Per::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day)
            }
            Per::Month => day.first_of_month(),
        };
        let count = self.counts.entry(first).or_default();
        *count += 1;
        *count
    }
}
