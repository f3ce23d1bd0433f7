//! Sends go out: claimed in batches, asked once more, rendered, and handed over one by one through the gate.
//! The gates of many connections commit together; fates are written in batches.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue};
use crate::letter::{self, Outbound};
use crate::published::Published;
use channels::{Fate, Rejection, Retry, retry_delay};
use interpreter::permit;
use interpreter::simulate::sent;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, Event, EventId, Medium, Outgoing, Snapshot, Suppression, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::event::{self, EventState};
use store::send::{self, Claimed, Deferral, Gate, SendKey, Word};
use store::snapshot;
use tokio::sync::{mpsc, oneshot};

/// Sends claimed at once.
const CLAIM: u32 = 200;
/// How long a claim holds without a renewal: longer than all phases of one exchange.
const LEASE: SignedDuration = SignedDuration::from_mins(15);
/// Gates or fates that commit together, at most.
const TOGETHER: usize = 64;

/// A claimed send on its way.
struct Way {
    claimed: Claimed,
    outbound: Outbound,
}

/// What became of one send.
struct Became {
    claimed: Claimed,
    fate: Fate,
}

impl Engine {
    /// Hands over one batch of due sends. Returns how many were taken up; 0: nothing is due.
    pub async fn deliver(&self, now: Timestamp) -> Result<usize, EngineError> {
        let mut transaction = self.store.begin().await?;
        let claimed = send::claim(&mut transaction, &self.worker, now, now + LEASE, CLAIM).await?;
        if claimed.is_empty() {
            store::commit(transaction).await?;
            return Ok(0);
        }
        let published = self.published();
        let ids: BTreeSet<CustomerId> = claimed.iter().map(|each| each.outgoing.customer.clone()).collect();
        let ids: Vec<CustomerId> = ids.into_iter().collect();
        let model = &published.project.library.model;
        let customers: BTreeMap<CustomerId, Snapshot> =
            snapshot::load(&mut transaction, &ids, model, &published.reads, now)
                .await?
                .into_iter()
                .map(|snapshot| (snapshot.customer.id.clone(), snapshot))
                .collect();
        let reps = store::rep::all(&mut transaction).await?;
        let count = claimed.len();
        let mut ways = Vec::with_capacity(count);
        let mut skips = Vec::new();
        for each in claimed {
            match self.prepare(&published, &reps, &customers, &each, now) {
                Ok(outbound) => ways.push(Way { claimed: each, outbound }),
                Err((reason, why)) => {
                    if reason == "error" {
                        tracing::error!(send = %each.outgoing.id, template = each.outgoing.template, why, "a message could not be made; it is skipped");
                    }
                    skips.push(Word { send: SendKey::of(&each.outgoing), reason: Some(reason.to_owned()), reply: Some(why).filter(|why| !why.is_empty()) });
                }
            }
        }
        send::skip(&mut transaction, &self.worker, &skips, now).await?;
        store::commit(transaction).await?;
        let (out, kept): (Vec<Way>, Vec<Way>) = ways.into_iter().partition(|way| self.leaves(&way.outbound));
        self.write_files(kept, now).await?;
        self.speak(out).await?;
        Ok(count)
    }

    /// Whether a message leaves this machine.
    fn leaves(&self, outbound: &Outbound) -> bool {
        match outbound {
            Outbound::Mail { to, .. } => self.speakers.relay.is_some() && self.speakers.delivery.lets_out(to),
            Outbound::Note { .. } => false,
        }
    }

    /// The last look at the rules, and the letter. Otherwise the reason's code and the operator's words.
    fn prepare(
        &self,
        published: &Published,
        reps: &BTreeMap<model::RepId, model::Rep>,
        customers: &BTreeMap<CustomerId, Snapshot>,
        claimed: &Claimed,
        now: Timestamp,
    ) -> Result<Outbound, (&'static str, String)> {
        let outgoing = &claimed.outgoing;
        if now > outgoing.deadline {
            return Err(("late", String::new()));
        }
        let Some(snapshot) = customers.get(&outgoing.customer) else {
            return Err(("error", "the customer is gone".to_owned()));
        };
        if outgoing.to == model::Recipient::Customer
            && let Some(reason) = permit::allowed(snapshot, outgoing.topic.as_deref(), outgoing.medium, now)
        {
            return Err((reason, String::new()));
        }
        letter::make(published, reps, snapshot, outgoing, now)
    }

