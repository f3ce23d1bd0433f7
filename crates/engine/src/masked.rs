//! Customers and events as somebody may see them: what is personal is masked for who may not.

use dsl::library::Model;
use model::{Customer, Event, Value};
use serde_json::{Map, Value as Json, json};

/// What stands for a value that may not be seen.
pub const MASKED: &str = "•••";

/// The value of a customer's attribute.
fn value(model: &Model, name: &str, value: &Value, personal: bool) -> Json {
    let hidden = !personal && model.customer.get(name).is_none_or(|attribute| attribute.pii);
    if hidden { json!(MASKED) } else { value.to_plain_json() }
}

/// The attributes of a customer.
pub fn attributes(customer: &Customer, model: &Model, personal: bool) -> Map<String, Json> {
    let of = |(name, known): (&String, &Value)| (name.clone(), value(model, name, known, personal));
    customer.attributes.iter().map(of).collect()
}

/// An event: what holds what is personal is masked as a whole.
pub fn event(event: &Event, model: &Model, personal: bool) -> Json {
    let mut shown = event.to_json();
    if personal {
        return shown;
    }
    let changed = event.properties.get("attribute").and_then(Value::as_text);
    let open = |name: &str| match changed {
        Some(attribute) => {
            name == "attribute" || model.customer.get(attribute).is_some_and(|attribute| !attribute.pii)
        }
        None => model.events.get(&event.name).is_some_and(|kind| kind.fields.contains_key(name)),
    };
    if let Some(properties) = shown.get_mut("properties").and_then(Json::as_object_mut) {
        properties.iter_mut().filter(|(name, _)| !open(name)).for_each(|(_, value)| *value = json!(MASKED));
    }
    shown
}

/// A text that was made for a colleague, and may hold what is personal.
pub fn text(text: &str, personal: bool) -> Json {
    if personal { json!(text) } else { json!(MASKED) }
}
