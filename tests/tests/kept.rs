//! What is kept of customers, by the program itself over the purchases of CDNOW: segments entered and left,
//! attributes by cases, ranks, a quiet period of one's own rhythm. The live engine on a clock does what was
//! simulated, and what it kept at the end is what a count by hand finds. Without the real data: on the sample.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;
use tests::real::{self, Project, of, that};

tests::on_both! {
    what_is_kept_live_is_what_was_simulated,
    who_is_quiet_for_longer_than_usual_is_written_to_as_simulated,
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

/// The days that are looked at.
type Days = (&'static str, &'static str);

/// The purchases of every n-th customer, or the project's sample; and which of these days they are looked at.
fn purchases(every: usize, real: Days, sample: Days) -> (String, Days) {
    match real::data() {
        Some(folder) => {
            let text = real::text(&folder.join("cdnow.txt"));
            let number = |line: &str| line.split_whitespace().next().and_then(|id| id.parse::<usize>().ok());
            let taken = text.lines().filter(|line| number(line).is_some_and(|id| id % every == 1 % every));
            (taken.map(|line| format!("{line}\n")).collect(), real)
        }
        None => (real::text(&tests::root().join("workflows/samples/cdnow_sample.txt")), sample),
    }
}

/// Imports them, with a map of orders that has what the project's model has.
fn import(project: &Project, purchases: &str, orders: &Path) {
    let file = project.write("purchases.txt", purchases);
    for (kind, map) in [("customers", &real::map("cdnow_customers.map.yaml")), ("events", &orders.to_owned())]
    {
        let done = project.import(kind, &file, map);
        assert_eq!((done.code, done.count("bad_count")), (0, 0), "{}", done.report);
    }
}

fn what_is_kept_live_is_what_was_simulated(database: &str) {
    let (text, (from, to)) =
        purchases(real::every() * 24, ("2021-02-01", "2021-05-01"), ("2026-01-01", "2026-06-01"));
    let project = project(database);
    import(&project, &text, &real::map("cdnow_orders.map.yaml"));
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

/// Scenario 16 as it ships: twice as long quiet as between two of one's own orders.
fn who_is_quiet_for_longer_than_usual_is_written_to_as_simulated(database: &str) {
    // All of them where all are asked for (`scripts/soak real-data`).
    let every = if real::every() == 1 { 1 } else { real::every() * 3 };
    let (text, (from, to)) = purchases(every, ("2021-01-01", "2022-07-01"), ("2026-01-01", "2026-07-01"));
    let project = Project::scenario("16-quiet-by-own-rhythm").on(database);
    let map = real::text(&real::map("cdnow_orders.map.yaml"));
    let map: Vec<&str> = map.lines().filter(|line| !line.contains("properties.items")).collect();
    let map = project.write("orders.map.yaml", &map.join("\n"));
    import(&project, &text, &map);
    let began = Instant::now();
    let trace = project.lived(from, to);
    let customers: BTreeSet<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let count = |did: &str, outcome: &str| that(&trace, did, outcome).count();
    let (entered, mails) = (count("enroll", "entered"), count("email", "done"));
    assert!(entered > 0 && mails > 0, "{entered} entered, {mails} mails");
    // Of the fifth who brought the most a colleague hears.
    assert_eq!(mails + count("task", "done"), entered);
    assert_eq!(project.letters(), mails);
    eprintln!(
        "{} customers: {entered} entered by their own rhythm, {} refused, {mails} mails; simulated and lived alike \
         in {:.1} s",
        customers.len(),
        count("enroll", "refused"),
        began.elapsed().as_secs_f64()
    );
}
