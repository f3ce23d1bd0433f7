//! Messages that stand for walks of several workflows, when one of these is held: what is not of it goes by itself,
//! and what is of it stays here, whoever carried it.

use super::{insert, read_outgoing};
use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{millis, spread};
use jiff::Timestamp;
use model::{Outgoing, SendId, StepId, WorkflowId};
use std::collections::BTreeMap;

// Messages for several walks that have not left.
const OPEN: &str = "
SELECT s.slot, s.id, s.outgoing FROM send AS s
WHERE s.settled_at IS NULL AND s.state IN ('due', 'claimed') AND s.outgoing->>'riders' IS NOT NULL";

// What stays in them. A claim is over: whoever holds it has made the letter with too much in it.
// ?1 [[slot, id, outgoing], …]
const KEEP: &str = "
UPDATE send SET outgoing = want.value->2, state = 'due', worker = NULL, epoch = NULL, lease = NULL
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state IN ('due', 'claimed')
RETURNING send.id";

// Those of which all goes by others.  ?1 [[slot, id], …]  ?2 now
const OVER: &str = "
UPDATE send SET state = 'cancelled', settled_at = ?2, lease = NULL, reason = 'combined'
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state IN ('due', 'claimed')
RETURNING send.id";

// What has gone in another message since an earlier pause goes by itself again.  ?1 [[slot, id, outgoing], …]
const AGAIN: &str = "
UPDATE send SET outgoing = want.value->2, state = 'due', settled_at = NULL, reason = NULL
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1
  AND send.state = 'cancelled' AND send.reason = 'combined'";

// What a pause holds that went in one message before.  ?1 workflow
const HELD: &str = "
SELECT s.slot, s.id, s.outgoing FROM send AS s
WHERE s.state = 'cancelled' AND s.reason = 'paused' AND s.workflow = ?1 AND s.outgoing->>'with' IS NOT NULL
ORDER BY s.slot, s.created_at, s.number, s.id";

// What they say together.  ?1 [[slot, id, outgoing], …]
const TOGETHER: &str = "
UPDATE send SET outgoing = want.value->2
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state = 'cancelled'";

// Those that go in them.  ?1 [[slot, id], …]
const GONE: &str = "
UPDATE send SET reason = 'combined'
FROM jsonb_each(?1) AS want
WHERE send.slot = CAST(want.value->>0 AS BIGINT) AND send.id = want.value->>1 AND send.state = 'cancelled'";

/// Parts messages that stand for walks of a workflow, which is about to be held, and of others. Afterwards each
/// message that has not left is of one of both kinds.
pub(crate) async fn part(
    conn: &mut Connection,
    workflow: &WorkflowId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<(i64, String, String)> =
        sql::query_as(OPEN).fetch_all(&mut *conn).await.tried("look for shared sends", no_ids)?;
    let (mut kept, mut over) = (Vec::new(), Vec::new());
    let mut others: BTreeMap<String, Vec<Outgoing>> = BTreeMap::new();
    for (slot, id, text) in rows {
        let (stays, goes) = read_outgoing(&id, &text)?.split(workflow);
        if goes.is_empty() {
            continue;
        }
        others.insert(id.clone(), goes);
        match stays {
            Some(stays) => kept.push((slot, id, stays)),
            None => over.push((slot, id)),
        }
    }
    let mut parted: Vec<String> = Vec::new();
    if !kept.is_empty() {
        let query = sql::query_scalar::<String>(KEEP).bind(spread("send", &kept)?);
        parted.extend(query.fetch_all(&mut *conn).await.tried("part sends", || some(others.keys()))?);
    }
    if !over.is_empty() {
        let query = sql::query_scalar::<String>(OVER).bind(spread("send", &over)?).bind(millis(now));
        parted.extend(query.fetch_all(&mut *conn).await.tried("part sends", || some(others.keys()))?);
    }
    // What passed the gate in the meantime has gone whole.
    let parts: Vec<Outgoing> = parted.iter().filter_map(|id| others.remove(id)).flatten().collect();
    if parts.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = parts.iter().map(|part| (part.customer.slot(), part.id.as_str(), part)).collect();
    sql::query(AGAIN)
        .bind(spread("send", &rows)?)
        .execute(&mut *conn)
        .await
        .tried("part sends", || some(parts.iter().map(|part| &part.id)))?;
    // Those are there; the others are new.
    insert(conn, &parts.iter().collect::<Vec<_>>(), now).await?;
    Ok(())
}

/// Puts together again what went in one message before a pause, as far as it is still to go; before it is put
/// back. Those of one step go as one.
pub(crate) async fn join(conn: &mut Connection, workflow: &WorkflowId) -> Result<(), StoreError> {
    let rows: Vec<(i64, String, String)> = sql::query_as(HELD)
        .bind(workflow.as_str())
        .fetch_all(&mut *conn)
        .await
        .tried("look for held sends", || workflow.to_string())?;
    let mut held: BTreeMap<(i64, SendId, StepId), Vec<Outgoing>> = BTreeMap::new();
    for (slot, id, text) in rows {
        let send = read_outgoing(&id, &text)?;
        if let Some(with) = send.with.clone() {
            held.entry((slot, with, send.step.clone())).or_default().push(send);
        }
    }
    let (mut together, mut gone) = (Vec::new(), Vec::new());
    for ((slot, with, _), mut several) in held {
        // The message that carried them before does so again.
        several.sort_by_key(|send| send.id != with);
        gone.extend(several.iter().skip(1).map(|send| (slot, send.id.clone())));
        if several.len() > 1
            && let Some(one) = Outgoing::join(several)
        {
            together.push((slot, one.id.clone(), one));
        }
    }
    if together.is_empty() {
        return Ok(());
    }
    for (statement, rows) in [(TOGETHER, spread("send", &together)?), (GONE, spread("send", &gone)?)] {
        let query = sql::query(statement).bind(rows).execute(&mut *conn).await;
        query.tried("put held sends together", || workflow.to_string())?;
    }
    Ok(())
}
