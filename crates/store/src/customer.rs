//! Customers: loaded by id, written whole, brought in by an import.

use crate::connection::Connection;
use crate::customer_key::{self, Clash, Key, KeyKind};
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{Attributes, batch, instant, millis, read_values, spread, spread_customers};
use dsl::library::Model;
use jiff::Timestamp;
use model::{Customer, CustomerId, Value};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that have columns of their own and are not in the JSON.
const COLUMNS: &[&str] = &["created_at", "email", "owner", "phone", "stage", "zone"];
/// Those of them that are texts, in the order of [`LOAD`].
const TEXTS: [&str; 5] = ["stage", "owner", "zone", "email", "phone"];

// The customers of a batch (snapshot.rs, history.rs, each load).  ?1 [[slot, id], …]
pub(crate) const LOAD: &str = "
SELECT want.key, c.stage, c.owner, c.zone, c.email, c.phone, c.created_at, c.attributes, c.computed_at
FROM jsonb_each(?1) AS want
CROSS JOIN customer AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1";

// Writes customers whole (snapshot.rs, each save; imports).  ?1 rows
const WRITE: &str = "
INSERT INTO customer (slot, id, stage, owner, zone, email, phone, created_at, attributes, computed_at)
SELECT CAST(value->>'slot' AS BIGINT), value->>'id', value->>'stage', value->>'owner', value->>'zone', value->>'email',
       value->>'phone', CAST(value->>'created_at' AS BIGINT), value->'attributes', value->'computed_at'
FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, id) DO UPDATE SET
  stage = excluded.stage, owner = excluded.owner, zone = excluded.zone, email = excluded.email,
  phone = excluded.phone, created_at = excluded.created_at, attributes = excluded.attributes,
  computed_at = excluded.computed_at";

// What facts made of customers (engine/fold.rs, each batch of an import).  ?1 rows
pub(crate) const KEEP: &str = "
UPDATE customer SET created_at = CAST(want.value->>2 AS BIGINT), attributes = want.value->3,
                    computed_at = want.value->4
FROM jsonb_each(?1) AS want
WHERE customer.slot = CAST(want.value->>0 AS BIGINT) AND customer.id = want.value->>1";

// The addresses that are about to be overwritten, so that their look-up keys can go.  ?1 [[slot, id], …]
const ADDRESSES: &str = "
SELECT want.key, c.email, c.phone
FROM jsonb_each(?1) AS want
CROSS JOIN customer AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1
  AND (c.email IS NOT NULL OR c.phone IS NOT NULL)";

#[derive(Serialize)]
struct Stored<'a> {
    slot: u16,
    id: &'a str,
    stage: Option<&'a str>,
    owner: Option<&'a str>,
    zone: Option<&'a str>,
    email: Option<&'a str>,
    phone: Option<&'a str>,
    created_at: i64,
    attributes: Attributes<'a>,
    computed_at: BTreeMap<&'a str, (i64, i64, &'a str)>,
}

/// What an import of customers, entities or reps did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Rows that were not there.
    pub new: u64,
    /// Rows that say something else than before.
    pub changed: u64,
    /// Rows that say the same.
    pub same: u64,
    /// Addresses that belong to another customer already; the first one keeps them.
    pub clashes: Vec<Clash>,
}

/// Customers of a batch, each with its place in it. Who is not in the database is left out.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
    model: &Model,
) -> Result<Vec<(usize, Customer)>, StoreError> {
    let rows = sql::query(LOAD).bind(wanted).fetch_all(conn).await.tried("load customers", || some(ids))?;
    let mut customers = Vec::with_capacity(rows.len());
    for row in rows {
        let read = |source| StoreError::Query { tried: "read a customer", ids: some(ids), source };
        let place = row.try_get::<i64>(0).map_err(read)?;
        let Some((place, id)) = usize::try_from(place).ok().and_then(|place| Some((place, ids.get(place)?)))
        else {
            continue;
        };
        let attributes: &str = row.try_get(7).map_err(read)?;
        let ty = |name: &str| model.customer.get(name).map(|attribute| &attribute.ty);
        let mut customer = Customer::new(id.clone());
        customer.attributes = read_values("customer", id.as_str(), attributes, ty)?;
        for (column, name) in TEXTS.iter().enumerate() {
            if let Some(text) = row.try_get::<Option<String>>(column + 1).map_err(read)? {
                customer.attributes.insert((*name).to_owned(), Value::Text(text));
            }
        }
        let created_at = instant("customer", id.as_str(), row.try_get(6).map_err(read)?)?;
        customer.attributes.insert("created_at".to_owned(), Value::Instant(created_at));
        customer.computed_at = computed_at(id, row.try_get(8).map_err(read)?)?;
        customers.push((place, customer));
    }
    Ok(customers)
}

