//! Steps that change the customer: attributes, tags, scores, consent, stages, events of ours. Every change
//! is also an event, in the same transaction.

use super::assign::{cause, entity_of, tell};
use crate::advance::{Flow, Walker};
use crate::assigned;
use crate::calendar::add::add;
use crate::condition;
use dsl::condition::Operand;
use dsl::library::Moves;
use dsl::step::{Assigned, Step, StepIx, Target, TextTemplate};
use model::event::names;
use model::{CustomerId, Decimal, Did, Length, Medium, Outcome, Suppression, Value};
use std::collections::BTreeMap;

/// The names that a `set` sets.
pub(super) fn names(values: &[(Target, Assigned)]) -> String {
    let name = |target: &Target| match target {
        Target::Customer(name) => name.clone(),
        Target::Entity(kind, name) => format!("{kind}.{name}"),
        Target::Var(name) => format!("vars.{name}"),
    };
    values.iter().map(|(target, _)| name(target)).collect::<Vec<_>>().join(", ")
}

/// `set`: all values are computed before any is set.
pub(super) fn set(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    values: &[(Target, Assigned)],
) -> Flow {
    let event = walker.event_at(at);
    let computed: Vec<(Target, Option<Value>)> = {
        let facts = walker.facts(event.as_ref());
        values.iter().map(|(target, value)| (target.clone(), assigned::value(value, &facts))).collect()
    };
    let what = names(values);
    let shown: BTreeMap<_, _> = computed
        .iter()
        .zip(values)
        .map(|((_, value), (target, _))| {
            let plain = value.as_ref().map_or(serde_json::Value::Null, Value::to_plain_json);
            (names(std::slice::from_ref(&(target.clone(), Assigned::Literal(Value::YesNo(true))))), plain)
        })
        .collect();
    // A walk's own variables are no effect: the branches of a held-out walk need them.
    for (target, value) in &computed {
        if let Target::Var(name) = target {
            match value {
                Some(value) => walker.enrollment.walk.vars.insert(name.clone(), value.clone()),
                None => walker.enrollment.walk.vars.remove(name),
            };
        }
    }
    let only_vars = computed.iter().all(|(target, _)| matches!(target, Target::Var(_)));
    if !only_vars && walker.held_out(step, &what) {
        return Flow::Next;
    }
    walker.line(Some(step), Did::Set, &what, Outcome::Done, None, None, shown);
    for (target, value) in computed {
        match target {
            Target::Var(_) => {}
            Target::Customer(name) => {
                let from = walker.turn.snapshot.customer.get(&name).cloned();
                changed(walker, step, None, &name, from, value);
            }
            Target::Entity(kind, name) => {
                if let Some(key) = entity_of(walker, &kind) {
                    let from =
                        walker.turn.snapshot.entities.get(&key).and_then(|entity| entity.get(&name)).cloned();
                    changed(walker, step, Some(key), &name, from, value);
                }
            }
        }
    }
    Flow::Next
}

fn changed(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    entity: Option<(String, model::EntityId)>,
    attribute: &str,
    from: Option<Value>,
    to: Option<Value>,
) {
    if from == to {
        return;
    }
    let mut properties = BTreeMap::from([("attribute".to_owned(), Value::Text(attribute.to_owned()))]);
    properties.extend(from.map(|from| ("from".to_owned(), from)));
    properties.extend(to.map(|to| ("to".to_owned(), to)));
    let name = match &entity {
        Some((kind, _)) => names::changed(kind),
        None => names::CUSTOMER_CHANGED.to_owned(),
    };
    cause(walker, step, &name, entity, properties);
}

/// `tag` and `untag`.
pub(super) fn tag(
    walker: &mut Walker<'_, '_>,
    _at: StepIx,
    step: &Step,
    tags: &[String],
    present: bool,
) -> Flow {
    let what = tags.join(", ");
    if walker.held_out(step, &what) {
        return Flow::Next;
    }
    let did = if present { Did::Tag } else { Did::Untag };
    walker.line(Some(step), did, &what, Outcome::Done, None, None, BTreeMap::new());
    for tag in tags {
        let known = walker.turn.snapshot.customer.get("tags").and_then(Value::as_list);
        let known = known.is_some_and(|known| known.contains(tag));
        if known != present {
            let properties = BTreeMap::from([
                ("tag".to_owned(), Value::Text(tag.clone())),
                ("present".to_owned(), Value::YesNo(present)),
            ]);
            cause(walker, step, names::TAG_CHANGED, None, properties);
        }
    }
    Flow::Next
}

