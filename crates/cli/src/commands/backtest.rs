//! `nurture backtest SCORE`: does the score tell buyers from others?

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::view::backtest;
use crate::{shell, times};
use model::Length;

/// What `backtest` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The score
    #[arg(value_name = "SCORE")]
    pub score: String,
    /// What one hopes for: an event of the model [default: the goal of most workflows, else `order.paid`]
    #[arg(long, value_name = "EVENT")]
    pub event: Option<String>,
    /// How soon after the instant it must come
    #[arg(long, value_name = "LENGTH", default_value = "30 days")]
    pub within: String,
    /// Days or instants of the past at which scores are taken [default: the last twelve windows]
    #[arg(long, value_name = "TIME")]
    pub at: Vec<String>,
}

/// Prints the table. Exit 4: no such score; 2: no such event or none to hope for, no length, no time.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let within: Length = args.within.parse().map_err(|_| {
        Failure::say(Exit::Usage, context.language, "cli-not-a-length", &[("text", &args.within)])
    })?;
    let zone = &context.config.zone.value;
    let instants = args.at.iter().map(|at| times::instant(at, zone, context.language));
    let instants = instants.collect::<Result<Vec<_>, _>>()?;
    let told = context.wait(shell::backtest(
        &context.config,
        &args.score,
        args.event.as_deref(),
        &within,
        &instants,
    ))?;
    if context.json {
        out.json(&backtest::json(&told))?;
    } else {
        out.text(&backtest::human(&told, context.language))?;
    }
    Ok(Exit::Fine)
}