fn computed_at(
    id: &CustomerId,
    text: &str,
) -> Result<BTreeMap<String, (Timestamp, Timestamp, String)>, StoreError> {
    if text == "{}" {
        return Ok(BTreeMap::new());
    }
    let stored: BTreeMap<String, (i64, i64, String)> =
        serde_json::from_str(text).map_err(|error| StoreError::corrupt("customer", id, error))?;
    let at = |ms| instant("customer", id.as_str(), ms);
    stored.into_iter().map(|(name, (a, b, event))| Ok((name, (at(a)?, at(b)?, event)))).collect()
}

// ?1 slot
const OF_SLOT: &str = "SELECT id FROM customer WHERE slot = ?1 ORDER BY id";

/// The ids of one slot's customers: one in 4,096 of all.
pub async fn of_slot(conn: &mut Connection, slot: u16) -> Result<Vec<CustomerId>, StoreError> {
    let ids: Vec<String> = sql::query_scalar(OF_SLOT)
        .bind(i64::from(slot))
        .fetch_all(conn)
        .await
        .tried("list the customers of a slot", || slot.to_string())?;
    Ok(ids.into_iter().map(CustomerId::from).collect())
}

/// Loads customers by id. Who is not in the database is absent.
pub async fn load(
    conn: &mut Connection,
    ids: &[CustomerId],
    model: &Model,
) -> Result<BTreeMap<CustomerId, Customer>, StoreError> {
    let wanted = spread_customers(ids)?;
    let found = of_batch(conn, &wanted, ids, model).await?;
    Ok(found.into_iter().map(|(_, customer)| (customer.id.clone(), customer)).collect())
}

/// Writes customers whole, with the look-up keys of their addresses. `now`: when a customer was first
/// known of whom nothing says so. Returns the addresses that another customer holds.
pub async fn write(
    conn: &mut Connection,
    customers: &[&Customer],
    now: Timestamp,
) -> Result<Vec<Clash>, StoreError> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || some(customers.iter().map(|customer| &customer.id));
    let (gone, new) = changed_keys(conn, customers).await?;
    let rows: Vec<Stored<'_>> = customers
        .iter()
        .map(|customer| Stored {
            slot: customer.id.slot(),
            id: customer.id.as_str(),
            stage: customer.text("stage"),
            owner: customer.text("owner"),
            zone: customer.text("zone"),
            email: customer.text("email"),
            phone: customer.text("phone"),
            created_at: millis(customer.created_at().unwrap_or(now)),
            attributes: Attributes { values: &customer.attributes, columns: COLUMNS },
            computed_at: computed(customer),
        })
        .collect();
    sql::query(WRITE)
        .bind(batch("customer", &rows)?)
        .execute(&mut *conn)
        .await
        .tried("write customers", ids)?;
    customer_key::release(conn, &gone).await?;
    customer_key::claim(conn, &new).await
}

fn computed(customer: &Customer) -> BTreeMap<&str, (i64, i64, &str)> {
    let computed = customer.computed_at.iter();
    computed
        .map(|(name, (at, received_at, id))| {
            (name.as_str(), (millis(*at), millis(*received_at), id.as_str()))
        })
        .collect()
}

/// Writes what facts made of customers who are stored: what is kept, and since when they are known. Nothing else
/// of them: neither stage, owner, zone nor addresses.
pub async fn write_kept(conn: &mut Connection, customers: &[&Customer]) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = customers
        .iter()
        .map(|customer| {
            let attributes = Attributes { values: &customer.attributes, columns: COLUMNS };
            let created_at = customer.created_at().map(millis).unwrap_or_default();
            (customer.id.slot(), customer.id.as_str(), created_at, attributes, computed(customer))
        })
        .collect();
    sql::query(KEEP)
        .bind(batch("customer", &rows)?)
        .execute(conn)
        .await
        .tried("write what is kept", || some(customers.iter().map(|customer| &customer.id)))?;
    Ok(())
}

/// The addresses of customers, e-mail and phone; who has neither is absent.
pub(crate) async fn addresses(
    conn: &mut Connection,
    customers: &[&CustomerId],
) -> Result<Vec<(CustomerId, Option<String>, Option<String>)>, StoreError> {
    let wanted = spread_customers(customers.iter().copied())?;
    let rows: Vec<(i64, Option<String>, Option<String>)> =
        sql::query_as(ADDRESSES).bind(wanted).fetch_all(conn).await.tried("load addresses", no_ids)?;
    let named = |(place, email, phone): (i64, Option<String>, Option<String>)| {
        let id = customers.get(usize::try_from(place).ok()?)?;
        Some(((*id).clone(), email, phone))
    };
    Ok(rows.into_iter().filter_map(named).collect())
}

