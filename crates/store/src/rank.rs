//! Ranks: all customers in one statement, and only whose group has moved comes back.

use crate::condition::{SqlContext, rank_values};
use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use dsl::library::Rank;
use model::CustomerId;

/// The zones and countries that customers have, as they stand in the database.
pub async fn places(conn: &mut Connection) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let zones: Vec<String> = sql::query_scalar("SELECT DISTINCT zone FROM customer WHERE zone IS NOT NULL")
        .fetch_all(&mut *conn)
        .await
        .tried("list the zones of customers", no_ids)?;
    let countries: Vec<Option<String>> =
        sql::query_scalar("SELECT DISTINCT attributes->>'country' FROM customer")
            .fetch_all(conn)
            .await
            .tried("list the countries of customers", no_ids)?;
    Ok((zones, countries.into_iter().flatten().collect()))
}

/// The customers whose group is no longer what is stored, with the new one (`None`: in no group), by id.
/// Outer `None`: the database cannot know what they are ranked by; the evaluator must be asked.
pub async fn moved(
    conn: &mut Connection,
    attribute: &str,
    rank: &Rank,
    context: &SqlContext<'_>,
) -> Result<Option<Vec<(CustomerId, Option<i64>)>>, StoreError> {
    let Ok(values) = rank_values(rank, attribute, context) else { return Ok(None) };
    let rows: Vec<(String, Option<i64>)> =
        values.query().fetch_all(conn).await.tried("rank all customers", no_ids)?;
    Ok(Some(rows.into_iter().map(|(id, group)| (CustomerId::from(id), group)).collect()))
}
