//! What a workflow and the libraries look at: which events, which attributes. The engine loads exactly
//! that, so that the interpreter cannot ask for more.

use crate::condition::reads::Reads;
use crate::condition::{Condition, Operand};
use crate::library::{Library, Origin};
use crate::step::{Assigned, Due, Verb, WaitLength};
use crate::trigger::Trigger;
use crate::workflow::{GoalReached, Workflow};
use std::collections::BTreeSet;

/// The events that libraries look back at: segments, scores, attributes by cases.
pub fn of_library(library: &Library) -> BTreeSet<String> {
    let mut reads = Reads::default();
    for condition in library.segments.values() {
        reads.merge(Reads::of_condition(condition, library));
    }
    let pools = library.teams.values().filter_map(|team| team.pool.as_ref());
    for postpone in pools.filter_map(|pool| pool.postpone.as_ref()) {
        reads.merge(Reads::of_condition(&postpone.when, library));
    }
    for attribute in library.model.customer.values() {
        match &attribute.origin {
            Origin::Cases(cases) => {
                for (when, _) in cases {
                    if let Some(when) = when {
                        reads.merge(Reads::of_condition(when, library));
                    }
                }
            }
            Origin::Rank(rank) => {
                reads.merge(Reads::of_operand(&rank.by, library));
                if let Some(among) = &rank.among {
                    reads.merge(Reads::of_condition(among, library));
                }
            }
            // Kept by the engine, event by event.
            Origin::From(_) | Origin::Given => {}
        }
    }
    let mut names = reads.events;
    for scoring in library.scorings.values() {
        names.insert(model::event::names::SCORE_ADDED.to_owned());
        for rule in &scoring.rules {
            names.insert(rule.event.clone());
        }
        for fit in &scoring.fit {
            names.extend(Reads::of_condition(&fit.when, library).events);
        }
    }
    names
}

