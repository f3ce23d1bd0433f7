//! `nurture people WORKFLOW`: who is where.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::people;

/// What `people` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW")]
    pub workflow: String,
}

/// Prints the tables. Exit 4: no such workflow.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let told = context.wait(shell::people(&context.config, &args.workflow))?;
    if context.json {
        out.json(&people::json(&told))?;
    } else {
        out.text(&people::human(&told, context.language))?;
    }
    Ok(Exit::Fine)
}
