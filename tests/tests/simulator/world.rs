//! One world: a project, its life, and the same life once more with deaths in it. The engine, the store and the
//! SMTP client are the real ones; the clock, the relay and the moment of death are pretended.

use crate::death;
use crate::order;
use crate::project;
use crate::script::{Act, BEGIN, Deed, Script};
use crate::sink::{Kept, Manners, Relay};
use channels::email::Dial;
use dsl::project::{File, Settings};
use engine::import::{self, Job, StoreTarget, What};
use engine::publish::{self, Policy};
use engine::{Apply, Clock, Delivery, Engine, LEASE, Speakers, VirtualClock, lock, merge, operate};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{CustomerId, WorkflowId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Options, Store};
use tempfile::TempDir;
use tests::dice::Dice;

/// The most connections that the engine opens to its relay; each may be past the gate when it dies.
pub const CONNECTIONS: usize = 8;

/// A project and its life, with the database as it is before the first deed.
pub struct World {
    pub seed: u64,
    pub files: Vec<File>,
    changed: Vec<File>,
    pub script: Script,
    manners: Manners,
    begun: Vec<u8>,
}

/// What may differ from one life to the next.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Lives end at these points, one after the other.
    pub deaths: Vec<u64>,
    /// Facts come in another order, some of them twice, in several files.
    pub shuffled: Option<u64>,
    /// The clock goes wrong at a restart, by up to an hour, until the next deed.
    pub skewed: Option<u64>,
}

/// A life that was lived.
pub struct Lived {
    pub folder: TempDir,
    pub kept: Vec<Kept>,
    /// How often the relay went away without an answer.
    pub gone: usize,
    /// How often the engine died.
    pub died: usize,
    /// Points of its last life.
    pub points: u64,
}

impl Lived {
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("nurture.db")
    }
}

/// A folder in memory, where there is one.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() }
}

pub async fn open(path: &Path, migrate: bool) -> Store {
    let options = Options { migrate, readers: 1, ..Options::default() };
    let store = Store::open(&path.display().to_string(), options).await.unwrap();
    order::keep(&store).await;
    store
}

impl World {
    /// Draws one, and brings its database to where the first deed is done.
    pub async fn draw(seed: u64, empty: &[u8]) -> Self {
        let mut dice = Dice::seeded(seed);
        let files = project::files(&mut dice);
        let changed = project::changed(&files, &mut dice);
        for files in [&files, &changed] {
            let loaded = dsl::load(files, &settings());
            assert!(
                !loaded.report.has_errors(),
                "world {seed}: {}",
                dsl::diagnostic::human(
                    &loaded.report,
                    &loaded.sources,
                    model::words::Language::En,
                    dsl::diagnostic::Colour::Never
                )
            );
        }
        let script = Script::draw(&mut dice, &project::names(&files), seed.is_multiple_of(8));
        let manners = *dice.one(&[Manners::Good, Manners::BadHours, Manners::BadHours, Manners::Wild]);
        let mut world = Self { seed, files, changed, script, manners, begun: Vec::new() };
        death::live(0);
        let folder = folder();
        let path = folder.path().join("nurture.db");
        std::fs::write(&path, empty).unwrap();
        let begin: Timestamp = BEGIN.parse().unwrap();
        let clock = VirtualClock::new(begin);
        let relay = Relay::new(seed, Manners::Good, clock.clone());
        let mut process = Process::start(&path, &clock, &relay).await;
        process.publish(&world.files, begin).await;
        process.import(folder.path(), "customers", "csv", &world.script.customers).await;
        process.store.close().await;
        drop(process);
        world.begun = std::fs::read(&path).unwrap();
        world
    }

    /// Whether a life with deaths ends as one without.
    pub fn is_comparable(&self) -> bool {
        self.manners != Manners::Wild
    }

