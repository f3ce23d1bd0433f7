//! Kept answers: who is in a segment that a trigger watches, and what an attribute by `cases:` is. They
//! change by facts and by time alone; they are asked again after a fact that touches what they look at, and
//! at the solved instant at which time can change them. Nobody is ever scanned.

pub mod change;
mod moments;
pub mod rank;
#[cfg(test)]
mod tests;
mod touch;

pub use change::next_change;
pub(crate) use touch::touches;

use crate::condition;
use crate::facts::Facts;
use crate::turn::Turn;
use crate::world::{Moment, World};
use dsl::condition::Condition;
use dsl::condition::reads::Reads;
use dsl::library::{Library, Origin};
use dsl::trigger::{Crossing, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::event::names;
use model::{
    Entry, Event, EventId, Standing, StandingKey, StandingKind, Timer, TimerKey, Value, WorkflowId,
    content_id,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The name under which the one timer of all kept answers of a customer stands.
pub const KEEP: &str = "@keep";
/// What a standing says of somebody inside a segment.
const INSIDE: &str = "in";

/// What is kept for every customer of a project: made once a batch.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// What looks at no other kept answer comes first.
    answers: Vec<Answer>,
}

/// One kept answer.
#[derive(Clone, Debug)]
struct Answer {
    of: Of,
    reads: Reads,
    /// Time alone can change it.
    clock: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    /// Membership in a segment.
    Segment(String),
    /// The customer's attribute by `cases:`.
    Attribute(String),
}

impl Kept {
    /// What a project keeps: attributes by `cases:`, and the segments that triggers of live workflows watch.
    pub fn of(world: &World<'_>) -> Self {
        let library = world.library;
        let mut answers: Vec<Answer> = Vec::new();
        for (name, attribute) in &library.model.customer {
            if let Origin::Cases(cases) = &attribute.origin {
                let mut reads = Reads::default();
                for when in cases.iter().filter_map(|(when, _)| when.as_ref()) {
                    reads.merge(Reads::of_condition(when, library));
                }
                answers.push(Answer::new(Of::Attribute(name.clone()), reads));
            }
        }
        for name in watched(world) {
            if let Some(segment) = library.segments.get(name) {
                let reads = Reads::of_condition(segment, library);
                answers.push(Answer::new(Of::Segment(name.to_owned()), reads));
            }
        }
        // What is read is read through and through, so one that looks at another looks at more of them.
        let by_cases = |name: &String| {
            library.model.customer.get(name).is_some_and(|known| matches!(known.origin, Origin::Cases(_)))
        };
        answers.sort_by_key(|answer| answer.reads.attributes.iter().filter(|name| by_cases(name)).count());
        Self { answers }
    }
}

impl Answer {
    fn new(of: Of, reads: Reads) -> Self {
        let clock = reads.clock || reads.consents;
        Self { of, reads, clock }
    }
}

/// The segments that triggers of live workflows watch.
fn watched<'w>(world: &World<'w>) -> BTreeSet<&'w str> {
    let live = world.workflows.current.values().filter_map(|version| world.workflows.versions.get(version));
    live.filter_map(|workflow| watches(workflow)).map(|(name, _)| name).collect()
}

/// The segment that a workflow's trigger watches, and which way.
fn watches(workflow: &Workflow) -> Option<(&str, Crossing)> {
    let Trigger::Segment { name, crossing } = &workflow.trigger else { return None };
    Some((name, *crossing))
}

/// Whether a fact is one that this machinery records itself: a simulation over the past makes it anew.
pub fn is_derived(library: &Library, event: &Event) -> bool {
    if event.name == names::SEGMENT_ENTERED || event.name == names::SEGMENT_LEFT {
        return true;
    }
    let attribute = event.properties.get("attribute").and_then(Value::as_text);
    event.name == names::CUSTOMER_CHANGED
        && attribute
            .and_then(|attribute| library.model.customer.get(attribute))
            .is_some_and(|attribute| matches!(attribute.origin, Origin::Cases(_) | Origin::Rank(_)))
}

/// A fact has been applied: what it touches is asked again, a new customer altogether.
pub(crate) fn after(turn: &mut Turn<'_>, event: &Event, is_first: bool) {
    let kept = Arc::clone(&turn.kept);
    if kept.answers.is_empty() {
        return;
    }
    let moment = Moment::of(event.at, turn.now);
    let cause = Cause { at: moment.at, by: event.id.to_string(), chain: event.chain };
    for answer in &kept.answers {
        if is_first || touch::touches(turn.world.library, &answer.reads, event) {
            settle(turn, answer, &cause);
            wake_by(turn, answer, cause.at);
        }
    }
}

