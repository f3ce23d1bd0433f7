//! The outline of a file: a workflow's trigger, steps and tests; the names of a library.

use crate::position::of_span;
use dsl::grammar::{TRIGGERS, VERBS};
use dsl::source::Span;
use dsl::yaml::{Entry, Kind, Node};
use serde_json::{Value, json};

/// Numbers of the protocol for kinds of symbols.
const MODULE: u8 = 2;
const NAMESPACE: u8 = 3;
const FUNCTION: u8 = 12;
const EVENT: u8 = 24;
const FIELD: u8 = 8;

/// The outline of a file.
pub fn outline(text: &str, tree: &Node) -> Vec<Value> {
    let Some(first) = tree.entries().and_then(<[_]>::first) else { return Vec::new() };
    let name = first.value.raw_text().unwrap_or_default();
    let mut inner = Vec::new();
    for entry in tree.entries().unwrap_or_default() {
        match entry.key.as_str() {
            "trigger" => inner.push(trigger(text, entry)),
            "steps" => inner.extend(steps(text, &entry.value)),
            "tests" => inner.extend(tests(text, &entry.value)),
            "goal" | "on_band" => inner.extend(nested(text, &entry.value)),
            "customer" | "events" | "entities" => inner.push(names(text, entry)),
            _ if std::ptr::eq(entry, first) => inner.extend(fields(text, &entry.value)),
            _ => {}
        }
    }
    vec![symbol(text, &format!("{} {name}", first.key), "", MODULE, tree.span, first.key_span, inner)]
}

fn symbol(text: &str, name: &str, detail: &str, kind: u8, whole: Span, at: Span, inner: Vec<Value>) -> Value {
    // The protocol wants the name's place inside the whole.
    let whole = at.join(whole);
    json!({
        "name": if name.trim().is_empty() { "…" } else { name.trim() },
        "detail": detail,
        "kind": kind,
        "range": of_span(text, whole),
        "selectionRange": of_span(text, at),
        "children": inner,
    })
}

fn trigger(text: &str, entry: &Entry) -> Value {
    let known = TRIGGERS.iter().find_map(|trigger| entry.value.get(trigger.name));
    let word = known.map_or(entry.value.raw_text().unwrap_or_default(), |known| known.key.as_str());
    let what = known.and_then(|known| known.value.raw_text()).unwrap_or_default();
    symbol(text, &format!("trigger {word} {what}"), "", EVENT, entry.value.span, entry.key_span, Vec::new())
}

fn steps(text: &str, list: &Node) -> Vec<Value> {
    list.items().unwrap_or_default().iter().filter_map(|item| step(text, item)).collect()
}

fn step(text: &str, item: &Node) -> Option<Value> {
    let verb = crate::sense::which(item, VERBS).and_then(|verb| item.get(verb.name))?;
    let what = verb.value.raw_text().unwrap_or_default();
    let id = item.get("id").and_then(|id| id.value.raw_text()).unwrap_or_default();
    let name = format!("{} {what}", verb.key);
    Some(symbol(text, &name, id, FUNCTION, item.span, verb.key_span, nested(text, item)))
}

/// The steps that hang below something, wherever they stand in it.
fn nested(text: &str, node: &Node) -> Vec<Value> {
    let mut all = Vec::new();
    match &node.kind {
        Kind::Map(entries) => entries.iter().for_each(|entry| all.extend(nested(text, &entry.value))),
        Kind::List(items) => {
            for item in items {
                match step(text, item) {
                    Some(step) => all.push(step),
                    None => all.extend(nested(text, item)),
                }
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } => {}
    }
    all
}

fn tests(text: &str, list: &Node) -> Vec<Value> {
    let items = list.items().unwrap_or_default().iter();
    items
        .filter_map(|item| {
            let name = item.get("name")?;
            let said = name.value.raw_text().unwrap_or_default();
            Some(symbol(text, &format!("test {said}"), "", EVENT, item.span, name.key_span, Vec::new()))
        })
        .collect()
}

fn names(text: &str, entry: &Entry) -> Value {
    symbol(text, &entry.key, "", NAMESPACE, entry.value.span, entry.key_span, fields(text, &entry.value))
}

fn fields(text: &str, node: &Node) -> Vec<Value> {
    let entries = node.entries().unwrap_or_default().iter();
    entries
        .map(|entry| symbol(text, &entry.key, "", FIELD, entry.value.span, entry.key_span, Vec::new()))
        .collect()
}
