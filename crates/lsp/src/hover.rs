//! What stands under the pointer: keys, names of the project, attributes, functions, mistakes.

use crate::choice::type_words;
use crate::expression;
use crate::position::range;
use crate::project::{Checked, Project};
use crate::scope::Scope;
use crate::sense;
use crate::spot::{self, Crumb};
use crate::tags;
use dsl::diagnostic::Report;
use dsl::grammar::{FUNCTIONS, Kind, TRIGGERS, VERBS, Value, schema::described, values_sort};
use dsl::template;
use dsl::yaml::{self, Node};
use model::words::Language;
use serde_json::{Value as Json, json};

/// What is said of an offset of a file.
pub fn hover(project: &mut Project, path: &str, offset: usize) -> Json {
    let language = project.language();
    let Some(text) = project.text(path).map(str::to_owned) else { return Json::Null };
    let checked = project.checked();
    let found = if template::is_template(path) {
        in_template(&text, path, offset, checked)
    } else {
        in_yaml(&text, path, offset, checked, language)
    };
    let mut parts: Vec<String> = Vec::new();
    let mut place = None;
    if let Some(file) = checked.file(path) {
        for wrong in checked.found(file) {
            if wrong.span.touches(file, offset) {
                place = Some((wrong.span.start, wrong.span.end));
                parts.push(wrong.code.page_in(language).to_owned());
            }
        }
    }
    if let Some((start, end, said)) = found {
        parts.insert(0, said);
        place = Some((start, end));
    }
    let Some((start, end)) = place else { return Json::Null };
    parts.dedup();
    json!({
        "contents": { "kind": "markdown", "value": parts.join("\n\n---\n\n") },
        "range": range(&text, start, end),
    })
}

type Said = (usize, usize, String);

/// The tree of a file as it stands.
pub fn tree(path: &str, checked: &Checked) -> Option<Node> {
    let file = checked.file(path)?;
    yaml::read(&checked.loaded.sources, file, &mut Report::new())
}

fn in_template(text: &str, path: &str, offset: usize, checked: &Checked) -> Option<Said> {
    tags::open_tag(text.get(..offset)?)?;
    let (start, name) = expression::name_at(text, offset)?;
    let said = name_said(name, &tags::scope_of(path, checked).scope, checked)?;
    Some((start, start + name.len(), said))
}

fn in_yaml(text: &str, path: &str, offset: usize, checked: &Checked, language: Language) -> Option<Said> {
    let tree = tree(path, checked)?;
    let (way, on_key) = spot::at(&tree, offset);
    let sense = sense::sense(&tree, &way);
    let nodes = spot::nodes(&tree, &way);
    if on_key {
        let (thing, key) = sense.key?;
        let Some(Crumb::Key(name)) = way.last() else { return None };
        let map = nodes.iter().rev().nth(1)?;
        let span = map.get(name)?.key_span;
        // A key that the author chose is a name.
        if key.name != name {
            return None;
        }
        let mut said = String::new();
        if [VERBS, TRIGGERS].iter().any(|all| all.iter().any(|one| std::ptr::eq(*one, thing)))
            && thing.name == key.name
        {
            said.push_str(&format!("**{}**: {}\n\n", thing.name, thing.say.to(language)));
        } else {
            said.push_str(&format!("**{}**: ", key.name));
        }
        said.push_str(&described(key, language));
        let example = if thing.name == key.name && !thing.example.is_empty() {
            thing.example.to_owned()
        } else if key.shown().is_empty() {
            String::new()
        } else {
            format!("{}: {}", key.name, key.shown())
        };
        if !example.is_empty() {
            said.push_str(&format!("\n\n```yaml\n{example}\n```"));
        }
        return Some((span.start, span.end, said));
    }
    let node = nodes.last()?;
    let raw = node.raw_text()?;
    for value in sense::simple(&sense.values) {
        if let Value::Name(kind) = value
            && checked.names.has(*kind, raw)
        {
            return Some((node.span.start, node.span.end, long(*kind, raw, checked, language)));
        }
        if let Value::Word(words) = value
            && let Some(word) = words.iter().find(|word| word.word == raw)
        {
            return Some((node.span.start, node.span.end, format!("`{raw}`: {}", word.say.to(language))));
        }
    }
    let (start, name) = expression::name_at(text, offset)?;
    let scope = Scope::of(&tree, &way, &checked.loaded.project.library);
    let said = name_said(name, &scope, checked).or_else(|| {
        let function = FUNCTIONS.iter().find(|function| function.name == name)?;
        Some(format!("`{}`\n\n{}", function.shape, function.say.to(language)))
    });
    let said = said.or_else(|| {
        let kinds = [Kind::Event, Kind::Segment, Kind::Score, Kind::Workflow, Kind::Table];
        let kind = kinds.into_iter().find(|kind| checked.names.has(*kind, name))?;
        Some(long(kind, name, checked, language))
    })?;
    Some((start, start + name.len(), said))
}

