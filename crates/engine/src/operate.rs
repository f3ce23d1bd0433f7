//! What an operator does to a workflow that is live: hold it, let it go on, end it, let somebody go.

use crate::clock::VirtualClock;
use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{Queue, tell_others};
use crate::publish::mark;
use crate::published::Published;
use crate::turns;
use crash::Point;
use dsl::project::Settings;
use dsl::trigger::Trigger;
use interpreter::simulate::BATCH;
use jiff::Timestamp;
use model::{CustomerId, EnrollmentId, Input, TraceLine, Value, WorkflowId};
use std::collections::BTreeMap;
use store::hold::{self, Hold, Why};
use store::version::WorkflowState;
use store::{Connection, Store, audit, enrollment, meta, pause, schedule, timer, version};

/// Who did it, as the audit names the command line.
pub const WHO: &str = "nurture";

/// Who wishes something, and whether it is only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By<'a> {
    /// As the audit names them.
    pub who: &'a str,
    /// Nothing is kept: only what would be touched is counted.
    pub dry_run: bool,
}

impl By<'static> {
    /// The command line.
    pub const COMMAND: Self = Self { who: WHO, dry_run: false };
}

impl By<'_> {
    /// Ends what was done: kept, or only tried.
    pub(crate) async fn end(self, transaction: store::Transaction) -> Result<(), EngineError> {
        if self.dry_run {
            // Dropped, and so undone.
            return Ok(());
        }
        commit_between(transaction, Point::OperateMade, Point::OperateKept).await?;
        Ok(())
    }
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is so now; so many messages (pause, resume) or walks (retire) were touched.
    Done(u64),
    /// It was so before.
    AsBefore,
    /// The workflow is retired.
    Retired,
    /// No such workflow was ever published.
    Unknown,
}

/// The instant of a database: where its virtual clock stopped, or now.
pub async fn now(store: &Store) -> Result<Timestamp, EngineError> {
    let mut conn = store.read().await?;
    Ok(meta::get_instant(&mut conn, meta::LIVED).await?.unwrap_or_else(Timestamp::now))
}

/// Writes down that somebody did something, where that is not part of what was done.
pub async fn record(
    store: &Store,
    who: &str,
    did: &str,
    what: &str,
    now: Timestamp,
) -> Result<(), EngineError> {
    let mut transaction = store.begin().await?;
    audit::record(&mut transaction, who, did, what, now).await?;
    Ok(store::commit(transaction).await?)
}

async fn state(conn: &mut Connection, id: &WorkflowId) -> Result<Option<WorkflowState>, EngineError> {
    let all = version::current(conn).await?;
    Ok(all.into_iter().find(|(live, _)| live.workflow == *id).map(|(_, state)| state))
}

/// Holds a workflow: no step, no entry. What is due of it is taken out of the outbox in the same transaction.
pub async fn hold(
    store: &Store,
    id: &WorkflowId,
    by: By<'_>,
    now: Timestamp,
) -> Result<Outcome, EngineError> {
    let mut transaction = store.begin().await?;
    match state(&mut transaction, id).await? {
        None => return Ok(Outcome::Unknown),
        Some(WorkflowState::Paused) => return Ok(Outcome::AsBefore),
        Some(WorkflowState::Retired) => return Ok(Outcome::Retired),
        Some(WorkflowState::Live) => {}
    }
    let held = pause::begin(&mut transaction, id, by.who, now).await?.unwrap_or(0);
    audit::record(&mut transaction, by.who, "pause", id.as_str(), now).await?;
    mark(&mut transaction).await?;
    by.end(transaction).await?;
    Ok(Outcome::Done(held))
}

/// Holds the whole database: nothing is decided and nothing leaves until it goes on.
pub async fn hold_all(store: &Store, now: Timestamp) -> Result<Outcome, EngineError> {
    let mut transaction = store.begin().await?;
    if hold::get(&mut transaction).await?.is_some() {
        return Ok(Outcome::AsBefore);
    }
    let begun = Hold { since: now, who: WHO.to_owned(), why: Why::ByHand };
    hold::begin(&mut transaction, &begun).await?;
    audit::record(&mut transaction, WHO, "pause", "everything", now).await?;
    mark(&mut transaction).await?;
    store::commit(transaction).await?;
    Ok(Outcome::Done(0))
}

