//! Windows: the forms that are read and the canonical text.

use proptest::prelude::*;

use super::*;

#[test]
fn windows_are_read_and_written_canonically() {
    for (text, shown) in [
        ("21:00-09:00", "21:00-09:00"),
        ("9:30 - 11:00", "09:30-11:00"),
        ("9:30 至 11:00", "09:30-11:00"),
        ("９：３０～１１：００", "09:30-11:00"),
        ("10:00-20:00 workdays", "10:00-20:00 workdays"),
        ("workdays 10:00-20:00", "10:00-20:00 workdays"),
        ("tue,wed,thu 09:30-11:00", "09:30-11:00 tue-thu"),
        ("mon-fri", "mon-fri"),
        ("mon, sat 10:00-12:00", "10:00-12:00 mon,sat"),
        ("fri-mon 10:00-12:00", "10:00-12:00 mon,fri-sun"),
        ("周二至周四 9:30-11:00", "09:30-11:00 tue-thu"),
        ("周一到五 9:30-11:00", "09:30-11:00 mon-fri"),
        ("周二、周四 9:30-11:00", "09:30-11:00 tue,thu"),
        ("星期天 9:30-11:00", "09:30-11:00 sun"),
        ("周末", "weekends"),
        ("weekends", "weekends"),
        ("Saturdays", "sat"),
        ("workdays", "workdays"),
        ("工作日 9:00-18:00", "09:00-18:00 workdays"),
        ("每天 9:00-18:00", "09:00-18:00"),
        ("every day 9:00-18:00", "09:00-18:00"),
        ("mon-sun 9:00-18:00", "09:00-18:00"),
        ("18:00-24:00", "18:00-24:00"),
        ("18:00-00:00", "18:00-24:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("09:00-12:00, 14:00-18:00 workdays", "09:00-12:00 workdays; 14:00-18:00 workdays"),
        ("mon 09:00-10:00, tue 11:00-12:00", "09:00-10:00 mon; 11:00-12:00 tue"),
        ("10:00-20:00 workdays; 10:00-12:00 sat", "10:00-20:00 workdays; 10:00-12:00 sat"),
        ("10:00-20:00 workdays, 10:00-12:00 sat", "10:00-20:00 workdays; 10:00-12:00 sat"),
        ("workdays,sat 10:00-12:00", "10:00-12:00 workdays; 10:00-12:00 sat"),
    ] {
        let windows: Windows = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(windows.to_string(), shown, "{text}");
        assert_eq!(shown.parse(), Ok(windows), "{text}");
    }
}

#[test]
fn a_mistake_names_its_part() {
    for (text, key) in [
        ("", "window-empty"),
        (" ; ", "window-empty"),
        ("10-20", "window-not-a-part"),
        ("funday 10:00-20:00", "window-not-a-part"),
        ("10:00", "window-not-a-part"),
        ("10:00-", "window-not-a-part"),
        ("25:00-26:00", "window-no-such-time"),
        ("10:60-11:00", "window-no-such-time"),
        ("24:00-10:00", "window-no-such-time"),
        ("10:00-24:01", "window-no-such-time"),
        ("10:00-10:00", "window-no-length"),
    ] {
        assert_eq!(text.parse::<Windows>().map_err(|error| error.key()), Err(key), "{text}");
    }
}

#[test]
fn quiet_hours_must_leave_some_minute() {
    assert!(Windows::parse_quiet("21:00-09:00").is_ok());
    assert!(Windows::parse_quiet("weekends").is_ok());
    for text in ["00:00-24:00", "21:00-09:00; 09:00-21:00", "mon-fri; sat,sun", "12:00-11:00; 11:00-12:00"] {
        assert_eq!(
            Windows::parse_quiet(text).map_err(|error| error.key()),
            Err("window-never-ends"),
            "{text}"
        );
    }
}

#[test]
fn hours_without_days_are_those_of_working_days() {
    let hours: Windows = "09:00-12:00; 13:00-18:00; sat 10:00-12:00".parse().unwrap();
    assert_eq!(
        hours.on_workdays().to_string(),
        "09:00-12:00 workdays; 13:00-18:00 workdays; 10:00-12:00 sat"
    );
}

proptest! {
    #[test]
    fn a_set_of_days_reads_back_from_its_text(bits in 1_u8..127) {
        let days = Days::Weekdays(WeekdaySet(bits));
        let windows = Windows(vec![Window { days, start: 600, end: 700 }]);
        prop_assert_eq!(windows.to_string().parse(), Ok(windows));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9:;, a-z周一至-]{0,20}") {
        let _ = text.parse::<Windows>();
    }
}
