//! `nurture pause WORKFLOW` and `nurture resume [WORKFLOW]`: hold a workflow or everything, and let it go on.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::operate;
use crate::view::progress::Progress;
use engine::operate::Outcome;
use model::words::say;
use serde_json::json;

/// What `pause` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW", required_unless_present = "all")]
    pub workflow: Option<String>,
    /// Hold everything: nothing is decided and nothing leaves
    #[arg(long, conflicts_with = "workflow")]
    pub all: bool,
}

/// What `resume` takes.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// The workflow's id; without one everything goes on that `pause --all` or a restore holds
    #[arg(value_name = "WORKFLOW")]
    pub workflow: Option<String>,
    /// Let this database go on although it was moved away: the other one must not work any more
    #[arg(long, conflicts_with = "workflow")]
    pub anyway: bool,
}

/// Holds. Exit 4: no such workflow was published; 5: it is retired.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let Some(workflow) = args.workflow.as_deref().filter(|_| !args.all) else {
        let done = context.wait(shell::pause_all(&context.config))?;
        let new = done != Outcome::AsBefore;
        if context.json {
            out.json(&json!({ "did": "pause", "all": true, "new": new }))?;
        } else {
            let key = if new { "pause-all-done" } else { "pause-all-before" };
            out.line(&say(context.language, key, &[]))?;
        }
        return Ok(Exit::Fine);
    };
    let done = context.wait(shell::pause(&context.config, workflow))?;
    operate::print("pause", workflow, done, context, out)
}

/// Lets go on. Exit 4: no such workflow was published; 5: it is retired, or the database was moved away.
pub fn resume(args: &ResumeArgs, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let Some(workflow) = args.workflow.as_deref() else {
        let progress = Progress::new();
        let done = context.wait(shell::resume_all(&context.config, args.anyway, &progress));
        progress.end();
        let (done, unknown) = done?;
        let new = done != Outcome::AsBefore;
        if context.json {
            out.json(&json!({ "did": "resume", "all": true, "new": new, "unknown": unknown }))?;
        } else {
            let key = if new { "resume-all-done" } else { "resume-all-before" };
            out.line(&say(context.language, key, &[("count", &unknown.to_string())]))?;
        }
        return Ok(Exit::Fine);
    };
    let done = context.wait(shell::resume(&context.config, workflow))?;
    operate::print("resume", workflow, done, context, out)
}
