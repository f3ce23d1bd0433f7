//! The audit: what people and keys did; ids only, never personal data.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;

// ?1 now  ?2 who  ?3 did  ?4 what
const RECORD: &str = "
INSERT INTO audit (number, at, who, did, what)
SELECT coalesce(max(number), 0) + 1, ?1, ?2, ?3, ?4 FROM audit";
// ?1 below this number  ?2 rows
const RECENT: &str =
    "SELECT number, at, who, did, what FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2";

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

/// Records an act, in the transaction that does it.
pub async fn record(
    conn: &mut Connection,
    who: &str,
    did: &str,
    what: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql::query(RECORD)
        .bind(millis(now))
        .bind(who)
        .bind(did)
        .bind(what)
        .execute(conn)
        .await
        .tried("record an act", || format!("{did} {what}"))?;
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
