//! Values: what each type takes at an intake, and that storing loses nothing.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn shanghai() -> TimeZone {
    zone::zone("Asia/Shanghai").unwrap()
}

fn read(ty: &Type, text: &str) -> Result<String, &'static str> {
    Value::parse(ty, text, &shanghai()).map(|value| value.to_string()).map_err(|error| error.key())
}

#[test]
fn each_type_reads_its_texts() {
    let one_of = Type::OneOf(vec!["silver".to_owned(), "gold".to_owned()]);
    for (ty, text, shown) in [
        (Type::Text, " 王芳 ", " 王芳 "),
        (Type::Text, "e\u{301}t\u{e9}", "\u{e9}t\u{e9}"),
        (Type::Text, "two\nlines", "two\nlines"),
        (Type::Number, " 1.38 ", "1.38"),
        (Type::Money, "-5", "-5"),
        (Type::YesNo, "是", "true"),
        (Type::YesNo, "YES", "true"),
        (Type::YesNo, "0", "false"),
        (Type::YesNo, "否", "false"),
        (Type::Date, "2026/3/2", "2026-03-02"),
        (Type::Time, "2026-03-02 09:00", "2026-03-02T01:00:00Z"),
        (Type::Duration, "90 minutes", "1 hour 30 minutes"),
        (Type::List, "wms, 冷链；出口", "wms, 冷链, 出口"),
        (Type::List, "", ""),
        (Type::Email, " Li.Na@Example.CN ", "Li.Na@example.cn"),
        (Type::Email, "李娜@例子.公司", "李娜@例子.公司"),
        (Type::Phone, "+86 138-0000-0000", "+8613800000000"),
        (Type::Phone, "(010) 6552 9988", "01065529988"),
        (Type::Birthday, "农历八月十五", "lunar 08-15"),
        (one_of, "gold", "gold"),
        (Type::Reference("company".to_owned()), " c1 ", "c1"),
    ] {
        assert_eq!(read(&ty, text).as_deref(), Ok(shown), "{ty:?} {text}");
    }
}

#[test]
fn each_type_refuses_what_it_is_not() {
    for (ty, text, key) in [
        (Type::Text, "a\0b", "value-control"),
        (Type::Text, "a\u{7}b", "value-control"),
        (Type::Text, "a\u{85}b", "value-control"),
        (Type::Number, "1.1234567", "number-too-many-places"),
        (Type::Number, "", "number-not-a-number"),
        (Type::YesNo, "maybe", "value-not-yes-no"),
        (Type::Date, "2026-02-30", "value-no-such-day"),
        (Type::Date, "02.03.2026", "value-no-date"),
        (Type::Time, "noon", "value-not-a-time"),
        (Type::Duration, "3", "length-no-unit"),
        (Type::Email, "li.na", "value-not-an-email"),
        (Type::Email, "li na@example.cn", "value-not-an-email"),
        (Type::Email, "li@na@example.cn", "value-not-an-email"),
        (Type::Email, "li.na@example", "value-not-an-email"),
        (Type::Email, "li.na@-example.cn", "value-not-an-email"),
        (Type::Email, ".li@example.cn", "value-not-an-email"),
        (Type::Email, "li@example.cn\nbcc:x@y.cn", "value-not-an-email"),
        (Type::Phone, "call me", "value-not-a-phone"),
        (Type::Phone, "12", "value-not-a-phone"),
        (Type::Birthday, "1990-02-30", "birthday-no-such-day"),
        (Type::OneOf(vec!["gold".to_owned()]), "golb", "value-not-one-of"),
        (Type::Reference("company".to_owned()), " ", "value-blank-id"),
    ] {
        assert_eq!(read(&ty, text), Err(key), "{ty:?} {text}");
    }
    let one_of = Type::OneOf(vec!["silver".to_owned(), "gold".to_owned()]);
    let error = Value::parse(&one_of, "sliver", &shanghai()).expect_err("misspelt");
    assert_eq!(error.suggestion(), Some("silver"));
}

#[test]
fn json_is_read_by_its_type() {
    let read = |ty: &Type, json| {
        Value::from_json(ty, &json, &shanghai()).map(|value| value.to_string()).map_err(|error| error.key())
    };
    assert_eq!(read(&Type::Number, json!(120)).as_deref(), Ok("120"));
    assert_eq!(read(&Type::Number, json!(0.1)).as_deref(), Ok("0.1"));
    assert_eq!(read(&Type::Number, json!(1e3)).as_deref(), Ok("1000"));
    assert_eq!(read(&Type::Number, json!("1.38")).as_deref(), Ok("1.38"));
    assert_eq!(read(&Type::Number, json!(0.123_456_789)), Err("number-too-many-places"));
    assert_eq!(read(&Type::Number, json!(1e300)), Err("number-not-a-number"));
    assert_eq!(read(&Type::Text, json!(1001)).as_deref(), Ok("1001"));
    assert_eq!(read(&Type::Text, json!(true)), Err("value-wrong-kind"));
    assert_eq!(read(&Type::YesNo, json!(true)).as_deref(), Ok("true"));
    assert_eq!(read(&Type::List, json!(["a,b", 3])).as_deref(), Ok("a,b, 3"));
    assert_eq!(read(&Type::List, json!([["a"]])), Err("value-wrong-kind"));
    assert_eq!(read(&Type::Time, json!(1_772_413_200_000_i64)), Err("value-wrong-kind"));
    assert_eq!(read(&Type::Text, json!(null)), Err("value-wrong-kind"));
}

