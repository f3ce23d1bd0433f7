//! The deterministic simulator: worlds by chance, lived once and then again with deaths at any of the crash
//! points, with facts doubled and in another order, with a clock that is wrong, on a relay that misbehaves. The
//! same seed does the same. `scripts/soak simulator` does it for longer; a seed that fails is printed with the
//! command that has it again.

#[path = "simulator/death.rs"]
mod death;
#[path = "simulator/judge.rs"]
mod judge;
#[path = "simulator/order.rs"]
mod order;
#[path = "simulator/project.rs"]
mod project;
#[path = "simulator/script.rs"]
mod script;
#[path = "simulator/sink.rs"]
mod sink;
#[path = "simulator/world.rs"]
mod world;

use crash::Point;
use judge::Judged;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tests::dice::Dice;
use tests::proof::{Proof, time_is_over};
use world::{Plan, World};

/// Seeds of a usual run.
const SEEDS: u64 = 800;
/// Lives of one world beside the one without deaths: so many seeds share a project.
const LIVES: u64 = 16;

/// A database with nothing in it.
fn empty() -> Vec<u8> {
    let folder = world::folder();
    let path = folder.path().join("nurture.db");
    order::runtime().block_on(async { world::open(&path, true).await.close().await });
    std::fs::read(path).unwrap()
}

/// What came of seeds.
#[derive(Debug, Default)]
struct Found {
    seeds: u64,
    died: u64,
    sends: BTreeMap<String, usize>,
    unknown: usize,
    copies: usize,
    points: BTreeMap<Point, u64>,
    deaths: BTreeMap<Point, u64>,
    hashes: BTreeMap<u64, u64>,
    failures: Vec<String>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.died += other.died;
        self.unknown += other.unknown;
        self.copies += other.copies;
        other.sends.into_iter().for_each(|(state, count)| *self.sends.entry(state).or_default() += count);
        other.points.into_iter().for_each(|(point, count)| *self.points.entry(point).or_default() += count);
        other.deaths.into_iter().for_each(|(point, count)| *self.deaths.entry(point).or_default() += count);
        self.hashes.extend(other.hashes);
        self.failures.extend(other.failures);
    }
}

/// The life that a seed stands for.
fn plan(seed: u64, points: u64, comparable: bool) -> Plan {
    let mut dice = Dice::seeded(seed.wrapping_mul(0x9e37_79b9) ^ 0x5eed);
    let lives = if dice.chance(15) { 0 } else { dice.between(1, 4) };
    let deaths = (0..lives).map(|_| dice.between(1, points)).collect();
    let shuffled = (lives == 0 || dice.chance(50)).then(|| dice.between(0, u64::MAX - 1));
    let skewed = (!comparable && dice.chance(60)).then(|| dice.between(0, u64::MAX - 1));
    Plan { deaths, shuffled, skewed }
}

/// Lives the worlds of these seeds.
async fn worlds(seeds: Vec<u64>, empty: Vec<u8>) -> Found {
    let mut found = Found::default();
    let of: BTreeSet<u64> = seeds.iter().map(|seed| seed / LIVES).collect();
    for number in of {
        let world = World::draw(number, &empty).await;
        let first = world.live(&Plan::default()).await;
        let reference = Judged::of(&world, &first).await;
        if !reference.wrong.is_empty() {
            found.failures.push(failure(number * LIVES, &world, &Plan::default(), &reference.wrong));
        }
        for seed in seeds.iter().copied().filter(|seed| seed / LIVES == number) {
            let plan = plan(seed, first.points, world.is_comparable());
            let lived = world.live(&plan).await;
            let mut judged = Judged::of(&world, &lived).await;
            if world.is_comparable() {
                judged.wrong.extend(difference(&reference.page, &judged.page, !plan.deaths.is_empty()));
            }
            if !judged.wrong.is_empty() {
                found.failures.push(failure(seed, &world, &plan, &judged.wrong));
            }
            found.seeds += 1;
            found.died += lived.died as u64;
            found.unknown += judged.unknown;
            found.copies += judged.copies;
            judged
                .sends
                .iter()
                .for_each(|(state, count)| *found.sends.entry(state.clone()).or_default() += count);
            found.hashes.insert(seed, judged.hash);
        }
    }
    (found.points, found.deaths) = death::tally();
    found
}

/// The rows that two lives do not have in common. `timers`: those, too; a fact writes none while one for an earlier
/// instant stands, so they depend on the order in which facts come.
fn difference(one: &[String], other: &[String], timers: bool) -> Vec<String> {
    let counts = |row: &&String| timers || !row.starts_with("timer ");
    let (left, right): (BTreeSet<_>, BTreeSet<_>) =
        (one.iter().filter(counts).collect(), other.iter().filter(counts).collect());
    let only = |which: &str, rows: Vec<&&String>| -> Vec<String> {
        rows.into_iter().take(6).map(|row| format!("only {which}: {row}")).collect()
    };
    let mut found = only("without deaths", left.difference(&right).collect());
    found.extend(only("with deaths", right.difference(&left).collect()));
    found
}

