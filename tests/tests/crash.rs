//! Nothing lost, nothing twice: the program is killed again and again while it sends, and judged by what the
//! receiving server has on its disk. On SQLite one process works, on PostgreSQL three, of which one is killed at a
//! time. `scripts/soak kill` does the same for longer.

#[path = "crash/harness.rs"]
mod harness;
#[path = "crash/judge.rs"]
mod judge;

use harness::{CONNECTIONS, Works, rounds, until_idle};
use judge::Judged;
use std::time::{Duration, Instant};
use tests::proof::{Proof, time_is_over};
use tests::shop::Shop;
use tests::sink::{Settings, Sink};

const ROUNDS: &str = "NURTURE_KILL_ROUNDS";
const SEED: &str = "NURTURE_KILL_SEED";
/// Rounds of the first of these tests; the others do a share of them.
const USUAL: usize = 40;
/// Processes on PostgreSQL.
const WORKERS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_sends_nothing_twice() {
    let rounds = rounds(ROUNDS, USUAL);
    let (judged, kills) = alone("kill-sqlite", Shop::marketing, rounds).await;
    at_most_once(judged, kills);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_come_twice_always_comes_and_under_one_message_id() {
    let rounds = (rounds(ROUNDS, USUAL) / 4).max(1);
    let (judged, kills) = alone("kill-sqlite-twice", Shop::service, rounds).await;
    at_least_once(judged, kills);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_processes_any_may_be_killed_at_any_moment() {
    let rounds = (rounds(ROUNDS, USUAL) / 4).max(1);
    let (judged, kills) = of_three("kill-postgresql", "offers", rounds).await;
    at_most_once(judged, kills);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_processes_what_may_come_twice_always_comes() {
    let rounds = (rounds(ROUNDS, USUAL) / 8).max(1);
    let (judged, kills) = of_three("kill-postgresql-twice", "service", rounds).await;
    at_least_once(judged, kills);
}

fn at_most_once(judged: Judged, kills: usize) {
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink + judged.unknown - judged.arrived_unknown, judged.mails, "{judged}");
    assert!(judged.unknown <= kills * CONNECTIONS, "{judged}");
}

fn at_least_once(judged: Judged, kills: usize) {
    assert_eq!((judged.lost, judged.unknown, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink, judged.mails, "{judged}");
    assert!(judged.twice <= kills * CONNECTIONS, "{judged}");
}

/// One process on SQLite, killed once a round. Returns how often, too.
async fn alone(name: &'static str, shop: fn(u16) -> Shop, rounds: usize) -> (Judged, usize) {
    let mut works = Works::new(name, shop, rounds, SEED);
    let mut takeovers = Vec::new();
    let mut done = 0;
    while done < rounds && !time_is_over() {
        done += 1;
        works.next_come();
        let (before, began) = (works.sink.count(), Instant::now());
        works.start();
        // One in five dies while it starts: taking over, migrating, publishing, recovering.
        if works.dice.between(1, 5) != 1 {
            works.more_than(before).await;
            takeovers.push(began.elapsed());
        }
        works.moment(20, 400).await;
        works.kill(0);
    }
    (judge(name, works, done, takeovers).await, done)
}

/// Three processes on PostgreSQL, of which one is killed and another started once a round.
async fn of_three(name: &'static str, topic: &str, rounds: usize) -> (Judged, usize) {
    let database = cluster::database();
    let mut works = Works::new(name, |port| Shop::over(port, topic, &database), rounds, SEED);
    for _ in 0..WORKERS {
        works.start();
    }
    let mut waits = Vec::new();
    let mut done = 0;
    while done < rounds && !time_is_over() {
        done += 1;
        let (before, began) = (works.sink.count(), Instant::now());
        works.next_come();
        // One in five dies while others may still be taking over what the last one held.
        if works.dice.between(1, 5) != 1 {
            works.more_than(before).await;
            waits.push(began.elapsed());
        }
        works.moment(20, 400).await;
        let which = works.one();
        works.kill(which);
        works.start();
    }
    (judge(name, works, done, waits).await, done)
}

async fn judge(name: &'static str, works: Works, rounds: usize, mut waits: Vec<Duration>) -> Judged {
    let seed = works.seed;
    let judged = works.finish().await;
    waits.sort();
    let wait = |at: usize| waits.get(at).map_or(0, Duration::as_millis);
    println!("{name}: {rounds} rounds, {judged}; to the next mail: median {} ms", wait(waits.len() / 2));
    Proof { name, rounds, seed: Some(seed) }.keep(serde_json::json!({
        "mails": judged.mails,
        "lost": judged.lost,
        "twice": judged.twice,
        "unknown": judged.unknown,
        "bound": rounds * CONNECTIONS,
        "next_mail_ms_median": u64::try_from(wait(waits.len() / 2)).unwrap_or(u64::MAX),
        "next_mail_ms_longest": u64::try_from(wait(waits.len().saturating_sub(1))).unwrap_or(u64::MAX),
    }));
    judged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_sees_what_is_missing_and_what_is_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { log: Some(log.clone()), ..Settings::default() });
    let shop = Shop::marketing(sink.port());
    shop.start(3);
    let mut working = shop.spawn(&["run"], "run.log");
    until_idle(&shop).await;
    working.kill().unwrap();
    working.wait().unwrap();
    let fine = Judged::of(&shop, &log, 3).await;
    assert_eq!(fine, Judged { mails: 6, at_sink: 6, ..Judged::default() });

    let text = std::fs::read_to_string(&log).unwrap();
    let (first, others) = text.split_once('\n').unwrap();
    std::fs::write(&log, others).unwrap();
    assert_eq!(Judged::of(&shop, &log, 3).await, Judged { lost: 1, at_sink: 5, ..fine });
    std::fs::write(&log, format!("{text}{first}\n{first}\n")).unwrap();
    assert_eq!(Judged::of(&shop, &log, 3).await, Judged { twice: 2, ..fine });

    std::fs::write(&log, &text).unwrap();
    let mut conn = shop.store().await.begin().await.unwrap();
    let cancelled = "UPDATE send SET state = 'cancelled', reason = 'suppressed' WHERE slot = (SELECT min(slot) FROM send)";
    let changed = store::sql::query(cancelled).execute(&mut conn).await.unwrap().rows_affected();
    store::sql::query("DELETE FROM event WHERE name = 'email.sent' AND slot = (SELECT min(slot) FROM send)")
        .execute(&mut conn)
        .await
        .unwrap();
    store::commit(conn).await.unwrap();
    assert_eq!(
        Judged::of(&shop, &log, 3).await,
        Judged { untrue: usize::try_from(changed).unwrap(), ..fine }
    );
}
