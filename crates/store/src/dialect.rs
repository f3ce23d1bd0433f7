//! One text for both databases. It is written as SQLite reads it, in words that PostgreSQL knows as well; what
//! differs all the same is rendered here:
//!
//! ```text
//! ?1                     $1
//! ?                      $1, $2 … in their order
//! jsonb_each(?1) AS want (SELECT … FROM jsonb_array_elements($1::jsonb) …) AS want, with key from 0 and value
//! ```
//!
//! So within a statement a number out of JSON is `CAST(want.value->>'at' AS BIGINT)`, a part that stays JSON is
//! `want.value->'attributes'`, and a list of texts comes as a list of lists, `[["a"], ["b"]]`. Where two texts
//! are needed they stand side by side as [`Both`], in the file of their aggregate.

pub(crate) mod batch;
pub(crate) mod rows;
pub(crate) mod together;

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

/// A statement that each database needs in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL; `?1` and `jsonb_each` are rendered here too.
    pub postgres: &'static str,
}

/// The text of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// One for both.
    Same(&'static str),
    /// One for each.
    Each(Both),
    /// Put together while the program runs, for the database at hand, of parts that are all ours.
    Written(String),
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self::Same(text)
    }
}

impl From<Both> for Statement {
    fn from(both: Both) -> Self {
        Self::Each(both)
    }
}

/// The text that PostgreSQL is given, rendered once for all.
pub(crate) fn postgres(text: &'static str) -> &'static str {
    // A constant keeps its place, so the place is a name that costs nothing to compare.
    type Rendered = RwLock<HashMap<(usize, usize), &'static str>>;
    static RENDERED: OnceLock<Rendered> = OnceLock::new();
    let rendered = RENDERED.get_or_init(Rendered::default);
    let name = (text.as_ptr() as usize, text.len());
    if let Some(found) = rendered.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return found;
    }
    let made: &'static str = render(text).leak();
    rendered.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(made)
}

const EACH: &str = "jsonb_each(";

/// Renders a text for PostgreSQL.
pub(crate) fn render(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut rest, mut bare) = (text, 0_u32);
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' || letter == '"' {
            let end = rest.char_indices().skip(1).find(|(_, each)| *each == letter);
            let (quoted, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at + 1));
            out.push_str(quoted);
            rest = after;
        } else if let Some(inner) = rest.strip_prefix(EACH)
            && let Some((bind, after)) = inner.split_once(')')
            && let Some(number) = bind.strip_prefix('?')
        {
            out.push_str("(SELECT each.place - 1 AS key, each.value FROM jsonb_array_elements($");
            out.push_str(number);
            out.push_str("::jsonb) WITH ORDINALITY AS each(value, place))");
            if !after.starts_with(" AS ") {
                out.push_str(" AS list");
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('?') {
            let digits = after.find(|each: char| !each.is_ascii_digit()).unwrap_or(after.len());
            let (number, after) = after.split_at(digits);
            out.push('$');
            if number.is_empty() {
                bare += 1;
                out.push_str(&bare.to_string());
            } else {
                out.push_str(number);
            }
            rest = after;
        } else {
            out.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_are_numbered_and_texts_are_left_alone() {
        assert_eq!(render("SELECT ?2, '?1', \"a?\" WHERE a = ?13"), "SELECT $2, '?1', \"a?\" WHERE a = $13");
        assert_eq!(render("a = ? AND b = '城?' AND c = ?"), "a = $1 AND b = '城?' AND c = $2");
        assert_eq!(render("'it''s ?' ?1"), "'it''s ?' $1");
    }

    #[test]
    fn the_rows_of_a_bind_are_numbered_from_nought() {
        let each = "(SELECT each.place - 1 AS key, each.value FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY \
                    AS each(value, place)) AS";
        assert_eq!(render("FROM jsonb_each(?1) AS want"), format!("FROM {each} want"));
        assert_eq!(render("FROM jsonb_each(?1) WHERE true"), format!("FROM {each} list WHERE true"));
        assert_eq!(render("(FROM jsonb_each(?1))"), format!("(FROM {each} list)"));
    }

    #[test]
    fn a_text_is_rendered_once() {
        const TEXT: &str = "SELECT ?1";
        assert_eq!(postgres(TEXT).as_ptr(), postgres(TEXT).as_ptr());
    }
}
