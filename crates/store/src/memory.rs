//! What outlives enrollments and versions: last entries, and the arms of splits.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{batch, instant, millis, spread};
use jiff::Timestamp;
use model::{CustomerId, WorkflowId};

// Last entries and drawn arms of a batch (snapshot.rs).  ?1 [[slot, customer], …]
pub(crate) const LOAD: &str = "
SELECT want.key, e.workflow, e.key, e.entered_at, NULL
FROM jsonb_each(?1) AS want
CROSS JOIN entry AS e
WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1
UNION ALL
SELECT want.key, d.workflow, d.split, NULL, d.arm
FROM jsonb_each(?1) AS want
CROSS JOIN draw AS d
WHERE d.slot = CAST(want.value->>0 AS BIGINT) AND d.customer = want.value->>1";

// ?1 [[slot, customer, workflow, key, entered_at], …]
const REMEMBER: &str = "
INSERT INTO entry (slot, customer, workflow, key, entered_at)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3,
       CAST(value->>4 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, customer, workflow, key) DO UPDATE SET entered_at = excluded.entered_at";

// An arm once drawn stays for ever.  ?1 [[slot, customer, workflow, split, arm], …]
const DRAW: &str = "
INSERT INTO draw (slot, customer, workflow, split, arm)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

/// One thing remembered of a customer.
pub(crate) enum Memory {
    Entry { workflow: WorkflowId, key: String, entered_at: Timestamp },
    Draw { workflow: WorkflowId, split: String, arm: String },
}

/// What is remembered of a batch, each with its customer's place.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
) -> Result<Vec<(usize, Memory)>, StoreError> {
    let rows: Vec<(i64, String, String, Option<i64>, Option<String>)> = sql::query_as(LOAD)
        .bind(wanted)
        .fetch_all(conn)
        .await
        .tried("load entries and draws", || some(ids))?;
    rows.into_iter()
        .map(|(place, workflow, key, entered_at, arm)| {
            let workflow = WorkflowId::from(workflow);
            let memory = match (entered_at, arm) {
                (Some(ms), None) => Memory::Entry { entered_at: instant("entry", &key, ms)?, workflow, key },
                (None, Some(arm)) => Memory::Draw { workflow, split: key, arm },
                (Some(_), Some(_)) | (None, None) => {
                    return Err(StoreError::corrupt("entry", key, "nothing"));
                }
            };
            Ok((usize::try_from(place).unwrap_or(usize::MAX), memory))
        })
        .collect()
}

/// Remembers last entries: customer, workflow, key, instant.
pub async fn remember(
    conn: &mut Connection,
    entries: &[(&CustomerId, &WorkflowId, &str, Timestamp)],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|(customer, workflow, key, at)| {
            (customer.slot(), customer.as_str(), workflow.as_str(), key, millis(*at))
        })
        .collect();
    sql::query(REMEMBER)
        .bind(batch("entry", &rows)?)
        .execute(conn)
        .await
        .tried("remember entries", || some(entries.iter().map(|(customer, ..)| customer)))?;
    Ok(())
}

/// Keeps drawn arms: customer, workflow, split, arm.
pub async fn keep_draws(
    conn: &mut Connection,
    draws: &[(&CustomerId, &WorkflowId, &str, &str)],
) -> Result<(), StoreError> {
    if draws.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = draws
        .iter()
        .map(|(customer, workflow, split, arm)| {
            (customer.slot(), customer.as_str(), workflow.as_str(), split, arm)
        })
        .collect();
    sql::query(DRAW)
        .bind(spread("draw", &rows)?)
        .execute(conn)
        .await
        .tried("keep drawn arms", || some(draws.iter().map(|(customer, ..)| customer)))?;
    Ok(())
}
