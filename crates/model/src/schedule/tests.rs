//! Schedules: the forms that are read, and the cron patterns that are refused.

use super::*;

#[test]
fn every_takes_days_and_months() {
    for (every, on, at, shown) in [
        (&["monday"][..], None, Some("09:00"), "every mon at 09:00"),
        (&["monday"], None, None, "every mon at 09:00"),
        (&["day"], None, Some("7:30"), "every day at 07:30"),
        (&["mon", "thursday"], None, None, "every mon,thu at 09:00"),
        (&["mon-fri"], None, None, "every mon-fri at 09:00"),
        (&["mon,wed"], None, None, "every mon,wed at 09:00"),
        (&["周一"], None, None, "every mon at 09:00"),
        (&["每周一"], None, None, "every mon at 09:00"),
        (&["周一", "周三"], None, None, "every mon,wed at 09:00"),
        (&["workdays"], None, None, "every workdays at 09:00"),
        (&["weekend"], None, None, "every weekends at 09:00"),
        (&["每天"], None, None, "every day at 09:00"),
        (&["month"], Some("1"), None, "every month on 1 at 09:00"),
        (&["month"], Some("31"), None, "every month on last at 09:00"),
        (&["month"], Some("last"), None, "every month on last at 09:00"),
        (&["每月"], Some("15日"), None, "every month on 15 at 09:00"),
    ] {
        let schedule = Schedule::every(every, on, at).unwrap_or_else(|error| panic!("{every:?}: {error}"));
        assert_eq!(schedule.to_string(), shown, "{every:?}");
    }
    for (every, on, at, key) in [
        (&["mondey"][..], None, None, "schedule-not-days"),
        (&[], None, None, "schedule-not-days"),
        (&["workdays", "sat"], None, None, "schedule-not-days"),
        (&["month"], None, None, "schedule-no-day-of-month"),
        (&["month"], Some("32"), None, "schedule-no-day-of-month"),
        (&["monday"], Some("1"), None, "schedule-on-without-month"),
        (&["monday"], None, Some("25:00"), "schedule-not-a-time"),
        (&["monday"], None, Some("9"), "schedule-not-a-time"),
    ] {
        assert_eq!(Schedule::every(every, on, at).map_err(|error| error.key()), Err(key), "{every:?}");
    }
    let error = Schedule::every(&["mondey"], None, None).expect_err("misspelt");
    assert_eq!(error.suggestion(), Some("monday"));
}

#[test]
fn on_takes_dates_and_festivals() {
    for (on, shown) in [
        ("2026-09-07", "2026-09-07 at 09:00"),
        ("yearly 09-10", "yearly 09-10 at 09:00"),
        ("每年 9月10日", "yearly 09-10 at 09:00"),
        ("lunar 08-15", "lunar 08-15 at 09:00"),
        ("lunar L06-01", "lunar L06-01 at 09:00"),
        ("农历八月十五", "lunar 08-15 at 09:00"),
        ("yearly lunar 08-15", "lunar 08-15 at 09:00"),
        ("lunar 2026-08-15", "2026-09-25 at 09:00"),
    ] {
        let schedule = Schedule::on(on, Shift::None, None).unwrap_or_else(|error| panic!("{on}: {error}"));
        assert_eq!(schedule.to_string(), shown, "{on}");
    }
    for on in ["", "09-10", "2026-02-30", "yearly 02-30", "yearly 2026-09-10", "christmas", "lunar 13-01"] {
        assert!(Schedule::on(on, Shift::None, None).is_err(), "{on}");
    }
    let before = Shift::Before("3 days".parse().unwrap());
    let shown = Schedule::on("lunar 08-15", before, Some("20:00")).unwrap().to_string();
    assert_eq!(shown, "3 days before lunar 08-15 at 20:00");
}

#[test]
fn cron_takes_five_fields_with_weekdays_by_name() {
    for pattern in [
        "0 9 * * MON",
        "0 9 * * mon-fri",
        "*/15 9-17 * * *",
        "0 9 1 * *",
        "0 9 1,15 1-6 *",
        "30 7 ? * SUN,WED",
        "0 9 29 2 *",
        "0 9 31 * ?",
        "0 9 1 JAN *",
        "0 9 * * FRI-MON",
    ] {
        let schedule = Schedule::parse_cron(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(schedule.to_string(), format!("cron {pattern}"));
    }
    for (pattern, key) in [
        ("0 9 * *", "cron-fields"),
        ("0 0 9 * * MON", "cron-fields"),
        ("@daily", "cron-fields"),
        ("", "cron-fields"),
        ("0 9 * * 1", "cron-weekday-number"),
        ("0 9 * * 1-5", "cron-weekday-number"),
        ("0 9 * * MON#2", "cron-weekday-number"),
        ("0 9 1 * MON", "cron-day-and-weekday"),
        ("0 9 30 2 *", "cron-never-fires"),
        ("0 9 31 4,6,9,11 *", "cron-never-fires"),
        ("60 9 * * *", "cron-field-minute"),
        ("0 24 * * *", "cron-field-hour"),
        ("0 9 0 * *", "cron-field-day"),
        ("0 9 * 13 *", "cron-field-month"),
        ("0 9 * * FUN", "cron-field-weekday"),
        ("0 9 * * workdays", "cron-field-weekday"),
        ("a b c d e", "cron-field-weekday"),
        ("0, 9 * * *", "cron-field-minute"),
        ("0 9-8 * * *", "cron-field-hour"),
        ("*/0 9 * * *", "cron-field-minute"),
    ] {
        assert_eq!(Schedule::parse_cron(pattern).map_err(|error| error.key()), Err(key), "{pattern}");
    }
}

#[test]
fn every_hour_is_hourly() {
    let is_hourly = |pattern| Cron::parse(pattern).unwrap().is_hourly();
    assert!(is_hourly("0 * * * *"));
    assert!(is_hourly("*/5 */1 * * *"));
    assert!(is_hourly("0 0-23 * * MON"));
    assert!(!is_hourly("0 */2 * * *"));
}
