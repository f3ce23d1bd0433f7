//! What a merge tag may name: the customer, what started the walk, entities, the rep, the brand; each name
//! resolved against the model.

use crate::condition::Results;
use crate::library::{Attribute, Library};
use model::Type;
use std::collections::{BTreeMap, BTreeSet};

/// What the place of use knows beside the model: the workflow's entry and event fields, the entity kinds in
/// reach, its variables and steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagScope {
    /// `entry.*`: the trigger's fields, `date`, `from`, `to`. (`at` and `name` are always there.)
    pub entry: BTreeMap<String, Type>,
    /// `event.*`: the fields of the event that came, else those of the entry.
    pub event: BTreeMap<String, Type>,
    /// The trigger's event was misspelt, and said: whatever is asked of `entry` and `event` may be right.
    pub anything: bool,
    /// The kinds of entity that the trigger names.
    pub entities: BTreeSet<String>,
    /// `vars.*`: of the workflow, its splits and the step.
    pub vars: BTreeSet<String>,
    /// `inputs.*`: what a call hands in.
    pub inputs: BTreeSet<String>,
    /// `items`: the message gathers those of its template.
    pub items: bool,
    /// `steps.ID.*`: results by step.
    pub steps: BTreeMap<String, Results>,
}

/// Where a source stands, which decides what else it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A Markdown body.
    Message,
    /// A subject, a title or a text: nothing in it is ever HTML.
    Line,
    /// An HTML body of its own: it also frames itself.
    Page,
    /// The layout.
    Layout,
    /// What a provider of messages is told: the message itself beside all else.
    Call,
}

/// Fields of a rep that are always known by name; others are columns of an import.
const REP: [&str; 6] = ["id", "name", "email", "phone", "zone", "team"];
/// Fields of the brand.
const BRAND: [&str; 5] = ["name", "logo", "color", "address", "country"];
/// What the engine gives to pages and the layout.
const PAGE: [&str; 5] = ["subject", "preheader", "language", "unsubscribe_url", "footer"];
/// What a provider is told of the message: its text, its subject, whom it is for, its id and its template's name,
/// and the token that was fetched.
const CALL: [&str; 6] = ["text", "subject", "to", "id", "template", "token"];
/// Roots that are always there.
const ROOTS: [&str; 12] = [
    "customer", "entry", "event", "owner", "rep", "vars", "inputs", "steps", "items", "brand", "now", "today",
];
/// What an item of a combined message has of its own, beside the entities: inside `{{#each items}}` these mean
/// the item's.
const ITEM: [&str; 7] = ["entry", "event", "owner", "rep", "vars", "inputs", "steps"];

/// First words of a name that mean the same everywhere, also inside `{{#each}}` and `{{#with}}`.
pub const RESERVED_ROOTS: [&str; 10] =
    ["customer", "entry", "event", "owner", "rep", "vars", "inputs", "steps", "items", "brand"];

/// Whether a first word means the same everywhere.
pub fn is_reserved_root(word: &str) -> bool {
    RESERVED_ROOTS.contains(&word)
}

/// Whether a first word means the item's inside `{{#each items}}`.
pub fn is_of_item(word: &str) -> bool {
    ITEM.contains(&word)
}

/// Whether a first word is one of the engine's own, and no entity.
pub(super) fn is_root(word: &str) -> bool {
    ROOTS.contains(&word) || PAGE.contains(&word) || matches!(word, "content" | "this" | "")
}

/// A thing that a name can stand for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Thing {
    /// Everything: where a name begins.
    Root,
    /// The customer.
    Customer,
    /// An entity of a kind; `true`: reached by a reference, so that nothing leads on from it.
    Entity(String, bool),
    /// `entry` or `event`, by name.
    Fields(&'static str),
    /// The rep.
    Rep,
    /// The brand.
    Brand,
    /// `vars`
    Vars,
    /// `inputs`
    Inputs,
    /// `steps`
    Steps,
    /// What a step left.
    Step(String),
    /// A part of it: something to print, or in an answer of another system an object with parts.
    Result,
    /// What the messages that were combined would have said.
    Items,
    /// One of them: `{{this.entry.amount}}`, `{{invoice.amount}}`.
    Item,
    /// Something to print; `None`: its type is known only later.
    Leaf(Option<Type>),
}

/// How sure it is that a named value will be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Presence {
    /// Always, or it has a default.
    Sure,
    /// As a rule: a built-in attribute, a rep who may be missing. Worth a warning.
    Likely,
    /// The model says that it may be unknown.
    Optional,
}

/// What came of looking a name up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// It exists.
    Here(Thing, Presence),
    /// It does not; these are the names that stand at that place.
    Unknown {
        /// The part that is not known, counted from 0.
        part: usize,
        /// What stands there instead.
        among: Vec<String>,
    },
    /// The name goes on behind something that has no parts, or more than one reference away.
    TooFar {
        /// The part that leads nowhere.
        part: usize,
    },
}

/// Looks a name up, part by part, from a thing on.
pub(super) fn look_up(from: &Thing, parts: &[String], place: Place, library: &Library) -> Found {
    let mut thing = from.clone();
    let mut presence = Presence::Sure;
    for (index, part) in parts.iter().enumerate() {
        match step(&thing, part, place, library) {
            Step::To(next, sure) => {
                thing = next;
                presence = presence.max(sure);
            }
            Step::Unknown(among) => return Found::Unknown { part: index, among },
            Step::Nowhere => return Found::TooFar { part: index },
        }
    }
    Found::Here(thing, presence)
}

