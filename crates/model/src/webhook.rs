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

/// Objects inside objects of an answer that are looked into, and fields of it that are kept, at most.
const MOST_DEPTH: usize = 5;
const MOST_FIELDS: usize = 500;

/// What later steps may read of an answer: `status`, and the plain fields of a JSON body, each by its name
/// (`data.score` inside of `data`) and as `body.NAME`. The status keeps its name.
pub fn fields(event: &Event) -> BTreeMap<String, Value> {
    let body = event.properties.get("body").and_then(Value::as_text).unwrap_or("");
    of_body(body, event.properties.get("status"))
}

fn of_body(body: &str, status: Option<&Value>) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    if let Ok(json) = serde_json::from_str(body) {
        gather("", &json, 0, &mut fields);
    }
    let inside: Vec<(String, Value)> =
        fields.iter().map(|(name, value)| (format!("body.{name}"), value.clone())).collect();
    fields.extend(inside);
    fields.extend(status.map(|status| ("status".to_owned(), status.clone())));
    fields
}

/// Takes in the plain fields of an object and of those inside it.
fn gather(before: &str, json: &serde_json::Value, depth: usize, fields: &mut BTreeMap<String, Value>) {
    let serde_json::Value::Object(all) = json else { return };
    for (name, json) in all {
        if fields.len() >= MOST_FIELDS {
            return;
        }
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match plain(json) {
            Some(value) => drop(fields.insert(name, value)),
            None if depth < MOST_DEPTH => gather(&name, json, depth + 1, fields),
            None => {}
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_of(body: &str) -> Vec<(String, String)> {
        let status = Value::Number(Decimal::from(200_u32));
        of_body(body, Some(&status))
            .into_iter()
            .map(|(name, value)| (name, value.to_plain_json().to_string()))
            .collect()
    }

    #[test]
    fn plain_fields_are_named_by_the_way_to_them_and_the_status_keeps_its_name() {
        let found =
            fields_of(r#"{"a":{"b":{"c":1},"list":[{"x":1}]},"status":"ok","tags":["x"],"none":null}"#);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            found,
            [
                ("a.b.c", "1"),
                ("body.a.b.c", "1"),
                ("body.status", "\"ok\""),
                ("body.tags", "[\"x\"]"),
                ("status", "200"),
                ("tags", "[\"x\"]"),
            ]
        );
    }

    #[test]
    fn an_answer_that_is_too_deep_or_too_wide_is_read_in_part() {
        let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
        assert_eq!(fields_of(&deep), [("status".to_owned(), "200".to_owned())]);
        let wide: Vec<String> = (0..2000).map(|n| format!("\"f{n}\":1")).collect();
        assert_eq!(fields_of(&format!("{{{}}}", wide.join(","))).len(), 2 * MOST_FIELDS + 1);
        assert_eq!(fields_of("no json"), [("status".to_owned(), "200".to_owned())]);
    }
}
