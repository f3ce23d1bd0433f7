//! `nurture lsp`: speaks with an editor over standard input and output.

use crate::args::Global;
use crate::config::{Config, Given};
use crate::exit::{Exit, Failure};
use crate::project;
use std::path::{Path, PathBuf};

/// What `lsp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Speak over standard input and output; the only way, for editors that insist on the flag
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// Serves until the editor says good-bye. The project is the one of the folder that the editor names, else of
/// the folder it was started in. Exit 1: the editor left without good-bye; 69: it broke the protocol.
pub fn perform(_args: &Args, global: &Global, here: &Path) -> Result<Exit, Failure> {
    let given = Given::of(global);
    let open = |folder: Option<PathBuf>| -> Result<lsp::Opened, String> {
        let start = folder.unwrap_or_else(|| here.to_path_buf());
        let config = Config::read(&given, &start).map_err(|failure| failure.message)?;
        let root = config.project.join(&config.workflows.value);
        let home = lsp::Home {
            root: root.canonicalize().unwrap_or(root),
            prefix: project::FOLDER.to_owned(),
            settings: config.settings(),
            language: config.language.value,
        };
        let files = Box::new(move || project::read_project(&config).map_err(|failure| failure.message));
        Ok(lsp::Opened { home, files })
    };
    match lsp::serve(std::io::stdin(), std::io::stdout(), open) {
        Ok(true) => Ok(Exit::Fine),
        Ok(false) => Ok(Exit::Findings),
        Err(error) => Err(Failure::new(Exit::Unavailable, error.to_string())),
    }
}
