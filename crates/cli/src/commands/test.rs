//! `nurture test`: the tests inside workflow, scenario and scoring files.

mod record;
mod run;

use super::check::{self, Format};
use super::{Context, meant};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project;
use crate::view::test::{self, Tested, coverage};
use dsl::diagnostic::{self, Severity};
use dsl::project::Loaded;
use interpreter::trial::coverage::Coverage;
use model::words::say;
use serde_json::json;
use std::path::PathBuf;

/// What `test` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run only the tests of these files and folders, or of workflows, scenarios and scores by name
    #[arg(value_name = "PATH|NAME")]
    pub paths: Vec<PathBuf>,
    /// Run only the tests whose name has this in it
    #[arg(long = "test", value_name = "NAME")]
    pub name: Option<String>,
    /// List what no test walks, by file and line
    #[arg(long)]
    pub coverage: bool,
    /// Write what happens into the `expect` of the tests that fail or have none, for you to look through
    #[arg(long)]
    pub record: bool,
    /// With `--record`: show what would be written, and write nothing
    #[arg(long, requires = "record")]
    pub dry_run: bool,
    /// How to print: for people, for programs, or as remarks on a pull request
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
}

/// Runs the tests and prints what came of them. Exit 1: a test failed, or a file cannot be used; 4: no test
/// has the name.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let selection = meant::selection(context, &args.paths)?;
    let mut loaded = project::load_with(&context.config, &selection)?;
    check::limit(&mut loaded, &selection);
    loaded.report.retain(|found| found.severity() == Severity::Error);
    let tests = run::all(&loaded, &selection, args.name.as_deref());
    if let (Some(name), true, false) = (&args.name, tests.is_empty(), loaded.report.has_errors()) {
        return Err(Failure::say(Exit::NotFound, context.language, "test-no-such", &[("name", name)]));
    }
    if args.record {
        return record::perform(args, context, &selection, &loaded, &tests, out);
    }
    // Of some tests of a file nobody can say what the others walk.
    let coverages = if args.name.is_some() { Vec::new() } else { run::coverage(&loaded, &selection, &tests) };
    print(args, context, &loaded, &tests, &coverages, out)?;
    let fine = tests.iter().all(Tested::passed) && !loaded.report.has_errors();
    Ok(if fine { Exit::Fine } else { Exit::Findings })
}

/// The tests of the files meant, run.
pub fn of_files(loaded: &Loaded, selection: &project::Selection) -> Vec<Tested> {
    run::all(loaded, selection, None)
}

fn print(
    args: &Args,
    context: &Context,
    loaded: &Loaded,
    tests: &[Tested],
    coverages: &[Coverage],
    out: &mut Out,
) -> Result<(), Failure> {
    let (language, sources) = (context.language, &loaded.sources);
    let findings = || coverage::findings(coverages, loaded);
    match if context.json { Format::Json } else { args.format } {
        Format::Json => {
            let mut page = test::json(tests, sources, language);
            let errors = diagnostic::json(&loaded.report, sources, language);
            if let Some(page) = page.as_object_mut() {
                let errors = serde_json::from_str(&errors).unwrap_or_else(|_| json!([]));
                page.insert("errors".to_owned(), errors);
                page.insert("coverage".to_owned(), coverage::json(coverages, sources, language));
            }
            out.json(&page)
        }
        Format::Github => {
            out.text(&diagnostic::github(&loaded.report, sources, language))?;
            out.text(&test::github(tests, sources, language))?;
            out.text(&diagnostic::github(&findings(), sources, language))
        }
        Format::Human => {
            out.text(&diagnostic::human(&loaded.report, sources, language, context.colour))?;
            if loaded.report.has_errors() {
                out.text("\n")?;
            }
            out.text(&test::human(tests, sources, language))?;
            if args.coverage {
                out.text(&coverage::human(coverages, &findings(), sources, language))?;
                out.text("\n")?;
            }
            if let Some(line) = coverage::line(coverages, language).filter(|_| !tests.is_empty()) {
                out.line(&line)?;
            }
            // Who has just read what is wrong with the file does not need to hear that it has no tests.
            if tests.is_empty() && loaded.report.has_errors() {
                return out.line(&say(language, "test-not-run", &[]));
            }
            out.line(&test::summary(tests, language))
        }
    }
}
