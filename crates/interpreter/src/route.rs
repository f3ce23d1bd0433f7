//! A fact meets the customer's walks and the triggers: goals, exits, waits, then entries.

use crate::advance;
use crate::condition;
use crate::contest;
use crate::enroll;
use crate::lead;
use crate::pause::Firing;
use crate::plan;
use crate::release;
use crate::score::watch;
use crate::turn::{Starts, Turn};
use crate::world::Moment;
use dsl::condition::{Condition, Root};
use dsl::step::Verb;
use dsl::trigger::{Crossing, Subject, Trigger};
use dsl::workflow::{Goal, GoalReached, Workflow};
use model::event::names;
use model::{Did, Enrollment, EnrollmentId, Entry, Event, Narrow, Outcome, Value, WalkState};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Routes a fact that has been applied.
pub(crate) fn route(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    if event.name == names::WEBHOOK_ANSWERED {
        // It concerns the walk that asked, and nobody else.
        return advance::webhook_answered(turn, event, moment);
    }
    if event.name == names::CUSTOMER_FORGOTTEN {
        return advance::forgotten(turn, moment);
    }
    crate::todo::after_event(turn, event, moment);
    lead::after_event(turn, event, moment);
    let entry = Entry::of_event(event);
    meet_all(turn, event, &entry, moment);
    let workflows: VecDeque<Arc<Workflow>> = turn.world.workflows.in_order().into_iter().cloned().collect();
    if contest::is_counted(&turn.snapshot) {
        for workflow in &workflows {
            contest::met(turn, workflow, event, moment);
        }
    }
    if turn.anybody_ready() {
        // Walks that this fact moved go on first where they come first; the others see what they do.
        turn.starts.push_back(Starts { workflows, event: event.clone(), moment });
    } else {
        start_in_turn(turn, workflows, event, &entry, moment);
    }
    plan::after_event(turn, event, moment);
}

/// Routes a fact of which we hear long after it happened, and which has been applied: it may end the walks under
/// way, reach their goals or be what they wait for, but starts nothing (rules.md §9: an import).
pub(crate) fn late(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    crate::todo::after_event(turn, event, moment);
    lead::heard_late(turn, event, moment);
    meet_all(turn, event, &Entry::of_event(event), moment);
}

fn meet_all(turn: &mut Turn<'_>, event: &Event, entry: &Entry, moment: Moment) {
    for (id, workflow) in walks(turn) {
        let Some(enrollment) = turn.snapshot.enrollment(&id).cloned() else { continue };
        if enrollment.is_active() {
            meet(turn, &enrollment, &workflow, event, entry, moment);
        } else {
            convert(turn, enrollment, &workflow, event, entry, moment);
        }
    }
}

/// Goes on with the workflows that a fact may start.
pub(crate) fn start_all(turn: &mut Turn<'_>, starts: Starts) {
    let entry = Entry::of_event(&starts.event);
    let mut workflows = starts.workflows;
    if let Some(workflow) = workflows.pop_front() {
        start(turn, &workflow, &starts.event, &entry, starts.moment);
    }
    if turn.anybody_ready() && !workflows.is_empty() {
        turn.starts.push_front(Starts { workflows, ..starts });
    } else {
        start_in_turn(turn, workflows, &starts.event, &entry, starts.moment);
    }
}

/// Starts one workflow after the other. Once somebody has entered one, it walks before the next is asked:
/// the later sees the effects of the earlier.
fn start_in_turn(
    turn: &mut Turn<'_>,
    mut workflows: VecDeque<Arc<Workflow>>,
    event: &Event,
    entry: &Entry,
    moment: Moment,
) {
    while let Some(workflow) = workflows.pop_front() {
        start(turn, &workflow, event, entry, moment);
        if !workflows.is_empty() && turn.anybody_ready() {
            turn.starts.push_front(Starts { workflows, event: event.clone(), moment });
            return;
        }
    }
}

