//! Every named crash point is safe: a process with the engine in it is ended at each, for real, and what comes after
//! it loses nothing and sends nothing twice. `scripts/soak crash-points` ends it 50 times at each.
//!
//! The process is this test itself, started once more with a task in its environment.

#[path = "crash/judge.rs"]
#[allow(dead_code, reason = "other tests look at more of it")]
mod judge;
#[path = "crash/moving.rs"]
mod moving;

use crash::{Point, Then};
use engine::import::{self, Job, StoreTarget, What};
use engine::publish::{self, Policy};
use engine::{Apply, Clock, Delivery, Engine, LEASE, Speakers, WallClock, lock, merge, operate};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use judge::Judged;
use model::{CustomerId, WorkflowId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::{Options, Store};
use tests::dice::Dice;
use tests::doctored::breaks;
use tests::proof::{Proof, time_is_over};
use tests::shop::{MAILS, Shop, count};
use tests::sink::{Act, Point as Place, Settings, Sink, Trouble};

tests::on_both_waiting! {
    ended_between_files_and_their_fates_few_are_unknown,
}

/// Under this name the environment holds the task of a process.
const TASK: &str = "NURTURE_CRASH_TASK";
/// Customers who come with each round.
const COMERS: usize = 6;
/// How often the machine may stand still in one world.
const STALLS: usize = 2;
/// The most connections that the engine opens to a relay.
const CONNECTIONS: usize = 8;
/// How long a process may take to come to its point, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a process is to do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Task {
    /// The project's folder.
    folder: String,
    /// Files of facts to import first: also those of processes that may have died before they were in.
    facts: Vec<String>,
    /// Two customers to make one.
    merge: Option<(String, String)>,
    /// At which point it ends, and how often it comes there first. `None`: it does not.
    ends_at: Option<(String, u64)>,
    /// Only opens the database, and brings it up to date.
    migrates: bool,
    /// Only publishes, and takes along who is under way, at this instant.
    moves: Option<jiff::Timestamp>,
    /// The database; `None`: a file in the folder.
    database: Option<String>,
    /// Mails are written to a folder.
    files: bool,
}

static ENDS_AT: OnceLock<(Point, u64)> = OnceLock::new();
static SEEN: AtomicU64 = AtomicU64::new(0);

/// Ends this process, as `kill -9` does: nothing is put in order.
fn watcher(point: Point) -> Then {
    if let Some((at, times)) = ENDS_AT.get()
        && point == *at
        && SEEN.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
    Then::GoOn
}

fn point_of(name: &str) -> Point {
    Point::ALL.into_iter().find(|point| point.name() == name).expect("a point has this name")
}

/// Does a task, as `nurture` would do it.
async fn perform(task: &Task) {
    if let Some((name, times)) = &task.ends_at {
        ENDS_AT.set((point_of(name), *times)).expect("one task a process");
        crash::watch(watcher);
    }
    let folder = Path::new(&task.folder);
    let database = folder.join("nurture.db");
    let address = task.database.clone().unwrap_or_else(|| database.display().to_string());
    let store = Store::open(&address, Options::default()).await.unwrap();
    if task.migrates {
        store.close().await;
        return;
    }
    if let Some(at) = task.moves {
        moving::publish(folder, store, at).await;
        return;
    }
    let settings = dsl::project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let clock = WallClock;
    // On PostgreSQL others take over what a dead process held when its lease is over.
    let hold = if task.database.is_some() { SignedDuration::from_secs(2) } else { LEASE };
    let (_lock, worker) =
        lock::take(&store, Some(&database), clock.now(), hold, lock::Part::Share).await.unwrap();
    let files = tests::project_files(folder, "workflows");
    publish::publish(&store, &files, &settings, &Policy::All, publish::Wish::default(), clock.now())
        .await
        .unwrap();
    let delivery = if task.files { Delivery::File } else { Delivery::Live };
    let speakers =
        Speakers::new(delivery, folder.join("outbox"), TimeZone::UTC, Box::new(|_| None)).of_project(folder);
    let engine =
        Engine::new(store.clone(), Arc::new(clock), settings, worker.clone(), speakers, false).await.unwrap();
    engine.recover().await.unwrap();
    engine.plan_published().await.unwrap();
    for facts in &task.facts {
        let (published, now) = (engine.published(), clock.now());
        let library = &published.project.library;
        let job = Job {
            path: &folder.join(facts),
            what: What::read("events", library).unwrap(),
            map: None,
            library,
            zone: &published.zone,
            settings: import::Settings::new(now),
        };
        let mut target =
            StoreTarget::new(&store, library, now, false, Apply::new(Arc::clone(&published), now));
        let report = import::load(&job, &mut target, |_| {}).await.unwrap();
        assert_eq!(report.bad_count, 0, "{:?}", report.bad);
    }
    if let Some((keep, other)) = &task.merge {
        let (keep, other) = (CustomerId::new(keep), CustomerId::new(other));
        merge::merge(&store, engine.published(), &keep, &other, "test", clock.now()).await.unwrap();
    }
    let other = WorkflowId::new("other");
    operate::hold(&store, &other, operate::By::COMMAND, clock.now()).await.unwrap();
    operate::resume(&store, &other, operate::By::COMMAND, clock.now()).await.unwrap();
    engine.until_idle().await.unwrap();
    lock::release(&store, &worker).await.unwrap();
    store.close().await;
}

