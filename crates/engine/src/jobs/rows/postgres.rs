//! The rows on PostgreSQL, in a schema of apalis' own. Several processes take from one queue.

use super::{AT_ONCE, tried};
use crate::jobs::{JobError, Nudge, Queue};
use apalis::prelude::TaskBuilder;
use apalis_postgres::PostgresStorage;
use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

/// apalis' own set-up would write its versions among ours. It makes a schema and needs the extension hstore,
/// which the owner of a database may make.
pub(super) async fn prepare(pool: &PgPool) -> Result<(), JobError> {
    let mut migrations = PostgresStorage::migrations();
    migrations.dangerous_set_table_name("_apalis_migrations");
    migrations.run(pool).await.map_err(JobError::Prepare)
}

/// A nudge that waits stands for this one too, once we hold it: nobody takes it before this transaction ends,
/// so the run it causes sees what was written. One that another holds is no help, so two may wait.
pub(super) async fn push(conn: &mut PgConnection, nudge: &Nudge) -> Result<(), JobError> {
    let queue = nudge.queue;
    let waits: Option<i32> = sqlx::query_scalar(
        "SELECT 1 FROM apalis.jobs WHERE job_type = $1 AND status = 'Pending' AND run_at <= to_timestamp($2)
         LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .bind(queue.name())
    .bind(AT_ONCE as f64)
    .fetch_optional(&mut *conn)
    .await
    .map_err(tried("look for a waiting nudge"))?;
    if waits.is_some() {
        return Ok(());
    }
    let args = serde_json::to_vec(nudge).map_err(|source| JobError::Encode { queue, source })?;
    let task = TaskBuilder::new(args).run_at_timestamp(AT_ONCE.unsigned_abs()).max_attempts(1).build();
    apalis_postgres::queries::push_tasks(conn, queue.name(), vec![task])
        .await
        .map_err(|source| JobError::Push { queue, source: source.into() })
}

/// Those that a transaction under way holds stay: it has not shown yet what they tell of.
pub(super) async fn absorb(pool: &PgPool, queue: Queue) -> Result<(), JobError> {
    sqlx::query(
        "DELETE FROM apalis.jobs WHERE id IN (SELECT id FROM apalis.jobs
         WHERE job_type = $1 AND status = 'Pending' AND run_at <= to_timestamp($2) FOR UPDATE SKIP LOCKED)",
    )
    .bind(queue.name())
    .bind(AT_ONCE as f64)
    .execute(pool)
    .await
    .map_err(tried("take away the nudges that a run serves"))?;
    Ok(())
}

/// Not apalis' own vacuum, which takes no age.
pub(super) async fn prune(pool: &PgPool, before: Timestamp, chunk: u32) -> Result<u64, JobError> {
    let (before, chunk) = (before.as_second() as f64, i64::from(chunk.max(1)));
    let mut gone = 0;
    loop {
        let deleted = sqlx::query(
            "DELETE FROM apalis.jobs WHERE id IN (SELECT id FROM apalis.jobs
             WHERE done_at < to_timestamp($1)
               AND (status IN ('Done', 'Killed') OR (status = 'Failed' AND attempts >= max_attempts))
             LIMIT $2)",
        )
        .bind(before)
        .bind(chunk)
        .execute(pool)
        .await
        .map_err(tried("prune finished jobs"))?
        .rows_affected();
        gone += deleted;
        if deleted < chunk.unsigned_abs() {
            break;
        }
    }
    sqlx::query(
        "DELETE FROM apalis.workers WHERE last_seen < to_timestamp($1)
           AND NOT EXISTS (SELECT 1 FROM apalis.jobs WHERE jobs.lock_by = workers.id)",
    )
    .bind(before)
    .execute(pool)
    .await
    .map_err(tried("forget workers that are gone"))?;
    Ok(gone)
}

pub(super) async fn counted(pool: &PgPool) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT job_type, status, count(*) FROM apalis.jobs GROUP BY job_type, status")
        .fetch_all(pool)
        .await
}
