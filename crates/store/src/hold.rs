//! A hold of the whole database: nothing is decided and nothing goes out until somebody lets it go on. A restored
//! backup comes up in one, a database that was moved away ends in one, and an operator may put one.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::{meta, sql};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Under this name `meta` keeps the hold; the claim and the gate look there, too (send.rs).
const HELD: &str = "held";

// What a worker has taken up and not handed over stays here.
const TAKE_BACK: &str =
    "UPDATE send SET state = 'due', worker = NULL, epoch = NULL, lease = NULL WHERE state = 'claimed'";

/// Why nothing moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// An operator wished it.
    ByHand,
    /// It is a backup of an earlier instant: what became due since then may have left already.
    Restored {
        /// The instant of the backup.
        from: Timestamp,
        /// The instant of the restore.
        to: Timestamp,
    },
    /// Another database goes on in its place.
    Moved {
        /// Its address, without a password.
        to: String,
    },
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// By whom.
    pub who: String,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// The hold; `None`: the database is free to work.
pub async fn get(conn: &mut Connection) -> Result<Option<Hold>, StoreError> {
    let Some(text) = meta::get(conn, HELD).await? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| StoreError::corrupt("meta", HELD, error))
}

/// Holds everything; what is claimed is due again. One that is held already gets the new reason.
pub async fn begin(conn: &mut Connection, hold: &Hold) -> Result<(), StoreError> {
    let text = serde_json::to_string(hold).map_err(|error| StoreError::corrupt("meta", HELD, error))?;
    meta::set(conn, HELD, Some(&text)).await?;
    sql::query(TAKE_BACK).execute(conn).await.tried("hold the outbox", no_ids)?;
    Ok(())
}

/// Lets everything go on.
pub async fn end(conn: &mut Connection) -> Result<(), StoreError> {
    meta::set(conn, HELD, None).await
}
