//! `nurture pause WORKFLOW` and `nurture resume WORKFLOW`: hold a workflow, and let it go on.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::operate;

/// What `pause` and `resume` take.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW")]
    pub workflow: String,
}

/// Holds. Exit 4: no such workflow was published; 5: it is retired.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let done = context.wait(shell::pause(&context.config, &args.workflow))?;
    operate::print("pause", &args.workflow, done, context, out)
}

/// Lets go on. Exit 4: no such workflow was published; 5: it is retired.
pub fn resume(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let done = context.wait(shell::resume(&context.config, &args.workflow))?;
    operate::print("resume", &args.workflow, done, context, out)
}
