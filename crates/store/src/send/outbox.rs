//! How a message comes into the outbox.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::{OnUnknown, Outgoing};
use serde::Serialize;

// Outbox rows, numbered on within their enrollment; a repeat of (enrollment, step, pass) is dropped
// (snapshot.rs, each save).
// ?1 rows  ?2 now
const INSERT: &str = "
INSERT INTO send (slot, id, customer, enrollment, workflow, version, step, pass, medium, topic, marketing, on_unknown,
                  outgoing, message_id, state, due_at, deadline, attempt, created_at, decided_at, number)
SELECT CAST(value->>'slot' AS BIGINT), value->>'id', value->>'customer', value->>'enrollment', value->>'workflow',
       value->>'version',
       value->>'step', value->>'pass', value->>'medium', value->>'topic', CAST(value->>'marketing' AS BIGINT),
       value->>'on_unknown',
       value->'outgoing', value->>'id', 'due', CAST(value->>'due_at' AS BIGINT), CAST(value->>'deadline' AS BIGINT),
       0, ?2,
       CAST(value->>'due_at' AS BIGINT),
       list.key + coalesce((SELECT max(elder.number) + 1 FROM send AS elder
         WHERE elder.slot = CAST(value->>'slot' AS BIGINT) AND elder.enrollment = value->>'enrollment'), 0)
FROM jsonb_each(?1) AS list WHERE true
ON CONFLICT DO NOTHING";

#[derive(Serialize)]
struct Stored<'a> {
    slot: u16,
    id: &'a str,
    customer: &'a str,
    enrollment: &'a str,
    workflow: &'a str,
    version: &'a str,
    step: &'a str,
    pass: &'a str,
    medium: &'static str,
    topic: Option<&'a str>,
    marketing: u8,
    on_unknown: &'static str,
    outgoing: &'a Outgoing,
    due_at: i64,
    deadline: i64,
}

/// Puts messages into the outbox, in this order. One whose (enrollment, step, pass) is there already is
/// dropped. Returns how many are new.
pub async fn insert(conn: &mut Connection, sends: &[&Outgoing], now: Timestamp) -> Result<u64, StoreError> {
    if sends.is_empty() {
        return Ok(0);
    }
    let rows: Vec<Stored<'_>> = sends
        .iter()
        .map(|send| Stored {
            slot: send.customer.slot(),
            id: send.id.as_str(),
            customer: send.customer.as_str(),
            enrollment: send.enrollment.as_str(),
            workflow: send.workflow.as_str(),
            version: send.version.as_str(),
            step: send.step.as_str(),
            pass: &send.pass,
            medium: send.medium.as_str(),
            topic: send.topic.as_deref(),
            marketing: u8::from(send.marketing),
            on_unknown: match send.on_unknown {
                OnUnknown::Hold => "hold",
                OnUnknown::Resend => "resend",
            },
            outgoing: send,
            due_at: millis(send.due_at),
            deadline: millis(send.deadline),
        })
        .collect();
    let done = sql::query(INSERT)
        .bind(spread("send", &rows)?)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("put sends into the outbox", || some(sends.iter().map(|send| &send.id)))?;
    Ok(done.rows_affected())
}
