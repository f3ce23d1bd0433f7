//! `nurture.toml`: the keys it writes, with their lines, and everything that is wrong in it.

use super::{Key, Mistake, SETTINGS};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// What the file says for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// One text, or the texts of a list.
    pub values: Vec<String>,
    /// Its line, from 1.
    pub line: usize,
}

/// Reads the file's text. What is wrong goes to `mistakes`; the other keys are still read.
pub(super) fn read(text: &str, mistakes: &mut Vec<Mistake>) -> BTreeMap<Key, Written> {
    let (table, errors) = DeTable::parse_recoverable(text.strip_prefix('\u{feff}').unwrap_or(text));
    for error in errors {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        mistakes.push(Mistake::Syntax { line, why: error.message().to_owned() });
    }
    let mut written = BTreeMap::new();
    if !mistakes.is_empty() {
        return written;
    }
    for (name, value) in table.get_ref() {
        let line = line_of(text, name.span().start);
        let name: &str = name.get_ref();
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let meant = dsl::diagnostic::suggest(name, SETTINGS.iter().map(|setting| setting.name));
            mistakes.push(Mistake::Unknown { line, name: name.to_owned(), meant });
            continue;
        };
        match texts(value.get_ref(), setting.is_list) {
            Some(values) => {
                written.insert(setting.key, Written { values, line });
            }
            None => mistakes.push(Mistake::Shape { line, key: setting.key }),
        }
    }
    mistakes.sort_by_key(line);
    written
}

/// The texts of a value; `None`: it has another shape than the setting takes.
fn texts(value: &DeValue<'_>, is_list: bool) -> Option<Vec<String>> {
    match (value, is_list) {
        (DeValue::String(text), false) => Some(vec![text.to_string()]),
        (DeValue::Array(items), true) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => None,
            })
            .collect(),
        (
            DeValue::String(_)
            | DeValue::Array(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_),
            _,
        ) => None,
    }
}

fn line(mistake: &Mistake) -> usize {
    match mistake {
        Mistake::Syntax { line, .. } | Mistake::Unknown { line, .. } | Mistake::Shape { line, .. } => *line,
        Mistake::Value { .. } => usize::MAX,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
