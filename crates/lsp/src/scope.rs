//! What names mean at a place of a file: which event is at hand, which variables there are, what type a name
//! has.

use crate::spot::{Crumb, nodes};
use dsl::library::Library;
use dsl::yaml::Node;
use model::Type;
use std::collections::{BTreeMap, BTreeSet};

/// The names at a place.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The events whose fields `event.*` has.
    pub events: Vec<String>,
    /// The fields of `entry.*`.
    pub entry: BTreeMap<String, Type>,
    /// `vars.*`.
    pub vars: BTreeSet<String>,
    /// `inputs.*`.
    pub inputs: BTreeSet<String>,
    /// `steps.*`.
    pub steps: BTreeSet<String>,
}

impl Scope {
    /// The names at the end of a way.
    pub fn of(tree: &Node, path: &[Crumb], library: &Library) -> Self {
        let mut scope = Self::default();
        let started = started(tree);
        scope.entry = entry(tree, library);
        scope.events = started;
        // The innermost thing that names an event is the one being looked at.
        for (node, crumb) in nodes(tree, path).into_iter().zip(path.iter().map(Some).chain([None])) {
            if let Some(Crumb::Key(key)) = crumb
                && library.model.events.contains_key(key)
            {
                scope.events = vec![key.clone()];
            }
            for key in ["wait_for", "event"] {
                let named = node.get(key).map(|entry| texts(&entry.value)).unwrap_or_default();
                let named: Vec<String> =
                    named.into_iter().filter(|name| library.model.events.contains_key(name)).collect();
                if !named.is_empty() {
                    scope.events = named;
                }
            }
        }
        gather(tree, &mut scope, 0);
        scope
    }

    /// The fields of `event.*`.
    pub fn event(&self, library: &Library) -> BTreeMap<String, Type> {
        let mut fields = BTreeMap::new();
        for name in &self.events {
            if let Some(kind) = library.model.events.get(name) {
                fields.extend(kind.fields.iter().map(|(field, ty)| (field.clone(), ty.clone())));
            }
        }
        if fields.is_empty() {
            fields.clone_from(&self.entry);
        }
        fields.insert("at".to_owned(), Type::Time);
        fields
    }

    /// What may follow `root.` (and one hop further), with types where they are known.
    pub fn fields(&self, words: &[&str], library: &Library) -> BTreeMap<String, Option<Type>> {
        let typed = |fields: BTreeMap<String, Type>| -> BTreeMap<String, Option<Type>> {
            fields.into_iter().map(|(name, ty)| (name, Some(ty))).collect()
        };
        let untyped = |names: &BTreeSet<String>| -> BTreeMap<String, Option<Type>> {
            names.iter().map(|name| (name.clone(), None)).collect()
        };
        match words {
            ["customer"] => typed(of_kind("customer", library)),
            ["event"] => typed(self.event(library)),
            ["entry"] => {
                let mut fields = self.entry.clone();
                fields.insert("at".to_owned(), Type::Time);
                typed(fields)
            }
            ["owner" | "rep"] => {
                ["id", "name", "email", "zone"].map(|name| (name.to_owned(), Some(Type::Text))).into()
            }
            ["vars"] => untyped(&self.vars),
            ["inputs"] => untyped(&self.inputs),
            ["steps"] => untyped(&self.steps),
            ["steps", _] => {
                ["outcome", "exit", "status"].map(|name| (name.to_owned(), Some(Type::Text))).into()
            }
            [kind] => typed(of_kind(kind, library)),
            [before @ .., last] => match self.type_of(before, last, library) {
                Some(Type::Reference(kind)) => typed(of_kind(&kind, library)),
                _ => BTreeMap::new(),
            },
            [] => BTreeMap::new(),
        }
    }

    /// The type of a name taken apart: what stands before its last word, and that word.
    pub fn type_of(&self, before: &[&str], last: &str, library: &Library) -> Option<Type> {
        self.fields(before, library).remove(last).flatten()
    }
}

/// The attributes of the customer or of an entity.
fn of_kind(kind: &str, library: &Library) -> BTreeMap<String, Type> {
    let attributes = match kind {
        "customer" => Some(&library.model.customer),
        _ => library.model.entities.get(kind).map(|entity| &entity.attributes),
    };
    let all = attributes.into_iter().flatten();
    all.map(|(name, attribute)| (name.clone(), attribute.ty.clone())).collect()
}

fn texts(node: &Node) -> Vec<String> {
    match node.items() {
        Some(items) => items.iter().filter_map(Node::raw_text).map(str::to_owned).collect(),
        None => node.raw_text().map(str::to_owned).into_iter().collect(),
    }
}

/// The event of the trigger.
fn started(tree: &Node) -> Vec<String> {
    let event = tree.get("trigger").and_then(|trigger| trigger.value.get("event"));
    event.map(|event| texts(&event.value)).unwrap_or_default()
}

/// What the trigger brings.
fn entry(tree: &Node, library: &Library) -> BTreeMap<String, Type> {
    let Some(trigger) = tree.get("trigger").map(|trigger| &trigger.value) else { return BTreeMap::new() };
    let mut fields = BTreeMap::new();
    for name in started(tree) {
        if let Some(kind) = library.model.events.get(&name) {
            fields.extend(kind.fields.iter().map(|(field, ty)| (field.clone(), ty.clone())));
        }
    }
    let mut put = |names: &[&str], ty: &Type| {
        fields.extend(names.iter().map(|name| ((*name).to_owned(), ty.clone())));
    };
    if trigger.get("date").is_some() {
        put(&["date"], &Type::Date);
    }
    if let Some(stage) = trigger.get("stage") {
        let of = stage.value.get("of").and_then(|of| of.value.raw_text()).unwrap_or("customer");
        let ty = of_kind(of, library).remove("stage").unwrap_or(Type::Text);
        put(&["from", "to"], &ty);
    }
    if let Some(attribute) = trigger.get("attribute") {
        let of = attribute.value.get("of").and_then(|of| of.value.raw_text()).unwrap_or_default();
        let (kind, field) = of.split_once('.').unwrap_or((of, ""));
        put(&["from", "to"], &of_kind(kind, library).remove(field).unwrap_or(Type::Text));
        put(&["attribute"], &Type::Text);
    }
    if trigger.get("score").is_some() {
        put(&["score", "from"], &Type::Number);
        put(&["band"], &Type::Text);
    }
    fields
}

/// Variables, inputs and ids of steps, wherever they stand in the file.
fn gather(node: &Node, scope: &mut Scope, depth: usize) {
    for item in node.items().unwrap_or_default() {
        gather(item, scope, depth + 1);
    }
    for entry in node.entries().unwrap_or_default() {
        let keys = || entry.value.entries().unwrap_or_default().iter().map(|entry| entry.key.clone());
        match entry.key.as_str() {
            "vars" => scope.vars.extend(keys()),
            "set" => {
                scope.vars.extend(keys().filter_map(|key| key.strip_prefix("vars.").map(str::to_owned)));
            }
            "inputs" if depth == 0 => scope.inputs.extend(keys()),
            "id" => scope.steps.extend(entry.value.raw_text().map(str::to_owned)),
            _ => {}
        }
        if !(depth == 0 && entry.key == "tests") {
            gather(&entry.value, scope, depth + 1);
        }
    }
}
