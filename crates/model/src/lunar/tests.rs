//! The lunar calendar against dates published for it.

use super::*;

fn lunar(year: i16, month: u8, leap: bool, day: u8) -> Option<String> {
    LunarDate { year, month, leap, day }.civil_or_nearest().map(|date| date.to_string())
}

#[test]
fn festivals_fall_on_their_published_dates() {
    for (year, new_year, mid_autumn) in [
        (2025, "2025-01-29", "2025-10-06"),
        (2026, "2026-02-17", "2026-09-25"),
        (2027, "2027-02-06", "2027-09-15"),
        (2028, "2028-01-26", "2028-10-03"),
        (2029, "2029-02-13", "2029-09-22"),
        (2030, "2030-02-03", "2030-09-12"),
    ] {
        assert_eq!(lunar(year, 1, false, 1).as_deref(), Some(new_year));
        assert_eq!(lunar(year, 8, false, 15).as_deref(), Some(mid_autumn));
    }
    assert_eq!(lunar(2026, 2, false, 16).as_deref(), Some("2026-04-03"));
}

#[test]
fn a_leap_month_is_kept_where_it_exists_and_plain_elsewhere() {
    // 2025 has a leap sixth month from 25 July, 2026 has none at all.
    assert_eq!(lunar(2025, 6, false, 15).as_deref(), Some("2025-07-09"));
    assert_eq!(lunar(2025, 6, true, 15).as_deref(), Some("2025-08-08"));
    assert_eq!(lunar(2026, 6, true, 15), lunar(2026, 6, false, 15));
}

#[test]
fn the_30th_of_a_short_month_is_its_29th() {
    let mut short = 0;
    for year in 2025..=2030 {
        for month in 1..=12 {
            let thirtieth = LunarDate { year, month, leap: false, day: 30 };
            let expected = match thirtieth.civil() {
                Some(date) => date,
                None => {
                    short += 1;
                    LunarDate { day: 29, ..thirtieth }.civil().unwrap()
                }
            };
            assert_eq!(thirtieth.civil_or_nearest(), Some(expected));
        }
    }
    assert!(short > 20, "only {short} short months in six years");
}

#[test]
fn every_day_turns_to_the_lunar_calendar_and_back() {
    let mut date = Date::constant(1901, 1, 1);
    while date.year() <= 2100 {
        assert_eq!(LunarDate::of(date).and_then(LunarDate::civil), Some(date));
        date = date.tomorrow().unwrap();
    }
}
