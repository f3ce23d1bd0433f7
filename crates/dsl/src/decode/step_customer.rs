//! Steps that change what we know: `set`, `tag`, `untag`, `add_score`, `record`, `consent`, `suppress`,
//! `unsuppress`, `move_stage`.

use super::around::Around;
use super::assigned;
use super::desk::Desk;
use super::scoring::spread;
use super::steps::{Item, Read, Steps};
use crate::condition::{self, Operand};
use crate::diagnostic::Code;
use crate::library::{Attribute, Origin};
use crate::step::{Assigned, Target, Verb};
use crate::yaml::{Entry, Node};
use model::{Medium, Type};
use std::collections::BTreeMap;

/// `set: { tier: gold, deal.amount: 3, vars.offer: … }`.
pub(super) fn set(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let entries = steps.desk.entries(item.object);
    let mut pairs: Vec<(Target, Assigned)> = Vec::new();
    let mut complete = !entries.is_empty();
    if entries.is_empty() && item.object.entries().is_some() {
        steps.desk.report.error(Code::E0304, item.verb.key_span).arg("key", "set").help("E0304-help");
    }
    for entry in entries {
        let pair = target(steps, entry, around).and_then(|(target, ty)| {
            let value = assigned::value(&entry.value, ty.as_ref(), around, steps.desk)?;
            fits(&target, &value, entry, steps.desk).then_some((target, value))
        });
        complete &= pair.is_some();
        pairs.extend(pair);
    }
    let names: Vec<String> = entries
        .iter()
        .map(|entry| entry.key.strip_prefix("customer.").unwrap_or(&entry.key).to_owned())
        .collect();
    complete.then(|| (Verb::Set(pairs), names.join(",")))
}

/// Whether an attribute may take a value: one that nobody goes without is not cleared, a zone is one there is.
fn fits(target: &Target, value: &Assigned, entry: &Entry, desk: &mut Desk<'_>) -> bool {
    let library = desk.library;
    let model = &library.model;
    let (attribute, name) = match target {
        Target::Customer(name) => (model.customer.get(name), name),
        Target::Entity(kind, name) => {
            (model.entities.get(kind).and_then(|kind| kind.attributes.get(name)), name)
        }
        Target::Var(_) => return true,
    };
    match (attribute, value, target) {
        (Some(Attribute { optional: false, .. }), Assigned::Unknown, _) => {
            let kept = desk.report.error(Code::E0330, entry.value.span).message("E0330-needed");
            kept.arg("name", &entry.key).help("E0330-help-needed");
            false
        }
        (Some(attribute), Assigned::Literal(_), Target::Customer(_)) => {
            desk.attribute(name, &entry.value, &attribute.ty).is_some()
        }
        (_, Assigned::Literal(_) | Assigned::Text(_) | Assigned::Formula(_) | Assigned::Unknown, _) => true,
    }
}

/// What a key of `set` names, and its type (`None`: a variable of any type).
fn target(steps: &mut Steps<'_, '_>, entry: &Entry, around: &Around) -> Option<(Target, Option<Type>)> {
    if let Some(name) = entry.key.strip_prefix("vars.") {
        return Some((Target::Var(name.to_owned()), around.scope.vars.get(name).cloned()));
    }
    let library = steps.desk.library;
    let (root, field) = entry.key.split_once('.').unwrap_or(("customer", &entry.key));
    if root == "customer" {
        let attribute = known(steps, &library.model.customer, field, root, entry)?;
        return Some((Target::Customer(field.to_owned()), Some(attribute.ty.clone())));
    }
    let Some(kind) = library.model.entities.get(root) else {
        let kinds = library.model.entities.keys().map(String::as_str).chain(["customer", "vars"]);
        let span = entry.key_span.part(0, root.len());
        steps.desk.unknown(Code::E0232, root, span, kinds);
        return None;
    };
    let attribute = known(steps, &kind.attributes, field, root, entry)?;
    if around.scope.entity.as_deref() != Some(root) {
        steps.desk.report.error(Code::E0333, entry.key_span).arg("kind", root).help("E0333-help");
        return None;
    }
    Some((Target::Entity(root.to_owned(), field.to_owned()), Some(attribute.ty.clone())))
}

