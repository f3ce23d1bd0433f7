//! Two marketing mails that one customer can get on one day.

use super::Linted;
use super::paths;
use crate::diagnostic::{Code, Report};
use crate::step::{Step, StepIx};
use model::{Medium, Windows};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600_000;
/// Between two mails of one day lie at most the hours in which people are awake, or those that the quiet
/// hours leave.
const AWAKE: i64 = 16 * HOUR;

/// Warns at the later mail, once. Two mails of which each has an `only_if` are left alone: mostly they exclude each
/// other.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    let workflow = linted.workflow;
    let quiet = workflow.quiet_hours.as_ref().or(linted.library.quiet_hours.as_ref());
    let day = quiet.map_or(AWAKE, |quiet| AWAKE.min(24 * HOUR - quiet_ms(quiet)));
    let mail = |step: &Step| linted.marketing(step).is_some_and(|message| message.medium == Medium::Email);
    let mut told: BTreeSet<StepIx> = BTreeSet::new();
    paths::walk(workflow, &mail, &mut |step, at, way| {
        if !mail(step) {
            return;
        }
        let near = way.sent.iter().rev().find(|sent| sent.ago < day);
        let Some((sent, before)) = near.and_then(|sent| Some((sent, workflow.step(sent.step)?))) else {
            return;
        };
        if (before.only_if.is_some() && step.only_if.is_some()) || !told.insert(at) {
            return;
        }
        let message = if sent.step == at { "W0708-again" } else { "W0708" };
        let diagnostic = report.warning(Code::W0708, step.word);
        diagnostic.message(message).arg("step", step.id.as_str()).arg("before", before.id.as_str());
        if sent.step != at {
            diagnostic.related(before.word, "W0708-before");
        }
        diagnostic.help("W0708-help");
    });
}

/// How much of an ordinary day is quiet.
fn quiet_ms(quiet: &Windows) -> i64 {
    quiet.iter().map(model::Window::length_ms).max().unwrap_or(0)
}
