//! A score that comes up to a level starts a walk, once: it has to fall below the re-arm level before it can
//! come up again. The value just before a fact and the one just after it are compared at the fact's instant,
//! so that a fall by fading is seen then, and nobody looks at night.

use super::tally::Tally;
use super::{band, crossing};
use crate::condition::Reader;
use crate::enroll;
use crate::keep;
use crate::plan;
use crate::turn::Turn;
use crate::world::Moment;
use dsl::condition::Condition;
use dsl::library::Scoring;
use dsl::trigger::{ScoreTrigger, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::event::names;
use model::{
    Decimal, Entry, Event, EventId, Standing, StandingKey, StandingKind, Timer, TimerKey, Value, WorkflowId,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The timer of a score that will come up by itself: what takes points away fades too.
const RISES: &str = "@score";
/// A late fact is tried at the instants of so many facts after it, at most.
const MOST_LATER: usize = 32;

/// A score that came up to a level by a fact.
#[derive(Clone, Debug)]
pub(crate) struct Crossing {
    workflow: WorkflowId,
    event: EventId,
    entry: Entry,
}

/// The scores that a fact may change, as they were just before it.
pub(crate) struct Seen(Vec<Before>);

struct Before {
    score: String,
    /// The fact's own instant; behind it, for a late fact, those of what happened since.
    instants: Vec<Timestamp>,
    values: Vec<Option<Decimal>>,
}

/// Looks at the scores that a fact may change, before it is applied.
pub(crate) fn before(turn: &Turn<'_>, event: &Event) -> Seen {
    let library = turn.world.library;
    let watched = library.scorings.values().filter(|scoring| {
        concerns(scoring, event) && (remembers(scoring) || watchers(turn, &scoring.name).next().is_some())
    });
    let seen = watched.map(|scoring| {
        let instants = instants(turn, scoring, event.at);
        let values = instants.iter().map(|at| value_at(turn, scoring, *at)).collect();
        Before { score: scoring.name.clone(), instants, values }
    });
    Seen(seen.collect())
}

/// Compares with the scores after the fact: bands are kept, and what came up to a level is noted down until
/// the fact is routed.
pub(crate) fn after(turn: &mut Turn<'_>, event: &Event, seen: Seen) {
    for before in seen.0 {
        let library = turn.world.library;
        let Some(scoring) = library.scorings.get(&before.score) else { continue };
        let values: Vec<_> = before.instants.iter().map(|at| value_at(turn, scoring, *at)).collect();
        let (Some(last), Some(was), Some(is)) = (before.instants.last(), before.values.last(), values.last())
        else {
            continue;
        };
        let from = was.and_then(|was| band(scoring, was, kept_band(turn, scoring)));
        let now_in = is.and_then(|is| band(scoring, is, from.as_deref()));
        let watching: Vec<_> = watchers(turn, &scoring.name).collect();
        for (workflow, trigger) in watching {
            let Some((level, rearm)) = trigger.levels(scoring) else { continue };
            let mut up = is_up(turn, &workflow.id, &scoring.name);
            up &= was.is_none_or(|was| was >= rearm);
            if !up {
                // It came up by itself at this very instant, and its timer is behind the fact.
                let by_itself = rises_by(turn, &workflow.id).is_some_and(|at| at <= *last);
                let pairs = before.values.iter().zip(&values);
                let comes = pairs.filter(|(was, _)| was.is_some_and(|was| was < level));
                let reached = comes.filter_map(|(_, is)| is.filter(|is| *is >= level)).next();
                let above = was.filter(|was| *was >= level);
                let fires = reached.or_else(|| above.filter(|_| by_itself).and(*is));
                up = above.is_some() || reached.is_some();
                if let Some(value) = fires {
                    let entry = Entry {
                        name: "score".to_owned(),
                        at: event.at,
                        received_at: event.received_at,
                        event: event.id.as_str().to_owned(),
                        fields: fields(value, now_in.clone(), from.clone()),
                        entity: None,
                    };
                    let (workflow, event) = (workflow.id.clone(), event.id.clone());
                    turn.crossings.push(Crossing { workflow, event, entry });
                }
            }
            up &= is.is_none_or(|is| is >= rearm);
            set_up(turn, &workflow.id, &scoring.name, up, *last);
            plan_rise(turn, &workflow, scoring, level, up);
        }
        keep_band(turn, scoring, now_in, *last);
    }
}

/// The entry of a workflow that a fact made the score come up for, once.
pub(crate) fn crossed(turn: &mut Turn<'_>, workflow: &Workflow, event: &Event) -> Option<Entry> {
    let place = turn
        .crossings
        .iter()
        .position(|crossing| crossing.workflow == workflow.id && crossing.event == event.id)?;
    Some(turn.crossings.remove(place).entry)
}

/// Forgets what a fact of the past did: it starts nothing.
pub(crate) fn forget(turn: &mut Turn<'_>, event: &EventId) {
    turn.crossings.retain(|crossing| crossing.event != *event);
}

/// What a walk that a score starts sees as `entry`: for tests and by hand.
pub(crate) fn entry_fields(
    turn: &Turn<'_>,
    trigger: &ScoreTrigger,
    at: Timestamp,
) -> BTreeMap<String, Value> {
    let Some(scoring) = turn.world.library.scorings.get(&trigger.of) else { return BTreeMap::new() };
    let value = value_at(turn, scoring, at);
    let now_in = value.and_then(|value| band(scoring, value, kept_band(turn, scoring)));
    value.map(|value| fields(value, now_in, None)).unwrap_or_default()
}

/// Takes the present state of a score as it is, when a workflow or the rules are new: who is up already is
/// so without a walk, unless those who match are to enter.
pub(crate) fn plan(turn: &mut Turn<'_>, workflow: &Workflow, trigger: &ScoreTrigger, launch: bool) {
    let library = turn.world.library;
    let Some(scoring) = library.scorings.get(&trigger.of) else { return };
    let Some((level, rearm)) = trigger.levels(scoring) else { return };
    let now = turn.now;
    let Some(value) = value_at(turn, scoring, now) else { return };
    let was = is_up(turn, &workflow.id, &scoring.name);
    let up = if was { value >= rearm } else { value >= level };
    set_up(turn, &workflow.id, &scoring.name, up, now);
    plan_rise(turn, workflow, scoring, level, up);
    if up && !was && launch && !turn.world.workflows.is_paused(&workflow.id, now) {
        start(turn, workflow, trigger, Moment::of(now, now));
    }
}

/// Keeps the bands that have a memory, of all scores.
pub(crate) fn plan_bands(turn: &mut Turn<'_>) {
    let library = turn.world.library;
    for scoring in library.scorings.values().filter(|scoring| remembers(scoring)) {
        let now = turn.now;
        let value = value_at(turn, scoring, now);
        let now_in = value.and_then(|value| band(scoring, value, kept_band(turn, scoring)));
        keep_band(turn, scoring, now_in, now);
    }
}

/// The instant at which a score may come up by itself.
pub(crate) fn fire(turn: &mut Turn<'_>, workflow: &Workflow, trigger: &ScoreTrigger, timer: &Timer) {
    let library = turn.world.library;
    let Some(scoring) = library.scorings.get(&trigger.of) else { return };
    let Some((level, rearm)) = trigger.levels(scoring) else { return };
    let Some(value) = value_at(turn, scoring, timer.fire_at) else { return };
    let was = is_up(turn, &workflow.id, &scoring.name);
    let up = if was { value >= rearm } else { value >= level };
    set_up(turn, &workflow.id, &scoring.name, up, timer.fire_at);
    plan_rise(turn, workflow, scoring, level, up);
    if up && !was {
        let moment = Moment::of(timer.fire_at, turn.now);
        if plan::in_a_pause(turn, &workflow.id, timer.fire_at) {
            plan::missed_in_pause(turn, workflow, "score", moment);
        } else {
            start(turn, workflow, trigger, moment);
        }
    }
}

fn start(turn: &mut Turn<'_>, workflow: &Workflow, trigger: &ScoreTrigger, moment: Moment) {
    let fields = entry_fields(turn, trigger, moment.due);
    let (name, at) = ("score".to_owned(), moment.at);
    let entry = Entry { name, at, received_at: at, fields, ..Entry::default() };
    enroll::enroll(turn, workflow, entry, moment);
}

fn fields(value: Decimal, band: Option<String>, from: Option<String>) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::from([("score".to_owned(), Value::Number(value))]);
    fields.extend(band.map(|band| ("band".to_owned(), Value::Text(band))));
    fields.extend(from.map(|from| ("from".to_owned(), Value::Text(from))));
    fields
}

/// The workflows that wait for a score, the paused among them: their scores go on.
fn watchers<'t>(
    turn: &'t Turn<'_>,
    score: &'t str,
) -> impl Iterator<Item = (Arc<Workflow>, ScoreTrigger)> + 't {
    let workflows = turn.world.workflows;
    let live = workflows.current.values().filter_map(|version| workflows.versions.get(version));
    live.filter_map(move |workflow| match &workflow.trigger {
        Trigger::Score(trigger) if trigger.of == score => Some((Arc::clone(workflow), trigger.clone())),
        Trigger::Score(_)
        | Trigger::Event { .. }
        | Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Date(_)
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Schedule(_)
        | Trigger::Manual
        | Trigger::Called => None,
    })
}

