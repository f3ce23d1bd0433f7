//! What is in sight where something stands in a workflow: the entry, the event at hand, the trigger's
//! entity, variables and results of steps.

use super::desk::Desk;
use super::names::{Names, outcomes};
use crate::condition::{self, Allows, Fields as Known, Results, Scope};
use crate::diagnostic::Report;
use crate::step::Assigned;
use crate::template::TagScope;
use crate::workflow::Input;
use crate::yaml::{Kind, Node};
use model::Type;
use std::collections::{BTreeMap, BTreeSet};

/// What is in sight; cloned where a list of steps sees another `event.*`.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// For conditions and expressions.
    pub scope: Scope,
    /// What a call hands in.
    pub inputs: BTreeMap<String, Input>,
    /// The workflow that all of it stands in; empty: none.
    pub workflow: String,
}

impl Around {
    /// Starts with the names of the project and nothing of a workflow.
    pub fn new(names: &Names) -> Self {
        Self { scope: names.scope(), ..Self::default() }
    }

    /// The same with another event at hand.
    #[must_use]
    pub fn with_event(&self, event: Known) -> Self {
        Self { scope: Scope { event: Some(event), ..self.scope.clone() }, ..self.clone() }
    }

    /// The same seeing customers, entities, aggregates and segments only.
    #[must_use]
    pub fn narrow(&self) -> Self {
        Self { scope: Scope { allows: Allows::CustomerOnly, ..self.scope.clone() }, ..self.clone() }
    }

    /// For merge tags; `more` are the variables that a message brings itself.
    pub fn tags(&self, more: &[(String, Assigned)]) -> TagScope {
        let fields = |known: Option<&Known>| known.map(|known| known.fields.clone()).unwrap_or_default();
        let vars = self.scope.vars.keys().cloned().chain(more.iter().map(|(name, _)| name.clone()));
        let steps = self.scope.steps.iter();
        TagScope {
            entry: fields(self.scope.entry.as_ref()),
            event: fields(self.scope.event()),
            anything: self.scope.entry.as_ref().is_some_and(|entry| entry.anything),
            entities: self.scope.entity.iter().cloned().collect(),
            vars: vars.collect(),
            inputs: self.inputs.keys().cloned().collect(),
            items: false,
            steps: steps.map(|(id, results)| (id.clone(), results.clone())).collect(),
        }
    }

    /// Puts in what a call hands in: `inputs.*`.
    pub fn take_inputs(&mut self, inputs: BTreeMap<String, Input>) {
        self.scope.inputs = inputs.iter().map(|(name, input)| (name.clone(), input.ty.value())).collect();
        self.inputs = inputs;
    }

    /// Looks through the whole file for variables and results of steps, so that a step sees those that are
    /// declared below it as well (a variable may be set on another path).
    pub fn gather(&mut self, file: &Node, desk: &Desk<'_>) {
        let mut found = Gathered::default();
        walk(file, 0, &mut found);
        let mut later = Vec::new();
        for (name, node) in found.vars {
            if self.scope.vars.contains_key(&name) {
                continue;
            }
            match written_type(node) {
                Some(ty) => {
                    self.scope.vars.insert(name, ty);
                }
                None => later.push((name, node)),
            }
        }
        for (step, outcomes) in found.tasks {
            let ty = if outcomes.is_empty() { Type::Text } else { Type::OneOf(outcomes) };
            self.scope.steps.insert(step, Results::of("outcome", ty));
        }
        for step in found.calls {
            self.scope.steps.insert(step, Results::of("exit", Type::Text));
        }
        for step in found.webhooks {
            let status = Results::of("status", Type::Number);
            self.scope.steps.insert(step, Results { answer: true, ..status });
        }
        // Expressions may name variables whose values are written out.
        for (name, node) in later {
            if self.scope.vars.contains_key(&name) {
                continue;
            }
            let ty = formula_type(node, &self.scope, desk).unwrap_or(Type::Text);
            self.scope.vars.insert(name, ty);
        }
    }
}

/// The type of a value written out; `None`: an expression, or that there is none.
fn written_type(node: &Node) -> Option<Type> {
    if node.says_unknown() {
        return None;
    }
    match &node.kind {
        Kind::Bool(_) => Some(Type::YesNo),
        Kind::Number(_) => Some(Type::Number),
        Kind::List(_) => Some(Type::List),
        Kind::Text { text, .. } if text.trim_start().starts_with('=') => None,
        Kind::Text { .. } | Kind::Null | Kind::Map(_) => Some(Type::Text),
    }
}

/// The type of an expression; its mistakes are reported where it is decoded.
fn formula_type(node: &Node, scope: &Scope, desk: &Desk<'_>) -> Option<Type> {
    let text = node.raw_text()?;
    let mut unheard = Report::new();
    let operand = condition::formula(text, node.span, None, scope, desk.library, &mut unheard)?;
    Some(condition::type_of(&operand))
}

#[derive(Default)]
struct Gathered<'n> {
    vars: Vec<(String, &'n Node)>,
    /// With what can come of each.
    tasks: BTreeMap<String, Vec<String>>,
    calls: BTreeSet<String>,
    webhooks: BTreeSet<String>,
}

/// Collects `vars:` of the workflow and of ways, `vars.x` of `set`, and ids of tasks, calls and webhooks.
fn walk<'n>(node: &'n Node, depth: usize, found: &mut Gathered<'n>) {
    for item in node.items().unwrap_or_default() {
        walk(item, depth + 1, found);
    }
    let entries = node.entries().unwrap_or_default();
    let id = node.get("id").and_then(|entry| entry.value.raw_text());
    let is_way = node.get("share").is_some() || depth == 0;
    for entry in entries {
        match entry.key.as_str() {
            "vars" if is_way => {
                let vars = entry.value.entries().unwrap_or_default();
                found.vars.extend(vars.iter().map(|var| (var.key.clone(), &var.value)));
            }
            "set" => {
                for target in entry.value.entries().unwrap_or_default() {
                    if let Some(name) = target.key.strip_prefix("vars.") {
                        found.vars.push((name.to_owned(), &target.value));
                    }
                }
            }
            "task" => found.tasks.extend(id.map(|id| (id.to_owned(), outcomes(node)))),
            "webhook" => found.webhooks.extend(id.map(str::to_owned)),
            "call" => found.calls.extend(id.map(str::to_owned)),
            "tests" if depth == 0 => {}
            _ => walk(&entry.value, depth + 1, found),
        }
    }
}
