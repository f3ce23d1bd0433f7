//! Values given in `set`, `vars` and `with`: literals, texts with merge tags, formulas.

use crate::condition;
use crate::facts::Facts;
use crate::render;
use dsl::step::{Assigned, TextTemplate};
use model::Value;

/// The value; `None`: unknown (a formula over unknown values, a text whose tag has no value, `null`).
pub(crate) fn value(assigned: &Assigned, facts: &Facts<'_>) -> Option<Value> {
    match assigned {
        Assigned::Literal(value) => Some(value.clone()),
        Assigned::Text(template) => text(template, facts).map(Value::Text),
        Assigned::Formula(operand) => condition::value(operand, facts),
        Assigned::Unknown => None,
    }
}

/// A text with its merge tags filled; `None`: a tag has no value.
pub(crate) fn text(template: &TextTemplate, facts: &Facts<'_>) -> Option<String> {
    if !template.source.contains("{{") {
        return Some(template.source.clone());
    }
    render::inline(&template.source, &render::context(facts)).ok()
}
