//! W2: a daily date trigger over many customers, few of whom have their day: they are found, and enter.

use super::place::Place;
use super::{Workload, machine, project, seed};
use crate::config::Config;
use crate::exit::Failure;
use crate::shell::open::{of_engine, of_store};
use crate::view::bench::Figures;
use crate::view::progress::Progress;
use engine::lock::Part;
use engine::publish::{self, Policy, Wish};
use engine::{Clock, Delivery, Engine, LEASE, Speakers, VirtualClock};
use jiff::Timestamp;
use model::WorkflowId;
use std::sync::Arc;
use std::time::Instant;
use store::{Options, Store};

/// 14 March 2026, 08:00 in Shanghai: an hour before the day's customers are due.
const MORNING: i64 = 1_773_446_400;
const HOUR: i64 = 3_600;
/// The day, as a birthday has it.
const DAY: (i8, i8) = (3, 14);

/// Measures how long it takes until all whose day it is have entered.
pub async fn measure(
    config: &Config,
    place: &Place,
    customers: u64,
    progress: &Progress,
) -> Result<Figures, Failure> {
    let of = |error| of_store(config, &error);
    let fault = |error| of_engine(config, &error);
    let store = Store::open(&place.url, Options::default()).await.map_err(of)?;
    seed::customers(config, &store, customers, progress).await?;
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    let morning = at(MORNING);
    let (files, settings) = (project::files(Workload::W2, 2_525), project::settings());
    publish::publish(&store, &files, &settings, &Policy::All, Wish::default(), morning)
        .await
        .map_err(fault)?;
    let (_lock, worker) =
        engine::lock::take(&store, place.file.as_deref(), Timestamp::now(), LEASE, Part::All)
            .await
            .map_err(fault)?;
    let zone = model::zone::zone(project::ZONE).unwrap_or_else(model::zone::utc);
    let speakers =
        Speakers::new(Delivery::File, place.folder.path().join("outbox"), zone, Box::new(|_| None));
    let clock = Arc::new(VirtualClock::new(morning));
    let watch: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    let engine = Engine::new(store.clone(), watch, project::settings(), worker, speakers, false)
        .await
        .map_err(fault)?;
    progress.doing(model::words::say(config.language.value, "bench-plans", &[]));
    engine.plan_published().await.map_err(fault)?;
    progress.doing(model::words::say(config.language.value, "bench-runs", &[]));
    clock.set(at(MORNING + HOUR));
    machine::forget_peak();
    let before = machine::read();
    let began = Instant::now();
    engine.until_idle().await.map_err(fault)?;
    let seconds = began.elapsed().as_secs_f64();
    let passed = before.and_then(machine::since);
    let peak = machine::peak_mib();
    let mut conn = store.read().await.map_err(of)?;
    let entered = store::enrollment::standing(&mut conn, Some(&WorkflowId::new("w2"))).await.map_err(of)?;
    drop(conn);
    store.close().await;
    Ok(Figures {
        customers,
        stored: customers,
        done: u64::try_from(entered.iter().map(|at| at.count).sum::<i64>()).unwrap_or(0),
        expected: seed::born_on(customers, DAY.0, DAY.1),
        seconds,
        own_cpu: passed.map(|passed| passed.own),
        peak_mib: peak,
        busy_others: passed.map(|passed| passed.others),
        ..Figures::default()
    })
}
