//! A process that is stopped for longer than its lease, and then goes on where it stood: another has taken over
//! meanwhile, and nothing is sent twice. `scripts/soak stalled` does the same for longer.

#[path = "crash/harness.rs"]
mod harness;
#[path = "crash/judge.rs"]
mod judge;

use harness::{CONNECTIONS, Works, rounds, until_idle};
use std::time::Duration;
use tests::proof::Proof;
use tests::shop::Shop;

/// Longer than the lease in the shop's settings.
const STALLED: Duration = Duration::from_millis(3_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_stopped_for_longer_than_its_lease_sends_nothing_twice() {
    let rounds = rounds("NURTURE_STALL_ROUNDS", 3);
    let database = cluster::database();
    let shop = |port| Shop::over(port, "offers", &database);
    let mut works = Works::new("stalled", shop, rounds + 1, "NURTURE_STALL_SEED");
    let seed = works.seed;
    (0..2).for_each(|_| works.start());
    for _ in 0..rounds {
        let before = works.sink.count();
        works.next_come();
        works.more_than(before).await;
        works.moment(5, 300).await;
        let which = works.one();
        works.signal(which, "STOP");
        tokio::time::sleep(STALLED).await;
        works.signal(which, "CONT");
    }
    // At last one stays stopped until the other has done everything.
    let which = works.one();
    works.signal(which, "STOP");
    works.next_come();
    works.wait_for_import();
    until_idle(&works.shop).await;
    works.signal(which, "CONT");
    let judged = works.finish().await;
    println!("stalled: {rounds} rounds, {judged}");
    Proof { name: "stalled", rounds, seed: Some(seed) }.keep(serde_json::json!({
        "mails": judged.mails, "lost": judged.lost, "twice": judged.twice, "unknown": judged.unknown,
        "unknown_bound": (rounds + 1) * CONNECTIONS,
    }));
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    assert!(judged.unknown <= (rounds + 1) * CONNECTIONS, "{judged}");
}
