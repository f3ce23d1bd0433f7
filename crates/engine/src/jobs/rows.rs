//! The rows behind the queue: making apalis' tables, pushing, counting and pruning. The only SQL over them.

use super::{JobError, Nudge, Queue};
use apalis::prelude::TaskBuilder;
use apalis_sqlite::SqliteStorage;
use jiff::Timestamp;
use sqlx::{SqliteConnection, SqlitePool};

/// What apalis says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for a worker.
    Pending,
    /// A worker holds it. Nudges are not locked once more before they run, so this includes the running one.
    Queued,
    /// A worker holds it and said that it began.
    Running,
    /// Its run is over.
    Done,
    /// Its run failed; ours never do.
    Failed,
    /// Somebody ended it.
    Killed,
}

impl State {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Pending" => Self::Pending,
            "Queued" => Self::Queued,
            "Running" => Self::Running,
            "Done" => Self::Done,
            "Failed" => Self::Failed,
            "Killed" => Self::Killed,
            _ => return None,
        })
    }
}

/// How many rows of a queue are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The queue.
    pub queue: Queue,
    /// The state.
    pub state: State,
    /// Rows, at least 1.
    pub rows: u64,
}

/// Makes or renews apalis' tables. Doing it again changes nothing.
///
/// Not apalis' own set-up: that one turns `synchronous` off and writes its versions among ours. Its index on
/// `lock_by` goes, because with it each acknowledgement walks all rows that the worker ever finished.
pub async fn prepare(pool: &SqlitePool) -> Result<(), JobError> {
    let mut migrations = SqliteStorage::migrations();
    migrations.dangerous_set_table_name("_apalis_migrations");
    migrations.run(pool).await.map_err(JobError::Prepare)?;
    sqlx::query("DROP INDEX IF EXISTS LIdx")
        .execute(pool)
        .await
        .map_err(tried("drop a slow index of the jobs"))?;
    Ok(())
}

/// Writes a nudge, in the caller's transaction, which should be the one that made something due: the nudge
/// appears with it or not at all. Ring [`super::Bells::wake`] after the commit.
///
/// A nudge that already waits stands for this one too: SQLite has one writer, so nobody can take that nudge
/// before this transaction ends, and the run it causes sees what this transaction wrote. So a burst of a
/// thousand commits leaves one row.
pub async fn push(conn: &mut SqliteConnection, nudge: &Nudge) -> Result<(), JobError> {
    let queue = nudge.queue;
    let waits: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM Jobs
         WHERE job_type = ?1 AND status = 'Pending' AND lock_by IS NULL AND run_at <= ?2)",
    )
    .bind(queue.name())
    .bind(AT_ONCE)
    .fetch_one(&mut *conn)
    .await
    .map_err(tried("look for a waiting nudge"))?;
    if waits {
        return Ok(());
    }
    let args = serde_json::to_vec(nudge).map_err(|source| JobError::Encode { queue, source })?;
    let task = TaskBuilder::new(args).run_at_timestamp(AT_ONCE.unsigned_abs()).max_attempts(1).build();
    apalis_sqlite::queries::push_tasks(conn, queue.name(), &[task])
        .await
        .map_err(|source| JobError::Push { queue, source })
}

/// Due since 1970: a host whose clock is set back must not make a nudge wait. In seconds.
const AT_ONCE: i64 = 0;

/// Takes away the nudges that wait in a queue: the run that begins now serves them, since it sees whatever
/// was committed with them. Without this each would cause a run that finds nothing.
pub(super) async fn absorb(pool: &SqlitePool, queue: Queue) -> Result<(), JobError> {
    sqlx::query(
        "DELETE FROM Jobs WHERE job_type = ?1 AND status = 'Pending' AND lock_by IS NULL AND run_at <= ?2",
    )
    .bind(queue.name())
    .bind(AT_ONCE)
    .execute(pool)
    .await
    .map_err(tried("take away the nudges that a run serves"))?;
    Ok(())
}

/// Deletes rows that were over before `before`, `chunk` of them a statement, so that writers get in between;
/// then the names of workers not seen since and holding no row. Returns how many rows went. What waits or
/// runs stays, however old. Not apalis' own vacuum: its age test compares seconds with text and deletes all.
pub async fn prune(pool: &SqlitePool, before: Timestamp, chunk: u32) -> Result<u64, JobError> {
    let chunk = chunk.max(1);
    let mut gone = 0;
    loop {
        let deleted = sqlx::query(
            "DELETE FROM Jobs WHERE rowid IN (SELECT rowid FROM Jobs
             WHERE done_at < ?1 AND done_at IS NOT NULL
               AND (status IN ('Done', 'Killed') OR (status = 'Failed' AND attempts >= max_attempts))
             LIMIT ?2)",
        )
        .bind(before.as_second())
        .bind(chunk)
        .execute(pool)
        .await
        .map_err(tried("prune finished jobs"))?
        .rows_affected();
        gone += deleted;
        if deleted < u64::from(chunk) {
            break;
        }
    }
    sqlx::query(
        "DELETE FROM Workers WHERE last_seen < ?1
           AND id NOT IN (SELECT lock_by FROM Jobs WHERE lock_by IS NOT NULL)",
    )
    .bind(before.as_second())
    .execute(pool)
    .await
    .map_err(tried("forget workers that are gone"))?;
    Ok(gone)
}

/// Counts the rows of our queues by state, in the order of queue and state, for `doctor` and the metrics.
/// A queue or state without rows is left out.
pub async fn backlog(pool: &SqlitePool) -> Result<Vec<Backlog>, JobError> {
    let counted: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT job_type, status, count(*) FROM Jobs GROUP BY job_type, status")
            .fetch_all(pool)
            .await
            .map_err(tried("count the jobs"))?;
    let mut backlog: Vec<_> = counted
        .iter()
        .filter_map(|(name, state, rows)| {
            let queue = Queue::ALL.into_iter().find(|queue| queue.name() == name)?;
            Some(Backlog { queue, state: State::from_name(state)?, rows: rows.unsigned_abs() })
        })
        .collect();
    backlog.sort_by_key(|line| (line.queue, line.state));
    Ok(backlog)
}

fn tried(tried: &'static str) -> impl FnOnce(sqlx::Error) -> JobError {
    move |source| JobError::Database { tried, source }
}
