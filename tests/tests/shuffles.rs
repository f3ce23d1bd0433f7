//! The order in which facts come does not matter: three workers on one PostgreSQL take in the same facts, shuffled,
//! doubled, in parts and while they work, and in the end everybody is who they are when all comes in order.
//! `scripts/soak shuffles` does it 1,000 times.

use engine::import::{self, Job, StoreTarget, What};
use engine::publish::{self, Policy};
use engine::{Apply, Clock, Delivery, Engine, LEASE, Speakers, VirtualClock, lock};
use interpreter::facts::Facts;
use interpreter::score;
use interpreter::turn::zone_of;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::CustomerId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Options, Store};
use tests::dice::Dice;
use tests::proof::{Proof, time_is_over};

const FILES: [(&str, &str); 4] = [
    (
        "workflows/model.yaml",
        "model: shop
customer:
  tier:     { one_of: [basic, gold], default: basic }
  orders:   { from: count(order.paid) }
  spend:    { from: sum(order.paid.amount) }
  least:    { from: min(order.paid.amount) }
  most:     { from: max(order.paid.amount) }
  earliest: { from: first(order.paid.item) }
  latest:   { from: last(order.paid.item) }
  visited:  { from: last(site.visited) }
events:
  order.paid:       { amount: number, item: text }
  site.visited:     {}
  contract.amended: { contract_id: text, ends_on: date, sets: { contract.ends_on: ends_on } }
entities:
  contract: { ends_on: date }
",
    ),
    ("workflows/topics.yaml", "topics:\n  offers: { class: marketing, title: Offers }\n"),
    (
        "workflows/interest.yaml",
        "scoring: interest
fit:
  - { when: customer.spend > 300, points: 7 }
behaviour:
  half_life: 9 days
  rules:
    - { event: order.paid, points: 10, cap: 45 }
    - { event: site.visited, points: 3, at_most: 2 per day }
",
    ),
    (
        "workflows/buyers.yaml",
        "workflow: buyers\ntrigger: { event: order.paid }\nconsent: none\nreentry: never\nsteps:\n  - tag: bought\n",
    ),
];

const BEGIN: &str = "2026-03-02T00:00:00Z";
const PEOPLE: u64 = 4;
/// What the people of the life in order are called by.
const ORDERED: &str = "r0x";

/// One of the processes, in this one.
struct Worker {
    engine: Arc<Engine>,
    _lock: lock::Lock,
}

fn settings() -> dsl::project::Settings {
    dsl::project::Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() }
}

async fn worker(address: &str, clock: &VirtualClock, folder: &Path) -> Worker {
    let store = Store::open(address, Options::default()).await.unwrap();
    let (lock, worker) = lock::take(&store, None, clock.now(), LEASE, lock::Part::Share).await.unwrap();
    let speakers = Speakers::new(Delivery::File, folder.join("outbox"), TimeZone::UTC, Box::new(|_| None))
        .of_project(folder);
    let clock = Arc::new(clock.clone());
    let engine = Engine::new(store, clock, settings(), worker, speakers, false).await.unwrap();
    Worker { engine: Arc::new(engine), _lock: lock }
}

