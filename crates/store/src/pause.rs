//! Pauses: when a workflow was held and by whom; what a pause takes out of the outbox and a resume puts back.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::send;
use crate::sql;
use crate::stored::{instant, instant_of, millis};
use crate::version::{self, WorkflowState};
use jiff::Timestamp;
use model::WorkflowId;

/// Why a send that a pause took back is cancelled, until the workflow goes on.
pub const PAUSED: &str = "paused";

// ?1 workflow  ?2 now  ?3 who
const BEGIN: &str = "
INSERT INTO pause (workflow, from_at, who) VALUES (?1, ?2, ?3)
ON CONFLICT (workflow, from_at) DO UPDATE SET until_at = NULL, who = excluded.who";

// ?1 workflow  ?2 now
const END: &str = "UPDATE pause SET until_at = ?2 WHERE workflow = ?1 AND until_at IS NULL";

// In the order of time.
const ALL: &str = "SELECT workflow, from_at, until_at, who FROM pause ORDER BY workflow, from_at";

/// A time in which a workflow was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which workflow.
    pub workflow: WorkflowId,
    /// The first instant.
    pub from: Timestamp,
    /// When it went on; `None`: it is held still.
    pub until: Option<Timestamp>,
    /// Who held it.
    pub who: String,
}

/// Holds a live workflow; what is due or claimed of it is cancelled, also where another workflow's message carries
/// it, and what its messages carry of others goes on. Returns how many messages; `None`: it is not live (held
/// already, retired, unknown).
pub async fn begin(
    conn: &mut Connection,
    workflow: &WorkflowId,
    who: &str,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    if !version::change_state(conn, workflow, WorkflowState::Live, WorkflowState::Paused).await? {
        return Ok(None);
    }
    sql::query(BEGIN)
        .bind(workflow.as_str())
        .bind(millis(now))
        .bind(who)
        .execute(&mut *conn)
        .await
        .tried("pause a workflow", || workflow.to_string())?;
    send::part(conn, workflow, now).await?;
    send::cancel_workflow(conn, workflow, PAUSED, now).await.map(Some)
}

/// Lets a held workflow go on; the messages that the pause took back are due again. Returns how many; `None`:
/// it is not held.
pub async fn end(
    conn: &mut Connection,
    workflow: &WorkflowId,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    if !version::change_state(conn, workflow, WorkflowState::Paused, WorkflowState::Live).await? {
        return Ok(None);
    }
    close(conn, workflow, now).await?;
    send::join(conn, workflow).await?;
    send::put_back(conn, workflow).await.map(Some)
}

/// Ends the pause of a workflow that is retired; what it took back stays cancelled.
pub async fn close(conn: &mut Connection, workflow: &WorkflowId, now: Timestamp) -> Result<(), StoreError> {
    sql::query(END)
        .bind(workflow.as_str())
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("end the pause of a workflow", || workflow.to_string())?;
    Ok(())
}

/// Every pause, by workflow and in the order of time.
pub async fn all(conn: &mut Connection) -> Result<Vec<Kept>, StoreError> {
    let rows: Vec<(String, i64, Option<i64>, String)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("load pauses", no_ids)?;
    rows.into_iter()
        .map(|(workflow, from, until, who)| {
            let from = instant("pause", &workflow, from)?;
            let until = instant_of("pause", &workflow, until)?;
            Ok(Kept { workflow: workflow.into(), from, until, who })
        })
        .collect()
}
