//! To-dos for reps.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{instant, instant_of, millis, millis_of, spread, spread_customers};
use jiff::Timestamp;
use model::{CustomerId, EnrollmentId, RepId, StepId, Task, TaskDone, TaskId, WorkflowId};
use serde::Serialize;

// ?1 rows
const INSERT: &str = "
INSERT INTO task (slot, id, customer, rep, role, title, body, due, outcomes, at, enrollment, workflow, step)
SELECT CAST(value->>'slot' AS BIGINT), value->>'id', value->>'customer', value->>'rep', value->>'role', value->>'title',
       value->>'body', CAST(value->>'due' AS BIGINT), value->'outcomes', CAST(value->>'at' AS BIGINT),
       value->>'enrollment', value->>'workflow',
       value->>'step'
FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.customer, t.rep, t.role, t.title, t.body, t.due, t.outcomes, t.at, t.enrollment, t.workflow,
                    t.step, t.done_at, t.outcome FROM task AS t ",
            $rest
        )
    };
}

// A rep's open tasks, the most urgent first (console).  ?1 rep  ?2 rows
const OPEN: &str =
    select!("WHERE t.rep = ?1 AND t.done_at IS NULL ORDER BY t.due IS NULL, t.due, t.id LIMIT ?2");
// ?1 slot  ?2 customer
const OF_CUSTOMER: &str = select!("WHERE t.slot = ?1 AND t.customer = ?2 ORDER BY t.at, t.id");
// Those of some customers (export).  ?1 [[slot, customer], …]
const OF_CUSTOMERS: &str = select!(
    "WHERE (t.slot, t.customer) IN (SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1))
     ORDER BY t.slot, t.customer, t.at, t.id"
);
// ?1 slot  ?2 id  ?3 outcome  ?4 now
const FINISH: &str =
    "UPDATE task SET done_at = ?4, outcome = ?3 WHERE slot = ?1 AND id = ?2 AND done_at IS NULL";
// Open tasks follow the customer to the new rep (snapshot.rs).  ?1 [[slot, customer, former, new], …]
const HAND_ON: &str = "
UPDATE task SET rep = moved.value->>3 FROM jsonb_each(?1) AS moved
WHERE task.slot = CAST(moved.value->>0 AS BIGINT) AND task.customer = moved.value->>1 AND task.rep = moved.value->>2
  AND task.done_at IS NULL";

// Finishes open tasks (snapshot.rs).  ?1 [[slot, id, outcome, at], …]
const DONE: &str = "
UPDATE task SET outcome = done.value->>2, done_at = CAST(done.value->>3 AS BIGINT) FROM jsonb_each(?1) AS done
WHERE task.slot = CAST(done.value->>0 AS BIGINT) AND task.id = done.value->>1 AND task.done_at IS NULL";

// Open tasks of everybody, the most urgent first (command line).  ?1 rows
const ALL_OPEN: &str = select!("WHERE t.done_at IS NULL ORDER BY t.due IS NULL, t.due, t.id LIMIT ?1");
// The task of an id (command line).  ?1 id
const BY_ID: &str = select!("WHERE t.id = ?1");

#[derive(Serialize)]
struct Stored<'a> {
    slot: u16,
    id: &'a str,
    customer: &'a str,
    rep: Option<&'a str>,
    role: Option<&'a str>,
    title: &'a str,
    body: Option<&'a str>,
    due: Option<i64>,
    outcomes: &'a [String],
    at: i64,
    enrollment: &'a str,
    workflow: &'a str,
    step: &'a str,
}

/// A task and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The task.
    pub task: Task,
    /// When it was finished; `None`: it is open.
    pub done_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Option<String>,
}

fn read(row: &sql::Row) -> Result<Kept, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a task", ids: "-".to_owned(), source };
    let id: String = row.try_get(0).map_err(tried)?;
    let outcomes: &str = row.try_get(7).map_err(tried)?;
    let text = |column: usize| row.try_get::<String>(column).map_err(tried);
    Ok(Kept {
        task: Task {
            customer: CustomerId::from(text(1)?),
            rep: row.try_get::<Option<String>>(2).map_err(tried)?.map(RepId::from),
            role: row.try_get(3).map_err(tried)?,
            title: text(4)?,
            body: row.try_get(5).map_err(tried)?,
            due: instant_of("task", &id, row.try_get(6).map_err(tried)?)?,
            outcomes: serde_json::from_str(outcomes)
                .map_err(|error| StoreError::corrupt("task", &id, error))?,
            at: instant("task", &id, row.try_get(8).map_err(tried)?)?,
            enrollment: EnrollmentId::from(text(9)?),
            workflow: WorkflowId::from(text(10)?),
            step: StepId::from(text(11)?),
            id: TaskId::new(&id),
        },
        done_at: instant_of("task", &id, row.try_get(12).map_err(tried)?)?,
        outcome: row.try_get(13).map_err(tried)?,
    })
}

