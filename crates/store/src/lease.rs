//! The lease of the slots: on SQLite one row for all of them, held by the one process that works the file.
//! Leases run on the wall clock, also where the engine runs on a virtual one.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::send::Worker;
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;

// Takes the slots where nobody holds them; the epoch rises with each taking, so that what an earlier holder
// still does under its own is refused.  ?1 owner  ?2 now  ?3 until
const ACQUIRE: &str = "
INSERT INTO slot_lease (first_slot, last_slot, owner, epoch, until) VALUES (0, 4095, ?1, 1, ?3)
ON CONFLICT (first_slot) DO UPDATE SET owner = excluded.owner, epoch = slot_lease.epoch + 1, until = excluded.until
WHERE slot_lease.until <= ?2
RETURNING epoch";
// ?1 owner  ?2 epoch  ?3 until  ?4 now
const RENEW: &str =
    "UPDATE slot_lease SET until = ?3 WHERE first_slot = 0 AND owner = ?1 AND epoch = ?2 AND until > ?4";
// ?1 owner  ?2 epoch
const RELEASE: &str = "UPDATE slot_lease SET until = 0 WHERE first_slot = 0 AND owner = ?1 AND epoch = ?2";
const HOLDER: &str = "SELECT owner, epoch, until FROM slot_lease WHERE first_slot = 0";

/// Takes the lease until an instant. `owner`: a name that is new at every start.
///
/// Errors: [`StoreError::Held`] while another process holds it.
pub async fn acquire(
    conn: &mut Connection,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Worker, StoreError> {
    let epoch: Option<i64> = sql::query_scalar(ACQUIRE)
        .bind(owner)
        .bind(millis(now))
        .bind(millis(until))
        .fetch_optional(&mut *conn)
        .await
        .tried("take the lease", || owner.to_owned())?;
    if let Some(epoch) = epoch {
        return Ok(Worker { name: owner.to_owned(), epoch });
    }
    match holder(conn).await? {
        Some((worker, until)) => Err(StoreError::Held { by: worker.name, until }),
        None => Err(StoreError::corrupt("slot_lease", 0, "no row, though taking it met one")),
    }
}

/// Lengthens the lease.
///
/// Errors: [`StoreError::LeaseLost`] where it is over or another took it.
pub async fn renew(
    conn: &mut Connection,
    worker: &Worker,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let done = sql::query(RENEW)
        .bind(&worker.name)
        .bind(worker.epoch)
        .bind(millis(until))
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("renew the lease", || worker.name.clone())?;
    if done.rows_affected() == 0 {
        return Err(StoreError::LeaseLost { owner: worker.name.clone(), epoch: worker.epoch });
    }
    Ok(())
}

/// Gives the lease back; one that is lost already is left alone.
pub async fn release(conn: &mut Connection, worker: &Worker) -> Result<(), StoreError> {
    sql::query(RELEASE)
        .bind(&worker.name)
        .bind(worker.epoch)
        .execute(conn)
        .await
        .tried("give the lease back", || worker.name.clone())?;
    Ok(())
}

/// Who held the lease last, and until when; `None`: nobody ever did.
pub async fn holder(conn: &mut Connection) -> Result<Option<(Worker, Timestamp)>, StoreError> {
    let row: Option<(String, i64, i64)> =
        sql::query_as(HOLDER).fetch_optional(conn).await.tried("look who holds the lease", no_ids)?;
    row.map(|(name, epoch, until)| Ok((Worker { epoch, name }, instant("slot_lease", "0", until)?)))
        .transpose()
}
