//! What a publish leaves to be planned: a note, kept with the publish itself, of how far it has come. Whoever works
//! on the database goes on with it, so that a process which dies half-way leaves nobody without their timers.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::publish::Report;
use crate::published::Published;
use crate::simulate::launched;
use crash::Point;
use dsl::trigger::{ScheduleZone, Trigger};
use interpreter::simulate::BATCH;
use model::{CustomerId, WorkflowId};
use serde::{Deserialize, Serialize};
use store::{Connection, StoreError, customer, meta};

/// Under this name `meta` keeps the notes.
const NOTES: &str = "planning";

/// One publish that is not planned for everybody yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    /// Versions that became live.
    published: Vec<WorkflowId>,
    /// Of these the workflows that were published for the first time.
    first: Vec<WorkflowId>,
    /// Whether libraries or templates changed.
    copied: bool,
    /// Up to whom it is planned, in the order of their ids; `None`: for nobody.
    after: Option<CustomerId>,
}

impl Note {
    /// Whether any timer may follow from it.
    fn concerns(&self, published: &Published) -> bool {
        self.copied || self.published.iter().any(|id| is_timed(published, id))
    }
}

fn is_timed(published: &Published, id: &WorkflowId) -> bool {
    published.workflows.live(id).is_some_and(|workflow| match &workflow.trigger {
        Trigger::Date(_) | Trigger::Inactive { .. } | Trigger::Segment { .. } | Trigger::Score(_) => true,
        Trigger::Schedule(schedule) => schedule.zone == ScheduleZone::Customer,
        Trigger::Event { .. }
        | Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Manual
        | Trigger::Called => false,
    })
}

async fn notes(conn: &mut Connection) -> Result<Vec<Note>, StoreError> {
    let Some(text) = meta::get(conn, NOTES).await? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))
}

async fn write(conn: &mut Connection, notes: &[Note]) -> Result<(), StoreError> {
    if notes.is_empty() {
        return forget(conn).await;
    }
    let text = serde_json::to_string(notes).map_err(|error| corrupt(error.to_string()))?;
    meta::set(conn, NOTES, Some(&text)).await
}

fn corrupt(what: String) -> StoreError {
    StoreError::Corrupt { table: "meta", key: NOTES.to_owned(), what }
}

/// Notes that a publish is to be planned; in its transaction.
pub(crate) async fn note(conn: &mut Connection, report: &Report) -> Result<(), StoreError> {
    let mut notes = notes(conn).await?;
    notes.push(Note {
        published: report.published.iter().map(|(id, _)| id.clone()).collect(),
        first: report.first.clone(),
        copied: report.copied > 0,
        after: None,
    });
    write(conn, &notes).await
}

/// Everything is planned in another way.
pub(crate) async fn forget(conn: &mut Connection) -> Result<(), StoreError> {
    meta::set(conn, NOTES, None).await
}

impl Engine {
    /// Plans the timers of what was published, for all customers, from where anybody before stopped. Several
    /// processes may do so at one time: each takes the next customers.
    pub async fn plan_published(&self) -> Result<(), EngineError> {
        self.refresh().await?;
        while self.plan_part().await? {}
        Ok(())
    }

    /// The next customers. `false`: nothing is left to be planned.
    async fn plan_part(&self) -> Result<bool, EngineError> {
        let mut transaction = self.store.begin().await?;
        let conn: &mut Connection = &mut transaction;
        let mut notes = notes(conn).await?;
        let Some(note) = notes.first_mut() else { return Ok(false) };
        if self.is_behind(conn).await? {
            drop(transaction);
            self.refresh().await?;
            return Ok(true);
        }
        let (published, now) = (self.published(), self.clock.now());
        let mut part = Vec::new();
        if note.concerns(&published) {
            if note.after.is_none() {
                crate::rank::begin(conn, &published, now, false).await?;
            }
            part = customer::ids_after(conn, note.after.as_ref(), BATCH).await?;
        }
        match part.last() {
            Some(last) => note.after = Some(last.clone()),
            None => drop(notes.remove(0)),
        }
        if let Some(first) = notes.first().filter(|_| !part.is_empty()).map(|note| &note.first) {
            let launch: Vec<WorkflowId> =
                launched(&published.workflows).into_iter().filter(|id| first.contains(id)).collect();
            self.plan_these(conn, &published, &part, now, &launch).await?;
        }
        write(conn, &notes).await?;
        store::commit(transaction).await?;
        crash::point(Point::PlannedPart).await;
        Ok(true)
    }
}
