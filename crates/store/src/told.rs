//! Which words about customers a client has told (engine/ingest): told again, they are not taken again. Facts need
//! no such list, their ids are in their own table.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use std::collections::BTreeSet;

// ?1 [[message], …]  ?2 source
const KNOWN: &str = "
SELECT t.message FROM jsonb_each(?1) AS want
CROSS JOIN told AS t
WHERE t.source = ?2 AND t.message = want.value->>0";
// ?1 [[message], …]  ?2 source  ?3 now
const REMEMBER: &str = "
INSERT INTO told (source, message, at)
SELECT ?2, value->>0, ?3 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";
// ?1 before
const FORGET: &str = "DELETE FROM told WHERE at < ?1";

fn rows(messages: &[impl AsRef<str>]) -> Result<String, StoreError> {
    let rows: Vec<[&str; 1]> = messages.iter().map(|message| [message.as_ref()]).collect();
    spread("told", &rows)
}

/// Which of these messages of a source were told before.
pub async fn known(
    conn: &mut Connection,
    source: &str,
    messages: &[&str],
) -> Result<BTreeSet<String>, StoreError> {
    if messages.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<String> = sql::query_scalar(KNOWN)
        .bind(rows(messages)?)
        .bind(source)
        .fetch_all(conn)
        .await
        .tried("look for told words", || source.to_owned())?;
    Ok(found.into_iter().collect())
}

/// Remembers that these were told.
pub async fn remember(
    conn: &mut Connection,
    source: &str,
    messages: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sql::query(REMEMBER).bind(rows(messages)?).bind(source).bind(millis(now)).execute(conn).await;
    done.tried("remember told words", || source.to_owned())?;
    Ok(())
}

/// Forgets what was told before an instant.
pub async fn forget(conn: &mut Connection, before: Timestamp) -> Result<(), StoreError> {
    let done = sql::query(FORGET).bind(millis(before)).execute(conn).await;
    done.tried("forget told words", no_ids)?;
    Ok(())
}
