//! What is kept of a forgotten customer's past loses what is personal: that things happened stays, with ids.

use crate::database::Connection;
use crate::error::{StoreError, Tried, some};
use crate::stored::{spread, spread_customers};
use model::CustomerId;
use std::collections::BTreeSet;

// ?1 [[slot, customer], …]  ?2 names of personal values
const EVENTS: &str = "
UPDATE event SET properties = (
  SELECT json_group_object(p.key, json(event.properties -> p.fullkey))
  FROM json_each(event.properties) AS p
  WHERE p.key NOT IN (SELECT value FROM json_each(?2))
    AND (p.key = 'attribute' OR coalesce(CASE
      WHEN event.entity_kind IS NOT NULL THEN event.entity_kind || '.' || (event.properties ->> 'attribute')
      WHEN event.name = 'customer.changed' THEN event.properties ->> 'attribute'
    END, '') NOT IN (SELECT value FROM json_each(?2))))
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1))
  AND state <> 'held' AND properties <> '{}'";

// ?1, ?2 as above
const ENTITIES: &str = "
UPDATE entity SET attributes = (
  SELECT json_group_object(p.key, json(entity.attributes -> p.fullkey))
  FROM json_each(entity.attributes) AS p
  WHERE entity.kind || '.' || p.key NOT IN (SELECT value FROM json_each(?2)))
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1)) AND attributes <> '{}'";

// What a walk carries may be anything.  ?1 as above
const WALKS: &str = "
UPDATE enrollment SET walk = json_replace(walk, '$.entry.fields', json('{}'), '$.goal.fields', json('{}'),
  '$.vars', json('{}'), '$.inputs', json('{}'), '$.results', json('{}'), '$.came', json('{}'))
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1)) AND state = 'ended'";

// A task's title is a text that was rendered for them.  ?1 as above
const TRACE: &str = "
UPDATE trace SET line = '{}', what = CASE did WHEN 'task' THEN '' ELSE what END
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1))";

// ?1 as above
const SENDS: &str = "
UPDATE send SET reply = NULL,
  outgoing = json_replace(outgoing, '$.context', json('{}'), '$.subject', NULL, '$.text', NULL)
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1))";

// ?1 as above
const TASKS: &str = "
UPDATE task SET title = customer, body = NULL
WHERE (slot, customer) IN (SELECT value->>0, value->>1 FROM jsonb_each(?1))";

/// Takes what is personal out of the past of these customers; `names`: values that are personal, as
/// [`model::Changes::forgotten`] says. Their own rows are written by the caller.
pub(crate) async fn forget(
    conn: &mut Connection,
    customers: &[&CustomerId],
    names: &BTreeSet<&str>,
) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let whose = spread_customers(customers.iter().copied())?;
    let names = spread("customer", &names.iter().collect::<Vec<_>>())?;
    for statement in [EVENTS, ENTITIES] {
        let query = sqlx::query(statement).bind(&whose).bind(&names);
        query.execute(&mut *conn).await.tried("forget customers", || some(customers))?;
    }
    for statement in [WALKS, TRACE, SENDS, TASKS] {
        let query = sqlx::query(statement).bind(&whose);
        query.execute(&mut *conn).await.tried("forget customers", || some(customers))?;
    }
    Ok(())
}
