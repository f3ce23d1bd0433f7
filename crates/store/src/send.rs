//! Sends: outbox and ledger, and the only code that moves them.
//!
//! ```text
//!   from              to          by        only if
//!   -                 due         insert    no send of that enrollment, step and pass is there
//!   due               claimed     claim     due_at is reached and no earlier send of its enrollment is open
//!   claimed           handed      hand      the same worker and epoch, lease not over: the gate, per mail
//!   claimed, handed   due         defer     the same worker and epoch: 4yz, no connection, no tokens
//!   claimed           skipped     skip      the same worker and epoch: the last look at the rules says no
//!   claimed, handed   rejected    reject    the same worker and epoch: 5yz
//!   handed            accepted    accept    the same worker and epoch: 250 after the dot
//!   handed            unknown     lose      the same worker and epoch, on_unknown: hold
//!   handed            due         lose      the same worker and epoch, on_unknown: resend (one Message-ID)
//!   due, claimed      cancelled   cancel_…  the walk ended, consent was withdrawn, suppressed, paused
//!   cancelled         due         put_back  a pause took it back, and the workflow goes on
//!   claimed           due         recover   lease over, or the epoch is a former one; take_back: by its worker
//!   claimed           cancelled   carry     another of the same colleague's day carries it
//!   claimed           due         take_out  one of the walks that it stands for ended
//!   due, claimed      due         part      a workflow of some of the walks is held: what is not of it goes on
//!   due, claimed      cancelled   part      the same, and all that it says is said by others
//!   cancelled         due         part      the same, and it went in one of those
//!   handed            unknown     recover   the same, on_unknown: hold
//!   handed            due         recover   the same, on_unknown: resend
//!   due               unknown     presume   a backup of an earlier instant: it may have left, on_unknown: hold
//!   unknown           accepted    accept    the same worker and epoch: the answer came late
//!   unknown           rejected    reject    the same worker and epoch: the answer came late
//!   unknown           accepted    settle    a click, an open, a provider's word
//!   unknown           rejected    settle    a bounce
//!   unknown           accepted    resolve   somebody says that it arrived
//!   unknown           due         resolve   somebody says that it did not, and it shall go (one Message-ID)
//!   unknown           rejected    resolve   somebody says that it may stay so
//! ```
//!
//! Nothing else moves a send; accepted, rejected, skipped and, a pause aside, cancelled are final. A call about a send that
//! is not in a state it may leave changes nothing, and the send is missing in the call's answer.

use crate::connection::Connection;
use crate::dialect::{Both, Statement};
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{batch, instant, instant_of, millis};
use jiff::Timestamp;
use model::{CustomerId, Medium, Outgoing, SendId, SendState};
use serde::Serialize;

mod apart;
mod cancel;
mod counted;
mod ledger;
mod moved;
mod outbox;
mod presume;
mod resolve;

pub(crate) use apart::{join, part};
#[cfg(test)]
pub(crate) use cancel::{CANCEL_TOPICS, CANCEL_WALKS};
pub use cancel::{cancel_topics, cancel_walks, cancel_workflow, put_back, take_out};
#[cfg(test)]
pub(crate) use counted::COUNTED;
pub(crate) use counted::{count_back, of_batch as counted};
#[cfg(test)]
pub(crate) use ledger::{BY_ID, OF_CUSTOMER, PAGE, PAGE_OF_CUSTOMER, UNKNOWN};
pub use ledger::{Count, Ledger, Wanted, by_id, counts, found, of_customer, page, unknown};
pub(crate) use moved::hand_over;
pub use moved::on_its_way;
pub use outbox::insert;
pub use presume::presume;
pub use resolve::{Verdict, resolve};

