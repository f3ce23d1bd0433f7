//! What holds messages back and whom a release lets in, by the program itself on its database: the live engine
//! on a clock does what was simulated, and an approval lets go what waited for it.

use tests::lived::{self, lives};
use tests::real::{MAILING, Project, of, that};

tests::on_both! {
    an_imported_event_to_everybody_lets_in_by_portions_until_sold_out,
    a_cap_is_counted_over_the_database,
    an_approval_on_a_clock_lets_go_at_the_instant_of_the_clock,
}

const MODEL: &str = "model: shop
customer:
  watching: { type: list, optional: true }
  points:   { type: number, default: 0 }
events:
  go:            {}
  stop:          {}
  sku.restocked: { sku_id: sku, stock: number, sets: { sku.stock: stock } }
  sku.sold:      { sku_id: sku, stock: number, sets: { sku.stock: stock } }
entities:
  sku: { stock: number, shared: true }
";

const FILES: [(&str, &str); 3] = [
    ("workflows/model.yaml", MODEL),
    (
        "workflows/policies.yaml",
        "policies:\n  caps:\n    - { class: marketing, at_most: 1 per week, over_cap: defer, for_at_most: 9 days }\n",
    ),
    (
        "workflows/back.yaml",
        "workflow: back
trigger: { event: sku.restocked, to: customer.watching has event.sku_id }
consent: offers
release: { batch: 20, every: 15 minutes, by: customer.points, stop_when: event.sku_id.stock == 0 }
steps:
  - email: hello
",
    ),
];

fn project(more: &str, events: &str, database: &str) -> Project {
    let project = Project::with(&[MAILING.as_slice(), &FILES].concat()).on(database);
    if !more.is_empty() {
        project.write("workflows/more.yaml", more);
    }
    let mut rows =
        "external_id,email,watching,points,created_at,consent.offers,consent_at,consent_source\n".to_owned();
    for number in 0..100 {
        rows += &format!(
            "c{number:02},c{number}@example.com,A1,{number},2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n"
        );
    }
    project.write("customers.csv", &rows);
    project
        .write("events.csv", &format!("id,event,customer,at,properties.sku_id,properties.stock\n{events}"));
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["import", "events", "events.csv"]);
    project
}

fn an_imported_event_to_everybody_lets_in_by_portions_until_sold_out(database: &str) {
    let events = "e1,sku.restocked,,2026-03-02T10:00:00Z,A1,60\ne2,sku.sold,,2026-03-02T10:31:00Z,A1,0\n";
    let trace = project("", events, database).lived("2026-03-01", "2026-03-04");
    let entered: Vec<_> = that(&trace, "enroll", "entered").collect();
    assert_eq!(entered.len(), 60);
    let first = entered.first().map(|line| of(line, "customer"));
    assert_eq!(first, Some("c80"), "of the first portion the most points, by id at one instant");
    assert_eq!(that(&trace, "enroll", "refused").filter(|line| of(line, "reason") == "stopped").count(), 40);
}

fn a_cap_is_counted_over_the_database(database: &str) {
    let more = "workflow: often
trigger: { event: go }
consent: offers
reentry: { once_every: 1 hour }
steps:
  - email: hello
";
    let events = "e1,go,c01,2026-03-02T10:00:00Z,,\ne2,go,c01,2026-03-03T10:00:00Z,,\n";
    let trace = project(more, events, database).lived("2026-03-01", "2026-03-20");
    let mails = |outcome| {
        that(&trace, "email", outcome)
            .map(|line| of(line, "at").get(..10).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(mails("done"), ["2026-03-02", "2026-03-09"]);
    assert_eq!(mails("deferred"), ["2026-03-03"]);
}

fn an_approval_on_a_clock_lets_go_at_the_instant_of_the_clock(database: &str) {
    let text = "workflow: asked
trigger: { event: go }
consent: offers
approval: legal
steps:
  - email: hello
  - wait: 1 day
  - email: again
";
    let facts = "c1,go,2026-03-01T10:00:00Z\nc2,go,2026-03-02T10:00:00Z\nc3,go,2026-03-04T10:00:00Z\n";
    let project = lived::project(database, &[("asked", text)], facts);
    // A simulation takes every version as approved: this is what would go.
    let simulated = lived::simulated(&project, "2026-03-01", "2026-03-10");
    let before = lives(&project, "2026-03-01", "2026-03-03");
    let mails = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| line.contains(" email ")).cloned().collect()
    };
    assert_eq!(
        mails(&before),
        [
            "03-01T10:00 c1 asked email hello deferred not_approved",
            "03-02T10:00 c1 asked email hello skipped not_approved",
            "03-02T10:00 c2 asked email hello deferred not_approved",
        ]
    );
    assert_eq!(project.letters(), 0);
    let said = project.read(&["approve", "asked", "--by", "Li Na", "--json"]);
    assert_eq!(said["new"], true, "{said}");
    assert!(project.fine(&["approve", "asked", "--by", "Wang"]).contains("before"), "nobody says it twice");
    let after = lives(&project, "2026-03-03", "2026-03-10");
    // What waited goes at the instant at which the clock stood, and its day counts from there.
    let of = |lines: &[String], customer: &str| -> Vec<String> {
        let mark = format!(" {customer} ");
        lines.iter().filter(|line| line.contains(&mark)).cloned().collect()
    };
    assert_eq!(
        mails(&of(&after, "c2")),
        ["03-03T00:00 c2 asked email hello done", "03-04T00:00 c2 asked email again done"]
    );
    assert_eq!(mails(&of(&after, "c1")), ["03-03T10:00 c1 asked email again done"]);
    // Who comes later is written to as was simulated.
    assert_eq!(of(&after, "c3"), of(&simulated, "c3"));
    assert_eq!(mails(&of(&simulated, "c3")).len(), 2);
    assert_eq!(project.letters(), 5);
    let sends = project.read(&["sends", "--customer", "c2", "--json"]);
    let rows = sends.as_array().or(sends["sends"].as_array()).cloned().unwrap_or_default();
    assert_eq!(rows.len(), 2, "{sends}");
}
