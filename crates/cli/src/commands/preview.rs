//! `nurture preview TEMPLATE --customer ID`: a message as the customer would get it.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, PreviewRequest};
use crate::view::preview;
use engine::proof::Went;
use std::path::{Path, PathBuf};

/// What `preview` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The template's name, such as birthday/card
    #[arg(value_name = "TEMPLATE")]
    pub template: String,
    /// For whom: the id of the import, nurture's own, or the e-mail address
    #[arg(long, value_name = "ID")]
    pub customer: String,
    /// In this language, such as en or zh-TW; else in the customer's
    #[arg(long, value_name = "TAG")]
    pub locale: Option<String>,
    /// Write the HTML into this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write it into this folder as .html, .txt and .eml
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Send it to this address, as far as `delivery` lets it out; the customer gets nothing
    #[arg(long, value_name = "ADDRESS")]
    pub send_to: Option<String>,
}

/// Prints the message. Exit 4: no such template or customer; 69: the relay did not take the proof.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let request = PreviewRequest {
        template: args.template.clone(),
        customer: args.customer.clone(),
        locale: args.locale.clone(),
        send_to: args.send_to.clone(),
    };
    let mut shown = context.wait(shell::preview(&context.config, &request))?;
    let page = shown.page();
    if let (Some(path), Some(page)) = (&args.html, &page) {
        write(context, &context.here.join(path), page)?;
    }
    if let Some(folder) = &args.out {
        let folder = context.here.join(folder);
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(context, &folder, &error))?;
        let name = shown.file_name();
        let files = [("html", page.as_ref()), ("txt", Some(&shown.text)), ("eml", shown.eml.as_ref())];
        for (ending, text) in files {
            let Some(text) = text else { continue };
            let path = folder.join(format!("{name}.{ending}"));
            write(context, &path, text)?;
            shown.files.push(path.display().to_string());
        }
    }
    if context.json {
        out.json(&preview::json(&shown))?;
    } else {
        out.text(&preview::human(&shown, context.language))?;
    }
    let refused = matches!(shown.went, Some((_, Went::Nowhere(_))));
    Ok(if refused { Exit::Unavailable } else { Exit::Fine })
}

fn write(context: &Context, path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| unwritable(context, path, &error))
}

fn unwritable(context: &Context, path: &Path, error: &std::io::Error) -> Failure {
    let (path, why) = (path.display().to_string(), error.to_string());
    let values = [("path", path.as_str()), ("why", why.as_str())];
    Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
}