/// An attribute, a field, a variable: its type and title.
fn name_said(name: &str, scope: &Scope, checked: &Checked) -> Option<String> {
    let library = &checked.loaded.project.library;
    let words: Vec<&str> = name.split('.').collect();
    let (last, before) = words.split_last()?;
    if before.is_empty() {
        return None;
    }
    let ty = scope.type_of(before, last, library)?;
    let mut said = format!("`{name}`: {}", type_words(&ty));
    if let Some(attribute) = expression::attribute(name, library) {
        if let Some(title) = &attribute.title {
            said.push_str(&format!("\n\n{title}"));
        }
        let mut marks = Vec::new();
        if attribute.optional {
            marks.push("optional".to_owned());
        }
        if attribute.pii {
            marks.push("pii".to_owned());
        }
        if let Some(default) = &attribute.default {
            marks.push(format!("default: {}", default.as_text().unwrap_or_default()));
        }
        if !marks.is_empty() {
            said.push_str(&format!("\n\n{}", marks.join(" · ")));
        }
    }
    Some(said)
}

/// What stands beside a name in a list.
pub fn short(kind: Kind, name: &str, checked: &Checked) -> String {
    let project = &checked.loaded.project;
    let library = &project.library;
    let found = match kind {
        Kind::Workflow => {
            project.workflows.iter().find(|(id, _)| id.as_str() == name).map(|(_, found)| found.title.clone())
        }
        Kind::Score => library.scorings.get(name).map(|scoring| scoring.title.clone()),
        Kind::Event => library
            .model
            .events
            .get(name)
            .map(|event| event.fields.keys().cloned().collect::<Vec<_>>().join(", ")),
        Kind::Topic => library.topics.get(name).map(|topic| topic.title.clone()),
        Kind::Segment => library.segments.get(name).map(|condition| condition.text.to_string()),
        Kind::Template => project
            .templates
            .variants(name)
            .map(|variant| variant.subject.clone())
            .find(|subject| !subject.is_empty()),
        Kind::Sender => library
            .senders
            .iter()
            .find(|sender| sender.id == name)
            .map(|sender| format!("{} <{}>", sender.name, sender.address)),
        Kind::Team => library.teams.iter().find(|(id, _)| id.as_str() == name).map(|(_, team)| {
            team.members.iter().map(|member| member.rep.as_str()).collect::<Vec<_>>().join(", ")
        }),
        Kind::Attribute => attribute_type(&format!("customer.{name}"), checked),
        Kind::Path => attribute_type(name, checked),
        Kind::Entity => library.model.entities.get(name).map(|entity| entity.stages.join(" → ")),
        Kind::Stage | Kind::Type | Kind::Rep | Kind::Channel | Kind::Table | Kind::Lint => None,
    };
    found.unwrap_or_default()
}

fn attribute_type(path: &str, checked: &Checked) -> Option<String> {
    let attribute = expression::attribute(path, &checked.loaded.project.library)?;
    Some(type_words(&attribute.ty))
}

/// A name of the project, with what is known of it.
fn long(kind: Kind, name: &str, checked: &Checked, language: Language) -> String {
    let sort = values_sort(&Value::Name(kind)).say.to(language);
    let mut said = format!("{sort} `{name}`");
    if kind == Kind::Event
        && let Some(event) = checked.loaded.project.library.model.events.get(name)
    {
        for (field, ty) in &event.fields {
            said.push_str(&format!("\n- `{field}`: {}", type_words(ty)));
        }
        return said;
    }
    let more = short(kind, name, checked);
    if !more.is_empty() {
        said.push_str(&format!("\n\n{more}"));
    }
    said
}
