//! `nurture report WORKFLOW`: what a workflow brought, by step and by arm.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::view::report;
use crate::{shell, times};
use jiff::Timestamp;

/// What `report` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW")]
    pub workflow: String,
    /// Only those who entered from here on: a date or an instant
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only those who entered before this date or instant
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
}

/// Prints the report. Exit 4: no such workflow; 2: a date that is none.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let zone = &context.config.zone.value;
    let at = |text: &Option<String>, otherwise: Timestamp| match text {
        Some(text) => times::instant(text, zone, context.language),
        None => Ok(otherwise),
    };
    let (from, to) = (at(&args.from, Timestamp::UNIX_EPOCH)?, at(&args.to, Timestamp::MAX)?);
    let told = context.wait(shell::report(&context.config, &args.workflow, from, to))?;
    if context.json {
        out.json(&report::json(&told))?;
    } else {
        out.text(&report::human(&told, context.language))?;
    }
    Ok(Exit::Fine)
}
