//! `nurture channels`: how the project speaks, and which channels the other side has closed; `nurture channels open`.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::channels;
use model::words::say;
use serde_json::json;

/// What `channels` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Another thing to do with them.
    #[command(subcommand)]
    pub deed: Option<Deed>,
}

/// What is done with channels.
#[derive(Debug, clap::Subcommand)]
pub enum Deed {
    /// Speak again on a channel that is closed: the other side wants nothing any more (HTTP 410), or the relay refuses the account
    #[command(after_help = "Example:\n  nurture channels open billing")]
    Open(Open),
}

/// What `channels open` takes.
#[derive(Debug, clap::Args)]
pub struct Open {
    /// The channel's name
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Opens one, or prints them all.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(Deed::Open(open)) = &args.deed {
        let opened = context.wait(shell::open_channel(&context.config, &open.name))?;
        if context.json {
            out.json(&json!({ "channel": open.name, "opened": opened }))?;
        } else {
            let key = if opened { "channels-opened" } else { "channels-open-already" };
            out.text(&format!("{}\n", say(context.language, key, &[("name", &open.name)])))?;
        }
        return Ok(Exit::Fine);
    }
    let rows = context.wait(shell::channels(&context.config))?;
    if context.json {
        out.json(&channels::json(&rows))?;
    } else {
        out.text(&channels::human(&rows, &context.config.zone.value, context.language))?;
    }
    Ok(Exit::Fine)
}
