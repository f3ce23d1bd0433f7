//! `nurture privacy export|erase CUSTOMER`: what a person may ask for by law.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use model::words::say;
use serde_json::json;
use std::path::PathBuf;

/// What `privacy` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is asked for.
    #[command(subcommand)]
    pub deed: Deed,
}

/// What is asked for.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Print everything that is held of a customer, as JSON
    #[command(after_help = "Example:\n  nurture privacy export c10 --out c10.json")]
    Export(Export),
    /// Erase a customer for good; without --yes: only say what would go
    #[command(after_help = "Example:\n  nurture privacy erase c10 --by wang.wei --yes")]
    Erase(Erase),
}

/// What `privacy export` takes.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The customer: the id of the import, nurture's own, or the e-mail address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Write it into this file [default: print it]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What `privacy erase` takes.
#[derive(Debug, clap::Args)]
pub struct Erase {
    /// The customer: the id of the import, nurture's own, or the e-mail address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Do it: it cannot be taken back
    #[arg(long)]
    pub yes: bool,
    /// Who asks for it; it stands in the audit
    #[arg(long, value_name = "NAME", default_value = "nurture")]
    pub by: String,
}

/// Exports or erases. Exit 4: nobody of that name.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    match &args.deed {
        Deed::Export(args) => {
            let held = context.wait(shell::held(&context.config, &args.customer, language))?;
            match &args.out {
                None => out.json(&held)?,
                Some(path) => {
                    shell::write_private(&context.here.join(path), &held, language)?;
                    let shown = path.display().to_string();
                    out.line(&say(language, "privacy-exported", &[("path", &shown)]))?;
                }
            }
        }
        Deed::Erase(args) => {
            let (id, erased) =
                context.wait(shell::erase(&context.config, &args.customer, &args.by, args.yes))?;
            if context.json {
                out.json(&json!({
                    "customer": id,
                    "dry_run": !args.yes,
                    "before": erased.again,
                    "enrollments_ended": erased.walks,
                    "messages_taken_back": erased.waiting,
                    "messages": erased.messages,
                    "events": erased.events,
                    "tasks": erased.tasks,
                    "addresses_kept_as_hashes": erased.addresses,
                }))?;
                return Ok(Exit::Fine);
            }
            let count = |many: usize| many.to_string();
            let (walks, waiting, messages) =
                (count(erased.walks), count(erased.waiting), count(erased.messages));
            let (events, tasks, addresses) =
                (count(erased.events), count(erased.tasks), count(erased.addresses));
            let values = [
                ("customer", id.as_str()),
                ("walks", &walks),
                ("waiting", &waiting),
                ("messages", &messages),
                ("events", &events),
                ("tasks", &tasks),
                ("addresses", &addresses),
            ];
            let key = if args.yes { "privacy-erased" } else { "privacy-would-erase" };
            out.line(&say(language, key, &values))?;
            out.line(&say(language, "privacy-what", &values))?;
            out.line(&say(language, if args.yes { "privacy-elsewhere" } else { "privacy-yes" }, &values))?;
        }
    }
    Ok(Exit::Fine)
}
