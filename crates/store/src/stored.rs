//! How values stand in the database: instants as unix milliseconds, attributes as JSON in the stored
//! encoding of `model::Value`, batches as one JSON text that a statement spreads with `jsonb_each` (which,
//! unlike `json_each`, does not write each row out as text to be parsed again: a third less for a save).

use crate::dialect::batch::Batch;
use crate::error::StoreError;
use jiff::Timestamp;
use model::{CustomerId, Decimal, Medium, Type, Value};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// An instant as a column holds it.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// An optional instant as a column holds it.
pub(crate) fn millis_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(millis)
}

/// The instant in a column.
pub(crate) fn instant(table: &'static str, key: &str, ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms)
        .map_err(|_| StoreError::corrupt(table, key, format_args!("{ms}, which is no instant")))
}

/// The optional instant in a column.
pub(crate) fn instant_of(
    table: &'static str,
    key: &str,
    ms: Option<i64>,
) -> Result<Option<Timestamp>, StoreError> {
    ms.map(|ms| instant(table, key, ms)).transpose()
}

/// The slot of what hangs on no customer: a shared entity, a look-up key.
pub(crate) fn slot_of(kind: &str, id: &str) -> u16 {
    // The modulus keeps it inside u16.
    (model::stable_hash(&["slot", kind, id]) % u128::from(model::SLOTS)) as u16
}

/// Rows for one statement, as the text that `jsonb_each` spreads. `table`: for the error.
pub(crate) fn spread<T: Serialize>(table: &'static str, rows: &[T]) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::corrupt(table, "a batch", error))
}

/// The same for a statement that takes them row by row where the database is quicker so: see [`crate::sql::Bound::Batch`].
pub(crate) fn batch<T: Serialize>(table: &'static str, rows: &[T]) -> Result<Batch, StoreError> {
    Batch::of(rows).map_err(|error| StoreError::corrupt(table, "a batch", error))
}

/// `[slot, id]` of each customer, for statements over a batch of customers.
pub(crate) fn spread_customers<'a>(
    customers: impl IntoIterator<Item = &'a CustomerId>,
) -> Result<String, StoreError> {
    let rows: Vec<(u16, &str)> = customers.into_iter().map(|id| (id.slot(), id.as_str())).collect();
    spread("customer", &rows)
}

/// Attributes on their way into a JSON column, less those that have columns of their own.
pub(crate) struct Attributes<'a> {
    pub values: &'a BTreeMap<String, Value>,
    pub columns: &'static [&'static str],
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.values {
            if !self.columns.contains(&name.as_str()) {
                map.serialize_entry(name, &value.to_stored())?;
            }
        }
        map.end()
    }
}

/// Reads a JSON column of values. `ty` says what a name holds; a name of which it says nothing (the model
/// no longer declares it) keeps the simplest type that its stored form has, so that saving loses nothing.
pub(crate) fn read_values<'m>(
    table: &'static str,
    key: &str,
    text: &str,
    ty: impl Fn(&str) -> Option<&'m Type>,
) -> Result<BTreeMap<String, Value>, StoreError> {
    if text == "{}" {
        return Ok(BTreeMap::new());
    }
    let stored: BTreeMap<String, Json> =
        serde_json::from_str(text).map_err(|error| StoreError::corrupt(table, key, error))?;
    let mut values = BTreeMap::new();
    for (name, json) in stored {
        let value = match ty(&name) {
            Some(ty) => Value::from_stored(ty, &json),
            None => undeclared(&json),
        };
        if let Some(value) = value {
            values.insert(name, value);
        }
    }
    Ok(values)
}

fn undeclared(json: &Json) -> Option<Value> {
    match json {
        Json::Null | Json::Object(_) => None,
        Json::Bool(yes) => Some(Value::YesNo(*yes)),
        Json::Number(number) => number.as_i64().map(|micros| Value::Number(Decimal::from_micros(micros))),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Array(_) => Value::from_stored(&Type::List, json),
    }
}

/// A medium in a column, where the empty text means every one.
pub(crate) fn medium_word(medium: Option<Medium>) -> &'static str {
    medium.map_or("", Medium::as_str)
}

/// The medium in a column.
pub(crate) fn medium_of(table: &'static str, key: &str, word: &str) -> Result<Option<Medium>, StoreError> {
    match word {
        "" => Ok(None),
        "email" => Ok(Some(Medium::Email)),
        "sms" => Ok(Some(Medium::Sms)),
        "message" => Ok(Some(Medium::Message)),
        other => Err(StoreError::corrupt(table, key, format_args!("the medium `{other}`"))),
    }
}
