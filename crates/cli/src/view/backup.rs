//! Backups, restores and moves in words, and as JSON.

use super::cells;
use engine::backup::{Manifest, Moved, Restored};
use jiff::tz::TimeZone;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use std::path::Path;

fn rows(manifest: &Manifest) -> u64 {
    manifest.tables.iter().map(|table| table.rows).sum()
}

/// One sentence about a backup.
pub fn human(key: &str, path: &Path, manifest: &Manifest, zone: &TimeZone, language: Language) -> String {
    let at = manifest.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let rows = cells::thousands(rows(manifest));
    let size = cells::thousands(manifest.bytes.div_ceil(1024));
    let path = path.display().to_string();
    say(language, key, &[("path", &path), ("at", &at), ("rows", &rows), ("size", &size)])
}

/// The manifest for programs.
pub fn json(path: &Path, manifest: &Manifest) -> Json {
    json!({ "file": path.display().to_string(), "manifest": manifest })
}

/// What a restore did, and what comes next.
pub fn restored(done: &Restored, zone: &TimeZone, language: Language) -> String {
    let at = done.manifest.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let unknown = done.unknown.to_string();
    let mut lines = vec![say(language, "restore-done", &[("at", &at), ("count", &unknown)])];
    if let Some(aside) = &done.aside {
        lines.push(say(language, "restore-aside", &[("path", &aside.display().to_string())]));
    }
    lines.push(say(language, "restore-next", &[]));
    lines.join("\n") + "\n"
}

/// The same for programs.
pub fn restored_json(done: &Restored) -> Json {
    json!({
        "at": done.manifest.at.to_string(),
        "unknown": done.unknown,
        "aside": done.aside.as_ref().map(|path| path.display().to_string()),
        "held": true,
        "tables": done.manifest.tables,
    })
}

/// What was moved, table by table, and what comes next.
pub fn moved(done: &Moved, to: &str, language: Language) -> String {
    let filled = done.tables.iter().filter(|table| table.rows > 0);
    let rows: Vec<Vec<String>> = filled
        .map(|table| {
            let sum = table.sum.get(..12).unwrap_or_default().to_owned();
            vec![table.table.clone(), cells::right(&cells::thousands(table.rows), 12), sum]
        })
        .collect();
    format!("{}{}\n", cells::table(&rows), say(language, "move-done", &[("to", to)]))
}

/// The same for programs.
pub fn moved_json(done: &Moved, to: &str) -> Json {
    json!({ "to": to, "tables": done.tables })
}
