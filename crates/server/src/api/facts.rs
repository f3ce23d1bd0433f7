//! What happened to customers: events, messages, tasks, decisions.

use super::allow::Allowed;
use super::page::{self, Asked, Named, Paged};
use crate::Served;
use crate::house;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::masked::{self, MASKED};
use model::{Consent, CustomerId, SendState, Task, WorkflowId, because};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::send::{Ledger, Wanted};

/// `GET /customers/{id}/events`
pub(super) async fn of_customer(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(asked): Asked<Paged>,
) -> Result<Json<Value>, Problem> {
    let before = page::at_and_id(asked.cursor.as_deref())?;
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    let id = allowed.customer(&mut conn, &id).await?;
    let published = served.engine.published();
    let model = &published.project.library.model;
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let events = store::event::latest(&mut conn, &id, model, before, limit).await?;
    let full = events.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next =
        events.last().filter(|_| full).map(|last| page::cursor(&[&last.at.to_string(), last.id.as_str()]));
    let events: Vec<Value> =
        events.iter().map(|event| masked::event(event, model, allowed.personal)).collect();
    Ok(Json(json!({ "events": events, "next": next })))
}

/// A message; `words`: what its customer ever said, for the word that permitted it.
fn send_shown(ledger: &Ledger, words: &[Consent]) -> Value {
    let outgoing = &ledger.outgoing;
    json!({
        "consent": engine::privacy::permitted(words, ledger).map(Consent::to_json),
        "id": outgoing.id,
        "customer": outgoing.customer,
        "workflow": outgoing.workflow,
        "step": outgoing.step,
        "medium": outgoing.medium.as_str(),
        "template": outgoing.template,
        "topic": outgoing.topic,
        "state": ledger.state.as_str(),
        "reason": ledger.reason,
        "due_at": ledger.due_at,
        "created_at": ledger.created_at,
        "settled_at": ledger.settled_at,
    })
}

/// A page of messages, and the cursor behind it where there may be more.
async fn page_of_sends(
    served: &Served,
    allowed: &Allowed,
    wanted: Wanted<'_>,
    (limit, cursor): (Option<u32>, Option<&str>),
) -> Result<Json<Value>, Problem> {
    let before = page::at_and_id(cursor)?;
    let before = before.as_ref().map(|(at, id)| (*at, id.as_str()));
    let limit = page::limit(limit);
    let mut conn = served.engine.store().read().await?;
    let rows = store::send::page(&mut conn, allowed.owners(), wanted, before, limit).await?;
    let full = rows.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = rows
        .last()
        .filter(|_| full)
        .map(|last| page::cursor(&[&last.created_at.to_string(), last.outgoing.id.as_str()]));
    let whose: BTreeSet<&CustomerId> = rows.iter().map(|row| &row.outgoing.customer).collect();
    let whose: Vec<&CustomerId> = whose.into_iter().collect();
    let words = store::consent::of_customers(&mut conn, &whose).await?;
    let words = |row: &Ledger| words.get(&row.outgoing.customer).map_or(&[][..], Vec::as_slice);
    let rows: Vec<Value> = rows.iter().map(|row| send_shown(row, words(row))).collect();
    Ok(Json(json!({ "sends": rows, "next": next })))
}

