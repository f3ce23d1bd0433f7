//! What another system answered to a webhook, and the fact that a walk goes on by. The same live, in a
//! simulation and in tests.

use crate::event::names;
use crate::{Decimal, EnrollmentId, Event, EventId, Outgoing, Recipient, StepId, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How an answer is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was done (2xx).
    Done,
    /// Not now: 408, 429, 5xx, or no answer at all. A later try may succeed.
    Later,
    /// Refused for good: another try would not help.
    Refused,
}

/// How a status is to be taken; 0: there was no answer.
pub fn taken(status: u16) -> Taken {
    match status {
        200..=299 => Taken::Done,
        0 | 408 | 429 | 500..=599 => Taken::Later,
        _ => Taken::Refused,
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status; 0: there was none.
    pub status: u16,
    /// The body, as it came; empty: none.
    pub body: String,
    /// Tries made, this one included.
    pub tries: u32,
}

/// The fact that a webhook was answered, for good. `None`: the send is no webhook.
pub fn answered(send: &Outgoing, answer: &Answer, at: Timestamp) -> Option<Event> {
    match &send.to {
        Recipient::Channel(_) => {}
        Recipient::Customer | Recipient::Rep(_) | Recipient::Role(_) => return None,
    }
    let text = |text: &str| Value::Text(text.to_owned());
    let number = |number: u32| Value::Number(Decimal::from(number));
    let properties = BTreeMap::from([
        ("workflow".to_owned(), text(send.workflow.as_str())),
        ("enrollment".to_owned(), text(send.enrollment.as_str())),
        ("step".to_owned(), text(send.step.as_str())),
        ("pass".to_owned(), text(&send.pass)),
        ("status".to_owned(), number(u32::from(answer.status))),
        ("tries".to_owned(), number(answer.tries)),
        ("body".to_owned(), text(&answer.body)),
    ]);
    Some(Event {
        id: EventId::from(format!("answered_{}", send.id)),
        source: "nurture".to_owned(),
        name: names::WEBHOOK_ANSWERED.to_owned(),
        customer: send.customer.clone(),
        entity: None,
        at,
        // An answer comes after all that was decided at that instant.
        received_at: at + jiff::SignedDuration::from_secs(1),
        properties,
        chain: 0,
    })
}

/// The step that an answer is for: its walk, the step and its pass. `None`: it is no answer to a webhook.
pub fn answers(event: &Event) -> Option<(EnrollmentId, StepId, &str)> {
    if event.name != names::WEBHOOK_ANSWERED {
        return None;
    }
    let said = |field: &str| event.properties.get(field).and_then(Value::as_text);
    Some((EnrollmentId::new(said("enrollment")?), StepId::new(said("step")?), said("pass").unwrap_or("")))
}

/// What later steps may read of an answer: `status`, and the plain fields of a JSON body, each by its name
/// and as `body.NAME`. The status keeps its name.
pub fn fields(event: &Event) -> BTreeMap<String, Value> {
    let body = event.properties.get("body").and_then(Value::as_text).unwrap_or("");
    let mut fields = BTreeMap::new();
    if let Ok(serde_json::Value::Object(all)) = serde_json::from_str(body) {
        for (name, json) in all {
            if let Some(value) = plain(&json) {
                fields.insert(format!("body.{name}"), value.clone());
                fields.insert(name, value);
            }
        }
    }
    fields.extend(event.properties.get("status").map(|status| ("status".to_owned(), status.clone())));
    fields
}

/// A value of JSON as one of ours; `None`: an object, a null, a list of other things than texts.
fn plain(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::Bool(yes) => Some(Value::YesNo(*yes)),
        serde_json::Value::Number(number) => number.to_string().parse().ok().map(Value::Number),
        serde_json::Value::String(text) => crate::clean_text(text).ok().map(Value::Text),
        serde_json::Value::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map(Value::List)
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
    }
}
