//! Bells between the processes of one PostgreSQL: who makes something due rings with its commit, and the others look
//! at once. A hint and nothing more: who does not hear it finds the same within a second. A file of SQLite is looked
//! at, as ever.

use super::Queue;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;
use store::{Pool, Raw, StoreError};

/// Under this name the processes of a database hear of each other.
const BELL: &str = "nurture";
/// Before the database is asked again after it did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Has other processes look at a queue, once the caller's transaction has committed.
pub(crate) async fn tell_others(conn: Raw<'_>, queue: Queue) -> Result<(), StoreError> {
    let Raw::Postgres(conn) = conn else { return Ok(()) };
    let told = sqlx::query("SELECT pg_notify($1, $2)").bind(BELL).bind(queue.name()).execute(conn).await;
    let failed = |source| StoreError::Query { tried: "tell other processes", ids: queue.to_string(), source };
    told.map(drop).map_err(failed)
}

/// Listens for ever, and says each queue that something has become due in; on SQLite it only waits.
pub(crate) async fn listen(pool: &Pool, mut each: impl FnMut(Queue)) {
    let Pool::Postgres(pool) = pool else { return std::future::pending().await };
    // A connection of its own: it is never given back.
    let own = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(pool.connect_options().as_ref().clone());
    loop {
        if let Err(error) = heard(&own, &mut each).await {
            tracing::debug!(%error, "no bells of other processes; the tables are looked at each second");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn heard(pool: &PgPool, each: &mut impl FnMut(Queue)) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(BELL).await?;
    loop {
        match listener.try_recv().await? {
            Some(bell) => {
                Queue::ALL.into_iter().filter(|queue| queue.name() == bell.payload()).for_each(&mut *each);
            }
            // The connection was lost and is there again: what was said meanwhile nobody knows.
            None => Queue::ALL.into_iter().for_each(&mut *each),
        }
    }
}
