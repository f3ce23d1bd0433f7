//! What a person says of messages whose fate nobody knows.

use super::SendKey;
use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::SendId;

/// What they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Accept,
    /// It did not, and it shall go again, under the Message-ID that it has.
    Again,
    /// It may stay as it is: it is not sent again, and nobody asks any more.
    Dismiss,
}

macro_rules! resolve {
    ($set:literal, $only:literal) => {
        concat!(
            "UPDATE send SET reason = 'resolved', reply = ?3, ",
            $set,
            " FROM jsonb_each(?1) AS want
              WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1
                AND send.state = 'unknown' ",
            $only,
            " RETURNING send.id"
        )
    };
}

// ?1 [[slot, id], …]  ?2 now  ?3 who
const ACCEPT: &str = resolve!("state = 'accepted', settled_at = ?2", "");
// A walk that came to another end than its last step's has nothing to say any more.
const AGAIN: &str = resolve!(
    "state = 'due', due_at = ?2, settled_at = NULL, attempt = send.attempt + 1, worker = NULL, epoch = NULL,
     lease = NULL",
    "AND NOT EXISTS (SELECT 1 FROM enrollment AS e WHERE e.slot = send.slot AND e.id = send.enrollment
       AND e.state = 'ended' AND e.reason <> 'end')"
);
const DISMISS: &str = resolve!("state = 'rejected', settled_at = ?2", "");

/// Settles unknown sends by a person's word. `who` stands beside each in the place of a server's reply. Returns
/// those that moved: one whose fate is known, or that would go again for a walk that was ended, does not.
pub async fn resolve(
    conn: &mut Connection,
    sends: &[SendKey],
    verdict: Verdict,
    who: &str,
    now: Timestamp,
) -> Result<Vec<SendId>, StoreError> {
    if sends.is_empty() {
        return Ok(Vec::new());
    }
    let statement = match verdict {
        Verdict::Accept => ACCEPT,
        Verdict::Again => AGAIN,
        Verdict::Dismiss => DISMISS,
    };
    let rows: Vec<(u16, &str)> = sends.iter().map(|send| (send.customer.slot(), send.id.as_str())).collect();
    let ids = sql::query_scalar::<String>(statement)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .bind(who)
        .fetch_all(conn)
        .await
        .tried("resolve unknown sends", || some(sends.iter().map(|send| &send.id)))?;
    Ok(ids.into_iter().map(SendId::from).collect())
}
