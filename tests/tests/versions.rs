//! A rolling upgrade: while processes of this program work under load, a newer one adds to the tables. Those that
//! work go on, one that starts later refuses, and nothing is lost or sent twice.

#[path = "crash/judge.rs"]
mod judge;

use judge::Judged;
use std::process::Child;
use std::time::{Duration, Instant};
use tests::binary::{command, ran};
use tests::proof::{Proof, time_is_over};
use tests::shop::{MAILS, Shop, count};
use tests::sink::{Act, Point, Settings, Sink, Trouble};

const CUSTOMERS: usize = 90;
/// The machine does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a version of tomorrow may add: columns that nobody has to fill, tables, indexes. Its row is written with it.
const TOMORROW: [&str; 5] = [
    "ALTER TABLE send ADD COLUMN tomorrow TEXT",
    "ALTER TABLE enrollment ADD COLUMN tomorrow BIGINT NOT NULL DEFAULT 0",
    "CREATE TABLE tomorrow (slot BIGINT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (slot, id))",
    "CREATE INDEX send_tomorrow ON send (slot, tomorrow)",
    "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
     VALUES (9999, 'tomorrow', true, CAST('x' AS BYTEA), 0)",
];

/// Looks until it is so.
async fn until<F: Future<Output = bool>>(shop: &Shop, what: &str, mut is_so: impl FnMut() -> F) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}; {}", shop.said("run.log"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn upgraded_under_load(topic: &str) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { keep_data: false, log: Some(log.clone()), ..Settings::default() });
    let shop = Shop::over(sink.port(), topic, &cluster::database());
    shop.nobody_dies();
    // One mail is out until the tables have changed: whatever else is quick, they are at work.
    sink.trouble(Trouble::at(Point::Dot, Act::Hold).once());
    let mut working: Vec<Child> = (0..2).map(|_| shop.spawn(&["run"], "run.log")).collect();
    let store = shop.store().await;
    shop.start(CUSTOMERS);
    assert!(sink.wait_for(10, PATIENCE).await, "{}", shop.said("run.log"));
    // Those who work may be in its way, as in every migration's: it comes again, as a migration does.
    let climb = async || {
        let mut newer = store.begin_beside().await?;
        for statement in TOMORROW {
            store::sql::query(statement).execute(&mut newer).await.map_err(|source| {
                store::StoreError::Query { tried: "migrate to tomorrow", ids: "-".to_owned(), source }
            })?;
        }
        store::commit(newer).await
    };
    while let Err(error) = climb().await {
        assert!(error.retry(), "{error}");
    }
    assert!(sink.count() < CUSTOMERS * MAILS, "the tables changed while it worked");
    sink.behave();

    let late = ran(command(shop.path(), &["run", "--until-idle"]).output().unwrap());
    assert_eq!(late.code, 3, "what is too old refuses: {}{}", late.out, late.err);
    assert!(late.err.contains("newer"), "{}", late.err);
    until(&shop, "nothing is open", || async {
        let open = "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                         + (SELECT count(*) FROM enrollment WHERE state <> 'ended')
                         + (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))";
        count(&mut store.read().await.unwrap(), open).await == 0
    })
    .await;
    for each in &mut working {
        assert_eq!(each.try_wait().unwrap(), None, "it ended by itself; {}", shop.said("run.log"));
        each.kill().unwrap();
        each.wait().unwrap();
    }
    // Only for the judge, who asks this program what it lists.
    let mut older = store.begin_beside().await.unwrap();
    store::sql::query("DELETE FROM _sqlx_migrations WHERE version = 9999").execute(&mut older).await.unwrap();
    store::commit(older).await.unwrap();
    Judged::of(&shop, &log, CUSTOMERS).await
}

/// How often, where `scripts/soak` says so.
fn rounds() -> usize {
    std::env::var("NURTURE_VERSION_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_newer_program_adds_to_the_tables_nothing_is_lost_or_sent_twice() {
    let both = [("versions", "offers"), ("versions-twice", "service")];
    let mut done = 0;
    while done < rounds() && !time_is_over() {
        done += 1;
        for (_, topic) in both {
            let judged = upgraded_under_load(topic).await;
            let all = CUSTOMERS * MAILS;
            assert_eq!(judged, Judged { mails: all, at_sink: all, ..Judged::default() }, "{topic}");
        }
    }
    for (name, _) in both {
        let mails = done * CUSTOMERS * MAILS;
        let figures = serde_json::json!({ "mails": mails, "lost": 0, "twice": 0, "unknown": 0 });
        Proof { name, rounds: done, seed: None }.keep(figures);
    }
}
