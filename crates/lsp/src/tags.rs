//! Inside `{{ }}`: merge tags of templates and of texts in steps.

use crate::choice::{Choice, Sort};
use crate::expression;
use crate::project::Checked;
use crate::scope::Scope;
use dsl::grammar::names::template_name;
use dsl::step::Verb;
use dsl::template::{self, helper};
use dsl::trigger::Trigger;

const ROOTS: [&str; 9] = ["customer", "rep", "owner", "brand", "entry", "event", "vars", "inputs", "steps"];
const BRAND: [&str; 5] = ["name", "logo", "color", "address", "country"];

/// The names that a tag may use.
#[derive(Clone, Debug, Default)]
pub struct TagNames {
    /// As in conditions.
    pub scope: Scope,
    /// In a template of its own: also blocks and the brand.
    pub is_file: bool,
}

/// Where the tag opens that nothing closes before the end of `before`.
pub fn open_tag(before: &str) -> Option<usize> {
    let open = before.rfind("{{")?;
    let inside = before.get(open..)?;
    (!inside.contains("}}") && !inside.starts_with("{{!")).then_some(open)
}

/// What the workflows that send a template bring to it.
pub fn scope_of(path: &str, checked: &Checked) -> TagNames {
    let mut names = TagNames { is_file: true, ..TagNames::default() };
    let Some(name) = template_name(path) else { return names };
    let library = &checked.loaded.project.library;
    for workflow in checked.loaded.project.workflows.values() {
        let messages: Vec<_> = workflow
            .steps
            .iter()
            .filter_map(|step| if let Verb::Send(message) = &step.verb { Some(message) } else { None })
            .filter(|message| message.template == name)
            .collect();
        if messages.is_empty() {
            continue;
        }
        names.scope.vars.extend(workflow.vars.iter().map(|(name, _)| name.clone()));
        for message in messages {
            names.scope.vars.extend(message.vars.iter().map(|(name, _)| name.clone()));
        }
        if let Trigger::Event { name: event, .. } = &workflow.trigger {
            names.scope.events.push(event.clone());
            if let Some(kind) = library.model.events.get(event) {
                let fields = kind.fields.iter().map(|(field, ty)| (field.clone(), ty.clone()));
                names.scope.entry.extend(fields);
            }
        }
    }
    names
}

/// What may come at an offset: where the word begins, and the choices.
pub fn choices(text: &str, offset: usize, names: &TagNames, checked: &Checked) -> (usize, Vec<Choice>) {
    let before = text.get(..offset).unwrap_or("");
    let Some(open) = open_tag(before) else { return (offset, Vec::new()) };
    let inside = before.get(open..).unwrap_or("");
    let word_start = inside
        .rfind(|letter: char| !expression::is_of_a_name(letter))
        .map_or(0, |at| at + inside.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let word = inside.get(word_start..).unwrap_or("");
    let start = offset - word.len();
    if names.is_file && inside.trim_start_matches(['{', '~', ' ']).starts_with('>') {
        let sources = &checked.loaded.sources;
        let parts = template::part_names(sources.ids().map(|file| sources.name(file)));
        return (start, parts.into_iter().map(|name| Choice::new(name, Sort::File)).collect());
    }
    let library = &checked.loaded.project.library;
    if let Some((before, _)) = word.rsplit_once('.') {
        if before == "brand" {
            let fields = BRAND.map(|name| Choice::new(format!("brand.{name}"), Sort::Field));
            return (start, fields.into());
        }
        let words: Vec<&str> = before.split('.').collect();
        return (start, expression::fields(before, &words, &names.scope, library));
    }
    let mut all: Vec<Choice> = Vec::new();
    let entities = library.model.entities.keys().map(String::as_str);
    for root in ROOTS.into_iter().chain(entities) {
        let always = matches!(root, "customer" | "rep" | "owner") || (root == "brand" && names.is_file);
        if always || !names.scope.fields(&[root], library).is_empty() {
            all.push(Choice::new(root, Sort::Name).writes(format!("{root}.")));
        }
    }
    let block = inside.get(..word_start).unwrap_or("").trim_end().ends_with('#');
    for helper in helper::ALL {
        let name = helper.name();
        let is_block = matches!(name, "if" | "unless" | "each" | "with");
        if is_block == block {
            all.push(Choice::new(name, Sort::Function).writes(format!("{name} ")));
        }
    }
    (start, all)
}