/// `add_score`: records `score.added`, which fades like behaviour points.
pub(super) fn add_score(
    walker: &mut Walker<'_, '_>,
    _at: StepIx,
    step: &Step,
    points: Decimal,
    score: &str,
) -> Flow {
    if walker.held_out(step, score) {
        return Flow::Next;
    }
    let values = BTreeMap::from([("points".to_owned(), Value::Number(points).to_plain_json())]);
    walker.line(Some(step), Did::AddScore, score, Outcome::Done, None, None, values);
    let properties = BTreeMap::from([
        ("score".to_owned(), Value::Text(score.to_owned())),
        ("points".to_owned(), Value::Number(points)),
    ]);
    cause(walker, step, names::SCORE_ADDED, None, properties);
    Flow::Next
}

/// `record`.
pub(super) fn record(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    event: &str,
    (with, of): (&[(String, Assigned)], Option<&Operand>),
) -> Flow {
    if walker.held_out(step, event) {
        return Flow::Next;
    }
    let seen = walker.event_at(at);
    let (properties, whose) = {
        let facts = walker.facts(seen.as_ref());
        let given =
            |(name, value): &(String, Assigned)| Some((name.clone(), assigned::value(value, &facts)?));
        let properties: BTreeMap<String, Value> = with.iter().filter_map(given).collect();
        (properties, of.map(|of| condition::value(of, &facts)))
    };
    let other = match &whose {
        None => None,
        Some(id) => match id.as_ref().and_then(Value::as_text).filter(|id| !id.trim().is_empty()) {
            Some(id) => Some(CustomerId::new(id)),
            None => return walker.failed(step, event, "no_customer", BTreeMap::new()),
        },
    };
    let mut values = crate::route::plain(&properties);
    values.extend(other.as_ref().map(|other| ("of".to_owned(), other.as_str().into())));
    walker.line(Some(step), Did::Record, event, Outcome::Done, None, None, values);
    match other.filter(|other| *other != walker.enrollment.customer) {
        Some(other) => tell(walker, step, event, other, properties),
        None => cause(walker, step, event, None, properties),
    }
    Flow::Next
}

/// `forget`: what follows, for the customer and for all walks, follows from the event.
pub(super) fn forget(walker: &mut Walker<'_, '_>, step: &Step) -> Flow {
    if walker.held_out(step, "customer") {
        return Flow::Next;
    }
    walker.line(Some(step), Did::Forget, "customer", Outcome::Done, None, None, BTreeMap::new());
    cause(walker, step, names::CUSTOMER_FORGOTTEN, None, BTreeMap::new());
    Flow::Next
}

