//! What became of sends: written with the facts that follow.

use super::calls::{CLOSED, Gone};
use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue};
use crate::letter::is_asked;
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
    /// What another system answered: status and body; `None`: nobody reads it.
    pub(super) heard: Option<(u16, String)>,
    /// It was said by HTTP.
    pub(super) by_http: bool,
    /// Its channel wants nothing any more.
    pub(super) gone: Option<Gone>,
    /// Who keeps the mailbox, of a mail that left.
    pub(super) provider: Option<String>,
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
        let mut soft: Vec<(&CustomerId, Medium)> = Vec::new();
        for Became { claimed, fate, heard, by_http, gone, .. } in became {
            let outgoing = &claimed.outgoing;
            let heard = heard.as_ref().filter(|_| is_asked(outgoing));
            if let Some(Gone { channel, address }) = gone {
                tracing::error!(
                    channel,
                    send = %outgoing.id,
                    "the other system wants nothing any more (HTTP 410); nothing is sent there until its address changes or `nurture channels open` is said"
                );
                store::channel::close(&mut *conn, channel, address, "HTTP 410", now).await?;
            }
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
                    facts.extend(heard.and_then(answer));
                }
                Fate::Rejected { kind: Rejection::Configuration, reply } if !by_http => {
                    let (channel, account) = (&self.speakers.pace.channel, &self.speakers.account);
                    // A server's words may name whom the mail was for.
                    tracing::error!(
                        channel,
                        code = reply.code,
                        send = %outgoing.id,
                        "the relay refuses our account or sender, not the customer: nothing is sent there until its settings change or `nurture channels open` is said"
                    );
                    store::channel::close(&mut *conn, channel, account, &format!("SMTP {}", reply.code), now)
                        .await?;
                    deferred.push(Deferral {
                        word: word.because("configuration").reply(&reply.text),
                        due_at: now + CLOSED,
                        tried: false,
                    });
                }
                Fate::Rejected { kind: Rejection::Configuration, reply } => {
                    // A server's words may name whom the mail was for.
                    tracing::error!(
                        code = reply.code,
                        send = %outgoing.id,
                        "the provider refuses us, not the customer; tried again in 5 minutes"
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
                    facts.extend(heard.and_then(answer));
                }
                Fate::Rejected { kind, reply } => {
                    let permanent =
                        *kind == Rejection::Permanent && outgoing.to == model::Recipient::Customer;
                    let reason = match (permanent, by_http) {
                        (true, _) => "hard_bounce",
                        (false, true) => "refused",
                        (false, false) => "policy",
                    };
                    rejected.push(word.because(reason).reply(&reply.text));
                    if permanent {
                        bounced.push((outgoing.customer.clone(), hard_bounce(outgoing.medium, now)));
                        facts.push(bounce(outgoing, now));
                    }
                }
                Fate::Deferred { cause, retry, .. } if heard.is_some() => {
                    let asked = match retry {
                        Retry::After(wait) => now + *wait,
                        Retry::Backoff | Retry::Throttled => now,
                    };
                    let next = next_try(outgoing, tries, now).map(|next| next.max(asked));
                    match next.filter(|next| *next <= outgoing.deadline) {
                        Some(due_at) => {
                            deferred.push(Deferral {
                                word: word.reply(&cause.to_string()),
                                due_at,
                                tried: true,
                            });
                        }
                        None => {
                            rejected.push(word.because("failed").reply(&cause.to_string()));
                            facts.extend(heard.and_then(answer));
                        }
                    }
                }
                Fate::Deferred { cause, .. } if outgoing.tries.is_some_and(|most| tries >= most) => {
                    rejected.push(word.because("retries").reply(&cause.to_string()));
                }
                Fate::Deferred { cause, retry, .. } => {
                    let Some(usual) = retry_delay(claimed.attempt) else {
                        // Two days of tries are over.
                        rejected.push(word.because("retries").reply(&cause.to_string()));
                        continue;
                    };
                    let usual = SignedDuration::try_from(usual).unwrap_or(SignedDuration::from_hours(6));
                    let wait = match retry {
                        Retry::Backoff => usual,
                        Retry::Throttled => usual.max(SignedDuration::from_mins(15)),
                        Retry::After(wait) => usual.max(*wait),
                    };
                    // Beyond its deadline it comes once more, and is skipped as late.
                    let due_at = (now + wait).min(outgoing.deadline + SignedDuration::from_millis(1));
                    deferred.push(Deferral { word: word.reply(&cause.to_string()), due_at, tried: true });
                }
                Fate::Unknown { why } => lost.push(word.because("no_answer").reply(&why.to_string())),
            }
        }
        self.learn(conn, became, now).await?;
        for Became { claimed, fate, .. } in became {
            if matches!(fate, Fate::Deferred { counts_as_soft_bounce: true, .. })
                && claimed.outgoing.to == model::Recipient::Customer
            {
                soft.push((&claimed.outgoing.customer, claimed.outgoing.medium));
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
        self.soft_bounces(conn, &soft, now).await?;
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
        let channel = super::channel_of(&claimed.outgoing);
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
