//! `replies:` of a test: what other systems answer to webhooks.

use super::desk::Desk;
use super::subject::Start;
use crate::diagnostic::{Code, suggest};
use crate::step::Verb;
use crate::yaml::{Kind, Node};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Status and JSON body of one try after the other.
pub(super) type Replies = Vec<(u16, String)>;

/// Reads `replies: { downgrade: { status: 503, body: { code: busy } } }`; a list answers one try after the
/// other. A step is named by its id, or by its channel where it has none.
pub(super) fn read(node: &Node, start: &Start<'_>, desk: &mut Desk<'_>) -> BTreeMap<String, Replies> {
    let subjects = start.subjects();
    let called =
        subjects.iter().flat_map(|subject| &subject.verbs).any(|verb| matches!(verb, Verb::Call { .. }));
    let whole = subjects.iter().all(|subject| subject.whole) && !called;
    let known: Vec<&str> = subjects.iter().flat_map(|subject| subject.webhooks.iter().copied()).collect();
    let mut replies = BTreeMap::new();
    for entry in desk.entries(node) {
        let derived = format!("webhook:{}", entry.key);
        let id = if known.contains(&derived.as_str()) { derived } else { entry.key.clone() };
        if whole && !known.contains(&id.as_str()) {
            let meant = suggest(&entry.key, known.iter().copied()).map(str::to_owned);
            let diagnostic = desk.report.error(Code::E0325, entry.key_span);
            diagnostic.arg("did", "webhook").arg("what", &entry.key).did_you_mean(meant).help("E0325-help");
            continue;
        }
        let items = desk.items(&entry.value);
        let all: Replies = items.iter().filter_map(|node| reply(node, desk)).collect();
        if !all.is_empty() {
            replies.insert(id, all);
        }
    }
    replies
}

fn reply(node: &Node, desk: &mut Desk<'_>) -> Option<(u16, String)> {
    let mut fields = desk.fields(node, "thing-reply")?;
    let status = desk.take(&mut fields, "status");
    let status = match status {
        // 0: nobody answered.
        Some(node) => desk.whole(node, "status", 0, 599),
        None => Some(200),
    };
    let body = desk.take(&mut fields, "body").map(|node| json(node).to_string());
    desk.close(fields);
    Some((u16::try_from(status?).ok()?, body.unwrap_or_default()))
}

/// What is written, as JSON.
fn json(node: &Node) -> Json {
    match &node.kind {
        Kind::Null => Json::Null,
        Kind::Bool(yes) => Json::Bool(*yes),
        Kind::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())),
        Kind::Text { text, .. } => Json::String(text.clone()),
        Kind::List(items) => items.iter().map(json).collect(),
        Kind::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect(),
    }
}
