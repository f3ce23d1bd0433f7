//! The law of scores: fading, days, caps, bands, and the solved instants.

use super::*;
use crate::facts::Facts;
use dsl::condition::Scope;
use dsl::diagnostic::Report;
use dsl::library::{AtMost, Attribute, BehaviourRule, EventKind, FitRule, Library, Origin, Per};
use dsl::source::Span;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{Customer, CustomerId, Event, EventId, Length, Snapshot, Type, Value, zone};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: &str = "2026-03-02T02:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A customer in Shanghai with one score.
struct Lead {
    library: Library,
    snapshot: Snapshot,
    scoring: Scoring,
    now: Timestamp,
    zone: TimeZone,
}

fn rule(event: &str, points: i32) -> BehaviourRule {
    BehaviourRule {
        event: event.to_owned(),
        when: None,
        points: Decimal::from(points),
        at_most: None,
        cap: None,
        group: None,
        machines: false,
    }
}

impl Lead {
    fn new() -> Self {
        let mut library = Library::default();
        let attribute = Attribute {
            ty: Type::YesNo,
            optional: true,
            default: None,
            pii: false,
            html: false,
            title: None,
            origin: Origin::Given,
            built_in: false,
        };
        library.model.customer.insert("vip".to_owned(), attribute);
        let fields = BTreeMap::from([("amount".to_owned(), Type::Number)]);
        library.model.events.insert("order.paid".to_owned(), EventKind { fields, ..EventKind::default() });
        library.model.events.insert("email.clicked".to_owned(), EventKind::default());
        let mut lead = Self {
            library,
            snapshot: Snapshot::new(Customer::new(CustomerId::new("42"))),
            scoring: Scoring {
                name: "lead_score".to_owned(),
                title: "线索评分".to_owned(),
                span: Span::EMPTY,
                range: Some((Decimal::ZERO, Decimal::from(100))),
                fit: Vec::new(),
                half_life: Some(Length::from_days(14)),
                rules: Vec::new(),
                behaviour_cap: None,
                groups: BTreeMap::new(),
                bands: [("cold", 0), ("warm", 30), ("hot", 60)]
                    .map(|(name, edge)| (name.to_owned(), Decimal::from(edge)))
                    .into(),
                stay: Decimal::from(5),
                grades: Vec::new(),
                tests: Vec::new(),
            },
            now: at(NOW),
            zone: zone::zone("Asia/Shanghai").unwrap(),
        };
        let when = |text: &str| lead.read(text);
        let large = when("event.amount > 5");
        let vip = when("customer.vip");
        lead.scoring.rules =
            vec![BehaviourRule { when: Some(large), ..rule("order.paid", 20) }, rule("email.clicked", 4)];
        lead.scoring.fit = vec![FitRule { when: vip, points: Decimal::from(15), group: None }];
        lead
    }

    fn read(&self, text: &str) -> dsl::condition::Condition {
        let fields = dsl::condition::Fields::of_event(&self.library.model, "order.paid");
        let scope = Scope { event: Some(fields), ..Scope::default() };
        let mut report = Report::new();
        dsl::condition::condition(text, Span::EMPTY, &scope, &self.library, &mut report).unwrap()
    }

    fn event(&mut self, name: &str, when: Timestamp, fields: &[(&str, Value)]) {
        let number = self.snapshot.events.values().map(Vec::len).sum::<usize>();
        self.snapshot.insert_event(Event {
            id: EventId::new(format!("e{number}")),
            source: "test".to_owned(),
            name: name.to_owned(),
            customer: CustomerId::new("42"),
            entity: None,
            at: when,
            received_at: when,
            properties: fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            chain: 0,
        });
    }

    fn order(&mut self, when: &str, amount: i32) {
        self.event("order.paid", at(when), &[("amount", Value::Number(Decimal::from(amount)))]);
    }

    fn facts_at(&self, now: Timestamp) -> Facts<'_> {
        Facts::bare(&self.library, NOBODY, &self.snapshot, (&self.zone, &self.zone), now)
    }

    fn value_at(&self, now: Timestamp) -> Decimal {
        value(&self.facts_at(now), &self.scoring).unwrap()
    }

    fn value(&self) -> String {
        self.value_at(self.now).to_string()
    }
}

const NOBODY: &BTreeMap<model::RepId, model::Rep> = &BTreeMap::new();

