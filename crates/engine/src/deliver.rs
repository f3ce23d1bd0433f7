//! Sends go out: claimed in batches, asked once more, rendered, and handed over one by one through the gate.
//! The gates of many connections commit together; fates are written in batches.

use crate::clock::Clock;
use crate::commit::commit_between;
use crate::digest;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{self, Nudge, Queue};
use crate::letter::{self, Outbound};
use crate::probe::Probe;
use crate::published::Published;
use channels::email::{Envelope, Letter, RelayPool};
use channels::webhook::{Endpoint, Heard};
use channels::{Cause, Fate, Rejection, Reply, Retry};
use crash::Point;
use dsl::library::Channel;
use interpreter::exchange::next_try;
use interpreter::permit;
use interpreter::simulate::sent;
use jiff::{SignedDuration, Timestamp};
use model::webhook::{self, Answer, Taken};
use model::{CustomerId, Event, EventId, Medium, Outgoing, Snapshot, Suppression, Value, retry_delay};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// Calls of other systems at once.
const CALLS: usize = 64;

/// How often the fates of a batch are written at most, while the database is busy.
const RECORD_TRIES: u32 = 20;
/// Between two of these tries.
const RECORD_PAUSE: std::time::Duration = std::time::Duration::from_millis(500);

/// A speaker at the gate, and who waits for the answer.
type Asked = (Gate, oneshot::Sender<bool>);

/// A claimed send on its way.
struct Way {
    claimed: Claimed,
    outbound: Outbound,
}

/// What became of one send.
struct Became {
    claimed: Claimed,
    fate: Fate,
    /// What another system answered: status and body; `None`: it is no webhook.
    heard: Option<(u16, String)>,
}

impl Engine {
    /// Hands over one batch of due sends. Returns how many were taken up; 0: nothing is due.
    pub async fn deliver(&self, now: Timestamp) -> Result<usize, EngineError> {
        let mut transaction = self.store.begin_beside().await?;
        // While the relay rests, what would only come back stays where it is.
        let resting = self.speakers.probe.rests(now).map(|_| Medium::Email);
        let claimed =
            send::claim_but(&mut transaction, &self.worker, now, now + LEASE, CLAIM, resting).await?;
        if claimed.is_empty() {
            store::commit(transaction).await?;
            return Ok(0);
        }
        let published = self.published();
        let claimed =
            digest::gather(&mut transaction, &self.worker, &published, claimed, (now, now + LEASE)).await?;
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
        let mut unanswered: Vec<Event> = Vec::new();
        for each in claimed {
            match self.prepare(&published, &reps, &customers, &each, now) {
                Ok(outbound) => ways.push(Way { claimed: each, outbound }),
                Err((reason, why)) => {
                    if reason == "error" {
                        tracing::error!(send = %each.outgoing.id, template = each.outgoing.template, why, "a message could not be made; it is skipped");
                    }
                    // A walk that rests for an answer hears that there will be none.
                    let none = Answer { status: 0, body: String::new(), tries: each.attempt };
                    unanswered.extend(webhook::answered(&each.outgoing, &none, now));
                    skips.push(Word {
                        send: SendKey::of(&each.outgoing),
                        reason: Some(reason.to_owned()),
                        reply: Some(why).filter(|why| !why.is_empty()),
                    });
                }
            }
        }
        send::skip(&mut transaction, &self.worker, &skips, now).await?;
        let unanswered: Vec<&Event> = unanswered.iter().collect();
        event::insert(&mut transaction, &unanswered, EventState::New).await?;
        store::commit(transaction).await?;
        crash::point(Point::Claimed).await;
        let (out, kept): (Vec<Way>, Vec<Way>) = ways.into_iter().partition(|way| self.leaves(way));
        let is_hook = |way: &Way| matches!(way.outbound, Outbound::Hook { .. });
        let (hooks, out): (Vec<Way>, Vec<Way>) = out.into_iter().partition(is_hook);
        let (kept, (hooks, out)) =
            (self.write_files(kept, now).await, tokio::join!(self.call(hooks), self.speak(out)));
        kept.and(hooks).and(out).map(|()| count)
    }

