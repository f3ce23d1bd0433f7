//! What a marketer would ask before a workflow goes live: warnings about files that are sound. One file a
//! lint; each can be turned off in a file by `lint: { W0708: reason }`.

mod after_goal;
mod cart;
mod keyless;
mod never;
mod opens;
mod paths;
mod possible;
mod same_day;
mod too_soon;
mod week;

use crate::diagnostic::Report;
use crate::library::Library;
use crate::source::Span;
use crate::step::{MessageStep, Step, Verb};
use crate::workflow::{ConsentRule, Workflow};
use crate::yaml::Node;

/// What a lint looks at.
struct Linted<'a> {
    workflow: &'a Workflow,
    library: &'a Library,
    /// The workflow's file, for the places of its keys.
    file: &'a Node,
}

/// The lints over one workflow, in their order.
const LINTS: [fn(&Linted<'_>, &mut Report); 8] = [
    week::lint,
    same_day::lint,
    keyless::lint,
    cart::lint,
    too_soon::lint,
    opens::lint,
    after_goal::lint,
    never::lint,
];

/// Looks over a workflow without mistakes.
pub(crate) fn workflow(workflow: &Workflow, file: &Node, library: &Library, report: &mut Report) {
    let linted = Linted { workflow, library, file };
    for lint in LINTS {
        lint(&linted, report);
    }
}

/// Looks over what belongs to no workflow.
pub(crate) fn library(library: &Library, report: &mut Report) {
    never::segments(library, report);
}

impl Linted<'_> {
    /// Where a key of the file stands; the workflow's own line where the file has no such key.
    fn key(&self, key: &str) -> Span {
        self.file.get(key).map_or(self.workflow.span, |entry| entry.key_span)
    }

    /// Where the value of a key within a key stands: `goal`, `event`.
    fn inside(&self, key: &str, inner: &str) -> Span {
        let value = self.file.get(key).and_then(|entry| entry.value.get(inner));
        value.map_or_else(|| self.key(key), |entry| entry.value.span)
    }

    /// The message of a step that is one to a customer and needs consent to marketing.
    fn marketing<'s>(&self, step: &'s Step) -> Option<&'s MessageStep> {
        let Verb::Send(message) = &step.verb else { return None };
        let topic = self.library.topics.get(self.topic(message)?)?;
        topic.marketing.then_some(message)
    }

    /// The topic of a message: its own, or the workflow's.
    fn topic<'s>(&'s self, message: &'s MessageStep) -> Option<&'s str> {
        let of_workflow = match &self.workflow.consent {
            ConsentRule::Topic(topic) => Some(topic),
            ConsentRule::Transactional | ConsentRule::None => None,
        };
        message.topic.as_ref().or(of_workflow).map(String::as_str)
    }
}
