//! What is kept of a forgotten customer's past loses what is personal: that things happened stays, with ids.

use crate::connection::Connection;
use crate::dialect::{Both, Statement};
use crate::error::{StoreError, Tried, some};
use crate::stored::{spread, spread_customers};
use crate::{rejected, sql};
use model::CustomerId;
use std::collections::BTreeSet;

// ?1 [[slot, customer], …]  ?2 names of personal values
const EVENTS: Both = Both {
    sqlite: "
UPDATE event SET properties = (
  SELECT json_group_object(p.key, json(event.properties -> p.fullkey))
  FROM json_each(event.properties) AS p
  WHERE p.key NOT IN (SELECT value FROM json_each(?2))
    AND (p.key = 'attribute' OR coalesce(CASE
      WHEN event.entity_kind IS NOT NULL THEN event.entity_kind || '.' || (event.properties ->> 'attribute')
      WHEN event.name = 'customer.changed' THEN event.properties ->> 'attribute'
    END, '') NOT IN (SELECT value FROM json_each(?2))))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))
  AND state <> 'held' AND properties <> '{}'",
    postgres: "
UPDATE event SET properties = (
  SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}')
  FROM jsonb_each(event.properties) AS p
  WHERE p.key NOT IN (SELECT name.value FROM jsonb_array_elements_text(?2::jsonb) AS name(value))
    AND (p.key = 'attribute' OR coalesce(CASE
      WHEN event.entity_kind IS NOT NULL THEN event.entity_kind || '.' || (event.properties ->> 'attribute')
      WHEN event.name = 'customer.changed' THEN event.properties ->> 'attribute'
    END, '') NOT IN (SELECT name.value FROM jsonb_array_elements_text(?2::jsonb) AS name(value))))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))
  AND state <> 'held' AND properties <> '{}'",
};

// ?1, ?2 as above
const ENTITIES: Both = Both {
    sqlite: "
UPDATE entity SET attributes = (
  SELECT json_group_object(p.key, json(entity.attributes -> p.fullkey))
  FROM json_each(entity.attributes) AS p
  WHERE entity.kind || '.' || p.key NOT IN (SELECT value FROM json_each(?2)))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND attributes <> '{}'",
    postgres: "
UPDATE entity SET attributes = (
  SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}')
  FROM jsonb_each(entity.attributes) AS p
  WHERE entity.kind || '.' || p.key NOT IN (SELECT name.value FROM jsonb_array_elements_text(?2::jsonb) AS name(value)))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND attributes <> '{}'",
};

// What a walk carries may be anything.  ?1 as above
const WALKS: Both = Both {
    sqlite: "
UPDATE enrollment SET walk = json_replace(walk, '$.entry.fields', json('{}'), '$.goal.fields', json('{}'),
  '$.vars', json('{}'), '$.inputs', json('{}'), '$.results', json('{}'), '$.came', json('{}'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND state = 'ended'",
    postgres: "
UPDATE enrollment SET walk = walk
  || CASE WHEN walk #> '{entry,fields}' IS NULL THEN '{}'
     ELSE jsonb_build_object('entry', jsonb_set(walk->'entry', '{fields}', '{}')) END
  || CASE WHEN walk #> '{goal,fields}' IS NULL THEN '{}'
     ELSE jsonb_build_object('goal', jsonb_set(walk->'goal', '{fields}', '{}')) END
  || (SELECT coalesce(jsonb_object_agg(p.key, '{}'::jsonb), '{}') FROM jsonb_object_keys(walk) AS p(key)
      WHERE p.key IN ('vars', 'inputs', 'results', 'came'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND state = 'ended'",
};

// A task's title is a text that was rendered for them.  ?1 as above
const TRACE: &str = "
UPDATE trace SET line = '{}', what = CASE did WHEN 'task' THEN '' ELSE what END
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

// ?1 as above
const SENDS: Both = Both {
    sqlite: "
UPDATE send SET reply = NULL,
  outgoing = json_replace(outgoing, '$.context', json('{}'), '$.subject', NULL, '$.text', NULL)
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
    postgres: "
UPDATE send SET reply = NULL,
  outgoing = outgoing || (SELECT coalesce(jsonb_object_agg(p.key, CASE p.key WHEN 'context' THEN '{}'::jsonb
    ELSE 'null'::jsonb END), '{}') FROM jsonb_object_keys(outgoing) AS p(key) WHERE p.key IN ('context', 'subject', 'text'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
};

// ?1 as above
const TASKS: &str = "
UPDATE task SET title = customer, body = NULL
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

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
        let query = sql::query(statement).bind(&whose).bind(&names);
        query.execute(&mut *conn).await.tried("forget customers", || some(customers))?;
    }
    for statement in
        [Statement::from(WALKS), TRACE.into(), SENDS.into(), TASKS.into(), rejected::FORGET_OF.into()]
    {
        let query = sql::query(statement).bind(&whose);
        query.execute(&mut *conn).await.tried("forget customers", || some(customers))?;
    }
    Ok(())
}
