//! `nurture lsp`: speaks with an editor over standard input and output.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::project;

/// What `lsp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Speak over standard input and output; the only way, for editors that insist on the flag
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// Serves until the editor says good-bye. Errors (exit 3): there is no folder of workflows.
pub fn perform(_args: &Args, context: &Context) -> Result<Exit, Failure> {
    let root = context.config.project.join(&context.config.workflows.value);
    let root = root.canonicalize().unwrap_or(root);
    let home = lsp::Home {
        root,
        prefix: project::FOLDER.to_owned(),
        settings: context.config.settings(),
        language: context.language,
    };
    let files = || project::read_project(&context.config).map_err(|failure| failure.message);
    match lsp::serve(std::io::stdin(), std::io::stdout(), home, files) {
        Ok(true) => Ok(Exit::Fine),
        Ok(false) => Ok(Exit::Findings),
        Err(error) => Err(Failure::new(Exit::Unavailable, error.to_string())),
    }
}
