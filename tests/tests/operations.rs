//! What an operator relies on: `doctor` finds and mends, a workflow that runs away pauses itself, a customer whose
//! turn fails holds nobody up, what is over is deleted and what proves something is not.

use engine::breaker::Limits;
use engine::prune::Keep;
use jiff::SignedDuration;
use tests::binary::nurture;
use tests::doctored::{breaks, doctor, findings, marketing, postgres};
use tests::driven::Driven;
use tests::shop::{Shop, count};
use tests::sink::Sink;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_that_sends_too_much_pauses_itself_and_says_so() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.write(
        "workflows/calm.yaml",
        "workflow: calm\ntrigger: { event: go }\nconsent: none\nsteps:\n  - tag: calm\n",
    );
    shop.fine(&["publish"]);
    // More than a batch, so that the first is within the limit.
    shop.start(900);
    let mut driven = Driven::over(shop.path()).await;
    let limits = Limits { messages_per_hour: Some(700), errors_per_hour: None };
    driven.engine = driven.engine.with_limits(limits);
    driven.work().await;
    let sent = sink.count();
    assert!(sent <= 700, "{sent} messages within an hour");
    let made =
        driven.count("SELECT count(*) FROM send WHERE state = 'cancelled' AND reason = 'paused'").await;
    assert_eq!(usize::try_from(made).unwrap() + sent, 700, "as many as it may, and not one more");
    let (_, told) = doctor(&shop, &[]);
    let paused = told["checks"].as_array().unwrap().iter().find(|check| check["code"] == "doctor-paused");
    assert_eq!(paused.expect("it says so")["values"]["who"], "breaker: messages", "{told}");
    // Other workflows go on as ever, and nothing of the held one waits in the outbox.
    assert_eq!(driven.count("SELECT count(*) FROM trace WHERE workflow = 'calm' AND did = 'tag'").await, 900);
    assert_eq!(driven.count("SELECT count(*) FROM send WHERE state IN ('due', 'claimed')").await, 0);
    driven.work_after(7_200).await;
    assert_eq!(sink.count(), sent, "it is held until somebody lets it go on");
}

