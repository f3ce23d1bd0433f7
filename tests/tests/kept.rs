//! What is kept of customers, by the program itself over the purchases of CDNOW: segments entered and left,
//! attributes by cases, ranks, a quiet period of one's own rhythm. The live engine on a clock does what was
//! simulated, and what it kept at the end is what a count by hand finds. Without the real data: on the sample.

use std::collections::BTreeMap;
use tests::real::{self, Project, of, that};

tests::on_both! {
    what_is_kept_live_is_what_was_simulated,
}

const SEGMENTS: &str = "segments:
  active: count(order.paid, last 60 days) >= 1
  best_fifth: customer.fifth == 5
";

const WORKFLOWS: [(&str, &str); 6] = [
    ("in", "trigger: { segment: { enters: active } }"),
    ("out", "trigger: { segment: { leaves: active } }"),
    ("best", "trigger: { segment: { enters: best_fifth } }"),
    ("moved", "trigger: { attribute: { of: customer.habit } }"),
    (
        "rhythm",
        "trigger: { inactive: { no: [order.paid], for: \"= 2 * gap(order.paid, last 6 times)\", at_least: 14 days, at_most: 180 days } }\naudience: customer.orders >= 3",
    ),
    ("ranked", "trigger: { attribute: { of: customer.fifth } }"),
];

/// The shop with attributes that are kept, and a workflow for each way in which they tell of themselves.
fn project(database: &str) -> Project {
    let project = Project::shop().on(database);
    let model = std::fs::read_to_string(project.path().join("workflows/model.yaml")).expect("the model");
    let kept = "
  fifth: { rank: \"sum(order.paid.amount, last 90 days)\", groups: 5, among: customer.orders >= 1, at: 02:00 }
  habit: { one_of: [none, some, keen], cases: [{ when: \"count(order.paid, last 30 days) >= 2\", is: keen }, { when: customer.orders >= 1, is: some }, { is: none }] }
events:";
    project.write("workflows/model.yaml", &model.replacen("\nevents:", kept, 1));
    project.write("workflows/kept_segments.yaml", SEGMENTS);
    for (name, trigger) in WORKFLOWS {
        let text = format!("workflow: kept_{name}\n{trigger}\nconsent: none\nsteps:\n  - tag: {name}\n");
        project.write(&format!("workflows/kept_{name}.yaml"), &text);
    }
    project
}

/// The purchases of every n-th customer, or the project's sample; and the days they are looked at.
fn purchases() -> (String, &'static str, &'static str) {
    match real::data() {
        Some(folder) => {
            let text = real::text(&folder.join("cdnow.txt"));
            let every = real::every() * 24;
            let number = |line: &str| line.split_whitespace().next().and_then(|id| id.parse::<usize>().ok());
            let taken = text.lines().filter(|line| number(line).is_some_and(|id| id % every == 1));
            (taken.map(|line| format!("{line}\n")).collect(), "2021-02-01", "2021-05-01")
        }
        None => {
            let sample = tests::root().join("workflows/samples/cdnow_sample.txt");
            (real::text(&sample), "2026-01-01", "2026-06-01")
        }
    }
}

fn what_is_kept_live_is_what_was_simulated(database: &str) {
    let (text, from, to) = purchases();
    let project = project(database);
    let file = project.write("purchases.txt", &text);
    for (kind, map) in [("customers", "cdnow_customers.map.yaml"), ("events", "cdnow_orders.map.yaml")] {
        assert_eq!(project.import(kind, &file, &real::map(map)).code, 0);
    }
    let trace = project.lived(from, to);
    let mut entered: BTreeMap<&str, usize> = BTreeMap::new();
    for line in that(&trace, "enroll", "entered") {
        *entered.entry(of(line, "workflow")).or_default() += 1;
    }
    for (name, _) in WORKFLOWS {
        let name = format!("kept_{name}");
        assert!(entered.get(name.as_str()).is_some_and(|count| *count > 0), "{name}: {entered:?}");
    }
    eprintln!("{entered:?}");
}
