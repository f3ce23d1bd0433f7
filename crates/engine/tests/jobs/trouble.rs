//! Panics, crashes, broken tables and the end of the day.

use crate::bench::*;
use engine::jobs::{Due, Handler, Queue, Settings, Workers, prepare};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, oneshot};

#[tokio::test]
async fn a_panic_in_a_run_or_in_the_question_what_is_due_stops_nothing() {
    let bench = Bench::new().await;
    let panics_left = Arc::new(AtomicU64::new(2));
    let (inner, mut heard) = handler(&bench.pool);
    let left = panics_left.clone();
    let handler: Handler = Arc::new(move |queue| {
        let one = |left: u64| left.checked_sub(1);
        if queue == Queue::Turn && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one).is_ok() {
            panic!("a broken handler");
        }
        inner(queue)
    });
    let asked = Arc::new(AtomicU64::new(0));
    let counted = asked.clone();
    let due: Due = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        panic!("a broken question")
    });
    let settings = Settings { watchdog: Duration::from_millis(5), ..still() };
    let running = start(&bench.pool, handler, due, settings);
    bench.announce(Queue::Turn).await;
    running.bells.wake(Queue::Turn);
    while in_time(heard.recv()).await != Some(Queue::Turn) {}
    until("it is asked again", || async { asked.load(Ordering::SeqCst) > 4 }).await;
    assert_eq!(bench.undone().await, 0);
    let tally = running.bells.tally(Queue::Turn);
    assert_eq!((tally.panics, tally.restarts), (2, 0));
    assert!(tally.runs >= 3, "{tally:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_the_next_process_works_at_once_and_takes_over_what_was_held() {
    let bench = Bench::new().await;
    let (began, mut begun) = unbounded_channel();
    let stuck: Handler = Arc::new(move |queue| {
        let _ = began.send(queue);
        Box::pin(std::future::pending())
    });
    let first =
        start(&bench.pool, stuck, never_due(), Settings { poll: Duration::from_millis(1), ..still() });
    first_runs(&mut begun).await;
    bench.announce(Queue::Turn).await;
    until("a worker holds the nudge", || async {
        bench.count("SELECT count(*) FROM Jobs WHERE status = 'Queued'").await == 1
    })
    .await;
    first.crash().await;
    bench.pool.close().await;

    let pool = bench.another_process().await;
    let bench = Bench { dir: bench.dir, pool };
    prepare(&of(&bench.pool)).await.expect("the tables are there");
    let (handler, mut heard) = handler(&bench.pool);
    let settings = Settings { heartbeat: Duration::from_secs(1), ..still() };
    let second = start(&bench.pool, handler, never_due(), settings);
    first_runs(&mut heard).await;
    assert_eq!(bench.undone().await, 0, "the run at the start did it");
    bench.announce(Queue::Turn).await;
    second.bells.wake(Queue::Turn);
    assert_eq!(in_time(heard.recv()).await, Some(Queue::Turn));
    assert_eq!(second.bells.tally(Queue::Turn).restarts, 0, "no quarrel about names");

    // The dead worker falls silent for longer than three heartbeats.
    bench.do_sql("UPDATE Workers SET last_seen = last_seen - 60 WHERE id IN (SELECT lock_by FROM Jobs WHERE status = 'Queued')").await;
    until("its nudge is taken over and over", || async {
        bench.count("SELECT count(*) FROM Jobs WHERE status <> 'Done'").await == 0
    })
    .await;
    second.stop().await;
    let names = "SELECT count(DISTINCT id) FROM Workers WHERE worker_type = 'nurture-turn'";
    assert_eq!(bench.count(names).await, 2, "a new name at each start");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_fails_starts_again_under_a_new_name_and_the_watchdog_works_meanwhile() {
    let bench = Bench::new().await;
    let (handler, mut heard) = handler(&bench.pool);
    let settings = Settings { poll: Duration::from_millis(1), watchdog: Duration::from_millis(5), ..still() };
    let running = start(&bench.pool, handler, due(&bench.pool), settings);
    first_runs(&mut heard).await;
    let names = "SELECT count(*) FROM Workers WHERE worker_type = 'nurture-turn'";
    until("it works", || async { bench.count(names).await == 1 }).await;
    bench.do_sql("ALTER TABLE Jobs RENAME TO gone").await;
    until("it starts again", || async { running.bells.tally(Queue::Turn).restarts > 2 }).await;
    bench.do_sql("INSERT INTO work (queue) VALUES ('nurture-turn')").await;
    until("the work is done", || async { bench.undone().await == 0 }).await;
    bench.do_sql("ALTER TABLE gone RENAME TO Jobs").await;
    until("it works under a new name", || async { bench.count(names).await > 1 }).await;
    bench.announce(Queue::Turn).await;
    running.bells.wake(Queue::Turn);
    until("nothing waits", || async {
        bench.undone().await == 0
            && bench.count("SELECT count(*) FROM Jobs WHERE status <> 'Done'").await == 0
    })
    .await;
    running.stop().await;
}

/// A handler that says when `Turn` begins, waits for leave, and then needs the only connection.
fn slow(bench: &Bench, began: UnboundedSender<Queue>, leave: Arc<Semaphore>) -> Handler {
    let pool = bench.pool.clone();
    Arc::new(move |queue| {
        let (pool, began, leave) = (pool.clone(), began.clone(), leave.clone());
        Box::pin(async move {
            let _ = began.send(queue);
            leave.acquire().await.expect("it stays").forget();
            work(&pool, queue).await;
        })
    })
}

#[tokio::test]
async fn stopping_lets_the_runs_in_progress_end_and_begins_no_other() {
    let bench = Bench::new().await;
    let (began, mut begun) = unbounded_channel();
    let leave = Arc::new(Semaphore::new(0));
    let settings = Settings { poll: Duration::from_millis(1), heartbeat: Duration::from_secs(1), ..still() };
    let workers =
        Workers::new(of(&bench.pool), slow(&bench, began, leave.clone()), due(&bench.pool), settings);
    let bells = workers.bells();
    let ((stop, stopped), (notice, noticed)) = (oneshot::channel(), oneshot::channel());
    let task = tokio::spawn(workers.run(async move {
        let _ = stopped.await;
        let _ = notice.send(());
    }));
    first_runs(&mut begun).await;
    bench.announce(Queue::Turn).await;
    until("a worker asks for another run", || async {
        bench.count("SELECT count(*) FROM Jobs WHERE status = 'Queued'").await == 1
    })
    .await;
    stop.send(()).expect("it runs");
    // This test has one thread, so what follows comes after all that the workers do at the notice.
    in_time(noticed).await.expect("it stops");
    assert!(!task.is_finished(), "runs are in progress");
    leave.add_permits(100);
    in_time(task).await.expect("no panic").expect("it stops well");
    assert_eq!(bench.undone().await, 0, "the run in progress got the connection and did its work");
    assert_eq!(Queue::ALL.map(|queue| bells.tally(queue).runs), [1, 1]);
    bells.wake(Queue::Turn);
}

#[tokio::test]
async fn a_run_that_does_not_end_in_its_grace_is_dropped() {
    let bench = Bench::new().await;
    let (began, mut begun) = unbounded_channel();
    let settings = Settings { grace: Duration::from_millis(20), ..still() };
    let running = start(&bench.pool, slow(&bench, began, Arc::new(Semaphore::new(0))), never_due(), settings);
    first_runs(&mut begun).await;
    bench.announce(Queue::Turn).await;
    running.stop().await;
    assert_eq!(bench.undone().await, 1, "it stays due");
    let (handler, mut heard) = handler(&bench.pool);
    let next = start(&bench.pool, handler, never_due(), still());
    first_runs(&mut heard).await;
    assert_eq!(bench.undone().await, 0);
    next.stop().await;
}
