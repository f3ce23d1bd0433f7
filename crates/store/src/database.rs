//! Opens the database, keeps its pools, and brings it up to date. One connection writes, several read.

use crate::error::{StoreError, Tried, no_ids};
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A connection; every function of this crate takes one, so that the caller sets the transaction.
pub type Connection = SqliteConnection;

/// A transaction that is undone unless committed.
pub type Transaction = sqlx::Transaction<'static, Sqlite>;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for a connection: an import holds the writer for seconds, not minutes.
const ACQUIRE: Duration = Duration::from_secs(60);

/// How to open a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Make the file where there is none.
    pub create: bool,
    /// Change nothing, not even by a migration.
    pub read_only: bool,
    /// Bring an older database up to date; otherwise it is refused.
    pub migrate: bool,
    /// Connections that read. At least 1.
    pub readers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { create: true, read_only: false, migrate: true, readers: 4 }
    }
}

impl Options {
    /// For verbs that only look: the file must be there and up to date.
    pub fn to_read() -> Self {
        Self { create: false, read_only: true, migrate: false, readers: 2 }
    }
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    write: SqlitePool,
    read: SqlitePool,
    /// Where a database lies that goes with its store.
    _folder: Option<Arc<tempfile::TempDir>>,
}

impl Store {
    /// Opens a database and migrates it where the options allow. `url`: a path, or `sqlite:PATH`.
    ///
    /// Errors: [`StoreError::Open`] (no such file, no right, no database), [`StoreError::Newer`],
    /// [`StoreError::Older`], [`StoreError::Migrate`].
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        if let Some((scheme, _)) = path.split_once("://") {
            let source =
                sqlx::Error::Configuration("only `sqlite:PATH` or a path is a database so far".into());
            // The rest may hold a password.
            return Err(StoreError::Open { url: format!("{scheme}://…"), source });
        }
        let settings = connect_options(path, &options);
        Self::connect(url, settings, &options, None).await
    }

    /// A new database that goes when the last copy of this store does, for tests and dry runs. It behaves
    /// like any other, readers beside the writer too, which an in-memory database would not; only it does not
    /// wait for the disk.
    pub async fn temporary() -> Result<Self, StoreError> {
        let folder = tempfile::tempdir().map_err(|error| StoreError::Open {
            url: "a temporary folder".to_owned(),
            source: error.into(),
        })?;
        let (path, options) = (folder.path().join("nurture.db"), Options::default());
        let settings = connect_options(&path, &options).synchronous(SqliteSynchronous::Off);
        Self::connect(&path.to_string_lossy(), settings, &options, Some(Arc::new(folder))).await
    }

    async fn connect(
        url: &str,
        settings: SqliteConnectOptions,
        options: &Options,
        folder: Option<Arc<tempfile::TempDir>>,
    ) -> Result<Self, StoreError> {
        let at = |source| StoreError::Open { url: url.to_owned(), source };
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
            .connect_with(settings.clone())
            .await
            .map_err(at)?;
        migrate(&write, options).await?;
        let readers = options.readers.max(1);
        let read =
            lasting().max_connections(readers).connect_lazy_with(settings.pragma("cache_size", "-8192"));
        Ok(Self { write, read, _folder: folder })
    }

    /// Begins to write; others who want to write wait until this transaction ends.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        self.write.begin_with("BEGIN IMMEDIATE").await.tried("begin to write", no_ids)
    }

    /// A connection to read with; each statement sees what is committed when it starts.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.read.acquire().await.tried("begin to read", no_ids)
    }

    /// A steady view: every statement in it sees the database as it was at the first one.
    pub async fn view(&self) -> Result<Transaction, StoreError> {
        self.read.begin().await.tried("begin to read", no_ids)
    }

    /// The writing pool, of one connection, for the job queue that shares the database. Whoever takes its
    /// connection keeps all others from writing, so give it back at once.
    pub fn pool(&self) -> &SqlitePool {
        &self.write
    }

    /// Ends every connection; what is in the write-ahead log moves into the file.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Keeps what a transaction did.
pub async fn commit(transaction: Transaction) -> Result<(), StoreError> {
    transaction.commit().await.tried("commit", no_ids)
}

/// The newest migration that this program knows.
pub fn known_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// The newest migration that a database has; 0: none.
pub async fn found_migration(conn: &mut Connection) -> Result<i64, StoreError> {
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
    )
    .fetch_one(&mut *conn)
    .await
    .tried("look for migrations", no_ids)?;
    if tables == 0 {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(conn)
        .await
        .tried("look for migrations", no_ids)
}

async fn migrate(pool: &SqlitePool, options: &Options) -> Result<(), StoreError> {
    let mut conn = pool.acquire().await.tried("begin to migrate", no_ids)?;
    let known = known_migration();
    let found = found_migration(&mut conn).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found < known && (options.read_only || !options.migrate) {
        return Err(StoreError::Older { found, known });
    }
    if found < known {
        MIGRATIONS.run(&mut *conn).await.map_err(|source| StoreError::Migrate { source })?;
        // The statistics that the migrations write are read when a connection opens, or here.
        sqlx::query("ANALYZE sqlite_schema")
            .execute(&mut *conn)
            .await
            .tried("read the statistics", no_ids)?;
    }
    Ok(())
}

fn connect_options(path: impl AsRef<Path>, options: &Options) -> SqliteConnectOptions {
    let file = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(options.create && !options.read_only)
        .read_only(options.read_only)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(256)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-32768");
    if options.read_only {
        return file;
    }
    file.page_size(4096)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit that we answered for survives the loss of power.
        .synchronous(SqliteSynchronous::Full)
        // 16 MiB between checkpoints, and no larger a log than four times that is left lying about.
        .pragma("wal_autocheckpoint", "4096")
        .pragma("journal_size_limit", "67108864")
}
