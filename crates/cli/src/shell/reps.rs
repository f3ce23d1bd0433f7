//! What colleagues ask and say: their tasks, their load, an answer, a claim.

use super::ask::loaded;
use super::open::{self, of_engine, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::reps::{RepRow, TaskRow};
use engine::answer::{Act, Finished};
use engine::operate::WHO;
use jiff::Timestamp;
use model::event::names;
use model::{Outcome, RepId, TaskId, TraceLine, Value};
use std::collections::BTreeMap;

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
    let now = open::now(config, &store).await?;
    let done = engine::answer::finish(&store, &published, &TaskId::new(id), outcome, WHO, now)
        .await
        .map_err(|error| of_engine(config, &error))?;
    match done {
        Finished::Done(_) => Ok(()),
        Finished::NoTask => Err(Failure::say(Exit::NotFound, language, "tasks-no-task", &[("task", id)])),
        Finished::NoOutcome(known) => {
            let (said, all) = (outcome.unwrap_or_default(), known.join(", "));
            let values = [("outcome", said), ("known", all.as_str())];
            Err(Failure::say(Exit::Usage, language, "tasks-no-outcome", &values))
        }
    }
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
    let (name, did) = match verb {
        LeadVerb::Accept => (names::REP_ACCEPTED, "lead accept"),
        LeadVerb::Refuse => (names::REP_REFUSED, "lead refuse"),
        LeadVerb::Contact => (names::REP_CONTACTED, "lead contact"),
        LeadVerb::Claim => {
            let rep = RepId::new(rep);
            let subject = of.unwrap_or_default();
            let lines = engine::answer::claim(&store, &published, &id, &rep, subject, WHO, now)
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
    let what = format!("{id} {rep}");
    let act = Act { who: WHO, did, what: &what };
    engine::answer::tell(&store, &published, &id, (name, properties), act, now)
        .await
        .map_err(|error| of_engine(config, &error))
}

/// Says that a rep is away, or back. Errors: no such rep (4).
pub async fn set_away(config: &Config, rep: &str, away: bool) -> Result<(), Failure> {
    let store = open::database(config).await?;
    let now = open::now(config, &store).await?;
    let done = async {
        let mut transaction = store.begin().await?;
        let known = store::rep::set_away(&mut transaction, &RepId::new(rep), away).await?;
        if known {
            let did = if away { "away" } else { "back" };
            store::audit::record(&mut transaction, WHO, did, rep, now).await?;
        }
        store::commit(transaction).await?;
        Ok(known)
    };
    match done.await.map_err(|error| of_store(config, &error))? {
        true => Ok(()),
        false => Err(Failure::say(Exit::NotFound, config.language.value, "reps-no-rep", &[("rep", rep)])),
    }
}

/// All reps with what they have open.
pub async fn reps(config: &Config) -> Result<Vec<RepRow>, Failure> {
    let (store, published) = loaded(config).await?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let all = engine::reps::listed(&mut conn, &published, Timestamp::now())
        .await
        .map_err(|error| of_engine(config, &error))?;
    Ok(all
        .into_iter()
        .map(|rep| RepRow {
            name: rep.name,
            away: rep.away,
            open: rep.open,
            teams: rep.teams,
            id: rep.id.to_string(),
        })
        .collect())
}
