//! Between now and the next change nothing changes: random conditions about random customers, asked at every
//! point of a fine grid. And the changes that can be solved are found to the millisecond.

use super::change;
use crate::condition;
use crate::facts::Facts;
use dsl::condition::{Condition, Scope};
use dsl::diagnostic::Report;
use dsl::library::Library;
use dsl::project::{File, Settings};
use dsl::source::Span;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{
    Customer, CustomerId, Decimal, Entity, EntityId, Event, EventId, Medium, Snapshot, Suppression, Value,
    zone,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const MODEL: &str = "
model: shop
customer:
  city: { type: text, optional: true }
  vip: { type: yes_no, optional: true }
  spend: { type: number, optional: true }
  birthday: { type: birthday, optional: true }
  renews_on: { type: date, optional: true }
  last_order_at: { type: time, optional: true }
events:
  order.paid: { amount: number, due: time }
  site.visited: {}
entities:
  ticket: { closes_on: date }
";

const SCORE: &str = "
scoring: heat
range: 0-100
behaviour:
  half_life: 14 days
  rules:
    - { event: order.paid, points: 40 }
    - { event: site.visited, points: -3, at_most: 2 per day }
fit:
  - { when: customer.vip, points: 20 }
";

const SEGMENTS: &str = "
segments:
  recent: customer.last_order_at > now - 10 days
";

fn library() -> Library {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file("workflows/model.yaml", MODEL),
        file("workflows/heat.yaml", SCORE),
        file("workflows/segments.yaml", SEGMENTS),
    ];
    let loaded = dsl::load(&files, &Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() });
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report.diagnostics());
    loaded.project.library
}

fn read(text: &str, library: &Library) -> Condition {
    let mut report = Report::new();
    let condition = dsl::condition::condition(text, Span::EMPTY, &Scope::default(), library, &mut report);
    assert!(!report.has_errors(), "{text}: {:?}", report.diagnostics());
    condition.unwrap()
}

/// Tests that look at the clock, with a number in them.
const ATOMS: [&str; 33] = [
    "customer.last_order_at < now - N days",
    "customer.last_order_at >= now - N hours",
    "customer.last_order_at <= now - 1 month",
    "customer.last_order_at > now - 2 months",
    "customer.last_order_at < now - N workdays",
    "customer.last_order_at between now - 20 days and now - N days",
    "customer.last_order_at in [now - N days, now - 1 day]",
    "customer.last_order_at + N days < now",
    "customer.last_order_at == 2026-03-01",
    "now - N days > customer.renews_on",
    "now - N days == customer.renews_on",
    "customer.renews_on - N days <= today",
    "customer.renews_on == today",
    "now >= customer.renews_on",
    "days_since(customer.last_order_at) >= N",
    "days_since(customer.renews_on) == N",
    "days_since(now - N hours) == 1",
    "age(customer.birthday) >= 40",
    "count(order.paid, last N days) >= 2",
    "count(order.paid, last 1 month) == 1",
    "count(order.paid, last 3 weeks) >= 1",
    "sum(order.paid.amount, last N days, where event.amount > 10) > 50",
    "count(order.paid, where event.due < now - N days) >= 1",
    "last(order.paid) < now - N days",
    "first_known(last(order.paid.due), customer.last_order_at) < now - N days",
    "number_of(customer.last_order_at > now - N days, count(site.visited, last 3 days) > 0) == 1",
    "last(order.paid) < now - 2 * gap(order.paid)",
    "count(ticket, where ticket.closes_on < today) >= 1",
    "count(ticket, last N days) >= 1",
    "score(heat) >= 25",
    "score(heat) < N",
    "may(email)",
    "in_segment(recent)",
];

/// One customer at one instant.
#[derive(Clone, Debug)]
struct Case {
    snapshot: Snapshot,
    now: Timestamp,
    zone: TimeZone,
}

impl Case {
    fn facts<'a>(
        &'a self,
        library: &'a Library,
        reps: &'a BTreeMap<model::RepId, model::Rep>,
        project: &'a TimeZone,
        now: Timestamp,
    ) -> Facts<'a> {
        Facts::bare(library, reps, &self.snapshot, (&self.zone, project), now)
    }
}

fn ms(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap()
}

