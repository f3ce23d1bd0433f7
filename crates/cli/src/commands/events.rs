//! `nurture events`: what a customer did, or what clients told and was not taken.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::events;

/// What `events` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer: external id, e-mail address or phone number
    #[arg(value_name = "CUSTOMER", required_unless_present = "rejected")]
    pub customer: Option<String>,
    /// What clients told over HTTP and was not taken, with why
    #[arg(long, conflicts_with = "customer")]
    pub rejected: bool,
    /// So many, the latest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
}

/// Prints them. Exit 4: no such customer.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let (zone, language) = (&context.config.zone.value, context.language);
    if let Some(customer) = args.customer.as_deref().filter(|_| !args.rejected) {
        let all = context.wait(shell::events(&context.config, customer, args.limit))?;
        if context.json {
            out.json(&all.iter().map(events::json).collect())?;
        } else {
            out.text(&events::human(&all, zone, language))?;
        }
        return Ok(Exit::Fine);
    }
    let all = context.wait(shell::rejected(&context.config, args.limit))?;
    if context.json {
        out.json(&all.iter().map(|(at, each)| engine::ingest::rejected_json(*at, each, language)).collect())?;
    } else {
        out.text(&events::rejected(&all, zone, language))?;
    }
    Ok(Exit::Fine)
}
