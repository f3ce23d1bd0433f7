//! `email`, `sms`, `message` and `notify`: the gate is asked, and an outbox row is written.

use super::{by_hand, combine};
use crate::advance::{Flow, Walker};
use crate::permit::{self, Verdict};
use crate::{assigned, render};
use dsl::library::{Channel, Library};
use dsl::step::{Colleague, MessageStep, Step, StepIx, TextTemplate};
use dsl::workflow::{ConsentRule, Workflow};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use model::{
    Did, Enrollment, Held, Medium, OnUnknown, Outcome, Outgoing, Recipient, SendId, Sent, Value, content_id,
    zone,
};
use std::collections::BTreeMap;

/// How a done message is remembered: step and pass.
pub(crate) fn mark(step: &Step, pass: &str) -> String {
    format!("{}\u{1f}{pass}", step.id)
}

/// `email`, `sms`, `message`.
pub(super) fn send(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, message: &MessageStep) -> Flow {
    let did = super::did(&step.verb);
    if combine::rode(walker, at, step, message) {
        return Flow::Next;
    }
    let first_due = *walker.enrollment.walk.first_due.get_or_insert(walker.moment.due);
    let pass = walker.pass_at(at);
    let verdict = permit::permit(walker, at, step, message, first_due, &pass);
    match verdict {
        Verdict::Defer { until, reason, values, deadline } => {
            let known = walker.enrollment.walk.held.take();
            // Asked again while nothing has changed: it was told before.
            let same = known.as_ref().is_some_and(|held| held.why == reason && held.until == until);
            if !same {
                let (outcome, until) = (Outcome::Deferred, Some(until));
                walker.line(Some(step), did, &message.template, outcome, until, Some(reason), values);
            }
            let deadline = deadline.max(known.and_then(|held| held.deadline));
            walker.enrollment.walk.held = Some(Held { why: reason.to_owned(), until, deadline });
            return Flow::Rest(until);
        }
        Verdict::Skip { reason, values } => {
            walker.leave_message();
            walker.line(Some(step), did, &message.template, Outcome::Skipped, None, Some(reason), values);
            return Flow::Next;
        }
        Verdict::Leave(reason) => {
            walker.leave_message();
            let id = walker.enrollment.id.clone();
            walker.turn.changes.cancel(&id, &reason);
            return Flow::Leave(reason);
        }
        Verdict::Goal => return Flow::Goal,
        Verdict::Send => {}
    }
    let (_, marketing) = topic_of(walker, message);
    let deadline = permit::deadline(message, marketing, first_due, walker);
    if let Some(until) = combine::waits(walker, step, message, deadline) {
        return Flow::Rest(until);
    }
    walker.enrollment.walk.first_due = None;
    walker.enrollment.walk.held = None;
    combine::goes(walker);
    if walker.held_out(step, &message.template) {
        return Flow::Next;
    }
    let by_hand = match by_hand::sender(walker, message) {
        Some(None) => return walker.failed(step, &message.template, "owner_unknown", BTreeMap::new()),
        Some(Some(who)) => Some(who),
        None => None,
    };
    walker.enrollment.walk.messages.insert(mark(step, &pass), walker.moment.at);
    let workflow = std::sync::Arc::clone(&walker.workflow);
    crate::contest::measure(walker.turn, &workflow, walker.moment.at);
    let mut outgoing = said(walker, at, step, message, pass, deadline);
    combine::gather(walker, at, message, &mut outgoing);
    if let Some(who) = by_hand {
        return by_hand::give(walker, step, who, outgoing);
    }
    permit::sender::count(walker.turn, message, walker.moment.at);
    walker.turn.snapshot.sent.push(Sent::of(&outgoing));
    walker.turn.changes.sends.push(outgoing);
    walker.line(Some(step), did, &message.template, Outcome::Done, None, None, BTreeMap::new());
    Flow::Next
}

