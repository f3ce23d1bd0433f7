//! The rules that only a session at the command line can show (import, publish, run, simulate), one folder a
//! rule, and the list of all rules: each has a folder here or under `tests/traces`.
//!
//! A folder is a project; `session.txt` holds the commands and what they print. `common/` is copied below it.
//! `UPDATE_RULES=1` writes what happens now: read the difference.

use std::collections::{BTreeMap, BTreeSet};
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
        for exchange in session {
            let came = answer(here.path(), &exchange.command);
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

/// The rules of `docs/reference/rules.md`: number → whether it has a folder. A rule is a line `**1.2** text`;
/// one that ends with `*Not built yet.*` has none, nor one that ends with ``*Shown by `name`.*``, a test of
/// `turns.rs`.
fn listed() -> BTreeMap<String, bool> {
    let text = fs::read_to_string(root().join("docs/reference/rules.md")).expect("the rules are there");
    let turns = fs::read_to_string(root().join("tests/tests/turns.rs")).expect("the turns are there");
    let mut rules = BTreeMap::new();
    for line in text.lines() {
        if let Some((number, said)) = line.strip_prefix("**").and_then(|line| line.split_once("** ")) {
            let shown = said.split_once("*Shown by `").and_then(|(_, name)| name.strip_suffix("`.*"));
            if let Some(name) = shown {
                assert!(turns.contains(&format!("\nfn {name}()")), "{number}: no test is called {name}");
            }
            let has_folder = shown.is_none() && !said.ends_with("*Not built yet.*");
            let before = rules.insert(number.to_owned(), has_folder);
            assert!(before.is_none(), "{number} stands twice");
        }
    }
    rules
}

#[test]
fn every_rule_has_a_folder_named_after_it() {
    let number = |name: &String| name.split('-').next().unwrap_or_default().to_owned();
    let mut proven: BTreeSet<String> = names(&folder()).iter().map(number).collect();
    proven.extend(names(&root().join("tests/traces")).iter().map(number));
    let rules = listed();
    assert!(rules.len() > 50, "the list is whole");
    let unproven: Vec<_> = rules.iter().filter(|(rule, built)| **built && !proven.contains(*rule)).collect();
    assert!(unproven.is_empty(), "these rules have no folder: {unproven:?}");
    let unlisted: Vec<_> = proven.iter().filter(|rule| rules.get(*rule) != Some(&true)).collect();
    assert!(unlisted.is_empty(), "docs/reference/rules.md does not list as built: {unlisted:?}");
}
