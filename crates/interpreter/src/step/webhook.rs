//! `webhook`: another system is told, and the walk rests until it has answered for good.

use crate::advance::{Arrival, Flow, Walker};
use crate::assigned;
use crate::calendar::add::add;
use crate::step::message::{asked_by, mark};
use dsl::step::{Assigned, Retry, Step, StepIx};
use jiff::{SignedDuration, Timestamp};
use model::{Did, Event, Length, Medium, OnUnknown, Outcome, Outgoing, Recipient, webhook};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// How long a walk waits beyond the last try: for an engine that was down, or an answer that never comes.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Tries after the first, where the file says nothing.
const USUAL_RETRIES: u32 = 5;

/// How often it is tried at most, and until when.
pub(crate) fn tries(walker: &Walker<'_, '_>, retry: Option<&Retry>) -> (Option<u32>, Timestamp) {
    let day = Length::from_hours(24);
    let length = retry.and_then(|retry| retry.length.as_ref());
    let until =
        add(walker.moment.at, length.unwrap_or(&day), &walker.turn.zone, &walker.turn.world.library.calendar);
    let times = match retry {
        Some(Retry { times: Some(times), .. }) => Some(*times),
        // A time without a count: as many as it has room for.
        Some(Retry { times: None, length: Some(_) }) => None,
        Some(Retry { times: None, length: None }) | None => Some(USUAL_RETRIES),
    };
    (times.map(|times| times.saturating_add(1)), until)
}

/// Puts the call into the outbox and rests.
pub(super) fn call(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    channel: &str,
    body: &[(String, Assigned)],
    arrival: Arrival,
) -> Flow {
    if arrival == Arrival::Woken {
        return walker.failed(step, channel, "no_answer", BTreeMap::new());
    }
    if walker.held_out(step, channel) {
        return Flow::Next;
    }
    let pass = walker.pass_at(at);
    let mark = mark(step, &pass);
    if walker.enrollment.walk.messages.contains_key(&mark) {
        let (skipped, why) = (Outcome::Skipped, Some("duplicate"));
        walker.line(Some(step), Did::Webhook, channel, skipped, None, why, BTreeMap::new());
        return Flow::Next;
    }
    walker.enrollment.walk.messages.insert(mark, walker.moment.at);
    let (tries, deadline) = tries(walker, step.retry.as_ref());
    let body = Json::Object(content(walker, at, step, body));
    let outgoing = Outgoing {
        medium: Medium::Message,
        // The other system knows a repeated call by its id.
        on_unknown: OnUnknown::Resend,
        context: BTreeMap::from([("body".to_owned(), body)]),
        tries,
        deadline,
        ..asked_by(walker, step, pass, Recipient::Channel(channel.to_owned()))
    };
    walker.turn.changes.sends.push(outgoing);
    walker.line(Some(step), Did::Webhook, channel, Outcome::Waits, None, None, BTreeMap::new());
    Flow::Rest(deadline.checked_add(GRACE).unwrap_or(Timestamp::MAX))
}

/// What is sent: the step's `body`, what is unknown as null; without one, whom and what it is about.
fn content(
    walker: &Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    body: &[(String, Assigned)],
) -> Map<String, Json> {
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    if body.is_empty() {
        let entry = crate::route::plain(&walker.enrollment.walk.entry.fields);
        return Map::from_iter([
            ("customer".to_owned(), walker.enrollment.customer.as_str().into()),
            ("workflow".to_owned(), walker.workflow.id.as_str().into()),
            ("step".to_owned(), step.id.as_str().into()),
            ("entry".to_owned(), entry.into_iter().collect()),
        ]);
    }
    let json = |value| assigned::value(value, &facts).map_or(Json::Null, |value| value.to_plain_json());
    body.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

/// The answer came: the walk goes on below, or as `on_error` says.
pub(crate) fn answered(walker: &mut Walker<'_, '_>, step: &Step, channel: &str, event: &Event) -> Flow {
    let fields = webhook::fields(event);
    let mut values: BTreeMap<String, Json> = BTreeMap::new();
    for name in ["status", "tries"] {
        values.extend(event.properties.get(name).map(|value| (name.to_owned(), value.to_plain_json())));
    }
    let status = values.get("status").and_then(Json::as_u64).and_then(|status| u16::try_from(status).ok());
    walker.enrollment.walk.results.insert(step.id.clone(), fields);
    match webhook::taken(status.unwrap_or(0)) {
        webhook::Taken::Done => {
            values.remove("tries");
            walker.line(Some(step), Did::Webhook, channel, Outcome::Done, None, None, values);
            Flow::Next
        }
        webhook::Taken::Refused => walker.failed(step, channel, "refused", values),
        webhook::Taken::Later => walker.failed(step, channel, "failed", values),
    }
}
