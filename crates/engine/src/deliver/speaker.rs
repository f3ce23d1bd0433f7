//! Mails that leave: some connections at once, each takes mail after mail from one queue.

use super::fates::Became;
use super::keeper::{Entry, TOGETHER};
use super::lanes::Lanes;
use super::{Way, gate};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::letter::Outbound;
use crate::probe::Probe;
use channels::Fate;
use channels::email::{Connection, Envelope, Letter, RelayPool};
use crash::Point;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::send::Gate;
use tokio::sync::{mpsc, oneshot};

/// The mails that are still to go.
type Mails = Arc<Mutex<std::vec::IntoIter<Way>>>;

impl Engine {
    /// Messages that leave: connections at once, gates and fates together. What the relay's failure or the
    /// engine's end leaves over goes back to the outbox untried.
    pub(super) async fn speak(&self, ways: Vec<Way>) -> Result<(), EngineError> {
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
            let tried = queue.next().map(|way| Became {
                claimed: way.claimed,
                fate,
                heard: None,
                by_http: false,
                gone: None,
                provider: way.provider,
            });
            let tried = self.record(tried.into_iter().collect(), now).await;
            return tried.and(self.give_back(queue.collect()).await);
        }
        let (say, said) = mpsc::channel::<Entry>(TOGETHER);
        let connections = if self.speakers.probe.in_doubt() {
            1
        } else {
            self.speakers.connections.max(1).min(queue.len())
        };
        let queue: Mails = Arc::new(Mutex::new(queue));
        let speaking = Arc::new(AtomicUsize::new(connections));
        let mut speakers = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let speaker = Speaker {
                relay: relay.clone(),
                probe: Arc::clone(&self.speakers.probe),
                clock: Arc::clone(&self.clock),
                lanes: Arc::clone(&self.speakers.lanes),
                stopping: Arc::clone(&self.stopping),
                ledger: say.clone(),
            };
            let (queue, speaking) = (Arc::clone(&queue), Arc::clone(&speaking));
            speakers.spawn(async move {
                let left = speaker.work(queue).await;
                speaking.fetch_sub(1, Ordering::SeqCst);
                left
            });
        }
        drop(say);
        let kept = self.keep(said, &speaking).await;
        let mut left = Vec::new();
        while let Some(ended) = speakers.join_next().await {
            left.extend(ended.unwrap_or_default());
        }
        left.extend(lock(&queue).by_ref());
        kept.and(self.give_back(left).await)
    }
}

/// What one speaker needs: it takes mail after mail from the queue and hands them over.
struct Speaker {
    relay: RelayPool,
    probe: Arc<Probe>,
    clock: Arc<dyn Clock>,
    lanes: Arc<Lanes>,
    stopping: Arc<AtomicBool>,
    ledger: mpsc::Sender<Entry>,
}

/// How an exchange ended.
enum Spoken {
    /// With a fate.
    Fate(Fate),
    /// The gate said no: nothing left us. The send may be ours still, where it was our lease that was over.
    Refused,
    /// The gate is gone: nothing left us, and the send is still ours.
    NoGate,
}

impl Speaker {
    /// Works until the queue is empty, the relay fails, or the engine ends. Returns what it took from the
    /// queue and nothing became of.
    async fn work(self, queue: Mails) -> Vec<Way> {
        let mut line = None;
        let mut next = lock(&queue).next();
        let mut left = Vec::new();
        while let Some(way) = next.take() {
            if self.stopping.load(Ordering::SeqCst) || self.probe.rests(self.clock.now()).is_some() {
                left.push(way);
                return left;
            }
            let Outbound::Mail { envelope, letter, .. } = &way.outbound else { continue };
            if self.lanes.is_shut(way.provider.as_deref(), self.clock.now()) {
                left.push(way);
                next = lock(&queue).next();
                // It may have been announced to the server, who would take the next one for it.
                line = None;
                continue;
            }
            let at_gate = gate(&way.claimed.outgoing, &way.outbound);
            match self.hand_over(&mut line, (envelope, letter), at_gate, (&queue, &mut next)).await {
                Spoken::Fate(fate) => {
                    self.probe.learn(&fate, self.clock.now());
                    let became = Became {
                        claimed: way.claimed,
                        fate,
                        heard: None,
                        by_http: false,
                        gone: None,
                        provider: way.provider,
                    };
                    if self.ledger.send(Entry::Fate(Box::new(became))).await.is_err() {
                        left.extend(next);
                        return left;
                    }
                }
                Spoken::Refused => left.push(way),
                // The next one is taken at an open gate only.
                Spoken::NoGate => {
                    left.push(way);
                    return left;
                }
            }
            if next.is_none() {
                next = lock(&queue).next();
            }
        }
        left
    }

    /// One exchange. Once the gate is open the next mail is taken, and announced to the server in the same
    /// breath; it has a gate of its own.
    async fn hand_over(
        &self,
        line: &mut Option<Connection>,
        (envelope, letter): (&Envelope, &Letter),
        at_gate: Gate,
        (queue, next): (&Mails, &mut Option<Way>),
    ) -> Spoken {
        let mut connection = match line.take() {
            Some(connection) => connection,
            None => match self.relay.checkout().await {
                Ok(connection) => connection,
                Err(fate) => return Spoken::Fate(fate),
            },
        };
        let fate = match connection.prepare(envelope).await {
            Err(fate) => fate,
            Ok(handover) => {
                crash::point(Point::Waited).await;
                let (ask, answer) = oneshot::channel();
                if self.ledger.send(Entry::Gate(at_gate, ask)).await.is_err() {
                    return Spoken::NoGate;
                }
                match answer.await {
                    Ok(true) => {}
                    // The server waits for a content that does not come: this connection is over.
                    Ok(false) => return Spoken::Refused,
                    Err(_) => return Spoken::NoGate,
                }
                crash::point(Point::GateKept).await;
                if !self.stopping.load(Ordering::SeqCst) {
                    *next = lock(queue).next();
                }
                let announced = next.as_ref().and_then(|way| match &way.outbound {
                    Outbound::Mail { envelope, .. } => Some(envelope),
                    Outbound::Note { .. } | Outbound::ByHand | Outbound::Call { .. } => None,
                });
                let fate = handover.hand_over_before(letter, announced).await;
                crash::point(Point::Answered).await;
                fate
            }
        };
        *line = Some(connection);
        Spoken::Fate(fate)
    }
}

fn lock(queue: &Mutex<std::vec::IntoIter<Way>>) -> MutexGuard<'_, std::vec::IntoIter<Way>> {
    // An iterator is whole after each step.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