    /// Messages that stay here: the gate for all of them, the files, the fates. Writing a file twice is
    /// writing it once, so the batch may share its gate.
    async fn write_files(&self, ways: Vec<Way>, now: Timestamp) -> Result<(), EngineError> {
        if ways.is_empty() {
            return Ok(());
        }
        let gates: Vec<Gate> = ways.iter().map(|way| gate(&way.claimed.outgoing, &way.outbound)).collect();
        let mut transaction = self.store.begin().await?;
        let handed: BTreeSet<_> =
            send::hand(&mut transaction, &self.worker, &gates, now, now + LEASE).await?.into_iter().collect();
        store::commit(transaction).await?;
        let file = Arc::clone(&self.speakers.file);
        let became = tokio::task::spawn_blocking(move || {
            ways.into_iter()
                .filter(|way| handed.contains(&way.claimed.outgoing.id))
                .map(|way| Became { fate: letter::write(&file, &way.claimed.outgoing, &way.outbound), claimed: way.claimed })
                .collect::<Vec<_>>()
        })
        .await
        .map_err(|error| EngineError::Clock(format!("write messages to the folder: {error}")))?;
        self.record(became, now).await
    }

    /// Messages that leave: connections at once, gates and fates together.
    async fn speak(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        let Some(relay) = self.speakers.relay.clone() else { return Ok(()) };
        if ways.is_empty() {
            return Ok(());
        }
        let (gate_in, gate_out) = mpsc::channel::<(Gate, oneshot::Sender<bool>)>(TOGETHER);
        let (fate_in, fate_out) = mpsc::channel::<Became>(TOGETHER);
        let connections = self.speakers.connections.max(1).min(ways.len());
        let queue = Arc::new(tokio::sync::Mutex::new(ways.into_iter()));
        let mut speakers = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let (queue, relay, gate_in, fate_in) = (Arc::clone(&queue), relay.clone(), gate_in.clone(), fate_in.clone());
            speakers.spawn(async move {
                loop {
                    let Some(way) = queue.lock().await.next() else { break };
                    let Outbound::Mail { envelope, letter, .. } = &way.outbound else { continue };
                    let fate = hand_over(&relay, envelope, letter, gate(&way.claimed.outgoing, &way.outbound), &gate_in).await;
                    let Some(fate) = fate else { continue };
                    if fate_in.send(Became { claimed: way.claimed, fate }).await.is_err() {
                        break;
                    }
                }
            });
        }
        drop((gate_in, fate_in));
        let (gates, fates) = tokio::join!(self.keep_gates(gate_out), self.keep_fates(fate_out));
        while speakers.join_next().await.is_some() {}
        gates.and(fates)
    }

    /// Commits gates: all that wait at once, in one transaction.
    async fn keep_gates(&self, mut gates: mpsc::Receiver<(Gate, oneshot::Sender<bool>)>) -> Result<(), EngineError> {
        let mut waiting = Vec::with_capacity(TOGETHER);
        while gates.recv_many(&mut waiting, TOGETHER).await > 0 {
            let now = self.clock.now();
            let (asked, answers): (Vec<Gate>, Vec<oneshot::Sender<bool>>) = waiting.drain(..).unzip();
            let mut transaction = self.store.begin().await?;
            let handed: BTreeSet<_> =
                send::hand(&mut transaction, &self.worker, &asked, now, now + LEASE).await?.into_iter().collect();
            store::commit(transaction).await?;
            for (gate, answer) in asked.iter().zip(answers) {
                // A speaker that is gone needs no answer.
                let _ = answer.send(handed.contains(&gate.send.id));
            }
        }
        Ok(())
    }

    async fn keep_fates(&self, mut fates: mpsc::Receiver<Became>) -> Result<(), EngineError> {
        let mut waiting = Vec::with_capacity(TOGETHER);
        while fates.recv_many(&mut waiting, TOGETHER).await > 0 {
            self.record(std::mem::take(&mut waiting), self.clock.now()).await?;
        }
        Ok(())
    }

    /// Writes what became of sends, and the facts that follow, in one transaction.
    async fn record(&self, became: Vec<Became>, now: Timestamp) -> Result<(), EngineError> {
        let mut accepted = Vec::new();
        let mut rejected = Vec::new();
        let mut deferred = Vec::new();
        let mut lost = Vec::new();
        let mut facts: Vec<Event> = Vec::new();
        let mut bounced: Vec<(CustomerId, Suppression)> = Vec::new();
        for Became { claimed, fate } in became {
            let outgoing = &claimed.outgoing;
            let word = Word::on(SendKey::of(outgoing));
            match fate {
                Fate::Accepted { reply } => {
                    accepted.push(word.reply(&reply.text));
                    facts.extend(sent(outgoing, now));
                }
                Fate::Rejected { kind: Rejection::Configuration, reply } => {
                    tracing::error!(code = reply.code, reply = reply.text, "the relay refuses us, not the customer; tried again in 5 minutes");
                    let due_at = now + SignedDuration::from_mins(5);
                    deferred.push(Deferral { word: word.because("configuration").reply(&reply.text), due_at, tried: false });
                }
                Fate::Rejected { kind, reply } => {
                    let permanent = kind == Rejection::Permanent && outgoing.to == model::Recipient::Customer;
                    let reason = if permanent { "hard_bounce" } else { "policy" };
                    rejected.push(word.because(reason).reply(&reply.text));
                    if permanent {
                        bounced.push((outgoing.customer.clone(), hard_bounce(outgoing.medium, now)));
                        facts.push(bounce(outgoing, now));
                    }
                }
                Fate::Deferred { cause, retry, .. } => {
                    let usual = retry_delay(claimed.attempt).unwrap_or(std::time::Duration::from_secs(6 * 3600));
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
        let mut transaction = self.store.begin().await?;
        send::accept(&mut transaction, &self.worker, &accepted, now).await?;
        send::reject(&mut transaction, &self.worker, &rejected, now).await?;
        send::defer(&mut transaction, &self.worker, &deferred).await?;
        send::lose(&mut transaction, &self.worker, &lost, now, now + SignedDuration::from_mins(1)).await?;
        let words: Vec<_> = bounced.iter().map(|(customer, word)| (customer, word)).collect();
        store::consent::suppress(&mut transaction, &words).await?;
        let facts: Vec<&Event> = facts.iter().collect();
        event::insert(&mut transaction, &facts, EventState::New).await?;
        if !facts.is_empty() && self.nudges {
            jobs::push(&mut transaction, &Nudge::new(Queue::Turn, "fates")).await?;
        }
        store::commit(transaction).await?;
        Ok(())
    }
}

fn gate(outgoing: &Outgoing, outbound: &Outbound) -> Gate {
    Gate { send: SendKey::of(outgoing), template_hash: outbound.template_hash().map(str::to_owned) }
}

/// One exchange. `None`: the gate said no, or is gone: nothing left us.
async fn hand_over(
    relay: &channels::email::RelayPool,
    envelope: &channels::email::Envelope,
    letter: &channels::email::Letter,
    gate: Gate,
    gates: &mpsc::Sender<(Gate, oneshot::Sender<bool>)>,
) -> Option<Fate> {
    let mut connection = match relay.checkout().await {
        Ok(connection) => connection,
        Err(fate) => return Some(fate),
    };
    let handover = match connection.prepare(envelope).await {
        Ok(handover) => handover,
        Err(fate) => return Some(fate),
    };
    let (ask, answer) = oneshot::channel();
    gates.send((gate, ask)).await.ok()?;
    match answer.await {
        Ok(true) => Some(handover.hand_over(letter).await),
        Ok(false) | Err(_) => None,
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
