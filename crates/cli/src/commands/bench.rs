//! `nurture bench`: how fast it is on this machine, with customers, a mail server and a database of its own.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, BenchRequest, Workload};
use crate::view::bench;
use crate::view::progress::Progress;

/// What `bench` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is measured
    #[arg(value_enum, value_name = "WORKLOAD")]
    pub workload: Workload,
    /// Customers who do something [default: 20000 for w1 and w3, 1000000 for w2, 750 for w4, 5000 for growth]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub customers: Option<u64>,
    /// Customers stored in all, most of whom do nothing (w1; growth: the largest) [default: as many as do
    /// something; 1000000 for growth]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub stored: Option<u64>,
    /// Workers that share the work, on PostgreSQL (w1)
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub workers: u32,
}

/// Measures, and prints the figures. Findings (1): what was sent, what arrived and who entered differ.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let request = BenchRequest {
        workload: args.workload,
        customers: args.customers,
        stored: args.stored,
        workers: args.workers,
    };
    let progress = Progress::new();
    let done = context.wait_for_end(|stop| shell::bench(&context.config, request, progress.clone(), stop));
    progress.end();
    let (report, _) = done?;
    if context.json {
        out.json(&bench::json(&report))?;
    } else {
        out.text(&bench::human(&report, context.language))?;
    }
    Ok(if report.is_sound() { Exit::Fine } else { Exit::Findings })
}
