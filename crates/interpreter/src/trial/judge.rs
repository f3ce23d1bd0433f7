//! What of the expectation is not in the trace, and what of the trace must not be there.

use super::coverage::edge;
use super::recorder::{Recorder, Seen};
use super::scene::Scene;
use super::{Difference, Problem, Verdict};
use dsl::test_case::{Expected, ExpectedTime, TestCase};
use jiff::Timestamp;
use model::{Did, Outcome, zone};
use std::collections::BTreeSet;

pub(super) fn judge(test: &TestCase, scene: &Scene<'_>, recorder: Recorder<'_>) -> Verdict {
    let Recorder { seen, mut problems, .. } = recorder;
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut from = 0;
    for expected in &test.expect {
        let found = seen
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, seen)| differences(scene, expected, seen).is_some_and(|d| d.is_empty()));
        match found {
            Some((at, _)) => {
                used.insert(at);
                from = at + 1;
            }
            None => {
                let nearest = seen
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !used.contains(at))
                    .filter_map(|(at, seen)| Some((at, differences(scene, expected, seen)?)))
                    .min_by_key(|(_, differs)| differs.len());
                problems.push(match nearest {
                    Some((at, differs)) => {
                        Problem::Missing { span: expected.span, nearest: Some(at), differs }
                    }
                    None => Problem::Missing { span: expected.span, nearest: None, differs: Vec::new() },
                });
            }
        }
    }
    for never in &test.never {
        let found =
            seen.iter().position(|seen| differences(scene, never, seen).is_some_and(|d| d.is_empty()));
        if let Some(at) = found {
            problems.push(Problem::Never { span: never.span, at });
        }
    }
    if test.exactly {
        for (at, seen) in seen.iter().enumerate() {
            let effect =
                seen.line.did.is_effect() && matches!(seen.line.outcome, Outcome::Done | Outcome::Exited);
            if effect && !used.contains(&at) {
                problems.push(Problem::Unexpected { at });
            }
        }
    }
    let walked = seen
        .iter()
        .filter_map(|seen| Some((seen.line.step.as_ref()?.to_string(), edge(&seen.line))))
        .collect();
    Verdict {
        name: test.name.clone(),
        span: test.span,
        problems,
        trace: seen.into_iter().map(|s| s.line).collect(),
        walked,
    }
}

/// How a trace line differs from an expected one; `None`: it is about something else.
fn differences(scene: &Scene<'_>, expected: &Expected, seen: &Seen) -> Option<Vec<Difference>> {
    let line = &seen.line;
    if line.did != expected.did {
        return None;
    }
    let about = match (&expected.what, line.did) {
        (None, _) => true,
        (Some(what), Did::Task) => {
            // A title is compared as rendered, or as written.
            *what == line.what
        }
        (Some(what), _) => *what == line.what,
    };
    let customer = expected.customer.as_ref().is_none_or(|name| line.customer.as_str() == name);
    let workflow = expected.workflow.as_ref().is_none_or(|name| line.workflow.as_str() == name);
    if !about || !customer || !workflow {
        return None;
    }
    let mut differs = Vec::new();
    let mut compare = |what: &'static str, is: String, expected: String| {
        if is != expected {
            differs.push(Difference { what, is, expected });
        }
    };
    let value = |name: &str| {
        let plain = line.values.get(name);
        plain
            .map_or_else(String::new, |plain| plain.as_str().map_or_else(|| plain.to_string(), str::to_owned))
    };
    let local = |at: Timestamp| zone::rfc3339(at, scene.zone);
    if let Some(when) = &expected.when {
        match when {
            ExpectedTime::Day(day) => {
                compare("at", zone::date_of(line.at, scene.zone).to_string(), day.to_string())
            }
            time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => {
                compare("at", local(line.at), scene.instant(time).map(local).unwrap_or_default())
            }
        }
    }
    match expected.outcome {
        Some(outcome) => compare("outcome", line.outcome.as_str().to_owned(), outcome.as_str().to_owned()),
        None if expected.reason.is_some() => {}
        None => {
            let rests = matches!(
                line.did,
                Did::Wait | Did::WaitFor | Did::WaitForDate | Did::WaitUntil | Did::Timeline
            );
            let usual: &[Outcome] = if line.did == Did::Exit {
                &[Outcome::Exited]
            } else if line.did == Did::Enroll {
                &[Outcome::Entered]
            } else if rests {
                &[Outcome::Done, Outcome::Waits]
            } else {
                &[Outcome::Done]
            };
            if !usual.contains(&line.outcome) {
                compare(
                    "outcome",
                    line.outcome.as_str().to_owned(),
                    usual.first().map_or("", |o| o.as_str()).to_owned(),
                );
            }
        }
    }
    if let Some(reason) = &expected.reason {
        compare("reason", line.reason.clone().unwrap_or_default(), reason.clone());
    }
    if let Some(key) = &expected.key {
        compare("key", seen.key.clone(), key.clone());
    }
    if let Some(rep) = &expected.rep {
        compare("rep", value("rep"), rep.clone());
    }
    if let Some(due) = &expected.due {
        let is = value("due").parse::<Timestamp>().ok();
        match due {
            ExpectedTime::Day(day) => {
                let is = is.map(|is| zone::date_of(is, scene.zone).to_string()).unwrap_or_default();
                compare("due", is, day.to_string());
            }
            time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => compare(
                "due",
                is.map(local).unwrap_or_default(),
                scene.instant(time).map(local).unwrap_or_default(),
            ),
        }
    }
    if let Some(subject) = &expected.subject {
        compare("subject", seen.subject.clone().unwrap_or_default(), subject.clone());
    }
    Some(differs)
}
