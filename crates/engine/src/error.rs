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
    /// A sender cannot sign as it is declared to.
    #[error("sender `{sender}` cannot sign its mails: {why}")]
    Sender {
        /// Its name.
        sender: String,
        /// What is wrong with its key.
        why: String,
    },
    /// The virtual clock cannot go where it was told to.
    #[error("{0}")]
    Clock(String),
    /// The interpreter broke down over a batch: a mistake of this program.
    #[error("decide: {0}")]
    Panic(String),
    /// A walk was about to do a step for the second time: a mistake of this program.
    #[error("`{workflow}` was about to do a step of a walk for the second time")]
    Twice {
        /// Of which workflow.
        workflow: String,
    },
    /// The system gives no random numbers.
    #[error("draw a random number: {0}")]
    Random(String),
    /// A password cannot be hashed, or its hash cannot be read.
    #[error("hash a password: {0}")]
    Password(String),
    /// More passwords are being looked at than there is memory for.
    #[error("look at a password: too many are being looked at")]
    TooManyPasswords,
    /// A folder of the machine, or a file in it.
    #[error("read {path}: {source}")]
    Folder {
        /// Which.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
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
            Self::Jobs(_) | Self::Folder { .. } | Self::TooManyPasswords => true,
            Self::Published(_)
            | Self::Channel { .. }
            | Self::Sender { .. }
            | Self::Clock(_)
            | Self::Random(_)
            | Self::Password(_)
            | Self::Panic(_)
            | Self::Twice { .. }
            | Self::Render { .. } => false,
        }
    }

    /// Whether something about some customer of a batch caused it, which another try does not mend.
    pub(crate) fn is_of_somebody(&self) -> bool {
        match self {
            Self::Store(error) => match error {
                StoreError::Corrupt { .. } => true,
                StoreError::Query { .. } => !error.retry(),
                StoreError::Open { .. }
                | StoreError::Migrate { .. }
                | StoreError::Newer { .. }
                | StoreError::Older { .. }
                | StoreError::Stale { .. }
                | StoreError::AlreadyActive { .. }
                | StoreError::Held { .. }
                | StoreError::Moved { .. }
                | StoreError::LeaseLost { .. } => false,
            },
            Self::Panic(_) => true,
            Self::Jobs(_)
            | Self::Published(_)
            | Self::Channel { .. }
            | Self::Sender { .. }
            | Self::Clock(_)
            | Self::Random(_)
            | Self::Password(_)
            | Self::TooManyPasswords
            | Self::Twice { .. }
            | Self::Folder { .. }
            | Self::Render { .. } => false,
        }
    }

    /// The same for a log: ids, and nothing of what a row holds.
    pub(crate) fn without_values(&self) -> String {
        match self {
            Self::Store(StoreError::Corrupt { table, key, .. }) => format!("{table} `{key}` cannot be read"),
            Self::Panic(_) => "the interpreter broke down".to_owned(),
            Self::Store(_)
            | Self::Jobs(_)
            | Self::Published(_)
            | Self::Channel { .. }
            | Self::Sender { .. }
            | Self::Clock(_)
            | Self::Random(_)
            | Self::Password(_)
            | Self::TooManyPasswords
            | Self::Twice { .. }
            | Self::Folder { .. }
            | Self::Render { .. } => self.to_string(),
        }
    }
}
