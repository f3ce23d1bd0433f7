//! W4: an event comes over HTTP, a workflow begins with it, and its mail goes out: how long that takes from the first
//! byte of the request to the final dot of the mail, at 50 events a second, each over a connection of its own.

use super::load::{self, Service};
use super::place::Place;
use super::served::Served;
use super::sink::{self, Sink};
use super::{Workload, machine, seed, w1};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::bench::{Check, Figures};
use crate::view::progress::Progress;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events in a second.
const A_SECOND: u32 = 50;
/// So many events are not measured, at most half of all: connections are made, statements prepared, as in a program that
/// has run for a while.
const BEFORE: u64 = 25;
/// Between two looks whether it is over.
const LOOK: Duration = Duration::from_millis(20);
/// Nothing happened for so long: it does not go on.
const STALLED: Duration = Duration::from_secs(60);

/// Measures.
pub async fn measure(
    config: &Config,
    place: &Place,
    customers: u64,
    progress: &Progress,
) -> Result<Figures, Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Unavailable, error.to_string());
    let sink = Sink::timing().map_err(failed)?;
    let (all, first) = (customers, BEFORE.min(customers / 2));
    let served = Served::start(config, place, Workload::W4, sink.port, all, progress).await?;
    progress.whole(all);
    progress.at(0);
    machine::forget_peak();
    let before = machine::read();
    let body = Arc::new(|number: u64, text: &mut Vec<u8>| {
        let who = seed::id(number);
        // A vector takes whatever is written.
        let _ =
            write!(text, "{{\"messageId\":\"w-{number}\",\"userId\":\"{who}\",\"event\":\"bench.began\"}}");
    });
    let service = Service::new(served.address, "/v1/track", &served.key);
    let began = Instant::now();
    let clients = load::paced(service, A_SECOND, all, body).map_err(failed)?;
    let (mut last, mut since, mut in_clients) = (0, Instant::now(), None);
    loop {
        in_clients = machine::of_thread(load::THREAD).or(in_clients);
        let mails = sink.count();
        progress.at(mails.min(all));
        if (mails >= all && clients.is_done()) || since.elapsed() >= STALLED {
            break;
        }
        if mails != last {
            (last, since) = (mails, Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    let passed = before.and_then(machine::since);
    let (peak, in_sink) = (machine::peak_mib(), machine::of_thread(sink::THREAD).unwrap_or(0.0));
    let seen = clients.seen().map_err(failed)?;
    let arrived = seen.began.iter().zip(0..).filter_map(|(began, number): (_, u64)| {
        let came = sink.came(&seed::address(number))?;
        Some((number, came.saturating_duration_since(*began).as_secs_f64() * 1e3))
    });
    let arrived: Vec<(u64, f64)> = arrived.collect();
    let mut waits: Vec<f64> =
        arrived.iter().filter(|(number, _)| *number >= first).map(|(_, wait)| *wait).collect();
    let sent = until_accepted(config, &served, all).await?;
    served.end(config).await?;
    let count = u64::try_from(arrived.len()).unwrap_or(u64::MAX);
    Ok(Figures {
        customers: all,
        stored: all,
        done: sink.count(),
        expected: all,
        seconds,
        own_cpu: passed.map(|passed| (passed.own - in_sink - in_clients.unwrap_or(0.0)).max(0.0)),
        peak_mib: peak,
        busy_others: passed.map(|passed| passed.others),
        sent: Some(sent),
        sink: Some(sink.count()),
        different: Some(sink.different()),
        p50_ms: load::percentile(&mut waits, 50),
        p99_ms: load::percentile(&mut waits, 99),
        checks: vec![
            Check { what: "bench-check-stored", expected: all, found: seen.answered.accepted },
            Check { what: "bench-check-mails", expected: all, found: count },
        ],
        ..Figures::default()
    })
}

/// Messages that the ledger has as accepted, once it has them all: the last words of the mail server are written a
/// moment after it took the mail.
async fn until_accepted(config: &Config, served: &Served, all: u64) -> Result<u64, Failure> {
    let since = Instant::now();
    loop {
        let sent = w1::accepted(config, &served.store).await?;
        if sent >= all || since.elapsed() >= STALLED {
            return Ok(sent);
        }
        tokio::time::sleep(LOOK).await;
    }
}
