//! A live engine with open channels in the test's own process, on a clock that the test moves.

use crate::shop::{count, counts};
use engine::{Clock, Delivery, Engine, Speakers, VirtualClock, lock};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::sync::Arc;
use store::{Options, Store};

/// An engine over a project's database.
pub struct Driven {
    /// The engine.
    pub engine: Engine,
    /// Its clock.
    pub clock: VirtualClock,
    worker: store::send::Worker,
    _lock: lock::Lock,
}

impl Driven {
    /// Over the database that the project in a folder names, which holds no other worker. The clock shows when
    /// somebody last began a step, so that no wait is over yet, however slow the machine; else now.
    pub async fn over(folder: &Path) -> Self {
        Self::with_secrets(folder, secret).await
    }

    /// The same with secrets by their names.
    pub async fn with_secrets(folder: &Path, secrets: fn(&str) -> Option<String>) -> Self {
        Self::made(folder, secrets, None).await
    }

    /// The same where this lies at the addresses of others.
    pub async fn fetching(folder: &Path, fetch: engine::sns::Fetch) -> Self {
        Self::made(folder, secret, Some(fetch)).await
    }

    async fn made(
        folder: &Path,
        secrets: fn(&str) -> Option<String>,
        fetch: Option<engine::sns::Fetch>,
    ) -> Self {
        let store = Store::open(&database(folder), Options { migrate: false, ..Options::default() })
            .await
            .expect("the database opens");
        let begun = "SELECT CAST(coalesce(max(arrived_at), 0) AS BIGINT) FROM enrollment";
        let begun = count(&mut store.read().await.expect("the database is there"), begun).await;
        let begun = (begun > 0).then(|| Timestamp::from_millisecond(begun).expect("an instant"));
        let clock = VirtualClock::new(begun.unwrap_or_else(Timestamp::now));
        let hold = SignedDuration::from_hours(24 * 30);
        let taken = lock::take(&store, None, clock.now(), hold, lock::Part::All).await;
        let (lock, worker) = taken.expect("nobody else works here");
        let held = worker.clone();
        let zone = jiff::tz::TimeZone::UTC;
        let speakers = Speakers::new(Delivery::Live, folder.join("outbox"), zone, Box::new(secrets))
            .of_project(folder)
            .reaching(home());
        let speakers = match fetch {
            Some(fetch) => speakers.fetching(fetch),
            None => speakers,
        };
        let settings = dsl::project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
        let engine = Engine::new(store, Arc::new(clock.clone()), settings, worker, speakers, false)
            .await
            .expect("the project was published");
        Self { engine, clock, worker: held, _lock: lock }
    }

    /// Ends it as a process ends: another may work.
    pub async fn end(self) {
        let Self { engine, worker, _lock: lock, .. } = self;
        lock::release(engine.store(), &worker).await.expect("the database is there");
        drop(lock);
    }

    /// Works until nothing is due.
    pub async fn work(&self) {
        self.engine.until_idle().await.expect("the database is there");
    }

    /// Works until nothing is due so many seconds later.
    pub async fn work_after(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self.work().await;
    }

    /// The number that a statement finds.
    pub async fn count(&self, statement: &'static str) -> i64 {
        count(&mut self.engine.store().read().await.expect("the database is there"), statement).await
    }

    /// Sends by state, in the order of the names.
    pub async fn states(&self) -> Vec<(String, i64)> {
        states(self.engine.store()).await
    }
}

/// Sends by state, in the order of the names.
pub async fn states(store: &Store) -> Vec<(String, i64)> {
    let mut conn = store.read().await.expect("the database is there");
    counts(&mut conn, "SELECT state, count(*) FROM send GROUP BY state ORDER BY state").await
}

/// The address of the database that `nurture.toml` names; without a word of it, a file of SQLite.
fn database(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("nurture.toml")).expect("the project has settings");
    let settings: toml::Table = text.parse().expect("settings");
    match settings.get("database").and_then(toml::Value::as_str) {
        Some(address) if address.starts_with("postgres") => address.to_owned(),
        Some(_) | None => folder.join("nurture.db").display().to_string(),
    }
}

/// This machine: what tests speak to.
fn home() -> channels::Reach {
    channels::Reach::allowing(["127.0.0.1"]).expect("an address is a host")
}

/// Secrets of tests say their own value: `SECRET_IS_x` is `x` in small letters.
fn secret(name: &str) -> Option<String> {
    name.strip_prefix("SECRET_IS_").map(str::to_lowercase)
}
