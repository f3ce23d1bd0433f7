//! Opens the database, keeps its pools, and brings it up to date. On SQLite one connection writes and several
//! read; on PostgreSQL several write, and say how they keep out of each other's way.

mod postgres;
mod scratch;
mod sqlite;

use crate::connection::{Connection, Held, Link, Reader, Transaction};
use crate::dialect::Both;
use crate::error::{StoreError, Tried, no_ids};
use crate::hold::{self, Hold, Why};
use crate::send::Worker;
use crate::{share, sql};
use crash::Point;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, SqlitePool};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a migration is tried that others are in the way of, and the pause between two tries.
const CLIMBS: u32 = 120;
const PAUSE: Duration = Duration::from_millis(250);
static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);
/// So many pages make SQLite's write-ahead log long, 16 MiB: it is to be moved into the file about then.
pub const LONG_LOG: u32 = 4_096;
/// Between two tries to empty the log.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// How long a caller waits for a connection: an import holds the writer for seconds, not minutes.
const ACQUIRE: Duration = Duration::from_secs(60);
/// The same where the process is asked to end, one try: many such waits fit in what a supervisor grants it.
const LEAVING: Duration = Duration::from_secs(1);

/// Counters of one thing, at most: as many processes count without waiting for each other.
const BUCKETS: i64 = 64;

/// How to open a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Make the file where there is none. A database of PostgreSQL must be there.
    pub create: bool,
    /// Change nothing, not even by a migration.
    pub read_only: bool,
    /// Bring an older database up to date; otherwise it is refused.
    pub migrate: bool,
    /// Leave an older database as it is and look at it all the same.
    pub older: bool,
    /// Connections that read. At least 1.
    pub readers: u32,
    /// Claims pass over what another process claims just then (`SKIP LOCKED`), where the database knows how.
    pub skip_locked: bool,
    /// How long a process that was stopped in the middle of a transaction may keep others waiting, on PostgreSQL.
    pub idle: Duration,
}

/// [`Options::idle`], where nobody says otherwise.
const IDLE: Duration = Duration::from_secs(30);

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            read_only: false,
            migrate: true,
            older: false,
            readers: 4,
            skip_locked: true,
            idle: IDLE,
        }
    }
}

impl Options {
    /// For verbs that only look: the file must be there and up to date.
    pub fn to_read() -> Self {
        Self { create: false, read_only: true, migrate: false, readers: 2, ..Self::default() }
    }

    /// To look at a database of this program or an older one, whatever state it is in.
    pub fn as_it_is() -> Self {
        Self { older: true, ..Self::to_read() }
    }
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
    skip_locked: bool,
    /// Whether the process is asked to end, and waits for nobody long.
    leaving: Arc<AtomicBool>,
    /// Where a database lies that goes with its store.
    _folder: Option<Arc<tempfile::TempDir>>,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres { write: PgPool, read: PgPool },
}

/// The pool that writes, for the job queue that shares the database.
#[derive(Clone, Debug)]
pub enum Pool {
    /// Of one connection: whoever takes it keeps all others from writing, so give it back at once.
    Sqlite(SqlitePool),
    /// Of several.
    Postgres(PgPool),
}

/// Takes a connection from a pool of a store; where one try of the pool is short, again until [`ACQUIRE`] is over.
macro_rules! patiently {
    ($store:expr, $take:expr) => {{
        let began = Instant::now();
        loop {
            let longest = if $store.leaving.load(Ordering::Relaxed) { LEAVING } else { ACQUIRE };
            match $take.await {
                Err(sqlx::Error::PoolTimedOut) if began.elapsed() < longest => {}
                done => break done,
            }
        }
    }};
}

