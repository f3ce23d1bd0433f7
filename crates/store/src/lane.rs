//! Mails to one mailbox provider on one channel: one row a lane, in words of the engine's.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use std::collections::BTreeMap;

// Keeps these lanes to the caller until it commits, in one order, so that two never wait for each other, and makes
// those that are missing.  ?1 rows  ?2 channel  ?3 now
const HOLD: &str = "
INSERT INTO lane (channel, provider, state, touched_at)
SELECT ?2, value->>'provider', '{}', ?3 FROM jsonb_each(?1) WHERE true ORDER BY 2
ON CONFLICT (channel, provider) DO UPDATE SET touched_at = excluded.touched_at RETURNING provider, state";
// ?1 rows  ?2 channel
const WRITE: &str = "
UPDATE lane SET state = want.value->>'state' FROM jsonb_each(?1) AS want
WHERE lane.channel = ?2 AND lane.provider = want.value->>'provider'";
// ?1 channel
const ALL: &str = "SELECT provider, state FROM lane WHERE channel = ?1";

// What was learnt of a provider is of hours.  ?1 before
const FORGET: &str = "DELETE FROM lane WHERE touched_at < ?1";

/// Forgets lanes that nobody took since an instant. Called once a day.
pub async fn forget(conn: &mut Connection, before: Timestamp) -> Result<u64, StoreError> {
    let done = sql::query(FORGET).bind(millis(before)).execute(conn).await;
    Ok(done.tried("forget lanes to mailbox providers", no_ids)?.rows_affected())
}

/// These lanes as they were written; `{}`: one that is new. Nobody else has them until the caller commits.
pub async fn hold(
    conn: &mut Connection,
    channel: &str,
    providers: &[&str],
    now: Timestamp,
) -> Result<BTreeMap<String, String>, StoreError> {
    if providers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<_> = providers.iter().map(|provider| serde_json::json!({ "provider": provider })).collect();
    let held: Vec<(String, String)> = sql::query_as(HOLD)
        .bind(spread("lane", &rows)?)
        .bind(channel)
        .bind(millis(now))
        .fetch_all(conn)
        .await
        .tried("hold lanes to mailbox providers", || some(providers.iter()))?;
    Ok(held.into_iter().collect())
}

/// Writes lanes that the caller holds: provider and words.
pub async fn write(conn: &mut Connection, channel: &str, lanes: &[(&str, String)]) -> Result<(), StoreError> {
    if lanes.is_empty() {
        return Ok(());
    }
    let row =
        |(provider, state): &(&str, String)| serde_json::json!({ "provider": provider, "state": state });
    let rows: Vec<_> = lanes.iter().map(row).collect();
    sql::query(WRITE)
        .bind(spread("lane", &rows)?)
        .bind(channel)
        .execute(conn)
        .await
        .tried("write lanes to mailbox providers", || some(lanes.iter().map(|(provider, _)| provider)))?;
    Ok(())
}

/// All lanes of a channel, to look at.
pub async fn all(conn: &mut Connection, channel: &str) -> Result<BTreeMap<String, String>, StoreError> {
    let rows: Vec<(String, String)> = sql::query_as(ALL)
        .bind(channel)
        .fetch_all(conn)
        .await
        .tried("look at lanes to mailbox providers", || channel.to_owned())?;
    Ok(rows.into_iter().collect())
}
