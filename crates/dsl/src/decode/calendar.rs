//! `calendar:` public holidays, make-up working days and the project's working hours.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::Fields;
use crate::yaml::Node;
use jiff::civil::Date;
use model::{Windows, WorkCalendar, zone};
use std::collections::BTreeSet;

/// Reads the calendar behind its first key.
pub(super) fn read(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> WorkCalendar {
    let hours = desk.take(fields, "hours").and_then(|node| desk.windows(node));
    let (mut off, mut work) = (BTreeSet::new(), BTreeSet::new());
    if let Some(node) = desk.take(fields, "years") {
        for year in desk.entries(node) {
            let number = year.key.parse::<i16>().ok().filter(|number| (1900..=2200).contains(number));
            let Some(number) = number else {
                desk.report.error(Code::E0614, year.key_span).arg("text", &year.key).message("E0614-year");
                continue;
            };
            let Some(mut days) = desk.fields(&year.value, "thing-year") else { continue };
            if let Some(node) = desk.take(&mut days, "off") {
                read_days(node, number, &mut off, desk);
            }
            if let Some(node) = desk.take(&mut days, "work") {
                read_days(node, number, &mut work, desk);
            }
            desk.close(days);
        }
    }
    WorkCalendar::new(hours.unwrap_or_else(Windows::office_hours), off, work)
}

fn read_days(node: &Node, year: i16, days: &mut BTreeSet<Date>, desk: &mut Desk<'_>) {
    for text in desk.texts(node) {
        let (first, last) = text.value.split_once("..").unwrap_or((&text.value, &text.value));
        let Some((first, last)) = zone::parse_date(first).zip(zone::parse_date(last)) else {
            desk.report.error(Code::E0614, text.span).arg("text", &text.value).help("E0614-help");
            continue;
        };
        if !fits(first, last, year, &text, desk) {
            continue;
        }
        let mut day = first;
        while day <= last {
            days.insert(day);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }
}

/// A range of days that runs forward, is a month at most and begins or ends in its year.
fn fits(first: Date, last: Date, year: i16, text: &Spanned<String>, desk: &mut Desk<'_>) -> bool {
    let length = crate::condition::instants::days_between(first, last);
    let fits = (0..=31).contains(&length) && (first.year() == year || last.year() == year);
    if !fits {
        desk.report
            .error(Code::E0614, text.span)
            .arg("text", &text.value)
            .arg("year", year.to_string())
            .message("E0614-range");
    }
    fits
}
