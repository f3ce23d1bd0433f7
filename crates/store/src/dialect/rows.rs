//! The rows of a batch, value by value. On SQLite a part taken out of JSON costs several times as much as a bound
//! value: a line of the trace 9 µs instead of 4. So the text of a statement over a batch is written once more, with
//! `VALUES` in the place of `jsonb_each`, and the same rows:
//!
//! ```text
//! SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1) WHERE …
//! SELECT CAST(list.column1 AS BIGINT), list.column2
//!   FROM (SELECT * FROM (VALUES (?, ?), (?, ?) …) WHERE column1 IS NOT NULL) AS list WHERE …
//! ```
//!
//! A batch is taken in pieces of few sizes, each prepared once; the last piece is filled up with rows of nothing, which
//! are left out again. (A limit that is bound would do as well, but SQLite then prepares the statement anew each time.)
//! The first value of a row, or its `slot`, is never nothing. A statement must mean the same for its rows in pieces as
//! for all at once.

use super::batch::{Batch, Cell, Row};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The sizes of pieces, the smallest first. Each piece costs a round to the thread of the database; a row of nothing
/// costs a fiftieth of it.
const SIZES: [usize; 6] = [1, 4, 8, 16, 32, 64];

/// A statement over a batch, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spread {
    parts: Vec<Part>,
    fields: Vec<Field>,
    /// Which of them no row is without, from 1.
    sure: usize,
    /// Its text for each size of pieces.
    texts: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The rows themselves.
    Rows,
    /// Another bind, by its place behind the rows, from 0.
    Bind(usize),
}

/// A part of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    place: Place,
    /// `->`: it stays JSON.
    json: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Number(usize),
    Key(String),
    /// The row's own place in the batch, from 0: `list.key`.
    Row,
}

/// What is bound, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// Nothing.
    Null,
    /// A number; yes is 1.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, or JSON.
    Text(Arc<str>),
    /// One of the statement's other binds, by its place behind the rows, from 0.
    Bind(usize),
}

/// The statement taken apart, once for all; `None`: it reads its rows in a way that has no such text.
pub(crate) fn spread(text: &'static str) -> Option<&'static Spread> {
    type Known = RwLock<HashMap<(usize, usize), Option<&'static Spread>>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    let name = (text.as_ptr() as usize, text.len());
    if let Some(found) = known.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return *found;
    }
    let made = Spread::of(text).map(|spread| &*Box::leak(Box::new(spread)));
    *known.write().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert(made)
}

impl Spread {
    fn of(text: &str) -> Option<Self> {
        let (before, after) = text.split_once("jsonb_each(?1)")?;
        let (alias, after) = match after.strip_prefix(" AS ") {
            Some(named) => named.split_at(named.find(|each: char| !is_of_name(each)).unwrap_or(named.len())),
            None => ("", after),
        };
        let name = if alias.is_empty() { "list" } else { alias };
        let mut spread = Self { parts: Vec::new(), fields: Vec::new(), sure: 0, texts: Vec::new() };
        spread.read(before, name)?;
        spread.parts.push(Part::Rows);
        spread.parts.push(Part::Text(format!(" AS {name}")));
        spread.read(after, name)?;
        let sure = |field: &Field| match &field.place {
            Place::Number(at) => *at == 0,
            Place::Key(key) => key == "slot",
            Place::Row => true,
        };
        spread.sure = match spread.fields.iter().position(sure) {
            Some(at) => at + 1,
            None => spread.column(Field { place: Place::Row, json: false }),
        };
        spread.texts = SIZES.iter().map(|size| spread.written(*size)).collect();
        Some(spread)
    }