/// A workflow that is published anew with each round, and whose trigger plans a timer for everybody.
fn other(round: usize) -> String {
    format!(
        "workflow: other\ntrigger: {{ inactive: {{ no: [go], for: {} days }} }}\nconsent: none\nsteps:\n  - tag: quiet\n",
        300 + round
    )
}

/// The project, its relay, and what was done to them.
struct World {
    shop: Shop,
    sink: Sink,
    folder: tempfile::TempDir,
    rounds: usize,
    deaths: usize,
    /// How often the machine stood still.
    stalls: usize,
    /// Facts of which it is not certain that they are in.
    coming: Vec<String>,
}

impl World {
    fn new(shop: fn(u16) -> Shop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Some(folder.path().join("sink.log"));
        let sink = Sink::with(Settings { keep_data: true, log, ..Settings::default() });
        Self { shop: shop(sink.port()), sink, folder, rounds: 0, deaths: 0, stalls: 0, coming: Vec::new() }
    }

    /// The next round's task: customers come, two others are to become one, something is published.
    fn task(&mut self, ends_at: Option<(Point, u64)>) -> Task {
        let round = self.rounds;
        self.rounds += 1;
        let comers = round * COMERS..(round + 1) * COMERS;
        let facts = format!("facts{round}.csv");
        self.shop.facts(&facts, comers);
        self.coming.push(facts);
        self.shop.write("workflows/other.yaml", &other(round));
        Task {
            folder: self.shop.path().display().to_string(),
            facts: self.coming.clone(),
            merge: Some((format!("keep{round}"), format!("gone{round}"))),
            ends_at: ends_at.map(|(point, times)| (point.name().to_owned(), times)),
            ..Task::default()
        }
    }

    /// Everybody who is to come in so many rounds.
    fn people(&self, rounds: usize) {
        let mut rows = "external_id,name,email,consent.offers,consent_at,consent_source\n".to_owned();
        let mut add = |id: String| {
            rows += &format!("{id},Kim,{id}@example.com,granted,2026-01-01T00:00:00Z,test\n");
        };
        (0..rounds * COMERS).for_each(|number| add(format!("c{number}")));
        (0..rounds).for_each(|round| add(format!("keep{round}")));
        (0..rounds).for_each(|round| add(format!("gone{round}")));
        self.shop.write("people.csv", &rows);
        self.shop.fine(&["import", "customers", "people.csv"]);
    }

    fn run(&self, task: &Task) -> Child {
        process(task, &self.shop.path().join("work.log"))
    }

    fn said(&self) -> String {
        self.shop.said("work.log")
    }

