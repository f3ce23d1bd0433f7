//! What operators do to a whole database: hold it, copy it, and bring it up to date through a crash.

use crate::given::*;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::copy::{self, Tally};
use store::hold::{self, Hold, Why};
use store::send::{self, Gate, SendKey, Worker};
use store::{Options, Store, StoreError, commit, customer, enrollment, entity, event};

on_both! {
    while_everything_is_held_nothing_is_claimed_and_nothing_passes_the_gate,
    a_database_that_was_moved_takes_no_writes,
}

async fn hold_now(store: &Store, why: Why) {
    let mut tx = store.begin_even_moved().await.expect("a writer");
    let hold = Hold { since: minute(0), who: "test".to_owned(), why };
    hold::begin(&mut tx, &hold).await.expect("held");
    assert_eq!(hold::get(&mut tx).await.expect("a hold"), Some(hold));
    commit(tx).await.expect("committed");
}

async fn while_everything_is_held_nothing_is_claimed_and_nothing_passes_the_gate(store: Store) {
    let worker = Worker { name: "w1".to_owned(), epoch: 7 };
    let (first, second) = (outgoing("a", "en_a", "email:x"), outgoing("b", "en_b", "email:x"));
    let mut tx = store.begin().await.expect("a writer");
    send::insert(&mut tx, &[&first], minute(0)).await.expect("a send");
    let claimed = send::claim(&mut tx, &worker, minute(1), minute(60), 10).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    send::insert(&mut tx, &[&second], minute(0)).await.expect("a send");
    commit(tx).await.expect("committed");
    hold_now(&store, Why::ByHand).await;
    let mut tx = store.begin().await.expect("a writer");
    let gate = [Gate { send: SendKey::of(&first), template_hash: None }];
    let handed = send::hand(&mut tx, &worker, &gate, minute(2)).await.expect("asked");
    assert!(handed.is_empty(), "what was claimed before stays here");
    assert!(send::claim(&mut tx, &worker, minute(2), minute(60), 10).await.expect("asked").is_empty());
    assert_eq!(send::next_due_at(&mut tx).await.expect("asked"), None);
    hold::end(&mut tx).await.expect("it goes on");
    assert_eq!(send::claim(&mut tx, &worker, minute(2), minute(60), 10).await.expect("asked").len(), 2);
}

async fn a_database_that_was_moved_takes_no_writes(store: Store) {
    hold_now(&store, Why::Moved { to: "postgres://db/new".to_owned() }).await;
    let refused = store.begin().await.expect_err("refused");
    assert!(matches!(&refused, StoreError::Moved { to } if to == "postgres://db/new"), "{refused}");
    assert!(!refused.retry());
    let mut tx = store.begin_even_moved().await.expect("a writer");
    hold::end(&mut tx).await.expect("it goes on");
    commit(tx).await.expect("committed");
    store.begin().await.expect("a writer");
}

async fn tallies(store: &Store) -> Vec<Tally> {
    copy::tally(&mut store.read().await.expect("a reader"), &|_, _| ()).await.expect("counted")
}

/// Rows with whatever texts and numbers may hold.
async fn fill(store: &Store) {
    let mut tx = store.begin().await.expect("a writer");
    for number in 0..1_200_i64 {
        let mut one = crate::given::customer(&format!("客户-{number}"));
        one.attributes.insert("city".to_owned(), "Köln \"x\" \\ 北京\u{2028}\n".into());
        one.attributes.insert("a".to_owned(), crate::given::number(-number));
        customer::write(&mut tx, &[&one], minute(0)).await.expect("a customer");
        let deal = crate::given::entity("deal", &format!("d{number}"), Some(one.id.as_str()));
        entity::write(&mut tx, &[&deal]).await.expect("a deal");
        let fact = crate::given::event(one.id.as_str(), "order.paid", &format!("e{number}"), minute(number));
        event::insert(&mut tx, &[&fact], event::EventState::New).await.expect("a fact");
        let walk = crate::given::walk(one.id.as_str(), "welcome", "", waiting("wait", minute(9)));
        enrollment::save(&mut tx, &[&walk]).await.expect("a walk");
        send::insert(&mut tx, &[&outgoing(one.id.as_str(), walk.id.as_str(), "email:x")], minute(0))
            .await
            .expect("a send");
    }
    store::meta::set(&mut tx, "empty", Some("")).await.expect("a value");
    commit(tx).await.expect("committed");
}

#[tokio::test]
async fn what_is_copied_to_the_other_database_and_back_is_the_same() {
    let from = Store::temporary().await.expect("a store");
    fill(&from).await;
    let before = tallies(&from).await;
    assert!(before.iter().filter(|table| table.rows >= 1_200).count() >= 5, "{before:?}");
    let there = Store::open(&cluster::database(), Options::default()).await.expect("a store");
    let back = Store::temporary().await.expect("a store");
    for (from, to) in [(&from, &there), (&there, &back)] {
        let mut view = from.view().await.expect("a view");
        let mut tx = to.begin().await.expect("a writer");
        assert_eq!(copy::first_filled(&mut tx).await.expect("looked"), None);
        let read = copy::copy(&mut view, &mut tx, &|_, _| ()).await.expect("copied");
        assert!(copy::first_filled(&mut tx).await.expect("looked").is_some());
        commit(tx).await.expect("committed");
        assert_eq!(read, before);
        assert_eq!(tallies(to).await, before);
    }
    // One letter is seen.
    let mut tx = back.begin().await.expect("a writer");
    store::meta::set(&mut tx, "empty", Some("x")).await.expect("a value");
    commit(tx).await.expect("committed");
    assert_ne!(tallies(&back).await, before);
}

