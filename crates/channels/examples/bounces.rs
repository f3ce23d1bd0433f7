//! How many of a folder's bounces are known as such: `cargo run -p channels --example bounces FOLDER [AT_LEAST]`, as
//! `scripts/bounces` does it for the samples of flufl.bounce.

use channels::email::bounce::{What, read};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: bounces FOLDER");
        return ExitCode::from(2);
    };
    let mut files: Vec<_> = match std::fs::read_dir(&folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            eprintln!("{folder}: {error}");
            return ExitCode::from(3);
        }
    };
    files.sort();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in &files {
        let Ok(bytes) = std::fs::read(path) else { continue };
        let word = match read(&bytes).map(|returned| returned.what) {
            Some(What::Bounce { class, .. }) => format!("{class:?}").to_lowercase(),
            Some(What::Complaint) => "complaint".to_owned(),
            Some(What::Leave) => "leave".to_owned(),
            Some(What::Other) | None => {
                println!("not known: {}", path.file_name().unwrap_or_default().to_string_lossy());
                "other".to_owned()
            }
        };
        *counts.entry(word).or_insert(0) += 1;
    }
    let other = counts.get("other").copied().unwrap_or(0);
    let known = files.len() - other;
    println!("{counts:?}");
    println!("{known} of {} known", files.len());
    let least = std::env::args().nth(2).and_then(|least| least.parse().ok()).unwrap_or(0);
    if known < least { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