impl Store {
    /// Opens a database and migrates it where the options allow. `url`: a path or `sqlite:PATH`, or
    /// `postgres://USER@HOST/NAME`.
    ///
    /// Errors: [`StoreError::Open`] (no such database, no right, no database at all), [`StoreError::Newer`],
    /// [`StoreError::Older`], [`StoreError::Migrate`].
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pools = postgres::connect(url, &options).await?;
            let store =
                Self { pools, skip_locked: options.skip_locked, leaving: Arc::default(), _folder: None };
            store.migrate(&POSTGRES, &options).await?;
            return Ok(store);
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        if let Some((scheme, _)) = path.split_once("://") {
            let words = "a database is `sqlite:PATH`, a path, or `postgres://USER@HOST/NAME`";
            // The rest may hold a password.
            return Err(StoreError::Open {
                url: format!("{scheme}://…"),
                source: sqlx::Error::Configuration(words.into()),
            });
        }
        let settings = sqlite::settings(path, &options);
        Self::file(url, settings, &options, None).await
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
        let settings = sqlite::settings(&path, &options).synchronous(sqlx::sqlite::SqliteSynchronous::Off);
        Self::file(&path.to_string_lossy(), settings, &options, Some(Arc::new(folder))).await
    }

    async fn file(
        url: &str,
        settings: sqlx::sqlite::SqliteConnectOptions,
        options: &Options,
        folder: Option<Arc<tempfile::TempDir>>,
    ) -> Result<Self, StoreError> {
        let pools = sqlite::connect(url, settings, options).await?;
        let store =
            Self { pools, skip_locked: options.skip_locked, leaving: Arc::default(), _folder: folder };
        store.migrate(&SQLITE, options).await?;
        Ok(store)
    }

    /// Begins to write; others who want to write what is not theirs alone wait until this transaction ends.
    ///
    /// Errors: [`StoreError::Moved`] where another database goes on in the place of this one.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.begin_even_moved().await?;
        match hold::get(&mut transaction).await? {
            Some(Hold { why: Why::Moved { to }, .. }) => Err(StoreError::Moved { to }),
            Some(_) | None => Ok(transaction),
        }
    }

    /// The same for those who move a database, or let one go on after all.
    pub async fn begin_even_moved(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.begin_with("BEGIN; LOCK TABLE meta IN EXCLUSIVE MODE").await?;
        if !transaction.is_postgres() {
            crate::meta::count_write(&mut transaction).await?;
        }
        Ok(transaction)
    }

    /// Begins a turn over customers that this process has the lease of: on PostgreSQL others may have theirs
    /// beside it, and whoever [`begin`](Self::begin)s waits for them all.
    pub async fn begin_turn(&self, worker: &Worker) -> Result<Transaction, StoreError> {
        let mut transaction = self.begin_with("BEGIN; LOCK TABLE meta IN ROW SHARE MODE").await?;
        if transaction.is_postgres() {
            transaction.0.parts = share::hold(&mut transaction, worker).await?.into();
            transaction.0.bucket = worker.epoch % BUCKETS;
        }
        Ok(transaction)
    }

    /// Begins to take up sends of the customers that this process has the lease of, which no other takes away
    /// before this transaction ends.
    pub async fn begin_claim(&self, worker: &Worker) -> Result<Transaction, StoreError> {
        let mut transaction = self.begin_beside().await?;
        if transaction.is_postgres() {
            transaction.0.parts = share::hold(&mut transaction, worker).await?.into();
            transaction.0.skips_locked = self.skip_locked;
        }
        Ok(transaction)
    }

    /// Begins to write beside others, on PostgreSQL: for single statements that say themselves which rows they
    /// may move, as those over sends do.
    pub async fn begin_beside(&self) -> Result<Transaction, StoreError> {
        self.begin_with("BEGIN").await
    }

    /// Begins to append facts from outside: beside the turns, and not while somebody is alone.
    ///
    /// Errors: [`StoreError::Moved`] where another database goes on in the place of this one.
    pub async fn begin_facts(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.begin_with("BEGIN; LOCK TABLE meta IN ROW SHARE MODE").await?;
        match hold::get(&mut transaction).await? {
            Some(Hold { why: Why::Moved { to }, .. }) => Err(StoreError::Moved { to }),
            Some(_) | None => Ok(transaction),
        }
    }

    async fn begin_with(&self, postgres: &'static str) -> Result<Transaction, StoreError> {
        let begun = match &self.pools {
            Pools::Sqlite { write, .. } => patiently!(self, write.begin_with("BEGIN IMMEDIATE"))
                .map(|begun| Link::Sqlite(Held::Transaction(begun))),
            Pools::Postgres { write, .. } => patiently!(self, write.begin_with(postgres))
                .map(|begun| Link::Postgres(Held::Transaction(begun))),
        };
        begun.map(|link| Transaction(Connection::new(link))).tried("begin to write", no_ids)
    }

    /// Whether the database takes a write: a row of no meaning is written and committed. On PostgreSQL, whose
    /// server ends where its disk is full, a transaction is enough.
    pub async fn takes_a_write(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin_beside().await?;
        if !transaction.is_postgres() {
            // Anew each time: what does not change SQLite does not write.
            for value in [None, Some("yes")] {
                crate::meta::set(&mut transaction, "ready", value).await?;
            }
        }
        crate::connection::commit(transaction).await
    }

    /// A connection to read with; each statement sees what is committed when it starts.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let found = match &self.pools {
            Pools::Sqlite { read, .. } => {
                patiently!(self, read.acquire()).map(|conn| Link::Sqlite(Held::Alone(conn)))
            }
            Pools::Postgres { read, .. } => {
                patiently!(self, read.acquire()).map(|conn| Link::Postgres(Held::Alone(conn)))
            }
        };
        found.map(|link| Reader(Connection::new(link))).tried("begin to read", no_ids)
    }

    /// From now on nobody waits long for a server that is away: the process is asked to end.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.pools, Pools::Postgres { .. })
    }

    /// A steady view: every statement in it sees the database as it was at the first one.
    pub async fn view(&self) -> Result<Transaction, StoreError> {
        let begun = match &self.pools {
            Pools::Sqlite { read, .. } => {
                patiently!(self, read.begin()).map(|begun| Link::Sqlite(Held::Transaction(begun)))
            }
            Pools::Postgres { read, .. } => {
                patiently!(self, read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                    .map(|begun| Link::Postgres(Held::Transaction(begun)))
            }
        };
        begun.map(|link| Transaction(Connection::new(link))).tried("begin to read", no_ids)
    }

    /// Connections of the writing and of the reading pool: all, and those that are idle.
    pub fn pool_sizes(&self) -> [(u32, usize); 2] {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                [(write.size(), write.num_idle()), (read.size(), read.num_idle())]
            }
            Pools::Postgres { write, read } => {
                [(write.size(), write.num_idle()), (read.size(), read.num_idle())]
            }
        }
    }

    /// The writing pool, for the job queue that shares the database.
    pub fn pool(&self) -> Pool {
        match &self.pools {
            Pools::Sqlite { write, .. } => Pool::Sqlite(write.clone()),
            Pools::Postgres { write, .. } => Pool::Postgres(write.clone()),
        }
    }

    /// Moves SQLite's write-ahead log into the file and empties it: it holds pages as they were before something was
    /// erased. `false`: somebody was reading all the while; the log is written over later. PostgreSQL reuses its own.
    pub async fn empty_log(&self) -> Result<bool, StoreError> {
        let Pools::Sqlite { write, .. } = &self.pools else { return Ok(true) };
        let began = Instant::now();
        loop {
            let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_one(write)
                .await
                .tried("empty the write-ahead log", no_ids)?;
            // For readers it waits by itself, for somebody else who moves the log it does not.
            if busy == 0 || began.elapsed() >= BUSY {
                return Ok(busy == 0);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    /// Moves what SQLite's write-ahead log holds into the file while others write, so that no commit of theirs has to.
    /// Where that is much, what came meanwhile follows with the writer held, a moment: then the log is written over
    /// from its beginning. Returns how many pages the log held; none where there is no such log.
    pub async fn move_log(&self) -> Result<u32, StoreError> {
        let Pools::Sqlite { write, read } = &self.pools else { return Ok(0) };
        let held = sqlite::move_log(read).await?;
        if held < LONG_LOG {
            return Ok(held);
        }
        sqlite::move_log(write).await
    }

    /// Ends every connection; what is in SQLite's write-ahead log moves into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }

    /// Makes one migration after the other, each in a transaction of its own: who is killed goes on from there.
    async fn climb(&self, migrator: &Migrator, found: i64) -> Result<(), MigrateError> {
        let ahead = migrator.iter().map(|migration| migration.version).filter(|version| *version > found);
        for version in ahead {
            let upto = migrator.iter().filter(|migration| migration.version <= version).cloned().collect();
            let mut upto = Migrator::with_migrations(upto);
            // Another process may be ahead of us.
            upto.set_ignore_missing(true);
            match &self.pools {
                Pools::Sqlite { write, .. } => upto.run(write).await?,
                Pools::Postgres { write, .. } => {
                    // A connection of its own: the lock that keeps other climbers away ends with it, also where
                    // the climb breaks off.
                    let options = PgPoolOptions::new().max_connections(1);
                    // All others queue behind what waits for a whole table: it lets them by and comes again.
                    let patience = write.connect_options().as_ref().clone().options([("lock_timeout", "1s")]);
                    let alone = options.connect_with(patience).await?;
                    let climbed = upto.run(&alone).await;
                    alone.close().await;
                    climbed?;
                }
            }
            crash::point(Point::Migrated).await;
        }
        Ok(())
    }

    async fn migrate(&self, migrator: &Migrator, options: &Options) -> Result<(), StoreError> {
        let known = known_migration();
        let found = {
            let begun = match &self.pools {
                Pools::Sqlite { write, .. } => {
                    write.acquire().await.map(|conn| Link::Sqlite(Held::Alone(conn)))
                }
                Pools::Postgres { write, .. } => {
                    write.acquire().await.map(|conn| Link::Postgres(Held::Alone(conn)))
                }
            };
            found_migration(&mut Connection::new(begun.tried("begin to migrate", no_ids)?)).await?
        };
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        if found < known && options.older {
            return Ok(());
        }
        if found < known && (options.read_only || !options.migrate) {
            return Err(StoreError::Older { found, known });
        }
        if found < known {
            let mut tries = 0;
            while let Err(source) = self.climb(migrator, found).await {
                // Those who work at the same tables may be in its way, and the database ends one of both.
                let error = StoreError::Migrate { source };
                if !error.retry() || tries >= CLIMBS {
                    return Err(error);
                }
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            if let Pools::Sqlite { write, .. } = &self.pools {
                // The statistics that the migrations write are read when a connection opens, or here.
                let read = sqlx::query("ANALYZE sqlite_schema").execute(write).await;
                read.tried("read the statistics", no_ids)?;
            }
        }
        Ok(())
    }
}

/// The newest migration that this program knows, of either database: their numbers are the same.
pub fn known_migration() -> i64 {
    SQLITE.iter().map(|migration| migration.version).max().unwrap_or(0)
}

// Whether any migration was ever made.
const MIGRATED: Both = Both {
    sqlite: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
    postgres: "SELECT count(*) FROM pg_catalog.pg_tables
               WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'",
};

/// Writes all that a file of SQLite holds to another, new file, while others work on it.
pub async fn vacuum_into(conn: &mut Connection, path: &str) -> Result<(), StoreError> {
    sql::query("VACUUM INTO ?1").bind(path).execute(conn).await.tried("copy the file", || path.to_owned())?;
    Ok(())
}

/// The tables that the migrations make, in their order. Both databases have the same.
pub(crate) fn table_names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for migration in SQLITE.iter() {
        let text: &str = migration.sql.as_str();
        for line in text.lines() {
            if let Some((name, _)) = line.strip_prefix("CREATE TABLE ").and_then(|rest| rest.split_once(" ("))
            {
                names.push(name.to_owned());
            } else if let Some((name, _)) =
                line.strip_prefix("DROP TABLE ").and_then(|rest| rest.split_once(';'))
            {
                names.retain(|known| known != name);
            } else if let Some((from, to)) =
                line.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" RENAME TO "))
            {
                names.retain(|known| known != from);
                names.push(to.trim_end_matches(';').to_owned());
            }
        }
    }
    names
}

