//! A send: one message to one customer on one channel, from its outbox row to its fate.

use crate::{CustomerId, EnrollmentId, Medium, RepId, SendId, StepId, VersionId, WorkflowId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The states of a send; reliability.md draws them. No other code moves a send than `store/send.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendState {
    /// Waits for a worker, from `due_at` on.
    Due,
    /// A worker prepares it.
    Claimed,
    /// The content may have left us: the gate has committed.
    Handed,
    /// The server took it (250 after the dot).
    Accepted,
    /// The server refused it for good.
    Rejected,
    /// It was handed over, and nobody can know what became of it.
    Unknown,
    /// Something ended it before it left.
    Cancelled,
    /// The gate at the hand-over refused it, with a reason.
    Skipped,
}

impl SendState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Due,
        Self::Claimed,
        Self::Handed,
        Self::Accepted,
        Self::Rejected,
        Self::Unknown,
        Self::Cancelled,
        Self::Skipped,
    ];

    /// The word in the database and in `nurture sends`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Claimed => "claimed",
            Self::Handed => "handed",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
    /// The state of this word; `None`: no such word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What happens to a message that was handed over and whose fate is unknown after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Listed, never sent again: at most once (marketing).
    Hold,
    /// Sent again under the same Message-ID: at least once (transactional).
    Resend,
}

/// To whom a message goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The customer.
    Customer,
    /// A rep of ours.
    Rep(RepId),
    /// A role or a team's mailbox, by name (`sales_manager`).
    Role(String),
    /// Another system, by its channel's name: a webhook. What is sent is `body` of the context.
    Channel(String),
}

impl Recipient {
    /// A name that no two of them share: what one digest is for.
    pub fn name(&self) -> String {
        match self {
            Self::Customer => "customer".to_owned(),
            Self::Rep(rep) => format!("rep:{rep}"),
            Self::Role(role) => format!("role:{role}"),
            Self::Channel(channel) => format!("channel:{channel}"),
        }
    }
}

/// An outbox row: everything that rendering and sending needs beside the customer's own values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Unique: hash of (enrollment, step, pass).
    pub id: SendId,
    /// Of which walk.
    pub enrollment: EnrollmentId,
    /// About whom.
    pub customer: CustomerId,
    /// Which workflow, version and step asked for it.
    pub workflow: WorkflowId,
    /// The version.
    pub version: VersionId,
    /// The step.
    pub step: StepId,
    /// Rounds of enclosing repeats and dates of timeline points; empty at most steps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pass: String,
    /// On which channel.
    pub medium: Medium,
    /// To whom.
    pub to: Recipient,
    /// The template's name; empty for a `notify` with its own text.
    pub template: String,
    /// The subject's or the text's source, where the step gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text of a notify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The sender's name in senders.yaml, or `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Also to the owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy_to_owner: bool,
    /// The topic whose consent it needs; `None`: it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Further topics whose consent it needs: those of the workflows that called its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_needs: Vec<String>,
    /// Marketing is bound by quiet hours and carries the unsubscribe headers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marketing: bool,
    /// What an unknown fate means for it.
    pub on_unknown: OnUnknown,
    /// The walk's `vars`, `entry.*`, `event.*`, entity and so on, as plain JSON for the template.
    pub context: BTreeMap<String, serde_json::Value>,
    /// The walks whose messages it stands for, in the order of the context's `items`; empty: for
    /// its own alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub riders: Vec<EnrollmentId>,
    /// The messages of the other walks as each would have gone by itself, without a context: that is
    /// its item. Empty also where an earlier program put it together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<Outgoing>,
    /// The message that it went in before its workflow was held: when it goes on, those of one go as
    /// one again; `None`: by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<SendId>,
    /// The declared channel; `None`: the medium's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// It goes together with what else is due under the same name, a colleague's (`rep:li.na`),
    /// and the end of its walk does not take it back; `None`: by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How often it is tried at most, the first time included; `None`: until the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
    /// When the gate said send.
    pub due_at: Timestamp,
    /// First due instant + max_lateness: after it, it is skipped.
    pub deadline: Timestamp,
}

impl Outgoing {
    /// The colleague whose daily message it belongs to; `None`: it goes by itself, as all that
    /// another system is told.
    pub fn daily(&self) -> Option<&str> {
        match self.to {
            Recipient::Rep(_) | Recipient::Role(_) => self.digest.as_deref(),
            Recipient::Channel(_) | Recipient::Customer => None,
        }
    }

