//! The durable queue, and all that we know of apalis: coarse nudges that say "look, something is due".
//!
//! A nudge carries no work. What is due, how often it was tried and when it is tried again stand in our own
//! tables; the run that a nudge causes asks them. So a nudge may come twice, late or never: the watchdog
//! finds the work anyway. In return a nudge is a row of our database, committed with the facts that cause it.
//!
//! ```text
//! push (in our transaction) ── commit ── Bells::wake
//!                                            │
//!              apalis worker takes the row, rings the queue's desk, waits, acknowledges
//!                                            │
//!              the desk runs the handler: one run at a time, one more for all who rang meanwhile
//!                                            │
//!              the watchdog rings the same desk when something is due and no nudge said so
//! ```
//!
//! On PostgreSQL whoever writes facts beside the workers (an import, an operator's verb) rings a bell that all
//! processes hear (`bell`): they look at once, not when the watchdog does.
//!
//! Handlers run on tasks of the desk, not inside apalis: its worker drops what it holds when a heartbeat or
//! a poll fails, and a mail that is half spoken must not be dropped.

mod bell;
mod desk;
mod rows;
mod watchdog;
mod workers;

pub(crate) use bell::{listen, tell_others};
pub use desk::Tally;
pub use rows::{Backlog, State, backlog, prepare, prune, push};
pub use workers::{Bells, Settings, Workers};

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// What there is to look at. Each queue has one desk and one apalis worker in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Facts, timers or enrollments are due.
    Turn,
    /// Sends are due.
    Deliver,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 2] = [Self::Turn, Self::Deliver];

    /// Its name in apalis' tables, in logs and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turn => "nurture-turn",
            Self::Deliver => "nurture-deliver",
        }
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A hint that something in a queue is due.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Nudge {
    /// Where to look.
    pub queue: Queue,
    /// What happened, for the log of whoever debugs: no personal data, ids at most.
    pub why: String,
}

impl Nudge {
    /// A nudge for a queue.
    pub fn new(queue: Queue, why: impl Into<String>) -> Self {
        Self { queue, why: why.into() }
    }
}

/// A future on the heap, as handlers return it.
pub type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Does what is due in a queue, until nothing is due or until it has had its turn. Runs of one queue never
/// overlap. It keeps its own failures: what it could not do stays due, and says when to try again.
pub type Handler = Arc<dyn Fn(Queue) -> Boxed<()> + Send + Sync>;

/// Says whether anything in a queue is due now, by a query of our own tables. In doubt (the database does
/// not answer) it says yes: a run too many costs a query, a run too few costs a customer.
pub type Due = Arc<dyn Fn(Queue) -> Boxed<bool> + Send + Sync>;

/// Why the queue could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The queue's own tables could not be made. A retry helps where the database was busy.
    #[error("bring the job tables up to date")]
    Prepare(#[source] sqlx::migrate::MigrateError),
    /// A statement over the job tables failed. A retry helps where the database was busy.
    #[error("{tried}")]
    Database {
        /// What was tried.
        tried: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// A nudge could not be written; the transaction that holds it should be rolled back and tried again.
    #[error("push a nudge to {queue}")]
    Push {
        /// The queue it was for.
        queue: Queue,
        /// What apalis said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A nudge could not be put into words. No retry helps.
    #[error("write down a nudge to {queue}")]
    Encode {
        /// The queue it was for.
        queue: Queue,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A worker ended with an error while it was being stopped. Nothing is lost: what was due stays due.
    #[error("stop the workers")]
    Workers(#[source] apalis::prelude::MonitorError),
}
