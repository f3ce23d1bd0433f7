//! Processes of one PostgreSQL hear of each other at once: what one imports another looks at without waiting for its
//! next look at the tables.

use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::driven::Driven;
use tests::served::until_found;
use tests::shop::Shop;
use tests::sink::Sink;
use tokio::sync::oneshot;

/// Runs of the turns in this process so far.
fn runs() -> u64 {
    let turns = |(name, labels, _): &(&'static str, engine::metrics::Labels, u64)| {
        *name == "nudges" && labels.iter().any(|(_, value)| value == "nurture-turn")
    };
    engine::metrics::all().into_iter().filter(turns).map(|(_, _, count)| count).sum()
}

async fn until_more_runs_than(before: u64) {
    let began = Instant::now();
    while runs() <= before {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing was heard");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_imports_is_heard_without_a_look_at_the_tables() {
    let sink = Sink::start();
    let shop = Shop::over(sink.port(), "offers", &cluster::database());
    shop.customers(0..5);
    let driven = Driven::over(shop.path()).await;
    // On its clock nothing has happened yet: whenever it looks by itself, nothing is due.
    driven.clock.set("2020-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let store = shop.store().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let engine = Arc::new(driven.engine);
    let serving = tokio::spawn(engine.serve(async move {
        let _ = stopped.await;
    }));
    until_more_runs_than(0).await;
    let listens = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND query = 'LISTEN \"nurture\"'";
    until_found(&store, listens, 1, String::new).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let before = runs();
    assert_eq!(before, 1, "its own looks find nothing due");
    shop.facts("facts.csv", 0..5);
    shop.fine(&["import", "events", "facts.csv"]);
    let began = Instant::now();
    until_more_runs_than(before).await;
    println!("heard {} ms after the import had ended", began.elapsed().as_millis());
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
