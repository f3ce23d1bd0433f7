//! `nurture tasks`: the open tasks of colleagues; one is finished here as well.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::reps;

/// What `tasks` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this rep
    #[arg(long, value_name = "REP")]
    pub rep: Option<String>,
    /// Finish this task
    #[arg(long, value_name = "TASK")]
    pub done: Option<String>,
    /// What came of it, as the workflow names the outcomes
    #[arg(long, value_name = "OUTCOME", requires = "done")]
    pub outcome: Option<String>,
    /// So many, the most urgent first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
}

/// Finishes a task, or prints those that are open.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(task) = &args.done {
        context.wait(shell::finish(&context.config, task, args.outcome.as_deref()))?;
    }
    let rows = context.wait(shell::tasks(&context.config, args.rep.as_deref(), args.limit))?;
    if context.json {
        out.json(&reps::tasks_json(&rows))?;
    } else {
        out.text(&reps::tasks(&rows, &context.config.zone.value, context.language))?;
    }
    Ok(Exit::Fine)
}
