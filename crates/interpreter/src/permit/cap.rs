//! Frequency caps: which messages count, and when a place is free (rules.md §5.13).

use super::reserve::{self, Foreseen};
use super::{Asked, resting_message};
use dsl::condition::instants::shift_instant;
use dsl::library::{Cap, CapPeriod};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Sent, zone};

/// One cap, as it stands for the message at the gate.
pub(super) struct Places<'c> {
    pub cap: &'c Cap,
    /// When each message that takes a place ceases to count, the earliest first.
    ends: Vec<Timestamp>,
    /// What the last place is kept for, and until when.
    pub kept_for: Option<Foreseen>,
}

/// Until when a message of this instant counts.
pub(super) fn counts_until(cap: &Cap, at: Timestamp, zone: &TimeZone, project_zone: &TimeZone) -> Timestamp {
    match &cap.per {
        CapPeriod::Rolling(length) => {
            shift_instant(at, length, false, project_zone).unwrap_or(Timestamp::MAX)
        }
        CapPeriod::CalendarDay => {
            let day = zone::date_of(at, zone);
            day.tomorrow().map_or(Timestamp::MAX, |next| zone::start_of_day(next, zone))
        }
    }
}

/// The caps that the message at the gate falls under.
pub(super) fn of<'a>(asked: &Asked<'_, '_, 'a>) -> Vec<Places<'a>> {
    if !asked.marketing {
        return Vec::new();
    }
    let world = asked.walker.turn.world;
    let policies = &world.library.policies;
    let bound = policies.caps.iter().filter(|cap| cap.binds(asked.topic, asked.message.medium));
    bound.map(|cap| places(asked, cap)).collect()
}

fn places<'a>(asked: &Asked<'_, '_, 'a>, cap: &'a Cap) -> Places<'a> {
    let turn = &asked.walker.turn;
    let until = |at| counts_until(cap, at, &turn.zone, turn.world.zone);
    let counted = |sent: &&Sent| sent.marketing && cap.binds(sent.topic.as_deref(), sent.medium);
    let sent = turn.snapshot.sent.iter().filter(counted).map(|sent| until(sent.at));
    // Who waits before it for the same place has it, from the instant planned on.
    let before = turn.snapshot.enrollments.iter().filter_map(|walk| {
        let waiting = resting_message(turn, walk).filter(|waiting| {
            waiting.marketing
                && walk.id != asked.walker.enrollment.id
                && cap.binds(waiting.topic.as_deref(), waiting.medium)
                && waiting.rank < asked.rank()
        })?;
        Some(until(waiting.until))
    });
    let mut ends: Vec<Timestamp> = sent.chain(before).collect();
    ends.sort();
    let kept_for = reserve::foreseen(asked, cap);
    Places { cap, ends, kept_for }
}

impl Places<'_> {
    /// How many places are free at an instant, as far as it is known now.
    fn free(&self, at: Timestamp) -> usize {
        let taken = self.ends.iter().filter(|end| **end > at).count();
        (self.cap.at_most as usize).saturating_sub(taken)
    }

    /// Whether a place is free at an instant, were it kept for nobody.
    pub fn has_room(&self, at: Timestamp) -> bool {
        self.free(at) >= 1
    }

    /// The first instant from `from` on at which the message may have a place, or is worth asking again.
    pub fn opens(&self, from: Timestamp) -> Timestamp {
        match &self.kept_for {
            Some(kept) if from < kept.at => {
                self.first_with(2, from).min(kept.at.max(self.first_with(1, from)))
            }
            Some(_) | None => self.first_with(1, from),
        }
    }

    /// The first instant from `from` on with so many places free; [`Timestamp::MAX`]: there never are.
    fn first_with(&self, wanted: usize, from: Timestamp) -> Timestamp {
        if self.free(from) >= wanted {
            return from;
        }
        let most = self.cap.at_most as usize;
        let ends = self.ends.iter().filter(|end| **end > from);
        ends.copied().find(|end| most >= wanted && self.free(*end) >= wanted).unwrap_or(Timestamp::MAX)
    }
}
