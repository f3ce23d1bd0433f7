//! Several processes share one PostgreSQL: who comes is given a part, who dies leaves theirs, who is counted as
//! dead passes no gate.

use crate::given::*;
use jiff::SignedDuration;
use store::send::{self, Gate, SendKey, Worker};
use store::share::{self, PARTS};
use store::{Store, commit};

async fn join(store: &Store, name: &str, hold: SignedDuration) -> Worker {
    let mut tx = store.begin_beside().await.expect("a writer");
    let worker = share::join(&mut tx, name, hold, true).await.expect("it joins");
    commit(tx).await.expect("committed");
    worker
}

/// How many parts each holds, after each has renewed its leases once in this order.
async fn renewed(store: &Store, workers: &[&Worker], hold: SignedDuration) -> Vec<usize> {
    let mut held = Vec::new();
    for worker in workers {
        let mut tx = store.begin_beside().await.expect("a writer");
        held.push(share::live_on(&mut tx, worker, hold, true).await.expect("renewed").parts);
        commit(tx).await.expect("committed");
    }
    held
}

#[tokio::test]
async fn who_comes_is_given_a_share_and_who_goes_leaves_theirs() {
    let store = postgres().await;
    let hold = SignedDuration::from_hours(1);
    let first = join(&store, "p1", hold).await;
    assert_eq!(renewed(&store, &[&first], hold).await, [PARTS]);
    let second = join(&store, "p2", hold).await;
    assert!(second.epoch > first.epoch);
    assert_eq!(renewed(&store, &[&second, &first, &second], hold).await, [0, PARTS / 2, PARTS / 2]);
    let third = join(&store, "p3", hold).await;
    let shares = renewed(&store, &[&first, &second, &third], hold).await;
    assert_eq!(shares, [22, 22, 20]);
    let mut tx = store.begin_beside().await.expect("a writer");
    share::leave(&mut tx, &second).await.expect("it leaves");
    commit(tx).await.expect("committed");
    assert_eq!(renewed(&store, &[&second, &first, &third], hold).await, [0, 32, 32]);
}

#[tokio::test]
async fn who_is_killed_loses_its_share_when_its_lease_is_over() {
    let store = postgres().await;
    let (over, hold) = (SignedDuration::ZERO, SignedDuration::from_hours(1));
    let killed = join(&store, "p1", over).await;
    assert_eq!(renewed(&store, &[&killed], over).await, [PARTS]);
    let next = join(&store, "p2", hold).await;
    assert_eq!(renewed(&store, &[&next], hold).await, [PARTS]);
}

#[tokio::test]
async fn who_is_counted_as_dead_claims_nothing_and_passes_no_gate() {
    let store = postgres().await;
    let hold = SignedDuration::from_hours(1);
    let worker = join(&store, "p1", hold).await;
    let mut tx = store.begin().await.expect("a writer");
    let of = outgoing("a", "en", "email:x");
    send::insert(&mut tx, &[&of], minute(0)).await.expect("insert");
    assert_eq!(send::claim(&mut tx, &worker, minute(0), minute(60), 9).await.expect("claim").len(), 1);
    share::leave(&mut tx, &worker).await.expect("it leaves");
    let gate = [Gate { send: SendKey::of(&of), template_hash: None }];
    let passed = send::hand(&mut tx, &worker, &gate, minute(0)).await.expect("asked");
    assert!(passed.is_empty(), "its lease is over by the clock of the database");
    let lost = send::recover(&mut tx, minute(0), 0).await.expect("recovered");
    assert_eq!((lost.due, lost.unknown), (1, 0));
    assert!(send::claim(&mut tx, &worker, minute(0), minute(60), 9).await.expect("claim").is_empty());
    let living = Worker { name: "w1".to_owned(), epoch: 7 };
    assert_eq!(send::claim(&mut tx, &living, minute(0), minute(60), 9).await.expect("claim").len(), 1);
}

#[tokio::test]
async fn two_who_claim_at_one_time_do_not_get_the_same() {
    let store = postgres().await;
    let mut tx = store.begin().await.expect("a writer");
    let all: Vec<_> = (0..10).map(|n| outgoing("a", &n.to_string(), "email:x")).collect();
    send::insert(&mut tx, &all.iter().collect::<Vec<_>>(), minute(0)).await.expect("insert");
    commit(tx).await.expect("committed");
    let worker = |name: &str| Worker { name: name.to_owned(), epoch: 7 };
    let mut one = store.begin_beside().await.expect("a writer");
    let mut other = store.begin_beside().await.expect("a writer");
    let first = send::claim(&mut one, &worker("w1"), minute(0), minute(9), 6).await.expect("claim");
    let second = send::claim(&mut other, &worker("w2"), minute(0), minute(9), 6).await.expect("claim");
    assert_eq!((first.len(), second.len()), (6, 4));
    assert!(first.iter().all(|mine| second.iter().all(|theirs| mine.outgoing.id != theirs.outgoing.id)));
}
