//! More marketing messages on one way than a frequency cap lets through.

use super::{Linted, paths};
use crate::diagnostic::{Code, Report};
use crate::library::{Cap, CapPeriod};
use crate::step::{Step, Verb};
use std::collections::BTreeSet;

const DAY: i64 = 86_400_000;

/// Warns at the first message of a way that the workflow's own messages before it leave no place for.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    for cap in &linted.library.policies.caps {
        over(linted, cap, report);
    }
}

fn over(linted: &Linted<'_>, cap: &Cap, report: &mut Report) {
    let period = match &cap.per {
        CapPeriod::Rolling(length) => length.approximate_ms(),
        // Two messages a few hours apart may fall on two days: only what is sent at once surely does not.
        CapPeriod::CalendarDay => DAY / 4,
    };
    let binds = |step: &Step| {
        let Verb::Send(message) = &step.verb else { return false };
        linted.marketing(step).is_some() && cap.binds(linted.topic(message), message.medium)
    };
    let mut told = BTreeSet::new();
    paths::walk(linted.workflow, &binds, &mut |step, at, way| {
        if !binds(step) {
            return;
        }
        let near: Vec<_> = way.sent.iter().filter(|sent| sent.ago < period).collect();
        let before = u32::try_from(near.len()).unwrap_or(u32::MAX);
        // Only the first one too many: what comes after it follows from it.
        if before != cap.at_most || !told.insert(at) {
            return;
        }
        let diagnostic = report.warning(Code::W0707, step.word);
        diagnostic.arg("step", step.id.as_str()).arg("cap", cap.rate());
        let places: BTreeSet<_> = near.iter().map(|sent| sent.step).filter(|before| *before != at).collect();
        for before in places {
            if let Some(before) = linted.workflow.step(before) {
                diagnostic.related(before.word, "W0707-before");
            }
        }
        diagnostic.help("W0707-help");
    });
}
