//! `nurture merge KEEP OTHER`: two customers turn out to be one.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::times;
use model::words::say;
use serde_json::json;

/// What `merge` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer who stays
    #[arg(value_name = "KEEP")]
    pub keep: String,
    /// The one who becomes part of them; this id leads to KEEP from now on
    #[arg(value_name = "OTHER")]
    pub other: String,
    /// Who says so; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
    /// As of this day or instant, for a database that lives on a clock of its own [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Merges. Exit 4: no such customer; 5: a message to OTHER is being handed over just now.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let at = match &args.at {
        Some(at) => Some(times::instant(at, &context.config.zone.value, context.language)?),
        None => None,
    };
    let done = context.wait(shell::merge(&context.config, &args.keep, &args.other, &args.by, at))?;
    if context.json {
        out.json(&json!({ "kept": done.keep, "merged": done.other, "ended": done.ended }))?;
    } else {
        let ended = done.ended.to_string();
        let values = [("keep", done.keep.as_str()), ("other", &done.other), ("ended", &ended)];
        let key = if done.ended == 0 { "merge-done" } else { "merge-done-ended" };
        out.text(&format!("{}\n", say(context.language, key, &values)))?;
    }
    Ok(Exit::Fine)
}