/// A message as a walk says it by itself.
pub(super) fn said(
    walker: &Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    message: &MessageStep,
    pass: String,
    deadline: Timestamp,
) -> Outgoing {
    let (topic, marketing) = topic_of(walker, message);
    let by_class = if marketing { OnUnknown::Hold } else { OnUnknown::Resend };
    let by_channel = walker.turn.world.library.channel_of(message.medium, message.via.as_deref());
    Outgoing {
        medium: message.medium,
        template: message.template.clone(),
        subject: message.subject.as_ref().map(|subject| subject.source.clone()),
        from: message.from.clone(),
        copy_to_owner: message.copy_to_owner,
        also_needs: topics_above(walker).cloned().collect(),
        topic,
        marketing,
        on_unknown: by_channel.and_then(Channel::on_unknown).unwrap_or(by_class),
        context: context_of(walker, at, message),
        via: message.via.clone(),
        deadline,
        ..asked_by(walker, step, pass, Recipient::Customer)
    }
}

/// What the template sees of a walk: `entry.*`, `event.*`, `vars.*` with those of the message, the entity …
fn context_of(
    walker: &Walker<'_, '_>,
    at: StepIx,
    message: &MessageStep,
) -> BTreeMap<String, serde_json::Value> {
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    let mut vars: BTreeMap<String, Value> = walker.enrollment.walk.vars.clone();
    for (name, value) in &message.vars {
        if let Some(value) = assigned::value(value, &facts) {
            vars.insert(name.clone(), value);
        }
    }
    let with_vars = crate::facts::Facts { vars: Some(&vars), ..facts };
    let mut context = render::walk_context(&with_vars);
    context.retain(|_, value| !value.is_null());
    context
}

/// The topic whose consent a message needs, and whether it is marketing.
pub(crate) fn topic_of(walker: &Walker<'_, '_>, message: &MessageStep) -> (Option<String>, bool) {
    topic_in(walker.turn.world.library, &walker.workflow, Some(&walker.enrollment), message)
}

/// The same for a message of any walk, or of one that is still to begin (`None`).
pub(crate) fn topic_in(
    library: &Library,
    workflow: &Workflow,
    walk: Option<&Enrollment>,
    message: &MessageStep,
) -> (Option<String>, bool) {
    let is_marketing = |topic: &str| library.topics.get(topic).is_none_or(|topic| topic.marketing);
    match (&message.topic, &workflow.consent) {
        (Some(topic), _) | (None, ConsentRule::Topic(topic)) => {
            let marketing = is_marketing(topic);
            (marketing.then(|| topic.clone()), marketing)
        }
        // What a marketing workflow calls for is marketing.
        (None, ConsentRule::Transactional | ConsentRule::None) => {
            match walk.and_then(|walk| above(walk).next()) {
                Some(topic) => (Some(topic.clone()), true),
                None => (None, false),
            }
        }
    }
}

/// The topics of the workflows above a called one: its messages need those consents, too.
pub(crate) fn topics_above<'w>(walker: &'w Walker<'_, '_>) -> impl Iterator<Item = &'w String> {
    above(&walker.enrollment)
}

fn above(walk: &Enrollment) -> impl Iterator<Item = &String> {
    walk.walk.caller.iter().flat_map(|caller| &caller.topics)
}

pub(crate) fn send_id(walker: &Walker<'_, '_>, step: &Step, pass: &str) -> SendId {
    SendId::from(content_id("se_", &[walker.enrollment.id.as_str(), step.id.as_str(), pass]))
}

