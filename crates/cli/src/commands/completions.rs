//! `nurture completions SHELL` and `nurture man`: made from the command line's own description.

use crate::exit::{Exit, Failure};
use crate::help;
use crate::out::Out;
use model::words::Language;
use std::path::{Path, PathBuf};

/// What `completions` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// What `man` takes.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write nurture.1 and a page for each verb into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Prints the completions.
pub fn perform(args: &Args, language: Language, out: &mut Out) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(language), "nurture", &mut text);
    out.text(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Fine)
}

/// Prints the manual page, or writes all of them. Errors (exit 3): the folder cannot be written.
pub fn man(args: &ManArgs, language: Language, out: &mut Out) -> Result<Exit, Failure> {
    let mut command = help::command(language);
    // Building gives each verb its whole name (`nurture-check`) and the flags that hold everywhere.
    command.build();
    let Some(dir) = &args.out else {
        out.text(&page(command))?;
        return Ok(Exit::Fine);
    };
    let write = |path: &Path, text: &str| {
        std::fs::create_dir_all(dir).and_then(|()| std::fs::write(path, text)).map_err(|error| {
            let (path, why) = (path.display().to_string(), error.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, language, "cli-unwritable", &values)
        })
    };
    for verb in command.get_subcommands() {
        let name = format!("nurture-{}", verb.get_name());
        write(&dir.join(format!("{name}.1")), &page(verb.clone()))?;
    }
    write(&dir.join("nurture.1"), &page(command))?;
    Ok(Exit::Fine)
}

fn page(command: clap::Command) -> String {
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    let _ = clap_mangen::Man::new(command).render(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
