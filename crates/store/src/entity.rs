//! Deals, contracts, orders, companies: of one customer, or shared by many.

use crate::connection::Connection;
use crate::customer::Upserted;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{Attributes, batch, read_values, slot_of, spread};
use dsl::library::Model;
use model::{CustomerId, Entity, EntityId, Value};
use serde::Serialize;
use std::collections::BTreeMap;

/// Attributes that have columns of their own.
const COLUMNS: &[&str] = &["owner", "stage"];

// The customers' own entities (snapshot.rs, history.rs).  ?1 [[slot, customer], …]
pub(crate) const OWN: &str = "
SELECT want.key, e.kind, e.id, e.customer, e.stage, e.owner, e.attributes
FROM jsonb_each(?1) AS want
CROSS JOIN entity AS e
WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1";

// Shared entities by their names (snapshot.rs).  ?1 [[slot, kind, id], …]
pub(crate) const SHARED: &str = "
SELECT want.key, e.kind, e.id, e.customer, e.stage, e.owner, e.attributes
FROM jsonb_each(?1) AS want
CROSS JOIN entity AS e
WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.kind = want.value->>1 AND e.id = want.value->>2";

// Entities by name, whosever they are (imports, events that name an entity only).  ?1 [[kind, id], …]
pub(crate) const NAMED: &str = "
SELECT want.key, e.kind, e.id, e.customer, e.stage, e.owner, e.attributes
FROM jsonb_each(?1) AS want
CROSS JOIN entity AS e
WHERE e.kind = want.value->>0 AND e.id = want.value->>1";

// Every shared entity of a kind (a publish that changes a type).  ?1 kind  ?2 behind this id
const SHARED_PAGE: &str = "
SELECT 0, e.kind, e.id, e.customer, e.stage, e.owner, e.attributes
FROM entity AS e WHERE e.kind = ?1 AND e.id > ?2 AND e.customer IS NULL ORDER BY e.id LIMIT 2000";

// Writes entities whole (snapshot.rs, imports).  ?1 rows
const WRITE: &str = "
INSERT INTO entity (slot, kind, id, customer, stage, owner, attributes)
SELECT CAST(value->>'slot' AS BIGINT), value->>'kind', value->>'id', value->>'customer', value->>'stage',
       value->>'owner',
       value->'attributes'
FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, kind, id) DO UPDATE SET
  customer = excluded.customer, stage = excluded.stage, owner = excluded.owner, attributes = excluded.attributes";

// Takes away entities that move to another customer, and so to another slot.  ?1 [[slot, kind, id], …]
const TAKE: &str = "
DELETE FROM entity WHERE (slot, kind, id) IN (SELECT CAST(value->>0 AS BIGINT), value->>1,
       value->>2 FROM jsonb_each(?1))";

#[derive(Serialize)]
struct Stored<'a> {
    slot: u16,
    kind: &'a str,
    id: &'a str,
    customer: Option<&'a str>,
    stage: Option<&'a str>,
    owner: Option<&'a str>,
    attributes: Attributes<'a>,
}

/// The slot that an entity's row stands in: its customer's, or for shared ones that of its own name.
fn slot(entity: &Entity) -> u16 {
    entity.customer.as_ref().map_or_else(|| slot_of(&entity.kind, entity.id.as_str()), CustomerId::slot)
}

fn read(row: &sql::Row, model: &Model) -> Result<(usize, Entity), StoreError> {
    let tried = |source| StoreError::Query { tried: "read an entity", ids: "-".to_owned(), source };
    let place = usize::try_from(row.try_get::<i64>(0).map_err(tried)?).unwrap_or(usize::MAX);
    let kind: String = row.try_get(1).map_err(tried)?;
    let id: String = row.try_get(2).map_err(tried)?;
    let declared = model.entities.get(&kind);
    let ty = |name: &str| declared.and_then(|kind| kind.attributes.get(name)).map(|attribute| &attribute.ty);
    let text: &str = row.try_get(6).map_err(tried)?;
    let mut attributes = read_values("entity", &id, text, ty)?;
    for (column, name) in [(4, "stage"), (5, "owner")] {
        if let Some(text) = row.try_get::<Option<String>>(column).map_err(tried)? {
            attributes.insert(name.to_owned(), Value::Text(text));
        }
    }
    let customer: Option<String> = row.try_get(3).map_err(tried)?;
    Ok((place, Entity { kind, id: EntityId::from(id), customer: customer.map(CustomerId::from), attributes }))
}

