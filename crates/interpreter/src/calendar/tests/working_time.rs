//! Working days, working hours, windows and quiet hours.

use super::super::add::add;
use super::super::window::{contains, next_open, quiet_ends};
use super::super::work::add_workdays;
use super::*;

#[test]
fn working_days_skip_weekends_and_holidays() {
    let national_day =
        calendar(&["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"], &["2026-10-10"]);
    let plain = WorkCalendar::default();
    for (from, count, work, to) in [
        ("2026-02-28", 1, &plain, "2026-03-02"),
        ("2026-03-01", 1, &plain, "2026-03-02"),
        ("2026-02-27", 1, &plain, "2026-03-02"),
        ("2026-02-27", 5, &plain, "2026-03-06"),
        ("2026-02-28", 0, &plain, "2026-02-28"),
        ("2026-03-02", -1, &plain, "2026-02-27"),
        ("2026-09-30", 1, &national_day, "2026-10-08"),
        ("2026-10-09", 1, &national_day, "2026-10-10"),
        ("2026-10-10", 1, &national_day, "2026-10-12"),
        ("2026-10-08", -1, &national_day, "2026-09-30"),
    ] {
        assert_eq!(add_workdays(date(from), count, work), date(to), "{from} {count:+}");
    }
}

#[test]
fn a_calendar_that_is_shut_for_ever_is_not_believed() {
    let shut = WorkCalendar::new(
        Windows::office_hours(),
        date("2026-01-01").series(jiff::Span::new().days(1)).take(3000).collect(),
        BTreeSet::new(),
    );
    let next = add_workdays(date("2026-03-02"), 1, &shut);
    assert_eq!(next.to_string(), "2027-04-07");
}

#[test]
fn working_hours_run_only_inside_the_hours() {
    let plain = WorkCalendar::default();
    let holiday = calendar(&["2026-03-09"], &[]);
    let sunday_worked = calendar(&[], &["2026-03-08"]);
    let lunch = plain.with_hours(&windows("09:00-12:00, 13:00-18:00"));
    let night = plain.with_hours(&windows("22:00-06:00"));
    let overlapping = plain.with_hours(&windows("09:00-18:00; 10:00-12:00; 17:00-19:00"));
    for (from, plus, work, to) in [
        ("2026-03-06 17:50", "4 workhours", &plain, "2026-03-09 12:50"),
        ("2026-03-06 17:50", "4 workhours", &holiday, "2026-03-10 12:50"),
        ("2026-03-06 17:50", "4 workhours", &sunday_worked, "2026-03-08 12:50"),
        ("2026-03-06 14:00", "4 workhours", &plain, "2026-03-06 18:00"),
        ("2026-03-06 18:00", "1 workminute", &plain, "2026-03-09 09:01"),
        ("2026-03-07 12:00", "30 workminutes", &plain, "2026-03-09 09:30"),
        ("2026-03-02 00:00", "90 workhours", &plain, "2026-03-13 18:00"),
        ("2026-03-02 11:00", "3 workhours", &lunch, "2026-03-02 15:00"),
        ("2026-03-06 23:00", "8 workhours", &night, "2026-03-09 23:00"),
        ("2026-03-02 09:00", "10 workhours", &overlapping, "2026-03-02 19:00"),
        ("2026-03-06 17:00", "1 workday 2 workhours", &plain, "2026-03-10 10:00"),
    ] {
        let zone = in_zone("Asia/Shanghai");
        assert_eq!(wall(add(local(from, &zone), &length(plus), &zone, work), &zone), to, "{from} + {plus}");
    }
}

#[test]
fn working_hours_are_elapsed_time_where_the_clock_changes() {
    let berlin = in_zone("Europe/Berlin");
    let night = WorkCalendar::default().with_hours(&windows("00:00-06:00 sun"));
    // The night of the gap has five hours, the one of the overlap seven.
    for (from, plus, to) in [
        ("2026-03-29 00:00", "5 workhours", "2026-03-29 06:00"),
        ("2026-10-25 00:00", "7 workhours", "2026-10-25 06:00"),
    ] {
        assert_eq!(wall(add(local(from, &berlin), &length(plus), &berlin, &night), &berlin), to);
    }
}

