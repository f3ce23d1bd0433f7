//! The engine at work: until nothing is due, for ever on the wall clock, or from one instant to another on
//! a virtual one.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::jobs::{Boxed, Queue, Settings as JobSettings, Workers};
use crate::metrics;
use crate::signing::Signing;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use store::{event, lease, send, stats};

/// A lease is renewed so often while it holds.
const RENEWALS: u32 = 4;
/// How long the lease holds without a renewal, where nobody says otherwise.
pub const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// How often it is looked for what other verbs published.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// Every so many of those looks, sends whose lease is over are taken back.
const RESCUE_EVERY: u32 = 5;
/// How often finished nudges of more than a day ago are deleted.
const PRUNE_EVERY: Duration = Duration::from_secs(3_600);

/// How often a lease that holds so long is renewed.
pub(crate) fn renew_every(hold: SignedDuration) -> Duration {
    Duration::try_from(hold).unwrap_or_default() / RENEWALS
}

/// How long is waited at the end for a batch that was broken off.
const LET_GO: std::time::Duration = std::time::Duration::from_secs(5);
/// How often the write-ahead log is moved into the file at most, and at least.
const LOG_EVERY: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];
/// After an error a commit does it meanwhile.
const LOG_AFTER_ERROR: Duration = Duration::from_secs(30);
/// For so long the next look at what is due lets a single message go ahead.
const BREATH: Duration = Duration::from_millis(2);

impl Engine {
    /// Decides and hands over until nothing is due at or before the clock's instant.
    pub async fn until_idle(&self) -> Result<(), EngineError> {
        self.can_sign()?;
        loop {
            let now = self.clock.now();
            while self.turn(now).await?.due > 0 && !self.is_stopping() {}
            // Nothing else was due, and only what goes out brings anything new.
            if self.deliver(now).await? == 0 || self.is_stopping() {
                return Ok(());
            }
        }
    }

    /// Whoever begins to work must have the keys of all senders: an operator is there to hear of it.
    fn can_sign(&self) -> Result<(), EngineError> {
        let published = self.published();
        let missing = |signing: &Arc<Signing>| signing.missing(&published.project.library);
        match self.speakers.signing.as_ref().and_then(missing) {
            Some((sender, why)) => Err(EngineError::Sender { sender, why }),
            None => Ok(()),
        }
    }

    /// Works until `stop`: nudges wake it at once, a watchdog each second finds what no nudge told of.
    pub async fn serve(
        self: Arc<Self>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), EngineError> {
        self.can_sign()?;
        let lost = self.recover().await?;
        if lost.unknown > 0 {
            tracing::warn!(
                unknown = lost.unknown,
                "sends were in flight when an earlier process ended; nobody can know their fate: `nurture sends --unknown` lists them"
            );
        }
        crate::jobs::prepare(&self.store.pool()).await?;
        let engine = Arc::clone(&self);
        let handler = Arc::new(move |queue: Queue| {
            let engine = Arc::clone(&engine);
            Box::pin(async move { engine.handle(queue).await }) as Boxed<()>
        });
        let engine = Arc::clone(&self);
        let due = Arc::new(move |queue: Queue| {
            let engine = Arc::clone(&engine);
            // In doubt there is something to look at.
            Box::pin(async move { engine.is_due(queue).await.unwrap_or(true) }) as Boxed<bool>
        });
        let engine = Arc::clone(&self);
        let stop = async move {
            stop.await;
            engine.stop();
        };
        let workers = Workers::new(
            self.store.pool(),
            handler,
            due,
            JobSettings { grace: self.grace, ..JobSettings::default() },
        );
        let _ = self.bells.set(workers.bells());
        let (end, ended) = tokio::sync::watch::channel(false);
        let watch = tokio::spawn(Arc::clone(&self).watch(ended.clone()));
        let renew = tokio::spawn(Arc::clone(&self).renew(ended.clone()));
        let listen = tokio::spawn(Arc::clone(&self).listen(ended.clone()));
        let log = tokio::spawn(Arc::clone(&self).move_log(ended.clone()));
        let bounces = self.bounces.clone().filter(|_| self.roles.worker);
        let gather =
            bounces.map(|folder| tokio::spawn(crate::maildir::watch(Arc::clone(&self), folder, ended)));
        let result = workers.run(stop).await;
        // Nobody listens any more only where both have ended by themselves.
        let _ = end.send(true);
        let _ = watch.await;
        let _ = renew.await;
        let _ = listen.await;
        let _ = log.await;
        if let Some(gather) = gather {
            let _ = gather.await;
        }
        // What the grace did not suffice for: a batch that was broken off lets go of what it had a moment later.
        drop(tokio::time::timeout(LET_GO, self.left.lock()).await);
        let gathered = self.recover().await;
        crate::lock::release(&self.store, &self.worker).await?;
        result.map_err(EngineError::from).and(gathered.map(drop))
    }

    /// Does what a nudge asks for, until nothing is due. Errors are logged and retried by the watchdog:
    /// the due rows are still there.
    async fn handle(&self, queue: Queue) {
        let result = match queue {
            Queue::Turn => self.turns().await,
            Queue::Deliver if !self.roles.worker => Ok(()),
            Queue::Deliver => self.deliver_all().await,
        };
        metrics::count("nudges", &[("queue", queue.name())], 1);
        if let Err(error) = result {
            metrics::count("batches_failed", &[("queue", queue.name())], 1);
            tracing::error!(
                error = error.without_values(),
                retry = error.retry(),
                queue = queue.name(),
                "a batch failed; it is tried again within a second"
            );
        }
    }

