//! Keys of programs and pages that speak HTTP. The secret is nowhere, only its hash.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, instant_of, millis, millis_of};
use jiff::Timestamp;
use model::RepId;

// ?1 id  ?2 hash  ?3 name  ?4 role  ?5 rep  ?6 scopes  ?7 now  ?8 expires
const CREATE: &str = "
INSERT INTO api_key (id, hash, name, role, rep, scopes, created_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const ALL: &str = "
SELECT id, hash, name, role, rep, scopes, created_at, expires_at, revoked_at, used_at
FROM api_key ORDER BY created_at, id";
// ?1 id
const FIND: &str = "
SELECT id, hash, name, role, rep, scopes, created_at, expires_at, revoked_at, used_at
FROM api_key WHERE id = ?1";
// ?1 id  ?2 now
const REVOKE: &str = "UPDATE api_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
// ?1 id  ?2 now  ?3 not used since
const USED: &str = "UPDATE api_key SET used_at = ?2 WHERE id = ?1 AND (used_at IS NULL OR used_at < ?3)";

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// What stands between `nk_` and the secret.
    pub id: String,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: String,
    /// What people call it.
    pub name: String,
    /// What it may do at most; `None`: exactly what `scopes` says.
    pub role: Option<String>,
    /// For whom it speaks, where its role sees a part of the customers only.
    pub rep: Option<RepId>,
    /// What it may do; empty: all that its role may.
    pub scopes: Vec<String>,
    /// Since when there is such a key.
    pub created_at: Timestamp,
    /// From when on it opens nothing; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// Since when it opens nothing; `None`: it does.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute; `None`: never.
    pub used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it opens anything at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

fn read(row: &sql::Row) -> Result<ApiKey, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a key", ids: no_ids(), source };
    let id: String = row.try_get(0).map_err(tried)?;
    let at = |column| -> Result<Option<Timestamp>, StoreError> {
        instant_of("api_key", &id, row.try_get(column).map_err(tried)?)
    };
    let scopes: String = row.try_get(5).map_err(tried)?;
    Ok(ApiKey {
        hash: row.try_get(1).map_err(tried)?,
        name: row.try_get(2).map_err(tried)?,
        role: row.try_get(3).map_err(tried)?,
        rep: row.try_get::<Option<String>>(4).map_err(tried)?.map(RepId::from),
        scopes: scopes.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        created_at: instant("api_key", &id, row.try_get(6).map_err(tried)?)?,
        expires_at: at(7)?,
        revoked_at: at(8)?,
        used_at: at(9)?,
        id,
    })
}

/// Keeps a new key.
pub async fn create(conn: &mut Connection, key: &ApiKey) -> Result<(), StoreError> {
    sql::query(CREATE)
        .bind(&key.id)
        .bind(&key.hash)
        .bind(&key.name)
        .bind(key.role.as_deref())
        .bind(key.rep.as_ref().map(RepId::as_str))
        .bind(key.scopes.join(" "))
        .bind(millis(key.created_at))
        .bind(millis_of(key.expires_at))
        .execute(conn)
        .await
        .tried("keep a key", || key.id.clone())?;
    Ok(())
}

/// All keys, the oldest first.
pub async fn all(conn: &mut Connection) -> Result<Vec<ApiKey>, StoreError> {
    sql::query(ALL).fetch_all(conn).await.tried("list the keys", no_ids)?.iter().map(read).collect()
}

/// The key of an id, good or not.
pub async fn find(conn: &mut Connection, id: &str) -> Result<Option<ApiKey>, StoreError> {
    let row =
        sql::query(FIND).bind(id).fetch_optional(conn).await.tried("look for a key", || id.to_owned())?;
    row.as_ref().map(read).transpose()
}

/// Ends a key. Returns whether it was not ended before.
pub async fn revoke(conn: &mut Connection, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = sql::query(REVOKE).bind(id).bind(millis(now)).execute(conn).await;
    Ok(done.tried("revoke a key", || id.to_owned())?.rows_affected() > 0)
}

/// Notes that a key was used, unless it was since `since`.
pub async fn used(
    conn: &mut Connection,
    id: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<(), StoreError> {
    let done = sql::query(USED).bind(id).bind(millis(now)).bind(millis(since)).execute(conn).await;
    done.tried("note the use of a key", || id.to_owned())?;
    Ok(())
}
