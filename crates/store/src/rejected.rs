//! What clients told and was not taken: kept for a while as it came, so that somebody can mend the client.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{batch, instant, millis};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// How long they are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

// ?1 rows  ?2 now
const KEEP: &str = "
INSERT INTO rejected (id, at, source, kind, message, customer, pointer, why, body)
SELECT value->>'id', ?2, value->>'source', value->>'kind', value->>'message', value->>'customer',
       value->>'pointer', value->>'why', value->>'body'
FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";
// ?1 at  ?2 id: those before  ?3 most rows
const RECENT: &str = "
SELECT id, at, source, kind, message, customer, pointer, why, body FROM rejected
WHERE at < ?1 OR (at = ?1 AND id < ?2) ORDER BY at DESC, id DESC LIMIT ?3";
// ?1 source
const COUNT_OF: &str = "SELECT count(*) FROM rejected WHERE source = ?1";
// ?1 before
const FORGET: &str = "DELETE FROM rejected WHERE at < ?1";
// What was told of customers who are forgotten (forget.rs).  ?1 [[slot, customer], …]
pub(crate) const FORGET_OF: &str =
    "DELETE FROM rejected WHERE customer IN (SELECT value->>1 FROM jsonb_each(?1))";

/// Something that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// By its content and time.
    pub id: String,
    /// Who told it.
    pub source: String,
    /// `track`, `identify` …
    pub kind: String,
    /// Its id at the client; `None`: it has none.
    pub message: Option<String>,
    /// About whom, where that can be read.
    pub customer: Option<String>,
    /// Where in it the first mistake is.
    pub pointer: String,
    /// Why, as the catalogue names it: JSON.
    pub why: String,
    /// As it came, JSON.
    pub body: String,
}

/// Keeps what was not taken.
pub async fn keep(conn: &mut Connection, rows: &[Rejected], now: Timestamp) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = sql::query(KEEP).bind(batch("rejected", rows)?).bind(millis(now)).execute(conn).await;
    done.tried("keep what was not taken", no_ids)?;
    Ok(())
}

/// The latest of them, before (at, id); each with its instant.
pub async fn recent(
    conn: &mut Connection,
    before: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<(Timestamp, Rejected)>, StoreError> {
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (millis(at), id));
    let rows = sql::query(RECENT)
        .bind(at)
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list what was not taken", no_ids)?;
    let tried = |source| StoreError::Query { tried: "read what was not taken", ids: no_ids(), source };
    rows.iter()
        .map(|row| {
            let rejected = Rejected {
                id: row.try_get(0).map_err(tried)?,
                source: row.try_get(2).map_err(tried)?,
                kind: row.try_get(3).map_err(tried)?,
                message: row.try_get(4).map_err(tried)?,
                customer: row.try_get(5).map_err(tried)?,
                pointer: row.try_get(6).map_err(tried)?,
                why: row.try_get(7).map_err(tried)?,
                body: row.try_get(8).map_err(tried)?,
            };
            let at = instant("rejected", &rejected.id, row.try_get(1).map_err(tried)?)?;
            Ok((at, rejected))
        })
        .collect()
}

/// How many of one source are kept.
pub async fn count_of_source(conn: &mut Connection, source: &str) -> Result<u64, StoreError> {
    let count: i64 = sql::query_scalar(COUNT_OF)
        .bind(source)
        .fetch_one(conn)
        .await
        .tried("count what was not taken", || source.to_owned())?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Forgets what came before an instant.
pub async fn forget(conn: &mut Connection, before: Timestamp) -> Result<(), StoreError> {
    let done = sql::query(FORGET).bind(millis(before)).execute(conn).await;
    done.tried("forget what was not taken", no_ids)?;
    Ok(())
}
