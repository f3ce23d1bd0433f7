//! Keeps the ledger while mails go out: the gates that wait, and what became of the mails before them, in one
//! transaction. A connection's fate comes before its next gate, so each has one send in doubt at most.

use super::fates::Became;
use crate::commit::commit_between;
use crate::engine::Engine;
use crate::error::EngineError;
use crash::Point;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::send::{self, Gate};
use tokio::sync::{mpsc, oneshot};

/// Gates and fates that commit together, at most.
pub(super) const TOGETHER: usize = 64;
/// So long a commit waits for the gates of other connections, and fates wait for a gate: one commit in place of
/// several.
const LINGER: Duration = Duration::from_millis(2);

/// What a connection has for the ledger.
pub(super) enum Entry {
    /// A mail may be handed over now; and who waits for the answer.
    Gate(Gate, oneshot::Sender<bool>),
    /// What became of one.
    Fate(Box<Became>),
}

/// How many mails wait for their gate.
fn at_gate(waiting: &[Entry]) -> usize {
    waiting.iter().filter(|entry| matches!(entry, Entry::Gate(..))).count()
}

impl Engine {
    /// Commits what the connections say, until the last of them is gone. Gates that cannot be committed are
    /// shut, and so are all after them; fates are written when the database answers.
    ///
    /// A commit waits until all who speak stand at the gate, or for so long as is worth it: others write meanwhile.
    pub(super) async fn keep(
        &self,
        mut said: mpsc::Receiver<Entry>,
        speaking: &AtomicUsize,
    ) -> Result<(), EngineError> {
        let mut shut = Ok(());
        let mut waiting = Vec::with_capacity(TOGETHER);
        while said.recv_many(&mut waiting, TOGETHER).await > 0 {
            let until = tokio::time::Instant::now() + LINGER;
            while at_gate(&waiting) < speaking.load(Ordering::SeqCst).max(1) {
                // Where no more come they go as they are.
                let more = said.recv_many(&mut waiting, TOGETHER);
                if !matches!(tokio::time::timeout_at(until, more).await, Ok(1..)) {
                    break;
                }
            }
            let (mut gates, mut answers, mut became) = (Vec::new(), Vec::new(), Vec::new());
            for entry in waiting.drain(..) {
                match entry {
                    Entry::Gate(gate, answer) => {
                        if shut.is_ok() {
                            gates.push(gate);
                            answers.push(answer);
                        }
                    }
                    Entry::Fate(fate) => became.push(*fate),
                }
            }
            match self.commit_together(&became, &gates).await {
                Ok(handed) => {
                    for (gate, answer) in gates.iter().zip(answers) {
                        // A connection that is gone needs no answer.
                        let _ = answer.send(handed.contains(&gate.send.id));
                    }
                }
                Err(error) => {
                    drop(answers);
                    self.record(became, self.clock.now()).await?;
                    if !gates.is_empty() {
                        shut = shut.and(Err(error));
                    }
                }
            }
        }
        shut
    }

    /// Fates and gates in one transaction. Returns whose content may leave now.
    pub(super) async fn commit_together(
        &self,
        became: &[Became],
        gates: &[Gate],
    ) -> Result<BTreeSet<model::SendId>, EngineError> {
        if became.is_empty() && gates.is_empty() {
            return Ok(BTreeSet::new());
        }
        let now = self.clock.now();
        let mut transaction = self.store.begin_beside().await?;
        if !became.is_empty() {
            self.write(&mut transaction, became, now).await?;
        }
        let handed = send::hand(&mut transaction, &self.worker, gates, now).await?;
        if !handed.is_empty() {
            crash::point(Point::GatePassed).await;
        }
        if became.is_empty() {
            store::commit(transaction).await?;
        } else {
            commit_between(transaction, Point::FatesMade, Point::FatesKept).await?;
            super::fates::count(became);
        }
        Ok(handed.into_iter().collect())
    }
}
