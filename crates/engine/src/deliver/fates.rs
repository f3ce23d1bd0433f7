//! What became of sends: written with the facts that follow.

use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue};
use crate::metrics;
use channels::{Fate, Rejection, Retry};
use crash::Point;
use interpreter::exchange::next_try;
use interpreter::simulate::sent;
use jiff::{SignedDuration, Timestamp};
use model::webhook::{self, Answer};
use model::{CustomerId, Event, EventId, Medium, Outgoing, Suppression, Value, retry_delay};
use std::collections::BTreeMap;
use store::Connection;
use store::event::{self, EventState};
use store::send::{self, Claimed, Deferral, SendKey, Word};

/// What became of one send.
pub(super) struct Became {
    pub(super) claimed: Claimed,
    pub(super) fate: Fate,
    /// What another system answered: status and body; `None`: it is no webhook.
    pub(super) heard: Option<(u16, String)>,
}

impl Engine {
    /// Writes what became of sends, in a transaction of their own.
    pub(super) async fn record(&self, became: Vec<Became>, now: Timestamp) -> Result<(), EngineError> {
        let mut tries = 0;
        while let Err(error) = self.record_once(&became, now).await {
            self.again(&mut tries, error, "what became of sends could not be written").await?;
        }
        Ok(())
    }

    async fn record_once(&self, became: &[Became], now: Timestamp) -> Result<(), EngineError> {
        let mut transaction = self.store.begin_beside().await?;
        self.write(&mut transaction, became, now).await?;
        commit_between(transaction, Point::FatesMade, Point::FatesKept).await?;
        count(became);
        Ok(())
    }

