//! Processes that each take a part of the work (`run --roles`): none of them alone does it all, and together they do
//! the same as one that does everything.

use std::time::Duration;
use store::Store;
use tests::http::get;
use tests::served::{Served, serve, until, until_found};
use tests::shop::{MAILS, Shop, count};
use tests::sink::Sink;

const CUSTOMERS: usize = 20;
const ALL: i64 = CUSTOMERS as i64;
/// Its instant comes when the test says so.
const WEEKLY: &str = "workflow: weekly\ntrigger: { schedule: { every: monday, at: \"09:00\" } }\nconsent: none\nsteps:\n  - tag: seen\n";
const FIRED: &str = "SELECT count(*) FROM trace WHERE workflow = 'weekly' AND did = 'tag'";
const OVER: &str = "SELECT count(*) FROM enrollment WHERE state = 'ended'";

fn shop(sink: &Sink) -> Shop {
    let shop = Shop::over(sink.port(), "offers", &cluster::database());
    shop.nobody_dies();
    shop.write("workflows/weekly.yaml", WEEKLY);
    shop.fine(&["publish"]);
    shop
}

async fn found(store: &Store, question: &'static str) -> i64 {
    count(&mut store.read().await.unwrap(), question).await
}

/// The weekly instant has come, as far as the table knows: a moment ago, when everybody was known.
async fn a_week_is_over(store: &Store) {
    let mut transaction = store.begin().await.unwrap();
    store::sql::query("UPDATE schedule SET next_fire_at = ?1 WHERE workflow = 'weekly'")
        .bind(jiff::Timestamp::now().as_millisecond() - 1_000)
        .execute(&mut transaction)
        .await
        .unwrap();
    store::commit(transaction).await.unwrap();
}

fn said(shop: &Shop) -> String {
    ["all", "api", "worker", "scheduler"].map(|name| shop.said(&format!("{name}.log"))).concat()
}

/// What was decided for whom, without its instant.
async fn decided(store: &Store) -> Vec<String> {
    let rows = "SELECT customer || ' ' || workflow || ' ' || did || ' ' || what || ' ' || outcome || ' '
                       || coalesce(reason, '') FROM trace ORDER BY 1";
    store::sql::query_scalar(rows).fetch_all(&mut store.read().await.unwrap()).await.unwrap()
}

fn starts(shop: &Shop, role: &str) -> Served {
    serve(shop, &["run", "--roles", role], &format!("{role}.log"), "info")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_with_a_role_each_do_the_same_as_one_with_all() {
    let (apart, together) = (Sink::start(), Sink::start());
    let one = shop(&together);
    let all = serve(&one, &["run"], "all.log", "info");
    one.start(CUSTOMERS);
    let store = one.store().await;
    until_found(&store, OVER, ALL, || said(&one)).await;
    a_week_is_over(&store).await;
    until_found(&store, FIRED, ALL, || said(&one)).await;
    until_found(&store, OVER, 2 * ALL, || said(&one)).await;
    until("its mails are out", || said(&one), || together.count() == MAILS * CUSTOMERS);
    drop(all);
    let wanted = decided(&store).await;

    let three = shop(&apart);
    let api = starts(&three, "api");
    until("the api answers", || said(&three), || get(&api.address, "/healthz").is_some());
    three.start(CUSTOMERS);
    let store = three.store().await;
    // Each second something that is due would be seen.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let taken = "SELECT count(*) FROM enrollment";
    assert_eq!((found(&store, taken).await, apart.count()), (0, 0), "the api takes nothing up");
    let worker = starts(&three, "worker");
    until_found(&store, OVER, ALL, || said(&three)).await;
    until("the mails are out", || said(&three), || apart.count() == MAILS * CUSTOMERS);
    assert!(get(&worker.address, "/healthz").is_none(), "the worker serves nothing");
    a_week_is_over(&store).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(found(&store, FIRED).await, 0, "nobody fires schedules");
    let scheduler = starts(&three, "scheduler");
    until_found(&store, FIRED, ALL, || said(&three)).await;
    until_found(&store, OVER, 2 * ALL, || said(&three)).await;
    assert!(get(&scheduler.address, "/healthz").is_none(), "the scheduler serves nothing");
    assert_eq!(decided(&store).await, wanted);
    assert_eq!(apart.count(), together.count());
}
