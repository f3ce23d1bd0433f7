//! Rows: made, pushed, counted and pruned.

use crate::bench::*;
use engine::jobs::{Backlog, Nudge, Queue, State, prepare, prune, push};
use sqlx::AssertSqlSafe;

#[tokio::test]
async fn preparing_is_repeatable_and_leaves_our_versions_and_our_safety_alone() {
    let bench = Bench::new().await;
    bench.announce(Queue::Turn).await;
    prepare(&of(&bench.pool)).await.expect("again");
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    assert_eq!(bench.count(tables).await, 0);
    assert!(bench.count("SELECT count(*) FROM _apalis_migrations").await > 5);
    assert_eq!(bench.count("PRAGMA synchronous").await, 2, "FULL, as it was");
    assert_eq!(bench.count("SELECT count(*) FROM Jobs").await, 1, "nothing is lost");
}

#[tokio::test]
async fn a_nudge_commits_and_rolls_back_with_our_transaction() {
    let bench = Bench::new().await;
    let mut tx = bench.pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    sqlx::query("INSERT INTO work (queue) VALUES ('x')").execute(&mut *tx).await.expect("work");
    push(store::Raw::Sqlite(&mut tx), &Nudge::new(Queue::Turn, "not to be")).await.expect("a nudge");
    tx.rollback().await.expect("it rolls back");
    assert_eq!(bench.backlog().await, []);
    assert_eq!(bench.undone().await, 0);

    bench.announce(Queue::Turn).await;
    assert_eq!(bench.backlog().await, [Backlog { queue: Queue::Turn, state: State::Pending, rows: 1 }]);
    assert_eq!(bench.undone().await, 1);
}

#[tokio::test]
async fn a_burst_of_nudges_leaves_one_row_in_each_queue() {
    let bench = Bench::new().await;
    for _ in 0..50 {
        bench.announce(Queue::Deliver).await;
        bench.announce(Queue::Turn).await;
    }
    let one = |queue| Backlog { queue, state: State::Pending, rows: 1 };
    assert_eq!(bench.backlog().await, Queue::ALL.map(one));
    // One that a worker holds stands for nobody else: its run may have begun already.
    bench.do_sql("UPDATE Jobs SET status = 'Queued'").await;
    bench.announce(Queue::Turn).await;
    assert_eq!(bench.count("SELECT count(*) FROM Jobs").await, 3);
}

#[tokio::test]
async fn pruning_takes_finished_rows_of_that_age_and_nothing_else() {
    let bench = Bench::new().await;
    let long_ago = 1_000_000;
    let row = |id: &str, state: &str, attempts: i64, done_at: Option<i64>, by: Option<&str>| {
        let text = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        let done_at = done_at.map_or("NULL".to_owned(), |at| at.to_string());
        format!(
            "INSERT INTO Jobs (job, id, job_type, status, attempts, max_attempts, run_at, done_at, lock_by)
             VALUES (x'00', '{id}', 'nurture-turn', '{state}', {attempts}, 2, 0, {done_at}, {})",
            text(by)
        )
    };
    let worker = |id: &str, seen: i64| {
        format!(
            "INSERT INTO Workers (id, worker_type, storage_name, last_seen) VALUES ('{id}', 'nurture-turn', 's', {seen})"
        )
    };
    let rows = [
        worker("dead", long_ago),
        worker("holds", long_ago),
        worker("lives", long_ago + 200),
        row("1 done", "Done", 1, Some(long_ago), Some("dead")),
        row("2 killed", "Killed", 1, Some(long_ago), Some("dead")),
        row("3 failed for good", "Failed", 2, Some(long_ago), None),
        row("4 done, no holder", "Done", 1, Some(long_ago), None),
        row("5 done later", "Done", 1, Some(long_ago + 100), Some("lives")),
        row("6 failed, tried again", "Failed", 1, Some(long_ago), None),
        row("7 pending", "Pending", 0, None, None),
        row("8 queued", "Queued", 0, None, Some("holds")),
        row("9 running", "Running", 1, None, Some("holds")),
    ];
    for sql in rows {
        sqlx::query(AssertSqlSafe(sql.clone())).execute(&bench.pool).await.expect(&sql);
    }
    let before = jiff::Timestamp::from_second(long_ago + 50).expect("a time");
    // A chunk smaller than what there is.
    assert_eq!(prune(&of(&bench.pool), before, 3).await.expect("it prunes"), 4);
    let left: Vec<String> =
        sqlx::query_scalar("SELECT id FROM Jobs ORDER BY id").fetch_all(&bench.pool).await.expect("rows");
    assert_eq!(left, ["5 done later", "6 failed, tried again", "7 pending", "8 queued", "9 running"]);
    let left: Vec<String> =
        sqlx::query_scalar("SELECT id FROM Workers ORDER BY id").fetch_all(&bench.pool).await.expect("rows");
    assert_eq!(left, ["holds", "lives"]);
    assert_eq!(prune(&of(&bench.pool), before, 3).await.expect("again"), 0);
}
