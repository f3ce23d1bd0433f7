//! A disk that is full: nothing leaves without its record, whoever asks is told, and when there is room again it
//! goes on by itself. `scripts/soak disk-full` does the same for longer.
//!
//! The disk is full by a limit on the size of the files that the process may write (`prlimit`): that needs no
//! rights, holds at once, and spares no block that the file already has, as a small file system would.

#[path = "crash/harness.rs"]
mod harness;
#[path = "crash/judge.rs"]
mod judge;

use harness::{CONNECTIONS, PATIENCE, Works, rounds};
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};
use tests::http::get;
use tests::proof::Proof;
use tests::shop::Shop;

async fn until_it_says(at: SocketAddr, code: u16) {
    let began = Instant::now();
    while get(&at.to_string(), "/readyz").is_none_or(|(status, _)| status != code) {
        assert!(began.elapsed() < PATIENCE, "/readyz never said {code}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_disk_is_full_nothing_leaves_without_its_record() {
    let rounds = rounds("NURTURE_DISK_ROUNDS", 3);
    let mut works = Works::new("disk-full", Shop::marketing, rounds, "NURTURE_DISK_SEED");
    let seed = works.seed;
    let at = works.start_limitable();
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let before = works.sink.count();
        works.next_come();
        works.wait_for_import();
        works.more_than(before).await;
        works.moment(1, 150).await;
        let limit = |size: &str| {
            let id = works.id(0).to_string();
            let done = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={size}")]).status();
            assert!(done.expect("prlimit (util-linux)").success());
        };
        let began = Instant::now();
        limit("4096:unlimited");
        until_it_says(at, 503).await;
        refusals.push(began.elapsed());
        // What had passed the gate may still be on its way.
        let full = works.sink.count();
        tokio::time::sleep(Duration::from_millis(700)).await;
        let later = works.sink.count();
        assert!(later - full <= CONNECTIONS, "{} mails left while the disk was full", later - full);
        let began = Instant::now();
        limit("unlimited:unlimited");
        until_it_says(at, 200).await;
        answers.push(began.elapsed());
    }
    let judged = works.finish().await;
    println!("disk-full: {rounds} rounds, {judged}");
    let longest = |times: &[Duration]| {
        u64::try_from(times.iter().max().map_or(0, Duration::as_millis)).unwrap_or(u64::MAX)
    };
    Proof { name: "disk-full", rounds, seed: Some(seed) }.keep(serde_json::json!({
        "mails": judged.mails, "lost": judged.lost, "twice": judged.twice, "unknown": judged.unknown,
        "until_503_ms_longest": longest(&refusals), "until_200_ms_longest": longest(&answers),
    }));
    assert_eq!((judged.lost, judged.twice, judged.untrue, judged.unknown), (0, 0, 0, 0), "{judged}");
}
