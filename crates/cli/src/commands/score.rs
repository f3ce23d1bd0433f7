//! `nurture score CUSTOMER`: the lines of a score.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::view::score;
use crate::{shell, times};

/// What `score` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer: the id of the import, nurture's own, or the e-mail address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Only this score [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub score: Option<String>,
    /// As it was at this day or instant [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Prints the lines. Exit 4: nobody of that name, or no such score.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let at = match &args.at {
        Some(at) => Some(times::instant(at, &context.config.zone.value, context.language)?),
        None => None,
    };
    let told = context.wait(shell::score(&context.config, &args.customer, args.score.as_deref(), at))?;
    if context.json {
        out.json(&score::json(&told))?;
    } else {
        out.text(&score::human(&told, context.language))?;
    }
    Ok(Exit::Fine)
}
