//! Several processes work one PostgreSQL: each has its share of the customers, and what one held that is killed
//! the others take over. Judged by what the receiving server has on its disk.

#[path = "crash/judge.rs"]
mod judge;

use judge::Judged;
use std::process::Child;
use std::time::{Duration, Instant};
use tests::shop::{Shop, count, counts};
use tests::sink::{Settings, Sink};

const CUSTOMERS: usize = 120;
/// The most connections that a process opens to a relay; each may be past its gate when it is killed.
const CONNECTIONS: usize = 8;
/// Leases of the killed must end first; the machine does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// Three processes, of which one is killed at work.
async fn one_of_three_is_killed(topic: &str) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sink.log");
    let sink = Sink::with(Settings { keep_data: false, log: Some(log.clone()), ..Settings::default() });
    let shop = Shop::over(sink.port(), topic, &cluster::database());
    let mut working: Vec<Child> = (0..3).map(|_| shop.spawn(&["run"], "run.log")).collect();
    let store = shop.store().await;
    until(&shop, "each has a share", || async {
        let mut conn = store.read().await.unwrap();
        let held = "SELECT owner, count(*) FROM slot_lease WHERE until > 0 GROUP BY owner ORDER BY owner";
        let held = counts(&mut conn, held).await;
        held.len() == 3 && held.iter().all(|(_, parts)| (20..=22).contains(parts))
    })
    .await;
    shop.start(CUSTOMERS);
    assert!(sink.wait_for(20, PATIENCE).await, "{}", shop.said("run.log"));
    let mut killed = working.remove(0);
    killed.kill().unwrap();
    killed.wait().unwrap();
    until(&shop, "nothing is open", || async {
        let mut conn = store.read().await.unwrap();
        let open = "SELECT (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))
                         + (SELECT count(*) FROM enrollment WHERE state <> 'ended')
                         + (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))";
        count(&mut conn, open).await == 0
    })
    .await;
    for each in &mut working {
        assert_eq!(each.try_wait().unwrap(), None, "it ended by itself; {}", shop.said("run.log"));
        each.kill().unwrap();
        each.wait().unwrap();
    }
    Judged::of(&shop, &log, CUSTOMERS).await
}

/// Looks until it is so.
async fn until<F: Future<Output = bool>>(shop: &Shop, what: &str, mut is_so: impl FnMut() -> F) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}; {}", shop.said("run.log"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_processes_one_is_killed_and_nothing_is_lost_or_sent_twice() {
    let judged = one_of_three_is_killed("offers").await;
    assert_eq!((judged.lost, judged.twice, judged.untrue), (0, 0, 0), "{judged}");
    // Beside what was on its way there are answers that had come and were not written yet.
    assert!(judged.unknown - judged.arrived_unknown <= CONNECTIONS, "{judged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_come_twice_always_comes() {
    let judged = one_of_three_is_killed("service").await;
    assert_eq!((judged.lost, judged.unknown, judged.untrue), (0, 0, 0), "{judged}");
    assert!(judged.twice <= CONNECTIONS, "{judged}");
}

/// So many processes that each have a share.
async fn at_work(shop: &Shop, many: usize) -> Vec<Child> {
    let working: Vec<Child> = (0..many).map(|_| shop.spawn(&["run"], "run.log")).collect();
    let store = shop.store().await;
    until(shop, "each has a share", || async {
        let mut conn = store.read().await.unwrap();
        let held = "SELECT owner, count(*) FROM slot_lease WHERE until > 0 GROUP BY owner ORDER BY owner";
        counts(&mut conn, held).await.len() == many
    })
    .await;
    working
}

