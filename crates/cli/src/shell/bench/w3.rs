//! W3: events over HTTP as clients of Segment tell them, judged, told apart from those told before, stored before the
//! answer, and decided beside it. First one by one over 64 connections, then 500 at a time.
//!
//! One in 50 requests tells again what was told before, one event in 1,000 has a name that nobody knows, and one in
//! 100 is what a workflow begins with.

use super::load::{self, Seen, Service};
use super::place::Place;
use super::served::Served;
use super::{Workload, machine, seed};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::shell::open::of_store;
use crate::view::bench::{Batched, Check, Figures};
use crate::view::progress::Progress;
use jiff::Timestamp;
use model::WorkflowId;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;

/// Connections of those who tell one event a request, and of those who tell many.
const SINGLE: usize = 64;
const MANY: usize = 8;
/// Events of a request that tells many.
const BATCH: u64 = 500;
/// Events of each customer that are told one by one, and many at a time.
const OF_EACH: (u64, u64) = (5, 25);
/// One request in so many tells again what was told before.
const AGAIN: u64 = 50;
/// One event in so many has an unknown name.
const STRAY: u64 = 1_000;
/// One event in so many begins a workflow.
const BEGINS: u64 = 100;
/// Between two looks whether it is over.
const LOOK: Duration = Duration::from_millis(20);
/// Nothing happened for so long: it does not go on.
const STALLED: Duration = Duration::from_secs(120);

/// Measures.
pub async fn measure(
    config: &Config,
    place: &Place,
    customers: u64,
    progress: &Progress,
) -> Result<Figures, Failure> {
    let of = |error| of_store(config, &error);
    let served = Served::start(config, place, Workload::W3, 2_525, customers, progress).await?;
    let store = served.store.clone();
    let (single, many) = (customers * OF_EACH.0, (customers * OF_EACH.1).div_ceil(BATCH));
    machine::forget_peak();
    let before = machine::read();
    let at = Timestamp::now().to_string();
    let told = at.clone();
    let one = Arc::new(move |request, text: &mut Vec<u8>| item(told_by(request), customers, &told, text));
    let began = Instant::now();
    let first =
        until_done(load::flood(Service::new(served.address, "/v1/track", &served.key), SINGLE, single, one))
            .await?;
    let seconds = began.elapsed().as_secs_f64();
    let after = single;
    let batch = Arc::new(move |request, text: &mut Vec<u8>| {
        text.extend_from_slice(b"{\"batch\":[");
        for place in 0..BATCH {
            if place > 0 {
                text.push(b',');
            }
            item(after + told_by(request) * BATCH + place, customers, &at, text);
        }
        // A vector takes whatever is written.
        let _ = write!(text, "],\"sentAt\":\"{at}\"}}");
    });
    let began = Instant::now();
    let rest =
        until_done(load::flood(Service::new(served.address, "/v1/batch", &served.key), MANY, many, batch))
            .await?;
    let batched_seconds = began.elapsed().as_secs_f64();
    let passed = before.and_then(machine::since);
    let (peak, in_clients) = (machine::peak_mib(), first.1.unwrap_or(0.0) + rest.1.unwrap_or(0.0));
    let (first, rest) = (first.0, rest.0);

    let expected = Expected::of(single, many);
    let entered = until_entered(config, &store, expected.entered).await?;
    let mut conn = store.read().await.map_err(of)?;
    let stored = store::event::count_of_source(&mut conn, &served.source).await.map_err(of)?;
    let kept = store::rejected::count_of_source(&mut conn, &served.source).await.map_err(of)?;
    drop(conn);
    served.end(config).await?;
    let check = |what, expected, found| Check { what, expected, found };
    let answered = first.answered.accepted + rest.answered.accepted;
    let mut waits = first.waits;
    Ok(Figures {
        customers,
        stored: customers,
        done: first.answered.accepted,
        expected: expected.single,
        seconds,
        own_cpu: passed.map(|passed| (passed.own - in_clients).max(0.0)),
        peak_mib: peak,
        busy_others: passed.map(|passed| passed.others),
        batched: Some(Batched { events: rest.answered.accepted, seconds: batched_seconds }),
        p50_ms: load::percentile(&mut waits, 50),
        p99_ms: load::percentile(&mut waits, 99),
        checks: vec![
            check("bench-check-answered", expected.single + expected.many, answered),
            check("bench-check-stored", expected.single + expected.many, stored),
            check(
                "bench-check-repeated",
                expected.repeated,
                first.answered.repeated + rest.answered.repeated,
            ),
            check("bench-check-rejected", expected.rejected, kept),
            check("bench-check-entered", expected.entered, entered),
        ],
        ..Figures::default()
    })
}

