//! `calendar:` public holidays, make-up working days and the project's working hours.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::source::{Span, Spanned};
use crate::syntax::Fields;
use crate::yaml::Node;
use jiff::civil::Date;
use model::{Windows, WorkCalendar, zone};
use std::collections::{BTreeMap, BTreeSet};

/// Reads the calendar behind its first key.
pub(super) fn read(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> WorkCalendar {
    let hours = desk.take(fields, "hours").and_then(|node| desk.windows(node));
    let (mut off, mut work) = (BTreeMap::new(), BTreeMap::new());
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
    one_or_the_other(&off, &work, desk);
    let hours = hours.unwrap_or_else(Windows::office_hours);
    WorkCalendar::new(hours, off.into_keys().collect(), work.into_keys().collect())
}

/// Says where a day is off and worked on as well: of the two nobody could say which holds.
fn one_or_the_other(off: &BTreeMap<Date, Span>, work: &BTreeMap<Date, Span>, desk: &mut Desk<'_>) {
    let mut told = BTreeSet::new();
    for (day, span) in work {
        let Some(free) = off.get(day).filter(|_| told.insert(*span)) else { continue };
        let both = desk.report.error(Code::E0614, *span).message("E0614-both").arg("text", day.to_string());
        both.related(*free, "E0614-off").help("E0614-help-both");
    }
}

fn read_days(node: &Node, year: i16, days: &mut BTreeMap<Date, Span>, desk: &mut Desk<'_>) {
    for text in desk.texts(node) {
        let (first, last) = text.value.split_once("..").unwrap_or((&text.value, &text.value));
        let Some((first, last)) = zone::parse_date(first).zip(zone::parse_date(last)) else {
            let meant = if text.value.contains("..") { None } else { zone::date_meant(&text.value) };
            let wrong = desk.report.error(Code::E0614, text.span).arg("text", &text.value);
            wrong.did_you_mean(meant).help("E0614-help");
            continue;
        };
        if !fits(first, last, year, &text, desk) {
            continue;
        }
        let mut day = first;
        while day <= last {
            days.insert(day, text.span);
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
