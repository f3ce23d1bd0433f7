//! Imports of large files: memory stays where it is however many rows there are, and an import that was killed
//! goes on where it stood when it is run again. `scripts/soak import` is the long form.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use store::{Options, Store};
use tests::binary::command;
use tests::real::Project;

tests::on_both! {
    an_import_that_was_killed_goes_on_where_it_stood,
    customers_whose_import_was_killed_are_passed_over,
}

const MODEL: &str = "model: shop
customer:
  name:   { type: text, optional: true, pii: true }
  spend:  { from: sum(order.paid.amount) }
  last:   { from: last(order.paid.at) }
  orders: { from: count(order.paid) }
events:
  order.paid: { amount: number }
";
/// What an import may need, in MiB.
const MOST: u64 = 200;
/// What four times the rows may need more, in MiB: the first pages of caches are still being filled.
const MORE: u64 = 24;
/// What a short import needs, in MiB, even where it was over before anybody looked at its highest.
const BASE: u64 = 64;

fn project(database: &str) -> Project {
    Project::with(&[
        ("nurture.toml", "zone = \"UTC\"\nlanguage = \"en\"\n"),
        ("workflows/model.yaml", MODEL),
        ("workflows/topics.yaml", "topics:\n  marketing: { class: marketing, title: Offers }\n"),
    ])
    .on(database)
}

/// So many customers, of whom every tenth comes twice, and some share an address.
fn customers(count: u64) -> String {
    let mut out = "external_id,name,email,consent.marketing,consent_at\n".to_owned();
    for n in 0..count {
        let address = n - u64::from(n % 50 == 1);
        writeln!(out, "c{n:07},李娜 {n},u{address}@example.com,granted,2025-01-01").unwrap();
        if n % 10 == 9 {
            writeln!(out, "c{:07},早先的名字,u{n}@example.com,granted,2025-01-01", n - 9).unwrap();
        }
    }
    out
}

/// So many purchases without ids, spread over the customers in the order of time, every seventh line twice.
fn events(count: u64, of: u64) -> String {
    let begin: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    let mut out = String::new();
    for n in 0..count {
        let at = begin + SignedDuration::from_secs(i64::try_from(n * 30).unwrap());
        let line = format!(
            "{{\"event\":\"order.paid\",\"customer\":\"c{:07}\",\"at\":\"{at}\",\"properties\":{{\"amount\":{}.25}}}}\n",
            n * 7919 % of,
            n % 300
        );
        for _ in 0..=u32::from(n % 7 == 6) {
            out += &line;
        }
    }
    out
}