/// `consent`.
pub(super) fn consent(
    walker: &mut Walker<'_, '_>,
    at: StepIx,
    step: &Step,
    (grant, topic): (bool, &str),
    (wording, source): (Option<&TextTemplate>, Option<&TextTemplate>),
) -> Flow {
    if walker.held_out(step, topic) {
        return Flow::Next;
    }
    let values = BTreeMap::from([("granted".to_owned(), grant.into())]);
    walker.line(Some(step), Did::Consent, topic, Outcome::Done, None, None, values);
    let name = if grant { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
    // What they agreed to, and where, is the proof: it stays with the event, which is never changed.
    let (wording, source) = {
        let event = walker.event_at(at);
        let facts = walker.facts(event.as_ref());
        let said = |words: Option<&TextTemplate>| words.and_then(|words| assigned::text(words, &facts));
        (said(wording), said(source))
    };
    let source = source.unwrap_or_else(|| format!("workflow {}", walker.workflow.id));
    let mut properties = BTreeMap::from([
        ("topic".to_owned(), Value::Text(topic.to_owned())),
        ("source".to_owned(), Value::Text(source)),
    ]);
    properties.extend(wording.map(|wording| ("wording".to_owned(), Value::Text(wording))));
    cause(walker, step, name, None, properties);
    Flow::Next
}

/// `suppress`.
pub(super) fn suppress(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    medium: Option<Medium>,
    topic: Option<&str>,
    length: Option<&Length>,
    because: &str,
) -> Flow {
    let what = medium.map_or("all", Medium::as_str);
    if walker.held_out(step, what) {
        return Flow::Next;
    }
    let at = walker.moment.at;
    let until = length.map(|length| add(at, length, &walker.turn.zone, &walker.turn.world.library.calendar));
    walker.line(Some(step), Did::Suppress, what, Outcome::Done, until, None, BTreeMap::new());
    let suppression =
        Suppression { medium, topic: topic.map(str::to_owned), reason: because.to_owned(), at, until };
    walker.turn.snapshot.suppressions.push(suppression.clone());
    walker.turn.changes.suppressions.push(suppression);
    walker.turn.changes.cancel_of(topic, medium);
    Flow::Next
}

/// `unsuppress`: takes away what workflows and people laid on; bounces and complaints stay.
pub(super) fn unsuppress(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    medium: Option<Medium>,
    topic: Option<&str>,
) -> Flow {
    let what = medium.map_or("all", Medium::as_str);
    if walker.held_out(step, what) {
        return Flow::Next;
    }
    let values = topic.map(|topic| ("topic".to_owned(), topic.into())).into_iter().collect();
    walker.line(Some(step), Did::Unsuppress, what, Outcome::Done, None, None, values);
    let stays = |known: &Suppression| {
        // Only who says `all` calls a forgotten customer back.
        (known.is_tombstone() && medium.is_some())
            || (topic.is_some() && known.topic.as_deref() != topic)
            || known.reason == "hard_bounce"
            || known.reason == "complaint"
            || (medium.is_some() && known.medium != medium)
    };
    let before = walker.turn.snapshot.suppressions.len();
    walker.turn.snapshot.suppressions.retain(stays);
    walker.turn.changes.unsuppressed |= walker.turn.snapshot.suppressions.len() != before;
    Flow::Next
}

/// `move_stage`: a move that the model does not allow is refused.
pub(super) fn move_stage(
    walker: &mut Walker<'_, '_>,
    _at: StepIx,
    step: &Step,
    of: Option<&str>,
    to: &str,
) -> Flow {
    if walker.held_out(step, to) {
        return Flow::Next;
    }
    let Some(kind) = of else {
        let from = walker.turn.snapshot.customer.get("stage").cloned();
        let values = stage_values(from.as_ref());
        walker.line(Some(step), Did::MoveStage, to, Outcome::Done, None, None, values);
        changed(walker, step, None, "stage", from, Some(Value::Text(to.to_owned())));
        return Flow::Next;
    };
    let Some(key) = entity_of(walker, kind) else {
        return walker.failed(step, to, "no_entity", BTreeMap::new());
    };
    let declared = walker.turn.world.library.model.entities.get(kind);
    let from = walker.turn.snapshot.entities.get(&key).and_then(|entity| entity.get("stage")).cloned();
    let values = stage_values(from.as_ref());
    // An unset stage is the first.
    let first = declared.and_then(|declared| declared.stages.first()).cloned().unwrap_or_default();
    let here = from.as_ref().and_then(Value::as_text).unwrap_or(&first).to_owned();
    if here == to && from.is_some() {
        walker.line(Some(step), Did::MoveStage, to, Outcome::Skipped, None, Some("same_stage"), values);
        return Flow::Next;
    }
    let allowed = declared.is_none_or(|declared| {
        let place = |stage: &str| declared.stages.iter().position(|known| known == stage);
        let forward = place(&here) <= place(to) || declared.end.iter().any(|end| end == to);
        match &declared.moves {
            Moves::Any => true,
            Moves::Forward => forward,
            Moves::Back(back) => {
                forward || back.get(&here).is_some_and(|to_these| to_these.iter().any(|s| s == to))
            }
        }
    });
    if !allowed {
        return walker.failed(step, to, "not_allowed", values);
    }
    walker.line(Some(step), Did::MoveStage, to, Outcome::Done, None, None, values);
    let mut properties = BTreeMap::from([("to".to_owned(), Value::Text(to.to_owned()))]);
    properties.extend(from.map(|from| ("from".to_owned(), from)));
    cause(walker, step, &names::stage_changed(kind), Some(key), properties);
    Flow::Next
}

fn stage_values(from: Option<&Value>) -> BTreeMap<String, serde_json::Value> {
    from.map(|from| ("from".to_owned(), from.to_plain_json())).into_iter().collect()
}
