//! A split whose arms compete: who was measured in which arm, and the arm that won.

use crate::WorkflowId;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Which contest: the workflow and the name of its split.
pub type ContestKey = (WorkflowId, String);

/// Where a contest stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contest {
    /// When the first customer was measured; `None`: nobody yet.
    pub started_at: Option<Timestamp>,
    /// What each arm has brought so far.
    pub arms: BTreeMap<String, Tally>,
    /// The arm that everybody new takes, and since when; `None`: still open.
    pub decided: Option<(String, Timestamp)>,
}

impl Contest {
    /// Adds what a turn counted.
    pub fn count(&mut self, ballot: &Ballot) {
        let tally = self.arms.entry(ballot.arm.clone()).or_default();
        if ballot.reached {
            tally.reached += 1;
        } else {
            tally.people += 1;
            self.started_at = Some(self.started_at.map_or(ballot.at, |known| known.min(ballot.at)));
        }
    }
    /// Customers measured so far, over all arms.
    pub fn people(&self) -> i64 {
        self.arms.values().map(|tally| tally.people).sum()
    }
}

/// What an arm has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Customers who were sent a message after the draw.
    pub people: i64,
    /// Of these, who then did what is measured.
    pub reached: i64,
}

/// One customer counted in a contest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Which contest.
    pub contest: ContestKey,
    /// The arm the customer drew.
    pub arm: String,
    /// They did what is measured; else they were sent the first message.
    pub reached: bool,
    /// When.
    pub at: Timestamp,
}
