//! `nurture plan`: what a publish would do.

use super::{Context, check, meant};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project;
use crate::shell;
use crate::view::{overdue, plan, undelivered};
use dsl::diagnostic;
use std::path::PathBuf;

/// What `plan` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these files and folders, or workflows by name [default: all]
    #[arg(value_name = "PATH|NAME")]
    pub paths: Vec<PathBuf>,
    /// As `publish --move` would do it: exit 1 where there is no way for somebody to be taken along
    #[arg(long = "move")]
    pub move_people: bool,
    /// Write the plan into this file, for `nurture publish --plan FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Prints the plan; writes nothing else. Exit 1: a file named has errors, a test of it fails, or with `--move`
/// somebody stands where there is no way on.
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
    let tests = super::test::of_files(&loaded, &selection);
    let failed = tests.iter().filter(|test| !test.passed()).count();
    let planned = context.wait(shell::plan(&context.config, &paths, (tests.len(), failed)))?;
    let page = plan::json(&planned);
    if let Some(path) = &args.out {
        let path = context.here.join(path);
        std::fs::write(&path, format!("{page:#}\n")).map_err(|error| {
            let values = [("path", path.display().to_string()), ("why", error.to_string())];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
        })?;
    }
    if context.json {
        out.json(&page)?;
    } else {
        let mut found = overdue::findings(&loaded, planned.at);
        found.append(undelivered::findings(&loaded, &context.config.delivery.value));
        found.retain(|found| selection.has(loaded.sources.name(found.span.file)));
        out.text(&diagnostic::human(&found, &loaded.sources, context.language, context.colour))?;
        if !found.is_empty() {
            out.text("\n")?;
        }
        out.text(&plan::human(&planned, context.language))?;
    }
    let stuck = args.move_people && planned.workflows.values().any(|planned| planned.ways.stuck() > 0);
    if stuck {
        crate::complain(&model::words::say(context.language, "publish-stuck-help", &[]));
    }
    Ok(if failed > 0 || stuck { Exit::Findings } else { Exit::Fine })
}
