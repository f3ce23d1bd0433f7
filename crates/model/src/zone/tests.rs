//! Zones, the one rule for gaps and overlaps, and how times are written and read.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn civil(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn zones_are_found_in_any_case_and_nothing_else_is() {
    for name in ["Asia/Shanghai", "asia/shanghai", "EUROPE/BERLIN", "UTC", "utc", "America/New_York"] {
        assert!(zone(name).is_some(), "{name}");
    }
    for name in ["", "Mars/Olympus", "Etc/Unknown", "local", "+08:00", "Asia/Shanghai "] {
        assert!(zone(name).is_none(), "{name}");
    }
    assert_eq!(name(&zone("asia/shanghai").unwrap()), "Asia/Shanghai");
    assert!(tz_database_version().starts_with("20"));
}

#[test]
fn a_gap_goes_to_its_end_and_an_overlap_to_its_first_time() {
    for (zone_name, local, instant) in [
        ("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:59:59", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T09:00:00", "2026-03-29T07:00:00Z"),
        ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z"),
        ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
        ("America/New_York", "2026-11-01T09:00:00", "2026-11-01T14:00:00Z"),
        ("America/Los_Angeles", "2026-07-10T18:00:00", "2026-07-11T01:00:00Z"),
        ("America/Los_Angeles", "2026-12-11T18:00:00", "2026-12-12T02:00:00Z"),
        ("Asia/Shanghai", "2026-03-02T07:00:00", "2026-03-01T23:00:00Z"),
        // Half an hour's change, and a whole day left out.
        ("Australia/Lord_Howe", "2026-10-04T02:10:00", "2026-10-03T15:30:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00Z"),
    ] {
        assert_eq!(to_instant(civil(local), &zone(zone_name).unwrap()), at(instant), "{zone_name} {local}");
    }
}

#[test]
fn a_day_that_lacks_its_midnight_starts_later() {
    let beirut = zone("Asia/Beirut").unwrap();
    assert_eq!(start_of_day(Date::constant(2026, 3, 29), &beirut), at("2026-03-28T22:00:00Z"));
    assert_eq!(rfc3339(at("2026-03-28T22:00:00Z"), &beirut), "2026-03-29T01:00:00+03:00");
}

#[test]
fn instants_are_written_with_their_offset() {
    let shanghai = zone("Asia/Shanghai").unwrap();
    for (zone, instant, text) in [
        (&shanghai, "2026-03-02T01:00:00Z", "2026-03-02T09:00:00+08:00"),
        (&shanghai, "2026-03-02T01:00:00.250Z", "2026-03-02T09:00:00.250+08:00"),
        (&TimeZone::UTC, "2026-03-02T01:00:00Z", "2026-03-02T01:00:00Z"),
        (&zone("Europe/London").unwrap(), "2026-01-02T01:00:00Z", "2026-01-02T01:00:00+00:00"),
        (&zone("America/St_Johns").unwrap(), "2026-01-02T01:00:00Z", "2026-01-01T21:30:00-03:30"),
        (&zone("Asia/Kolkata").unwrap(), "2026-01-02T01:00:00Z", "2026-01-02T06:30:00+05:30"),
    ] {
        assert_eq!(rfc3339(at(instant), zone), text);
    }
}

#[test]
fn times_are_read_as_people_and_machines_write_them() {
    let shanghai = zone("Asia/Shanghai").unwrap();
    for (text, instant) in [
        ("2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00Z"),
        ("2026-03-02T01:00:00Z", "2026-03-02T01:00:00Z"),
        ("2026-03-02T01:00:00.1239Z", "2026-03-02T01:00:00.123Z"),
        ("2026-03-02T01:00:00-0330", "2026-03-02T04:30:00Z"),
        ("2026-03-02 09:00", "2026-03-02T01:00:00Z"),
        ("2026-03-02 9:00:30", "2026-03-02T01:00:30Z"),
        ("2026/3/2 09:00", "2026-03-02T01:00:00Z"),
        ("2026-03-02", "2026-03-01T16:00:00Z"),
        ("2026-03-02 06:00 Europe/Berlin", "2026-03-02T05:00:00Z"),
        ("2026-03-02 UTC", "2026-03-02T00:00:00Z"),
    ] {
        assert_eq!(parse_instant(text, &shanghai), Some(at(instant)), "{text}");
    }
    for text in [
        "",
        "2026-02-30",
        "2026-03-02 25:00",
        "2026-03-02 09:60",
        "2026-03-02T",
        "tomorrow",
        "2026-03-02 09:00 Nowhere",
        "2026-03-02T09:00+25:00",
        "20260302",
        "2026-3-2-1",
        "2026-03-02 09:00:00.",
        "2026-03/02",
    ] {
        assert_eq!(parse_instant(text, &shanghai), None, "{text}");
    }
}

#[test]
fn beyond_the_calendar_is_its_end() {
    let far = zone("America/New_York").unwrap();
    assert_eq!(to_instant(DateTime::MAX, &far), Timestamp::MAX);
    assert_eq!(to_instant(DateTime::MIN, &zone("Asia/Tokyo").unwrap()), Timestamp::MIN);
}

#[test]
fn what_is_no_date_may_mean_one_and_what_may_mean_two_means_none() {
    for (written, meant) in [
        ("2026年3月5日", Some("2026-03-05")),
        ("2026.3.5", Some("2026-03-05")),
        ("20260305", Some("2026-03-05")),
        ("5.3.2026", Some("2026-03-05")),
        ("31/12/2026", Some("2026-12-31")),
        ("12/31/2026", Some("2026-12-31")),
        ("3/5/2026", None),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("tomorrow", None),
        ("", None),
    ] {
        assert_eq!(date_meant(written).as_deref(), meant, "{written}");
    }
    assert_eq!(days_of_month("2026-02-30"), Some(28));
    assert_eq!(days_of_month("2028-02-30"), Some(29));
    assert_eq!(days_of_month("2026年4月31日"), Some(30));
    assert_eq!(days_of_month("2026-04-32"), None);
    assert_eq!(days_of_month("2026-04-30"), None);
    for (written, meant) in [
        ("2026-03-02 9am", Some("2026-03-02 09:00")),
        ("2026年3月2日 下午3点", Some("2026-03-02 15:00")),
        ("2026.3.2", Some("2026-03-02")),
        ("2026-03-02 soon", None),
        ("tomorrow 9:00", None),
    ] {
        assert_eq!(instant_meant(written).as_deref(), meant, "{written}");
    }
}
