//! A relay that is away, refuses, breaks off or lies; a person who changes their mind in the last moment; and
//! the ends of a process. Nothing is lost, and a marketing mail never goes twice.

use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::time::Duration;
use tests::binary::nurture;
use tests::driven::{Driven, states};
use tests::served::{serve, until_found};
use tests::shop::{MAILS, Shop, count};
use tests::sink::{Act, Point, Sink, Speaker, Trouble};

tests::on_both_waiting! {
    a_relay_that_is_away_keeps_mails_due_and_gets_them_when_it_is_back,
    a_relay_that_is_down_is_asked_at_most_once_a_second,
    a_relay_that_goes_away_in_the_middle_is_asked_once_by_each_connection,
    a_refusal_for_now_is_tried_again_after_a_minute,
    a_proof_goes_to_one_address_and_a_relay_that_refuses_it_is_said,
    an_address_that_does_not_exist_is_suppressed,
    what_waits_for_an_address_that_proves_bad_is_cancelled_with_it,
    a_marketing_mail_without_an_answer_is_unknown_and_never_sent_again,
    a_service_mail_without_an_answer_is_sent_again_under_its_message_id,
    a_consent_that_is_withdrawn_before_the_gate_keeps_the_mail_back,
    asked_to_end_it_finishes_the_mails_in_flight_and_takes_up_no_more,
    a_run_until_idle_ends_when_it_is_asked_to,
    an_answer_that_meets_a_busy_database_is_written_when_it_is_free,
    no_more_sends_are_in_doubt_than_there_are_connections,
    a_lease_is_renewed_while_an_answer_is_awaited,
    what_a_lease_that_is_over_keeps_from_the_gate_goes_later,
    what_is_open_when_the_grace_is_over_is_unknown,
    what_is_open_when_the_grace_is_over_is_due_again_where_it_may_come_twice,
}

/// How long something may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(180);

/// Whether a connection holds or hangs.
fn holds(sink: &Speaker) -> bool {
    sink.sessions().iter().any(|session| session.hangs)
}

fn of(states: &[(&str, i64)]) -> Vec<(String, i64)> {
    states.iter().map(|(state, times)| ((*state).to_owned(), *times)).collect()
}

/// How often the sink has each Message-ID, at most.
fn copies(sink: &Sink) -> usize {
    let ids = sink.message_ids();
    let once: BTreeSet<&String> = ids.iter().collect();
    once.iter().map(|id| ids.iter().filter(|other| other == id).count()).max().unwrap_or(0)
}

async fn a_relay_that_is_away_keeps_mails_due_and_gets_them_when_it_is_back(database: &str) {
    let sink = Sink::start();
    sink.refuse();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(5);
    let began = Timestamp::now().as_millisecond();
    shop.fine(&["run", "--until-idle"]);
    let store = shop.store().await;
    // On a slow machine the second mail may be due already; it waits behind the first.
    let left = states(&store).await;
    assert!(matches!(left.as_slice(), [(state, 5..=10)] if state == "due"), "{left:?}");
    let first = "SELECT min(due_at) FROM send WHERE outgoing->>'template' = 'hello'";
    let due: i64 = count(&mut store.read().await.unwrap(), first).await;
    assert!(due >= began + 1_000, "tried again later: {} ms", due - began);

    sink.listen();
    let mut conn = store.begin().await.unwrap();
    store::sql::query("UPDATE send SET due_at = created_at").execute(&mut conn).await.unwrap();
    // The wait of a second is over for everybody.
    store::sql::query("UPDATE enrollment SET wake_at = arrived_at WHERE state <> 'ended'")
        .execute(&mut conn)
        .await
        .unwrap();
    store::commit(conn).await.unwrap();
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(states(&store).await, of(&[("accepted", 10)]));
    assert_eq!((sink.count(), copies(&sink)), (5 * MAILS, 1));
}