/// Everybody comes by a fact, and everybody by a schedule. The first batch alone is beyond the limit.
async fn whom_the_limit_held_back_has_their_turn_on_resume(database: Option<String>) {
    let sink = Sink::start();
    let mut shop = Shop::marketing(sink.port());
    if let Some(database) = &database {
        shop.move_to(database);
    }
    let settings = std::fs::read_to_string(shop.path().join("nurture.toml")).unwrap();
    shop.write("nurture.toml", &format!("{settings}messages_per_hour = \"30\"\n"));
    let steps = "consent: offers\nsteps:\n  - email: hello\n";
    shop.write("workflows/chain.yaml", &format!("workflow: chain\ntrigger: {{ event: go }}\n{steps}"));
    shop.write(
        "workflows/weekly.yaml",
        &format!("workflow: weekly\ntrigger: {{ schedule: {{ every: monday, at: \"09:00\" }} }}\n{steps}"),
    );
    shop.fine(&["publish"]);
    shop.start(40);
    let store = shop.store().await;
    // Its instant has come, as far as the table knows.
    let past = jiff::Timestamp::now().as_millisecond();
    let mut transaction = store.begin().await.unwrap();
    store::sql::query("UPDATE schedule SET next_fire_at = ?1 WHERE workflow = 'weekly'")
        .bind(past)
        .execute(&mut transaction)
        .await
        .unwrap();
    store::commit(transaction).await.unwrap();
    shop.fine(&["run", "--until-idle"]);
    let mut conn = store.read().await.unwrap();
    assert_eq!(sink.count(), 0, "what had not left stays here");
    let entered = "SELECT workflow, count(*) FROM trace WHERE did = 'enroll' AND outcome = 'entered'
                   GROUP BY workflow ORDER BY workflow";
    let both = |people: i64| [("chain".to_owned(), people), ("weekly".to_owned(), people)];
    assert_eq!(tests::shop::counts(&mut conn, entered).await, both(30));
    assert_eq!(count(&mut conn, "SELECT count(*) FROM trace WHERE outcome = 'refused'").await, 0);
    let (_, told) = doctor(&shop, &[]);
    assert!(findings(&told).contains(&"doctor-paused".to_owned()), "{told}");
    // Nobody was refused and nobody forgotten: counted anew, the others have their turn.
    for workflow in ["chain", "weekly"] {
        shop.fine(&["resume", workflow]);
    }
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(tests::shop::counts(&mut conn, entered).await, both(40));
    let twice = "SELECT count(*) FROM (SELECT 1 AS one FROM send WHERE state = 'accepted'
                 GROUP BY customer, workflow HAVING count(*) > 1) AS twice";
    assert_eq!((sink.count(), count(&mut conn, twice).await), (80, 0));
    assert_eq!(count(&mut conn, "SELECT count(*) FROM trace WHERE outcome = 'refused'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_limit_held_back_on_sqlite_has_their_turn_on_resume() {
    whom_the_limit_held_back_has_their_turn_on_resume(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_limit_held_back_on_postgres_has_their_turn_on_resume() {
    whom_the_limit_held_back_has_their_turn_on_resume(Some(postgres())).await;
}

async fn one_bad_row_holds_nobody_up(database: Option<String>) {
    let sink = Sink::start();
    let shop = marketing(&sink, database.as_deref());
    shop.start(40);
    let store = shop.store().await;
    // What no program of ours wrote: the customer's attributes are no object.
    breaks(&store, &["UPDATE customer SET attributes = '[7]' WHERE id IN ('c3', 'c17', 'c18')"]).await;
    shop.fine(&["run", "--until-idle"]);
    let mut conn = store.read().await.unwrap();
    let met = "SELECT count(*) FROM enrollment WHERE workflow = 'chain'";
    assert_eq!(count(&mut conn, met).await, 37, "all others had their turn");
    assert_eq!(count(&mut conn, "SELECT count(*) FROM aside WHERE held = 1").await, 3);
    let (code, told) = doctor(&shop, &[]);
    assert_eq!((code, findings(&told).contains(&"doctor-aside".to_owned())), (1, true), "{told}");
    drop(conn);
    // Mended, they are tried again, and nothing was lost.
    breaks(&store, &["UPDATE customer SET attributes = '{}' WHERE id IN ('c3', 'c17', 'c18')"]).await;
    let (_, told) = doctor(&shop, &["--repair"]);
    assert_eq!(told["repaired"]["aside"], 3, "{told}");
    shop.fine(&["run", "--until-idle"]);
    let mut conn = store.read().await.unwrap();
    assert_eq!(count(&mut conn, met).await, 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_row_of_sqlite_holds_nobody_up() {
    one_bad_row_holds_nobody_up(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_row_of_postgres_holds_nobody_up() {
    one_bad_row_holds_nobody_up(Some(postgres())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walks_that_fail_for_many_pause_their_workflow() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.start(60);
    let mut driven = Driven::over(shop.path()).await;
    let limits = Limits { messages_per_hour: None, errors_per_hour: Some(5) };
    driven.engine = driven.engine.with_limits(limits);
    driven.work().await;
    // What each walk carries cannot be read for six of them.
    let store = shop.store().await;
    breaks(&store, &["UPDATE enrollment SET walk = '[]' WHERE customer IN ('c1','c2','c3','c4','c5','c6')"])
        .await;
    driven.work_after(2).await;
    let (_, told) = doctor(&shop, &[]);
    let paused = told["checks"].as_array().unwrap().iter().find(|check| check["code"] == "doctor-paused");
    assert_eq!(paused.map(|check| &check["values"]["who"]), Some(&"breaker: errors".into()), "{told}");
    assert!(driven.count("SELECT count(*) FROM aside WHERE held = 1").await >= 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_deleted_and_what_proves_something_stays() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.write(
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  city: { type: text, optional: true }\nevents:\n  go: {}\n  looked: {}\n",
    );
    shop.write(
        "workflows/long.yaml",
        "workflow: long\ntrigger: { event: go }\nconsent: none\nsteps:\n  - tag: begun\n  - wait: 900 days\n",
    );
    shop.fine(&["publish"]);
    shop.customers(0..30);
    let old = jiff::Timestamp::now() - SignedDuration::from_hours(24 * 500);
    shop.write("seen.csv", &format!("id,event,customer,at\ns1,go,c1,{old}\ns2,looked,c1,{old}\n"));
    shop.fine(&["import", "events", "seen.csv"]);
    shop.start(30);
    let mut driven = Driven::over(shop.path()).await;
    driven.work().await;
    driven.work_after(5).await;
    let month = SignedDuration::from_hours(24 * 30);
    driven.engine =
        driven.engine.with_keep(Keep { traces: Some(month), walks: Some(month), events: Some(month) });
    let now = driven.engine.now();
    let none = driven.engine.prune(now).await.expect("the database is there");
    assert_eq!((none.traces, none.walks, none.sends), (0, 0, 0), "nothing is over yet");
    assert_eq!(none.events, 1, "`looked` is read by nothing, `go` starts workflows");
    let traces = driven.count("SELECT count(*) FROM trace WHERE workflow = 'chain'").await;
    let consents = driven.count("SELECT count(*) FROM consent").await;
    driven.clock.advance(SignedDuration::from_hours(24 * 31));
    let pruned = driven.engine.prune_daily().await.expect("the database is there").expect("it is time");
    assert_eq!((pruned.walks, pruned.sends), (30, 60));
    assert_eq!(i64::try_from(pruned.traces).unwrap(), traces, "the reasons of walks under way stay");
    assert_eq!(pruned.events, 0, "`go` starts workflows: it is read");
    assert_eq!(driven.count("SELECT count(*) FROM event WHERE name = 'go'").await, 31);
    let left = |statement| driven.count(statement);
    assert_eq!(left("SELECT count(*) FROM enrollment").await, 30, "walks under way stay");
    assert!(left("SELECT count(*) FROM trace WHERE workflow = 'long'").await >= 30);
    assert_eq!(left("SELECT count(*) FROM consent").await, consents);
    assert_eq!(left("SELECT count(*) FROM entry WHERE workflow = 'chain'").await, 30, "nobody enters twice");
    assert_eq!(driven.engine.prune_daily().await.expect("the database is there"), None, "once a day");
}

#[test]
fn a_second_run_on_one_file_ends_with_5() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    let mut first = shop.spawn(&["run"], "run.log");
    let log = || shop.said("run.log");
    tests::served::until("it serves", log, || log().contains("healthz"));
    let second = nurture(shop.path(), &["run", "--until-idle"]);
    let moved = nurture(shop.path(), &["move", "--to", "sqlite://other.db"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.code, 5, "{}{}", second.out, second.err);
    assert_eq!(moved.code, 5, "{}{}", moved.out, moved.err);
    assert_eq!(nurture(shop.path(), &["run", "--until-idle"]).code, 0);
}
