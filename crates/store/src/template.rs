//! Templates as published: workers read only here, so a broken edit keeps the last good text.

use crate::connection::Connection;
use crate::error::StoreError;
use crate::published::{self, Published, Table, table};
use jiff::Timestamp;

const TABLE: Table = table!("template");

/// Publishes a template. `false`: that very text is published already.
pub async fn publish(
    conn: &mut Connection,
    path: &str,
    text: &str,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    published::publish(conn, &TABLE, path, text, hash, now).await
}

/// Everything that is published, by path.
pub async fn all(conn: &mut Connection) -> Result<Vec<Published>, StoreError> {
    published::all(conn, &TABLE).await
}

/// The text at a path; `None`: nothing is published there.
pub async fn find(conn: &mut Connection, path: &str) -> Result<Option<Published>, StoreError> {
    published::find(conn, &TABLE, path).await
}

/// Takes the text at a path away. `false`: there was none.
pub async fn remove(conn: &mut Connection, path: &str) -> Result<bool, StoreError> {
    published::remove(conn, &TABLE, path).await
}