async fn a_relay_that_is_down_is_asked_at_most_once_a_second(database: &str) {
    let sink = Sink::start();
    sink.trouble(Trouble::say(Point::Greeting, "421 4.3.2 closed for the night"));
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(500);
    let driven = Driven::over(shop.path()).await;
    let mut probes = Vec::new();
    for second in 0..60 {
        driven.work().await;
        probes.push(sink.sessions().len());
        assert!(sink.sessions().len() <= second + 1, "after {second} s: {probes:?}");
        driven.clock.advance(SignedDuration::from_secs(1));
    }
    assert!(sink.sessions().len() > 3, "it is asked now and then: {probes:?}");
    println!("60 s with a relay that is down and 1,000 mails due: {} connections", sink.sessions().len());
    assert_eq!(driven.states().await, of(&[("due", 1_000)]));
    let tried = driven.count("SELECT CAST(sum(attempt) AS BIGINT) FROM send").await;
    assert_eq!(tried, i64::try_from(sink.sessions().len()).unwrap(), "only what knocked was tried");

    sink.behave();
    // The longest rest, and the longest wait of one that knocked.
    for _ in 0..4 {
        driven.work_after(300).await;
    }
    assert_eq!(driven.states().await, of(&[("accepted", 1_000)]));
    assert_eq!((sink.count(), copies(&sink)), (1_000, 1));
}

async fn a_relay_that_goes_away_in_the_middle_is_asked_once_by_each_connection(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(100);
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(sink.count(), 100);
    let before = sink.sessions().len();
    sink.trouble(Trouble::at(Point::Mail, Act::Close));
    for _ in 0..10 {
        driven.work_after(1).await;
    }
    // A connection that lay idle is replaced once, unnoticed.
    let more = sink.sessions().len() - before;
    assert!(more <= 8 + 2 * 10, "{more} connections in 10 s");
    sink.behave();
    for _ in 0..4 {
        driven.work_after(300).await;
    }
    assert_eq!(driven.states().await, of(&[("accepted", 200)]));
    assert_eq!((sink.count(), copies(&sink)), (200, 1));
}

async fn a_proof_goes_to_one_address_and_a_relay_that_refuses_it_is_said(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.customers(1..2);
    let proof = ["preview", "hello", "--customer", "c1", "--send-to", "ann@acme.example"];
    let said = shop.fine(&proof);
    assert!(said.out.contains("ann@acme.example"), "{}", said.out);
    let went: Vec<Vec<String>> = sink.mails().iter().map(|mail| mail.to.clone()).collect();
    assert_eq!(went, [["ann@acme.example"]], "and nothing to the customer");
    let no = Act::Say("550 5.1.1 nobody here".to_owned());
    sink.trouble(Trouble::at(Point::Recipient, no).once());
    let refused = nurture(shop.path(), &proof);
    assert_eq!((refused.code, sink.count()), (69, 1), "{}{}", refused.out, refused.err);
    assert!(refused.out.contains("nobody here"), "{}", refused.out);
    let store = shop.store().await;
    let sends = count(&mut store.read().await.unwrap(), "SELECT count(*) FROM send").await;
    assert_eq!(sends, 0, "a proof stands in no ledger");
}

async fn a_refusal_for_now_is_tried_again_after_a_minute(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(3);
    sink.trouble(Trouble::say(Point::Recipient, "450 4.2.0 greylisted").only_to("c1@example.com").once());
    sink.trouble(Trouble::say(Point::Dot, "451 4.3.0 disk full").only_to("c2@example.com").once());
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(driven.states().await, of(&[("accepted", 1), ("due", 2)]));
    // The second mail of those who wait must not overtake the first.
    driven.work_after(59).await;
    assert_eq!(driven.states().await, of(&[("accepted", 2), ("due", 4)]));
    driven.work_after(2).await;
    driven.work().await;
    assert_eq!(driven.states().await, of(&[("accepted", 6)]));
    assert_eq!((sink.count(), copies(&sink)), (6, 1));
    assert_eq!(driven.count("SELECT CAST(sum(attempt) AS BIGINT) FROM send").await, 2);
}

