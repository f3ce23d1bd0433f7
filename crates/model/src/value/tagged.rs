//! Values that say their own kind, for what is saved without a model beside it: the variables and results
//! of an enrollment. `{"number":1380000}`, `{"time":1772413200000}`, exact as in the database.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{Type, Value};

impl Value {
    /// The simplest type that holds it, by its name in the model.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::YesNo(_) => "yes_no",
            Self::Instant(_) => "time",
            Self::Date(_) => "date",
            Self::Length(_) => "duration",
            Self::List(_) => "list",
            Self::Birthday(_) => "birthday",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.kind(), &self.to_stored())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, Json>::deserialize(deserializer)?;
        let mut entries = map.iter();
        let (Some((kind, stored)), None) = (entries.next(), entries.next()) else {
            return Err(D::Error::custom("a value has exactly one kind"));
        };
        let ty =
            Type::named(kind).ok_or_else(|| D::Error::custom(format!("`{kind}` is no kind of value")))?;
        Self::from_stored(&ty, stored).ok_or_else(|| D::Error::custom(format!("not a stored {kind}")))
    }
}
