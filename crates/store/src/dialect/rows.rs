//! The rows of a batch, value by value. On SQLite a part taken out of JSON costs several times as much as a bound
//! value: a line of the trace 9 µs instead of 4. So the text of a statement over a batch is written once more, with
//! `VALUES` in the place of `jsonb_each`, and the same rows:
//!
//! ```text
//! SELECT CAST(value->>0 AS BIGINT), value->>1 FROM jsonb_each(?1) WHERE …
//! SELECT CAST(list.column1 AS BIGINT), list.column2 FROM (VALUES (?, ?), (?, ?) …) AS list WHERE …
//! ```
//!
//! A batch is taken in pieces of two sizes, each prepared once, and what is left over in the old way; a statement must
//! mean the same for its rows in pieces as for all at once.

use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{OnceLock, PoisonError, RwLock};

/// The sizes of pieces, the largest first. Each costs a round to the thread of the database, so there are no smaller
/// ones.
const SIZES: [usize; 2] = [64, 32];

/// A statement over a batch, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spread {
    parts: Vec<Part>,
    fields: Vec<Field>,
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

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A number; yes is 1.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, or JSON.
    Text(String),
}

/// What is bound, in the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// A value of a row.
    Cell(Cell),
    /// One of the statement's other binds, by its place behind the rows, from 0.
    Bind(usize),
}

