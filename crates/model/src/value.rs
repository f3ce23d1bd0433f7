//! A value of an attribute or an event's field, its type, and how both are read and written.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::{Birthday, Decimal, Length, zone};

mod read;
mod tagged;
mod turn;

pub use read::{ValueError, clean_text};

/// A known value. Unknown is the absence of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text in Unicode's composed form (NFC), also e-mail, phone, one-of and references.
    Text(String),
    /// A number or an amount of money.
    Number(Decimal),
    /// Yes or no.
    YesNo(bool),
    /// An instant, in whole milliseconds.
    Instant(Timestamp),
    /// A date without a clock time.
    Date(Date),
    /// A length of time.
    Length(Length),
    /// Texts in their order, such as tags.
    List(Vec<String>),
    /// A birthday.
    Birthday(Birthday),
}

/// What a model says an attribute or a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// A decimal of at most six places.
    Number,
    /// Yes or no.
    YesNo,
    /// A date.
    Date,
    /// An instant.
    Time,
    /// A length of time.
    Duration,
    /// Texts.
    List,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// An amount in the project's currency.
    Money,
    /// A birthday, solar or lunar, with or without the year.
    Birthday,
    /// One of these texts.
    OneOf(Vec<String>),
    /// The id of an entity of this kind, or of a `customer`.
    Reference(String),
}

impl Type {
    /// The type of a name as the model spells it (`yes_no`). `None`: no plain type; one-of and
    /// references carry more than a name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "number" => Self::Number,
            "yes_no" => Self::YesNo,
            "date" => Self::Date,
            "time" => Self::Time,
            "duration" => Self::Duration,
            "list" => Self::List,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "money" => Self::Money,
            "birthday" => Self::Birthday,
            _ => return None,
        })
    }

    /// Every name that [`Type::named`] knows, for "did you mean" and the schema.
    pub const NAMES: [&'static str; 11] = [
        "text", "number", "yes_no", "date", "time", "duration", "list", "email", "phone", "money", "birthday",
    ];

    /// The name as the model spells it; `one_of` and the entity's kind for the two that carry more.
    pub fn name(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::YesNo => "yes_no",
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Money => "money",
            Self::Birthday => "birthday",
            Self::OneOf(_) => "one_of",
            Self::Reference(kind) => kind,
        }
    }
}

impl Value {
    /// Reads a text as a value of a type: an import cell or a YAML scalar. `zone` is where clock times
    /// without an offset are meant. Text keeps its blanks; everything else is trimmed.
    pub fn parse(ty: &Type, text: &str, zone: &TimeZone) -> Result<Self, ValueError> {
        read::parse(ty, text, zone)
    }

    /// Reads a JSON value of an event's payload or an API body as a value of a type. Numbers do for text
    /// (`"order_id": 1001`), text does for numbers and times. `null` is an error: the caller takes it as
    /// unknown before.
    pub fn from_json(ty: &Type, json: &Json, zone: &TimeZone) -> Result<Self, ValueError> {
        read::from_json(ty, json, zone)
    }

    /// The text, of a text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, of a number.
    pub const fn as_number(&self) -> Option<Decimal> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The answer, of a yes or no.
    pub const fn as_yes_no(&self) -> Option<bool> {
        if let Self::YesNo(yes) = self { Some(*yes) } else { None }
    }

    /// The instant, of an instant.
    pub const fn as_instant(&self) -> Option<Timestamp> {
        if let Self::Instant(at) = self { Some(*at) } else { None }
    }

    /// The date, of a date.
    pub const fn as_date(&self) -> Option<Date> {
        if let Self::Date(date) = self { Some(*date) } else { None }
    }

    /// The length, of a length of time.
    pub const fn as_length(&self) -> Option<Length> {
        if let Self::Length(length) = self { Some(*length) } else { None }
    }