    /// Reads what stands before or after the rows.
    fn read(&mut self, text: &str, name: &str) -> Option<()> {
        let row = format!("{name}.");
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let starts = !out.chars().last().is_some_and(|last| is_of_name(last) || last == '.');
            if letter == '\'' || letter == '"' {
                let end = rest.char_indices().skip(1).find(|(_, each)| *each == letter);
                let (quoted, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at + 1));
                out.push_str(quoted);
                rest = after;
            } else if starts
                && let Some(after) = rest.strip_prefix(&row).unwrap_or(rest).strip_prefix("value")
                && after.starts_with("->")
            {
                let (field, after) = field(after)?;
                let _ = write!(out, "{row}column{}", self.column(field));
                rest = after;
            } else if starts && let Some(after) = rest.strip_prefix(&row) {
                let after = after.strip_prefix("key").filter(|after| !after.starts_with(is_of_name))?;
                let _ = write!(out, "{row}column{}", self.column(Field { place: Place::Row, json: false }));
                rest = after;
            } else if rest.starts_with("jsonb_each") {
                return None;
            } else if let Some(after) = rest.strip_prefix('?') {
                let digits = after.find(|each: char| !each.is_ascii_digit()).unwrap_or(after.len());
                let (number, after) = after.split_at(digits);
                let bind = number.parse::<usize>().ok()?.checked_sub(2)?;
                self.parts.push(Part::Text(std::mem::take(&mut out)));
                self.parts.push(Part::Bind(bind));
                rest = after;
            } else {
                out.push(letter);
                rest = rest.get(letter.len_utf8()..)?;
            }
        }
        self.parts.push(Part::Text(out));
        Some(())
    }

    /// Which column of the rows holds a field, from 1.
    fn column(&mut self, field: Field) -> usize {
        let column = self.fields.iter().position(|known| *known == field).unwrap_or(self.fields.len());
        if column == self.fields.len() {
            self.fields.push(field);
        }
        column + 1
    }

    fn written(&self, rows: usize) -> String {
        let row = format!("({})", vec!["?"; self.fields.len()].join(", "));
        let rows = vec![row.as_str(); rows].join(", ");
        let sure = self.sure.to_string();
        let rows = ["(SELECT * FROM (VALUES ", &rows, ") WHERE column", &sure, " IS NOT NULL)"].concat();
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Rows => rows.as_str(),
            Part::Bind(_) => "?",
        });
        failing(parts.collect())
    }

    /// Its text for each size of pieces.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The pieces of a batch: each one's text and what is bound in it.
    pub(crate) fn pieces(&self, batch: &Batch) -> impl Iterator<Item = (&str, Vec<Given>)> {
        let largest = SIZES.last().copied().unwrap_or(1);
        let mut rows = batch.rows().enumerate();
        std::iter::from_fn(move || {
            let left = rows.len().min(largest);
            let (size, text) = SIZES.iter().zip(&self.texts).find(|(size, _)| left > 0 && **size >= left)?;
            Some((text.as_str(), self.given(rows.by_ref().take(left), *size)))
        })
    }

    /// What is bound for some rows in a text for `size`.
    fn given<'b>(&self, rows: impl ExactSizeIterator<Item = (usize, Row<'b>)>, size: usize) -> Vec<Given> {
        let mut rows = Some(rows);
        let mut given = Vec::with_capacity(size * self.fields.len() + self.parts.len());
        for part in &self.parts {
            match part {
                Part::Text(_) => {}
                Part::Rows => {
                    let Some(rows) = rows.take() else { continue };
                    let from = given.len();
                    for (place, row) in rows {
                        given.extend(self.fields.iter().map(|field| field.of(row, place)));
                    }
                    given.resize(from + size * self.fields.len(), Given::Null);
                }
                Part::Bind(bind) => given.push(Given::Bind(*bind)),
            }
        }
        given
    }
}

/// A statement that leaves the rows before the one at fault. SQLite else keeps a copy of each page that it writes, to
/// take them back: a fifteenth of its work. The transaction ends with the error, and the other pieces of the batch
/// would stay anyway.
fn failing(text: String) -> String {
    let start = text.trim_start();
    for verb in ["INSERT ", "UPDATE "] {
        if let Some(rest) = start.strip_prefix(verb).filter(|rest| !rest.starts_with("OR ")) {
            return [verb, "OR FAIL ", rest].concat();
        }
    }
    text
}

