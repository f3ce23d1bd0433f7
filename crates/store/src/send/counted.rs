//! The messages that caps and spacing count.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{instant, medium_of, millis};
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Sent};

// Outbox rows to the customers of a batch from an instant on, without those that were taken back or refused at
// the hand-over (snapshot.rs).  ?1 [[slot, customer], …]  ?2 from
pub(crate) const COUNTED: &str = "
SELECT want.key, s.id, coalesce(s.decided_at, s.created_at), s.enrollment, s.workflow, s.step, s.medium, s.topic,
       s.marketing, s.state IN ('due', 'claimed'), s.outgoing->>'riders' IS NOT NULL
FROM jsonb_each(?1) AS want
CROSS JOIN send AS s
WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.customer = want.value->>1 AND s.created_at > ?2
AND s.state NOT IN ('cancelled', 'skipped') AND s.outgoing->>'to' = 'customer'";

type Row = (i64, String, i64, String, String, String, String, Option<String>, bool, bool, bool);

/// Asks for messages of so many milliseconds back.
pub(crate) fn count_back(wanted: &str, back_ms: i64, now: Timestamp) -> sql::Query<'_> {
    let from = now.checked_sub(SignedDuration::from_millis(back_ms)).unwrap_or(Timestamp::MIN);
    sql::query(COUNTED).bind(wanted).bind(millis(from))
}

/// The messages of a batch that count, as far back as so many milliseconds, each with its customer's place.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
    back_ms: i64,
    now: Timestamp,
) -> Result<Vec<(usize, Sent)>, StoreError> {
    let asked = count_back(wanted, back_ms, now);
    let rows: Vec<Row> =
        asked.rows().fetch_all(conn).await.tried("load messages that count", || some(ids))?;
    rows.into_iter()
        .map(|(place, id, at, enrollment, workflow, step, medium, topic, marketing, open, shared)| {
            let on = medium_of("send", &id, &medium)?
                .ok_or_else(|| StoreError::corrupt("send", &id, format_args!("the medium `{medium}`")))?;
            let sent = Sent {
                at: instant("send", &id, at)?,
                id: id.into(),
                enrollment: enrollment.into(),
                workflow: workflow.into(),
                step: step.into(),
                medium: on,
                topic,
                marketing,
                open,
                shared,
            };
            Ok((usize::try_from(place).unwrap_or(usize::MAX), sent))
        })
        .collect()
}
