//! `inputs:` what a called workflow is given; `call:` the step that gives it.

use super::around::Around;
use super::assigned;
use super::desk::Desk;
use super::model::{is_name, one_of_type, only_texts, type_named};
use super::scoring::spread;
use super::steps::{Item, Read, Steps};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::step::{Assigned, Verb};
use crate::workflow::{Input, InputType, Workflow};
use crate::yaml::{Entry, Node};
use model::{Value, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

/// A workflow as a call sees it; known before any workflow is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Callee {
    /// It starts by a call or by hand.
    pub may_be_called: bool,
    /// What it is given; `None`: it could not be read, and its own file says why.
    pub inputs: Option<BTreeMap<String, Input>>,
}

impl Callee {
    /// Looks into a file; what is wrong with it is said when the file itself is read.
    pub fn of(file: &Node, desk: &mut Desk<'_>) -> Self {
        let trigger = file.get("trigger").map(|entry| &entry.value);
        let word = trigger.and_then(Node::raw_text).map(str::trim);
        let keyed =
            trigger.is_some_and(|node| ["called", "manual"].iter().any(|key| node.get(key).is_some()));
        let inputs = file.get("inputs").map(|entry| read(&entry.value, desk));
        let inputs = inputs.map(|(inputs, whole)| whole.then_some(inputs));
        Self {
            // Of a file without a trigger its own mistakes are said.
            may_be_called: trigger.is_none() || keyed || matches!(word, Some("called" | "manual")),
            inputs: inputs.unwrap_or_else(|| Some(BTreeMap::new())),
        }
    }
}

/// Reads `inputs: { team: team, tries: { type: number, default: 3 } }`. With it, whether none of
/// them is broken; a broken one is there as an optional text.
pub(super) fn read(node: &Node, desk: &mut Desk<'_>) -> (BTreeMap<String, Input>, bool) {
    let kinds: BTreeMap<String, Span> =
        desk.library.model.entities.keys().map(|kind| (kind.clone(), node.span)).collect();
    let mut inputs = BTreeMap::new();
    let mut whole = true;
    for entry in desk.entries(node) {
        if !is_name(&entry.key) {
            desk.report.error(Code::E0601, entry.key_span).arg("name", &entry.key).help("E0601-help");
            whole = false;
            continue;
        }
        match input(entry, &kinds, desk) {
            Some(input) => {
                inputs.insert(entry.key.clone(), input);
            }
            None => {
                whole = false;
                // It is there, whatever it is: the steps that name it are right to do so.
                let ty = InputType::Value(model::Type::Text);
                inputs.insert(entry.key.clone(), Input { ty, optional: true, default: None, title: None });
            }
        }
    }
    (inputs, whole)
}

fn input(entry: &Entry, kinds: &BTreeMap<String, Span>, desk: &mut Desk<'_>) -> Option<Input> {
    if entry.value.raw_text().is_some() {
        let ty = type_of(&entry.value, kinds, desk)?;
        return Some(Input { ty, optional: false, default: None, title: None });
    }
    let mut fields = desk.fields(&entry.value, "thing-input")?;
    let optional = desk.take(&mut fields, "optional").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    let title = desk.take(&mut fields, "title").and_then(|node| desk.text(node));
    let default = desk.take(&mut fields, "default");
    let one_of = desk.take(&mut fields, "one_of");
    let ty = match one_of {
        Some(node) => {
            only_texts(desk.take(&mut fields, "type"), &entry.key, desk);
            one_of_type(node, "E0331-help-choices", desk).map(InputType::Value)
        }
        None => desk.need(&mut fields, "type").and_then(|node| type_of(node, kinds, desk)),
    };
    desk.close(fields);
    let ty = ty?;
    let default = match default {
        Some(node) => Some(literal(node, &ty, desk)?),
        None => None,
    };
    Some(Input { ty, optional, default, title })
}

fn type_of(node: &Node, kinds: &BTreeMap<String, Span>, desk: &mut Desk<'_>) -> Option<InputType> {
    if node.raw_text().map(str::trim) == Some("team") && !kinds.contains_key("team") {
        return Some(InputType::Team);
    }
    type_named(node, kinds, desk).map(InputType::Value)
}

/// A value written out for an input.
pub(super) fn literal(node: &Node, ty: &InputType, desk: &mut Desk<'_>) -> Option<Value> {
    match ty {
        InputType::Value(ty) => desk.value(node, ty),
        InputType::Team => team(node, desk).map(Value::Text),
    }
}

fn team(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    let name = desk.spanned(node)?;
    let teams = &desk.library.teams;
    if teams.keys().any(|team| team.as_str() == name.value) {
        return Some(name.value);
    }
    let known: Vec<&str> = teams.keys().map(model::TeamId::as_str).collect();
    desk.unknown(Code::E0242, &name.value, name.span, known);
    None
}

