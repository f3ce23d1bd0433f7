//! `nurture sends`: the latest messages and what became of them; `nurture sends resolve`: a person settles those
//! whose fate nobody knows.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, ResolveRequest, SendsRequest};
use crate::times;
use crate::view::sends;
use store::send::Verdict;

/// What `sends` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Another thing to do with them.
    #[command(subcommand)]
    pub deed: Option<Deed>,
    /// Only this message, with the consent that permitted it
    #[arg(value_name = "SEND", conflicts_with_all = ["customer", "workflow", "unknown"])]
    pub send: Option<String>,
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

/// What is done with sends.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Say what became of messages whose fate nobody knows: by their ids, or all of a time
    #[command(
        after_help = "Examples:\n  nurture sends resolve accept se_1f3a --by wang.wei\n  nurture sends resolve again --from \"2026-03-01 09:00\" --to \"2026-03-01 09:30\" --by wang.wei"
    )]
    Resolve(Resolve),
}

/// What `sends resolve` takes.
#[derive(Debug, clap::Args)]
pub struct Resolve {
    /// What is said of them
    #[arg(value_enum, value_name = "WORD")]
    pub said: Said,
    /// The ids that `nurture sends --unknown --json` shows
    #[arg(value_name = "ID", required_unless_present_any = ["from", "to"], conflicts_with_all = ["from", "to"])]
    pub ids: Vec<String>,
    /// All that became unknown from this time on
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// All that became unknown before this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only of this workflow
    #[arg(long, value_name = "ID")]
    pub workflow: Option<String>,
    /// Who says so; it stands in the audit and beside each message
    #[arg(long, value_name = "NAME")]
    pub by: String,
}

/// A person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Said {
    /// It arrived: it counts as sent
    Accept,
    /// It did not: it goes again under its Message-ID, if the rules still allow it
    Again,
    /// Leave it: it is not sent again, and no longer listed
    Dismiss,
}

impl Said {
    fn verdict(self) -> (Verdict, &'static str) {
        match self {
            Self::Accept => (Verdict::Accept, "accept"),
            Self::Again => (Verdict::Again, "again"),
            Self::Dismiss => (Verdict::Dismiss, "dismiss"),
        }
    }
}

/// Settles them. Exit 4: one that is named is no unknown message; nothing is changed then.
fn resolve(args: &Resolve, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let zone = &context.config.zone.value;
    let at = |text: &Option<String>| {
        text.as_ref().map(|text| times::instant(text, zone, context.language)).transpose()
    };
    let (verdict, said) = args.said.verdict();
    let request = ResolveRequest {
        verdict,
        ids: args.ids.clone(),
        from: at(&args.from)?,
        to: at(&args.to)?,
        workflow: args.workflow.clone(),
        by: args.by.clone(),
    };
    let resolved = context.wait(shell::resolve(&context.config, &request))?;
    if context.json {
        out.json(&sends::resolved_json(said, &args.by, &resolved))?;
    } else {
        out.text(&sends::resolved(said, &resolved, context.language))?;
    }
    Ok(Exit::Fine)
}

/// Prints the messages.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(Deed::Resolve(args)) = &args.deed {
        return resolve(args, context, out);
    }
    if let Some(id) = &args.send {
        let row = context.wait(shell::send(&context.config, id))?;
        if context.json {
            out.json(&sends::json(&[row]))?;
        } else {
            out.text(&sends::one(&row, &context.config.zone.value, context.language))?;
        }
        return Ok(Exit::Fine);
    }
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
