//! A live engine with open channels in the test's own process, on a clock that the test moves.

use crate::shop::{count, counts};
use engine::{Clock, Delivery, Engine, Speakers, VirtualClock};
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
}

impl Driven {
    /// Over the database of the project in a folder, which holds no other worker; the clock shows now.
    pub async fn over(folder: &Path) -> Self {
        let path = folder.join("nurture.db").display().to_string();
        let store = Store::open(&path, Options { migrate: false, ..Options::default() })
            .await
            .expect("the database opens");
        let clock = VirtualClock::new(Timestamp::now());
        let now = clock.now();
        let mut transaction = store.begin().await.expect("the database can be written");
        let hold = now + SignedDuration::from_hours(24 * 30);
        let worker =
            store::lease::acquire(&mut transaction, "test", now, hold).await.expect("nobody else works here");
        store::commit(transaction).await.expect("the database can be written");
        let zone = jiff::tz::TimeZone::UTC;
        let speakers =
            Speakers::new(Delivery::Live, folder.join("outbox"), zone, Box::new(|_| None)).of_project(folder);
        let settings = dsl::project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
        let engine = Engine::new(store, Arc::new(clock.clone()), settings, worker, speakers, false)
            .await
            .expect("the project was published");
        Self { engine, clock }
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
