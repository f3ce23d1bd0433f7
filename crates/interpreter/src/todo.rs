//! Open tasks between turns: a task that is finished tells the walk that made it what came of it, and one
//! that is not finished in time is overdue.

use crate::step;
use crate::turn::{Line, Turn};
use crate::world::Moment;
use jiff::Timestamp;
use model::event::names;
use model::{
    Changes, EnrollmentId, Event, EventId, Outcome, Outgoing, Sent, Snapshot, Standing, StandingKey,
    StandingKind, StepId, Task, TaskDone, TaskId, Timer, TimerKey, Value, WorkflowId, content_id,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under this name of a workflow the timers of tasks stand.
pub(crate) const TASK: &str = "@task";

/// How long a message that was sent by hand may take to be written down as sent: as long as an outage may be.
const RECORDED_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 365);

/// What is remembered of an open task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    title: String,
    enrollment: EnrollmentId,
    workflow: WorkflowId,
    step: StepId,
    /// The message that is sent when the task is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sends: Option<Box<Outgoing>>,
}

fn key(task: &str) -> StandingKey {
    StandingKey { kind: StandingKind::Task, name: task.to_owned() }
}

fn timer_key(task: &str) -> TimerKey {
    TimerKey { workflow: WorkflowId::new(TASK), subject: task.to_owned() }
}

/// A task was made: until it is done it is remembered, and where it has a due instant that is watched.
pub(crate) fn made(turn: &mut Turn<'_>, task: &Task) {
    remember(turn, task, None);
}

/// The same of a task that consists in sending a message by hand.
pub(crate) fn made_to_send(turn: &mut Turn<'_>, task: &Task, message: Outgoing) {
    remember(turn, task, Some(Box::new(message)));
}

fn remember(turn: &mut Turn<'_>, task: &Task, sends: Option<Box<Outgoing>>) {
    let open = Open {
        title: task.title.clone(),
        enrollment: task.enrollment.clone(),
        workflow: task.workflow.clone(),
        step: task.step.clone(),
        sends,
    };
    let Ok(state) = serde_json::to_string(&open) else { return };
    let id = task.id.as_str();
    turn.snapshot.standings.insert(key(id), Standing { at: task.at, state });
    turn.changes.standings.insert(key(id));
    if let Some(due) = task.due.filter(|due| *due < Timestamp::MAX) {
        turn.snapshot.timers.insert(timer_key(id), Timer { fire_at: due, basis: String::new() });
        turn.changes.timers.insert(timer_key(id));
    }
}

/// The due instant of a task has come, and it is not done: `task.overdue`.
pub(crate) fn fire(turn: &mut Turn<'_>, task: &str, due: Timestamp) {
    let Some(open) = read(turn, task) else { return };
    let at = Moment::of(due, turn.now).at;
    let customer = turn.snapshot.customer.id.clone();
    let text = |value: &str| Value::Text(value.to_owned());
    let properties = BTreeMap::from([
        ("id".to_owned(), text(task)),
        ("task".to_owned(), text(&open.title)),
        ("workflow".to_owned(), text(open.workflow.as_str())),
        ("step".to_owned(), text(open.step.as_str())),
    ]);
    let id = content_id("td_", &[customer.as_str(), task, "overdue"]);
    turn.cause(Event {
        id: EventId::from(id),
        source: String::new(),
        name: names::TASK_OVERDUE.to_owned(),
        customer,
        entity: None,
        at,
        received_at: at,
        properties,
        chain: 0,
    });
}

/// Their customer is forgotten: open tasks are remembered without the texts that were rendered for them, under the
/// title that the list of tasks gives them then.
pub(crate) fn forget(snapshot: &mut Snapshot, changes: &mut Changes) {
    let title = snapshot.customer.id.as_str();
    for (key, standing) in &mut snapshot.standings {
        if key.kind != StandingKind::Task {
            continue;
        }
        let Ok(mut open) = serde_json::from_str::<Open>(&standing.state) else { continue };
        title.clone_into(&mut open.title);
        if let Some(message) = &mut open.sends {
            (message.subject, message.text) = (None, None);
            message.context.clear();
        }
        let Ok(state) = serde_json::to_string(&open) else { continue };
        standing.state = state;
        changes.standings.insert(key.clone());
    }
}

