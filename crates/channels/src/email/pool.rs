//! The connections to one relay: never more than it allows, reused up to its limit, lent to one worker each.

use super::mime::Letter;
use super::relay::{Relay, RelayError};
use super::smtp::{Envelope, Line};
use super::tls::Tls;
use crate::fate::{Cause, Fate, Phase, Reply, classify};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The connections to one relay. Clones share them.
#[derive(Clone)]
pub struct RelayPool {
    shared: Arc<Shared>,
}

struct Shared {
    relay: Relay,
    tls: Option<Tls>,
    /// A seat per connection. lettre's own pool bounds what it keeps, not what it opens.
    seats: Arc<Semaphore>,
    /// Ready connections, the last used at the end. Each was returned before its seat was, so idle and
    /// lent ones together never exceed the seats.
    idle: Mutex<Vec<Line>>,
}

/// A connection lent to one worker. Dropped, it goes back if its last exchange was clean, else it is
/// closed. It may be kept for many mails; it renews itself after the relay's limit.
pub struct Connection {
    shared: Arc<Shared>,
    line: Option<Line>,
    /// `None` only while it is dropped.
    seat: Option<OwnedSemaphorePermit>,
}

/// The server has said 354 and waits: the place where the gate commits. Dropped without a hand-over it
/// closes the connection, and nothing was sent.
#[must_use = "the server waits for the mail; dropping this closes the connection"]
pub struct Handover<'a> {
    shared: &'a Shared,
    line: &'a mut Line,
}

impl RelayPool {
    /// Checks the settings; nothing is connected yet. Errors: [`RelayError`], for an operator.
    pub fn new(relay: Relay) -> Result<Self, RelayError> {
        relay.check()?;
        let tls = Tls::of(&relay)?;
        let seats = usize::try_from(relay.connections.get()).unwrap_or(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(seats.min(Semaphore::MAX_PERMITS)));
        Ok(Self { shared: Arc::new(Shared { relay, tls, seats, idle: Mutex::new(Vec::new()) }) })
    }

    /// Waits for a seat, then lends an idle connection or opens one. Cancel-safe.
    /// Errors: the fate of the send that wanted it, deferred or (AUTH refused) configuration.
    pub async fn checkout(&self) -> Result<Connection, Fate> {
        loop {
            let Ok(seat) = Arc::clone(&self.shared.seats).acquire_owned().await else {
                return Err(classify(Phase::Connect, Cause::Lost("the relay's pool is closed".into())));
            };
            let line = self.shared.idle().pop();
            let line = match line {
                Some(line) if line.used.elapsed() <= self.shared.relay.idle => line,
                Some(stale) => {
                    // It keeps its seat until it is closed, so the next round waits for another one.
                    part(&self.shared, stale, seat);
                    continue;
                }
                None => self.shared.open().await?,
            };
            return Ok(Connection { shared: Arc::clone(&self.shared), line: Some(line), seat: Some(seat) });
        }
    }

    /// Says QUIT on idle connections and lends none any more; lent ones are closed when they come back.
    pub async fn close(&self) {
        self.shared.seats.close();
        let idle: Vec<Line> = std::mem::take(&mut *self.shared.idle());
        let mut partings = tokio::task::JoinSet::new();
        for line in idle {
            partings.spawn(line.quit(self.shared.relay.timeouts.goodbye));
        }
        while partings.join_next().await.is_some() {}
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Line>> {
        // A list of connections is whole after each statement, so a poisoned lock has broken nothing.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self) -> Result<Line, Fate> {
        Line::open(&self.relay, self.tls.as_ref()).await
    }

    fn is_spent(&self, line: &Line) -> bool {
        line.mails >= self.relay.mails_per_connection.get()
    }
}

impl Connection {
    /// Speaks until the server waits for the content (354). Nothing is delivered before
    /// [`Handover::hand_over`]. A connection that the server closed while it lay idle is replaced
    /// once, unnoticed. Errors: the send's fate; the connection may be used for the next mail.
    pub async fn prepare(&mut self, envelope: &Envelope) -> Result<Handover<'_>, Fate> {
        let limit = self.shared.relay.timeouts.command;
        let line = self.line().await?;
        let used_before = line.mails > 0;
        let mut outcome = line.prepare(envelope, limit).await;
        if let (true, Err((Phase::Mail, cause))) = (used_before, &outcome)
            && is_closing(cause)
        {
            let line = self.line().await?;
            outcome = line.prepare(envelope, limit).await;
        }
        outcome.map_err(|(phase, cause)| classify(phase, cause))?;
        match &mut self.line {
            Some(line) => Ok(Handover { shared: &self.shared, line }),
            None => Err(classify(Phase::Connect, Cause::Lost("the connection is gone".into()))),
        }
    }

    /// The line, a new one where the old is broken or has carried its share.
    async fn line(&mut self) -> Result<&mut Line, Fate> {
        let kept = self.line.take();
        let line = match kept {
            Some(line) if line.is_asked() || (line.is_ready() && !self.shared.is_spent(&line)) => line,
            Some(line) => {
                line.quit(self.shared.relay.timeouts.goodbye).await;
                self.shared.open().await?
            }
            None => self.shared.open().await?,
        };
        Ok(self.line.insert(line))
    }
}

impl Handover<'_> {
    /// Sends the content and the dot, and waits for the reply. Only 250 is accepted; silence or loss is
    /// unknown. Dropping the future half-way leaves the fate unknown too, and closes the connection.
    pub async fn hand_over(self, letter: &Letter) -> Fate {
        self.hand_over_before(letter, None).await
    }

    /// The same, and in the same write the announcement of the next mail on this connection, where the server
    /// takes several commands at once and the connection carries another mail. [`Connection::prepare`] must be
    /// asked for that one next, or the connection be dropped, which closes it.
    pub async fn hand_over_before(self, letter: &Letter, next: Option<&Envelope>) -> Fate {
        let next = next.filter(|_| !self.shared.is_spent(self.line));
        self.line.hand_over(letter, next, self.shared.relay.timeouts.content).await
    }
}

/// An idle connection's usual end: closed without a word, or 421 to the next command.
fn is_closing(cause: &Cause) -> bool {
    match cause {
        Cause::Lost(_) | Cause::Reply(Reply { code: 421, .. }) => true,
        Cause::Reply(_) | Cause::Silent(_) => false,
    }
}

/// Says QUIT in the background; the seat is free when the connection is closed.
fn part(shared: &Shared, line: Line, seat: OwnedSemaphorePermit) {
    let limit = shared.relay.timeouts.goodbye;
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            line.quit(limit).await;
            drop(seat);
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (Some(line), Some(seat)) = (self.line.take(), self.seat.take()) else { return };
        if !line.is_ready() {
            // Closed before its seat is free.
            drop(line);
            return;
        }
        if self.shared.is_spent(&line) || self.shared.seats.is_closed() {
            part(&self.shared, line, seat);
        } else {
            self.shared.idle().push(line);
        }
    }
}

impl fmt::Debug for RelayPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayPool").field("relay", &self.shared.relay).finish_non_exhaustive()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("host", &self.shared.relay.host).finish_non_exhaustive()
    }
}

impl fmt::Debug for Handover<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handover").field("host", &self.shared.relay.host).finish_non_exhaustive()
    }
}
