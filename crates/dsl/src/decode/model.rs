//! `model:` attributes of customers, events with their fields, entities with attributes and stages.

use super::builtin;
use super::desk::Desk;
use super::scoring::spread;
use crate::condition::{self, AggregateKind, Allows, Scope};
use crate::diagnostic::Code;
use crate::library::{Attribute, EntityKind, EventKind, Model, Moves, Origin, Rank};
use crate::source::Span;
use crate::syntax::Fields;
use crate::yaml::{Entry, Node};
use jiff::civil::Time;
use model::{Type, Value};
use std::collections::BTreeMap;

/// When ranks are taken where the model does not say.
const RANKED_AT: Time = Time::constant(2, 0, 0, 0);

/// What every event has anyway: when it was, whose it is, and which.
const EVERY_EVENT: [&str; 3] = ["at", "customer", "event"];

/// What is read in a second round, when all names are known: `from:` and `cases:` of the customer.
pub(super) struct Pending<'n> {
    attribute: String,
    origin: PendingOrigin<'n>,
}

enum PendingOrigin<'n> {
    From(&'n Node),
    Cases(&'n Node),
    Rank(PendingRank<'n>),
}

/// A rank whose value and customers are still to be read.
struct PendingRank<'n> {
    by: &'n Node,
    groups: Option<u32>,
    among: Option<&'n Node>,
    at: Option<Time>,
}

/// Reads everything that stands by itself; `from:` and `cases:` wait for [`finish`].
pub(super) fn read<'n>(
    fields: &mut Fields<'n>,
    name: String,
    desk: &mut Desk<'_>,
) -> (Model, Vec<Pending<'n>>) {
    let kinds = kinds(fields, desk);
    let mut model = Model { name, ..Model::default() };
    let mut pending = Vec::new();
    model.customer = builtin::customer(kinds.contains_key("company"));
    if let Some(node) = desk.take(fields, "customer") {
        for entry in desk.entries(node) {
            customer_attribute(entry, &kinds, &mut model, &mut pending, desk);
        }
    }
    if let Some(node) = desk.take(fields, "entities") {
        for entry in desk.entries(node) {
            if let Some(kind) = entity(entry, &kinds, desk) {
                model.entities.insert(entry.key.clone(), kind);
            }
        }
    }
    if let Some(node) = desk.take(fields, "events") {
        for entry in desk.entries(node) {
            if let Some(kind) = event(entry, &kinds, &model, desk) {
                model.events.insert(entry.key.clone(), kind);
            }
        }
    }
    (model, pending)
}

/// The entity kinds by name, before any of them is read: attributes may refer to each.
fn kinds(fields: &Fields<'_>, desk: &mut Desk<'_>) -> BTreeMap<String, Span> {
    let node = fields.entries().iter().find(|entry| entry.key == "entities").map(|entry| &entry.value);
    let mut kinds = BTreeMap::new();
    for entry in node.and_then(Node::entries).unwrap_or_default() {
        let taken = builtin::TAKEN_KINDS.contains(&entry.key.as_str());
        if taken || !is_name(&entry.key) {
            desk.report
                .error(Code::E0601, entry.key_span)
                .arg("name", &entry.key)
                .message(if taken { "E0601-taken" } else { "E0601" })
                .help(if taken { "E0601-help-taken" } else { "E0601-help" });
        } else {
            kinds.insert(entry.key.clone(), entry.key_span);
        }
    }
    kinds
}

/// A name that conditions can say: letters of any script, digits and `_`, not beginning with a digit.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn customer_attribute<'n>(
    entry: &'n Entry,
    kinds: &BTreeMap<String, Span>,
    model: &mut Model,
    pending: &mut Vec<Pending<'n>>,
    desk: &mut Desk<'_>,
) {
    if !checked_name(entry, desk) {
        return;
    }
    let Some((mut attribute, origin)) = attribute(entry, kinds, desk) else { return };
    if let (Some(usual), Some(_)) = (entry.value.get("default"), &attribute.default) {
        attribute.default = desk.attribute(&entry.key, &usual.value, &attribute.ty);
    }
    if let Some(origin) = origin {
        pending.push(Pending { attribute: entry.key.clone(), origin });
    }
    if let Some(known) = model.customer.get(&entry.key).filter(|known| known.built_in) {
        // A model may give a built-in attribute a title, a default, choices; not another kind of value.
        let same = known.ty == attribute.ty
            || matches!((&known.ty, &attribute.ty), (Type::Text, Type::OneOf(_) | Type::Reference(_)));
        if !same {
            desk.report
                .error(Code::E0602, entry.key_span)
                .arg("name", &entry.key)
                .arg_type("type", &known.ty)
                .arg("word", known.ty.name())
                .help("E0602-help");
            return;
        }
        attribute.pii |= known.pii;
        attribute.built_in = true;
    }
    model.customer.insert(entry.key.clone(), attribute);
}

