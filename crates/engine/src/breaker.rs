//! The breaker: a workflow that goes too fast, errs too often, or does a step twice pauses itself and says so. A
//! customer whose turn fails is left alone, so that nobody waits behind them.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::metrics;
use crate::operate;
use jiff::Timestamp;
use model::{Changes, CustomerId, Recipient, Snapshot, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};
use store::pace::{self, Pace};
use store::{Connection, aside};

/// How much a workflow may do within an hour before it pauses itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages to customers; `None`: no limit.
    pub messages_per_hour: Option<u64>,
    /// Customers with an error, where they are at least one in twenty of its messages; `None`: no limit.
    pub errors_per_hour: Option<u64>,
}

impl Limits {
    /// Nothing pauses itself.
    pub const NONE: Self = Self { messages_per_hour: None, errors_per_hour: None };

    /// Why a workflow of this pace is to pause; `None`: it may go on.
    pub fn exceeded(&self, pace: Pace) -> Option<Why> {
        if self.messages_per_hour.is_some_and(|most| pace.messages > most) {
            return Some(Why::Messages);
        }
        let many = self.errors_per_hour.is_some_and(|most| pace.errors >= most);
        (many && pace.errors.saturating_mul(20) >= pace.messages).then_some(Why::Errors)
    }
}

/// Why a workflow paused itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// More messages within an hour than it may send.
    Messages,
    /// Too many customers with an error within an hour.
    Errors,
    /// It was about to do a step of a walk for the second time.
    Twice,
}

impl Why {
    /// Who paused it, as the audit and `doctor` name it.
    pub fn who(self) -> &'static str {
        match self {
            Self::Messages => "breaker: messages",
            Self::Errors => "breaker: errors",
            Self::Twice => "breaker: twice",
        }
    }
}

/// Messages to customers, by workflow.
pub(crate) fn messages(decided: &[(Snapshot, Changes)]) -> BTreeMap<WorkflowId, Pace> {
    let mut made: BTreeMap<WorkflowId, Pace> = BTreeMap::new();
    let sends = decided.iter().flat_map(|(_, changes)| &changes.sends);
    for send in sends.filter(|send| send.to == Recipient::Customer) {
        made.entry(send.workflow.clone()).or_default().messages += 1;
    }
    made
}

impl Engine {
    /// Counts, in the transaction of what is counted. Returns who is to pause.
    pub(crate) async fn over_the_limit(
        &self,
        conn: &mut Connection,
        more: &BTreeMap<WorkflowId, Pace>,
        now: Timestamp,
    ) -> Result<BTreeMap<WorkflowId, Why>, EngineError> {
        if self.limits == Limits::NONE {
            return Ok(BTreeMap::new());
        }
        let paces = pace::add(conn, more, now).await?;
        let over = paces.into_iter().filter_map(|(id, pace)| Some((id, self.limits.exceeded(pace)?)));
        Ok(over.collect())
    }

    /// Pauses workflows, each with what is due of it. Who waits for them goes on when somebody lets them.
    pub(crate) async fn pause_them(
        &self,
        over: &BTreeMap<WorkflowId, Why>,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        for (id, why) in over {
            let done =
                operate::hold(&self.store, id, operate::By { who: why.who(), dry_run: false }, now).await?;
            tracing::error!(
                workflow = id.as_str(),
                why = why.who(),
                waiting = ?done,
                "a workflow paused itself; `nurture resume` lets it go on"
            );
            metrics::count("breaker_pauses", &[("why", why.who())], 1);
        }
        self.refresh().await?;
        Ok(())
    }

    /// A message that could not be made counts against its workflow.
    pub(crate) async fn errors_of(
        &self,
        errors: &BTreeMap<WorkflowId, Pace>,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        if errors.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin_beside().await?;
        let over = self.over_the_limit(&mut transaction, errors, now).await?;
        store::commit(transaction).await?;
        self.pause_them(&over, now).await
    }

    /// Leaves a customer alone whose turn failed, and counts it against the workflow that was due.
    pub(crate) async fn set_aside(
        &self,
        customer: &CustomerId,
        error: &EngineError,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let why = error.to_string();
        let mut transaction = self.store.begin_beside().await?;
        let workflow = aside::suspect(&mut transaction, customer, now).await?;
        aside::set(&mut transaction, customer, workflow.as_ref(), &why, now).await?;
        let one = Pace { messages: 0, errors: 1 };
        let errors: BTreeMap<WorkflowId, Pace> = workflow.iter().map(|id| (id.clone(), one)).collect();
        let over = self.over_the_limit(&mut transaction, &errors, now).await?;
        store::commit(transaction).await?;
        tracing::error!(
            customer = customer.as_str(),
            workflow = workflow.as_ref().map(WorkflowId::as_str),
            why = error.without_values(),
            "the turn of a customer failed; they are left alone for a while"
        );
        metrics::count("customers_set_aside", &[], 1);
        self.pause_them(&over, now).await
    }
}

/// The customers of a batch in two halves.
pub(crate) fn halves(customers: &[CustomerId]) -> [BTreeSet<CustomerId>; 2] {
    let (first, second) = customers.split_at(customers.len() / 2);
    [first.iter().cloned().collect(), second.iter().cloned().collect()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_pauses_beyond_its_messages_or_where_one_in_twenty_errs() {
        let limits = Limits { messages_per_hour: Some(100), errors_per_hour: Some(5) };
        let exceeded = |messages, errors| limits.exceeded(Pace { messages, errors });
        assert_eq!(exceeded(100, 0), None);
        assert_eq!(exceeded(101, 0), Some(Why::Messages));
        assert_eq!(exceeded(10, 4), None);
        assert_eq!(exceeded(100, 5), Some(Why::Errors));
        let of_many = Limits { messages_per_hour: None, errors_per_hour: Some(5) };
        assert_eq!(of_many.exceeded(Pace { messages: 101, errors: 5 }), None);
        assert_eq!(Limits::NONE.exceeded(Pace { messages: u64::MAX, errors: u64::MAX }), None);
    }
}
