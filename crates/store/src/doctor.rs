//! What `nurture doctor` looks for, and what it can repair. Every active walk is in exactly one state: ready;
//! waiting with an instant at which it goes on (with or without events that it awaits); resting on a walk that it
//! called.

use crate::connection::Connection;
use crate::dialect::Both;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use futures_util::TryStreamExt;
use jiff::Timestamp;
use model::{CustomerId, VersionId, Walk, WorkflowId};

/// A walk rests longer than this only on one that it called (interpreter/step/call).
const NINE_YEARS: i64 = 9 * 365 * 24 * 3_600_000;

// In no state at all.
const STATELESS: &str = "
SELECT count(*) FROM enrollment
WHERE state NOT IN ('ready', 'waiting', 'ended')
   OR (state <> 'ended' AND (wake_at IS NULL OR step IS NULL OR arrived_at IS NULL OR ended_at IS NOT NULL))
   OR (state = 'ended' AND (ended_at IS NULL OR wake_at IS NOT NULL OR step IS NOT NULL))";
// Who stands on a step looks at it anew.  ?1 now
const MAKE_READY: &str = "
UPDATE enrollment SET state = 'ready', wake_at = ?1, arrived_at = coalesce(arrived_at, ?1), ended_at = NULL, rev = rev + 1
WHERE step IS NOT NULL AND (state NOT IN ('ready', 'waiting', 'ended')
   OR (state <> 'ended' AND (wake_at IS NULL OR arrived_at IS NULL)))";
// Who stands nowhere has left.  ?1 now
const MAKE_ENDED: &str = "
UPDATE enrollment SET state = 'ended', wake_at = NULL, step = NULL, ended_at = coalesce(ended_at, ?1),
  reason = coalesce(reason, 'repaired'), rev = rev + 1
WHERE (step IS NULL AND state <> 'ended')
   OR (state = 'ended' AND (ended_at IS NULL OR wake_at IS NOT NULL OR step IS NOT NULL))";
// Who goes on has not left.
const MAKE_GO_ON: &str = "
UPDATE enrollment SET ended_at = NULL, rev = rev + 1 WHERE state <> 'ended' AND ended_at IS NOT NULL";
// Nobody is there who could go on; one whose walk only lies in another slot is left to be looked at.  ?1 now
const LET_GO: &str = "
UPDATE enrollment SET state = 'ended', wake_at = NULL, step = NULL, ended_at = ?1, reason = 'repaired', rev = rev + 1
WHERE state <> 'ended' AND NOT EXISTS (
    SELECT 1 FROM customer AS c WHERE c.slot = enrollment.slot AND c.id = enrollment.customer)
  AND NOT EXISTS (SELECT 1 FROM customer AS c WHERE c.id = enrollment.customer)";

// Rests on a walk that it called, and no such walk is under way.  ?1 nine years
macro_rules! on_nobody {
    ($before:literal) => {
        concat!(
            $before,
            " WHERE state = 'waiting' AND wake_at - arrived_at > ?1 AND NOT EXISTS (
                SELECT 1 FROM enrollment AS child
                WHERE child.slot = enrollment.slot AND child.customer = enrollment.customer AND child.state <> 'ended'
                  AND child.walk->'caller'->>'enrollment' = enrollment.id)"
        )
    };
}
const ON_NOBODY: &str = on_nobody!("SELECT count(*) FROM enrollment");
// The step then says that it was left.  ?2 now
const WAKE: &str = on_nobody!("UPDATE enrollment SET wake_at = ?2, rev = rev + 1");

const OF_NO_VERSION: &str = "
SELECT count(*) FROM enrollment AS e WHERE e.state <> 'ended' AND NOT EXISTS (
  SELECT 1 FROM workflow_version AS v WHERE v.workflow = e.workflow AND v.version = e.version)";
const OF_NOBODY: &str = "
SELECT count(*) FROM enrollment AS e WHERE e.state <> 'ended' AND NOT EXISTS (
  SELECT 1 FROM customer AS c WHERE c.slot = e.slot AND c.id = e.customer)";
const PLACES: &str = "
SELECT workflow, version, step, count(*) FROM enrollment WHERE state IN ('ready', 'waiting') AND step IS NOT NULL
GROUP BY workflow, version, step ORDER BY workflow, version, step";