/// Everything a workflow's conditions and formulas read.
pub fn of_conditions(workflow: &Workflow, library: &Library) -> Reads {
    let mut reads = Reads::default();
    let mut condition = |condition: Option<&Condition>| {
        if let Some(condition) = condition {
            reads.merge(Reads::of_condition(condition, library));
        }
    };
    condition(workflow.audience.as_ref());
    condition(workflow.hold_while.as_ref().map(|hold| &hold.when));
    condition(workflow.release.as_ref().and_then(|release| release.stop_when.as_ref()));
    match &workflow.trigger {
        Trigger::Event { when, to, .. } => {
            condition(when.as_ref());
            condition(to.as_ref());
        }
        Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Date(_)
        | Trigger::Inactive { .. }
        | Trigger::Segment { .. }
        | Trigger::Schedule(_)
        | Trigger::Score(_)
        | Trigger::Manual
        | Trigger::Called => {}
    }
    for rule in &workflow.exit_when {
        condition(rule.when.as_ref());
    }
    if let Some(goal) = &workflow.goal {
        match &goal.reached {
            GoalReached::Event { when, .. } => condition(when.as_ref()),
            GoalReached::When(when) => condition(Some(when)),
        }
    }
    for step in &workflow.steps {
        condition(step.only_if.as_ref());
        match &step.verb {
            Verb::If { condition: question, .. } => condition(Some(question)),
            Verb::Choose(cases) => cases.iter().for_each(|case| condition(case.when.as_ref())),
            Verb::WaitFor { events, .. } => events.iter().for_each(|event| condition(event.when.as_ref())),
            Verb::Repeat { until, .. } => condition(until.as_ref()),
            Verb::Send(_)
            | Verb::Notify { .. }
            | Verb::Webhook { .. }
            | Verb::Set(_)
            | Verb::Tag(_)
            | Verb::Untag(_)
            | Verb::AddScore { .. }
            | Verb::Record { .. }
            | Verb::Forget
            | Verb::Consent { .. }
            | Verb::Suppress { .. }
            | Verb::Unsuppress { .. }
            | Verb::MoveStage { .. }
            | Verb::Assign { .. }
            | Verb::Unassign { .. }
            | Verb::Task { .. }
            | Verb::Wait(_)
            | Verb::WaitUntil(_)
            | Verb::WaitForDate { .. }
            | Verb::Timeline(_)
            | Verb::Split { .. }
            | Verb::Call { .. }
            | Verb::Exit(_) => {}
        }
    }
    if let Trigger::Score(trigger) = &workflow.trigger {
        reads.merge(Reads::of_score(&trigger.of, library));
    }
    let mut operands: Vec<&Operand> = Vec::new();
    if let Trigger::Inactive { length: WaitLength::Computed { formula, .. }, .. } = &workflow.trigger {
        operands.push(formula);
    }
    operands.extend(workflow.goal.iter().filter_map(|goal| goal.value.as_ref()));
    operands.extend(workflow.release.iter().filter_map(|release| release.by.as_ref()));
    let mut assigned: Vec<&Assigned> = workflow.vars.iter().map(|(_, value)| value).collect();
    for step in &workflow.steps {
        match &step.verb {
            Verb::Set(values) => assigned.extend(values.iter().map(|(_, value)| value)),
            Verb::Assign { skill, .. } => assigned.extend(skill),
            Verb::Record { with, .. } | Verb::Call { with, .. } | Verb::Webhook { body: with, .. } => {
                assigned.extend(with.iter().map(|(_, value)| value))
            }
            Verb::Send(message) => assigned.extend(message.vars.iter().map(|(_, value)| value)),
            Verb::Split { ways, .. } => {
                assigned.extend(ways.iter().flat_map(|way| way.vars.iter().map(|(_, value)| value)));
            }
            Verb::Wait(WaitLength::Computed { formula, .. }) => operands.push(formula),
            Verb::Task { due: Some(Due::At(operand)), .. } => operands.push(operand),
            Verb::WaitForDate { date, .. } => operands.push(date),
            Verb::Timeline(timeline) => operands.push(&timeline.date),
            Verb::Wait(WaitLength::Fixed(_))
            | Verb::Task { .. }
            | Verb::Notify { .. }
            | Verb::Tag(_)
            | Verb::Untag(_)
            | Verb::AddScore { .. }
            | Verb::Forget
            | Verb::Consent { .. }
            | Verb::Suppress { .. }
            | Verb::Unsuppress { .. }
            | Verb::MoveStage { .. }
            | Verb::Unassign { .. }
            | Verb::WaitUntil(_)
            | Verb::WaitFor { .. }
            | Verb::If { .. }
            | Verb::Choose(_)
            | Verb::Repeat { .. }
            | Verb::Exit(_) => {}
        }
    }
    operands.extend(assigned.into_iter().filter_map(|value| match value {
        Assigned::Formula(operand) => Some(operand),
        Assigned::Literal(_) | Assigned::Text(_) | Assigned::Unknown => None,
    }));
    for operand in operands {
        reads.merge(Reads::of_operand(operand, library));
    }
    reads
}

/// The events that a workflow looks back at.
pub fn of_workflow(workflow: &Workflow, library: &Library) -> BTreeSet<String> {
    let reads = of_conditions(workflow, library);
    let mut names = reads.events;
    match &workflow.trigger {
        Trigger::Inactive { no, .. } => names.extend(no.iter().cloned()),
        // A settled event is looked up again when its timer fires; a chain of causes is read off its event.
        Trigger::Event { name, .. } => {
            names.insert(name.clone());
        }
        Trigger::Stage { .. }
        | Trigger::Attribute { .. }
        | Trigger::Date(_)
        | Trigger::Segment { .. }
        | Trigger::Score(_)
        | Trigger::Schedule(_)
        | Trigger::Manual
        | Trigger::Called => {}
    }
    for step in &workflow.steps {
        if let Verb::WaitFor { events, .. } = &step.verb {
            names.extend(events.iter().map(|event| event.event.clone()));
        }
    }
    names
}

/// The customer attributes that a workflow's conditions read.
pub fn attributes_of_workflow(workflow: &Workflow, library: &Library) -> BTreeSet<String> {
    of_conditions(workflow, library).attributes
}
