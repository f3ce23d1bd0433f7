//! Called workflows, waits for what others do, and several walks of one customer, on the live engine: each
//! run on a clock is what was simulated, and what was expected by hand.

use serde_json::Value as Json;
use tests::real::{MAILING, Project, agreed, of};

tests::on_both! {
    a_called_workflow_gives_its_exit_back_and_ends_with_its_caller,
    walks_of_one_customer_in_one_batch_see_each_other,
}

const FILES: [(&str, &str); 4] = [
    (
        "workflows/model.yaml",
        "model: shop
customer:
  rewards: { type: number, default: 0 }
events:
  go:         { number: number }
  spun_off:   {}
  order.paid: {}
  played:     { game: text }
",
    ),
    (
        "workflows/caller.yaml",
        "workflow: caller
trigger: { event: go }
consent: offers
goal: { event: order.paid, within: 30 days }
steps:
  - call: helper
    id: asked
    with: { number: = entry.number }
  - if: steps.asked.exit == \"big\"
    then: [{ tag: big }]
    else: [{ tag: other }]
",
    ),
    (
        "workflows/helper.yaml",
        "workflow: helper
trigger: called
consent: offers
inputs: { number: { type: number } }
steps:
  - email: hello
  - wait: 2 days
  - if: inputs.number >= 5
    then: [{ exit: big }]
  - tag: small
",
    ),
    (
        "workflows/starter.yaml",
        "workflow: starter
trigger: { event: spun_off }
consent: offers
goal: { event: order.paid, within: 30 days }
steps:
  - call: helper
    wait: false
    with: { number: 9 }
  - wait: 1 day
  - tag: went_on
",
    ),
];

/// Ten rewards are allowed in all; each game gives one.
const REWARD: (&str, &str) = (
    "workflows/reward.yaml",
    "workflow: reward
trigger: { event: played }
key: event.game
consent: none
steps:
  - wait: 1 day
  - if: customer.rewards < 10
    then:
      - set: { rewards: = customer.rewards + 1 }
      - tag: rewarded
    else:
      - exit: enough
",
);

fn project(more: &[(&str, &str)], customers: usize, events: &str, database: &str) -> Project {
    let project = Project::with(&[MAILING.as_slice(), &FILES, more].concat()).on(database);
    project.write("customers.csv", &agreed(1..=customers));
    project.write("events.csv", &format!("id,event,customer,at,properties.number,properties.game\n{events}"));
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["import", "events", "events.csv"]);
    project
}

/// `day did what` of the lines of one customer that say what was done, entered or left.
fn done(trace: &[Json], customer: &str) -> Vec<String> {
    trace
        .iter()
        .filter(|line| of(line, "customer") == customer)
        .filter(|line| {
            ["done", "exited"].contains(&of(line, "outcome")) && !["if", "goal"].contains(&of(line, "did"))
        })
        .map(|line| {
            let day = of(line, "at").get(5..10).unwrap_or_default();
            format!("{day} {} {} {}", of(line, "workflow"), of(line, "did"), of(line, "what"))
        })
        .collect()
}

fn a_called_workflow_gives_its_exit_back_and_ends_with_its_caller(database: &str) {
    let events = "e1,go,c1,2026-03-02T10:00:00Z,5,
e2,go,c2,2026-03-02T10:00:00Z,1,
e3,go,c3,2026-03-02T10:00:00Z,5,
e4,order.paid,c3,2026-03-03T10:00:00Z,,
e5,spun_off,c4,2026-03-02T10:00:00Z,,
e6,order.paid,c4,2026-03-02T12:00:00Z,,
";
    let trace = project(&[], 4, events, database).lived("2026-03-01", "2026-03-20");
    assert_eq!(
        done(&trace, "c1"),
        [
            "03-02 helper email hello",
            "03-04 helper exit big",
            "03-04 caller call helper",
            "03-04 caller tag big",
            "03-04 caller exit end"
        ]
    );
    assert_eq!(
        done(&trace, "c2"),
        [
            "03-02 helper email hello",
            "03-04 helper tag small",
            "03-04 helper exit end",
            "03-04 caller call helper",
            "03-04 caller tag other",
            "03-04 caller exit end"
        ]
    );
    // The goal of the caller ends both; what was called and not waited for goes on by itself.
    assert_eq!(
        done(&trace, "c3"),
        ["03-02 helper email hello", "03-03 caller exit goal", "03-03 helper exit caller"]
    );
    assert_eq!(
        done(&trace, "c4"),
        [
            "03-02 starter call helper",
            "03-02 helper email hello",
            "03-02 starter exit goal",
            "03-04 helper exit big"
        ]
    );
}

fn walks_of_one_customer_in_one_batch_see_each_other(database: &str) {
    let games: String =
        (1..=15).map(|game| format!("e{game},played,c1,2026-03-02T10:00:00Z,,g{game}\n")).collect();
    let others: String =
        (2..=40).map(|number| format!("f{number},played,c{number},2026-03-02T10:00:00Z,,g1\n")).collect();
    let trace = project(&[REWARD], 40, &(games + &others), database).lived("2026-03-01", "2026-03-20");
    let count = |customer: &str, what: &str| {
        trace.iter().filter(|line| of(line, "customer") == customer && of(line, "what") == what).count()
    };
    assert_eq!((count("c1", "rewarded"), count("c1", "enough")), (10, 5), "never an eleventh reward");
    assert!((2..=40).all(|number| count(&format!("c{number}"), "rewarded") == 1));
}
