//! `task`: a to-do for a rep.

use crate::advance::{Flow, Walker};
use crate::assigned;
use crate::calendar::add::add;
use crate::condition;
use crate::rep;
use dsl::library::team::team_of;
use dsl::step::{Colleague, Due, Step, StepIx, Verb};
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use model::{Did, Outcome, RepId, Task, TaskId, Value, WorkCalendar, content_id, zone};
use std::collections::BTreeMap;

/// The rep a colleague's word names, and the role where it names none.
pub(super) fn who(walker: &Walker<'_, '_>, to: &Colleague) -> (Option<RepId>, Option<String>) {
    match to {
        Colleague::Owner => (super::assign::owner(walker, None), None),
        Colleague::Rep(rep) => (Some(RepId::new(rep)), None),
        Colleague::Team(team) => {
            let lead = walker.turn.world.library.teams.get(team).and_then(|team| team.lead.clone());
            (lead, Some(team.to_string()))
        }
        Colleague::Role(role) => (None, Some(role.clone())),
    }
}

/// The zone of a rep's working day: their own, else the project's.
fn zone_of(walker: &Walker<'_, '_>, rep: Option<&RepId>) -> TimeZone {
    rep::zone(rep.and_then(|rep| walker.turn.reps.get(rep)), walker.turn.world.zone)
}

/// The working calendar of a rep: the project's days in their hours, or in those of their team.
fn calendar_of(walker: &Walker<'_, '_>, rep: Option<&RepId>) -> WorkCalendar {
    let library = walker.turn.world.library;
    let team = rep.and_then(|rep| team_of(&library.teams, rep)).map(|(_, team)| team);
    rep::calendar(library, team, rep.and_then(|rep| walker.turn.reps.get(rep)))
}

fn due(walker: &Walker<'_, '_>, due: &Due, rep: Option<&RepId>) -> Option<Timestamp> {
    let (zone, work) = (zone_of(walker, rep), calendar_of(walker, rep));
    match due {
        Due::After(length) => Some(add(walker.moment.at, length, &zone, &work)),
        Due::At(operand) => match condition::value(operand, &walker.facts(None))? {
            Value::Instant(instant) => Some(instant),
            Value::Date(date) => Some(zone::to_instant(date.to_datetime(Time::midnight()), &zone)),
            Value::Length(length) => Some(add(walker.moment.at, &length, &zone, &work)),
            Value::Text(_) | Value::Number(_) | Value::YesNo(_) | Value::List(_) | Value::Birthday(_) => None,
        },
    }
}

/// Makes the task. Where nobody owns the customer it stands without a rep, for the manager to see.
pub(super) fn task(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step) -> Flow {
    let Verb::Task { title, to, due: by_when, body, outcomes } = &step.verb else { return Flow::Next };
    let event = walker.event_at(at);
    let (words, body) = {
        let facts = walker.facts(event.as_ref());
        (assigned::text(title, &facts), body.as_ref().and_then(|body| assigned::text(body, &facts)))
    };
    let Some(words) = words else {
        return walker.failed(step, &title.source, "error", BTreeMap::new());
    };
    if walker.held_out(step, &words) {
        return Flow::Next;
    }
    let (rep, role) = who(walker, to);
    let due = by_when.as_ref().and_then(|by_when| due(walker, by_when, rep.as_ref()));
    let mut values = BTreeMap::new();
    match &rep {
        Some(rep) => values.insert("rep".to_owned(), rep.as_str().into()),
        None => values.insert("rep".to_owned(), serde_json::Value::Null),
    };
    if let Some(due) = due {
        values.insert("due".to_owned(), zone::rfc3339(due, &zone_of(walker, rep.as_ref())).into());
    }
    let pass = walker.pass_at(at);
    let id = content_id("ta_", &[walker.enrollment.id.as_str(), step.id.as_str(), &pass]);
    let task = Task {
        id: TaskId::from(id),
        customer: walker.enrollment.customer.clone(),
        rep,
        role,
        title: words.clone(),
        body,
        due,
        outcomes: outcomes.clone(),
        at: walker.moment.at,
        enrollment: walker.enrollment.id.clone(),
        workflow: walker.workflow.id.clone(),
        step: step.id.clone(),
    };
    crate::todo::made(walker.turn, &task);
    walker.turn.changes.tasks.push(task);
    walker.line(Some(step), Did::Task, &words, Outcome::Done, None, None, values);
    Flow::Next
}
