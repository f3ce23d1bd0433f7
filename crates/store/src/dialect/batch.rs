//! The rows of a batch, value by value, taken straight from what is to be written: as JSON they would be written out
//! and read again before SQLite sees them. PostgreSQL takes them as JSON, all at once.

use serde::ser::{Impossible, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(Arc<str>),
    /// Anything else, as JSON.
    Json(Arc<str>),
}

/// The rows that a statement is run over: lists, or values with names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    cells: Vec<Cell>,
    /// Where each row ends.
    ends: Vec<usize>,
    /// The name of each value, where rows have names.
    names: Vec<&'static str>,
}

/// A row of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'b> {
    cells: &'b [Cell],
    names: &'b [&'static str],
}

impl<'b> Row<'b> {
    /// The value at a place, from 0.
    pub(crate) fn at(self, place: usize) -> Option<&'b Cell> {
        self.cells.get(place)
    }

    /// The value of a name.
    pub(crate) fn named(self, name: &str) -> Option<&'b Cell> {
        let place = self.names.iter().position(|known| *known == name)?;
        self.cells.get(place)
    }
}

impl Batch {
    /// Takes the rows apart. Errors: one is neither a list nor a struct, or says itself that it cannot be written.
    pub(crate) fn of<T: Serialize>(rows: &[T]) -> Result<Self, Unfit> {
        let mut batch = Self::default();
        batch.ends.reserve(rows.len());
        for row in rows {
            row.serialize(RowWriter(&mut batch))?;
            batch.ends.push(batch.cells.len());
        }
        Ok(batch)
    }

    /// Its rows.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let range = std::mem::replace(&mut from, *end)..*end;
            Row {
                cells: self.cells.get(range.clone()).unwrap_or_default(),
                names: self.names.get(range).unwrap_or_default(),
            }
        })
    }

    /// The same as JSON: a list of lists or of objects.
    pub(crate) fn json(&self) -> String {
        let mut out = String::from("[");
        for (number, row) in self.rows().enumerate() {
            let named = !row.names.is_empty();
            out.push_str(match (number, named) {
                (0, false) => "[",
                (0, true) => "{",
                (_, false) => ",[",
                (_, true) => ",{",
            });
            for (place, cell) in row.cells.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                if let Some(name) = row.names.get(place) {
                    out.push_str(&quoted(name));
                    out.push(':');
                }
                out.push_str(&cell.json());
            }
            out.push(if named { '}' } else { ']' });
        }
        out.push(']');
        out
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let cell = match value.serialize(CellWriter) {
            Err(Unfit::Deep) => Cell::Json(serde_json::to_string(value).map_err(said)?.into()),
            cell => cell?,
        };
        self.cells.push(cell);
        Ok(())
    }
}

impl Cell {
    /// As JSON.
    pub(crate) fn json(&self) -> Arc<str> {
        match self {
            Self::Null => Arc::from("null"),
            Self::Flag(yes) => Arc::from(if *yes { "true" } else { "false" }),
            Self::Integer(number) => Arc::from(number.to_string()),
            Self::Real(number) => Arc::from(serde_json::Value::from(*number).to_string()),
            Self::Text(text) => Arc::from(quoted(text)),
            Self::Json(json) => Arc::clone(json),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn said(error: serde_json::Error) -> Unfit {
    Unfit::Said(error.to_string())
}

/// Why something is no row, or no single value.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It has parts: a value that stays JSON.
    Deep,
    /// It says so itself.
    Said(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deep => f.write_str("it is neither a list nor a struct"),
            Self::Said(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for Unfit {}

impl serde::ser::Error for Unfit {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::Said(words.to_string())
    }
}

/// What has no place in a row, or is no single value.
macro_rules! deep {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $ok:ty;)*) => {
        $(fn $name(self, $($arg: $ty),*) -> Result<$ok, Unfit> {
            $(let _ = $arg;)*
            Err(Unfit::Deep)
        })*
    };
}

/// Takes a row apart.
struct RowWriter<'b>(&'b mut Batch);

impl SerializeSeq for RowWriter<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.0.push(value)
    }
    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeTuple for RowWriter<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        self.0.push(value)
    }
    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl SerializeStruct for RowWriter<'_> {
    type Ok = ();
    type Error = Unfit;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unfit> {
        self.0.names.push(name);
        self.0.push(value)
    }
    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}

