//! What this process has done since it started, counted for `/metrics`: base units, and never a customer's name.

use model::{Changes, Outcome, Snapshot};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The labels of a counter, by their names.
pub type Labels = Vec<(&'static str, String)>;

static COUNTERS: OnceLock<Mutex<BTreeMap<(&'static str, Labels), u64>>> = OnceLock::new();

fn counters() -> MutexGuard<'static, BTreeMap<(&'static str, Labels), u64>> {
    // A map of numbers is whole after each step.
    COUNTERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds to a counter. Labels are few and known beforehand: channels, outcomes, reasons, never customers.
pub fn count(name: &'static str, labels: &[(&'static str, &str)], more: u64) {
    let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    *counters().entry((name, labels)).or_insert(0) += more;
}

/// Every counter, in the order of their names.
pub fn all() -> Vec<(&'static str, Labels, u64)> {
    counters().iter().map(|((name, labels), count)| (*name, labels.clone(), *count)).collect()
}

/// Reasons that a firing was missed or came too late.
const MISFIRES: [&str; 2] = ["missed", "late"];

/// Counts the steps of a batch, and the firings that came to nothing.
pub(crate) fn of_turns(decided: &[(Snapshot, Changes)]) {
    let mut steps: BTreeMap<(&'static str, &'static str), u64> = BTreeMap::new();
    let mut misfires: BTreeMap<&str, u64> = BTreeMap::new();
    for line in decided.iter().flat_map(|(_, changes)| &changes.trace) {
        *steps.entry((line.did.as_str(), line.outcome.as_str())).or_insert(0) += 1;
        let reason = line.reason.as_deref().filter(|reason| MISFIRES.contains(reason));
        if let (Some(reason), Outcome::Refused | Outcome::Skipped) = (reason, line.outcome) {
            *misfires.entry(reason).or_insert(0) += 1;
        }
    }
    for ((did, outcome), more) in steps {
        count("steps", &[("did", did), ("outcome", outcome)], more);
    }
    for (reason, more) in misfires {
        count("misfires", &[("reason", reason)], more);
    }
    count("turns", &[], 1);
}