    /// The fates and the facts that follow, in the caller's transaction.
    pub(super) async fn write(
        &self,
        conn: &mut Connection,
        became: &[Became],
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let mut accepted = Vec::new();
        let mut rejected = Vec::new();
        let mut deferred = Vec::new();
        let mut lost = Vec::new();
        let mut facts: Vec<Event> = Vec::new();
        let mut bounced: Vec<(CustomerId, Suppression)> = Vec::new();
        for Became { claimed, fate, heard } in became {
            let outgoing = &claimed.outgoing;
            let word = Word::on(SendKey::of(outgoing));
            let tries = claimed.attempt.saturating_add(1);
            let answer = |heard: &(u16, String)| {
                let (status, body) = heard.clone();
                webhook::answered(outgoing, &Answer { status, body, tries }, now)
            };
            match fate {
                Fate::Accepted { reply } => {
                    accepted.push(word.reply(&reply.text));
                    facts.extend(sent(outgoing, now));
                    facts.extend(heard.as_ref().and_then(answer));
                }
                Fate::Rejected { kind: Rejection::Configuration, reply } => {
                    // A server's words may name whom the mail was for.
                    tracing::error!(
                        code = reply.code,
                        send = %outgoing.id,
                        "the relay refuses us, not the customer; tried again in 5 minutes"
                    );
                    let due_at = now + SignedDuration::from_mins(5);
                    deferred.push(Deferral {
                        word: word.because("configuration").reply(&reply.text),
                        due_at,
                        tried: false,
                    });
                }
                Fate::Rejected { reply, .. } if heard.is_some() => {
                    rejected.push(word.because("refused").reply(&reply.text));
                    facts.extend(heard.as_ref().and_then(answer));
                }
                Fate::Rejected { kind, reply } => {
                    let permanent =
                        *kind == Rejection::Permanent && outgoing.to == model::Recipient::Customer;
                    let reason = if permanent { "hard_bounce" } else { "policy" };
                    rejected.push(word.because(reason).reply(&reply.text));
                    if permanent {
                        bounced.push((outgoing.customer.clone(), hard_bounce(outgoing.medium, now)));
                        facts.push(bounce(outgoing, now));
                    }
                }
                Fate::Deferred { cause, .. } if heard.is_some() => match next_try(outgoing, tries, now) {
                    Some(due_at) => {
                        deferred.push(Deferral { word: word.reply(&cause.to_string()), due_at, tried: true });
                    }
                    None => {
                        rejected.push(word.because("failed").reply(&cause.to_string()));
                        facts.extend(heard.as_ref().and_then(answer));
                    }
                },
                Fate::Deferred { cause, .. } if outgoing.tries.is_some_and(|most| tries >= most) => {
                    rejected.push(word.because("retries").reply(&cause.to_string()));
                }
                Fate::Deferred { cause, retry, .. } => {
                    let usual =
                        retry_delay(claimed.attempt).unwrap_or(std::time::Duration::from_secs(6 * 3600));
                    let usual = SignedDuration::try_from(usual).unwrap_or(SignedDuration::from_hours(6));
                    let wait = match retry {
                        Retry::Backoff => usual,
                        Retry::Throttled => usual.max(SignedDuration::from_mins(15)),
                    };
                    // Beyond its deadline it comes once more, and is skipped as late.
                    let due_at = (now + wait).min(outgoing.deadline + SignedDuration::from_millis(1));
                    deferred.push(Deferral { word: word.reply(&cause.to_string()), due_at, tried: true });
                }
                Fate::Unknown { why } => lost.push(word.because("no_answer").reply(&why.to_string())),
            }
        }
        send::accept(&mut *conn, &self.worker, &accepted, now).await?;
        send::reject(&mut *conn, &self.worker, &rejected, now).await?;
        send::defer(&mut *conn, &self.worker, &deferred).await?;
        send::lose(&mut *conn, &self.worker, &lost, now, now + SignedDuration::from_mins(1)).await?;
        let words: Vec<_> = bounced.iter().map(|(customer, word)| (customer, word)).collect();
        store::consent::suppress(&mut *conn, &words).await?;
        // What else was to go to that address stays here, also where it is claimed already.
        let stopped: Vec<_> = bounced.iter().map(|(customer, word)| (customer, None, word.medium)).collect();
        send::cancel_topics(&mut *conn, &stopped, now).await?;
        let published = self.published();
        // What was published in between may mind.
        let behind = !facts.is_empty() && self.is_behind(conn).await?;
        let (idle, minded): (Vec<&Event>, Vec<&Event>) =
            facts.iter().partition(|fact| !behind && published.idle.contains(&fact.name));
        event::insert(&mut *conn, &idle, EventState::Done).await?;
        event::insert(&mut *conn, &minded, EventState::New).await?;
        if !minded.is_empty() && self.nudges && self.nudged.may(Queue::Turn, now) {
            jobs::push(conn.raw(), &Nudge::new(Queue::Turn, "fates")).await?;
        }
        Ok(())
    }
}

/// Counts fates that are written.
pub(super) fn count(became: &[Became]) {
    for Became { claimed, fate, .. } in became {
        let outcome = match fate {
            Fate::Accepted { .. } => "accepted",
            Fate::Rejected { .. } => "rejected",
            Fate::Deferred { .. } => "deferred",
            Fate::Unknown { .. } => "unknown",
        };
        let channel = claimed.outgoing.medium.as_str();
        metrics::count("sends", &[("channel", channel), ("outcome", outcome)], 1);
    }
}

fn hard_bounce(medium: Medium, now: Timestamp) -> Suppression {
    Suppression { medium: Some(medium), topic: None, reason: "hard_bounce".to_owned(), at: now, until: None }
}

fn bounce(outgoing: &Outgoing, now: Timestamp) -> Event {
    Event {
        id: EventId::from(format!("bounced_{}", outgoing.id)),
        source: "nurture".to_owned(),
        name: format!("{}.bounced", outgoing.medium.as_str()),
        customer: outgoing.customer.clone(),
        entity: None,
        at: now,
        received_at: now,
        properties: BTreeMap::from([
            ("template".to_owned(), Value::Text(outgoing.template.clone())),
            ("workflow".to_owned(), Value::Text(outgoing.workflow.to_string())),
            ("step".to_owned(), Value::Text(outgoing.step.to_string())),
        ]),
        chain: 0,
    }
}
