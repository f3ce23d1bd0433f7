//! A connection to either database, held to read or within a transaction.

use crate::error::{StoreError, Tried, no_ids};
use crate::share;
use crate::sql::Answer;
use crash::Point;
use sqlx::pool::PoolConnection;
use sqlx::{Database, PgConnection, Postgres, Sqlite, SqliteConnection};
use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

/// A connection; every function of this crate takes one, so that the caller sets the transaction.
#[derive(Debug)]
pub struct Connection {
    pub(crate) link: Link,
    /// The parts of the slots that this transaction is about, a letter each: see [`crate::share`].
    pub(crate) parts: Cow<'static, str>,
    /// Where this process counts, so that no two write to one counter.
    pub(crate) bucket: i64,
    /// Whether a claim on PostgreSQL passes over rows that another holds, or waits for it.
    pub(crate) skips_locked: bool,
    /// What was asked for ahead: see [`crate::sql::ahead`].
    pub(crate) ahead: Vec<Answer>,
}

/// To which database, and whether within a transaction.
#[derive(Debug)]
pub(crate) enum Link {
    Sqlite(Held<Sqlite>),
    Postgres(Held<Postgres>),
}

/// How a connection of one database is held. What is not committed is undone when it is dropped.
#[derive(Debug)]
pub(crate) enum Held<DB: Database> {
    Alone(PoolConnection<DB>),
    Transaction(sqlx::Transaction<'static, DB>),
}

impl<DB: Database> Held<DB> {
    pub(crate) fn raw(&mut self) -> &mut DB::Connection {
        match self {
            Self::Alone(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

/// The connection of the one database or the other, for the job queue that shares it.
#[derive(Debug)]
pub enum Raw<'c> {
    /// A file of SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// A server of PostgreSQL.
    Postgres(&'c mut PgConnection),
}

impl Connection {
    pub(crate) fn new(link: Link) -> Self {
        Self { link, parts: Cow::Borrowed(share::ALL), bucket: 0, skips_locked: true, ahead: Vec::new() }
    }

    /// What lies beneath.
    pub fn raw(&mut self) -> Raw<'_> {
        match &mut self.link {
            Link::Sqlite(held) => Raw::Sqlite(held.raw()),
            Link::Postgres(held) => Raw::Postgres(held.raw()),
        }
    }

    /// Whether this is PostgreSQL: where several processes may write at one time.
    pub fn is_postgres(&self) -> bool {
        match self.link {
            Link::Sqlite(_) => false,
            Link::Postgres(_) => true,
        }
    }
}

/// A connection to read with.
#[derive(Debug)]
pub struct Reader(pub(crate) Connection);

/// A transaction that is undone unless committed.
#[derive(Debug)]
pub struct Transaction(pub(crate) Connection);

impl Deref for Reader {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

/// Keeps what a transaction did.
pub async fn commit(transaction: Transaction) -> Result<(), StoreError> {
    crash::point(Point::Committing).await;
    let done = match transaction.0.link {
        Link::Sqlite(Held::Transaction(transaction)) => transaction.commit().await,
        Link::Postgres(Held::Transaction(transaction)) => transaction.commit().await,
        // Never made: what is not a transaction has committed each statement already.
        Link::Sqlite(Held::Alone(_)) | Link::Postgres(Held::Alone(_)) => Ok(()),
    };
    done.tried("commit", no_ids)?;
    crash::point(Point::Committed).await;
    Ok(())
}
