//! Lengths of time: what is read, what is refused with which way out, and the canonical words.

use proptest::prelude::*;

use super::*;

#[test]
fn lengths_are_read_and_written_canonically() {
    for (text, shown) in [
        ("90 minutes", "1 hour 30 minutes"),
        ("24 hours", "24 hours"),
        ("1 day", "1 day"),
        ("2 weeks", "14 days"),
        ("3 months", "3 months"),
        ("1 year", "1 year"),
        ("15 months", "15 months"),
        ("5 workdays", "5 workdays"),
        ("4 workhours", "4 workhours"),
        ("30 workminutes", "30 workminutes"),
        ("90 workminutes", "90 workminutes"),
        ("5 days 3 hours", "5 days 3 hours"),
        ("1h30m", "1 hour 30 minutes"),
        ("1h 30m", "1 hour 30 minutes"),
        ("1.5 hours", "1 hour 30 minutes"),
        ("P3D", "3 days"),
        ("PT90M", "1 hour 30 minutes"),
        ("P1M", "1 month"),
        ("P1Y2M10DT2H30M", "14 months 10 days 2 hours 30 minutes"),
        ("P2W", "14 days"),
        ("3 天", "3 days"),
        ("半小时", "30 minutes"),
        ("一个半小时", "1 hour 30 minutes"),
        ("半年", "6 months"),
        ("一年半", "18 months"),
        ("两天半", "2 days 12 hours"),
        ("3天", "3 days"),
        ("三天", "3 days"),
        ("三天两小时", "3 days 2 hours"),
        ("2 小时", "2 hours"),
        ("30 分钟", "30 minutes"),
        ("1 周", "7 days"),
        ("3 个月", "3 months"),
        ("5 个工作日", "5 workdays"),
        ("4 工时", "4 workhours"),
        ("两个钟头", "2 hours"),
        ("三刻钟", "45 minutes"),
        ("两个礼拜", "14 days"),
        ("一个季度", "3 months"),
        ("５ 天", "5 days"),
        ("0 minutes", "0 minutes"),
        ("0 days", "0 minutes"),
        ("1500 ms", "1 second 500 milliseconds"),
        ("  7 Days ", "7 days"),
    ] {
        let length: Length = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(length.to_string(), shown, "{text}");
        assert_eq!(shown.parse(), Ok(length), "{text}");
    }
}

#[test]
fn exact_and_calendar_units_differ() {
    assert_eq!("24 hours".parse(), Ok(Length::from_hours(24)));
    assert_eq!("1 day".parse(), Ok(Length::from_days(1)));
    assert!(Length::from_hours(24).is_exact());
    assert!(!Length::from_days(1).is_exact());
}

#[test]
fn a_mistake_names_the_way_out() {
    for (text, key, suggestion) in [
        ("3", "length-no-unit", Some("3 days")),
        ("1", "length-no-unit", Some("1 day")),
        ("3 dyas", "length-unknown-unit", Some("3 days")),
        ("3 dya", "length-unknown-unit", Some("3 days")),
        ("3 dayz", "length-unknown-unit", Some("3 days")),
        ("1 dyas", "length-unknown-unit", Some("1 day")),
        ("半个月", "length-half-month", Some("15 days")),
        ("一个半月", "length-half-month", Some("45 days")),
        ("两个月半", "length-half-month", Some("75 days")),
        ("5 minuts", "length-unknown-unit", Some("5 minutes")),
        ("2 huors", "length-unknown-unit", Some("2 hours")),
        ("3 mons", "length-unknown-unit", Some("3 months")),
        ("3 月", "length-unknown-unit", Some("3 months")),
        ("5 business days", "length-unknown-unit", Some("5 workdays")),
        ("5 days, 3 hours", "length-unknown-unit", Some("5 days 3 hours")),
        ("3 parsecs", "length-unknown-unit", None),
        ("", "length-empty", None),
        ("soon", "length-not-a-length", None),
        ("P", "length-not-a-length", None),
        ("PT", "length-not-a-length", None),
        ("P1H", "length-not-a-length", None),
        ("P1D1Y", "length-not-a-length", None),
        ("5 days 3", "length-not-a-length", None),
        ("1..5 hours", "length-not-a-length", None),
        ("1.5 days", "length-not-whole", None),
        ("0.0001 seconds", "length-not-whole", None),
        ("-3 days", "length-negative", None),
        ("200 years", "length-too-long", None),
        ("99999999999999 hours", "length-too-long", None),
        ("99999999999 minutes", "length-too-long", None),
    ] {
        let error = text.parse::<Length>().expect_err(text);
        assert_eq!(error.key(), key, "{text}");
        assert_eq!(error.suggestion(), suggestion, "{text}");
    }
}

#[test]
fn a_length_is_its_text_in_json() {
    let json = serde_json::to_string(&"5 days 3 hours".parse::<Length>().unwrap()).unwrap();
    assert_eq!(json, "\"5 days 3 hours\"");
    assert_eq!(serde_json::from_str::<Length>("\"1h30m\"").unwrap(), Length::from_minutes(90));
    assert!(serde_json::from_str::<Length>("3").is_err());
}

proptest! {
    #[test]
    fn a_length_reads_back_from_its_words(
        months in 0..=1200_i32, days in 0..=36_525_i32, workdays in 0..=1000_i32,
        work_minutes in 0..=100_000_i64, exact_ms in 0..=100_000_000_000_i64,
    ) {
        let length = Length { months, days, workdays, work_minutes, exact_ms };
        prop_assert_eq!(length.to_string().parse(), Ok(length));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,20}") {
        let _ = text.parse::<Length>();
    }

    #[test]
    fn no_near_text_makes_it_panic(text in "[P0-9T. 天dhms月个-]{0,12}") {
        let _ = text.parse::<Length>();
    }
}

#[test]
fn many_units_that_nobody_knows_are_refused_at_once() {
    let text = "1 dya ".repeat(50_000);
    assert!(matches!(text.parse::<Length>(), Err(LengthError::UnknownUnit { suggestion: None, .. })));
}
