//! The audience of a schedule: loaded 500 customers at a time, and asked by the evaluator.

use crate::error::EngineError;
use crate::published::Published;
use dsl::workflow::Workflow;
use interpreter::simulate::invites;
use jiff::Timestamp;
use model::{CustomerId, Timer, TimerKey};
use store::Connection;
use store::{customer, snapshot, timer};

/// Sets a timer at `at` for each customer of the audience.
pub(crate) async fn set_timers(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<u64, EngineError> {
    let key = TimerKey { workflow: workflow.id.clone(), subject: String::new() };
    let fires = Timer { fire_at: at, basis: String::new() };
    let mut found = 0;
    for part in members(conn, published, workflow, at).await?.chunks(500) {
        let rows: Vec<_> = part.iter().map(|id| (id, &key, &fires)).collect();
        timer::set(conn, &rows).await?;
        found += part.len() as u64;
    }
    Ok(found)
}

/// The customers for whom the audience holds at an instant.
pub async fn members(
    conn: &mut Connection,
    published: &Published,
    workflow: &Workflow,
    at: Timestamp,
) -> Result<Vec<CustomerId>, EngineError> {
    let all = customer::ids(conn).await?;
    let mut members = Vec::new();
    let world = published.world();
    for part in all.chunks(500) {
        let snapshots =
            snapshot::load(conn, part, &published.project.library.model, &published.reads, at).await?;
        let invited = snapshots.iter().filter(|snapshot| invites(&world, workflow, snapshot, at));
        members.extend(invited.map(|snapshot| snapshot.customer.id.clone()));
    }
    Ok(members)
}
