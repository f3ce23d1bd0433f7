//! W1: each customer enters, is asked a condition on two attributes, gets a mail of 5 KB by SMTP, waits, gets
//! points, and is done; all of it durable, with history and trace, and the gate for each mail.

use super::place::Place;
use super::sink::{self, Sink};
use super::{Workload, machine, project, seed};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::shell::open::{of_engine, of_store};
use crate::view::bench::Figures;
use crate::view::progress::Progress;
use engine::lock::Part;
use engine::publish::{self, Policy, Wish};
use engine::{Clock, Delivery, Engine, LEASE, Speakers, WallClock};
use jiff::Timestamp;
use model::WorkflowId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Options, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Between two looks whether it is over.
const LOOK: Duration = Duration::from_millis(5);
/// Nothing happened for so long: it does not go on.
const STALLED: Duration = Duration::from_secs(120);

/// Measures with so many workers.
pub async fn measure(
    config: &Config,
    place: &Place,
    customers: u64,
    stored: u64,
    workers: u32,
    progress: &Progress,
) -> Result<Figures, Failure> {
    if workers > 1 && place.file.is_some() {
        return Err(Failure::say(Exit::Usage, config.language.value, "bench-one-worker", &[]));
    }
    let sink = Sink::start().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let of = |error| of_store(config, &error);
    let store = Store::open(&place.url, Options::default()).await.map_err(of)?;
    seed::customers(config, &store, stored, progress).await?;
    let files = project::files(Workload::W1, sink.port);
    let now = Timestamp::now();
    publish::publish(&store, &files, &project::settings(), &Policy::All, Wish::default(), now)
        .await
        .map_err(|error| of_engine(config, &error))?;
    engine::jobs::prepare(&store.pool()).await.map_err(|error| of_engine(config, &error.into()))?;
    progress.doing(model::words::say(config.language.value, "bench-runs", &[]));
    progress.whole(customers);
    progress.at(0);
    let mut engines = Vec::new();
    for number in 0..workers {
        engines.push(engine(config, place, &store, number).await?);
    }
    machine::forget_peak();
    let before = machine::read();
    let began = Instant::now();
    // Who enters in the first two seconds rests at the wait, durably; for the others it is over.
    seed::begin(&store, customers, stored, Timestamp::now()).await.map_err(of)?;
    let (stop, stopped) = watch::channel(false);
    let mut working = JoinSet::new();
    for (_, engine) in &engines {
        let (engine, mut stopped) = (Arc::clone(engine), stopped.clone());
        working.spawn(engine.serve(async move {
            // The sender is gone only when the measurement is.
            let _ = stopped.wait_for(|stop| *stop).await;
        }));
    }
    let ended = until_ended(config, &store, &sink, customers, progress).await?;
    let seconds = began.elapsed().as_secs_f64();
    let passed = before.and_then(machine::since);
    let (peak, in_sink) = (machine::peak_mib(), machine::of_thread(sink::THREAD).unwrap_or(0.0));
    // Nobody listens any more only where all have ended by themselves.
    let _ = stop.send(true);
    while let Some(done) = working.join_next().await {
        done.map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?
            .map_err(|error| of_engine(config, &error))?;
    }
    let sent = accepted(config, &store).await?;
    store.close().await;
    Ok(Figures {
        customers,
        stored,
        done: ended,
        expected: customers,
        seconds,
        own_cpu: passed.map(|passed| (passed.own - in_sink).max(0.0)),
        peak_mib: peak,
        busy_others: passed.map(|passed| passed.others),
        sent: Some(sent),
        sink: Some(sink.count()),
        different: Some(sink.different()),
        ..Figures::default()
    })
}

/// One worker, with connections of its own. The lock holds its place.
pub(super) async fn engine(
    config: &Config,
    place: &Place,
    store: &Store,
    number: u32,
) -> Result<(engine::lock::Lock, Arc<Engine>), Failure> {
    let of = |error| of_engine(config, &error);
    let store = match number {
        0 => store.clone(),
        _ => Store::open(&place.url, Options::default()).await.map_err(|error| of_store(config, &error))?,
    };
    let now = Timestamp::now();
    let (lock, worker) =
        engine::lock::take(&store, place.file.as_deref(), now, LEASE, Part::Share).await.map_err(of)?;
    let zone = model::zone::zone(project::ZONE).unwrap_or_else(model::zone::utc);
    let speakers =
        Speakers::new(Delivery::Live, place.folder.path().join("outbox"), zone, Box::new(|_| None));
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let engine = Engine::new(store, clock, project::settings(), worker, speakers, true).await.map_err(of)?;
    Ok((lock, Arc::new(engine)))
}

/// Waits until everybody is through. Returns how many are; fewer than were to come: it stands still.
async fn until_ended(
    config: &Config,
    store: &Store,
    sink: &Sink,
    customers: u64,
    progress: &Progress,
) -> Result<u64, Failure> {
    let workflow = WorkflowId::new("w1");
    let (mut last, mut since) = (0, Instant::now());
    loop {
        tokio::time::sleep(LOOK).await;
        let mails = sink.count();
        progress.at(mails.min(customers));
        let ended = if mails < customers && since.elapsed() < STALLED {
            0
        } else {
            let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
            let standing = store::enrollment::standing(&mut conn, Some(&workflow))
                .await
                .map_err(|error| of_store(config, &error))?;
            let ended = standing.iter().filter(|at| at.state == "ended").map(|at| at.count).sum::<i64>();
            u64::try_from(ended).unwrap_or(0)
        };
        if ended >= customers || since.elapsed() >= STALLED {
            return Ok(ended);
        }
        if mails + ended != last {
            (last, since) = (mails + ended, Instant::now());
        }
    }
}

/// Messages that the ledger has as accepted.
pub(super) async fn accepted(config: &Config, store: &Store) -> Result<u64, Failure> {
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let counts = store::send::counts(&mut conn, None).await.map_err(|error| of_store(config, &error))?;
    let sent = counts.iter().filter(|of| of.state == model::SendState::Accepted).map(|of| of.count);
    Ok(u64::try_from(sent.sum::<i64>()).unwrap_or(0))
}
