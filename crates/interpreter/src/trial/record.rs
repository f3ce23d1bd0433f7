//! What happened in a test, as the lines that its `expect` would have: for `nurture test --record`.

use super::Verdict;
use crate::calendar::add::add;
use dsl::library::Library;
use dsl::record::Line;
use dsl::test_case::TestCase;
use dsl::yaml::quoted;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Did, Length, Outcome, TraceLine, zone};
use std::collections::BTreeSet;

/// The lines of a test's `expect`: those that came stay, and everything else that was done, left out at the
/// gate, refused or ended is added. `scenario`: each line names its workflow.
pub fn lines(library: &Library, test: &TestCase, verdict: &Verdict, scenario: bool) -> Vec<Line> {
    let zone = zone::zone(&test.zone).unwrap_or_else(zone::utc);
    let customers: BTreeSet<&str> = test.customers.iter().map(|customer| customer.name.as_str()).collect();
    let write = |line: &TraceLine| {
        let mut parts = vec![when(line.at, test, &zone, library)];
        if customers.len() > 1 {
            parts.push(format!("customer: {}", scalar(line.customer.as_str())));
        }
        if scenario {
            parts.push(format!("workflow: {}", scalar(line.workflow.as_str())));
        }
        parts.extend(thing(line, &zone));
        format!("{{ {} }}", parts.join(", "))
    };
    let mut lines = Vec::new();
    for (at, line) in verdict.trace.iter().enumerate() {
        let kept = verdict.matched.iter().position(|place| *place == Some(at));
        match kept {
            Some(number) => lines.push(Line::Kept(number)),
            None if is_told(line) => lines.push(Line::New(write(line))),
            None => {}
        }
    }
    lines
}

/// Whether a line is worth expecting: effects, what the gate left out, refusals, the end.
fn is_told(line: &TraceLine) -> bool {
    match line.outcome {
        Outcome::Done => line.did.is_effect() || line.did == Did::Goal,
        Outcome::Exited | Outcome::Refused => true,
        Outcome::Skipped => line.did.is_effect() && line.reason.as_deref() != Some("only_if"),
        Outcome::Deferred | Outcome::Waits | Outcome::Entered => false,
    }
}

/// What a line is about, as a test says it.
fn thing(line: &TraceLine, zone: &TimeZone) -> Vec<String> {
    let bare = matches!(line.did, Did::Enroll | Did::Goal) || line.what.is_empty();
    let what = if bare { "true".to_owned() } else { scalar(&line.what) };
    let mut parts = vec![format!("{}: {what}", line.did.as_str())];
    let usual = matches!(line.outcome, Outcome::Done | Outcome::Exited);
    if !usual {
        parts.push(format!("outcome: {}", line.outcome.as_str()));
        parts.extend(line.reason.iter().map(|reason| format!("reason: {}", scalar(reason))));
    }
    let value = |name: &str| line.values.get(name).and_then(|value| value.as_str());
    if line.did == Did::Assign
        && let Some(rep) = value("rep")
    {
        parts.push(format!("rep: {}", scalar(rep)));
    }
    if line.did == Did::Task
        && let Some(due) = value("due").and_then(|due| due.parse::<Timestamp>().ok())
    {
        parts.push(format!("due: {}", civil(due, zone)));
    }
    parts
}

/// `after: 5 days 3 hours` where that says the instant; else `at: 2026-03-07 09:00`.
fn when(at: Timestamp, test: &TestCase, zone: &TimeZone, library: &Library) -> String {
    let after = length(at, test.clock, zone).filter(|text| {
        let read = text.parse::<Length>().ok();
        read.is_some_and(|length| add(test.clock, &length, zone, &library.calendar) == at)
    });
    match after {
        Some(text) => format!("after: {text}"),
        None => format!("at: {}", civil(at, zone)),
    }
}

/// Whole days on the calendar, then the rest; `None`: it lies before.
fn length(at: Timestamp, clock: Timestamp, zone: &TimeZone) -> Option<String> {
    if at < clock {
        return None;
    }
    let (from, to) = (zone.to_datetime(clock), zone.to_datetime(at));
    let mut days = from.date().until(to.date()).ok()?.get_days();
    if to.time() < from.time() {
        days -= 1;
    }
    let rest = to.duration_since(from).as_secs() - i64::from(days) * 86_400;
    let parts = [
        (i64::from(days), "day"),
        (rest / 3_600, "hour"),
        (rest % 3_600 / 60, "minute"),
        (rest % 60, "second"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    Some(if words.is_empty() { "0 minutes".to_owned() } else { words.join(" ") })
}

/// `2026-03-07 09:00` on the test's clock.
fn civil(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    let format = if local.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    local.strftime(format).to_string()
}

/// A text inside `{ }`: in quotes where it would mean something else.
fn scalar(text: &str) -> String {
    let plain = text.chars().all(|letter| letter.is_alphanumeric() || "_./-@ ".contains(letter))
        && text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        && !text.ends_with(' ');
    if plain { text.to_owned() } else { quoted(text) }
}
