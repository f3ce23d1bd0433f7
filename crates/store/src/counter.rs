//! Counters: how many passed each edge of a version. Kept with the step, so that nobody counts millions.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::spread;
use model::{CounterKey, WorkflowId};
use std::collections::BTreeMap;

// ?1 [[workflow, version, step, edge, count], …]  ?2 bucket
const ADD: &str = "
INSERT INTO counter (workflow, version, step, edge, bucket, count)
SELECT value->>0, value->>1, value->>2, value->>3, ?2, CAST(value->>4 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (workflow, version, step, edge, bucket) DO UPDATE SET count = counter.count + excluded.count";

// ?1 workflow, or NULL for all
const READ: &str = "
SELECT workflow, version, step, edge, CAST(sum(count) AS BIGINT) FROM counter WHERE ?1 IS NULL OR workflow = ?1
GROUP BY workflow, version, step, edge";

/// Adds passes.
pub async fn add(conn: &mut Connection, passes: &BTreeMap<CounterKey, i64>) -> Result<(), StoreError> {
    if passes.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = passes
        .iter()
        .map(|(key, count)| (key.workflow.as_str(), key.version.as_str(), &key.step, &key.edge, count))
        .collect();
    sql::query(ADD)
        .bind(spread("counter", &rows)?)
        .bind(conn.bucket)
        .execute(conn)
        .await
        .tried("count passes", no_ids)?;
    Ok(())
}

/// The passes of one workflow's versions, or of all.
pub async fn read(
    conn: &mut Connection,
    workflow: Option<&WorkflowId>,
) -> Result<BTreeMap<CounterKey, i64>, StoreError> {
    let rows: Vec<(String, String, String, String, i64)> = sql::query_as(READ)
        .bind(workflow.map(WorkflowId::as_str))
        .fetch_all(conn)
        .await
        .tried("read counters", no_ids)?;
    let key = |(workflow, version, step, edge, count): (String, String, String, String, i64)| {
        (CounterKey { workflow: workflow.into(), version: version.into(), step, edge }, count)
    };
    Ok(rows.into_iter().map(key).collect())
}
