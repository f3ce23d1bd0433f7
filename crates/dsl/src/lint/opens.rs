//! A branch that rests on opened mails alone.

use super::Linted;
use crate::condition::Condition;
use crate::condition::reads::Reads;
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::step::Verb;

const OPENED: &str = "email.opened";

/// What people do with a mail.
pub(super) fn is_of_mail(event: &str) -> bool {
    matches!(event, OPENED | "email.clicked" | "email.replied")
}

/// Warns where a branch knows nothing of the customer but whether a mail was opened: many mail programs load
/// no pictures, others load them by themselves.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    for step in &linted.workflow.steps {
        let alone = if let Verb::WaitFor { events, on_timeout, .. } = &step.verb {
            let branches = on_timeout.is_some() || events.iter().any(|event| event.then.is_some());
            branches && events.iter().all(|event| event.event == OPENED)
        } else if let Verb::If { condition, .. } = &step.verb {
            rests_on_opens(linted, condition)
        } else if let Verb::Choose(cases) = &step.verb {
            let mut asked = cases.iter().filter_map(|case| case.when.as_ref()).peekable();
            asked.peek().is_some() && asked.all(|when| rests_on_opens(linted, when))
        } else {
            false
        };
        if alone {
            tell(step.word, report);
        }
        if let Some(only_if) = step.only_if.as_ref().filter(|only_if| rests_on_opens(linted, only_if)) {
            tell(only_if.span, report);
        }
    }
}

fn tell(place: Span, report: &mut Report) {
    report.warning(Code::W0712, place).help("W0712-help");
}

fn rests_on_opens(linted: &Linted<'_>, condition: &Condition) -> bool {
    let reads = Reads::of_condition(condition, linted.library);
    let nothing_else = Reads { events: reads.events.clone(), clock: reads.clock, ..Reads::default() };
    reads == nothing_else && reads.events.iter().map(String::as_str).eq([OPENED])
}
