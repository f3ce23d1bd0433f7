//! Addresses that do not work for the moment: counted by days, until a mail is seen again.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{spread, spread_customers};
use model::{CustomerId, Medium};

// ?1 [[slot, customer, medium, day], …]
const NOTE: &str = "
INSERT INTO soft_bounce (slot, customer, medium, day)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";
// Who has that many days.  ?1 [[slot, customer], …]  ?2 days
const MANY: &str = "
SELECT s.customer, s.medium
FROM jsonb_each(?1) AS want
CROSS JOIN soft_bounce AS s
WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.customer = want.value->>1
GROUP BY s.customer, s.medium HAVING count(DISTINCT s.day) >= ?2
ORDER BY s.customer, s.medium";
// ?1 [[slot, customer], …]
const CLEAR: &str = "
DELETE FROM soft_bounce WHERE (slot, customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))";

/// Notes that addresses did not work on a day (`2026-03-02`). Returns those that did not on `most` days or more, and
/// begins to count these anew.
pub async fn note(
    conn: &mut Connection,
    bounced: &[(&CustomerId, Medium, String)],
    most: u32,
) -> Result<Vec<(CustomerId, Medium)>, StoreError> {
    if bounced.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || some(bounced.iter().map(|(customer, ..)| customer));
    let rows: Vec<_> = bounced
        .iter()
        .map(|(customer, medium, day)| (customer.slot(), customer.as_str(), medium.as_str(), day))
        .collect();
    sql::query(NOTE)
        .bind(spread("soft_bounce", &rows)?)
        .execute(&mut *conn)
        .await
        .tried("note soft bounces", ids)?;
    let mut whose: Vec<&CustomerId> = bounced.iter().map(|(customer, ..)| *customer).collect();
    whose.sort();
    whose.dedup();
    let many: Vec<(String, String)> = sql::query_as(MANY)
        .bind(spread_customers(whose)?)
        .bind(i64::from(most))
        .fetch_all(&mut *conn)
        .await
        .tried("count soft bounces", ids)?;
    let mut over = Vec::with_capacity(many.len());
    for (customer, medium) in many {
        let medium = crate::stored::medium_of("soft_bounce", &customer, &medium)?
            .ok_or_else(|| StoreError::corrupt("soft_bounce", &customer, "no channel"))?;
        over.push((CustomerId::from(customer), medium));
    }
    clear(conn, &over.iter().map(|(customer, _)| customer).collect::<Vec<_>>()).await?;
    Ok(over)
}

/// A mail to them was seen: their addresses work.
pub async fn clear(conn: &mut Connection, customers: &[&CustomerId]) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    sql::query(CLEAR)
        .bind(spread_customers(customers.iter().copied())?)
        .execute(conn)
        .await
        .tried("forget soft bounces", || some(customers))?;
    Ok(())
}
