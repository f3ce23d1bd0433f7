//! `nurture run`: serve and work.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, Roles, RunRequest};
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
    /// What of the work this process does; several processes need PostgreSQL [default: all of it]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROLES", conflicts_with_all = ["until_idle", "clock"])]
    pub roles: Vec<Role>,
}

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Serves HTTP
    Api,
    /// Decides about customers, and hands messages over
    Worker,
    /// Fires schedules and ranks
    Scheduler,
}

fn roles(named: &[Role]) -> Roles {
    if named.is_empty() {
        return Roles::ALL;
    }
    Roles {
        api: named.contains(&Role::Api),
        worker: named.contains(&Role::Worker),
        scheduler: named.contains(&Role::Scheduler),
    }
}

/// With a clock and `--json` the trace comes first, a line each. Runs until idle, until the clock's end, or until stopped (exit 130).
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let zone = &context.config.zone.value;
    let clock = match &args.clock {
        Some(clock) => Some(times::range(clock, zone, context.language)?),
        None => None,
    };
    let request = RunRequest { until_idle: args.until_idle, clock, roles: roles(&args.roles) };
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