fn checked_name(entry: &Entry, desk: &mut Desk<'_>) -> bool {
    let good = is_name(&entry.key);
    if !good {
        desk.report.error(Code::E0601, entry.key_span).arg("name", &entry.key).help("E0601-help");
    }
    good
}

/// Reads `text`, `{ type: text, … }`, `{ one_of: […], … }`, `{ from: … }`.
fn attribute<'n>(
    entry: &'n Entry,
    kinds: &BTreeMap<String, Span>,
    desk: &mut Desk<'_>,
) -> Option<(Attribute, Option<PendingOrigin<'n>>)> {
    let plain = |ty| Attribute {
        ty,
        optional: true,
        default: None,
        pii: false,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: false,
    };
    if entry.value.raw_text().is_some() {
        // The short form says nothing of `optional`: it is required.
        let ty = type_named(&entry.value, kinds, desk)?;
        return Some((Attribute { optional: false, ..plain(ty) }, None));
    }
    if entry.value.items().is_some() {
        // `gender: [female, male]`: the words that it can be.
        let meant = format!("{{ one_of: {} }}", desk.sources.slice(entry.value.span));
        crate::syntax::shape(&entry.value, None, "shape-map", "E0303-help-map", desk.report);
        if let Some(said) = desk.report.last_mut().filter(|_| !meant.contains('\n')) {
            said.did_you_mean(Some(meant.clone())).fix(entry.value.span, meant);
            said.help = None;
        }
        return None;
    }
    let mut fields = desk.fields(&entry.value, "thing-attribute")?;
    let optional = desk.take(&mut fields, "optional").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    let pii = desk.take(&mut fields, "pii").and_then(|node| desk.yes_no(node)).unwrap_or(false);
    let html = desk.take(&mut fields, "html").map(|node| (node.span, desk.yes_no(node).unwrap_or(false)));
    let title = desk.take(&mut fields, "title").and_then(|node| desk.text(node));
    let rank = rank(&mut fields, desk);
    let from = desk.take(&mut fields, "from");
    let cases = desk.take(&mut fields, "cases");
    let one_of = desk.take(&mut fields, "one_of");
    let named = desk.take(&mut fields, "type");
    let default = desk.take(&mut fields, "default");
    let ty = match (one_of, named, from) {
        (Some(node), named, _) => {
            only_texts(named, &entry.key, desk);
            // It is there, whatever it holds: what asks for it is no second mistake.
            one_of_type(node, "E0331-help-choices", desk).or(Some(Type::Text))
        }
        (None, Some(node), _) => type_named(node, kinds, desk),
        // The aggregate says what it is, in the second round.
        (None, None, Some(_)) => Some(Type::Number),
        (None, None, None) if rank.is_some() => Some(Type::Number),
        (None, None, None) => {
            desk.report.error(Code::E0603, entry.key_span).arg("name", &entry.key).help("E0603-help");
            fields.lacks(&["type", "one_of", "from"], Code::E0603, entry.key_span);
            None
        }
    };
    desk.close(fields);
    let mut ways = [from.is_some(), cases.is_some(), rank.is_some()].into_iter().filter(|way| *way);
    let is_computed = ways.next().is_some();
    if is_computed && ways.next().is_some() {
        desk.report.error(Code::E0632, entry.key_span).arg("name", &entry.key).help("E0632-help");
    }
    let default = match (default, &ty) {
        (Some(node), _) if is_computed => {
            let help = if cases.is_some() { "E0632-help-cases" } else { "E0632-help-default" };
            let twice = desk.report.error(Code::E0632, node.span).message("E0632-default");
            twice.arg("name", &entry.key).help(help);
            None
        }
        (Some(node), Some(ty)) => desk.value(node, ty),
        (Some(_), None) | (None, _) => None,
    };
    if let (Some(rank), Some(ty)) = (&rank, &ty)
        && *ty != Type::Number
    {
        desk.wrong_type(rank.by.span, ty, &Type::Number);
    }
    let is_html = html.is_some_and(|(_, html)| html);
    if let (Some((span, true)), Some(ty)) = (html, &ty)
        && *ty != Type::Text
    {
        desk.report
            .error(Code::E0505, span)
            .message("E0505-type")
            .arg_type("type", ty)
            .help("E0505-type-help");
    }
    let rank = rank.map(PendingOrigin::Rank);
    let origin = from.map(PendingOrigin::From).or(cases.map(PendingOrigin::Cases)).or(rank);
    Some((Attribute { optional, default, pii, html: is_html, title, ..plain(ty?) }, origin))
}

