//! `release`: who may enter is let in by portions. Those who are known together stand in line by rank; those
//! who come one by one stand in line as they come. Nobody stands in line twice for the same thing.

use crate::calendar::add::add;
use crate::condition;
use crate::facts::Facts;
use crate::turn::{Turn, zone_of};
use crate::world::{People, World};
use crate::{enroll, plan};
use dsl::workflow::{Release, Workflow};
use jiff::Timestamp;
use model::{Changes, CustomerId, Decimal, Entry, Snapshot, Timer, TimerKey, Value, WorkflowId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::world::Moment;

/// Timers of this kind of subject let somebody in.
const SUBJECT: &str = "@release/";

/// The portion of a workflow that is being filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// When it is let in; it may lie ahead.
    pub at: Timestamp,
    /// How many are in it.
    pub taken: u32,
}

/// The next place of a release for somebody who asks at an instant: at once where the portion of that
/// instant has room, else with the next portion that has.
pub fn place(release: &Release, portion: Option<Portion>, asked: Timestamp, world: &World<'_>) -> Portion {
    let first = Portion { at: asked, taken: 1 };
    let Some(known) = portion else { return first };
    let next = add(known.at, &release.every, world.zone, &world.library.calendar);
    if asked >= next {
        first
    } else if known.taken < release.batch {
        Portion { taken: known.taken + 1, ..known }
    } else {
        Portion { at: next, taken: 1 }
    }
}

/// Whether a timer lets somebody in.
pub fn lets_in(key: &TimerKey) -> bool {
    key.subject.starts_with(SUBJECT)
}

/// The entry that a schedule makes at an instant.
pub fn entry_of_schedule(at: Timestamp) -> Entry {
    Entry { name: "schedule".to_owned(), at, received_at: at, ..Entry::default() }
}

/// The timers of those whom a schedule invites: in line where the workflow says how they are let in, else
/// all at once.
pub fn invited(
    world: &World<'_>,
    people: &mut People,
    workflow: &Workflow,
    entry: &Entry,
    at: Timestamp,
    asking: Vec<(Option<Decimal>, CustomerId)>,
) -> Vec<(CustomerId, TimerKey, Timer)> {
    // A firing in a pause is missed by everybody at once; nobody stands in line for it.
    if workflow.release.is_some() && !world.workflows.is_paused(&workflow.id, at) {
        return stand_in_line(world, people, workflow, entry, at, asking);
    }
    let key = TimerKey { workflow: workflow.id.clone(), subject: String::new() };
    let timer = Timer { fire_at: at, basis: String::new() };
    asking.into_iter().map(|(_, customer)| (customer, key.clone(), timer.clone())).collect()
}

/// The timers that let in those who are known together, the higher rank first, then by id. `None` as a rank
/// comes last.
pub fn stand_in_line(
    world: &World<'_>,
    people: &mut People,
    workflow: &Workflow,
    entry: &Entry,
    at: Timestamp,
    mut asking: Vec<(Option<Decimal>, CustomerId)>,
) -> Vec<(CustomerId, TimerKey, Timer)> {
    asking.sort_by(|a, b| (Reverse(a.0), &a.1).cmp(&(Reverse(b.0), &b.1)));
    let subject = if entry.event.is_empty() { entry.at.to_string() } else { entry.event.clone() };
    let key = TimerKey { workflow: workflow.id.clone(), subject: format!("{SUBJECT}{subject}") };
    let basis = basis_of(entry);
    let let_in = asking.into_iter().map(|(_, customer)| {
        let fire_at = match &workflow.release {
            Some(release) => {
                let known = people.releases.get(&workflow.id).copied();
                let portion = place(release, known, at, world);
                people.releases.insert(workflow.id.clone(), portion);
                portion.at.max(at)
            }
            None => at,
        };
        (customer, key.clone(), Timer { fire_at, basis: basis.clone() })
    });
    let_in.collect()
}

