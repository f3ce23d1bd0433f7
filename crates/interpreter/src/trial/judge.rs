//! What of the expectation is not in the trace, and what of the trace must not be there.

use super::recorder::{Recorder, Seen};
use super::scene::Scene;
use super::{Difference, Problem, Verdict};
use dsl::test_case::{Expected, ExpectedTime, TestCase};
use jiff::Timestamp;
use model::{Did, Outcome, zone};
use std::collections::{BTreeMap, BTreeSet};

/// How far a line of another object is from the one that was expected, in differences.
const ANOTHER: usize = 10;

pub(super) fn judge(test: &TestCase, scene: &Scene<'_>, recorder: Recorder<'_>) -> Verdict {
    let Recorder { seen, mut problems, sends, .. } = recorder;
    let matched = matched(test, scene, &seen);
    let used: BTreeSet<usize> = matched.iter().flatten().copied().collect();
    for (expected, _) in test.expect.iter().zip(&matched).filter(|(_, found)| found.is_none()) {
        let (nearest, differs) = match nearest(scene, expected, &seen, &used) {
            Some((at, differs)) => (Some(at), differs),
            None => (None, Vec::new()),
        };
        problems.push(Problem::Missing { span: expected.span, nearest, differs });
    }
    for never in &test.never {
        if let Some(at) = seen.iter().position(|seen| fits(scene, never, seen)) {
            problems.push(Problem::Never { span: never.span, at });
        }
    }
    if test.exactly {
        for (at, seen) in seen.iter().enumerate() {
            if is_effect(seen) && !used.contains(&at) {
                problems.push(Problem::Unexpected { at });
            }
        }
    }
    Verdict {
        name: test.name.clone(),
        span: test.span,
        problems,
        matched,
        trace: seen.into_iter().map(|seen| seen.line).collect(),
        sends,
    }
}

/// What `exactly` asks for: everything done that is not a wait, a branch, an entry or an exit.
pub(super) fn is_effect(seen: &Seen) -> bool {
    seen.line.did.is_effect() && seen.line.did != Did::Exit && seen.line.outcome == Outcome::Done
}

/// For each expected line its place in the trace. The lines come in the order of the file; of different
/// customers at one instant in any order, since nobody can say which comes first.
fn matched(test: &TestCase, scene: &Scene<'_>, seen: &[Seen]) -> Vec<Option<usize>> {
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut last: Option<usize> = None;
    let mut own: BTreeMap<&str, usize> = BTreeMap::new();
    for expected in &test.expect {
        let begin = last.and_then(|at| seen.get(at)).map(|seen| seen.line.at);
        let found = seen.iter().enumerate().find(|(at, candidate)| {
            let beside = begin == Some(candidate.line.at)
                && own.get(candidate.line.customer.as_str()).is_none_or(|own| at > own)
                && !places.contains(&Some(*at));
            (last.is_none_or(|last| *at > last) || beside) && fits(scene, expected, candidate)
        });
        if let Some((at, candidate)) = found {
            own.insert(candidate.line.customer.as_str(), at);
            last = last.max(Some(at));
        }
        places.push(found.map(|(at, _)| at));
    }
    places
}

/// The line that comes nearest to an expected one, and what differs there.
fn nearest(
    scene: &Scene<'_>,
    expected: &Expected,
    seen: &[Seen],
    used: &BTreeSet<usize>,
) -> Option<(usize, Vec<Difference>)> {
    let wanted = expected.when.as_ref().and_then(|when| scene.instant(when));
    let far = |seen: &Seen| {
        wanted.map_or(0, |wanted| (seen.line.at.as_millisecond() - wanted.as_millisecond()).unsigned_abs())
    };
    let all = seen.iter().enumerate().filter(|(at, _)| !used.contains(at));
    let candidates = all.filter_map(|(at, seen)| Some((at, differences(scene, expected, seen)?, far(seen))));
    let weight = |differs: &[Difference]| -> usize {
        let about = ["what", "customer", "workflow"];
        differs.iter().map(|differs| if about.contains(&differs.what) { ANOTHER } else { 1 }).sum()
    };
    let found = candidates.min_by_key(|(_, differs, far)| (weight(differs), *far));
    found.map(|(at, differs, _)| (at, differs))
}

