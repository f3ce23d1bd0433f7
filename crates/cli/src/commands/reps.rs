//! `nurture reps`: who is there, and how much each has open.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::reps;

/// What `reps` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say that this rep is away: nobody gives them anything
    #[arg(long, value_name = "REP")]
    pub away: Option<String>,
    /// Say that this rep is back
    #[arg(long, value_name = "REP")]
    pub back: Option<String>,
}

/// Says who is away, and prints the reps.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    for (rep, away) in args.away.iter().map(|rep| (rep, true)).chain(args.back.iter().map(|rep| (rep, false)))
    {
        context.wait(shell::set_away(&context.config, rep, away))?;
    }
    let rows = context.wait(shell::reps(&context.config))?;
    if context.json {
        out.json(&reps::reps_json(&rows))?;
    } else {
        out.text(&reps::reps(&rows, context.language))?;
    }
    Ok(Exit::Fine)
}