/// Whether its bands have a memory.
fn remembers(scoring: &Scoring) -> bool {
    !scoring.bands.is_empty() && !scoring.stay.is_zero()
}

/// Whether a fact may change a score. What a rule's condition looks at may change with any fact.
fn concerns(scoring: &Scoring, event: &Event) -> bool {
    !scoring.fit.is_empty()
        || event.name == names::SCORE_ADDED
        || scoring.rules.iter().any(|rule| rule.event == event.name || rule.when.is_some())
}

/// The instants at which a fact can make a difference: its own, and for one that comes late those of the
/// facts after it, on which it has an effect as if it had come in order.
fn instants(turn: &Turn<'_>, scoring: &Scoring, at: Timestamp) -> Vec<Timestamp> {
    let names = scoring.rules.iter().map(|rule| rule.event.as_str()).chain([names::SCORE_ADDED]);
    let mut later: Vec<Timestamp> = names
        .flat_map(|name| {
            let all = turn.snapshot.events_of(name).iter().rev().map(|event| event.at);
            all.skip_while(|later| *later > turn.now).take_while(|later| *later > at).take(MOST_LATER)
        })
        .collect();
    later.sort();
    later.dedup();
    let skip = later.len().saturating_sub(MOST_LATER);
    std::iter::once(at).chain(later.into_iter().skip(skip)).collect()
}

