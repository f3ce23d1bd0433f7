//! The ledger as people read it: one send, a customer's, the unknown, counts.

use super::read_outgoing;
use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::listing::{self, Owners, owned};
use crate::sql;
use crate::stored::{instant, instant_of, millis, spread};
use jiff::Timestamp;
use model::{CustomerId, Outgoing, SendId, SendState, WorkflowId};

macro_rules! select {
    ($($rest:expr),+) => {
        concat!(
            "SELECT s.id, s.outgoing, s.message_id, s.state, s.due_at, s.attempt, s.reason, s.reply, s.template_hash,
                    s.created_at, s.settled_at ",
            $($rest),+
        )
    };
}

// ?1 slot  ?2 customer
pub(crate) const OF_CUSTOMER: &str =
    select!("FROM send AS s WHERE s.slot = ?1 AND s.customer = ?2 ORDER BY s.created_at, s.number");
// Whose fate nobody knows, the oldest first (nurture sends --unknown).  ?1 rows
pub(crate) const UNKNOWN: &str =
    select!("FROM send AS s WHERE s.state = 'unknown' ORDER BY s.settled_at, s.id LIMIT ?1");
// A page of the ledger, the latest first, of whoever may be seen (API, nurture sends, export). By the index in its
// order, so that a page of many millions costs what a page of few does.
// ?1 workflow, '' for all  ?2 state, '' for all
// ?3 before this instant  ?4 … and this id  ?5 1: whoever owns them  ?6 [[rep], …]  ?7 rows
macro_rules! page {
    ($($of:literal)?) => {
        select!(
            "FROM send AS s
     WHERE (s.created_at, s.id) < (?3, ?4) ", $($of,)? "
       AND (?1 = '' OR s.workflow = ?1) AND (?2 = '' OR s.state = ?2)
       AND (?5 = 1 OR EXISTS (SELECT 1 FROM customer AS c WHERE c.slot = s.slot AND c.id = s.customer AND ",
            owned!("?6"),
            "))
     ORDER BY s.created_at DESC, s.id DESC LIMIT ?7"
        )
    };
}
pub(crate) const PAGE: &str = page!();
// The same of one customer.  ?8 slot  ?9 customer
pub(crate) const PAGE_OF_CUSTOMER: &str = page!("AND s.slot = ?8 AND s.customer = ?9");
// By id alone: one look into each slot.  ?1 id
pub(crate) const BY_ID: &str = select!(
    "FROM (WITH RECURSIVE slots(slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM slots WHERE slot < 4095)
           SELECT slot FROM slots) AS every
     CROSS JOIN send AS s
     WHERE s.slot = every.slot AND s.id = ?1"
);

// Those that a token, a bounce or a provider names.  ?1 [[slot, id], …]
const FOUND: &str = select!(
    "FROM jsonb_each(?1) AS want CROSS JOIN send AS s
     WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.id = want.value->>1"
);

// ?1 workflow, or NULL for all
const COUNTS: &str = "
SELECT workflow, state, reason, count(*) FROM send WHERE ?1 IS NULL OR workflow = ?1
GROUP BY workflow, state, reason ORDER BY workflow, state, reason";

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// What was asked for.
    pub outgoing: Outgoing,
    /// The local part of its Message-ID.
    pub message_id: String,
    /// How far it has come.
    pub state: SendState,
    /// When it is, or was last, due.
    pub due_at: Timestamp,
    /// Tries that came to nothing.
    pub attempt: u32,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// What the server said last.
    pub reply: Option<String>,
    /// The template that it was rendered with.
    pub template_hash: Option<String>,
    /// When the step put it into the outbox.
    pub created_at: Timestamp,
    /// When its fate was known (or known to be unknown).
    pub settled_at: Option<Timestamp>,
}

fn read(row: &sql::Row) -> Result<Ledger, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a send", ids: no_ids(), source };
    let id: String = row.try_get(0).map_err(tried)?;
    let outgoing: &str = row.try_get(1).map_err(tried)?;
    let state: &str = row.try_get(3).map_err(tried)?;
    Ok(Ledger {
        outgoing: read_outgoing(&id, outgoing)?,
        message_id: row.try_get(2).map_err(tried)?,
        state: SendState::from_word(state)
            .ok_or_else(|| StoreError::corrupt("send", &id, format_args!("the state `{state}`")))?,
        due_at: instant("send", &id, row.try_get(4).map_err(tried)?)?,
        attempt: u32::try_from(row.try_get::<i64>(5).map_err(tried)?).unwrap_or(u32::MAX),
        reason: row.try_get(6).map_err(tried)?,
        reply: row.try_get(7).map_err(tried)?,
        template_hash: row.try_get(8).map_err(tried)?,
        created_at: instant("send", &id, row.try_get(9).map_err(tried)?)?,
        settled_at: instant_of("send", &id, row.try_get(10).map_err(tried)?)?,
    })
}