/// Texts, and what is bound in each.
pub(crate) type Pieces<'s> = Vec<(&'s str, Vec<Given>)>;

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
        let mut spread = Self { parts: Vec::new(), fields: Vec::new(), texts: Vec::new() };
        spread.read(before, name)?;
        spread.parts.push(Part::Rows);
        spread.parts.push(Part::Text(format!(" AS {name}")));
        spread.read(after, name)?;
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
        let rows = format!("(VALUES {})", vec![row.as_str(); rows].join(", "));
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Rows => rows.as_str(),
            Part::Bind(_) => "?",
        });
        parts.collect()
    }

    /// Its text for each size of pieces.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The pieces of a batch, each one's text and what is bound in it; and the batch of what is left over. Errors: it
    /// is not a list of rows.
    pub(crate) fn pieces(&self, batch: &str) -> Result<(Pieces<'_>, Option<String>), serde_json::Error> {
        let rows: Vec<&RawValue> = serde_json::from_str(batch)?;
        let mut rest = rows.as_slice();
        let (mut pieces, mut place) = (Vec::new(), 0);
        for (size, text) in SIZES.iter().zip(&self.texts) {
            while let Some((piece, after)) = rest.split_at_checked(*size) {
                let mut cells = Vec::with_capacity(size * self.fields.len());
                for row in piece {
                    self.cells(place, row.get(), &mut cells)?;
                    place += 1;
                }
                pieces.push((text.as_str(), self.given(cells)));
                rest = after;
            }
        }
        let left = if rest.is_empty() { None } else { Some(serde_json::to_string(rest)?) };
        Ok((pieces, left))
    }

    fn given(&self, cells: Vec<Cell>) -> Vec<Given> {
        let mut cells = Some(cells);
        let mut given = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(_) => {}
                Part::Rows => given.extend(cells.take().into_iter().flatten().map(Given::Cell)),
                Part::Bind(bind) => given.push(Given::Bind(*bind)),
            }
        }
        given
    }

    fn cells(&self, place: i64, row: &str, cells: &mut Vec<Cell>) -> Result<(), serde_json::Error> {
        let (mut values, mut named) = (Vec::new(), HashMap::new());
        if row.starts_with('[') {
            values = serde_json::from_str::<Vec<&RawValue>>(row)?;
        } else {
            named = serde_json::from_str::<HashMap<Cow<'_, str>, &RawValue>>(row)?;
        }
        for field in &self.fields {
            let found = match &field.place {
                Place::Number(at) => values.get(*at),
                Place::Key(key) => named.get(key.as_str()),
                Place::Row => {
                    cells.push(Cell::Integer(place));
                    continue;
                }
            };
            cells.push(match found {
                None => Cell::Null,
                Some(value) if field.json => Cell::Text(value.get().to_owned()),
                Some(value) => cell(value.get())?,
            });
        }
        Ok(())
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

/// A part of a row as `->>` gives it.
fn cell(value: &str) -> Result<Cell, serde_json::Error> {
    Ok(match value.as_bytes().first() {
        Some(b'n') => Cell::Null,
        Some(b't') => Cell::Integer(1),
        Some(b'f') => Cell::Integer(0),
        Some(b'"') => Cell::Text(serde_json::from_str(value)?),
        Some(b'[' | b'{') => Cell::Text(value.to_owned()),
        _ => match value.parse() {
            Ok(whole) => Cell::Integer(whole),
            Err(_) => Cell::Real(serde_json::from_str(value)?),
        },
    })
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
            "INSERT INTO t (value, b) SELECT CAST(list.column1 AS BIGINT), '?1 value', list.column2, ? \
             FROM (VALUES (?, ?)) AS list WHERE list.column1 > ? ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            of_one(
                "UPDATE t SET a = want.value->>'a' FROM jsonb_each(?1) AS want WHERE t.id = want.value->>'id'"
            ),
            "UPDATE t SET a = want.column1 FROM (VALUES (?, ?)) AS want WHERE t.id = want.column2"
        );
        assert_eq!(
            of_one("SELECT list.key + value->>'n' FROM jsonb_each(?1) AS list"),
            "SELECT list.column1 + list.column2 FROM (VALUES (?, ?)) AS list"
        );
        assert!(spread(INSERT).unwrap().texts[1].contains(&"(?, ?), ".repeat(31)));
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
    fn each_row_of_a_batch_is_in_one_piece_or_left_over() {
        let rows: Vec<String> = (0..300).map(|at| format!("[{at}]")).collect();
        let (pieces, left) = spread(INSERT).unwrap().pieces(&format!("[{}]", rows.join(","))).unwrap();
        assert_eq!(pieces.len(), 5);
        let numbers: Vec<i64> = pieces
            .iter()
            .flat_map(|(_, given)| given)
            .filter_map(|given| match given {
                Given::Cell(Cell::Integer(number)) => Some(*number),
                Given::Cell(_) | Given::Bind(_) => None,
            })
            .collect();
        assert_eq!(numbers, (0..288).collect::<Vec<i64>>());
        assert_eq!(left.unwrap(), format!("[{}]", rows[288..].join(",")));
        assert_eq!(spread(INSERT).unwrap().pieces("[]").unwrap(), (Vec::new(), None));
        assert!(spread(INSERT).unwrap().pieces("{}").is_err());
    }

    #[test]
    fn values_are_what_json_gives() {
        let keyed = Spread::of("SELECT value->>'a', value->'b', value->>'c' FROM jsonb_each(?1)").unwrap();
        let cells = |row: &str| {
            let mut cells = Vec::new();
            keyed.cells(0, row, &mut cells).unwrap();
            cells
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(
            cells(r#"{"a": true, "b": "x", "c": 1.5}"#),
            [Cell::Integer(1), text("\"x\""), Cell::Real(1.5)]
        );
        assert_eq!(cells(r#"{"a": "\u57ce\n", "b": null}"#), [text("城\n"), text("null"), Cell::Null]);
        assert_eq!(
            cells(r#"{"a": {"z": [1], "a": 2}, "b": {"z": 1, "a": 2}, "c": null}"#),
            [text(r#"{"z": [1], "a": 2}"#), text(r#"{"z": 1, "a": 2}"#), Cell::Null]
        );
        assert_eq!(cells(r#"{"a": -7, "b": [], "c": 9223372036854775807}"#)[2], Cell::Integer(i64::MAX));
    }

    #[test]
    fn other_binds_stand_where_the_text_has_them() {
        let spread = spread(INSERT).unwrap();
        let cells = vec![Cell::Text("a".to_owned()), Cell::Null];
        assert_eq!(
            spread.given(cells),
            [
                Given::Bind(1),
                Given::Cell(Cell::Text("a".to_owned())),
                Given::Cell(Cell::Null),
                Given::Bind(0)
            ]
        );
    }
}
