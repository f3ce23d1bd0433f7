//! How long a check takes: one file of sixty lines, a project of a thousand files.

#![allow(missing_docs, reason = "criterion's macro makes a function without a comment")]

use criterion::{Criterion, criterion_group, criterion_main};
use dsl::project::{File, Settings};
use std::hint::black_box;
use std::time::Duration;

const MODEL: &str = "model: crm
customer:
  city:   { type: text, optional: true }
  status: { one_of: [active, closed], default: active }
  tier:   { one_of: [basic, silver, gold, platinum], default: basic }
  orders: { from: count(order.paid) }
  spend:  { from: sum(order.paid.amount) }
events:
  order.paid:   { amount: number, order_id: text }
  site.visited: {}
";
const SENDERS: &str = "senders:\n  care: { address: care@example.cn, name: 客户关怀 }\n";
const TEAMS: &str = "teams:\n  key_accounts:\n    members: [li.na, wang.wei]\n";
const TEMPLATE: &str =
    "---\nsubject: 好久不见\npreheader: 想您了\n---\n{{default customer.name \"朋友\"}}，好久不见。\n";

/// Sixty lines: what a marketer writes for one automation.
const WORKFLOW: &str = include_str!("winback.yaml");

fn file(path: &str, text: impl Into<String>) -> File {
    File { path: format!("workflows/{path}"), text: text.into() }
}

fn libraries() -> Vec<File> {
    vec![
        file("model.yaml", MODEL),
        file("senders.yaml", SENDERS),
        file("teams.yaml", TEAMS),
        file("templates/winback/miss_you.md.hbs", TEMPLATE),
        file("templates/winback/offer.md.hbs", TEMPLATE),
    ]
}

fn checked(files: &[File]) -> usize {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(files, &settings);
    assert!(loaded.report.is_empty(), "{:?}", loaded.report.diagnostics());
    loaded.project.workflows.len()
}

fn check(criterion: &mut Criterion) {
    assert_eq!(WORKFLOW.lines().count(), 60);
    let mut one = libraries();
    one.push(file("winback.yaml", WORKFLOW));
    criterion.bench_function("one file of 60 lines", |bencher| bencher.iter(|| checked(black_box(&one))));

    let mut thousand = libraries();
    for number in 0..1000 {
        let text = WORKFLOW.replacen("workflow: winback", &format!("workflow: winback_{number}"), 1);
        thousand.push(file(&format!("winback_{number}.yaml"), text));
    }
    let mut slow = criterion.benchmark_group("project");
    slow.sample_size(10).measurement_time(Duration::from_secs(5));
    slow.bench_function("1,000 files of 60 lines", |bencher| bencher.iter(|| checked(black_box(&thousand))));
    slow.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
