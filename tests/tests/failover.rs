//! The primary database is killed under load and its synchronous standby is promoted behind a small proxy: nothing
//! is lost, nothing goes twice, and the processes go on by themselves. `scripts/soak failover` does it for longer.

#[path = "crash/harness.rs"]
mod harness;
#[path = "crash/judge.rs"]
mod judge;

use cluster::Pair;
use harness::{CONNECTIONS, Works, rounds};
use std::time::{Duration, Instant};
use tests::proof::Proof;
use tests::proxy::Proxy;
use tests::shop::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_is_killed_and_the_standby_goes_on_for_it() {
    let rounds = rounds("NURTURE_FAILOVER_ROUNDS", 2);
    let mut pair = Pair::start();
    let proxy = Proxy::to(pair.socket());
    let database = Pair::address(proxy.port());
    let shop = |port| Shop::over(port, "offers", &database);
    let mut works = Works::new("failover", shop, 2 * rounds, "NURTURE_FAILOVER_SEED");
    let seed = works.seed;
    (0..2).for_each(|_| works.start());
    let mut gaps = Vec::new();
    for _ in 0..rounds {
        let before = works.sink.count();
        works.next_come();
        works.wait_for_import();
        works.more_than(before).await;
        works.moment(1, 120).await;
        let began = Instant::now();
        proxy.cut();
        pair.kill();
        pair.promote();
        proxy.lead(pair.socket());
        let before = works.sink.count();
        // Where all mails were out before the kill, there is something to send all the same.
        works.next_come();
        works.more_than(before).await;
        gaps.push(began.elapsed());
        pair.follow();
    }
    let judged = works.finish().await;
    gaps.sort();
    let gap = |at: usize| u64::try_from(gaps.get(at).map_or(0, Duration::as_millis)).unwrap_or(u64::MAX);
    println!(
        "failover: {rounds} rounds, {judged}; from the kill to the next mail at most {} ms",
        gap(gaps.len() - 1)
    );
    Proof { name: "failover", rounds, seed: Some(seed) }.keep(serde_json::json!({
        "mails": judged.mails, "lost": judged.lost, "twice": judged.twice, "unknown": judged.unknown,
        "resumed_ms_median": gap(gaps.len() / 2), "resumed_ms_longest": gap(gaps.len() - 1),
    }));
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    assert!(judged.unknown <= rounds * 2 * CONNECTIONS, "{judged}");
}
