//! Lots: arms of splits and holdouts. A lot is a hash of (workflow, split, customer), drawn once for ever.

use crate::contest;
use crate::turn::Turn;
use dsl::step::Way;
use dsl::workflow::Workflow;
use model::stable_hash;
use std::collections::BTreeMap;

/// The whole of all shares.
pub const WHOLE: u32 = 1_000_000;
const HOLDOUT: &str = "holdout";

/// Where a customer falls, 0 to 999,999; the same on every machine for ever.
fn lot(workflow: &str, split: &str, customer: &str) -> u32 {
    (stable_hash(&["draw", workflow, split, customer]) % u128::from(WHOLE)) as u32
}

/// What a test fixes: for this workflow (`winback.offer`), or for whichever (`offer`).
fn picked<'p>(pick: &'p BTreeMap<String, String>, workflow: &Workflow, name: &str) -> Option<&'p String> {
    pick.get(&format!("{}.{name}", workflow.id)).or_else(|| pick.get(name))
}

/// Whether the customer is left alone by this workflow, to measure.
pub(crate) fn held_out(turn: &mut Turn<'_>, workflow: &Workflow) -> bool {
    if let Some(pick) = turn.world.trial.map(|trial| trial.pick) {
        return picked(pick, workflow, HOLDOUT).is_some_and(|picked| picked == "true");
    }
    let key = (workflow.id.clone(), HOLDOUT.to_owned());
    if let Some(arm) = turn.snapshot.draws.get(&key) {
        return arm == "held_out";
    }
    let held = lot(workflow.id.as_str(), HOLDOUT, turn.snapshot.customer.id.as_str()) < workflow.holdout;
    let arm = if held { "held_out" } else { "treated" };
    turn.snapshot.draws.insert(key.clone(), arm.to_owned());
    turn.changes.draws.insert(key);
    held
}

/// The arm of a split.
pub(crate) fn arm(turn: &mut Turn<'_>, workflow: &Workflow, split: &str, ways: &[Way]) -> Option<String> {
    if let Some(picked) = turn.world.trial.and_then(|trial| picked(trial.pick, workflow, split))
        && ways.iter().any(|way| way.name == *picked)
    {
        return Some(picked.clone());
    }
    let key = (workflow.id.clone(), split.to_owned());
    if let Some(arm) = turn.snapshot.draws.get(&key)
        && ways.iter().any(|way| way.name == *arm)
    {
        return Some(arm.clone());
    }
    // Once there is a winner everybody new takes it; who has drawn stays where they are.
    if let Some((winner, _)) = contest::decided(turn, workflow, split)
        && ways.iter().any(|way| way.name == winner)
    {
        turn.snapshot.draws.insert(key.clone(), winner.clone());
        turn.changes.draws.insert(key);
        return Some(winner);
    }
    let lot = lot(workflow.id.as_str(), split, turn.snapshot.customer.id.as_str());
    let mut edge = 0_u32;
    let mut arm = ways.last()?.name.clone();
    for way in ways {
        edge = edge.saturating_add(way.share);
        if lot < edge {
            arm = way.name.clone();
            break;
        }
    }
    turn.snapshot.draws.insert(key.clone(), arm.clone());
    turn.changes.draws.insert(key);
    Some(arm)
}
