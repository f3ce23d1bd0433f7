//! What is known of channels beside their file: one row a channel.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{instant, millis, spread};
use jiff::Timestamp;
use std::collections::BTreeMap;

// Keeps the rows of these channels to the caller until it commits, in one order, so that two never wait for each
// other, and makes those that are missing.  ?1 [name, …]
const HOLD: &str = "
INSERT INTO channel (name) SELECT value->>'name' FROM jsonb_each(?1) WHERE true ORDER BY 1
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING name, spent";

// ?1 rows
const SPEND: &str = "
UPDATE channel SET spent = want.value->>'spent' FROM jsonb_each(?1) AS want
WHERE channel.name = want.value->>'name'";

// ?1 name  ?2 hash of its address  ?3 why  ?4 now
const CLOSE: &str = "
INSERT INTO channel (name, closed, why, closed_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE SET closed = excluded.closed, why = excluded.why, closed_at = excluded.closed_at
WHERE channel.closed IS NULL OR channel.closed <> excluded.closed";

// ?1 name
const OPEN: &str = "
UPDATE channel SET closed = NULL, closed_at = NULL, why = NULL WHERE name = ?1 AND closed IS NOT NULL";

// Few rows: one a channel.
const CLOSED: &str =
    "SELECT name, closed, closed_at, why FROM channel WHERE closed IS NOT NULL ORDER BY name";

/// A channel that the other side has closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The hash of the address that said so; another address of the channel is open.
    pub address: String,
    /// Since when.
    pub at: Timestamp,
    /// What the other side said.
    pub why: String,
}

/// What was spent of these channels' rates, as it was written; `None`: nothing. Nobody else spends any of it until
/// the caller commits.
pub async fn hold(
    conn: &mut Connection,
    names: &[&str],
) -> Result<BTreeMap<String, Option<String>>, StoreError> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<_> = names.iter().map(|name| serde_json::json!({ "name": name })).collect();
    let held: Vec<(String, Option<String>)> = sql::query_as(HOLD)
        .bind(spread("channel", &rows)?)
        .fetch_all(conn)
        .await
        .tried("hold what channels have spent", || some(names.iter()))?;
    Ok(held.into_iter().collect())
}

/// Writes what was spent: name and the words of [`hold`].
pub async fn spend(conn: &mut Connection, spent: &[(&str, String)]) -> Result<(), StoreError> {
    if spent.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> =
        spent.iter().map(|(name, spent)| serde_json::json!({ "name": name, "spent": spent })).collect();
    sql::query(SPEND)
        .bind(spread("channel", &rows)?)
        .execute(conn)
        .await
        .tried("write what channels have spent", || some(spent.iter().map(|(name, _)| name)))?;
    Ok(())
}

/// The other side wants nothing any more at this address.
pub async fn close(
    conn: &mut Connection,
    name: &str,
    address: &str,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let query = sql::query(CLOSE).bind(name).bind(address).bind(why).bind(millis(now));
    query.execute(conn).await.tried("close a channel", || name.to_owned())?;
    Ok(())
}

/// It may be spoken to again. `false`: it was not closed.
pub async fn open(conn: &mut Connection, name: &str) -> Result<bool, StoreError> {
    let done = sql::query(OPEN).bind(name).execute(conn).await;
    Ok(done.tried("open a channel", || name.to_owned())?.rows_affected() > 0)
}

/// Those that are closed, by name.
pub async fn closed(conn: &mut Connection) -> Result<BTreeMap<String, Closed>, StoreError> {
    let rows: Vec<(String, String, i64, Option<String>)> =
        sql::query_as(CLOSED).fetch_all(conn).await.tried("look which channels are closed", no_ids)?;
    rows.into_iter()
        .map(|(name, address, at, why)| {
            let at = instant("channel", &name, at)?;
            Ok((name, Closed { address, at, why: why.unwrap_or_default() }))
        })
        .collect()
}
