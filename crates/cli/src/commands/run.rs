//! `nurture run`: serve and work.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, RunRequest};
use crate::times;
use crate::view::progress::Progress;
use crate::view::{run, trace};

/// What `run` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// End when nothing is due; the last line says what was done
    #[arg(long)]
    pub until_idle: bool,
    /// A virtual clock that jumps from one due instant to the next; messages go to the folder
    #[arg(long, value_name = "FROM..TO")]
    pub clock: Option<String>,
}

/// With a clock and `--json` the trace comes first, a line each. Runs until idle, until the clock's end, or until stopped (exit 130).
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let zone = &context.config.zone.value;
    let clock = match &args.clock {
        Some(clock) => Some(times::range(clock, zone, context.language)?),
        None => None,
    };
    let request = RunRequest { until_idle: args.until_idle, clock };
    let progress = Progress::new();
    let mut each = |line: &model::TraceLine| match context.json {
        true => out.json(&trace::json(line, context.language)),
        false => Ok(()),
    };
    let done = context.wait_for_end(|stop| shell::run(&context.config, &request, &progress, stop, &mut each));
    progress.end();
    let (summary, stopped) = done?;
    if !context.json {
        crate::complain(run::human(&summary, &context.config.zone.value, context.language).trim_end());
    }
    out.json(&run::json(&summary))?;
    Ok(if stopped { Exit::Interrupted } else { Exit::Fine })
}
