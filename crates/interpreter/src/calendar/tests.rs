//! Tests of the calendar, by theme, and what they share.

mod dates;
mod instants;
mod properties;
mod schedules;
mod transitions;
mod working_time;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Length, Windows, WorkCalendar, zone};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn in_zone(name: &str) -> TimeZone {
    zone::zone(name).unwrap_or_else(|| panic!("no zone {name}"))
}

/// A clock time in a zone as an instant: `2026-03-02 09:00`.
fn local(text: &str, zone: &TimeZone) -> Timestamp {
    zone::parse_instant(text, zone).unwrap_or_else(|| panic!("{text} is no time"))
}

/// An instant as the clock on the wall shows it.
fn wall(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn length(text: &str) -> Length {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn windows(text: &str) -> Windows {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn date(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Nine to six with days off and make-up days.
fn calendar(off: &[&str], work: &[&str]) -> WorkCalendar {
    let dates = |texts: &[&str]| texts.iter().map(|text| date(text)).collect::<BTreeSet<_>>();
    WorkCalendar::new(Windows::office_hours(), dates(off), dates(work))
}
