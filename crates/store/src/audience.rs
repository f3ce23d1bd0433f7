//! Whom a condition holds for, asked of the database.

use crate::condition::{SqlContext, SqlFragment, where_clause};
use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use dsl::condition::Test;
use model::CustomerId;

/// The customers known by `context.now` for whom a condition holds, by id. `None`: the database cannot know it;
/// the evaluator must be asked.
pub async fn members(
    conn: &mut Connection,
    test: &Test,
    context: &SqlContext<'_>,
) -> Result<Option<Vec<CustomerId>>, StoreError> {
    let Some(asked) = asked("SELECT customer.id", test, context) else { return Ok(None) };
    let rows: Vec<(String,)> =
        asked.query().fetch_all(conn).await.tried("find whom a condition holds for", no_ids)?;
    let mut ids: Vec<CustomerId> = rows.into_iter().map(|(id,)| CustomerId::from(id)).collect();
    ids.sort();
    Ok(Some(ids))
}

/// How many they are. `None` as above.
pub async fn count(
    conn: &mut Connection,
    test: &Test,
    context: &SqlContext<'_>,
) -> Result<Option<u64>, StoreError> {
    let Some(asked) = asked("SELECT count(*)", test, context) else { return Ok(None) };
    let (count,): (i64,) =
        asked.query().fetch_one(conn).await.tried("count whom a condition holds for", no_ids)?;
    Ok(Some(u64::try_from(count).unwrap_or(0)))
}

fn asked(what: &str, test: &Test, context: &SqlContext<'_>) -> Option<SqlFragment> {
    let mut clause = where_clause(test, context).ok()?;
    clause.sql = format!(
        "{what} FROM customer WHERE customer.created_at <= {} AND ({})",
        context.now.as_millisecond(),
        clause.sql
    );
    Some(clause)
}
