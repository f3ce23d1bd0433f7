//! Messages that are held for a reason that may end at any time are asked again as soon as it may have.

use crate::condition;
use crate::keep;
use crate::turn::Turn;
use model::{Enrollment, EnrollmentId, WalkState};

/// What a turn took back counts no more.
pub(crate) fn take_back(turn: &mut Turn<'_>) {
    let (walks, topics) = turn.taken_back;
    if turn.changes.cancels.len() == walks && turn.changes.cancel_topics.len() == topics {
        return;
    }
    let before = turn.snapshot.sent.len();
    let ended = turn.changes.cancels.get(walks..).unwrap_or_default();
    let forbidden = turn.changes.cancel_topics.get(topics..).unwrap_or_default();
    turn.snapshot.sent.retain(|sent| {
        let gone = (!sent.shared && ended.iter().any(|(walk, _)| *walk == sent.enrollment))
            || forbidden.iter().any(|(topic, medium)| {
                topic.as_deref().is_none_or(|topic| sent.topic.as_deref() == Some(topic))
                    && medium.is_none_or(|medium| medium == sent.medium)
            });
        !(gone && sent.open)
    });
    turn.freed |= turn.snapshot.sent.len() != before;
    turn.taken_back = (turn.changes.cancels.len(), turn.changes.cancel_topics.len());
}

/// The next walk whose message is to be asked again, since something has happened to the customer.
pub(crate) fn next(turn: &mut Turn<'_>) -> Option<EnrollmentId> {
    take_back(turn);
    if turn.stirred {
        turn.stirred = false;
        let freed = std::mem::take(&mut turn.freed);
        let mut again: Vec<_> = turn
            .snapshot
            .enrollments
            .iter()
            .filter(|walk| is_to_be_asked(turn, walk, freed))
            .filter_map(|walk| {
                let priority = turn.world.workflows.versions.get(&walk.version)?.priority;
                Some((-priority, walk.walk.first_due, walk.id.clone()))
            })
            .collect();
        again.sort();
        turn.again = again.into_iter().map(|(_, _, id)| id).collect();
    }
    turn.again.pop_front()
}

fn is_to_be_asked(turn: &Turn<'_>, walk: &Enrollment, freed: bool) -> bool {
    let Some(held) = &walk.walk.held else { return false };
    let WalkState::Waiting { wake_at, .. } = walk.state else { return false };
    if turn.world.workflows.is_paused(&walk.workflow, turn.now) {
        return false;
    }
    match held.why.as_str() {
        "hold_while" => {
            let version = turn.world.workflows.versions.get(&walk.version);
            let hold = version.and_then(|workflow| workflow.hold_while.as_ref());
            let facts = turn.facts(Some(walk), None, turn.last.at);
            // It holds no more, or time alone may end it sooner than was thought.
            hold.is_none_or(|hold| {
                !condition::holds(&hold.when, &facts)
                    || keep::next_change(&hold.when, &facts).is_some_and(|change| change < wake_at)
            })
        }
        "frequency_cap" | "spacing" => freed,
        // What it is kept for may have gone another way.
        "reserved" => true,
        _ => false,
    }
}
