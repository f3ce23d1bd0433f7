//! `nurture pause`, `resume`, `retire`: what became of the wish.

use crate::commands::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use engine::operate::Outcome;
use model::words::say;
use serde_json::json;

/// Prints what a verb did with a workflow. Errors: unknown (4), retired (5).
pub fn print(
    verb: &str,
    workflow: &str,
    done: Outcome,
    context: &Context,
    out: &mut Out,
) -> Result<Exit, Failure> {
    let language = context.language;
    let (new, count) = match done {
        Outcome::Done(count) => (true, count),
        Outcome::AsBefore => (false, 0),
        Outcome::Retired => {
            return Err(Failure::say(Exit::Conflict, language, "cli-is-retired", &[("workflow", workflow)]));
        }
        Outcome::Unknown => {
            return Err(Failure::say(
                Exit::NotFound,
                language,
                "cli-not-published",
                &[("workflow", workflow)],
            ));
        }
    };
    if context.json {
        out.json(&json!({ "workflow": workflow, "did": verb, "new": new, "count": count }))?;
    } else {
        let key = if new { format!("{verb}-done") } else { format!("{verb}-before") };
        let count = count.to_string();
        out.line(&say(language, &key, &[("workflow", workflow), ("count", &count)]))?;
    }
    Ok(Exit::Fine)
}