// A send whose elders of the same enrollment are still open does not go: no message overtakes another. Nor does
// one of a workflow that is held, which a worker may have put there before it heard of the pause; nor any while
// the whole database is held.
macro_rules! unblocked {
    ($select:literal, $rest:literal) => {
        unblocked!($select, "", $rest)
    };
    ($select:literal, $index:literal, $rest:literal) => {
        concat!(
            $select,
            " FROM send AS s ",
            $index,
            " WHERE s.state = 'due'
              AND s.workflow NOT IN (SELECT id FROM workflow WHERE state = 'paused')
              AND NOT EXISTS (SELECT 1 FROM meta WHERE meta.name = 'held')
              AND NOT EXISTS (SELECT 1 FROM send AS elder
                WHERE elder.slot = s.slot AND elder.enrollment = s.enrollment
                  AND elder.state IN ('due', 'claimed', 'handed')
                  AND elder.number < s.number AND elder.outgoing->>'digest' IS NULL) ",
            $rest
        )
    };
}

// Chosen once and for all: as a subselect they may be chosen again for each row, beyond the limit. It is asked of
// the row that is moved as well whether it is still due: of two who chose the same rows the second gets none. It is
// asked so that no index over what is due serves: the rows are found by their keys, however many of a slot are due.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH chosen AS MATERIALIZED (",
            unblocked!(
                "SELECT s.slot, s.id",
                "AND s.due_at <= ?1 AND s.digest IS NULL AND (?6 IS NULL OR s.medium <> ?6)
                 AND substr(?7, CAST(s.slot / 64 AS INTEGER) + 1, 1) = '1'
                 AND EXISTS (SELECT 1 FROM worker AS w WHERE w.name = ?2 AND w.epoch = ?3
                   AND w.until > CAST(extract(epoch FROM now()) * 1000 AS BIGINT))
                 ORDER BY s.due_at, s.slot LIMIT ?5"
            ),
            $lock,
            ") UPDATE send SET state = 'claimed', worker = ?2, epoch = ?3, lease = ?4 FROM chosen
               WHERE send.slot = chosen.slot AND send.id = chosen.id AND send.state || '' = 'due'
               RETURNING send.outgoing, send.message_id, send.attempt, send.due_at"
        )
    };
}

// Takes due sends for a worker (engine/deliver).  ?1 now  ?2 worker  ?3 epoch  ?4 lease  ?5 most rows
// ?6 a medium that is left alone, or none  ?7 parts of the slots
pub(crate) const CLAIM: Both = Both {
    sqlite: concat!(
        "UPDATE send SET state = 'claimed', worker = ?2, epoch = ?3, lease = ?4 WHERE (slot, id) IN (",
        unblocked!(
            "SELECT s.slot, s.id",
            "AND s.due_at <= ?1 AND s.digest IS NULL AND (?6 IS NULL OR s.medium <> ?6)
             AND substr(?7, CAST(s.slot / 64 AS INTEGER) + 1, 1) = '1'
             ORDER BY s.due_at, s.slot LIMIT ?5"
        ),
        ") RETURNING outgoing, message_id, attempt, due_at"
    ),
    postgres: claim!(" FOR UPDATE OF s SKIP LOCKED"),
};
// The same where rows cannot be locked for one alone, as on a distributed PostgreSQL.
const CLAIM_PLAIN: Both = Both { sqlite: CLAIM.sqlite, postgres: claim!("") };

// Takes what is due of colleagues' daily messages, in whosever part of the slots it lies. Rows are locked in one
// order, and waited for: of two who come at the same time the first gets all, the second what is left, which is
// nothing. So nobody hears of their day in two messages.  ?1 now  ?2 worker  ?3 epoch  ?4 lease
pub(crate) const CLAIM_DIGEST: Both = Both {
    sqlite: concat!(
        "UPDATE send SET state = 'claimed', worker = ?2, epoch = ?3, lease = ?4 WHERE (slot, id) IN (",
        // Without statistics SQLite takes the index over all that is due: it would look at each at each claim.
        unblocked!(
            "SELECT s.slot, s.id",
            "INDEXED BY send_digest",
            "AND s.digest IS NOT NULL AND s.due_at <= ?1"
        ),
        ") RETURNING outgoing, message_id, attempt, due_at"
    ),
    postgres: concat!(
        "WITH chosen AS MATERIALIZED (",
        unblocked!(
            "SELECT s.slot, s.id",
            "AND s.digest IS NOT NULL AND s.due_at <= ?1
             AND EXISTS (SELECT 1 FROM worker AS w WHERE w.name = ?2 AND w.epoch = ?3
               AND w.until > CAST(extract(epoch FROM now()) * 1000 AS BIGINT))
             ORDER BY s.slot, s.id FOR UPDATE OF s"
        ),
        ") UPDATE send SET state = 'claimed', worker = ?2, epoch = ?3, lease = ?4 FROM chosen
           WHERE send.slot = chosen.slot AND send.id = chosen.id AND send.state || '' = 'due'
           RETURNING send.outgoing, send.message_id, send.attempt, send.due_at"
    ),
};