/// Keeps new tasks; one that is there already is left alone. Returns how many are new.
pub async fn insert(conn: &mut Connection, tasks: &[&Task]) -> Result<u64, StoreError> {
    if tasks.is_empty() {
        return Ok(0);
    }
    let rows: Vec<Stored<'_>> = tasks
        .iter()
        .map(|task| Stored {
            slot: task.customer.slot(),
            id: task.id.as_str(),
            customer: task.customer.as_str(),
            rep: task.rep.as_ref().map(RepId::as_str),
            role: task.role.as_deref(),
            title: &task.title,
            body: task.body.as_deref(),
            due: millis_of(task.due),
            outcomes: &task.outcomes,
            at: millis(task.at),
            enrollment: task.enrollment.as_str(),
            workflow: task.workflow.as_str(),
            step: task.step.as_str(),
        })
        .collect();
    let done = sql::query(INSERT)
        .bind(spread("task", &rows)?)
        .execute(conn)
        .await
        .tried("keep tasks", || some(tasks.iter().map(|task| &task.id)))?;
    Ok(done.rows_affected())
}

/// A rep's open tasks, the most urgent first.
pub async fn open(conn: &mut Connection, rep: &RepId, limit: u32) -> Result<Vec<Kept>, StoreError> {
    let rows = sql::query(OPEN)
        .bind(rep.as_str())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list open tasks", || rep.to_string())?;
    rows.iter().map(read).collect()
}

/// The tasks about these customers.
pub async fn of_customers(conn: &mut Connection, ids: &[CustomerId]) -> Result<Vec<Kept>, StoreError> {
    let rows = sql::query(OF_CUSTOMERS)
        .bind(spread_customers(ids)?)
        .fetch_all(conn)
        .await
        .tried("load tasks", || some(ids))?;
    rows.iter().map(read).collect()
}

/// A customer's tasks, the oldest first.
pub async fn of_customer(conn: &mut Connection, customer: &CustomerId) -> Result<Vec<Kept>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_all(conn)
        .await
        .tried("load a customer's tasks", || customer.to_string())?;
    rows.iter().map(read).collect()
}

/// Finishes an open task. `false`: it is not open. The caller records `task.done` in the same transaction.
pub async fn finish(
    conn: &mut Connection,
    customer: &CustomerId,
    task: &TaskId,
    outcome: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sql::query(FINISH)
        .bind(i64::from(customer.slot()))
        .bind(task.as_str())
        .bind(outcome)
        .bind(millis(now))
        .execute(conn)
        .await
        .tried("finish a task", || task.to_string())?;
    Ok(done.rows_affected() > 0)
}

/// Moves open tasks of customers from their former reps to the new ones. Returns how many.
pub async fn hand_on(
    conn: &mut Connection,
    moved: &[(&CustomerId, &RepId, &RepId)],
) -> Result<u64, StoreError> {
    if moved.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = moved
        .iter()
        .map(|(customer, former, rep)| (customer.slot(), customer.as_str(), former.as_str(), rep.as_str()))
        .collect();
    let done = sql::query(HAND_ON)
        .bind(spread("task", &rows)?)
        .execute(conn)
        .await
        .tried("hand tasks on", || some(moved.iter().map(|(customer, ..)| customer)))?;
    Ok(done.rows_affected())
}

/// Finishes tasks that are open. Returns how many.
pub async fn done(conn: &mut Connection, done: &[(&CustomerId, &TaskDone)]) -> Result<u64, StoreError> {
    if done.is_empty() {
        return Ok(0);
    }
    let rows: Vec<_> = done
        .iter()
        .map(|(customer, done)| (customer.slot(), done.task.as_str(), &done.outcome, millis(done.at)))
        .collect();
    let ids = || some(done.iter().map(|(_, done)| &done.task));
    let done =
        sql::query(DONE).bind(spread("task", &rows)?).execute(conn).await.tried("finish tasks", ids)?;
    Ok(done.rows_affected())
}

/// Open tasks of all reps, the most urgent first.
pub async fn all_open(conn: &mut Connection, limit: u32) -> Result<Vec<Kept>, StoreError> {
    let rows = sql::query(ALL_OPEN).bind(i64::from(limit)).fetch_all(conn).await;
    rows.tried("list open tasks", crate::error::no_ids)?.iter().map(read).collect()
}

/// The task of an id; `None`: there is none.
pub async fn find(conn: &mut Connection, id: &TaskId) -> Result<Option<Kept>, StoreError> {
    let row = sql::query(BY_ID).bind(id.as_str()).fetch_optional(conn).await;
    row.tried("find a task", || id.to_string())?.as_ref().map(read).transpose()
}
