//! What is always there and never declared: attributes of customers and entities, our own events.

use super::names::Names;
use crate::library::{Attribute, EntityKind, EventKind, Model, Origin, Values};
use model::event::names;
use model::{Medium, Type};
use std::collections::{BTreeMap, BTreeSet};

/// Attributes of every customer.
const CUSTOMER: [(&str, Type); 11] = [
    ("external_id", Type::Text),
    ("name", Type::Text),
    ("email", Type::Email),
    ("phone", Type::Phone),
    ("zone", Type::Text),
    ("language", Type::Text),
    ("country", Type::Text),
    ("owner", Type::Text),
    ("stage", Type::Text),
    ("tags", Type::List),
    ("created_at", Type::Time),
];

/// Attributes of every entity. Its `stage` is one of its stages.
const ENTITY: [(&str, Type); 4] =
    [("id", Type::Text), ("owner", Type::Text), ("stage_since", Type::Time), ("created_at", Type::Time)];

/// What happens to a message, on every channel.
const MESSAGE_EVENTS: [&str; 7] =
    ["sent", "opened", "clicked", "replied", "bounced", "complained", "unsubscribed"];

/// The fields of those events.
const MESSAGE_FIELDS: [(&str, Type); 7] = [
    ("template", Type::Text),
    ("workflow", Type::Text),
    ("step", Type::Text),
    ("topic", Type::Text),
    ("link", Type::Text),
    ("human", Type::YesNo),
    ("why", Type::Text),
];

/// The channels that every project has.
pub(super) const MEDIA: [&str; 3] = ["email", "sms", "message"];

/// Roots of names: no entity may be called so.
pub(super) const TAKEN_KINDS: [&str; 14] = [
    "customer", "entry", "event", "owner", "rep", "vars", "inputs", "steps", "now", "today", "email", "sms",
    "message", "task",
];

fn attribute(ty: Type, optional: bool, pii: bool) -> Attribute {
    Attribute {
        ty,
        optional,
        default: None,
        pii,
        html: false,
        title: None,
        origin: Origin::Given,
        built_in: true,
    }
}

/// The attributes of every customer. `company` refers to the model's entity of that name, where it has one.
pub(super) fn customer(has_company: bool) -> BTreeMap<String, Attribute> {
    let company = if has_company { Type::Reference("company".to_owned()) } else { Type::Text };
    let mut all: BTreeMap<String, Attribute> = CUSTOMER
        .into_iter()
        .map(|(name, ty)| {
            // These two always have a value: an empty list of tags is known.
            let optional = !matches!(name, "external_id" | "tags" | "created_at");
            let pii = matches!(name, "name" | "email" | "phone");
            (name.to_owned(), attribute(ty, optional, pii))
        })
        .collect();
    all.insert("company".to_owned(), attribute(company, true, false));
    all
}

/// What an attribute that every entity has holds; `None`: it is not one of them.
pub(super) fn of_entity(name: &str, stages: &[String]) -> Option<Type> {
    match name {
        "customer" => Some(Type::Reference("customer".to_owned())),
        "stage" if stages.is_empty() => Some(Type::Text),
        "stage" => Some(Type::OneOf(stages.to_vec())),
        _ => ENTITY.into_iter().find(|(known, _)| *known == name).map(|(_, ty)| ty),
    }
}

/// Adds what every entity has.
pub(super) fn complete_entity(kind: &mut EntityKind) {
    for name in ["customer", "stage"].into_iter().chain(ENTITY.into_iter().map(|(name, _)| name)) {
        let Some(ty) = of_entity(name, &kind.stages) else { continue };
        // An unset stage is the first one: an entity with stages is always in one.
        let optional = !matches!(name, "stage" | "id");
        kind.attributes.entry(name.to_owned()).or_insert_with(|| attribute(ty, optional, false));
    }
    if kind.stages.is_empty()
        && let Some(stage) = kind.attributes.get_mut("stage")
    {
        stage.optional = true;
    }
}

