//! What takes messages back before they leave.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::{CustomerId, EnrollmentId, Medium, WorkflowId};
use std::collections::BTreeSet;

// What a walk's end takes back, and keeps a pause from putting back (snapshot.rs).
// ?1 [[slot, enrollment, reason], …]  ?2 now
pub(crate) const CANCEL_WALKS: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, lease = NULL, reason = want.value->>2
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.enrollment = want.value->>1
  AND (send.state IN ('due', 'claimed') OR (send.state = 'cancelled' AND send.reason = 'paused'))
  AND send.outgoing->>'riders' IS NULL AND send.outgoing->>'digest' IS NULL";

// Messages of these customers that stand for several walks and have not left (snapshot.rs).
// ?1 [[slot, customer], …]
const SHARED: &str = "
SELECT s.slot, s.id, s.outgoing
FROM jsonb_each(?1) AS want
CROSS JOIN send AS s
WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.customer = want.value->>1
  AND s.settled_at IS NULL AND s.state IN ('due', 'claimed') AND s.outgoing->>'riders' IS NOT NULL";

// What is left of them. A claim is over: whoever holds it has made the letter with too much in it.
// ?1 [[slot, id, outgoing], …]
const TAKE_OUT: &str = "
UPDATE send SET outgoing = want.value->2, state = 'due', worker = NULL, epoch = NULL, lease = NULL
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state IN ('due', 'claimed')";

// Those of which nothing is left.  ?1 [[slot, id, reason], …]  ?2 now
const CANCEL_SHARED: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, lease = NULL, reason = want.value->>2
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state IN ('due', 'claimed')";

// What a withdrawn consent (a topic) or a suppression (none) takes back of what goes to the customer; what goes
// to our own people stays (snapshot.rs).  ?1 [[slot, customer, topic, reason, medium], …]
// ?2 now
pub(crate) const CANCEL_TOPICS: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, lease = NULL, reason = want.value->>3
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.customer = want.value->>1
  AND send.settled_at IS NULL AND send.state IN ('due', 'claimed')
  AND send.outgoing->>'to' = 'customer' AND (want.value->>2 IS NULL OR send.topic = want.value->>2)
  AND (want.value->>4 IS NULL OR send.medium = want.value->>4)";

// What a pause takes back.  ?1 workflow  ?2 reason  ?3 now
const CANCEL_WORKFLOW: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?3, lease = NULL, reason = ?2
WHERE settled_at IS NULL AND state IN ('due', 'claimed') AND workflow = ?1";

// What a resume puts back: it is due as it was.  ?1 workflow
const PUT_BACK: &str = "
UPDATE send SET state = 'due', settled_at = NULL, reason = NULL, worker = NULL, epoch = NULL, lease = NULL
WHERE state = 'cancelled' AND reason = 'paused' AND workflow = ?1";

/// Cancels what is due or claimed of these walks: customer, walk, reason. Returns how many.
pub async fn cancel_walks(
    conn: &mut Connection,
    walks: &[(&CustomerId, &EnrollmentId, &str)],
    now: Timestamp,
) -> Result<u64, StoreError> {
    if walks.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> =
        walks.iter().map(|(customer, walk, why)| (customer.slot(), walk.as_str(), why)).collect();
    let done = sql::query(CANCEL_WALKS)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of walks", || some(walks.iter().map(|(_, walk, _)| walk)))?;
    Ok(done.rows_affected())
}

/// Takes what these walks had to say out of messages that stand for several; one of which nothing is left is
/// cancelled. Returns how many were.
pub async fn take_out(
    conn: &mut Connection,
    walks: &[(&CustomerId, &EnrollmentId, &str)],
    now: Timestamp,
) -> Result<u64, StoreError> {
    if walks.is_empty() {
        return Ok(0);
    }
    let customers: BTreeSet<(u16, &str)> =
        walks.iter().map(|(customer, _, _)| (customer.slot(), customer.as_str())).collect();
    let customers: Vec<(u16, &str)> = customers.into_iter().collect();
    let rows: Vec<(i64, String, String)> = sql::query_as(SHARED)
        .bind(spread("send", &customers)?)
        .fetch_all(&mut *conn)
        .await
        .tried("look for shared sends", || some(walks.iter().map(|(customer, _, _)| customer)))?;
    let (mut left, mut over) = (Vec::new(), Vec::new());
    for (slot, id, text) in rows {
        let mut outgoing = super::read_outgoing(&id, &text)?;
        let before = outgoing.riders.len();
        let gone = walks.iter().find(|(_, walk, _)| outgoing.riders.contains(walk));
        let mut stays = true;
        for (customer, walk, _) in walks {
            if **customer == outgoing.customer && stays {
                stays = outgoing.without(walk);
            }
        }
        match gone {
            Some((_, _, reason)) if !stays => over.push((slot, id, (*reason).to_owned())),
            Some(_) if outgoing.riders.len() < before => left.push((slot, id, outgoing)),
            Some(_) | None => {}
        }
    }
    if !left.is_empty() {
        sql::query(TAKE_OUT)
            .bind(spread("send", &left)?)
            .execute(&mut *conn)
            .await
            .tried("take items out of sends", || some(left.iter().map(|(_, id, _)| id)))?;
    }
    if over.is_empty() {
        return Ok(0);
    }
    let done = sql::query(CANCEL_SHARED)
        .bind(spread("send", &over)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel shared sends", || some(over.iter().map(|(_, id, _)| id)))?;
    Ok(done.rows_affected())
}

/// Cancels what is due or claimed and goes to the customers themselves: of a topic whose consent they
/// withdrew, or (`None`) of any, for they were suppressed; on a channel, or (`None`) on any. Returns how many.
pub async fn cancel_topics(
    conn: &mut Connection,
    topics: &[(&CustomerId, Option<&str>, Option<Medium>)],
    now: Timestamp,
) -> Result<u64, StoreError> {
    if topics.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = topics
        .iter()
        .map(|(customer, topic, medium)| {
            let reason = if topic.is_some() { "consent" } else { "suppressed" };
            (customer.slot(), customer.as_str(), topic, reason, medium.map(Medium::as_str))
        })
        .collect();
    let done = sql::query(CANCEL_TOPICS)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of customers", || {
        some(topics.iter().map(|(customer, _, _)| customer))
    })?;
    Ok(done.rows_affected())
}

/// Cancels what is due or claimed of a workflow that is paused. Returns how many.
pub async fn cancel_workflow(
    conn: &mut Connection,
    workflow: &WorkflowId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sql::query(CANCEL_WORKFLOW)
        .bind(workflow.as_str())
        .bind(reason)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of a workflow", || workflow.to_string())?;
    Ok(done.rows_affected())
}

/// Puts back what a pause of a workflow took out of the outbox. Returns how many.
pub async fn put_back(conn: &mut Connection, workflow: &WorkflowId) -> Result<u64, StoreError> {
    let done = sql::query(PUT_BACK)
        .bind(workflow.as_str())
        .execute(conn)
        .await
        .tried("put back the sends of a workflow", || workflow.to_string())?;
    Ok(done.rows_affected())
}
