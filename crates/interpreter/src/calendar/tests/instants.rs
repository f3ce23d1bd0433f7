//! The contract's table of instants, and adding lengths around changes of the clock.

use super::super::add::{add, shifted, subtract};
use super::*;
use model::Shift;

#[test]
fn lengths_keep_the_clock_or_elapse() {
    let plain = WorkCalendar::default();
    for (zone, from, plus, to) in [
        ("Asia/Shanghai", "2026-03-01 07:00", "1 day", "2026-03-02 07:00"),
        ("Europe/Berlin", "2026-03-28 09:00", "1 day", "2026-03-29 09:00"),
        ("Europe/Berlin", "2026-03-28 09:00", "24 hours", "2026-03-29 10:00"),
        ("Europe/Berlin", "2026-03-28 02:30", "1 day", "2026-03-29 03:00"),
        ("Europe/Berlin", "2026-03-28 02:30", "2 days", "2026-03-30 02:30"),
        ("Europe/Berlin", "2026-10-24 09:00", "24 hours", "2026-10-25 08:00"),
        ("America/New_York", "2026-10-31 09:00", "1 day", "2026-11-01 09:00"),
        ("Asia/Shanghai", "2026-01-31 10:00", "1 month", "2026-02-28 10:00"),
        ("Asia/Shanghai", "2028-01-31 10:00", "1 month", "2028-02-29 10:00"),
        ("Asia/Shanghai", "2026-01-31 10:00", "2 months", "2026-03-31 10:00"),
        ("Asia/Shanghai", "2028-02-29 10:00", "1 year", "2029-02-28 10:00"),
        ("Asia/Shanghai", "2026-08-31 10:00", "1 month 1 day", "2026-10-01 10:00"),
        ("Asia/Shanghai", "2026-03-02 06:00", "5 days 3 hours", "2026-03-07 09:00"),
        ("Asia/Shanghai", "2026-03-02 06:00", "2 weeks", "2026-03-16 06:00"),
        ("Asia/Shanghai", "2026-03-02 06:00", "0 minutes", "2026-03-02 06:00"),
    ] {
        let zone = in_zone(zone);
        assert_eq!(wall(add(local(from, &zone), &length(plus), &zone, &plain), &zone), to, "{from} + {plus}");
    }
}

#[test]
fn an_overlap_is_its_first_time() {
    let berlin = in_zone("Europe/Berlin");
    let day_before = local("2026-10-24 02:30", &berlin);
    let plain = WorkCalendar::default();
    assert_eq!(add(day_before, &length("1 day"), &berlin, &plain), at("2026-10-25T00:30:00Z"));
    let second = at("2026-10-25T01:30:00Z");
    assert_eq!(
        add(second, &length("0 minutes"), &berlin, &plain),
        second,
        "the second 02:30 stays the second"
    );
    assert_eq!(add(second, &length("10 minutes"), &berlin, &plain), at("2026-10-25T01:40:00Z"));
}

#[test]
fn taking_away_follows_the_same_rules() {
    let plain = WorkCalendar::default();
    for (zone, from, minus, to) in [
        ("Asia/Shanghai", "2026-03-31 10:00", "1 month", "2026-02-28 10:00"),
        ("Europe/Berlin", "2026-03-30 02:30", "1 day", "2026-03-29 03:00"),
        ("Europe/Berlin", "2026-03-30 09:00", "1 day", "2026-03-29 09:00"),
        ("Europe/Berlin", "2026-03-30 09:00", "24 hours", "2026-03-29 09:00"),
        ("Europe/Berlin", "2026-03-29 09:00", "24 hours", "2026-03-28 08:00"),
        ("Asia/Shanghai", "2026-03-02 09:00", "1 workday", "2026-02-27 09:00"),
        ("Asia/Shanghai", "2026-03-01 09:00", "1 workday", "2026-02-27 09:00"),
        ("Asia/Shanghai", "2026-03-02 10:00", "2 workhours", "2026-02-27 17:00"),
    ] {
        let zone = in_zone(zone);
        assert_eq!(
            wall(subtract(local(from, &zone), &length(minus), &zone, &plain), &zone),
            to,
            "{from} - {minus}"
        );
    }
}

#[test]
fn a_shifted_clock_time_is_resolved_after_the_days_have_moved() {
    let berlin = in_zone("Europe/Berlin");
    let plain = WorkCalendar::default();
    let in_the_gap = date("2026-03-29").at(2, 30, 0, 0);
    let wall_of = |shift| wall(shifted(in_the_gap, &shift, &berlin, &plain), &berlin);
    assert_eq!(wall_of(Shift::None), "2026-03-29 03:00");
    assert_eq!(wall_of(Shift::Before(length("1 day"))), "2026-03-28 02:30");
    assert_eq!(wall_of(Shift::After(length("1 day"))), "2026-03-30 02:30");
}

#[test]
fn beyond_the_calendar_is_its_end() {
    let plain = WorkCalendar::default();
    let far = Length { months: i32::MAX, ..Length::ZERO };
    assert_eq!(add(at("2026-01-01T00:00:00Z"), &far, &TimeZone::UTC, &plain), Timestamp::MAX);
    assert_eq!(add(Timestamp::MAX, &length("1 minute"), &TimeZone::UTC, &plain), Timestamp::MAX);
    assert_eq!(subtract(Timestamp::MIN, &length("1 minute"), &TimeZone::UTC, &plain), Timestamp::MIN);
    let eons = Length { workdays: i32::MAX, ..Length::ZERO };
    assert_eq!(add(at("2026-01-01T00:00:00Z"), &eons, &TimeZone::UTC, &plain), Timestamp::MAX);
}
