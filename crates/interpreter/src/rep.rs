//! A rep's time: their zone, their hours, when they are away.

use dsl::library::{Library, Team};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::calendar::window::contains;
use model::{Rep, Windows, WorkCalendar, zone};

/// The rep's zone, else the project's.
pub fn zone(rep: Option<&Rep>, project: &TimeZone) -> TimeZone {
    rep.and_then(|rep| rep.zone.as_deref()).and_then(zone::zone).unwrap_or_else(|| project.clone())
}

/// The rep's own hours, else those of the team, on working days where they name none; `None`: neither says
/// any, the project's hold.
pub fn hours(team: Option<&Team>, rep: Option<&Rep>) -> Option<Windows> {
    let hours = rep.and_then(Rep::hours).or_else(|| team.and_then(|team| team.hours.clone()));
    hours.map(|hours| hours.on_workdays())
}

/// The working calendar of a rep in a team: the project's days in the rep's hours.
pub fn calendar(library: &Library, team: Option<&Team>, rep: Option<&Rep>) -> WorkCalendar {
    match hours(team, rep) {
        Some(hours) => library.calendar.with_hours(&hours),
        None => library.calendar.clone(),
    }
}

/// On leave, or marked as away.
pub fn is_away(rep: Option<&Rep>, at: Timestamp, rep_zone: &TimeZone) -> bool {
    let today = zone::date_of(at, rep_zone);
    rep.is_some_and(|rep| {
        rep.away || rep.leave().iter().any(|(first, last)| *first <= today && today <= *last)
    })
}

/// Whether it is a working hour of the rep; where nobody says any hours, every hour is one.
pub fn at_work(
    team: &Team,
    rep: Option<&Rep>,
    at: Timestamp,
    rep_zone: &TimeZone,
    days: &WorkCalendar,
) -> bool {
    hours(Some(team), rep).is_none_or(|hours| contains(&hours, at, rep_zone, days))
}
