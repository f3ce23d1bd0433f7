//! PostgreSQL goes away and comes back: who watches the process is told at once, work and imports go on by themselves,
//! and whoever asks a process to end meanwhile does not wait long.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::binary::nurture;
use tests::http::get;
use tests::proxy::Proxy;
use tests::served::{Served, serve, until, until_found};
use tests::shop::{MAILS, Shop, count};
use tests::sink::Sink;

/// What watches a process gives up after ten seconds, as Prometheus does.
const WATCHES: Duration = Duration::from_secs(10);
const CUSTOMERS: usize = 10;
const ROWS: usize = 16_000;

/// A shop whose database is behind a proxy, and where that leads.
fn shop(sink: &Sink) -> (Shop, Proxy, PathBuf) {
    let database = cluster::database();
    let (address, folder) = database.split_once("?host=").expect("an address by a socket");
    let name = address.rsplit('/').next().expect("the name of a database");
    let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
    let proxy = Proxy::to(socket.clone());
    let address = format!("postgres://nurture@127.0.0.1:{}/{name}?sslmode=disable", proxy.port());
    let shop = Shop::over(sink.port(), "offers", &address);
    shop.nobody_dies();
    (shop, proxy, socket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_watches_a_process_is_told_at_once_and_its_work_goes_on() {
    let sink = Sink::start();
    let (shop, proxy, socket) = shop(&sink);
    let mut served = serve(&shop, &["run"], "run.log", "info");
    let log = || shop.said("run.log");
    let ready = |served: &Served| get(&served.address, "/readyz").is_some_and(|(status, _)| status == 200);
    until("it is ready", log, || ready(&served));
    proxy.mute();
    let asked = Instant::now();
    let (status, why) = get(&served.address, "/readyz").unwrap();
    assert_eq!((status, why.contains("\"database\"")), (503, true), "{why}");
    assert!(asked.elapsed() < WATCHES, "{:?}", asked.elapsed());
    let asked = Instant::now();
    let (status, page) = get(&served.address, "/metrics").unwrap();
    assert_eq!((status, page.contains("\nnurture_database_up 0\n")), (200, true), "{page}");
    assert!(asked.elapsed() < WATCHES, "{:?}", asked.elapsed());
    proxy.lead(socket.clone());
    until("it is ready again", log, || ready(&served));
    shop.start(CUSTOMERS);
    assert!(sink.wait_for(CUSTOMERS * MAILS, Duration::from_secs(180)).await, "{}", log());
    // What became of a mail that is on its way would be worth the whole grace.
    let known = "SELECT count(*) FROM send WHERE state = 'accepted'";
    until_found(&shop.store().await, known, (CUSTOMERS * MAILS) as i64, log).await;

    proxy.mute();
    served.ask_to_end();
    let asked = Instant::now();
    let code = served.ended();
    assert!(asked.elapsed() < Duration::from_secs(40), "{:?} {}", asked.elapsed(), log());
    assert_eq!(code, Some(69), "{}", log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_where_it_was() {
    let sink = Sink::start();
    let (shop, proxy, socket) = shop(&sink);
    let rows: String = (0..ROWS).map(|number| format!("c{number},Kim,c{number}@example.com\n")).collect();
    shop.write("customers.csv", &format!("external_id,name,email\n{rows}"));
    let mut import = shop.spawn(&["import", "customers", "customers.csv"], "import.log");
    let store = shop.store().await;
    let customers = async || count(&mut store.read().await.unwrap(), "SELECT count(*) FROM customer").await;
    while customers().await == 0 {
        assert_eq!(import.try_wait().unwrap(), None, "{}", shop.said("import.log"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    proxy.cut();
    until(
        "it says so",
        || shop.said("import.log"),
        || shop.said("import.log").contains("The database went away") || import.try_wait().unwrap().is_some(),
    );
    proxy.lead(socket);
    assert!(import.wait().unwrap().success(), "{}", shop.said("import.log"));
    assert_eq!(customers().await, ROWS as i64, "{}", shop.said("import.log"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_no_server_says_so_at_once_and_may_be_started_again() {
    let sink = Sink::start();
    let (shop, proxy, _) = shop(&sink);
    drop(proxy);
    for verb in [&["sends"][..], &["run"]] {
        let asked = Instant::now();
        let ran = nurture(shop.path(), verb);
        assert_eq!((ran.code, ran.err.contains("refused")), (69, true), "{verb:?}: {}", ran.err);
        assert!(asked.elapsed() < Duration::from_secs(30), "{verb:?}: {:?}", asked.elapsed());
    }
}
