//! Reads values at every intake: import cells, YAML scalars and JSON payloads.

use jiff::tz::TimeZone;
use serde_json::Value as Json;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Type, Value};
use crate::numeral::{half_width, nearest};
use crate::{BirthdayError, Decimal, DecimalError, LengthError, zone};

/// Why a text is not a value of its type. Addresses and birthdays are personal: their errors do not
/// repeat what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// NUL or another control character.
    #[error("the text has a control character (U+{code:04X})")]
    Control {
        /// The character's code.
        code: u32,
    },
    /// Not among the texts allowed.
    #[error("`{text}` is not one of {}", choices.join(", "))]
    NotOneOf {
        /// What was written.
        text: String,
        /// What is allowed.
        choices: Vec<String>,
        /// The one that was probably meant.
        suggestion: Option<String>,
    },
    /// Not a decimal.
    #[error("`{text}`: {cause}")]
    Number {
        /// What was written.
        text: String,
        /// What is wrong with it.
        cause: DecimalError,
    },
    /// Neither yes nor no.
    #[error("`{text}` is neither yes nor no")]
    NotYesNo {
        /// What was written.
        text: String,
    },
    /// Not a date.
    #[error("`{text}` is not a date, such as `2026-03-02`")]
    NotADate {
        /// What was written.
        text: String,
        /// The date that was probably meant.
        suggestion: Option<String>,
    },
    /// A day that its month does not have.
    #[error("`{text}` does not exist: that month has {days} days")]
    NoSuchDay {
        /// What was written.
        text: String,
        /// How many days the month has.
        days: i8,
    },
    /// Not an instant.
    #[error("`{text}` is not a time, such as `2026-03-02 09:00`")]
    NotATime {
        /// What was written.
        text: String,
        /// The instant that was probably meant.
        suggestion: Option<String>,
    },
    /// Not a length of time.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    NotAnEmail,
    /// Not a phone number.
    #[error("not a phone number")]
    NotAPhone,
    /// Not a birthday.
    #[error("not a birthday, such as `1990-03-12`, `03-12` or `lunar 08-15`")]
    Birthday(#[from] BirthdayError),
    /// An id that is blank.
    #[error("the id is blank")]
    BlankId,
    /// A JSON value of another kind.
    #[error("{found} where {wanted} belongs")]
    WrongKind {
        /// The type's name in the model.
        wanted: String,
        /// null, yes_no, number, text, list or object.
        found: &'static str,
    },
}

impl ValueError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Control { .. } => "value-control",
            Self::NotOneOf { .. } => "value-not-one-of",
            Self::Number { cause, .. } => cause.key(),
            Self::NotYesNo { .. } => "value-not-yes-no",
            Self::NotADate { suggestion: Some(_), .. } => "value-no-date",
            Self::NotADate { suggestion: None, .. } => "value-not-a-date",
            Self::NoSuchDay { .. } => "value-no-such-day",
            Self::NotATime { suggestion: Some(_), .. } => "value-no-time",
            Self::NotATime { suggestion: None, .. } => "value-not-a-time",
            Self::Length(cause) => cause.key(),
            Self::NotAnEmail => "value-not-an-email",
            Self::NotAPhone => "value-not-a-phone",
            Self::Birthday(cause) => cause.key(),
            Self::BlankId => "value-blank-id",
            Self::WrongKind { .. } => "value-wrong-kind",
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Control { code } => vec![("code", format!("U+{code:04X}"))],
            Self::NotOneOf { text, choices, .. } => {
                vec![("text", text.clone()), ("choices", choices.join(", "))]
            }
            Self::Number { text, .. }
            | Self::NotYesNo { text }
            | Self::NotADate { text, .. }
            | Self::NotATime { text, .. } => vec![("text", text.clone())],
            Self::NoSuchDay { text, days } => vec![("text", text.clone()), ("days", days.to_string())],
            Self::Length(cause) => cause.args(),
            Self::Birthday(cause) => cause.args(),
            Self::NotAnEmail | Self::NotAPhone | Self::BlankId => vec![],
            Self::WrongKind { wanted, found } => {
                vec![("wanted", wanted.clone()), ("found", (*found).to_owned())]
            }
        }
    }

    /// The text that was probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::NotOneOf { suggestion, .. }
            | Self::NotADate { suggestion, .. }
            | Self::NotATime { suggestion, .. } => suggestion.as_deref(),
            Self::Length(cause) => cause.suggestion(),
            Self::Control { .. }
            | Self::Number { .. }
            | Self::NotYesNo { .. }
            | Self::NoSuchDay { .. }
            | Self::NotAnEmail
            | Self::NotAPhone
            | Self::Birthday(_)
            | Self::BlankId
            | Self::WrongKind { .. } => None,
        }
    }
}

/// Brings text into the composed form (NFC) that is compared by code points. Refuses NUL and other
/// control characters; tabs and line ends are text.
pub fn clean_text(text: &str) -> Result<String, ValueError> {
    let refused = |letter: &char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    if let Some(letter) = text.chars().find(refused) {
        return Err(ValueError::Control { code: u32::from(letter) });
    }
    Ok(if is_nfc(text) { text.to_owned() } else { text.nfc().collect() })
}