/// The roots that a source may begin a name with.
pub(super) fn roots(place: Place, library: &Library) -> Vec<String> {
    let extra: &[&str] = match place {
        Place::Message | Place::Line => &[],
        Place::Page => &PAGE,
        Place::Call => &CALL,
        Place::Layout => &["content", "subject", "preheader", "language", "unsubscribe_url", "footer"],
    };
    let names = ROOTS.iter().chain(extra).map(|root| (*root).to_owned());
    names.chain(library.model.entities.keys().cloned()).collect()
}

enum Step {
    To(Thing, Presence),
    Unknown(Vec<String>),
    Nowhere,
}

fn step(thing: &Thing, part: &str, place: Place, library: &Library) -> Step {
    let text = || Thing::Leaf(Some(Type::Text));
    match thing {
        Thing::Root => root(part, place, library),
        // Nobody is written to without the address that it takes.
        Thing::Customer if place == Place::Call && matches!(part, "phone" | "email") => {
            Step::To(Thing::Leaf(Some(Type::Text)), Presence::Sure)
        }
        Thing::Customer => attribute(&library.model.customer, part, false),
        Thing::Entity(kind, far) => match library.model.entities.get(kind) {
            Some(entity) => attribute(&entity.attributes, part, *far),
            None if kind == "customer" => attribute(&library.model.customer, part, *far),
            None => Step::Nowhere,
        },
        // Which fields there are depends on the workflow: checked at the use.
        Thing::Fields(_) | Thing::Vars | Thing::Inputs => Step::To(Thing::Leaf(None), Presence::Sure),
        Thing::Rep if REP.contains(&part) => Step::To(text(), Presence::Likely),
        Thing::Rep if crate::diagnostic::suggest(part, REP).is_some() => {
            Step::Unknown(REP.iter().map(|name| (*name).to_owned()).collect())
        }
        Thing::Rep => Step::To(Thing::Leaf(None), Presence::Optional),
        Thing::Brand => match part {
            "logo" => Step::To(text(), sure(library.brand.logo.is_some())),
            "country" => Step::To(text(), sure(library.brand.country.is_some())),
            // The engine fills these in where the brand says nothing.
            "name" | "color" | "address" => Step::To(text(), Presence::Sure),
            _ => Step::Unknown(BRAND.iter().map(|name| (*name).to_owned()).collect()),
        },
        Thing::Steps => Step::To(Thing::Step(part.to_owned()), Presence::Sure),
        Thing::Step(_) | Thing::Result => Step::To(Thing::Result, Presence::Optional),
        Thing::Item if ITEM.contains(&part) || library.model.entities.contains_key(part) => {
            root(part, place, library)
        }
        Thing::Item => {
            let own = ITEM.iter().map(|name| (*name).to_owned());
            Step::Unknown(own.chain(library.model.entities.keys().cloned()).collect())
        }
        Thing::Items | Thing::Leaf(_) => Step::Nowhere,
    }
}

fn root(part: &str, place: Place, library: &Library) -> Step {
    let there = |thing| Step::To(thing, Presence::Sure);
    match (part, place) {
        ("customer", _) => there(Thing::Customer),
        ("entry", _) => there(Thing::Fields("entry")),
        ("event", _) => there(Thing::Fields("event")),
        ("owner" | "rep", _) => Step::To(Thing::Rep, Presence::Sure),
        ("vars", _) => there(Thing::Vars),
        ("inputs", _) => there(Thing::Inputs),
        ("steps", _) => there(Thing::Steps),
        ("items", _) => there(Thing::Items),
        ("brand", _) => there(Thing::Brand),
        ("now", _) => there(Thing::Leaf(Some(Type::Time))),
        ("today", _) => there(Thing::Leaf(Some(Type::Date))),
        (
            "subject" | "preheader" | "language" | "unsubscribe_url" | "footer",
            Place::Page | Place::Layout,
        )
        | ("content", Place::Layout) => there(Thing::Leaf(Some(Type::Text))),
        (_, Place::Call) if CALL.contains(&part) => there(Thing::Leaf(Some(Type::Text))),
        _ if library.model.entities.contains_key(part) => there(Thing::Entity(part.to_owned(), false)),
        _ => Step::Unknown(roots(place, library)),
    }
}

fn attribute(attributes: &BTreeMap<String, Attribute>, part: &str, far: bool) -> Step {
    let Some(known) = attributes.get(part) else {
        return Step::Unknown(attributes.keys().cloned().collect());
    };
    let presence = match known {
        // A list of which nothing is known is empty.
        Attribute { ty: Type::List, .. } => Presence::Sure,
        Attribute { default: Some(_), .. } | Attribute { optional: false, .. } => Presence::Sure,
        Attribute { built_in: true, .. } => Presence::Likely,
        Attribute { built_in: false, .. } => Presence::Optional,
    };
    let Type::Reference(kind) = &known.ty else {
        return Step::To(Thing::Leaf(Some(known.ty.clone())), presence);
    };
    if far { Step::Nowhere } else { Step::To(Thing::Entity(kind.clone(), true), presence) }
}

fn sure(known: bool) -> Presence {
    if known { Presence::Sure } else { Presence::Optional }
}
