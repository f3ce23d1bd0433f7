//! `nurture config show`: each setting, its value, and where the value came from.

use super::{Config, FILE, Origin, SETTINGS};
use crate::view::cells;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// The settings as a table for people.
pub fn human(config: &Config, language: Language) -> String {
    let mut rows = Vec::new();
    for setting in &SETTINGS {
        let Some((value, origin)) = config.shown.get(&setting.key) else { continue };
        let value = if value.is_empty() { "–".to_owned() } else { hidden(value) };
        rows.push(vec![
            setting.name.to_owned(),
            value,
            words(origin, language),
            say(language, setting.what, &[]),
        ]);
    }
    let project = config.project.display().to_string();
    let key = if config.file.is_some() { "config-project" } else { "config-project-without" };
    let head = say(language, key, &[("path", &project)]);
    format!("{head}\n\n{}", cells::table(&rows))
}

/// The settings as JSON: name → value, origin, unit and default.
pub fn json(config: &Config, language: Language) -> Json {
    let mut settings = serde_json::Map::new();
    for setting in &SETTINGS {
        let Some((value, origin)) = config.shown.get(&setting.key) else { continue };
        let value = if value.is_empty() { Json::Null } else { hidden(value).into() };
        let (kind, at) = match origin {
            Origin::Default => ("default", Json::Null),
            Origin::File(line) => ("file", format!("{FILE}:{line}").into()),
            Origin::Environment(name) => ("environment", (*name).into()),
            Origin::Flag(name) => ("flag", (*name).into()),
        };
        let row = json!({
            "value": value,
            "origin": kind,
            "from": at,
            "default": if setting.default.is_empty() { Json::Null } else { setting.default.into() },
            "environment": setting.environment,
            "what": say(language, setting.what, &[]),
        });
        settings.insert(setting.name.to_owned(), row);
    }
    json!({ "project": config.project.display().to_string(), "settings": settings })
}

fn words(origin: &Origin, language: Language) -> String {
    match origin {
        Origin::Default => say(language, "config-from-default", &[]),
        Origin::File(line) => format!("{FILE}:{line}"),
        Origin::Environment(name) | Origin::Flag(name) => (*name).to_owned(),
    }
}

/// A database's URL without its password: what is shown ends up in chats and tickets.
fn hidden(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let Some((who, host)) = rest.rsplit_once('@') else { return value.to_owned() };
    match who.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
        None => value.to_owned(),
    }
}
