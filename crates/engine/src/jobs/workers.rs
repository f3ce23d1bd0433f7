//! The workers of a process: for each queue a desk, an apalis worker that rings it, and a watchdog.

use super::desk::{Desk, Tally};
use super::watchdog::watch;
use super::{Due, Handler, JobError, Nudge, Queue};
use apalis::prelude::{
    BackendExt as _, Codec, Monitor, MonitorContext, PollSnapshot, PollStrategy, WorkerBuilder,
    WorkerBuilderExt as _,
};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use store::Pool;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};
use ulid::Ulid;

/// How often to look, and how long to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Between two looks of an idle worker at its queue. This is what a nudge of another process waits for;
    /// our own nudges are heard at once. At least 1 ms. Default 500 ms.
    pub poll: Duration,
    /// Between two signs of life; after three missed ones others take over what a worker held. Whole
    /// seconds, at least 1. Default 5 s.
    pub heartbeat: Duration,
    /// Between two looks of the watchdog. At least 1 ms. Default 1 s.
    pub watchdog: Duration,
    /// How long a run may take to end once it was asked to stop; then it is dropped. Default 60 s.
    pub grace: Duration,
    /// Before a worker that failed starts again, so that a broken database is not hammered. Default 1 s.
    pub restart_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            heartbeat: Duration::from_secs(5),
            watchdog: Duration::from_secs(1),
            grace: Duration::from_secs(60),
            restart_pause: Duration::from_secs(1),
        }
    }
}

const MISSED_HEARTBEATS: usize = 3;
/// The runtime's timers know nothing shorter, and none that is zero.
const SHORTEST: Duration = Duration::from_millis(1);

/// Rings the workers of this process and says what they did. Cheap to clone; outlives them harmlessly.
#[derive(Clone, Debug)]
pub struct Bells {
    turn: Arc<Desk>,
    deliver: Arc<Desk>,
}

impl Bells {
    /// Lets the queue's worker look at once. Call it after the commit of a nudge; without a nudge it does
    /// nothing.
    pub fn wake(&self, queue: Queue) {
        self.desk(queue).committed.notify_one();
    }

    /// Has the queue's run begin, or another follow the one under way, without a nudge.
    pub fn ring(&self, queue: Queue) {
        self.desk(queue).ring();
    }

    /// What happened in a queue since the process started.
    pub fn tally(&self, queue: Queue) -> Tally {
        self.desk(queue).tally()
    }

    fn desk(&self, queue: Queue) -> &Arc<Desk> {
        match queue {
            Queue::Turn => &self.turn,
            Queue::Deliver => &self.deliver,
        }
    }
}

/// The workers of a process, not running yet.
pub struct Workers {
    pool: Pool,
    handler: Handler,
    due: Due,
    settings: Settings,
    bells: Bells,
}

impl Workers {
    /// Workers over a database that [`super::prepare`] has seen. The pool may have a single connection: the
    /// workers hold it for one short transaction at a time.
    pub fn new(pool: Pool, handler: Handler, due: Due, settings: Settings) -> Self {
        let bells =
            Bells { turn: Arc::new(Desk::new(Queue::Turn)), deliver: Arc::new(Desk::new(Queue::Deliver)) };
        Self { pool, handler, due, settings, bells }
    }

    /// The bells of these workers.
    pub fn bells(&self) -> Bells {
        self.bells.clone()
    }

    /// Works until `stop` is ready: begins no further run, lets those in progress end (for at most
    /// [`Settings::grace`]), then ends the apalis workers. Each queue has one run at the start, for what an
    /// earlier process left. Dropping this future ends everything where it stands, as a crash would.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), JobError> {
        let Self { pool, handler, due, settings, bells } = self;
        let stopping = Arc::new(AtomicBool::new(false));
        let mut monitor = Monitor::new().should_restart(restart(bells.clone(), stopping.clone()));
        for queue in Queue::ALL {
            let worker =
                Source { pool: pool.clone(), desk: bells.desk(queue).clone(), settings: settings.clone() };
            monitor = worker.join(monitor);
        }
        let context = monitor.context();
        // Both sets end their tasks when they are dropped.
        let (mut desks, mut duties) = (JoinSet::new(), JoinSet::new());
        for (queue, worker) in Queue::ALL.into_iter().zip(context.workers()) {
            let desk = bells.desk(queue);
            desk.ring();
            let (serving, pool, handler) = (desk.clone(), pool.clone(), handler.clone());
            desks.spawn(async move { serving.serve(&pool, handler).await });
            duties.spawn(watch(desk.clone(), due.clone(), settings.watchdog.max(SHORTEST)));
            duties.spawn(pass_on(desk.clone(), context.clone(), worker.name().to_owned()));
        }
        // The desks close before apalis does: a worker that shuts down stops polling its own statements
        // while a handler runs, and could sit on the connection that the handler needs to end.
        let quit = async {
            stop.await;
            stopping.store(true, Ordering::SeqCst);
            Queue::ALL.into_iter().for_each(|queue| bells.desk(queue).close());
            duties.shutdown().await;
            let ended = async { while desks.join_next().await.is_some() {} };
            if tokio::time::timeout(settings.grace, ended).await.is_err() {
                tracing::warn!(
                    grace_s = settings.grace.as_secs(),
                    "a run did not end in time and is dropped"
                );
                desks.shutdown().await;
            }
            Queue::ALL.into_iter().for_each(|queue| bells.desk(queue).release());
            Ok(())
        };
        monitor.run_with_signal(quit).await.map_err(JobError::Workers)
    }
}

