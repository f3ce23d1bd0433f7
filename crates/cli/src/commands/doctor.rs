//! `nurture doctor`: what is wrong with the database and what stands around it; repairs what can be repaired.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::shell::dns::Records;
use crate::view::doctor;
use std::path::PathBuf;

/// What `doctor` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Put walks and messages that are in no state, or in nobody's hands, where they belong
    #[arg(long)]
    pub repair: bool,
    /// Read the whole file and every walk, too: minutes on a large database
    #[arg(long)]
    pub deep: bool,
    /// Also ask DNS for the senders' SPF, DKIM and DMARC records, or read them off a file in the form of a zone
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "")]
    pub dns: Option<PathBuf>,
}

/// Looks, repairs where asked, and looks again. Exit 1: something is wrong.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let file = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
    let records = match &args.dns {
        Some(path) => Some(Records::of(file(path).as_deref(), &context.config)?),
        None => None,
    };
    let told = context.wait(shell::doctor(&context.config, args.deep, args.repair, records.as_ref()))?;
    let checks = doctor::judge(&told);
    if context.json {
        out.json(&doctor::json(&checks, told.repaired.as_ref(), context.language))?;
    } else {
        out.text(&doctor::human(&checks, told.repaired.as_ref(), context.language))?;
    }
    Ok(if doctor::is_healthy(&checks) { Exit::Fine } else { Exit::Findings })
}
