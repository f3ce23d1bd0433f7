//! The engine: a database, a clock, what is published, and the ways to speak.

use crate::breaker::Limits;
use crate::clock::Clock;
use crate::deliver::Ahead;
use crate::error::EngineError;
use crate::jobs::Queue;
use crate::links::{self, Links};
use crate::prune::Keep;
use crate::published::Published;
use crate::speak::Speakers;
use crate::touch::Touches;
use channels::email::Timeouts;
use dsl::project::Settings;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::Store;
use store::send::Worker;

/// How long what is being handed over may take at the end; what is open then is unknown.
const GRACE: Duration = Duration::from_secs(60);

/// What of the work a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Decides about customers and hands messages over.
    pub worker: bool,
    /// Fires schedules and ranks.
    pub scheduler: bool,
}

impl Default for Roles {
    fn default() -> Self {
        Self { worker: true, scheduler: true }
    }
}

/// An engine that may work: it holds the lease of its slots.
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) worker: Worker,
    pub(crate) speakers: Speakers,
    /// Whether decisions leave nudges for the delivering worker (the live engine) or the caller drives
    /// everything itself (the engine on a virtual clock).
    pub(crate) nudges: bool,
    /// When this process last left nudges.
    pub(crate) nudged: Nudged,
    /// Wakes the workers, while they run.
    pub(crate) bells: std::sync::OnceLock<crate::jobs::Bells>,
    /// What of the work it does.
    pub(crate) roles: Roles,
    /// When a workflow pauses itself.
    pub(crate) limits: Limits,
    /// How long what is over is kept.
    pub(crate) keep: Keep,
    /// Where a mail server puts mails that came back; `None`: it does not.
    pub(crate) bounces: Option<PathBuf>,
    /// Whether it lives through what a restored backup missed, while the database is held.
    pub(crate) replays: bool,
    /// Whether it was asked to end: it takes up nothing new.
    pub(crate) stopping: Arc<AtomicBool>,
    /// Held while a batch of sends is in this process's hands; whether one broke off and left some behind.
    pub(crate) left: tokio::sync::Mutex<bool>,
    /// What turns have claimed in their own transactions, and no batch has taken up yet.
    pub(crate) ahead: std::sync::Mutex<Ahead>,
    /// How long the lease holds without a renewal.
    pub(crate) hold: SignedDuration,
    /// How long mails that are being handed over may take when the engine is asked to end.
    pub(crate) grace: Duration,
    published: RwLock<Arc<Published>>,
    links: RwLock<Links>,
    /// Opens and clicks that are not written yet.
    pub(crate) touches: Touches,
}

/// When this process last left a nudge, by queue: its own workers hear of what is due without one, and other
/// processes need not hear of each batch.
#[derive(Debug, Default)]
pub(crate) struct Nudged {
    turn: AtomicI64,
    deliver: AtomicI64,
}

/// Between two nudges of one queue, at least, in milliseconds.
const NUDGE_EVERY: i64 = 200;

