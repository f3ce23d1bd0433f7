//! The desk of a queue: whoever wants a run rings; one run serves all who rang before it began.

use super::rows::absorb;
use super::{Handler, Queue};
use std::sync::atomic::{AtomicU64, Ordering};
use store::Pool;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// What a desk has done since the process started, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs begun.
    pub runs: u64,
    /// Runs that ended in a panic; what they left undone is still due.
    pub panics: u64,
    /// Times the apalis worker of the queue was started again after an error.
    pub restarts: u64,
}

/// See the file's head. Rings are numbered; a run serves every number up to the one it saw as it began.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) queue: Queue,
    /// Rung by [`super::Bells::wake`]: a nudge was committed, let apalis look at once.
    pub(super) committed: Notify,
    asked: watch::Sender<Asked>,
    served: watch::Sender<u64>,
    runs: AtomicU64,
    panics: AtomicU64,
    pub(super) restarts: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    rings: u64,
    closing: bool,
}

impl Desk {
    pub(super) fn new(queue: Queue) -> Self {
        Self {
            queue,
            committed: Notify::new(),
            asked: watch::Sender::new(Asked { rings: 0, closing: false }),
            served: watch::Sender::new(0),
            runs: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
        }
    }

    /// Asks for a run that begins after this call. Returns the number to wait for.
    pub(super) fn ring(&self) -> u64 {
        let mut number = 0;
        self.asked.send_modify(|asked| {
            asked.rings += 1;
            number = asked.rings;
        });
        number
    }

    /// Waits until a run has served that ring, or until the desk has closed: what is due then is found at
    /// the next start.
    pub(super) async fn wait(&self, number: u64) {
        // The sender lives in `self`, so the channel cannot end while we wait.
        let _ = self.served.subscribe().wait_for(|served| *served >= number).await;
    }

    /// Asks the desk to begin no further run.
    pub(super) fn close(&self) {
        self.asked.send_modify(|asked| asked.closing = true);
    }

    /// Lets everyone go who waits, now and later: no further run comes.
    pub(super) fn release(&self) {
        self.served.send_replace(u64::MAX);
    }

    /// Serves until the desk closes. A run in progress is finished first; if this future is dropped, the
    /// run is dropped with it.
    pub(super) async fn serve(&self, pool: &Pool, handler: Handler) {
        let mut asked = self.asked.subscribe();
        let mut done = 0;
        loop {
            let seen = asked.wait_for(|asked| asked.closing || asked.rings > done).await.map(|seen| *seen);
            let Ok(Asked { rings, closing: false }) = seen else { break };
            self.runs.fetch_add(1, Ordering::SeqCst);
            let (handler, queue) = (handler.clone(), self.queue);
            // The run need not wait for it. What another process writes in the very moment between is found by the
            // watchdog.
            let run = contain(async move { handler(queue).await });
            let (absorbed, ran) = tokio::join!(absorb(pool, queue), run);
            if let Err(error) = absorbed {
                // Those nudges then cause runs of their own.
                tracing::warn!(queue = queue.name(), %error, "the job tables do not answer");
            }
            if let Err(words) = ran {
                self.panics.fetch_add(1, Ordering::SeqCst);
                tracing::error!(
                    queue = queue.name(),
                    panic = words,
                    "a run panicked; what it left is still due"
                );
            }
            done = rings;
            self.served.send_replace(done);
        }
        self.release();
    }

    /// Whether a ring is not served yet.
    pub(super) fn is_busy(&self) -> bool {
        self.asked.borrow().rings > *self.served.borrow()
    }

    pub(super) fn tally(&self) -> Tally {
        let read = |count: &AtomicU64| count.load(Ordering::SeqCst);
        Tally { runs: read(&self.runs), panics: read(&self.panics), restarts: read(&self.restarts) }
    }
}

/// Runs a future on a task of its own, which ends when this future is dropped.
/// Errors: the words of its panic.
pub(super) async fn contain<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, String> {
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(result)) => Ok(result),
        Some(Err(failed)) => Err(match failed.try_into_panic() {
            Ok(panic) => words_of(panic.as_ref()),
            Err(cancelled) => cancelled.to_string(),
        }),
        None => Err("the task vanished".to_owned()),
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let fixed = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    fixed.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".to_owned())
}
