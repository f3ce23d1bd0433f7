//! Scores of many customers: as of an instant of the past, for `nurture score --at` and for the backtest.

use crate::error::EngineError;
use crate::published::Published;
use crate::virtual_run::archive_of;
use dsl::library::Scoring;
use interpreter::facts::Facts;
use interpreter::history::{self, Archive};
use interpreter::score;
use interpreter::score::separation::Trial;
use interpreter::turn::zone_of;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Decimal, Snapshot};
use std::collections::BTreeMap;
use store::Connection;

/// A customer as they were at an instant; `None`: there is nobody of that id.
pub async fn as_of(
    conn: &mut Connection,
    published: &Published,
    id: &CustomerId,
    at: Timestamp,
) -> Result<Option<Snapshot>, EngineError> {
    let library = &published.project.library;
    let page = store::history::page(conn, std::slice::from_ref(id), &library.model).await?;
    // An event at that very instant has happened.
    let until = at.checked_add(SignedDuration::from_millis(1)).unwrap_or(at);
    let found = page.into_iter().next().map(archive_of);
    Ok(found.map(|archive| history::as_of(library, &published.zone, archive, until).0))
}

/// The scores of everybody known at instants of the past, each with whether `event` came within a time after
/// it. Reads 500 customers at a time.
pub async fn backtest(
    conn: &mut Connection,
    published: &Published,
    scoring: &Scoring,
    event: &str,
    within: SignedDuration,
    instants: &[Timestamp],
) -> Result<Vec<Trial>, EngineError> {
    let library = &published.project.library;
    let ids = store::history::customers(conn).await?;
    let mut trials = Vec::new();
    for part in ids.chunks(store::history::PAGE) {
        for past in store::history::page(conn, part, &library.model).await? {
            let archive = archive_of(past);
            for at in instants {
                trials.extend(trial(published, scoring, &archive, event, within, *at));
            }
        }
    }
    Ok(trials)
}

/// One customer at one instant; `None`: they were not known by then.
fn trial(
    published: &Published,
    scoring: &Scoring,
    archive: &Archive,
    event: &str,
    within: SignedDuration,
    at: Timestamp,
) -> Option<Trial> {
    let known = archive.events.iter().any(|event| event.at < at)
        || archive.snapshot.customer.created_at().is_some_and(|since| since < at);
    if !known {
        return None;
    }
    let (snapshot, coming) = history::as_of(&published.project.library, &published.zone, archive.clone(), at);
    let until = at.checked_add(within).unwrap_or(Timestamp::MAX);
    let came = coming.iter().any(|fact| fact.name == event && fact.at < until);
    let world = published.world();
    let nobody = BTreeMap::new();
    let zone = zone_of(&world, &snapshot);
    let facts = Facts::outside(&world, &nobody, &snapshot, &zone, at);
    let value = score::value(&facts, scoring)?;
    Some(Trial { score: value, band: score::band(scoring, value, None), came })
}

/// How many customers lie in each of ten equal parts of the range from the least to the most score, and in
/// each band; below all bands under an empty name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// The least and the most score there is; `None`: there is nobody.
    pub range: Option<(Decimal, Decimal)>,
    /// From the least to the most.
    pub tenths: [u64; 10],
    /// Customers per band.
    pub bands: BTreeMap<String, u64>,
}

impl Histogram {
    /// Counts scores; `range`: the ends of the ten parts, where they are given.
    pub fn of(scores: &[(Decimal, String)], range: Option<(Decimal, Decimal)>) -> Self {
        let values = || scores.iter().map(|(value, _)| *value);
        let range = range.or_else(|| Some((values().min()?, values().max()?)));
        let mut histogram = Self { range, ..Self::default() };
        for (value, band) in scores {
            *histogram.bands.entry(band.clone()).or_default() += 1;
            let Some((least, most)) = range else { continue };
            let width = most.to_f64() - least.to_f64();
            let part = if width > 0.0 { (value.to_f64() - least.to_f64()) / width * 10.0 } else { 0.0 };
            if let Some(tenth) = histogram.tenths.get_mut((part.max(0.0) as usize).min(9)) {
                *tenth += 1;
            }
        }
        histogram
    }
}

/// What a change of a score's rules does to the people: both histograms over the same range, and who changes
/// from which band to which.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moves {
    /// The score.
    pub score: String,
    /// By the rules that were live.
    pub before: Histogram,
    /// By the new ones.
    pub after: Histogram,
    /// Customers who change their band: (from, to) → how many. Nothing starts because of it.
    pub moved: BTreeMap<(String, String), u64>,
}

