//! Time triggers of one customer: the next instant at which a date, a quiet period or a settling event can
//! start a walk. A timer is set for it, and looked at anew when it fires: facts in between cost nothing.

use crate::calendar::add::add;
use crate::calendar::date;
use crate::condition;
use crate::enroll;
use crate::keep;
use crate::pause::Firing;
use crate::release;
use crate::score::watch;
use crate::turn::Turn;
use crate::world::{Moment, ON_TIME_MS};
use dsl::condition::reads::Reads;
use dsl::condition::{Operand, Path, Root};
use dsl::library::Library;
use dsl::step::WaitLength;
use dsl::trigger::{DateTrigger, Lateness, Trigger};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use jiff::civil::Date;
use model::event::names;
use model::{
    DateAnchor, DateRepeat, EntityId, Entry, EntryMemory, Event, Length, Shift, Timer, TimerKey, Value,
    WorkflowId, zone,
};
use std::collections::BTreeMap;
use std::sync::Arc;

mod own_clock;

/// A time trigger that is handled later than this after its instant is missed: 24 h (rules.md §1).
const MOST_LATE_MS: i64 = 24 * 3_600_000;
/// Before any date that a trigger can hang on: the year 1800.
const LONG_AGO: Timestamp = Timestamp::constant(-5_364_662_400, 0);
/// The timer of a customer whose first fact is still to come.
const APPEAR: &str = "@appear";

/// Plans all time triggers of the customer (a publish, an import, a new customer). Workflows in `launch`
/// admit also those whose quiet period is over already.
pub(crate) fn plan_all(turn: &mut Turn<'_>, launch: &[WorkflowId]) {
    // A customer exists from the first fact we hold: until then nothing is planned but that instant.
    if let Some(since) = turn.snapshot.customer.created_at().filter(|since| *since > turn.now) {
        let key = TimerKey { workflow: WorkflowId::new(""), subject: APPEAR.to_owned() };
        return set(turn, key, Some(Timer { fire_at: since, basis: String::new() }));
    }
    watch::plan_bands(turn);
    for workflow in live(turn) {
        match &workflow.trigger {
            // In a test the walk enters at the clock: that quiet period is spent.
            Trigger::Inactive { .. } if turn.world.trial.is_some_and(|trial| trial.enters) => {}
            Trigger::Inactive { no, length } => {
                plan_quiet(turn, &workflow, no, length, launch.contains(&workflow.id))
            }
            Trigger::Date(trigger) => plan_dates(turn, &workflow, trigger, None),
            Trigger::Schedule(trigger) => own_clock::plan(turn, &workflow, trigger),
            Trigger::Score(trigger) => {
                watch::plan(turn, &workflow, trigger, launch.contains(&workflow.id));
            }
            Trigger::Event { .. }
            | Trigger::Stage { .. }
            | Trigger::Attribute { .. }
            | Trigger::Segment { .. }
            | Trigger::Manual
            | Trigger::Called => {}
        }
    }
}

/// All live versions, the paused among them: their timers go on, so that what would have fired is missed.
fn live(turn: &Turn<'_>) -> Vec<Arc<Workflow>> {
    let workflows = turn.world.workflows;
    workflows.current.values().filter_map(|version| workflows.versions.get(version)).cloned().collect()
}

/// A fact may begin a quiet period, move a date that a trigger or a walk hangs on, or bring one.
pub(crate) fn after_event(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    for workflow in live(turn) {
        match &workflow.trigger {
            Trigger::Inactive { no, length }
                if no.contains(&event.name) || moves(turn.world.library, length, event) =>
            {
                plan_quiet(turn, &workflow, no, length, false);
            }
            Trigger::Date(trigger) if touches(turn, event, &trigger.of) => {
                let subject = event.entity.as_ref().map(|(_, id)| id.clone());
                plan_dates(turn, &workflow, trigger, subject);
            }
            Trigger::Schedule(trigger) => own_clock::after_event(turn, &workflow, trigger, event),
            Trigger::Inactive { .. }
            | Trigger::Date(_)
            | Trigger::Score(_)
            | Trigger::Event { .. }
            | Trigger::Stage { .. }
            | Trigger::Attribute { .. }
            | Trigger::Segment { .. }
            | Trigger::Manual
            | Trigger::Called => {}
        }
    }
    let walks: Vec<_> = turn
        .snapshot
        .enrollments
        .iter()
        .filter(|walk| walk.is_active())
        .map(|walk| walk.id.clone())
        .collect();
    for id in walks {
        crate::advance::replan(turn, &id, moment);
    }
}

