//! What a new text of a workflow changes of an old one, step by step. Steps are the same by their ids.

use crate::step::{BlockOwner, Step, StepIx};
use crate::workflow::Workflow;
use model::StepId;
use std::collections::BTreeMap;

/// The difference of two versions, each list in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Only in the new one.
    pub added: Vec<StepId>,
    /// Only in the old one.
    pub removed: Vec<StepId>,
    /// In both, and it does something else, or under another condition.
    pub changed: Vec<StepId>,
    /// In both, and it stands elsewhere: in another list, or before what was before it.
    pub moved: Vec<StepId>,
}

/// Compares two versions.
pub fn of(old: &Workflow, new: &Workflow) -> Difference {
    let olds: BTreeMap<&StepId, &Step> = old.steps.iter().map(|step| (&step.id, step)).collect();
    let news: BTreeMap<&StepId, &Step> = new.steps.iter().map(|step| (&step.id, step)).collect();
    let only = |all: &[Step], others: &BTreeMap<&StepId, &Step>| {
        let ids = all.iter().map(|step| &step.id);
        ids.filter(|id| !others.contains_key(*id)).cloned().collect::<Vec<_>>()
    };
    let both: Vec<(&Step, &Step)> =
        new.steps.iter().filter_map(|step| Some((*olds.get(&step.id)?, step))).collect();
    let changed = both.iter().filter(|(was, is)| content(was) != content(is));
    let places: Vec<usize> = both
        .iter()
        .map(|(was, _)| old.steps.iter().position(|step| step.id == was.id).unwrap_or(usize::MAX))
        .collect();
    let stays = longest_rise(&places);
    let moved =
        both.iter().zip(stays).filter(|((was, is), stays)| !stays || list_of(old, was) != list_of(new, is));
    Difference {
        added: only(&new.steps, &olds),
        removed: only(&old.steps, &news),
        changed: changed.map(|(_, step)| step.id.clone()).collect(),
        moved: moved.map(|((_, step), _)| step.id.clone()).collect(),
    }
}

/// Whether two steps do the same, wherever they stand.
pub fn same(one: &Step, other: &Step) -> bool {
    content(one) == content(other)
}

/// What a step does, without where it stands in its file and in its workflow: `Debug` writes every field, and
/// places are the fields of these three types alone.
fn content(step: &Step) -> String {
    let mut text = format!("{:?} {:?} {:?} {:?}", step.only_if, step.retry, step.on_error, step.verb);
    for (begin, end) in [("Span {", '}'), ("BlockIx(", ')'), ("StepIx(", ')')] {
        let mut rest = text.as_str();
        let mut kept = String::with_capacity(text.len());
        while let Some((before, behind)) = rest.split_once(begin) {
            kept.push_str(before);
            rest = behind.split_once(end).map_or("", |(_, behind)| behind);
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}

/// The list that a step stands in, as far as ids name it.
fn list_of(workflow: &Workflow, step: &Step) -> (u8, Option<StepId>, u32) {
    let id = |at: StepIx| workflow.step(at).map(|step| step.id.clone());
    match workflow.block(step.block).map(|block| block.owner) {
        Some(BlockOwner::Root) | None => (0, None, 0),
        Some(BlockOwner::Goal) => (1, None, 0),
        Some(BlockOwner::Arm(at, arm)) => (2, id(at), arm),
        Some(BlockOwner::EventThen(at, event)) => (3, id(at), event),
        Some(BlockOwner::Point(at, point)) => (4, id(at), point),
        Some(BlockOwner::Pass(at)) => (5, id(at), 0),
    }
}

/// Which of the numbers belong to a longest rising row of them: the fewest others have moved.
fn longest_rise(numbers: &[usize]) -> Vec<bool> {
    // For each: how long the longest row is that ends with it, and which one is before it there.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let before = numbers
            .iter()
            .zip(&rows)
            .take(at)
            .enumerate()
            .filter(|(_, (other, _))| *other < number)
            .max_by_key(|(place, (_, row))| (row.0, std::cmp::Reverse(*place)));
        rows.push(before.map_or((1, None), |(place, (_, row))| (row.0 + 1, Some(place))));
    }
    let longest = rows.iter().enumerate().max_by_key(|(place, row)| (row.0, std::cmp::Reverse(*place)));
    let mut next = longest.map(|(place, _)| place);
    let mut stays = vec![false; numbers.len()];
    while let Some(place) = next {
        if let Some(stays) = stays.get_mut(place) {
            *stays = true;
        }
        next = rows.get(place).and_then(|row| row.1);
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{File, Settings};

    fn workflow(steps: &str) -> std::sync::Arc<Workflow> {
        let text = format!("workflow: w\ntrigger: {{ event: go }}\nconsent: none\nsteps:\n{steps}");
        let files = [
            File { path: "workflows/w.yaml".to_owned(), text },
            File {
                path: "workflows/model.yaml".to_owned(),
                text: "model: m\nevents:\n  go: {}\n".to_owned(),
            },
        ];
        let settings = Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
        let loaded = crate::load(&files, &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        loaded.project.workflows.into_values().next().unwrap()
    }

    fn said(old: &str, new: &str) -> [String; 4] {
        let found = of(&workflow(old), &workflow(new));
        let ids = |ids: &[StepId]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ");
        [ids(&found.added), ids(&found.removed), ids(&found.changed), ids(&found.moved)]
    }

    #[test]
    fn what_stays_is_not_named_wherever_its_lines_have_gone() {
        let old = "  - tag: a\n  - wait: 3 days\n    id: rest\n  - tag: b\n";
        let new = "  # a remark\n  - tag: a\n    note: another remark\n  - tag: c\n  - { wait: 3 days, id: rest }\n  - tag: b\n";
        assert_eq!(said(old, new), ["tag:c", "", "", ""]);
        assert_eq!(said(new, old), ["", "tag:c", "", ""]);
    }

    #[test]
    fn a_changed_length_a_condition_and_a_list_are_seen() {
        let old = "  - wait: 3 days\n    id: rest\n  - tag: a\n  - tag: b\n  - tag: c\n";
        let new = "  - wait: 1 day\n    id: rest\n  - tag: c\n  - tag: a\n    only_if: customer.email is known\n  - if: customer.email is known\n    id: asks\n    then:\n      - tag: b\n";
        assert_eq!(said(old, new), ["asks", "", "rest tag:a", "tag:c tag:b"]);
    }

    #[test]
    fn the_fewest_have_moved() {
        assert_eq!(longest_rise(&[0, 3, 1, 2]), [true, false, true, true]);
        assert_eq!(longest_rise(&[]), [false; 0]);
        assert_eq!(longest_rise(&[2, 1, 0]).iter().filter(|stays| **stays).count(), 1);
    }
}
