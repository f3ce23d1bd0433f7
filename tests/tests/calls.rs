//! Called workflows, waits for what others do, and several walks of one customer, on the live engine: each
//! run on a clock is what was simulated, and what was expected by hand.

use serde_json::Value as Json;
use tests::real::{Project, lines, of, same_trace};

const FILES: [(&str, &str); 9] = [
    ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
    ("workflows/topics.yaml", "topics:\n  offers: { class: marketing, title: Offers }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    (
        "workflows/channels.yaml",
        "channels:\n  mail: { kind: smtp, host: 127.0.0.1, port: 2525, tls: none }\n",
    ),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
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

fn project(more: &[(&str, &str)], customers: usize, events: &str) -> Project {
    let project = Project::of(&tests::root().join("workflows/templates"));
    std::fs::create_dir_all(project.path().join("workflows/templates")).expect("folders can be made");
    for (path, text) in FILES.iter().chain(more) {
        project.write(path, text);
    }
    let mut rows = "external_id,email,created_at,consent.offers,consent_at,consent_source\n".to_owned();
    for number in 1..=customers {
        rows += &format!(
            "c{number},c{number}@example.com,2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n"
        );
    }
    project.write("customers.csv", &rows);
    project.write("events.csv", &format!("id,event,customer,at,properties.number,properties.game\n{events}"));
    for (kind, file) in [("customers", "customers.csv"), ("events", "events.csv")] {
        let ran = project.nurture(&["import", kind, file]);
        assert_eq!(ran.code, 0, "{kind}: {}{}", ran.out, ran.err);
    }
    project
}

/// The trace of a run on a clock, which is the simulation's.
fn lived(project: &Project) -> Vec<Json> {
    let (from, to) = ("2026-03-01", "2026-03-20");
    let simulated = project.nurture(&["simulate", "--from", from, "--to", to, "--json"]);
    assert_eq!(simulated.code, 0, "{}", simulated.err);
    let live = project.nurture(&["run", "--clock", &format!("{from}..{to}"), "--json"]);
    assert_eq!(live.code, 0, "{}", live.err);
    same_trace(&simulated.out, &live.out);
    let mut trace = lines(&live.out);
    trace.pop();
    trace
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

#[test]
fn a_called_workflow_gives_its_exit_back_and_ends_with_its_caller() {
    let events = "e1,go,c1,2026-03-02T10:00:00Z,5,
e2,go,c2,2026-03-02T10:00:00Z,1,
e3,go,c3,2026-03-02T10:00:00Z,5,
e4,order.paid,c3,2026-03-03T10:00:00Z,,
e5,spun_off,c4,2026-03-02T10:00:00Z,,
e6,order.paid,c4,2026-03-02T12:00:00Z,,
";
    let trace = lived(&project(&[], 4, events));
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

#[test]
fn walks_of_one_customer_in_one_batch_see_each_other() {
    let games: String =
        (1..=15).map(|game| format!("e{game},played,c1,2026-03-02T10:00:00Z,,g{game}\n")).collect();
    let others: String =
        (2..=40).map(|number| format!("f{number},played,c{number},2026-03-02T10:00:00Z,,g1\n")).collect();
    let trace = lived(&project(&[REWARD], 40, &(games + &others)));
    let count = |customer: &str, what: &str| {
        trace.iter().filter(|line| of(line, "customer") == customer && of(line, "what") == what).count()
    };
    assert_eq!((count("c1", "rewarded"), count("c1", "enough")), (10, 5), "never an eleventh reward");
    assert!((2..=40).all(|number| count(&format!("c{number}"), "rewarded") == 1));
}
