//! `nurture retire ID`: a workflow is over.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::operate;

/// What `retire` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "ID")]
    pub workflow: String,
    /// Everybody leaves at once, instead of finishing what they began
    #[arg(long)]
    pub exit: bool,
}

/// Ends it. Exit 4: no such workflow was published.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let done = context.wait(shell::retire(&context.config, &args.workflow, args.exit))?;
    operate::print("retire", &args.workflow, done, context, out)
}