async fn an_address_that_does_not_exist_is_suppressed(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(2);
    sink.trouble(Trouble::say(Point::Recipient, "550 5.1.1 no such user").only_to("c1@example.com"));
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    driven.work_after(2).await;
    driven.work_after(86_400).await;
    assert_eq!(
        driven.count("SELECT count(*) FROM send WHERE state = 'rejected' AND reason = 'hard_bounce'").await,
        1
    );
    let suppressed = "SELECT count(*) FROM suppression WHERE reason = 'hard_bounce' AND medium = 'email' AND customer = 'c1'";
    assert_eq!(driven.count(suppressed).await, 1);
    assert_eq!(
        driven.count("SELECT count(*) FROM event WHERE name = 'email.bounced' AND customer = 'c1'").await,
        1
    );
    // The other one got both; this one is not written to again.
    assert_eq!(driven.count("SELECT count(*) FROM send WHERE state = 'accepted'").await, 2);
    assert_eq!(sink.mails().iter().filter(|mail| mail.to == ["c1@example.com"]).count(), 0);
    let asked = sink
        .sessions()
        .iter()
        .flat_map(|session| session.commands.clone())
        .filter(|word| word == "RCPT")
        .count();
    assert_eq!(asked, 3, "one refusal and two mails");
}

async fn what_waits_for_an_address_that_proves_bad_is_cancelled_with_it(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    sink.trouble(Trouble::say(Point::Recipient, "450 4.2.0 greylisted").once());
    sink.trouble(Trouble::say(Point::Recipient, "550 5.1.1 no such user"));
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    driven.work_after(2).await;
    assert_eq!(driven.states().await, of(&[("due", 2)]), "the second mail waits for the first");
    driven.clock.advance(SignedDuration::from_secs(60));
    driven.engine.deliver(driven.clock.now()).await.unwrap();
    assert_eq!(driven.states().await, of(&[("cancelled", 1), ("rejected", 1)]));
}

async fn a_marketing_mail_without_an_answer_is_unknown_and_never_sent_again(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    sink.trouble(Trouble::at(Point::Recorded, Act::Close).once());
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(driven.states().await, of(&[("unknown", 1)]));
    for _ in 0..6 {
        driven.work_after(86_400).await;
    }
    assert_eq!(driven.states().await, of(&[("accepted", 1), ("unknown", 1)]));
    assert_eq!((sink.count(), copies(&sink)), (2, 1));
    let listed = shop.fine(&["sends", "--unknown", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["reason"]), (1, &"no_answer".into()));
}

async fn a_service_mail_without_an_answer_is_sent_again_under_its_message_id(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "service", database);
    shop.start(1);
    sink.trouble(Trouble::at(Point::Recorded, Act::Close).once());
    let driven = Driven::over(shop.path()).await;
    driven.work().await;
    assert_eq!(driven.states().await, of(&[("due", 1)]));
    driven.work_after(61).await;
    driven.work_after(61).await;
    assert_eq!(driven.states().await, of(&[("accepted", 2)]));
    assert_eq!((sink.count(), copies(&sink)), (3, 2));
}

/// Starts `run` and waits until it has said something to the sink.
async fn working(shop: &Shop, sink: &Sink, word: &str) -> Child {
    let child = shop.spawn(&["run"], "run.log");
    let heard = |sink: &Speaker| {
        sink.sessions().iter().any(|session| session.commands.iter().any(|command| command == word))
    };
    assert!(sink.wait_until(PATIENCE, heard).await, "no {word}: {}", shop.said("run.log"));
    child
}

/// Asks a process to end, as a supervisor does, and says how it ended.
fn terminate(mut child: Child) -> Option<i32> {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    child.wait().unwrap().code()
}