// When the next send that may go is due (clock, --until-idle, lag).
pub(crate) const NEXT_DUE: &str = unblocked!("SELECT s.due_at", "ORDER BY s.due_at, s.slot LIMIT 1");

macro_rules! move_held {
    ($set:literal, $from:literal) => {
        concat!(
            "UPDATE send SET ",
            $set,
            " FROM jsonb_each(?1) AS want
              WHERE send.slot = CAST(want.value->>'slot' AS BIGINT) AND send.id = want.value->>'id'
                AND send.worker = ?2 AND send.epoch = ?3 AND send.state IN ",
            $from,
            " RETURNING send.id"
        )
    };
}

// One daily message carries all.  ?1 rows  ?2 worker  ?3 epoch
const CARRY: &str = move_held!("outgoing = want.value->'outgoing', digest = NULL", "('claimed')");

// What it carries goes in it.  ?1 rows  ?2 worker  ?3 epoch  ?4 now
const CARRIED: &str = move_held!(
    "state = 'cancelled', settled_at = ?4, lease = NULL, reason = want.value->>'reason'",
    "('claimed')"
);

// The gate (engine/deliver, per mail; many in one transaction). It moves no index: the lease of the claim goes on.
// ?1 rows  ?2 worker  ?3 epoch  ?4 now
pub(crate) const HAND: Both = Both {
    sqlite: move_held!(
        "state = 'handed', template_hash = want.value->>'template_hash'",
        "('claimed') AND send.lease > ?4 AND NOT EXISTS (SELECT 1 FROM meta WHERE meta.name = 'held')"
    ),
    // Who was stopped for longer than its lease finds here, by the clock of the database, that it is over.
    postgres: move_held!(
        "state = 'handed', template_hash = want.value->>'template_hash'",
        "('claimed') AND send.lease > ?4 AND NOT EXISTS (SELECT 1 FROM meta WHERE meta.name = 'held')
         AND EXISTS (SELECT 1 FROM worker AS w WHERE w.name = ?2 AND w.epoch = ?3
           AND w.until > CAST(extract(epoch FROM now()) * 1000 AS BIGINT))"
    ),
};

// A worker that lives keeps what it holds.  ?1 worker  ?2 epoch  ?3 lease
pub(crate) const RENEW: &str = "
UPDATE send SET lease = ?3 WHERE lease IS NOT NULL AND lease < ?3 AND worker = ?1 AND epoch = ?2";

// ?1 rows  ?2 worker  ?3 epoch  ?4 now
pub(crate) const ACCEPT: &str = move_held!(
    "state = 'accepted', settled_at = ?4, lease = NULL, reply = want.value->>'reply', reason = NULL",
    "('handed', 'unknown')"
);
const REJECT: &str = move_held!(
    "state = 'rejected', settled_at = ?4, lease = NULL, reply = want.value->>'reply', reason = want.value->>'reason'",
    "('claimed', 'handed', 'unknown')"
);
const SKIP: &str = move_held!(
    "state = 'skipped', settled_at = ?4, lease = NULL, reply = want.value->>'reply', reason = want.value->>'reason'",
    "('claimed')"
);

