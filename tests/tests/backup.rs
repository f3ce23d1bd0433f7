//! Backups, restores and moves, by the program itself: nothing is lost, and nothing goes twice.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;
use tests::binary::nurture;
use tests::shop::{MAILS, Shop, counts};
use tests::sink::{Settings, Sink};

/// So many customers.
const CUSTOMERS: usize = 60;

fn json(shop: &Shop, arguments: &[&str]) -> Json {
    let mut all = arguments.to_vec();
    all.push("--json");
    serde_json::from_str(&shop.fine(&all).out).expect("JSON")
}

/// Sends by state.
async fn states(shop: &Shop) -> BTreeMap<String, i64> {
    let store = shop.store().await;
    let mut conn = store.read().await.expect("the database is there");
    counts(&mut conn, "SELECT state, count(*) FROM send GROUP BY state ORDER BY state")
        .await
        .into_iter()
        .collect()
}

/// Runs until each customer has both mails.
async fn until_all_are_out(shop: &Shop, sink: &Sink, all: usize) {
    for _ in 0..60 {
        shop.fine(&["run", "--until-idle"]);
        if sink.count() == all {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{} of {all} mails went out", sink.count());
}

/// Backs up in the middle of the work, runs on until every mail is out, and restores: nothing leaves again.
async fn an_old_backup_sends_nothing_twice(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { keep_data: false, log: Some(log.clone()), ..Settings::default() });
    let mut shop = match &database {
        Some(database) => Shop::over(sink.port(), "offers", database),
        None => Shop::marketing(sink.port()),
    };
    shop.start(CUSTOMERS);
    shop.fine(&["run", "--until-idle"]);
    assert!(sink.count() >= CUSTOMERS);
    // Ten are new and wait for both mails; of the others the second ones may be to come.
    shop.customers(CUSTOMERS..CUSTOMERS + 10);
    shop.facts("more.csv", CUSTOMERS..CUSTOMERS + 10);
    shop.fine(&["import", "events", "more.csv"]);
    let known = states(&shop).await.get("accepted").copied().unwrap_or(0);
    let made = json(&shop, &["backup", "monday.db"]);
    assert_eq!(made["manifest"]["format"], 1);
    let sound = json(&shop, &["backup", "verify", "monday.db"]);
    assert_eq!(sound["manifest"], made["manifest"]);
    let all = MAILS * (CUSTOMERS + 10);
    until_all_are_out(&shop, &sink, all).await;

    let refused = nurture(shop.path(), &["restore", "monday.db"]);
    assert_eq!(refused.code, 5, "a database is there: {}{}", refused.out, refused.err);
    let mut arguments = vec!["restore", "monday.db"];
    if database.is_some() {
        shop.move_to(&cluster::database());
    } else {
        arguments.push("--replace");
    }
    let restored = json(&shop, &arguments);
    assert_eq!(restored["held"], true);
    // It is held: a run does nothing, whatever is due.
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(sink.count(), all, "nothing goes out until `resume`");
    assert_eq!(states(&shop).await.get("accepted"), Some(&known));
    // The cluster of the tests does not wait for its disk, which the doctor finds as well.
    let told = nurture(shop.path(), &["doctor", "--json"]);
    let told: Json = serde_json::from_str(&told.out).expect("JSON");
    let held = told["checks"].as_array().unwrap().iter().any(|check| check["code"] == "doctor-held-restored");
    assert!(held, "{told}");
    let resumed = json(&shop, &["resume"]);
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(sink.count(), all, "nothing goes twice");
    // Each message is there, once: what was known to have left, and what may have.
    let after = states(&shop).await;
    let unknown = all as i64 - known;
    assert_eq!(after, BTreeMap::from([("accepted".to_owned(), known), ("unknown".to_owned(), unknown)]));
    assert_eq!(restored["unknown"].as_i64().unwrap() + resumed["unknown"].as_i64().unwrap(), unknown);
    // What comes from now on goes as ever.
    shop.customers(200..205);
    shop.facts("later.csv", 200..205);
    shop.fine(&["import", "events", "later.csv"]);
    until_all_are_out(&shop, &sink, all + MAILS * 5).await;
    let lines = fs::read_to_string(&log).unwrap();
    assert_eq!(
        lines.lines().collect::<BTreeSet<_>>().len(),
        lines.lines().count(),
        "no line of the sink twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_of_sqlite_sends_nothing_twice() {
    an_old_backup_sends_nothing_twice(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_of_postgres_sends_nothing_twice() {
    an_old_backup_sends_nothing_twice(Some(cluster::database())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_is_found_out_and_not_restored() {
    let shop = Shop::marketing(2525);
    shop.customers(0..20);
    shop.fine(&["backup", "monday.db"]);
    let again = nurture(shop.path(), &["backup", "monday.db"]);
    assert_eq!(again.code, 5, "{}", again.err);
    let path = shop.path().join("monday.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&path, &bytes).unwrap();
    for arguments in [&["backup", "verify", "monday.db"][..], &["restore", "monday.db", "--replace"]] {
        let ran = nurture(shop.path(), arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.err);
    }
    let none = nurture(shop.path(), &["restore", "tuesday.db", "--replace"]);
    assert_eq!(none.code, 3, "{}", none.err);
    assert!(shop.path().join("nurture.db").exists(), "the database is where it was");
}

/// The tables of a database with their rows and sums.
async fn tallies(url: &str) -> Vec<store::copy::Tally> {
    let store = store::Store::open(url, store::Options::as_it_is()).await.expect("it opens");
    let mut conn = store.read().await.expect("a reader");
    store::copy::tally(&mut conn, &|_, _| ()).await.expect("it can be read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_moved_there_and_back_is_the_same_and_goes_on_in_one_place() {
    let sink = Sink::with(Settings { keep_data: false, ..Settings::default() });
    let shop = Shop::marketing(sink.port());
    shop.start(CUSTOMERS);
    shop.fine(&["run", "--until-idle"]);
    let here = shop.path().join("nurture.db").display().to_string();
    let before = tallies(&here).await;
    let there = cluster::database();
    let moved = json(&shop, &["move", "--to", &there]);
    let told = |rows: &Json| -> Vec<store::copy::Tally> {
        serde_json::from_value(rows["tables"].clone()).expect("tallies")
    };
    let compared = |tables: Vec<store::copy::Tally>| -> Vec<store::copy::Tally> {
        // The move itself is noted.
        tables.into_iter().filter(|table| !["meta", "audit"].contains(&table.table.as_str())).collect()
    };
    assert_eq!(compared(told(&moved)), compared(before.clone()));
    assert_eq!(compared(tallies(&there).await), compared(before.clone()));
    // The old one does nothing any more, whoever asks.
    for arguments in [&["run", "--until-idle"][..], &["import", "events", "facts.csv"], &["resume"]] {
        let ran = nurture(shop.path(), arguments);
        assert_eq!(ran.code, 5, "{arguments:?}: {}{}", ran.out, ran.err);
    }
    // What is not empty is not moved into.
    let elsewhere = nurture(shop.path(), &["--database", &there, "move", "--to", &there]);
    assert_eq!(elsewhere.code, 2, "{}", elsewhere.err);
    let back = nurture(shop.path(), &["--database", &there, "move", "--to", &format!("sqlite://{here}")]);
    assert_eq!(back.code, 5, "{}", back.err);
    assert!(!back.err.is_empty());
    let fresh = format!("sqlite://{}", shop.path().join("fresh.db").display());
    for _ in 0..60 {
        nurture(shop.path(), &["--database", &there, "run", "--until-idle"]);
        if sink.count() == MAILS * CUSTOMERS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(sink.count(), MAILS * CUSTOMERS);
    let on_postgres = tallies(&there).await;
    let ran = nurture(shop.path(), &["--database", &there, "move", "--to", &fresh]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(compared(tallies(&fresh).await), compared(on_postgres));
    let ran = nurture(shop.path(), &["--database", &fresh, "run", "--until-idle"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(sink.count(), MAILS * CUSTOMERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_as_a_whole_sends_nothing_until_it_goes_on() {
    let sink = Sink::with(Settings { keep_data: false, ..Settings::default() });
    let shop = Shop::marketing(sink.port());
    shop.fine(&["pause", "--all"]);
    shop.start(10);
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(sink.count(), 0);
    assert_eq!(json(&shop, &["pause", "--all"])["new"], false);
    assert_eq!(json(&shop, &["resume"])["new"], true);
    assert_eq!(json(&shop, &["resume"])["new"], false);
    until_all_are_out(&shop, &sink, MAILS * 10).await;
}