/// The address of a database as it may be shown and logged: without a password.
pub fn shown(url: &str) -> String {
    if url.starts_with("postgres") { postgres::without_password(url) } else { url.to_owned() }
}

/// The newest migration that a database has; 0: none.
pub async fn found_migration(conn: &mut Connection) -> Result<i64, StoreError> {
    let tables: i64 =
        sql::query_scalar(MIGRATED).fetch_one(&mut *conn).await.tried("look for migrations", no_ids)?;
    if tables == 0 {
        return Ok(0);
    }
    sql::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(conn)
        .await
        .tried("look for migrations", no_ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_migrations_of_the_same_numbers_and_names() {
        let names = |migrator: &Migrator| -> Vec<(i64, String)> {
            migrator.iter().map(|each| (each.version, each.description.to_string())).collect()
        };
        assert_eq!(names(&SQLITE), names(&POSTGRES));
    }

    #[tokio::test]
    async fn a_log_that_was_moved_begins_anew() {
        let store = Store::temporary().await.expect("a store");
        let write = async |name: &str, value: &str| {
            let mut transaction = store.begin_beside().await.expect("a writer");
            crate::meta::set(&mut transaction, name, Some(value)).await.expect("set");
            crate::connection::commit(transaction).await.expect("committed");
        };
        let long = "x".repeat(20 << 20);
        write("long", &long).await;
        assert!(store.move_log().await.expect("moved") > LONG_LOG);
        write("short", "yes").await;
        let held = store.move_log().await.expect("moved");
        assert!((1..100).contains(&held), "{held} pages");
        assert!(store.empty_log().await.expect("emptied"));
        assert_eq!(store.move_log().await.expect("moved"), 0);
        let mut conn = store.read().await.expect("a reader");
        assert_eq!(crate::meta::get(&mut conn, "short").await.expect("read").as_deref(), Some("yes"));
    }
}