fn end(shop: &Shop, working: Vec<Child>) {
    for mut each in working {
        assert_eq!(each.try_wait().unwrap(), None, "it ended by itself; {}", shop.said("run.log"));
        each.kill().unwrap();
        each.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn together_they_send_no_more_a_day_than_a_sender_may() {
    const A_DAY: i64 = 50;
    let sink = Sink::start();
    let shop = Shop::over(sink.port(), "offers", &cluster::database());
    shop.nobody_dies();
    shop.write(
        "workflows/senders.yaml",
        &format!(
            "senders:\n  care: {{ address: care@example.com, name: Care, per_day: {A_DAY} }}\nbrand: {{ name: Acme, address: 1 Road, country: DE }}\n"
        ),
    );
    shop.fine(&["publish"]);
    let working = at_work(&shop, 3).await;
    shop.start(CUSTOMERS);
    let store = shop.store().await;
    until(&shop, "all are decided and what may go has gone", || async {
        let mut conn = store.read().await.unwrap();
        let open = "SELECT (SELECT count(*) FROM event WHERE state IN ('new', 'applied'))
                         + (SELECT count(*) FROM send WHERE state IN ('due', 'claimed', 'handed'))";
        let begun = count(&mut conn, "SELECT count(*) FROM enrollment").await;
        begun == i64::try_from(CUSTOMERS).unwrap() && count(&mut conn, open).await == 0
    })
    .await;
    end(&shop, working);
    let mut conn = store.read().await.unwrap();
    let days = counts(&mut conn, "SELECT day, sent FROM sender_day ORDER BY day").await;
    assert!(days.iter().all(|(_, sent)| *sent <= A_DAY), "{days:?}");
    let sent: i64 = days.iter().map(|(_, sent)| sent).sum();
    assert_eq!(i64::try_from(sink.count()).unwrap(), sent);
    assert!(sent >= A_DAY, "{days:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walks_of_one_customer_see_each_other_under_four_processes() {
    let sink = Sink::start();
    let shop = Shop::over(sink.port(), "offers", &cluster::database());
    shop.nobody_dies();
    shop.write(
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  city: { type: text, optional: true }\n  rewards: { type: number, default: 0 }\nevents:\n  go: {}\n  played: { game: text }\n",
    );
    shop.write(
        "workflows/reward.yaml",
        "workflow: reward
trigger: { event: played }
key: event.game
consent: none
steps:
  - wait: 1 second
  - if: customer.rewards < 10
    then:
      - set: { rewards: = customer.rewards + 1 }
      - tag: rewarded
    else:
      - exit: enough
",
    );
    shop.fine(&["publish"]);
    shop.customers(0..20);
    let now = jiff::Timestamp::now();
    let games: String = (0..20)
        .flat_map(|customer| (0..15).map(move |game| (customer, game)))
        .map(|(customer, game)| format!("p{customer}_{game},played,c{customer},{now},g{game}\n"))
        .collect();
    shop.write("games.csv", &format!("id,event,customer,at,properties.game\n{games}"));
    let working = at_work(&shop, 4).await;
    shop.fine(&["import", "events", "games.csv"]);
    let store = shop.store().await;
    until(&shop, "all walks are over", || async {
        let mut conn = store.read().await.unwrap();
        count(&mut conn, "SELECT count(*) FROM enrollment WHERE state = 'ended'").await == 300
    })
    .await;
    end(&shop, working);
    let mut conn = store.read().await.unwrap();
    let lines = counts(
        &mut conn,
        "SELECT customer, count(*) FROM trace WHERE did = 'set' GROUP BY customer ORDER BY customer",
    )
    .await;
    assert_eq!(lines.len(), 20);
    assert!(lines.iter().all(|(_, times)| *times == 10), "never an eleventh reward: {lines:?}");
    let enough = "SELECT count(*) FROM enrollment WHERE reason = 'enough'";
    assert_eq!(count(&mut conn, enough).await, 20 * 5);
}

/// As the database does with one that was kept from the processor for too long while others waited for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_put_out_while_it_comes_among_the_workers_comes_again() {
    let sink = Sink::start();
    let shop = Shop::over(sink.port(), "offers", &cluster::database());
    // It comes again for as long as a lease holds.
    shop.nobody_dies();
    let store = shop.store().await;
    let mut alone = store.begin().await.unwrap();
    store::sql::query("LOCK TABLE worker IN SHARE ROW EXCLUSIVE MODE").execute(&mut alone).await.unwrap();
    let mut comes = shop.spawn(&["run", "--until-idle"], "run.log");
    let put_out = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE worker%'";
    until(&shop, "it is put out", || async { count(&mut store.read().await.unwrap(), put_out).await == 1 })
        .await;
    drop(alone);
    assert!(comes.wait().unwrap().success(), "{}", shop.said("run.log"));
}
