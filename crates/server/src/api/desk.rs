//! What colleagues have to do, and who they are.

use super::allow::Allowed;
use super::facts::task_shown;
use super::page::{self, Asked, Named, Trial};
use crate::Served;
use crate::access::Reach;
use crate::body::Input;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use engine::answer::{self, Finished};
use model::{RepId, TaskId};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TasksAsked {
    rep: Option<String>,
    limit: Option<u32>,
}

/// `GET /tasks`
pub(super) async fn tasks(
    State(served): State<Served>,
    allowed: Allowed,
    Asked(asked): Asked<TasksAsked>,
) -> Result<Json<Value>, Problem> {
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    let mut kept = Vec::new();
    match (asked.rep.map(RepId::from), &allowed.reach) {
        (Some(rep), _) if !allowed.is_of(&rep) => {
            return Err(Problem::new(Code::KeyMayNot).says("api-not-yours"));
        }
        (Some(rep), _) => kept = store::task::open(&mut conn, &rep, limit).await?,
        (None, Reach::All) => kept = store::task::all_open(&mut conn, limit).await?,
        (None, Reach::Of(reps)) => {
            for rep in reps {
                kept.extend(store::task::open(&mut conn, rep, limit).await?);
            }
            kept.sort_by_key(|kept| (kept.task.due.is_none(), kept.task.due));
            kept.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
    }
    let shown: Vec<Value> = kept.iter().map(|kept| task_shown(&kept.task, allowed.personal)).collect();
    Ok(Json(json!({ "tasks": shown })))
}

/// What came of a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DoneInput {
    /// One of the task's outcomes, where it has any.
    outcome: Option<String>,
}

/// `POST /tasks/{id}/done`
pub(super) async fn finish(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    Input(said): Input<DoneInput>,
) -> Result<Json<Value>, Problem> {
    let store = served.engine.store();
    let none = || Problem::new(Code::NotFound).says("tasks-no-task").with("task", &id);
    let found = {
        let mut conn = store.read().await?;
        store::task::find(&mut conn, &TaskId::new(&id)).await?
    };
    let open = found.filter(|kept| kept.done_at.is_none()).ok_or_else(none)?;
    let theirs = open.task.rep.as_ref().is_some_and(|rep| allowed.is_of(rep));
    if !theirs && allowed.reach != Reach::All {
        return Err(none());
    }
    let no_outcome = |known: &[String]| {
        let wrong = Problem::new(Code::NotValid).says("tasks-no-outcome").at("/outcome");
        wrong.with("outcome", said.outcome.as_deref().unwrap_or_default()).with("known", known.join(", "))
    };
    if trial.dry_run {
        let known = &open.task.outcomes;
        let fits = said.outcome.as_ref().is_none_or(|said| known.is_empty() || known.contains(said));
        return if fits { Ok(Json(json!({ "task": id, "dry_run": true }))) } else { Err(no_outcome(known)) };
    }
    let (published, now) = (served.engine.published(), served.engine.now());
    let (task, who) = (TaskId::new(&id), allowed.caller.who());
    match answer::finish(store, &published, &task, said.outcome.as_deref(), &who, now).await? {
        Finished::NoTask => Err(none()),
        Finished::NoOutcome(known) => Err(no_outcome(&known)),
        Finished::Done(_) => Ok(Json(json!({ "task": id, "dry_run": false }))),
    }
}

/// `GET /reps`
pub(super) async fn reps(State(served): State<Served>, allowed: Allowed) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let all = engine::reps::listed(&mut conn, &served.engine.published(), served.engine.now()).await?;
    let shown: Vec<Value> = all
        .iter()
        .filter(|rep| allowed.is_of(&rep.id))
        .map(|rep| {
            json!({ "id": rep.id, "name": rep.name, "away": rep.away, "open": rep.open, "teams": rep.teams })
        })
        .collect();
    Ok(Json(json!({ "reps": shown })))
}

/// Whether a rep is away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AwayInput {
    /// `false`: they are back.
    away: bool,
}

/// `POST /reps/{id}/away`
pub(super) async fn away(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(trial): Asked<Trial>,
    Input(said): Input<AwayInput>,
) -> Result<Json<Value>, Problem> {
    let rep = RepId::new(&id);
    let none = || Problem::new(Code::NotFound).says("reps-no-rep").with("rep", &id);
    if !allowed.is_of(&rep) {
        return Err(none());
    }
    let now = served.engine.now();
    let mut transaction = served.engine.store().begin().await?;
    if !store::rep::set_away(&mut transaction, &rep, said.away).await? {
        return Err(none());
    }
    let did = if said.away { "away" } else { "back" };
    store::audit::record(&mut transaction, &allowed.caller.who(), did, &id, now).await?;
    if !trial.dry_run {
        store::commit(transaction).await?;
    }
    Ok(Json(json!({ "rep": id, "away": said.away, "dry_run": trial.dry_run })))
}
