//! `nurture form NAME`: a form as HTML for a page of one's own.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use model::words::say;
use serde_json::json;

/// What `form` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form's name, as `forms:` has it
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Prints it. Exit 3: nobody could send it; 4: there is no such form.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let form = shell::form(&context.config, &args.name, context.language)?;
    if context.json {
        out.json(&json!({ "form": args.name, "page": form.page, "html": form.html }))?;
    } else {
        out.text(&form.html)?;
        crate::complain(&say(context.language, "form-page", &[("url", &form.page)]));
    }
    Ok(Exit::Fine)
}
