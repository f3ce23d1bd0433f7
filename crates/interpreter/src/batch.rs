//! A batch: the turns of up to 500 customers, and the rounds in which they are given reps.

use crate::assign::{self, Asker};
use crate::contest;
use crate::keep::Kept;
use crate::release;
use crate::turn::Turn;
use crate::world::{Held, People, World, held};
use jiff::Timestamp;
use model::{Changes, Snapshot, Work};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rounds of assignments in one batch, at most; what still asks then goes on in the next batch.
const MOST_ROUNDS: usize = 8;

/// A batch under way: everything is decided that needs no rep.
pub struct Batch<'a> {
    world: World<'a>,
    turns: Vec<Turn<'a>>,
    /// What reps had open of these customers.
    before: Vec<Held>,
    asking: Vec<usize>,
    now: Timestamp,
}

/// Decides for a batch.
pub fn decide(
    world: World<'_>,
    people: &mut People,
    work: Vec<Work>,
    now: Timestamp,
) -> Vec<(Snapshot, Changes)> {
    Batch::begin(world, people, work, now).finish(people)
}

impl<'a> Batch<'a> {
    /// Decides up to where somebody asks for a rep.
    pub fn begin(world: World<'a>, people: &mut People, work: Vec<Work>, now: Timestamp) -> Self {
        contest::settle(&world, people, now);
        let reps = Arc::new(people.reps.clone());
        let kept = Arc::new(Kept::of(&world));
        let contests = Arc::new(people.contests.clone());
        let before = work.iter().flat_map(|work| held(&world.library.model, &work.snapshot)).collect();
        let mut turns: Vec<Turn<'_>> = work
            .into_iter()
            .map(|work| {
                let turn = Turn::new(world, Arc::clone(&reps), work.snapshot, work.inputs, now);
                turn.with_contests(Arc::clone(&contests)).with_kept(Arc::clone(&kept))
            })
            .collect();
        let mut asking: Vec<usize> = Vec::new();
        for (place, turn) in turns.iter_mut().enumerate() {
            if !turn.run_with(&mut people.senders) {
                asking.push(place);
            }
        }
        Self { world, turns, before, asking, now }
    }

    /// Whether anybody asks for a rep, so that the reps' load is needed to go on.
    pub fn asks(&self) -> bool {
        !self.asking.is_empty()
    }

    /// The companies of those who ask, for `sticky`.
    pub fn companies(&self) -> BTreeSet<String> {
        let asking = self.asking.iter().filter_map(|place| self.turns.get(*place));
        asking.filter_map(|turn| turn.request()?.company.clone()).collect()
    }

    /// Answers the requests, round by round. Requests of one round are ordered by (team, instant, asker), so
    /// that every worker, and the simulation, gives the same reps.
    pub fn finish(self, people: &mut People) -> Vec<(Snapshot, Changes)> {
        let Self { world, mut turns, before, mut asking, now } = self;
        for _ in 0..MOST_ROUNDS {
            if asking.is_empty() {
                break;
            }
            asking.sort_by_key(|place| {
                let request = turns.get(*place).and_then(Turn::request);
                request.map(|request| (request.team.clone(), request.at, request.asker.order()))
            });
            let mut still = Vec::new();
            for place in asking {
                let Some(turn) = turns.get_mut(place) else { continue };
                if let Some(request) = turn.request().cloned() {
                    let chosen = match &request.asker {
                        Asker::Walk { .. } | Asker::Lead { .. } => assign::choose(&world, people, &request),
                        Asker::Claim { rep, .. } => assign::claim(&world, people, &request, rep),
                    };
                    turn.give(&chosen);
                }
                if !turn.run_with(&mut people.senders) {
                    still.push(place);
                }
            }
            asking = still;
        }
        let mut decided: Vec<(Snapshot, Changes)> = turns.into_iter().map(Turn::finish).collect();
        release::answer(&world, people, &mut decided);
        let after: Vec<Held> =
            decided.iter().flat_map(|(snapshot, _)| held(&world.library.model, snapshot)).collect();
        people.settle(&before, &after);
        for (_, changes) in &decided {
            contest::count(people, changes);
        }
        contest::settle(&world, people, now);
        decided
    }
}
