//! Look-up of a customer by another key: e-mail, phone, an id that was merged away.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{batch, slot_of, spread};
use model::CustomerId;
use std::collections::BTreeMap;

/// By what a customer can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// An e-mail address, in lower case.
    Email,
    /// A phone number, as it was given.
    Phone,
    /// The id of a customer who was merged into another.
    ExternalId,
}

impl KeyKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::ExternalId => "external_id",
        }
    }
}

/// One key and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    kind: KeyKind,
    value: String,
    customer: CustomerId,
}

impl Key {
    /// A key as it is looked up.
    pub fn new(kind: KeyKind, value: &str, customer: &CustomerId) -> Self {
        Self { kind, value: lookup_form(kind, value), customer: customer.clone() }
    }
    fn row(&self) -> (u16, &'static str, &str, &str) {
        (slot_of(self.kind.as_str(), &self.value), self.kind.as_str(), &self.value, self.customer.as_str())
    }
}

/// An address that two customers give; the first keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Which kind of address.
    pub kind: KeyKind,
    /// Who has it.
    pub holder: CustomerId,
    /// Who gives it as well.
    pub claimant: CustomerId,
}

pub(crate) fn lookup_form(kind: KeyKind, value: &str) -> String {
    match kind {
        KeyKind::Email => value.trim().to_lowercase(),
        KeyKind::Phone | KeyKind::ExternalId => value.to_owned(),
    }
}

// ?1 [[slot, kind, value, customer], …]
const CLAIM: &str = "
INSERT INTO customer_key (slot, kind, value, customer)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

// Whose the keys of a batch are, where they are another's.  ?1 [[slot, kind, value, customer], …]
const CLASHES: &str = "
SELECT want.key, k.customer
FROM jsonb_each(?1) AS want
CROSS JOIN customer_key AS k
WHERE k.slot = CAST(want.value->>0 AS BIGINT) AND k.kind = want.value->>1 AND k.value = want.value->>2
  AND k.customer <> want.value->>3
ORDER BY want.key";

// ?1 [[slot, kind, value, customer], …]
const RELEASE: &str = "
DELETE FROM customer_key WHERE (slot, kind, value, customer) IN
  (SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1))";

// ?1 [[slot, kind, value], …]
pub(crate) const FIND: &str = "
SELECT want.key, k.customer
FROM jsonb_each(?1) AS want
CROSS JOIN customer_key AS k
WHERE k.slot = CAST(want.value->>0 AS BIGINT) AND k.kind = want.value->>1 AND k.value = want.value->>2";

/// Takes keys for their customers. Returns those that another customer has.
pub async fn claim(conn: &mut Connection, keys: &[Key]) -> Result<Vec<Clash>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || some(keys.iter().map(|key| &key.customer));
    let rows = batch("customer_key", &keys.iter().map(Key::row).collect::<Vec<_>>())?;
    let taken = sql::query(CLAIM).bind(&rows).execute(&mut *conn).await.tried("take look-up keys", ids)?;
    if usize::try_from(taken.rows_affected()) == Ok(keys.len()) {
        return Ok(Vec::new());
    }
    let held: Vec<(i64, String)> =
        sql::query_as(CLASHES).bind(&rows).fetch_all(conn).await.tried("look for equal addresses", ids)?;
    let clash = |(place, holder): (i64, String)| {
        let key = keys.get(usize::try_from(place).ok()?)?;
        Some(Clash { kind: key.kind, holder: CustomerId::from(holder), claimant: key.customer.clone() })
    };
    Ok(held.into_iter().filter_map(clash).collect())
}

/// Gives keys back that are still their customers'.
pub async fn release(conn: &mut Connection, keys: &[Key]) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let rows = spread("customer_key", &keys.iter().map(Key::row).collect::<Vec<_>>())?;
    let ids = || some(keys.iter().map(|key| &key.customer));
    sql::query(RELEASE).bind(rows).execute(conn).await.tried("give look-up keys back", ids)?;
    Ok(())
}

/// Finds the customers of addresses or former ids. Values nobody has are absent.
pub async fn find(
    conn: &mut Connection,
    kind: KeyKind,
    values: &[&str],
) -> Result<BTreeMap<String, CustomerId>, StoreError> {
    let forms: Vec<String> = values.iter().map(|value| lookup_form(kind, value)).collect();
    let rows: Vec<(u16, &str, &str)> =
        forms.iter().map(|form| (slot_of(kind.as_str(), form), kind.as_str(), form.as_str())).collect();
    // Addresses are personal data: an error names how many, not which.
    let found: Vec<(i64, String)> = sql::query_as(FIND)
        .bind(spread("customer_key", &rows)?)
        .fetch_all(conn)
        .await
        .tried("find customers by key", || format!("{} of kind {}", values.len(), kind.as_str()))?;
    let named = |(place, customer): (i64, String)| {
        let value = values.get(usize::try_from(place).ok()?)?;
        Some(((*value).to_owned(), CustomerId::from(customer)))
    };
    Ok(found.into_iter().filter_map(named).collect())
}