#[test]
fn a_window_contains_its_start_and_not_its_end() {
    let shanghai = in_zone("Asia/Shanghai");
    let plain = WorkCalendar::default();
    let is_open =
        |text: &str, when: &str| contains(&windows(text), local(when, &shanghai), &shanghai, &plain);
    for (window, when, open) in [
        ("10:00-20:00 workdays", "2026-03-02 10:00", true),
        ("10:00-20:00 workdays", "2026-03-02 09:59:59", false),
        ("10:00-20:00 workdays", "2026-03-02 19:59:59", true),
        ("10:00-20:00 workdays", "2026-03-02 20:00", false),
        ("10:00-20:00 workdays", "2026-03-01 12:00", false),
        ("21:00-09:00", "2026-03-02 21:00", true),
        ("21:00-09:00", "2026-03-02 00:00", true),
        ("21:00-09:00", "2026-03-02 08:59", true),
        ("21:00-09:00", "2026-03-02 09:00", false),
        // Across midnight it belongs to the day it starts: Friday's night reaches into Saturday.
        ("21:00-09:00 fri", "2026-03-07 03:00", true),
        ("21:00-09:00 fri", "2026-03-06 03:00", false),
        ("18:00-24:00", "2026-03-06 23:59", true),
        ("weekends", "2026-03-07 00:00", true),
        ("weekends", "2026-03-09 00:00", false),
    ] {
        assert_eq!(is_open(window, when), open, "{window} at {when}");
    }
}

#[test]
fn the_next_opening_is_now_or_the_next_start() {
    let shanghai = in_zone("Asia/Shanghai");
    let holiday = calendar(&["2026-03-09"], &[]);
    for (window, from, to) in [
        ("10:00-20:00 workdays", "2026-03-06 12:00", "2026-03-06 12:00"),
        ("10:00-20:00 workdays", "2026-03-06 20:00", "2026-03-10 10:00"),
        ("10:00-20:00 workdays", "2026-03-06 09:00", "2026-03-06 10:00"),
        ("tue,wed,thu 09:30-11:00", "2026-03-05 11:00", "2026-03-10 09:30"),
        ("周二至周四 9:30-11:00", "2026-03-01 08:00", "2026-03-03 09:30"),
        ("22:00-02:00 sat", "2026-03-08 01:00", "2026-03-08 01:00"),
        ("22:00-02:00 sat", "2026-03-08 02:00", "2026-03-14 22:00"),
        ("09:00-12:00, 14:00-18:00 mon-fri", "2026-03-06 13:00", "2026-03-06 14:00"),
    ] {
        let opens = next_open(&windows(window), local(from, &shanghai), &shanghai, &holiday);
        assert_eq!(wall(opens, &shanghai), to, "{window} from {from}");
    }
}

#[test]
fn quiet_hours_end_where_nothing_quiet_goes_on() {
    let shanghai = in_zone("Asia/Shanghai");
    let plain = WorkCalendar::default();
    for (quiet, from, to) in [
        ("21:00-09:00", "2026-03-02 06:00", "2026-03-02 09:00"),
        ("21:00-09:00", "2026-03-02 21:00", "2026-03-03 09:00"),
        ("21:00-09:00", "2026-03-02 12:00", "2026-03-02 12:00"),
        ("21:00-09:00; weekends", "2026-03-06 22:00", "2026-03-09 09:00"),
        ("21:00-09:00; 09:00-10:00 mon", "2026-03-02 06:00", "2026-03-02 10:00"),
    ] {
        let ends = quiet_ends(&windows(quiet), local(from, &shanghai), &shanghai, &plain);
        assert_eq!(wall(ends, &shanghai), to, "{quiet} from {from}");
    }
    assert_eq!(
        quiet_ends(&windows("00:00-24:00"), at("2026-03-02T00:00:00Z"), &shanghai, &plain),
        Timestamp::MAX
    );
}

#[test]
fn windows_follow_the_clock_on_the_wall_where_it_changes() {
    let berlin = in_zone("Europe/Berlin");
    let plain = WorkCalendar::default();
    let quiet = windows("21:00-09:00");
    // Both nights end at nine o'clock, whatever their length.
    assert_eq!(quiet_ends(&quiet, at("2026-03-28T21:00:00Z"), &berlin, &plain), at("2026-03-29T07:00:00Z"));
    assert_eq!(quiet_ends(&quiet, at("2026-10-24T21:00:00Z"), &berlin, &plain), at("2026-10-25T08:00:00Z"));
    // A window inside the gap does not exist that day; one that ends in it ends at its end.
    assert_eq!(
        wall(next_open(&windows("02:00-02:45"), at("2026-03-29T00:30:00Z"), &berlin, &plain), &berlin),
        "2026-03-30 02:00"
    );
    assert!(contains(&windows("01:00-02:30"), at("2026-03-29T00:59:59Z"), &berlin, &plain));
    assert!(!contains(&windows("01:00-02:30"), at("2026-03-29T01:00:00Z"), &berlin, &plain));
}

#[test]
fn windows_that_never_open_say_so() {
    let shut = WorkCalendar::new(
        Windows::office_hours(),
        date("2025-01-01").series(jiff::Span::new().days(1)).take(3000).collect(),
        BTreeSet::new(),
    );
    let from = at("2026-03-02T00:00:00Z");
    assert_eq!(next_open(&windows("workdays"), from, &TimeZone::UTC, &shut), Timestamp::MAX);
    assert_eq!(add(from, &length("1 workhour"), &TimeZone::UTC, &shut), Timestamp::MAX);
}
