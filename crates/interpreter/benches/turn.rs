//! How many customers one core decides about in a second, and how many mails it writes.

#![allow(missing_docs, reason = "criterion's macro makes a function without a comment")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot read its own texts must stop")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dsl::project::{File, Project, Settings};
use interpreter::batch;
use interpreter::facts::Facts;
use interpreter::render::{Renderer, send};
use interpreter::world::{People, Workflows, World};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Consent, Customer, CustomerId, Event, EventId, Input, Snapshot, Value, Work};
use std::collections::BTreeMap;
use std::hint::black_box;

const FILES: [(&str, &str); 4] = [
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  first_name: { type: text }\n  city: { type: text, optional: true }\nevents:\n  form.submitted: {}\n",
    ),
    ("workflows/topics.yaml", "topics:\n  news: { class: marketing, title: News }\n"),
    ("workflows/warmth.yaml", "scoring: warmth\nfit: []\n"),
    (
        "workflows/welcome.yaml",
        "workflow: welcome
trigger: { event: form.submitted }
consent: news
steps:
  - if: customer.city is known and customer.country == \"CN\"
    then:
      - email: welcome
        subject: \"Hello {{customer.first_name}}\"
  - wait: 1 second
  - add_score: 5
    to: warmth
",
    ),
];

fn project() -> Project {
    let mut page =
        "<h1>Hello {{customer.first_name}}</h1><ul>{{#each customer.tags}}<li>{{this}}</li>{{/each}}</ul>\n"
            .to_owned();
    while page.len() < 4_800 {
        page.push_str("<p>We picked a few things that others in your area liked this month.</p>\n");
    }
    let page = ("workflows/templates/welcome.html.hbs", page.as_str());
    let text = ("workflows/templates/welcome.txt.hbs", "Hello {{customer.first_name}}\n");
    let all = FILES.into_iter().chain([page, text]);
    let files: Vec<File> =
        all.map(|(path, text)| File { path: path.to_owned(), text: text.to_owned() }).collect();
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
    let loaded = dsl::load(&files, &settings);
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
    loaded.project
}

fn customer(now: Timestamp) -> Snapshot {
    let mut snapshot = Snapshot::new(Customer::new(CustomerId::new("c42")));
    let tags = ["Tea", "Cup", "Kettle"].map(str::to_owned).to_vec();
    for (name, value) in [
        ("first_name", Value::from("Wei")),
        ("email", Value::from("wei@example.org")),
        ("city", Value::from("Shanghai")),
        ("country", Value::from("CN")),
        ("tags", Value::List(tags)),
        ("created_at", Value::Instant(now)),
    ] {
        snapshot.customer.attributes.insert(name.to_owned(), value);
    }
    let (topic, source) = ("news".to_owned(), "bench".to_owned());
    snapshot.consents.apply(&Consent {
        topic,
        medium: None,
        granted: true,
        at: now,
        source,
        proof: model::Proof::default(),
    });
    snapshot
}

fn turns(criterion: &mut Criterion) {
    let project = project();
    let workflows = Workflows::of(project.workflows.values().cloned());
    let zone: TimeZone = model::zone::zone("Asia/Shanghai").unwrap();
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let library = &project.library;
    let world = World { library, workflows: &workflows, zone: &zone, renderer: Some(&renderer), trial: None };
    let now: Timestamp = "2026-03-02T02:00:00Z".parse().unwrap();
    // The wait is over by now, so the whole walk is one turn.
    let at = now - jiff::SignedDuration::from_secs(20);
    let known = customer(at - jiff::SignedDuration::from_hours(1));
    let fact = Event {
        id: EventId::new("f1"),
        source: "bench".to_owned(),
        name: "form.submitted".to_owned(),
        customer: CustomerId::new("c42"),
        entity: None,
        at,
        received_at: at,
        properties: BTreeMap::new(),
        chain: 0,
    };
    let turn = || {
        let work = Work::new(known.clone(), vec![Input::Event(fact.clone())]);
        batch::decide(world, &mut People::default(), vec![work], now)
    };
    let sends = turn().pop().unwrap().1.sends;
    assert_eq!(sends.len(), 1);
    let first = sends.first().unwrap();

    let mut group = criterion.benchmark_group("turns");
    group.throughput(Throughput::Elements(1));
    group.bench_function("enter, if, email, wait, add_score", |bencher| {
        bencher.iter_batched(
            || vec![Work::new(known.clone(), vec![Input::Event(fact.clone())])],
            |work| batch::decide(world, &mut People::default(), black_box(work), now),
            BatchSize::SmallInput,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("mails");
    group.throughput(Throughput::Elements(1));
    let reps = BTreeMap::new();
    let facts = Facts::outside(&world, &reps, &known, &zone, now);
    group.bench_function("5 KB of HTML", |bencher| {
        bencher.iter(|| send(&renderer, black_box(first), &facts).unwrap());
    });
    group.finish();
}

criterion_group!(benches, turns);
criterion_main!(benches);