// ?1 rows  ?2 worker  ?3 epoch
pub(crate) const DEFER: &str = move_held!(
    "state = 'due', due_at = CAST(want.value->>'due_at' AS BIGINT),
    attempt = send.attempt + CAST(want.value->>'tried' AS BIGINT),
     reply = want.value->>'reply', reason = want.value->>'reason', worker = NULL, epoch = NULL, lease = NULL",
    "('claimed', 'handed')"
);

// What was handed over and got no answer.  ?1 rows  ?2 worker  ?3 epoch  ?4 now
const HOLD: &str = move_held!(
    "state = 'unknown', settled_at = ?4, lease = NULL, reason = want.value->>'reason'",
    "('handed') AND send.on_unknown = 'hold'"
);
const RESEND: &str = move_held!(
    "state = 'due', due_at = CAST(want.value->>'due_at' AS BIGINT), attempt = send.attempt + 1,
    reason = want.value->>'reason',
     worker = NULL, epoch = NULL, lease = NULL",
    "('handed') AND send.on_unknown = 'resend'"
);

// What a dead worker left (engine/rescue): what is in flight has a lease, and the index over it serves.  ?1 now
// ?2 epochs below this are over
macro_rules! recover {
    ($move:ident) => {
        Both {
            sqlite: concat!($move!(), " AND (lease <= ?1 OR epoch < ?2)"),
            postgres: concat!(
                $move!(),
                " AND (lease <= ?1 OR epoch < ?2 OR NOT EXISTS (SELECT 1 FROM worker AS w
                   WHERE w.name = send.worker AND w.epoch = send.epoch
                     AND w.until > CAST(extract(epoch FROM now()) * 1000 AS BIGINT)))"
            ),
        }
    };
}
// What a worker that lives knows to be in nobody's hands.  ?1 now  ?2 worker  ?3 epoch
macro_rules! take_back {
    ($move:ident) => {
        concat!($move!(), " AND worker = ?2 AND epoch = ?3")
    };
}
macro_rules! claimed_to_due {
    () => {
        "UPDATE send SET state = 'due', worker = NULL, epoch = NULL, lease = NULL
         WHERE lease IS NOT NULL AND state = 'claimed'"
    };
}
macro_rules! handed_to_due {
    () => {
        "UPDATE send SET state = 'due', due_at = ?1, attempt = attempt + 1, reason = 'worker_lost', worker = NULL,
           epoch = NULL, lease = NULL
         WHERE lease IS NOT NULL AND state = 'handed' AND on_unknown = 'resend'"
    };
}
macro_rules! handed_to_unknown {
    () => {
        "UPDATE send SET state = 'unknown', settled_at = ?1, lease = NULL, reason = 'worker_lost'
         WHERE lease IS NOT NULL AND state = 'handed' AND on_unknown = 'hold'"
    };
}
pub(crate) const RECOVER: [Both; 3] =
    [recover!(claimed_to_due), recover!(handed_to_due), recover!(handed_to_unknown)];
pub(crate) const TAKE_BACK: [&str; 3] =
    [take_back!(claimed_to_due), take_back!(handed_to_due), take_back!(handed_to_unknown)];

// Later word on an unknown fate.  ?1 slot  ?2 id  ?3 state  ?4 reason  ?5 now
const SETTLE: &str = "
UPDATE send SET state = ?3, reason = ?4, settled_at = ?5 WHERE slot = ?1 AND id = ?2 AND state = 'unknown'";

/// Who holds a send: a name new at every start, and the number of its lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// Its lease's number; a later one is larger.
    pub epoch: i64,
}

/// A send that a worker holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// What is to be sent.
    pub outgoing: Outgoing,
    /// The same on every try: the local part of its Message-ID.
    pub message_id: String,
    /// Tries that came to nothing so far.
    pub attempt: u32,
    /// When this try was due.
    pub due_at: Timestamp,
}

/// Which send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SendKey {
    /// About whom.
    pub customer: CustomerId,
    /// Which.
    pub id: SendId,
}

impl SendKey {
    /// The key of an outbox row.
    pub fn of(outgoing: &Outgoing) -> Self {
        Self { customer: outgoing.customer.clone(), id: outgoing.id.clone() }
    }
}

