//! Birthdays: the forms that are read, the days that exist, and the canonical text.

use proptest::prelude::*;

use super::*;

#[test]
fn birthdays_are_read_and_written_canonically() {
    for (text, shown) in [
        ("1990-03-12", "1990-03-12"),
        ("1990/3/12", "1990-03-12"),
        ("03-12", "03-12"),
        ("3/12", "03-12"),
        ("--03-12", "03-12"),
        ("02-29", "02-29"),
        ("1990年3月12日", "1990-03-12"),
        ("3月12日", "03-12"),
        ("公历1990-03-12", "1990-03-12"),
        ("农历八月十五", "lunar 08-15"),
        ("农历 8月15", "lunar 08-15"),
        ("阴历正月初一", "lunar 01-01"),
        ("农历腊月三十", "lunar 12-30"),
        ("农历冬月廿三", "lunar 11-23"),
        ("农历十一月二十九日", "lunar 11-29"),
        ("农历1990年闰五月初三", "lunar 1990-L05-03"),
        ("农历一九九〇年闰五月初三", "lunar 1990-L05-03"),
        ("农历闰六月十五", "lunar L06-15"),
        ("lunar 08-15", "lunar 08-15"),
        ("lunar 1990-02-16", "lunar 1990-02-16"),
        ("lunar 1990-08-15", "lunar 1990-08-15"),
        ("lunar L06-15", "lunar L06-15"),
        ("lunar 2025-L06-15", "lunar 2025-L06-15"),
        ("Lunar 08-30", "lunar 08-30"),
    ] {
        let birthday: Birthday = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(birthday.to_string(), shown, "{text}");
        assert_eq!(shown.parse(), Ok(birthday), "{text}");
    }
}

#[test]
fn only_real_days_are_birthdays() {
    for text in [
        "1990-02-29",
        "02-30",
        "1990-13-01",
        "00-10",
        "1990-04-31",
        "lunar 13-01",
        "lunar 08-31",
        "lunar 08-00",
        // No leap sixth month in 1990 (it was the fifth), and a ninth month of 29 days in 2025.
        "lunar 1990-L06-15",
        "农历1990年闰六月初三",
        "lunar 2025-08-30",
        "lunar 1700-01-01",
    ] {
        assert_eq!(
            text.parse::<Birthday>().map_err(|error| error.key()),
            Err("birthday-no-such-day"),
            "{text}"
        );
    }
    for text in
        ["", "soon", "1990", "L03-12", "12.3", "90-03-12", "lunar", "农历", "农历八月", "1990-03-12-01"]
    {
        assert_eq!(
            text.parse::<Birthday>().map_err(|error| error.key()),
            Err("birthday-not-a-birthday"),
            "{text}"
        );
    }
}

#[test]
fn the_day_of_birth_is_a_civil_date_where_the_year_is_known() {
    let civil = |text: &str| text.parse::<Birthday>().unwrap().civil().map(|date| date.to_string());
    assert_eq!(civil("1990-03-12").as_deref(), Some("1990-03-12"));
    assert_eq!(civil("lunar 1990-02-16").as_deref(), Some("1990-03-12"));
    assert_eq!(civil("lunar 1989-12-01").as_deref(), Some("1989-12-28"));
    assert_eq!(civil("lunar 02-16"), None);
    assert_eq!(civil("03-12"), None);
}

#[test]
fn placeholders_are_known() {
    let is_placeholder = |text: &str| text.parse::<Birthday>().unwrap().is_placeholder();
    assert!(is_placeholder("1970-01-01"));
    assert!(is_placeholder("1900-01-01"));
    assert!(!is_placeholder("01-01"));
    assert!(!is_placeholder("1970-01-02"));
    assert!(!is_placeholder("lunar 1970-01-01"));
}

proptest! {
    #[test]
    fn a_birthday_reads_back_from_its_text(year in 1900..=2100_i16, with_year: bool, month in 1..=12_u8, leap: bool, day in 1..=31_u8, lunar: bool) {
        let year = with_year.then_some(year);
        let birthday = if lunar { Birthday::lunar(year, month, leap, day) } else { Birthday::solar(year, month, day) };
        if let Some(birthday) = birthday {
            prop_assert_eq!(birthday.to_string().parse(), Ok(birthday));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9年月日闰初一二十lunarL农历/ -]{0,14}") {
        let _ = text.parse::<Birthday>();
    }
}

#[test]
fn what_only_the_lunar_calendar_calls_so_is_lunar() {
    let read = |text: &str| text.parse::<Birthday>().map(|birthday| birthday.to_string());
    assert_eq!(read("正月初一"), Ok("lunar 01-01".to_owned()));
    assert_eq!(read("腊月廿三"), Ok("lunar 12-23".to_owned()));
    assert_eq!(read("闰三月初三"), Ok("lunar L03-03".to_owned()));
    assert_eq!(read("八月初三"), Ok("lunar 08-03".to_owned()));
    assert_eq!(read("1990年农历八月十五"), Ok("lunar 1990-08-15".to_owned()));
    assert_eq!(read("八月十五日"), Ok("08-15".to_owned()));
    assert_eq!(read("公历八月十五"), Ok("08-15".to_owned()));
}
