//! The audit: what people and keys did; ids only, never personal data. Each act holds the hash of itself and of the
//! act before it, so that none can be changed or taken away unseen.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

// The act before the next one.
const LAST: &str = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
// ?1 number  ?2 now  ?3 who  ?4 did  ?5 what  ?6 hash
const RECORD: &str = "INSERT INTO audit (number, at, who, did, what, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
// ?1 below this number  ?2 rows
const RECENT: &str =
    "SELECT number, at, who, did, what FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2";
const ALL: &str = "SELECT number, at, who, did, what, hash FROM audit ORDER BY number";

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Rises by one.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// A user, a key, or `nurture` on the command line.
    pub who: String,
    /// The verb: `publish`, `pause`, `import` …
    pub did: String,
    /// To what: ids.
    pub what: String,
}

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last act; 0: there is none.
    pub number: i64,
    /// Its hash; empty: there is none.
    pub hash: String,
}

/// What became of looking at the whole chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every act holds the hash of itself and of the one before.
    Whole {
        /// How many acts there are.
        acts: u64,
        /// The last one.
        head: Head,
    },
    /// The first act whose hash is not what it must be, or before which some are missing.
    Broken {
        /// Its number.
        at: i64,
    },
    /// The chain is whole and does not hold an act that it held once: its end was taken away.
    Cut {
        /// The act that is missing, or another in its place.
        missing: Head,
    },
}

/// The hash of an act behind the one before.
fn hash(before: &str, number: i64, at: i64, who: &str, did: &str, what: &str) -> String {
    // One text for one act: each part with its length, so that none runs into the next.
    let mut sum = Sha256::new();
    for part in [before, &number.to_string(), &at.to_string(), who, did, what] {
        sum.update(part.len().to_string().as_bytes());
        sum.update(b":");
        sum.update(part.as_bytes());
    }
    sum.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Records an act, in the transaction that does it. The caller is alone ([`crate::Store::begin`]), or fails where
/// another process is faster.
pub async fn record(
    conn: &mut Connection,
    who: &str,
    did: &str,
    what: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tried = || format!("{did} {what}");
    let last: Option<(i64, Option<String>)> =
        sql::query_as(LAST).fetch_optional(&mut *conn).await.tried("look at the last act", tried)?;
    let (number, before) = last.unwrap_or((0, None));
    let (number, at) = (number + 1, millis(now));
    let hash = hash(&before.unwrap_or_default(), number, at, who, did, what);
    sql::query(RECORD)
        .bind(number)
        .bind(at)
        .bind(who)
        .bind(did)
        .bind(what)
        .bind(hash)
        .execute(conn)
        .await
        .tried("record an act", tried)?;
    Ok(())
}

/// Acts below a number, the latest first; `None`: from the last one on.
pub async fn recent(conn: &mut Connection, below: Option<i64>, limit: u32) -> Result<Vec<Act>, StoreError> {
    let rows: Vec<(i64, i64, String, String, String)> = sql::query_as(RECENT)
        .bind(below.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("read the audit", no_ids)?;
    rows.into_iter()
        .map(|(number, at, who, did, what)| {
            Ok(Act { at: instant("audit", &did, at)?, number, who, did, what })
        })
        .collect()
}

/// Looks at the whole chain. `held`: an act that it held when somebody last looked, to see that its end is there.
pub async fn verify(conn: &mut Connection, held: Option<&Head>) -> Result<Verified, StoreError> {
    let tried = |source| StoreError::Query { tried: "read the audit", ids: no_ids(), source };
    let mut rows = sql::query(ALL).fetch(conn);
    let (mut acts, mut head, mut seen) = (0_u64, Head { number: 0, hash: String::new() }, held.is_none());
    while let Some(row) = rows.try_next().await.tried("read the audit", no_ids)? {
        let number: i64 = row.try_get(0).map_err(tried)?;
        let (at, who, did, what): (i64, String, String, String) = (
            row.try_get(1).map_err(tried)?,
            row.try_get(2).map_err(tried)?,
            row.try_get(3).map_err(tried)?,
            row.try_get(4).map_err(tried)?,
        );
        let kept: Option<String> = row.try_get(5).map_err(tried)?;
        if number != head.number + 1 {
            return Ok(Verified::Broken { at: number });
        }
        let kept = match kept {
            Some(kept) if kept == hash(&head.hash, number, at, &who, &did, &what) => kept,
            // Acts of before there was a chain stand at its beginning.
            None if head.hash.is_empty() => String::new(),
            Some(_) | None => return Ok(Verified::Broken { at: number }),
        };
        acts += 1;
        head = Head { number, hash: kept };
        seen |= held == Some(&head);
    }
    match held {
        Some(missing) if !seen => Ok(Verified::Cut { missing: missing.clone() }),
        Some(_) | None => Ok(Verified::Whole { acts, head }),
    }
}