    /// The same as a value of another type, where it can be read so: `"2026-03-02"` as a date, 3 as a text. For
    /// what other systems send without a declared type. `zone` is where clock times without an offset are meant.
    pub fn read_as(&self, ty: &Type, zone: &TimeZone) -> Option<Self> {
        match (self, ty) {
            (Self::Number(_), Type::Number | Type::Money) => Some(self.clone()),
            (Self::YesNo(yes), Type::Text) => Some(Self::Text(yes.to_string())),
            _ => Self::from_json(ty, &self.to_plain_json(), zone).ok(),
        }
    }

    /// The texts, of a list.
    pub fn as_list(&self) -> Option<&[String]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The birthday, of a birthday.
    pub const fn as_birthday(&self) -> Option<Birthday> {
        if let Self::Birthday(birthday) = self { Some(*birthday) } else { None }
    }

    /// As people and traces see it: numbers as JSON numbers, instants as RFC 3339 in UTC, dates as ISO
    /// text, lists as arrays, lengths and birthdays as their canonical text.
    pub fn to_plain_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_str()),
            Self::Number(number) => match number.to_int() {
                Some(whole) => Json::from(whole),
                None => Json::from(number.to_f64()),
            },
            Self::YesNo(yes) => Json::from(*yes),
            Self::Instant(at) => Json::from(zone::rfc3339(*at, &TimeZone::UTC)),
            Self::Date(date) => Json::from(date.to_string()),
            Self::Length(length) => Json::from(length.to_string()),
            Self::List(list) => Json::from(list.clone()),
            Self::Birthday(birthday) => Json::from(birthday.to_string()),
        }
    }

    /// As the database's JSON holds it, exact and comparable in SQL: numbers as whole micro-units,
    /// instants as whole unix milliseconds, the rest as in [`Value::to_plain_json`].
    pub fn to_stored(&self) -> Json {
        match self {
            Self::Number(number) => Json::from(number.micros()),
            Self::Instant(at) => Json::from(at.as_millisecond()),
            Self::Text(_)
            | Self::YesNo(_)
            | Self::Date(_)
            | Self::Length(_)
            | Self::List(_)
            | Self::Birthday(_) => self.to_plain_json(),
        }
    }

    /// Reads what [`Value::to_stored`] wrote. `None`: it is not of that type, as after the model's type
    /// of an attribute has changed; it then counts as unknown.
    pub fn from_stored(ty: &Type, stored: &Json) -> Option<Self> {
        Some(match ty {
            Type::Text | Type::Email | Type::Phone | Type::OneOf(_) | Type::Reference(_) => {
                Self::Text(stored.as_str()?.to_owned())
            }
            Type::Number | Type::Money => Self::Number(Decimal::from_micros(stored.as_i64()?)),
            Type::YesNo => Self::YesNo(stored.as_bool()?),
            Type::Date => Self::Date(zone::parse_date(stored.as_str()?)?),
            Type::Time => Self::Instant(Timestamp::from_millisecond(stored.as_i64()?).ok()?),
            Type::Duration => Self::Length(stored.as_str()?.parse().ok()?),
            Type::List => {
                let texts = stored.as_array()?.iter().map(|each| each.as_str().map(str::to_owned));
                Self::List(texts.collect::<Option<_>>()?)
            }
            Type::Birthday => Self::Birthday(stored.as_str()?.parse().ok()?),
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::YesNo(yes)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Instant(at)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl std::fmt::Display for Value {
    /// As it stands in a message or a condition: lists joined by `, `, instants in UTC.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::YesNo(yes) => write!(f, "{yes}"),
            Self::Instant(at) => f.write_str(&zone::rfc3339(*at, &TimeZone::UTC)),
            Self::Date(date) => write!(f, "{date}"),
            Self::Length(length) => write!(f, "{length}"),
            Self::List(list) => f.write_str(&list.join(", ")),
            Self::Birthday(birthday) => write!(f, "{birthday}"),
        }
    }
}

#[cfg(test)]
mod tests;