#[test]
fn a_score_fades_by_half_and_counts_the_first_of_each_day() {
    let mut lead = Lead::new();
    lead.scoring.rules[1].at_most = Some(AtMost { count: 2, per: Per::Day });
    assert_eq!(lead.value(), "0");
    lead.snapshot.customer.attributes.insert("vip".to_owned(), true.into());
    assert_eq!(lead.value(), "15");
    lead.order("2026-02-16T02:00:00Z", 6); // 14 days ago: half of 20
    lead.order("2026-02-02T02:00:00Z", 6); // 28 days ago: a quarter
    lead.order("2026-02-02T03:00:00Z", 5); // not beyond 5
    assert_eq!(lead.value(), "30");
    // Of the day in Shanghai the first two by people; 16:00Z is the next day there.
    for when in ["2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z"] {
        lead.event("email.clicked", at(when), &[]);
    }
    lead.event("email.clicked", at("2026-03-01T09:00:00Z"), &[("human", Value::from(false))]);
    lead.event("email.clicked", at(NOW), &[]);
    let clicks = 4.0 * (0.5_f64.powf(16.0 / 336.0) + 0.5_f64.powf(15.0 / 336.0) + 1.0);
    assert_eq!(lead.value(), Decimal::from_f64(30.0 + clicks).unwrap().to_string());
    let lines = lines(&lead.facts_at(lead.now), &lead.scoring);
    let counts: Vec<_> = lines.iter().map(|line| (line.rule, line.events)).collect();
    assert_eq!(counts, [(ScoreRule::Fit(0), 0), (ScoreRule::Behaviour(0), 2), (ScoreRule::Behaviour(1), 3)]);
    // What a step added fades as well; the range holds when read.
    let added = [("score", Value::from("lead_score")), ("points", Value::Number(Decimal::from(500)))];
    lead.event("score.added", at("2026-02-16T02:00:00Z"), &added);
    assert_eq!(lead.value(), "100");
    let other = [("score", Value::from("other")), ("points", Value::Number(Decimal::from(-900)))];
    lead.event("score.added", at(NOW), &other);
    assert_eq!(lead.value(), "100");
}

#[test]
fn a_week_begins_on_monday_and_a_month_on_its_first_in_the_customers_zone() {
    let mut lead = Lead::new();
    lead.scoring.half_life = None;
    // Sunday 22:00 in Shanghai, then Monday: two weeks, both in one month.
    for when in ["2026-02-08T14:00:00Z", "2026-02-08T15:00:00Z", "2026-02-08T17:00:00Z", NOW] {
        lead.event("email.clicked", at(when), &[]);
    }
    for (per, expected) in [(Per::Day, "12"), (Per::Week, "12"), (Per::Month, "8")] {
        lead.scoring.rules[1].at_most = Some(AtMost { count: 1, per });
        assert_eq!(lead.value(), expected, "{per:?}");
    }
}

#[test]
fn caps_hold_for_a_rule_a_group_all_of_behaviour_and_in_both_directions() {
    let mut lead = Lead::new();
    lead.scoring.range = None;
    lead.scoring.half_life = None;
    for _ in 0..5 {
        lead.order(NOW, 6);
        lead.event("email.clicked", at(NOW), &[]);
    }
    assert_eq!(lead.value(), "120");
    lead.scoring.rules[0].cap = Some(Decimal::from(50));
    assert_eq!(lead.value(), "70");
    lead.scoring.groups = BTreeMap::from([("web".to_owned(), Decimal::from(60))]);
    for rule in &mut lead.scoring.rules {
        rule.group = Some("web".to_owned());
    }
    assert_eq!(lead.value(), "60");
    lead.scoring.behaviour_cap = Some(Decimal::from(40));
    assert_eq!(lead.value(), "40");
    for rule in &mut lead.scoring.rules {
        rule.points = rule.points.checked_neg().unwrap();
    }
    assert_eq!(lead.value(), "-40");
    lead.scoring.range = Some((Decimal::MIN, Decimal::from(10)));
    assert_eq!(lead.value(), "-40");
}

#[test]
fn one_falls_out_of_a_band_only_below_its_edge_less_stay() {
    let lead = Lead::new();
    let band = |value: i32, before: Option<&str>| band(&lead.scoring, Decimal::from(value), before);
    for (value, before, expected) in [
        (-1, None, None),
        (0, None, Some("cold")),
        (59, None, Some("warm")),
        (60, Some("warm"), Some("hot")),
        (55, Some("hot"), Some("hot")),
        (54, Some("hot"), Some("warm")),
        (24, Some("hot"), Some("cold")),
        (70, Some("gone"), Some("hot")),
    ] {
        assert_eq!(band(value, before).as_deref(), expected, "{value} after {before:?}");
    }
}

#[test]
fn the_instant_of_falling_below_is_solved_to_the_millisecond() {
    let mut lead = Lead::new();
    lead.order(NOW, 6);
    lead.order(NOW, 6);
    let never = |_: &dsl::condition::Condition| None;
    // 40 points are 20 after one half-life; at that instant they are no longer above it.
    let falls = |threshold: i32, lead: &Lead| {
        next_crossing(&lead.facts_at(lead.now), &lead.scoring, Decimal::from(threshold), &never)
    };
    let after = lead.now + SignedDuration::from_hours(14 * 24);
    let found = falls(20, &lead).unwrap();
    assert_eq!(lead.value_at(found).to_string(), "20");
    assert!(lead.value_at(found - SignedDuration::from_millis(1)) > Decimal::from(20));
    // Six places are reached some milliseconds before the law's own instant.
    assert!((after - found).total(jiff::Unit::Second).unwrap() < 1.0);
    assert_eq!(falls(41, &lead), None);
    assert_eq!(falls(-5, &lead), None);
    // A fact that we hold already and that is still to come is looked at when it comes.
    lead.order("2026-03-03T00:00:00Z", 6);
    assert_eq!(falls(41, &lead), Some(at("2026-03-03T00:00:00Z")));
    // A condition that changes by time is asked again then, at the earliest.
    let tomorrow = |_: &dsl::condition::Condition| Some(at("2026-03-02T16:00:00Z"));
    let soon = next_crossing(&lead.facts_at(lead.now), &lead.scoring, Decimal::from(20), &tomorrow);
    assert_eq!(soon, Some(at("2026-03-02T16:00:00Z")));
}