/// `call: WORKFLOW`, with what its `inputs` want.
pub(super) fn call(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let name = if item.has_object(steps.desk) { steps.desk.spanned(item.object) } else { None };
    let with = steps.desk.take(&mut item.fields, "with");
    let wait = steps.desk.take(&mut item.fields, "wait").map(|node| steps.desk.yes_no(node));
    let name = name?;
    let names = steps.names;
    let Some(callee) = names.callees.get(&name.value) else {
        // A workflow that calls itself would be no help.
        let known = names.callees.iter();
        let known = known.filter(|(id, callee)| callee.may_be_called && **id != around.workflow);
        let known: Vec<&str> = known.map(|(id, _)| id.as_str()).collect();
        steps.desk.unknown(Code::E0348, &name.value, name.span, known);
        return None;
    };
    if !callee.may_be_called {
        steps.desk.report.error(Code::E0349, name.span).arg("name", &name.value).help("E0349-help");
        return None;
    }
    let wanted = callee.inputs.clone()?;
    let mut given: Vec<(String, Assigned)> = Vec::new();
    let mut whole = true;
    for entry in with.map(|node| steps.desk.entries(node)).unwrap_or_default() {
        let Some(input) = wanted.get(&entry.key) else {
            unknown(entry, Some(&name.value), &wanted, steps.desk);
            whole = false;
            continue;
        };
        let value = handed(steps.desk, &entry.value, input, around);
        whole &= value.is_some();
        given.extend(value.map(|value| (entry.key.clone(), value)));
    }
    let is_given = |key: &str| with.is_some_and(|node| node.get(key).is_some());
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(key, input)| input.is_needed() && !is_given(key))
        .map(|(key, _)| key.as_str())
        .collect();
    if !missing.is_empty() {
        let span = with.map_or(item.verb.key_span.join(name.span), |node| node.span);
        let diagnostic = steps.desk.report.error(Code::E0350, span);
        diagnostic.arg("name", &name.value).arg_listed("missing", &missing.join(", ")).help("E0350-help");
        return None;
    }
    let wait = spread(wait)?.unwrap_or(true);
    let verb = Verb::Call { workflow: WorkflowId::from(name.value.clone()), with: given, wait };
    whole.then_some((verb, name.value))
}

/// Says that a workflow (`None`: the one at hand) has no such input.
pub(super) fn unknown(
    entry: &Entry,
    callee: Option<&str>,
    wanted: &BTreeMap<String, Input>,
    desk: &mut Desk<'_>,
) {
    let meant = crate::diagnostic::suggest(&entry.key, wanted.keys().map(String::as_str)).map(str::to_owned);
    let known = wanted.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let diagnostic = desk.report.error(Code::E0351, entry.key_span);
    diagnostic.arg("name", &entry.key).did_you_mean(meant.clone());
    match callee {
        Some(callee) => diagnostic.arg("workflow", callee),
        None => diagnostic.message("E0351-own"),
    };
    match meant {
        Some(meant) => {
            diagnostic.fix(entry.key_span, meant);
        }
        None if known.is_empty() => {
            diagnostic.help("E0351-none");
        }
        None => {
            diagnostic.arg_listed("known", &known).help("E0351-help");
        }
    }
}

fn handed(desk: &mut Desk<'_>, node: &Node, input: &Input, around: &Around) -> Option<Assigned> {
    match &input.ty {
        InputType::Value(ty) => assigned::value(node, Some(ty), around, desk),
        InputType::Team => {
            let text = node.raw_text().unwrap_or_default();
            // A team that was handed in is handed on.
            if text.trim_start().starts_with('=') || text.contains("{{") {
                return assigned::value(node, Some(&model::Type::Text), around, desk);
            }
            team(node, desk).map(|team| Assigned::Literal(Value::Text(team)))
        }
    }
}

/// The input that `assign: "{{inputs.NAME}}"` names; `None`: it is no such text.
pub(super) fn input_named(text: &str) -> Option<&str> {
    text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim().strip_prefix("inputs.")
}

/// Workflows that call one another round in a circle: no walk through them would end.
pub(super) fn cycles(all: &[&Workflow], desk: &mut Desk<'_>) {
    let calls: BTreeMap<&WorkflowId, Vec<(&WorkflowId, Span)>> = all
        .iter()
        .map(|workflow| {
            let called = workflow.steps.iter().filter_map(|step| {
                let Verb::Call { workflow, .. } = &step.verb else { return None };
                Some((workflow, step.span))
            });
            (&workflow.id, called.collect())
        })
        .collect();
    let mut told: BTreeSet<&WorkflowId> = BTreeSet::new();
    for start in calls.keys() {
        if told.contains(start) {
            continue;
        }
        let mut path = vec![(*start, Span::EMPTY)];
        let Some(circle) = circle(&calls, start, &mut path, &mut BTreeSet::new()) else { continue };
        let mut names: Vec<&str> = circle.iter().map(|(id, _)| id.as_str()).collect();
        names.push(start.as_str());
        told.extend(circle.iter().map(|(id, _)| *id));
        // The span of an entry is the call that led to it; the first one's closes the circle.
        let mut spans = circle.iter().map(|(_, span)| *span);
        let closing = spans.next();
        let Some(first) = spans.next().or(closing) else { continue };
        let diagnostic = desk.report.error(Code::E0352, first);
        diagnostic.arg("circle", names.join(" → ")).help("E0352-help");
        for span in circle.iter().skip(2).map(|(_, span)| *span).chain(closing).filter(|span| *span != first)
        {
            diagnostic.related(span, "E0352-also");
        }
    }
}

/// A way back to the start; on return the first entry carries the call that closes it.
fn circle<'w>(
    calls: &BTreeMap<&'w WorkflowId, Vec<(&'w WorkflowId, Span)>>,
    start: &WorkflowId,
    path: &mut Vec<(&'w WorkflowId, Span)>,
    seen: &mut BTreeSet<&'w WorkflowId>,
) -> Option<Vec<(&'w WorkflowId, Span)>> {
    let (here, _) = path.last().copied()?;
    for (next, span) in calls.get(here).into_iter().flatten() {
        if *next == start {
            let mut found = path.clone();
            if let Some(first) = found.first_mut() {
                first.1 = *span;
            }
            return Some(found);
        }
        if seen.insert(next) {
            path.push((next, *span));
            if let Some(found) = circle(calls, start, path, seen) {
                return Some(found);
            }
            path.pop();
        }
    }
    None
}
