//! What can go wrong while the engine works, for an operator: what was tried, and whether a retry helps.

use store::StoreError;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The job queue.
    #[error(transparent)]
    Jobs(#[from] crate::jobs::JobError),
    /// What was published cannot be read by this program.
    #[error("read what was published: {0}")]
    Published(String),
    /// A channel is not declared as it must be.
    #[error("channel `{channel}`: {why}")]
    Channel {
        /// Its name.
        channel: String,
        /// What is wrong.
        why: String,
    },
    /// The virtual clock cannot go where it was told to.
    #[error("{0}")]
    Clock(String),
    /// A message could not be made.
    #[error("render {template} for {customer}: {why}")]
    Render {
        /// Which template.
        template: String,
        /// For whom.
        customer: String,
        /// Why.
        why: String,
    },
}

impl EngineError {
    /// Whether the same may succeed later.
    pub fn retry(&self) -> bool {
        match self {
            Self::Store(error) => error.retry(),
            Self::Jobs(_) => true,
            Self::Published(_) | Self::Channel { .. } | Self::Clock(_) | Self::Render { .. } => false,
        }
    }
}