#[test]
fn traces_show_plain_values_and_the_database_exact_ones() {
    for (value, plain, stored) in [
        (Value::from("王芳"), json!("王芳"), json!("王芳")),
        (Value::Number("1.38".parse().unwrap()), json!(1.38), json!(1_380_000)),
        (Value::Number("120".parse().unwrap()), json!(120), json!(120_000_000)),
        (Value::YesNo(true), json!(true), json!(true)),
        (
            Value::Instant("2026-03-02T01:00:00Z".parse().unwrap()),
            json!("2026-03-02T01:00:00Z"),
            json!(1_772_413_200_000_i64),
        ),
        (Value::Date(Date::constant(2026, 3, 2)), json!("2026-03-02"), json!("2026-03-02")),
        (Value::Length("3 天".parse().unwrap()), json!("3 days"), json!("3 days")),
        (Value::List(vec!["a".to_owned()]), json!(["a"]), json!(["a"])),
        (Value::Birthday("03-12".parse().unwrap()), json!("03-12"), json!("03-12")),
    ] {
        assert_eq!(value.to_plain_json(), plain);
        assert_eq!(value.to_stored(), stored);
        let ty = Type::named(value.kind()).unwrap();
        assert_eq!(Value::from_stored(&ty, &stored), Some(value.clone()));
        let saved = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), value);
    }
    assert_eq!(Value::from_stored(&Type::Number, &json!("1")), None);
    assert!(serde_json::from_str::<Value>(r#"{"number":1,"text":"a"}"#).is_err());
}

#[test]
fn every_name_of_a_type_is_known() {
    for name in Type::NAMES {
        assert_eq!(Type::named(name).map(|ty| ty.name().to_owned()).as_deref(), Some(name));
    }
}

proptest! {
    #[test]
    fn no_text_makes_any_type_panic(text in "\\PC{0,24}", which in 0..Type::NAMES.len()) {
        let ty = Type::named(Type::NAMES[which]).unwrap();
        if let Ok(value) = Value::parse(&ty, &text, &TimeZone::UTC) {
            prop_assert_eq!(Value::from_stored(&ty, &value.to_stored()), Some(value));
        }
    }
}

/// A mistake with its key in the catalogue and the values of its sentence.
type Said = (&'static str, Vec<(&'static str, String)>);

/// One mistake of each kind, so that none is said as its bare key.
fn mistakes() -> Vec<Said> {
    use crate::{Birthday, Length, Schedule, Windows};
    let one_of = Type::OneOf(vec!["gold".to_owned()]);
    let values = [
        (Type::Number, "0.0000001"),
        (Type::Number, "99999999999999"),
        (Type::Number, "x"),
        (Type::Text, "\0"),
        (one_of, "x"),
        (Type::YesNo, "x"),
        (Type::Date, "x"),
        (Type::Time, "x"),
        (Type::Email, "x"),
        (Type::Phone, "x"),
        (Type::Reference("deal".to_owned()), ""),
    ];
    let mut said: Vec<_> = values
        .iter()
        .filter_map(|(ty, text)| Value::parse(ty, text, &TimeZone::UTC).err())
        .map(|e| (e.key(), e.args()))
        .collect();
    let wrong_kind =
        Value::from_json(&Type::Text, &json!(null), &TimeZone::UTC).expect_err("null is no text");
    said.push((wrong_kind.key(), wrong_kind.args()));
    let birthdays = ["x", "02-30"].map(|text| text.parse::<Birthday>().expect_err(text));
    said.extend(birthdays.map(|e| (e.key(), e.args())));
    let lengths = ["", "3", "3 dyas", "x", "1.5 days", "-3 days", "200 years"]
        .map(|text| text.parse::<Length>().expect_err(text));
    said.extend(lengths.map(|e| (e.key(), e.args())));
    let windows =
        ["", "x", "25:00-26:00", "10:00-10:00"].map(|text| text.parse::<Windows>().expect_err(text));
    said.extend(windows.map(|e| (e.key(), e.args())));
    let never_ends = Windows::parse_quiet("00:00-24:00").expect_err("never ends");
    said.push((never_ends.key(), never_ends.args()));
    let schedules = [
        Schedule::every(&["x"], None, None),
        Schedule::every(&["month"], None, None),
        Schedule::every(&["monday"], Some("1"), None),
        Schedule::on("x", crate::Shift::None, None),
        Schedule::every(&["monday"], None, Some("x")),
        Schedule::parse_cron("x"),
        Schedule::parse_cron("x * * * *"),
        Schedule::parse_cron("* x * * *"),
        Schedule::parse_cron("* * x * *"),
        Schedule::parse_cron("* * * x *"),
        Schedule::parse_cron("* * * * x"),
        Schedule::parse_cron("* * * * 1"),
        Schedule::parse_cron("* * 1 * MON"),
        Schedule::parse_cron("* * 30 2 *"),
    ];
    said.extend(schedules.into_iter().filter_map(Result::err).map(|e| (e.key(), e.args())));
    said
}

#[test]
fn every_mistake_is_said_in_both_languages() {
    let said = mistakes();
    let keys: std::collections::BTreeSet<_> = said.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys.len(), 40, "one of each kind: {keys:?}");
    for (key, args) in said {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for language in crate::words::Language::ALL {
            let sentence = crate::words::say(language, key, &args);
            assert!(sentence != key && !sentence.contains('$'), "{language} {key}: {sentence}");
        }
    }
}
