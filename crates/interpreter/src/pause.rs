//! Workflows that are, or were, held (rules.md §5.15): no step, no entry. What would have fired in between is
//! missed; walks, and those who stand in line, go on when the pause is over.

use crate::world::Workflows;
use jiff::Timestamp;
use model::WorkflowId;

/// A time in which a workflow is held: `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The first instant.
    pub from: Timestamp,
    /// When it goes on; `None`: nobody has said so yet.
    pub until: Option<Timestamp>,
}

impl Pause {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Workflows {
    /// Whether a workflow is held at an instant.
    pub fn is_paused(&self, id: &WorkflowId, at: Timestamp) -> bool {
        self.pauses.get(id).is_some_and(|pauses| pauses.iter().any(|pause| pause.holds(at)))
    }

    /// The first instant from `at` on at which a workflow is not held; `None`: it is held until somebody lets
    /// it go on.
    pub fn goes_on(&self, id: &WorkflowId, at: Timestamp) -> Option<Timestamp> {
        let mut at = at;
        while let Some(pause) =
            self.pauses.get(id).and_then(|pauses| pauses.iter().find(|pause| pause.holds(at)))
        {
            at = pause.until?;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_pause_holds_from_its_first_instant_to_before_its_end() {
        let id = WorkflowId::new("w");
        let mut workflows = Workflows::default();
        let pauses = [(10, Some(20)), (20, Some(30)), (50, None)];
        let pauses = pauses.map(|(from, until)| Pause { from: at(from), until: until.map(at) });
        workflows.pauses.insert(id.clone(), pauses.to_vec());
        let held = [9, 10, 19, 20, 30, 49, 50, 99].map(|second| workflows.is_paused(&id, at(second)));
        assert_eq!(held, [false, true, true, true, false, false, true, true]);
        assert_eq!(workflows.goes_on(&id, at(12)), Some(at(30)), "one pause after the other");
        assert_eq!(workflows.goes_on(&id, at(40)), Some(at(40)));
        assert_eq!(workflows.goes_on(&id, at(60)), None);
        assert!(!workflows.is_paused(&WorkflowId::new("another"), at(12)));
    }
}