fn read(turn: &Turn<'_>, task: &str) -> Option<Open> {
    serde_json::from_str(&turn.snapshot.standings.get(&key(task))?.state).ok()
}

/// A task was finished: the walk that made it may read `steps.ID.outcome`.
pub(crate) fn after_event(turn: &mut Turn<'_>, event: &Event, moment: Moment) {
    if event.name != names::TASK_DONE {
        return;
    }
    let said = |name: &str| event.properties.get(name).and_then(Value::as_text);
    let Some((id, open)) = meant(turn, said("id"), said("task"), said("step")) else { return };
    turn.snapshot.standings.remove(&key(&id));
    turn.changes.standings.insert(key(&id));
    if turn.snapshot.timers.remove(&timer_key(&id)).is_some() {
        turn.changes.timers.insert(timer_key(&id));
    }
    let outcome = said("outcome").map(str::to_owned);
    if let (Some(outcome), Some(walk)) = (&outcome, turn.snapshot.enrollment(&open.enrollment).cloned())
        && walk.is_active()
    {
        let mut walk = walk;
        let result = walk.walk.results.entry(open.step.clone()).or_default();
        result.insert("outcome".to_owned(), Value::Text(outcome.clone()));
        turn.put(walk);
    }
    if let Some(message) = open.sends {
        sent_by_hand(turn, *message, moment);
    }
    turn.changes.tasks_done.push(TaskDone { task: TaskId::from(id), outcome, at: event.at });
}

/// A colleague has sent a message: from now on it counts as any other.
fn sent_by_hand(turn: &mut Turn<'_>, message: Outgoing, moment: Moment) {
    let at = moment.at;
    let message = Outgoing {
        // It stands alone under its name, and nothing takes back what a customer has.
        digest: Some(format!("sent:{}", message.id)),
        customer: turn.snapshot.customer.id.clone(),
        due_at: at,
        deadline: at.max(turn.now) + RECORDED_WITHIN,
        ..message
    };
    // Not open: a walk that ends in this turn does not take it along.
    turn.snapshot.sent.push(Sent { open: false, ..Sent::of(&message) });
    turn.trace(Line {
        at,
        workflow: (&message.workflow, &message.version),
        enrollment: Some(&message.enrollment),
        step: Some(&message.step),
        did: step::said(message.medium),
        what: message.template.clone(),
        outcome: Outcome::Done,
        until: None,
        reason: None,
        values: BTreeMap::new(),
    });
    turn.changes.sends.push(message);
}

/// Which open task a fact means: by its id, else by its title or step, the oldest first; a fact that says
/// nothing means the oldest.
fn meant(
    turn: &Turn<'_>,
    id: Option<&str>,
    task: Option<&str>,
    step: Option<&str>,
) -> Option<(String, Open)> {
    let mut open: Vec<(Timestamp, String, Open)> = turn
        .snapshot
        .standings
        .iter()
        .filter(|(key, _)| key.kind == StandingKind::Task)
        .filter_map(|(key, standing)| {
            Some((standing.at, key.name.clone(), serde_json::from_str(&standing.state).ok()?))
        })
        .collect();
    open.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let fits = |name: &str, known: &Open| {
        if let Some(id) = id {
            return name == id;
        }
        let by_task =
            task.is_none_or(|task| name == task || known.title == task || known.step.as_str() == task);
        by_task && step.is_none_or(|step| known.step.as_str() == step)
    };
    open.into_iter().find(|(_, name, known)| fits(name, known)).map(|(_, name, known)| (name, known))
}