/// Adds our own events; `channels` are the declared ones.
pub(super) fn complete_events(model: &mut Model, channels: &[String]) {
    let text = |names: &[&str]| -> Vec<(String, Type)> {
        names.iter().map(|name| ((*name).to_owned(), Type::Text)).collect()
    };
    let mut events: Vec<(String, Vec<(String, Type)>)> = Vec::new();
    let media = MEDIA.iter().map(|medium| (*medium).to_owned());
    for channel in media.chain(channels.iter().cloned()) {
        for what in MESSAGE_EVENTS {
            let fields = MESSAGE_FIELDS.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect();
            events.push((format!("{channel}.{what}"), fields));
        }
    }
    for name in [names::REP_ASSIGNED, names::REP_ACCEPTED, names::REP_REFUSED, names::REP_CONTACTED] {
        events.push((name.to_owned(), text(&["rep", "team"])));
    }
    events.push((names::LEAD_POOLED.to_owned(), text(&["rep", "team"])));
    events.push((names::TASK_DONE.to_owned(), text(&["id", "task", "outcome", "workflow", "step"])));
    events.push((names::TASK_OVERDUE.to_owned(), text(&["id", "task", "outcome", "workflow", "step"])));
    for name in [names::CONSENT_GRANTED, names::CONSENT_WITHDRAWN] {
        let mut fields = text(&["topic", "channel", "wording", "source", "basis", "token"]);
        fields.push(("asked_at".to_owned(), Type::Time));
        events.push((name.to_owned(), fields));
    }
    events.push((
        names::SCORE_ADDED.to_owned(),
        vec![("score".to_owned(), Type::Text), ("points".to_owned(), Type::Number)],
    ));
    events.push((names::SEGMENT_ENTERED.to_owned(), text(&["segment"])));
    events.push((names::SEGMENT_LEFT.to_owned(), text(&["segment"])));
    let mut answer = text(&["workflow", "enrollment", "step", "pass", "body"]);
    answer.extend(["status", "tries"].map(|name| (name.to_owned(), Type::Number)));
    events.push((names::WEBHOOK_ANSWERED.to_owned(), answer));
    events.push((names::CUSTOMER_FORGOTTEN.to_owned(), Vec::new()));
    events.push((
        names::TAG_CHANGED.to_owned(),
        vec![("tag".to_owned(), Type::Text), ("present".to_owned(), Type::YesNo)],
    ));
    // A customer's stage is an attribute: `customer.changed` tells of it.
    events.push((names::CUSTOMER_CHANGED.to_owned(), text(&["attribute", "from", "to"])));
    for of in model.entities.keys() {
        events.push((names::stage_changed(of), text(&["from", "to"])));
        events.push((names::changed(of), text(&["attribute", "from", "to"])));
    }
    for (name, fields) in events {
        let kind = EventKind { fields: fields.into_iter().collect(), built_in: true, ..EventKind::default() };
        model.events.entry(name).or_insert(kind);
    }
}

/// Adds what a form becomes once it was sent, in a project that has forms. Others may tell it, too, and a model may
/// give it more fields.
pub(super) fn complete_form(model: &mut Model, forms: &BTreeSet<String>) {
    let kind = model.events.entry(names::FORM_SUBMITTED.to_owned()).or_default();
    for (name, ty) in [("form", Type::Text), ("page", Type::Text), ("topics", Type::List)] {
        kind.fields.entry(name.to_owned()).or_insert(ty);
    }
    // A form of another system may be told of as well.
    let values = Values { all: forms.iter().cloned().collect(), past: true };
    kind.values.entry("form".to_owned()).or_insert(values);
}

/// Says which texts the fields of our own events can have, where the files of the project say it.
pub(super) fn complete_values(model: &mut Model, declared: &Names) {
    let past = |all: &BTreeSet<String>| Values { all: all.iter().cloned().collect(), past: true };
    let own = |all: Vec<String>| Values { all, past: false };
    let media = [Medium::Email, Medium::Sms, Medium::Message];
    let media = own(media.iter().map(|medium| medium.as_str().to_owned()).collect());
    let attributes = |all: &BTreeMap<String, Attribute>| own(all.keys().cloned().collect());
    let outcomes: Vec<String> = declared.outcomes.iter().filter(|_| !declared.any_outcome).cloned().collect();
    let of_customer = attributes(&model.customer);
    let mut of_entities: BTreeMap<String, Values> = BTreeMap::new();
    let mut stages: BTreeMap<String, Values> = BTreeMap::new();
    for (of, kind) in &model.entities {
        of_entities.insert(names::changed(of), attributes(&kind.attributes));
        stages.insert(names::stage_changed(of), own(kind.stages.clone()));
    }
    for (name, kind) in model.events.iter_mut().filter(|(_, kind)| kind.built_in) {
        for field in kind.fields.keys() {
            let values = match (field.as_str(), name.as_str()) {
                ("template", _) => past(&declared.templates),
                ("workflow", _) => past(&declared.workflows),
                ("topic", _) => past(&declared.topics),
                ("segment", _) => past(&declared.segments),
                ("score", _) => past(&declared.scores),
                ("team", _) => past(&declared.teams),
                ("channel", names::CONSENT_GRANTED | names::CONSENT_WITHDRAWN) => media.clone(),
                ("outcome", _) => own(outcomes.clone()),
                ("attribute", names::CUSTOMER_CHANGED) => of_customer.clone(),
                ("attribute", changed) => of_entities.get(changed).cloned().unwrap_or_default(),
                ("from" | "to", moved) => stages.get(moved).cloned().unwrap_or_default(),
                (_, _) => continue,
            };
            if !values.all.is_empty() {
                kind.values.insert(field.clone(), values);
            }
        }
    }
}

/// Whether an event of this name is one of ours, so that a model may not declare it.
pub(super) fn is_our_event(name: &str, kinds: &BTreeMap<String, EntityKind>) -> bool {
    let mut probe = Model { entities: kinds.clone(), ..Model::default() };
    complete_events(&mut probe, &[]);
    probe.events.contains_key(name)
}
