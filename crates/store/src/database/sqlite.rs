//! A file of SQLite: one connection writes, several read.

use super::{ACQUIRE, BUSY, Options, Pools};
use crate::error::{StoreError, Tried, no_ids};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqlitePool};
use std::path::Path;

pub(super) async fn connect(
    url: &str,
    settings: SqliteConnectOptions,
    options: &Options,
) -> Result<Pools, StoreError> {
    // A connection that lasts keeps its page cache and its prepared statements.
    let lasting = || {
        SqlitePoolOptions::new()
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(ACQUIRE)
    };
    let write = lasting()
        .min_connections(1)
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_free(connection)))
        .connect_with(settings.clone())
        .await
        .map_err(|source| StoreError::Open { url: url.to_owned(), source })?;
    let readers = options.readers.max(1);
    // What lies behind these caches is the system's own, a copy away: larger ones made no workload faster (w1 to w4).
    let read = lasting().max_connections(readers).connect_lazy_with(settings.pragma("cache_size", "-1024"));
    Ok(Pools::Sqlite { write, read })
}

/// Moves pages of the log into the file, as many as nobody who reads still needs there. Returns how many it holds.
pub(super) async fn move_log(pool: &SqlitePool) -> Result<u32, StoreError> {
    let (_, held, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)")
        .fetch_one(pool)
        .await
        .tried("move the write-ahead log into the file", no_ids)?;
    // Without such a log it says -1.
    Ok(u32::try_from(held).unwrap_or(0))
}

/// Whether a connection that comes back is in no transaction. On a full disk SQLite undoes a transaction by itself;
/// the rollback then fails, and the connection would count as within one for ever, and begin no other.
async fn is_free(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // What is on its way to be undone is undone when this is answered.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

pub(super) fn settings(path: impl AsRef<Path>, options: &Options) -> SqliteConnectOptions {
    let file = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(options.create && !options.read_only)
        .read_only(options.read_only)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(512)
        // A batch's rows come over from the thread of the database in one go.
        .row_buffer_size(1024)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-6144");
    if options.read_only {
        return file;
    }
    file.page_size(4096)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit that we answered for survives the loss of power.
        .synchronous(SqliteSynchronous::Full)
        // What is erased or replaced is overwritten at once, by every process, instead of staying in free places of the
        // file.
        .pragma("secure_delete", "on")
        // Who works moves the log into the file beside its commits; else a commit does, from 64 MiB on. No larger a log
        // than that is left lying about.
        .pragma("wal_autocheckpoint", "16384")
        .pragma("journal_size_limit", "67108864")
}
