//! `nurture preview TEMPLATE --customer ID`: a message as the customer would get it.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::preview;
use std::path::PathBuf;

/// What `preview` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The template's name, such as birthday/card
    #[arg(value_name = "TEMPLATE")]
    pub template: String,
    /// For whom: the id of the import, nurture's own, or the e-mail address
    #[arg(long, value_name = "ID")]
    pub customer: String,
    /// Write the HTML into this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Prints the message. Exit 4: no such template or customer.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let shown = context.wait(shell::preview(&context.config, &args.template, &args.customer))?;
    if let (Some(path), Some(html)) = (&args.html, &shown.html) {
        let path = context.here.join(path);
        std::fs::write(&path, html).map_err(|error| {
            let (path, why) = (path.display().to_string(), error.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
        })?;
    }
    if context.json {
        out.json(&preview::json(&shown))?;
    } else {
        out.text(&preview::human(&shown, context.language))?;
    }
    Ok(Exit::Fine)
}