/// Whether a fact can change the date at a path.
fn touches(turn: &Turn<'_>, event: &Event, path: &Path) -> bool {
    let attribute = event.properties.get("attribute").and_then(Value::as_text);
    let zone = moves_the_clock(event);
    let sets = turn.world.library.model.events.get(&event.name).map(|kind| &kind.sets);
    match &path.root {
        Root::Customer => {
            zone || (event.name == names::CUSTOMER_CHANGED && attribute == Some(&*path.field))
                || is_computed(turn, path)
        }
        Root::Entity(kind) => {
            let own = event.entity.as_ref().is_some_and(|(known, _)| known.as_str() == &**kind);
            zone || own || sets.is_some_and(|sets| sets.keys().any(|(known, _)| known.as_str() == &**kind))
        }
        Root::Entry
        | Root::Event
        | Root::Owner
        | Root::Vars
        | Root::Inputs
        | Root::Step(_)
        | Root::Answer(_) => false,
    }
}

/// Whether a fact may give the customer another zone.
pub(crate) fn moves_the_clock(event: &Event) -> bool {
    let attribute = event.properties.get("attribute").and_then(Value::as_text);
    event.name == names::CUSTOMER_CHANGED && matches!(attribute, Some("zone" | "country"))
}

/// A date that the engine keeps by `from:` may move with any fact.
fn is_computed(turn: &Turn<'_>, path: &Path) -> bool {
    turn.world
        .library
        .model
        .customer
        .get(&*path.field)
        .is_some_and(|attribute| matches!(attribute.origin, dsl::library::Origin::From(_)))
}

pub(crate) fn set(turn: &mut Turn<'_>, key: TimerKey, timer: Option<Timer>) {
    let known = turn.snapshot.timers.get(&key);
    if known == timer.as_ref() {
        return;
    }
    match timer {
        Some(timer) => turn.snapshot.timers.insert(key.clone(), timer),
        None => turn.snapshot.timers.remove(&key),
    };
    turn.changes.timers.insert(key);
}

// Quiet periods.

/// The last of the events by an instant, else when we first knew the customer.
fn last_of(turn: &Turn<'_>, no: &[String], by: Timestamp) -> Option<Timestamp> {
    no.iter()
        .filter_map(|name| turn.snapshot.events_of(name).iter().rev().find(|event| event.at <= by))
        .map(|event| event.at)
        .max()
        .or_else(|| turn.snapshot.customer.created_at().filter(|at| *at <= by))
}

/// Whether a fact changes how long somebody must be quiet.
fn moves(library: &Library, length: &WaitLength, event: &Event) -> bool {
    match length {
        WaitLength::Fixed(_) => false,
        WaitLength::Computed { formula, .. } => {
            keep::touches(library, &Reads::of_operand(formula, library), event)
        }
    }
}

/// How long this customer must be quiet, within the bounds. `None`: their own rhythm is not known.
fn length_of(turn: &Turn<'_>, length: &WaitLength) -> Option<Length> {
    match length {
        WaitLength::Fixed(length) => Some(*length),
        WaitLength::Computed { formula, at_least, at_most } => {
            let own = condition::value(formula, &turn.facts(None, None, turn.now))?.as_length()?;
            let short = own.approximate_ms() < at_least.approximate_ms();
            let long = own.approximate_ms() > at_most.approximate_ms();
            Some(if short {
                *at_least
            } else if long {
                *at_most
            } else {
                own
            })
        }
    }
}

fn plan_quiet(turn: &mut Turn<'_>, workflow: &Workflow, no: &[String], length: &WaitLength, launch: bool) {
    let key = TimerKey { workflow: workflow.id.clone(), subject: String::new() };
    let Some(last) = last_of(turn, no, turn.now) else { return };
    let Some(length) = length_of(turn, length) else { return set(turn, key, None) };
    let deadline = add(last, &length, &turn.zone, &turn.world.library.calendar);
    let timer = |fire_at| Some(Timer { fire_at, basis: last.to_string() });
    if deadline >= turn.now {
        // A timer set for earlier looks again when it fires: an event costs no write.
        let early = turn.snapshot.timers.get(&key).is_some_and(|known| known.fire_at <= deadline);
        if !early {
            set(turn, key, timer(deadline));
        }
    } else if launch {
        set(turn, key, timer(turn.now));
    } else {
        // Past when we learn of it: it does not fire.
        set(turn, key, None);
    }
}

