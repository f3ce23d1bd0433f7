//! Schedules: weekdays, months, festivals and cron, with gaps and overlaps.

use super::super::schedule::next_fire;
use super::*;
use model::{Schedule, Shift};

fn cron(pattern: &str) -> Schedule {
    Schedule::parse_cron(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn firings(schedule: &Schedule, zone: &str, after: &str, count: usize) -> Vec<String> {
    let zone = in_zone(zone);
    let holiday = calendar(&["2026-03-09"], &[]);
    let mut after = local(after, &zone);
    let mut lines = Vec::new();
    while lines.len() < count {
        let Some(next) = next_fire(schedule, after, &zone, &holiday) else { break };
        assert!(next > after);
        lines.push(wall(next, &zone));
        after = next;
    }
    lines
}

#[test]
fn the_contracts_schedules_fire_at_their_instants() {
    let plain = WorkCalendar::default();
    for (schedule, zone, after, fires_at) in [
        (
            Schedule::every(&["monday"], None, Some("07:00")),
            "Asia/Shanghai",
            "2026-02-28T00:00:00Z",
            "2026-03-01T23:00:00Z",
        ),
        (
            Schedule::every(&["friday"], None, Some("18:00")),
            "America/Los_Angeles",
            "2026-07-06T00:00:00Z",
            "2026-07-11T01:00:00Z",
        ),
        (
            Schedule::every(&["friday"], None, Some("18:00")),
            "America/Los_Angeles",
            "2026-12-07T00:00:00Z",
            "2026-12-12T02:00:00Z",
        ),
        (
            Schedule::every(&["day"], None, Some("09:00")),
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            "2026-03-29T07:00:00Z",
        ),
        (
            Schedule::every(&["day"], None, Some("02:30")),
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            "2026-03-29T01:00:00Z",
        ),
        (
            Schedule::every(&["day"], None, Some("02:30")),
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            "2026-10-25T00:30:00Z",
        ),
        (
            Schedule::every(&["day"], None, Some("09:00")),
            "America/New_York",
            "2026-10-31T18:00:00Z",
            "2026-11-01T14:00:00Z",
        ),
        (
            Schedule::parse_cron("0 7 * * MON"),
            "Asia/Shanghai",
            "2026-02-28T00:00:00Z",
            "2026-03-01T23:00:00Z",
        ),
        (Schedule::parse_cron("30 2 * * *"), "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        (Schedule::parse_cron("30 2 * * *"), "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
    ] {
        let schedule = schedule.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            next_fire(&schedule, at(after), &in_zone(zone), &plain),
            Some(at(fires_at)),
            "{schedule} {zone}"
        );
    }
}

#[test]
fn weekday_mornings_in_shanghai() {
    let schedule = Schedule::every(&["mon-fri"], None, Some("07:00")).unwrap();
    let workdays = Schedule::every(&["workdays"], None, Some("07:00")).unwrap();
    assert_eq!(
        firings(&schedule, "Asia/Shanghai", "2026-03-06 07:00", 2),
        ["2026-03-09 07:00", "2026-03-10 07:00"]
    );
    assert_eq!(
        firings(&workdays, "Asia/Shanghai", "2026-03-06 07:00", 2),
        ["2026-03-10 07:00", "2026-03-11 07:00"],
        "Monday the ninth is a holiday"
    );
}

#[test]
fn a_day_of_the_month_clamps() {
    let on = |day| Schedule::every(&["month"], Some(day), None).unwrap();
    assert_eq!(
        firings(&on("1"), "Asia/Shanghai", "2026-01-01 09:00", 2),
        ["2026-02-01 09:00", "2026-03-01 09:00"]
    );
    assert_eq!(
        firings(&on("30"), "Asia/Shanghai", "2026-01-30 09:00", 2),
        ["2026-02-28 09:00", "2026-03-30 09:00"]
    );
    assert_eq!(
        firings(&on("last"), "Asia/Shanghai", "2026-01-01", 3),
        ["2026-01-31 09:00", "2026-02-28 09:00", "2026-03-31 09:00"]
    );
}

#[test]
fn festivals_fire_before_their_day() {
    let on = |day, shift| Schedule::on(day, shift, None).unwrap();
    assert_eq!(
        firings(&on("2026-09-07", Shift::None), "Asia/Shanghai", "2026-01-01", 2),
        ["2026-09-07 09:00"],
        "a date comes once"
    );
    assert_eq!(
        firings(&on("yearly 09-10", Shift::Before(length("3 days"))), "Asia/Shanghai", "2026-09-07 09:00", 2),
        ["2027-09-07 09:00", "2028-09-07 09:00"]
    );
    assert_eq!(
        firings(&on("lunar 08-15", Shift::Before(length("1 day"))), "Asia/Shanghai", "2025-01-01", 3),
        ["2025-10-05 09:00", "2026-09-24 09:00", "2027-09-14 09:00"]
    );
    assert_eq!(
        firings(&on("lunar 12-30", Shift::None), "Asia/Shanghai", "2026-01-01", 2),
        ["2026-02-16 09:00", "2027-02-05 09:00"]
    );
    assert_eq!(
        firings(&on("yearly 02-29", Shift::None), "Asia/Shanghai", "2027-01-01", 2),
        ["2027-02-28 09:00", "2028-02-29 09:00"]
    );
    assert_eq!(
        firings(&on("yearly 01-02", Shift::Before(length("1 year"))), "Asia/Shanghai", "2026-01-01", 1),
        ["2026-01-02 09:00"]
    );
}

#[test]
fn cron_patterns_fire_at_their_times() {
    for (pattern, after, fires_at) in [
        ("0 9 * * MON", "2026-03-02 09:00", &["2026-03-09 09:00", "2026-03-16 09:00"][..]),
        (
            "0 9 * * FRI-MON",
            "2026-03-02 09:00",
            &["2026-03-06 09:00", "2026-03-07 09:00", "2026-03-08 09:00"],
        ),
        (
            "*/20 9-10 * * *",
            "2026-03-02 09:20",
            &["2026-03-02 09:40", "2026-03-02 10:00", "2026-03-02 10:20"],
        ),
        ("0 9 29 2 *", "2026-03-02", &["2028-02-29 09:00", "2032-02-29 09:00"]),
        ("0 9 31 * *", "2026-03-31 09:00", &["2026-05-31 09:00", "2026-07-31 09:00"]),
        ("15 8 1 1,7 *", "2026-03-02", &["2026-07-01 08:15", "2027-01-01 08:15"]),
        ("0 * * * SUN", "2026-03-01 22:30", &["2026-03-01 23:00", "2026-03-08 00:00"]),
        ("*/30 * * * *", "2026-03-01 22:30", &["2026-03-01 23:00", "2026-03-01 23:30", "2026-03-02 00:00"]),
    ] {
        assert_eq!(firings(&cron(pattern), "Asia/Shanghai", after, fires_at.len()), fires_at, "{pattern}");
    }
}

#[test]
fn times_inside_a_gap_are_one_firing_at_its_end() {
    assert_eq!(
        firings(&cron("*/15 2 * * *"), "Europe/Berlin", "2026-03-28 02:30", 3),
        ["2026-03-28 02:45", "2026-03-29 03:00", "2026-03-30 02:00"]
    );
    assert_eq!(
        firings(&cron("0 2-4 * * *"), "Europe/Berlin", "2026-03-28 12:00", 3),
        ["2026-03-29 03:00", "2026-03-29 04:00", "2026-03-30 02:00"]
    );
}
