//! Counts for summaries: what happened in a time, and what is due next.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use crate::{enrollment, event, schedule, send, timer, trace};
use jiff::Timestamp;
use model::Outcome;
use std::collections::BTreeMap;

/// What happened in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Walks that began, those held out among them.
    pub enrolled: i64,
    /// Walks that began held out.
    pub held_out: i64,
    /// Messages to customers that a server took; what colleagues are told is not counted.
    pub sent: i64,
    /// Steps left out, and messages refused at the hand-over, by reason.
    pub skipped: BTreeMap<String, i64>,
    /// Entries refused, by reason.
    pub refused: BTreeMap<String, i64>,
    /// Tasks made.
    pub tasks: i64,
    /// Assignments made.
    pub assignments: i64,
}

// What the ledger settled in a time.  ?1 from  ?2 to
const SETTLED: &str = "
SELECT state, reason, count(*) FROM send
WHERE (state = 'skipped' OR state = 'accepted' AND outgoing->>'to' = 'customer')
  AND settled_at >= ?1 AND settled_at < ?2
GROUP BY state, reason";

/// What happened in `[from, to)`. Reads every trace line, task, assignment and send of that time.
pub async fn summary(conn: &mut Connection, from: Timestamp, to: Timestamp) -> Result<Summary, StoreError> {
    let mut summary = Summary::default();
    for count in trace::counts(conn, from, to).await? {
        let reason = count.reason.clone().unwrap_or_default();
        match count.outcome {
            Outcome::Entered => {
                summary.enrolled += count.count;
                summary.held_out += count.held_out;
            }
            Outcome::Skipped => *summary.skipped.entry(reason).or_insert(0) += count.count,
            Outcome::Refused => *summary.refused.entry(reason).or_insert(0) += count.count,
            Outcome::Done | Outcome::Deferred | Outcome::Waits | Outcome::Exited => {}
        }
    }
    let settled: Vec<(String, Option<String>, i64)> = sql::query_as(SETTLED)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(&mut *conn)
        .await
        .tried("count sends", no_ids)?;
    for (state, reason, count) in settled {
        if state == "accepted" {
            summary.sent += count;
        } else {
            *summary.skipped.entry(reason.unwrap_or_default()).or_insert(0) += count;
        }
    }
    summary.tasks = counted(conn, "SELECT count(*) FROM task WHERE at >= ?1 AND at < ?2", from, to).await?;
    summary.assignments =
        counted(conn, "SELECT count(*) FROM assignment WHERE at >= ?1 AND at < ?2", from, to).await?;
    Ok(summary)
}

/// How much becomes due in a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Walks that go on.
    pub enrollments: i64,
    /// Time triggers that fire.
    pub timers: i64,
    /// Messages that go.
    pub sends: i64,
}

/// What becomes due in `[from, to)`: the next hour, for `nurture status` and the console.
pub async fn ahead(conn: &mut Connection, from: Timestamp, to: Timestamp) -> Result<Ahead, StoreError> {
    const WALKS: &str =
        "SELECT count(*) FROM enrollment WHERE state <> 'ended' AND wake_at >= ?1 AND wake_at < ?2";
    const TIMERS: &str = "SELECT count(*) FROM timer WHERE fire_at >= ?1 AND fire_at < ?2";
    const SENDS: &str = "SELECT count(*) FROM send WHERE state = 'due' AND due_at >= ?1 AND due_at < ?2";
    Ok(Ahead {
        enrollments: counted(conn, WALKS, from, to).await?,
        timers: counted(conn, TIMERS, from, to).await?,
        sends: counted(conn, SENDS, from, to).await?,
    })
}

/// The next instant at which anything is due: an event to apply, a walk, a timer, a schedule, a send. Held
/// events are not among them. `None`: nothing ever.
pub async fn next_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let all = [
        event::next_at(conn).await?,
        enrollment::next_at(conn).await?,
        timer::next_at(conn).await?,
        schedule::next_at(conn).await?,
        send::next_due_at(conn).await?,
    ];
    Ok(all.into_iter().flatten().min())
}

async fn counted(
    conn: &mut Connection,
    statement: &'static str,
    from: Timestamp,
    to: Timestamp,
) -> Result<i64, StoreError> {
    sql::query_scalar(statement)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_one(conn)
        .await
        .tried("count", no_ids)
}
