//! The verbs about scores: `score`, `backtest`.

use super::ask::{known_customer, loaded};
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::backtest::Backtest;
use crate::view::score::Told;
use dsl::library::Scoring;
use dsl::workflow::{Goal, GoalReached};
use engine::Published;
use interpreter::facts::Facts;
use interpreter::score::explain::explain;
use interpreter::score::separation;
use interpreter::turn::zone_of;
use jiff::Timestamp;
use model::Length;
use std::collections::BTreeMap;
use store::Store;

fn named<'p>(config: &Config, published: &'p Published, name: &str) -> Result<&'p Scoring, Failure> {
    published.project.library.scorings.get(name).ok_or_else(|| {
        Failure::say(Exit::NotFound, config.language.value, "cli-no-score", &[("score", name)])
    })
}

/// What is published; the files where the score that is asked for was never published, for a score is tried
/// before anything rests on it. `None`: any score.
async fn with_score(config: &Config, name: Option<&str>) -> Result<(Store, Published), Failure> {
    let (store, published) = loaded(config).await?;
    let scorings = &published.project.library.scorings;
    if name.map_or(!scorings.is_empty(), |name| scorings.contains_key(name)) {
        return Ok((store, published));
    }
    Ok((store, open::files(config)?))
}

/// A customer's scores, line by line. Errors: nobody of that name, no such score (4).
pub async fn score(
    config: &Config,
    customer: &str,
    only: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Vec<Told>, Failure> {
    let (store, published) = with_score(config, only).await?;
    if let Some(name) = only {
        named(config, &published, name)?;
    }
    told(config, &store, &published, customer, only, at).await
}

/// A customer's scores by what was loaded.
pub(super) async fn told(
    config: &Config,
    store: &Store,
    published: &Published,
    customer: &str,
    only: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Vec<Told>, Failure> {
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let now = at.unwrap_or_else(Timestamp::now);
    let mut snapshot = known_customer(config, &mut conn, published, customer, now).await?;
    if at.is_some() {
        let id = snapshot.customer.id.clone();
        let past = engine::score::as_of(&mut conn, published, &id, now).await;
        if let Some(past) = past.map_err(|error| of_engine(config, &error))? {
            snapshot = past;
        }
    }
    let world = published.world();
    let zone = zone_of(&world, &snapshot);
    let nobody = BTreeMap::new();
    let facts = Facts::outside(&world, &nobody, &snapshot, &zone, now);
    let all = published.project.library.scorings.values();
    Ok(all
        .filter(|scoring| only.is_none_or(|only| scoring.name == only))
        .map(|scoring| Told {
            customer: snapshot.customer.id.to_string(),
            score: scoring.name.clone(),
            title: scoring.title.clone(),
            at: now.to_zoned(zone.clone()),
            explained: explain(&facts, scoring),
        })
        .collect())
}

/// What one hopes for where nobody says it: the event that is the goal of most workflows, else the purchase
/// as the model's examples name it.
fn hoped_for(published: &Published) -> Option<String> {
    let mut goals: BTreeMap<&str, usize> = BTreeMap::new();
    for workflow in published.project.workflows.values() {
        if let Some(Goal { reached: GoalReached::Event { name, .. }, .. }) = &workflow.goal {
            *goals.entry(name).or_default() += 1;
        }
    }
    let most = goals.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
    let usual = || published.project.library.model.events.contains_key("order.paid").then_some("order.paid");
    most.map(|(name, _)| *name).or_else(usual).map(str::to_owned)
}

/// How well a score told buyers from others at instants of the past. Errors: no such score (4), no such
/// event (2).
pub async fn backtest(
    config: &Config,
    score: &str,
    event: Option<&str>,
    within: &Length,
    instants: &[Timestamp],
) -> Result<Backtest, Failure> {
    let (store, published) = with_score(config, Some(score)).await?;
    let scoring = named(config, &published, score)?;
    let Some(event) = event.map(str::to_owned).or_else(|| hoped_for(&published)) else {
        return Err(Failure::say(Exit::Usage, config.language.value, "backtest-no-event", &[]));
    };
    let event = event.as_str();
    if !published.project.library.model.events.contains_key(event) {
        return Err(Failure::say(Exit::Usage, config.language.value, "cli-no-event", &[("event", event)]));
    }
    let length = jiff::SignedDuration::from_millis(within.approximate_ms());
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    // Without instants: twelve of them, one window after the other, back from the latest whole one.
    let last = now.checked_sub(length).unwrap_or(now);
    let usual = (0..12).filter_map(|back| last.checked_sub(length.checked_mul(back)?).ok());
    let mut instants = if instants.is_empty() { usual.collect() } else { instants.to_vec() };
    instants.sort();
    let trials = engine::score::backtest(&mut conn, &published, scoring, event, length, &instants)
        .await
        .map_err(|error| of_engine(config, &error))?;
    Ok(Backtest {
        score: scoring.name.clone(),
        event: event.to_owned(),
        within: within.to_string(),
        instants: instants.iter().map(|at| at.to_zoned(published.zone.clone())).collect(),
        people: trials.len() as u64,
        came: trials.iter().filter(|trial| trial.came).count() as u64,
        auc: separation::auc(&trials),
        bands: separation::by_band(&trials, &scoring.bands),
        tenths: separation::by_tenth(&trials),
    })
}