/// What a worker says of a send. What does not apply to a call is not looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Of which.
    pub send: SendKey,
    /// The stable code of why.
    pub reason: Option<String>,
    /// The server's reply.
    pub reply: Option<String>,
}

impl Word {
    /// Without a reason or a reply.
    pub fn on(send: SendKey) -> Self {
        Self { send, reason: None, reply: None }
    }
    /// With a reason's code.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }
    /// With the server's reply.
    #[must_use]
    pub fn reply(self, reply: &str) -> Self {
        Self { reply: Some(reply.to_owned()), ..self }
    }
}

/// A mail at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Which send.
    pub send: SendKey,
    /// The hash of the template it was rendered with; `None`: a notice with its own text.
    pub template_hash: Option<String>,
}

/// A send that goes back to the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferral {
    /// What is said of it.
    pub word: Word,
    /// When it is due again.
    pub due_at: Timestamp,
    /// Whether this was a try (it counts for the backoff), or it never came to one (no tokens, shutdown).
    pub tried: bool,
}

#[derive(Serialize)]
struct Moved<'a> {
    slot: u16,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    tried: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<&'a Outgoing>,
}

impl<'a> Moved<'a> {
    fn of(send: &'a SendKey) -> Self {
        Self {
            slot: send.customer.slot(),
            id: send.id.as_str(),
            reason: None,
            reply: None,
            template_hash: None,
            due_at: None,
            tried: 0,
            outgoing: None,
        }
    }
    fn word(word: &'a Word) -> Self {
        Self { reason: word.reason.as_deref(), reply: word.reply.as_deref(), ..Self::of(&word.send) }
    }
}

/// Takes up to `limit` due sends for a worker until `lease`, the longest due first. Of one enrollment only
/// the earliest open send is taken.
pub async fn claim(
    conn: &mut Connection,
    worker: &Worker,
    now: Timestamp,
    lease: Timestamp,
    limit: u32,
) -> Result<Vec<Claimed>, StoreError> {
    claim_but(conn, worker, now, lease, limit, None).await
}

/// The same, and leaves the sends of one medium where they are: its server does not answer.
pub async fn claim_but(
    conn: &mut Connection,
    worker: &Worker,
    now: Timestamp,
    lease: Timestamp,
    limit: u32,
    resting: Option<Medium>,
) -> Result<Vec<Claimed>, StoreError> {
    let claim = if conn.skips_locked { CLAIM } else { CLAIM_PLAIN };
    let rows: Vec<(String, String, i64, i64)> = sql::query_as(claim)
        .bind(millis(now))
        .bind(&worker.name)
        .bind(worker.epoch)
        .bind(millis(lease))
        .bind(i64::from(limit))
        .bind(resting.map(Medium::as_str))
        .bind(conn.parts.to_string())
        .fetch_all(conn)
        .await
        .tried("claim sends", no_ids)?;
    read_claimed(rows)
}

fn read_claimed(rows: Vec<(String, String, i64, i64)>) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed = Vec::with_capacity(rows.len());
    for (outgoing, message_id, attempt, due_at) in rows {
        claimed.push(Claimed {
            outgoing: read_outgoing(&message_id, &outgoing)?,
            attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
            due_at: instant("send", &message_id, due_at)?,
            message_id,
        });
    }
    claimed.sort_by(|a, b| {
        (a.due_at, &a.outgoing.customer, &a.outgoing.id).cmp(&(
            b.due_at,
            &b.outgoing.customer,
            &b.outgoing.id,
        ))
    });
    Ok(claimed)
}

/// Takes up everything that is due for colleagues' daily messages ([`Outgoing::digest`]). Comes before a claim of
/// others in a transaction, for it waits for whoever does the same.
pub async fn claim_digest(
    conn: &mut Connection,
    worker: &Worker,
    now: Timestamp,
    lease: Timestamp,
) -> Result<Vec<Claimed>, StoreError> {
    let rows: Vec<(String, String, i64, i64)> = sql::query_as(CLAIM_DIGEST)
        .bind(millis(now))
        .bind(&worker.name)
        .bind(worker.epoch)
        .bind(millis(lease))
        .fetch_all(conn)
        .await
        .tried("claim daily messages", no_ids)?;
    read_claimed(rows)
}

