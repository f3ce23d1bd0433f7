//! Workflows and segments: what there is, who is inside, what it brought.

use super::allow::{Allowed, no_workflow};
use super::customers;
use super::page::{self, Asked, Named, Paged};
use crate::Served;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use model::{CustomerId, Enrollment, WalkState, WorkflowId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::enrollment::Cursor;
use store::report::Group;
use store::version::{Version, WorkflowState};

/// `GET /workflows`
pub(super) async fn list(State(served): State<Served>, _: Allowed) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let current = store::version::current(&mut conn).await?;
    let mut inside: BTreeMap<WorkflowId, i64> = BTreeMap::new();
    for at in store::enrollment::standing(&mut conn, None).await? {
        if at.step.is_some() {
            *inside.entry(at.workflow).or_default() += at.count;
        }
    }
    let published = served.engine.published();
    let shown = |(version, state): &(Version, WorkflowState)| {
        let live = published.workflows.live(&version.workflow);
        json!({
            "id": version.workflow,
            "title": live.map(|live| live.title.clone()),
            "state": state.as_str(),
            "version": version.version,
            "number": version.number,
            "path": version.path,
            "published_at": version.published_at,
            "people": inside.get(&version.workflow).copied().unwrap_or(0),
        })
    };
    Ok(Json(json!({ "workflows": current.iter().map(shown).collect::<Vec<_>>() })))
}

async fn current(conn: &mut store::Connection, id: &str) -> Result<(Version, WorkflowState), Problem> {
    let all = store::version::current(conn).await?;
    all.into_iter().find(|(version, _)| version.workflow.as_str() == id).ok_or_else(|| no_workflow(id))
}

/// `GET /workflows/{id}`
pub(super) async fn show(
    State(served): State<Served>,
    _: Allowed,
    Named(id): Named,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut conn = served.engine.store().read().await?;
    let (version, state) = current(&mut conn, &id).await?;
    let tag = format!("\"{}-{}\"", version.version, state.as_str());
    let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|known| known.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let shown = json!({
        "id": version.workflow,
        "state": state.as_str(),
        "version": version.version,
        "number": version.number,
        "path": version.path,
        "published_at": version.published_at,
        "text": version.text,
    });
    Ok(([(ETAG, tag)], Json(shown)).into_response())
}

/// `GET /workflows/{id}/versions`
pub(super) async fn versions(
    State(served): State<Served>,
    _: Allowed,
    Named(id): Named,
) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let mut all = store::version::of_workflow(&mut conn, &WorkflowId::new(&id)).await?;
    if all.is_empty() {
        return Err(no_workflow(&id));
    }
    all.sort_by_key(|version| std::cmp::Reverse(version.number));
    let shown = |version: &Version| {
        json!({
            "version": version.version,
            "number": version.number,
            "path": version.path,
            "published_at": version.published_at,
        })
    };
    Ok(Json(json!({ "workflow": id, "versions": all.iter().map(shown).collect::<Vec<_>>() })))
}

/// `GET /workflows/{id}/people`
pub(super) async fn people(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(asked): Asked<Paged>,
) -> Result<Json<Value>, Problem> {
    let wrong = || Problem::new(Code::NotValid).says("api-cursor");
    let behind = match page::parts::<2>(asked.cursor.as_deref())? {
        None => Cursor::default(),
        Some([slot, id]) => Cursor { slot: slot.parse().map_err(|_| wrong())?, id },
    };
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    current(&mut conn, &id).await?;
    let workflow = WorkflowId::new(&id);
    let owners = allowed.owners();
    let (walks, next) = store::enrollment::page(&mut conn, &workflow, owners, &behind, limit).await?;
    let steps = store::enrollment::steps(&mut conn, &workflow, owners).await?;
    let person = |walk: &Enrollment| {
        let since = match &walk.state {
            WalkState::Ready { since, .. } | WalkState::Waiting { since, .. } => *since,
            WalkState::Ended { at, .. } => *at,
        };
        json!({
            "customer": walk.customer,
            "enrollment": walk.id,
            "step": walk.step(),
            "version": walk.version,
            "since": since,
            "until": walk.wake_at(),
        })
    };
    Ok(Json(json!({
        "workflow": id,
        "steps": steps.iter().map(|(step, people)| json!({ "step": step, "people": people })).collect::<Vec<_>>(),
        "people": walks.iter().map(person).collect::<Vec<_>>(),
        "next": next.map(|next| page::cursor(&[&next.slot.to_string(), &next.id])),
    })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportAsked {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// `GET /workflows/{id}/report`
pub(super) async fn report(
    State(served): State<Served>,
    _: Allowed,
    Named(id): Named,
    Asked(asked): Asked<ReportAsked>,
) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    current(&mut conn, &id).await?;
    let (from, to) = (asked.from.unwrap_or(Timestamp::UNIX_EPOCH), asked.to.unwrap_or(Timestamp::MAX));
    let counted = store::report::of_workflow(&mut conn, &WorkflowId::new(&id), from, to).await?;
    let group = |group: &Group| {
        json!({
            "split": group.split,
            "arm": group.arm,
            "held_out": group.held_out,
            "people": group.people,
            "reached": group.reached,
            "conversions": group.conversions,
            "value": group.value,
        })
    };
    let steps: BTreeMap<&String, Value> = counted
        .steps
        .iter()
        .map(|(step, at)| (step, json!({ "people": at.people, "done": at.done, "skipped": at.skipped })))
        .collect();
    Ok(Json(json!({
        "workflow": id,
        "groups": counted.groups.iter().map(group).collect::<Vec<_>>(),
        "steps": steps,
        "refused": counted.refused,
        "exited": counted.exited,
    })))
}

/// `GET /segments`
pub(super) async fn segments(State(served): State<Served>, allowed: Allowed) -> Result<Json<Value>, Problem> {
    let published = served.engine.published();
    let now = served.engine.now();
    let mut conn = served.engine.store().read().await?;
    let mut all = Vec::new();
    for (name, condition) in &published.project.library.segments {
        let members = engine::audience::in_segment(&mut conn, &published, name, now).await?;
        let people = match members {
            None => None,
            Some(ids) => Some(allowed.seen(&mut conn, &ids).await?.len()),
        };
        all.push(json!({ "name": name, "condition": &*condition.text, "people": people }));
    }
    Ok(Json(json!({ "segments": all })))
}

/// `GET /segments/{name}/customers`
pub(super) async fn segment(
    State(served): State<Served>,
    allowed: Allowed,
    Named(name): Named,
    Asked(asked): Asked<Paged>,
) -> Result<Json<Value>, Problem> {
    let behind = page::parts::<1>(asked.cursor.as_deref())?.map(|[id]| CustomerId::from(id));
    let limit = page::limit(asked.limit);
    let published = served.engine.published();
    let none = || Problem::new(Code::NotFound).says("api-no-segment").with("segment", &name);
    if !published.project.library.segments.contains_key(&name) {
        return Err(none());
    }
    let mut conn = served.engine.store().read().await?;
    let members = engine::audience::in_segment(&mut conn, &published, &name, served.engine.now()).await?;
    let members = members.ok_or_else(none)?;
    let seen = allowed.seen(&mut conn, &members).await?;
    let page: Vec<CustomerId> = seen
        .into_iter()
        .filter(|id| behind.as_ref().is_none_or(|behind| id > behind))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect();
    customers::several(&served, &mut conn, &allowed, &page, limit).await
}
