//! The program itself, built once and run as a person runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

static BINARY: OnceLock<PathBuf> = OnceLock::new();

/// The path of `nurture`, built by the first test that asks.
pub fn binary() -> &'static Path {
    BINARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        // What cargo tells a test about its package looks like a change to the build scripts that ask for it: half
        // of the dependencies would be built anew, by turns for the tests and for the program.
        let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| told(name) || name == "CARGO_CRATE_NAME") {
            build.env_remove(name);
        }
        let built = build
            .args(["build", "--package", "nurture", "--message-format", "json-render-diagnostics"])
            .current_dir(crate::root())
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let messages = String::from_utf8_lossy(&built.stdout).into_owned();
        let executable = |line: &str| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            let path = message.get("executable")?.as_str()?;
            (message.get("target")?.get("name")? == "nurture").then(|| PathBuf::from(path))
        };
        messages.lines().find_map(executable).expect("cargo names the program it has built")
    })
}

/// What a run of the program printed, and its exit code.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The exit code; -1: a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs `nurture` in a folder, in English, without the settings of whoever runs the tests.
pub fn nurture(here: &Path, arguments: &[&str]) -> Ran {
    ran(command(here, arguments).output().expect("nurture runs"))
}

/// The command, for tests that add to it.
pub fn command(here: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(here).env("LANG", "C.UTF-8").env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NURTURE_") {
            command.env_remove(name);
        }
    }
    command
}

/// The output as text.
pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
