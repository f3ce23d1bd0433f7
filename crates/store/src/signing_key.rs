//! Keys that sign the links in our mails and the addresses that bounces come back to. A link never expires, so a
//! key that ever signed one stays.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Bytes of a secret.
pub const LENGTH: usize = 32;
/// The number of a key is one byte of each link.
const MOST: i64 = 255;

const ALL: &str = "SELECT id, secret FROM signing_key ORDER BY id";
// ?1 number  ?2 secret  ?3 now
const ADD: &str = "INSERT INTO signing_key (id, secret, made_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

/// A key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its number, from 1; the highest signs.
    pub id: u8,
    /// What it signs with.
    pub secret: [u8; LENGTH],
}

impl std::fmt::Debug for SigningKey {
    /// Only the number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

/// Every key, the oldest first.
pub async fn all(conn: &mut Connection) -> Result<Vec<SigningKey>, StoreError> {
    let rows: Vec<(i64, String)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("load signing keys", no_ids)?;
    rows.into_iter()
        .map(|(id, text)| {
            let wrong = |what: &str| StoreError::corrupt("signing_key", id, what);
            let id = u8::try_from(id).map_err(|_| wrong("the number"))?;
            Ok(SigningKey { id, secret: bytes(&text).ok_or_else(|| wrong("the secret"))? })
        })
        .collect()
}

/// Makes the next key; where another process makes the same one at this instant, theirs stays. Returns its number;
/// `None`: there have been 255.
pub async fn add(conn: &mut Connection, now: Timestamp) -> Result<Option<u8>, StoreError> {
    let next = all(conn).await?.last().map_or(1, |last| i64::from(last.id) + 1);
    if next > MOST {
        return Ok(None);
    }
    let mut secret = [0_u8; LENGTH];
    getrandom::fill(&mut secret).map_err(|error| StoreError::corrupt("signing_key", next, error))?;
    sql::query(ADD)
        .bind(next)
        .bind(hex(&secret))
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("keep a signing key", no_ids)?;
    Ok(u8::try_from(next).ok())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(text: &str) -> Option<[u8; LENGTH]> {
    let mut secret = [0_u8; LENGTH];
    if text.len() != LENGTH * 2 {
        return None;
    }
    for (place, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(secret)
}
