//! Channels in columns, and as JSON.

use super::cells;
use dsl::library::{Channel, Reaches};
use jiff::tz::TimeZone;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::channel::Closed;

/// A channel of the project.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    name: String,
    kind: &'static str,
    reaches: Reaches,
    closed: Option<Closed>,
}

impl ChannelRow {
    /// The row of a channel.
    pub fn of(name: &str, channel: &Channel, closed: Option<Closed>) -> Self {
        Self { name: name.to_owned(), kind: channel.kind(), reaches: channel.reaches(), closed }
    }
}

fn word(reaches: Reaches) -> &'static str {
    match reaches {
        Reaches::Customers => "customers",
        Reaches::Colleagues => "colleagues",
        Reaches::Both => "both",
    }
}

/// The channels for people, in the project's zone.
pub fn human(rows: &[ChannelRow], zone: &TimeZone, language: Language) -> String {
    if rows.is_empty() {
        return format!("{}\n", say(language, "channels-none", &[]));
    }
    let row = |row: &ChannelRow| {
        let state = match &row.closed {
            Some(closed) => {
                let since = closed.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
                say(language, "channels-closed", &[("since", &since), ("why", &closed.why)])
            }
            None => say(language, "channels-open", &[]),
        };
        let reaches = say(language, &format!("channels-{}", word(row.reaches)), &[]);
        vec![row.name.clone(), row.kind.to_owned(), reaches, state]
    };
    cells::table(&rows.iter().map(row).collect::<Vec<_>>())
}

/// The channels for programs.
pub fn json(rows: &[ChannelRow]) -> Json {
    rows.iter()
        .map(|row| {
            let closed = row
                .closed
                .as_ref()
                .map(|closed| json!({ "since": closed.at.to_string(), "why": closed.why }));
            json!({ "name": row.name, "kind": row.kind, "reaches": word(row.reaches), "closed": closed })
        })
        .collect()
}
