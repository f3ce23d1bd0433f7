//! `nurture lead`: a rep accepts, refuses, has spoken with a customer, or takes one out of the public pool.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, LeadVerb};
use crate::view::trace;
use model::words::say;

/// What `lead` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the rep does
    #[arg(value_enum, value_name = "VERB")]
    pub verb: LeadVerb,
    /// The customer
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
    /// Who
    #[arg(long, value_name = "REP")]
    pub rep: String,
    /// Of an entity of the customer, such as `deal/d1`
    #[arg(long, value_name = "KIND/ID")]
    pub of: Option<String>,
}

/// Prints what was decided at once. Exit 4: there was no offer to answer, or nothing to claim.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let asked = shell::lead(&context.config, args.verb, &args.customer, &args.rep, args.of.as_deref());
    let lines = context.wait(asked)?;
    // That a rep has spoken with a customer is a fact, also where nothing follows from it.
    let nothing = lines.is_empty() && args.verb != LeadVerb::Contact;
    if context.json {
        let lines: serde_json::Value = lines.iter().map(|line| trace::json(line, context.language)).collect();
        out.json(&lines)?;
        if nothing {
            return Ok(Exit::NotFound);
        }
    } else {
        // An answer to nothing moves nothing.
        if lines.is_empty() {
            let key = match args.verb {
                LeadVerb::Accept | LeadVerb::Refuse => "lead-no-offer",
                LeadVerb::Contact | LeadVerb::Claim => "lead-nothing",
            };
            let values = [("customer", args.customer.as_str()), ("rep", &args.rep)];
            let said = say(context.language, key, &values);
            if nothing {
                return Err(Failure::new(Exit::NotFound, said));
            }
            out.line(&said)?;
        }
        for line in &lines {
            let noun = trace::noun(line, context.language);
            let because = trace::because(line, context.language);
            out.text(&format!("{} {noun}  {because}\n", trace::sign(line)))?;
        }
    }
    Ok(Exit::Fine)
}