/// An attribute that a step may set.
fn known<'l>(
    steps: &mut Steps<'_, '_>,
    attributes: &'l BTreeMap<String, Attribute>,
    field: &str,
    root: &str,
    entry: &Entry,
) -> Option<&'l Attribute> {
    let Some(attribute) = attributes.get(field) else {
        let settable = attributes.keys().map(|name| match root {
            "customer" if !entry.key.starts_with("customer.") => name.clone(),
            _ => format!("{root}.{name}"),
        });
        steps.desk.unknown_attribute(&entry.key, entry.key_span, settable.collect::<Vec<_>>());
        return None;
    };
    let refused = match (&attribute.origin, field) {
        (Origin::From(_) | Origin::Cases(_) | Origin::Rank(_), _) => Some("E0330"),
        (Origin::Given, "owner") => Some("E0330-owner"),
        (Origin::Given, "stage") => Some("E0330-stage"),
        (Origin::Given, "tags") if root == "customer" => Some("E0330-tags"),
        (Origin::Given, "external_id" | "created_at") if root == "customer" => Some("E0330"),
        (Origin::Given, "id" | "customer" | "stage_since" | "created_at") if root != "customer" => {
            Some("E0330")
        }
        (Origin::Given, _) => None,
    };
    if let Some(message) = refused {
        steps.desk.report.error(Code::E0330, entry.key_span).arg("name", &entry.key).message(message);
        return None;
    }
    Some(attribute)
}

/// One tag or a list of them.
pub(super) fn tags(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Option<(Vec<String>, String)> {
    if !item.has_object(steps.desk) {
        return None;
    }
    let texts = steps.desk.texts(item.object);
    // Of what is no text it has been said already.
    let all_read = item.object.items().map_or(1, <[_]>::len) == texts.len();
    let mut tags: Vec<String> = Vec::new();
    for text in texts {
        if text.value.contains("{{") {
            steps.desk.report.error(Code::E0334, text.span).help("E0334-help");
            return None;
        }
        if !text.value.is_empty() && !tags.contains(&text.value) {
            tags.push(text.value);
        }
    }
    if tags.is_empty() {
        if all_read {
            let mistake = steps.desk.report.error(Code::E0304, item.verb.key_span);
            mistake.arg("key", &item.verb.key).help("E0304-help");
        }
        return None;
    }
    let object = tags.join(",");
    Some((tags, object))
}

/// `add_score: 10`, with `to:` where there are several scores.
pub(super) fn add_score(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    let points = if item.has_object(steps.desk) { steps.desk.number(item.object) } else { None };
    let known: Vec<String> = steps.names.scores.iter().cloned().collect();
    let score = match steps.desk.take(&mut item.fields, "to") {
        Some(node) => {
            let name = steps.desk.spanned(node)?;
            if !known.contains(&name.value) {
                steps.desk.unknown(Code::E0208, &name.value, name.span, known.iter().map(String::as_str));
                return None;
            }
            name.value
        }
        None => match known.as_slice() {
            [one] => one.clone(),
            [] => {
                steps.desk.report.error(Code::E0240, item.verb.key_span).message("E0240-none");
                return None;
            }
            _ => {
                steps
                    .desk
                    .report
                    .error(Code::E0240, item.verb.key_span)
                    .message("E0240-which")
                    .arg_listed("known", &known.join(", "));
                return None;
            }
        },
    };
    Some((Verb::AddScore { points: points?, score: score.clone() }, score))
}

/// `record: EVENT`, with its fields.
pub(super) fn record(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    let event = if item.has_object(steps.desk) { steps.desk.event(item.object) } else { None };
    let with_node = steps.desk.take(&mut item.fields, "with");
    let of = spread(steps.desk.take(&mut item.fields, "of").map(|node| whose(steps, node, around)))?;
    let event = event?;
    let library = steps.desk.library;
    let fields = library.model.events.get(&event).map(|kind| &kind.fields);
    let mut with = Vec::new();
    let mut complete = true;
    for entry in with_node.map(|node| steps.desk.entries(node)).unwrap_or_default() {
        let Some(ty) = fields.and_then(|fields| fields.get(&entry.key)) else {
            let known = fields.into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
            steps.desk.unknown_field(&entry.key, entry.key_span, &event, known);
            complete = false;
            continue;
        };
        match assigned::value(&entry.value, Some(ty), around, steps.desk) {
            Some(value) => with.push((entry.key.clone(), value)),
            None => complete = false,
        }
    }
    complete.then(|| (Verb::Record { event: event.clone(), with, of }, event))
}

/// `of: customer.invited_by`: an attribute that refers to a customer, or an expression that gives an id.
fn whose(steps: &mut Steps<'_, '_>, node: &Node, around: &Around) -> Option<Operand> {
    let operand = steps.desk.formula(node, None, &around.scope)?;
    let found = condition::type_of(&operand);
    if found == Type::Text || found == Type::Reference("customer".to_owned()) {
        return Some(operand);
    }
    let diagnostic = steps.desk.report.error(Code::E0364, node.span);
    diagnostic.arg_type("found", &found).help("E0364-help");
    None
}

/// `consent: { grant: TOPIC }` or `{ withdraw: TOPIC }`.
pub(super) fn consent(steps: &mut Steps<'_, '_>, item: &mut Item<'_>, around: &Around) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    if let Some(topic) = item.object.raw_text() {
        let diagnostic = steps.desk.report.error(Code::E0335, item.object.span);
        diagnostic.did_you_mean(Some(format!("{{ grant: {topic} }}"))).help("E0335-help");
        return None;
    }
    let mut fields = steps.desk.fields(item.object, "thing-consent")?;
    let grant = steps.desk.take(&mut fields, "grant");
    let withdraw = steps.desk.take(&mut fields, "withdraw");
    let wording = steps.desk.take(&mut fields, "wording");
    let wording = wording.map(|node| assigned::text_template(node, around, &[], steps.desk));
    let source = steps.desk.take(&mut fields, "source");
    let source = source.map(|node| assigned::text_template(node, around, &[], steps.desk));
    let head = fields.head();
    steps.desk.close(fields);
    let (grant, node) = match (grant, withdraw) {
        (Some(node), None) => (true, node),
        (None, Some(node)) => (false, node),
        (None, None) | (Some(_), Some(_)) => {
            if !steps.desk.is_misspelt(item.object.span) {
                steps.desk.report.error(Code::E0335, head).help("E0335-help");
            }
            return None;
        }
    };
    let topic = steps.desk.topic(node)?;
    let object = format!("{}:{topic}", if grant { "grant" } else { "withdraw" });
    let (wording, source) = (spread(wording)?, spread(source)?);
    Some((Verb::Consent { grant, topic, wording, source }, object))
}

