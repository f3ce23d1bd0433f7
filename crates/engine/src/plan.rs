//! What a publish would do: steps that come, go, change and move, and who stands on them; whom it lets in at
//! once; when it fires next. Everything is counted by the same functions that decide; nothing is written.

use crate::audience;
use crate::error::EngineError;
use crate::moving::Ways;
use crate::published::Published;
use dsl::condition::reads::Reads;
use dsl::difference::{self, Difference};
use dsl::trigger::Trigger;
use dsl::workflow::{AtLaunch, Workflow};
use interpreter::keep::rank;
use interpreter::moved::{self, Way};
use interpreter::simulate::{BATCH, Simulation, Watcher, invites, next_fire};
use interpreter::turn::zone_of;
use interpreter::world::{People, Workflows, World};
use jiff::Timestamp;
use jiff::civil::Date;
use model::{Changes, Did, Outcome, Snapshot, StepId, VersionId, WalkState, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Connection, customer, enrollment, snapshot};

/// Dates that are told.
const DATES: usize = 5;

/// What becomes of one workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Its live version; `None`: it was never published.
    pub live: Option<VersionId>,
    /// The version that its file makes.
    pub version: Option<VersionId>,
    /// What changes of its steps. Empty where it is new.
    pub difference: Difference,
    /// How many stand at each step now, whatever their version.
    pub people: BTreeMap<StepId, u64>,
    /// How many are on a wait that the new text makes so short that it is over: they would go on at once,
    /// were they moved.
    pub wakes: u64,
    /// Where `publish --move` takes those who are under way in older versions.
    pub ways: Ways,
    /// How many customers there are, and how many of them belong to the audience now; `None`: only an entry
    /// can tell.
    pub audience: Option<(u64, u64)>,
    /// Whom `at_launch: enroll_matching` lets in; `None`: it lets in nobody.
    pub launch: Option<Launch>,
    /// The next days on which it fires, in the project's zone, with how many customers; no number: its
    /// audience.
    pub dates: Vec<(Date, Option<u64>)>,
}

impl Planned {
    /// Whether a publish changes anything.
    pub fn changes(&self) -> bool {
        self.live != self.version
    }
}

/// Whom a first publish lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launch {
    /// So many enter, those held out not among them.
    pub entered: u64,
    /// So many are left alone, to measure what it brings.
    pub held_out: u64,
    /// So many stand in line for a later portion.
    pub waiting: u64,
    /// So many are refused, by reason.
    pub refused: BTreeMap<String, u64>,
}

/// Looks ahead to a publish of these workflows. `before`: what is live; `after`: the files.
pub async fn plan(
    conn: &mut Connection,
    before: &Published,
    after: &Published,
    wanted: &BTreeSet<WorkflowId>,
    now: Timestamp,
) -> Result<BTreeMap<WorkflowId, Planned>, EngineError> {
    let mut plan = BTreeMap::new();
    let mut looked_at: Vec<Arc<Workflow>> = Vec::new();
    for id in wanted {
        let Some(new) = after.workflows.live(id) else { continue };
        let old = before.workflows.live(id);
        let mut planned = Planned {
            live: before.workflows.current.get(id).cloned(),
            version: Some(new.version.clone()),
            difference: old.map(|old| difference::of(old, new)).unwrap_or_default(),
            ..Planned::default()
        };
        for at in enrollment::standing(conn, Some(id)).await? {
            if let Some(step) = at.step.filter(|_| at.state != "ended") {
                *planned.people.entry(step).or_insert(0) += u64::try_from(at.count).unwrap_or(0);
            }
        }
        planned.ways = crate::moving::ways(conn, before, new).await?;
        if planned.changes() {
            looked_at.push(Arc::clone(new));
        }
        plan.insert(id.clone(), planned);
    }
    if !looked_at.is_empty() {
        look(conn, before, after, &looked_at, &mut plan, now).await?;
    }
    Ok(plan)
}

