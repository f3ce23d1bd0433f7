//! Where users are signed in. What the cookie holds is nowhere, only its hash.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use crate::user::{self, User};
use jiff::Timestamp;

// ?1 id  ?2 user  ?3 now
const BEGIN: &str = "INSERT INTO session (id, name, created_at, seen_at) VALUES (?1, ?2, ?3, ?3)";
// ?1 id
const FIND: &str = "
SELECT s.created_at, s.seen_at, u.name, u.role, u.rep, u.created_at, u.signed_in_at
FROM session AS s JOIN console_user AS u ON u.name = s.name WHERE s.id = ?1";
// ?1 id  ?2 now  ?3 not seen since
const SEEN: &str = "UPDATE session SET seen_at = ?2 WHERE id = ?1 AND seen_at < ?3";
// ?1 id
const END: &str = "DELETE FROM session WHERE id = ?1";
// ?1 user
const END_OF: &str = "DELETE FROM session WHERE name = ?1";
// ?1 begun before  ?2 not seen since
const FORGET: &str = "DELETE FROM session WHERE created_at < ?1 OR seen_at < ?2";
const END_ALL: &str = "DELETE FROM session";

/// A sign-in that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who, as they are now.
    pub user: User,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

/// Begins a session.
pub async fn begin(conn: &mut Connection, id: &str, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let done = sql::query(BEGIN).bind(id).bind(name).bind(millis(now)).execute(conn).await;
    done.tried("begin a session", || name.to_owned())?;
    Ok(())
}

/// The session of an id, over or not.
pub async fn find(conn: &mut Connection, id: &str) -> Result<Option<Session>, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a session", ids: no_ids(), source };
    let row = sql::query(FIND).bind(id).fetch_optional(conn).await.tried("look for a session", no_ids)?;
    let Some(row) = row else { return Ok(None) };
    let user = user::read(&row, 2)?;
    let at = |column| -> Result<Timestamp, StoreError> {
        instant("session", &user.name, row.try_get(column).map_err(tried)?)
    };
    Ok(Some(Session { created_at: at(0)?, seen_at: at(1)?, user }))
}

/// Notes that a session was used, unless it was since `since`.
pub async fn seen(
    conn: &mut Connection,
    id: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<(), StoreError> {
    let done = sql::query(SEEN).bind(id).bind(millis(now)).bind(millis(since)).execute(conn).await;
    done.tried("note the use of a session", no_ids)?;
    Ok(())
}

/// Ends a session.
pub async fn end(conn: &mut Connection, id: &str) -> Result<(), StoreError> {
    sql::query(END).bind(id).execute(conn).await.tried("end a session", no_ids)?;
    Ok(())
}

/// Ends every session of a user.
pub async fn end_of(conn: &mut Connection, name: &str) -> Result<(), StoreError> {
    sql::query(END_OF).bind(name).execute(conn).await.tried("end a user's sessions", || name.to_owned())?;
    Ok(())
}

/// Ends every session: a restored database does not know which were ended since.
pub async fn end_all(conn: &mut Connection) -> Result<(), StoreError> {
    sql::query(END_ALL).execute(conn).await.tried("end the sessions", no_ids)?;
    Ok(())
}

/// Deletes those that are over: begun before, or not used since.
pub async fn forget(conn: &mut Connection, begun: Timestamp, used: Timestamp) -> Result<(), StoreError> {
    let done = sql::query(FORGET).bind(millis(begun)).bind(millis(used)).execute(conn).await;
    done.tried("forget sessions", no_ids)?;
    Ok(())
}