/// The customer's walks with their versions, the higher priority first, then by workflow and key. Those of
/// paused workflows meet facts, too, and rest where these bring them: no step runs (rules.md §5.15).
fn walks(turn: &Turn<'_>) -> Vec<(EnrollmentId, Arc<Workflow>)> {
    let mut walks: Vec<_> = turn
        .snapshot
        .enrollments
        .iter()
        .filter_map(|enrollment| {
            let workflow = turn.world.workflows.versions.get(&enrollment.version)?;
            Some((
                -workflow.priority,
                enrollment.workflow.clone(),
                enrollment.key.clone(),
                enrollment.id.clone(),
                workflow,
            ))
        })
        .collect();
    walks.sort_by(|a, b| (a.0, &a.1, &a.2, &a.3).cmp(&(b.0, &b.1, &b.2, &b.3)));
    walks.into_iter().map(|(_, _, _, id, workflow)| (id, Arc::clone(workflow))).collect()
}

/// A fact meets one walk: it may end it, reach its goal, or be what it waits for.
fn meet(
    turn: &mut Turn<'_>,
    enrollment: &Enrollment,
    workflow: &Arc<Workflow>,
    event: &Event,
    entry: &Entry,
    moment: Moment,
) {
    if falsifies(workflow, enrollment, event) {
        advance::not_quiet(turn, &enrollment.id, moment);
        return;
    }
    let ours = enrollment.walk.entry.is_before(event) && same_key(turn, workflow, enrollment, event);
    if let Some(goal) = &workflow.goal
        && enrollment.walk.goal.is_none()
        && reached(turn, goal, enrollment, event, entry, moment, ours)
    {
        advance::reach_goal(turn, &enrollment.id, entry.clone(), moment);
        return;
    }
    for rule in &workflow.exit_when {
        let named = match &rule.event {
            Some(name) => ours && *name == event.name && counts(event, rule.when.as_ref()),
            None => true,
        };
        let holds = rule.when.as_ref().is_none_or(|when| {
            let candidate = rule.event.is_some().then_some(entry);
            condition::holds(when, &turn.facts(Some(enrollment), candidate, moment.at))
        });
        if named && holds {
            advance::leave(turn, &enrollment.id, rule.reason.as_deref().unwrap_or("exit_when"), moment);
            return;
        }
    }
    if ours {
        came(turn, enrollment, workflow, event, entry, moment);
    }
}

/// A late fact shows that the customer had not been quiet.
fn falsifies(workflow: &Workflow, enrollment: &Enrollment, event: &Event) -> bool {
    let Trigger::Inactive { no, .. } = &workflow.trigger else { return false };
    let since = enrollment.walk.entry.fields.get("since").and_then(Value::as_instant);
    no.contains(&event.name)
        && event.at <= enrollment.walk.entry.at
        && since.is_none_or(|since| event.at > since)
}

fn reached(
    turn: &Turn<'_>,
    goal: &Goal,
    enrollment: &Enrollment,
    event: &Event,
    entry: &Entry,
    moment: Moment,
    ours: bool,
) -> bool {
    if enrollment.goal_until.is_some_and(|until| event.at >= until) {
        return false;
    }
    match &goal.reached {
        GoalReached::Event { name, when } => {
            ours && *name == event.name
                && counts(event, when.as_ref())
                && when.as_ref().is_none_or(|when| {
                    condition::holds(when, &turn.facts(Some(enrollment), Some(entry), moment.at))
                })
        }
        GoalReached::When(when) => condition::holds(when, &turn.facts(Some(enrollment), None, moment.at)),
    }
}

/// Opens and clicks by machines count only for those who ask for them.
pub(crate) fn counts(event: &Event, when: Option<&Condition>) -> bool {
    let by_machine = event.properties.get("human") == Some(&Value::YesNo(false));
    !by_machine || when.is_some_and(|when| when.text.contains("event.human"))
}

/// In a keyed walk, only facts of the same key count, where the fact declares that field.
pub(crate) fn same_key(turn: &Turn<'_>, workflow: &Workflow, enrollment: &Enrollment, event: &Event) -> bool {
    let Some(narrow) = narrow(workflow, enrollment) else { return true };
    if let Some((kind, id)) = &event.entity
        && narrow.kind.as_ref() == Some(kind)
    {
        return id.as_str() == narrow.value;
    }
    let model = &turn.world.library.model;
    let declared = model.events.get(&event.name).is_some_and(|kind| kind.fields.contains_key(&narrow.field));
    !declared || event.properties.get(&narrow.field).map(Turn::text_of).as_ref() == Some(&narrow.value)
}