/// `rank:` with its `groups`, `among` and `at`, which say nothing without it.
fn rank<'n>(fields: &mut Fields<'n>, desk: &mut Desk<'_>) -> Option<PendingRank<'n>> {
    if !fields.has("rank") {
        return None;
    }
    let by = desk.take(fields, "rank");
    let groups = desk.need(fields, "groups").and_then(|node| desk.whole(node, "groups", 2, 100));
    let among = desk.take(fields, "among");
    let at = desk.take(fields, "at").and_then(|node| desk.clock(node));
    Some(PendingRank { by: by?, groups: groups.and_then(|groups| u32::try_from(groups).ok()), among, at })
}

pub(super) fn type_named(node: &Node, kinds: &BTreeMap<String, Span>, desk: &mut Desk<'_>) -> Option<Type> {
    let name = desk.text(node)?;
    if let Some(ty) = Type::named(&name) {
        return Some(ty);
    }
    if name == "customer" || kinds.contains_key(&name) {
        return Some(Type::Reference(name));
    }
    if name == "one_of" {
        let diagnostic = desk.report.error(Code::E0604, node.span).message("E0604-one-of");
        diagnostic.did_you_mean(Some("one_of: [basic, gold]"));
        return None;
    }
    let known: Vec<&str> = Type::NAMES
        .into_iter()
        .chain(["customer", "one_of"])
        .chain(kinds.keys().map(String::as_str))
        .collect();
    desk.unknown(Code::E0604, &name, node.span, known.iter().copied());
    if let Some(said) = desk.report.last_mut() {
        said.arg_listed("known", &known.join(", ")).help("known-names");
    }
    None
}

/// Choices are texts: `type` beside them may say just that.
pub(super) fn only_texts(named: Option<&Node>, name: &str, desk: &mut Desk<'_>) {
    let Some(named) = named else { return };
    if !matches!(named.raw_text().map(str::trim), Some("text" | "one_of")) {
        let twice = desk.report.error(Code::E0634, named.span);
        twice.arg("name", name).arg("type", named.raw_text().unwrap_or_default()).help("E0634-help");
    }
}

/// The texts that a value may be. `help`: the way out where there is none.
pub(super) fn one_of_type(node: &Node, help: &'static str, desk: &mut Desk<'_>) -> Option<Type> {
    if node.items().is_some_and(<[_]>::is_empty) {
        desk.report.error(Code::E0331, node.span).help(help);
    }
    let mut choices: Vec<String> = Vec::new();
    for choice in desk.texts(node) {
        if choices.contains(&choice.value) {
            desk.report.error(Code::E0605, choice.span).arg("name", &choice.value);
        } else {
            choices.push(choice.value);
        }
    }
    (!choices.is_empty()).then_some(Type::OneOf(choices))
}

fn event(
    entry: &Entry,
    kinds: &BTreeMap<String, Span>,
    model: &Model,
    desk: &mut Desk<'_>,
) -> Option<EventKind> {
    let good =
        !entry.key.is_empty() && entry.key.split('.').all(is_name) && entry.key.split('.').count() <= 3;
    if !good {
        desk.report.error(Code::E0601, entry.key_span).arg("name", &entry.key).message("E0601-event");
        return None;
    }
    if builtin::is_our_event(&entry.key, &model.entities) {
        desk.report.error(Code::E0606, entry.key_span).arg("name", &entry.key).help("E0606-help");
        return None;
    }
    let mut kind = EventKind::default();
    if entry.value.is_null() {
        return Some(kind);
    }
    let mut sets = None;
    for field in desk.entries(&entry.value) {
        if field.key == "sets" && field.value.entries().is_some() {
            sets = Some(&field.value);
            continue;
        }
        if !checked_name(field, desk) {
            continue;
        }
        if EVERY_EVENT.contains(&field.key.as_str()) {
            let taken = desk.report.error(Code::E0601, field.key_span).arg("name", &field.key);
            taken.message("E0601-field").help("E0601-help-field");
            continue;
        }
        let ty = if field.value.raw_text().is_some() {
            type_named(&field.value, kinds, desk)
        } else {
            attribute(field, kinds, desk).map(|(attribute, _)| attribute.ty)
        };
        kind.fields.extend(ty.map(|ty| (field.key.clone(), ty)));
    }
    for target in sets.and_then(Node::entries).unwrap_or_default() {
        if let Some((of, field)) = event_sets(target, &entry.key, &kind, model, desk) {
            kind.sets.insert(of, field);
        }
    }
    Some(kind)
}