fn fire_quiet(
    turn: &mut Turn<'_>,
    workflow: &Arc<Workflow>,
    key: TimerKey,
    timer: &Timer,
    no: &[String],
    length: &WaitLength,
) {
    let Some(last) = last_of(turn, no, turn.now) else { return };
    let Some(length) = length_of(turn, length) else { return };
    let deadline = add(last, &length, &turn.zone, &turn.world.library.calendar);
    if deadline > timer.fire_at {
        set(turn, key, Some(Timer { fire_at: deadline, basis: last.to_string() }));
        return;
    }
    let moment = Moment::of(timer.fire_at, turn.now);
    let fields = BTreeMap::from([("since".to_owned(), Value::Instant(last))]);
    let entry = Entry {
        name: "inactive".to_owned(),
        at: moment.at,
        received_at: moment.at,
        fields,
        ..Entry::default()
    };
    enroll::enroll(turn, workflow, entry, moment);
}

// Dates.

/// The things whose dates a trigger looks at: the customer, or each entity of a kind.
fn subjects(turn: &Turn<'_>, path: &Path, only: Option<EntityId>) -> Vec<Option<(String, EntityId)>> {
    let Some(kind) = path.root.entity() else { return vec![None] };
    let entities = turn.snapshot.entities.keys();
    entities
        .filter(|(known, id)| known.as_str() == kind && only.as_ref().is_none_or(|only| only == id))
        .map(|key| Some(key.clone()))
        .collect()
}

fn anchor(turn: &Turn<'_>, path: &Path, subject: Option<&(String, EntityId)>) -> Option<DateAnchor> {
    let entry = Entry { entity: subject.cloned(), ..Entry::default() };
    let mut facts = turn.facts(None, None, turn.now);
    facts.entry = Some(&entry);
    match condition::value(&Operand::Name(path.clone()), &facts)? {
        Value::Date(date) => Some(DateAnchor::Date(date)),
        Value::Birthday(birthday) => Some(DateAnchor::Birthday(birthday)),
        Value::Instant(instant) => Some(DateAnchor::Instant(instant)),
        Value::Text(_) | Value::Number(_) | Value::YesNo(_) | Value::Length(_) | Value::List(_) => None,
    }
}

fn timer_key(workflow: &Workflow, subject: Option<&(String, EntityId)>) -> TimerKey {
    let subject = subject.map(|(_, id)| id.to_string()).unwrap_or_default();
    TimerKey { workflow: workflow.id.clone(), subject }
}

/// Under this key the entry memory holds that a date has fired: once per (subject, date).
fn fired_key(workflow: &Workflow, subject: &str, date: Date) -> (WorkflowId, String) {
    (workflow.id.clone(), format!("@{subject}@{date}"))
}

fn plan_dates(turn: &mut Turn<'_>, workflow: &Workflow, trigger: &DateTrigger, only: Option<EntityId>) {
    for subject in subjects(turn, &trigger.of, only) {
        let key = timer_key(workflow, subject.as_ref());
        let anchor = anchor(turn, &trigger.of, subject.as_ref());
        let next = anchor
            .as_ref()
            .and_then(|anchor| first_occurrence(turn, workflow, trigger, anchor, &key.subject));
        if next.is_none()
            && trigger.rule.repeat == DateRepeat::Once
            && let Some(anchor) = &anchor
        {
            past_already(turn, workflow, trigger, anchor, &key.subject);
        }
        set(turn, key, next);
    }
}

/// A date that comes once and whose instant is past when first planned: it does not fire, and counts as
/// missed, once.
fn past_already(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    trigger: &DateTrigger,
    anchor: &DateAnchor,
    subject: &str,
) {
    let work = &turn.world.library.calendar;
    let Some(past) = date::occurrence(anchor, &trigger.rule, LONG_AGO, &turn.zone, work) else { return };
    let fired = fired_key(workflow, subject, past.date);
    if past.fires_at >= turn.now || turn.snapshot.memory.contains_key(&fired) {
        return;
    }
    turn.snapshot.memory.insert(fired.clone(), EntryMemory { entered_at: turn.now });
    turn.changes.memory.insert(fired);
    let fields = BTreeMap::from([("date".to_owned(), Value::Date(past.date))]);
    missed(turn, workflow, "date", Moment::of(turn.now, turn.now), &fields);
}