/// Starts a failed worker again, for ever: the watchdog works meanwhile, and a full disk may be cleared.
fn restart(
    bells: Bells,
    stopping: Arc<AtomicBool>,
) -> impl Fn(&apalis::prelude::WorkerContext, &apalis::prelude::WorkerError) -> bool {
    move |worker, error| {
        tracing::warn!(worker = worker.name(), %error, "a job worker failed");
        let queue = Queue::ALL.into_iter().find(|queue| worker.name().starts_with(queue.name()));
        if let Some(queue) = queue {
            bells.desk(queue).restarts.fetch_add(1, Ordering::SeqCst);
        }
        !stopping.load(Ordering::SeqCst)
    }
}

/// Wakes the apalis worker whenever a nudge was committed.
async fn pass_on(desk: Arc<Desk>, monitor: MonitorContext, worker: String) {
    loop {
        desk.committed.notified().await;
        let runs = desk.tally().runs;
        // One wake is lost where the worker is just then reading an answer from before the commit, so it is
        // woken again until a run began. Each wake costs one look at an index.
        for pause in [0, 2, 10, 50].map(Duration::from_millis) {
            tokio::time::sleep(pause).await;
            if desk.tally().runs > runs {
                break;
            }
            // The name it had when it was registered finds it after restarts too.
            let _ = monitor.wake_worker(&worker);
        }
    }
}

/// All it takes to make the apalis worker of a queue, again and again.
struct Source {
    pool: Pool,
    desk: Arc<Desk>,
    settings: Settings,
}

impl Source {
    fn join(self, monitor: Monitor) -> Monitor {
        // The two storages have no trait in common that would build a worker.
        macro_rules! register {
            ($storage:ident, $pool:ident, $config:ident) => {
                monitor.register(move |restarts| {
                    let pause = if restarts == 0 { Duration::ZERO } else { self.settings.restart_pause };
                    let storage = $storage::<Vec<u8>>::new(&$pool)
                        .with_config(self.$config())
                        .with_codec(AsWritten)
                        .poll_with_strategy(Ticks::new(self.settings.poll))
                        .before_start(move |_| async move {
                            tokio::time::sleep(pause).await;
                            Ok(())
                        });
                    WorkerBuilder::new(new_name(self.desk.queue))
                        .backend(storage)
                        .concurrency(1)
                        .build(ring(self.desk.clone()))
                })
            };
        }
        match self.pool.clone() {
            Pool::Sqlite(pool) => register!(SqliteStorage, pool, on_sqlite),
            Pool::Postgres(pool) => register!(PostgresStorage, pool, on_postgres),
        }
    }

    fn on_sqlite(&self) -> apalis_sqlite::Config {
        apalis_sqlite::Config::default()
            .queue(self.desk.queue.name())
            .batch_size(1)
            .heartbeat_interval(Duration::from_secs(self.settings.heartbeat.as_secs().max(1)))
            .missed_heartbeats(MISSED_HEARTBEATS)
            // A single worker a queue on SQLite: taking a row already says who has it.
            .lock_tasks(false)
            // What apalis calls a result is also its acknowledgement.
            .persist_results(true)
    }

    fn on_postgres(&self) -> apalis_postgres::Config {
        apalis_postgres::Config::default()
            .queue(self.desk.queue.name())
            .batch_size(1)
            .heartbeat_interval(Duration::from_secs(self.settings.heartbeat.as_secs().max(1)))
            .missed_heartbeats(MISSED_HEARTBEATS)
            // Taking a row, with `SKIP LOCKED`, already says who has it.
            .lock_tasks(false)
            .persist_results(true)
    }
}

/// What a worker does with a nudge: it rings, and is done with it when its run is over.
fn ring(desk: Arc<Desk>) -> impl Fn(Vec<u8>) -> super::Boxed<()> + Clone {
    move |args| {
        let desk = desk.clone();
        Box::pin(async move {
            let why =
                serde_json::from_slice(&args).map_or_else(|_| "unreadable".to_owned(), |n: Nudge| n.why);
            tracing::debug!(queue = desk.queue.name(), why, "nudged");
            desk.wait(desk.ring()).await;
        })
    }
}

/// Looks again and again. Not apalis' own interval: where that one comes round in the very poll that ends a
/// look, its next round wakes nobody, and the worker sleeps until its heartbeat.
struct Ticks(Interval);

impl Ticks {
    fn new(every: Duration) -> Self {
        let mut ticks = tokio::time::interval(every.max(SHORTEST));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(ticks)
    }
}

impl PollStrategy for Ticks {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let mut answer = Poll::Pending;
        // Until it is not ready: only then has it kept our waker.
        while self.0.poll_tick(cx).is_ready() {
            answer = Poll::Ready(Some(()));
        }
        answer
    }
}

/// Hands the bytes of a nudge through. A nudge that cannot be read is a nudge all the same; decoded by
/// apalis, it would end the worker each time it is taken.
#[derive(Clone, Copy, Debug)]
struct AsWritten;

impl Codec<Vec<u8>> for AsWritten {
    type Error = Infallible;
    type Compact = Vec<u8>;

    fn encode(&self, args: &Vec<u8>) -> Result<Vec<u8>, Infallible> {
        Ok(args.clone())
    }

    fn decode(&self, args: &Vec<u8>) -> Result<Vec<u8>, Infallible> {
        Ok(args.clone())
    }
}

/// A name that no worker ever had: after a crash apalis refuses the old one until its heartbeats are missed.
fn new_name(queue: Queue) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "host" } else { host.trim() };
    format!("{queue}/{host}/{}/{}", std::process::id(), Ulid::generate())
}
