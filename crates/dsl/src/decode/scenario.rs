//! `scenario:` tests of several workflows and customers on one clock.

use super::desk::Desk;
use super::names::Names;
use super::subject::{Start, Subject};
use super::tests;
use crate::condition::Fields as Known;
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::Fields;
use crate::test_case::Scenario;
use crate::workflow::Workflow;
use model::WorkflowId;
use std::collections::{BTreeMap, BTreeSet};

/// Reads a scenario's file behind its first key.
pub(super) fn read(
    name: Spanned<String>,
    fields: &mut Fields<'_>,
    (names, workflows): (&Names, &BTreeMap<&str, &Workflow>),
    entries: &BTreeMap<String, Known>,
    desk: &mut Desk<'_>,
) -> Option<Scenario> {
    let title = desk.take(fields, "title").and_then(|node| desk.text(node));
    fields.know(&["note", "owner"]);
    let list = desk.need(fields, "workflows");
    let written = list.map(|node| desk.texts(node)).unwrap_or_default();
    let mut meant: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for id in &written {
        match names.workflows.get(&id.value) {
            None => desk.unknown(Code::E0420, &id.value, id.span, names.workflows.iter().map(String::as_str)),
            Some(known) if seen.insert(known.as_str()) => meant.push(known),
            Some(_) => {}
        }
    }
    if let (true, Some(node)) = (written.is_empty(), list) {
        desk.report.error(Code::E0420, node.span).message("E0420-none").help("E0420-help");
    }
    let complete = written.iter().all(|id| names.workflows.contains(&id.value));
    let subjects = meant.iter().map(|id| match workflows.get(id) {
        Some(workflow) => Subject::read(workflow, entries),
        None => Subject::unread(id),
    });
    let start = Start::Workflows { subjects: subjects.collect(), known: &names.workflows, complete };
    let tests = desk.need(fields, "tests").map(|node| tests::read(node, &start, desk));
    Some(Scenario {
        title: title.unwrap_or_else(|| name.value.clone()),
        span: name.span,
        name: name.value,
        workflows: meant.into_iter().map(WorkflowId::from).collect(),
        tests: tests?,
    })
}