/// The first firing from now on. One whose instant is past does not fire, except that a `before:` whose
/// date itself is still ahead enters at once.
fn first_occurrence(
    turn: &Turn<'_>,
    workflow: &Workflow,
    trigger: &DateTrigger,
    anchor: &DateAnchor,
    subject: &str,
) -> Option<Timer> {
    let work = &turn.world.library.calendar;
    let fired = |date: Date| turn.snapshot.memory.contains_key(&fired_key(workflow, subject, date));
    let mut from = match &trigger.rule.shift {
        Shift::Before(length) => {
            let day = Length::from_days(2);
            let back = length.checked_add(&day).unwrap_or(*length);
            crate::calendar::add::subtract(turn.now, &back, &turn.zone, work)
        }
        Shift::None | Shift::After(_) => turn.now,
    };
    loop {
        let next = date::occurrence(anchor, &trigger.rule, from, &turn.zone, work)?;
        let ahead = zone::to_instant(next.date.to_datetime(trigger.rule.at), &turn.zone) > turn.now;
        if (next.fires_at >= turn.now || ahead) && !fired(next.date) {
            return Some(Timer { fire_at: next.fires_at.max(turn.now), basis: next.date.to_string() });
        }
        from = next.fires_at + jiff::SignedDuration::from_millis(1);
    }
}

fn fire_date(
    turn: &mut Turn<'_>,
    workflow: &Arc<Workflow>,
    key: &TimerKey,
    timer: &Timer,
    trigger: &DateTrigger,
) {
    let Ok(date) = timer.basis.parse::<Date>() else { return };
    let subject = trigger.of.root.entity().map(|kind| (kind.to_owned(), EntityId::new(&key.subject)));
    let fired = fired_key(workflow, &key.subject, date);
    turn.snapshot.memory.insert(fired.clone(), EntryMemory { entered_at: timer.fire_at });
    turn.changes.memory.insert(fired);
    if let Some(anchor) = anchor(turn, &trigger.of, subject.as_ref()) {
        let after = timer.fire_at + jiff::SignedDuration::from_millis(1);
        let next = date::occurrence(&anchor, &trigger.rule, after, &turn.zone, &turn.world.library.calendar)
            .filter(|next| next.date > date);
        set(
            turn,
            key.clone(),
            next.map(|next| Timer { fire_at: next.fires_at, basis: next.date.to_string() }),
        );
    }
    let moment = Moment::of(timer.fire_at, turn.now);
    let fields = BTreeMap::from([("date".to_owned(), Value::Date(date))]);
    if is_too_late(turn, timer, &trigger.late) {
        return missed(turn, workflow, "date", moment, &fields);
    }
    let entry = Entry {
        name: "date".to_owned(),
        at: moment.at,
        received_at: moment.at,
        event: String::new(),
        fields,
        entity: subject,
    };
    enroll::enroll(turn, workflow, entry, moment);
}

/// Whether a firing is handled so late that it is missed.
pub(crate) fn is_missed(turn: &Turn<'_>, timer: &Timer) -> bool {
    is_too_late(turn, timer, &Lateness::default())
}

/// The same by what its trigger says.
fn is_too_late(turn: &Turn<'_>, timer: &Timer, rule: &Lateness) -> bool {
    let late = turn.now.as_millisecond().saturating_sub(timer.fire_at.as_millisecond());
    let most = rule.most.as_ref().map(|most| {
        let until = add(timer.fire_at, most, &turn.zone, &turn.world.library.calendar);
        until.as_millisecond().saturating_sub(timer.fire_at.as_millisecond())
    });
    late > most.unwrap_or(MOST_LATE_MS) || (rule.skip && late > ON_TIME_MS)
}

pub(crate) fn missed(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    what: &str,
    moment: Moment,
    fields: &BTreeMap<String, Value>,
) {
    enroll::refused(turn, workflow, what.to_owned(), "missed", crate::route::plain(fields), moment);
}

/// Whether what fires at an instant, and is handled now, is missed because the workflow was or is held.
pub(crate) fn in_a_pause(turn: &Turn<'_>, id: &WorkflowId, fires_at: Timestamp) -> bool {
    turn.world.workflows.firing(id, fires_at, turn.now) != Firing::Counts
}

/// A firing in a pause counts as missed.
pub(crate) fn missed_in_pause(turn: &mut Turn<'_>, workflow: &Workflow, what: &str, moment: Moment) {
    let values = BTreeMap::from([("paused".to_owned(), Value::YesNo(true))]);
    missed(turn, workflow, what, moment, &values);
}

// Settling events.

/// An event that starts a walk once nothing of it came for a while: the last one counts, per key.
pub(crate) fn settle(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    settles: &Length,
    event: &Event,
    entry: &Entry,
) {
    let subject = workflow
        .key
        .as_ref()
        .and_then(|path| {
            let mut facts = turn.facts(None, Some(entry), event.at);
            facts.entry = Some(entry);
            condition::value(&Operand::Name(path.clone()), &facts)
        })
        .map(|value| Turn::text_of(&value))
        .unwrap_or_default();
    let fire_at = add(event.at, settles, &turn.zone, &turn.world.library.calendar);
    let key = TimerKey { workflow: workflow.id.clone(), subject };
    let later = turn.snapshot.timers.get(&key).is_none_or(|known| known.fire_at <= fire_at);
    if later {
        set(turn, key, Some(Timer { fire_at, basis: event.id.to_string() }));
    }
}

