//! `nurture sends`: the latest messages and what became of them.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, SendsRequest};
use crate::view::sends;

/// What `sends` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only to this customer
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Only of this workflow
    #[arg(long, value_name = "ID")]
    pub workflow: Option<String>,
    /// Only those whose fate nobody knows: handed over, and never answered
    #[arg(long)]
    pub unknown: bool,
    /// So many, the latest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
}

/// Prints the messages.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let request = SendsRequest {
        customer: args.customer.clone(),
        workflow: args.workflow.clone(),
        unknown: args.unknown,
        limit: args.limit,
    };
    let rows = context.wait(shell::sends(&context.config, &request))?;
    if context.json {
        out.json(&sends::json(&rows))?;
    } else {
        out.text(&sends::human(&rows, &context.config.zone.value, context.language))?;
    }
    Ok(Exit::Fine)
}