    /// What a walk has to say in it is taken back. `false`: nothing is left to send.
    #[must_use]
    pub fn without(&mut self, walk: &EnrollmentId) -> bool {
        // What is kept for a colleague's daily message has been said.
        if self.digest.is_some() {
            return true;
        }
        if self.riders.is_empty() {
            return self.enrollment != *walk;
        }
        while let Some(place) = self.riders.iter().position(|rider| rider == walk) {
            self.riders.remove(place);
            if let Some(items) = self.context.get_mut("items").and_then(serde_json::Value::as_array_mut)
                && place < items.len()
            {
                items.remove(place);
            }
        }
        self.apart.retain(|each| each.enrollment != *walk);
        !self.riders.is_empty()
    }

    /// What it says when a workflow is about to be held: nothing of it together with another's. The
    /// first is what this message still says, itself of that workflow or without it (`None`:
    /// nothing); the second goes by messages of their own: of the workflow one for each walk, so
    /// that each may be taken back, of others one for each step. Without a second it is as it was.
    #[must_use]
    pub fn split(&self, workflow: &WorkflowId) -> (Option<Self>, Vec<Self>) {
        let mut stays = self.clone();
        let mut goes: BTreeMap<(WorkflowId, StepId, Option<EnrollmentId>), Vec<Self>> = BTreeMap::new();
        let items = self.context.get("items").and_then(serde_json::Value::as_array);
        for (place, walk) in self.riders.iter().enumerate() {
            let Some(own) = self.apart.iter().find(|each| each.enrollment == *walk) else { continue };
            let held = own.workflow == *workflow;
            if !held && self.workflow != *workflow {
                continue;
            }
            let item = items.and_then(|items| items.get(place)).cloned().unwrap_or_default();
            let context = item.as_object().cloned().unwrap_or_default().into_iter();
            let context = context.chain([("items".to_owned(), serde_json::json!([item]))]).collect();
            let of = (own.workflow.clone(), own.step.clone(), held.then(|| walk.clone()));
            let with = held.then(|| self.id.clone());
            goes.entry(of).or_default().push(Self {
                context,
                with,
                customer: self.customer.clone(),
                ..own.clone()
            });
            let _ = stays.without(walk);
        }
        if goes.is_empty() {
            return (Some(stays), Vec::new());
        }
        let left = !stays.riders.is_empty();
        if stays.riders == [self.enrollment.clone()] {
            stays.riders.clear();
            stays.with = (self.workflow == *workflow).then(|| self.id.clone());
        }
        (left.then_some(stays), goes.into_values().filter_map(Self::join).collect())
    }

    /// One message for several, the first of them; `None` of none.
    #[must_use]
    pub fn join(several: Vec<Self>) -> Option<Self> {
        let mut several = several.into_iter();
        let mut first = several.next()?;
        for mut other in several {
            if first.riders.is_empty() {
                first.riders.push(first.enrollment.clone());
            }
            first.riders.push(other.enrollment.clone());
            let said = other.context.remove("items");
            let said = said.as_ref().and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
            if let Some(items) = first.context.get_mut("items").and_then(serde_json::Value::as_array_mut) {
                items.extend(said);
            }
            first.apart.push(Self { context: BTreeMap::new(), with: None, ..other });
        }
        first.with = first.with.filter(|_| first.riders.is_empty());
        Some(first)
    }
}

/// How long to wait before the retry that follows attempt `attempt` (from 0). `None`: 48 hours have
/// been spent, no further try; a message's own deadline may end it sooner.
pub fn retry_delay(attempt: u32) -> Option<Duration> {
    const MINUTES: [u64; 12] = [1, 5, 15, 60, 180, 360, 360, 360, 360, 360, 360, 360];
    let minutes = MINUTES.get(usize::try_from(attempt).ok()?)?;
    Some(Duration::from_secs(minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::retry_delay;

    #[test]
    fn retries_spend_two_days_at_most() {
        let all: Vec<_> = (0..).map_while(retry_delay).map(|delay| delay.as_secs() / 60).collect();
        assert_eq!(all.get(..6), Some(&[1, 5, 15, 60, 180, 360][..]));
        let hours = all.iter().sum::<u64>() / 60;
        assert!((42..=48).contains(&hours), "{hours}");
    }
}
