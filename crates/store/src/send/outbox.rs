//! How a message comes into the outbox.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{batch, millis};
use jiff::Timestamp;
use model::{OnUnknown, Outgoing};

// Outbox rows, numbered on within their enrollment; a repeat of (enrollment, step, pass) is dropped
// (snapshot.rs, each save).
// ?1 [[slot, id, …], …] in the order of `rows`  ?2 now
const INSERT: &str = "
INSERT INTO send (slot, id, customer, enrollment, workflow, version, step, pass, medium, topic, marketing, on_unknown,
                  outgoing, message_id, state, due_at, deadline, attempt, created_at, decided_at, digest, number)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4,
       value->>5,
       value->>6, value->>7, value->>8, value->>9, CAST(value->>10 AS BIGINT),
       value->>11,
       value->12, value->>1, 'due', CAST(value->>13 AS BIGINT), CAST(value->>14 AS BIGINT),
       0, ?2,
       CAST(value->>13 AS BIGINT), value->>15,
       list.key + coalesce((SELECT max(elder.number) + 1 FROM send AS elder
         WHERE elder.slot = CAST(value->>0 AS BIGINT) AND elder.enrollment = value->>3), 0)
FROM jsonb_each(?1) AS list WHERE true
ON CONFLICT DO NOTHING";

/// Puts messages into the outbox, in this order. One whose (enrollment, step, pass) is there already is
/// dropped. Returns how many are new.
pub async fn insert(conn: &mut Connection, sends: &[&Outgoing], now: Timestamp) -> Result<u64, StoreError> {
    if sends.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = sends
        .iter()
        .map(|send| {
            (
                send.customer.slot(),
                send.id.as_str(),
                send.customer.as_str(),
                send.enrollment.as_str(),
                send.workflow.as_str(),
                send.version.as_str(),
                send.step.as_str(),
                &send.pass,
                send.medium.as_str(),
                send.topic.as_deref(),
                u8::from(send.marketing),
                match send.on_unknown {
                    OnUnknown::Hold => "hold",
                    OnUnknown::Resend => "resend",
                },
                send,
                millis(send.due_at),
                millis(send.deadline),
                send.daily(),
            )
        })
        .collect();
    let done = sql::query(INSERT)
        .bind(batch("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("put sends into the outbox", || some(sends.iter().map(|send| &send.id)))?;
    Ok(done.rows_affected())
}