fn fire_settled(turn: &mut Turn<'_>, workflow: &Arc<Workflow>, timer: &Timer, name: &str) {
    let settled = turn.snapshot.events_of(name).iter().rev().find(|event| event.id.as_str() == timer.basis);
    if let Some(entry) = settled.map(Entry::of_event) {
        let moment = Moment::of(timer.fire_at, turn.now);
        enroll::enroll(turn, workflow, entry, moment);
    }
}

/// A timer's instant has come.
pub(crate) fn fire(turn: &mut Turn<'_>, key: &TimerKey) {
    let Some(timer) = turn.snapshot.timers.remove(key) else { return };
    turn.changes.timers.insert(key.clone());
    if key.subject == APPEAR {
        return plan_all(turn, &[]);
    }
    if key.workflow.as_str() == crate::todo::TASK {
        return crate::todo::fire(turn, &key.subject, timer.fire_at);
    }
    if key.workflow.as_str() == crate::lead::LEAD {
        return crate::lead::fire(turn, &key.subject);
    }
    if key.workflow.as_str() == keep::KEEP {
        return keep::fire(turn, &timer);
    }
    if key.workflow.as_str() == keep::rank::RANK {
        return keep::rank::fire(turn, &key.subject, &timer);
    }
    let Some(workflow) = turn.world.workflows.live(&key.workflow).cloned() else { return };
    let paused = in_a_pause(turn, &workflow.id, timer.fire_at);
    match &workflow.trigger {
        _ if release::lets_in(key) => release::fire(turn, &workflow, &timer),
        Trigger::Score(trigger) => watch::fire(turn, &workflow, trigger, &timer),
        trigger if paused => {
            // Firings during a pause are missed; the next one is planned as ever.
            let what = match trigger {
                Trigger::Date(_) => "date",
                Trigger::Inactive { .. } => "inactive",
                Trigger::Event { name, .. } => name,
                Trigger::Segment { .. } => "segment",
                Trigger::Schedule(_) => "schedule",
                Trigger::Score(_) => "score",
                Trigger::Manual | Trigger::Called | Trigger::Stage { .. } | Trigger::Attribute { .. } => {
                    "manual"
                }
            };
            missed_in_pause(turn, &workflow, what, Moment::of(timer.fire_at, turn.now));
            if let (Trigger::Date(trigger), Ok(date)) = (trigger, timer.basis.parse::<Date>()) {
                let fired = fired_key(&workflow, &key.subject, date);
                turn.snapshot.memory.insert(fired.clone(), EntryMemory { entered_at: timer.fire_at });
                turn.changes.memory.insert(fired);
                let only = (!key.subject.is_empty()).then(|| EntityId::new(&key.subject));
                plan_dates(turn, &workflow, trigger, only);
            }
            if let Trigger::Schedule(trigger) = trigger {
                own_clock::next(turn, &workflow, trigger, key, &timer);
            }
        }
        Trigger::Inactive { no, length } => fire_quiet(turn, &workflow, key.clone(), &timer, no, length),
        Trigger::Date(trigger) => fire_date(turn, &workflow, key, &timer, trigger),
        Trigger::Event { name, .. } => fire_settled(turn, &workflow, &timer, name),
        Trigger::Schedule(trigger) => {
            own_clock::next(turn, &workflow, trigger, key, &timer);
            if own_clock::asks(turn, &workflow, trigger, &timer) {
                fire_schedule(turn, &workflow, &timer, "schedule", &trigger.late);
            }
        }
        Trigger::Manual => fire_schedule(turn, &workflow, &timer, "manual", &Lateness::default()),
        Trigger::Stage { .. } | Trigger::Attribute { .. } | Trigger::Segment { .. } | Trigger::Called => {}
    }
}

/// A schedule came round, or a person starts the workflow.
fn fire_schedule(turn: &mut Turn<'_>, workflow: &Arc<Workflow>, timer: &Timer, by: &str, late: &Lateness) {
    let moment = Moment::of(timer.fire_at, turn.now);
    if is_too_late(turn, timer, late) {
        return missed(turn, workflow, by, moment, &BTreeMap::new());
    }
    let entry = Entry { name: by.to_owned(), at: moment.at, received_at: moment.at, ..Entry::default() };
    enroll::enroll(turn, workflow, entry, moment);
}