/// `email | sms | message | all`.
const MEDIA: [(&str, Option<Medium>); 4] = [
    ("email", Some(Medium::Email)),
    ("sms", Some(Medium::Sms)),
    ("message", Some(Medium::Message)),
    ("all", None),
];

/// `suppress: email`, with `topic`, `for`, `because`.
pub(super) fn suppress(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    let medium =
        if item.has_object(steps.desk) { steps.desk.word(item.object, "suppress", &MEDIA) } else { None };
    let topic = steps.desk.take(&mut item.fields, "topic").map(|node| steps.desk.topic(node));
    let length = steps.desk.take(&mut item.fields, "for").map(|node| steps.desk.some_length(node, "days"));
    let because = steps.desk.take(&mut item.fields, "because").and_then(|node| steps.desk.text(node));
    let medium = medium?;
    let verb = Verb::Suppress {
        medium,
        topic: spread(topic)?,
        length: spread(length)?,
        because: because.unwrap_or_else(|| "workflow".to_owned()),
    };
    Some((verb, medium.map_or("all", Medium::as_str).to_owned()))
}

/// `unsuppress: email`.
pub(super) fn unsuppress(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    let medium = steps.desk.word(item.object, "unsuppress", &MEDIA)?;
    let topic = spread(steps.desk.take(&mut item.fields, "topic").map(|node| steps.desk.topic(node)))?;
    Some((Verb::Unsuppress { medium, topic }, medium.map_or("all", Medium::as_str).to_owned()))
}

/// `forget: customer`.
pub(super) fn forget(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    if !item.has_object(steps.desk) {
        return None;
    }
    steps.desk.word(item.object, "forget", &[("customer", ())])?;
    Some((Verb::Forget, "customer".to_owned()))
}

/// `move_stage: STAGE`, `of:` an entity, else of the customer.
pub(super) fn move_stage(steps: &mut Steps<'_, '_>, item: &mut Item<'_>) -> Read {
    let of = steps.desk.take(&mut item.fields, "of").map(|node| steps.desk.kind(node));
    if !item.has_object(steps.desk) {
        return None;
    }
    let of = spread(of)?.flatten();
    let to = steps.desk.stage(of.as_deref(), item.object)?;
    let object = of.as_ref().map_or_else(|| to.clone(), |of| format!("{of}:{to}"));
    Some((Verb::MoveStage { of, to }, object))
}
