//! Rules that a test inside a file cannot show: what comes late, what a pause or an outage leaves behind,
//! several workflows on one customer. Each test is one sentence of the rules.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use model::{Decimal, Input, Value, WorkflowId};
use std::collections::BTreeMap;
use tests::desk::{Desk, at, due, plan};

const QUIET: &str = "workflow: quiet
trigger: { inactive: { no: [order.paid], for: 10 days } }
consent: none
goal: { event: order.paid, within: 30 days }
steps:
  - wait: 20 days
  - tag: still_quiet
";

#[test]
fn inactive_fires_at_the_last_event_and_so_long_after_it() {
    let mut desk = Desk::of(&[QUIET]);
    let order = desk.fact("order.paid", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    desk.turn("2026-03-02 10:00", vec![order]);
    assert_eq!(desk.turn("2026-03-12 09:59", due()), [""; 0]);
    let lines = desk.turn("2026-03-12 10:00", due());
    assert_eq!(lines, ["03-12 10:00 quiet enroll inactive entered", "03-12 10:00 quiet wait 20 days waits"]);
}

#[test]
fn an_event_at_exactly_the_deadline_prevents_inactivity() {
    let mut desk = Desk::of(&[QUIET]);
    let order = desk.fact("order.paid", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    desk.turn("2026-03-02 10:00", vec![order]);
    let another = desk.fact("order.paid", "2026-03-12 10:00", "2026-03-12 10:00", &[]);
    assert_eq!(desk.turn("2026-03-12 10:00", vec![another]), [""; 0]);
    let lines = desk.turn("2026-03-22 10:00", due());
    assert_eq!(lines.first().unwrap(), "03-22 10:00 quiet enroll inactive entered");
}

#[test]
fn a_deadline_already_past_when_we_learn_of_it_fires_only_for_those_who_match_at_launch() {
    let mut desk = Desk::of(&[QUIET]);
    assert_eq!(desk.turn("2026-03-02 10:00", plan()), [""; 0]);
    assert_eq!(desk.turn("2026-06-02 10:00", due()), [""; 0]);
    let launch = vec![Input::Plan { launch: vec![WorkflowId::new("quiet")] }];
    let lines = desk.turn("2026-06-02 11:00", launch);
    assert_eq!(lines.first().unwrap(), "06-02 11:00 quiet enroll inactive entered");
}

#[test]
fn who_never_did_any_of_the_events_counts_from_when_we_first_knew_them() {
    let mut desk = Desk::of(&[QUIET]);
    desk.turn("2026-01-05 10:00", plan());
    let lines = desk.turn("2026-01-11 00:00", due());
    assert_eq!(lines.first().unwrap(), "01-11 00:00 quiet enroll inactive entered");
}

#[test]
fn a_late_event_that_falsifies_inactivity_ends_the_walk_and_no_conversion_counts() {
    let mut desk = Desk::of(&[QUIET]);
    let order = desk.fact("order.paid", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    desk.turn("2026-03-02 10:00", vec![order]);
    desk.turn("2026-03-12 10:00", due());
    let late = desk.fact("order.paid", "2026-03-10 10:00", "2026-03-13 10:00", &[]);
    assert_eq!(
        desk.turn("2026-03-13 10:00", vec![late]),
        ["03-13 10:00 quiet exit not_quiet exited not_quiet"]
    );
    let bought = desk.fact("order.paid", "2026-03-14 10:00", "2026-03-14 10:00", &[]);
    assert_eq!(desk.turn("2026-03-14 10:00", vec![bought]), [""; 0]);
    // The late order began a quiet period of its own, and the last one ends ten days after it.
    let lines = desk.turn("2026-03-24 10:00", due());
    assert_eq!(lines.first().unwrap(), "03-24 10:00 quiet enroll inactive entered");
}

#[test]
fn a_late_event_changes_the_profile_as_if_it_had_come_in_order() {
    let mut desk = Desk::of(&[]);
    let item = |text: &str| ("item", Value::Text(text.to_owned()));
    let second = desk.fact("order.paid", "2026-03-05 10:00", "2026-03-05 10:00", &[item("tea")]);
    desk.turn("2026-03-05 10:00", vec![second]);
    let late = desk.fact("order.paid", "2026-03-02 10:00", "2026-03-06 10:00", &[item("cup")]);
    desk.turn("2026-03-06 10:00", vec![late]);
    let customer = &desk.snapshot.customer;
    assert_eq!(customer.get("orders"), Some(&Value::Number(Decimal::from_int(2).unwrap())));
    assert_eq!(customer.get("last_item"), Some(&Value::Text("tea".to_owned())));
}

#[test]
fn a_decision_taken_is_never_taken_back() {
    let waits = "workflow: waits
trigger: { event: ping }
consent: none
steps:
  - wait_for: site.visited
    within: 2 days
    then:
      - tag: visited
    on_timeout:
      - tag: timed_out
  - wait: 5 days
";
    let mut desk = Desk::of(&[waits]);
    let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    desk.turn("2026-03-02 10:00", vec![ping]);
    let lines = desk.turn("2026-03-04 10:00", due());
    assert_eq!(lines.get(1).unwrap(), "03-04 10:00 waits tag timed_out done");
    let late = desk.fact("site.visited", "2026-03-03 10:00", "2026-03-04 12:00", &[]);
    assert_eq!(desk.turn("2026-03-04 12:00", vec![late]), [""; 0]);
}

#[test]
fn a_decision_stands_at_its_due_instant_within_a_minute_and_at_the_handling_after_it() {
    let plain =
        "workflow: plain\ntrigger: { event: ping }\nconsent: none\nsteps:\n  - wait: 1 day\n  - tag: done\n";
    for (handled, stands) in [("2026-03-03 10:01", "03-03 10:00"), ("2026-03-03 10:02", "03-03 10:02")] {
        let mut desk = Desk::of(&[plain]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        desk.turn("2026-03-02 10:00", vec![ping]);
        assert_eq!(desk.turn(handled, due()).first().unwrap(), &format!("{stands} plain tag done done"));
    }
}

#[test]
fn a_date_fires_late_after_an_outage_and_is_missed_after_a_day() {
    let dates = "workflow: member
trigger: { date: { of: customer.member_on, repeat: yearly } }
consent: none
steps:
  - tag: thanked
";
    for (handled, line) in [
        ("2026-03-11 09:00", "03-11 09:00 member enroll date entered"),
        ("2026-03-11 09:01", "03-11 09:01 member enroll date refused missed"),
    ] {
        let mut desk = Desk::of(&[dates]);
        desk.give("member_on", Value::Date("2020-03-10".parse().unwrap()));
        desk.turn("2026-03-02 10:00", plan());
        assert_eq!(desk.turn(handled, due()).first().unwrap(), line);
        let next = desk.turn("2027-03-10 09:00", due());
        assert_eq!(next.first().unwrap(), "03-10 09:00 member enroll date entered");
    }
}

#[test]
fn a_trigger_says_how_late_it_may_fire() {
    for (rule, handled, line) in [
        ("max_lateness: 3 days", "2026-03-13 09:00", "03-13 09:00 member enroll date entered"),
        ("max_lateness: 3 days", "2026-03-13 09:01", "03-13 09:01 member enroll date refused missed"),
        ("max_lateness: 2 hours", "2026-03-10 11:01", "03-10 11:01 member enroll date refused missed"),
        ("late: skip", "2026-03-10 09:01", "03-10 09:00 member enroll date entered"),
        ("late: skip", "2026-03-10 09:02", "03-10 09:02 member enroll date refused missed"),
        ("late: run", "2026-03-10 11:00", "03-10 11:00 member enroll date entered"),
    ] {
        let dates = format!(
            "workflow: member
trigger: {{ date: {{ of: customer.member_on, repeat: yearly, {rule} }} }}
consent: none
steps:
  - tag: thanked
"
        );
        let mut desk = Desk::of(&[&dates]);
        desk.give("member_on", Value::Date("2020-03-10".parse().unwrap()));
        desk.turn("2026-03-02 10:00", plan());
        assert_eq!(desk.turn(handled, due()).first().unwrap(), line, "{rule}");
    }
}

#[test]
fn after_an_outage_a_marketing_message_goes_for_a_day_and_a_transactional_one_for_two() {
    for (consent, handled, outcome) in [
        ("marketing", "2026-03-04 10:00", "done"),
        ("marketing", "2026-03-04 10:01", "skipped late"),
        ("service", "2026-03-05 10:00", "done"),
        ("service", "2026-03-05 10:01", "skipped late"),
    ] {
        let text = format!(
            "workflow: mails\ntrigger: {{ event: ping }}\nconsent: {consent}\nsteps:\n  - wait: 1 day\n  - email: offer\n  - tag: below\n"
        );
        let mut desk = Desk::of(&[&text]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        desk.turn("2026-03-02 10:00", vec![ping]);
        let lines = desk.turn(handled, due());
        assert!(lines.first().unwrap().ends_with(&format!("mails email offer {outcome}")), "{lines:?}");
        assert!(lines.get(1).unwrap().ends_with("mails tag below done"), "{lines:?}");
    }
}

#[test]
fn how_late_a_message_is_counts_from_when_the_fact_came() {
    let text = "workflow: mails\ntrigger: { event: ping }\nconsent: marketing\nsteps:\n  - email: offer\n";
    // It happened ten days before; the engine handles it as it comes, a day later, and after the day.
    for (handled, outcome) in
        [("2026-03-02 10:00", "done"), ("2026-03-03 10:00", "done"), ("2026-03-03 10:01", "skipped late")]
    {
        let mut desk = Desk::of(&[text]);
        let old = desk.fact("ping", "2026-02-20 10:00", "2026-03-02 10:00", &[]);
        let lines = desk.turn(handled, vec![old]);
        assert!(lines.get(1).unwrap().ends_with(&format!("mails email offer {outcome}")), "{lines:?}");
    }
}

const SETS: &str = "workflow: b_sets
trigger: { event: ping }
consent: none
steps:
  - set: { tier: gold }
";

#[test]
fn of_two_workflows_the_later_sees_what_the_earlier_did() {
    let reads = |id: &str, more: &str| {
        format!(
            "workflow: {id}\n{more}trigger: {{ event: ping }}\naudience: customer.tier == \"gold\"\nconsent: none\nsteps:\n  - tag: seen\n"
        )
    };
    for (other, enters) in [
        (reads("c_reads", ""), true),
        (reads("a_reads", ""), false),
        (reads("c_reads", "priority: 1\n"), false),
        (reads("a_reads", "priority: -1\n"), true),
    ] {
        let mut desk = Desk::of(&[SETS, &other]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        let lines = desk.turn("2026-03-02 10:00", vec![ping]);
        let entered = lines.iter().any(|line| line.contains("reads enroll ping entered"));
        assert_eq!(entered, enters, "{lines:#?}");
    }
}

#[test]
fn of_two_schedules_of_one_instant_the_higher_priority_goes_first() {
    let low = "workflow: a_low\ntrigger: manual\naudience: customer.tier == \"gold\"\nconsent: none\nsteps:\n  - tag: low\n";
    let high =
        "workflow: b_high\npriority: 5\ntrigger: manual\nconsent: none\nsteps:\n  - set: { tier: gold }\n";
    let mut desk = Desk::of(&[low, high]);
    let start = |id: &str| Input::Start {
        workflow: WorkflowId::new(id),
        at: at("2026-03-02 10:00"),
        by: "manual".to_owned(),
        inputs: BTreeMap::new(),
    };
    let lines = desk.turn("2026-03-02 10:00", vec![start("a_low"), start("b_high")]);
    assert!(lines.iter().any(|line| line == "03-02 10:00 a_low tag low done"), "{lines:#?}");
}

#[test]
fn what_one_workflow_records_reaches_another_that_waits_since_the_same_instant() {
    let records = "workflow: a_records\ntrigger: { event: ping }\nconsent: none\nsteps:\n  - wait_for: order.paid\n    within: 1 minute\n  - record: pong\n";
    let waits = "workflow: b_waits\ntrigger: { event: ping }\nconsent: none\nsteps:\n  - wait_for: pong\n    within: 1 day\n    then:\n      - tag: heard\n";
    let mut desk = Desk::of(&[records, waits]);
    // It came to us an hour after it happened.
    let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 11:00", &[]);
    desk.turn("2026-03-02 10:00", vec![ping]);
    let lines = desk.turn("2026-03-02 10:01", due());
    assert!(lines.iter().any(|line| line == "03-02 10:01 b_waits tag heard done"), "{lines:#?}");
}

#[test]
fn two_workflows_that_start_each_other_are_refused_as_a_loop() {
    let echo = |id: &str, on: &str, records: &str| {
        format!("workflow: {id}\ntrigger: {{ event: {on} }}\nconsent: none\nsteps:\n  - record: {records}\n")
    };
    let mut desk = Desk::of(&[&echo("a", "ping", "pong"), &echo("b", "pong", "ping")]);
    let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    let lines = desk.turn("2026-03-02 10:00", vec![ping]);
    let entered = lines.iter().filter(|line| line.ends_with("entered")).count();
    assert_eq!(entered, 9, "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.ends_with("refused loop")).count(), 1);
}

#[test]
fn a_customer_stays_in_their_arm_when_the_shares_change() {
    let text = |a: u32| {
        format!(
            "workflow: lots\ntrigger: {{ event: ping }}\nconsent: none\nholdout: 10%\nsteps:\n  - split: colour\n    ways:\n      - {{ name: red, share: {a}% }}\n      - {{ name: blue, share: {}% }}\n",
            100 - a
        )
    };
    let arm = |desk: &mut Desk, day: &str| {
        let when = format!("2026-03-{day} 10:00");
        let ping = desk.fact("ping", &when, &when, &[]);
        desk.decide(&when, vec![ping]);
        let split = desk.trace.iter().find(|line| line.did.as_str() == "split").unwrap();
        split.values.get("arm").unwrap().as_str().unwrap().to_owned()
    };
    let mut desk = Desk::of(&[&text(50)]);
    let first = arm(&mut desk, "02");
    assert_eq!(arm(&mut desk, "03"), first);
    let other = if first == "red" { 1 } else { 99 };
    let draws = desk.snapshot.draws.clone();
    let mut changed = Desk::of(&[&text(other)]);
    changed.snapshot.draws = draws;
    assert_eq!(arm(&mut changed, "04"), first);
    assert!(desk.snapshot.draws.keys().any(|(_, split)| split == "holdout"));
}

#[test]
fn a_customers_zone_is_their_own_else_their_countrys_else_the_projects() {
    let days = "workflow: days\ntrigger: { date: { of: customer.birthday, repeat: yearly } }\nconsent: none\nsteps:\n  - tag: congratulated\n";
    for (own, country, fires) in [
        (Some("America/New_York"), Some("DE"), "2026-03-10T13:00:00Z"),
        (None, Some("DE"), "2026-03-10T08:00:00Z"),
        (None, None, "2026-03-10T01:00:00Z"),
        (Some("Mars/Olympus"), Some("DE"), "2026-03-10T08:00:00Z"),
    ] {
        let mut desk = Desk::of(&[days]);
        desk.give("birthday", Value::Birthday("1990-03-10".parse().unwrap()));
        let texts = BTreeMap::from([("zone", own), ("country", country)]);
        for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            desk.give(name, Value::Text(text.to_owned()));
        }
        desk.turn("2026-03-02 10:00", plan());
        let timer = desk.snapshot.timers.values().next().unwrap();
        assert_eq!(timer.fire_at.to_string(), fires, "{own:?} {country:?}");
    }
}

#[test]
fn a_pause_holds_steps_and_entries_and_firings_in_between_are_missed() {
    let days = "workflow: days\ntrigger: { date: { of: customer.birthday, repeat: yearly } }\nconsent: none\nsteps:\n  - tag: congratulated\n";
    let mut desk = Desk::of(&[days]);
    desk.give("birthday", Value::Birthday("1990-03-10".parse().unwrap()));
    desk.turn("2026-03-02 10:00", plan());
    desk.pause("days", "2026-03-09 09:00");
    let lines = desk.turn("2026-03-10 09:00", due());
    assert_eq!(lines, ["03-10 09:00 days enroll date refused missed"]);
    desk.resume("2026-03-11 09:00");
    let lines = desk.turn("2027-03-10 09:00", due());
    assert_eq!(lines.first().unwrap(), "03-10 09:00 days enroll date entered");
}

const HELD: &str = "workflow: held
trigger: { event: ping }
consent: marketing
goal:
  event: order.paid
  within: 30 days
  then:
    - tag: bought
exit_when:
  - { event: pong, reason: left }
steps:
  - wait_for: site.visited
    within: 1 day
    then:
      - tag: visited
    on_timeout:
      - email: offer
  - wait: 9 days
";

#[test]
fn a_pause_holds_a_walk_that_goes_on_as_after_downtime() {
    for (resumed, line) in [
        ("2026-03-04 09:00", "03-04 09:00 held email offer done"),
        ("2026-03-04 11:00", "03-04 11:00 held email offer skipped late"),
    ] {
        let mut desk = Desk::of(&[HELD]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        desk.turn("2026-03-02 10:00", vec![ping]);
        desk.pause("held", "2026-03-02 11:00");
        assert_eq!(desk.turn("2026-03-03 10:00", due()), [""; 0]);
        desk.resume(resumed);
        let lines = desk.turn(resumed, due());
        assert_eq!(lines.get(1).unwrap(), line, "{lines:#?}");
    }
}

#[test]
fn a_pause_lets_nobody_in_and_keeps_the_fact() {
    let mut desk = Desk::of(&[HELD]);
    desk.pause("held", "2026-03-02 09:00");
    let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
    let missed = "03-02 10:00 held enroll ping refused missed";
    assert_eq!(desk.turn("2026-03-02 10:00", vec![ping]), [missed]);
    assert_eq!(desk.snapshot.events.get("ping").map(Vec::len), Some(1));
    desk.resume("2026-03-02 11:00");
    assert_eq!(desk.turn("2026-03-02 11:00", due()), [""; 0]);
}

#[test]
fn a_firing_in_a_pause_is_missed_also_when_it_is_looked_at_after_it() {
    let days = "workflow: days\ntrigger: { date: { of: customer.birthday, repeat: yearly } }\nconsent: none\nsteps:\n  - tag: congratulated\n";
    let mut desk = Desk::of(&[days, HELD]);
    desk.give("birthday", Value::Birthday("1990-03-10".parse().unwrap()));
    desk.turn("2026-03-02 10:00", plan());
    for id in ["days", "held"] {
        desk.pause(id, "2026-03-09 09:00");
    }
    desk.resume("2026-03-10 12:00");
    let in_it = desk.fact("ping", "2026-03-10 11:00", "2026-03-10 13:00", &[]);
    let after = desk.fact("ping", "2026-03-10 12:00", "2026-03-10 13:00", &[]);
    let lines = desk.turn("2026-03-10 13:00", vec![in_it, after]);
    let entering: Vec<_> = lines.iter().filter(|line| line.contains(" enroll ")).collect();
    assert_eq!(
        entering,
        [
            "03-10 13:00 days enroll date refused missed",
            "03-10 13:00 held enroll ping refused missed",
            "03-10 13:00 held enroll ping entered",
        ]
    );
}

#[test]
fn what_comes_in_a_pause_is_met_and_its_steps_run_on_resume() {
    for (event, met, then) in [
        ("site.visited", "wait_for site.visited done came", Some("tag visited done")),
        ("order.paid", "goal order.paid done", Some("tag bought done")),
        ("pong", "exit left exited left", None),
    ] {
        let mut desk = Desk::of(&[HELD]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        desk.turn("2026-03-02 10:00", vec![ping]);
        desk.pause("held", "2026-03-02 10:30");
        let came = desk.fact(event, "2026-03-02 11:00", "2026-03-02 11:00", &[]);
        assert_eq!(desk.turn("2026-03-02 11:00", vec![came]), [format!("03-02 11:00 held {met}")]);
        assert_eq!(desk.turn("2026-03-03 11:00", due()), [""; 0]);
        desk.resume("2026-03-05 12:00");
        let lines = desk.turn("2026-03-05 12:00", due());
        let then = then.map(|then| format!("03-05 12:00 held {then}"));
        assert_eq!(lines.first(), then.as_ref(), "{lines:#?}");
    }
}

#[test]
fn what_ends_a_walk_cancels_its_messages() {
    let mails = "workflow: mails
trigger: { event: ping }
consent: marketing
goal: { event: order.paid }
exit_when:
  - { event: site.visited, reason: visited }
steps:
  - email: offer
  - wait: 5 days
";
    for (event, reason) in [("order.paid", "goal"), ("site.visited", "visited")] {
        let mut desk = Desk::of(&[mails]);
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        assert_eq!(desk.decide("2026-03-02 10:00", vec![ping]).sends.len(), 1);
        let ends = desk.fact(event, "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        let changes = desk.decide("2026-03-02 10:00", vec![ends]);
        let walk = desk.snapshot.enrollments.first().map(|walk| walk.id.clone()).unwrap();
        assert_eq!(changes.cancels, [(walk, reason.to_owned())]);
    }
}

#[test]
fn the_same_turn_is_decided_the_same_way_twice() {
    let mut first = Desk::of(&[QUIET, SETS]);
    let mut second = Desk::of(&[QUIET, SETS]);
    for desk in [&mut first, &mut second] {
        let ping = desk.fact("ping", "2026-03-02 10:00", "2026-03-02 10:00", &[]);
        desk.turn("2026-03-02 10:00", vec![ping]);
    }
    assert_eq!(first.snapshot, second.snapshot);
    assert_eq!(first.trace, second.trace);
    assert_eq!(first.trace.len(), 3);
}