/// What tells the facts of a walk from those of a parallel one; `None`: all of the customer's count. A called
/// walk counts what its caller counts.
pub(crate) fn narrow(workflow: &Workflow, enrollment: &Enrollment) -> Option<Narrow> {
    if let Some(caller) = &enrollment.walk.caller {
        return caller.narrow.clone();
    }
    let value = enrollment.key.clone();
    match (&workflow.key, &enrollment.walk.entry.entity) {
        (Some(path), _) => match &path.root {
            Root::Entry | Root::Event => Some(Narrow { kind: None, field: path.field.to_string(), value }),
            Root::Entity(kind) => Some(Narrow {
                kind: (*path.field == *"id").then(|| kind.to_string()),
                field: format!("{kind}_{}", path.field),
                value,
            }),
            Root::Customer | Root::Owner | Root::Vars | Root::Inputs | Root::Step(_) | Root::Answer(_) => {
                None
            }
        },
        (None, Some((kind, _))) => {
            Some(Narrow { kind: Some(kind.clone()), field: format!("{kind}_id"), value })
        }
        (None, None) => None,
    }
}

/// A walk that waits for this fact goes on.
fn came(
    turn: &mut Turn<'_>,
    enrollment: &Enrollment,
    workflow: &Arc<Workflow>,
    event: &Event,
    entry: &Entry,
    moment: Moment,
) {
    let WalkState::Waiting { step: id, since, wake_at } = &enrollment.state else { return };
    let Some(at) = workflow.find(id) else { return };
    let Some(step) = workflow.step(at) else { return };
    let Verb::WaitFor { events, since: rule, of, .. } = &step.verb else { return };
    if event.at > *wake_at {
        return;
    }
    for (number, awaited) in events.iter().enumerate() {
        if awaited.event != event.name {
            continue;
        }
        let from = crate::step::wait_for::since(turn, workflow, enrollment, rule, of, &awaited.event, *since);
        let fits = from.takes(event) && counts(event, awaited.when.as_ref()) && {
            let facts = turn.facts(Some(enrollment), Some(entry), moment.at);
            awaited.when.as_ref().is_none_or(|when| condition::holds(when, &facts))
        };
        if fits {
            advance::came(turn, &enrollment.id, at, number as u32, entry.clone(), moment);
            return;
        }
    }
}

/// A walk that has ended still counts a conversion inside its goal's window.
fn convert(
    turn: &mut Turn<'_>,
    mut enrollment: Enrollment,
    workflow: &Arc<Workflow>,
    event: &Event,
    entry: &Entry,
    moment: Moment,
) {
    let Some(goal) = &workflow.goal else { return };
    let Some(until) = enrollment.goal_until else { return };
    if enrollment.walk.converted_at.is_some() || event.at >= until {
        return;
    }
    let ours = enrollment.walk.entry.is_before(event) && same_key(turn, workflow, &enrollment, event);
    if !reached(turn, goal, &enrollment, event, entry, moment, ours) {
        return;
    }
    let values = advance::goal_values(turn, goal, &enrollment, entry, moment);
    enrollment.walk.converted_at = Some(moment.at);
    enrollment.goal_until = None;
    turn.changes.cancel(&enrollment.id, "goal");
    turn.trace(crate::turn::Line {
        at: moment.at,
        workflow: (&workflow.id, &workflow.version),
        enrollment: Some(&enrollment.id),
        step: None,
        did: Did::Goal,
        what: event.name.clone(),
        outcome: Outcome::Done,
        until: None,
        reason: None,
        values,
    });
    turn.put(enrollment);
}