    /// Lives it.
    pub async fn live(&self, plan: &Plan) -> Lived {
        let folder = folder();
        let path = folder.path().join("nurture.db");
        std::fs::write(&path, &self.begun).unwrap();
        let clock = VirtualClock::new(BEGIN.parse().unwrap());
        let relay = Relay::new(self.seed, self.manners, clock.clone());
        let mut deaths = plan.deaths.iter().copied();
        let mut died = 0;
        let mut done = 0;
        let mut now: Timestamp = BEGIN.parse().unwrap();
        death::live(deaths.next().unwrap_or(0));
        let facts = Facts { folder: folder.path(), shuffled: plan.shuffled, whole: !plan.deaths.is_empty() };
        let mut skew = plan.skewed.map(Dice::seeded);
        let points = loop {
            let process = death::unless_dead(Process::start(&path, &clock, &relay)).await;
            if let Some(mut process) = process {
                let life = self.go_on(&mut process, &facts, &clock, &relay, &mut done, &mut now);
                if death::unless_dead(life).await.is_some() {
                    process.store.close().await;
                    break death::seen();
                }
                process.store.close().await;
            }
            died += 1;
            quiet().await;
            assert!(died < 100, "world {}: it dies and dies", self.seed);
            let skewed = skew.as_mut().map_or(0, |dice| dice.between(0, 7200) as i64 - 3600);
            clock.set(now + SignedDuration::from_secs(skewed));
            death::live(deaths.next().unwrap_or(0));
        };
        quiet().await;
        Lived { kept: relay.kept(), gone: relay.gone(), folder, died, points }
    }

    /// From where it stands to the end. `done`: deeds that are behind it; `now`: the instant at which it stands.
    async fn go_on(
        &self,
        process: &mut Process,
        facts: &Facts<'_>,
        clock: &VirtualClock,
        relay: &Relay,
        done: &mut usize,
        now: &mut Timestamp,
    ) {
        while let Some((at, act)) = self.script.deeds.get(*done) {
            process.until(*at, clock, now).await;
            // The deed itself comes at its instant, whatever the clock showed.
            clock.set(*at);
            *now = *at;
            process.perform(act, facts, &self.changed, *at).await;
            *done += 1;
        }
        process.until(self.script.end, clock, now).await;
        relay.behave();
        clock.set(self.script.end);
        *now = self.script.end;
        process.until(self.script.end + SignedDuration::from_hours(20), clock, now).await;
    }
}

/// Lets the relay read what is still on its way to it.
async fn quiet() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

struct Facts<'f> {
    folder: &'f Path,
    shuffled: Option<u64>,
    whole: bool,
}

/// The engine in its process.
struct Process {
    engine: Engine,
    store: Store,
    _lock: lock::Lock,
}

impl Process {
    /// As `nurture run` begins.
    async fn start(path: &Path, clock: &VirtualClock, relay: &Arc<Relay>) -> Self {
        let store = open(path, false).await;
        let (lock, worker) =
            lock::take(&store, Some(path), clock.now(), LEASE, lock::Part::Share).await.unwrap();
        let relay = Arc::clone(relay);
        let folder = path.parent().unwrap();
        let speakers =
            Speakers::new(Delivery::Live, folder.join("outbox"), TimeZone::UTC, Box::new(|_| None))
                .of_project(folder)
                .dialing(Dial::new(move || relay.connect()));
        let clock = Arc::new(clock.clone());
        let engine = Engine::new(store.clone(), clock, settings(), worker, speakers, false).await.unwrap();
        engine.recover().await.unwrap();
        engine.plan_published().await.unwrap();
        Self { engine, store, _lock: lock }
    }

    /// Works through every instant before another.
    async fn until(&mut self, to: Timestamp, clock: &VirtualClock, now: &mut Timestamp) {
        loop {
            self.engine.until_idle().await.unwrap();
            let Some(next) = self.engine.next_at().await.unwrap() else { return };
            // Where the relay rests something is due and is left where it is.
            let least = clock.now() + SignedDuration::from_secs(1);
            let next = next.max(least);
            if next >= to {
                return;
            }
            clock.set(next);
            *now = next.max(*now);
        }
    }

