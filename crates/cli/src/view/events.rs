//! Events in columns, and as JSON; those that were not taken, with why.

use super::cells;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Event;
use model::words::{Language, say};
use serde_json::Value as Json;
use store::rejected::Rejected;

fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The events for people, in the project's zone.
pub fn human(events: &[Event], zone: &TimeZone, language: Language) -> String {
    if events.is_empty() {
        return format!("{}\n", say(language, "events-none", &[]));
    }
    let row = |event: &Event| {
        let said: Vec<String> =
            event.properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
        vec![clock(event.at, zone), event.name.clone(), cells::clip(&said.join(" "), 80)]
    };
    cells::table(&events.iter().map(row).collect::<Vec<_>>())
}

/// An event for programs, in the form that `nurture import events` reads.
pub fn json(event: &Event) -> Json {
    event.to_json()
}

/// What was not taken, for people.
pub fn rejected(all: &[(Timestamp, Rejected)], zone: &TimeZone, language: Language) -> String {
    if all.is_empty() {
        return format!("{}\n", say(language, "events-none-rejected", &[]));
    }
    let row = |(at, each): &(Timestamp, Rejected)| {
        let why = engine::ingest::rejected_why(each, language);
        vec![clock(*at, zone), each.source.clone(), each.kind.clone(), each.pointer.clone(), why]
    };
    cells::table(&all.iter().map(row).collect::<Vec<_>>())
}