/// The rank of a customer among those who are known together.
pub fn rank(
    world: &World<'_>,
    workflow: &Workflow,
    entry: &Entry,
    snapshot: &Snapshot,
    at: Timestamp,
) -> Option<Decimal> {
    let by = workflow.release.as_ref()?.by.as_ref()?;
    let (zone, nobody) = (zone_of(world, snapshot), BTreeMap::new());
    let mut facts = Facts::outside(world, &nobody, snapshot, &zone, at);
    facts.entry = Some(entry);
    condition::value(by, &facts).as_ref().and_then(Value::as_number)
}

/// Somebody who came alone stands in line from an instant on; where there are portions, the batch says when theirs
/// is let in.
pub(crate) fn ask(turn: &mut Turn<'_>, workflow: &Workflow, entry: &Entry, at: Timestamp) {
    let about = if entry.event.is_empty() { entry.at.to_string() } else { entry.event.clone() };
    let about = entry.entity.as_ref().map_or(about.clone(), |(_, id)| format!("{about}/{id}"));
    let key = TimerKey { workflow: workflow.id.clone(), subject: format!("{SUBJECT}{about}") };
    if !turn.snapshot.timers.contains_key(&key) {
        let timer = Timer { fire_at: at, basis: basis_of(entry) };
        turn.snapshot.timers.insert(key.clone(), timer);
        turn.changes.timers.insert(key);
    }
}

/// Gives those who asked in a batch of turns their places: by the instant they asked at, then by customer.
pub(crate) fn answer(world: &World<'_>, people: &mut People, decided: &mut [(Snapshot, Changes)]) {
    let mut asking: Vec<(Timestamp, CustomerId, TimerKey, usize)> = Vec::new();
    for (at, (snapshot, changes)) in decided.iter().enumerate() {
        for key in changes.timers.iter().filter(|key| lets_in(key)) {
            if let Some(timer) = snapshot.timers.get(key) {
                asking.push((timer.fire_at, snapshot.customer.id.clone(), key.clone(), at));
            }
        }
    }
    asking.sort();
    for (asked, _, key, at) in asking {
        let Some(release) = world.workflows.live(&key.workflow).and_then(|live| live.release.as_ref()) else {
            continue;
        };
        let known = people.releases.get(&key.workflow).copied();
        let portion = place(release, known, asked, world);
        people.releases.insert(key.workflow.clone(), portion);
        if let Some((snapshot, _)) = decided.get_mut(at)
            && let Some(timer) = snapshot.timers.get_mut(&key)
        {
            timer.fire_at = portion.at.max(asked);
        }
    }
}

/// The turn of somebody has come: they enter, unless the release was stopped.
pub(crate) fn fire(turn: &mut Turn<'_>, workflow: &std::sync::Arc<Workflow>, timer: &Timer) {
    let Some(entry) = entry_of(timer) else { return };
    let moment = Moment::of(timer.fire_at, turn.now);
    if plan::is_missed(turn, timer) {
        return plan::missed(turn, workflow, &entry.name, moment, &entry.fields);
    }
    if stopped(turn, workflow, &entry, moment) {
        return;
    }
    let entry = Entry { at: entry.at, received_at: entry.received_at, ..entry };
    enroll::let_in(turn, workflow, entry, moment);
}

/// `stop_when` holds: who is not in yet is refused.
fn stopped(turn: &mut Turn<'_>, workflow: &Workflow, entry: &Entry, moment: Moment) -> bool {
    let Some(stop) = workflow.release.as_ref().and_then(|release| release.stop_when.as_ref()) else {
        return false;
    };
    let mut facts = turn.facts(None, None, moment.at);
    facts.entry = Some(entry);
    if !condition::holds(stop, &facts) {
        return false;
    }
    let values = condition::explain(stop, &facts);
    enroll::refused(turn, workflow, entry.name.clone(), "stopped", values, moment);
    true
}

/// What a timer of a release carries: the entry.
fn basis_of(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

/// The entry that such a timer carries; `None`: it lets nobody in.
pub fn entry_of(timer: &Timer) -> Option<Entry> {
    serde_json::from_str(&timer.basis).ok()
}

/// The places that are taken, by workflow: shared by all customers.
pub type Releases = BTreeMap<WorkflowId, Portion>;
