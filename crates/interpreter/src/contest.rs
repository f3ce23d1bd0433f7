//! Arms that compete: customers are counted in the arm they drew, and the one that brought the most, per
//! customer, wins. A decision stands for ever.

use crate::calendar::add::add;
use crate::turn::Turn;
use crate::world::{Moment, People, World};
use dsl::step::{Verb, Way, Winner, WinnerAfter};
use dsl::workflow::Workflow;
use jiff::Timestamp;
use model::{
    Ballot, Changes, Contest, ContestKey, Enrollment, Event, Snapshot, Standing, StandingKey, StandingKind,
    StepId, Tally, WalkState,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long a way waits for a winner that is decided after so many sends, in days; then it takes `otherwise`.
pub(crate) const MOST_WAIT_DAYS: i64 = 30;

/// What a customer is counted as; the text of the standing.
#[derive(Serialize, Deserialize)]
struct Counted {
    arm: String,
    #[serde(rename = "as")]
    stands: Stands,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stands {
    /// Drawn, and not yet sent a message.
    Drawn,
    /// Sent a message: measured.
    Sent,
    /// Did what is measured.
    Reached,
}

/// The contests of a version: the names of its splits with a winner.
fn contests_of(workflow: &Workflow) -> impl Iterator<Item = (&str, &[Way], &Winner)> {
    workflow.steps.iter().filter_map(|step| {
        let Verb::Split { name, ways, winner: Some(winner) } = &step.verb else { return None };
        Some((name.as_str(), ways.as_slice(), winner))
    })
}

/// Whether any version has arms that compete.
pub fn any_in(workflow: &Workflow) -> bool {
    contests_of(workflow).next().is_some()
}

/// Decides the contests whose time has come, for all customers alike, before anybody's turn.
pub(crate) fn settle(world: &World<'_>, people: &mut People, now: Timestamp) {
    if people.contests.is_empty() {
        return;
    }
    let workflows: Vec<_> = world.workflows.in_order().into_iter().cloned().collect();
    for workflow in workflows {
        for (name, ways, winner) in contests_of(&workflow) {
            let Some(contest) = people.contests.get_mut(&(workflow.id.clone(), name.to_owned())) else {
                continue;
            };
            if contest.decided.is_none()
                && let Some(at) = due(world, winner, contest, now).filter(|at| *at <= now)
            {
                contest.decided = Some((best(winner, ways, contest), at));
            }
        }
    }
}

/// When a contest is decided, as far as that is known.
fn due(world: &World<'_>, winner: &Winner, contest: &Contest, now: Timestamp) -> Option<Timestamp> {
    let started = contest.started_at?;
    match &winner.after {
        WinnerAfter::Length(length) => Some(add(started, length, world.zone, &world.library.calendar)),
        WinnerAfter::Sends(count) => (contest.people() >= i64::from(*count)).then_some(now),
    }
}

/// The arm with the greatest share of people who did it. Too few in any arm, or a tie: `otherwise`.
fn best(winner: &Winner, ways: &[Way], contest: &Contest) -> String {
    let none = Tally::default();
    let tallies: Vec<(&str, Tally)> = ways
        .iter()
        .filter(|way| way.takes.is_none())
        .map(|way| (way.name.as_str(), *contest.arms.get(&way.name).unwrap_or(&none)))
        .collect();
    if tallies.iter().any(|(_, tally)| tally.people < i64::from(winner.at_least).max(1)) {
        return winner.otherwise.clone();
    }
    // Shares are compared crosswise, exactly.
    let share = |a: &Tally, b: &Tally| {
        (i128::from(a.reached) * i128::from(b.people)).cmp(&(i128::from(b.reached) * i128::from(a.people)))
    };
    let Some((name, most)) = tallies.iter().max_by(|a, b| share(&a.1, &b.1)) else {
        return winner.otherwise.clone();
    };
    let as_good = tallies.iter().filter(|(_, tally)| share(tally, most).is_eq()).count();
    if as_good > 1 { winner.otherwise.clone() } else { (*name).to_owned() }
}

/// The contests that are decided.
pub fn decisions(people: &People) -> BTreeSet<ContestKey> {
    let decided = people.contests.iter().filter(|(_, contest)| contest.decided.is_some());
    decided.map(|(key, _)| key.clone()).collect()
}

/// Whether a walk waits at a split for its winner, without knowing until when.
pub(crate) fn waits_at(workflow: &Workflow, split: &str, walk: &Enrollment) -> bool {
    matches!(&walk.state, WalkState::Waiting { step, .. } if step_to_wake(workflow, split) == Some(step))
}

/// The step at which walks wait for a winner that comes after so many sends. After a length of time they wake
/// by themselves: `None`.
pub fn step_to_wake<'w>(workflow: &'w Workflow, split: &str) -> Option<&'w StepId> {
    let by_sends = |verb: &Verb| {
        let Verb::Split { name, winner: Some(winner), .. } = verb else { return false };
        name == split && matches!(winner.after, WinnerAfter::Sends(_))
    };
    workflow.steps.iter().find(|step| by_sends(&step.verb)).map(|step| &step.id)
}

/// Adds up what the turns of a batch counted.
pub(crate) fn count(people: &mut People, changes: &Changes) {
    for ballot in &changes.ballots {
        people.contests.entry(ballot.contest.clone()).or_default().count(ballot);
    }
}

/// The arm that everybody new takes; `None`: still open, or the arms do not compete.
pub(crate) fn decided(turn: &Turn<'_>, workflow: &Workflow, split: &str) -> Option<(String, Timestamp)> {
    turn.contests.get(&(workflow.id.clone(), split.to_owned()))?.decided.clone()
}

