//! `nurture config show`: the settings, and where each value came from.

use super::Context;
use crate::config;
use crate::exit::{Exit, Failure};
use crate::out::Out;

/// What `config` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with the settings.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Show each setting, its value, where the value came from, and what it is
    #[command(after_help = "Example:\n  nurture config show --json")]
    Show,
}

/// Shows the settings.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    match args.verb {
        Verb::Show if context.json => out.json(&config::json(&context.config, context.language))?,
        Verb::Show => out.text(&config::human(&context.config, context.language))?,
    }
    Ok(Exit::Fine)
}
