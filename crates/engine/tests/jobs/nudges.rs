//! Nudges: heard, collapsed, lost and unreadable.

use crate::bench::*;
use engine::jobs::{Backlog, Handler, Nudge, Queue, Settings, State, push};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_finds_the_nudge_of_another_process() {
    let bench = Bench::new().await;
    let (handler, mut heard) = handler(&bench.pool);
    // So short that a round ends while a look is under way, which must not be the last look.
    let settings = Settings { poll: Duration::ZERO, ..still() };
    let running = start(&bench.pool, handler, never_due(), settings);
    first_runs(&mut heard).await;
    let other = bench.another_process().await;
    for queue in [Queue::Deliver, Queue::Turn, Queue::Deliver] {
        announce(&other, queue).await;
        assert_eq!(in_time(heard.recv()).await, Some(queue));
        assert_eq!(bench.undone().await, 0);
    }
    let done = |queue, rows| Backlog { queue, state: State::Done, rows };
    let expected = [done(Queue::Turn, 1), done(Queue::Deliver, 2)];
    until("all nudges are acknowledged", || async { bench.backlog().await == expected }).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wake_after_the_commit_is_heard_without_any_poll() {
    let bench = Bench::new().await;
    let (handler, mut heard) = handler(&bench.pool);
    let running = start(&bench.pool, handler, never_due(), still());
    first_runs(&mut heard).await;
    for _ in 0..100 {
        bench.announce(Queue::Turn).await;
        running.bells.wake(Queue::Turn);
        assert_eq!(in_time(heard.recv()).await, Some(Queue::Turn));
        assert_eq!(bench.undone().await, 0);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nudges_during_a_run_lead_to_exactly_one_more() {
    let bench = Bench::new().await;
    let (began, mut begun) = unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let (pool, pass) = (bench.pool.clone(), gate.clone());
    let handler: Handler = Arc::new(move |queue| {
        let (pool, pass, began) = (pool.clone(), pass.clone(), began.clone());
        Box::pin(async move {
            let _ = began.send(queue);
            if queue == Queue::Turn {
                pass.acquire().await.expect("the gate stays").forget();
            }
            work(&pool, queue).await;
        })
    });
    let settings = Settings { poll: Duration::from_millis(1), ..still() };
    let running = start(&bench.pool, handler, never_due(), settings);
    first_runs(&mut begun).await;
    // The first run of `Turn` stands at the gate.
    for _ in 0..20 {
        bench.announce(Queue::Turn).await;
        running.bells.wake(Queue::Turn);
    }
    gate.add_permits(1);
    assert_eq!(in_time(begun.recv()).await, Some(Queue::Turn));
    gate.add_permits(1);
    until("nothing waits", || async {
        bench.count("SELECT count(*) FROM Jobs WHERE status <> 'Done'").await == 0
    })
    .await;
    assert_eq!(running.bells.tally(Queue::Turn).runs, 2, "one run for twenty nudges");
    assert_eq!(bench.undone().await, 0);
    running.stop().await;
}

#[tokio::test]
async fn a_nudge_that_is_lost_costs_no_work() {
    let bench = Bench::new().await;
    let (handler, mut heard) = handler(&bench.pool);
    // The worker never looks; the watchdog alone does.
    let settings = Settings { watchdog: Duration::from_millis(5), ..still() };
    let running = start(&bench.pool, handler, due(&bench.pool), settings);
    first_runs(&mut heard).await;
    let mut tx = bench.pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
    sqlx::query("INSERT INTO work (queue) VALUES (?1)")
        .bind(Queue::Turn.name())
        .execute(&mut *tx)
        .await
        .expect("work");
    push(store::Raw::Sqlite(&mut tx), &Nudge::new(Queue::Turn, "soon gone")).await.expect("a nudge");
    let gone = sqlx::query("DELETE FROM Jobs").execute(&mut *tx).await.expect("they go").rows_affected();
    assert_eq!(gone, 1);
    tx.commit().await.expect("it commits");
    assert_eq!(in_time(heard.recv()).await, Some(Queue::Turn));
    assert_eq!(bench.undone().await, 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_jobs_deleted_again_and_again_under_load_lose_nothing_and_repeat_nothing() {
    let bench = Bench::new().await;
    let (handler, _heard) = handler(&bench.pool);
    let settings = Settings { poll: Duration::from_millis(1), watchdog: Duration::from_millis(5), ..still() };
    let running = start(&bench.pool, handler, due(&bench.pool), settings);
    let other = bench.another_process().await;
    let mut deleted = 0;
    for round in 0..150 {
        let queue = if round % 2 == 0 { Queue::Turn } else { Queue::Deliver };
        announce(&other, queue).await;
        running.bells.wake(queue);
        deleted += sqlx::query("DELETE FROM Jobs").execute(&other).await.expect("they go").rows_affected();
    }
    assert!(deleted > 0, "rows were there to delete");
    until("all work is done", || async { bench.undone().await == 0 }).await;
    assert_eq!(bench.count("SELECT count(*) FROM work WHERE done = 1").await, 150);
    running.stop().await;
}

#[tokio::test]
async fn a_nudge_that_cannot_be_read_is_a_nudge_all_the_same() {
    let bench = Bench::new().await;
    let (handler, mut heard) = handler(&bench.pool);
    let running = start(&bench.pool, handler, never_due(), still());
    first_runs(&mut heard).await;
    bench.announce(Queue::Turn).await;
    bench.do_sql("UPDATE Jobs SET job = x'ff00'").await;
    running.bells.wake(Queue::Turn);
    assert_eq!(in_time(heard.recv()).await, Some(Queue::Turn));
    assert_eq!(running.bells.tally(Queue::Turn).restarts, 0);
    running.stop().await;
}