/// Looks at every customer once.
async fn look(
    conn: &mut Connection,
    before: &Published,
    after: &Published,
    looked_at: &[Arc<Workflow>],
    plan: &mut BTreeMap<WorkflowId, Planned>,
    now: Timestamp,
) -> Result<(), EngineError> {
    let library = &after.project.library;
    let mut workflows = Workflows::of(looked_at.iter().cloned());
    // A publish lets in whoever it lets in, approved or not.
    workflows.unapproved.clear();
    let world = World { library, workflows: &workflows, zone: &after.zone, renderer: None, trial: None };
    let launched: Vec<WorkflowId> = looked_at
        .iter()
        .filter(|new| new.at_launch == AtLaunch::EnrollMatching)
        .filter(|new| plan.get(&new.id).is_some_and(|planned| planned.live.is_none()))
        .map(|new| new.id.clone())
        .collect();
    let mut people = crate::turns::people(conn, after).await?;
    people.teams = store::team::all(conn).await?;
    let ids = customer::ids(conn).await?;
    // Of a part of the customers nobody can say who is among the best of all.
    let part = if rank::all(library).next().is_some() { ids.len().max(1) } else { BATCH };
    let mut days: BTreeMap<WorkflowId, BTreeMap<Date, u64>> = BTreeMap::new();
    let mut counted = Counted::default();
    let all = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let places = audience::Places::of(conn).await?;
    let mut uncounted = Vec::new();
    for new in looked_at.iter().filter(|new| asks_customers_only(new, &world)) {
        let inside = audience::size(conn, after, &places, new, now).await?;
        if inside.is_none() {
            uncounted.push(Arc::clone(new));
        }
        if let Some(planned) = plan.get_mut(&new.id) {
            planned.audience = Some((all, inside.unwrap_or(0)));
        }
    }
    for part in ids.chunks(part) {
        let customers = snapshot::load(conn, part, &library.model, &after.reads, now).await?;
        for snapshot in &customers {
            for new in looked_at {
                let Some(planned) = plan.get_mut(&new.id) else { continue };
                planned.wakes += wakes(&world, before, new, snapshot, now);
                let asked = uncounted.iter().any(|each| each.id == new.id);
                if let Some((_, inside)) = planned.audience.as_mut().filter(|_| asked) {
                    *inside += u64::from(invites(&world, new, snapshot, now));
                }
            }
        }
        let mut simulation = Simulation::new(world, people.clone(), customers, [], now);
        simulation.plan(&launched, &mut counted);
        simulation.step(now, &mut counted);
        for snapshot in part.iter().filter_map(|id| simulation.customer(id)) {
            for (key, timer) in &snapshot.timers {
                if interpreter::release::lets_in(key) {
                    counted.launches.entry(key.workflow.clone()).or_default().waiting += 1;
                } else if timer.fire_at > now {
                    let day = after.zone.to_datetime(timer.fire_at).date();
                    *days.entry(key.workflow.clone()).or_default().entry(day).or_insert(0) += 1;
                }
            }
        }
    }
    for new in looked_at {
        let Some(planned) = plan.get_mut(&new.id) else { continue };
        planned.launch =
            launched.contains(&new.id).then(|| counted.launches.remove(&new.id).unwrap_or_default());
        planned.dates = dates(&world, new, days.remove(&new.id).unwrap_or_default(), now);
    }
    Ok(())
}

/// The next days on which a workflow fires.
fn dates(
    world: &World<'_>,
    workflow: &Workflow,
    days: BTreeMap<Date, u64>,
    now: Timestamp,
) -> Vec<(Date, Option<u64>)> {
    let own = || days.iter().take(DATES).map(|(day, count)| (*day, Some(*count))).collect();
    match &workflow.trigger {
        Trigger::Schedule(rule) => {
            let mut dates = Vec::new();
            let mut after = now - jiff::SignedDuration::from_millis(1);
            while dates.len() < DATES
                && let Some(next) = next_fire(world, rule, after)
            {
                dates.push((world.zone.to_datetime(next).date(), None));
                after = next;
            }
            if dates.is_empty() { own() } else { dates }
        }
        Trigger::Date(_) => own(),
        Trigger::Event { .. }
        | Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Score(_)
        | Trigger::Manual
        | Trigger::Called => Vec::new(),
    }
}

/// Whether the audience can be asked without an entry.
fn asks_customers_only(workflow: &Workflow, world: &World<'_>) -> bool {
    workflow.audience.as_ref().is_none_or(|audience| {
        let reads = Reads::of_condition(audience, world.library);
        !reads.entry && reads.entities.is_empty()
    })
}

/// How many walks of a customer rest where the new text says that they have rested long enough.
fn wakes(world: &World<'_>, before: &Published, new: &Workflow, snapshot: &Snapshot, now: Timestamp) -> u64 {
    let zone = zone_of(world, snapshot);
    let over = snapshot.enrollments.iter().filter(|walk| {
        let WalkState::Waiting { step, since, wake_at } = &walk.state else { return false };
        if walk.workflow != new.id || walk.version == new.version || *wake_at <= now {
            return false;
        }
        let Some(old) = before.workflows.versions.get(&walk.version) else { return false };
        let Way::To(to) = moved::way(old, new, step, &new.moved) else { return false };
        let from = old.find(step).and_then(|at| old.step(at));
        let (Some(from), Some(to)) = (from, new.step(to)) else { return false };
        let until = moved::rests_until((from, to), (*since, *wake_at), &zone, &world.library.calendar);
        until.is_some_and(|until| until <= now)
    });
    u64::try_from(over.count()).unwrap_or(u64::MAX)
}

/// Counts who enters and who does not.
#[derive(Default)]
struct Counted {
    launches: BTreeMap<WorkflowId, Launch>,
}

impl Watcher for Counted {
    fn decided(&mut self, _: &World<'_>, _: &People, _: &Snapshot, changes: &Changes, _: Timestamp) {
        for line in changes.trace.iter().filter(|line| line.did == Did::Enroll) {
            let launch = self.launches.entry(line.workflow.clone()).or_default();
            match (line.outcome, &line.reason) {
                (Outcome::Entered, _) if line.values.contains_key("holdout") => launch.held_out += 1,
                (Outcome::Entered, _) => launch.entered += 1,
                (Outcome::Refused, Some(reason)) => {
                    *launch.refused.entry(reason.clone()).or_insert(0) += 1;
                }
                (
                    Outcome::Refused
                    | Outcome::Done
                    | Outcome::Skipped
                    | Outcome::Deferred
                    | Outcome::Waits
                    | Outcome::Exited,
                    _,
                ) => {}
            }
        }
    }
}
