//! `schedule:` of a trigger: a clock, a festival, a cron pattern; each of its mistakes is said.

use super::around::Around;
use super::desk::Desk;
use super::scoring::spread;
use super::tests::unknown_zone;
use super::trigger::{lateness, shift, started};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::trigger::{ScheduleTrigger, ScheduleZone, Trigger};
use crate::yaml::Node;
use model::{Cron, Schedule, ScheduleError};

pub(super) fn read(node: &Node, around: &mut Around, desk: &mut Desk<'_>) -> Option<Trigger> {
    started(around, "schedule");
    let mut fields = desk.fields(node, "thing-trigger-schedule")?;
    let every = desk.take(&mut fields, "every").map(|node| (desk.texts(node), node.span));
    let on = desk.take(&mut fields, "on").and_then(|node| desk.spanned(node));
    let cron = desk.take(&mut fields, "cron").and_then(|node| desk.spanned(node));
    let at = desk.take(&mut fields, "at").and_then(|node| desk.spanned(node));
    let moved = fields.key_of("before").or_else(|| fields.key_of("after"));
    let shift = shift(&mut fields, desk);
    let zone = desk.take(&mut fields, "zone").map(|node| schedule_zone(node, desk));
    let late = lateness(&mut fields, desk);
    let head = fields.head();
    desk.close(fields);
    // The clock is asked by itself, so that both mistakes are said.
    let clock = at.as_ref().map(|at| at.value.as_str());
    let clock_read = Schedule::every(&["day"], None, clock);
    let is_clock = clock_read.is_ok();
    if let (Err(error), Some(at)) = (clock_read, &at) {
        wrong_schedule(&error, at.span, desk);
    }
    let clock = clock.filter(|_| is_clock);
    // A day that is named by itself can be moved; what comes round by weekdays cannot, and `cron` says all itself.
    let by_itself = cron.is_some() && every.is_none() && on.is_none();
    let of = if by_itself { Some("cron") } else { every.is_some().then_some("every") };
    if let Some((key, of)) = moved.zip(of) {
        beside(key, of, desk);
    }
    if let Some(at) = at.as_ref().filter(|_| by_itself) {
        beside(("at", at.span), "cron", desk);
    }
    let (read, span) = match (every, on, cron) {
        (Some((words, span)), on, None) => {
            let words: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
            (Schedule::every(&words, on.as_ref().map(|on| on.value.as_str()), clock), span)
        }
        (None, Some(on), None) => (Schedule::on(&on.value, shift?, clock), on.span),
        (None, None, Some(cron)) => {
            let wrong = Cron::mistakes(&cron.value);
            for error in &wrong {
                // The field alone, where it stands as it is written.
                let at = error.field().and_then(|field| cron.value.find(field).map(|at| (at, field.len())));
                let written = desk.sources.slice(cron.span);
                let quote = usize::from(written.starts_with(['"', '\'']));
                let is_plain = written.get(quote..quote + cron.value.len()) == Some(cron.value.as_str());
                let part = at.filter(|_| is_plain);
                let span =
                    part.map_or(cron.span, |(at, length)| cron.span.part(quote + at, quote + at + length));
                wrong_schedule(error, span, desk);
            }
            if !wrong.is_empty() {
                return None;
            }
            (Schedule::parse_cron(&cron.value), cron.span)
        }
        (None, None, None) => {
            if desk.is_misspelt(node.span) {
                return None;
            }
            desk.report.error(Code::E0128, head).message("E0128-nothing").help("E0128-help");
            return None;
        }
        (_, _, Some(cron)) => {
            desk.report.error(Code::E0128, cron.span).message("E0128-two").help("E0128-help");
            return None;
        }
    };
    match read {
        Ok(rule) => {
            let zone = spread(zone)?.unwrap_or_default();
            is_clock.then_some(Trigger::Schedule(ScheduleTrigger { rule, zone, late: late? }))
        }
        Err(error) => {
            wrong_schedule(&error, span, desk);
            None
        }
    }
}

/// A key that means nothing beside another.
fn beside((key, span): (&'static str, Span), of: &'static str, desk: &mut Desk<'_>) {
    desk.report
        .error(Code::E0128, span)
        .message("E0128-beside")
        .arg("key", key)
        .arg("of", of)
        .help("E0128-help");
}

fn wrong_schedule(error: &ScheduleError, span: Span, desk: &mut Desk<'_>) {
    let diagnostic = desk.report.error(Code::E0128, span);
    diagnostic.message(error.key()).did_you_mean(error.suggestion()).help("E0128-help");
    for (name, value) in error.args() {
        diagnostic.arg(name, value);
    }
}

/// `customer`, or a zone's name.
fn schedule_zone(node: &Node, desk: &mut Desk<'_>) -> Option<ScheduleZone> {
    let name = desk.spanned(node)?;
    match name.value.trim() {
        "customer" => Some(ScheduleZone::Customer),
        other => {
            let known = model::zone::zone(other).map(ScheduleZone::Named);
            if known.is_none() {
                unknown_zone(other, name.span, desk);
            }
            known
        }
    }
}