/// Keys of addresses that go and that come with this write.
async fn changed_keys(
    conn: &mut Connection,
    customers: &[&Customer],
) -> Result<(Vec<Key>, Vec<Key>), StoreError> {
    let ids: Vec<&CustomerId> = customers.iter().map(|customer| &customer.id).collect();
    let stored = addresses(conn, &ids).await?;
    let mut before: BTreeMap<_, _> =
        stored.into_iter().map(|(id, email, phone)| (id, (email, phone))).collect();
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for customer in customers {
        let (email, phone) = before.remove(&customer.id).unwrap_or_default();
        for (kind, old, name) in [(KeyKind::Email, email, "email"), (KeyKind::Phone, phone, "phone")] {
            let now = customer.text(name);
            if old.as_deref() == now {
                continue;
            }
            gone.extend(old.map(|old| Key::new(kind, &old, &customer.id)));
            new.extend(now.map(|now| Key::new(kind, now, &customer.id)));
        }
    }
    Ok((gone, new))
}

/// Brings customers in: what a row says overrides, what it does not say stays; `created_at` only ever
/// becomes earlier. Of two rows with one id the later wins. The caller records the changes as events.
pub async fn upsert(
    conn: &mut Connection,
    rows: &[Customer],
    model: &Model,
    now: Timestamp,
) -> Result<Upserted, StoreError> {
    let last: BTreeMap<&CustomerId, usize> =
        rows.iter().enumerate().map(|(line, row)| (&row.id, line)).collect();
    let ids: Vec<CustomerId> = last.keys().map(|id| (*id).clone()).collect();
    let known = load(conn, &ids, model).await?;
    let mut done = Upserted::default();
    let mut write_these = Vec::new();
    // In the file's order: of two customers with one address the first keeps it.
    for (line, row) in rows.iter().enumerate() {
        if last.get(&row.id) != Some(&line) {
            continue;
        }
        match known.get(&row.id) {
            None => {
                done.new += 1;
                let mut first = row.clone();
                let created_at = row.created_at().map_or(now, |at| at.min(now));
                first.attributes.insert("created_at".to_owned(), Value::Instant(created_at));
                write_these.push(first);
            }
            Some(before) => {
                let after = merged(before, row);
                if after == *before {
                    done.same += 1;
                } else {
                    done.changed += 1;
                    write_these.push(after);
                }
            }
        }
    }
    done.clashes = write(conn, &write_these.iter().collect::<Vec<_>>(), now).await?;
    Ok(done)
}

/// What an import's row makes of a customer that is known.
pub fn merged(before: &Customer, row: &Customer) -> Customer {
    let mut after = before.clone();
    for (name, value) in &row.attributes {
        after.attributes.insert(name.clone(), value.clone());
    }
    if let (Some(was), Some(says)) = (before.created_at(), row.created_at()) {
        after.attributes.insert("created_at".to_owned(), Value::Instant(was.min(says)));
    }
    after
}

/// Every customer's id, in order.
pub async fn ids(conn: &mut Connection) -> Result<Vec<CustomerId>, StoreError> {
    let ids: Vec<String> = sql::query_scalar("SELECT id FROM customer ORDER BY id")
        .fetch_all(conn)
        .await
        .tried("list customers", no_ids)?;
    Ok(ids.into_iter().map(CustomerId::from).collect())
}

/// The next so many customers' ids behind one, in order; `None`: from the first.
pub async fn ids_after(
    conn: &mut Connection,
    after: Option<&CustomerId>,
    limit: usize,
) -> Result<Vec<CustomerId>, StoreError> {
    let ids: Vec<String> = sql::query_scalar("SELECT id FROM customer WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(after.map_or("", CustomerId::as_str))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await
        .tried("list customers", no_ids)?;
    Ok(ids.into_iter().map(CustomerId::from).collect())
}

// ?1 [[slot, id], …]
const KNOWN: &str = "
SELECT c.id FROM jsonb_each(?1) AS want
CROSS JOIN customer AS c
WHERE c.slot = CAST(want.value->>0 AS BIGINT) AND c.id = want.value->>1";

/// Which of these customers there are.
pub async fn known(
    conn: &mut Connection,
    ids: &BTreeSet<&CustomerId>,
) -> Result<BTreeSet<CustomerId>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let wanted: Vec<_> = ids.iter().map(|id| (id.slot(), id.as_str())).collect();
    let found: Vec<String> = sql::query_scalar(KNOWN)
        .bind(spread("customer", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("look for customers", || some(ids))?;
    Ok(found.into_iter().map(CustomerId::from).collect())
}

/// How many customers there are.
pub async fn count(conn: &mut Connection) -> Result<i64, StoreError> {
    sql::query_scalar("SELECT count(*) FROM customer").fetch_one(conn).await.tried("count customers", no_ids)
}
