//! `nurture exit CUSTOMER --workflow ID`: lets a customer go.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use model::words::say;
use serde_json::json;

/// What `exit` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer: the id of the import, nurture's own, or the e-mail address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Out of this workflow
    #[arg(long, value_name = "ID")]
    pub workflow: String,
    /// Why, in a word or a sentence: it stands in the trace
    #[arg(long, value_name = "TEXT", default_value = "by_hand")]
    pub reason: String,
}

/// Lets go. Exit 4: no such customer or workflow, or the customer is not in it.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let done =
        context.wait(shell::exit(&context.config, &args.customer, &args.workflow, args.reason.trim()))?;
    if context.json {
        out.json(&json!({
            "customer": done.customer, "workflow": args.workflow, "reason": args.reason.trim(), "walks": done.walks,
        }))?;
    } else {
        let values = [("customer", done.customer.as_str()), ("workflow", &args.workflow)];
        out.text(&format!("{}\n", say(context.language, "exit-done", &values)))?;
    }
    Ok(Exit::Fine)
}