    async fn publish(&mut self, files: &[File], now: Timestamp) {
        let report =
            publish::publish(&self.store, files, &settings(), &Policy::All, publish::Wish::default(), now)
                .await
                .unwrap();
        assert!(!report.refused(publish::Wish::default()) && report.broken.is_empty(), "{report:?}");
        self.engine.plan_published().await.unwrap();
    }

    async fn import(&self, folder: &Path, kind: &str, ending: &str, text: &str) {
        let path = folder.join(format!("{kind}.{ending}"));
        std::fs::write(&path, text).unwrap();
        let (published, now) = (self.engine.published(), self.engine.now());
        let library = &published.project.library;
        let job = Job {
            path: &path,
            what: What::read(kind, library).unwrap(),
            map: None,
            library,
            zone: &published.zone,
            settings: import::Settings::new(now),
        };
        let after = Apply::new(Arc::clone(&published), now);
        let mut target = StoreTarget::new(&self.store, library, now, false, after);
        let report = import::load(&job, &mut target, |_| {}).await.unwrap();
        assert!(report.bad.is_empty(), "{text}\n{:?}", report.bad);
    }

    /// Does what somebody does. Once more after a death: it may have been done.
    async fn perform(&mut self, act: &Act, facts: &Facts<'_>, changed: &[File], now: Timestamp) {
        let id = |name: &str| WorkflowId::new(name);
        match act {
            Act::Events(rows) => {
                for part in parts(rows, facts.shuffled, facts.whole) {
                    self.import(facts.folder, "events", "jsonl", &part).await;
                }
            }
            Act::Customers(table) => self.import(facts.folder, "customers", "csv", table).await,
            Act::Pause(name) => {
                operate::hold(&self.store, &id(name), operate::By::COMMAND, now).await.unwrap();
            }
            Act::Resume(name) => {
                operate::resume(&self.store, &id(name), operate::By::COMMAND, now).await.unwrap();
            }
            Act::Retire(name, out) => {
                operate::retire(&self.store, &settings(), &id(name), *out, now).await.unwrap();
            }
            Act::Exit(customer, name) => {
                let customer = CustomerId::new(customer);
                operate::exit(
                    &self.store,
                    &settings(),
                    &customer,
                    &id(name),
                    "asked",
                    operate::By::COMMAND,
                    now,
                )
                .await
                .unwrap();
            }
            Act::Merge(keep, other) => {
                let (keep, other) = (CustomerId::new(keep), CustomerId::new(other));
                merge::merge(&self.store, self.engine.published(), &keep, &other, "test", now).await.unwrap();
            }
            Act::Publish => self.publish(changed, now).await,
        }
        self.engine.refresh().await.unwrap();
    }
}

/// The rows as they are, or shuffled, a third of them twice; and in several files, unless they are to come as a
/// whole: who dies between two files works on the first before the second comes.
fn parts(rows: &[String], shuffled: Option<u64>, whole: bool) -> Vec<String> {
    let text = |rows: &[String]| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let Some(seed) = shuffled else { return vec![text(rows)] };
    let mut dice = Dice::seeded(seed ^ rows.len() as u64);
    let mut all = rows.to_vec();
    all.extend(rows.iter().filter(|_| dice.chance(33)).cloned().collect::<Vec<_>>());
    for place in (1..all.len()).rev() {
        all.swap(place, dice.between(0, place as u64) as usize);
    }
    let files = if whole { 1 } else { dice.between(2, 3) as usize };
    all.chunks(all.len().div_ceil(files)).map(text).collect()
}

/// The deeds of a script, for whoever reads a failure.
pub fn told(script: &Script) -> String {
    script.deeds.iter().map(|deed: &Deed| format!("{} {:?}\n", deed.0, deed.1)).collect()
}