fn fits(scene: &Scene<'_>, expected: &Expected, seen: &Seen) -> bool {
    differences(scene, expected, seen).is_some_and(|differs| differs.is_empty())
}

/// The outcomes that a line of a kind has where the test does not say one.
fn usual(did: Did) -> &'static [Outcome] {
    match did {
        Did::Exit => &[Outcome::Exited],
        Did::Enroll => &[Outcome::Entered],
        Did::Wait
        | Did::WaitFor
        | Did::WaitForDate
        | Did::WaitUntil
        | Did::Timeline
        | Did::Call
        // An offer is made, and waits for the rep.
        | Did::Assign
        | Did::Webhook => &[Outcome::Done, Outcome::Waits],
        Did::Email
        | Did::Sms
        | Did::Message
        | Did::Notify
        | Did::Set
        | Did::Tag
        | Did::Untag
        | Did::AddScore
        | Did::MoveStage
        | Did::Consent
        | Did::Suppress
        | Did::Unsuppress
        | Did::Record
        | Did::Forget
        | Did::Unassign
        | Did::Task
        | Did::If
        | Did::Choose
        | Did::Split
        | Did::Repeat
        | Did::Lead
        | Did::Goal
        | Did::Move => &[Outcome::Done],
    }
}

/// How a trace line differs from an expected one; `None`: it is another kind of thing.
fn differences(scene: &Scene<'_>, expected: &Expected, seen: &Seen) -> Option<Vec<Difference>> {
    let line = &seen.line;
    if line.did != expected.did {
        return None;
    }
    let mut differs = Vec::new();
    let mut compare = |what: &'static str, is: String, expected: String| {
        if is != expected {
            differs.push(Difference { what, is, expected });
        }
    };
    let mut about = |what, is: &str, expected: Option<&String>| {
        if let Some(expected) = expected {
            compare(what, is.to_owned(), expected.clone());
        }
    };
    about("what", &line.what, expected.what.as_ref());
    about("customer", line.customer.as_str(), expected.customer.as_ref());
    about("workflow", line.workflow.as_str(), expected.workflow.as_ref());
    about("reason", line.reason.as_deref().unwrap_or_default(), expected.reason.as_ref());
    about("key", &seen.key, expected.key.as_ref());
    // The author's words; the label that law puts before them may be left out.
    let (subject, label) =
        seen.subject.as_ref().map_or(("", 0), |(subject, label)| (subject.as_str(), *label));
    let bare = subject.get(label..).unwrap_or(subject);
    let with_label = expected.subject.as_deref() == Some(subject);
    about("subject", if with_label { subject } else { bare }, expected.subject.as_ref());
    let value = |name: &str| {
        let plain = line.values.get(name);
        plain
            .map_or_else(String::new, |plain| plain.as_str().map_or_else(|| plain.to_string(), str::to_owned))
    };
    about("rep", &value("rep"), expected.rep.as_ref());
    let local = |at: Timestamp| zone::rfc3339(at, scene.zone);
    let mut at = |what, is: Option<Timestamp>, expected: &ExpectedTime| match expected {
        ExpectedTime::Day(day) => {
            let is = is.map(|is| zone::date_of(is, scene.zone).to_string()).unwrap_or_default();
            compare(what, is, day.to_string());
        }
        time @ (ExpectedTime::Instant(_) | ExpectedTime::After(_)) => {
            compare(
                what,
                is.map(local).unwrap_or_default(),
                scene.instant(time).map(local).unwrap_or_default(),
            );
        }
    };
    if let Some(when) = &expected.when {
        at("at", Some(line.at), when);
    }
    if let Some(due) = &expected.due {
        at("due", value("due").parse().ok(), due);
    }
    let usual = usual(line.did);
    match expected.outcome {
        Some(outcome) => compare("outcome", line.outcome.as_str().to_owned(), outcome.as_str().to_owned()),
        None if expected.reason.is_some() || usual.contains(&line.outcome) => {}
        None => {
            let expected = usual.first().map_or("", |outcome| outcome.as_str()).to_owned();
            compare("outcome", line.outcome.as_str().to_owned(), expected);
        }
    }
    Some(differs)
}
