//! Users in columns, and as JSON. Of their passwords there is nothing to show.

use super::cells;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::user::User;

/// The users for people, in the project's zone.
pub fn human(users: &[User], zone: &TimeZone, language: Language) -> String {
    if users.is_empty() {
        return format!("{}\n", say(language, "user-none", &[]));
    }
    let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let row = |user: &User| {
        let last = match user.signed_in_at {
            Some(last) => say(language, "user-signed-in", &[("at", &at(last))]),
            None => say(language, "user-never-signed-in", &[]),
        };
        let rep = user.rep.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        vec![user.name.clone(), user.role.clone(), rep, last]
    };
    cells::table(&users.iter().map(row).collect::<Vec<_>>())
}

/// A user for programs.
pub fn json(user: &User) -> Json {
    json!({
        "name": user.name,
        "role": user.role,
        "rep": user.rep.as_ref().map(ToString::to_string),
        "created_at": user.created_at.to_string(),
        "signed_in_at": user.signed_in_at.map(|at| at.to_string()),
    })
}