/// `sets: { contract.ends_on: ends_on }`: the attribute of an entity, and the field that gives its value.
fn event_sets(
    target: &Entry,
    name_of_event: &str,
    event: &EventKind,
    model: &Model,
    desk: &mut Desk<'_>,
) -> Option<((String, String), String)> {
    let (kind, name) = target.key.split_once('.').unwrap_or((&target.key, ""));
    let Some(entity) = model.entities.get(kind) else {
        desk.unknown(Code::E0232, kind, target.key_span, model.entities.keys().map(String::as_str));
        return None;
    };
    let Some(attribute) = entity.attributes.get(name).filter(|attribute| !attribute.built_in) else {
        let own = entity.attributes.iter().filter(|(_, attribute)| !attribute.built_in);
        desk.unknown_attribute(&target.key, target.key_span, own.map(|(name, _)| format!("{kind}.{name}")));
        return None;
    };
    let field = desk.spanned(&target.value)?;
    let Some(ty) = event.fields.get(&field.value) else {
        let known = event.fields.keys().map(String::as_str).collect();
        desk.unknown_field(&field.value, field.span, name_of_event, known);
        return None;
    };
    if *ty != attribute.ty {
        desk.wrong_type(field.span, &attribute.ty, ty);
    }
    Some(((kind.to_owned(), name.to_owned()), field.value))
}

fn entity(entry: &Entry, kinds: &BTreeMap<String, Span>, desk: &mut Desk<'_>) -> Option<EntityKind> {
    if !kinds.contains_key(&entry.key) {
        return None;
    }
    let mut kind = EntityKind::default();
    if !entry.value.is_null() {
        let mut fields = desk.fields(&entry.value, "thing-entity")?;
        stages(&mut fields, &mut kind, desk);
        // An entity may have an attribute of that name: `shared: yes_no`.
        let is_type = |node: &Node| node.raw_text().is_none_or(|word| Type::named(word.trim()).is_some());
        if fields.entries().iter().any(|entry| entry.key == "shared" && !is_type(&entry.value))
            && let Some(node) = desk.take(&mut fields, "shared")
        {
            kind.shared = desk.yes_no(node).unwrap_or(false);
        }
        for field in fields.others() {
            if !checked_name(field, desk) {
                continue;
            }
            let Some((attribute, origin)) = attribute(field, kinds, desk) else { continue };
            let name = format!("{}.{}", entry.key, field.key);
            if !keeps_its_type(field, &name, &kind, &attribute.ty, desk) {
                continue;
            }
            if origin.is_some() {
                desk.report.error(Code::E0633, field.key_span).arg("name", name).help("E0633-help");
            }
            kind.attributes.insert(field.key.clone(), attribute);
        }
    }
    builtin::complete_entity(&mut kind);
    Some(kind)
}

/// Whether an attribute is none of those that every entity has, or holds what they hold.
fn keeps_its_type(field: &Entry, name: &str, kind: &EntityKind, ty: &Type, desk: &mut Desk<'_>) -> bool {
    let Some(known) = builtin::of_entity(&field.key, &kind.stages) else { return true };
    if known == *ty {
        return true;
    }
    let other = desk.report.error(Code::E0602, field.key_span).arg("name", name);
    other.arg_type("type", &known).arg("word", known.name());
    other.help(if field.key == "stage" { "E0602-help-stage" } else { "E0602-help" });
    false
}

