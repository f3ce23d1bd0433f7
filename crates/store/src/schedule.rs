//! Schedules: the next fire of each schedule trigger, fired by whoever moves it on.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, instant_of, millis, millis_of};
use jiff::Timestamp;
use model::WorkflowId;

// ?1 workflow  ?2 next
const SET: &str = "
INSERT INTO schedule (workflow, next_fire_at) VALUES (?1, ?2)
ON CONFLICT (workflow) DO UPDATE SET next_fire_at = excluded.next_fire_at";
// Of two who want to fire, one finds the old instant.  ?1 workflow  ?2 old  ?3 next
const FIRE: &str = "UPDATE schedule SET next_fire_at = ?3 WHERE workflow = ?1 AND next_fire_at = ?2";
// ?1 workflow
const REMOVE: &str = "DELETE FROM schedule WHERE workflow = ?1";
// ?1 now
const DUE: &str = "
SELECT workflow, next_fire_at FROM schedule
WHERE next_fire_at <= ?1
ORDER BY next_fire_at, workflow";
const NEXT: &str = "SELECT min(next_fire_at) FROM schedule";
const ALL: &str = "SELECT workflow, next_fire_at FROM schedule ORDER BY workflow";

/// Sets when a workflow's schedule fires next; `None`: never again.
pub async fn set(
    conn: &mut Connection,
    workflow: &WorkflowId,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    sql::query(SET)
        .bind(workflow.as_str())
        .bind(millis_of(next))
        .execute(conn)
        .await
        .tried("set a schedule", || workflow.to_string())?;
    Ok(())
}

/// Fires: moves a schedule from the instant it was due to its next one. `false`: another fired it.
pub async fn fire(
    conn: &mut Connection,
    workflow: &WorkflowId,
    due: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let done = sql::query(FIRE)
        .bind(workflow.as_str())
        .bind(millis(due))
        .bind(millis_of(next))
        .execute(conn)
        .await
        .tried("fire a schedule", || workflow.to_string())?;
    Ok(done.rows_affected() > 0)
}

/// Takes a workflow's schedule away.
pub async fn remove(conn: &mut Connection, workflow: &WorkflowId) -> Result<(), StoreError> {
    sql::query(REMOVE)
        .bind(workflow.as_str())
        .execute(conn)
        .await
        .tried("take a schedule away", || workflow.to_string())?;
    Ok(())
}

/// Schedules that fire at or before `now`, in the order (instant, workflow), the paused among them.
pub async fn due(conn: &mut Connection, now: Timestamp) -> Result<Vec<(WorkflowId, Timestamp)>, StoreError> {
    let rows: Vec<(String, i64)> =
        sql::query_as(DUE).bind(millis(now)).fetch_all(conn).await.tried("look for due schedules", no_ids)?;
    rows.into_iter()
        .map(|(workflow, at)| Ok((WorkflowId::new(&workflow), instant("schedule", &workflow, at)?)))
        .collect()
}

/// When the next schedule fires; `None`: none does.
pub async fn next_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT).fetch_one(conn).await.tried("look for the next schedule", no_ids)?;
    instant_of("schedule", "the next", at)
}

/// Every schedule and when it fires next.
pub async fn all(conn: &mut Connection) -> Result<Vec<(WorkflowId, Option<Timestamp>)>, StoreError> {
    let rows: Vec<(String, Option<i64>)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("list schedules", no_ids)?;
    rows.into_iter()
        .map(|(workflow, at)| Ok((WorkflowId::new(&workflow), instant_of("schedule", &workflow, at)?)))
        .collect()
}
