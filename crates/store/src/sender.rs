//! How many mails each sender with a daily number has sent: one row a sender and day, shared by all customers.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::spread;
use jiff::civil::Date;
use std::collections::BTreeMap;

// Of each sender the latest day.
const LATEST: &str = "
SELECT sender, day, sent FROM sender_day AS this
WHERE NOT EXISTS (SELECT 1 FROM sender_day AS later WHERE later.sender = this.sender AND later.day > this.day)";

// Adds, so that two workers of one day do not lose each other's.  ?1 [[sender, day, more], …]
const WRITE: &str = "
INSERT INTO sender_day (sender, day, sent)
SELECT value->>0, value->>1, CAST(value->>2 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (sender, day) DO UPDATE SET sent = sender_day.sent + excluded.sent";

/// What each sender has sent on the latest day on which it sent; days of the project's zone.
pub async fn latest(conn: &mut Connection) -> Result<BTreeMap<String, (Date, u32)>, StoreError> {
    let rows: Vec<(String, String, i64)> =
        sql::query_as(LATEST).fetch_all(conn).await.tried("load what senders have sent", no_ids)?;
    rows.into_iter()
        .map(|(sender, day, sent)| {
            let day = day.parse().map_err(|error| StoreError::corrupt("sender_day", &sender, error))?;
            Ok((sender, (day, u32::try_from(sent).unwrap_or(u32::MAX))))
        })
        .collect()
}

/// Counts what was sent: sender, day, how many more.
pub async fn write(conn: &mut Connection, more: &[(&str, Date, u32)]) -> Result<(), StoreError> {
    if more.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = more.iter().map(|(sender, day, more)| (sender, day.to_string(), more)).collect();
    sql::query(WRITE)
        .bind(spread("sender_day", &rows)?)
        .execute(conn)
        .await
        .tried("count what senders have sent", || some(more.iter().map(|(sender, _, _)| sender)))?;
    Ok(())
}
