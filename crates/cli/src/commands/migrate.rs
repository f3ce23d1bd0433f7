//! `nurture migrate`: bring the database up to date.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use model::words::say;

/// What `migrate` takes: nothing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Migrates. Errors: a newer nurture has worked there, or the database cannot be opened (3).
pub fn perform(_: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    // Not to be interrupted between two migrations: each is one transaction, and the next run goes on.
    let (from, to) = context.wait(shell::migrate(&context.config))?;
    if context.json {
        out.json(&serde_json::json!({ "from": from, "to": to }))?;
    } else {
        let key = if from == to { "migrate-none" } else { "migrate-done" };
        let values = [("from", from.to_string()), ("to", to.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.line(&say(context.language, key, &values))?;
    }
    Ok(Exit::Fine)
}
