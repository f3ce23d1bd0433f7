//! `moved:` where a publish takes who stands at a step that this version no longer has.

use super::arena::Arena;
use super::desk::Desk;
use crate::diagnostic::Code;
use crate::yaml::Node;
use model::{MovedTo, StepId};
use std::collections::BTreeMap;

/// The word for those who leave.
const EXIT: &str = "exit";

/// Reads the map: the id of a step that is gone, and the id of one that is there, or `exit`.
pub(super) fn read(node: &Node, arena: &Arena, desk: &mut Desk<'_>) -> BTreeMap<StepId, MovedTo> {
    let mut moved = BTreeMap::new();
    let ids: Vec<&StepId> = arena.drafts.iter().map(|draft| &draft.step.id).collect();
    for entry in desk.entries(node) {
        let old = StepId::new(&entry.key);
        if ids.contains(&&old) {
            desk.report.error(Code::E0661, entry.key_span).arg("id", &entry.key).help("E0661-help");
            continue;
        }
        let Some(new) = desk.text(&entry.value) else { continue };
        let to = StepId::new(&new);
        if ids.contains(&&to) {
            moved.insert(old, MovedTo::Step(to));
        } else if new == EXIT {
            moved.insert(old, MovedTo::Exit);
        } else {
            let known = ids.iter().map(|id| id.as_str()).chain([EXIT]);
            desk.unknown(Code::E0660, &new, entry.value.span, known);
        }
    }
    moved
}