/// Runs an import to its end. Returns its report and its highest memory, in MiB.
fn watched(here: &Path, arguments: &[&str]) -> (Json, u64) {
    let mut child = command(here, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("nurture starts");
    let status = format!("/proc/{}/status", child.id());
    let mut highest = 0;
    while child.try_wait().expect("it can be asked").is_none() {
        // Gone between two looks: what was seen last stands.
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let kib = told
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok());
        highest = highest.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    (serde_json::from_slice(&output.stdout).expect("a report"), highest / 1024)
}

fn count(report: &Json, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{name}: {report}"))
}

#[test]
fn four_times_the_rows_need_no_more_memory() {
    let mut peaks = Vec::new();
    for size in [2_000_u64, 8_000] {
        let project = project("");
        project.write("customers.csv", &customers(size));
        project.write("events.jsonl", &events(2 * size, size));
        let (people, first) = watched(project.path(), &["import", "customers", "customers.csv", "--json"]);
        assert_eq!((count(&people, "new"), count(&people, "repeated")), (size, size / 10), "{people}");
        let (facts, second) = watched(project.path(), &["import", "events", "events.jsonl", "--json"]);
        assert_eq!(count(&facts, "new"), 2 * size + 2 * size / 7, "{facts}");
        let (again, third) = watched(project.path(), &["import", "events", "events.jsonl", "--json"]);
        assert_eq!((count(&again, "new"), count(&again, "same")), (0, count(&facts, "read")));
        peaks.push([first, second, third]);
    }
    for (small, large) in peaks[0].iter().zip(peaks[1]) {
        assert!(*small > 0 && large < MOST && large <= small.max(&BASE) + MORE, "MiB: {peaks:?}");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn an_import_that_was_killed_goes_on_where_it_stood(database: &str) {
    let (people, facts) = (customers(800), events(6_000, 800));
    let rows = facts.lines().count() as u64;
    let [whole, broken] = [(), ()].map(|()| {
        // A database of its own for each.
        let database = if database.is_empty() { String::new() } else { tests::both::on_postgres() };
        let project = project(&database);
        project.write("customers.csv", &people);
        project.write("events.jsonl", &facts);
        project.fine(&["import", "customers", "customers.csv"]);
        (project, database)
    });
    let undisturbed = whole.0.read(&["import", "events", "events.jsonl", "--json"]);
    assert_eq!(count(&undisturbed, "new"), rows, "{undisturbed}");

    let (project, url) = &broken;
    let store = open(project, url).await;
    for past in [rows / 5, rows / 2] {
        let before = stored(&store).await;
        let mut child = command(project.path(), &["import", "events", "events.jsonl"])
            .stdout(Stdio::null())
            .stderr(project.log())
            .spawn()
            .expect("nurture starts");
        while stored(&store).await < past {
            let left = child.try_wait().expect("it can be asked");
            assert_eq!(left, None, "it goes on until it is killed; {}", project.said());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let after = stored(&store).await;
        assert!((before.max(past)..rows).contains(&after), "{after} of {rows}");
    }
    let there = stored(&store).await;
    let rest = project.read(&["import", "events", "events.jsonl", "--json"]);
    assert_eq!((count(&rest, "new"), count(&rest, "same")), (rows - there, there), "{rest}");
    // What is there was passed over without a look at the database.
    assert_eq!(count(&rest, "skipped"), there, "{rest}");
    let again = project.read(&["import", "events", "events.jsonl", "--json"]);
    assert_eq!((count(&again, "new"), count(&again, "same")), (0, rows), "{again}");
    assert_eq!(count(&again, "skipped"), rows, "{again}");

    // Each customer is kept as where nobody was killed, and as whoever reads all their facts keeps them.
    let kept = profiles(&store).await;
    assert_eq!(kept.len(), 800);
    let undisturbed = open(&whole.0, &whole.1).await;
    assert_eq!(kept, profiles(&undisturbed).await);
    let orders: u64 = kept.iter().map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(orders, rows);
    store.close().await;
    undisturbed.close().await;
}

#[tokio::main(flavor = "current_thread")]
async fn customers_whose_import_was_killed_are_passed_over(database: &str) {
    let people = 6_000;
    let project = project(database);
    project.write("customers.csv", &customers(people));
    // One row, so that the database is there.
    project.write("first.csv", "external_id\nc0000000\n");
    project.fine(&["import", "customers", "first.csv"]);
    let store = open(&project, database).await;
    let there = async || {
        let mut conn = store.read().await.expect("a connection");
        store::customer::ids(&mut conn).await.expect("ids").len() as u64
    };
    let mut child = command(project.path(), &["import", "customers", "customers.csv"])
        .stdout(Stdio::null())
        .stderr(project.log())
        .spawn()
        .expect("nurture starts");
    while there().await < people / 3 {
        let left = child.try_wait().expect("it can be asked");
        assert_eq!(left, None, "it goes on until it is killed; {}", project.said());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let stood = there().await;
    assert!((people / 3..people).contains(&stood), "{stood}");
    let rest = project.read(&["import", "customers", "customers.csv", "--json"]);
    assert_eq!((count(&rest, "new"), count(&rest, "skipped")), (people - stood, stood), "{rest}");
    assert_eq!((count(&rest, "repeated"), count(&rest, "mailable")), (people / 10, people), "{rest}");
    assert_eq!(there().await, people);
    // It has come to its end: once more, every row is looked at.
    let again = project.read(&["import", "customers", "customers.csv", "--json"]);
    assert_eq!((count(&again, "same"), count(&again, "skipped")), (people, 0), "{again}");
    store.close().await;
}

async fn open(project: &Project, database: &str) -> Store {
    let url = match database.split('"').nth(1) {
        Some(url) => url.to_owned(),
        None => project.path().join("nurture.db").display().to_string(),
    };
    Store::open(&url, Options { migrate: false, ..Options::default() }).await.expect("the database is there")
}

async fn stored(store: &Store) -> u64 {
    let mut conn = store.read().await.expect("a connection");
    u64::try_from(store::event::count(&mut conn).await.expect("it is counted")).expect("no less than nought")
}

/// `c0000001 spend last orders`, in the order of ids.
async fn profiles(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.expect("a connection");
    let settings = dsl::project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let file = dsl::project::File { path: "workflows/model.yaml".to_owned(), text: MODEL.to_owned() };
    let model = dsl::load(&[file], &settings).project.library.model;
    let ids = store::customer::ids(&mut conn).await.expect("ids");
    let customers = store::customer::load(&mut conn, &ids, &model).await.expect("customers");
    let line = |customer: &model::Customer| {
        let value = |name: &str| customer.get(name).map_or("-".to_owned(), ToString::to_string);
        format!("{} {} {} {}", customer.id, value("spend"), value("last"), value("orders"))
    };
    customers.values().map(line).collect()
}
