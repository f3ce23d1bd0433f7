//! Licences and duplicate crates, offline: what `deny.toml` says, checked against `cargo metadata`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use tests::root;

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn deny() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml"))
        .expect("deny.toml is there")
        .parse()
        .expect("deny.toml is TOML")
}

/// The packages that are built into the product or its tests, by id.
fn used(metadata: &Value) -> Vec<&Value> {
    let nodes: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| node["id"].as_str())
        .collect();
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|package| package["id"].as_str().is_some_and(|id| nodes.contains(id)))
        .collect()
}

/// Whether a licence expression can be met with the allowed licences: `A OR (B AND C)`.
fn allowed(expression: &str, allow: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ");
    let trimmed = expression.trim();
    if allow.contains(trimmed) {
        return true;
    }
    let parts = |word: &str| -> Vec<String> {
        let (mut depth, mut part, mut all) = (0, String::new(), Vec::new());
        for token in trimmed.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
            match token {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 && token == word {
                all.push(std::mem::take(&mut part));
            } else {
                part.push_str(token);
                part.push(' ');
            }
        }
        all.push(part);
        all.into_iter().map(|part| part.trim().to_owned()).collect()
    };
    let any = parts("OR");
    if any.len() > 1 {
        return any.iter().any(|part| allowed(part, allow));
    }
    let all = parts("AND");
    if all.len() > 1 {
        return all.iter().all(|part| allowed(part, allow));
    }
    match trimmed.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner, allow),
        None => false,
    }
}

/// What a crate says of its licence; where it only names a file, what that file is.
fn licence(package: &Value) -> Option<String> {
    if let Some(licence) = package["license"].as_str() {
        return Some(licence.to_owned());
    }
    let manifest = std::path::Path::new(package["manifest_path"].as_str()?);
    let text = std::fs::read_to_string(manifest.parent()?.join(package["license_file"].as_str()?)).ok()?;
    let mit =
        text.starts_with("MIT License") && text.contains("Permission is hereby granted, free of charge");
    mit.then(|| "MIT".to_owned())
}

#[test]
fn every_licence_is_allowed() {
    let deny = deny();
    let allow: BTreeSet<String> = deny["licenses"]["allow"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|licence| licence.as_str().map(str::to_owned))
        .collect();
    let metadata = metadata();
    let packages = used(&metadata);
    assert!(packages.len() > 100, "cargo metadata lists the packages");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !licence(package).is_some_and(|licence| allowed(&licence, &allow)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "licences that deny.toml does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn no_crate_is_built_twice_without_a_reason() {
    let deny = deny();
    let skip: BTreeSet<String> = deny["bans"]["skip"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["crate"].as_str().map(str::to_owned))
        .collect();
    let metadata = metadata();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in used(&metadata) {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        versions.entry(name).or_default().insert(package["version"].to_string());
    }
    let twice: Vec<String> = versions
        .iter()
        .filter(|(name, versions)| versions.len() > 1 && !skip.contains(*name))
        .map(|(name, versions)| format!("{name}: {versions:?}"))
        .collect();
    assert!(
        twice.is_empty(),
        "built in several versions, and deny.toml gives no reason:\n{}",
        twice.join("\n")
    );
    let once: Vec<&String> =
        skip.iter().filter(|name| versions.get(*name).is_none_or(|versions| versions.len() < 2)).collect();
    assert!(once.is_empty(), "deny.toml skips what is not built twice: {once:?}");
}

#[test]
fn licence_expressions_are_read_right() {
    let allow: BTreeSet<String> = ["MIT", "Apache-2.0", "ISC"].map(str::to_owned).into();
    assert!(allowed("MIT OR GPL-3.0", &allow));
    assert!(allowed("(GPL-3.0 OR MIT) AND ISC", &allow));
    assert!(!allowed("GPL-3.0 AND MIT", &allow));
    assert!(allowed("MIT/Apache-2.0", &allow));
    assert!(!allowed("GPL-3.0", &allow));
}
