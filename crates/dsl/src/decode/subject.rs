//! What a test is about: a score, the workflow of its file, or the workflows of a scenario.

use super::arena::Arena;
use super::around::Around;
use crate::condition::Fields as Known;
use crate::step::{Step, Verb};
use crate::trigger::Trigger;
use crate::workflow::{ExitRule, Input, Workflow};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// What a test is about.
pub(super) enum Start<'a> {
    /// A score: nothing starts.
    Score,
    /// One workflow, or those of a scenario.
    Workflows {
        /// Each of them, in the author's order.
        subjects: Vec<Subject<'a>>,
        /// The names of all workflows of the project: a line may be about one that is called.
        known: &'a BTreeSet<String>,
        /// Each name that the file gives is one of them.
        complete: bool,
    },
}

/// A workflow as far as a test looks into it.
pub(super) struct Subject<'a> {
    /// Its name.
    pub id: &'a str,
    /// What starts it; `None`: it could not be read.
    pub trigger: Option<&'a Trigger>,
    /// What its steps do.
    pub verbs: Vec<&'a Verb>,
    /// The ids of its webhook steps.
    pub webhooks: Vec<&'a str>,
    /// Every step was understood: what is not among them is not in the workflow.
    pub whole: bool,
    /// The fields of its entry.
    pub entry: Option<&'a Known>,
    /// What a call hands in; `None`: it could not be read.
    pub inputs: Option<&'a BTreeMap<String, Input>>,
    /// Its rules for leaving.
    pub exits: &'a [ExitRule],
    /// Why its author lets somebody go, as the file has it, broken steps and all; `None`: nobody looked.
    pub written: Option<Vec<&'a str>>,
    /// Whether it has a goal.
    pub has_goal: bool,
    /// Whether it holds anybody out, to measure what it brings.
    pub holds_out: bool,
}

impl<'a> Subject<'a> {
    /// The workflow that is being read: its tests are read behind its steps.
    pub fn under_way(
        id: &'a str,
        trigger: Option<&'a Trigger>,
        arena: &'a Arena,
        around: &'a Around,
        exits: &'a [ExitRule],
        (has_goal, holds_out): (bool, bool),
    ) -> Self {
        Self {
            id,
            trigger,
            verbs: arena.drafts.iter().map(|draft| &draft.step.verb).collect(),
            webhooks: webhooks(arena.drafts.iter().map(|draft| &draft.step)),
            whole: arena.drafts.iter().all(|draft| !draft.broken),
            entry: around.scope.entry.as_ref(),
            inputs: Some(&around.inputs),
            exits,
            written: None,
            has_goal,
            holds_out,
        }
    }

    /// A workflow that was read.
    pub fn read(workflow: &'a Workflow, entries: &'a BTreeMap<String, Known>) -> Self {
        Self {
            id: workflow.id.as_str(),
            trigger: Some(&workflow.trigger),
            verbs: workflow.steps.iter().map(|step| &step.verb).collect(),
            webhooks: webhooks(workflow.steps.iter()),
            whole: true,
            entry: entries.get(workflow.id.as_str()),
            inputs: Some(&workflow.inputs),
            exits: &workflow.exit_when,
            written: None,
            has_goal: workflow.goal.is_some(),
            holds_out: workflow.holdout > 0,
        }
    }

    /// One that is named and could not be read: its own file says why.
    pub fn unread(id: &'a str) -> Self {
        Self {
            id,
            trigger: None,
            verbs: Vec::new(),
            webhooks: Vec::new(),
            whole: false,
            entry: None,
            inputs: None,
            exits: &[],
            written: None,
            has_goal: false,
            holds_out: false,
        }
    }
}

/// The reasons that a file writes behind `exit` and `reason`.
pub(super) fn written(file: &Node) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    gather(file, &mut found);
    Some(found)
}

fn gather<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    for entry in node.entries().unwrap_or_default() {
        // What a test expects is what is being asked.
        if entry.key == "tests" {
            continue;
        }
        if matches!(entry.key.as_str(), "exit" | "reason") {
            found.extend(entry.value.raw_text());
        }
        gather(&entry.value, found);
    }
    for item in node.items().unwrap_or_default() {
        gather(item, found);
    }
}

fn webhooks<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<&'a str> {
    steps.filter(|step| matches!(step.verb, Verb::Webhook { .. })).map(|step| step.id.as_str()).collect()
}

impl<'a> Start<'a> {
    /// Whether all the workflows that are meant are known.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Score => true,
            Self::Workflows { complete, .. } => *complete,
        }
    }

    /// The workflows that the test is about.
    pub fn subjects(&self) -> &[Subject<'a>] {
        match self {
            Self::Score => &[],
            Self::Workflows { subjects, .. } => subjects,
        }
    }
}
