//! `nurture approve WORKFLOW`: a version that needs somebody's yes may send.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use model::words::say;
use serde_json::json;

/// What `approve` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW")]
    pub workflow: String,
    /// Which version [default: the live one]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<String>,
    /// Who says yes; it stands in the audit
    #[arg(long, value_name = "NAME")]
    pub by: String,
}

/// Approves. Exit 4: no such workflow or version.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let done =
        context.wait(shell::approve(&context.config, &args.workflow, args.version.as_deref(), &args.by))?;
    if context.json {
        out.json(&json!({
            "workflow": args.workflow, "version": done.version, "by": args.by, "new": done.new,
        }))?;
    } else {
        let key = if done.new { "approve-done" } else { "approve-before" };
        let values = [("workflow", args.workflow.as_str()), ("version", &done.version), ("who", &args.by)];
        out.text(&format!("{}\n", say(context.language, key, &values)))?;
    }
    Ok(Exit::Fine)
}
