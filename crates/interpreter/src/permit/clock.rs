//! Quiet hours and windows: the next instant that suits both.

use super::Asked;
use crate::calendar::window;
use dsl::step::{BlockOwner, Late, StepIx, Verb};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::Windows;

/// Rounds in which quiet hours and windows look for an instant that suits both, at most.
const MOST_ROUNDS: usize = 60;

/// The first instant from `from` on at which neither quiet hours nor a window holds the message, and which
/// of them moved it last.
pub(super) fn opens(asked: &Asked<'_, '_, '_>, from: Timestamp) -> (Timestamp, &'static str) {
    let walker = asked.walker;
    let zone = &walker.turn.zone;
    let library = walker.turn.world.library;
    let quiet: Option<&Windows> = if asked.marketing {
        walker.workflow.quiet_hours.as_ref().or(library.quiet_hours.as_ref())
    } else {
        None
    };
    let held_back = walker.moment.at > walker.moment.due;
    let free_of_windows = asked.message.late == Late::Run && held_back;
    let windows = if free_of_windows { None } else { window_above(&walker.workflow, asked.at) };
    let mut instant = from;
    let mut held_by = "quiet_hours";
    for _ in 0..MOST_ROUNDS {
        let before = instant;
        if let Some(windows) = windows {
            let open = window::next_open(windows, instant, zone, &library.calendar);
            if open > instant {
                held_by = "window";
                instant = open;
            }
        }
        if let Some(quiet) = quiet {
            let free = window::quiet_ends(quiet, instant, zone, &library.calendar);
            if free > instant {
                held_by = "quiet_hours";
                instant = free;
            }
        }
        if instant == before {
            break;
        }
    }
    (instant, held_by)
}

/// A `wait_until` directly before a message binds the message too, whatever defers it.
fn window_above(workflow: &Workflow, at: StepIx) -> Option<&Windows> {
    let mut at = at;
    loop {
        let step = workflow.step(at)?;
        let block = workflow.block(step.block)?;
        if step.place > 0 {
            let above = workflow.step(*block.steps.get(step.place as usize - 1)?)?;
            let Verb::WaitUntil(windows) = &above.verb else { return None };
            return Some(windows);
        }
        at = match block.owner {
            BlockOwner::Arm(owner, _) => owner,
            BlockOwner::Root
            | BlockOwner::Goal
            | BlockOwner::EventThen(..)
            | BlockOwner::Point(..)
            | BlockOwner::Pass(_) => return None,
        };
    }
}
