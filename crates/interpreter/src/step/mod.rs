//! What each kind of step does; one file a family.

pub(crate) mod assign;
mod by_hand;
pub(crate) mod call;
pub(crate) mod combine;
mod data;
mod flow;
pub(crate) mod message;
mod task;
pub(crate) mod timeline;
mod wait;
pub(crate) mod wait_for;
pub(crate) mod wait_for_date;
pub(crate) mod webhook;

use crate::advance::{Arrival, Flow, Walker};
use dsl::step::{Colleague, Step, StepIx, Verb};
use model::{Did, Medium};

/// Does one step: the one place that knows all verbs.
pub(crate) fn run(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, arrival: Arrival) -> Flow {
    match &step.verb {
        Verb::Send(message) => message::send(walker, at, step, message),
        Verb::Notify { to, text, digest, via } => {
            message::notify(walker, at, step, (to, text), *digest, via.as_deref())
        }
        Verb::Set(values) => data::set(walker, at, step, values),
        Verb::Tag(tags) => data::tag(walker, at, step, tags, true),
        Verb::Untag(tags) => data::tag(walker, at, step, tags, false),
        Verb::AddScore { points, score } => data::add_score(walker, at, step, *points, score),
        Verb::Record { event, with, of } => data::record(walker, at, step, event, (with, of.as_ref())),
        Verb::Forget => data::forget(walker, step),
        Verb::Consent { grant, topic, wording, source } => {
            data::consent(walker, at, step, (*grant, topic), (wording.as_ref(), source.as_ref()))
        }
        Verb::Suppress { medium, topic, length, because } => {
            data::suppress(walker, step, *medium, topic.as_deref(), length.as_ref(), because)
        }
        Verb::Unsuppress { medium, topic } => data::unsuppress(walker, step, *medium, topic.as_deref()),
        Verb::MoveStage { of, to } => data::move_stage(walker, at, step, of.as_deref(), to),
        Verb::Assign { .. } => assign::ask(walker, at, step, arrival),
        Verb::Unassign { of } => assign::unassign(walker, at, step, of.as_deref()),
        Verb::Task { .. } => task::task(walker, at, step),
        Verb::Wait(length) => wait::wait(walker, step, length, arrival),
        Verb::WaitUntil(windows) => wait::wait_until(walker, step, windows, arrival),
        Verb::WaitForDate { .. } => wait_for_date::wait_for_date(walker, step, arrival),
        Verb::WaitFor { .. } => wait_for::wait_for(walker, step, arrival),
        Verb::Timeline(timeline) => timeline::timeline(walker, step, timeline),
        Verb::If { condition, then, otherwise } => {
            flow::branch(walker, at, step, condition, *then, *otherwise)
        }
        Verb::Choose(cases) => flow::choose(walker, at, step, cases),
        Verb::Split { name, ways, winner } => flow::split(walker, step, name, ways, winner.as_ref(), arrival),
        Verb::Repeat { steps, times, until } => {
            flow::repeat(walker, at, step, *steps, *times, until.as_ref())
        }
        Verb::Webhook { channel, body } => webhook::call(walker, at, step, channel, body, arrival),
        Verb::Call { workflow, with, wait } => call::call(walker, at, step, workflow, with, *wait, arrival),
        Verb::Exit(reason) => Flow::Leave(reason.clone()),
    }
}

/// Whether a verb has an effect outside of the walk: not waits, branches and ends.
pub(crate) fn changes_something(verb: &Verb) -> bool {
    did(verb).is_effect() && did(verb) != Did::Exit
}

/// The kind that a verb's trace lines carry.
pub(crate) fn did(verb: &Verb) -> Did {
    match verb {
        Verb::Send(message) => said(message.medium),
        Verb::Notify { .. } => Did::Notify,
        Verb::Set(_) => Did::Set,
        Verb::Tag(_) => Did::Tag,
        Verb::Untag(_) => Did::Untag,
        Verb::AddScore { .. } => Did::AddScore,
        Verb::Record { .. } => Did::Record,
        Verb::Forget => Did::Forget,
        Verb::Consent { .. } => Did::Consent,
        Verb::Suppress { .. } => Did::Suppress,
        Verb::Unsuppress { .. } => Did::Unsuppress,
        Verb::MoveStage { .. } => Did::MoveStage,
        Verb::Assign { .. } => Did::Assign,
        Verb::Unassign { .. } => Did::Unassign,
        Verb::Task { .. } => Did::Task,
        Verb::Wait(_) => Did::Wait,
        Verb::WaitUntil(_) => Did::WaitUntil,
        Verb::WaitForDate { .. } => Did::WaitForDate,
        Verb::WaitFor { .. } => Did::WaitFor,
        Verb::Timeline(_) => Did::Timeline,
        Verb::If { .. } => Did::If,
        Verb::Choose(_) => Did::Choose,
        Verb::Split { .. } => Did::Split,
        Verb::Repeat { .. } => Did::Repeat,
        Verb::Webhook { .. } => Did::Webhook,
        Verb::Call { .. } => Did::Call,
        Verb::Exit(_) => Did::Exit,
    }
}

/// The object that a verb's trace lines carry where nothing better is known.
pub(crate) fn what(verb: &Verb) -> String {
    let named = |of: &Option<String>| of.clone().unwrap_or_else(|| "customer".to_owned());
    match verb {
        Verb::Send(message) => message.template.clone(),
        Verb::Notify { to, .. } => colleague(to),
        Verb::Set(values) => data::names(values),
        Verb::Tag(tags) | Verb::Untag(tags) => tags.join(", "),
        Verb::AddScore { score, .. } => score.clone(),
        Verb::Record { event, .. } => event.clone(),
        Verb::Forget => "customer".to_owned(),
        Verb::Consent { topic, .. } => topic.clone(),
        Verb::Suppress { medium, .. } | Verb::Unsuppress { medium, .. } => {
            medium.map_or("all", Medium::as_str).to_owned()
        }
        Verb::MoveStage { to, .. } => to.clone(),
        Verb::Assign { team, .. } => team.as_str().to_owned(),
        Verb::Unassign { of } => named(of),
        Verb::Task { title, .. } => title.source.clone(),
        Verb::Wait(length) => wait::words(length),
        Verb::WaitUntil(windows) => windows.to_string(),
        Verb::WaitForDate { date, .. } => dsl::condition::print::operand(date),
        Verb::WaitFor { events, .. } => {
            events.iter().map(|awaited| awaited.event.as_str()).collect::<Vec<_>>().join(", ")
        }
        Verb::Timeline(timeline) => dsl::condition::print::operand(&timeline.date),
        Verb::If { condition, .. } => condition.text.to_string(),
        Verb::Choose(_) => String::new(),
        Verb::Split { name, .. } => name.clone(),
        Verb::Repeat { times, .. } => times.to_string(),
        Verb::Webhook { channel, .. } => channel.clone(),
        Verb::Call { workflow, .. } => workflow.to_string(),
        Verb::Exit(reason) => reason.clone(),
    }
}

/// The word for a colleague, as the file says it.
pub(crate) fn colleague(to: &Colleague) -> String {
    match to {
        Colleague::Owner => "owner".to_owned(),
        Colleague::Rep(rep) => rep.clone(),
        Colleague::Team(team) => team.to_string(),
        Colleague::Role(role) => role.clone(),
    }
}

/// How the trace calls a message to the customer.
pub(crate) fn said(medium: Medium) -> Did {
    match medium {
        Medium::Email => Did::Email,
        Medium::Sms => Did::Sms,
        Medium::Message => Did::Message,
    }
}
