//! `nurture simulate`: time travel over the database's history, or into the future.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, SimulateRequest};
use crate::times;
use crate::view::progress::Progress;
use crate::view::simulate::page::Told;
use crate::view::simulate::{self, SimulationSummary};
use crate::view::trace;
use model::words::say;
use std::path::PathBuf;
use std::time::Instant;

/// Mails shown to a reader.
const MAILS: usize = 3;
/// People that a page tells of.
const PEOPLE: usize = 200;

/// What `simulate` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these workflows [default: all that are published, else all files]
    #[arg(long = "workflow", value_name = "ID", num_args = 1..)]
    pub workflows: Vec<String>,
    /// From this day or instant on
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// Up to this day or instant, which is not included
    #[arg(long, value_name = "DATE")]
    pub to: String,
    /// Only so many customers, always the same ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
    /// Write a page to look at and to send around: the drawing with its people, days, reasons, persons
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Simulates: with `--json` one line of the trace per line, else the page for people.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    if context.json && args.html.is_some() {
        return Err(Failure::say(Exit::Usage, context.language, "simulate-one-form", &[]));
    }
    let zone = &context.config.zone.value;
    let (from, to) = times::between(&args.from, &args.to, zone, context.language)?;
    let request = SimulateRequest {
        workflows: args.workflows.clone(),
        from,
        to,
        sample: args.sample,
        mails: if context.json { 0 } else { MAILS },
        people: if args.html.is_some() { PEOPLE } else { 0 },
    };
    let progress = Progress::new();
    let began = Instant::now();
    let mut summary = SimulationSummary::new(Vec::new(), from, to, zone.clone());
    let mut each = |line: &model::TraceLine| {
        if context.json {
            out.json(&trace::json(line, context.language))
        } else {
            summary.take(line);
            Ok(())
        }
    };
    let simulated = context.wait(shell::simulate(&context.config, &request, &progress, &mut each));
    progress.end();
    let simulated = simulated?;
    if context.json {
        return Ok(Exit::Fine);
    }
    summary.workflows = simulated.workflows.iter().map(|workflow| workflow.title.clone()).collect();
    summary.customers = simulated.customers;
    summary.samples = simulated.mails;
    summary.costs = simulated.costs;
    summary.without_history = simulated.without_history;
    summary.took = began.elapsed();
    let Some(file) = &args.html else {
        out.text(&simulate::human(&summary, context.language))?;
        return Ok(Exit::Fine);
    };
    let told = Told { workflows: &simulated.workflows, lines: &simulated.trace, people: &simulated.people };
    let page = simulate::page::page(&summary, &told, context.language);
    let path = file.display().to_string();
    std::fs::write(context.here.join(file), page).map_err(|error| {
        let values = [("path", path.as_str()), ("why", &error.to_string())];
        Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
    })?;
    out.text(&simulate::sentence(&summary, context.language))?;
    out.line(&say(context.language, "page-written", &[("path", &path)]))?;
    Ok(Exit::Fine)
}