impl Nudged {
    /// Whether it is time for a nudge; the caller then leaves one.
    pub(crate) fn may(&self, queue: Queue, now: Timestamp) -> bool {
        let last = match queue {
            Queue::Turn => &self.turn,
            Queue::Deliver => &self.deliver,
        };
        let now = now.as_millisecond();
        let before = last.load(Ordering::SeqCst);
        // A clock that was set back must not silence it.
        let far = (now - before).abs() >= NUDGE_EVERY;
        far && last.compare_exchange(before, now, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl Engine {
    /// An engine over an open database. The caller holds the lease that `worker` names.
    pub async fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Settings,
        worker: Worker,
        speakers: Speakers,
        nudges: bool,
    ) -> Result<Self, EngineError> {
        let mut conn = store.read().await?;
        let published = Published::load(&mut conn, &settings, clock.now()).await?;
        drop(conn);
        let links = speakers.links.signed_by(links::keys(&store, clock.now()).await?);
        let mut engine = Self {
            store,
            clock,
            settings,
            worker,
            speakers,
            nudges,
            nudged: Nudged::default(),
            bells: std::sync::OnceLock::new(),
            roles: Roles::default(),
            limits: Limits::NONE,
            keep: Keep::default(),
            bounces: None,
            replays: false,
            stopping: Arc::default(),
            left: tokio::sync::Mutex::new(false),
            ahead: std::sync::Mutex::default(),
            hold: crate::live::LEASE,
            grace: GRACE,
            published: RwLock::new(Arc::new(published)),
            links: RwLock::new(links),
            touches: Touches::default(),
        };
        engine.speakers.declare(&engine.published().project.library)?;
        Ok(engine)
    }

    /// The same with less to do.
    #[must_use]
    pub fn with_roles(self, roles: Roles) -> Self {
        Self { roles, ..self }
    }

    /// The same with a lease that holds so long; the caller has taken it for as long.
    #[must_use]
    pub fn with_hold(self, hold: SignedDuration) -> Self {
        Self { hold, ..self }
    }

    /// The same with another grace at the end. Default 60 s.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// The same, waiting otherwise for its relay.
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Result<Self, EngineError> {
        self.speakers.timeouts = timeouts;
        let library = &self.published().project.library;
        self.speakers.declare(library)?;
        Ok(self)
    }

    /// The same with workflows that pause themselves.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same, and what is over is deleted after a while.
    #[must_use]
    pub fn with_keep(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// The same, taking in mails that came back from the folder (maildir) into which a mail server puts them.
    #[must_use]
    pub fn with_bounces(self, folder: Option<PathBuf>) -> Self {
        Self { bounces: folder, ..self }
    }

    /// The same, to live through what a restored backup missed: it decides, and what would leave is presumed to
    /// have left.
    #[must_use]
    pub fn to_replay(self) -> Self {
        Self { replays: true, ..self }
    }

    /// Whether the database is held: nothing is decided, and nothing leaves.
    pub(crate) fn is_held(&self) -> bool {
        !self.replays && self.published().held.is_some()
    }

    /// What is live.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A secret by its name; `None`: it is not set.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.speakers.secret(name)
    }

    /// How addresses of ours in messages are made and read.
    pub fn links(&self) -> Links {
        self.links.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes up nothing new from now on: what is due stays due, mails that are being handed over get their
    /// answer.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.store.leave();
    }

    /// Whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// What of the work it does.
    pub fn roles(&self) -> Roles {
        self.roles
    }

    /// Senders whose day has a most, and what it is today.
    pub fn most_a_day(&self) -> Vec<(String, u64)> {
        let published = self.published();
        let senders = published.project.library.senders.iter();
        let today = model::zone::date_of(self.clock.now(), &published.zone);
        senders.filter_map(|sender| Some((sender.id.clone(), u64::from(sender.most_on(today)?)))).collect()
    }

    /// Whether the relay is left alone after a failure.
    pub fn relay_rests(&self) -> bool {
        self.speakers.probe.rests(self.clock.now()).is_some()
    }

    /// What the language needs to know of the project.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The instant of this engine's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether another verb has published, paused or resumed since this engine looked.
    pub(crate) async fn is_behind(&self, conn: &mut store::Connection) -> Result<bool, EngineError> {
        let mark = store::meta::get(conn, crate::published::MARK).await?.unwrap_or_default();
        Ok(mark != self.published().mark)
    }

    /// Loads what is live again where another verb has published, paused or resumed since. `true`: it has.
    pub async fn refresh(&self) -> Result<bool, EngineError> {
        let mut conn = self.store.read().await?;
        let mark = store::meta::get(&mut conn, crate::published::MARK).await?.unwrap_or_default();
        if mark == self.published().mark {
            return Ok(false);
        }
        let published = Published::load(&mut conn, &self.settings, self.clock.now()).await?;
        drop(conn);
        let keys = links::keys(&self.store, self.clock.now()).await?;
        let links = self.speakers.links.signed_by(keys);
        *self.links.write().unwrap_or_else(PoisonError::into_inner) = links;
        for version in &published.unreadable {
            tracing::error!(
                version,
                "this program cannot read a version that somebody walks in: its walks are held"
            );
        }
        for error in self.speakers.learn(&published.project.library) {
            tracing::error!(%error, "nothing goes by this channel until it is set right");
        }
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(published);
        Ok(true)
    }
}
