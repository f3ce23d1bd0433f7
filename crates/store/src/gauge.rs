//! What `/metrics` and `/readyz` ask of the database: how much is due, how late it is, how the pools stand. Each by
//! an index, and counted up to a bound.

use crate::connection::Connection;
use crate::database::Store;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use crate::{aside, channel, enrollment, event, hold, schedule, send, timer};
use jiff::Timestamp;

/// What is due is counted up to here: a scrape is not to count millions.
pub const MOST: i64 = 100_000;

// What is due by each index, counted up to ?2.  ?1 now
const FACTS: &str = "
SELECT count(*) FROM (SELECT 1 AS one FROM event WHERE state IN ('new', 'applied') AND at <= ?1 LIMIT ?2) AS due";
const TIMERS: &str = "SELECT count(*) FROM (SELECT 1 AS one FROM timer WHERE fire_at <= ?1 LIMIT ?2) AS due";
const WALKS: &str = "
SELECT count(*) FROM (
  SELECT 1 AS one FROM enrollment WHERE state <> 'ended' AND wake_at <= ?1 LIMIT ?2) AS due";
const SENDS: &str =
    "SELECT count(*) FROM (SELECT 1 AS one FROM send WHERE state = 'due' AND due_at <= ?1 LIMIT ?2) AS due";
// ?1 rows
const UNKNOWN: &str =
    "SELECT count(*) FROM (SELECT 1 AS one FROM send WHERE state = 'unknown' LIMIT ?1) AS unknown";
const IN_FLIGHT: &str = "SELECT count(*) FROM send WHERE state IN ('claimed', 'handed')";
// ?1 now by the clock of the leases
const LEASES: &str = "SELECT count(*) FROM slot_lease WHERE until > ?1";
const PAUSED: &str = "
SELECT p.who, count(*) FROM pause AS p CROSS JOIN workflow AS w
WHERE w.id = p.workflow AND w.state = 'paused' AND p.until_at IS NULL GROUP BY p.who ORDER BY p.who";
// What senders with a day's most have sent on the last day.
const SENT_TODAY: &str = "
SELECT sender, sent FROM sender_day AS d
WHERE day = (SELECT max(last.day) FROM sender_day AS last WHERE last.sender = d.sender) ORDER BY sender";

/// One kind of thing that becomes due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// `event`, `timer`, `walk`, `send`.
    pub queue: &'static str,
    /// How many are due, up to [`MOST`].
    pub due: u64,
    /// When the oldest of them was due; `None`: none is.
    pub oldest: Option<Timestamp>,
}

/// How the database stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// What is due.
    pub backlog: Vec<Backlog>,
    /// Sends whose fate nobody knows, up to [`MOST`].
    pub unknown: u64,
    /// Sends in some process's hands.
    pub in_flight: u64,
    /// Parts of the slots that some process holds.
    pub leases: u64,
    /// Customers who are left alone.
    pub aside: u64,
    /// Whether the whole database is held.
    pub held: bool,
    /// Channels that the other side has closed, by name.
    pub closed: Vec<String>,
    /// Paused workflows, by who paused them.
    pub paused: Vec<(String, u64)>,
    /// What senders with a most a day have sent on their last day.
    pub sent: Vec<(String, u64)>,
    /// Bytes of the database.
    pub bytes: u64,
}

/// How many facts are due at `now`, up to [`MOST`].
pub async fn facts(conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    counted(conn, sql::query_scalar(FACTS).bind(millis(now)).bind(MOST)).await
}

/// Looks. `now`: by the clock of the leases and of what is due.
pub async fn look(conn: &mut Connection, now: Timestamp) -> Result<Gauges, StoreError> {
    let at = millis(now);
    let mut backlog = Vec::new();
    let oldest = [
        event::next_at(conn).await?,
        timer::next_at(conn).await?,
        enrollment::next_at(conn).await?,
        send::next_due_at(conn).await?,
    ];
    let queues = [("event", FACTS), ("timer", TIMERS), ("walk", WALKS), ("send", SENDS)];
    for ((queue, statement), oldest) in queues.into_iter().zip(oldest) {
        let due = counted(conn, sql::query_scalar(statement).bind(at).bind(MOST)).await?;
        backlog.push(Backlog { queue, due, oldest: oldest.filter(|oldest| *oldest <= now) });
    }
    let fires = schedule::next_at(conn).await?.filter(|next| *next <= now);
    backlog.push(Backlog { queue: "schedule", due: u64::from(fires.is_some()), oldest: fires });
    let tried = "look how the database stands";
    let paused: Vec<(String, i64)> =
        sql::query_as(PAUSED).fetch_all(&mut *conn).await.tried(tried, no_ids)?;
    let sent: Vec<(String, i64)> =
        sql::query_as(SENT_TODAY).fetch_all(&mut *conn).await.tried(tried, no_ids)?;
    let count = |(name, number): (String, i64)| (name, u64::try_from(number).unwrap_or(0));
    Ok(Gauges {
        backlog,
        unknown: counted(conn, sql::query_scalar(UNKNOWN).bind(MOST)).await?,
        in_flight: counted(conn, sql::query_scalar(IN_FLIGHT)).await?,
        leases: counted(conn, sql::query_scalar(LEASES).bind(at)).await?,
        aside: aside::count(conn).await?,
        held: hold::get(conn).await?.is_some(),
        closed: channel::closed(conn).await?.into_keys().collect(),
        paused: paused.into_iter().map(count).collect(),
        sent: sent.into_iter().map(count).collect(),
        bytes: u64::try_from(crate::copy::size(conn).await?).unwrap_or(0),
    })
}

async fn counted(conn: &mut Connection, query: sql::QueryScalar<'_, i64>) -> Result<u64, StoreError> {
    let count = query.fetch_one(conn).await.tried("look how the database stands", no_ids)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// One pool of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// `write` or `read`.
    pub pool: &'static str,
    /// Connections that somebody uses.
    pub busy: u64,
    /// Connections that wait for somebody.
    pub idle: u64,
}

/// How the pools of this process stand.
pub fn pools(store: &Store) -> [PoolUse; 2] {
    let of = |pool, (size, idle): (u32, usize)| {
        let idle = u64::try_from(idle).unwrap_or(0);
        PoolUse { pool, busy: u64::from(size).saturating_sub(idle), idle }
    };
    let [write, read] = store.pool_sizes();
    [of("write", write), of("read", read)]
}
