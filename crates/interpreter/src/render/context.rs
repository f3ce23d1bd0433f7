//! What merge tags see: `customer`, `entry`, `event`, entities, `owner`, `vars`, `steps` and `brand`, as
//! plain JSON. What is unknown is absent. Nothing else is in it: no secret, no configuration.

use crate::condition;
use crate::facts::Facts;
use dsl::condition::{Operand, Path, Root, fallback};
use dsl::library::refer::CUSTOMER;
use dsl::library::team::team_of;
use dsl::library::{Attribute, Brand, Origin};
use model::{Entity, EntityId, Entry, Rep, RepId, Type, Value, zone};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The brand's colour where it names none that is one.
const COLOR: &str = "#5b4be0";

/// Everything that tags may name at this point of a walk.
pub fn context(facts: &Facts<'_>) -> Json {
    merge(&walk_context(facts), customer_context(facts))
}

/// The part that the walk holds, to be stored with a message: `entry`, `event`, `vars`, `steps`, the entity
/// that the trigger names, its `owner`, `now` and `today`.
pub fn walk_context(facts: &Facts<'_>) -> BTreeMap<String, Json> {
    let mut all = BTreeMap::new();
    if let Some(entry) = facts.entry {
        all.insert("entry".to_owned(), entry_json(entry));
        if let Some((kind, id)) = &entry.entity {
            all.insert(kind.clone(), Json::Object(entity_json(kind, id, facts, true)));
        }
    }
    if let Some(event) = facts.event.or(facts.entry) {
        all.insert("event".to_owned(), entry_json(event));
        if let Some((kind, id)) = event.entity.as_ref().filter(|(kind, _)| !all.contains_key(kind)) {
            all.insert(kind.clone(), Json::Object(entity_json(kind, id, facts, true)));
        }
    }
    let vars = facts.vars.into_iter().flatten();
    all.insert("vars".to_owned(), vars.map(|(name, value)| (name.clone(), value.to_plain_json())).collect());
    if let Some(inputs) = facts.inputs.filter(|inputs| !inputs.is_empty()) {
        all.insert("inputs".to_owned(), plain(inputs));
    }
    let steps = facts.results.into_iter().flatten();
    all.insert(
        "steps".to_owned(),
        steps.map(|(step, result)| (step.as_str().to_owned(), nested(result))).collect(),
    );
    let owner = facts.entry.and_then(|entry| entity_of(entry, facts)).and_then(|entity| entity.get("owner"));
    if let Some(rep) = owner.and_then(Value::as_text).map(|id| rep_json(&RepId::new(id), facts)) {
        all.insert("owner".to_owned(), rep.clone());
        all.insert("rep".to_owned(), rep);
    }
    all.insert("now".to_owned(), zone::rfc3339(facts.now, &zone::utc()).into());
    all.insert("today".to_owned(), zone::date_of(facts.now, facts.zone).to_string().into());
    all
}

/// The part that is fresh at the hand-over: `customer` with what their references lead to, their `owner`,
/// the `brand`, and the language and zone that helpers write in.
pub fn customer_context(facts: &Facts<'_>) -> Map<String, Json> {
    let mut all = Map::new();
    let customer = &facts.snapshot.customer;
    let mut attributes = Map::new();
    for (name, attribute) in &facts.library.model.customer {
        let value = match &attribute.origin {
            Origin::Cases(_) => condition::value(&named(name, attribute), facts),
            Origin::Given | Origin::From(_) | Origin::Rank(_) => customer.get(name).cloned(),
        };
        if let Some(json) = attribute_json(attribute, value, facts, true) {
            attributes.insert(name.clone(), json);
        }
    }
    attributes.insert("external_id".to_owned(), customer.id.as_str().into());
    let language = attributes.get("language").and_then(Json::as_str).map(str::to_owned);
    all.insert("customer".to_owned(), Json::Object(attributes));
    if let Some(rep) = customer.owner().map(|id| rep_json(&id, facts)) {
        all.insert("owner".to_owned(), rep.clone());
        all.insert("rep".to_owned(), rep);
    }
    all.insert("brand".to_owned(), brand_json(&facts.library.brand));
    all.insert("zone".to_owned(), zone::name(facts.zone).into());
    all.extend(language.map(|language| ("language".to_owned(), language.into())));
    all
}

/// Puts the stored part of a walk and the fresh part together. Where both have a name (the `owner` of the
/// entity and of the customer) the walk's counts.
pub fn merge(walk: &BTreeMap<String, Json>, customer: Map<String, Json>) -> Json {
    let mut all = customer;
    for (name, value) in walk {
        // Customer values are always those of the hand-over (rules.md §5.12).
        if !matches!(name.as_str(), "customer" | "brand" | "zone" | "language") {
            all.insert(name.clone(), value.clone());
        }
    }
    Json::Object(all)
}

fn plain(values: &BTreeMap<String, Value>) -> Json {
    values.iter().map(|(name, value)| (name.clone(), value.to_plain_json())).collect()
}

/// What a step left, as one names it: `data.score` is a part of `data`.
fn nested(values: &BTreeMap<String, Value>) -> Json {
    let mut all = Map::new();
    for (name, value) in values {
        put(&mut all, name, value.to_plain_json());
    }
    Json::Object(all)
}

