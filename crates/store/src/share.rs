//! How the processes of a PostgreSQL share the customers: each holds parts of the slots by lease, all instants
//! by the clock of the database. Who dies loses its parts to the others when its lease is over; who comes is
//! given some by those who have more than their share.
//!
//! A turn locks the rows of its parts until it commits, so no part changes hands under it. The gate before a
//! message asks that the worker is still counted as living, in the very statement that lets the message go.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::send::Worker;
use crate::sql;
use crate::stored::spread;
use jiff::SignedDuration;

/// So many parts; each is [`WIDTH`] slots.
pub const PARTS: usize = 64;
/// Slots of one part.
pub const WIDTH: usize = model::SLOTS as usize / PARTS;

/// Letters for all parts: `1` where a part is ours.
pub(crate) const ALL: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// The clock of the database, in unix milliseconds.
const CLOCK: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

// One at a time says who lives and who holds what.
const ALONE: &str = "LOCK TABLE worker IN SHARE ROW EXCLUSIVE MODE";

// Who is stopped while it is alone must not be so for longer than the leases of the others hold.  ?1 milliseconds
const BRIEFLY: &str = "SELECT set_config('idle_in_transaction_session_timeout', ?1, true)";

// ?1 name  ?2 until  ?3 shares
const JOIN: &str = "
INSERT INTO worker (name, epoch, until, shares)
SELECT ?1, coalesce(max(epoch), 0) + 1, ?2, ?3 FROM worker
RETURNING epoch";

// ?1 [[first, last], …]
const LAY_OUT: &str = "
INSERT INTO slot_lease (first_slot, last_slot, owner, epoch, until)
SELECT CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT), '', 0, 0 FROM jsonb_each(?1) WHERE true
ON CONFLICT (first_slot) DO NOTHING";

// ?1 name  ?2 epoch  ?3 until
const LIVE_ON: &str = "UPDATE worker SET until = ?3 WHERE name = ?1 AND epoch = ?2 AND until > 0";
// What another has taken meanwhile stays theirs.  ?1 name  ?2 epoch  ?3 until
const KEEP: &str = "UPDATE slot_lease SET until = ?3 WHERE owner = ?1 AND epoch = ?2 AND until > 0";
// ?1 now
const SHARING: &str = "SELECT count(*) FROM worker WHERE until > ?1 AND shares = 1";
// ?1 name  ?2 epoch
const HELD: &str =
    "SELECT first_slot FROM slot_lease WHERE owner = ?1 AND epoch = ?2 AND until > 0 ORDER BY first_slot";
// Gives the last ones back; one that a turn is about stays till the next time.  ?1 name  ?2 epoch  ?3 how many
const GIVE: &str = "
UPDATE slot_lease SET until = 0 WHERE first_slot = ANY (ARRAY (
  SELECT first_slot FROM slot_lease WHERE owner = ?1 AND epoch = ?2 AND until > 0
  ORDER BY first_slot DESC LIMIT ?3 FOR UPDATE SKIP LOCKED))";
// Takes free ones.  ?1 name  ?2 epoch  ?3 until  ?4 now  ?5 how many
const TAKE: &str = "
UPDATE slot_lease SET owner = ?1, epoch = ?2, until = ?3 WHERE first_slot = ANY (ARRAY (
  SELECT first_slot FROM slot_lease WHERE until <= ?4 ORDER BY first_slot LIMIT ?5 FOR UPDATE SKIP LOCKED))";
// Those long gone; not the latest, whose number goes on.  ?1 gone before
const BURY: &str = "
DELETE FROM worker WHERE until < ?1 AND epoch < (SELECT max(last.epoch) FROM worker AS last)";

// What a turn may be about; nobody takes it away before the turn is over.  ?1 name  ?2 epoch
const HOLD: &str = "
SELECT first_slot FROM slot_lease
WHERE owner = ?1 AND epoch = ?2 AND until > CAST(extract(epoch FROM now()) * 1000 AS BIGINT)
FOR SHARE";

// ?1 name  ?2 epoch
const LEAVE: &str = "UPDATE slot_lease SET until = 0 WHERE owner = ?1 AND epoch = ?2";
const DIE: &str = "UPDATE worker SET until = 0 WHERE name = ?1 AND epoch = ?2";

/// Comes among the workers. `name`: new at every start. `shares`: whether it takes customers.
pub async fn join(
    conn: &mut Connection,
    name: &str,
    hold: SignedDuration,
    shares: bool,
) -> Result<Worker, StoreError> {
    let ids = || name.to_owned();
    alone(conn, hold).await.tried("come among the workers", ids)?;
    let now = clock(conn).await?;
    let epoch: i64 = sql::query_scalar(JOIN)
        .bind(name)
        .bind(until(now, hold))
        .bind(shares)
        .fetch_one(&mut *conn)
        .await
        .tried("come among the workers", ids)?;
    let parts: Vec<[usize; 2]> = (0..PARTS).map(|part| [part * WIDTH, (part + 1) * WIDTH - 1]).collect();
    sql::query(LAY_OUT)
        .bind(spread("slot_lease", &parts)?)
        .execute(conn)
        .await
        .tried("lay out the slots", no_ids)?;
    Ok(Worker { name: name.to_owned(), epoch })
}