/// Claimed sends become one: the first says what all have to say, the others are over.
pub async fn carry(
    conn: &mut Connection,
    worker: &Worker,
    carriers: &[&Outgoing],
    carried: &[SendKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    let keys: Vec<SendKey> = carriers.iter().map(|carrier| SendKey::of(carrier)).collect();
    let rows: Vec<Moved<'_>> = keys
        .iter()
        .zip(carriers)
        .map(|(key, carrier)| Moved { outgoing: Some(carrier), ..Moved::of(key) })
        .collect();
    moved(&mut *conn, CARRY, "let sends carry others", worker, &rows, &[]).await?;
    let rows: Vec<Moved<'_>> =
        carried.iter().map(|key| Moved { reason: Some("combined"), ..Moved::of(key) }).collect();
    moved(conn, CARRIED, "end carried sends", worker, &rows, &[millis(now)]).await?;
    Ok(())
}

fn read_outgoing(id: &str, text: &str) -> Result<Outgoing, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::corrupt("send", id, error))
}

/// The gate: from its commit on the content may leave us. Returns those that may go: still claimed by this
/// worker under a lease that is not over.
pub async fn hand(
    conn: &mut Connection,
    worker: &Worker,
    gates: &[Gate],
    now: Timestamp,
) -> Result<Vec<SendId>, StoreError> {
    let rows: Vec<Moved<'_>> = gates
        .iter()
        .map(|gate| Moved { template_hash: gate.template_hash.as_deref(), ..Moved::of(&gate.send) })
        .collect();
    moved(conn, HAND, "hand sends over", worker, &rows, &[millis(now)]).await
}

/// Lengthens the lease of all that a worker holds. Returns how many those are.
pub async fn renew_all(conn: &mut Connection, worker: &Worker, lease: Timestamp) -> Result<u64, StoreError> {
    let done = sql::query(RENEW)
        .bind(&worker.name)
        .bind(worker.epoch)
        .bind(millis(lease))
        .execute(conn)
        .await
        .tried("renew the lease of sends", || worker.name.clone())?;
    Ok(done.rows_affected())
}

/// The server took them: 250 after the dot.
pub async fn accept(
    conn: &mut Connection,
    worker: &Worker,
    words: &[Word],
    now: Timestamp,
) -> Result<Vec<SendId>, StoreError> {
    moved(conn, ACCEPT, "accept sends", worker, &rows_of(words), &[millis(now)]).await
}

/// The server refused them for good.
pub async fn reject(
    conn: &mut Connection,
    worker: &Worker,
    words: &[Word],
    now: Timestamp,
) -> Result<Vec<SendId>, StoreError> {
    moved(conn, REJECT, "reject sends", worker, &rows_of(words), &[millis(now)]).await
}

/// The last look at the rules before the hand-over says no.
pub async fn skip(
    conn: &mut Connection,
    worker: &Worker,
    words: &[Word],
    now: Timestamp,
) -> Result<Vec<SendId>, StoreError> {
    moved(conn, SKIP, "skip sends", worker, &rows_of(words), &[millis(now)]).await
}

/// Puts them back into the outbox: temporary refusals, no connection, no tokens, shutdown.
pub async fn defer(
    conn: &mut Connection,
    worker: &Worker,
    deferrals: &[Deferral],
) -> Result<Vec<SendId>, StoreError> {
    let rows: Vec<Moved<'_>> = deferrals
        .iter()
        .map(|each| Moved {
            due_at: Some(millis(each.due_at)),
            tried: u8::from(each.tried),
            ..Moved::word(&each.word)
        })
        .collect();
    moved(conn, DEFER, "defer sends", worker, &rows, &[]).await
}

