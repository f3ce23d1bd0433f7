//! Erases a customer as the law asks (`nurture privacy erase`): beyond what the model calls personal, every text that
//! was kept of them goes. That things happened stays, and numbers, so that sums stay right.

use crate::connection::Connection;
use crate::dialect::{Both, Statement};
use crate::error::{StoreError, Tried};
use crate::sql;
use crate::stored::{spread, spread_customers};
use model::CustomerId;

// ?1 [[slot, customer]]
const CUSTOMER: Both = Both {
    sqlite: "
UPDATE customer SET zone = NULL, email = NULL, phone = NULL, attributes = (
  SELECT json_group_object(p.key, json(customer.attributes -> p.fullkey)) FROM json_each(customer.attributes) AS p
  WHERE p.type IN ('integer', 'real', 'true', 'false'))
WHERE (slot, id) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
    postgres: "
UPDATE customer SET zone = NULL, email = NULL, phone = NULL, attributes = (
  SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(customer.attributes) AS p
  WHERE jsonb_typeof(p.value) IN ('number', 'boolean'))
WHERE (slot, id) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
};
// ?1 as above
const ENTITIES: Both = Both {
    sqlite: "
UPDATE entity SET attributes = (
  SELECT json_group_object(p.key, json(entity.attributes -> p.fullkey)) FROM json_each(entity.attributes) AS p
  WHERE p.type IN ('integer', 'real', 'true', 'false'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND attributes <> '{}'",
    postgres: "
UPDATE entity SET attributes = (
  SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(entity.attributes) AS p
  WHERE jsonb_typeof(p.value) IN ('number', 'boolean'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND attributes <> '{}'",
};
// What a stage was, and which topic a word was about, is no text of theirs.  ?1 as above
const EVENTS: Both = Both {
    sqlite: "
UPDATE event SET properties = (
  SELECT json_group_object(p.key, json(event.properties -> p.fullkey)) FROM json_each(event.properties) AS p
  WHERE p.type IN ('integer', 'real', 'true', 'false')
    OR (p.key IN ('workflow', 'template', 'step', 'topic', 'channel', 'attribute') AND event.source LIKE 'nurture%'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND properties <> '{}'",
    postgres: "
UPDATE event SET properties = (
  SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(event.properties) AS p
  WHERE jsonb_typeof(p.value) IN ('number', 'boolean')
    OR (p.key IN ('workflow', 'template', 'step', 'topic', 'channel', 'attribute') AND event.source LIKE 'nurture%'))
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1)) AND properties <> '{}'",
};
// Messages that went together hold those of others' walks.  ?1 as above
const SENDS: Both = Both {
    sqlite: "
UPDATE send SET outgoing = json_remove(outgoing, '$.apart')
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
    postgres: "
UPDATE send SET outgoing = outgoing - 'apart'
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))",
};
// ?1 as above
const TIMERS: &str = "
DELETE FROM timer WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";
// What is kept between turns holds the titles of open tasks, among others.  ?1 as above
const STANDINGS: &str = "
DELETE FROM standing WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";
const ASKED: &str = "
DELETE FROM opt_in WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";
const BOUNCES: &str = "
DELETE FROM soft_bounce WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";
const ASIDE: &str = "
UPDATE aside SET why = ''
WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

// Where an address stands in a text that nobody looks up by its customer.  ?1 [[address in small letters], …]
const LINKS: &str = "
DELETE FROM link WHERE EXISTS (
  SELECT 1 FROM jsonb_each(?1) AS want WHERE replace(lower(link.target), want.value->>0, '') <> lower(link.target))";
const REJECTED: &str = "
DELETE FROM rejected WHERE EXISTS (
  SELECT 1 FROM jsonb_each(?1) AS want WHERE replace(lower(rejected.body), want.value->>0, '') <> lower(rejected.body))";
const ANSWERED: &str = "
DELETE FROM answered WHERE EXISTS (
  SELECT 1 FROM jsonb_each(?1) AS want WHERE replace(lower(answered.body), want.value->>0, '') <> lower(answered.body))";
const IMPORTS: &str = "
DELETE FROM import_progress WHERE EXISTS (
  SELECT 1 FROM jsonb_each(?1) AS want
  WHERE replace(lower(import_progress.told), want.value->>0, '') <> lower(import_progress.told))";

/// Takes every text out of what is kept of a customer who was forgotten. `addresses`: those that they had.
pub async fn erase(
    conn: &mut Connection,
    customer: &CustomerId,
    addresses: &[String],
) -> Result<(), StoreError> {
    let whose = spread_customers([customer])?;
    let tried = || customer.to_string();
    let own = [
        Statement::from(CUSTOMER),
        ENTITIES.into(),
        EVENTS.into(),
        SENDS.into(),
        TIMERS.into(),
        STANDINGS.into(),
        ASKED.into(),
        BOUNCES.into(),
        ASIDE.into(),
    ];
    for statement in own {
        sql::query(statement).bind(&whose).execute(&mut *conn).await.tried("erase a customer", tried)?;
    }
    // In an address of the web the sign between its halves is written in another way.
    let mut words: Vec<[String; 1]> = Vec::new();
    for address in addresses.iter().map(|address| address.trim().to_lowercase()) {
        if address.is_empty() {
            continue;
        }
        if address.contains('@') {
            words.push([address.replace('@', "%40")]);
        }
        words.push([address]);
    }
    let words = spread("customer", &words)?;
    for statement in [LINKS, REJECTED, ANSWERED, IMPORTS] {
        sql::query(statement).bind(&words).execute(&mut *conn).await.tried("erase an address", tried)?;
    }
    Ok(())
}
