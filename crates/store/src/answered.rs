//! What requests were answered, by the word with which a client marks one request (`Idempotency-Key`): asked again, it
//! is not done again.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use jiff::{SignedDuration, Timestamp};

/// How long answers are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

// ?1 key  ?2 word  ?3 answered since
const FIND: &str = "SELECT digest, status, body FROM answered WHERE api_key = ?1 AND word = ?2 AND at >= ?3";
// ?1 key  ?2 word  ?3 digest  ?4 status  ?5 body  ?6 now
const KEEP: &str = "
INSERT INTO answered (api_key, word, digest, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (api_key, word) DO UPDATE SET
  digest = excluded.digest, status = excluded.status, body = excluded.body, at = excluded.at";
// ?1 before
const FORGET: &str = "DELETE FROM answered WHERE at < ?1";

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Of the request: where, and what was in it.
    pub digest: String,
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// What a request was answered; `None`: it was not, or too long ago.
pub async fn find(
    conn: &mut Connection,
    key: &str,
    word: &str,
    now: Timestamp,
) -> Result<Option<Answered>, StoreError> {
    let row: Option<(String, i64, String)> = sql::query_as(FIND)
        .bind(key)
        .bind(word)
        .bind(millis(now - KEPT))
        .fetch_optional(conn)
        .await
        .tried("look for an answer", || key.to_owned())?;
    Ok(row.map(|(digest, status, body)| Answered {
        digest,
        status: u16::try_from(status).unwrap_or(200),
        body,
    }))
}

/// Keeps an answer, and forgets those that are old.
pub async fn keep(
    conn: &mut Connection,
    key: &str,
    word: &str,
    answered: &Answered,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql::query(FORGET).bind(millis(now - KEPT)).execute(&mut *conn).await.tried("forget answers", no_ids)?;
    sql::query(KEEP)
        .bind(key)
        .bind(word)
        .bind(&answered.digest)
        .bind(i64::from(answered.status))
        .bind(&answered.body)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("keep an answer", || key.to_owned())?;
    Ok(())
}
