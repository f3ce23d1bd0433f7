//! What holds messages back, whom a release lets in and which arm wins, through `kill -9` and a new start: a run
//! on a clock that is killed again and again goes on where it stood, and what it decided is what was simulated.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;
use store::{Options, Store};
use tests::binary::command;
use tests::real::{MAILING, Project, lines, of, that};

tests::on_both! {
    what_was_killed_again_and_again_decides_what_was_simulated,
}

const FILES: [(&str, &str); 5] = [
    (
        "workflows/model.yaml",
        "model: shop
customer:
  watching: { type: list, optional: true }
  points:   { type: number, default: 0 }
events:
  go:            {}
  praised:       {}
  sku.restocked: { sku_id: sku, stock: number, sets: { sku.stock: stock } }
entities:
  sku: { stock: number, shared: true }
",
    ),
    ("workflows/templates/offer.md.hbs", "---\nsubject: Offer\npreheader: A word\n---\nOffer.\n"),
    (
        "workflows/back.yaml",
        "workflow: back
trigger: { event: sku.restocked, to: customer.watching has event.sku_id }
consent: offers
release: { batch: 20, every: 15 minutes, by: customer.points }
steps:
  - email: hello
  - wait: 5 hours
",
    ),
    (
        "workflows/held.yaml",
        "workflow: held
trigger: { event: go }
consent: offers
hold_while: { when: enrolled_in(back), at_most: 2 days }
steps:
  - email: offer
  - wait: 1 day
",
    ),
    (
        "workflows/best.yaml",
        "workflow: best
trigger: { event: go }
consent: none
steps:
  - split: gift
    winner: { by: praised, after: 4 hours, at_least: 2, otherwise: tea }
    ways:
      - { name: tea, share: 25%, steps: [{ tag: tea }] }
      - { name: cup, share: 25%, steps: [{ tag: cup }] }
      - { name: rest, share: 50%, takes: winner }
  - tag: served
",
    ),
];
const FROM: &str = "2026-03-01T00:00:00Z";
const TO: &str = "2026-03-06T00:00:00Z";
const CUSTOMERS: usize = 100;

fn project(database: &str) -> Project {
    // Who was killed on PostgreSQL holds its customers until its lease is over.
    let lease = if database.is_empty() { "" } else { "lease = \"2 seconds\"\n" };
    let project = Project::with(&[MAILING.as_slice(), &FILES].concat()).on(&[database, lease].concat());
    let mut customers =
        "external_id,email,watching,points,created_at,consent.offers,consent_at,consent_source\n".to_owned();
    let mut events = "id,event,customer,at,properties.sku_id,properties.stock\n".to_owned();
    events += "e1,sku.restocked,,2026-03-02T10:00:00Z,A1,60\n";
    for number in 0..CUSTOMERS {
        customers += &format!(
            "c{number:02},c{number}@example.com,A1,{number},2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n"
        );
        let minute = number % 60;
        events += &format!("g{number},go,c{number:02},2026-03-02T11:{minute:02}:00Z,,\n");
        if number % 3 == 0 {
            events += &format!("p{number},praised,c{number:02},2026-03-02T13:{minute:02}:00Z,,\n");
        }
    }
    project.write("customers.csv", &customers);
    project.write("events.csv", &events);
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["import", "events", "events.csv"]);
    project
}

/// Runs from an instant on and is killed once the database says that it has come to another. Returns how far it
/// had come.
async fn killed(project: &Project, store: &Store, from: Timestamp, past: &str) -> Timestamp {
    let past: Timestamp = past.parse().expect("an instant");
    let mut child = command(project.path(), &["run", "--clock", &format!("{from}..{TO}"), "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(project.log())
        .spawn()
        .expect("nurture starts");
    while lived(store).await.is_none_or(|lived| lived < past) {
        let left = child.try_wait().expect("it can be asked");
        assert!(left.is_none(), "it goes on until it is killed: {left:?}; {}", project.said());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    lived(store).await.expect("it is noted")
}

/// Up to when the database has lived.
async fn lived(store: &Store) -> Option<Timestamp> {
    let mut conn = store.read().await.expect("the database is there");
    store::meta::get_instant(&mut conn, "lived").await.expect("it is read")
}

/// What was decided, customer by customer in its order: `2026-03-02T10:00:00Z back email hello done `.
type Decided = BTreeMap<String, Vec<String>>;

fn simulated(trace: &[serde_json::Value]) -> Decided {
    let mut decided = Decided::new();
    for line in trace {
        let at: Timestamp = of(line, "at").parse().expect("an instant");
        let parts = ["workflow", "did", "what", "outcome", "reason"].map(|name| of(line, name));
        decided.entry(of(line, "customer").to_owned()).or_default().push(format!("{at} {}", parts.join(" ")));
    }
    decided
}

async fn written(store: &Store) -> Decided {
    let mut conn = store.read().await.expect("the database is there");
    let rows: Vec<(String, i64, String, String, String, String, String)> = store::sql::query_as(
        "SELECT customer, at, workflow, did, what, outcome, coalesce(reason, '') FROM trace
         ORDER BY customer, at, number",
    )
    .fetch_all(&mut conn)
    .await
    .expect("the trace is there");
    let mut decided = Decided::new();
    for (customer, at, workflow, did, what, outcome, reason) in rows {
        let at = Timestamp::from_millisecond(at).expect("an instant");
        let line = format!("{at} {workflow} {did} {what} {outcome} {reason}");
        decided.entry(customer).or_default().push(line);
    }
    decided
}

fn what_was_killed_again_and_again_decides_what_was_simulated(database: &str) {
    let project = project(database);
    let trace = lines(&project.fine(&["simulate", "--from", FROM, "--to", TO, "--json"]));
    let held = that(&trace, "email", "deferred").filter(|line| of(line, "reason") == "hold_while").count();
    let entered = that(&trace, "enroll", "entered").filter(|line| of(line, "workflow") == "back").count();
    let waited = that(&trace, "split", "waits").count();
    assert!(held > 20 && waited > 20, "{held} messages are held, {waited} wait for the winner");
    assert_eq!(entered, CUSTOMERS, "the release lets in all");
    let simulated = simulated(&trace);

    let file = project.path().join("nurture.db").display().to_string();
    let address = database.split('"').nth(1).unwrap_or(&file);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = Options { migrate: false, ..Options::default() };
        let store = Store::open(address, options).await.expect("it opens");
        let (mut from, mut stops) = (FROM.parse::<Timestamp>().expect("an instant"), Vec::new());
        for past in ["2026-03-02T10:20:00Z", "2026-03-02T11:30:00Z", "2026-03-02T14:00:00Z"] {
            from = killed(&project, &store, from, past).await;
            stops.push(from);
        }
        assert!(from < TO.parse().expect("an instant"), "it was killed at work: {stops:?}");
        let rest = project.fine(&["run", "--clock", &format!("{from}..{TO}"), "--json"]);
        assert!(lines(&rest).len() > 20, "something was left to do: {stops:?}");
        let live = written(&store).await;
        assert_eq!(simulated.len(), live.len());
        for (customer, lines) in &simulated {
            assert_eq!(Some(lines), live.get(customer), "{customer}, killed at {stops:?}");
        }
    });
}