pub(super) fn parse(ty: &Type, text: &str, zone: &TimeZone) -> Result<Value, ValueError> {
    let text = clean_text(text)?;
    let trimmed = text.trim();
    let shown = || trimmed.chars().take(80).collect::<String>();
    Ok(match ty {
        Type::Text => Value::Text(text),
        Type::Number | Type::Money => match trimmed.parse() {
            Ok(number) => Value::Number(number),
            Err(cause) => return Err(ValueError::Number { text: shown(), cause }),
        },
        Type::YesNo => Value::YesNo(yes_no(trimmed).ok_or_else(|| ValueError::NotYesNo { text: shown() })?),
        Type::Date => {
            Value::Date(zone::parse_date(trimmed).ok_or_else(|| match zone::days_of_month(trimmed) {
                Some(days) => ValueError::NoSuchDay { text: shown(), days },
                None => ValueError::NotADate { text: shown(), suggestion: zone::date_meant(trimmed) },
            })?)
        }
        Type::Time => {
            let wrong = || ValueError::NotATime { text: shown(), suggestion: zone::instant_meant(trimmed) };
            Value::Instant(zone::parse_instant(trimmed, zone).ok_or_else(wrong)?)
        }
        Type::Duration => Value::Length(trimmed.parse()?),
        Type::List => Value::List(split_list(trimmed)),
        Type::Email => Value::Text(email(trimmed).ok_or(ValueError::NotAnEmail)?),
        Type::Phone => Value::Text(phone(trimmed).ok_or(ValueError::NotAPhone)?),
        Type::Birthday => Value::Birthday(trimmed.parse()?),
        Type::OneOf(choices) => {
            if !choices.iter().any(|choice| choice == trimmed) {
                return Err(ValueError::NotOneOf {
                    text: shown(),
                    choices: choices.clone(),
                    suggestion: nearest(trimmed, choices.iter().map(String::as_str)).map(str::to_owned),
                });
            }
            Value::Text(trimmed.to_owned())
        }
        Type::Reference(_) if trimmed.is_empty() => return Err(ValueError::BlankId),
        Type::Reference(_) => Value::Text(trimmed.to_owned()),
    })
}

pub(super) fn from_json(ty: &Type, json: &Json, zone: &TimeZone) -> Result<Value, ValueError> {
    let wrong_kind = |found| Err(ValueError::WrongKind { wanted: ty.name().to_owned(), found });
    match json {
        Json::String(text) => parse(ty, text, zone),
        Json::Number(number) => match ty {
            Type::Number | Type::Money => {
                let text = number.to_string();
                let exact = text.parse::<Decimal>();
                // `1e3` is a number in JSON though no decimal is spelt so.
                let by_exponent =
                    || number.as_f64().filter(|_| text.contains(['e', 'E'])).and_then(Decimal::from_f64);
                match exact {
                    Ok(number) => Ok(Value::Number(number)),
                    Err(cause) => match by_exponent() {
                        Some(number) => Ok(Value::Number(number)),
                        None => Err(ValueError::Number { text, cause }),
                    },
                }
            }
            Type::Text | Type::Phone | Type::OneOf(_) | Type::Reference(_) | Type::Duration | Type::YesNo => {
                parse(ty, &number.to_string(), zone)
            }
            Type::Date | Type::Time | Type::List | Type::Email | Type::Birthday => wrong_kind("number"),
        },
        Json::Bool(yes) if *ty == Type::YesNo => Ok(Value::YesNo(*yes)),
        Json::Array(items) if *ty == Type::List => {
            let texts = items.iter().map(|item| match item {
                Json::String(text) => clean_text(text),
                Json::Number(number) => Ok(number.to_string()),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
                    Err(ValueError::WrongKind { wanted: "text".to_owned(), found: kind_of(item) })
                }
            });
            texts.collect::<Result<_, _>>().map(Value::List)
        }
        Json::Bool(_) | Json::Array(_) | Json::Null | Json::Object(_) => wrong_kind(kind_of(json)),
    }
}

const fn kind_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "yes_no",
        Json::Number(_) => "number",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(_) => "object",
    }
}

fn yes_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" => Some(true),
        "false" | "no" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// Splits `wms, 冷链；出口` into its texts.
fn split_list(text: &str) -> Vec<String> {
    text.split([',', ';', '|', '，', '；', '、'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Checks the shape of an address and lowers its domain. Whether anybody reads it, only a bounce says.
fn email(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let local_letter =
        |letter: char| !letter.is_whitespace() && !"()<>[],;:\\\"@".contains(letter) && !letter.is_control();
    let local_fits = (1..=64).contains(&local.len())
        && local.chars().all(local_letter)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let domain = domain.to_lowercase();
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    (local_fits && domain_fits && text.len() <= 254).then(|| format!("{local}@{domain}"))
}

/// Keeps the digits and a leading `+`; blanks, dashes, dots and brackets are how people write them.
fn phone(text: &str) -> Option<String> {
    let text = half_width(text).replace('＋', "+");
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text.as_str()),
    };
    if !rest.chars().all(|letter| letter.is_ascii_digit() || " -.()（）/".contains(letter)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (3..=20).contains(&digits.len()).then(|| format!("{plus}{digits}"))
}
