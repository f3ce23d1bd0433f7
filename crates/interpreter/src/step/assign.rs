//! `assign` and `unassign`: the walk asks, the batch chooses, the walk goes on.

use crate::advance::{Answer, Arrival, Flow, Walker};
use crate::assign::{Asker, Chosen, Request};
use crate::assigned;
use crate::lead::{self, Given};
use crate::turn::Turn;
use dsl::step::{Assigned, Step, StepIx, TeamName, Verb};
use model::event::{OURSELVES, names};
use model::{CustomerId, Did, EntityId, Event, EventId, Outcome, RepId, Snapshot, TeamId, Value, content_id};
use std::collections::BTreeMap;

/// The entity of a kind that the walk is about.
pub(super) fn entity_of(walker: &Walker<'_, '_>, kind: &str) -> Option<(String, EntityId)> {
    if let Some((entry_kind, id)) = &walker.enrollment.walk.entry.entity
        && entry_kind == kind
    {
        return Some((kind.to_owned(), id.clone()));
    }
    // One of that kind only: that one is meant.
    let mut own = walker.turn.snapshot.entities.keys().filter(|(known, _)| known == kind);
    match (own.next(), own.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// Who owns the entity, else the customer.
pub(super) fn owner(walker: &Walker<'_, '_>, of: Option<&str>) -> Option<RepId> {
    let kind = of
        .map(str::to_owned)
        .or_else(|| walker.enrollment.walk.entry.entity.as_ref().map(|(kind, _)| kind.clone()));
    let by_entity = kind
        .and_then(|kind| entity_of(walker, &kind))
        .and_then(|key| walker.turn.snapshot.entities.get(&key))
        .and_then(|entity| entity.get("owner"))
        .and_then(Value::as_text)
        .map(RepId::new);
    if of.is_some() { by_entity } else { by_entity.or_else(|| walker.turn.snapshot.customer.owner()) }
}

/// What is asked of a team about this customer.
pub(super) fn request(walker: &Walker<'_, '_>, team: &TeamId, asker: Asker, of: Option<&str>) -> Request {
    let customer = &walker.turn.snapshot.customer;
    let owner = match of {
        Some(_) => owner(walker, of),
        None => customer.owner(),
    };
    Request {
        team: team.clone(),
        at: walker.moment.at,
        asker,
        by: Vec::new(),
        owner,
        former: None,
        territory: territory(&walker.turn.snapshot),
        skills: Vec::new(),
        company: customer.text("company").map(str::to_owned),
        barred: BTreeMap::new(),
    }
}

/// Where the customer is: every word that a member's `territory` may name.
pub(crate) fn territory(snapshot: &Snapshot) -> Vec<String> {
    ["territory", "region", "province", "city", "country"]
        .iter()
        .filter_map(|name| snapshot.customer.text(name).map(str::to_owned))
        .collect()
}

/// What the rep must know: as the step says, else the customer's attribute `skill`.
fn skills(walker: &Walker<'_, '_>, at: StepIx, skill: Option<&Assigned>) -> Vec<String> {
    let event = walker.event_at(at);
    let facts = walker.facts(event.as_ref());
    let value = match skill {
        Some(skill) => assigned::value(skill, &facts),
        None => walker.turn.snapshot.customer.get("skill").cloned(),
    };
    match value {
        Some(Value::List(all)) => all,
        Some(value) => vec![Turn::text_of(&value)],
        None => Vec::new(),
    }
}

/// The team that a step names; `None`: its text has no value, or there is no such team.
fn team_of(walker: &Walker<'_, '_>, at: StepIx, name: &TeamName) -> Option<TeamId> {
    let team = match name {
        TeamName::Named(team) => team.clone(),
        TeamName::Text(template) => {
            let event = walker.event_at(at);
            TeamId::from(assigned::text(template, &walker.facts(event.as_ref()))?.trim().to_owned())
        }
    };
    walker.turn.world.library.teams.contains_key(&team).then_some(team)
}

/// Asks for a rep.
pub(super) fn ask(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, arrival: Arrival) -> Flow {
    let Verb::Assign { team, by, of, unless_owned, skill, .. } = &step.verb else { return Flow::Next };
    let subject = subject(walker, of.as_deref());
    let here = (walker.enrollment.id.clone(), step.id.clone());
    if arrival == Arrival::Woken
        && let Some(until) = lead::resting_until(walker.turn, &subject, &here)
    {
        return Flow::Rest(until.max(walker.moment.at + jiff::SignedDuration::from_mins(1)));
    }
    let Some(id) = team_of(walker, at, team) else {
        return walker.failed(step, team.as_str(), "team_unknown", BTreeMap::new());
    };
    if walker.held_out(step, id.as_str()) {
        return Flow::Next;
    }
    let asker = Asker::Walk { enrollment: walker.enrollment.id.clone(), step: step.id.clone() };
    let request = request(walker, &id, asker, of.as_deref());
    if *unless_owned && let Some(owner) = &request.owner {
        let values = BTreeMap::from([("rep".to_owned(), owner.as_str().into())]);
        walker.line(Some(step), Did::Assign, id.as_str(), Outcome::Skipped, None, Some("owned"), values);
        return Flow::Next;
    }
    let known = lead::read(walker.turn, &subject);
    Flow::Ask(Request {
        by: by.clone(),
        skills: skills(walker, at, skill.as_ref()),
        barred: known.as_ref().map(|lead| lead::barred(lead, walker.moment.at)).unwrap_or_default(),
        former: known.and_then(|lead| lead.rep),
        ..request
    })
}

/// The answer.
pub(crate) fn given(walker: &mut Walker<'_, '_>, step: &Step, request: &Request, chosen: &Chosen) -> Flow {
    let Verb::Assign { of, accept_within, on_refused, .. } = &step.verb else { return Flow::Next };
    let mut values = BTreeMap::from([("rule".to_owned(), chosen.rule.as_str().into())]);
    if !chosen.passed_over.is_empty() {
        let passed: serde_json::Map<_, _> =
            chosen.passed_over.iter().map(|(rep, reason)| (rep.clone(), reason.clone().into())).collect();
        values.insert("passed_over".to_owned(), passed.into());
    }
    let what = request.team.as_str();
    let Some(rep) = &chosen.rep else {
        let Some(opens_at) = chosen.opens_at else {
            return walker.failed(step, what, "nobody_available", values);
        };
        // A lead at night waits for opening.
        walker.line(Some(step), Did::Assign, what, Outcome::Deferred, Some(opens_at), Some("closed"), values);
        return Flow::Rest(opens_at);
    };
    values.insert("rep".to_owned(), rep.as_str().into());
    let subject = subject(walker, of.as_deref());
    let given = Given {
        team: &request.team,
        rep,
        rule: chosen.rule.as_str(),
        by: (walker.enrollment.id.clone(), step.id.clone()),
        accept_within: *accept_within,
        own_steps: on_refused.is_some(),
        chain: walker.enrollment.walk.chain,
    };
    let until = lead::begin(walker.turn, &subject, &given, walker.moment.at);
    let outcome = if until.is_some() { Outcome::Waits } else { Outcome::Done };
    walker.line(Some(step), Did::Assign, what, outcome, until, None, values);
    until.map_or(Flow::Next, Flow::Rest)
}

/// What the lead is about: the entity that the step names, else the customer.
fn subject(walker: &Walker<'_, '_>, of: Option<&str>) -> String {
    lead::subject_of(of.and_then(|kind| entity_of(walker, kind)).as_ref())
}

/// The offer was answered.
pub(crate) fn answered(walker: &mut Walker<'_, '_>, at: StepIx, step: &Step, answer: &Answer) -> Flow {
    let Verb::Assign { team, on_refused, .. } = &step.verb else { return Flow::Next };
    let what = team_of(walker, at, team).map_or_else(|| team.as_str().to_owned(), |team| team.to_string());
    match answer {
        Answer::Accepted(rep) => {
            let values = BTreeMap::from([("rep".to_owned(), rep.as_str().into())]);
            walker.line(Some(step), Did::Assign, &what, Outcome::Done, None, Some("accepted"), values);
            Flow::Next
        }
        Answer::Refused(why) => match on_refused {
            Some(block) => {
                let values = BTreeMap::new();
                walker.line(Some(step), Did::Assign, &what, Outcome::Skipped, None, Some(why), values);
                Flow::Into(*block)
            }
            None => walker.failed(step, &what, why, BTreeMap::new()),
        },
        Answer::Superseded => {
            let values = BTreeMap::new();
            walker.line(Some(step), Did::Assign, &what, Outcome::Skipped, None, Some("superseded"), values);
            Flow::Next
        }
    }
}

/// `unassign`.
pub(super) fn unassign(walker: &mut Walker<'_, '_>, _at: StepIx, step: &Step, of: Option<&str>) -> Flow {
    let what = super::what(&step.verb);
    if walker.held_out(step, &what) {
        return Flow::Next;
    }
    let entity = of.and_then(|kind| entity_of(walker, kind));
    let former = match of {
        Some(_) => owner(walker, of),
        None => walker.turn.snapshot.customer.owner(),
    };
    walker.line(Some(step), Did::Unassign, &what, Outcome::Done, None, None, BTreeMap::new());
    change_owner(walker, step, entity, former.as_ref(), None);
    Flow::Next
}

fn change_owner(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    entity: Option<(String, EntityId)>,
    from: Option<&RepId>,
    to: Option<&RepId>,
) {
    if from == to {
        return;
    }
    let mut properties = BTreeMap::from([("attribute".to_owned(), Value::Text("owner".to_owned()))]);
    if let Some(from) = from {
        properties.insert("from".to_owned(), Value::Text(from.to_string()));
    }
    if let Some(to) = to {
        properties.insert("to".to_owned(), Value::Text(to.to_string()));
    }
    let name = match &entity {
        Some((kind, _)) => names::changed(kind),
        None => names::CUSTOMER_CHANGED.to_owned(),
    };
    cause(walker, step, &name, entity, properties);
}

/// Records an event of ours at this step. Its id is made of the walk, the step, its pass and its place, so
/// that doing it twice is doing it once.
pub(super) fn cause(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    name: &str,
    entity: Option<(String, EntityId)>,
    properties: BTreeMap<String, Value>,
) {
    let customer = walker.enrollment.customer.clone();
    let event = recorded(walker, step, name, customer, entity, properties);
    walker.turn.cause(event);
}

/// The same of another customer: it is met in a turn of theirs.
pub(super) fn tell(
    walker: &mut Walker<'_, '_>,
    step: &Step,
    name: &str,
    other: CustomerId,
    properties: BTreeMap<String, Value>,
) {
    let event = recorded(walker, step, name, other, None, properties);
    walker.turn.changes.told.push(event);
}

fn recorded(
    walker: &Walker<'_, '_>,
    step: &Step,
    name: &str,
    customer: CustomerId,
    entity: Option<(String, EntityId)>,
    properties: BTreeMap<String, Value>,
) -> Event {
    let number = walker.turn.changes.events.len() + walker.turn.changes.told.len();
    let pass = walker.workflow.find(&step.id).map(|at| walker.pass_at(at)).unwrap_or_default();
    let at = walker.moment.at;
    let hash = content_id(
        "",
        &[walker.enrollment.id.as_str(), step.id.as_str(), &pass, name, &at.as_millisecond().to_string()],
    );
    // The number keeps the order of what one turn records at one instant.
    let id = format!("ev_{number:04}_{hash}");
    Event {
        id: EventId::from(id),
        source: format!("{OURSELVES}/{}", walker.workflow.id),
        name: name.to_owned(),
        customer,
        entity,
        at,
        received_at: at.max(walker.enrollment.walk.entry.received_at),
        properties,
        chain: walker.enrollment.walk.chain.saturating_add(1),
    }
}
