//! What takes messages back before they leave.

use crate::database::Connection;
use crate::error::{StoreError, Tried, some};
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::{CustomerId, EnrollmentId, Medium, WorkflowId};

// What a walk's end takes back (snapshot.rs).  ?1 [[slot, enrollment, reason], …]  ?2 now
pub(crate) const CANCEL_WALKS: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, reason = want.value->>2
FROM jsonb_each(?1) AS want
WHERE send.slot = want.value->>0 AND send.enrollment = want.value->>1 AND send.state IN ('due', 'claimed')";

// What a withdrawn consent (a topic) or a suppression (none) takes back of what goes to the customer; what goes
// to our own people stays (snapshot.rs).  ?1 [[slot, customer, topic, reason, medium], …]
// ?2 now
pub(crate) const CANCEL_TOPICS: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, reason = want.value->>3
FROM jsonb_each(?1) AS want
WHERE send.slot = want.value->>0 AND send.customer = want.value->>1 AND send.state IN ('due', 'claimed')
  AND send.outgoing->>'to' = 'customer' AND (want.value->>2 IS NULL OR send.topic = want.value->>2)
  AND (want.value->>4 IS NULL OR send.medium = want.value->>4)";

// What a pause takes back.  ?1 workflow  ?2 reason  ?3 now
const CANCEL_WORKFLOW: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?3, reason = ?2
WHERE state IN ('due', 'claimed') AND workflow = ?1";

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
    let done = sqlx::query(CANCEL_WALKS)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of walks", || some(walks.iter().map(|(_, walk, _)| walk)))?;
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
    let done = sqlx::query(CANCEL_TOPICS)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of customers", || some(topics.iter().map(|(customer, _, _)| customer)))?;
    Ok(done.rows_affected())
}

/// Cancels what is due or claimed of a workflow that is paused. Returns how many.
pub async fn cancel_workflow(
    conn: &mut Connection,
    workflow: &WorkflowId,
    reason: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(CANCEL_WORKFLOW)
        .bind(workflow.as_str())
        .bind(reason)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("cancel the sends of a workflow", || workflow.to_string())?;
    Ok(done.rows_affected())
}
