//! What a rep says: an answer, a finished task, a claim. It is decided at once, in one transaction, as the
//! live engine would decide it.

use crate::error::EngineError;
use crate::published::Published;
use crate::turns;
use jiff::Timestamp;
use model::event::names;
use model::{CustomerId, Event, EventId, Input, RepId, TaskId, TraceLine, Value, content_id};
use std::collections::BTreeMap;
use store::Store;
use store::event::EventState;

/// An act, as the audit has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act<'a> {
    /// Who does it.
    pub who: &'a str,
    /// The verb.
    pub did: &'a str,
    /// To what: ids.
    pub what: &'a str,
}

/// A fact that a colleague tells: `rep.accepted`, `task.done` … Told twice at one instant it is told once.
pub async fn tell(
    store: &Store,
    published: &Published,
    customer: &CustomerId,
    (name, properties): (&str, BTreeMap<String, Value>),
    act: Act<'_>,
    now: Timestamp,
) -> Result<Vec<TraceLine>, EngineError> {
    let said = properties.values().map(ToString::to_string).collect::<Vec<_>>().join("\u{1f}");
    let millis = now.as_millisecond().to_string();
    let id = content_id("cl_", &[customer.as_str(), name, &said, &millis]);
    let event = Event {
        id: EventId::from(id),
        source: "colleague".to_owned(),
        name: name.to_owned(),
        customer: customer.clone(),
        entity: None,
        at: now,
        received_at: now,
        properties,
        chain: 0,
    };
    let mut transaction = store.begin().await?;
    store::event::insert(&mut transaction, &[&event], EventState::Done).await?;
    let inputs = BTreeMap::from([(customer.clone(), vec![Input::Event(event)])]);
    let decided = turns::decide(&mut transaction, published, inputs, now).await?;
    store::audit::record(&mut transaction, act.who, act.did, act.what, now).await?;
    store::commit(transaction).await?;
    Ok(decided.into_iter().flat_map(|(_, changes)| changes.trace).collect())
}

/// What became of finishing a task.
#[derive(Clone, Debug, PartialEq)]
pub enum Finished {
    /// It is done, and this follows.
    Done(Vec<TraceLine>),
    /// There is no such task that is open.
    NoTask,
    /// The task has no such outcome; these it has.
    NoOutcome(Vec<String>),
}

/// Finishes a task. `who`: as the audit has it.
pub async fn finish(
    store: &Store,
    published: &Published,
    id: &TaskId,
    outcome: Option<&str>,
    who: &str,
    now: Timestamp,
) -> Result<Finished, EngineError> {
    let found = {
        let mut conn = store.read().await?;
        store::task::find(&mut conn, id).await?
    };
    let Some(kept) = found.filter(|kept| kept.done_at.is_none()) else { return Ok(Finished::NoTask) };
    let task = kept.task;
    let known =
        outcome.is_none_or(|said| task.outcomes.is_empty() || task.outcomes.iter().any(|one| one == said));
    if !known {
        return Ok(Finished::NoOutcome(task.outcomes));
    }
    let text = |value: &str| Value::Text(value.to_owned());
    let mut properties = BTreeMap::from([
        ("id".to_owned(), text(id.as_str())),
        ("task".to_owned(), text(&task.title)),
        ("workflow".to_owned(), text(task.workflow.as_str())),
        ("step".to_owned(), text(task.step.as_str())),
    ]);
    properties.extend(outcome.map(|outcome| ("outcome".to_owned(), text(outcome))));
    let act = Act { who, did: "task done", what: id.as_str() };
    let lines = tell(store, published, &task.customer, (names::TASK_DONE, properties), act, now).await?;
    Ok(Finished::Done(lines))
}

/// A rep takes a lead out of the public pool. The last line of the trace says whether they may. `who`: as the audit
/// has it.
pub async fn claim(
    store: &Store,
    published: &Published,
    customer: &CustomerId,
    rep: &RepId,
    subject: &str,
    who: &str,
    now: Timestamp,
) -> Result<Vec<TraceLine>, EngineError> {
    let claim = Input::Claim { rep: rep.clone(), subject: subject.to_owned(), at: now };
    let inputs = BTreeMap::from([(customer.clone(), vec![claim])]);
    let mut transaction = store.begin().await?;
    let decided = turns::decide(&mut transaction, published, inputs, now).await?;
    let what = format!("{customer} {rep} {subject}");
    store::audit::record(&mut transaction, who, "lead claim", what.trim_end(), now).await?;
    store::commit(transaction).await?;
    Ok(decided.into_iter().flat_map(|(_, changes)| changes.trace).collect())
}
