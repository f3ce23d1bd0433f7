//! `nurture backup FILE`, `nurture backup verify FILE`, `nurture restore FILE`, `nurture move --to URL`.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::shell;
use crate::view::backup;
use crate::view::progress::Progress;
use std::path::PathBuf;

/// What `backup` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do with a backup that is there
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// The new file; a manifest is written beside it
    #[arg(value_name = "FILE", required = true)]
    pub file: Option<PathBuf>,
}

/// What can be done with a backup.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Read a backup and compare it with its manifest: bytes, pages, every table
    #[command(after_help = "Example:\n  nurture backup verify backups/monday.db")]
    Verify {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// What `restore` takes.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set the database that is there aside (SQLite); it is renamed, not deleted
    #[arg(long)]
    pub replace: bool,
}

/// What `move` takes.
#[derive(Debug, clap::Args)]
pub struct MoveArgs {
    /// The new, empty database: postgres://USER@HOST/NAME or sqlite://FILE
    #[arg(long, value_name = "URL")]
    pub to: String,
}

/// Backs up, or verifies. Errors: the file is there already (5), it is damaged (1), it cannot be read (3).
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let progress = Progress::new();
    let (key, path, manifest) = match (&args.verb, &args.file) {
        (Some(Verb::Verify { file }), _) => {
            let path = context.here.join(file);
            ("backup-sound", path.clone(), context.wait(shell::verify(&context.config, &path, &progress)))
        }
        (None, Some(file)) => {
            let path = context.here.join(file);
            ("backup-done", path.clone(), context.wait(shell::back_up(&context.config, &path, &progress)))
        }
        // The command line asks for one of them.
        (None, None) => return Ok(Exit::Usage),
    };
    progress.end();
    let manifest = manifest?;
    if context.json {
        out.json(&backup::json(&path, &manifest))?;
    } else {
        out.line(&backup::human(key, &path, &manifest, &context.config.zone.value, context.language))?;
    }
    Ok(Exit::Fine)
}

/// Restores. Errors: a database is there or a process works it (5), the backup is damaged (1), or of a newer
/// program (3).
pub fn restore(args: &RestoreArgs, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let path = context.here.join(&args.file);
    let progress = Progress::new();
    let done = context.wait(shell::restore(&context.config, &path, args.replace, &progress));
    progress.end();
    let done = done?;
    if context.json {
        out.json(&backup::restored_json(&done))?;
    } else {
        out.text(&backup::restored(&done, &context.config.zone.value, context.language))?;
    }
    Ok(Exit::Fine)
}

/// Moves. Errors: a process works the database, or the new one is not empty (5).
pub fn move_to(args: &MoveArgs, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let progress = Progress::new();
    let done = context.wait(shell::move_to(&context.config, &args.to, &progress));
    progress.end();
    let done = done?;
    if context.json {
        out.json(&backup::moved_json(&done, &store::shown(&args.to)))?;
    } else {
        out.text(&backup::moved(&done, &store::shown(&args.to), context.language))?;
    }
    Ok(Exit::Fine)
}