fn failure(seed: u64, world: &World, plan: &Plan, wrong: &[String]) -> String {
    let mut text = format!(
        "seed {seed} (world {}, {plan:?}):\n  {}\nNURTURE_SIMULATOR={seed} cargo test -p tests --test simulator -- --nocapture has it again\n",
        world.seed,
        wrong.join("\n  "),
    );
    if std::env::var_os("NURTURE_SIMULATOR").is_some() {
        text += &world::told(&world.script);
        for file in world
            .files
            .iter()
            .filter(|file| file.path.starts_with("workflows/w") || file.path.contains("polic"))
        {
            text += &format!("--- {}\n{}", file.path, file.text);
        }
    }
    text
}

/// Lives these seeds on every processor.
fn lived(seeds: &[u64]) -> Found {
    crash::watch(death::watcher);
    let empty = std::thread::scope(|scope| scope.spawn(empty).join().unwrap());
    let numbers: BTreeSet<u64> = seeds.iter().map(|seed| seed / LIVES).collect();
    let numbers: Vec<u64> = numbers.into_iter().collect();
    let next = AtomicU64::new(0);
    let all = Mutex::new(Found::default());
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..processors.min(numbers.len()) {
            scope.spawn(|| {
                while !time_is_over()
                    && let Some(number) = numbers.get(next.fetch_add(1, Ordering::SeqCst) as usize)
                {
                    let of: Vec<u64> = seeds.iter().copied().filter(|seed| seed / LIVES == *number).collect();
                    let empty = empty.clone();
                    let runtime = order::runtime();
                    let found = runtime.block_on(async move { tokio::spawn(worlds(of, empty)).await });
                    all.lock().unwrap().add(found.expect("a world that cannot be lived is printed above"));
                }
            });
        }
    });
    all.into_inner().unwrap()
}

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_is_twice() {
    let given = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds: Vec<u64> = match given("NURTURE_SIMULATOR") {
        Some(seed) => vec![seed],
        None => (0..given("NURTURE_SIMULATOR_SEEDS").unwrap_or(SEEDS)).collect(),
    };
    let found = lived(&seeds);
    println!(
        "{} seeds: {} deaths, sends {:?}, {} unknown by deaths, {} copies",
        found.seeds, found.died, found.sends, found.unknown, found.copies
    );
    for (point, count) in &found.deaths {
        println!("  {count:>6} {}", point.name());
    }
    if seeds.len() > 1 {
        Proof { name: "simulator", rounds: found.seeds as usize, seed: None }.keep(serde_json::json!({
            "deaths": found.died, "failures": found.failures.len(), "unknown": found.unknown, "copies": found.copies,
        }));
    }
    assert!(
        found.failures.is_empty(),
        "{} failures\n{}",
        found.failures.len(),
        found.failures[..found.failures.len().min(8)].join("\n")
    );
}

#[test]
fn the_same_seed_does_the_same() {
    let seeds: Vec<u64> = (0..SEEDS).filter(|seed| seed % 17 < 2).collect();
    let (first, again) = (lived(&seeds), lived(&seeds));
    let other: Vec<_> =
        first.hashes.iter().filter(|(seed, hash)| again.hashes.get(seed) != Some(hash)).collect();
    assert!(other.is_empty() && first.hashes.len() == seeds.len(), "another hash the second time: {other:?}");
    assert_eq!((first.points, first.deaths), (again.points, again.deaths));
}

#[test]
fn the_judge_sees_what_is_missing_what_is_twice_and_what_differs() {
    let all = std::thread::scope(|scope| {
        let judge = || async {
            let empty = tokio::task::spawn_blocking(empty).await.unwrap();
            let mut number = 0;
            // The first world in which a mail went that may go once only.
            let (world, mut lived, page) = loop {
                let world = World::draw(number, &empty).await;
                let lived = world.live(&Plan::default()).await;
                let judged = Judged::of(&world, &lived).await;
                if judged.sends.contains_key("accepted") && lived.kept.len() == judged.sends["accepted"] {
                    break (world, lived, judged.page);
                }
                number += 1;
            };
            let gone = lived.kept.pop().unwrap();
            let missing = Judged::of(&world, &lived).await.wrong.join("\n");
            lived.kept.extend(vec![gone; 40]);
            let twice = Judged::of(&world, &lived).await.wrong.join("\n");
            let differs = difference(&page, &page[1..], true);
            (missing, twice, differs.len())
        };
        scope
            .spawn(move || order::runtime().block_on(async { tokio::spawn(judge()).await.unwrap() }))
            .join()
            .unwrap()
    });
    assert!(all.0.contains("lost: accepted"), "{}", all.0);
    assert!(all.1.contains("twice") || all.1.contains("copies after 0 deaths"), "{}", all.1);
    assert_eq!(all.2, 1);
}
