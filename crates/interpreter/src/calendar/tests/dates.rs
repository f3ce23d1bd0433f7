//! Birthdays, anniversaries and renewals: leap days, lunar days, and what never fires.

use super::super::date::{NeverFires, never_fires, occurrence};
use super::*;
use model::{CalendarKind, DateAnchor, DateRepeat, DateRule, LeapDay, Shift};

fn birthday(text: &str) -> DateAnchor {
    DateAnchor::Birthday(text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn on(text: &str) -> DateAnchor {
    DateAnchor::Date(date(text))
}

fn yearly() -> DateRule {
    DateRule { repeat: DateRepeat::Yearly, ..DateRule::default() }
}

/// The next so many firings after a day's first instant, as `anniversary → wall clock`.
fn firings(anchor: &DateAnchor, rule: &DateRule, from: &str, count: usize) -> Vec<String> {
    let shanghai = in_zone("Asia/Shanghai");
    let plain = WorkCalendar::default();
    let mut from = local(from, &shanghai);
    let mut lines = Vec::new();
    while lines.len() < count {
        let Some(next) = occurrence(anchor, rule, from, &shanghai, &plain) else { break };
        assert!(next.fires_at >= from);
        lines.push(format!("{} → {}", next.date, wall(next.fires_at, &shanghai)));
        from = next.fires_at + jiff::SignedDuration::from_millis(1);
    }
    lines
}

#[test]
fn a_birthday_comes_each_year() {
    assert_eq!(
        firings(&birthday("1990-03-12"), &yearly(), "2026-03-01", 3),
        ["2026-03-12 → 2026-03-12 09:00", "2027-03-12 → 2027-03-12 09:00", "2028-03-12 → 2028-03-12 09:00"]
    );
    assert_eq!(
        firings(&birthday("03-12"), &yearly(), "2026-03-12 09:00", 1),
        ["2026-03-12 → 2026-03-12 09:00"]
    );
    assert_eq!(
        firings(&birthday("03-12"), &yearly(), "2026-03-12 09:01", 1),
        ["2027-03-12 → 2027-03-12 09:00"]
    );
}

#[test]
fn the_leap_rule_comes_before_the_shift() {
    let before = DateRule { shift: Shift::Before(length("3 days")), ..yearly() };
    assert_eq!(
        firings(&birthday("1992-02-29"), &before, "2027-01-01", 2),
        ["2027-02-28 → 2027-02-25 09:00", "2028-02-29 → 2028-02-26 09:00"]
    );
    let mar1 = DateRule { leap_day: LeapDay::Mar1, ..before };
    assert_eq!(
        firings(&birthday("02-29"), &mar1, "2027-01-01", 2),
        ["2027-03-01 → 2027-02-26 09:00", "2028-02-29 → 2028-02-26 09:00"]
    );
    let leap_years = DateRule { leap_day: LeapDay::LeapYearsOnly, ..yearly() };
    assert_eq!(
        firings(&birthday("02-29"), &leap_years, "2095-01-01", 2),
        ["2096-02-29 → 2096-02-29 09:00", "2104-02-29 → 2104-02-29 09:00"]
    );
}

#[test]
fn a_lunar_birthday_moves_through_the_civil_year() {
    assert_eq!(
        firings(&birthday("lunar 1990-02-16"), &yearly(), "2026-01-01", 2),
        ["2026-04-03 → 2026-04-03 09:00", "2027-03-23 → 2027-03-23 09:00"]
    );
    let two_days_before = DateRule { shift: Shift::Before(length("2 days")), ..yearly() };
    assert_eq!(
        firings(&birthday("农历八月十五"), &two_days_before, "2025-01-01", 6),
        [
            "2025-10-06 → 2025-10-04 09:00",
            "2026-09-25 → 2026-09-23 09:00",
            "2027-09-15 → 2027-09-13 09:00",
            "2028-10-03 → 2028-10-01 09:00",
            "2029-09-22 → 2029-09-20 09:00",
            "2030-09-12 → 2030-09-10 09:00",
        ]
    );
}

#[test]
fn a_lunar_day_at_the_years_end_falls_into_the_next_civil_year() {
    // The last month of the lunar year 2025 has 29 days: its 30th is kept on the 29th.
    assert_eq!(
        firings(&birthday("lunar 12-30"), &yearly(), "2026-01-01", 3),
        ["2026-02-16 → 2026-02-16 09:00", "2027-02-05 → 2027-02-05 09:00", "2028-01-25 → 2028-01-25 09:00"]
    );
}

#[test]
fn a_leap_month_is_kept_once_a_year() {
    assert_eq!(
        firings(&birthday("lunar L06-15"), &yearly(), "2024-01-01", 3),
        ["2024-07-20 → 2024-07-20 09:00", "2025-08-08 → 2025-08-08 09:00", "2026-07-28 → 2026-07-28 09:00"]
    );
    assert_eq!(
        firings(&birthday("lunar 06-15"), &yearly(), "2024-01-01", 3),
        ["2024-07-20 → 2024-07-20 09:00", "2025-07-09 → 2025-07-09 09:00", "2026-07-28 → 2026-07-28 09:00"]
    );
}

#[test]
fn the_rules_calendar_turns_a_birthday_told_in_the_other() {
    let lunar = DateRule { calendar: CalendarKind::Lunar, ..yearly() };
    assert_eq!(firings(&birthday("1990-03-12"), &lunar, "2026-01-01", 1), ["2026-04-03 → 2026-04-03 09:00"]);
    let solar = DateRule { calendar: CalendarKind::Solar, ..yearly() };
    assert_eq!(
        firings(&birthday("lunar 1990-02-16"), &solar, "2026-01-01", 1),
        ["2026-03-12 → 2026-03-12 09:00"]
    );
    for (anchor, rule) in [(birthday("03-12"), lunar), (birthday("lunar 02-16"), solar)] {
        let now = at("2026-01-01T00:00:00Z");
        assert_eq!(never_fires(&anchor, &rule, now, &TimeZone::UTC), Some(NeverFires::NoYear));
        assert_eq!(occurrence(&anchor, &rule, now, &TimeZone::UTC, &WorkCalendar::default()), None);
    }
}

#[test]
fn placeholders_and_future_birthdays_never_fire() {
    let now = at("2026-03-02T01:00:00Z");
    let why = |anchor: &DateAnchor| never_fires(anchor, &yearly(), now, &in_zone("America/Los_Angeles"));
    for anchor in [birthday("1970-01-01"), birthday("1900-01-01"), on("1970-01-01"), on("1900-01-01")] {
        assert_eq!(why(&anchor), Some(NeverFires::Placeholder), "{anchor:?}");
        assert!(firings(&anchor, &yearly(), "2026-03-02", 1).is_empty());
    }
    assert_eq!(why(&DateAnchor::Instant(Timestamp::UNIX_EPOCH)), Some(NeverFires::Placeholder));
    // In Los Angeles it is still the first of March.
    assert_eq!(why(&birthday("2026-03-02")), Some(NeverFires::FutureBirthday));
    assert_eq!(why(&birthday("2026-03-01")), None);
    assert_eq!(why(&birthday("01-01")), None);
    assert!(firings(&birthday("2030-05-05"), &yearly(), "2026-03-02", 1).is_empty());
}

#[test]
fn a_birthday_is_not_celebrated_at_birth() {
    assert_eq!(
        firings(&birthday("2026-03-02"), &yearly(), "2026-03-02", 1),
        ["2027-03-02 → 2027-03-02 09:00"]
    );
}

#[test]
fn a_date_fires_once_or_from_itself_on() {
    let once = DateRule { shift: Shift::Before(length("90 days")), ..DateRule::default() };
    assert_eq!(firings(&on("2026-04-01"), &once, "2025-12-01", 2), ["2026-04-01 → 2026-01-01 09:00"]);
    assert!(firings(&on("2026-04-01"), &once, "2026-01-02", 1).is_empty());
    assert_eq!(
        firings(&on("2026-04-01"), &yearly(), "2020-01-01", 2),
        ["2026-04-01 → 2026-04-01 09:00", "2027-04-01 → 2027-04-01 09:00"]
    );
    assert_eq!(firings(&on("2060-04-01"), &yearly(), "2020-01-01", 1), ["2060-04-01 → 2060-04-01 09:00"]);
    let signed = DateAnchor::Instant(at("2026-03-31T23:00:00Z"));
    assert_eq!(firings(&signed, &DateRule::default(), "2026-01-01", 1), ["2026-04-01 → 2026-04-01 09:00"]);
}

#[test]
fn a_monthly_date_clamps_without_drifting() {
    let monthly = DateRule { repeat: DateRepeat::Monthly, ..DateRule::default() };
    assert_eq!(
        firings(&on("2026-01-31"), &monthly, "2025-01-01", 4),
        [
            "2026-01-31 → 2026-01-31 09:00",
            "2026-02-28 → 2026-02-28 09:00",
            "2026-03-31 → 2026-03-31 09:00",
            "2026-04-30 → 2026-04-30 09:00",
        ]
    );
    let before = DateRule { shift: Shift::Before(length("2 months 3 days")), ..monthly };
    assert_eq!(
        firings(&on("2020-05-10"), &before, "2026-03-01", 2),
        ["2026-05-10 → 2026-03-07 09:00", "2026-06-10 → 2026-04-07 09:00"]
    );
    let lunar = DateRule { calendar: CalendarKind::Lunar, ..monthly };
    assert_eq!(
        firings(&birthday("lunar 01-01"), &lunar, "2025-06-20", 3),
        ["2025-06-25 → 2025-06-25 09:00", "2025-07-25 → 2025-07-25 09:00", "2025-08-23 → 2025-08-23 09:00"]
    );
}

#[test]
fn every_so_long_counts_from_the_date_each_time() {
    let every = |text| DateRule { repeat: DateRepeat::Every(length(text)), ..DateRule::default() };
    assert_eq!(
        firings(&on("2026-01-31"), &every("1 month"), "2026-02-01", 2),
        ["2026-02-28 → 2026-02-28 09:00", "2026-03-31 → 2026-03-31 09:00"]
    );
    assert_eq!(
        firings(&on("2020-01-01"), &every("90 days"), "2026-01-01", 1),
        ["2026-02-28 → 2026-02-28 09:00"]
    );
    assert_eq!(
        firings(&on("2026-03-02"), &every("36 hours"), "2026-03-03", 2),
        ["2026-03-03 → 2026-03-03 21:00", "2026-03-05 → 2026-03-05 09:00"]
    );
    assert_eq!(
        firings(&on("2026-03-06"), &every("1 workday"), "2026-03-06 10:00", 1),
        ["2026-03-09 → 2026-03-09 09:00"]
    );
    assert_eq!(
        firings(&birthday("1990-03-12"), &every("1 year"), "2026-01-01", 1),
        ["2026-03-12 → 2026-03-12 09:00"]
    );
    assert!(firings(&on("2026-01-31"), &every("0 minutes"), "2026-02-01", 1).is_empty());
    assert!(firings(&birthday("03-12"), &every("1 year"), "2026-02-01", 1).is_empty());
}

#[test]
fn every_day_is_the_birthday_of_those_born_on_it() {
    // Over eight years, a birthday without its year fires once a civil year, leap days among them.
    let shanghai = in_zone("Asia/Shanghai");
    let plain = WorkCalendar::default();
    for day in date("2024-01-01").series(jiff::Span::new().days(1)).take(366) {
        let anchor = birthday(&format!("{:02}-{:02}", day.month(), day.day()));
        for year in 2025..=2032 {
            let from = local(&format!("{year}-01-01"), &shanghai);
            let next = occurrence(&anchor, &yearly(), from, &shanghai, &plain).map(|next| next.date);
            let expected = Date::new(year, day.month(), day.day()).unwrap_or(Date::constant(year, 2, 28));
            assert_eq!(next, Some(expected), "{anchor:?} {year}");
        }
    }
}
