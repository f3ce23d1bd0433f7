//! What a person may ask of us by law: everything that we hold of them, and that it goes.

use crate::error::EngineError;
use crate::operate::By;
use crate::published::Published;
use crate::turns;
use dsl::project::Settings;
use jiff::Timestamp;
use model::event::{OURSELVES, names};
use model::words::Language;
use model::{
    Consent, CustomerId, EnrollmentId, Event, EventId, Input, Outcome, SendState, StepId, Suppression,
    TraceLine, because, content_id,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use store::event::EventState;
use store::send::Ledger;
use store::{Connection, Store, audit, consent, event, opt_in, send, snapshot, task};

/// What is lost of a customer who is erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Walks under way, which end.
    pub walks: usize,
    /// Messages that were still to go, and do not.
    pub waiting: usize,
    /// Messages of which their text goes.
    pub messages: usize,
    /// Facts of which their texts go.
    pub events: usize,
    /// Tasks of colleagues of which their text goes.
    pub tasks: usize,
    /// Addresses of which a keyed hash stays, so that no import brings them back.
    pub addresses: usize,
    /// They had been forgotten before.
    pub again: bool,
}

/// The word that permitted a message, and the first that did for those that need several; `None`: it needed none, or
/// none is known.
pub fn permitted<'c>(words: &'c [Consent], ledger: &Ledger) -> Option<&'c Consent> {
    let outgoing = &ledger.outgoing;
    // What is still to go is permitted by what holds until then.
    let by = ledger.settled_at.unwrap_or(Timestamp::MAX);
    consent::permitting(words, outgoing.topic.as_deref()?, outgoing.medium, by)
}

/// The words that permitted a customer's messages, by the walk and the step that sent them.
pub async fn permits(
    conn: &mut Connection,
    customer: &CustomerId,
) -> Result<BTreeMap<(EnrollmentId, StepId), Consent>, EngineError> {
    let words = consent::of_customer(conn, customer).await?;
    let sends = send::of_customer(conn, customer).await?;
    let permitted = sends.into_iter().filter_map(|ledger| {
        let word = permitted(&words, &ledger)?.clone();
        Some(((ledger.outgoing.enrollment, ledger.outgoing.step), word))
    });
    Ok(permitted.collect())
}

/// The word that permitted what a line of the trace says; `None`: it is no message, or needed none.
pub fn permit_of<'p>(
    permits: &'p BTreeMap<(EnrollmentId, StepId), Consent>,
    line: &TraceLine,
) -> Option<&'p Consent> {
    if line.outcome != Outcome::Done {
        return None;
    }
    permits.get(&(line.enrollment.clone()?, line.step.clone()?))
}

/// Erases a customer: walks end, what is due is taken back, every text goes, and of the addresses keyed hashes stay.
/// The audit holds that it was done. `None`: nobody has this id.
pub async fn erase(
    store: &Store,
    settings: &Settings,
    customer: &CustomerId,
    by: By<'_>,
    now: Timestamp,
) -> Result<Option<Erased>, EngineError> {
    let mut transaction = store.begin().await?;
    let conn: &mut Connection = &mut transaction;
    let published = Published::load(conn, settings, now).await?;
    let model = &published.project.library.model;
    let ids = std::slice::from_ref(customer);
    let Some(before) = snapshot::load(conn, ids, model, &published.reads, now).await?.pop() else {
        return Ok(None);
    };
    let addresses: Vec<String> =
        ["email", "phone"].iter().filter_map(|name| before.customer.text(name).map(str::to_owned)).collect();
    let sends = send::of_customer(conn, customer).await?;
    let (from, to) = (Timestamp::MIN, Timestamp::MAX);
    let erased = Erased {
        walks: before.enrollments.iter().filter(|walk| walk.is_active()).count(),
        waiting: sends
            .iter()
            .filter(|send| matches!(send.state, SendState::Due | SendState::Claimed))
            .count(),
        messages: sends.len(),
        events: event::of_customer(conn, customer, model, from, to).await?.len(),
        tasks: task::of_customer(conn, customer).await?.len(),
        addresses: addresses.len(),
        again: before.suppressions.iter().any(Suppression::is_tombstone),
    };
    let at = now.as_millisecond().to_string();
    let fact = Event {
        id: EventId::from(content_id("er_", &[customer.as_str(), &at])),
        source: OURSELVES.to_owned(),
        name: names::CUSTOMER_FORGOTTEN.to_owned(),
        customer: customer.clone(),
        entity: None,
        at: now,
        received_at: now,
        properties: BTreeMap::new(),
        chain: 0,
    };
    event::insert(conn, &[&fact], EventState::Done).await?;
    turns::decide(conn, &published, BTreeMap::from([(customer.clone(), vec![Input::Event(fact)])]), now)
        .await?;
    store::erase::erase(conn, customer, &addresses).await?;
    audit::record(conn, by.who, "erase", customer.as_str(), now).await?;
    let is_kept = !by.dry_run;
    by.end(transaction).await?;
    if is_kept && !store.empty_log().await? {
        tracing::warn!("the write-ahead log could not be emptied: it is written over later");
    }
    Ok(Some(erased))
}