/// A fact may start a workflow.
fn start(turn: &mut Turn<'_>, workflow: &Arc<Workflow>, event: &Event, entry: &Entry, moment: Moment) {
    let field = |name: &str| event.properties.get(name);
    let one_of = |allowed: &[String], value: Option<&Value>| {
        allowed.is_empty()
            || value.and_then(Value::as_text).is_some_and(|value| allowed.iter().any(|a| a == value))
    };
    let fires = match &workflow.trigger {
        Trigger::Event { name, when, settles, to } => {
            let fits = *name == event.name
                && counts(event, when.as_ref())
                && [when, to].into_iter().flatten().all(|condition| {
                    let mut facts = turn.facts(None, Some(entry), moment.at);
                    facts.entry = Some(entry);
                    condition::holds(condition, &facts)
                });
            if fits && let Some(settles) = settles {
                plan::settle(turn, workflow, settles, event, entry);
                return;
            }
            fits
        }
        Trigger::Stage { of, from, to } => {
            let moved = match of {
                Subject::Customer => {
                    event.name == names::CUSTOMER_CHANGED
                        && field("attribute").and_then(Value::as_text) == Some("stage")
                }
                Subject::Entity(kind) => event.name == names::stage_changed(kind),
            };
            let from_now = field("from").cloned().or_else(|| first_stage(turn, of));
            moved && one_of(from, from_now.as_ref()) && one_of(to, field("to"))
        }
        Trigger::Attribute { of, attribute, from, to } => {
            let name = match of {
                Subject::Customer => names::CUSTOMER_CHANGED.to_owned(),
                Subject::Entity(kind) => names::changed(kind),
            };
            let is = |wanted: &[Value], value: Option<&Value>| {
                wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
            };
            event.name == name
                && field("attribute").and_then(Value::as_text) == Some(attribute)
                && is(from, field("from").or(default_of(turn, of, attribute)))
                && is(to, field("to").or(default_of(turn, of, attribute)))
        }
        Trigger::Segment { name, crossing } => {
            let what = match crossing {
                Crossing::Enters => names::SEGMENT_ENTERED,
                Crossing::Leaves => names::SEGMENT_LEFT,
            };
            event.name == what && field("segment").and_then(Value::as_text) == Some(name)
        }
        Trigger::Score(_) => {
            if let Some(entry) = watch::crossed(turn, workflow, event) {
                enter(turn, workflow, event, entry, moment);
            }
            return;
        }
        Trigger::Date(_)
        | Trigger::Inactive { .. }
        | Trigger::Schedule(_)
        | Trigger::Manual
        | Trigger::Called => false,
    };
    if fires {
        enter(turn, workflow, event, entry.clone(), moment);
    }
}

/// What happens in a pause starts nothing; who came before it and was not looked at stands in line.
fn enter(turn: &mut Turn<'_>, workflow: &Arc<Workflow>, event: &Event, entry: Entry, moment: Moment) {
    match turn.world.workflows.firing(&workflow.id, event.at, turn.now) {
        Firing::Counts => enroll::enroll(turn, workflow, entry, moment),
        Firing::Missed => plan::missed_in_pause(turn, workflow, &entry.name, moment),
        Firing::Waits => release::ask(turn, workflow, &entry, moment.due),
    }
}

/// The stage of what was never moved: the first.
fn first_stage(turn: &Turn<'_>, of: &Subject) -> Option<Value> {
    match of {
        Subject::Customer => default_of(turn, of, "stage").cloned(),
        Subject::Entity(kind) => {
            let first = turn.world.library.model.entities.get(kind)?.stages.first()?;
            Some(Value::Text(first.clone()))
        }
    }
}

/// What an attribute is where nobody has set it.
fn default_of<'t>(turn: &'t Turn<'_>, of: &Subject, attribute: &str) -> Option<&'t Value> {
    let model = &turn.world.library.model;
    let known = match of {
        Subject::Customer => model.customer.get(attribute),
        Subject::Entity(kind) => model.entities.get(kind)?.attributes.get(attribute),
    };
    known?.default.as_ref()
}

/// The plain values of an entry, for traces.
pub(crate) fn plain(fields: &BTreeMap<String, Value>) -> BTreeMap<String, serde_json::Value> {
    fields.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect()
}
