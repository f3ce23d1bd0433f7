//! `nurture bench`, done: customers, a mail server and a database of its own, all gone afterwards.

mod load;
mod machine;
mod place;
mod project;
mod seed;
mod served;
mod sink;
mod w1;
mod w2;
mod w3;
mod w4;

use super::Stop;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::bench::{Figures, Report};
use crate::view::progress::Progress;
use place::Place;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// Each customer enters, is asked a condition, gets a mail, waits, gets points, and is done
    W1,
    /// A daily date trigger over many customers, few of whom have their day
    W2,
    /// Events over HTTP, stored before the answer: one by one over 64 connections, then 500 at a time
    W3,
    /// From an event over HTTP to its mail at the mail server, 50 events a second
    W4,
    /// W1 for a few customers among ever more who are only stored
    Growth,
}

/// `nurture bench`.
#[derive(Clone, Copy, Debug)]
pub struct BenchRequest {
    /// What is measured.
    pub workload: Workload,
    /// Customers who do something; `None`: as the workload has it.
    pub customers: Option<u64>,
    /// Customers stored in all; `None`: as the workload has it.
    pub stored: Option<u64>,
    /// Workers that share the work.
    pub workers: u32,
}

/// How large the first step of `growth` is; each further one is ten times as large.
const SMALLEST: u64 = 10_000;

/// Measures. Errors: no database can be made where the settings say (3), it cannot be reached (69), the person
/// interrupted (130).
pub async fn bench(
    config: &Config,
    request: BenchRequest,
    progress: Progress,
    mut stop: Stop,
) -> Result<Report, Failure> {
    let mut rows = Vec::new();
    for (customers, stored) in sizes(request) {
        let place = Place::make(config).await?;
        let measured = async {
            match request.workload {
                Workload::W1 | Workload::Growth => {
                    w1::measure(config, &place, customers, stored, request.workers, &progress).await
                }
                Workload::W2 => w2::measure(config, &place, customers, &progress).await,
                Workload::W3 => w3::measure(config, &place, customers, &progress).await,
                Workload::W4 => w4::measure(config, &place, customers, &progress).await,
            }
        };
        let measured = tokio::select! {
            measured = measured => measured,
            // The sender is gone only when the program ends.
            _ = stop.wait_for(|stop| *stop) => {
                Err(Failure::say(Exit::Interrupted, config.language.value, "cli-interrupted", &[]))
            }
        };
        let database = place.name();
        let gone = place.remove(config).await;
        let figures: Figures = measured?;
        gone?;
        rows.push((database, figures));
    }
    let workload = match request.workload {
        Workload::W1 => "w1",
        Workload::W2 => "w2",
        Workload::W3 => "w3",
        Workload::W4 => "w4",
        Workload::Growth => "growth",
    };
    let database = rows.first().map_or("sqlite", |(database, _)| *database);
    let rows = rows.into_iter().map(|(_, figures)| figures).collect();
    Ok(Report { workload, database, cores: machine::cores(), rows })
}

/// Who does something, and who is stored, run by run.
fn sizes(request: BenchRequest) -> Vec<(u64, u64)> {
    // All who are stored do something.
    let busy = |usual: u64| {
        let customers = request.customers.unwrap_or(usual);
        vec![(customers, customers)]
    };
    match request.workload {
        Workload::W1 => {
            let customers = request.customers.unwrap_or(20_000);
            vec![(customers, request.stored.unwrap_or(customers).max(customers))]
        }
        Workload::W2 => busy(1_000_000),
        Workload::W3 => busy(20_000),
        Workload::W4 => busy(750),
        Workload::Growth => {
            let customers = request.customers.unwrap_or(5_000);
            let largest = request.stored.unwrap_or(1_000_000).max(customers);
            let mut sizes = Vec::new();
            let mut stored = SMALLEST.max(customers);
            while stored < largest {
                sizes.push((customers, stored));
                stored = stored.saturating_mul(10);
            }
            sizes.push((customers, largest));
            sizes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_goes_up_by_tens_to_the_largest() {
        let of =
            |workload, customers, stored| sizes(BenchRequest { workload, customers, stored, workers: 1 });
        assert_eq!(of(Workload::W1, None, None), [(20_000, 20_000)]);
        assert_eq!(of(Workload::W1, Some(500), Some(100)), [(500, 500)]);
        assert_eq!(of(Workload::Growth, None, None), [(5_000, 10_000), (5_000, 100_000), (5_000, 1_000_000)]);
        assert_eq!(of(Workload::Growth, Some(100), Some(20_000)), [(100, 10_000), (100, 20_000)]);
    }
}
