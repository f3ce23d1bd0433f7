//! Every change of the clock from 2025 to 2030 in five zones: nothing fires twice, nothing is lost.

use std::collections::BTreeMap;

use super::super::add::add;
use super::super::schedule::next_fire;
use super::*;
use jiff::{SignedDuration, ToSpan};
use model::Schedule;

const ZONES: [(&str, usize); 5] = [
    ("Asia/Shanghai", 0),
    ("Europe/Berlin", 12),
    ("America/New_York", 12),
    ("America/Los_Angeles", 12),
    ("Australia/Sydney", 12),
];

const FIRST: &str = "2025-01-01T00:00:00Z";
const LAST: &str = "2031-01-01T00:00:00Z";

fn transitions(zone: &TimeZone) -> Vec<Timestamp> {
    let last = at(LAST);
    zone.following(at(FIRST)).map(|change| change.timestamp()).take_while(|change| *change < last).collect()
}

fn all_firings(schedule: &Schedule, zone: &TimeZone) -> Vec<Timestamp> {
    let (plain, last) = (WorkCalendar::default(), at(LAST));
    std::iter::successors(next_fire(schedule, at(FIRST), zone, &plain), |after| {
        next_fire(schedule, *after, zone, &plain)
    })
    .take_while(|fires_at| *fires_at < last)
    .collect()
}

#[test]
fn the_zones_change_as_often_as_they_should() {
    for (name, changes) in ZONES {
        assert_eq!(transitions(&in_zone(name)).len(), changes, "{name}");
    }
}

#[test]
fn a_daily_time_fires_exactly_once_each_civil_day() {
    for (name, _) in ZONES {
        let zone = in_zone(name);
        for schedule in [
            Schedule::every(&["day"], None, Some("02:30")).unwrap(),
            Schedule::parse_cron("30 2 * * *").unwrap(),
            Schedule::every(&["day"], None, Some("01:30")).unwrap(),
            Schedule::parse_cron("30 1 * * *").unwrap(),
        ] {
            let mut fired: BTreeMap<Date, usize> = BTreeMap::new();
            for fires_at in all_firings(&schedule, &zone) {
                *fired.entry(zone::date_of(fires_at, &zone)).or_default() += 1;
            }
            let first = *fired.keys().next().unwrap();
            let last = *fired.keys().next_back().unwrap();
            let mut day = first;
            while day <= last {
                assert_eq!(fired.get(&day), Some(&1), "{name} {schedule} on {day}");
                day = day.tomorrow().unwrap();
            }
            assert!(fired.len() >= 2190, "{name} {schedule}: only {} days", fired.len());
        }
    }
}

#[test]
fn an_hourly_pattern_fires_every_elapsed_hour() {
    for (name, _) in ZONES {
        let firings = all_firings(&Schedule::parse_cron("0 * * * *").unwrap(), &in_zone(name));
        for pair in firings.windows(2) {
            assert_eq!(pair[1].duration_since(pair[0]), SignedDuration::from_hours(1), "{name} {}", pair[0]);
        }
        assert!(firings.len() > 52_000, "{name}: only {} hours", firings.len());
    }
}

#[test]
fn one_day_over_a_change_keeps_the_clock() {
    let plain = WorkCalendar::default();
    for (name, _) in ZONES {
        let zone = in_zone(name);
        for change in transitions(&zone) {
            let day = zone::date_of(change, &zone);
            for hour in [0, 1, 2, 3, 4, 9, 12, 18, 23] {
                let before = zone::to_instant(day.yesterday().unwrap().at(hour, 30, 0, 0), &zone);
                let after = add(before, &length("1 day"), &zone, &plain);
                let wanted = day.at(hour, 30, 0, 0);
                let shown = zone.to_datetime(after);
                if shown != wanted {
                    // Only a time that the change leaves out may differ, and then it is the change itself.
                    assert_eq!(after, change, "{name} {wanted}");
                    let (before_change, after_change) = (zone.to_datetime(change - 1.second()), shown);
                    assert!(before_change < wanted && wanted < after_change, "{name} {wanted} is no gap");
                }
                let exact = add(before, &length("24 hours"), &zone, &plain);
                assert_eq!(exact.duration_since(before), SignedDuration::from_hours(24));
            }
        }
    }
}
