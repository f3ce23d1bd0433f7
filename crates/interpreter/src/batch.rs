//! A batch: the turns of up to 500 customers, and the rounds in which they are given reps.

use crate::assign;
use crate::contest;
use crate::keep::Kept;
use crate::turn::Turn;
use crate::world::{People, World};
use jiff::Timestamp;
use model::{Changes, Snapshot, Work};
use std::sync::Arc;

/// Rounds of assignments in one batch, at most; what still asks then goes on in the next batch.
const MOST_ROUNDS: usize = 8;

/// Decides for a batch. Requests of one round are ordered by (team, instant, enrollment), so that every
/// worker, and the simulation, gives the same reps.
pub fn decide(
    world: World<'_>,
    people: &mut People,
    work: Vec<Work>,
    now: Timestamp,
) -> Vec<(Snapshot, Changes)> {
    contest::settle(&world, people, now);
    let reps = Arc::new(people.reps.clone());
    let kept = Arc::new(Kept::of(&world));
    let contests = Arc::new(people.contests.clone());
    let mut turns: Vec<Turn<'_>> = work
        .into_iter()
        .map(|work| {
            let turn = Turn::new(world, Arc::clone(&reps), work.snapshot, work.inputs, now);
            turn.with_contests(Arc::clone(&contests)).with_kept(Arc::clone(&kept))
        })
        .collect();
    let mut asking: Vec<usize> = Vec::new();
    for (place, turn) in turns.iter_mut().enumerate() {
        if !turn.run() {
            asking.push(place);
        }
    }
    for _ in 0..MOST_ROUNDS {
        if asking.is_empty() {
            break;
        }
        asking.sort_by_key(|place| {
            let request = turns.get(*place).and_then(Turn::request);
            request.map(|request| (request.team.clone(), request.at, request.enrollment.clone()))
        });
        let mut still = Vec::new();
        for place in asking {
            let Some(turn) = turns.get_mut(place) else { continue };
            if let Some(request) = turn.request().cloned() {
                let chosen = assign::choose(world.library, people, &request);
                turn.give(&chosen);
            }
            if !turn.run() {
                still.push(place);
            }
        }
        asking = still;
    }
    let decided: Vec<_> = turns.into_iter().map(Turn::finish).collect();
    for (_, changes) in &decided {
        contest::count(people, changes);
    }
    contest::settle(&world, people, now);
    decided
}
