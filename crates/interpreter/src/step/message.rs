//! `email`, `sms`, `message` and `notify`: the gate is asked, and an outbox row is written.

use crate::advance::{Flow, Walker};
use crate::permit::{self, Verdict};
use crate::{assigned, render};
use dsl::step::{Colleague, MessageStep, Step, StepIx, TextTemplate};
use dsl::workflow::ConsentRule;
use model::{Did, Medium, OnUnknown, Outcome, Outgoing, Recipient, SendId, Value, content_id};
use std::collections::BTreeMap;

/// How a done message is remembered: step and pass.
pub(crate) fn mark(step: &Step, pass: &str) -> String {
    format!("{}\u{1f}{pass}", step.id)
}

/// `email`, `sms`, `message`.
pub(super) fn send(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, message: &MessageStep) -> Flow {
    let did = super::did(&step.verb);
    let first_due = *walker.enrollment.walk.first_due.get_or_insert(walker.moment.due);
    let pass = walker.pass_at(at);
    let verdict = permit::permit(walker, at, step, message, first_due, &pass);
    match verdict {
        Verdict::Defer { until, reason } => {
            walker.line(
                Some(step),
                did,
                &message.template,
                Outcome::Deferred,
                Some(until),
                Some(reason),
                BTreeMap::new(),
            );
            return Flow::Rest(until);
        }
        Verdict::Skip { reason, values } => {
            walker.enrollment.walk.first_due = None;
            walker.line(Some(step), did, &message.template, Outcome::Skipped, None, Some(reason), values);
            return Flow::Next;
        }
        Verdict::Leave(reason) => {
            walker.enrollment.walk.first_due = None;
            let id = walker.enrollment.id.clone();
            walker.turn.changes.cancel(&id, &reason);
            return Flow::Leave(reason);
        }
        Verdict::Goal => return Flow::Goal,
        Verdict::Send => {}
    }
    walker.enrollment.walk.first_due = None;
    if walker.held_out(step, &message.template) {
        return Flow::Next;
    }
    walker.enrollment.walk.messages.insert(mark(step, &pass), walker.moment.at);
    let workflow = std::sync::Arc::clone(&walker.workflow);
    crate::contest::measure(walker.turn, &workflow, walker.moment.at);
    let (topic, marketing) = topic_of(walker, message);
    let event = walker.event_at(at);
    let mut context = {
        let facts = walker.facts(event.as_ref());
        let mut vars: BTreeMap<String, Value> = walker.enrollment.walk.vars.clone();
        for (name, value) in &message.vars {
            if let Some(value) = assigned::value(value, &facts) {
                vars.insert(name.clone(), value);
            }
        }
        let with_vars = crate::facts::Facts { vars: Some(&vars), ..facts };
        render::walk_context(&with_vars)
    };
    context.retain(|_, value| !value.is_null());
    let deadline = permit::deadline(message, marketing, first_due, walker);
    walker.turn.changes.sends.push(Outgoing {
        id: send_id(walker, step, &pass),
        enrollment: walker.enrollment.id.clone(),
        customer: walker.enrollment.customer.clone(),
        workflow: walker.workflow.id.clone(),
        version: walker.workflow.version.clone(),
        step: step.id.clone(),
        pass,
        medium: message.medium,
        to: Recipient::Customer,
        template: message.template.clone(),
        subject: message.subject.as_ref().map(|subject| subject.source.clone()),
        text: None,
        from: message.from.clone(),
        copy_to_owner: message.copy_to_owner,
        topic,
        marketing,
        on_unknown: if marketing { OnUnknown::Hold } else { OnUnknown::Resend },
        context,
        due_at: walker.moment.at,
        deadline,
    });
    walker.line(Some(step), did, &message.template, Outcome::Done, None, None, BTreeMap::new());
    Flow::Next
}

/// The topic whose consent a message needs, and whether it is marketing.
pub(crate) fn topic_of(walker: &Walker<'_, '_>, message: &MessageStep) -> (Option<String>, bool) {
    let topics = &walker.turn.world.library.topics;
    let is_marketing = |topic: &str| topics.get(topic).is_none_or(|topic| topic.marketing);
    match (&message.topic, &walker.workflow.consent) {
        (Some(topic), _) | (None, ConsentRule::Topic(topic)) => {
            let marketing = is_marketing(topic);
            (marketing.then(|| topic.clone()), marketing)
        }
        (None, ConsentRule::Transactional | ConsentRule::None) => (None, false),
    }
}

fn send_id(walker: &Walker<'_, '_>, step: &Step, pass: &str) -> SendId {
    SendId::from(content_id("se_", &[walker.enrollment.id.as_str(), step.id.as_str(), pass]))
}

/// `notify`: a word to a colleague. Where there is no owner it is left out with the reason; it never goes to
/// somebody else.
pub(super) fn notify(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    to: &Colleague,
    text: &TextTemplate,
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
    let deadline = walker.moment.due + jiff::SignedDuration::from_hours(48);
    walker.turn.changes.sends.push(Outgoing {
        id: send_id(walker, step, &pass),
        enrollment: walker.enrollment.id.clone(),
        customer: walker.enrollment.customer.clone(),
        workflow: walker.workflow.id.clone(),
        version: walker.workflow.version.clone(),
        step: step.id.clone(),
        pass,
        medium: Medium::Email,
        to: recipient,
        template: String::new(),
        subject: None,
        text: Some(words),
        from: None,
        copy_to_owner: false,
        topic: None,
        marketing: false,
        on_unknown: OnUnknown::Resend,
        context,
        due_at: walker.moment.at,
        deadline,
    });
    walker.line(Some(step), Did::Notify, &what, Outcome::Done, None, None, values);
    Flow::Next
}
