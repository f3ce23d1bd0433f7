//! People who sign in. Of a password only the slow hash is kept, and nothing but a sign-in ever reads it.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, instant_of, millis};
use jiff::Timestamp;
use model::RepId;

// ?1 name  ?2 role  ?3 rep  ?4 password's hash  ?5 now
const ADD: &str = "
INSERT INTO console_user (name, role, rep, password, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (name) DO NOTHING";
const ALL: &str = "SELECT name, role, rep, created_at, signed_in_at FROM console_user ORDER BY name";
// ?1 name
const FIND: &str = "SELECT name, role, rep, created_at, signed_in_at FROM console_user WHERE name = ?1";
// ?1 name
const PASSWORD: &str = "SELECT password FROM console_user WHERE name = ?1";
// ?1 name  ?2 role  ?3 rep
const SET_ROLE: &str = "UPDATE console_user SET role = ?2, rep = ?3 WHERE name = ?1";
// ?1 name  ?2 hash
const SET_PASSWORD: &str = "UPDATE console_user SET password = ?2 WHERE name = ?1";
// ?1 name  ?2 now
const SIGNED_IN: &str = "UPDATE console_user SET signed_in_at = ?2 WHERE name = ?1";
// ?1 name
const REMOVE: &str = "DELETE FROM console_user WHERE name = ?1";

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What they type to sign in, in small letters.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// Which rep they are, where their role sees a part of the customers only.
    pub rep: Option<RepId>,
    /// Since when there is such a user.
    pub created_at: Timestamp,
    /// When they last signed in; `None`: never.
    pub signed_in_at: Option<Timestamp>,
}

/// Reads a user off the five columns from `first` on.
pub(crate) fn read(row: &sql::Row, first: usize) -> Result<User, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a user", ids: no_ids(), source };
    let name: String = row.try_get(first).map_err(tried)?;
    Ok(User {
        role: row.try_get(first + 1).map_err(tried)?,
        rep: row.try_get::<Option<String>>(first + 2).map_err(tried)?.map(RepId::from),
        created_at: instant("console_user", &name, row.try_get(first + 3).map_err(tried)?)?,
        signed_in_at: instant_of("console_user", &name, row.try_get(first + 4).map_err(tried)?)?,
        name,
    })
}

/// Keeps a new user. Returns whether there was none of the name.
pub async fn add(conn: &mut Connection, user: &User, password: &str) -> Result<bool, StoreError> {
    let done = sql::query(ADD)
        .bind(&user.name)
        .bind(&user.role)
        .bind(user.rep.as_ref().map(RepId::as_str))
        .bind(password)
        .bind(millis(user.created_at))
        .execute(conn)
        .await;
    Ok(done.tried("keep a user", || user.name.clone())?.rows_affected() > 0)
}

/// All users, by name.
pub async fn all(conn: &mut Connection) -> Result<Vec<User>, StoreError> {
    let rows = sql::query(ALL).fetch_all(conn).await.tried("list the users", no_ids)?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// The user of a name.
pub async fn find(conn: &mut Connection, name: &str) -> Result<Option<User>, StoreError> {
    let row = sql::query(FIND).bind(name).fetch_optional(conn).await;
    row.tried("look for a user", || name.to_owned())?.as_ref().map(|row| read(row, 0)).transpose()
}

/// The hash of a user's password.
pub async fn password(conn: &mut Connection, name: &str) -> Result<Option<String>, StoreError> {
    let hash = sql::query_scalar(PASSWORD).bind(name).fetch_optional(conn).await;
    hash.tried("look for a user", || name.to_owned())
}

/// Gives a user another role. Returns whether there is such a user.
pub async fn set_role(
    conn: &mut Connection,
    name: &str,
    role: &str,
    rep: Option<&RepId>,
) -> Result<bool, StoreError> {
    let done = sql::query(SET_ROLE).bind(name).bind(role).bind(rep.map(RepId::as_str)).execute(conn).await;
    Ok(done.tried("change a user's role", || name.to_owned())?.rows_affected() > 0)
}

/// Gives a user another password. Returns whether there is such a user.
pub async fn set_password(conn: &mut Connection, name: &str, hash: &str) -> Result<bool, StoreError> {
    let done = sql::query(SET_PASSWORD).bind(name).bind(hash).execute(conn).await;
    Ok(done.tried("change a user's password", || name.to_owned())?.rows_affected() > 0)
}

/// Notes that a user signed in.
pub async fn signed_in(conn: &mut Connection, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let done = sql::query(SIGNED_IN).bind(name).bind(millis(now)).execute(conn).await;
    done.tried("note a sign-in", || name.to_owned())?;
    Ok(())
}

/// Takes a user away. Returns whether there was one.
pub async fn remove(conn: &mut Connection, name: &str) -> Result<bool, StoreError> {
    let done = sql::query(REMOVE).bind(name).execute(conn).await;
    Ok(done.tried("remove a user", || name.to_owned())?.rows_affected() > 0)
}