/// Compares two sets of rules over all customers at an instant, 500 at a time.
pub async fn moves(
    conn: &mut Connection,
    before: &Published,
    after: &Published,
    now: Timestamp,
) -> Result<Vec<Moves>, EngineError> {
    let changed: Vec<(&Scoring, &Scoring)> = after
        .project
        .library
        .scorings
        .values()
        .filter_map(|new| Some((before.project.library.scorings.get(&new.name)?, new)))
        .filter(|(old, new)| rules_differ(old, new))
        .collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let mut scores: Vec<Vec<[(Decimal, String); 2]>> = changed.iter().map(|_| Vec::new()).collect();
    let ids = store::customer::ids(conn).await?;
    for part in ids.chunks(store::history::PAGE) {
        let reads = store::snapshot::EventReads {
            names: before.reads.names.union(&after.reads.names).cloned().collect(),
            ..after.reads.clone()
        };
        let loaded = store::snapshot::load(conn, part, &after.project.library.model, &reads, now).await?;
        for snapshot in loaded {
            for ((old, new), scores) in changed.iter().zip(&mut scores) {
                if let (Some(was), Some(is)) =
                    (at(before, &snapshot, old, now), at(after, &snapshot, new, now))
                {
                    scores.push([was, is]);
                }
            }
        }
    }
    Ok(changed.iter().zip(scores).map(|((_, new), scores)| compared(new, &scores)).collect())
}

/// The score and the band, without a memory of bands: the rules are compared, not the past.
fn at(
    published: &Published,
    snapshot: &Snapshot,
    scoring: &Scoring,
    now: Timestamp,
) -> Option<(Decimal, String)> {
    let world = published.world();
    let nobody = BTreeMap::new();
    let zone = zone_of(&world, snapshot);
    let facts = Facts::outside(&world, &nobody, snapshot, &zone, now);
    let value = score::value(&facts, scoring)?;
    Some((value, score::band(scoring, value, None).unwrap_or_default()))
}

fn compared(scoring: &Scoring, scores: &[[(Decimal, String); 2]]) -> Moves {
    let before: Vec<_> = scores.iter().map(|[was, _]| was.clone()).collect();
    let after: Vec<_> = scores.iter().map(|[_, is]| is.clone()).collect();
    let all = || before.iter().chain(&after).map(|(value, _)| *value);
    let range = all().min().zip(all().max());
    let mut moved = BTreeMap::new();
    for [(_, from), (_, to)] in scores.iter().filter(|[was, is]| was.1 != is.1) {
        *moved.entry((from.clone(), to.clone())).or_default() += 1;
    }
    let (before, after) = (Histogram::of(&before, range), Histogram::of(&after, range));
    Moves { score: scoring.name.clone(), before, after, moved }
}

/// Whether two sets of rules may give another score; tests, titles and places in the file do not.
fn rules_differ(old: &Scoring, new: &Scoring) -> bool {
    let conditions = |scoring: &Scoring| -> Vec<String> {
        let fit = scoring.fit.iter().map(|rule| rule.when.text.to_string());
        let behaviour = scoring.rules.iter().map(|rule| {
            let when = rule.when.as_ref().map(|when| when.text.to_string()).unwrap_or_default();
            format!(
                "{} {when} {} {:?} {:?} {:?} {}",
                rule.event, rule.points, rule.at_most, rule.cap, rule.group, rule.machines
            )
        });
        let points = scoring.fit.iter().map(|rule| format!("{} {:?}", rule.points, rule.group));
        fit.chain(points).chain(behaviour).collect()
    };
    conditions(old) != conditions(new)
        || (old.half_life, old.range, old.behaviour_cap, &old.groups, &old.bands, old.stay)
            != (new.half_life, new.range, new.behaviour_cap, &new.groups, &new.bands, new.stay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_has_ten_parts_and_everybody_is_in_one() {
        let score = |value: i32, band: &str| (Decimal::from(value), band.to_owned());
        let scores = [score(0, ""), score(9, ""), score(10, "warm"), score(100, "hot"), score(55, "warm")];
        let histogram = Histogram::of(&scores, None);
        assert_eq!(histogram.tenths, [2, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(histogram.bands.get("warm"), Some(&2));
        assert_eq!(Histogram::of(&[], None).range, None);
        assert_eq!(Histogram::of(&[score(3, "")], None).tenths[0], 1);
    }
}
