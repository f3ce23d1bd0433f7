//! What may stand at a place of a file: the way to it walked through the grammar.

use crate::spot::{Crumb, nodes};
use dsl::grammar::{self, COMMON, Key, Kind, STEP, TRIGGERS, Thing, VERBS, Value};
use dsl::yaml::Node;

/// What a map may be.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// This.
    Thing(&'static Thing),
    /// A step.
    Step,
    /// The trigger.
    Trigger,
    /// Names that the author chooses.
    Free(&'static Value),
    /// Names that the project has.
    Named(Kind, &'static Value),
    /// `all:` or `any:`.
    Condition,
}

static CONDITIONS: Value = Value::List(&Value::Condition);

/// What the grammar says of a place.
#[derive(Clone, Debug, Default)]
pub struct Sense {
    /// What the value there may be.
    pub values: Vec<&'static Value>,
    /// What the map there may be.
    pub slots: Vec<Slot>,
    /// The key that led there, with the map that has it.
    pub key: Option<(&'static Thing, &'static Key)>,
}

/// Walks a way through the grammar.
pub fn sense(tree: &Node, path: &[Crumb]) -> Sense {
    let first = tree.entries().and_then(<[_]>::first).map(|entry| entry.key.as_str());
    let files = || grammar::FILES.iter().copied();
    let file: Vec<Slot> = match first.and_then(grammar::file) {
        Some(file) => vec![Slot::Thing(file)],
        None => files().map(Slot::Thing).collect(),
    };
    let mut sense = Sense { values: Vec::new(), slots: file, key: None };
    for (crumb, node) in path.iter().zip(nodes(tree, path)) {
        sense = match crumb {
            Crumb::Key(key) => behind(&sense, key, node),
            Crumb::Item(_) => {
                let values: Vec<&'static Value> =
                    sense.values.iter().flat_map(|value| items(value)).collect();
                let slots = values.iter().flat_map(|value| slots(value)).collect();
                Sense { values, slots, key: sense.key }
            }
        };
    }
    sense
}

fn behind(sense: &Sense, key: &str, map: &Node) -> Sense {
    let mut found = Sense::default();
    for slot in &sense.slots {
        match slot {
            Slot::Thing(thing) => {
                let known = thing.key(key);
                if let Some(known) = known {
                    found.key = Some((*thing, known));
                    found.values.push(&known.value);
                } else if let Some(others) = &thing.others {
                    found.values.push(others);
                }
            }
            Slot::Step | Slot::Trigger => {
                let all = if matches!(slot, Slot::Step) { VERBS } else { TRIGGERS };
                let thing = which(map, all).or_else(|| all.iter().copied().find(|thing| thing.name == key));
                let common = if matches!(slot, Slot::Step) { COMMON } else { &[] };
                let own = thing.and_then(|thing| thing.key(key));
                if let Some(known) = own.or_else(|| common.iter().find(|common| common.name == key)) {
                    found.key = thing.map(|thing| (thing, known));
                    found.values.push(&known.value);
                }
            }
            Slot::Free(value) | Slot::Named(_, value) => found.values.push(value),
            Slot::Condition => {
                if matches!(key, "all" | "any") {
                    found.values.push(&CONDITIONS);
                }
            }
        }
    }
    found.slots = found.values.iter().flat_map(|value| slots(value)).collect();
    found
}

/// The verb of a step, or the trigger, by the keys that stand there: the one that knows the other candidates.
pub fn which(map: &Node, among: &'static [&'static Thing]) -> Option<&'static Thing> {
    let here: Vec<&'static Thing> =
        among.iter().copied().filter(|thing| map.get(thing.name).is_some()).collect();
    let whole = here.iter().find(|thing| here.iter().all(|other| thing.key(other.name).is_some()));
    whole.or(here.first()).copied()
}

/// What the items of a list may be.
fn items(value: &'static Value) -> Vec<&'static Value> {
    if let Value::List(inner) | Value::Many(inner) = value {
        vec![inner]
    } else if let Value::Steps = value {
        vec![&STEP]
    } else if let Value::Any(values) = value {
        values.iter().flat_map(items).collect()
    } else {
        Vec::new()
    }
}

/// What a map as a value may be.
fn slots(value: &'static Value) -> Vec<Slot> {
    if let Value::Thing(thing) = value {
        return vec![if thing.is_any_step() { Slot::Step } else { Slot::Thing(thing) }];
    }
    if let Value::Things(things) = value {
        return things.iter().map(|thing| Slot::Thing(thing)).collect();
    }
    if let Value::Trigger = value {
        return vec![Slot::Trigger];
    }
    if let Value::Condition = value {
        return vec![Slot::Condition];
    }
    if let Value::Map(inner) = value {
        return vec![Slot::Free(inner)];
    }
    if let Value::MapOf(kind, inner) = value {
        return vec![Slot::Named(*kind, inner)];
    }
    if let Value::Many(inner) = value {
        return slots(inner);
    }
    if let Value::Any(values) = value {
        return values.iter().flat_map(slots).collect();
    }
    Vec::new()
}

/// The simple values that may stand there: what is one of several, or one item of a list, taken apart.
pub fn simple(values: &[&'static Value]) -> Vec<&'static Value> {
    let mut all = Vec::new();
    for value in values {
        if let Value::Many(inner) = value {
            all.extend(simple(&[*inner]));
        } else if let Value::Any(inner) = value {
            all.extend(inner.iter().flat_map(|value| simple(&[value])));
        } else {
            all.push(*value);
        }
    }
    all
}
