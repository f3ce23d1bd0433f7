//! A database with work to do, and workers to start and stop over it.

use engine::jobs::{
    Backlog, Bells, Boxed, Due, Handler, JobError, Nudge, Queue, Settings, Workers, backlog, prepare, push,
};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Pool, Raw};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Long enough for a loaded machine; reached only where a test fails.
pub const TOO_LONG: Duration = Duration::from_secs(300);
/// For what must not play a part in a test.
pub const NEVER: Duration = Duration::from_secs(3600);

pub async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(TOO_LONG, work).await.expect("it happens in time")
}

/// Looks until it is so.
pub async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let looks = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(TOO_LONG, looks).await.expect(what);
}

pub fn of(pool: &SqlitePool) -> Pool {
    Pool::Sqlite(pool.clone())
}

/// As the store opens it: one connection writes.
async fn open(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10));
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the file opens")
}

/// A database with a table of work: a row is due until its `done` counts 1.
pub struct Bench {
    pub dir: TempDir,
    pub pool: SqlitePool,
}

impl Bench {
    pub async fn new() -> Self {
        let dir = TempDir::new().expect("a folder");
        let pool = open(&dir.path().join("jobs.db")).await;
        sqlx::query("CREATE TABLE work (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0)")
            .execute(&pool)
            .await
            .expect("a table");
        prepare(&of(&pool)).await.expect("the job tables");
        Self { dir, pool }
    }

    pub async fn another_process(&self) -> SqlitePool {
        open(&self.dir.path().join("jobs.db")).await
    }

    /// Commits a piece of work with its nudge.
    pub async fn announce(&self, queue: Queue) {
        announce(&self.pool, queue).await;
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("a count")
    }

    pub async fn undone(&self) -> i64 {
        self.count("SELECT count(*) FROM work WHERE done = 0").await
    }

    pub async fn backlog(&self) -> Vec<Backlog> {
        backlog(&of(&self.pool)).await.expect("a count")
    }

    pub async fn do_sql(&self, sql: &'static str) -> u64 {
        sqlx::query(sql).execute(&self.pool).await.expect(sql).rows_affected()
    }
}

pub async fn announce(pool: &SqlitePool, queue: Queue) {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    sqlx::query("INSERT INTO work (queue) VALUES (?1)")
        .bind(queue.name())
        .execute(&mut *tx)
        .await
        .expect("work");
    push(Raw::Sqlite(&mut tx), &Nudge::new(queue, "work was added")).await.expect("a nudge");
    tx.commit().await.expect("it commits");
}

pub async fn work(pool: &SqlitePool, queue: Queue) {
    sqlx::query("UPDATE work SET done = done + 1 WHERE queue = ?1 AND done = 0")
        .bind(queue.name())
        .execute(pool)
        .await
        .expect("work is done");
}

/// A handler that does the work and then says so.
pub fn handler(pool: &SqlitePool) -> (Handler, UnboundedReceiver<Queue>) {
    let (said, heard) = unbounded_channel();
    let pool = pool.clone();
    let handler: Handler = Arc::new(move |queue| {
        let (pool, said) = (pool.clone(), said.clone());
        Box::pin(async move {
            work(&pool, queue).await;
            let _ = said.send(queue);
        })
    });
    (handler, heard)
}

pub fn due(pool: &SqlitePool) -> Due {
    let pool = pool.clone();
    Arc::new(move |queue: Queue| -> Boxed<bool> {
        let pool = pool.clone();
        Box::pin(async move {
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM work WHERE queue = ?1 AND done = 0)")
                .bind(queue.name())
                .fetch_one(&pool)
                .await
                .unwrap_or(true)
        })
    })
}

pub fn never_due() -> Due {
    Arc::new(|_| Box::pin(async { false }))
}

/// Nothing happens by itself: neither polls nor the watchdog.
pub fn still() -> Settings {
    Settings {
        poll: NEVER,
        heartbeat: NEVER,
        watchdog: NEVER,
        grace: TOO_LONG,
        restart_pause: Duration::ZERO,
    }
}

pub struct Running {
    pub bells: Bells,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), JobError>>,
}

pub fn start(pool: &SqlitePool, handler: Handler, due: Due, settings: Settings) -> Running {
    let workers = Workers::new(of(pool), handler, due, settings);
    let bells = workers.bells();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(workers.run(async move {
        let _ = stopped.await;
    }));
    Running { bells, stop, task }
}

impl Running {
    pub async fn stop(self) {
        self.stop.send(()).expect("it runs");
        in_time(self.task).await.expect("no panic").expect("it stops well");
    }

    /// Ends without a word, as a crash does.
    pub async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

pub async fn first_runs(heard: &mut UnboundedReceiver<Queue>) {
    let mut ran = [in_time(heard.recv()).await, in_time(heard.recv()).await];
    ran.sort();
    assert_eq!(ran, Queue::ALL.map(Some), "each queue has a run at the start");
}