// In flight, and nobody speaks for it any more.  ?1 now
const STUCK: Both = Both {
    sqlite: "SELECT count(*) FROM send WHERE state IN ('claimed', 'handed')
               AND (lease IS NULL OR worker IS NULL OR epoch IS NULL OR lease <= ?1)",
    postgres: "SELECT count(*) FROM send WHERE state IN ('claimed', 'handed') AND (lease IS NULL OR lease <= ?1 OR NOT EXISTS (
                 SELECT 1 FROM worker AS w WHERE w.name = send.worker AND w.epoch = send.epoch AND w.until > ?1))",
};
// In flight in nobody's hands: taken back like those of the dead.
const MAKE_TAKEN: &str = "
UPDATE send SET worker = coalesce(worker, ''), epoch = coalesce(epoch, 0), lease = 0
WHERE state IN ('claimed', 'handed') AND (lease IS NULL OR worker IS NULL OR epoch IS NULL)";
// In no state; and settled at no instant.
const SENDS_STATELESS: &str = "
SELECT count(*) FROM send
WHERE state NOT IN ('due', 'claimed', 'handed', 'accepted', 'rejected', 'unknown', 'cancelled', 'skipped')
   OR (state IN ('accepted', 'rejected', 'unknown', 'cancelled', 'skipped') AND settled_at IS NULL)";
// Nobody can know what became of it.  ?1 now
const MAKE_UNKNOWN: &str = "
UPDATE send SET state = 'unknown', reason = 'repaired', settled_at = ?1
WHERE state NOT IN ('due', 'claimed', 'handed', 'accepted', 'rejected', 'unknown', 'cancelled', 'skipped')";
// ?1 now
const MAKE_SETTLED: &str = "
UPDATE send SET settled_at = ?1
WHERE state IN ('accepted', 'rejected', 'unknown', 'cancelled', 'skipped') AND settled_at IS NULL";
const UNKNOWN: &str = "SELECT count(*) FROM send WHERE state = 'unknown'";

// Parts of the slots that nobody holds, and processes that live.  ?1 now
const UNHELD: &str = "SELECT count(*) FROM slot_lease WHERE until <= ?1";
const HELD: &str = "SELECT count(*) FROM slot_lease WHERE until > ?1";
const WORKERS: &str = "SELECT count(*) FROM worker WHERE until > ?1";

const WALKS: &str = "SELECT e.slot, e.id, e.customer, e.walk FROM enrollment AS e WHERE e.state <> 'ended'";

// The newest instant that any row bears as the time of its writing.
const NEWEST: &str = "
SELECT max(at) FROM (
  SELECT max(settled_at) AS at FROM send WHERE state = 'unknown'
  UNION ALL SELECT max(until) - 20000 FROM slot_lease
  UNION ALL SELECT max(at) FROM audit) AS all_of_them";

/// What is wrong with walks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walks {
    /// In no state.
    pub stateless: u64,
    /// Rest on a walk that nobody walks.
    pub on_nobody: u64,
    /// Of a version that is not there.
    pub of_no_version: u64,
    /// Of a customer who is not there.
    pub of_nobody: u64,
}

/// Counts walks that are in no state, or in one that cannot be.
pub async fn walks(conn: &mut Connection) -> Result<Walks, StoreError> {
    let stateless = counted(conn, sql::query_scalar(STATELESS)).await?;
    let on_nobody = counted(conn, sql::query_scalar(ON_NOBODY).bind(NINE_YEARS)).await?;
    let of_no_version = counted(conn, sql::query_scalar(OF_NO_VERSION)).await?;
    let of_nobody = counted(conn, sql::query_scalar(OF_NOBODY)).await?;
    Ok(Walks { stateless, on_nobody, of_no_version, of_nobody })
}

/// Puts walks where they belong: who stands on a step and is in no state looks at the step anew, who stands
/// nowhere has left, who rests on nobody goes on, what nobody walks is over. Returns how many.
pub async fn repair_walks(conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    let now = millis(now);
    let mut repaired = 0;
    for query in [
        sql::query(MAKE_READY).bind(now),
        sql::query(MAKE_ENDED).bind(now),
        sql::query(MAKE_GO_ON),
        sql::query(LET_GO).bind(now),
        sql::query(WAKE).bind(NINE_YEARS).bind(now),
    ] {
        repaired += query.execute(&mut *conn).await.tried("repair walks", no_ids)?.rows_affected();
    }
    Ok(repaired)
}

