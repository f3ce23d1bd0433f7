//! A value as another type would have it: when the model says that an attribute is of another type from now on.

use super::{Type, Value};
use crate::{Birthday, zone};
use jiff::tz::TimeZone;

impl Value {
    /// This value as one of another type; `None`: it does not read as one. `zone` is where dates and clock times
    /// are meant. Numbers, dates and answers become the text that stands for them, texts are read as an import
    /// reads them, a date is its first instant and an instant its date, a text is a list of one.
    pub fn turned(&self, ty: &Type, zone: &TimeZone) -> Option<Self> {
        match (self, ty) {
            (Self::Text(text), Type::List) => Some(Self::List(vec![text.clone()])),
            (Self::List(texts), Type::List) => Some(Self::List(texts.clone())),
            (Self::List(texts), _) => match texts.as_slice() {
                [only] => Self::Text(only.clone()).turned(ty, zone),
                [] | [_, _, ..] => None,
            },
            (Self::Instant(at), Type::Date) => Some(Self::Date(zone::date_of(*at, zone))),
            (Self::Date(date), Type::Time) => Some(Self::Instant(zone::start_of_day(*date, zone))),
            (Self::Date(date), Type::Birthday) => Some(Self::Birthday(Birthday::from(*date))),
            (Self::Birthday(birthday), Type::Date) => birthday.civil().map(Self::Date),
            (value, ty) => Self::parse(ty, &value.to_string(), zone).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decimal;

    #[test]
    fn a_value_reads_as_another_type_or_does_not() {
        let zone = zone::zone("Asia/Shanghai").unwrap();
        let turned = |value: Value, ty: &Type| value.turned(ty, &zone).map(|value| value.to_string());
        let text = |text: &str| Value::from(text);
        let tiers = Type::OneOf(vec!["gold".to_owned(), "basic".to_owned()]);
        assert_eq!(turned(text("12.50"), &Type::Number).as_deref(), Some("12.5"));
        assert_eq!(turned(text("twelve"), &Type::Number), None);
        assert_eq!(turned(Value::Number(Decimal::from(12)), &Type::Text).as_deref(), Some("12"));
        assert_eq!(turned(text("gold"), &tiers).as_deref(), Some("gold"));
        assert_eq!(turned(text("silver"), &tiers), None);
        assert_eq!(turned(text("2026-03-02"), &Type::Date).as_deref(), Some("2026-03-02"));
        let evening = Value::Instant("2026-03-01T17:00:00Z".parse().unwrap());
        assert_eq!(turned(evening, &Type::Date).as_deref(), Some("2026-03-02"));
        let day = text("2026-03-02").turned(&Type::Date, &zone).unwrap();
        assert_eq!(turned(day, &Type::Time).as_deref(), Some("2026-03-01T16:00:00Z"));
        assert_eq!(turned(text("vip"), &Type::List).as_deref(), Some("vip"));
        let two = Value::List(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(turned(two, &Type::Text), None);
        assert_eq!(turned(text("yes"), &Type::YesNo).as_deref(), Some("true"));
    }
}
