//! `nurture why CUSTOMER`: every decision, with its reason.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::view::{score, why};
use crate::{shell, times};

/// What `why` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer: the id of the import, nurture's own, or the e-mail address
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Only this workflow
    #[arg(long, value_name = "ID")]
    pub workflow: Option<String>,
    /// As it was at this day or instant
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Prints the decisions. Exit 4: nobody of that name, or no such workflow.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let at = match &args.at {
        Some(at) => Some(times::instant(at, &context.config.zone.value, context.language)?),
        None => None,
    };
    let mut told = context.wait(shell::why(&context.config, &args.customer, args.workflow.as_deref(), at))?;
    if let Some(at) = at {
        why::up_to(&mut told.lines, at);
    }
    if context.json {
        let mut page = why::json(&told, context.language);
        if let Some(page) = page.as_object_mut() {
            page.insert("scores".to_owned(), score::json(&told.scores));
        }
        out.json(&page)?;
    } else {
        out.text(&why::human(&told, context.language))?;
        if !told.scores.is_empty() {
            out.text("\n")?;
            out.text(&score::human(&told.scores, context.language))?;
        }
    }
    Ok(Exit::Fine)
}
