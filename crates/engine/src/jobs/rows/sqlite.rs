//! The rows on SQLite.

use super::{AT_ONCE, tried};
use crate::jobs::{JobError, Nudge, Queue};
use apalis::prelude::TaskBuilder;
use apalis_sqlite::SqliteStorage;
use jiff::Timestamp;
use sqlx::{SqliteConnection, SqlitePool};

/// Not apalis' own set-up: that one turns `synchronous` off and writes its versions among ours. Its index on
/// `lock_by` goes, because with it each acknowledgement walks all rows that the worker ever finished.
pub(super) async fn prepare(pool: &SqlitePool) -> Result<(), JobError> {
    let mut migrations = SqliteStorage::migrations();
    migrations.dangerous_set_table_name("_apalis_migrations");
    migrations.run(pool).await.map_err(JobError::Prepare)?;
    sqlx::query("DROP INDEX IF EXISTS LIdx")
        .execute(pool)
        .await
        .map_err(tried("drop a slow index of the jobs"))?;
    Ok(())
}

/// A nudge that already waits stands for this one too: SQLite has one writer, so nobody can take that nudge
/// before this transaction ends, and the run it causes sees what this transaction wrote.
pub(super) async fn push(conn: &mut SqliteConnection, nudge: &Nudge) -> Result<(), JobError> {
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
        .map_err(|source| JobError::Push { queue, source: source.into() })
}

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

/// Not apalis' own vacuum: its age test compares seconds with text and deletes all.
pub(super) async fn prune(pool: &SqlitePool, before: Timestamp, chunk: u32) -> Result<u64, JobError> {
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

pub(super) async fn counted(pool: &SqlitePool) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT job_type, status, count(*) FROM Jobs GROUP BY job_type, status")
        .fetch_all(pool)
        .await
}
