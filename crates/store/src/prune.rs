//! Deletes what is over, a stretch of slots at a time. What proves something stays for ever: consents, suppressions,
//! forgotten addresses, the audit, what a customer entered and drew, versions; and messages whose fate is unknown.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Slots of one transaction.
const STRETCH: i64 = 16;
/// Stretches of slots.
pub const STRETCHES: i64 = 4_096 / STRETCH;

// Reasons of decisions, but for walks that are under way.  ?1 first slot  ?2 last slot  ?3 before
const TRACES: &str = "
DELETE FROM trace WHERE slot BETWEEN ?1 AND ?2 AND at < ?3 AND NOT EXISTS (
  SELECT 1 FROM enrollment AS e WHERE e.slot = trace.slot AND e.id = trace.enrollment AND e.state <> 'ended')";
// Messages that are settled, but for walks that are under way.  ?1 first slot  ?2 last slot  ?3 before
const SENDS: &str = "
DELETE FROM send WHERE slot BETWEEN ?1 AND ?2 AND settled_at < ?3
  AND (state IN ('accepted', 'rejected', 'skipped') OR (state = 'cancelled' AND coalesce(reason, '') <> 'paused'))
  AND NOT EXISTS (SELECT 1 FROM enrollment AS e
    WHERE e.slot = send.slot AND e.id = send.enrollment AND e.state <> 'ended')";
// Walks that have ended, whose goal counts no more, and of which no message is left.
// ?1 first slot  ?2 last slot  ?3 before
const WALKS: &str = "
DELETE FROM enrollment WHERE slot BETWEEN ?1 AND ?2 AND state = 'ended' AND ended_at < ?3
  AND (goal_until IS NULL OR goal_until < ?3)
  AND NOT EXISTS (SELECT 1 FROM send AS s WHERE s.slot = enrollment.slot AND s.enrollment = enrollment.id)";
// Facts from outside that nothing reads.  ?1 first slot  ?2 last slot  ?3 before  ?4 [[name], …] that are read
const EVENTS: &str = "
DELETE FROM event WHERE slot BETWEEN ?1 AND ?2 AND at < ?3 AND state = 'done' AND source <> 'nurture'
  AND name NOT IN (SELECT value->>0 FROM jsonb_each(?4))
  AND name NOT LIKE '%.changed' AND name NOT LIKE '%.stage_changed' AND name NOT LIKE 'customer.%'
  AND name NOT LIKE 'consent.%' AND name NOT LIKE 'rep.%' AND name NOT LIKE 'score.%'";

/// Until when things of each kind are deleted; `None`: they are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Reasons of decisions.
    pub traces: Option<Timestamp>,
    /// Walks that have ended.
    pub walks: Option<Timestamp>,
    /// Messages that are settled.
    pub sends: Option<Timestamp>,
    /// Facts that nothing reads.
    pub events: Option<Timestamp>,
}

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Reasons of decisions.
    pub traces: u64,
    /// Walks.
    pub walks: u64,
    /// Messages.
    pub sends: u64,
    /// Facts.
    pub events: u64,
}

/// Deletes what is over in one stretch of slots, counted from 0. `read`: the names of facts that something reads.
pub async fn prune(
    conn: &mut Connection,
    stretch: i64,
    before: Before,
    read: &BTreeSet<String>,
) -> Result<Pruned, StoreError> {
    let names: Vec<[&str; 1]> = read.iter().map(|name| [name.as_str()]).collect();
    let names = spread("event", &names)?;
    let mut pruned = Pruned::default();
    let Pruned { traces, walks, sends, events } = &mut pruned;
    // Messages before the walks that they keep.
    let all = [
        (TRACES, before.traces, traces, None),
        (SENDS, before.sends, sends, None),
        (WALKS, before.walks, walks, None),
        (EVENTS, before.events, events, Some(&names)),
    ];
    for (statement, before, count, names) in all {
        let Some(before) = before else { continue };
        let query = sql::query(statement)
            .bind(stretch * STRETCH)
            .bind(stretch * STRETCH + STRETCH - 1)
            .bind(millis(before));
        let query = match names {
            Some(names) => query.bind(names),
            None => query,
        };
        *count = query.execute(&mut *conn).await.tried("delete what is over", no_ids)?.rows_affected();
    }
    Ok(pruned)
}