/// Puts sends into a state that cannot be in theirs: what nobody knows is unknown, what is in nobody's hands can be
/// taken back by [`crate::send::recover`]. Returns how many got a state.
pub async fn repair_sends(conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    let now = millis(now);
    sql::query(MAKE_TAKEN).execute(&mut *conn).await.tried("take sends out of nobody's hands", no_ids)?;
    let mut repaired = 0;
    for query in [sql::query(MAKE_UNKNOWN).bind(now), sql::query(MAKE_SETTLED).bind(now)] {
        repaired += query.execute(&mut *conn).await.tried("repair sends", no_ids)?.rows_affected();
    }
    Ok(repaired)
}

/// Where people stand: workflow, version, step, how many.
pub async fn places(conn: &mut Connection) -> Result<Vec<(WorkflowId, VersionId, String, u64)>, StoreError> {
    let rows: Vec<(String, String, String, i64)> =
        sql::query_as(PLACES).fetch_all(conn).await.tried("look where people stand", no_ids)?;
    let place = |(workflow, version, step, count): (String, String, String, i64)| {
        (WorkflowId::from(workflow), VersionId::from(version), step, u64::try_from(count).unwrap_or(0))
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Ids of active walks that cannot be read, or lie in another slot than their customer's. Reads them all.
pub async fn unreadable(conn: &mut Connection) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let tried = "read walks";
    let mut rows = sql::query(WALKS).fetch(conn);
    while let Some(row) = rows.try_next().await.tried(tried, no_ids)? {
        let slot: i64 = row.try_get(0).tried(tried, no_ids)?;
        let id: &str = row.try_get(1).tried(tried, no_ids)?;
        let customer: &str = row.try_get(2).tried(tried, no_ids)?;
        let walk: &str = row.try_get(3).tried(tried, no_ids)?;
        let misplaced = i64::from(CustomerId::from(customer).slot()) != slot;
        if misplaced || serde_json::from_str::<Walk>(walk).is_err() {
            found.push(id.to_owned());
        }
    }
    Ok(found)
}

/// How sends and leases stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// Sends in flight whose worker is gone.
    pub stuck: u64,
    /// Sends in no state, or in one that cannot be.
    pub stateless: u64,
    /// Sends whose fate nobody knows.
    pub unknown: u64,
    /// Parts of the slots that some process holds.
    pub held: u64,
    /// Parts that none holds.
    pub unheld: u64,
    /// Living processes, on PostgreSQL.
    pub workers: u64,
}

/// Looks at sends and leases.
pub async fn flight(conn: &mut Connection, now: Timestamp) -> Result<Flight, StoreError> {
    let now = millis(now);
    Ok(Flight {
        stuck: counted(conn, sql::query_scalar(STUCK).bind(now)).await?,
        stateless: counted(conn, sql::query_scalar(SENDS_STATELESS)).await?,
        unknown: counted(conn, sql::query_scalar(UNKNOWN)).await?,
        held: counted(conn, sql::query_scalar(HELD).bind(now)).await?,
        unheld: counted(conn, sql::query_scalar(UNHELD).bind(now)).await?,
        workers: counted(conn, sql::query_scalar(WORKERS).bind(now)).await?,
    })
}

/// The newest instant at which somebody wrote; `None`: nobody did.
pub async fn newest(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEWEST).fetch_one(conn).await.tried("look for the newest row", no_ids)?;
    crate::stored::instant_of("audit", "the newest", at)
}

/// The first complaint of SQLite about its file; `None`: it has none. Reads the whole file.
pub async fn damage(conn: &mut Connection) -> Result<Option<String>, StoreError> {
    if conn.is_postgres() {
        return Ok(None);
    }
    let words: String = sql::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(conn)
        .await
        .tried("check the file", no_ids)?;
    Ok(Some(words).filter(|words| words != "ok"))
}

async fn counted(conn: &mut Connection, query: sql::QueryScalar<'_, i64>) -> Result<u64, StoreError> {
    let count = query.fetch_one(conn).await.tried("look for what is wrong", no_ids)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
