//! The audience of a schedule: customers found by the condition as SQL, never one by one.

use crate::error::EngineError;
use crate::published::Published;
use dsl::workflow::Workflow;
use interpreter::condition;
use interpreter::facts::Facts;
use interpreter::turn::zone_of;
use jiff::Timestamp;
use model::{CustomerId, Timer, TimerKey};
use std::collections::BTreeMap;
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
    let nobody = BTreeMap::new();
    for part in all.chunks(500) {
        let snapshots =
            snapshot::load(conn, part, &published.project.library.model, &published.reads, at).await?;
        for snapshot in &snapshots {
            let zone = zone_of(&world, snapshot);
            let facts = Facts {
                library: world.library,
                snapshot,
                reps: &nobody,
                entry: None,
                event: None,
                candidate: None,
                candidate_entity: None,
                vars: None,
                results: None,
                now: at,
                zone: &zone,
                project_zone: world.zone,
            };
            let known = snapshot.customer.created_at().is_none_or(|since| since <= at);
            if known && workflow.audience.as_ref().is_none_or(|audience| condition::holds(audience, &facts)) {
                members.push(snapshot.customer.id.clone());
            }
        }
    }
    Ok(members)
}
