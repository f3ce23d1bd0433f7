//! "Go to definition": where a name under the cursor is declared.

use crate::expression;
use crate::hover::tree;
use crate::position::of_span;
use crate::project::{Checked, Project};
use crate::scope::Scope;
use crate::sense::{self, Slot};
use crate::spot;
use crate::tags;
use dsl::grammar::{Kind, Value};
use dsl::source::Span;
use dsl::template;
use dsl::yaml::{self, Node};
use serde_json::{Value as Json, json};

/// Where the name at an offset is declared; a template has a place in each of its variants.
pub fn define(project: &mut Project, path: &str, offset: usize) -> Json {
    let Some(text) = project.text(path).map(str::to_owned) else { return Json::Null };
    let places: Vec<(String, Json)> = {
        let checked = project.checked();
        let spans = if template::is_template(path) {
            let found = tags::open_tag(text.get(..offset).unwrap_or(""));
            let scope = tags::scope_of(path, checked).scope;
            found.and_then(|_| by_name(&text, offset, &scope, None, checked)).into_iter().collect()
        } else {
            in_yaml(&text, path, offset, checked)
        };
        let sources = &checked.loaded.sources;
        spans
            .into_iter()
            .map(|span| (sources.name(span.file).to_owned(), of_span(sources.text(span.file), span)))
            .collect()
    };
    let places: Vec<Json> = places
        .into_iter()
        .map(|(path, range)| json!({ "uri": project.uri(&path), "range": range }))
        .collect();
    if places.is_empty() { Json::Null } else { Json::Array(places) }
}

fn in_yaml(text: &str, path: &str, offset: usize, checked: &Checked) -> Vec<Span> {
    let Some(tree) = tree(path, checked) else { return Vec::new() };
    let (way, on_key) = spot::at(&tree, offset);
    let sense = sense::sense(&tree, &way);
    let nodes = spot::nodes(&tree, &way);
    if on_key {
        // A key that is a name of the project: an attribute of `set`, an event of `then`.
        let above = way.split_last().map(|(_, above)| sense::sense(&tree, above)).unwrap_or_default();
        let name = expression::name_at(text, offset).map(|(_, name)| name).unwrap_or_default();
        for slot in above.slots {
            if let Slot::Named(kind, _) = slot {
                return checked.names.place(kind, name).into_iter().collect();
            }
        }
        return Vec::new();
    }
    let Some(node) = nodes.last() else { return Vec::new() };
    let raw = node.raw_text().unwrap_or_default();
    for value in sense::simple(&sense.values) {
        let Value::Name(kind) = value else { continue };
        if *kind == Kind::Template {
            return variants(raw, checked);
        }
        if let Some(place) = checked.names.place(*kind, raw) {
            return vec![place];
        }
    }
    let scope = Scope::of(&tree, &way, &checked.loaded.project.library);
    by_name(text, offset, &scope, Some(&tree), checked).into_iter().collect()
}

/// Every variant of a template.
fn variants(name: &str, checked: &Checked) -> Vec<Span> {
    let sources = &checked.loaded.sources;
    let all = sources.ids().filter(|file| {
        let path = sources.name(*file);
        template::is_template(path) && dsl::grammar::names::template_name(path) == Some(name)
    });
    all.map(|file| Span::new(file, 0, 0)).collect()
}

/// A name inside an expression or a merge tag.
fn by_name(text: &str, offset: usize, scope: &Scope, tree: Option<&Node>, checked: &Checked) -> Option<Span> {
    let (start, whole) = expression::name_at(text, offset)?;
    let names = &checked.names;
    // Of `customer.company.employees` the cursor may mean `customer.company`.
    let after = offset - start;
    let upto = whole.get(after..).and_then(|rest| rest.find('.')).map_or(whole.len(), |dot| after + dot);
    for name in [whole.get(..upto)?, whole] {
        let words: Vec<&str> = name.split('.').collect();
        if let Some(place) = names.place(Kind::Path, name) {
            return Some(place);
        }
        if let [root @ ("event" | "entry"), field] = words.as_slice() {
            let _ = root;
            let place = scope.events.iter().find_map(|event| names.field(event, field));
            if place.is_some() {
                return place;
            }
        }
        if let ["steps", id, ..] = words.as_slice() {
            return step_of(tree?, id);
        }
        if let [before @ .., last] = words.as_slice()
            && let Some((end, front)) = before.split_last()
            && let Some(model::Type::Reference(kind)) =
                scope.type_of(front, end, &checked.loaded.project.library)
            && let Some(place) = names.place(Kind::Path, &format!("{kind}.{last}"))
        {
            return Some(place);
        }
        let kinds = [
            Kind::Event,
            Kind::Segment,
            Kind::Score,
            Kind::Workflow,
            Kind::Table,
            Kind::Team,
            Kind::Entity,
            Kind::Channel,
            Kind::Topic,
        ];
        if let Some(place) = kinds.into_iter().find_map(|kind| names.place(kind, name)) {
            return Some(place);
        }
        if let Some((event, field)) = name.rsplit_once('.')
            && let Some(place) = names.field(event, field)
        {
            return Some(place);
        }
    }
    None
}

/// The `id:` of a step of the same file.
fn step_of(node: &Node, id: &str) -> Option<Span> {
    if let Some(own) = node.get("id").filter(|own| own.value.raw_text() == Some(id)) {
        return Some(own.value.span);
    }
    let inner = |entry: &yaml::Entry| step_of(&entry.value, id);
    let in_map = node.entries().unwrap_or_default().iter().find_map(inner);
    in_map.or_else(|| node.items().unwrap_or_default().iter().find_map(|item| step_of(item, id)))
}
