//! A message over a channel of the kind `by_hand`: a colleague has a task with the text, and the message is
//! sent when the task is done.

use super::task::who;
use crate::advance::{Flow, Walker};
use crate::facts::Facts;
use crate::render::{self, RenderError};
use crate::todo;
use dsl::library::Channel;
use dsl::step::{MessageStep, Step};
use model::words::{self, Language};
use model::{Did, Outcome, Outgoing, RepId, Task, TaskId, content_id};
use std::collections::BTreeMap;

/// A rep, or the role or team where there is none.
type Who = (Option<RepId>, Option<String>);

/// Who sends a message by hand. `None`: it is not sent by hand; `Some(None)`: by the owner, and nobody owns
/// the customer.
pub(super) fn sender(walker: &Walker<'_, '_>, message: &MessageStep) -> Option<Option<Who>> {
    let channel = walker.turn.world.library.channels.get(message.via.as_ref()?)?;
    match channel {
        Channel::ByHand { to } => {
            let (rep, role) = who(walker, to);
            Some((rep.is_some() || role.is_some()).then_some((rep, role)))
        }
        Channel::Smtp(_)
        | Channel::Webhook(_)
        | Channel::HttpJson(_)
        | Channel::Robot(_)
        | Channel::File { .. } => None,
    }
}

/// The colleague's task. The walk goes on; what is sent is remembered with the task.
pub(super) fn give(walker: &mut Walker<'_, '_>, step: &Step, (rep, role): Who, outgoing: Outgoing) -> Flow {
    let body = match text(walker, &outgoing) {
        Ok(body) => body,
        Err(error) => {
            let values = BTreeMap::from([("error".to_owned(), error.to_string().into())]);
            return walker.failed(step, &outgoing.template, "error", values);
        }
    };
    let customer = &walker.turn.snapshot.customer;
    let name = customer.text("name").unwrap_or(customer.id.as_str());
    let language = walker.turn.world.renderer.map_or(Language::En, render::Renderer::language);
    let channel = outgoing.via.as_deref().unwrap_or_default();
    let title = words::say(language, "task-by-hand", &[("customer", name), ("channel", channel)]);
    let owner = rep.as_ref().map_or(serde_json::Value::Null, |rep| rep.as_str().into());
    let id = content_id("ta_", &[outgoing.enrollment.as_str(), step.id.as_str(), &outgoing.pass]);
    let task = Task {
        id: TaskId::from(id),
        customer: outgoing.customer.clone(),
        rep,
        role,
        title: title.clone(),
        body,
        due: None,
        outcomes: Vec::new(),
        at: walker.moment.at,
        enrollment: outgoing.enrollment.clone(),
        workflow: outgoing.workflow.clone(),
        step: step.id.clone(),
    };
    todo::made_to_send(walker.turn, &task, outgoing);
    walker.turn.changes.tasks.push(task);
    let values = BTreeMap::from([("rep".to_owned(), owner)]);
    walker.line(Some(step), Did::Task, &title, Outcome::Done, None, None, values);
    Flow::Next
}

/// The words to copy; `None`: nobody is going to read them.
fn text(walker: &Walker<'_, '_>, outgoing: &Outgoing) -> Result<Option<String>, RenderError> {
    let turn = &*walker.turn;
    let Some(renderer) = turn.world.renderer else { return Ok(None) };
    let facts = Facts::outside(&turn.world, &turn.reps, &turn.snapshot, &turn.zone, walker.moment.at);
    render::send(renderer, outgoing, &facts).map(|rendered| Some(rendered.text))
}
