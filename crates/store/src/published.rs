//! Texts as published: a path, the last text that passed `check`, its hash. Library files and templates
//! are kept alike, each in a table of its own.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;

/// A text as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its path within the project.
    pub path: String,
    /// The text.
    pub text: String,
    /// The hash of the text.
    pub hash: String,
    /// When this text was published.
    pub published_at: Timestamp,
}

/// The statements of one table.
pub(crate) struct Table {
    pub name: &'static str,
    pub write: &'static str,
    pub all: &'static str,
    pub find: &'static str,
    pub remove: &'static str,
}

macro_rules! table {
    ($name:literal) => {
        crate::published::Table {
            name: $name,
            // ?1 path  ?2 text  ?3 hash  ?4 now
            write: concat!(
                "INSERT INTO ",
                $name,
                " (path, text, hash, published_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (path) DO UPDATE SET text = excluded.text, hash = excluded.hash,
                   published_at = excluded.published_at WHERE ",
                $name,
                ".hash <> excluded.hash"
            ),
            all: concat!("SELECT path, text, hash, published_at FROM ", $name, " ORDER BY path"),
            // ?1 path
            find: concat!("SELECT path, text, hash, published_at FROM ", $name, " WHERE path = ?1"),
            // ?1 path
            remove: concat!("DELETE FROM ", $name, " WHERE path = ?1"),
        }
    };
}
pub(crate) use table;

type Row = (String, String, String, i64);

fn read(table: &Table, (path, text, hash, published_at): Row) -> Result<Published, StoreError> {
    let published_at = instant(table.name, &path, published_at)?;
    Ok(Published { path, text, hash, published_at })
}

pub(crate) async fn publish(
    conn: &mut Connection,
    table: &Table,
    path: &str,
    text: &str,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sql::query(table.write)
        .bind(path)
        .bind(text)
        .bind(hash)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("publish a text", || path.to_owned())?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn all(conn: &mut Connection, table: &Table) -> Result<Vec<Published>, StoreError> {
    let rows: Vec<Row> =
        sql::query_as(table.all).fetch_all(conn).await.tried("load published texts", no_ids)?;
    rows.into_iter().map(|row| read(table, row)).collect()
}

pub(crate) async fn find(
    conn: &mut Connection,
    table: &Table,
    path: &str,
) -> Result<Option<Published>, StoreError> {
    let row: Option<Row> = sql::query_as(table.find)
        .bind(path)
        .fetch_optional(conn)
        .await
        .tried("load a published text", || path.to_owned())?;
    row.map(|row| read(table, row)).transpose()
}

pub(crate) async fn remove(conn: &mut Connection, table: &Table, path: &str) -> Result<bool, StoreError> {
    let done = sql::query(table.remove)
        .bind(path)
        .execute(conn)
        .await
        .tried("remove a published text", || path.to_owned())?;
    Ok(done.rows_affected() > 0)
}