    async fn turns(&self) -> Result<(), EngineError> {
        loop {
            let done = self.turn(self.clock.now()).await?;
            if done.sends > 0 {
                self.wake(Queue::Deliver);
            }
            if done.due == 0 || self.is_stopping() {
                return Ok(());
            }
            if self.claims_ahead(done.sends) {
                // Who just caused a message gets it first; what comes meanwhile is one batch.
                tokio::time::sleep(BREATH).await;
            }
        }
    }

    /// Facts came from outside: who decides looks at once.
    pub fn heed_facts(&self) {
        self.wake(Queue::Turn);
    }

    /// Lets a queue's worker look at once; other processes hear of it by the nudge.
    pub(crate) fn wake(&self, queue: Queue) {
        if let Some(bells) = self.bells.get() {
            bells.ring(queue);
        }
    }

    /// Sees what other verbs publish, pause and resume, within a second.
    async fn watch(self: Arc<Self>, mut ended: tokio::sync::watch::Receiver<bool>) {
        let mut passed = Duration::ZERO;
        let mut looks: u32 = 0;
        loop {
            tokio::select! {
                _ = ended.changed() => return,
                () = tokio::time::sleep(WATCH_EVERY) => {}
            }
            passed += WATCH_EVERY;
            if passed >= PRUNE_EVERY {
                passed = Duration::ZERO;
                let before = self.clock.now() - SignedDuration::from_hours(24);
                if let Err(error) = crate::jobs::prune(&self.store.pool(), before, 500).await {
                    tracing::error!(%error, "prune finished nudges");
                }
                if let Err(error) = self.forget_paces().await {
                    tracing::error!(%error, "forget the paces of former hours");
                }
                if let Err(error) = self.prune_daily().await {
                    tracing::error!(%error, "delete what is over");
                }
            }
            match self.refresh().await {
                Ok(true) => {
                    tracing::info!("loaded what was published");
                    // Whoever published it may have died meanwhile.
                    if let Err(error) = self.plan_published().await {
                        tracing::error!(%error, "plan what was published");
                    }
                }
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "load what was published"),
            }
            looks = looks.wrapping_add(1);
            // A batch that failed half-way leaves sends behind that nobody speaks for.
            if looks.is_multiple_of(RESCUE_EVERY)
                && let Err(error) = self.recover().await
            {
                tracing::error!(%error, "take back sends whose lease is over");
            }
        }
    }

    /// Looks at once where other processes say that something is due.
    async fn listen(self: Arc<Self>, mut ended: tokio::sync::watch::Receiver<bool>) {
        let pool = self.store.pool();
        tokio::select! {
            _ = ended.changed() => {}
            () = crate::jobs::listen(&pool, |queue| self.wake(queue)) => {}
        }
    }

    /// Keeps SQLite's write-ahead log short, beside those who write.
    async fn move_log(self: Arc<Self>, mut ended: tokio::sync::watch::Receiver<bool>) {
        let [shortest, longest] = LOG_EVERY;
        let (mut pause, mut held) = (shortest, 0);
        while !self.store.is_postgres() {
            tokio::select! {
                _ = ended.changed() => return,
                () = tokio::time::sleep(pause) => {}
            }
            match self.store.move_log().await {
                Ok(now) => {
                    // One that is shorter than before was begun anew.
                    let added = now.checked_sub(held).unwrap_or(now).max(1);
                    held = now;
                    pause = (pause * store::LONG_LOG / added).clamp(shortest, longest);
                }
                Err(error) => {
                    tracing::warn!(%error, "the write-ahead log could not be moved into the file; a commit does it");
                    pause = LOG_AFTER_ERROR;
                }
            }
        }
    }

    async fn forget_paces(&self) -> Result<(), EngineError> {
        let mut transaction = self.store.begin_beside().await?;
        store::pace::forget(&mut transaction, self.clock.now()).await?;
        Ok(store::commit(transaction).await?)
    }

    /// Whether anything in a queue is due now.
    async fn is_due(&self, queue: Queue) -> Result<bool, EngineError> {
        let now = self.clock.now();
        if self.is_held() {
            return Ok(false);
        }
        if queue == Queue::Deliver && !self.ahead().is_empty() {
            return Ok(true);
        }
        let mut conn = self.store.read().await?;
        let earliest = match queue {
            Queue::Deliver => send::next_due_at(&mut conn).await?,
            Queue::Turn => [
                event::next_at(&mut conn).await?,
                store::timer::next_at(&mut conn).await?,
                store::enrollment::next_at(&mut conn).await?,
                store::schedule::next_at(&mut conn).await?,
            ]
            .into_iter()
            .flatten()
            .min(),
        };
        Ok(earliest.is_some_and(|at| at <= now))
    }

    /// On PostgreSQL the lock renews itself.
    async fn renew(self: Arc<Self>, mut ended: tokio::sync::watch::Receiver<bool>) {
        if let store::Pool::Postgres(_) = self.store.pool() {
            return;
        }
        loop {
            tokio::select! {
                _ = ended.changed() => return,
                () = tokio::time::sleep(renew_every(self.hold)) => {}
            }
            let now = self.clock.now();
            let renewed = async {
                let mut transaction = self.store.begin().await?;
                lease::renew(&mut transaction, &self.worker, now, now + self.hold).await?;
                store::commit(transaction).await
            };
            if let Err(error) = renewed.await {
                tracing::error!(%error, "renew the lease");
            }
        }
    }

    /// The earliest instant at which anything is due, held facts not counted.
    pub async fn next_at(&self) -> Result<Option<Timestamp>, EngineError> {
        let mut conn = self.store.read().await?;
        Ok(stats::next_at(&mut conn).await?)
    }
}
