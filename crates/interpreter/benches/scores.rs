//! How fast scores are counted: 10,000 events of one customer, and the same number over five hundred.

#![allow(missing_docs, reason = "criterion's macro makes a function without a comment")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot read its own texts must stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dsl::project::{File, Settings};
use interpreter::facts::Facts;
use interpreter::score;
use jiff::{SignedDuration, Timestamp};
use model::{Customer, CustomerId, Decimal, Event, EventId, Snapshot, Value};
use std::collections::BTreeMap;
use std::hint::black_box;

const MODEL: &str = "model: crm
customer:
  sector: { type: text, optional: true }
events:
  page.viewed:    { path: text }
  form.submitted: { form: text }
  order.paid:     { amount: number }
";

/// Every kind of rule: a condition, a day's most, a cap, a group.
const SCORING: &str = "scoring: lead_score
range: 0-100
groups: { web: 50 }
fit:
  - { when: 'customer.sector == \"软件\"', points: 10 }
behaviour:
  half_life: 30 days
  cap: 80
  rules:
    - { event: page.viewed, when: 'event.path == \"/pricing\"', points: 15, at_most: 2 per day, group: web }
    - { event: page.viewed, points: 1, at_most: 5 per day, group: web }
    - { event: form.submitted, points: 40, cap: 60 }
    - { event: order.paid, when: event.amount > 100, points: 20 }
";

/// Events that lead back from `now`, an hour apart, of all three kinds.
fn customer(events: i64, now: Timestamp) -> Snapshot {
    let mut snapshot = Snapshot::new(Customer::new(CustomerId::new("42")));
    snapshot.customer.attributes.insert("sector".to_owned(), Value::from("软件"));
    for number in 0..events {
        let at = now - SignedDuration::from_hours(number);
        let (name, field, value) = match number % 4 {
            0 | 1 => ("page.viewed", "path", Value::from(if number % 8 == 0 { "/pricing" } else { "/" })),
            2 => ("form.submitted", "form", Value::from("demo")),
            _ => ("order.paid", "amount", Value::Number(Decimal::from_int(number % 300).unwrap())),
        };
        snapshot.insert_event(Event {
            id: EventId::new(format!("e{number}")),
            source: "bench".to_owned(),
            name: name.to_owned(),
            customer: CustomerId::new("42"),
            entity: None,
            at,
            received_at: at,
            properties: BTreeMap::from([(field.to_owned(), value)]),
            chain: 0,
        });
    }
    snapshot
}

fn scores(criterion: &mut Criterion) {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [file("workflows/model.yaml", MODEL), file("workflows/score.yaml", SCORING)];
    let loaded = dsl::load(&files, &settings);
    assert!(!loaded.report.has_errors(), "the score can be read");
    let library = loaded.project.library;
    let scoring = library.scorings.values().next().unwrap();
    let now: Timestamp = "2026-03-02T02:00:00Z".parse().unwrap();
    let zone = model::zone::zone("Asia/Shanghai").unwrap();
    let reps = BTreeMap::new();
    let mut group = criterion.benchmark_group("scores");
    group.throughput(Throughput::Elements(10_000));
    for (customers, events) in [(1, 10_000), (500, 20)] {
        let snapshot = customer(events, now);
        let facts = Facts::bare(&library, &reps, &snapshot, (&zone, &zone), now);
        assert!(score::value(&facts, scoring).is_some_and(|value| value > Decimal::ZERO), "there is a score");
        let name = BenchmarkId::new("10,000 events", format!("of {customers}"));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for _ in 0..customers {
                    black_box(score::value(black_box(&facts), scoring));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, scores);
criterion_main!(benches);
