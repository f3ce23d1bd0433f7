//! The customers of a test: attributes, things they refer to, entities, consent.

use super::desk::Desk;
use crate::diagnostic::{Code, suggest};
use crate::test_case::TestCustomer;
use crate::yaml::{Entry, Node};
use model::{Medium, Type, Value};
use std::collections::BTreeMap;

/// The one customer of a test that says nothing of them.
pub(super) fn nobody() -> Vec<TestCustomer> {
    vec![empty("customer")]
}

fn empty(name: &str) -> TestCustomer {
    TestCustomer {
        name: name.to_owned(),
        attributes: BTreeMap::new(),
        references: BTreeMap::new(),
        unknown: Vec::new(),
        refuses: Vec::new(),
        entities: Vec::new(),
    }
}

/// Reads one customer. `name: ` with nothing behind it is a customer of whom nothing is known.
pub(super) fn customer(name: &str, node: &Node, desk: &mut Desk<'_>) -> Option<TestCustomer> {
    let mut read = empty(name);
    if node.is_null() {
        return Some(read);
    }
    let entries = desk.fields(node, "thing-customer")?.entries();
    let mut dotted: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for entry in entries {
        if entry.value.says_unknown() {
            // Nothing behind an attribute: unknown.
            read.unknown.push(entry.key.strip_prefix("customer.").unwrap_or(&entry.key).to_owned());
            continue;
        }
        attribute(entry, &mut read, &mut dotted, desk);
    }
    for (kind, mut fields) in dotted {
        let id = match fields.remove("id") {
            Some(Value::Text(id)) => id,
            _ => format!("{kind}-1"),
        };
        read.entities.push((kind, id, fields));
    }
    Some(read)
}

fn attribute(
    entry: &Entry,
    read: &mut TestCustomer,
    dotted: &mut BTreeMap<String, BTreeMap<String, Value>>,
    desk: &mut Desk<'_>,
) {
    let library = desk.library;
    let key = entry.key.strip_prefix("customer.").unwrap_or(&entry.key);
    if let Some(known) = library.model.customer.get(key) {
        match (&known.ty, entry.value.entries()) {
            (Type::Reference(kind), Some(_)) if kind != "customer" => {
                let fields = entity_fields(kind, &entry.value, desk);
                read.references.insert(key.to_owned(), fields);
            }
            (ty, _) => {
                let Some(value) = desk.attribute(key, &entry.value, ty) else { return };
                read.attributes.insert(key.to_owned(), value);
            }
        }
        return;
    }
    if key == "consent" {
        read.refuses = refuses(&entry.value, desk);
        return;
    }
    if let Some((kind, field)) = key.split_once('.') {
        if let Some(value) = entity_value(kind, field, entry, desk) {
            dotted.entry(kind.to_owned()).or_default().insert(field.to_owned(), value);
        }
        return;
    }
    if library.model.entities.contains_key(key) {
        for (place, item) in desk.items(&entry.value).iter().enumerate() {
            let mut fields = entity_fields(key, item, desk);
            let id = match fields.remove("id") {
                Some(Value::Text(id)) => id,
                _ => format!("{key}-{}", place + 1),
            };
            read.entities.push((key.to_owned(), id, fields));
        }
        return;
    }
    let known = library.model.customer.keys().chain(library.model.entities.keys()).cloned();
    desk.unknown_attribute(&entry.key, entry.key_span, known.collect::<Vec<_>>());
}

/// The fields of an entity in a map.
fn entity_fields(kind: &str, node: &Node, desk: &mut Desk<'_>) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    for entry in desk.entries(node) {
        fields.extend(entity_value(kind, &entry.key, entry, desk).map(|value| (entry.key.clone(), value)));
    }
    fields
}

/// The value of one field of an entity, typed by the model.
pub(super) fn entity_value(kind: &str, field: &str, entry: &Entry, desk: &mut Desk<'_>) -> Option<Value> {
    let library = desk.library;
    let Some(entity) = library.model.entities.get(kind) else {
        let kinds = library.model.entities.keys().map(String::as_str);
        desk.unknown(Code::E0232, kind, entry.key_span, kinds);
        return None;
    };
    let Some(attribute) = entity.attributes.get(field) else {
        let known = entity.attributes.keys().map(|name| match entry.key.contains('.') {
            true => format!("{kind}.{name}"),
            false => name.clone(),
        });
        desk.unknown_attribute(&entry.key, entry.key_span, known.collect::<Vec<_>>());
        return None;
    };
    desk.value(&entry.value, &attribute.ty)
}

/// `consent: none`, `{ marketing: false }`, or by channel `{ marketing: { email: false } }`: the topics that
/// they did not allow, and where. `None`: on every channel.
fn refuses(node: &Node, desk: &mut Desk<'_>) -> Vec<(String, Option<Medium>)> {
    let library = desk.library;
    if node.entries().is_none() {
        let all = desk.word(node, "consent", &[("none", true), ("all", false)]);
        let topics = library.topics.keys().map(|topic| (topic.clone(), None));
        return if all == Some(true) { topics.collect() } else { Vec::new() };
    }
    let mut refused = Vec::new();
    for entry in desk.entries(node) {
        if !library.topics.contains_key(&entry.key) {
            desk.unknown(Code::E0236, &entry.key, entry.key_span, library.topics.keys().map(String::as_str));
            continue;
        }
        if entry.value.entries().is_some() {
            for channel in desk.entries(&entry.value) {
                let medium = channel_named(channel, desk);
                if let (Some(medium), Some(false)) = (medium, granted(&channel.value, desk)) {
                    refused.push((entry.key.clone(), Some(medium)));
                }
            }
        } else if granted(&entry.value, desk) == Some(false) {
            refused.push((entry.key.clone(), None));
        }
    }
    refused
}

/// `true`, `false`, or the words of an import: `granted`, `withdrawn`.
fn granted(node: &Node, desk: &mut Desk<'_>) -> Option<bool> {
    match node.raw_text() {
        Some("granted") => Some(true),
        Some("withdrawn") => Some(false),
        Some(_) | None => desk.yes_no(node),
    }
}

/// The channel that a key names.
fn channel_named(entry: &Entry, desk: &mut Desk<'_>) -> Option<Medium> {
    let all = [Medium::Email, Medium::Sms, Medium::Message];
    let found = all.into_iter().find(|medium| medium.as_str() == entry.key);
    if found.is_none() {
        let known = all.map(Medium::as_str);
        let meant = suggest(&entry.key, known).map(str::to_owned);
        let diagnostic = desk.report.error(Code::E0301, entry.key_span);
        diagnostic.arg("key", &entry.key).arg_word("what", "thing-consent").did_you_mean(meant.clone());
        if meant.is_none() {
            diagnostic.arg_listed("known", &known.join(", ")).help("E0301-help");
        }
    }
    found
}