#[tokio::test]
async fn no_table_is_forgotten() {
    let (_folder, store) = store().await;
    let mut conn = store.read().await.expect("a reader");
    let there: Vec<String> = store::sql::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
         AND name NOT LIKE '~_%' ESCAPE '~' ORDER BY name",
    )
    .fetch_all(&mut conn)
    .await
    .expect("the tables");
    let mut known: BTreeSet<String> = copy::tables().into_iter().collect();
    known.extend(["session", "slot_lease", "worker", "write_count"].map(str::to_owned));
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), known);
}

fn migrations(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(of)
}

/// The migrations below one, and the statements of that one up to the middle.
async fn half_way(of: &str, number: i64) -> (Migrator, String) {
    let all = Migrator::new(migrations(of)).await.expect("the migrations can be read");
    let text = all.iter().find(|each| each.version == number).expect("the migration").sql.as_str().to_owned();
    let below: Vec<_> = all.iter().filter(|each| each.version < number).cloned().collect();
    let statements: Vec<&str> = text.split_inclusive(";\n").collect();
    let half = statements.len().div_ceil(2);
    let begun: String = statements.into_iter().take(half).collect();
    (Migrator { migrations: Cow::Owned(below), ..Migrator::DEFAULT }, begun)
}

async fn numbers(of: &str) -> Vec<i64> {
    let all = Migrator::new(migrations(of)).await.expect("the migrations can be read");
    all.iter().map(|each| each.version).collect()
}

/// A database in which a process was killed in the middle of a migration is brought up to date by the next one.
#[tokio::test]
async fn a_kill_in_the_middle_of_each_migration_of_sqlite_is_safe() {
    for number in numbers("sqlite").await {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("nurture.db");
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut conn = SqliteConnection::connect(&url).await.expect("a database");
        sqlx::raw_sql("PRAGMA journal_mode = wal; PRAGMA cache_size = 1")
            .execute(&mut conn)
            .await
            .expect("wal");
        let (below, begun) = half_way("sqlite", number).await;
        below.run(&mut conn).await.expect("the earlier ones");
        let text = format!("BEGIN IMMEDIATE; {begun}");
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut conn).await.expect("half of it");
        // What the disk holds at this instant is what a killed process leaves.
        let left = tempfile::tempdir().expect("a folder");
        for name in ["nurture.db", "nurture.db-wal"] {
            let from = folder.path().join(name);
            if from.exists() {
                std::fs::copy(&from, left.path().join(name)).expect("copied");
            }
        }
        let left_there = left.path().join("nurture.db").display().to_string();
        for _ in 0..2 {
            let store = Store::open(&left_there, Options::default()).await.expect("it goes on");
            let mut conn = store.read().await.expect("a reader");
            let found = store::found_migration(&mut conn).await.expect("looked");
            assert_eq!(found, store::known_migration(), "after a kill in {number}");
            assert_eq!(store::doctor::damage(&mut conn).await.expect("looked"), None);
            drop(conn);
            store.close().await;
        }
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_each_migration_of_postgres_is_safe() {
    for number in numbers("postgres").await {
        let url = cluster::database();
        let mut conn = PgConnection::connect(&url).await.expect("a database");
        let (below, begun) = half_way("postgres", number).await;
        below.run(&mut conn).await.expect("the earlier ones");
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {begun}"))).execute(&mut conn).await.expect("half of it");
        // The server finds its end of the connection closed, as when the process is killed.
        conn.close_hard().await.expect("closed");
        for _ in 0..2 {
            let store = Store::open(&url, Options::default()).await.expect("it goes on");
            let mut conn = store.read().await.expect("a reader");
            let found = store::found_migration(&mut conn).await.expect("looked");
            assert_eq!(found, store::known_migration(), "after a kill in {number}");
        }
    }
}

/// Who works at a table is in the way of a migration that changes it. It is tried again until they let go.
#[tokio::test]
async fn a_migration_waits_for_those_who_work() {
    let url = cluster::database();
    let mut worker = PgConnection::connect(&url).await.expect("a database");
    let all = Migrator::new(migrations("postgres")).await.expect("the migrations can be read");
    let changes =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("ALTER TABLE ").map(str::to_owned));
    let (number, line) = all
        .iter()
        .find_map(|each| Some((each.version, changes(each.sql.as_str())?)))
        .expect("one that changes");
    let table = line.split(' ').next().expect("a table").to_owned();
    let (below, _) = half_way("postgres", number).await;
    below.run(&mut worker).await.expect("the earlier ones");
    let held = format!("BEGIN; LOCK TABLE {table} IN ACCESS SHARE MODE");
    sqlx::raw_sql(AssertSqlSafe(held)).execute(&mut worker).await.expect("at work");
    let opened = tokio::spawn(async move { Store::open(&url, Options::default()).await });
    // It waits, is refused, and waits once more.
    for waits in [true, false, true] {
        loop {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL";
            let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut worker).await.expect("looked");
            if (waiting > 0) == waits {
                break;
            }
            assert!(!opened.is_finished(), "it gave up");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    sqlx::raw_sql("ROLLBACK").execute(&mut worker).await.expect("done");
    let store = opened.await.expect("no panic").expect("it goes on");
    let mut conn = store.read().await.expect("a reader");
    assert_eq!(store::found_migration(&mut conn).await.expect("looked"), store::known_migration());
}
