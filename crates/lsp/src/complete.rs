//! What may be typed at the cursor.

use crate::choice::{Choice, Sort};
use crate::expression;
use crate::mjml;
use crate::project::{Checked, Project};
use crate::scope::Scope;
use crate::sense::{self, Sense, Slot};
use crate::spot::{self, Crumb, Spot};
use crate::tags;
use dsl::grammar::{self, COMMON, Key, Kind, TRIGGERS, Thing, VERBS, Value};
use dsl::grammar::{schema::described, values_sort};
use dsl::template;
use dsl::yaml::Node;
use model::words::Language;
use serde_json::{Value as Json, json};

/// What may be typed at an offset of a file.
pub fn complete(project: &mut Project, path: &str, offset: usize) -> Json {
    let language = project.language();
    let Some(text) = project.text(path).map(str::to_owned) else { return Json::Null };
    let checked = project.checked();
    let (start, choices) = if template::is_template(path) {
        let in_tag = tags::open_tag(text.get(..offset).unwrap_or("")).is_some();
        if path.ends_with(".mjml.hbs") && !in_tag {
            mjml::choices(&text, offset)
        } else {
            tags::choices(&text, offset, &tags::scope_of(path, checked), checked)
        }
    } else {
        in_yaml(&text, offset, checked, language)
    };
    let items: Vec<Json> =
        choices.iter().enumerate().map(|(place, choice)| choice.item(&text, start, offset, place)).collect();
    json!({ "isIncomplete": false, "items": items })
}

fn in_yaml(text: &str, offset: usize, checked: &Checked, language: Language) -> (usize, Vec<Choice>) {
    let Some(spot) = spot::spot(text, offset) else { return (offset, Vec::new()) };
    let sense = sense::sense(&spot.tree, &spot.path);
    if spot.is_key {
        let node = spot::nodes(&spot.tree, &spot.path).last().copied();
        let choices = node.map(|node| keys(&spot, &sense, node, checked, language)).unwrap_or_default();
        if !choices.is_empty() {
            return (spot.start, choices);
        }
    }
    // An item of a list that is no map is typed like a key.
    let values = if spot.is_key && sense.slots.is_empty() { sense.values.clone() } else { sense.values };
    value(&spot, &values, offset, checked, language)
}

/// The keys that may stand in the map.
fn keys(spot: &Spot, sense: &Sense, node: &Node, checked: &Checked, language: Language) -> Vec<Choice> {
    let mut all: Vec<Choice> = Vec::new();
    let mut put = |key: &Key, sort: Sort| {
        if node.get(key.name).is_none() && all.iter().all(|known| known.label != key.name) {
            all.push(shown(key, sort, spot.in_flow, language));
        }
    };
    let top = spot.path.is_empty();
    let empty_file = top && node.entries().is_some_and(|entries| entries.len() <= 1);
    for slot in &sense.slots {
        match slot {
            Slot::Thing(thing) => {
                let keys = if empty_file { thing.keys.get(..1).unwrap_or_default() } else { thing.keys };
                let sort = if empty_file { Sort::Word } else { Sort::Key };
                // What must be there comes first.
                keys.iter().filter(|key| key.needed).for_each(|key| put(key, sort));
                keys.iter().filter(|key| !key.needed).for_each(|key| put(key, sort));
            }
            Slot::Step => match sense::which(node, VERBS) {
                Some(verb) => {
                    verb.keys.iter().filter(|key| key.needed).for_each(|key| put(key, Sort::Key));
                    verb.keys.iter().filter(|key| !key.needed).for_each(|key| put(key, Sort::Key));
                    COMMON.iter().for_each(|key| put(key, Sort::Key));
                }
                None => {
                    VERBS.iter().filter_map(|verb| verb.keys.first()).for_each(|key| put(key, Sort::Word))
                }
            },
            Slot::Trigger => match sense::which(node, TRIGGERS) {
                Some(trigger) => trigger.keys.iter().for_each(|key| put(key, Sort::Key)),
                None => {
                    TRIGGERS.iter().filter_map(|one| one.keys.first()).for_each(|key| put(key, Sort::Word));
                }
            },
            Slot::Condition | Slot::Free(_) | Slot::Named(_, _) => {}
        }
    }
    for slot in &sense.slots {
        match slot {
            Slot::Named(kind, _) => {
                let names = checked.names.list(*kind).filter(|name| node.get(name).is_none());
                all.extend(names.map(|name| Choice::new(name, sort_of(*kind)).writes(format!("{name}: "))));
            }
            Slot::Thing(Thing { others: Some(_), .. }) | Slot::Free(_) => {
                all.extend(chosen(spot, sense, node, checked));
            }
            Slot::Thing(_) | Slot::Step | Slot::Trigger | Slot::Condition => {}
        }
    }
    all
}

/// Names that the model gives to keys of the author's choice: fields of an event, attributes of a customer.
fn chosen(spot: &Spot, sense: &Sense, node: &Node, checked: &Checked) -> Vec<Choice> {
    let library = &checked.loaded.project.library;
    let mut names: Vec<String> = Vec::new();
    let nodes = spot::nodes(&spot.tree, &spot.path);
    let parent = nodes.iter().rev().nth(1);
    let event = node.get("event").or_else(|| parent.and_then(|parent| parent.get("record")));
    if let Some(kind) = event.and_then(|event| library.model.events.get(event.value.raw_text()?)) {
        names.extend(kind.fields.keys().cloned());
    }
    let is =
        |name: &str| sense.slots.iter().any(|slot| matches!(slot, Slot::Thing(thing) if thing.name == name));
    if is("test_entry") {
        names.extend(Scope::of(&spot.tree, &[], library).entry.into_keys());
    }
    let key = spot.path.iter().rev().find_map(|crumb| match crumb {
        Crumb::Key(key) => Some(key.as_str()),
        Crumb::Item(_) => None,
    });
    if is("test_customer") || key == Some("set") {
        names.extend(checked.names.list(Kind::Attribute).map(str::to_owned));
    }
    names.retain(|name| node.get(name).is_none());
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| Choice::new(name.as_str(), Sort::Field).writes(format!("{name}: ")))
        .collect()
}

