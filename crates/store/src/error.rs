//! What can go wrong between us and the database: what was tried, on which rows, why, and whether trying
//! again can help.

use jiff::Timestamp;
use model::EnrollmentId;
use sqlx::error::DatabaseError as _;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// An error of the store, for an operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be opened, made or brought up to date.
    #[error("open database `{url}`: {source}")]
    Open {
        /// As it was given.
        url: String,
        /// The cause.
        source: sqlx::Error,
    },
    /// A migration failed; what it had done is undone.
    #[error("migrate database: {source}")]
    Migrate {
        /// The cause.
        source: sqlx::migrate::MigrateError,
    },
    /// A newer program made or migrated this database: its rows may mean what this one does not know.
    #[error("the database is at migration {found}, this program knows up to {known}: use the newer program")]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest one in this program.
        known: i64,
    },
    /// The database is older than this program and was opened without leave to migrate it.
    #[error("the database is at migration {found}, this program needs {known}: run `nurture migrate`")]
    Older {
        /// The newest migration in the database; 0: none.
        found: i64,
        /// The newest one in this program.
        known: i64,
    },
    /// Enrollments changed between their loading and their saving. Nothing of the transaction may be kept.
    #[error("save enrollments {enrollments:?}: they changed since they were loaded")]
    Stale {
        /// Which.
        enrollments: Vec<EnrollmentId>,
    },
    /// New enrollments met an active one of the same customer, workflow and key (or their own former
    /// selves). Nothing of the transaction may be kept.
    #[error("enroll {enrollments:?}: the same customer already walks that workflow under that key")]
    AlreadyActive {
        /// The new ones.
        enrollments: Vec<EnrollmentId>,
    },
    /// Another process works on this database.
    #[error("the database is worked by `{by}` until {until}")]
    Held {
        /// Its name.
        by: String,
        /// Until when, unless it renews.
        until: Timestamp,
    },
    /// Another database goes on in the place of this one.
    #[error("this database was moved to {to}")]
    Moved {
        /// Its address, without a password.
        to: String,
    },
    /// Our lease ended, or another took it: whatever we still hold in memory is void.
    #[error("`{owner}` no longer holds the lease of epoch {epoch}")]
    LeaseLost {
        /// Who lost it.
        owner: String,
        /// Which lease.
        epoch: i64,
    },
    /// A row holds what no program of ours writes.
    #[error("{table} `{key}` holds {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// A statement failed.
    #[error("{tried} ({ids}): {source}")]
    Query {
        /// What it was to do.
        tried: &'static str,
        /// For which rows; `-` where it concerns none in particular.
        ids: String,
        /// The cause.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Whether the same call, after loading again, can succeed.
    pub fn retry(&self) -> bool {
        match self {
            Self::Stale { .. } | Self::AlreadyActive { .. } | Self::Held { .. } => true,
            Self::Query { source, .. } | Self::Open { source, .. } => passes(source),
            Self::Migrate { source } => {
                use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
                matches!(source, Execute(cause) | ExecuteMigration(cause, _) if passes(cause))
            }
            Self::Newer { .. }
            | Self::Older { .. }
            | Self::Moved { .. }
            | Self::LeaseLost { .. }
            | Self::Corrupt { .. } => false,
        }
    }

    /// Whether the disk is full: nothing may leave before its record can be written.
    pub fn disk_full(&self) -> bool {
        match self {
            Self::Query { source, .. } | Self::Open { source, .. } => disk_full(source),
            Self::Migrate { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::Stale { .. }
            | Self::AlreadyActive { .. }
            | Self::Held { .. }
            | Self::Moved { .. }
            | Self::LeaseLost { .. }
            | Self::Corrupt { .. } => false,
        }
    }

    pub(crate) fn corrupt(table: &'static str, key: impl ToString, what: impl ToString) -> Self {
        Self::Corrupt { table, key: key.to_string(), what: what.to_string() }
    }
}

// SQLite's primary result codes: https://www.sqlite.org/rescode.html
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const IO: u32 = 10;
const FULL: u32 = 13;

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    Some(error.code()?.parse::<u32>().ok()? & 0xff)
}

// PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const DISK_FULL: &str = "53100";
/// A conflict of two transactions, a lock not got in time, a server that has no room or goes away, a transaction
/// that it ended because we were stopped in it, a standby that is not the primary yet.
const PASSING: [&str; 11] =
    ["40001", "40P01", "55P03", "53000", "53200", "53300", "57P01", "57P02", "57P03", "25P03", "25006"];

fn sql_state(error: &sqlx::Error) -> Option<&str> {
    Some(error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?.code())
}

fn disk_full(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(FULL) || sql_state(error) == Some(DISK_FULL)
}

fn passes(error: &sqlx::Error) -> bool {
    if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) || disk_full(error) {
        return true;
    }
    matches!(primary_code(error), Some(BUSY | LOCKED | IO))
        || sql_state(error).is_some_and(|code| PASSING.contains(&code) || code.starts_with("08"))
}

/// Says what was tried when a statement fails.
pub(crate) trait Tried<T> {
    /// `tried` in words of the trade; `ids` only runs on failure.
    fn tried(self, tried: &'static str, ids: impl FnOnce() -> String) -> Result<T, StoreError>;
}

impl<T> Tried<T> for Result<T, sqlx::Error> {
    fn tried(self, tried: &'static str, ids: impl FnOnce() -> String) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Query { tried, ids: ids(), source })
    }
}

/// For statements that concern no row in particular.
pub(crate) fn no_ids() -> String {
    "-".to_owned()
}

/// The first few of many ids, so that an error stays one line.
pub(crate) fn some<T: std::fmt::Display>(ids: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 5;
    let mut text = String::new();
    let mut count = 0_usize;
    for id in ids {
        if count < SHOWN {
            if count > 0 {
                text.push(' ');
            }
            text.push_str(&id.to_string());
        }
        count += 1;
    }
    if count > SHOWN {
        text.push_str(&format!(" and {} more", count - SHOWN));
    }
    if text.is_empty() { no_ids() } else { text }
}