/// `notify`: a word to a colleague. Where there is no owner it is left out with the reason; it never goes to
/// somebody else.
pub(super) fn notify(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    (to, text): (&Colleague, &TextTemplate),
    digest: Option<Time>,
    via: Option<&str>,
) -> Flow {
    let what = super::colleague(to);
    if walker.held_out(step, &what) {
        return Flow::Next;
    }
    let (rep, role) = super::task::who(walker, to);
    let recipient = match (rep, role) {
        (Some(rep), _) => Recipient::Rep(rep),
        (None, Some(role)) => Recipient::Role(role),
        (None, None) => return walker.failed(step, &what, "owner_unknown", BTreeMap::new()),
    };
    let event = walker.event_at(at);
    let (words, context) = {
        let facts = walker.facts(event.as_ref());
        (assigned::text(text, &facts), render::walk_context(&facts))
    };
    let Some(words) = words else {
        return walker.failed(step, &what, "error", BTreeMap::new());
    };
    let mut values = BTreeMap::from([("text".to_owned(), words.clone().into())]);
    if let Recipient::Rep(rep) = &recipient {
        values.insert("rep".to_owned(), rep.as_str().into());
    }
    let pass = walker.pass_at(at);
    let due_at = digest.map_or(walker.moment.at, |time| next_at(walker, &recipient, time));
    let deadline = due_at.max(walker.moment.due) + jiff::SignedDuration::from_hours(48);
    let (until, digest) = (digest.map(|_| due_at), digest.map(|_| recipient.name()));
    let mut context = context;
    let recipient = match via {
        Some(channel) => {
            let body = serde_json::json!({ "to": what_of(&recipient), "text": words.clone() });
            context.insert("body".to_owned(), body);
            Recipient::Channel(channel.to_owned())
        }
        None => recipient,
    };
    let outgoing = Outgoing {
        text: Some(words),
        context,
        digest,
        due_at,
        deadline,
        ..asked_by(walker, step, pass, recipient)
    };
    walker.turn.changes.sends.push(outgoing);
    walker.line(Some(step), Did::Notify, &what, Outcome::Done, until, None, values);
    Flow::Next
}

/// A word that a step asks for now, without a template and bound by no consent; who builds upon it says what
/// else it is.
pub(super) fn asked_by(walker: &Walker<'_, '_>, step: &Step, pass: String, to: Recipient) -> Outgoing {
    Outgoing {
        id: send_id(walker, step, &pass),
        enrollment: walker.enrollment.id.clone(),
        customer: walker.enrollment.customer.clone(),
        workflow: walker.workflow.id.clone(),
        version: walker.workflow.version.clone(),
        step: step.id.clone(),
        pass,
        medium: Medium::Email,
        to,
        template: String::new(),
        subject: None,
        text: None,
        from: None,
        copy_to_owner: false,
        topic: None,
        also_needs: Vec::new(),
        marketing: false,
        on_unknown: OnUnknown::Resend,
        context: BTreeMap::new(),
        riders: Vec::new(),
        apart: Vec::new(),
        with: None,
        via: None,
        digest: None,
        tries: step.retry.and_then(|retry| retry.times).map(|times| times.saturating_add(1)),
        due_at: walker.moment.at,
        deadline: walker.moment.at,
    }
}

/// The colleague as another system is told of them.
fn what_of(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Rep(rep) => rep.to_string(),
        Recipient::Role(name) | Recipient::Channel(name) => name.clone(),
        Recipient::Customer => String::new(),
    }
}

/// The next such time of a colleague's day: by their own clock, else the project's.
fn next_at(walker: &Walker<'_, '_>, recipient: &Recipient, time: Time) -> Timestamp {
    let rep = match recipient {
        Recipient::Rep(rep) => walker.turn.reps.get(rep),
        Recipient::Role(_) | Recipient::Customer | Recipient::Channel(_) => None,
    };
    let own = rep.and_then(|rep| rep.zone.as_deref()).and_then(zone::zone);
    let zone = own.as_ref().unwrap_or(walker.turn.world.zone);
    let now = walker.moment.at;
    let today = zone::date_of(now, zone);
    let at = |day: Date| zone::to_instant(day.to_datetime(time), zone);
    if at(today) >= now { at(today) } else { today.tomorrow().map_or(now, at) }
}
