//! A scenario and a simulation of the same facts print the same lines: random customers and events, once
//! written into a `scenario:` file and once imported. `TRIAL_SEED` has a failure again.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use tests::binary::nurture;
use tests::dice::Dice;

const FROM: &str = "2026-03-02T00:00:00+08:00";
const TO: &str = "2026-05-01";
const CUSTOMERS: u64 = 12;

const FILES: [(&str, &str); 9] = [
    ("nurture.toml", "zone = \"Asia/Shanghai\"\n"),
    (
        "workflows/model.yaml",
        "model: shop
customer:
  tier:     { one_of: [basic, silver, gold], default: basic }
  birthday: { type: birthday, optional: true }
  level:    { type: number, optional: true }
  orders:   { from: count(order.paid) }
  spend:    { from: sum(order.paid.amount) }
events:
  order.paid:   { amount: number }
  site.visited: {}
  cart.updated: { cart_id: text, amount: number }
",
    ),
    ("workflows/topics.yaml", "topics:\n  marketing: { class: marketing, title: Offers }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: CN }\n",
    ),
    ("workflows/teams.yaml", "teams:\n  inside:\n    members: [ann, bob, cleo]\n"),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
    (
        "workflows/cart.yaml",
        "workflow: cart
trigger: { event: cart.updated }
key: event.cart_id
consent: marketing
priority: 5
quiet_hours: 21:00-09:00
goal: { event: order.paid, within: 3 days }
steps:
  - wait: 2 hours
  - split: word
    ways:
      - { name: short, share: 30%, steps: [{ tag: short }] }
      - { name: long, share: 70% }
  - email: hello
  - wait_for: site.visited
    within: 2 days
    on_timeout: [{ add_score: 3, to: interest }]
  - assign: inside
    unless_owned: true
",
    ),
    (
        "workflows/thanks.yaml",
        "workflow: thanks
trigger: { event: order.paid, when: event.amount >= 100 }
consent: marketing
reentry: { once_every: 5 days }
exit_when:
  - { when: customer.tier == \"gold\", reason: gold }
steps:
  - if: count(order.paid, last 30 days) >= 2
    then: [{ set: { tier: silver } }]
    else: [{ wait: 30 hours }]
  - repeat: [{ wait: 1 day }, { tag: again }]
    times: 3
    until: customer.spend > 600
  - wait_until: 10:00-16:00 mon-fri
  - email: hello
  - choose:
      - { when: customer.tier == \"silver\" and customer.spend > 400, steps: [{ set: { tier: gold }, id: to_gold }] }
",
    ),
    (
        "workflows/quiet.yaml",
        "workflow: quiet
trigger: { inactive: { no: [order.paid, site.visited], for: 9 days } }
audience: customer.orders >= 1
consent: marketing
steps:
  - email: hello
  - record: site.visited
",
    ),
];

/// An event of a customer: when, which, its fields.
type Fact = (i64, &'static str, Vec<(&'static str, String)>);

fn instant(second: i64) -> Timestamp {
    let from: Timestamp = FROM.parse().unwrap();
    from + jiff::SignedDuration::from_secs(second)
}

fn local(second: i64) -> String {
    instant(second).to_zoned(TimeZone::fixed(Offset::constant(8))).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The facts of a customer, from forty days before the begin to fifty behind it, in order.
fn facts(dice: &mut Dice) -> Vec<Fact> {
    let mut facts: Vec<Fact> = (0..dice.between(1, 14))
        .map(|_| {
            let second = i64::try_from(dice.between(0, 90 * 86_400)).unwrap() - 40 * 86_400;
            let amount = |dice: &mut Dice| ("amount", dice.between(10, 300).to_string());
            match dice.between(0, 2) {
                0 => (second, "order.paid", vec![amount(dice)]),
                1 => (second, "site.visited", Vec::new()),
                _ => {
                    let cart = ("cart_id", format!("K{}", dice.between(1, 2)));
                    (second, "cart.updated", vec![cart, amount(dice)])
                }
            }
        })
        .collect();
    facts.sort_by_key(|fact| fact.0);
    facts.dedup_by_key(|fact| fact.0);
    facts
}

/// The scenario, the customers and the events of the same facts.
fn written(dice: &mut Dice) -> (String, String, String) {
    let mut scenario = format!(
        "scenario: twin\nworkflows: [cart, thanks, quiet]\ntests:\n  - name: twin\n    clock: {} Asia/Shanghai\n    customers:\n",
        local(0)
    );
    let mut csv =
        "external_id,email,tier,created_at,consent.marketing,consent_at,consent_source\n".to_owned();
    let mut events = String::new();
    let (mut history, mut coming) = (String::new(), String::new());
    for number in 0..CUSTOMERS {
        let id = format!("c{number:02}");
        let tier = if dice.between(0, 3) == 0 { "silver" } else { "basic" };
        let consents = dice.between(0, 4) > 0;
        let facts = facts(dice);
        let created = facts.first().map_or(0, |fact| fact.0).min(0);
        let consent = if consents { "" } else { ", consent: none" };
        let _ = writeln!(scenario, "      {id}: {{ tier: {tier}, created_at: {}{consent} }}", local(created));
        let granted = if consents { "granted" } else { "" };
        let _ = writeln!(
            csv,
            "{id},{id}@example.com,{tier},{},{granted},2025-01-01T00:00:00+08:00,form",
            instant(created)
        );
        for (second, name, fields) in facts {
            let list = if second < 0 { &mut history } else { &mut coming };
            let inside: String = fields.iter().map(|(field, value)| format!(", {field}: {value}")).collect();
            let at = local(second);
            let _ = writeln!(list, "      - {{ event: {name}, customer: {id}, at: {at}{inside} }}");
            let properties: serde_json::Map<String, Json> = fields
                .into_iter()
                .map(|(field, value)| {
                    let number = value.parse::<i64>();
                    (field.to_owned(), number.map_or_else(|_| value.into(), Json::from))
                })
                .collect();
            let at = instant(second).to_string();
            let event =
                serde_json::json!({ "event": name, "customer": id, "at": at, "properties": properties });
            let _ = writeln!(events, "{event}");
        }
    }
    let _ = write!(scenario, "    history:\n{history}    events:\n{coming}");
    // Watched as long as the simulation runs.
    let _ = writeln!(scenario, "    never: [{{ at: 2026-04-30 23:59, exit: nothing_of_the_kind }}]");
    (scenario, csv, events)
}

/// What a line says, without what differs by design: ids of versions and walks.
fn said(line: &Json) -> String {
    let part = |name: &str| line.get(name).cloned().unwrap_or_default().to_string();
    let parts = ["at", "customer", "workflow", "did", "what", "outcome", "until", "reason", "values"];
    parts.map(part).join(" ")
}

#[test]
fn a_scenario_and_a_simulation_of_the_same_facts_print_the_same_lines() {
    let (mut dice, seed) = Dice::from_environment("TRIAL_SEED");
    println!("TRIAL_SEED={seed}");
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("workflows/templates")).unwrap();
    for (path, text) in FILES {
        fs::write(dir.path().join(path), text).unwrap();
    }
    let score = "scoring: interest\nfit:\n  - { when: customer.orders > 3, points: 5 }\n";
    fs::write(dir.path().join("workflows/interest.yaml"), score).unwrap();
    let (scenario, csv, events) = written(&mut dice);
    fs::write(dir.path().join("workflows/twin.yaml"), &scenario).unwrap();
    fs::write(dir.path().join("customers.csv"), csv).unwrap();
    fs::write(dir.path().join("events.jsonl"), events).unwrap();
    fs::write(dir.path().join("reps.csv"), "external_id,name\nann,Ann\nbob,Bob\ncleo,Cleo\n").unwrap();
    for (kind, file) in [("reps", "reps.csv"), ("customers", "customers.csv"), ("events", "events.jsonl")] {
        let done = nurture(dir.path(), &["import", kind, file]);
        assert_eq!(done.code, 0, "seed {seed}: {}{}", done.out, done.err);
    }
    let tried = nurture(dir.path(), &["test", "twin", "--json"]);
    assert_eq!(tried.code, 0, "seed {seed}: {}{}\n{scenario}", tried.out, tried.err);
    let page: Json = serde_json::from_str(&tried.out).unwrap();
    let tried: Vec<Json> = page.pointer("/tests/0/trace").unwrap().as_array().unwrap().clone();
    let day = FROM.split('T').next().unwrap();
    let simulated = nurture(dir.path(), &["simulate", "--from", day, "--to", TO, "--json"]);
    assert_eq!(simulated.code, 0, "seed {seed}: {}", simulated.err);
    let simulated: Vec<Json> =
        simulated.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let within = |line: &&Json| line.get("at").and_then(Json::as_str).is_some_and(|at| at < TO);
    let tried: Vec<String> = tried.iter().filter(within).map(said).collect();
    let simulated: Vec<String> = simulated.iter().filter(within).map(said).collect();
    let (left, right): (BTreeSet<_>, BTreeSet<_>) = (tried.iter().collect(), simulated.iter().collect());
    let only_tried: Vec<_> = left.difference(&right).take(5).collect();
    let only_simulated: Vec<_> = right.difference(&left).take(5).collect();
    assert!(
        only_tried.is_empty() && only_simulated.is_empty(),
        "seed {seed}\nonly in the test: {only_tried:#?}\nonly simulated: {only_simulated:#?}"
    );
    assert_eq!(tried, simulated, "seed {seed}: the same lines in another order");
    assert!(tried.len() > 50, "seed {seed}: only {} lines", tried.len());
}
