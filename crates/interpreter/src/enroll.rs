//! Entering a workflow: who may, and why somebody may not.

use crate::calendar::add::add;
use crate::condition;
use crate::draw;
use crate::turn::{Line, Turn};
use crate::world::{MOST_CAUSES, Moment};
use dsl::workflow::{GoalReached, Reentry, Workflow};
use model::{Did, Enrollment, EnrollmentId, Entry, EntryMemory, Outcome, Value, Walk, WalkState, content_id};
use std::collections::BTreeMap;

/// Why somebody does not enter.
enum Refusal {
    Reason(&'static str, BTreeMap<String, serde_json::Value>),
}

/// Enrolls the customer, or says in the trace why not. The walk is ready afterwards; the turn advances it.
pub(crate) fn enroll(turn: &mut Turn<'_>, workflow: &Workflow, entry: Entry, moment: Moment) {
    let what = entry.name.clone();
    match admit(turn, workflow, &entry, moment) {
        Err(Refusal::Reason(reason, values)) => turn.trace(Line {
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
        }),
        Ok(key) => begin(turn, workflow, entry, key, moment),
    }
}

/// The key under which they may enter.
fn admit(turn: &Turn<'_>, workflow: &Workflow, entry: &Entry, moment: Moment) -> Result<String, Refusal> {
    let plain = |reason| Err(Refusal::Reason(reason, BTreeMap::new()));
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
    if let Some(audience) = &workflow.audience
        && !condition::holds(audience, &facts)
    {
        return Err(Refusal::Reason("audience", condition::explain(audience, &facts)));
    }
    for rule in &workflow.exit_when {
        if rule.event.is_none()
            && let Some(when) = &rule.when
            && condition::holds(when, &facts)
        {
            return Err(Refusal::Reason("exit_when", condition::explain(when, &facts)));
        }
    }
    if let Some(goal) = &workflow.goal
        && let GoalReached::When(when) = &goal.reached
        && condition::holds(when, &facts)
    {
        return Err(Refusal::Reason("goal", condition::explain(when, &facts)));
    }
    Ok(key)
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
    turn.snapshot
        .events_of(&entry.name)
        .iter()
        .rev()
        .find(|event| event.id.as_str() == entry.event)
        .map_or(0, |event| event.chain)
}

fn begin(turn: &mut Turn<'_>, workflow: &Workflow, entry: Entry, key: String, moment: Moment) {
    let held_out = workflow.holdout > 0 && draw::held_out(turn, workflow);
    let millis = moment.at.as_millisecond().to_string();
    let parts = [workflow.id.as_str(), turn.snapshot.customer.id.as_str(), &key, &millis, &entry.event];
    let id = EnrollmentId::from(content_id("en_", &parts));
    let chain = chain_of(turn, &entry);
    let goal_until = workflow
        .goal
        .as_ref()
        .and_then(|goal| goal.within.as_ref())
        .map(|within| add(moment.at, within, &turn.zone, &turn.world.library.calendar));
    let name = entry.name.clone();
    let mut enrollment = Enrollment {
        id: id.clone(),
        workflow: workflow.id.clone(),
        version: workflow.version.clone(),
        customer: turn.snapshot.customer.id.clone(),
        key: key.clone(),
        entered_at: moment.at,
        state: WalkState::Ended { at: moment.at, reason: "end".to_owned() },
        walk: Walk {
            entry,
            holdout: held_out,
            chain,
            vars: BTreeMap::new(),
            messages: BTreeMap::new(),
            first_due: None,
            came: BTreeMap::new(),
            passes: BTreeMap::new(),
            timelines: BTreeMap::new(),
            results: BTreeMap::new(),
            goal: None,
            converted_at: None,
            window_step: None,
            held: None,
        },
        goal_until,
        rev: 0,
    };
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
    turn.trace(Line {
        at: moment.at,
        workflow: (&workflow.id, &workflow.version),
        enrollment: Some(&id),
        step: None,
        did: Did::Enroll,
        what: name,
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