/// Works as long as there is anything, and until it is told that nothing more comes.
async fn work(engine: Arc<Engine>, over: Arc<AtomicBool>) {
    loop {
        let last = over.load(Ordering::SeqCst);
        match engine.turn(engine.now()).await {
            Ok(done) if done.due > 0 => {}
            Ok(_) if last => return,
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
            // Two met: as the engine does, once more.
            Err(error) if error.retry() => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn import(engine: &Engine, folder: &Path, kind: &str, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let (published, now) = (engine.published(), engine.now());
    let library = &published.project.library;
    let mut settings = import::Settings::new(now);
    // Else what is old would only be counted, and no walk would begin.
    settings.start = true;
    let job = Job {
        path: &path,
        what: What::read(kind, library).unwrap(),
        map: None,
        library,
        zone: &published.zone,
        settings,
    };
    for tries in 0.. {
        let mut target =
            StoreTarget::new(engine.store(), library, now, false, Apply::new(Arc::clone(&published), now));
        match import::load(&job, &mut target, |_| {}).await {
            Ok(report) => {
                assert_eq!(report.bad_count, 0, "{:?}", report.bad);
                return;
            }
            Err(import::LoadError::Target(error)) if error.retry() && tries < 20 => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// What came to be known, as files: kind, heading, rows. `$` stands for what tells one shuffle's people from another's.
fn facts(dice: &mut Dice) -> Vec<(&'static str, &'static str, Vec<String>)> {
    let begin: Timestamp = BEGIN.parse().unwrap();
    let instant = |dice: &mut Dice| begin + SignedDuration::from_secs(dice.between(0, 27 * 86_400) as i64);
    let mut events = Vec::new();
    let mut consents = Vec::new();
    for person in 0..PEOPLE {
        for number in 0..dice.between(4, 12) {
            let at = instant(dice);
            let (name, properties) = match dice.between(0, 3) {
                0 | 1 => (
                    "order.paid",
                    serde_json::json!({ "amount": dice.between(5, 200), "item": format!("i{number}") }),
                ),
                2 => ("site.visited", serde_json::json!({})),
                _ => (
                    "contract.amended",
                    serde_json::json!({ "contract_id": format!("$k{person}"), "ends_on": format!("2026-0{}-1{}", dice.between(4, 9), dice.between(0, 9)) }),
                ),
            };
            let row = serde_json::json!({ "id": format!("$e{person}-{number}"), "event": name, "customer": format!("$c{person}"), "at": at, "properties": properties });
            events.push(row.to_string());
        }
        for _ in 0..dice.between(1, 4) {
            let word = *dice.one(&["granted", "withdrawn"]);
            consents.push(format!("$c{person},offers,{word},{},form", instant(dice)));
        }
    }
    vec![("events", "", events), ("consents", "customer,topic,state,at,source\n", consents)]
}

/// Who is known before any of it.
fn people() -> (String, String) {
    let mut customers = "external_id,zone,created_at\n".to_owned();
    let mut contracts = "external_id,customer,ends_on\n".to_owned();
    for person in 0..PEOPLE {
        let zone = ["UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"][person as usize % 4];
        customers += &format!("$c{person},{zone},2026-01-01T00:00:00Z\n");
        contracts += &format!("$k{person},$c{person},2026-03-31\n");
    }
    (customers, contracts)
}

/// Everybody of one shuffle as they are now: profile, aggregates, contract, consent, score.
async fn known(engine: &Engine, name: &str) -> BTreeMap<String, String> {
    let published = engine.published();
    let mut conn = engine.store().read().await.unwrap();
    let mut all = BTreeMap::new();
    for person in 0..PEOPLE {
        let id = CustomerId::new(format!("{name}c{person}"));
        let ids = std::slice::from_ref(&id);
        let model = &published.project.library.model;
        let now = engine.now();
        let found =
            store::snapshot::load(&mut conn, ids, model, &published.reads, now).await.unwrap().pop().unwrap();
        let world = published.world();
        let nobody = BTreeMap::new();
        let zone = zone_of(&world, &found);
        let facts = Facts::outside(&world, &nobody, &found, &zone, now);
        let scoring = published.project.library.scorings.values().next().unwrap();
        let score = score::value(&facts, scoring);
        let entities: Vec<_> = found.entities.values().map(|entity| &entity.attributes).collect();
        let consents: Vec<(i64, bool)> = store::sql::query_as(
            "SELECT at, CAST(granted AS BIGINT) <> 0 FROM consent WHERE customer = ?1 ORDER BY at, granted",
        )
        .bind(id.as_str())
        .fetch_all(&mut conn)
        .await
        .unwrap();
        let told = format!(
            "{:?} {entities:?} {consents:?} {:?} {score:?} {:?}",
            found.customer.attributes, found.consents, found.suppressions
        );
        all.insert(format!("c{person}"), told.replace(name, "$"));
    }
    all
}

fn shuffle<T>(dice: &mut Dice, list: &mut [T]) {
    for place in (1..list.len()).rev() {
        list.swap(place, dice.between(0, place as u64) as usize);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_order_facts_come_in_everybody_ends_the_same() {
    let (mut dice, seed) = Dice::from_environment("NURTURE_SHUFFLE_SEED");
    println!("NURTURE_SHUFFLE_SEED={seed}");
    let shuffles: usize =
        std::env::var("NURTURE_SHUFFLES").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let address = cluster::database();
    let begin: Timestamp = BEGIN.parse().unwrap();
    let clock = VirtualClock::new(begin);
    let files: Vec<_> = FILES
        .iter()
        .map(|(path, text)| dsl::project::File { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect();
    let store = Store::open(&address, Options::default()).await.unwrap();
    let report = publish::publish(&store, &files, &settings(), &Policy::All, publish::Wish::default(), begin)
        .await
        .unwrap();
    assert!(report.broken.is_empty() && !report.refused(publish::Wish::default()), "{report:?}");
    let workers: Vec<Worker> = {
        let (one, two, three) = tokio::join!(
            worker(&address, &clock, here),
            worker(&address, &clock, here),
            worker(&address, &clock, here)
        );
        vec![one, two, three]
    };
    clock.set(begin + SignedDuration::from_hours(24 * 28));

    let (customers, contracts) = people();
    let facts = facts(&mut dice);
    let first = &workers[0].engine;
    let come = async |name: &str| {
        import(first, here, "customers", "customers.csv", &customers.replace('$', name)).await;
        import(first, here, "contract", "contracts.csv", &contracts.replace('$', name)).await;
    };
    // In order, and nobody works meanwhile.
    come(ORDERED).await;
    for (kind, heading, rows) in &facts {
        let mut rows = rows.clone();
        let at = |row: &String| match serde_json::from_str::<serde_json::Value>(row) {
            Ok(event) => event["at"].to_string(),
            Err(_) => row.split(',').nth(3).unwrap_or_default().to_owned(),
        };
        rows.sort_by_key(at);
        let ending = if heading.is_empty() { "jsonl" } else { "csv" };
        let text = heading.to_string()
            + &rows.iter().map(|row| format!("{}\n", row.replace('$', ORDERED))).collect::<String>();
        import(first, here, kind, &format!("{kind}.{ending}"), &text).await;
    }
    let over = Arc::new(AtomicBool::new(true));
    for each in &workers {
        work(Arc::clone(&each.engine), Arc::clone(&over)).await;
    }
    let expected = known(first, ORDERED).await;
    assert!(expected.values().any(|told| told.contains("bought")), "{expected:#?}");

    let mut done = 0;
    while done < shuffles && !time_is_over() {
        let shuffle_number = done;
        done += 1;
        let name = format!("s{shuffle_number}x");
        come(&name).await;
        let over = Arc::new(AtomicBool::new(false));
        let working: Vec<_> = workers
            .iter()
            .map(|each| tokio::spawn(work(Arc::clone(&each.engine), Arc::clone(&over))))
            .collect();
        let mut parts = Vec::new();
        for (kind, heading, rows) in &facts {
            let mut rows: Vec<String> = rows.iter().map(|row| row.replace('$', &name) + "\n").collect();
            rows.extend(rows.iter().filter(|_| dice.chance(40)).cloned().collect::<Vec<_>>());
            shuffle(&mut dice, &mut rows);
            let size = rows.len().div_ceil(dice.between(2, 5) as usize);
            parts.extend(rows.chunks(size).map(|rows| (*kind, heading.to_string() + &rows.concat())));
        }
        shuffle(&mut dice, &mut parts);
        for (number, (kind, text)) in parts.into_iter().enumerate() {
            let ending = if kind == "events" { "jsonl" } else { "csv" };
            let engine = &workers[dice.between(0, 2) as usize].engine;
            import(engine, here, kind, &format!("part{number}.{ending}"), &text).await;
        }
        over.store(true, Ordering::SeqCst);
        for each in working {
            each.await.unwrap();
        }
        let met = known(first, &name).await;
        for (id, told) in &expected {
            assert_eq!(met.get(id), Some(told), "seed {seed}, shuffle {shuffle_number}, {id}");
        }
    }
    println!("{done} shuffles");
    let proof = Proof { name: "shuffles", rounds: done, seed: Some(seed) };
    proof.keep(serde_json::json!({ "different": 0 }));
}