    /// Whether a message leaves this machine.
    fn leaves(&self, way: &Way) -> bool {
        let via = way.claimed.outgoing.via.as_deref();
        if via.is_some_and(|via| self.speakers.folders.contains_key(via)) {
            return false;
        }
        match &way.outbound {
            Outbound::Mail { to, .. } => self.speakers.relay.is_some() && self.speakers.delivery.lets_out(to),
            Outbound::Note { .. } | Outbound::ByHand => false,
            Outbound::Hook { channel, .. } => {
                self.speakers.delivery.lets_all_out() && self.speakers.hooks.contains_key(channel)
            }
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
        let channel = outgoing.via.as_ref().and_then(|via| published.project.library.channels.get(via));
        if matches!(channel, Some(Channel::ByHand { .. })) {
            // It is in the customer's hands, whatever came since.
            return Ok(Outbound::ByHand);
        }
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
        let refused = |topic: &String| permit::allowed(snapshot, Some(topic), outgoing.medium, now).is_some();
        if outgoing.to == model::Recipient::Customer && outgoing.also_needs.iter().any(refused) {
            return Err(("consent", String::new()));
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
        let mut transaction = self.store.begin_beside().await?;
        let handed: BTreeSet<_> =
            send::hand(&mut transaction, &self.worker, &gates, now, now + LEASE).await?.into_iter().collect();
        store::commit(transaction).await?;
        let (file, folders) = (Arc::clone(&self.speakers.file), Arc::clone(&self.speakers.folders));
        let became = tokio::task::spawn_blocking(move || {
            ways.into_iter()
                .filter(|way| handed.contains(&way.claimed.outgoing.id))
                .map(|way| Became {
                    fate: letter::write(
                        way.claimed.outgoing.via.as_ref().and_then(|via| folders.get(via)).unwrap_or(&file),
                        &way.claimed.outgoing,
                        &way.outbound,
                    ),
                    // What stays here counts as done, with nothing in the answer.
                    heard: matches!(way.outbound, Outbound::Hook { .. }).then(|| (200, String::new())),
                    claimed: way.claimed,
                })
                .collect::<Vec<_>>()
        })
        .await
        .map_err(|error| EngineError::Clock(format!("write messages to the folder: {error}")))?;
        crash::point(Point::FilesWritten).await;
        self.record(became, now).await
    }

    /// Calls of other systems: the gate for all of them (a repeated call carries the same id), then as many at
    /// once as one may ask others for.
    async fn call(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        if ways.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let gates: Vec<Gate> = ways.iter().map(|way| gate(&way.claimed.outgoing, &way.outbound)).collect();
        let mut transaction = self.store.begin_beside().await?;
        let handed: BTreeSet<_> =
            send::hand(&mut transaction, &self.worker, &gates, now, now + LEASE).await?.into_iter().collect();
        store::commit(transaction).await?;
        let mut queue = ways.into_iter().filter(|way| handed.contains(&way.claimed.outgoing.id));
        loop {
            let mut calls = tokio::task::JoinSet::new();
            for way in queue.by_ref().take(CALLS) {
                let (hooks, clock) = (Arc::clone(&self.speakers.hooks), Arc::clone(&self.clock));
                calls.spawn(ask(hooks, clock, way));
            }
            if calls.is_empty() {
                return Ok(());
            }
            let became = calls.join_all().await;
            crash::point(Point::HooksAnswered).await;
            self.record(became, self.clock.now()).await?;
        }
    }

    /// Messages that leave: connections at once, gates and fates together. What the relay's failure or the
    /// engine's end leaves over goes back to the outbox untried.
    async fn speak(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        let Some(relay) = self.speakers.relay.clone() else { return Ok(()) };
        if ways.is_empty() {
            return Ok(());
        }
        let mut queue = ways.into_iter();
        if self.is_stopping() || self.speakers.probe.rests(self.clock.now()).is_some() {
            return self.give_back(queue.collect()).await;
        }
        // One knocks, the others follow: a relay that is down is not asked by each of them.
        if let Err(fate) = relay.checkout().await {
            let now = self.clock.now();
            self.speakers.probe.learn(&fate, now);
            let tried = queue.next().map(|way| Became { claimed: way.claimed, fate, heard: None });
            let tried = self.record(tried.into_iter().collect(), now).await;
            return tried.and(self.give_back(queue.collect()).await);
        }
        let (gate_in, gate_out) = mpsc::channel::<Asked>(TOGETHER);
        let (fate_in, fate_out) = mpsc::channel::<Became>(TOGETHER);
        let connections = if self.speakers.probe.in_doubt() {
            1
        } else {
            self.speakers.connections.max(1).min(queue.len())
        };
        let queue = Arc::new(Mutex::new(queue));
        let mut speakers = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let speaker = Speaker {
                relay: relay.clone(),
                probe: Arc::clone(&self.speakers.probe),
                clock: Arc::clone(&self.clock),
                stopping: Arc::clone(&self.stopping),
                gates: gate_in.clone(),
                fates: fate_in.clone(),
            };
            speakers.spawn(speaker.work(Arc::clone(&queue)));
        }
        drop((gate_in, fate_in));
        let (gates, fates) = tokio::join!(self.keep_gates(gate_out), self.keep_fates(fate_out));
        let mut left = Vec::new();
        while let Some(ended) = speakers.join_next().await {
            left.extend(ended.unwrap_or_default());
        }
        left.extend(lock(&queue).by_ref());
        let left = self.give_back(left).await;
        gates.and(fates).and(left)
    }

    /// Puts back what was claimed and not tried: due when the relay's rest is over, else as before.
    async fn give_back(&self, ways: Vec<Way>) -> Result<(), EngineError> {
        if ways.is_empty() {
            return Ok(());
        }
        let rests = self.speakers.probe.rests(self.clock.now());
        let deferrals: Vec<Deferral> = ways
            .iter()
            .map(|way| {
                let word = Word::on(SendKey::of(&way.claimed.outgoing));
                match rests {
                    Some(until) => Deferral { word: word.because("relay_down"), due_at: until, tried: false },
                    None => Deferral { word, due_at: way.claimed.due_at, tried: false },
                }
            })
            .collect();
        let mut tries = 1;
        loop {
            match self.defer(&deferrals).await {
                Err(error) if error.retry() && tries < RECORD_TRIES => {
                    tracing::warn!(%error, tries, "sends could not be put back; once more");
                    tokio::time::sleep(RECORD_PAUSE).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn defer(&self, deferrals: &[Deferral]) -> Result<(), EngineError> {
        let mut transaction = self.store.begin_beside().await?;
        send::defer(&mut transaction, &self.worker, deferrals).await?;
        store::commit(transaction).await?;
        Ok(())
    }

    /// Commits gates: all that wait at once, in one transaction.
    async fn keep_gates(&self, mut gates: mpsc::Receiver<Asked>) -> Result<(), EngineError> {
        let mut waiting = Vec::with_capacity(TOGETHER);
        while gates.recv_many(&mut waiting, TOGETHER).await > 0 {
            let now = self.clock.now();
            let (asked, answers): (Vec<Gate>, Vec<oneshot::Sender<bool>>) = waiting.drain(..).unzip();
            let mut transaction = self.store.begin_beside().await?;
            let handed: BTreeSet<_> = send::hand(&mut transaction, &self.worker, &asked, now, now + LEASE)
                .await?
                .into_iter()
                .collect();
            crash::point(Point::GatePassed).await;
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

    /// Writes what became of sends. A busy database is asked again: what is forgotten here is known nowhere
    /// else.
    async fn record(&self, became: Vec<Became>, now: Timestamp) -> Result<(), EngineError> {
        let mut tries = 1;
        loop {
            match self.record_once(&became, now).await {
                Err(error) if error.retry() && tries < RECORD_TRIES => {
                    tracing::warn!(%error, tries, "what became of sends could not be written; once more");
                    tokio::time::sleep(RECORD_PAUSE).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    /// The fates and the facts that follow, in one transaction.
    async fn record_once(&self, became: &[Became], now: Timestamp) -> Result<(), EngineError> {
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
                    tracing::error!(
                        code = reply.code,
                        reply = reply.text,
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
        let mut transaction = self.store.begin_beside().await?;
        send::accept(&mut transaction, &self.worker, &accepted, now).await?;
        send::reject(&mut transaction, &self.worker, &rejected, now).await?;
        send::defer(&mut transaction, &self.worker, &deferred).await?;
        send::lose(&mut transaction, &self.worker, &lost, now, now + SignedDuration::from_mins(1)).await?;
        let words: Vec<_> = bounced.iter().map(|(customer, word)| (customer, word)).collect();
        store::consent::suppress(&mut transaction, &words).await?;
        // What else was to go to that address stays here, also where it is claimed already.
        let stopped: Vec<_> = bounced.iter().map(|(customer, word)| (customer, None, word.medium)).collect();
        send::cancel_topics(&mut transaction, &stopped, now).await?;
        let facts: Vec<&Event> = facts.iter().collect();
        event::insert(&mut transaction, &facts, EventState::New).await?;
        if !facts.is_empty() && self.nudges {
            jobs::push(transaction.raw(), &Nudge::new(Queue::Turn, "fates")).await?;
        }
        commit_between(transaction, Point::FatesMade, Point::FatesKept).await?;
        Ok(())
    }
}

/// One call of another system.
async fn ask(hooks: Arc<BTreeMap<String, Endpoint>>, clock: Arc<dyn Clock>, way: Way) -> Became {
    let outgoing = &way.claimed.outgoing;
    let heard = match &way.outbound {
        Outbound::Hook { channel, body } => match hooks.get(channel) {
            Some(endpoint) => {
                let body = serde_json::Value::Object(body.clone()).to_string().into_bytes();
                endpoint.post(outgoing.id.as_str(), clock.now().as_second(), body).await
            }
            None => Heard { status: 0, body: String::new(), why: "there is no such channel".to_owned() },
        },
        Outbound::Mail { .. } | Outbound::Note { .. } | Outbound::ByHand => {
            Heard { status: 0, body: String::new(), why: "it is no webhook".to_owned() }
        }
    };
    let words = if heard.why.is_empty() { format!("HTTP {}", heard.status) } else { heard.why };
    let reply = Reply::new(heard.status, &words);
    let fate = match webhook::taken(heard.status) {
        Taken::Done => Fate::Accepted { reply },
        Taken::Refused => Fate::Rejected { kind: Rejection::Policy, reply },
        Taken::Later => {
            Fate::Deferred { cause: Cause::Reply(reply), retry: Retry::Backoff, counts_as_soft_bounce: false }
        }
    };
    Became { claimed: way.claimed, fate, heard: Some((heard.status, heard.body)) }
}

fn gate(outgoing: &Outgoing, outbound: &Outbound) -> Gate {
    Gate { send: SendKey::of(outgoing), template_hash: outbound.template_hash().map(str::to_owned) }
}

/// What one speaker needs: it takes mail after mail from the queue and hands them over.
struct Speaker {
    relay: RelayPool,
    probe: Arc<Probe>,
    clock: Arc<dyn Clock>,
    stopping: Arc<AtomicBool>,
    gates: mpsc::Sender<Asked>,
    fates: mpsc::Sender<Became>,
}

/// How an exchange ended.
enum Spoken {
    /// With a fate.
    Fate(Fate),
    /// The gate said no: nothing left us, and the send is ours no more.
    Refused,
    /// The gate is gone: nothing left us, and the send is still ours.
    NoGate,
}

impl Speaker {
    /// Works until the queue is empty, the relay fails, or the engine ends. Returns what it took from the
    /// queue and nothing became of.
    async fn work(self, queue: Arc<Mutex<std::vec::IntoIter<Way>>>) -> Vec<Way> {
        loop {
            if self.stopping.load(Ordering::SeqCst) || self.probe.rests(self.clock.now()).is_some() {
                return Vec::new();
            }
            let Some(way) = lock(&queue).next() else { return Vec::new() };
            let Outbound::Mail { envelope, letter, .. } = &way.outbound else { continue };
            match self.hand_over(envelope, letter, gate(&way.claimed.outgoing, &way.outbound)).await {
                Spoken::Fate(fate) => {
                    self.probe.learn(&fate, self.clock.now());
                    if self.fates.send(Became { claimed: way.claimed, fate, heard: None }).await.is_err() {
                        return Vec::new();
                    }
                }
                Spoken::Refused => {}
                Spoken::NoGate => return vec![way],
            }
        }
    }

    /// One exchange.
    async fn hand_over(&self, envelope: &Envelope, letter: &Letter, gate: Gate) -> Spoken {
        let mut connection = match self.relay.checkout().await {
            Ok(connection) => connection,
            Err(fate) => return Spoken::Fate(fate),
        };
        let handover = match connection.prepare(envelope).await {
            Ok(handover) => handover,
            Err(fate) => return Spoken::Fate(fate),
        };
        crash::point(Point::Waited).await;
        let (ask, answer) = oneshot::channel();
        if self.gates.send((gate, ask)).await.is_err() {
            return Spoken::NoGate;
        }
        match answer.await {
            Ok(true) => {
                crash::point(Point::GateKept).await;
                let fate = handover.hand_over(letter).await;
                crash::point(Point::Answered).await;
                Spoken::Fate(fate)
            }
            Ok(false) => Spoken::Refused,
            Err(_) => Spoken::NoGate,
        }
    }
}

fn lock(queue: &Mutex<std::vec::IntoIter<Way>>) -> MutexGuard<'_, std::vec::IntoIter<Way>> {
    // An iterator is whole after each step.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
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
