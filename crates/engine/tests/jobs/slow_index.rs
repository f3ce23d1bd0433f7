//! The index of apalis that makes each acknowledgement walk all finished rows of a worker.

use crate::bench::*;
use apalis_sqlite::queries::{AckPayload, ack_tasks};
use engine::jobs::prepare;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const FINISHED: i64 = 5_000;

/// A worker with many finished rows and one that it holds.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench
        .do_sql("INSERT INTO Workers (id, worker_type, storage_name) VALUES ('w', 'nurture-turn', 's')")
        .await;
    sqlx::query(
        "WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
         INSERT INTO Jobs (job, id, job_type, status, lock_by, done_at)
         SELECT x'00', printf('%026d', n), 'nurture-turn', 'Done', 'w', 1 FROM n",
    )
    .bind(FINISHED)
    .execute(&bench.pool)
    .await
    .expect("rows");
    bench.do_sql("UPDATE Jobs SET status = 'Queued', done_at = NULL WHERE rowid = 7").await;
    bench
}

/// How SQLite goes about a statement of the shape of the acknowledgement.
async fn plan(bench: &Bench) -> String {
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "EXPLAIN QUERY PLAN UPDATE Jobs SET status = told.state
         FROM (SELECT value ->> 'task_id' AS id, value ->> 'status' AS state FROM json_each(?1)) AS told
         WHERE Jobs.id = told.id AND Jobs.lock_by = ?2",
    )
    .bind("[]")
    .bind("w")
    // A kept statement would tell the plan of an older schema.
    .persistent(false)
    .fetch_all(&bench.pool)
    .await
    .expect("a plan");
    steps.into_iter().map(|step| step.3 + "\n").collect()
}

/// Steps of SQLite's machine, in hundreds, for the statement that apalis really runs.
async fn hundreds_of_steps(bench: &Bench) -> u64 {
    let told: AckPayload = serde_json::from_value(serde_json::json!({
        "task_id": format!("{:026}", 7), "attempt": 1, "status": "Done", "result": { "Ok": null }
    }))
    .expect("an acknowledgement");
    let mut conn = bench.pool.acquire().await.expect("a connection");
    let hundreds = Arc::new(AtomicU64::new(0));
    let counted = hundreds.clone();
    conn.lock_handle().await.expect("the handle").set_progress_handler(100, move || {
        counted.fetch_add(1, Ordering::SeqCst);
        true
    });
    let rows = ack_tasks(&mut *conn, &[&told], "w").await.expect("it is acknowledged");
    conn.lock_handle().await.expect("the handle").remove_progress_handler();
    assert_eq!(rows, 1);
    hundreds.load(Ordering::SeqCst)
}

#[tokio::test]
async fn the_slow_index_is_gone_and_the_row_is_found_by_its_id() {
    let bench = bench().await;
    assert_eq!(bench.count("SELECT count(*) FROM sqlite_schema WHERE name = 'LIdx'").await, 0);
    let good = plan(&bench).await;
    assert!(good.contains("SEARCH Jobs USING INDEX sqlite_autoindex_Jobs_1 (id=?)"), "{good}");
    assert!(!good.contains("lock_by"), "{good}");
    let few = hundreds_of_steps(&bench).await;
    assert!(few < 20, "{few} hundred steps");

    // The guard sees the index where it is back, and so does preparing.
    bench.do_sql("CREATE INDEX LIdx ON Jobs(lock_by)").await;
    bench.do_sql("UPDATE Jobs SET status = 'Queued' WHERE rowid = 7").await;
    let bad = plan(&bench).await;
    let many = hundreds_of_steps(&bench).await;
    assert!(bad.contains("LIdx") && many > 20 * few.max(1), "{many} against {few}:\n{bad}");
    prepare(&of(&bench.pool)).await.expect("again");
    assert_eq!(plan(&bench).await, good);
}
