//! Values given in `set`, `vars` and `with`: written out, text with merge tags, or `= expression`.

use super::around::Around;
use super::desk::Desk;
use crate::diagnostic::Code;
use crate::step::{Assigned, TextTemplate};
use crate::template::{self, TagScope};
use crate::yaml::{Kind, Node};
use model::{Type, Value};

/// A text with merge tags, checked against what is in sight. `more`: variables that a message brings itself.
pub(super) fn text_template(
    node: &Node,
    around: &Around,
    more: &[(String, Assigned)],
    desk: &mut Desk<'_>,
) -> Option<TextTemplate> {
    text_in(node, &around.tags(more), desk)
}

/// The same against a scope of its own.
pub(super) fn text_in(node: &Node, scope: &TagScope, desk: &mut Desk<'_>) -> Option<TextTemplate> {
    let text = desk.written(node)?;
    let span = node.place_of(desk.sources, 0, text.len());
    let template = TextTemplate { source: text.to_owned(), span };
    template::check_text(&template, scope, desk.library, desk.report);
    Some(template)
}

/// A value for something of a type; `None` as type: as it is written. `null` and `~` take a value away.
pub(super) fn value(
    node: &Node,
    ty: Option<&Type>,
    around: &Around,
    desk: &mut Desk<'_>,
) -> Option<Assigned> {
    if node.says_unknown() && !node.is_null() {
        return Some(Assigned::Unknown);
    }
    let text = node.raw_text().unwrap_or_default();
    let quoted_or_not = matches!(node.kind, Kind::Text { .. });
    if quoted_or_not && text.trim_start().starts_with('=') {
        let operand = desk.formula(node, ty, &around.scope)?;
        return Some(Assigned::Formula(operand));
    }
    let takes_text = ty.is_none_or(|ty| match ty {
        Type::Text => true,
        Type::Number
        | Type::YesNo
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::List
        | Type::Email
        | Type::Phone
        | Type::Money
        | Type::Birthday
        | Type::OneOf(_)
        | Type::Reference(_) => false,
    });
    if quoted_or_not && text.contains("{{") {
        if !takes_text {
            desk.report
                .error(Code::E0324, node.span)
                .message("E0324-tags")
                .arg_type("wanted", ty.unwrap_or(&Type::Text))
                .help("E0324-help");
            return None;
        }
        return text_template(node, around, &[], desk).map(Assigned::Text);
    }
    match ty {
        Some(ty) => desk.value(node, ty).map(Assigned::Literal),
        None => as_written(node, desk).map(Assigned::Literal),
    }
}

/// The value as YAML types it.
fn as_written(node: &Node, desk: &mut Desk<'_>) -> Option<Value> {
    let ty = match &node.kind {
        Kind::Bool(_) => Type::YesNo,
        Kind::Number(_) => Type::Number,
        Kind::List(_) => Type::List,
        Kind::Text { .. } | Kind::Null | Kind::Map(_) => Type::Text,
    };
    desk.value(node, &ty)
}

/// `vars: { name: value }`. Those of the walk keep the type that they have elsewhere in the file; those of a
/// message are its own.
pub(super) fn vars(
    node: &Node,
    of_walk: bool,
    around: &Around,
    desk: &mut Desk<'_>,
) -> Vec<(String, Assigned)> {
    let mut vars = Vec::new();
    for entry in desk.entries(node) {
        if !super::model::is_name(&entry.key) {
            desk.report.error(Code::E0601, entry.key_span).arg("name", &entry.key).help("E0601-help");
            continue;
        }
        let ty = around.scope.vars.get(&entry.key).filter(|_| of_walk).cloned();
        vars.extend(value(&entry.value, ty.as_ref(), around, desk).map(|value| (entry.key.clone(), value)));
    }
    vars
}
