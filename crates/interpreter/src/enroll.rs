//! Entering a workflow: who may, and why somebody may not.

use crate::calendar::add::add;
use crate::condition;
use crate::draw;
use crate::facts::Facts;
use crate::release;
use crate::turn::{Line, Turn};
use crate::world::{MOST_CAUSES, Moment};
use dsl::workflow::{GoalReached, Reentry, Workflow};
use jiff::Timestamp;
use model::{
    Caller, Did, Enrollment, EnrollmentId, Entry, EntryMemory, Outcome, Value, Walk, WalkState, WorkflowId,
    content_id,
};
use std::collections::BTreeMap;

/// Why somebody does not enter.
enum Refusal {
    Reason(&'static str, BTreeMap<String, serde_json::Value>),
}

/// Enrolls the customer, or says in the trace why not. The walk is ready afterwards; the turn advances it.
pub(crate) fn enroll(turn: &mut Turn<'_>, workflow: &Workflow, entry: Entry, moment: Moment) {
    enroll_with(turn, workflow, entry, BTreeMap::new(), moment);
}

/// The same with what a person hands in.
pub(crate) fn enroll_with(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    entry: Entry,
    mut inputs: BTreeMap<String, Value>,
    moment: Moment,
) {
    let handed_in = !inputs.is_empty();
    for (name, input) in &workflow.inputs {
        if let Some(default) = &input.default {
            inputs.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    match admit(turn, workflow, &entry, &inputs, moment) {
        Err(refusal) => refuse(turn, workflow, entry.name, refusal, moment),
        // Whoever comes one by one to a release stands in line first, unless a person hands something in.
        Ok(_) if workflow.release.is_some() && !handed_in => release::ask(turn, workflow, &entry, moment.at),
        Ok(key) => begin(turn, workflow, entry, key, inputs, moment),
    }
}

/// Enrolls a customer whose portion is let in, or says in the trace why not.
pub(crate) fn let_in(turn: &mut Turn<'_>, workflow: &Workflow, entry: Entry, moment: Moment) {
    let given = workflow.inputs.iter();
    let inputs: BTreeMap<String, Value> =
        given.filter_map(|(name, input)| Some((name.clone(), input.default.clone()?))).collect();
    match admit(turn, workflow, &entry, &inputs, moment) {
        Err(refusal) => refuse(turn, workflow, entry.name, refusal, moment),
        Ok(key) => begin(turn, workflow, entry, key, inputs, moment),
    }
}

fn refuse(turn: &mut Turn<'_>, workflow: &Workflow, what: String, refusal: Refusal, moment: Moment) {
    let Refusal::Reason(reason, values) = refusal;
    refused(turn, workflow, what, reason, values, moment);
}

/// The line that says why somebody did not enter.
pub(crate) fn refused(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    what: String,
    reason: &str,
    values: BTreeMap<String, serde_json::Value>,
    moment: Moment,
) {
    turn.trace(Line {
        at: moment.at,
        workflow: (&workflow.id, &workflow.version),
        enrollment: None,
        step: None,
        did: Did::Enroll,
        what,
        outcome: Outcome::Refused,
        until: None,
        reason: Some(reason.to_owned()),
        values,
    });
}

/// The key under which they may enter.
fn admit(
    turn: &Turn<'_>,
    workflow: &Workflow,
    entry: &Entry,
    inputs: &BTreeMap<String, Value>,
    moment: Moment,
) -> Result<String, Refusal> {
    let plain = |reason| Err(Refusal::Reason(reason, BTreeMap::new()));
    let missing =
        workflow.inputs.iter().find(|(name, input)| input.is_needed() && !inputs.contains_key(*name));
    if let Some((name, _)) = missing {
        let values = BTreeMap::from([("input".to_owned(), name.clone().into())]);
        return Err(Refusal::Reason("no_input", values));
    }
    let Some(key) = key_of(turn, workflow, entry) else { return plain("no_key") };
    if chain_of(turn, entry) > MOST_CAUSES {
        return plain("loop");
    }
    let active = turn
        .snapshot
        .enrollments
        .iter()
        .any(|known| known.workflow == workflow.id && known.key == key && known.is_active());
    if active {
        return plain("already");
    }
    let last = turn.snapshot.memory.get(&(workflow.id.clone(), key.clone()));
    match (&workflow.reentry, last) {
        (Reentry::Never, Some(_)) => return plain("reentry"),
        (Reentry::OnceEvery(length), Some(memory)) => {
            let again = add(memory.entered_at, length, &turn.zone, &turn.world.library.calendar);
            if again > moment.at {
                let values = BTreeMap::from([
                    ("last_entry".to_owned(), memory.entered_at.to_string().into()),
                    ("again_from".to_owned(), again.to_string().into()),
                ]);
                return Err(Refusal::Reason("reentry", values));
            }
        }
        (Reentry::Never | Reentry::OnceEvery(_) | Reentry::AfterExit, _) => {}
    }
    // A walk that is not there yet: conditions see the entry, and nothing of a walk.
    let mut facts = turn.facts(None, None, moment.at);
    facts.entry = Some(entry);
    facts.inputs = Some(inputs);
    if let Some(audience) = &workflow.audience
        && !condition::holds(audience, &facts)
    {
        return Err(Refusal::Reason("audience", condition::explain(audience, &facts)));
    }
    over_already(workflow, &facts)?;
    Ok(key)
}

/// What would end the walk at once: it does not begin.
fn over_already(workflow: &Workflow, facts: &Facts<'_>) -> Result<(), Refusal> {
    for rule in &workflow.exit_when {
        if rule.event.is_none()
            && let Some(when) = &rule.when
            && condition::holds(when, facts)
        {
            return Err(Refusal::Reason("exit_when", condition::explain(when, facts)));
        }
    }
    if let Some(goal) = &workflow.goal
        && let GoalReached::When(when) = &goal.reached
        && condition::holds(when, facts)
    {
        return Err(Refusal::Reason("goal", condition::explain(when, facts)));
    }
    Ok(())
}

/// What a call hands to the walk that it begins.
pub(crate) struct Called {
    /// The walk's id; it is its key, too, so that one customer may be in several at once.
    pub id: EnrollmentId,
    /// Who called.
    pub caller: Caller,
    /// The caller's entry.
    pub entry: Entry,
    /// Whether the caller is held out.
    pub holdout: bool,
    /// How many effects of workflows lie behind it.
    pub chain: u8,
    /// What it is given.
    pub inputs: BTreeMap<String, Value>,
}

/// Whether a call may begin: a child has no audience, reentry and holdout of its own (rules.md §5.9).
pub(crate) fn may_be_called(
    turn: &Turn<'_>,
    workflow: &Workflow,
    called: &Called,
    moment: Moment,
) -> Result<(), &'static str> {
    if called.chain > MOST_CAUSES {
        return Err("loop");
    }
    let mut facts = turn.facts(None, None, moment.at);
    facts.entry = Some(&called.entry);
    facts.inputs = Some(&called.inputs);
    over_already(workflow, &facts).map_err(|Refusal::Reason(reason, _)| reason)
}

/// A call begins a walk.
pub(crate) fn begin_called(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    called: Called,
    by: &WorkflowId,
    moment: Moment,
) {
    let mut values = BTreeMap::from([("caller".to_owned(), by.as_str().into())]);
    if called.holdout {
        values.insert("holdout".to_owned(), true.into());
    }
    let goal_until = goal_until(turn, workflow, moment);
    let enrollment = Enrollment {
        key: called.id.as_str().to_owned(),
        id: called.id,
        workflow: workflow.id.clone(),
        version: workflow.version.clone(),
        customer: turn.snapshot.customer.id.clone(),
        entered_at: moment.at,
        state: WalkState::Ended { at: moment.at, reason: "end".to_owned() },
        walk: Walk {
            caller: Some(called.caller),
            inputs: called.inputs,
            ..walk(called.entry, called.holdout, called.chain)
        },
        goal_until,
        rev: 0,
    };
    set_out(turn, workflow, enrollment, "called".to_owned(), values, moment);
}

/// Until when a conversion of a walk that begins now counts.
fn goal_until(turn: &Turn<'_>, workflow: &Workflow, moment: Moment) -> Option<Timestamp> {
    let within = workflow.goal.as_ref()?.within.as_ref()?;
    Some(add(moment.at, within, &turn.zone, &turn.world.library.calendar))
}

/// What a walk carries at its beginning.
fn walk(entry: Entry, holdout: bool, chain: u8) -> Walk {
    Walk { entry, holdout, chain, ..Walk::default() }
}

/// The key of a walk; `None`: the workflow's key has no value here.
fn key_of(turn: &Turn<'_>, workflow: &Workflow, entry: &Entry) -> Option<String> {
    match &workflow.key {
        Some(path) => {
            let mut facts = turn.facts(None, None, entry.at);
            facts.entry = Some(entry);
            let operand = dsl::condition::Operand::Name(path.clone());
            condition::value(&operand, &facts)
                .map(|value| Turn::text_of(&value))
                .filter(|key| !key.is_empty())
        }
        None => Some(entry.entity.as_ref().map(|(_, id)| id.to_string()).unwrap_or_default()),
    }
}

/// How many effects of workflows lie behind an entry.
fn chain_of(turn: &Turn<'_>, entry: &Entry) -> u8 {
    let is_it = |event: &&model::Event| event.id.as_str() == entry.event;
    // A score names no event of its own: the one that took it up may have any name.
    let found = match entry.name.as_str() {
        _ if entry.event.is_empty() => None,
        "score" => turn.snapshot.events.values().flatten().rev().find(is_it),
        name => turn.snapshot.events_of(name).iter().rev().find(is_it),
    };
    found.map_or(0, |event| event.chain)
}

fn begin(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    entry: Entry,
    key: String,
    inputs: BTreeMap<String, Value>,
    moment: Moment,
) {
    let held_out = workflow.holdout > 0 && draw::held_out(turn, workflow);
    let millis = moment.at.as_millisecond().to_string();
    let parts = [workflow.id.as_str(), turn.snapshot.customer.id.as_str(), &key, &millis, &entry.event];
    let id = EnrollmentId::from(content_id("en_", &parts));
    let chain = chain_of(turn, &entry);
    let goal_until = goal_until(turn, workflow, moment);
    let name = entry.name.clone();
    let enrollment = Enrollment {
        id,
        workflow: workflow.id.clone(),
        version: workflow.version.clone(),
        customer: turn.snapshot.customer.id.clone(),
        key: key.clone(),
        entered_at: moment.at,
        state: WalkState::Ended { at: moment.at, reason: "end".to_owned() },
        walk: Walk { inputs, ..walk(entry, held_out, chain) },
        goal_until,
        rev: 0,
    };
    let memory_key = (workflow.id.clone(), key.clone());
    turn.snapshot.memory.insert(memory_key.clone(), EntryMemory { entered_at: moment.at });
    turn.changes.memory.insert(memory_key);
    let mut values = BTreeMap::new();
    if held_out {
        values.insert("holdout".to_owned(), true.into());
    }
    if !key.is_empty() {
        values.insert("key".to_owned(), key.into());
    }
    set_out(turn, workflow, enrollment, name, values, moment);
}

/// The walk stands at its first step; `values` say with what it entered.
fn set_out(
    turn: &mut Turn<'_>,
    workflow: &Workflow,
    mut enrollment: Enrollment,
    what: String,
    values: BTreeMap<String, serde_json::Value>,
    moment: Moment,
) {
    let id = enrollment.id.clone();
    let mut vars: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in &workflow.vars {
        let given = {
            let facts = turn.facts(Some(&enrollment), None, moment.at);
            crate::assigned::value(value, &facts)
        };
        if let Some(given) = given {
            vars.insert(name.clone(), given);
            enrollment.walk.vars.clone_from(&vars);
        }
    }
    turn.trace(Line {
        at: moment.at,
        workflow: (&workflow.id, &workflow.version),
        enrollment: Some(&id),
        step: None,
        did: Did::Enroll,
        what,
        outcome: Outcome::Entered,
        until: None,
        reason: None,
        values,
    });
    match workflow.first(workflow.root).and_then(|first| workflow.step(first)) {
        Some(first) => {
            enrollment.state = WalkState::Ready { step: first.id.clone(), since: moment.at };
            turn.moments.insert(id, moment);
            turn.put(enrollment);
        }
        None => {
            turn.put(enrollment);
            crate::advance::end(turn, &id, "end", moment);
        }
    }
}
