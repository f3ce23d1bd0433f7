//! How far the portions of releases have come: one row a workflow, shared by all customers.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{instant, millis, spread};
use jiff::Timestamp;
use model::WorkflowId;

const ALL: &str = "SELECT workflow, at, taken FROM release";

// ?1 [[workflow, at, taken], …]
const WRITE: &str = "
INSERT INTO release (workflow, at, taken)
SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (workflow) DO UPDATE SET at = excluded.at, taken = excluded.taken";

/// The portion that each release is filling: workflow, when it is let in, how many are in it.
pub async fn all(conn: &mut Connection) -> Result<Vec<(WorkflowId, Timestamp, u32)>, StoreError> {
    let rows: Vec<(String, i64, i64)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("load releases", no_ids)?;
    rows.into_iter()
        .map(|(workflow, at, taken)| {
            let at = instant("release", &workflow, at)?;
            Ok((workflow.into(), at, u32::try_from(taken).unwrap_or(u32::MAX)))
        })
        .collect()
}

/// Writes the portions that have changed.
pub async fn write(
    conn: &mut Connection,
    portions: &[(&WorkflowId, Timestamp, u32)],
) -> Result<(), StoreError> {
    if portions.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> =
        portions.iter().map(|(workflow, at, taken)| (workflow.as_str(), millis(*at), taken)).collect();
    sql::query(WRITE)
        .bind(spread("release", &rows)?)
        .execute(conn)
        .await
        .tried("write releases", || some(portions.iter().map(|(workflow, _, _)| workflow)))?;
    Ok(())
}