/// The own entities of a batch of customers, each with its customer's place in the batch.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
    model: &Model,
) -> Result<Vec<(usize, Entity)>, StoreError> {
    let rows = sql::query(OWN).bind(wanted).fetch_all(conn).await.tried("load entities", || some(ids))?;
    rows.iter().map(|row| read(row, model)).collect()
}

/// Shared entities by kind and id, each with its place in the list.
pub(crate) async fn shared(
    conn: &mut Connection,
    names: &[(&str, &str)],
    model: &Model,
) -> Result<Vec<(usize, Entity)>, StoreError> {
    let wanted: Vec<_> = names.iter().map(|(kind, id)| (slot_of(kind, id), *kind, *id)).collect();
    let rows = sql::query(SHARED)
        .bind(spread("entity", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("load shared entities", || some(names.iter().map(|(_, id)| id)))?;
    rows.iter().map(|row| read(row, model)).collect()
}

/// Finds entities by kind and id, whosever they are. What is not in the database is absent.
pub async fn find(
    conn: &mut Connection,
    names: &[(String, EntityId)],
    model: &Model,
) -> Result<BTreeMap<(String, EntityId), Entity>, StoreError> {
    let wanted: Vec<(&str, &str)> = names.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
    let rows = sql::query(NAMED)
        .bind(spread("entity", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("find entities", || some(names.iter().map(|(_, id)| id)))?;
    rows.iter()
        .map(|row| read(row, model).map(|(_, entity)| ((entity.kind.clone(), entity.id.clone()), entity)))
        .collect()
}

/// Shared entities of a kind, a page behind the id `after` (empty: the first page), by id.
pub async fn shared_page(
    conn: &mut Connection,
    kind: &str,
    after: &str,
    model: &Model,
) -> Result<Vec<Entity>, StoreError> {
    let rows = sql::query(SHARED_PAGE)
        .bind(kind)
        .bind(after)
        .fetch_all(conn)
        .await
        .tried("load shared entities", || kind.to_owned())?;
    rows.iter().map(|row| read(row, model).map(|(_, entity)| entity)).collect()
}

/// Writes entities whole, in the slots of their present customers.
pub async fn write(conn: &mut Connection, entities: &[&Entity]) -> Result<(), StoreError> {
    if entities.is_empty() {
        return Ok(());
    }
    let rows: Vec<Stored<'_>> = entities
        .iter()
        .map(|entity| Stored {
            slot: slot(entity),
            kind: &entity.kind,
            id: entity.id.as_str(),
            customer: entity.customer.as_ref().map(CustomerId::as_str),
            stage: entity.get("stage").and_then(Value::as_text),
            owner: entity.get("owner").and_then(Value::as_text),
            attributes: Attributes { values: &entity.attributes, columns: COLUMNS },
        })
        .collect();
    let ids = || some(entities.iter().map(|entity| &entity.id));
    sql::query(WRITE).bind(batch("entity", &rows)?).execute(conn).await.tried("write entities", ids)?;
    Ok(())
}

/// Brings entities in: what a row says overrides, what it does not say stays. Of two rows with one kind and
/// id the later wins. One that names another customer than before moves to that customer.
pub async fn upsert(conn: &mut Connection, rows: &[Entity], model: &Model) -> Result<Upserted, StoreError> {
    let last: BTreeMap<(String, EntityId), &Entity> =
        rows.iter().map(|row| ((row.kind.clone(), row.id.clone()), row)).collect();
    let names: Vec<(String, EntityId)> = last.keys().cloned().collect();
    let known = find(conn, &names, model).await?;
    let mut done = Upserted::default();
    let (mut write_these, mut gone) = (Vec::new(), Vec::new());
    for (name, row) in last {
        let Some(before) = known.get(&name) else {
            done.new += 1;
            write_these.push(row.clone());
            continue;
        };
        let mut after = before.clone();
        after.attributes.extend(row.attributes.clone());
        after.customer = row.customer.clone();
        if after == *before {
            done.same += 1;
            continue;
        }
        done.changed += 1;
        if slot(before) != slot(&after) {
            gone.push((slot(before), before.kind.clone(), before.id.as_str().to_owned()));
        }
        write_these.push(after);
    }
    if !gone.is_empty() {
        let ids = || some(gone.iter().map(|(_, _, id)| id));
        sql::query(TAKE)
            .bind(spread("entity", &gone)?)
            .execute(&mut *conn)
            .await
            .tried("move entities", ids)?;
    }
    write(conn, &write_these.iter().collect::<Vec<_>>()).await?;
    Ok(done)
}
