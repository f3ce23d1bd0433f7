//! `nurture audit list|verify`: what people and keys did, and whether that record is whole.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::audit;
use serde_json::json;
use store::audit::{Head, Verified};

/// What `audit` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do with the audit.
    #[command(subcommand)]
    pub deed: Deed,
}

/// What is done with the audit.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Show what people and keys did, the latest first
    #[command(after_help = "Example:\n  nurture audit list --limit 20")]
    List(List),
    /// See that nothing in it was changed or taken away
    #[command(after_help = "Examples:\n  nurture audit verify\n  nurture audit verify --head 812:9f2c…")]
    Verify(Verify),
}

/// What `audit list` takes.
#[derive(Debug, clap::Args)]
pub struct List {
    /// So many, the latest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
}

/// What `audit verify` takes.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// What an earlier `verify` printed, to see that nothing was taken away at the end
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Option<String>,
}

/// Lists or verifies. Exit 1: the record is not whole.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    match &args.deed {
        Deed::List(args) => {
            let acts = context.wait(shell::acts(&context.config, args.limit))?;
            if context.json {
                out.json(&acts.iter().map(audit::json).collect())?;
            } else {
                out.text(&audit::human(&acts, &context.config.zone.value, language))?;
            }
            Ok(Exit::Fine)
        }
        Deed::Verify(args) => {
            let held = args.head.as_deref().map(head).transpose();
            let held = held.map_err(|()| Failure::say(Exit::Usage, language, "audit-no-head", &[]))?;
            let verified = context.wait(shell::verify_audit(&context.config, held.as_ref()))?;
            let fine = matches!(verified, Verified::Whole { .. });
            if context.json {
                out.json(&match &verified {
                    Verified::Whole { acts, head } => {
                        json!({ "whole": true, "acts": acts, "number": head.number, "hash": head.hash })
                    }
                    Verified::Broken { at } => json!({ "whole": false, "broken_at": at }),
                    Verified::Cut { missing } => json!({ "whole": false, "missing": missing.number }),
                })?;
            } else {
                out.line(&audit::verified(&verified, language))?;
            }
            Ok(if fine { Exit::Fine } else { Exit::Findings })
        }
    }
}

fn head(text: &str) -> Result<Head, ()> {
    let (number, hash) = text.split_once(':').ok_or(())?;
    Ok(Head { number: number.parse().map_err(|_| ())?, hash: hash.to_owned() })
}