/// What a worker holds, and what it can begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Parts that it holds now.
    pub parts: usize,
    /// Parts that are about its share among those who live: all of them where it is alone.
    pub enough: usize,
}

/// Lives on: moves its leases on, gives away what is beyond its share, takes what is free.
pub async fn live_on(
    conn: &mut Connection,
    worker: &Worker,
    hold: SignedDuration,
    shares: bool,
) -> Result<Held, StoreError> {
    let tried = || worker.name.clone();
    alone(conn, hold).await.tried("renew a lease", tried)?;
    let now = clock(conn).await?;
    let until = until(now, hold);
    for statement in [LIVE_ON, KEEP] {
        let done = sql::query(statement)
            .bind(&worker.name)
            .bind(worker.epoch)
            .bind(until)
            .execute(&mut *conn)
            .await
            .tried("renew a lease", tried)?;
        if statement == LIVE_ON && done.rows_affected() == 0 {
            // It has left.
            return Ok(Held::default());
        }
    }
    let week = 7 * 24 * 3_600_000;
    sql::query(BURY).bind(now - week).execute(&mut *conn).await.tried("forget old workers", no_ids)?;
    let sharing: i64 =
        sql::query_scalar(SHARING).bind(now).fetch_one(&mut *conn).await.tried("count workers", no_ids)?;
    let sharing = usize::try_from(sharing).unwrap_or(1).max(1);
    let fair = if shares { PARTS.div_ceil(sharing) } else { 0 };
    let held = parts(conn, HELD, worker).await?.len();
    if held > fair {
        sql::query(GIVE)
            .bind(&worker.name)
            .bind(worker.epoch)
            .bind(count(held - fair))
            .execute(&mut *conn)
            .await
            .tried("give slots away", tried)?;
    } else if held < fair {
        sql::query(TAKE)
            .bind(&worker.name)
            .bind(worker.epoch)
            .bind(until)
            .bind(now)
            .bind(count(fair - held))
            .execute(&mut *conn)
            .await
            .tried("take slots", tried)?;
    }
    let enough = if sharing == 1 { fair } else { fair * 3 / 4 };
    Ok(Held { parts: parts(conn, HELD, worker).await?.len(), enough })
}

/// Leaves: what it held is free at once.
pub async fn leave(conn: &mut Connection, worker: &Worker) -> Result<(), StoreError> {
    for statement in [ALONE, LEAVE, DIE] {
        let query = sql::query(statement);
        let query = if statement == ALONE { query } else { query.bind(&worker.name).bind(worker.epoch) };
        query.execute(&mut *conn).await.tried("leave the workers", || worker.name.clone())?;
    }
    Ok(())
}

/// The letters of the parts that a worker holds, which nobody takes away until this transaction ends.
pub(crate) async fn hold(conn: &mut Connection, worker: &Worker) -> Result<String, StoreError> {
    let held = parts(conn, HOLD, worker).await?;
    Ok((0..PARTS).map(|part| if held.contains(&(part * WIDTH)) { '1' } else { '0' }).collect())
}

/// Begins to say who lives and who holds what. `hold`: how long leases hold.
async fn alone(conn: &mut Connection, hold: SignedDuration) -> Result<(), sqlx::Error> {
    // Between two statements on a machine that does other things, too.
    let half = (hold.as_millis() / 2).max(1_000).to_string();
    sql::query(BRIEFLY).bind(&half).execute(&mut *conn).await?;
    sql::query(ALONE).execute(conn).await?;
    Ok(())
}

async fn parts(
    conn: &mut Connection,
    statement: &'static str,
    worker: &Worker,
) -> Result<Vec<usize>, StoreError> {
    let first: Vec<i64> = sql::query_scalar(statement)
        .bind(&worker.name)
        .bind(worker.epoch)
        .fetch_all(conn)
        .await
        .tried("look which slots are held", || worker.name.clone())?;
    Ok(first.into_iter().filter_map(|slot| usize::try_from(slot).ok()).collect())
}

async fn clock(conn: &mut Connection) -> Result<i64, StoreError> {
    sql::query_scalar(CLOCK).fetch_one(conn).await.tried("ask the clock of the database", no_ids)
}

fn until(now: i64, hold: SignedDuration) -> i64 {
    now.saturating_add(i64::try_from(hold.as_millis()).unwrap_or(i64::MAX))
}

fn count(parts: usize) -> i64 {
    i64::try_from(parts).unwrap_or(i64::MAX)
}
