//! The rows behind the queue: making apalis' tables, pushing, counting and pruning. The only SQL over them.

mod postgres;
mod sqlite;

use super::{JobError, Nudge, Queue};
use jiff::Timestamp;
use store::{Pool, Raw};

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

/// Due since 1970: a host whose clock is set back must not make a nudge wait. In seconds.
const AT_ONCE: i64 = 0;

/// Makes or renews apalis' tables. Doing it again changes nothing.
pub async fn prepare(pool: &Pool) -> Result<(), JobError> {
    match pool {
        Pool::Sqlite(pool) => sqlite::prepare(pool).await,
        Pool::Postgres(pool) => postgres::prepare(pool).await,
    }
}

/// Writes a nudge, in the caller's transaction, which should be the one that made something due: the nudge
/// appears with it or not at all. Ring [`super::Bells::wake`] after the commit.
///
/// A nudge that already waits may stand for this one too, so a burst of a thousand commits leaves one row.
pub async fn push(conn: Raw<'_>, nudge: &Nudge) -> Result<(), JobError> {
    match conn {
        Raw::Sqlite(conn) => sqlite::push(conn, nudge).await,
        Raw::Postgres(conn) => postgres::push(conn, nudge).await,
    }
}

/// Takes away the nudges that wait in a queue: the run that begins now serves them, since it sees whatever
/// was committed with them. Without this each would cause a run that finds nothing.
pub(super) async fn absorb(pool: &Pool, queue: Queue) -> Result<(), JobError> {
    match pool {
        Pool::Sqlite(pool) => sqlite::absorb(pool, queue).await,
        Pool::Postgres(pool) => postgres::absorb(pool, queue).await,
    }
}

/// Deletes rows that were over before `before`, `chunk` of them a statement, so that writers get in between;
/// then the names of workers not seen since and holding no row. Returns how many rows went. What waits or
/// runs stays, however old.
pub async fn prune(pool: &Pool, before: Timestamp, chunk: u32) -> Result<u64, JobError> {
    match pool {
        Pool::Sqlite(pool) => sqlite::prune(pool, before, chunk).await,
        Pool::Postgres(pool) => postgres::prune(pool, before, chunk).await,
    }
}

/// Counts the rows of our queues by state, in the order of queue and state, for `doctor` and the metrics.
/// A queue or state without rows is left out.
pub async fn backlog(pool: &Pool) -> Result<Vec<Backlog>, JobError> {
    let counted = match pool {
        Pool::Sqlite(pool) => sqlite::counted(pool).await,
        Pool::Postgres(pool) => postgres::counted(pool).await,
    };
    let counted = counted.map_err(tried("count the jobs"))?;
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