/// Walks that begin or end and suppressions are no facts: what looks at such is asked again when one moved.
pub(crate) fn after_walks(turn: &mut Turn<'_>) {
    let words = (turn.changes.suppressions.len(), turn.changes.unsuppressed);
    let walks = std::mem::take(&mut turn.walks_moved);
    let consents = words != turn.seen_words;
    if !walks && !consents {
        return;
    }
    turn.seen_words = words;
    let kept = Arc::clone(&turn.kept);
    let cause = Cause { at: turn.now, by: "walk".to_owned(), chain: 0 };
    for answer in &kept.answers {
        if (walks && !answer.reads.enrolled.is_empty()) || (consents && answer.reads.consents) {
            settle(turn, answer, &cause);
            wake_by(turn, answer, cause.at);
        }
    }
}

/// The instant has come at which time alone can change an answer.
pub(crate) fn fire(turn: &mut Turn<'_>, timer: &Timer) {
    let kept = Arc::clone(&turn.kept);
    let moment = Moment::of(timer.fire_at, turn.now);
    let cause = Cause { at: moment.at, by: "time".to_owned(), chain: 0 };
    for answer in kept.answers.iter().filter(|answer| answer.clock) {
        settle(turn, answer, &cause);
    }
    for answer in kept.answers.iter().filter(|answer| answer.clock) {
        wake_by(turn, answer, cause.at);
    }
}

/// Takes everything as it stands now, and tells nobody: a publish, an import, the start of a simulation.
/// Workflows in `launch` admit also those who are inside already.
pub(crate) fn take(turn: &mut Turn<'_>, launch: &[WorkflowId]) {
    // A customer exists from the first fact we hold.
    if turn.snapshot.customer.created_at().is_some_and(|since| since > turn.now) {
        return;
    }
    let kept = Arc::clone(&turn.kept);
    set_timer(turn, None);
    rank::take(turn);
    for answer in &kept.answers {
        match &answer.of {
            Of::Attribute(name) => {
                let given = turn.world.trial.is_some() && turn.snapshot.customer.get(name).is_some();
                let value = if given { None } else { case(turn, name, turn.now) };
                if let Some(value) = value.filter(|value| turn.snapshot.customer.get(name) != Some(value)) {
                    turn.snapshot.customer.attributes.insert(name.clone(), value);
                    turn.changes.customer = true;
                }
            }
            Of::Segment(name) => {
                let inside = is_inside(turn, name, turn.now);
                stand(turn, name, inside, turn.now);
            }
        }
        wake_by(turn, answer, turn.now);
    }
    let workflows: Vec<Arc<Workflow>> = launch
        .iter()
        .filter_map(|id| turn.world.workflows.live(id))
        .filter(|workflow| !turn.world.workflows.is_paused(&workflow.id, turn.now))
        .cloned()
        .collect();
    for workflow in workflows {
        if let Some((name, Crossing::Enters)) = watches(&workflow)
            && stands(turn, name)
        {
            let moment = Moment::of(turn.now, turn.now);
            let fields = BTreeMap::from([("segment".to_owned(), Value::from(name))]);
            let entry = Entry {
                name: names::SEGMENT_ENTERED.to_owned(),
                at: moment.at,
                received_at: moment.at,
                fields,
                ..Entry::default()
            };
            crate::enroll::enroll(turn, &workflow, entry, moment);
        }
    }
}

/// Why an answer is asked again.
struct Cause {
    at: Timestamp,
    /// The fact behind it, so that two changes at one instant are two facts.
    by: String,
    /// How many effects of workflows lie behind it.
    chain: u8,
}

/// Asks again, and records what has changed as a fact.
fn settle(turn: &mut Turn<'_>, answer: &Answer, cause: &Cause) {
    match &answer.of {
        Of::Attribute(name) => {
            let to = case(turn, name, cause.at);
            let attribute = turn.world.library.model.customer.get(name);
            let from = turn.snapshot.customer.get(name).cloned().or_else(|| {
                // Nobody was ever asked of: they begin with what is true of everybody.
                attribute.and_then(|attribute| dsl::condition::fallback::of_customer(name, attribute))
            });
            if from == to {
                return;
            }
            let mut properties = BTreeMap::from([("attribute".to_owned(), Value::from(name.as_str()))]);
            properties.extend(from.map(|from| ("from".to_owned(), from)));
            properties.extend(to.map(|to| ("to".to_owned(), to)));
            record(turn, names::CUSTOMER_CHANGED, name, properties, cause);
        }
        Of::Segment(name) => {
            let key = segment_key(name);
            let since = turn.snapshot.standings.get(&key).map(|standing| standing.at);
            // A fact that comes late is seen from where we stand: what was decided stays decided.
            let at = since.map_or(cause.at, |since| since.max(cause.at));
            let inside = is_inside(turn, name, at);
            if inside == stands(turn, name) {
                return;
            }
            stand(turn, name, inside, at);
            let properties = BTreeMap::from([("segment".to_owned(), Value::from(name.as_str()))]);
            let what = if inside { names::SEGMENT_ENTERED } else { names::SEGMENT_LEFT };
            record(turn, what, name, properties, cause);
        }
    }
}

