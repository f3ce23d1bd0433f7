//! A question about a mail before the mail can have arrived.

use super::{Linted, opens, paths};
use crate::condition::Condition;
use crate::diagnostic::{Code, Report};
use crate::step::{Since, Step, Verb};
use model::Medium;
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000;
/// A mail may be held back by its receiver for a while (grey-listing takes up to half an hour), and people
/// look at their mail a few times a day: sooner than this the answer is always no.
const DELIVERY: i64 = 60 * MINUTE;

/// Warns where opens or clicks of a mail are asked for sooner than an hour after it.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    let mail = |step: &Step| matches!(&step.verb, Verb::Send(message) if message.medium == Medium::Email);
    let mut told = BTreeSet::new();
    paths::walk(linted.workflow, &mail, &mut |step, at, way| {
        let waits = patience(linted, step);
        let (Some(waits), Some(sent)) = (waits, way.sent.last()) else { return };
        if sent.answered || sent.ago.saturating_add(waits) >= DELIVERY || !told.insert(at) {
            return;
        }
        let Some(before) = linted.workflow.step(sent.step) else { return };
        report
            .warning(Code::W0711, step.word)
            .arg("step", before.id.as_str())
            .related(before.word, "W0711-mail")
            .help("W0711-help");
    });
}

/// How long a step waits for an answer to a mail, in milliseconds; `None`: it does not ask for one.
fn patience(linted: &Linted<'_>, step: &Step) -> Option<i64> {
    if let Verb::WaitFor { events, within, since: Since::Step | Since::Entry, .. } = &step.verb {
        let all = events.iter().all(|event| opens::is_of_mail(&event.event));
        return all.then(|| within.approximate_ms());
    }
    let mut asked = step.only_if.as_ref().is_some_and(|only_if| asks(linted, only_if));
    if let Verb::If { condition, .. } = &step.verb {
        asked |= asks(linted, condition);
    }
    if let Verb::Choose(cases) = &step.verb {
        asked |= cases.iter().filter_map(|case| case.when.as_ref()).any(|when| asks(linted, when));
    }
    asked.then_some(0)
}

fn asks(linted: &Linted<'_>, condition: &Condition) -> bool {
    let reads = crate::condition::reads::Reads::of_condition(condition, linted.library);
    // Scores look at opens as well, over a long time: only a question about nothing else is meant.
    !reads.events.is_empty()
        && reads.scores.is_empty()
        && reads.events.iter().all(|name| opens::is_of_mail(name))
}