/// Everything that is held of a customer. `None`: nobody has this id.
pub async fn held(
    conn: &mut Connection,
    published: &Published,
    customer: &CustomerId,
    language: Language,
    now: Timestamp,
) -> Result<Option<Json>, EngineError> {
    let model = &published.project.library.model;
    let ids = std::slice::from_ref(customer);
    let Some(known) = snapshot::load(conn, ids, model, &published.reads, now).await?.pop() else {
        return Ok(None);
    };
    let plain = |attributes: &BTreeMap<String, model::Value>| -> Map<String, Json> {
        attributes.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect()
    };
    let words = consent::of_customer(conn, customer).await?;
    let asked = opt_in::of_customer(conn, customer).await?;
    let asked: Vec<Json> = asked
        .iter()
        .map(|one| {
            json!({
                "topic": one.topic,
                "channel": one.medium.as_str(),
                "asked_at": one.asked_at,
                "source": one.source,
                "wording": one.wording,
            })
        })
        .collect();
    let events = event::of_customer(conn, customer, model, Timestamp::MIN, Timestamp::MAX).await?;
    let clicked: Vec<Json> = events
        .iter()
        .filter(|due| due.event.name.ends_with(".clicked"))
        .map(|due| {
            let of = |name: &str| due.event.properties.get(name).map(model::Value::to_plain_json);
            json!({ "at": due.event.at, "link": of("link"), "template": of("template") })
        })
        .collect();
    let events: Vec<Json> = events.iter().map(|due| due.event.to_json()).collect();
    let sends = send::of_customer(conn, customer).await?;
    let sends: Vec<Json> = sends
        .iter()
        .map(|ledger| {
            let outgoing = &ledger.outgoing;
            json!({
                "id": outgoing.id,
                "created_at": ledger.created_at,
                "settled_at": ledger.settled_at,
                "workflow": outgoing.workflow,
                "step": outgoing.step,
                "channel": outgoing.medium.as_str(),
                "template": outgoing.template,
                "subject": outgoing.subject,
                "text": outgoing.text,
                "values": outgoing.context,
                "topic": outgoing.topic,
                "state": ledger.state.as_str(),
                "reason": ledger.reason,
                "consent": permitted(&words, ledger).map(Consent::to_json),
            })
        })
        .collect();
    let walks = store::enrollment::of_customer(conn, customer).await?;
    let walks: Vec<Json> = walks
        .iter()
        .map(|walk| {
            json!({
                "id": walk.id,
                "workflow": walk.workflow,
                "version": walk.version,
                "key": walk.key,
                "entered_at": walk.entered_at,
                "under_way": walk.is_active(),
                "step": walk.step(),
                "carries": walk.walk,
            })
        })
        .collect();
    let tasks = task::of_customer(conn, customer).await?;
    let tasks: Vec<Json> = tasks
        .iter()
        .map(|kept| {
            let task = &kept.task;
            json!({
                "id": task.id,
                "rep": task.rep,
                "title": task.title,
                "text": task.body,
                "due": task.due,
                "done_at": kept.done_at,
                "outcome": kept.outcome,
            })
        })
        .collect();
    let decisions = store::trace::of_customer(conn, customer, None).await?;
    let decisions: Vec<Json> = decisions.iter().map(|line| because::json(line, language)).collect();
    let entities: Vec<Json> = known
        .entities
        .iter()
        .filter(|(_, entity)| entity.customer.as_ref() == Some(customer))
        .map(
            |((kind, id), entity)| json!({ "kind": kind, "id": id, "attributes": plain(&entity.attributes) }),
        )
        .collect();
    Ok(Some(json!({
        "customer": customer,
        "exported_at": now,
        "attributes": plain(&known.customer.attributes),
        "entities": entities,
        "consents": words.iter().map(Consent::to_json).collect::<Vec<_>>(),
        "asked_to_confirm": asked,
        "suppressions": known.suppressions.iter().map(Suppression::to_json).collect::<Vec<_>>(),
        "events": events,
        "links_clicked": clicked,
        "enrollments": walks,
        "messages": sends,
        "tasks": tasks,
        "decisions": decisions,
    })))
}
