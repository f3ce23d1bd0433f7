//! Approvals: who said yes to a version that needs it before it sends.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;
use model::{VersionId, WorkflowId};
use std::collections::BTreeMap;

// ?1 workflow  ?2 version  ?3 now  ?4 who
const GIVE: &str = "
INSERT INTO approval (workflow, version, at, who) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (workflow, version) DO NOTHING";

const ALL: &str = "SELECT version, at, who FROM approval";

// Messages that waited for it are asked again at once.  ?1 workflow  ?2 version  ?3 now
const WAKE: &str = "
UPDATE enrollment SET wake_at = ?3, rev = rev + 1
WHERE workflow = ?1 AND state = 'waiting' AND version = ?2 AND wake_at > ?3
  AND walk->'held'->>'why' = 'not_approved'";

/// Who said yes, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// When.
    pub at: Timestamp,
    /// Who, by the name they gave.
    pub who: String,
}

/// Approves a version; its waiting messages are due at once. `false`: it was approved before.
pub async fn give(
    conn: &mut Connection,
    workflow: &WorkflowId,
    version: &VersionId,
    who: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ids = || format!("{workflow} {version}");
    let done = sql::query(GIVE)
        .bind(workflow.as_str())
        .bind(version.as_str())
        .bind(millis(now))
        .bind(who)
        .execute(&mut *conn)
        .await
        .tried("approve a version", ids)?;
    sql::query(WAKE)
        .bind(workflow.as_str())
        .bind(version.as_str())
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("wake what waited for an approval", ids)?;
    Ok(done.rows_affected() > 0)
}

/// All approvals by version.
pub async fn all(conn: &mut Connection) -> Result<BTreeMap<VersionId, Approval>, StoreError> {
    let rows: Vec<(String, i64, String)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("load approvals", no_ids)?;
    rows.into_iter()
        .map(|(version, at, who)| {
            let at = instant("approval", &version, at)?;
            Ok((version.into(), Approval { at, who }))
        })
        .collect()
}