fn put(all: &mut Map<String, Json>, name: &str, value: Json) {
    let Some((first, rest)) = name.split_once('.') else {
        all.entry(name.to_owned()).or_insert(value);
        return;
    };
    let inner = all.entry(first.to_owned()).or_insert(Json::Null);
    // A plain value of the same name gives way to what has parts.
    if !inner.is_object() {
        *inner = Json::Object(Map::new());
    }
    if let Json::Object(inner) = inner {
        put(inner, rest, value);
    }
}

fn entry_json(entry: &Entry) -> Json {
    let mut fields = match plain(&entry.fields) {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Map::new(),
    };
    let at = || zone::rfc3339(entry.at, &zone::utc()).into();
    fields.entry("at").or_insert_with(at);
    fields.entry("name").or_insert_with(|| entry.name.clone().into());
    Json::Object(fields)
}

fn entity_of<'a>(entry: &Entry, facts: &Facts<'a>) -> Option<&'a Entity> {
    facts.snapshot.entities.get(entry.entity.as_ref()?)
}

/// An entity with everything the model says it has; one that is not loaded has only its id.
fn entity_json(kind: &str, id: &EntityId, facts: &Facts<'_>, hop: bool) -> Map<String, Json> {
    let mut all = Map::new();
    if let (Some(entity), Some(model)) =
        (facts.snapshot.entities.get(&(kind.to_owned(), id.clone())), facts.library.model.entities.get(kind))
    {
        for (name, attribute) in &model.attributes {
            if let Some(json) = attribute_json(attribute, entity.get(name).cloned(), facts, hop) {
                all.insert(name.clone(), json);
            }
        }
    }
    if let (false, Some(first)) = (
        all.contains_key("stage"),
        facts.library.model.entities.get(kind).and_then(|kind| kind.stages.first()),
    ) {
        // An unset stage is the first one.
        all.insert("stage".to_owned(), first.as_str().into());
    }
    all.insert("id".to_owned(), id.as_str().into());
    all
}

/// The value as a tag shows it; `None`: unknown, without a default. A reference is what it leads to, one
/// hop far.
fn attribute_json(attribute: &Attribute, value: Option<Value>, facts: &Facts<'_>, hop: bool) -> Option<Json> {
    let value = value.or_else(|| fallback::of_attribute(attribute));
    match (&attribute.ty, value) {
        (Type::List, None) => Some(Json::Array(Vec::new())),
        (_, None) => None,
        (Type::Reference(kind), Some(Value::Text(id))) => {
            if kind == CUSTOMER {
                return Some(Json::Object(friend_json(&id, facts, hop)));
            }
            hop.then(|| Json::Object(entity_json(kind, &EntityId::new(&id), facts, false)))
        }
        (_, Some(value)) => Some(value.to_plain_json()),
    }
}

/// Another customer whom a reference names, as they are now; one who is not known has only an id.
fn friend_json(id: &str, facts: &Facts<'_>, hop: bool) -> Map<String, Json> {
    let mut all = Map::new();
    let own = &facts.snapshot.customer;
    let known = match facts.snapshot.entities.get(&(CUSTOMER.to_owned(), EntityId::new(id))) {
        Some(friend) => Some(&friend.attributes),
        None => (own.id.as_str() == id).then_some(&own.attributes),
    };
    for (name, attribute) in facts.library.model.customer.iter().filter(|_| hop) {
        let value = known.and_then(|known| known.get(name)).cloned();
        if let Some(json) = attribute_json(attribute, value, facts, false) {
            all.insert(name.clone(), json);
        }
    }
    all.insert("external_id".to_owned(), id.into());
    all
}

fn named(name: &str, attribute: &Attribute) -> Operand {
    Operand::Name(Path { root: Root::Customer, field: Arc::from(name), hop: None, ty: attribute.ty.clone() })
}

/// A rep; their name is the id where nobody gave one.
fn rep_json(id: &RepId, facts: &Facts<'_>) -> Json {
    // A rep that was never imported is known by their id alone.
    let unnamed = Rep::default();
    let rep = facts.reps.get(id).unwrap_or(&unnamed);
    let mut all: Map<String, Json> =
        rep.attributes.clone().into_iter().filter(|(_, json)| !json.is_null()).collect();
    let name = if rep.name.is_empty() { id.as_str() } else { &rep.name };
    all.insert("id".to_owned(), id.as_str().into());
    all.insert("name".to_owned(), name.into());
    let team = team_of(&facts.library.teams, id).map(|(team, _)| team.as_str());
    all.extend(team.map(|team| ("team".to_owned(), team.into())));
    all.extend(rep.email.as_deref().map(|email| ("email".to_owned(), email.into())));
    all.extend(rep.zone.as_deref().map(|zone| ("zone".to_owned(), zone.into())));
    Json::Object(all)
}

/// The brand. Its colour goes into styles, so only a plain `#rgb` or `#rrggbb` is taken.
pub(super) fn brand_json(brand: &Brand) -> Json {
    let digits = |color: &&str| {
        let hex = color.strip_prefix('#').unwrap_or("");
        matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let color = brand.color.as_deref().filter(digits).unwrap_or(COLOR);
    let mut all = Map::new();
    all.insert("name".to_owned(), brand.name.as_str().into());
    all.insert("color".to_owned(), color.into());
    all.insert("address".to_owned(), brand.address.as_deref().unwrap_or("").into());
    all.extend(brand.logo.as_deref().map(|logo| ("logo".to_owned(), logo.into())));
    all.extend(brand.country.as_deref().map(|country| ("country".to_owned(), country.into())));
    Json::Object(all)
}
