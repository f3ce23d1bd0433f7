//! `wait_for`: rests until an event comes, or the time is over.

use crate::advance::{Arrival, Flow, Walker};
use crate::calendar::add::{add, subtract};
use crate::condition;
use crate::route;
use crate::turn::Turn;
use dsl::step::{BlockIx, MessageOf, Since, Step, StepIx, Verb};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::{Did, Enrollment, Entry, Event, Outcome, StepId, Value, WorkflowId};
use std::collections::BTreeMap;

/// From where on events count.
pub(crate) struct From {
    at: Timestamp,
    /// The message whose opens, clicks … are meant.
    message: Option<Meant>,
}

/// A message by what is told of it.
#[derive(Clone)]
struct Meant {
    /// Workflow and step: its own, and those of the message that it went with. What rode may have gone by itself
    /// after all, where the other's workflow was held.
    by: Vec<(WorkflowId, StepId)>,
    template: String,
}

impl From {
    /// Whether an event lies inside, and belongs to the message meant.
    pub(crate) fn takes(&self, event: &Event) -> bool {
        if event.at < self.at {
            return false;
        }
        let Some(message) = &self.message else { return true };
        let says = |field: &str| event.properties.get(field).and_then(Value::as_text);
        let is = |(workflow, step): &(WorkflowId, StepId)| {
            says("workflow").is_none_or(|said| said == workflow.as_str())
                && says("step").is_none_or(|said| said == step.as_str())
        };
        message.by.iter().any(is)
            && (says("step").is_some() || says("template").is_none_or(|said| said == message.template))
    }
}

/// From where on events count for a `wait_for` reached at `arrived`: for message events (`email.clicked`)
/// since the nearest message above on the path, unless the file says otherwise.
pub(crate) fn since(
    turn: &Turn<'_>,
    workflow: &Workflow,
    enrollment: &Enrollment,
    rule: &Since,
    of: &MessageOf,
    event: &str,
    arrived: Timestamp,
) -> From {
    let channel = event.split_once('.').map(|(channel, _)| channel);
    let named = match of {
        MessageOf::Nearest | MessageOf::Any => None,
        MessageOf::Step { id, .. } => message_of(workflow, enrollment, id),
    };
    let since = |at| From { at, message: named.clone() };
    match rule {
        Since::Entry => since(enrollment.walk.entry.at),
        Since::Back(length) => since(subtract(arrived, length, &turn.zone, &turn.world.library.calendar)),
        Since::Step => {
            let sent = |step: &StepId| last_done(enrollment, step).unwrap_or(arrived);
            if let MessageOf::Step { id, .. } = of {
                return since(sent(id));
            }
            match channel.and_then(|channel| nearest_message(workflow, enrollment, channel)) {
                Some((at, step)) => {
                    let message =
                        if *of == MessageOf::Any { None } else { message_of(workflow, enrollment, &step) };
                    From { at, message }
                }
                None => since(arrived),
            }
        }
    }
}

/// A message by its step.
fn message_of(workflow: &Workflow, enrollment: &Enrollment, step: &StepId) -> Option<Meant> {
    let found = workflow.step(workflow.find(step)?)?;
    let Verb::Send(message) = &found.verb else { return None };
    let mut by = vec![(workflow.id.clone(), step.clone())];
    by.extend(enrollment.walk.rode.get(step).map(|ride| (ride.workflow.clone(), ride.step.clone())));
    Some(Meant { by, template: message.template.clone() })
}

fn last_done(enrollment: &Enrollment, step: &StepId) -> Option<Timestamp> {
    let marked = |mark: &str| mark.split('\u{1f}').next() == Some(step.as_str());
    enrollment.walk.messages.iter().filter(|(mark, _)| marked(mark)).map(|(_, at)| *at).max()
}

/// The nearest message of a channel on the path walked, wherever it stood: when it was done, and its step.
fn nearest_message(
    workflow: &Workflow,
    enrollment: &Enrollment,
    channel: &str,
) -> Option<(Timestamp, StepId)> {
    let mut nearest: Option<(Timestamp, StepIx)> = None;
    for (mark, sent) in &enrollment.walk.messages {
        let id = StepId::new(mark.split('\u{1f}').next().unwrap_or_default());
        let Some(at) = workflow.find(&id) else { continue };
        if let Some(Verb::Send(message)) = workflow.step(at).map(|step| &step.verb)
            && message.medium.as_str() == channel
        {
            nearest = nearest.max(Some((*sent, at)));
        }
    }
    let (sent, at) = nearest?;
    Some((sent, workflow.step(at)?.id.clone()))
}

/// Arrives (an event since then may be there already), or the time is over.
pub(super) fn wait_for(walker: &mut Walker<'_, '_>, step: &Step, arrival: Arrival) -> Flow {
    let Verb::WaitFor { events, since: rule, of, within, on_timeout } = &step.verb else { return Flow::Next };
    let what = super::what(&step.verb);
    if arrival == Arrival::Woken {
        walker.line(Some(step), Did::WaitFor, &what, Outcome::Done, None, Some("timeout"), BTreeMap::new());
        return on_timeout.map_or(Flow::Next, Flow::Into);
    }
    if let Some((number, entry)) = there_already(walker, events, rule, of) {
        return match came(walker, step, number, entry) {
            Some(block) => Flow::Into(block),
            None => Flow::Next,
        };
    }
    let until = add(walker.moment.at, within, &walker.turn.zone, &walker.turn.world.library.calendar);
    walker.line(Some(step), Did::WaitFor, &what, Outcome::Waits, Some(until), None, BTreeMap::new());
    Flow::Rest(until)
}

/// The earliest event that counts and came before the walk arrived here.
fn there_already(
    walker: &Walker<'_, '_>,
    events: &[dsl::step::Awaited],
    rule: &Since,
    of: &MessageOf,
) -> Option<(u32, Entry)> {
    let mut best: Option<(&Event, u32)> = None;
    for (number, awaited) in events.iter().enumerate() {
        let from = since(
            walker.turn,
            &walker.workflow,
            &walker.enrollment,
            rule,
            of,
            &awaited.event,
            walker.moment.at,
        );
        for event in walker.turn.snapshot.events_of(&awaited.event) {
            let fits = event.at <= walker.moment.at
                && walker.enrollment.walk.entry.is_before(event)
                // What comes at the very instant of a plain wait is met by it, not found by it.
                && (event.at < walker.moment.at || from.message.is_some())
                && from.takes(event)
                && route::counts(event, awaited.when.as_ref())
                && route::same_key(walker.turn, &walker.workflow, &walker.enrollment, event)
                && awaited.when.as_ref().is_none_or(|when| {
                    condition::holds(when, &walker.facts(Some(&Entry::of_event(event))))
                });
            if fits && best.is_none_or(|(known, _)| event.order() < known.order()) {
                best = Some((event, number as u32));
            }
        }
    }
    best.map(|(event, number)| (number, Entry::of_event(event)))
}

/// An awaited event came: it is kept for `event.*`, and the steps of its `then` are next.
pub(crate) fn came(walker: &mut Walker<'_, '_>, step: &Step, number: u32, entry: Entry) -> Option<BlockIx> {
    let Verb::WaitFor { events, .. } = &step.verb else { return None };
    let mut values = route::plain(&entry.fields);
    values.insert("event".to_owned(), entry.name.clone().into());
    walker.line(Some(step), Did::WaitFor, &entry.name, Outcome::Done, None, Some("came"), values);
    walker.enrollment.walk.came.insert(step.id.clone(), entry);
    events.get(number as usize).and_then(|awaited| awaited.then)
}
