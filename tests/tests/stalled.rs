//! A process that is stopped for longer than its lease, and then goes on where it stood: another has taken over
//! meanwhile, and nothing is sent twice. `scripts/soak stalled` does the same for longer.

#[path = "crash/harness.rs"]
mod harness;
#[path = "crash/judge.rs"]
mod judge;

use harness::{CONNECTIONS, Works, rounds, until_idle};
use judge::Judged;
use std::time::Duration;
use tests::dice::Dice;
use tests::proof::{Proof, time_is_over};
use tests::shop::Shop;
use tokio::runtime::{Builder, Runtime};

/// The seed in the environment.
const SEED: &str = "NURTURE_STALL_SEED";

/// Longer than the lease in the shop's settings.
const STALLED: Duration = Duration::from_millis(3_500);

/// Shops at a time where there are many rounds: a round is spent waiting.
const SHOPS: usize = 4;

#[test]
fn whoever_was_stopped_for_longer_than_its_lease_sends_nothing_twice() {
    let rounds = rounds("NURTURE_STALL_ROUNDS", 3);
    let (mut dice, seed) = Dice::from_environment(SEED);
    println!("stalled: {SEED}={seed} throws the same dice again");
    let shops = (rounds / 10).clamp(1, SHOPS);
    let found: Vec<(Judged, usize)> = std::thread::scope(|scope| {
        let working: Vec<_> = (0..shops)
            .map(|number| {
                let seed = dice.between(0, u64::MAX - 1);
                let rounds = (rounds + number) / shops;
                scope.spawn(move || runtime().block_on(stalled(seed, rounds)))
            })
            .collect();
        working.into_iter().map(|shop| shop.join().expect("its panic is printed above")).collect()
    });
    let done: usize = found.iter().map(|(_, done)| done).sum();
    let sum = |of: fn(&Judged) -> usize| found.iter().map(|(judged, _)| of(judged)).sum::<usize>();
    // In each shop one was stopped once more.
    let bound = (done + shops) * CONNECTIONS;
    let unknown = sum(|judged| judged.unknown);
    println!("stalled: {done} rounds, {unknown} unknown");
    let proof = Proof { name: "stalled", rounds: done, seed: Some(seed) };
    proof.keep(serde_json::json!({
        "mails": sum(|judged| judged.mails), "lost": sum(|judged| judged.lost),
        "twice": sum(|judged| judged.twice), "unknown": unknown, "bound": bound,
    }));
    for (judged, done) in found {
        assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
        assert!(judged.unknown <= (done + 1) * CONNECTIONS, "{judged}");
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Two processes on a shop, of which one is stopped once a round. Returns how often, too.
async fn stalled(seed: u64, rounds: usize) -> (Judged, usize) {
    let database = cluster::database();
    let shop = |port| Shop::over(port, "offers", &database);
    let mut works = Works::throwing(Dice::seeded(seed), seed, shop, rounds + 1);
    (0..2).for_each(|_| works.start());
    let mut done = 0;
    while done < rounds && !time_is_over() {
        done += 1;
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
    println!("stalled: {done} rounds, {judged}");
    (judged, done)
}
