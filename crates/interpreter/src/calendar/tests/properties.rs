//! Random lengths, instants and windows: order is kept, openings are inside and the first.

use super::super::add::{add, subtract};
use super::super::schedule::next_fire;
use super::super::window::{contains, next_open, quiet_ends};
use super::*;
use jiff::SignedDuration;
use model::Schedule;
use proptest::prelude::*;

fn instants() -> impl Strategy<Value = Timestamp> {
    // 2024 to 2031, whole minutes.
    (28_401_120_i64..32_083_200).prop_map(|minutes| Timestamp::from_second(minutes * 60).unwrap())
}

fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(vec![
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Asia/Kathmandu",
    ])
    .prop_map(in_zone)
}

fn lengths() -> impl Strategy<Value = Length> {
    (0..30_i32, 0..60_i32, 0..20_i32, 0..3000_i64, 0..400_000_000_i64).prop_map(
        |(months, days, workdays, work_minutes, exact_ms)| Length {
            months,
            days,
            workdays,
            work_minutes,
            exact_ms,
        },
    )
}

fn some_windows() -> impl Strategy<Value = Windows> {
    let one = (
        0..24_u8,
        0..60_u8,
        0..24_u8,
        0..60_u8,
        prop::sample::select(vec!["", "workdays", "weekends", "mon", "tue,thu", "fri-mon"]),
    )
        .prop_filter("a window has a length", |(from_hour, from_minute, to_hour, to_minute, _)| {
            (from_hour, from_minute) != (to_hour, to_minute)
        })
        .prop_map(|(from_hour, from_minute, to_hour, to_minute, days)| {
            format!("{from_hour}:{from_minute:02}-{to_hour}:{to_minute:02} {days}")
        })
        .prop_filter("midnight to midnight is written 24:00", |text| !text.starts_with("0:00-0:00"));
    prop::collection::vec(one, 1..4).prop_map(|parts| windows(&parts.join("; ")))
}

proptest! {
    #[test]
    fn adding_never_goes_back(at in instants(), length in lengths(), zone in zones()) {
        let plain = WorkCalendar::default();
        // An hour, since the second 02:30 of an autumn night may become the first of a later day's.
        let slack = SignedDuration::from_hours(1);
        prop_assert!(add(at, &length, &zone, &plain) >= at - slack);
        prop_assert!(subtract(at, &length, &zone, &plain) <= at + slack);
    }

    #[test]
    fn more_is_later(at in instants(), days in 0..500_i32, more in 1..500_i32, zone in zones()) {
        let plain = WorkCalendar::default();
        let days_from = |days| add(at, &Length::from_days(days), &zone, &plain);
        prop_assert!(days_from(days + 1 + more) > days_from(days + 1));
        let workdays_from = |workdays| add(at, &Length { workdays, ..Length::ZERO }, &zone, &plain);
        prop_assert!(workdays_from(days % 50 + 2) > workdays_from(days % 50 + 1));
        let months_from = |months| add(at, &Length::from_months(months), &zone, &plain);
        prop_assert!(months_from(days % 40 + 2) > months_from(days % 40 + 1));
    }

    #[test]
    fn elapsed_and_working_time_keep_the_order_of_instants(one in instants(), two in instants(), minutes in 1..3000_i64, zone in zones()) {
        let plain = WorkCalendar::default();
        let (first, second) = (one.min(two), one.max(two));
        for length in [Length::from_minutes(minutes), Length { work_minutes: minutes, ..Length::ZERO }] {
            prop_assert!(add(first, &length, &zone, &plain) <= add(second, &length, &zone, &plain));
            prop_assert!(subtract(first, &length, &zone, &plain) <= subtract(second, &length, &zone, &plain));
        }
    }

    #[test]
    fn days_keep_the_order_of_clock_times(one in instants(), two in instants(), days in 1..400_i32, zone in zones()) {
        let plain = WorkCalendar::default();
        let (first, second) = if zone.to_datetime(one) <= zone.to_datetime(two) { (one, two) } else { (two, one) };
        let length = Length::from_days(days);
        prop_assert!(add(first, &length, &zone, &plain) <= add(second, &length, &zone, &plain));
    }

    #[test]
    fn working_minutes_are_as_many_as_asked(at in instants(), minutes in 1..2000_i64, zone in zones(), hours in some_windows()) {
        let work = WorkCalendar::default().with_hours(&hours);
        let length = Length { work_minutes: minutes, ..Length::ZERO };
        let end = add(at, &length, &zone, &work);
        prop_assert!(end >= at + SignedDuration::from_mins(minutes));
        // The last minute before the end is worked, and counted back the same minutes fit exactly.
        prop_assert!(contains(work.hours(), end - SignedDuration::from_secs(1), &zone, &work));
        let back = subtract(end, &length, &zone, &work);
        prop_assert!(back >= at);
        prop_assert_eq!(add(back, &length, &zone, &work), end);
    }

    #[test]
    fn the_next_opening_is_inside_and_the_first(at in instants(), windows in some_windows(), zone in zones()) {
        let plain = WorkCalendar::default();
        let opens = next_open(&windows, at, &zone, &plain);
        prop_assert!(opens >= at);
        prop_assert!(contains(&windows, opens, &zone, &plain));
        if opens > at {
            prop_assert!(!contains(&windows, at, &zone, &plain));
            let minutes = opens.duration_since(at).as_secs() / 60;
            for step in 0..97 {
                let between = at + SignedDuration::from_mins(minutes * step / 97);
                prop_assert!(between == opens || !contains(&windows, between, &zone, &plain));
            }
            prop_assert!(!contains(&windows, opens - SignedDuration::from_millis(1), &zone, &plain));
        }
    }

    #[test]
    fn quiet_hours_end_outside_and_not_later_than_needed(at in instants(), windows in some_windows(), zone in zones()) {
        let plain = WorkCalendar::default();
        let ends = quiet_ends(&windows, at, &zone, &plain);
        if ends == Timestamp::MAX {
            prop_assert!(contains(&windows, at, &zone, &plain));
        } else {
            prop_assert!(!contains(&windows, ends, &zone, &plain));
            prop_assert!(ends == at || contains(&windows, ends - SignedDuration::from_millis(1), &zone, &plain));
        }
    }

    #[test]
    fn a_cron_pattern_fires_at_its_minute_or_at_a_change(at in instants(), minute in 0..60_i8, hour in 0..24_i8, zone in zones()) {
        let plain = WorkCalendar::default();
        let schedule = Schedule::parse_cron(&format!("{minute} {hour} * * *")).unwrap();
        let fires_at = next_fire(&schedule, at, &zone, &plain).unwrap();
        let shown = zone.to_datetime(fires_at);
        let is_change = zone.preceding(fires_at + SignedDuration::from_millis(1)).next().is_some_and(|change| change.timestamp() == fires_at);
        prop_assert!((shown.hour(), shown.minute()) == (hour, minute) || is_change);
        prop_assert!(fires_at > at && fires_at <= at + SignedDuration::from_hours(50));
    }
}
