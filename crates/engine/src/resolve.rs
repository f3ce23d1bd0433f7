//! A person settles messages whose fate nobody knows.

use crate::error::EngineError;
use interpreter::simulate::sent;
use jiff::Timestamp;
use model::{Event, SendId};
use std::collections::BTreeSet;
use store::event::{self, EventState};
use store::send::{self, Ledger, SendKey, Verdict};
use store::{Store, audit};

/// Which of the unknown sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// These.
    Ids(BTreeSet<SendId>),
    /// All that became unknown in this time, first instant included and last not; `None`: unbounded.
    Between(Option<Timestamp>, Option<Timestamp>),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Settled so.
    pub done: Vec<SendId>,
    /// Named, and no unknown send: nothing was changed then.
    pub strangers: Vec<SendId>,
    /// They would have gone again, but their walk was ended (a goal, an exit), so they stay unknown.
    pub over: Vec<SendId>,
}

/// Settles them by the word of `who`, all in one transaction, with an entry in the audit. `workflow`: only of this
/// one.
pub async fn resolve(
    store: &Store,
    which: &Which,
    workflow: Option<&str>,
    verdict: Verdict,
    who: &str,
    now: Timestamp,
) -> Result<Resolved, EngineError> {
    let mut transaction = store.begin().await?;
    let unknown = send::unknown(&mut transaction, u32::MAX).await?;
    let wanted: Vec<Ledger> = unknown
        .into_iter()
        .filter(|row| workflow.is_none_or(|only| row.outgoing.workflow.as_str() == only))
        .filter(|row| match which {
            Which::Ids(ids) => ids.contains(&row.outgoing.id),
            Which::Between(from, to) => row
                .settled_at
                .is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)),
        })
        .collect();
    let known: BTreeSet<&SendId> = wanted.iter().map(|row| &row.outgoing.id).collect();
    if let Which::Ids(ids) = which {
        let strangers: Vec<SendId> = ids.iter().filter(|id| !known.contains(id)).cloned().collect();
        if !strangers.is_empty() {
            return Ok(Resolved { strangers, ..Resolved::default() });
        }
    }
    let keys: Vec<SendKey> = wanted.iter().map(|row| SendKey::of(&row.outgoing)).collect();
    let done = send::resolve(&mut transaction, &keys, verdict, who, now).await?;
    let moved: BTreeSet<&SendId> = done.iter().collect();
    if verdict == Verdict::Accept {
        // It was sent when it was handed over, not when somebody found that out.
        let facts: Vec<Event> =
            wanted.iter().filter_map(|row| sent(&row.outgoing, row.settled_at.unwrap_or(now))).collect();
        event::insert(&mut transaction, &facts.iter().collect::<Vec<_>>(), EventState::New).await?;
    }
    let over = known.iter().filter(|id| !moved.contains(*id)).map(|id| (*id).clone()).collect();
    if !done.is_empty() {
        let did = match verdict {
            Verdict::Accept => "sends accept",
            Verdict::Again => "sends again",
            Verdict::Dismiss => "sends dismiss",
        };
        let ids: Vec<&str> = done.iter().map(SendId::as_str).collect();
        audit::record(&mut transaction, who, did, &ids.join(" "), now).await?;
    }
    store::commit(transaction).await?;
    Ok(Resolved { done, strangers: Vec::new(), over })
}
