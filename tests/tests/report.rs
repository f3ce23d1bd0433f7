//! What a workflow brought, by the program itself: the counts are those of the trace, arm by arm and step by
//! step, and the lift is that of the two rates.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use tests::dice::Dice;
use tests::real::{Project, of};

tests::on_both! {
    the_report_counts_what_the_trace_says,
}

const CUSTOMERS: u64 = 80;

/// Customers who bought twice and then fell silent; a third of them buys again while the workflow runs.
fn shop(dice: &mut Dice) -> (String, String) {
    let mut customers = "external_id,email,consent.marketing,consent_at,consent_source\n".to_owned();
    let mut orders = "id,event,customer,at,properties.amount\n".to_owned();
    for number in 0..CUSTOMERS {
        let consent = if number % 13 == 0 { "withdrawn" } else { "granted" };
        let _ = writeln!(customers, "k{number:03},k{number}@example.com,{consent},2025-01-01T00:00:00Z,till");
        let _ = writeln!(orders, "a{number},order.paid,k{number:03},2025-10-01T12:00:00+08:00,100");
        let _ = writeln!(orders, "b{number},order.paid,k{number:03},2025-12-10T12:00:00+08:00,100");
        if dice.between(0, 2) == 0 {
            let (day, amount) = (dice.between(11, 28), dice.between(20, 300));
            let _ =
                writeln!(orders, "c{number},order.paid,k{number:03},2026-03-{day}T15:00:00+08:00,{amount}");
        }
    }
    (customers, orders)
}

/// A number of a part of the report.
fn number(of: &Json, name: &str) -> u64 {
    of.get(name).and_then(Json::as_u64).ok_or((name, of)).expect("the report has this number")
}

/// The list of a part of the report.
fn list<'r>(of: &'r Json, name: &str) -> &'r [Json] {
    of.get(name).and_then(Json::as_array).ok_or((name, of)).expect("the report has this list")
}

fn the_report_counts_what_the_trace_says(database: &str) {
    let (mut dice, seed) = Dice::from_environment("NURTURE_SEED");
    eprintln!("NURTURE_SEED={seed}");
    let project = Project::scenario("05-winback-with-holdout").on(database);
    let (customers, orders) = shop(&mut dice);
    for (kind, name, text) in [("customers", "customers.csv", customers), ("events", "orders.csv", orders)] {
        let file = project.write(name, &text).display().to_string();
        project.fine(&["import", kind, &file]);
    }
    let trace = project.run("2026-03-01", "2026-05-01");
    let report = project.read(&["report", "winback", "--json"]);

    let who = |line: &Json| of(line, "customer").to_owned();
    let entered: BTreeSet<String> =
        trace.iter().filter(|line| of(line, "outcome") == "entered").map(who).collect();
    let held: BTreeSet<String> = trace
        .iter()
        .filter(|line| line.pointer("/values/holdout") == Some(&Json::Bool(true)))
        .map(who)
        .collect();
    let mut value: BTreeMap<String, f64> = BTreeMap::new();
    for line in trace.iter().filter(|line| of(line, "did") == "goal") {
        let worth = line.pointer("/values/value").and_then(Json::as_f64).unwrap_or_default();
        *value.entry(who(line)).or_default() += worth;
    }
    assert_eq!(entered.len() as u64, CUSTOMERS);
    assert!(held.len() > 2 && value.len() > 8, "{} held out, {} reached", held.len(), value.len());
    assert_eq!(number(&report, "entered"), CUSTOMERS);
    assert_eq!(number(&report, "held_out"), held.len() as u64);
    let held = &held;
    let of_side = |held_out: bool| entered.iter().filter(move |id| held.contains(*id) == held_out);
    for (group, held_out) in list(&report, "groups").iter().zip([false, true]) {
        let reached = of_side(held_out).filter(|id| value.contains_key(*id)).count() as u64;
        let people = of_side(held_out).count() as u64;
        let worth: f64 = of_side(held_out).filter_map(|id| value.get(id)).sum();
        assert_eq!((number(group, "people"), number(group, "reached")), (people, reached), "{group}");
        assert!((group.get("value").and_then(Json::as_f64).unwrap_or(-1.0) - worth).abs() < 0.001, "{group}");
    }
    let treated = list(&report, "groups").first().expect("those treated");
    let rate = |group: &Json| group.get("rate").and_then(Json::as_f64).expect("a rate");
    let alone = list(&report, "groups").get(1).expect("those held out");
    let lift = treated.pointer("/lift/difference").and_then(Json::as_f64).expect("a lift");
    assert!((lift - (rate(treated) - rate(alone))).abs() < 1e-9);

    // The arms part those who came to the split; nobody is in two.
    let split = list(&report, "splits").first().expect("the split");
    let arms: Vec<(&str, u64)> =
        list(split, "arms").iter().map(|arm| (of(arm, "arm"), number(arm, "people"))).collect();
    assert_eq!(arms.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "b", ""], "{split}");
    assert_eq!(arms.iter().map(|(_, people)| people).sum::<u64>(), CUSTOMERS);

    let done = |id: &str| {
        let done = trace.iter().filter(|line| of(line, "step") == id && of(line, "outcome") == "done");
        done.map(who).collect::<BTreeSet<_>>().len() as u64
    };
    for step in list(&report, "steps") {
        let id = of(step, "step");
        if ["first", "second", "sms:winback/text"].contains(&id) {
            assert_eq!(number(step, "done"), done(id), "{id}");
        }
    }
    let first =
        list(&report, "steps").iter().find(|step| of(step, "step") == "first").expect("the first mail");
    assert!(first.pointer("/skipped/consent").is_some(), "{first}");

    let page = project.nurture(&["report", "winback", "--lang", "en"]);
    assert!(page.out.contains("80 entered") && page.out.contains("points ("), "{}", page.out);
    let nobody = project.nurture(&["report", "winback", "--from", "2026-04-02", "--lang", "zh"]);
    assert!(nobody.out.contains("还没有人进入"), "{}", nobody.out);
    assert_eq!(project.nurture(&["report", "nothing"]).code, 4);
}