    /// Works until nothing is open, and judges. Waits of a second are in between.
    async fn end(mut self) -> (Judged, usize) {
        let store = self.shop.store().await;
        if self.stalls > 0 {
            // The next try of a mail that met a silent relay is minutes away.
            breaks(&store, &["UPDATE send SET due_at = created_at WHERE state = 'due'"]).await;
        }
        for _ in 0..100 {
            let facts = std::mem::take(&mut self.coming);
            let folder = self.shop.path().display().to_string();
            let task = Task { folder, facts, ..Task::default() };
            let ended = self.run(&task).wait().unwrap();
            assert!(ended.success(), "{ended}: {}", self.said());
            let open = "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                             + (SELECT count(*) FROM enrollment WHERE state <> 'ended')
                             + (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))";
            if count(&mut store.read().await.unwrap(), open).await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let log = self.folder.path().join("sink.log");
        (Judged::of(&self.shop, &log, self.rounds * COMERS).await, self.deaths)
    }

    /// A round whose process ends at a point. Where the machine stood still for longer than a relay may be silent,
    /// mails wait for their next try, and a process is done without coming to its point: the next one comes there.
    fn die_at(&mut self, point: Point, times: u64) {
        for left in (0..=STALLS).rev() {
            let task = self.task(Some((point, times)));
            let ended = self.run(&task).wait().unwrap();
            if died(ended) {
                break;
            }
            let stalled = ended.success() && left > 0 && is_of_a_mail(point);
            assert!(stalled, "it did not come to `{}` {times} times: {ended}; {}", point.name(), self.said());
            self.stalls += 1;
            self.coming.clear();
        }
        self.deaths += 1;
        if comes_after_the_import(point) {
            self.coming.clear();
        }
    }
}

/// Whether a process has imported its facts when it comes to this point.
fn comes_after_the_import(point: Point) -> bool {
    use Point::{
        Committed, Committing, ImportKept, ImportMade, Migrated, PlannedPart, PublishKept, PublishMade,
    };
    let before = [Migrated, Point::Taken, Point::Recovered, PublishMade, PublishKept, PlannedPart];
    let at_any_time = [Committing, Committed, ImportMade, ImportKept];
    !before.contains(&point) && !at_any_time.contains(&point)
}

/// Whether a process comes to this point with a mail, and only where the relay answers.
fn is_of_a_mail(point: Point) -> bool {
    [Point::Waited, Point::GatePassed, Point::GateKept, Point::Answered].contains(&point)
}

fn died(ended: ExitStatus) -> bool {
    // SIGABRT
    ended.signal() == Some(6)
}

/// This very program with a task.
fn process(task: &Task, log: &Path) -> Child {
    let open = || std::fs::File::options().create(true).append(true).open(log).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process_works_until_nothing_is_due", "--nocapture"])
        .env(TASK, serde_json::to_string(task).unwrap())
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(open())
        .stderr(open())
        .spawn()
        .unwrap()
}

