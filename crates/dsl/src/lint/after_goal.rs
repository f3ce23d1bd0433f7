//! A message that goes out when the goal does not count any more.

use super::{Linted, paths};
use crate::diagnostic::{Code, Report};
use crate::step::{StepIx, Verb};
use std::collections::BTreeMap;

/// Warns at the first marketing message that no way reaches in time. A single wait that is too long has its
/// own warning, and then this one is silent.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    let Some(within) = linted.workflow.goal.as_ref().and_then(|goal| goal.within) else { return };
    let most = within.approximate_ms();
    let mut earliest: BTreeMap<StepIx, i64> = BTreeMap::new();
    let mut one_wait_is_too_long = false;
    paths::walk(linted.workflow, &|_| false, &mut |step, at, way| {
        if let Verb::Wait(_) | Verb::WaitFor { .. } = &step.verb {
            one_wait_is_too_long |= report_has(report, step.word);
        }
        if linted.marketing(step).is_some() {
            let known = earliest.entry(at).or_insert(way.since_entry);
            *known = (*known).min(way.since_entry);
        }
    });
    let late = earliest.into_iter().find(|(_, after)| *after > most);
    if one_wait_is_too_long {
        return;
    }
    let Some((step, after)) = late.and_then(|(at, after)| Some((linted.workflow.step(at)?, after))) else {
        return;
    };
    report
        .warning(Code::W0713, step.word)
        .arg("step", step.id.as_str())
        .arg("days", (after / 86_400_000).to_string())
        .arg("goal", within.to_string())
        .related(linted.inside("goal", "within"), "W0701-goal")
        .help("W0713-help");
}

fn report_has(report: &Report, place: crate::source::Span) -> bool {
    report.diagnostics().iter().any(|known| known.code == Code::W0701 && known.span == place)
}