/// What a customer did, by rule and how many minutes ago.
fn deeds() -> impl Strategy<Value = Vec<(bool, u32)>> {
    proptest::collection::vec((any::<bool>(), 0..60_000_u32), 0..40)
}

fn capped() -> impl Strategy<Value = Option<i32>> {
    prop_oneof![Just(None), (1..80_i32).prop_map(Some)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The law: whatever the order of arrival, doubled or in parts, a score is the plain sum.
    #[test]
    fn a_score_is_the_plain_sum_however_the_events_arrive(deeds in deeds(), points in (-40..40_i32, -40..40_i32), seed in any::<u64>()) {
        let mut lead = Lead::new();
        lead.scoring.rules = vec![rule("order.paid", points.0), rule("email.clicked", points.1)];
        lead.scoring.range = None;
        let mut arriving: Vec<(usize, bool, Timestamp)> = deeds
            .iter()
            .enumerate()
            .map(|(place, (one, ago))| (place, *one, lead.now - SignedDuration::from_mins(i64::from(*ago))))
            .collect();
        let right: f64 = arriving
            .iter()
            .map(|(_, one, when)| {
                let points = f64::from(if *one { points.0 } else { points.1 });
                let age = lead.now.as_millisecond() - when.as_millisecond();
                points * (-(age as f64) / (14.0 * 86_400_000.0)).exp2()
            })
            .sum();
        // In an order by chance, the first half of them twice.
        arriving.sort_by_key(|(place, ..)| model::stable_hash(&[&seed.to_string(), &place.to_string()]));
        let twice = arriving.len() / 2;
        let again: Vec<_> = arriving.iter().take(twice).copied().collect();
        for (place, one, when) in arriving.into_iter().chain(again) {
            let name = if one { "order.paid" } else { "email.clicked" };
            let id = EventId::new(format!("e{place}"));
            lead.snapshot.insert_event(Event {
                id,
                source: "test".to_owned(),
                name: name.to_owned(),
                customer: CustomerId::new("42"),
                entity: None,
                at: when,
                received_at: when,
                properties: BTreeMap::new(),
                chain: 0,
            });
        }
        let is = sum(&lead.facts_at(lead.now), &lead.scoring);
        prop_assert!((is - right).abs() <= 1e-9, "{is} {right}");
    }

    /// The solved instant is the first one: the score stands as now until then, and otherwise at it.
    #[test]
    fn the_solved_instant_is_the_first_at_which_the_score_stands_otherwise(
        deeds in deeds(),
        points in (-40..40_i32, -40..40_i32),
        caps in (capped(), capped(), capped()),
        threshold in -60..60_i32,
    ) {
        let mut lead = Lead::new();
        lead.scoring.rules = vec![rule("order.paid", points.0), rule("email.clicked", points.1)];
        lead.scoring.rules[0].cap = caps.0.map(Decimal::from);
        lead.scoring.behaviour_cap = caps.1.map(Decimal::from);
        if let Some(cap) = caps.2 {
            lead.scoring.groups = BTreeMap::from([("web".to_owned(), Decimal::from(cap))]);
            lead.scoring.rules[0].group = Some("web".to_owned());
            lead.scoring.rules[1].group = Some("web".to_owned());
        }
        lead.scoring.range = None;
        for (one, ago) in deeds {
            let when = lead.now - SignedDuration::from_mins(i64::from(ago));
            lead.event(if one { "order.paid" } else { "email.clicked" }, when, &[]);
        }
        let threshold = Decimal::from(threshold);
        let stands = |when: Timestamp| lead.value_at(when).cmp(&threshold);
        let found = next_crossing(&lead.facts_at(lead.now), &lead.scoring, threshold, &|_| None);
        let until = found.unwrap_or(lead.now + SignedDuration::from_hours(24 * 400));
        let whole = until.as_millisecond() - lead.now.as_millisecond();
        for part in 0..200 {
            let when = lead.now + SignedDuration::from_millis(whole * part / 200);
            prop_assert_eq!(stands(when), stands(lead.now), "at {}", when);
        }
        if let Some(found) = found {
            prop_assert_eq!(stands(found - SignedDuration::from_millis(1)), stands(lead.now));
            prop_assert_ne!(stands(found), stands(lead.now));
        }
    }
}