/// What stands in the way of letting a whole database go on, or what is to be done first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing: it goes on as after a downtime.
    Free,
    /// It is a restored backup that has to live through `[from, to)` first.
    Replay(Timestamp, Timestamp),
    /// Another database goes on in its place.
    Moved(String),
    /// It is not held.
    NotHeld,
}

/// What letting a whole database go on asks for.
pub async fn way_on(store: &Store) -> Result<Way, EngineError> {
    let mut conn = store.read().await?;
    Ok(match hold::get(&mut conn).await?.map(|hold| hold.why) {
        None => Way::NotHeld,
        Some(Why::ByHand) => Way::Free,
        Some(Why::Moved { to }) => Way::Moved(to),
        Some(Why::Restored { from, to }) => Way::Replay(from, to),
    })
}

/// Lets a restored database live through the time that its backup missed. What it decides is decided as it was,
/// as far as the backup knows; of what would leave, what must not go twice becomes unknown. It may be ended and
/// begun again. Returns how many messages became unknown.
pub async fn replay(
    engine: &Engine,
    clock: &VirtualClock,
    (from, to): (Timestamp, Timestamp),
    progress: crate::virtual_run::Progress<'_>,
) -> Result<u64, EngineError> {
    const RESTORED: &str = "restored";
    let count = || async {
        let mut conn = engine.store().read().await?;
        Ok::<_, EngineError>(store::send::counts(&mut conn, None).await?)
    };
    let unknown = |counts: Vec<store::send::Count>| -> i64 {
        counts.iter().filter(|each| each.reason.as_deref() == Some(RESTORED)).map(|each| each.count).sum()
    };
    let before = unknown(count().await?);
    if from < to {
        engine.live(clock, from, to, progress).await?;
    }
    Ok(u64::try_from(unknown(count().await?) - before).unwrap_or(0))
}

/// Lets the whole database go on. What became due meanwhile is late, as after a downtime.
pub async fn resume_all(store: &Store, now: Timestamp) -> Result<Outcome, EngineError> {
    let mut transaction = store.begin_even_moved().await?;
    let Some(held) = hold::get(&mut transaction).await? else { return Ok(Outcome::AsBefore) };
    hold::end(&mut transaction).await?;
    tell_others(transaction.raw(), Queue::Turn).await?;
    if let Why::Restored { from, to } = held.why
        && from < to
    {
        crate::leave_virtual_clock(&mut transaction).await?;
    }
    audit::record(&mut transaction, WHO, "resume", "everything", now).await?;
    mark(&mut transaction).await?;
    store::commit(transaction).await?;
    Ok(Outcome::Done(0))
}

/// Lets a held workflow go on, as after a downtime. What the pause took out of the outbox is due again.
pub async fn resume(
    store: &Store,
    id: &WorkflowId,
    by: By<'_>,
    now: Timestamp,
) -> Result<Outcome, EngineError> {
    let mut transaction = store.begin().await?;
    match state(&mut transaction, id).await? {
        None => return Ok(Outcome::Unknown),
        Some(WorkflowState::Live) => return Ok(Outcome::AsBefore),
        Some(WorkflowState::Retired) => return Ok(Outcome::Retired),
        Some(WorkflowState::Paused) => {}
    }
    let due = pause::end(&mut transaction, id, now).await?.unwrap_or(0);
    store::pace::start_anew(&mut transaction, id).await?;
    tell_others(transaction.raw(), Queue::Turn).await?;
    audit::record(&mut transaction, by.who, "resume", id.as_str(), now).await?;
    mark(&mut transaction).await?;
    by.end(transaction).await?;
    Ok(Outcome::Done(due))
}

