//! How many conditions one core answers in a second.

#![allow(missing_docs, reason = "criterion's macro makes a function without a comment")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot read its own texts must stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dsl::condition::{Condition, Scope};
use dsl::diagnostic::Report;
use dsl::project::{File, Settings};
use dsl::source::Span;
use interpreter::condition::holds;
use interpreter::facts::Facts;
use jiff::Timestamp;
use model::{Customer, CustomerId, Decimal, Event, EventId, Snapshot, Value};
use std::collections::BTreeMap;
use std::hint::black_box;

const MODEL: &str = "model: crm
customer:
  city:          { type: text, optional: true }
  tier:          { one_of: [basic, silver, gold], default: basic }
  last_order_at: { type: time, optional: true }
  age_of_firm:   { type: number, optional: true }
  spend:         { from: sum(order.paid.amount) }
events:
  order.paid: { amount: number, order_id: text }
";

/// From everyday to heavy: attributes, time, events.
const CONDITIONS: [(&str, &str); 4] = [
    ("one comparison", "customer.tier == \"gold\""),
    (
        "three attributes",
        "customer.city in [\"上海\", \"北京\"] and customer.age_of_firm > 3 and not customer.tags has \"staff\"",
    ),
    ("time", "customer.last_order_at < now - 30 days or customer.last_order_at is unknown"),
    ("events of 90 days", "customer.tier == \"gold\" and count(order.paid, last 90 days) >= 2"),
];

fn conditions(criterion: &mut Criterion) {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let file = File { path: "workflows/model.yaml".to_owned(), text: MODEL.to_owned() };
    let library = dsl::load(&[file], &settings).project.library;
    let now: Timestamp = "2026-03-02T02:00:00Z".parse().unwrap();
    let zone = model::zone::zone("Asia/Shanghai").unwrap();
    let mut snapshot = Snapshot::new(Customer::new(CustomerId::new("42")));
    let values = [
        ("city", Value::from("上海")),
        ("tier", Value::from("gold")),
        ("age_of_firm", Value::Number(Decimal::from(7))),
        ("last_order_at", Value::Instant(now)),
    ];
    for (name, value) in values {
        snapshot.customer.attributes.insert(name.to_owned(), value);
    }
    for number in 0..20_i32 {
        let at = now - jiff::SignedDuration::from_hours(i64::from(number) * 24 * 10);
        snapshot.insert_event(Event {
            id: EventId::new(format!("e{number}")),
            source: "bench".to_owned(),
            name: "order.paid".to_owned(),
            customer: CustomerId::new("42"),
            entity: None,
            at,
            received_at: at,
            properties: BTreeMap::from([("amount".to_owned(), Value::Number(Decimal::from(number)))]),
            chain: 0,
        });
    }
    let reps = BTreeMap::new();
    let facts = Facts::bare(&library, &reps, &snapshot, (&zone, &zone), now);
    let read = |text: &str| -> Condition {
        dsl::condition::condition(text, Span::EMPTY, &Scope::default(), &library, &mut Report::new()).unwrap()
    };
    let mut group = criterion.benchmark_group("conditions");
    group.throughput(Throughput::Elements(1));
    for (name, text) in CONDITIONS {
        let condition = read(text);
        group.bench_function(name, |bencher| bencher.iter(|| holds(black_box(&condition), &facts)));
    }
    group.finish();
}

criterion_group!(benches, conditions);
criterion_main!(benches);
