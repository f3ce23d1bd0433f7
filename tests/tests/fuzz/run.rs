//! Throws damaged texts at a target: those that once broke something, then a few, or as many as fit into the
//! minutes asked for.

use crate::damage::damaged;
use crate::work::{Limit, Work};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::fs;
use std::time::{Duration, Instant};

/// Cases of a short run, and of each round of a long one.
const SHORT: u32 = 60;
/// How much of a text is shown, in characters.
const SHOWN: usize = 2_000;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Damages the samples and gives them to `check`, which returns the bytes that the reader looked at. Fails
/// where it panics or costs more than the limit, with the smallest text found and the seed.
pub fn fuzz(target: &str, limit: Limit, samples: &[String], check: &dyn Fn(&[u8]) -> usize) {
    let mut most = Work::default();
    let mut one = |bytes: &[u8]| {
        let work = Work::of(|| check(bytes));
        most = most.most(work);
        limit.over(work, bytes.len())
    };
    for (name, bytes) in broken(target) {
        assert_eq!(one(&bytes), None, "tests/fuzz/{target}/{name}");
    }
    for sample in samples {
        assert_eq!(one(sample.as_bytes()), None, "{sample}");
    }
    let one = std::cell::RefCell::new(one);
    let minutes = number("NURTURE_FUZZ_MINUTES");
    let given = number("NURTURE_FUZZ_SEED");
    // A long run begins elsewhere each time; a short one is the same everywhere.
    let begun = Instant::now();
    let first = given.unwrap_or_else(|| minutes.map_or(0, |_| elsewhere()));
    let mut seed = first;
    loop {
        if minutes.is_some() {
            println!("{target}: NURTURE_FUZZ_SEED={seed}");
        }
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let config =
            Config { cases: SHORT, failure_persistence: None, max_shrink_iters: 600, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key));
        let outcome = runner.run(&damaged(), |damaged| {
            let over = (one.borrow_mut())(&damaged.of(samples));
            over.map_or(Ok(()), |over| Err(TestCaseError::fail(over)))
        });
        if let Err(TestError::Fail(why, damaged)) = &outcome {
            let text: String = String::from_utf8_lossy(&damaged.of(samples)).chars().take(SHOWN).collect();
            panic!(
                "{target}: {why}\nNURTURE_FUZZ_SEED={seed} repeats this; the smallest text found:\n{text:?}"
            );
        }
        outcome.unwrap();
        seed += 1;
        let is_over = minutes.is_none_or(|minutes| begun.elapsed() >= Duration::from_secs(60 * minutes));
        if is_over || given.is_some() {
            break;
        }
    }
    println!("{target}: {} texts; the most: {most}", (seed - first) * u64::from(SHORT));
}

/// A seed that no other run has.
fn elsewhere() -> u64 {
    let mut seed = tests::dice::Dice::from_environment("NURTURE_FUZZ_SEED").0;
    seed.between(1 << 20, 1 << 50)
}

/// The texts that once broke something, by their file's name.
fn broken(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = tests::root().join("tests/fuzz").join(target);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut all: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect();
    all.sort();
    all
}
