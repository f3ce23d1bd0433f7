//! A goal or an exit by an event that does not say which of several walks it means.

use super::{Linted, cart};
use crate::condition::{Condition, Root};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::trigger::{Subject, Trigger};
use crate::workflow::GoalReached;

/// Warns where a customer may have several walks at once (one per order, contract …) and the event that ends
/// one of them lacks the field: it ends all of them. A basket is the exception: whoever buys is not to be
/// asked about any basket. Events of ours are left alone, and those that the author narrows by `when`.
pub(super) fn lint(linted: &Linted<'_>, report: &mut Report) {
    let Some(field) = field(linted) else { return };
    if cart::is_cart(linted) {
        return;
    }
    if let Some(goal) = &linted.workflow.goal
        && let GoalReached::Event { name, when } = &goal.reached
    {
        tell(linted, name, when.as_ref(), &field, linted.inside("goal", "event"), report);
    }
    let rules = linted.file.get("exit_when").and_then(|entry| entry.value.items()).unwrap_or_default();
    for (rule, node) in linted.workflow.exit_when.iter().zip(rules) {
        if let Some(name) = &rule.event {
            let place = node.get("event").map_or(node.span, |entry| entry.value.span);
            tell(linted, name, rule.when.as_ref(), &field, place, report);
        }
    }
}

/// The field of an event that says which walk it means: of `key`, or the id of the trigger's entity.
fn field(linted: &Linted<'_>) -> Option<String> {
    if let Some(key) = &linted.workflow.key {
        return match &key.root {
            Root::Entry | Root::Event => Some(key.field.to_string()),
            Root::Entity(kind) => Some(format!("{kind}_id")),
            Root::Customer | Root::Owner | Root::Vars | Root::Inputs | Root::Step(_) | Root::Answer(_) => {
                None
            }
        };
    }
    let trigger = &linted.workflow.trigger;
    if let Trigger::Stage { of: Subject::Entity(kind), .. }
    | Trigger::Attribute { of: Subject::Entity(kind), .. } = trigger
    {
        return Some(format!("{kind}_id"));
    }
    let Trigger::Date(date) = trigger else { return None };
    let Root::Entity(kind) = &date.of.root else { return None };
    Some(format!("{kind}_id"))
}

fn tell(
    linted: &Linted<'_>,
    event: &str,
    when: Option<&Condition>,
    field: &str,
    place: Span,
    report: &mut Report,
) {
    let declared = linted.library.model.events.get(event).filter(|kind| !kind.built_in);
    if when.is_some() || declared.is_none_or(|kind| kind.fields.contains_key(field)) {
        return;
    }
    report
        .warning(Code::W0709, place)
        .arg("event", event)
        .arg("field", field)
        .label("W0709-label")
        .help("W0709-help");
}
