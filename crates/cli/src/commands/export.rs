//! `nurture export`: tables for spreadsheets and other programs.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell::{self, ExportRequest, Exported};
use crate::view::export;
use std::fs::File;
use std::path::PathBuf;

/// What `export` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is exported
    #[arg(value_enum, value_name = "WHAT")]
    pub what: Exported,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// The file; without one: standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// As this role may see it: what is personal is masked for a viewer, a rep gets own customers
    #[arg(long, value_name = "ROLE", default_value = "admin")]
    pub role: String,
    /// For whom the role speaks
    #[arg(long, value_name = "REP")]
    pub rep: Option<String>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table; cells that a spreadsheet would take for formulas begin with an apostrophe
    Csv,
    /// A JSON object a line
    Json,
}

/// Writes them. Exit 3: the file cannot be written.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let request = ExportRequest { what: args.what, role: args.role.clone(), rep: args.rep.clone() };
    let mut file = match &args.out {
        None => None,
        Some(path) => {
            let made = File::create(context.here.join(path)).map_err(|error| {
                let (path, why) = (path.display().to_string(), error.to_string());
                let values = [("path", path.as_str()), ("why", why.as_str())];
                Failure::say(Exit::Configuration, context.language, "cli-unwritable", &values)
            })?;
            Some(Out::to(Box::new(made)))
        }
    };
    let is_file = file.is_some();
    let to = file.as_mut().unwrap_or(out);
    let mut rows = |columns: &[String], row: Option<&[serde_json::Value]>| match (args.format, row) {
        // Excel knows by the mark that the file is UTF-8.
        (Format::Csv, None) if is_file => to.text(&format!("\u{feff}{}", export::head(columns))),
        (Format::Csv, None) => to.text(&export::head(columns)),
        (Format::Csv, Some(row)) => to.text(&export::csv(row)),
        (Format::Json, None) => Ok(()),
        (Format::Json, Some(row)) => to.text(&export::json(columns, row)),
    };
    context.wait(shell::export(&context.config, &request, &mut rows))?;
    to.finish()?;
    Ok(Exit::Fine)
}
