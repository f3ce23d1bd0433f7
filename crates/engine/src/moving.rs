//! `publish --move`: people who are under way in older versions are taken along into the live one, 500 at a time.
//! The publish does it itself; where it dies, the engine goes on.

use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::publish::mark;
use crate::published::Published;
use crate::turns;
use crash::Point;
use interpreter::moved::{self, Moved, Way};
use interpreter::simulate::BATCH;
use jiff::Timestamp;
use model::{CustomerId, Input, StepId, WorkflowId};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Connection, moving};

/// Where those go who are under way in older versions of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// How many go from one step to another, which may be the same.
    pub to: BTreeMap<(StepId, StepId), u64>,
    /// How many leave, by the step they stand at.
    pub out: BTreeMap<StepId, u64>,
    /// How many stand at a step that the new version has not, and that `moved` does not name.
    pub gone: BTreeMap<StepId, u64>,
    /// How many stand at a step that is now in a place nobody can be put into.
    pub inside: BTreeMap<StepId, u64>,
}

impl Ways {
    /// How many there are in older versions.
    pub fn people(&self) -> u64 {
        self.to.values().chain(self.out.values()).chain(self.gone.values()).chain(self.inside.values()).sum()
    }
    /// How many there is no way for.
    pub fn stuck(&self) -> u64 {
        self.gone.values().chain(self.inside.values()).sum()
    }
}

/// Counts where those go who walk in other versions of a workflow than `new`, which `published` need not have.
pub(crate) async fn ways(
    conn: &mut Connection,
    published: &Published,
    new: &dsl::workflow::Workflow,
) -> Result<Ways, EngineError> {
    let mut ways = Ways::default();
    for (version, step, count) in moving::stand(conn, &new.id, &new.version).await? {
        // What cannot be read is held, and stays.
        let Some(old) = published.workflows.versions.get(&version) else { continue };
        let counted = match moved::way(old, new, &step, &new.moved) {
            Way::To(at) => {
                let to = new.step(at).map_or_else(|| step.clone(), |step| step.id.clone());
                ways.to.entry((step, to)).or_insert(0)
            }
            Way::Out => ways.out.entry(step).or_insert(0),
            Way::Gone => ways.gone.entry(step).or_insert(0),
            Way::Inside => ways.inside.entry(step).or_insert(0),
        };
        *counted += count;
    }
    Ok(ways)
}

impl Engine {
    /// Takes along everybody whom a publish moves.
    pub async fn move_people(&self) -> Result<(), EngineError> {
        self.refresh().await?;
        while self.published().moving {
            self.move_some(self.clock.now()).await?;
            self.refresh().await?;
        }
        Ok(())
    }

    /// Takes the next of them along; so many were looked at.
    pub(crate) async fn move_some(&self, now: Timestamp) -> Result<usize, EngineError> {
        let mut transaction = self.store.begin().await?;
        if self.is_behind(&mut transaction).await? {
            drop(transaction);
            self.refresh().await?;
            transaction = self.store.begin().await?;
        }
        let published = self.published();
        let Some(under_way) = moving::first(&mut transaction).await? else { return Ok(0) };
        let id = &under_way.workflow;
        let older = match published.workflows.live(id) {
            Some(live) => moving::next(&mut transaction, &under_way, &live.version, BATCH as u32).await?,
            // It was retired meanwhile.
            None => Vec::new(),
        };
        if !older.is_empty() {
            let mut passed = moving::passed(&mut transaction, &older).await?;
            let moved: Arc<Moved> = Arc::new(under_way.moved.clone());
            let mut inputs: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
            for walk in &older {
                let input = Input::Move {
                    enrollment: walk.enrollment.clone(),
                    moved: Arc::clone(&moved),
                    passed: passed.remove(&walk.enrollment).unwrap_or_default(),
                };
                inputs.entry(walk.customer.clone()).or_default().push(input);
            }
            turns::decide(&mut transaction, &published, inputs, now).await?;
        }
        let all = older.len() < BATCH;
        moving::go_on(&mut transaction, id, older.last().filter(|_| !all)).await?;
        if all {
            mark(&mut transaction).await?;
        }
        commit_between(transaction, Point::MoveMade, Point::MoveKept).await?;
        Ok(older.len())
    }
}

/// Whom a publish takes along: nobody, where there is no way for somebody.
pub(crate) async fn begin(
    conn: &mut Connection,
    published: &Published,
    wanted: &[Arc<dsl::workflow::Workflow>],
) -> Result<BTreeMap<WorkflowId, Ways>, EngineError> {
    let mut all = BTreeMap::new();
    for new in wanted {
        let ways = ways(conn, published, new).await?;
        if ways.people() > 0 {
            moving::begin(conn, &new.id, &new.moved).await?;
            all.insert(new.id.clone(), ways);
        }
    }
    Ok(all)
}
