//! `entry:` what starts the walks of a test: for all customers, or line by line with `customer:`; in a
//! scenario with `workflow:` as well.

use super::desk::Desk;
use super::subject::{Start, Subject};
use super::test_facts::whose;
use super::test_people::entity_value;
use super::tests::{Stage, instant};
use crate::diagnostic::Code;
use crate::test_case::TestEntry;
use crate::trigger::Trigger;
use crate::yaml::{Entry, Node};
use std::collections::BTreeMap;

/// Reads `entry:`, one map or a list of them.
pub(super) fn read(node: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Vec<TestEntry> {
    let mut entries = Vec::new();
    for item in desk.items(node) {
        entries.extend(line(item, stage, desk).unwrap_or_default());
    }
    entries
}

fn line(item: &Node, stage: &Stage<'_>, desk: &mut Desk<'_>) -> Option<Vec<TestEntry>> {
    let mut fields = desk.fields(item, "thing-entry")?;
    let whose = desk.take(&mut fields, "customer").map(|node| whose(node, stage, desk));
    let at = desk.take(&mut fields, "at").map(|node| instant(node, desk));
    let named = desk.take(&mut fields, "workflow");
    let event = desk.take(&mut fields, "event");
    let subject = subject(item, named, event, stage, desk);
    if let (Some(node), Some(subject)) = (event, subject) {
        event_of_the_trigger(node, subject, desk);
    }
    let mut read = TestEntry {
        customer: String::new(),
        to_all: stage.many && whose.is_none(),
        workflow: subject.map_or_else(String::new, |subject| subject.id.to_owned()),
        at: None,
        fields: BTreeMap::new(),
        entity: BTreeMap::new(),
        span: item.span,
    };
    for field in fields.others() {
        entry_field(field, subject, stage, &mut read, desk);
    }
    read.at = super::scoring::spread(at)?;
    let names = match whose {
        Some(name) => vec![name?],
        None => stage.names.clone(),
    };
    subject?;
    Some(names.into_iter().map(|customer| TestEntry { customer, ..read.clone() }).collect())
}

/// The workflow that the line starts: the only one there is, the one it names, or the one its event starts.
fn subject<'s>(
    item: &Node,
    named: Option<&Node>,
    event: Option<&Node>,
    stage: &'s Stage<'_>,
    desk: &mut Desk<'_>,
) -> Option<&'s Subject<'s>> {
    let subjects = stage.start.subjects();
    if let Some(node) = named {
        let name = desk.spanned(node)?;
        let found = subjects.iter().find(|subject| subject.id == name.value);
        if found.is_none() && stage.start.is_complete() {
            desk.unknown(Code::E0420, &name.value, name.span, subjects.iter().map(|subject| subject.id));
        }
        return found;
    }
    if let [only] = subjects {
        return Some(only);
    }
    let started = |event: &str| {
        subjects
            .iter()
            .find(|subject| matches!(subject.trigger, Some(Trigger::Event { name, .. }) if name == event))
    };
    let found = event.and_then(Node::raw_text).and_then(|event| started(event.trim()));
    if found.is_none() && !subjects.is_empty() && stage.start.is_complete() {
        let all = subjects.iter().map(|subject| subject.id).collect::<Vec<_>>().join(", ");
        desk.report.error(Code::E0421, item.span).arg("workflows", all).help("E0421-help");
    }
    found
}

/// The entry's event must be the one that starts the workflow.
fn event_of_the_trigger(node: &Node, subject: &Subject<'_>, desk: &mut Desk<'_>) {
    let Some(name) = desk.spanned(node) else { return };
    if let Some(Trigger::Event { name: wanted, .. }) = subject.trigger
        && *wanted != name.value
    {
        desk.report
            .error(Code::E0341, name.span)
            .arg("name", &name.value)
            .arg("wanted", wanted)
            .fix(name.span, wanted.clone());
    }
}

fn entry_field(
    field: &Entry,
    subject: Option<&Subject<'_>>,
    stage: &Stage<'_>,
    read: &mut TestEntry,
    desk: &mut Desk<'_>,
) {
    if let Some((kind, name)) = field.key.split_once('.') {
        if let Some(value) = entity_value(kind, name, field, desk) {
            read.entity.insert((kind.to_owned(), name.to_owned()), value);
        }
        return;
    }
    let nothing_starts = match stage.start {
        Start::Score => true,
        Start::Workflows { .. } => false,
    };
    if nothing_starts {
        desk.report
            .error(Code::E0301, field.key_span)
            .arg("key", &field.key)
            .arg_word("what", "thing-entry")
            .arg("known", "");
        return;
    }
    let Some(known) = subject.and_then(|subject| subject.entry) else { return };
    let Some(ty) = known.fields.get(&field.key).cloned() else {
        let names = known.fields.keys().map(String::as_str).collect();
        desk.unknown_field(&field.key, field.key_span, &known.of, names);
        return;
    };
    if field.value.says_unknown() {
        return;
    }
    if let Some(value) = desk.field_value(&field.value, &ty, known.values.get(&field.key)) {
        read.fields.insert(field.key.clone(), value);
    }
}
