//! Nothing lost, nothing twice: the program is killed again and again while it sends, and judged by what the
//! receiving server has on its disk. `scripts/soak kill` does the same for longer.

#[path = "crash/judge.rs"]
mod judge;

use judge::Judged;
use std::process::Child;
use std::time::{Duration, Instant};
use tests::dice::Dice;
use tests::shop::{Shop, count};
use tests::sink::{Settings, Sink};

/// Customers who come with each round: a little more than a round gets through, so that it is killed at work.
const COMERS: usize = 30;
/// The most connections that the program opens to a relay; each may be past its gate when it is killed.
const CONNECTIONS: usize = 8;
/// How long a start may take to the next mail, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_sends_nothing_twice() {
    let rounds = rounds();
    let judged = killed("at most once", Shop::marketing, rounds).await;
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink + judged.unknown - judged.arrived_unknown, judged.mails, "{judged}");
    assert!(judged.unknown <= rounds * CONNECTIONS, "{judged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_come_twice_always_comes_and_under_one_message_id() {
    let rounds = (rounds() / 4).max(1);
    let judged = killed("at least once", Shop::service, rounds).await;
    assert_eq!((judged.lost, judged.unknown, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink, judged.mails, "{judged}");
    assert!(judged.twice <= rounds * CONNECTIONS, "{judged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_judge_sees_what_is_missing_and_what_is_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { log: Some(log.clone()), ..Settings::default() });
    let shop = Shop::marketing(sink.port());
    shop.start(3);
    finish(&shop).await;
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

/// How often it is killed.
fn rounds() -> usize {
    std::env::var("NURTURE_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// Kills it so often while it works a shop, lets it finish, and judges.
async fn killed(policy: &str, shop: fn(u16) -> Shop, rounds: usize) -> Judged {
    let (mut dice, seed) = Dice::from_environment("NURTURE_KILL_SEED");
    println!("{policy}: NURTURE_KILL_SEED={seed} throws the same dice again");
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { keep_data: false, log: Some(log.clone()), ..Settings::default() });
    let shop = shop(sink.port());
    shop.customers(0..rounds * COMERS);

    let mut takeovers = Vec::new();
    let mut importing: Option<Child> = None;
    for round in 0..rounds {
        let facts = format!("facts{round}.csv");
        shop.facts(&facts, round * COMERS..(round + 1) * COMERS);
        if let Some(import) = importing.take() {
            ended_well(&shop, import);
        }
        importing = Some(shop.spawn(&["import", "events", &facts], "import.log"));
        let (before, began) = (sink.count(), Instant::now());
        let mut working = shop.spawn(&["run"], "run.log");
        // One in five dies while it starts: taking over, migrating, publishing, recovering.
        let at_start = dice.between(1, 5) == 1;
        if !at_start {
            assert!(
                sink.wait_for(before + 1, PATIENCE).await,
                "round {round}: no mail; {}",
                shop.said("run.log")
            );
            takeovers.push(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(dice.between(20, 400))).await;
        let ended = working.try_wait().unwrap();
        assert_eq!(ended, None, "round {round}: it ended by itself; {}", shop.said("run.log"));
        working.kill().unwrap();
        working.wait().unwrap();
    }
    if let Some(import) = importing.take() {
        ended_well(&shop, import);
    }
    finish(&shop).await;

    let judged = Judged::of(&shop, &log, rounds * COMERS).await;
    takeovers.sort();
    println!(
        "{policy}: {rounds} rounds, {judged}; from start to the next mail: median {} ms, longest {} ms",
        takeovers.get(takeovers.len() / 2).map_or(0, Duration::as_millis),
        takeovers.last().map_or(0, Duration::as_millis),
    );
    judged
}

/// An import that met a busy or dying program still ends well.
fn ended_well(shop: &Shop, mut import: Child) {
    let ended = import.wait().unwrap();
    assert!(ended.success(), "{ended}: {}", shop.said("import.log"));
}

/// Lets it work until nothing is due.
async fn finish(shop: &Shop) {
    let mut working = shop.spawn(&["run"], "run.log");
    let store = shop.store().await;
    let began = Instant::now();
    loop {
        let open = {
            let mut conn = store.read().await.unwrap();
            count(
                &mut conn,
                "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                      + (SELECT count(*) FROM enrollment WHERE state <> 'ended')
                      + (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))",
            )
            .await
        };
        if open == 0 {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "{open} things are still open; {}",
            shop.said("run.log")
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    working.kill().unwrap();
    working.wait().unwrap();
}
