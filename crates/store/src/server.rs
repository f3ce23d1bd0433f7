//! What a server of PostgreSQL says of itself: how safe a commit is there, who follows it, what its clock shows.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use jiff::Timestamp;

const SETTINGS: &str = "
SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'), current_setting('synchronous_standby_names')";
// Some accounts may not see how a standby follows.
const STANDBYS: &str = "
SELECT count(*), coalesce(sum(CASE WHEN sync_state IN ('sync', 'quorum') THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN sync_state IS NULL THEN 1 ELSE 0 END), 0)
FROM pg_stat_replication";
const SLOTS: &str = "SELECT count(*) FROM pg_replication_slots WHERE NOT active";
const CLOCK: &str = "SELECT CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)";

/// A server of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its version.
    pub version: String,
    /// Settings that lose what was committed when the machine loses power, each as `name = value`.
    pub unsafe_settings: Vec<String>,
    /// Whether a commit waits for a standby.
    pub synchronous: bool,
    /// Standbys that follow.
    pub standbys: u64,
    /// Those of them that a commit waits for.
    pub in_step: u64,
    /// Those of which this account may not see it.
    pub unseen: u64,
    /// Slots that keep the log for a standby which does not come.
    pub waiting_slots: u64,
}

/// Asks the server; `None`: it is SQLite.
pub async fn look(conn: &mut Connection) -> Result<Option<Server>, StoreError> {
    if !conn.is_postgres() {
        return Ok(None);
    }
    let tried = "ask the server about itself";
    let (version, fsync, pages, commit, names): (String, String, String, String, String) =
        sql::query_as(SETTINGS).fetch_optional(&mut *conn).await.tried(tried, no_ids)?.unwrap_or_default();
    let (standbys, in_step, unseen): (i64, i64, i64) =
        sql::query_as(STANDBYS).fetch_one(&mut *conn).await.tried(tried, no_ids)?;
    let waiting: i64 = sql::query_scalar(SLOTS).fetch_one(conn).await.tried(tried, no_ids)?;
    let settings = [("fsync", fsync), ("full_page_writes", pages), ("synchronous_commit", commit.clone())];
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(Some(Server {
        version,
        unsafe_settings: settings
            .into_iter()
            .filter(|(_, value)| value == "off")
            .map(|(name, value)| [name, " = ", &value].concat())
            .collect(),
        synchronous: !names.is_empty() && !["off", "local"].contains(&commit.as_str()),
        standbys: count(standbys),
        in_step: count(in_step),
        unseen: count(unseen),
        waiting_slots: count(waiting),
    }))
}

/// The instant that the database shows; `None`: SQLite has no clock of its own.
pub async fn clock(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    if !conn.is_postgres() {
        return Ok(None);
    }
    let at: i64 =
        sql::query_scalar(CLOCK).fetch_one(conn).await.tried("ask the clock of the database", no_ids)?;
    crate::stored::instant("the clock", "now", at).map(Some)
}
