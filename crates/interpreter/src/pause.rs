//! Workflows that are, or were, held (rules.md §5.15): no step, no entry. What would have fired in between is
//! missed; walks, those who stand in line, and what came before and had not been looked at, go on when the pause
//! is over.

use crate::release;
use crate::world::Workflows;
use jiff::Timestamp;
use model::{TimerKey, WorkflowId};

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

/// What a pause does to something that fires at one instant and is looked at at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Firing {
    /// Nothing.
    Counts,
    /// It fires while the workflow is held: it is missed.
    Missed,
    /// It came before, and nobody has looked at it: it waits for the end of the pause.
    Waits,
}

impl Workflows {
    /// What a pause does to something that fires at `at`, and is looked at `now`.
    pub(crate) fn firing(&self, id: &WorkflowId, at: Timestamp, now: Timestamp) -> Firing {
        if self.is_paused(id, at) {
            Firing::Missed
        } else if self.is_paused(id, now) {
            Firing::Waits
        } else {
            Firing::Counts
        }
    }

    /// Whether a pause keeps a timer as it is: of who stands in line, and of what came before the pause.
    pub(crate) fn keeps(&self, key: &TimerKey, fire_at: Timestamp, now: Timestamp) -> bool {
        self.is_paused(&key.workflow, now)
            && (release::lets_in(key) || !self.is_paused(&key.workflow, fire_at))
    }

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

    #[test]
    fn what_came_before_a_pause_waits_for_its_end_and_what_comes_in_it_is_missed() {
        let id = WorkflowId::new("w");
        let mut workflows = Workflows::default();
        let pauses = vec![Pause { from: at(10), until: Some(at(20)) }, Pause { from: at(30), until: None }];
        workflows.pauses.insert(id.clone(), pauses);
        let firing = |fires: i64, now: i64| workflows.firing(&id, at(fires), at(now));
        assert_eq!((firing(9, 9), firing(9, 10)), (Firing::Counts, Firing::Waits));
        assert_eq!((firing(10, 10), firing(10, 25)), (Firing::Missed, Firing::Missed));
        assert_eq!((firing(9, 25), firing(25, 40)), (Firing::Counts, Firing::Waits));
        let keeps = |subject: &str, fires: i64, now: i64| {
            let key = TimerKey { workflow: id.clone(), subject: subject.to_owned() };
            workflows.keeps(&key, at(fires), at(now))
        };
        assert_eq!([keeps("", 9, 12), keeps("", 12, 12), keeps("", 9, 25)], [true, false, false]);
        assert_eq!([keeps("@release/e", 12, 12), keeps("@release/e", 12, 25)], [true, false]);
    }
}