fn stages(fields: &mut Fields<'_>, kind: &mut EntityKind, desk: &mut Desk<'_>) {
    if let Some(node) = desk.take(fields, "stages")
        && let Some(Type::OneOf(stages)) = one_of_type(node, "E0331-help-stages", desk)
    {
        kind.stages = stages;
    }
    let stages = kind.stages.clone();
    let one = |node: &Node, desk: &mut Desk<'_>| -> Option<String> {
        let name = desk.spanned(node)?;
        if stages.contains(&name.value) {
            return Some(name.value);
        }
        desk.unknown(Code::E0607, &name.value, name.span, stages.iter().map(String::as_str));
        None
    };
    if let Some(node) = desk.take(fields, "end") {
        kind.end = desk.items(node).iter().filter_map(|node| one(node, desk)).collect();
    }
    if let Some(node) = desk.take(fields, "moves")
        && let Some(any) = desk.word(node, "moves", &[("any", true), ("forward", false)])
    {
        kind.moves = if any { Moves::Any } else { Moves::Forward };
    }
    if let Some(node) = desk.take(fields, "may_go_back") {
        let mut back: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in desk.entries(node) {
            if !stages.contains(&entry.key) {
                desk.unknown(Code::E0607, &entry.key, entry.key_span, stages.iter().map(String::as_str));
            }
            let to = desk.items(&entry.value).iter().filter_map(|node| one(node, desk)).collect();
            back.insert(entry.key.clone(), to);
        }
        kind.moves = Moves::Back(back);
    }
}

impl Pending<'_> {
    /// Whether its value is kept by the engine: those come first, since a case may ask for one.
    pub fn is_kept(&self) -> bool {
        match self.origin {
            PendingOrigin::From(_) => true,
            PendingOrigin::Cases(_) | PendingOrigin::Rank(_) => false,
        }
    }
}

/// What the second round found of an attribute: where its value comes from, its type where that was open,
/// and whether it may be unknown.
pub(super) type Finished = (String, Origin, Option<Type>, bool);

/// Reads `from:` and `cases:`, now that all events, entities and plain attributes are known. `scope` names
/// segments and scores.
pub(super) fn finish(pending: &[&Pending<'_>], scope: &Scope, desk: &mut Desk<'_>) -> Vec<Finished> {
    let mut done = Vec::new();
    for Pending { attribute, origin } in pending {
        let attribute = attribute.clone();
        match origin {
            PendingOrigin::From(node) => {
                let Some(text) = desk.written(node) else { continue };
                let at = node.place_of(desk.sources, 0, text.len());
                let found = condition::aggregate(text, at, desk.library, desk.report);
                if let Some(aggregate) = found {
                    let ty = aggregate.ty.clone();
                    let always = matches!(aggregate.kind, AggregateKind::Count | AggregateKind::Sum);
                    done.push((attribute, Origin::From(Box::new(aggregate)), Some(ty), !always));
                }
            }
            PendingOrigin::Cases(node) => {
                let Some(ty) = desk.library.model.customer.get(&attribute).map(|known| known.ty.clone())
                else {
                    continue;
                };
                let cases = cases(node, &ty, scope, desk);
                let always = cases.last().is_some_and(|(when, _)| when.is_none());
                done.push((attribute, Origin::Cases(cases), None, !always));
            }
            PendingOrigin::Rank(rank) => {
                let scope = Scope { allows: Allows::CustomerOnly, ..scope.clone() };
                let by = desk.formula(rank.by, Some(&Type::Number), &scope);
                let among = rank.among.map(|node| desk.condition(node, &scope));
                if let (Some(by), Some(groups), Some(among)) = (by, rank.groups, spread(among)) {
                    let at = rank.at.unwrap_or(RANKED_AT);
                    let rank = Rank { by, groups, among, at };
                    done.push((attribute, Origin::Rank(Box::new(rank)), Some(Type::Number), true));
                }
            }
        }
    }
    done
}

fn cases(
    node: &Node,
    ty: &Type,
    scope: &Scope,
    desk: &mut Desk<'_>,
) -> Vec<(Option<condition::Condition>, Value)> {
    let scope = Scope { allows: Allows::CustomerOnly, ..scope.clone() };
    let items = desk.list(node);
    let last = items.len().saturating_sub(1);
    let mut cases = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some(mut fields) = desk.fields(item, "thing-case") else { continue };
        let when = desk.take(&mut fields, "when").map(|node| desk.condition(node, &scope));
        let is = desk.need(&mut fields, "is").and_then(|node| desk.value(node, ty));
        if when.is_none() && place != last {
            desk.report.error(Code::E0328, fields.head()).help("E0328-help");
            fields.lacks(&["when"], Code::E0328, fields.head());
        }
        desk.close(fields);
        match (when, is) {
            (None, Some(value)) => cases.push((None, value)),
            (Some(Some(condition)), Some(value)) => cases.push((Some(condition), value)),
            (Some(None), _) | (_, None) => {}
        }
    }
    cases
}
