//! `nurture publish`: files become live.

use super::{Context, check, meant};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project;
use crate::shell;
use crate::view::publish;
use dsl::diagnostic;
use engine::publish::Wish;
use std::path::PathBuf;

/// What `publish` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these files and folders, or workflows by name [default: all]
    #[arg(value_name = "PATH|NAME")]
    pub paths: Vec<PathBuf>,
    /// Where an attribute is of another type now: forget the stored values that do not fit it
    #[arg(long)]
    pub drop_misfits: bool,
    /// Take along who is under way in older versions: to the same step, or where `moved` leads
    #[arg(long = "move")]
    pub move_people: bool,
    /// What this plan of `nurture plan --out` says, and nothing if files or counts have drifted since
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub plan: Option<PathBuf>,
}

/// Publishes all or nothing. Exit 1: a file named has errors, stored values do not fit, a live version could
/// not be read any more, or there is no way for somebody to be moved; 5: it is not as the plan says any more.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let selection = meant::selection(context, &args.paths)?;
    let mut loaded = project::load(&context.config)?;
    check::limit(&mut loaded, &selection);
    if loaded.report.has_errors() {
        out.text(&diagnostic::human(&loaded.report, &loaded.sources, context.language, context.colour))?;
        return Err(Failure::say(Exit::Findings, context.language, "cli-files-wrong", &[]));
    }
    let named = loaded.sources.ids().map(|id| loaded.sources.name(id).to_owned());
    let paths: Vec<String> = match args.paths.is_empty() {
        true => Vec::new(),
        false => named.filter(|path| selection.has(path)).collect(),
    };
    let paths = match &args.plan {
        Some(plan) => context.wait(shell::held_against(&context.config, &context.here.join(plan)))?,
        None => paths,
    };
    let wish = Wish { drop_misfits: args.drop_misfits, move_people: args.move_people };
    let done = context.wait(shell::publish(&context.config, &paths, wish))?;
    if context.json {
        out.json(&publish::json(&done))?;
    } else {
        out.text(&publish::human(&done, context.language))?;
        out.text(&publish::moves(&done.moves, context.language))?;
    }
    Ok(Exit::Fine)
}
