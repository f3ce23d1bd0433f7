//! Keys in columns, and as JSON. The text that opens is in neither.

use super::cells;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::api_key::ApiKey;

/// The keys for people, in the project's zone.
pub fn human(keys: &[ApiKey], zone: &TimeZone, language: Language) -> String {
    if keys.is_empty() {
        return format!("{}\n", say(language, "key-none", &[]));
    }
    let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let row = |key: &ApiKey| {
        let scopes = if key.scopes.is_empty() { "–".to_owned() } else { key.scopes.join(",") };
        let used = match key.used_at {
            Some(used) => say(language, "key-used", &[("at", &at(used))]),
            None => say(language, "key-never-used", &[]),
        };
        let end = match (key.revoked_at, key.expires_at) {
            (Some(revoked), _) => say(language, "key-ended", &[("at", &at(revoked))]),
            (None, Some(expires)) => say(language, "key-until", &[("at", &at(expires))]),
            (None, None) => String::new(),
        };
        let role = key.role.clone().unwrap_or_else(|| "–".to_owned());
        let rep = key.rep.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        vec![key.id.clone(), key.name.clone(), role, rep, scopes, used, end]
    };
    cells::table(&keys.iter().map(row).collect::<Vec<_>>())
}

/// A key for programs.
pub fn json(key: &ApiKey) -> Json {
    json!({
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "rep": key.rep.as_ref().map(ToString::to_string),
        "scopes": key.scopes,
        "created_at": key.created_at.to_string(),
        "expires_at": key.expires_at.map(|at| at.to_string()),
        "revoked_at": key.revoked_at.map(|at| at.to_string()),
        "used_at": key.used_at.map(|at| at.to_string()),
    })
}