prop_compose! {
    fn case()(
        now in 1_772_000_000_000_i64..1_778_000_000_000,
        orders in prop::collection::vec((0_i64..40 * 86_400_000, 1_i32..60, -20_i64..20), 0..6),
        visits in prop::collection::vec(0_i64..20 * 86_400_000, 0..6),
        last in prop::option::of(-3_i64 * 86_400_000..70 * 86_400_000),
        renews in prop::option::of(-30_i64..30),
        born in prop::option::of((1984_i16..1988, 1_i8..13, 1_i8..29)),
        vip in prop::option::of(any::<bool>()),
        tickets in prop::collection::vec((0_i64..20 * 86_400_000, -10_i64..10), 0..3),
        until in prop::option::of(0_i64..20 * 86_400_000),
        zone_name in prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Europe/Berlin"]),
    ) -> Case {
        let now_at = ms(now);
        let customer_zone = zone::zone(zone_name).unwrap();
        let id = CustomerId::new("c");
        let mut snapshot = Snapshot::new(Customer::new(id.clone()));
        let day = |days: i64| zone::date_of(ms(now + days * 86_400_000), &customer_zone);
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value { snapshot.customer.attributes.insert(name.to_owned(), value); }
        };
        set("email", Some(Value::from("a@example.cn")));
        set("last_order_at", last.map(|ago| Value::Instant(ms(now - ago))));
        set("renews_on", renews.map(|days| Value::Date(day(days))));
        set("vip", vip.map(Value::YesNo));
        set("birthday", born.map(|(year, month, day)| Value::Birthday(format!("{year}-{month:02}-{day:02}").parse().unwrap())));
        let event = |name: &str, number: usize, ago: i64, properties| Event {
            id: EventId::from(format!("{name}{number}")),
            source: "test".to_owned(),
            name: name.to_owned(),
            customer: id.clone(),
            entity: None,
            at: ms(now - ago),
            received_at: ms(now - ago),
            properties,
            chain: 0,
        };
        for (number, (ago, amount, due)) in orders.into_iter().enumerate() {
            let properties = BTreeMap::from([
                ("amount".to_owned(), Value::Number(Decimal::from(amount))),
                ("due".to_owned(), Value::Instant(ms(now - ago + due * 86_400_000))),
            ]);
            snapshot.insert_event(event("order.paid", number, ago, properties));
        }
        for (number, ago) in visits.into_iter().enumerate() {
            snapshot.insert_event(event("site.visited", number, ago, BTreeMap::new()));
        }
        for (number, (ago, closes)) in tickets.into_iter().enumerate() {
            let entity_id = EntityId::from(format!("t{number}"));
            let attributes = BTreeMap::from([
                ("created_at".to_owned(), Value::Instant(ms(now - ago))),
                ("closes_on".to_owned(), Value::Date(day(closes))),
            ]);
            let entity = Entity { kind: "ticket".to_owned(), id: entity_id.clone(), customer: Some(id.clone()), attributes };
            snapshot.entities.insert(("ticket".to_owned(), entity_id), entity);
        }
        snapshot.consents.0.insert(("marketing".to_owned(), None), (true, ms(0)));
        if let Some(until) = until {
            snapshot.suppressions.push(Suppression {
                medium: Some(Medium::Email), topic: None, reason: "paused".to_owned(), at: ms(now - 1), until: Some(ms(now + until)),
            });
        }
        Case { snapshot, now: now_at, zone: customer_zone }
    }
}

