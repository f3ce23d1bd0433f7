//! The one binary: reads the command line and the settings, calls the verb, ends with its exit code.

mod args;
mod commands;
mod config;
mod exit;
mod help;
mod out;
mod project;
mod recipe;
mod shell;
mod times;
mod view;

use args::Args;
use clap::Parser;
use commands::Context;
use config::{Config, Given};
use exit::{Exit, Failure};
use model::words::say;
use out::Out;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::try_parse_from(&arguments) {
        Ok(args) => args,
        Err(error) => {
            let here = std::env::current_dir().unwrap_or_default();
            return ExitCode::from(u8::try_from(help::end(&error, &arguments, &here)).unwrap_or(2));
        }
    };
    let given = Given::of(&args.global);
    let mut language = given.language();
    let mut out = Out::stdout();
    let done = perform(&args, &given, &mut out, &mut language);
    // What a verb has printed before it failed is still data.
    let done = out.finish().and(done);
    let exit = done.unwrap_or_else(|failure| {
        if !failure.message.is_empty() {
            complain(&say(language, "cli-error", &[("message", &failure.message)]));
        }
        failure.exit
    });
    ExitCode::from(exit.code())
}

fn perform(
    args: &Args,
    given: &Given,
    out: &mut Out,
    language: &mut model::words::Language,
) -> Result<Exit, Failure> {
    let here =
        std::env::current_dir().map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?;
    // Inside of a project its language holds for every verb; what is wrong with its settings is said by those that
    // need them.
    let words = Config::read(given, &here).map_or(*language, |config| config.language.value);
    if let Some(done) = commands::without_project(&args.verb, &args.global, &here, words, out) {
        return done;
    }
    let start = commands::start_of(&args.verb, &here);
    let config = Config::read(given, &start)?;
    *language = config.language.value;
    let context = Context::new(config, here, &args.global);
    commands::perform(&args.verb, &context, out)
}

/// Writes a line to standard error; where nobody reads it, there is nothing left to do.
pub(crate) fn complain(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
