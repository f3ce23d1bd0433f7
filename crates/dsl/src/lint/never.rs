//! Conditions that can never be true, and cases that an earlier case always takes.

use super::Linted;
use super::possible::{self, Clash};
use crate::condition::{Condition, Test};
use crate::diagnostic::{Code, Report};
use crate::library::Library;
use crate::step::{Case, Verb};
use crate::trigger::Trigger;
use crate::workflow::GoalReached;

/// Warns at every condition of a workflow that nobody can match.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    let (workflow, library) = (linted.workflow, linted.library);
    let mut ask = |condition: Option<&Condition>, message: &'static str| {
        if let Some(condition) = condition {
            tell(condition, message, library, report);
        }
    };
    if let Trigger::Event { when, .. } = &workflow.trigger {
        ask(when.as_ref(), "W0714-audience");
    }
    ask(workflow.audience.as_ref(), "W0714-audience");
    match workflow.goal.as_ref().map(|goal| &goal.reached) {
        Some(GoalReached::Event { when, .. }) => ask(when.as_ref(), "W0714"),
        Some(GoalReached::When(when)) => ask(Some(when), "W0714"),
        None => {}
    }
    for rule in &workflow.exit_when {
        ask(rule.when.as_ref(), "W0714");
    }
    for step in &workflow.steps {
        ask(step.only_if.as_ref(), "W0714-step");
        if let Verb::If { condition, .. } = &step.verb {
            ask(Some(condition), "W0714-then");
        }
        if let Verb::Repeat { until, .. } = &step.verb {
            ask(until.as_ref(), "W0714");
        }
        if let Verb::WaitFor { events, .. } = &step.verb {
            events.iter().for_each(|event| ask(event.when.as_ref(), "W0714"));
        }
        if let Verb::Choose(cases) = &step.verb {
            cases.iter().for_each(|case| ask(case.when.as_ref(), "W0714-then"));
        }
    }
    for step in &workflow.steps {
        if let Verb::Choose(cases) = &step.verb {
            hidden(cases, library, report);
        }
    }
}

/// Warns at segments that nobody can be in.
pub(super) fn segments(library: &Library, report: &mut Report) {
    for segment in library.segments.values() {
        tell(segment, "W0714-segment", library, report);
    }
}

fn tell(condition: &Condition, message: &'static str, library: &Library, report: &mut Report) {
    // `false` by itself is somebody's switch.
    if matches!(condition.test, Test::Always(_)) {
        return;
    }
    let Some(Clash { one, other }) = possible::never(&condition.test, library) else { return };
    let diagnostic = report.warning(Code::W0714, condition.span).message(message).arg("one", one);
    match other {
        Some(other) => diagnostic.arg("other", other).help("W0714-help"),
        None => diagnostic.help("W0714-help-one"),
    };
}

/// Cases of a `choose` that come too late: whoever matches has been taken by a case above.
fn hidden(cases: &[Case], library: &Library, report: &mut Report) {
    let mut above: Vec<&Condition> = Vec::new();
    for case in cases {
        let Some(when) = &case.when else { break };
        let taken = |by: &[&Condition]| {
            let mut facts = vec![(&when.test, true)];
            facts.extend(by.iter().map(|before| (&before.test, false)));
            possible::never_all(&facts, library).is_some()
        };
        // A case that is impossible by itself has its own warning.
        if !taken(&[]) && taken(&above) {
            let one = above.iter().copied().find(|before| taken(&[*before]));
            let takers = one.map_or_else(|| above.clone(), |one| vec![one]);
            let diagnostic = report.warning(Code::W0715, when.span);
            for before in takers {
                diagnostic.related(before.span, "W0715-above");
            }
            diagnostic.help("W0715-help");
        }
        above.push(when);
    }
}