fn written() -> impl Strategy<Value = String> {
    let atom = (prop::sample::select(ATOMS.to_vec()), 1_u32..25)
        .prop_map(|(atom, n)| atom.replace('N', &n.to_string()));
    let plain =
        prop::sample::select(vec!["customer.vip", "customer.city is unknown"]).prop_map(str::to_owned);
    prop_oneof![
        4 => atom.clone(),
        2 => (atom.clone(), atom.clone(), any::<bool>()).prop_map(|(a, b, and)| format!("{a} {} {b}", if and { "and" } else { "or" })),
        1 => (atom.clone(), plain).prop_map(|(a, b)| format!("{b} and not ({a})")),
        1 => (atom.clone(), atom.clone(), atom).prop_map(|(a, b, c)| format!("({a} or {b}) and not ({c})")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_changes_before_the_next_change(case in case(), text in written(), offsets in prop::collection::vec(0.0_f64..1.0, 40)) {
        let library = library();
        let project = zone::zone("Europe/Berlin").unwrap();
        let reps = BTreeMap::new();
        let condition = read(&text, &library);
        let facts = case.facts(&library, &reps, &project, case.now);
        let before = condition::holds(&condition, &facts);
        let next = change::next_change(&condition, &facts);
        if let Some(next) = next {
            prop_assert!(next > case.now, "{text}: never busy");
        }
        let end = next.unwrap_or_else(|| ms(case.now.as_millisecond() + 120 * 86_400_000));
        let whole = end.as_millisecond() - case.now.as_millisecond();
        let mut points: Vec<i64> = offsets.iter().map(|part| (whole as f64 * part) as i64).collect();
        // Just before the change, and every hour up to it.
        points.push(whole - 1);
        points.extend((0..400).map(|hour| hour * 3_600_000).take_while(|at| *at < whole));
        for point in points.into_iter().filter(|point| *point >= 0) {
            let at = ms(case.now.as_millisecond() + point);
            let there = condition::holds(&condition, &case.facts(&library, &reps, &project, at));
            prop_assert!(there == before, "{text}: at {at} it is {there}, and the next change was {next:?}");
        }
    }
}

fn plain() -> Case {
    let customer = Customer::new(CustomerId::new("c"));
    let mut snapshot = Snapshot::new(customer);
    let order = "2026-02-01T10:00:00Z".parse().unwrap();
    snapshot.customer.attributes.insert("last_order_at".to_owned(), Value::Instant(order));
    Case {
        snapshot,
        now: "2026-02-10T00:00:00Z".parse().unwrap(),
        zone: zone::zone("Asia/Shanghai").unwrap(),
    }
}

fn next_of(case: &Case, text: &str) -> Option<String> {
    let (library, reps) = (library(), BTreeMap::new());
    let project = zone::zone("Asia/Shanghai").unwrap();
    let condition = read(text, &library);
    change::next_change(&condition, &case.facts(&library, &reps, &project, case.now)).map(|at| at.to_string())
}

#[test]
fn what_can_be_solved_is_found_to_the_millisecond() {
    let case = plain();
    let next = |text| next_of(&case, text);
    assert_eq!(next("customer.last_order_at < now - 30 days").as_deref(), Some("2026-03-03T10:00:00.001Z"));
    assert_eq!(next("customer.last_order_at <= now - 30 days").as_deref(), Some("2026-03-03T10:00:00Z"));
    assert_eq!(next("customer.last_order_at <= now - 1 month").as_deref(), Some("2026-03-01T10:00:00Z"));
    assert_eq!(next("customer.last_order_at <= now - 24 hours"), None);
    // The first midnight in Shanghai on which 15 days have passed.
    assert_eq!(next("days_since(customer.last_order_at) >= 15").as_deref(), Some("2026-02-15T16:00:00Z"));
    assert_eq!(next("count(order.paid, last 30 days) > 0"), None);
    assert_eq!(next("customer.city == \"上海\""), None);
}

#[test]
fn a_part_that_settles_the_whole_needs_no_clock() {
    let case = plain();
    let next = |text| next_of(&case, text);
    assert_eq!(next("customer.vip and customer.last_order_at < now - 30 days"), None);
    assert_eq!(next("customer.city is unknown or customer.last_order_at < now - 30 days"), None);
    let both = "customer.last_order_at <= now - 30 days and customer.last_order_at <= now - 40 days";
    assert_eq!(next(both).as_deref(), Some("2026-03-13T10:00:00Z"));
}

#[test]
fn a_fading_score_is_solved() {
    let mut case = plain();
    let at: Timestamp = "2026-02-10T00:00:00Z".parse().unwrap();
    let order = Event {
        id: EventId::from("o"),
        source: "test".to_owned(),
        name: "order.paid".to_owned(),
        customer: CustomerId::new("c"),
        entity: None,
        at,
        received_at: at,
        properties: BTreeMap::new(),
        chain: 0,
    };
    case.snapshot.insert_event(order);
    // 40 points halve in 14 days: the instant at which six places show less than 20.
    let next: Timestamp = next_of(&case, "score(heat) >= 20").unwrap().parse().unwrap();
    let half = at + SignedDuration::from_hours(14 * 24);
    assert!(next > half && next.duration_since(half) < SignedDuration::from_secs(1), "{next}");
}
