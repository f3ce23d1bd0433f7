//! `nurture check`: every mistake, in one run.

use super::{Context, meant};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project::{self, Selection};
use crate::view::diff::diff;
use crate::view::{overdue, undelivered};
use dsl::diagnostic::{self, Severity};
use dsl::project::Loaded;
use jiff::Timestamp;
use model::words::say;
use std::path::PathBuf;

/// What `check` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Report only these files and folders, or workflows by name; the whole project is always read
    #[arg(value_name = "PATH|NAME")]
    pub paths: Vec<PathBuf>,
    /// How to print: for people, for programs, or as remarks on a pull request
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// Mend what has one answer: write the files, show the changed lines, then report what is left
    #[arg(long)]
    pub fix: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With the lines of the file and carets below them.
    Human,
    /// A JSON array.
    Json,
    /// GitHub workflow commands.
    Github,
}

/// Checks and prints. Exit 1 with errors; warnings alone are fine.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let selection = meant::selection(context, &args.paths)?;
    let format = if context.json { Format::Json } else { args.format };
    let mut loaded = if args.fix {
        fix(&selection, format, context, out)?
    } else {
        project::load_with(&context.config, &selection)?
    };
    let overdue = overdue::findings(&loaded, Timestamp::now());
    loaded.report.append(overdue);
    let undelivered = undelivered::findings(&loaded, &context.config.delivery.value);
    loaded.report.append(undelivered);
    let all = loaded.report.count(Severity::Error);
    limit(&mut loaded, &selection);
    let language = context.language;
    let errors = loaded.report.count(Severity::Error);
    match format {
        Format::Json => {
            out.text(&diagnostic::json(&loaded.report, &loaded.sources, language))?;
            out.text("\n")?;
        }
        Format::Github => out.text(&diagnostic::github(&loaded.report, &loaded.sources, language))?,
        Format::Human => {
            out.text(&diagnostic::human(&loaded.report, &loaded.sources, language, context.colour))?;
            if !loaded.report.is_empty() {
                out.text("\n")?;
            }
            out.line(&summary(&loaded, &selection, context))?;
            if all > errors {
                let count = (all - errors).to_string();
                out.line(&say(language, "check-elsewhere", &[("count", &count)]))?;
            }
        }
    }
    Ok(if errors > 0 { Exit::Findings } else { Exit::Fine })
}

/// Mends the files that are meant and writes those that changed. People see the changed lines; programs get
/// what is left, as without `--fix`.
fn fix(selection: &Selection, format: Format, context: &Context, out: &mut Out) -> Result<Loaded, Failure> {
    let before = project::read_with(&context.config, selection)?;
    let mut files = before.clone();
    let loaded = dsl::mend(&mut files, &context.config.settings(), |path| selection.has(path));
    let mut mended = 0_usize;
    for (old, new) in before.iter().zip(&files).filter(|(old, new)| old.text != new.text) {
        project::write(&context.config, selection, new)?;
        mended += 1;
        if format == Format::Human {
            out.text(&diff(&old.path, &old.text, &new.text, context.colour))?;
        }
    }
    if format == Format::Human && mended > 0 {
        out.line(&say(context.language, "check-mended", &[("files", &mended.to_string())]))?;
        if !loaded.report.is_empty() {
            out.text("\n")?;
        }
    }
    Ok(loaded)
}

/// Keeps what is said about the files meant, and what belongs to no file.
pub fn limit(loaded: &mut Loaded, selection: &Selection) {
    let sources = &loaded.sources;
    loaded.report.retain(|found| found.span.is_nowhere() || selection.has(sources.name(found.span.file)));
}

/// How many files are meant; pictures are part of those that show them.
fn meant(loaded: &Loaded, selection: &Selection) -> usize {
    let names = loaded.sources.ids().map(|id| loaded.sources.name(id));
    names.filter(|name| selection.has(name) && !dsl::template::is_picture(name)).count()
}

fn summary(loaded: &Loaded, selection: &Selection, context: &Context) -> String {
    let errors = loaded.report.count(Severity::Error).to_string();
    let warnings = loaded.report.count(Severity::Warning).to_string();
    if loaded.report.is_empty() {
        let files = meant(loaded, selection).to_string();
        return say(context.language, "check-fine", &[("files", &files)]);
    }
    say(context.language, "check-found", &[("errors", &errors), ("warnings", &warnings)])
}