/// What became of sends whose fate a worker or its end left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// At most once: listed, never sent again.
    pub unknown: u64,
    /// At least once: due again, under the same Message-ID.
    pub due: u64,
}

/// They were handed over and no answer came. Those on hold become unknown; the others are due again at
/// `again_at`.
pub async fn lose(
    conn: &mut Connection,
    worker: &Worker,
    words: &[Word],
    now: Timestamp,
    again_at: Timestamp,
) -> Result<Lost, StoreError> {
    let hold = rows_of(words);
    let resend: Vec<Moved<'_>> =
        words.iter().map(|word| Moved { due_at: Some(millis(again_at)), ..Moved::word(word) }).collect();
    let unknown = moved(&mut *conn, HOLD, "lose sends", worker, &hold, &[millis(now)]).await?;
    let due = moved(conn, RESEND, "send lost ones again", worker, &resend, &[]).await?;
    Ok(Lost { unknown: count_of(&unknown), due: count_of(&due) })
}

fn count_of(ids: &[SendId]) -> u64 {
    u64::try_from(ids.len()).unwrap_or(u64::MAX)
}

fn rows_of(words: &[Word]) -> Vec<Moved<'_>> {
    words.iter().map(Moved::word).collect()
}

async fn moved(
    conn: &mut Connection,
    statement: impl Into<Statement>,
    tried: &'static str,
    worker: &Worker,
    rows: &[Moved<'_>],
    instants: &[i64],
) -> Result<Vec<SendId>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = sql::query_scalar::<String>(statement)
        .bind(batch("send", rows)?)
        .bind(&worker.name)
        .bind(worker.epoch);
    for instant in instants {
        query = query.bind(*instant);
    }
    let ids = query.fetch_all(conn).await.tried(tried, || some(rows.iter().map(|row| row.id)))?;
    Ok(ids.into_iter().map(SendId::from).collect())
}

/// Takes back what dead workers left: whose lease is over, or whose epoch is below `epoch` (0: none is).
/// Call it when a lease was taken, and from time to time.
pub async fn recover(conn: &mut Connection, now: Timestamp, epoch: i64) -> Result<Lost, StoreError> {
    let mut changed = [0; 3];
    for (statement, count) in RECOVER.into_iter().zip(&mut changed) {
        let query = sql::query(statement).bind(millis(now)).bind(epoch);
        *count = query.execute(&mut *conn).await.tried("recover sends", no_ids)?.rows_affected();
    }
    let [claimed, handed, unknown] = changed;
    Ok(Lost { unknown, due: claimed + handed })
}

/// Takes back all that a worker holds, which speaks for none of it any more.
pub async fn take_back(conn: &mut Connection, worker: &Worker, now: Timestamp) -> Result<Lost, StoreError> {
    let mut changed = [0; 3];
    for (statement, count) in TAKE_BACK.into_iter().zip(&mut changed) {
        let query = sql::query(statement).bind(millis(now)).bind(&worker.name).bind(worker.epoch);
        let done = query.execute(&mut *conn).await.tried("take sends back", || worker.name.clone())?;
        *count = done.rows_affected();
    }
    let [claimed, handed, unknown] = changed;
    Ok(Lost { unknown, due: claimed + handed })
}

/// Later word on an unknown fate: it had arrived (a click, an open), or it had not (a bounce, with its
/// reason). `false`: its fate was not unknown.
pub async fn settle(
    conn: &mut Connection,
    send: &SendKey,
    bounced: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = if bounced.is_some() { SendState::Rejected } else { SendState::Accepted };
    let done = sql::query(SETTLE)
        .bind(i64::from(send.customer.slot()))
        .bind(send.id.as_str())
        .bind(state.as_str())
        .bind(bounced)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("settle an unknown send", || send.id.to_string())?;
    Ok(done.rows_affected() > 0)
}

/// When the next send that may go is due; `None`: the outbox is empty, or waits for what is in flight.
pub async fn next_due_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT_DUE).fetch_optional(conn).await.tried("look for the next send", no_ids)?;
    instant_of("send", "the next", at)
}