fn value_at(turn: &Turn<'_>, scoring: &Scoring, at: Timestamp) -> Option<Decimal> {
    super::value(&turn.facts(None, None, at), scoring)
}

// What is kept.

fn band_key(scoring: &Scoring) -> StandingKey {
    StandingKey { kind: StandingKind::Score, name: scoring.name.clone() }
}

fn kept_band<'t>(turn: &'t Turn<'_>, scoring: &Scoring) -> Option<&'t str> {
    super::kept_band(&turn.snapshot, scoring)
}

fn keep_band(turn: &mut Turn<'_>, scoring: &Scoring, band: Option<String>, at: Timestamp) {
    if remembers(scoring) && kept_band(turn, scoring) != band.as_deref() {
        put(turn, band_key(scoring), band.map(|state| Standing { at, state }));
    }
}

fn up_key(workflow: &WorkflowId, score: &str) -> StandingKey {
    StandingKey { kind: StandingKind::Score, name: format!("{score}@{workflow}") }
}

fn is_up(turn: &Turn<'_>, workflow: &WorkflowId, score: &str) -> bool {
    turn.snapshot.standings.contains_key(&up_key(workflow, score))
}

fn set_up(turn: &mut Turn<'_>, workflow: &WorkflowId, score: &str, up: bool, at: Timestamp) {
    if is_up(turn, workflow, score) != up {
        let standing = up.then(|| Standing { at, state: "up".to_owned() });
        put(turn, up_key(workflow, score), standing);
    }
}

fn put(turn: &mut Turn<'_>, key: StandingKey, standing: Option<Standing>) {
    match standing {
        Some(standing) => turn.snapshot.standings.insert(key.clone(), standing),
        None => turn.snapshot.standings.remove(&key),
    };
    turn.changes.standings.insert(key);
}

// Scores that come up by themselves.

fn rise_key(workflow: &WorkflowId) -> TimerKey {
    TimerKey { workflow: workflow.clone(), subject: RISES.to_owned() }
}

fn rises_by(turn: &Turn<'_>, workflow: &WorkflowId) -> Option<Timestamp> {
    turn.snapshot.timers.get(&rise_key(workflow)).map(|timer| timer.fire_at)
}

/// Sets a timer for the instant at which a score comes up though nothing happens: points that were taken
/// away have faded, or a rule's condition has become true by time.
fn plan_rise(turn: &mut Turn<'_>, workflow: &Workflow, scoring: &Scoring, level: Decimal, up: bool) {
    let next = {
        let facts = turn.facts(None, None, turn.now);
        let changes = |condition: &Condition| keep::next_change(condition, &facts);
        let conditions = scoring.fit.iter().map(|rule| &rule.when);
        let mut conditions = conditions.chain(scoring.rules.iter().filter_map(|rule| rule.when.as_ref()));
        let by_time = conditions.any(|condition| changes(condition).is_some());
        let rises = by_time || Tally::of(&Reader::new(&facts), scoring).takes();
        (!up && rises).then(|| crossing::next_crossing(&facts, scoring, level, &changes)).flatten()
    };
    let timer = next.map(|fire_at| Timer { fire_at, basis: String::new() });
    plan::set(turn, rise_key(&workflow.id), timer);
}