/// `GET /customers/{id}/sends`
pub(super) async fn sends(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(asked): Asked<Paged>,
) -> Result<Json<Value>, Problem> {
    let id = {
        let mut conn = served.engine.store().read().await?;
        allowed.customer(&mut conn, &id).await?
    };
    let wanted = Wanted { customer: Some(&id), ..Wanted::default() };
    page_of_sends(&served, &allowed, wanted, (asked.limit, asked.cursor.as_deref())).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendsAsked {
    workflow: Option<String>,
    customer: Option<String>,
    state: Option<String>,
    #[serde(default)]
    unknown: bool,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /sends`
pub(super) async fn all_sends(
    State(served): State<Served>,
    allowed: Allowed,
    Asked(asked): Asked<SendsAsked>,
) -> Result<Json<Value>, Problem> {
    let state = match (&asked.state, asked.unknown) {
        (_, true) => Some(SendState::Unknown),
        (None, false) => None,
        (Some(word), false) => Some(SendState::from_word(word).ok_or_else(|| {
            let wrong = Problem::new(Code::NotValid).says("value-not-one-of");
            let known = SendState::ALL.map(SendState::as_str).join(", ");
            wrong.with("text", word).with("choices", known)
        })?),
    };
    let customer = asked.customer.map(CustomerId::from);
    let wanted = Wanted {
        workflow: asked.workflow.as_deref().filter(|id| !id.is_empty()),
        state,
        customer: customer.as_ref(),
    };
    page_of_sends(&served, &allowed, wanted, (asked.limit, asked.cursor.as_deref())).await
}

/// A task as everybody who may see it sees it. Its text was made for a colleague, and may hold what is personal.
pub(super) fn task_shown(task: &Task, personal: bool) -> Value {
    let text = |text: &str| masked::text(text, personal);
    json!({
        "id": task.id,
        "customer": task.customer,
        "rep": task.rep,
        "role": task.role,
        "title": text(&task.title),
        "body": task.body.as_deref().map(text),
        "due": task.due,
        "outcomes": task.outcomes,
        "workflow": task.workflow,
        "step": task.step,
    })
}

/// `GET /customers/{id}/tasks`
pub(super) async fn tasks(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
) -> Result<Json<Value>, Problem> {
    let mut conn = served.engine.store().read().await?;
    let id = allowed.customer(&mut conn, &id).await?;
    let kept = store::task::of_customer(&mut conn, &id).await?;
    let shown = |kept: &store::task::Kept| {
        let mut shown = task_shown(&kept.task, allowed.personal);
        if let Some(members) = shown.as_object_mut() {
            members.insert("done_at".to_owned(), json!(kept.done_at));
            members.insert("outcome".to_owned(), json!(kept.outcome));
        }
        shown
    };
    Ok(Json(json!({ "tasks": kept.iter().map(shown).collect::<Vec<_>>() })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyAsked {
    workflow: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /customers/{id}/why`: a page in the order of time; the cursor leads to what was before it.
pub(super) async fn why(
    State(served): State<Served>,
    allowed: Allowed,
    Named(id): Named,
    Asked(asked): Asked<WhyAsked>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let language = house::language(&headers, served.language);
    let wrong = || Problem::new(Code::NotValid).says("api-cursor");
    let before = match page::at_and_id(asked.cursor.as_deref())? {
        None => None,
        Some((at, number)) => Some((at, number.parse::<i64>().map_err(|_| wrong())?)),
    };
    let limit = page::limit(asked.limit);
    let mut conn = served.engine.store().read().await?;
    let id = allowed.customer(&mut conn, &id).await?;
    let workflow = asked.workflow.map(WorkflowId::from);
    let lines = store::trace::page(&mut conn, &id, workflow.as_ref(), before, limit).await?;
    let full = lines.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = lines
        .last()
        .filter(|_| full)
        .map(|(number, last)| page::cursor(&[&last.at.to_string(), &number.to_string()]));
    let permits = engine::privacy::permits(&mut conn, &id).await?;
    let line = |line: &model::TraceLine| {
        let mut shown = because::json(line, language);
        if let Some(permit) = engine::privacy::permit_of(&permits, line)
            && let Some(members) = shown.as_object_mut()
        {
            members.insert("consent".to_owned(), permit.to_json());
        }
        if !allowed.personal
            && let Some(members) = shown.as_object_mut()
        {
            // The values are those that the decision rested on.
            members.insert("values".to_owned(), json!({}));
            members.insert("because".to_owned(), json!(MASKED));
        }
        shown
    };
    let shown: Vec<Value> = lines.iter().rev().map(|(_, each)| line(each)).collect();
    Ok(Json(json!({ "customer": id, "lines": shown, "next": next })))
}
