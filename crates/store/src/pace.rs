//! How fast a workflow goes: messages and errors by minute, for the breaker (engine/breaker).

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::WorkflowId;
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
/// Minutes of an hour: what lies further back is forgotten.
const HOUR: i64 = 60;

// ?1 [[workflow, messages, errors], …]  ?2 minute  ?3 bucket
const ADD: &str = "
INSERT INTO pace (workflow, minute, bucket, messages, errors)
SELECT value->>0, ?2, ?3, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (workflow, minute, bucket) DO UPDATE SET
  messages = pace.messages + excluded.messages, errors = pace.errors + excluded.errors";
// ?1 [[workflow], …]  ?2 after this minute
const OF_HOUR: &str = "
SELECT workflow, CAST(sum(messages) AS BIGINT), CAST(sum(errors) AS BIGINT) FROM pace
WHERE workflow IN (SELECT value->>0 FROM jsonb_each(?1)) AND minute > ?2 GROUP BY workflow";
// ?1 up to this minute
const FORGET: &str = "DELETE FROM pace WHERE minute <= ?1";
// ?1 workflow
const START_ANEW: &str = "DELETE FROM pace WHERE workflow = ?1";

/// What a workflow did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Messages to customers that were put into the outbox.
    pub messages: u64,
    /// Customers with an error: a message that could not be made, a turn that failed.
    pub errors: u64,
}

/// Adds to the minute, and tells what these workflows did in the last hour, this included.
pub async fn add(
    conn: &mut Connection,
    more: &BTreeMap<WorkflowId, Pace>,
    now: Timestamp,
) -> Result<BTreeMap<WorkflowId, Pace>, StoreError> {
    if more.is_empty() {
        return Ok(BTreeMap::new());
    }
    let minute = millis(now).div_euclid(MINUTE);
    let rows: Vec<(&str, u64, u64)> =
        more.iter().map(|(id, pace)| (id.as_str(), pace.messages, pace.errors)).collect();
    sql::query(ADD)
        .bind(spread("pace", &rows)?)
        .bind(minute)
        .bind(conn.bucket)
        .execute(&mut *conn)
        .await
        .tried("count the messages of an hour", no_ids)?;
    let ids: Vec<[&str; 1]> = more.keys().map(|id| [id.as_str()]).collect();
    let rows: Vec<(String, i64, i64)> = sql::query_as(OF_HOUR)
        .bind(spread("pace", &ids)?)
        .bind(minute - HOUR)
        .fetch_all(conn)
        .await
        .tried("count the messages of an hour", no_ids)?;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let pace = |(id, messages, errors): (String, i64, i64)| {
        (WorkflowId::from(id), Pace { messages: count(messages), errors: count(errors) })
    };
    Ok(rows.into_iter().map(pace).collect())
}

/// Forgets what lies more than an hour back.
pub async fn forget(conn: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    let until = millis(now).div_euclid(MINUTE) - HOUR;
    sql::query(FORGET).bind(until).execute(conn).await.tried("forget the messages of an hour", no_ids)?;
    Ok(())
}

/// A workflow that goes on is counted from here.
pub async fn start_anew(conn: &mut Connection, workflow: &WorkflowId) -> Result<(), StoreError> {
    sql::query(START_ANEW)
        .bind(workflow.as_str())
        .execute(conn)
        .await
        .tried("count the messages of an hour anew", || workflow.to_string())?;
    Ok(())
}