/// How often it ends at each point.
fn rounds() -> usize {
    std::env::var("NURTURE_POINT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The points that a working process comes to.
fn working() -> Vec<Point> {
    // Between migrations, files, webhooks and moves: the tests below, `hooks`, and `crash/moving.rs`.
    let elsewhere =
        [Point::Migrated, Point::FilesWritten, Point::HooksAnswered, Point::MoveMade, Point::MoveKept];
    Point::ALL.into_iter().filter(|point| !elsewhere.contains(point)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_works_until_nothing_is_due() {
    if let Ok(task) = std::env::var(TASK) {
        perform(&serde_json::from_str(&task).expect("a task")).await;
        return;
    }
    let mut world = World::new(Shop::marketing);
    world.people(1);
    let task = world.task(None);
    let ended = world.run(&task).wait().unwrap();
    assert!(ended.success(), "{ended}: {}", world.said());
    let (judged, _) = world.end().await;
    assert_eq!(judged, Judged { mails: 2 * COMERS, at_sink: 2 * COMERS, ..Judged::default() });
}

/// What two worlds come to.
fn together(one: Judged, other: Judged) -> Judged {
    Judged {
        mails: one.mails + other.mails,
        at_sink: one.at_sink + other.at_sink,
        lost: one.lost + other.lost,
        twice: one.twice + other.twice,
        unknown: one.unknown + other.unknown,
        arrived_unknown: one.arrived_unknown + other.arrived_unknown,
        untrue: one.untrue + other.untrue,
    }
}

/// Ends it at every point, and judges.
async fn ended_everywhere(name: &'static str, shop: fn(u16) -> Shop, rounds: usize) -> (Judged, usize) {
    let (mut dice, seed) = Dice::from_environment("NURTURE_POINT_SEED");
    println!("NURTURE_POINT_SEED={seed}");
    let points = working();
    let (mut all, mut deaths, mut done) = (Judged::default(), 0, 0);
    while done < rounds && !time_is_over() {
        done += 1;
        // Each time anew: every process looks at everybody, and with all rounds' people in one world it takes long.
        let mut world = World::new(shop);
        world.people(points.len() + STALLS);
        for point in &points {
            let times = match point {
                Point::Committing | Point::Committed => dice.between(1, 9),
                Point::Waited | Point::GateKept | Point::Answered => dice.between(1, COMERS as u64),
                _ => 1,
            };
            world.die_at(*point, times);
        }
        let (judged, died) = world.end().await;
        println!("{name}, round {done}: {judged}");
        all = together(all, judged);
        deaths += died;
    }
    let judged = all;
    Proof { name, rounds: done, seed: Some(seed) }.keep(serde_json::json!({
        "points": points.len(), "deaths": deaths, "mails": judged.mails, "lost": judged.lost,
        "twice": judged.twice, "unknown": judged.unknown,
    }));
    (judged, deaths)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_point_it_may_end_and_nothing_is_lost_or_sent_twice() {
    let (judged, deaths) = ended_everywhere("crash-points", Shop::marketing, rounds()).await;
    println!("{deaths} deaths, {judged}");
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink + judged.unknown - judged.arrived_unknown, judged.mails, "{judged}");
    assert!(judged.unknown <= deaths * CONNECTIONS, "{judged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_point_it_may_end_and_what_may_come_twice_always_comes() {
    let (judged, deaths) = ended_everywhere("crash-points-twice", Shop::service, rounds().div_ceil(2)).await;
    println!("{deaths} deaths, {judged}");
    assert_eq!((judged.lost, judged.unknown, judged.untrue), (0, 0, 0), "{judged}");
    assert_eq!(judged.at_sink, judged.mails, "{judged}");
    assert!(judged.twice <= deaths * CONNECTIONS, "{judged}");
}

/// In the middle of the content, behind the dot, and behind the dot when the relay has the mail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_and_after_the_dot_a_mail_is_unknown_and_never_sent_again() {
    for (place, arrives) in [(Place::Body, 0), (Place::Dot, 0), (Place::Recorded, 1)] {
        for _ in 0..rounds() {
            if time_is_over() {
                break;
            }
            let mut world = World::new(Shop::marketing);
            world.people(1);
            world.sink.trouble(Trouble::at(place, Act::Hang).only_to("c0@example.com"));
            let task = world.task(None);
            let mut working = world.run(&task);
            let hangs = |speaker: &tests::sink::Speaker| {
                speaker.count() == COMERS - 1 + arrives && speaker.sessions().iter().any(|one| one.hangs)
            };
            assert!(world.sink.wait_until(PATIENCE, hangs).await, "{place:?}: {}", world.said());
            // The others' answers are written down before the process ends.
            let store = world.shop.store().await;
            let accepted = "SELECT count(*) FROM send WHERE state = 'accepted'";
            while count(&mut store.read().await.unwrap(), accepted).await < COMERS as i64 - 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            working.kill().unwrap();
            working.wait().unwrap();
            world.sink.behave();
            let (judged, _) = world.end().await;
            let mails = 2 * COMERS;
            let expected = Judged {
                mails,
                at_sink: mails - 1 + arrives,
                unknown: 1,
                arrived_unknown: arrives,
                ..Judged::default()
            };
            assert_eq!(judged, expected, "{place:?}");
        }
    }
}

/// Who dies with files written leaves no more in doubt than one who speaks with a relay.
async fn ended_between_files_and_their_fates_few_are_unknown(database: &str) {
    const PEOPLE: usize = 60;
    let sink = Sink::with(Settings::default());
    let shop = Shop::on(sink.port(), "offers", database);
    shop.customers(0..PEOPLE);
    shop.facts("facts.csv", 0..PEOPLE);
    let task = |ends_at: Option<(Point, u64)>, facts: &[&str]| Task {
        folder: shop.path().display().to_string(),
        facts: facts.iter().map(|name| (*name).to_owned()).collect(),
        ends_at: ends_at.map(|(point, times)| (point.name().to_owned(), times)),
        database: database.split('"').nth(1).map(str::to_owned),
        files: true,
        ..Task::default()
    };
    let log = shop.path().join("work.log");
    let run = |task: &Task| process(task, &log).wait().unwrap();
    let ended = run(&task(Some((Point::FilesWritten, 3)), &["facts.csv"]));
    assert!(died(ended), "{ended}: {}", shop.said("work.log"));
    let store = shop.store().await;
    let counts = |statement: &'static str| {
        let store = &store;
        async move { tests::shop::counts(&mut store.read().await.unwrap(), statement).await }
    };
    let connections = CONNECTIONS as i64;
    let of = |states: &[(&str, i64)]| -> Vec<(String, i64)> {
        states.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
    };
    let left = PEOPLE as i64 - 3 * connections;
    // Where the machine is slow, somebody's second mail may be due already.
    let first = "SELECT state, count(*) FROM send WHERE (customer, due_at) IN
                 (SELECT customer, min(due_at) FROM send GROUP BY customer) GROUP BY state ORDER BY state";
    assert_eq!(
        counts(first).await,
        of(&[("accepted", 2 * connections), ("claimed", left), ("handed", connections)])
    );
    for _ in 0..100 {
        let ended = run(&task(None, &[]));
        assert!(ended.success(), "{ended}: {}", shop.said("work.log"));
        let open = "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                         + (SELECT count(*) FROM enrollment WHERE state <> 'ended')";
        if count(&mut store.read().await.unwrap(), open).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let all = (MAILS * PEOPLE) as i64;
    let every = "SELECT state, count(*) FROM send GROUP BY state ORDER BY state";
    assert_eq!(counts(every).await, of(&[("accepted", all - connections), ("unknown", connections)]));
    let files = std::fs::read_dir(shop.path().join("outbox")).unwrap().count();
    assert!(files > 0 && sink.count() == 0, "{files} in the folder, and none has left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_two_migrations_it_may_end_and_the_next_one_goes_on() {
    let known = migrations().await;
    let made = known.keys().filter(|name| name.starts_with("migration ")).count() as u64;
    for times in 1..=made {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display().to_string();
        let ends_at = Some((Point::Migrated.name().to_owned(), times));
        let task = Task { folder: here, ends_at, migrates: true, ..Task::default() };
        let log = folder.path().join("work.log");
        let ended = process(&task, &log).wait().unwrap();
        assert!(died(ended), "{ended}: {}", std::fs::read_to_string(&log).unwrap());
        let after = process(&Task { ends_at: None, ..task }, &log).wait().unwrap();
        assert!(after.success(), "{after}: {}", std::fs::read_to_string(&log).unwrap());
        assert_eq!(tables(&folder.path().join("nurture.db")).await, known);
    }
}

/// What a database has that was made in one go.
async fn migrations() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nurture.db");
    Store::open(&path.display().to_string(), Options::default()).await.unwrap().close().await;
    tables(&path).await
}

/// Migrations and the text of each table and index.
async fn tables(path: &Path) -> BTreeMap<String, String> {
    let store = Store::open(&path.display().to_string(), Options::to_read()).await.unwrap();
    let mut conn = store.read().await.unwrap();
    let mut all: Vec<(String, String)> =
        store::sql::query_as("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let made: Vec<(String, String)> = store::sql::query_as(
        "SELECT 'migration ' || version, description FROM _sqlx_migrations WHERE success",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    all.retain(|(name, _)| !name.contains("sqlite_"));
    all.into_iter().chain(made).collect()
}