/// One send; `None`: there is none with this id.
pub async fn by_id(conn: &mut Connection, id: &SendId) -> Result<Option<Ledger>, StoreError> {
    let row = sql::query(BY_ID)
        .bind(id.as_str())
        .fetch_optional(conn)
        .await
        .tried("load a send", || id.to_string())?;
    row.as_ref().map(read).transpose()
}

/// Sends by slot and id. One that moved, for two customers became one, is looked for in every slot.
pub async fn found(conn: &mut Connection, wanted: &[(u16, SendId)]) -> Result<Vec<Ledger>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(u16, &str)> = wanted.iter().map(|(slot, id)| (*slot, id.as_str())).collect();
    let rows = sql::query(FOUND)
        .bind(spread("send", &rows)?)
        .fetch_all(&mut *conn)
        .await
        .tried("load sends", || some(wanted.iter().map(|(_, id)| id)))?;
    let mut found: Vec<Ledger> = rows.iter().map(read).collect::<Result<_, _>>()?;
    for (_, id) in wanted {
        if !found.iter().any(|ledger| ledger.outgoing.id == *id) {
            found.extend(by_id(&mut *conn, id).await?);
        }
    }
    Ok(found)
}

/// A customer's sends, the oldest first.
pub async fn of_customer(conn: &mut Connection, customer: &CustomerId) -> Result<Vec<Ledger>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_all(conn)
        .await
        .tried("load a customer's sends", || customer.to_string())?;
    rows.iter().map(read).collect()
}

/// Which sends are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// Of this workflow; `None`: of all.
    pub workflow: Option<&'w str>,
    /// In this state; `None`: in any.
    pub state: Option<SendState>,
    /// To this customer; `None`: to anybody.
    pub customer: Option<&'w CustomerId>,
}

/// A page of sends, those that were made last first, to customers who may be seen; before (made at, id).
pub async fn page(
    conn: &mut Connection,
    owners: Owners<'_>,
    wanted: Wanted<'_>,
    before: Option<(Timestamp, &str)>,
    limit: u32,
) -> Result<Vec<Ledger>, StoreError> {
    let (reps, all) = listing::bound(owners)?;
    let (at, id) = before.map_or((i64::MAX, ""), |(at, id)| (millis(at), id));
    let query = sql::query(if wanted.customer.is_some() { PAGE_OF_CUSTOMER } else { PAGE })
        .bind(wanted.workflow.unwrap_or_default())
        .bind(wanted.state.map_or("", SendState::as_str))
        .bind(at)
        .bind(id)
        .bind(all)
        .bind(reps)
        .bind(i64::from(limit));
    let query = match wanted.customer {
        Some(id) => query.bind(i64::from(id.slot())).bind(id.as_str()),
        None => query,
    };
    let rows = query.fetch_all(conn).await.tried("list sends", no_ids)?;
    rows.iter().map(read).collect()
}

/// Sends whose fate nobody knows, the oldest first.
pub async fn unknown(conn: &mut Connection, limit: u32) -> Result<Vec<Ledger>, StoreError> {
    let rows = sql::query(UNKNOWN)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list unknown sends", no_ids)?;
    rows.iter().map(read).collect()
}

/// How many sends of a workflow stand in one state for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// In which state.
    pub state: SendState,
    /// Why.
    pub reason: Option<String>,
    /// How many.
    pub count: i64,
}

/// Counts sends by workflow, state and reason; of one workflow, or of all. Reads the whole ledger.
pub async fn counts(conn: &mut Connection, workflow: Option<&WorkflowId>) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = sql::query_as(COUNTS)
        .bind(workflow.map(WorkflowId::as_str))
        .fetch_all(conn)
        .await
        .tried("count sends", no_ids)?;
    rows.into_iter()
        .map(|(workflow, state, reason, count)| {
            let state = SendState::from_word(&state)
                .ok_or_else(|| StoreError::corrupt("send", &workflow, format_args!("the state `{state}`")))?;
            Ok(Count { workflow: workflow.into(), state, reason, count })
        })
        .collect()
}