impl Serializer for RowWriter<'_> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Impossible<(), Unfit>;
    type SerializeTupleVariant = Impossible<(), Unfit>;
    type SerializeMap = Impossible<(), Unfit>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Unfit>;

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Unfit> {
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unfit> {
        Err(Unfit::Deep)
    }
    deep! {
        serialize_bool(value: bool) -> ();
        serialize_i8(value: i8) -> ();
        serialize_i16(value: i16) -> ();
        serialize_i32(value: i32) -> ();
        serialize_i64(value: i64) -> ();
        serialize_u8(value: u8) -> ();
        serialize_u16(value: u16) -> ();
        serialize_u32(value: u32) -> ();
        serialize_u64(value: u64) -> ();
        serialize_f32(value: f32) -> ();
        serialize_f64(value: f64) -> ();
        serialize_char(value: char) -> ();
        serialize_str(value: &str) -> ();
        serialize_bytes(value: &[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(name: &'static str) -> ();
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> ();
        serialize_map(len: Option<usize>) -> Self::SerializeMap;
        serialize_tuple_struct(name: &'static str, len: usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeTupleVariant;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeStructVariant;
    }
}

/// Makes a value of a row, unless it has parts.
struct CellWriter;

impl Serializer for CellWriter {
    type Ok = Cell;
    type Error = Unfit;
    type SerializeSeq = Impossible<Cell, Unfit>;
    type SerializeTuple = Impossible<Cell, Unfit>;
    type SerializeTupleStruct = Impossible<Cell, Unfit>;
    type SerializeTupleVariant = Impossible<Cell, Unfit>;
    type SerializeMap = Impossible<Cell, Unfit>;
    type SerializeStruct = Impossible<Cell, Unfit>;
    type SerializeStructVariant = Impossible<Cell, Unfit>;

    fn serialize_bool(self, value: bool) -> Result<Cell, Unfit> {
        Ok(Cell::Flag(value))
    }
    fn serialize_i8(self, value: i8) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_i16(self, value: i16) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_i32(self, value: i32) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_i64(self, value: i64) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value))
    }
    fn serialize_u8(self, value: u8) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_u16(self, value: u16) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_u32(self, value: u32) -> Result<Cell, Unfit> {
        Ok(Cell::Integer(value.into()))
    }
    fn serialize_u64(self, value: u64) -> Result<Cell, Unfit> {
        i64::try_from(value).map(Cell::Integer).map_err(|_| Unfit::Deep)
    }
    fn serialize_f32(self, value: f32) -> Result<Cell, Unfit> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<Cell, Unfit> {
        // As in JSON, which knows no others.
        Ok(if value.is_finite() { Cell::Real(value) } else { Cell::Null })
    }
    fn serialize_char(self, value: char) -> Result<Cell, Unfit> {
        Ok(Cell::Text(Arc::from(value.to_string())))
    }
    fn serialize_str(self, value: &str) -> Result<Cell, Unfit> {
        Ok(Cell::Text(Arc::from(value)))
    }
    fn serialize_none(self) -> Result<Cell, Unfit> {
        Ok(Cell::Null)
    }
    fn serialize_unit(self) -> Result<Cell, Unfit> {
        Ok(Cell::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Cell, Unfit> {
        Ok(Cell::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Cell, Unfit> {
        Ok(Cell::Text(Arc::from(variant)))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Cell, Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Cell, Unfit> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Cell, Unfit> {
        Err(Unfit::Deep)
    }
    deep! {
        serialize_bytes(value: &[u8]) -> Cell;
        serialize_seq(len: Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(len: usize) -> Self::SerializeTuple;
        serialize_map(len: Option<usize>) -> Self::SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> Self::SerializeStruct;
        serialize_tuple_struct(name: &'static str, len: usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeTupleVariant;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> Self::SerializeStructVariant;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Named<'a> {
        id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<&'a str>,
        parts: BTreeMap<&'a str, Option<f64>>,
    }

    #[test]
    fn a_batch_as_json_is_what_its_rows_are_as_json() {
        let rows = [
            json!([1, "城\n\"", null, true, 1.5, {"a": [1]}, [], -7]),
            json!([i64::MAX, "", 0, false, 2.0, "x", {}, u64::MAX]),
        ];
        assert_eq!(Batch::of(&rows).unwrap().json(), serde_json::to_string(&rows).unwrap());
        let named = [
            Named { id: "1", why: None, parts: BTreeMap::from([("a", Some(0.5)), ("b", None)]) },
            Named { id: "2", why: Some("no"), parts: BTreeMap::new() },
        ];
        assert_eq!(Batch::of(&named).unwrap().json(), serde_json::to_string(&named).unwrap());
        assert_eq!(Batch::of::<Named<'_>>(&[]).unwrap().json(), "[]");
    }

    #[test]
    fn a_name_that_a_row_leaves_out_has_no_value() {
        let rows = [
            Named { id: "1", why: None, parts: BTreeMap::new() },
            Named { id: "2", why: Some("no"), parts: BTreeMap::new() },
        ];
        let batch = Batch::of(&rows).unwrap();
        let whys: Vec<Option<Cell>> = batch.rows().map(|row| row.named("why").cloned()).collect();
        assert_eq!(whys, [None, Some(Cell::Text("no".into()))]);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        assert!(Batch::of(&[1]).is_err());
        assert!(Batch::of(&[json!({"a": 1})]).is_err());
    }
}