async fn a_consent_that_is_withdrawn_before_the_gate_keeps_the_mail_back(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    // The send is claimed, and the relay takes its time before the mail may come.
    sink.trouble(Trouble::at(Point::Recipient, Act::Hold));
    let child = working(&shop, &sink, "RCPT").await;
    let now = Timestamp::now();
    shop.write(
        "consents.csv",
        &format!("customer,topic,granted,at,source\nc0,offers,withdrawn,{now},page\n"),
    );
    let store = shop.store().await;
    let claimed = "SELECT count(*) FROM send WHERE state = 'claimed' AND outgoing->>'template' = 'hello'";
    assert_eq!(count(&mut store.read().await.unwrap(), claimed).await, 1);
    shop.fine(&["import", "consents", "consents.csv"]);
    sink.behave();
    // The gate is asked, and the connection is closed without a mail.
    assert!(
        sink.wait_until(PATIENCE, |sink| sink.sessions().first().is_some_and(|session| session.over)).await
    );
    assert_eq!(terminate(child), Some(130));
    // The second mail may have been due as well, or was never decided.
    let left = states(&store).await;
    assert!(matches!(left.as_slice(), [(state, 1..=2)] if state == "cancelled"), "{left:?}");
    assert_eq!(sink.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_worker_on_one_database_is_refused() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.start(1);
    let child = working(&shop, &sink, "MAIL").await;
    for arguments in [["run"].as_slice(), &["run", "--until-idle"]] {
        let second = nurture(shop.path(), arguments);
        assert_eq!(second.code, 5, "{}{}", second.out, second.err);
        assert!(second.err.starts_with("error: "), "{}", second.err);
    }
    assert_eq!(terminate(child), Some(130));
    // With the first gone the work is taken up at once.
    shop.fine(&["run", "--until-idle"]);
}

async fn asked_to_end_it_finishes_the_mails_in_flight_and_takes_up_no_more(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(100);
    sink.trouble(Trouble::at(Point::Dot, Act::Hold));
    let mut process = serve(&shop, &["run"], "run.log", "info");
    assert!(sink.wait_until(PATIENCE, holds).await, "{}", shop.said("run.log"));
    process.ask_to_end();
    sink.behave();
    // Whoever took up more all the same would not get far.
    sink.trouble(Trouble::at(Point::Dot, Act::Wait(Duration::from_secs(1))));
    assert_eq!(process.ended(), Some(130), "{}", shop.said("run.log"));
    let store = shop.store().await;
    let sent = i64::try_from(sink.count()).unwrap();
    assert!((1..=24).contains(&sent), "{sent} mails");
    let mut conn = store.read().await.unwrap();
    assert_eq!(count(&mut conn, "SELECT count(*) FROM send WHERE state = 'accepted'").await, sent);
    assert_eq!(count(&mut conn, "SELECT count(*) FROM send WHERE state NOT IN ('accepted', 'due')").await, 0);
    assert_eq!(count(&mut conn, "SELECT max(until) FROM slot_lease").await, 0, "the lease is given back");
    drop(conn);

    sink.behave();
    shop.fine(&["run", "--until-idle"]);
    assert_eq!(copies(&sink), 1);
    let mut conn = store.read().await.unwrap();
    assert_eq!(
        count(&mut conn, "SELECT count(*) FROM send WHERE step LIKE '%hello%' AND state <> 'accepted'").await,
        0
    );
}

async fn a_run_until_idle_ends_when_it_is_asked_to(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(300);
    // All of them on eight connections would take forty seconds.
    sink.trouble(Trouble::at(Point::Dot, Act::Wait(Duration::from_secs(1))));
    let child = shop.spawn(&["run", "--until-idle"], "run.log");
    assert!(sink.wait_for(1, PATIENCE).await, "{}", shop.said("run.log"));
    assert_eq!(terminate(child), Some(130), "{}", shop.said("run.log"));
    let sent = i64::try_from(sink.count()).unwrap();
    assert!((1..=150).contains(&sent), "{sent} mails");
    let states = states(&shop.store().await).await;
    // On a slow machine the second mails, a second later, are due as well.
    let due = states.last().map_or(0, |(_, due)| *due);
    assert_eq!(states, of(&[("accepted", sent), ("due", due)]));
    assert!((300 - sent..=600 - sent).contains(&due), "{due} are due");
}

async fn an_answer_that_meets_a_busy_database_is_written_when_it_is_free(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    sink.trouble(Trouble::at(Point::Recorded, Act::Wait(Duration::from_millis(500))));
    let driven = Driven::over(shop.path()).await;
    let other = shop.store().await;
    let busy = async {
        assert!(sink.wait_for(1, PATIENCE).await);
        let transaction = other.begin().await.unwrap();
        // Longer than a statement waits for another process.
        tokio::time::sleep(Duration::from_secs(6)).await;
        drop(transaction);
    };
    tokio::join!(busy, driven.work());
    assert_eq!(driven.states().await, of(&[("accepted", 1)]));
}

async fn no_more_sends_are_in_doubt_than_there_are_connections(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(400);
    let driven = Driven::over(shop.path()).await;
    let store = shop.store().await;
    let looked = async {
        let mut most = 0;
        while sink.count() < 400 {
            let mut conn = store.read().await.unwrap();
            most = most.max(count(&mut conn, "SELECT count(*) FROM send WHERE state = 'handed'").await);
        }
        most
    };
    let (most, ()) = tokio::join!(looked, driven.work());
    assert!((1..=8).contains(&most), "{most} sends between the gate and their fate");
}

async fn a_lease_is_renewed_while_an_answer_is_awaited(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    sink.trouble(Trouble::at(Point::Recorded, Act::Hold));
    let driven = Driven::over(shop.path()).await;
    let meanwhile = async {
        assert!(sink.wait_until(PATIENCE, holds).await);
        // Twice as long as a lease holds, each time looked at by the one who takes back what leases are over of.
        for _ in 0..2 {
            driven.clock.advance(SignedDuration::from_mins(14));
            driven.engine.recover().await.unwrap();
        }
        assert_eq!(driven.states().await, of(&[("handed", 1)]));
        sink.behave();
    };
    tokio::join!(meanwhile, driven.work());
    assert_eq!((driven.states().await, copies(&sink)), (of(&[("accepted", 2)]), 1));
}

async fn what_a_lease_that_is_over_keeps_from_the_gate_goes_later(database: &str) {
    let sink = Sink::start();
    let shop = Shop::on(sink.port(), "offers", database);
    shop.start(1);
    sink.trouble(Trouble::at(Point::Recipient, Act::Hold));
    let driven = Driven::over(shop.path()).await;
    let meanwhile = async {
        assert!(sink.wait_until(PATIENCE, holds).await);
        // A process that was stopped for so long, of whose sends nobody else has taken any meanwhile.
        driven.clock.advance(SignedDuration::from_mins(16));
        sink.behave();
    };
    tokio::join!(meanwhile, driven.work());
    // It lives, and so does its lease from now on: what it forgot would be claimed for ever.
    driven.engine.recover().await.unwrap();
    driven.work().await;
    assert_eq!((driven.states().await, sink.count(), copies(&sink)), (of(&[("accepted", 2)]), 2, 1));
}

/// An engine that serves, is asked to end while the relay keeps silent after the dot, and ends when its grace is over.
async fn ended_in_silence(shop: &Shop, sink: &Sink) -> Vec<(String, i64)> {
    shop.start(3);
    sink.trouble(Trouble::at(Point::Recorded, Act::Hang).once());
    let driven = Driven::over(shop.path()).await;
    let engine = driven.engine.with_grace(Duration::from_millis(300));
    let (silent, store) = (Speaker::clone(sink), shop.store().await);
    let others = store.clone();
    let stop = async move {
        assert!(silent.wait_until(PATIENCE, |sink| sink.count() >= 3 && holds(sink)).await);
        // The answers to the others are written down.
        until_found(&others, "SELECT count(*) FROM send WHERE state = 'accepted'", 2, String::new).await;
    };
    std::sync::Arc::new(engine).serve(stop).await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(count(&mut conn, "SELECT max(until) FROM slot_lease").await, 0, "the lease is given back");
    let hello = "SELECT state, count(*) FROM send WHERE step LIKE '%hello%' GROUP BY state ORDER BY state";
    tests::shop::counts(&mut conn, hello).await
}

async fn what_is_open_when_the_grace_is_over_is_unknown(database: &str) {
    let sink = Sink::start();
    let states = ended_in_silence(&Shop::on(sink.port(), "offers", database), &sink).await;
    assert_eq!(states, of(&[("accepted", 2), ("unknown", 1)]));
}

async fn what_is_open_when_the_grace_is_over_is_due_again_where_it_may_come_twice(database: &str) {
    let sink = Sink::start();
    let states = ended_in_silence(&Shop::on(sink.port(), "service", database), &sink).await;
    assert_eq!(states, of(&[("accepted", 2), ("due", 1)]));
}
