//! How far imports of files came: kept in the transaction of each batch, so that a re-run of the same file passes over
//! what is in the database already (engine/import).

use crate::connection::Connection;
use crate::error::{StoreError, Tried};
use crate::sql;
use crate::stored::millis;
use jiff::Timestamp;

// ?1 import  ?2 not kept before
const FIND: &str = "SELECT rows, digest, told FROM import_progress WHERE import = ?1 AND kept_at >= ?2";
// ?1 import  ?2 kind  ?3 rows  ?4 digest  ?5 told  ?6 now
const KEEP: &str = "
INSERT INTO import_progress (import, kind, rows, digest, told, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (import) DO UPDATE SET
  rows = excluded.rows, digest = excluded.digest, told = excluded.told, kept_at = excluded.kept_at";
// ?1 kind  ?2 import
const FORGET_OTHERS: &str = "DELETE FROM import_progress WHERE kind = ?1 AND import <> ?2";
// ?1 kept before
const FORGET_OLD: &str = "DELETE FROM import_progress WHERE kept_at < ?1";
// ?1 import
const FORGET: &str = "DELETE FROM import_progress WHERE import = ?1";

/// How far an import came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows of the file that were taken in, bad ones too; above 0.
    pub rows: u64,
    /// Of all these rows as they stand in the file.
    pub digest: String,
    /// What the importer wants to know of them, as it wrote it.
    pub told: String,
}

/// How far an import came; `None`: nobody knows, or it was kept before `since`.
pub async fn find(
    conn: &mut Connection,
    import: &str,
    since: Timestamp,
) -> Result<Option<Progress>, StoreError> {
    let tried = || import.to_owned();
    let row: Option<(i64, String, String)> = sql::query_as(FIND)
        .bind(import)
        .bind(millis(since))
        .fetch_optional(conn)
        .await
        .tried("look how far an import came", tried)?;
    let Some((rows, digest, told)) = row else { return Ok(None) };
    Ok(Some(Progress { rows: u64::try_from(rows).unwrap_or(0), digest, told }))
}

/// Keeps how far an import came.
pub async fn keep(
    conn: &mut Connection,
    (import, kind): (&str, &str),
    progress: &Progress,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql::query(KEEP)
        .bind(import)
        .bind(kind)
        .bind(i64::try_from(progress.rows).unwrap_or(i64::MAX))
        .bind(progress.digest.as_str())
        .bind(progress.told.as_str())
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("keep how far an import came", || import.to_owned())?;
    Ok(())
}

/// Forgets how far other imports of this kind came: what they brought may be changed by this one.
pub async fn forget_others(conn: &mut Connection, (import, kind): (&str, &str)) -> Result<(), StoreError> {
    let statement = sql::query(FORGET_OTHERS).bind(kind).bind(import);
    statement.execute(conn).await.tried("forget how far imports came", || kind.to_owned())?;
    Ok(())
}

/// Forgets what was kept before an instant.
pub async fn forget_old(conn: &mut Connection, before: Timestamp) -> Result<(), StoreError> {
    let statement = sql::query(FORGET_OLD).bind(millis(before));
    statement.execute(conn).await.tried("forget how far imports came", || before.to_string())?;
    Ok(())
}

/// Forgets one: it has come to its end.
pub async fn forget(conn: &mut Connection, import: &str) -> Result<(), StoreError> {
    let statement = sql::query(FORGET).bind(import);
    statement.execute(conn).await.tried("forget how far an import came", || import.to_owned())?;
    Ok(())
}