/// Which events, or which batch, a request tells: each its own, and now and then one of those before.
fn told_by(request: u64) -> u64 {
    if request % AGAIN == AGAIN - 1 { request - (AGAIN - 1) } else { request }
}

fn is_stray(number: u64) -> bool {
    number % STRAY == STRAY / 2
}

/// What there is when all is told.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    single: u64,
    many: u64,
    repeated: u64,
    rejected: u64,
    entered: u64,
}

impl Expected {
    fn of(single: u64, many: u64) -> Self {
        let mut expected = Self { single: 0, many: 0, repeated: 0, rejected: 0, entered: 0 };
        for request in 0..single {
            let number = told_by(request);
            match (is_stray(number), number == request) {
                (true, _) => expected.rejected += 1,
                (false, true) => {
                    expected.single += 1;
                    expected.entered += u64::from(number.is_multiple_of(BEGINS));
                }
                (false, false) => expected.repeated += 1,
            }
        }
        for request in 0..many {
            let batch = told_by(request);
            for place in 0..BATCH {
                let number = single + batch * BATCH + place;
                match (is_stray(number), batch == request) {
                    (true, _) => expected.rejected += 1,
                    (false, true) => {
                        expected.many += 1;
                        expected.entered += u64::from(number.is_multiple_of(BEGINS));
                    }
                    (false, false) => expected.repeated += 1,
                }
            }
        }
        expected
    }
}

/// An event as a client writes it.
fn item(number: u64, customers: u64, at: &str, text: &mut Vec<u8>) {
    let name = match number {
        _ if is_stray(number) => "bench.unheard",
        _ if number.is_multiple_of(BEGINS) => "bench.began",
        _ => "bench.viewed",
    };
    // Who begins does so once.
    let who = if name == "bench.began" { number / BEGINS } else { number.wrapping_mul(7_919) } % customers;
    // A vector takes whatever is written.
    let _ = write!(
        text,
        "{{\"type\":\"track\",\"messageId\":\"m-{number}\",\"userId\":\"{}\",\"event\":\"{name}\",\"timestamp\":\"{at}\"",
        seed::id(who)
    );
    let _ = match name {
        "bench.viewed" => {
            write!(
                text,
                ",\"properties\":{{\"path\":\"/p/{}\",\"seconds\":{}}}}}",
                number % 1_000,
                number % 60
            )
        }
        _ => write!(text, "}}"),
    };
}

/// What the clients saw, and the processor time that they took.
async fn until_done(clients: std::io::Result<load::Clients>) -> Result<(Seen, Option<f64>), Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Unavailable, error.to_string());
    let clients = clients.map_err(failed)?;
    let mut taken = None;
    while !clients.is_done() {
        taken = machine::of_thread(load::THREAD).or(taken);
        tokio::time::sleep(LOOK).await;
    }
    Ok((clients.seen().map_err(failed)?, taken))
}

/// Waits until everybody has entered who was to.
async fn until_entered(config: &Config, store: &Store, expected: u64) -> Result<u64, Failure> {
    let workflow = WorkflowId::new("w3");
    let (mut last, mut since) = (0, Instant::now());
    loop {
        let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
        let standing = store::enrollment::standing(&mut conn, Some(&workflow))
            .await
            .map_err(|error| of_store(config, &error))?;
        drop(conn);
        let entered = u64::try_from(standing.iter().map(|at| at.count).sum::<i64>()).unwrap_or(0);
        if entered >= expected || since.elapsed() >= STALLED {
            return Ok(entered);
        }
        if entered != last {
            (last, since) = (entered, Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_again_refused_and_begun_is_known_before() {
        let expected = Expected::of(1_500, 15);
        assert_eq!(expected.single + expected.repeated + expected.rejected + expected.many, 1_500 + 15 * 500);
        assert_eq!(
            expected,
            Expected { single: 1_469, many: 7_492, repeated: 29, rejected: 10, entered: 81 }
        );
    }

    #[test]
    fn an_event_is_json() {
        for number in [0, 1, 500] {
            let mut text = Vec::new();
            item(number, 300, "2026-03-02T09:00:00Z", &mut text);
            let said: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(said["messageId"], format!("m-{number}"));
        }
    }
}
