//! Customers who are left alone for a while, because their turn fails: nobody is to wait behind them. What is due
//! asks here (event.rs, timer.rs, enrollment.rs).

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, WorkflowId};

/// After the first failure; twice as long after each further one.
const SHORTEST: i64 = 60_000;
/// No rest is longer.
const LONGEST: i64 = 3_600_000;

// ?1 slot  ?2 customer  ?3 now  ?4 workflow  ?5 why  ?6 shortest  ?7 longest
const SET: &str = "
INSERT INTO aside (slot, customer, held, until, tries, workflow, why) VALUES (?1, ?2, 1, ?3 + ?6, 1, ?4, ?5)
ON CONFLICT (slot, customer) DO UPDATE SET held = 1, tries = aside.tries + 1, workflow = excluded.workflow,
  why = excluded.why,
  until = ?3 + CASE WHEN aside.tries >= 6 THEN ?7 ELSE ?6 * (1 << CAST(aside.tries AS INTEGER)) END";
// ?1 now
const LIFT: &str = "UPDATE aside SET held = 0 WHERE held = 1 AND until <= ?1";
const LIFT_ALL: &str = "UPDATE aside SET held = 0 WHERE held = 1";
// ?1 long ago
const FORGET: &str = "DELETE FROM aside WHERE held = 0 AND until <= ?1";
// ?1 rows
const ALL: &str = "
SELECT customer, until, tries, workflow, why FROM aside WHERE held = 1 ORDER BY until, customer LIMIT ?1";
const COUNT: &str = "SELECT count(*) FROM aside WHERE held = 1";
// The walk, or the timer, that is due next of a customer.  ?1 slot  ?2 customer  ?3 now
const SUSPECT: &str = "
SELECT workflow FROM (
  SELECT workflow, wake_at AS at FROM enrollment
  WHERE slot = ?1 AND customer = ?2 AND state IN ('ready', 'waiting') AND wake_at <= ?3
  UNION ALL
  SELECT workflow, fire_at AS at FROM timer WHERE slot = ?1 AND customer = ?2 AND fire_at <= ?3) AS due
ORDER BY at, workflow LIMIT 1";

/// A customer who is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Who.
    pub customer: CustomerId,
    /// Until when.
    pub until: Timestamp,
    /// How often their turn failed.
    pub tries: u64,
    /// The workflow in which it seems to fail; `None`: nobody can tell.
    pub workflow: Option<WorkflowId>,
    /// What went wrong, for an operator.
    pub why: String,
}

/// Leaves a customer alone: for a minute, then for twice as long each time up to an hour.
pub async fn set(
    conn: &mut Connection,
    customer: &CustomerId,
    workflow: Option<&WorkflowId>,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql::query(SET)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(millis(now))
        .bind(workflow.map(WorkflowId::as_str))
        .bind(why)
        .bind(SHORTEST)
        .bind(LONGEST)
        .execute(conn)
        .await
        .tried("leave a customer alone", || customer.to_string())?;
    Ok(())
}

/// Those whose rest is over are tried again. Returns how many; a week later they are forgotten.
pub async fn lift(conn: &mut Connection, now: Timestamp) -> Result<u64, StoreError> {
    let week = SignedDuration::from_hours(24 * 7);
    sql::query(FORGET)
        .bind(millis(now - week))
        .execute(&mut *conn)
        .await
        .tried("forget who was left alone", no_ids)?;
    let done = sql::query(LIFT).bind(millis(now)).execute(conn).await.tried("try customers again", no_ids)?;
    Ok(done.rows_affected())
}

/// All of them are tried again at once. Returns how many.
pub async fn lift_all(conn: &mut Connection) -> Result<u64, StoreError> {
    Ok(sql::query(LIFT_ALL).execute(conn).await.tried("try customers again", no_ids)?.rows_affected())
}

/// How many are left alone.
pub async fn count(conn: &mut Connection) -> Result<u64, StoreError> {
    let count: i64 =
        sql::query_scalar(COUNT).fetch_one(conn).await.tried("count who is left alone", no_ids)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The first of those who are left alone.
pub async fn all(conn: &mut Connection, limit: u32) -> Result<Vec<Aside>, StoreError> {
    let rows: Vec<(String, i64, i64, Option<String>, String)> = sql::query_as(ALL)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("look who is left alone", no_ids)?;
    let read = |(customer, until, tries, workflow, why): (String, i64, i64, Option<String>, String)| {
        Ok(Aside {
            until: instant("aside", &customer, until)?,
            customer: customer.into(),
            tries: u64::try_from(tries).unwrap_or(0),
            workflow: workflow.map(WorkflowId::from),
            why,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The workflow whose walk or timer is due next of a customer: where it probably fails. `None`: a fact is.
pub async fn suspect(
    conn: &mut Connection,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<Option<WorkflowId>, StoreError> {
    let id: Option<String> = sql::query_scalar(SUSPECT)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(millis(now))
        .fetch_optional(conn)
        .await
        .tried("look what is due of a customer", || customer.to_string())?;
    Ok(id.map(WorkflowId::from))
}