/// Ends a workflow: nobody enters it any more. Those who are under way finish on their version, or, with
/// `let_go`, leave at once with the reason `retired`.
pub async fn retire(
    store: &Store,
    settings: &Settings,
    id: &WorkflowId,
    let_go: bool,
    now: Timestamp,
) -> Result<Outcome, EngineError> {
    let mut transaction = store.begin().await?;
    let was = match state(&mut transaction, id).await? {
        None => return Ok(Outcome::Unknown),
        Some(state) => state,
    };
    if was == WorkflowState::Paused {
        pause::end(&mut transaction, id, now).await?;
    }
    version::set_state(&mut transaction, id, WorkflowState::Retired).await?;
    timer::forget_all_of(&mut transaction, id).await?;
    schedule::remove(&mut transaction, id).await?;
    let gone = if let_go { everybody_out(&mut transaction, settings, id, now).await? } else { 0 };
    if was == WorkflowState::Retired && gone == 0 {
        return Ok(Outcome::AsBefore);
    }
    audit::record(&mut transaction, WHO, "retire", id.as_str(), now).await?;
    mark(&mut transaction).await?;
    commit_between(transaction, Point::OperateMade, Point::OperateKept).await?;
    Ok(Outcome::Done(gone))
}

async fn everybody_out(
    conn: &mut Connection,
    settings: &Settings,
    id: &WorkflowId,
    now: Timestamp,
) -> Result<u64, EngineError> {
    let published = Published::load(conn, settings, now).await?;
    let walks = enrollment::active(conn, id).await?;
    let gone = u64::try_from(walks.len()).unwrap_or(u64::MAX);
    for part in walks.chunks(BATCH) {
        let mut inputs: BTreeMap<CustomerId, Vec<Input>> = BTreeMap::new();
        for (customer, walk) in part {
            inputs.entry(customer.clone()).or_default().push(out(walk.clone(), "retired"));
        }
        turns::decide(conn, &published, inputs, now).await?;
    }
    Ok(gone)
}

fn out(enrollment: EnrollmentId, reason: &str) -> Input {
    Input::Exit { enrollment, reason: reason.to_owned() }
}

/// Lets a customer go from a workflow. What is due of their walks is cancelled. Returns how many walks ended;
/// 0: they were not in it.
pub async fn exit(
    store: &Store,
    settings: &Settings,
    customer: &CustomerId,
    workflow: &WorkflowId,
    reason: &str,
    by: By<'_>,
    now: Timestamp,
) -> Result<usize, EngineError> {
    let mut transaction = store.begin().await?;
    let walks = enrollment::of_customer(&mut transaction, customer).await?;
    let inputs: Vec<Input> = walks
        .into_iter()
        .filter(|walk| walk.workflow == *workflow && walk.is_active())
        .map(|walk| out(walk.id, reason))
        .collect();
    let count = inputs.len();
    if count == 0 {
        return Ok(0);
    }
    let published = Published::load(&mut transaction, settings, now).await?;
    turns::decide(&mut transaction, &published, BTreeMap::from([(customer.clone(), inputs)]), now).await?;
    audit::record(&mut transaction, by.who, "exit", &format!("{customer} {workflow}"), now).await?;
    by.end(transaction).await?;
    Ok(count)
}

/// Lets customers into a workflow that a person or a schedule starts; its audience and reentry decide. Returns every
/// decision; `None`: it is not live, or something else starts it.
pub async fn start(
    store: &Store,
    published: &Published,
    customers: &[CustomerId],
    workflow: &WorkflowId,
    inputs: &BTreeMap<String, Value>,
    by: By<'_>,
    now: Timestamp,
) -> Result<Option<Vec<TraceLine>>, EngineError> {
    let live = published.workflows.live(workflow);
    if !live.is_some_and(|live| matches!(live.trigger, Trigger::Manual | Trigger::Schedule(_))) {
        return Ok(None);
    }
    let mut transaction = store.begin().await?;
    let mut lines = Vec::new();
    for part in customers.chunks(BATCH) {
        let start = |id: &CustomerId| {
            let (workflow, by, inputs) = (workflow.clone(), "manual".to_owned(), inputs.clone());
            (id.clone(), vec![Input::Start { workflow, at: now, by, inputs }])
        };
        let started: BTreeMap<CustomerId, Vec<Input>> = part.iter().map(start).collect();
        let decided = turns::decide(&mut transaction, published, started, now).await?;
        lines.extend(decided.into_iter().flat_map(|(_, changes)| changes.trace));
    }
    let ids: Vec<&str> = customers.iter().map(CustomerId::as_str).collect();
    audit::record(&mut transaction, by.who, "enroll", &format!("{} {workflow}", ids.join(" ")), now).await?;
    tell_others(transaction.raw(), Queue::Turn).await?;
    by.end(transaction).await?;
    Ok(Some(lines))
}
