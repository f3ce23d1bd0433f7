//! The rules that only a session at the command line can show (import, publish, run, simulate), one folder a
//! rule, and the list of all rules: each has a folder here or under `tests/traces`.
//!
//! A folder is a project; `session.txt` holds the commands and what they print. `common/` is copied below it.
//! `UPDATE_RULES=1` writes what happens now: read the difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tests::root;
use tests::session::{answer, copy_folder, exchanges, meets};

fn folder() -> PathBuf {
    root().join("tests/rules")
}

fn names(of: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(of).unwrap_or_else(|error| panic!("{}: {error}", of.display()));
    let named = entries.flatten().filter(|entry| entry.path().is_dir());
    named
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "common")
        .collect()
}

#[test]
fn every_session_of_a_rule_goes_as_written() {
    all_go_as_written(|| None);
}

#[test]
fn on_postgres_they_go_the_same_way() {
    if std::env::var_os("UPDATE_RULES").is_none() {
        all_go_as_written(|| Some(cluster::database()));
    }
}

/// Each session, over a database of its own: `None`: SQLite in its folder.
fn all_go_as_written(database: fn() -> Option<String>) {
    let update = std::env::var_os("UPDATE_RULES").is_some();
    let mut wrong = Vec::new();
    for name in names(&folder()) {
        let case = folder().join(&name);
        let here = tempfile::tempdir().expect("a temporary folder");
        copy_folder(&folder().join("common"), here.path());
        copy_folder(&case, here.path());
        let path = case.join("session.txt");
        let written = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let said = written.lines().take_while(|line| !line.starts_with("$ "));
        let mut now = said.fold(String::new(), |all, line| all + line + "\n");
        let session = exchanges(&written);
        assert!(!session.is_empty(), "{name} has no commands");
        let database = database();
        let variables: Vec<_> = database.iter().map(|url| ("NURTURE_DATABASE_URL", url.as_str())).collect();
        for exchange in session {
            let came = answer(here.path(), &exchange.command, &variables);
            let as_written = meets(&exchange.answer, &came);
            let kept = if as_written { &exchange.answer } else { &came };
            let _ = writeln!(now, "$ {}", exchange.command);
            now.push_str(kept);
            if !as_written {
                wrong.push(format!(
                    "{name}\n$ {}\nexpected\n{}came\n{came}",
                    exchange.command, exchange.answer
                ));
            }
        }
        if update {
            fs::write(&path, now).expect("the session can be written");
        }
    }
    assert!(update || wrong.is_empty(), "{} answers differ:\n\n{}", wrong.len(), wrong.join("\n"));
}

/// The rules that no test in a file can show, since they are about what a command does: importing, publishing,
/// moving people to a new version, simulating, running, asking why. Every other rule has a folder under
/// `tests/traces`.
const ONLY_BY_COMMAND: [&str; 18] = [
    "1.15", "1.16", "1.22", "2.6", "4.5", "4.6", "5.12", "8.1", "8.2", "8.3", "8.4", "8.6", "9.1", "9.2",
    "9.3", "9.4", "10.1", "10.2",
];

/// The numbers of the rules of `docs/reference/rules.md`: a rule is a line `**1.2** text`.
fn listed() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/reference/rules.md")).expect("the rules are there");
    let mut rules = BTreeSet::new();
    for line in text.lines() {
        if let Some((number, said)) = line.strip_prefix("**").and_then(|line| line.split_once("** ")) {
            assert!(rules.insert(number.to_owned()), "{number} stands twice");
            assert!(!said.contains("not built") && !said.contains("Not built"), "{number} is not built");
        }
    }
    rules
}

#[test]
fn every_rule_has_a_folder_named_after_it() {
    let number = |name: &String| name.split('-').next().unwrap_or_default().to_owned();
    let by_command: BTreeSet<String> = names(&folder()).iter().map(number).collect();
    let by_trace: BTreeSet<String> = names(&root().join("tests/traces")).iter().map(number).collect();
    let rules = listed();
    assert!(rules.len() > 70, "the list is whole");
    let only_by_command: BTreeSet<String> = ONLY_BY_COMMAND.map(str::to_owned).into();
    let walked: BTreeSet<_> = rules.difference(&only_by_command).cloned().collect();
    let missing: Vec<_> = walked.difference(&by_trace).collect();
    assert!(missing.is_empty(), "these rules have no folder under tests/traces: {missing:?}");
    let missing: Vec<_> = only_by_command.difference(&by_command).collect();
    assert!(missing.is_empty(), "these rules have no folder under tests/rules: {missing:?}");
    let needless: Vec<_> = only_by_command.intersection(&by_trace).collect();
    assert!(needless.is_empty(), "these rules have a trace: {needless:?}");
    let unlisted: Vec<_> = by_command.union(&by_trace).filter(|rule| !rules.contains(*rule)).collect();
    assert!(unlisted.is_empty(), "docs/reference/rules.md does not list: {unlisted:?}");
}

#[test]
fn the_contract_s_own_numbers_are_all_listed() {
    // Section of the contract and how many numbered sentences it has; the first is a table, the sixth and the
    // seventh are prose.
    let rules = listed();
    for (section, sentences) in [(2, 7), (3, 6), (4, 6), (5, 17), (8, 6), (9, 4)] {
        for sentence in 1..=sentences {
            let number = format!("{section}.{sentence}");
            assert!(rules.contains(&number), "{number} is not listed");
        }
    }
}
