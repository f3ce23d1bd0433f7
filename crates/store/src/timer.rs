//! Timers: the next instant at which a time trigger's answer can change, found by one index.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{batch, instant, instant_of, millis, spread};
use jiff::Timestamp;
use model::{CustomerId, Timer, TimerKey, WorkflowId};

// The timers of a batch (snapshot.rs).  ?1 [[slot, customer], …]
pub(crate) const LOAD: &str = "
SELECT want.key, t.workflow, t.subject, t.fire_at, t.basis
FROM jsonb_each(?1) AS want
CROSS JOIN timer AS t
WHERE t.slot = CAST(want.value->>0 AS BIGINT) AND t.customer = want.value->>1";

// ?1 [[slot, customer, workflow, subject, fire_at, basis], …]
const SET: &str = "
INSERT INTO timer (slot, customer, workflow, subject, fire_at, basis)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT), value->>5
FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, customer, workflow, subject) DO UPDATE SET fire_at = excluded.fire_at, basis = excluded.basis";

// ?1 [[slot, customer, workflow, subject], …]
const TAKE: &str = "
DELETE FROM timer WHERE (slot, customer, workflow, subject) IN
  (SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1))";

// What a pause keeps: who stands in line to be let in, and what came before it and was not looked at. What fires
// while the workflow is held comes, to be missed.
macro_rules! unkept {
    ($select:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM timer AS t WHERE NOT (t.workflow IN (SELECT id FROM workflow WHERE state = 'paused')
                AND (t.subject LIKE '@release/%'
                     OR t.fire_at < coalesce(
                       (SELECT max(p.from_at) FROM pause AS p WHERE p.workflow = t.workflow), t.fire_at)))
              AND (t.slot, t.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1) ",
            $rest
        )
    };
}

// Timers that fire now (engine/timers, each turn).  ?1 now  ?2 most rows  ?3 parts of the slots
macro_rules! due {
    ($order:literal) => {
        concat!(
            unkept!(
                "SELECT t.fire_at, t.customer, t.workflow, t.subject",
                "AND t.fire_at <= ?1 AND substr(?3, CAST(t.slot / 64 AS INTEGER) + 1, 1) = '1' ORDER BY "
            ),
            $order,
            " LIMIT ?2"
        )
    };
}
pub(crate) const DUE: &str = due!("t.fire_at, t.customer, t.workflow, t.subject");
pub(crate) const DUE_BY_SLOT: &str = due!("t.fire_at, t.slot, t.customer, t.workflow, t.subject");

// When the next timer fires (clock, --until-idle).
pub(crate) const NEXT: &str = unkept!("SELECT t.fire_at", "ORDER BY t.fire_at LIMIT 1");

// When a workflow is retired or its trigger changes.  ?1 workflow
// Who stands in line to be let in stays there.
const FORGET: &str = "DELETE FROM timer WHERE workflow = ?1 AND subject NOT LIKE '@release/%'";

/// A timer that fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTimer {
    /// When.
    pub fire_at: Timestamp,
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub key: TimerKey,
}

/// The timers of a batch, each with its customer's place.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
) -> Result<Vec<(usize, TimerKey, Timer)>, StoreError> {
    let rows: Vec<(i64, String, String, i64, String)> =
        sql::query_as(LOAD).bind(wanted).fetch_all(conn).await.tried("load timers", || some(ids))?;
    rows.into_iter()
        .map(|(place, workflow, subject, fire_at, basis)| {
            let timer = Timer { fire_at: instant("timer", &subject, fire_at)?, basis };
            let key = TimerKey { workflow: workflow.into(), subject };
            Ok((usize::try_from(place).unwrap_or(usize::MAX), key, timer))
        })
        .collect()
}

/// Sets timers, over those that are set.
pub async fn set(
    conn: &mut Connection,
    timers: &[(&CustomerId, &TimerKey, &Timer)],
) -> Result<(), StoreError> {
    if timers.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = timers
        .iter()
        .map(|(customer, key, timer)| {
            let workflow = key.workflow.as_str();
            (customer.slot(), customer.as_str(), workflow, &key.subject, millis(timer.fire_at), &timer.basis)
        })
        .collect();
    let ids = || some(timers.iter().map(|(customer, ..)| customer));
    sql::query(SET).bind(batch("timer", &rows)?).execute(conn).await.tried("set timers", ids)?;
    Ok(())
}

/// Takes timers away.
pub async fn take(conn: &mut Connection, timers: &[(&CustomerId, &TimerKey)]) -> Result<(), StoreError> {
    if timers.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = timers
        .iter()
        .map(|(customer, key)| (customer.slot(), customer.as_str(), key.workflow.as_str(), &key.subject))
        .collect();
    let ids = || some(timers.iter().map(|(customer, _)| customer));
    sql::query(TAKE).bind(spread("timer", &rows)?).execute(conn).await.tried("take timers away", ids)?;
    Ok(())
}

/// Takes every timer of a workflow away. Returns how many. Reads the whole table.
pub async fn forget(conn: &mut Connection, workflow: &WorkflowId) -> Result<u64, StoreError> {
    let done = sql::query(FORGET)
        .bind(workflow.as_str())
        .execute(conn)
        .await
        .tried("take a workflow's timers away", || workflow.to_string())?;
    Ok(done.rows_affected())
}

/// The same with those who stand in line to be let in: nobody enters it any more.
pub async fn forget_all_of(conn: &mut Connection, workflow: &WorkflowId) -> Result<u64, StoreError> {
    let done = sql::query("DELETE FROM timer WHERE workflow = ?1")
        .bind(workflow.as_str())
        .execute(conn)
        .await
        .tried("take a workflow's timers away", || workflow.to_string())?;
    Ok(done.rows_affected())
}

/// Takes every timer away, before all are planned anew.
pub async fn forget_all(conn: &mut Connection) -> Result<u64, StoreError> {
    let done = sql::query("DELETE FROM timer").execute(conn).await.tried("take all timers away", no_ids)?;
    Ok(done.rows_affected())
}

/// Timers that fire at or before `now`, in the order (fire_at, customer, workflow, subject). Of paused workflows those
/// that are missed. Of many that fire at one instant it looks at all, to sort them: see [`due_by_slot`].
pub async fn due(conn: &mut Connection, now: Timestamp, limit: u32) -> Result<Vec<DueTimer>, StoreError> {
    due_in_order(conn, DUE, now, limit).await
}

/// The same in the order (fire_at, slot, customer, workflow, subject), which is that of the index and of the
/// rows: nothing is sorted, and a batch of many that fire at one instant touches few pages.
pub async fn due_by_slot(
    conn: &mut Connection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueTimer>, StoreError> {
    due_in_order(conn, DUE_BY_SLOT, now, limit).await
}

async fn due_in_order(
    conn: &mut Connection,
    statement: &'static str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueTimer>, StoreError> {
    let rows: Vec<(i64, String, String, String)> = sql::query_as(statement)
        .bind(millis(now))
        .bind(i64::from(limit))
        .bind(conn.parts.to_string())
        .fetch_all(conn)
        .await
        .tried("look for due timers", no_ids)?;
    rows.into_iter()
        .map(|(fire_at, customer, workflow, subject)| {
            Ok(DueTimer {
                fire_at: instant("timer", &customer, fire_at)?,
                customer: customer.into(),
                key: TimerKey { workflow: workflow.into(), subject },
            })
        })
        .collect()
}

/// When the next timer fires; `None`: none is set.
pub async fn next_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT).fetch_optional(conn).await.tried("look for the next timer", no_ids)?;
    instant_of("timer", "the next", at)
}