/// When to ask again for the winner, at the latest.
pub(crate) fn until(
    turn: &Turn<'_>,
    workflow: &Workflow,
    split: &str,
    winner: &Winner,
    at: Timestamp,
) -> Timestamp {
    let known = turn.contests.get(&(workflow.id.clone(), split.to_owned()));
    match &winner.after {
        WinnerAfter::Length(length) => {
            let from = known.and_then(|contest| contest.started_at).unwrap_or(at);
            add(from, length, turn.world.zone, &turn.world.library.calendar)
        }
        WinnerAfter::Sends(_) => at + jiff::SignedDuration::from_hours(24 * MOST_WAIT_DAYS),
    }
}

/// A customer has drawn an arm of a contest that is open. Where no message can follow, they count at once.
pub(crate) fn drawn(turn: &mut Turn<'_>, workflow: &Workflow, split: &str, arm: &str, at: Timestamp) {
    let key = standing_of(workflow, split);
    if turn.snapshot.standings.contains_key(&key) {
        return;
    }
    stand(turn, key.clone(), arm, Stands::Drawn, at);
    if !workflow.steps.iter().any(|step| matches!(step.verb, Verb::Send(_))) {
        measure(turn, workflow, at);
    }
}

/// A message to the customer leaves this walk: those drawn and not yet counted are measured from now on.
pub(crate) fn measure(turn: &mut Turn<'_>, workflow: &Workflow, at: Timestamp) {
    let names: Vec<String> = contests_of(workflow).map(|(name, _, _)| name.to_owned()).collect();
    for name in names {
        move_on(turn, (workflow, &name), Stands::Drawn, Stands::Sent, at);
    }
}

/// Whether the customer has drawn an arm that competes: nobody else's facts are looked at.
pub(crate) fn is_counted(snapshot: &Snapshot) -> bool {
    snapshot.standings.keys().any(|key| key.kind == StandingKind::Contest)
}

/// A fact may be what a contest measures.
pub(crate) fn met(turn: &mut Turn<'_>, workflow: &Workflow, event: &Event, moment: Moment) {
    let reached: Vec<String> = contests_of(workflow)
        .filter(|(_, _, winner)| winner.by == event.name && crate::route::counts(event, None))
        .map(|(name, _, _)| name.to_owned())
        .collect();
    for name in reached {
        let key = standing_of(workflow, &name);
        if turn.snapshot.standings.get(&key).is_some_and(|standing| standing.at < event.at) {
            move_on(turn, (workflow, &name), Stands::Sent, Stands::Reached, moment.at);
        }
    }
}

fn move_on(turn: &mut Turn<'_>, of: (&Workflow, &str), from: Stands, to: Stands, at: Timestamp) {
    let (workflow, split) = of;
    let key = standing_of(workflow, split);
    let Some(standing) = turn.snapshot.standings.get(&key) else { return };
    let Ok(counted) = serde_json::from_str::<Counted>(&standing.state) else { return };
    if counted.stands != from {
        return;
    }
    let contest: ContestKey = (workflow.id.clone(), split.to_owned());
    if decided(turn, workflow, split).is_none() {
        let reached = to == Stands::Reached;
        turn.changes.ballots.push(Ballot { contest, arm: counted.arm.clone(), reached, at });
    }
    stand(turn, key, &counted.arm, to, at);
}

fn standing_of(workflow: &Workflow, split: &str) -> StandingKey {
    StandingKey { kind: StandingKind::Contest, name: format!("{}/{split}", workflow.id) }
}

fn stand(turn: &mut Turn<'_>, key: StandingKey, arm: &str, stands: Stands, at: Timestamp) {
    let counted = Counted { arm: arm.to_owned(), stands };
    let state = serde_json::to_string(&counted).unwrap_or_default();
    turn.snapshot.standings.insert(key.clone(), Standing { at, state });
    turn.changes.standings.insert(key);
}

/// Every contest that has begun.
pub type Contests = BTreeMap<ContestKey, Contest>;

#[cfg(test)]
mod tests {
    use super::*;

    fn way(name: &str) -> Way {
        Way { name: name.to_owned(), share: 500_000, vars: vec![], steps: None, takes: None }
    }

    fn won(at_least: u32, a: (i64, i64), b: (i64, i64)) -> String {
        let winner = Winner {
            by: "order.paid".to_owned(),
            after: WinnerAfter::Sends(100),
            at_least,
            otherwise: "b".to_owned(),
        };
        let tally = |(people, reached)| Tally { people, reached };
        let arms = BTreeMap::from([("a".to_owned(), tally(a)), ("b".to_owned(), tally(b))]);
        best(&winner, &[way("a"), way("b")], &Contest { arms, ..Contest::default() })
    }

    #[test]
    fn the_greater_share_wins_and_not_the_greater_number() {
        assert_eq!(won(30, (40, 8), (400, 60)), "a");
        assert_eq!(won(30, (400, 60), (40, 8)), "b");
    }

    #[test]
    fn a_tie_or_too_few_take_otherwise() {
        assert_eq!(won(30, (40, 8), (80, 16)), "b", "a tie");
        assert_eq!(won(30, (29, 20), (400, 1)), "b", "too few in one arm");
        assert_eq!(won(1, (0, 0), (10, 0)), "b", "nobody in one arm");
        assert_eq!(won(29, (29, 20), (400, 1)), "a");
    }
}
