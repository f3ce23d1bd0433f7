//! Where a list or a map is needed and something else stands, the way out shows the key as it is written:
//! the example that the grammar has for it.

use crate::diagnostic::Report;
use crate::grammar::{self, COMMON, Key, STEP, TRIGGERS, Thing, VERBS, Value};
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Kind, Node};

/// The ways out that say no more than which sign a list or a map needs.
const PLAIN: [&str; 3] = ["E0303-help-list", "E0303-help-map", "E0303-help-text"];

/// Puts examples in the place of those ways out.
pub(super) fn show(parsed: &[(FileId, Node)], report: &mut Report) {
    report.each(|said| {
        if !said.help.is_some_and(|help| PLAIN.contains(&help)) || said.label.is_some() {
            return;
        }
        let tree = parsed.iter().find(|(file, _)| *file == said.span.file).map(|(_, tree)| tree);
        let Some(shown) = tree.and_then(|tree| example(tree, said.span)) else { return };
        said.help("E0303-help-like").arg("example", shown);
    });
}

/// The key that a place stands behind, with what is written behind it; `None`: no example would help.
fn example(tree: &Node, place: Span) -> Option<String> {
    let first = tree.entries()?.first()?;
    let file = Value::Thing(grammar::file(&first.key)?);
    let (key, written) = below(tree, &file, None, place)?;
    (!written.is_empty()).then(|| format!("{key}: {written}"))
}

fn below<'n>(
    node: &'n Node,
    value: &Value,
    behind: Option<(&'n str, String)>,
    place: Span,
) -> Option<(&'n str, String)> {
    if node.span == place {
        return behind;
    }
    let holds = |node: &Node| node.span.start <= place.start && place.end <= node.span.end;
    match &node.kind {
        Kind::List(items) => {
            let item = items.iter().find(|item| holds(item))?;
            below(item, item_of(value), behind, place)
        }
        Kind::Map(entries) => {
            let entry = entries.iter().find(|entry| holds(&entry.value))?;
            let (value, written) = behind_key(value, entry, entries)?;
            let behind = written.map(|written| (entry.key.as_str(), written)).or(behind);
            below(&entry.value, &value, behind, place)
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } => None,
    }
}

/// What an item of a list may be.
fn item_of(value: &Value) -> &Value {
    if let Value::Steps = value {
        return &STEP;
    }
    if let Value::List(inner) | Value::Many(inner) = value {
        return inner;
    }
    let is_list = |value: &&Value| matches!(value, Value::List(_) | Value::Many(_) | Value::Steps);
    if let Value::Any(values) = value { values.iter().find(is_list).map_or(value, item_of) } else { value }
}

/// What may stand behind a key of a map, and how it is written. `None` inside: a name of the author's, of which
/// the example of the whole map says more.
fn behind_key(value: &Value, entry: &Entry, beside: &[Entry]) -> Option<(Value, Option<String>)> {
    let of_thing = |thing: &Thing| {
        let own = thing.key(&entry.key).map(|key| (key.value, Some(written(key))));
        own.or_else(|| thing.others.map(|value| (value, needed_of(&value))))
    };
    let named = |things: &'static [&'static Thing]| {
        things.iter().find(|thing| beside.iter().any(|entry| entry.key == thing.name)).copied()
    };
    if let Value::Thing(thing) = value {
        if !thing.is_any_step() {
            return of_thing(thing);
        }
        let common = || COMMON.iter().find(|key| key.name == entry.key);
        let own = named(VERBS).and_then(of_thing);
        return own.or_else(|| common().map(|key| (key.value, Some(written(key)))));
    }
    if let Value::Things(things) = value {
        return things.iter().find_map(|thing| of_thing(thing));
    }
    if let Value::Trigger = value {
        return of_thing(named(TRIGGERS)?);
    }
    if let Value::Any(values) = value {
        return values.iter().find_map(|value| behind_key(value, entry, beside));
    }
    if let Value::Many(inner) = value {
        return behind_key(inner, entry, beside);
    }
    if let Value::Map(inner) | Value::MapOf(_, inner) = value {
        return Some((**inner, needed_of(inner)));
    }
    None
}

fn written(key: &Key) -> String {
    if key.shown().is_empty() { sketch(&key.value) } else { key.shown().to_owned() }
}

/// A value as it may be written, made of what it must have; empty: nothing can be said.
fn sketch(value: &Value) -> String {
    if let Value::Thing(thing) = value {
        return sketch_of(thing);
    }
    if let Value::List(inner) = value {
        let item = sketch(inner);
        return if item.is_empty() { item } else { format!("[{item}]") };
    }
    if let Value::Many(inner) = value {
        return sketch(inner);
    }
    if let Value::Any(values) = value {
        let map = values.iter().find(|value| matches!(value, Value::Thing(_)));
        return map.or(values.first()).map(sketch).unwrap_or_default();
    }
    if let Value::Steps = value {
        return "[{ exit: done }]".to_owned();
    }
    grammar::values_sort(value).example.to_owned()
}

/// A map made of what it must have; `None`: it need not have anything.
fn needed_of(value: &Value) -> Option<String> {
    if let Value::Thing(thing) = value {
        return thing.keys.iter().any(|key| key.needed).then(|| sketch_of(thing));
    }
    if let Value::Any(values) = value { values.iter().find_map(needed_of) } else { None }
}

fn sketch_of(thing: &Thing) -> String {
    if thing.is_any_step() {
        return "{ exit: done }".to_owned();
    }
    let needed: Vec<&Key> = thing.keys.iter().filter(|key| key.needed).collect();
    let one = || thing.one_of.first().and_then(|name| thing.key(name)).or(thing.keys.first());
    let keys = if needed.is_empty() { one().into_iter().collect() } else { needed };
    let pairs: Vec<String> = keys.into_iter().map(|key| format!("{}: {}", key.name, written(key))).collect();
    if pairs.is_empty() || pairs.iter().any(|pair| pair.ends_with(": ")) {
        return String::new();
    }
    format!("{{ {} }}", pairs.join(", "))
}
