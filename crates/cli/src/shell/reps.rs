//! What colleagues ask and say: their tasks, their load, an answer, a claim.

use super::ask::loaded;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::reps::{RepRow, TaskRow};
use jiff::Timestamp;
use model::event::names;
use model::{Outcome, RepId, TaskId, TraceLine, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Open tasks, the most urgent first; of one rep, or of all.
pub async fn tasks(config: &Config, rep: Option<&str>, limit: u32) -> Result<Vec<TaskRow>, Failure> {
    let store = open::database(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let kept = match rep {
        Some(rep) => store::task::open(&mut conn, &RepId::new(rep), limit).await,
        None => store::task::all_open(&mut conn, limit).await,
    }
    .map_err(|error| of_store(config, &error))?;
    Ok(kept.into_iter().map(|kept| TaskRow::of(kept.task)).collect())
}

/// Finishes a task. Errors: there is none of that id that is open (4); no such outcome (2).
pub async fn finish(config: &Config, id: &str, outcome: Option<&str>) -> Result<(), Failure> {
    let language = config.language.value;
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let found =
        store::task::find(&mut conn, &TaskId::new(id)).await.map_err(|error| of_store(config, &error))?;
    drop(conn);
    let Some(kept) = found.filter(|kept| kept.done_at.is_none()) else {
        return Err(Failure::say(Exit::NotFound, language, "tasks-no-task", &[("task", id)]));
    };
    let task = kept.task;
    let known =
        outcome.is_none_or(|said| task.outcomes.is_empty() || task.outcomes.iter().any(|o| o == said));
    if let Some(said) = outcome.filter(|_| !known) {
        let all = task.outcomes.join(", ");
        return Err(Failure::say(
            Exit::Usage,
            language,
            "tasks-no-outcome",
            &[("outcome", said), ("known", &all)],
        ));
    }
    let text = |value: &str| Value::Text(value.to_owned());
    let mut properties = BTreeMap::from([
        ("id".to_owned(), text(id)),
        ("task".to_owned(), text(&task.title)),
        ("workflow".to_owned(), text(task.workflow.as_str())),
        ("step".to_owned(), text(task.step.as_str())),
    ]);
    properties.extend(outcome.map(|outcome| ("outcome".to_owned(), text(outcome))));
    let now = open::now(config, &store).await?;
    engine::answer::tell(&store, &published, &task.customer, names::TASK_DONE, properties, now)
        .await
        .map_err(|error| of_engine(config, &error))?;
    Ok(())
}

/// What a rep does with a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LeadVerb {
    /// They take it
    Accept,
    /// They do not take it
    Refuse,
    /// They have spoken with the customer
    Contact,
    /// They take it out of the public pool
    Claim,
}

/// A rep answers, or takes a lead out of the pool. Errors: no such customer (4), a claim that the team's
/// limits do not allow (5).
pub async fn lead(
    config: &Config,
    verb: LeadVerb,
    customer: &str,
    rep: &str,
    of: Option<&str>,
) -> Result<Vec<TraceLine>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let id = open::customer(config, &mut conn, customer, &published).await?;
    drop(conn);
    let now = open::now(config, &store).await?;
    let name = match verb {
        LeadVerb::Accept => names::REP_ACCEPTED,
        LeadVerb::Refuse => names::REP_REFUSED,
        LeadVerb::Contact => names::REP_CONTACTED,
        LeadVerb::Claim => {
            let rep = RepId::new(rep);
            let lines = engine::answer::claim(&store, &published, &id, &rep, of.unwrap_or_default(), now)
                .await
                .map_err(|error| of_engine(config, &error))?;
            if let Some(refused) = lines.iter().find(|line| line.outcome == Outcome::Refused) {
                let why = crate::view::trace::because(refused, config.language.value);
                return Err(Failure::new(Exit::Conflict, why));
            }
            return Ok(lines);
        }
    };
    let properties = BTreeMap::from([("rep".to_owned(), Value::Text(rep.to_owned()))]);
    engine::answer::tell(&store, &published, &id, name, properties, now)
        .await
        .map_err(|error| of_engine(config, &error))
}

/// Says that a rep is away, or back. Errors: no such rep (4).
pub async fn set_away(config: &Config, rep: &str, away: bool) -> Result<(), Failure> {
    let store = open::database(config).await?;
    let mut transaction = store.begin().await.map_err(|error| of_store(config, &error))?;
    let known = store::rep::set_away(&mut transaction, &RepId::new(rep), away)
        .await
        .map_err(|error| of_store(config, &error))?;
    store::commit(transaction).await.map_err(|error| of_store(config, &error))?;
    if known {
        Ok(())
    } else {
        Err(Failure::say(Exit::NotFound, config.language.value, "reps-no-rep", &[("rep", rep)]))
    }
}

/// All reps with what they have open.
pub async fn reps(config: &Config) -> Result<Vec<RepRow>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let library = &published.project.library;
    let known = store::rep::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    let members = library.teams.values().flat_map(|team| &team.members).map(|member| member.rep.clone());
    let all: BTreeSet<RepId> = known.keys().cloned().chain(members).collect();
    let open = store::assignment::open(&mut conn, &library.model, &all)
        .await
        .map_err(|error| of_store(config, &error))?;
    let now = Timestamp::now();
    Ok(all
        .into_iter()
        .map(|id| {
            let rep = known.get(&id);
            let zone = interpreter::rep::zone(rep, &published.zone);
            let teams = library.teams.iter().filter(|(_, team)| team.member(&id).is_some());
            RepRow {
                name: rep.map(|rep| rep.name.clone()).unwrap_or_default(),
                away: interpreter::rep::is_away(rep, now, &zone),
                open: open.get(&id).copied().unwrap_or(0),
                teams: teams.map(|(team, _)| team.to_string()).collect(),
                id: id.to_string(),
            }
        })
        .collect())
}
