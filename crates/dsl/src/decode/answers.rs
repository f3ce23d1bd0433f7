//! What a webhook answers is declared nowhere: a field of it has the type of what the file compares it with.

use crate::yaml::Node;
use model::Type;
use std::collections::BTreeMap;

/// The fields that a file uses of the answer of a step, each with its type; text where nothing tells more.
pub(super) fn used(file: &Node, step: &str) -> BTreeMap<String, Type> {
    let mut found = BTreeMap::new();
    walk(file, &format!("steps.{step}."), &mut found);
    found.into_iter().map(|(name, ty)| (name, ty.unwrap_or(Type::Text))).collect()
}

fn walk(node: &Node, prefix: &str, found: &mut BTreeMap<String, Option<Type>>) {
    for item in node.items().unwrap_or_default() {
        walk(item, prefix, found);
    }
    for entry in node.entries().unwrap_or_default() {
        walk(&entry.value, prefix, found);
    }
    let Some(text) = node.raw_text() else { return };
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(prefix) {
        let end = behind.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')));
        let (name, after) = behind.split_at(end.unwrap_or(behind.len()));
        let name = name.trim_end_matches('.');
        if !name.is_empty() {
            let known = found.entry(name.to_owned()).or_insert(None);
            if known.is_none() {
                *known = compared_with(after);
            }
        }
        rest = after;
    }
}

/// The type of what stands behind a comparison; `None`: there is none, or it tells nothing.
fn compared_with(after: &str) -> Option<Type> {
    let after = after.trim_start();
    let mut operators = ["==", "!=", "<=", ">=", "<", ">", "between"].iter();
    let value = operators.find_map(|operator| after.strip_prefix(operator))?.trim_start();
    if value.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
        return Some(Type::Number);
    }
    let word = value.split(|letter: char| !letter.is_alphabetic()).next()?;
    matches!(word, "true" | "false").then_some(Type::YesNo)
}
