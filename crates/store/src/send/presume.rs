//! What a restored backup makes of the messages that became due since it was made.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use jiff::Timestamp;

// ?1 due until  ?2 now
const PRESUME: &str = "
UPDATE send SET state = 'unknown', settled_at = ?2, reason = 'restored'
WHERE state = 'due' AND due_at <= ?1 AND on_unknown = 'hold'";

/// What was due until an instant may have left already, for all that a backup knows: what must not go twice is
/// unknown from now on; what may go twice stays due. Returns how many became unknown.
pub async fn presume(conn: &mut Connection, until: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let done = sql::query(PRESUME)
        .bind(millis(until))
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("presume that sends have left", no_ids)?;
    Ok(done.rows_affected())
}