fn shown(key: &Key, sort: Sort, in_flow: bool, language: Language) -> Choice {
    let block = !in_flow && matches!(key.value, Value::Steps | Value::List(_));
    let insert = if block { format!("{}:\n  - ", key.name) } else { format!("{}: ", key.name) };
    let mut doc = described(key, language);
    if !key.shown().is_empty() {
        doc.push_str(&format!("\n\n```yaml\n{}: {}\n```", key.name, key.shown()));
    }
    Choice::new(key.name, sort).detail(values_sort(&key.value).say.to(language)).doc(doc).writes(insert)
}

/// What may stand behind the key.
fn value(
    spot: &Spot,
    values: &[&'static Value],
    offset: usize,
    checked: &Checked,
    language: Language,
) -> (usize, Vec<Choice>) {
    let simple = sense::simple(values);
    let quote = usize::from(spot.typed.starts_with(['"', '\'']));
    let typed = spot.typed.get(quote..).unwrap_or("");
    let scope = || Scope::of(&spot.tree, &spot.path, &checked.loaded.project.library);
    let has_tags = |value: &&Value| matches!(value, Value::Rich | Value::Assigned | Value::Tag | Value::Text);
    if simple.iter().any(has_tags) && tags::open_tag(typed).is_some() {
        let names = tags::TagNames { scope: scope(), ..tags::TagNames::default() };
        let (start, choices) = tags::choices(typed, typed.len(), &names, checked);
        return (offset - (typed.len() - start), choices);
    }
    let computed = |value: &&Value| matches!(value, Value::Assigned | Value::Waiting | Value::Any(_));
    let formula = typed.trim_start().starts_with('=') && simple.iter().any(computed);
    let expression = |value: &&Value| matches!(value, Value::Condition | Value::Formula | Value::Date);
    if formula || simple.iter().any(expression) {
        let before = typed.trim_start().trim_start_matches('=').trim_start();
        let (length, choices) = expression::choices(before, &scope(), checked, language);
        let mut start = offset - length;
        // A choice with a quote in it, inside a value in quotes, keeps the other kind.
        let double = spot.typed.starts_with('"');
        let choices = choices
            .into_iter()
            .map(
                |choice| if double { choice.clone().writes(choice.insert.replace('"', "'")) } else { choice },
            )
            .collect();
        start = start.max(spot.start);
        return (start, choices);
    }
    let mut all = Vec::new();
    for value in simple {
        all.extend(simple_choices(spot, value, checked, language));
    }
    (spot.start + quote, all)
}

fn simple_choices(spot: &Spot, value: &'static Value, checked: &Checked, language: Language) -> Vec<Choice> {
    if let Value::Word(words) = value {
        let words = words.iter();
        return words.map(|word| Choice::new(word.word, Sort::Choice).doc(word.say.to(language))).collect();
    }
    if let Value::Name(kind) = value {
        return named(spot, *kind, checked);
    }
    if let Value::YesNo = value {
        return ["true", "false"].map(|word| Choice::new(word, Sort::Choice)).into();
    }
    if let Value::Trigger = value {
        let words = ["manual", "called"].into_iter().filter_map(grammar::trigger);
        return words
            .map(|trigger| Choice::new(trigger.name, Sort::Choice).doc(trigger.say.to(language)))
            .collect();
    }
    if let Value::Length | Value::Waiting = value {
        return ["1 hour", "1 day", "3 days", "1 week", "2 workdays"]
            .map(|length| Choice::new(length, Sort::Choice))
            .into();
    }
    if let Value::Clock | Value::Windows | Value::Share | Value::Rate = value {
        return vec![Choice::new(values_sort(value).example, Sort::Choice)];
    }
    Vec::new()
}

fn sort_of(kind: Kind) -> Sort {
    match kind {
        Kind::Event => Sort::Event,
        Kind::Template => Sort::File,
        Kind::Attribute | Kind::Path => Sort::Field,
        Kind::Stage | Kind::Type => Sort::Choice,
        Kind::Workflow
        | Kind::Score
        | Kind::Entity
        | Kind::Segment
        | Kind::Team
        | Kind::Rep
        | Kind::Sender
        | Kind::Topic
        | Kind::Channel
        | Kind::Table
        | Kind::Lint => Sort::Name,
    }
}

/// The names of a kind; stages are those of the entity that stands beside them.
fn named(spot: &Spot, kind: Kind, checked: &Checked) -> Vec<Choice> {
    let library = &checked.loaded.project.library;
    if kind == Kind::Stage {
        let nodes = spot::nodes(&spot.tree, &spot.path);
        let of = nodes.iter().rev().find_map(|node| node.get("of")).and_then(|of| of.value.raw_text());
        if let Some(entity) = of.and_then(|of| library.model.entities.get(of)) {
            return entity.stages.iter().map(|stage| Choice::new(stage.as_str(), Sort::Choice)).collect();
        }
    }
    checked
        .names
        .list(kind)
        .map(|name| Choice::new(name, sort_of(kind)).detail(crate::hover::short(kind, name, checked)))
        .collect()
}