impl Field {
    /// Its value in a row, which is so far down in the batch.
    fn of(&self, row: Row<'_>, down: usize) -> Given {
        let found = match &self.place {
            Place::Number(at) => row.at(*at),
            Place::Key(key) => row.named(key),
            Place::Row => return Given::Integer(i64::try_from(down).unwrap_or(i64::MAX)),
        };
        match found {
            None => Given::Null,
            Some(cell) if self.json => Given::Text(cell.json()),
            Some(Cell::Null) => Given::Null,
            Some(Cell::Flag(yes)) => Given::Integer(i64::from(*yes)),
            Some(Cell::Integer(number)) => Given::Integer(*number),
            Some(Cell::Real(number)) => Given::Real(*number),
            Some(Cell::Text(text) | Cell::Json(text)) => Given::Text(Arc::clone(text)),
        }
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The field behind `->>'key'` or `->3`, and what follows.
fn field(text: &str) -> Option<(Field, &str)> {
    let (json, text) = match text.strip_prefix("->>") {
        Some(text) => (false, text),
        None => (true, text.strip_prefix("->")?),
    };
    if let Some(key) = text.strip_prefix('\'') {
        let (key, after) = key.split_once('\'')?;
        return Some((Field { place: Place::Key(key.to_owned()), json }, after));
    }
    let digits = text.find(|each: char| !each.is_ascii_digit()).unwrap_or(text.len());
    let (number, after) = text.split_at(digits);
    Some((Field { place: Place::Number(number.parse().ok()?), json }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERT: &str = "INSERT INTO t (value, b) SELECT CAST(value->>0 AS BIGINT), '?1 value', value->'b', ?3 \
                          FROM jsonb_each(?1) WHERE value->>0 > ?2 ON CONFLICT DO NOTHING";

    fn of_one(text: &str) -> String {
        let spread = Spread::of(text).unwrap();
        spread.written(1)
    }

    #[test]
    fn a_statement_over_a_batch_takes_its_values_one_by_one() {
        assert_eq!(
            of_one(INSERT),
            "INSERT OR FAIL INTO t (value, b) SELECT CAST(list.column1 AS BIGINT), '?1 value', list.column2, ? \
             FROM (SELECT * FROM (VALUES (?, ?)) WHERE column1 IS NOT NULL) AS list WHERE list.column1 > ? ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            of_one(
                "UPDATE t SET a = want.value->>'a' FROM jsonb_each(?1) AS want WHERE t.id = want.value->>'id'"
            ),
            "UPDATE OR FAIL t SET a = want.column1 FROM (SELECT * FROM (VALUES (?, ?, ?)) WHERE column3 IS NOT NULL) AS want WHERE t.id = want.column2"
        );
        assert_eq!(
            of_one("SELECT list.key + value->>'n' FROM jsonb_each(?1) AS list"),
            "SELECT list.column1 + list.column2 FROM (SELECT * FROM (VALUES (?, ?)) WHERE column1 IS NOT NULL) AS list"
        );
        assert!(spread(INSERT).unwrap().texts[4].contains(&"(?, ?), ".repeat(31)));
    }

    #[test]
    fn what_reads_its_rows_otherwise_has_no_such_text() {
        for text in [
            "SELECT 1",
            "SELECT want.value FROM jsonb_each(?1) AS want",
            "SELECT value->>0 FROM jsonb_each(?1) WHERE EXISTS (SELECT 1 FROM jsonb_each(?2))",
            "SELECT value->>0, ? FROM jsonb_each(?1)",
        ] {
            assert_eq!(Spread::of(text), None, "{text}");
        }
    }

    #[test]
    fn each_row_of_a_batch_is_in_one_piece_and_the_last_piece_is_filled_up() {
        let spread = spread(INSERT).unwrap();
        for count in [1_u16, 3, 9, 64, 65, 150] {
            let rows: Vec<(u16,)> = (0..count).map(|at| (at,)).collect();
            let batch = Batch::of(&rows).unwrap();
            let pieces: Vec<_> = spread.pieces(&batch).collect();
            assert_eq!(pieces.len(), usize::from(count).div_ceil(64));
            let mut seen = Vec::new();
            for (text, given) in pieces {
                assert_eq!(text.matches('?').count() - 1, given.len(), "beside the one in quotes");
                let [Given::Bind(1), cells @ .., Given::Bind(0)] = given.as_slice() else {
                    panic!("{given:?}")
                };
                let numbers = cells.iter().step_by(2).filter(|cell| **cell != Given::Null);
                seen.extend(numbers.cloned());
            }
            assert_eq!(seen, (0..i64::from(count)).map(Given::Integer).collect::<Vec<_>>());
        }
        assert_eq!(spread.pieces(&Batch::default()).count(), 0);
    }

    #[test]
    fn values_are_what_json_gives() {
        #[derive(serde::Serialize)]
        struct Row<A, B, C> {
            a: A,
            b: B,
            c: C,
        }
        fn cells<A: serde::Serialize, B: serde::Serialize, C: serde::Serialize>(
            a: A,
            b: B,
            c: C,
        ) -> Vec<Given> {
            let keyed =
                Spread::of("SELECT value->>'a', value->'b', value->>'c' FROM jsonb_each(?1)").unwrap();
            let batch = Batch::of(&[Row { a, b, c }]).unwrap();
            let mut cells: Vec<_> = keyed.pieces(&batch).flat_map(|(_, given)| given).collect();
            // Where the row is in the batch.
            assert_eq!(cells.pop(), Some(Given::Integer(0)));
            cells
        }
        let text = |text: &str| Given::Text(text.into());
        assert_eq!(cells(true, "x", 1.5), [Given::Integer(1), text("\"x\""), Given::Real(1.5)]);
        assert_eq!(cells("城\n", None::<i64>, ()), [text("城\n"), text("null"), Given::Null]);
        let object = || serde_json::json!({"z": [1], "a": 2});
        assert_eq!(
            cells(object(), object(), i64::MAX),
            [text(&object().to_string()), text(&object().to_string()), Given::Integer(i64::MAX)]
        );
    }
}
