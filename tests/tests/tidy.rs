//! The house rules that a machine can check.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::root;

fn files(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') && name != "nurture-demo" {
                files(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
}

fn all(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root(), ending, &mut found);
    let name = |path: &Path| path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap_or_default())).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let silent: Vec<String> =
        all(".rs").into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "these files do not open with `//!`: {silent:#?}");
}

#[test]
fn no_test_is_ignored_and_nothing_is_left_undone() {
    // Put together here, so that this file does not find itself.
    let marks =
        ["#[ig", "to", "unimple"].iter().zip(["nore", "do!(", "mented!("]).map(|(a, b)| format!("{a}{b}"));
    let marks: Vec<String> = marks.collect();
    let mut found = Vec::new();
    for (path, text) in all(".rs") {
        for mark in &marks {
            if text.contains(mark.as_str()) {
                found.push(format!("{path}: {mark}"));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The rows of the table in ARCHITECTURE.md whose heading is `| crate | may import |`.
fn allowed_imports() -> BTreeMap<String, BTreeSet<String>> {
    let text = read("ARCHITECTURE.md");
    let table = text.split("| crate | may import |").nth(1).expect("the table of crates is there");
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let imports = cells.get(1).copied().unwrap_or_default();
            let imports =
                imports.split(',').map(str::trim).filter(|name| *name != "–").map(str::to_owned).collect();
            (cells.first().copied().unwrap_or_default().to_owned(), imports)
        })
        .collect()
}

#[test]
fn crates_import_what_the_architecture_says() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut real = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        if name == "tests" {
            continue;
        }
        let imports: BTreeSet<String> = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|dependency| ours.contains(dependency))
            .map(str::to_owned)
            .collect();
        real.insert(name, imports);
    }
    let allowed = allowed_imports();
    let (listed, found): (Vec<_>, Vec<_>) = (allowed.keys().collect(), real.keys().collect());
    assert_eq!(listed, found, "the table of ARCHITECTURE.md and the crates differ");
    for (name, imports) in &real {
        let more: Vec<&String> = imports.difference(&allowed[name]).collect();
        assert!(more.is_empty(), "{name} imports {more:?}, which ARCHITECTURE.md does not allow");
    }
}

#[test]
fn paths_in_the_architecture_exist() {
    let text = read("ARCHITECTURE.md");
    let tops = ["crates/", "tests/", "workflows/", "migrations/", "docs/", "scripts/"];
    let mut seen = 0;
    for piece in text.split('`').skip(1).step_by(2) {
        if tops.iter().any(|top| piece.starts_with(top)) && !piece.contains(['<', '*', ' ']) {
            seen += 1;
            assert!(root().join(piece).exists(), "ARCHITECTURE.md names `{piece}`, which is not there");
        }
    }
    assert!(seen >= 8, "it names the places of the house");
}

#[test]
fn sql_is_never_put_together_from_values() {
    let mut found = Vec::new();
    for (path, text) in all(".rs").iter().filter(|(path, _)| path.starts_with("crates/")) {
        for (number, line) in text.lines().enumerate() {
            let words = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
            if line.contains("format!(") && words.iter().any(|word| line.contains(word)) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "values are binds: {found:#?}");
}

#[test]
fn apalis_stands_behind_one_module() {
    let outside: Vec<String> = all(".rs")
        .into_iter()
        .filter(|(path, _)| path.starts_with("crates/") && !path.starts_with("crates/engine/src/jobs"))
        .filter(|(path, _)| !path.starts_with("crates/engine/tests"))
        .filter(|(_, text)| text.lines().any(|line| line.trim_start().starts_with("use apalis")))
        .map(|(path, _)| path)
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[test]
fn only_the_clock_looks_at_a_wall() {
    let looks = ["Timestamp::now()", "SystemTime::now()", "Zoned::now()"];
    let allowed = ["crates/engine/src/clock.rs", "crates/cli/"];
    let found: Vec<String> = all(".rs")
        .into_iter()
        .filter(|(path, _)| path.starts_with("crates/") && path.contains("/src/"))
        .filter(|(path, _)| !allowed.iter().any(|allowed| path.starts_with(allowed)))
        .filter(|(_, text)| {
            text.lines()
                .any(|line| !line.trim_start().starts_with("//") && looks.iter().any(|l| line.contains(l)))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(found.is_empty(), "time comes in as an argument: {found:?}");
}

/// What a diagnostic calls a thing by (`thing-goal`, `shape-list`) is said in every language.
#[test]
fn every_word_that_a_diagnostic_takes_is_in_the_catalogue() {
    let catalogues = ["en", "zh-CN"].map(|language| read(&format!("crates/model/src/words/{language}.ftl")));
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for (path, text) in all(".rs").iter().filter(|(path, _)| path.starts_with("crates/dsl/src")) {
        for piece in
            text.split('"').filter(|piece| piece.starts_with("thing-") || piece.starts_with("shape-"))
        {
            seen += 1;
            let key = format!("\n{piece} = ");
            if !catalogues.iter().all(|catalogue| catalogue.contains(&key)) {
                missing.insert(format!("{path}: {piece}"));
            }
        }
    }
    assert!(seen > 60, "only {seen} words were found");
    assert!(missing.is_empty(), "not in every catalogue: {missing:#?}");
}