fn record(turn: &mut Turn<'_>, name: &str, of: &str, properties: BTreeMap<String, Value>, cause: &Cause) {
    let customer = turn.snapshot.customer.id.clone();
    let millis = cause.at.as_millisecond().to_string();
    let values = properties.values().map(ToString::to_string).collect::<Vec<_>>().join("\u{1f}");
    let id = content_id("kp_", &[customer.as_str(), name, of, &millis, &cause.by, &values]);
    turn.cause(Event {
        id: EventId::from(id),
        source: "nurture".to_owned(),
        name: name.to_owned(),
        customer,
        entity: None,
        at: cause.at,
        received_at: cause.at,
        properties,
        chain: cause.chain,
    });
}

fn segment_key(name: &str) -> StandingKey {
    StandingKey { kind: StandingKind::Segment, name: name.to_owned() }
}

/// Whether the customer is held to be inside.
fn stands(turn: &Turn<'_>, name: &str) -> bool {
    turn.snapshot.standings.contains_key(&segment_key(name))
}

fn stand(turn: &mut Turn<'_>, name: &str, inside: bool, at: Timestamp) {
    let key = segment_key(name);
    if inside == turn.snapshot.standings.contains_key(&key) {
        return;
    }
    if inside {
        turn.snapshot.standings.insert(key.clone(), Standing { at, state: INSIDE.to_owned() });
    } else {
        turn.snapshot.standings.remove(&key);
    }
    turn.changes.standings.insert(key);
}

fn is_inside(turn: &Turn<'_>, name: &str, at: Timestamp) -> bool {
    let segment = turn.world.library.segments.get(name);
    segment.is_some_and(|segment| condition::holds(segment, &turn.facts(None, None, at)))
}

/// The first of the cases that holds.
fn case(turn: &Turn<'_>, name: &str, at: Timestamp) -> Option<Value> {
    let facts = turn.facts(None, None, at);
    let cases = cases_of(turn.world.library, name)?;
    let holds = |when: &Option<Condition>| when.as_ref().is_none_or(|when| condition::holds(when, &facts));
    cases.iter().find(|(when, _)| holds(when)).map(|(_, value)| value.clone())
}

fn cases_of<'l>(library: &'l Library, name: &str) -> Option<&'l [(Option<Condition>, Value)]> {
    match &library.model.customer.get(name)?.origin {
        Origin::Cases(cases) => Some(cases),
        Origin::Given | Origin::From(_) | Origin::Rank(_) => None,
    }
}

/// The instant at which time alone can change an answer.
fn next(turn: &Turn<'_>, answer: &Answer, at: Timestamp) -> Option<Timestamp> {
    if !answer.clock {
        return None;
    }
    let library: &Library = turn.world.library;
    let facts: Facts<'_> = turn.facts(None, None, at);
    match &answer.of {
        Of::Segment(name) => next_change(library.segments.get(name)?, &facts),
        Of::Attribute(name) => {
            let mut first: Option<Timestamp> = None;
            for (when, _) in cases_of(library, name)? {
                let Some(when) = when else { break };
                first = first.into_iter().chain(next_change(when, &facts)).min();
                // What stands below the one that holds is not asked.
                if condition::holds(when, &facts) {
                    break;
                }
            }
            first
        }
    }
}

/// Sets the timer, unless it stands for an earlier instant: it is looked at anew then.
fn wake_by(turn: &mut Turn<'_>, answer: &Answer, at: Timestamp) {
    let Some(next) = next(turn, answer, at) else { return };
    let known = turn.snapshot.timers.get(&timer_key());
    if known.is_none_or(|known| known.fire_at > next) {
        set_timer(turn, Some(next));
    }
}

fn timer_key() -> TimerKey {
    TimerKey { workflow: WorkflowId::new(KEEP), subject: String::new() }
}

fn set_timer(turn: &mut Turn<'_>, at: Option<Timestamp>) {
    let timer = at.map(|fire_at| Timer { fire_at, basis: String::new() });
    crate::plan::set(turn, timer_key(), timer);
}
