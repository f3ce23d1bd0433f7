//! `doctor` finds what is broken in a database and mends what it can; who cannot be read holds nobody up; and a
//! database is brought up to date only where one wishes.

use serde_json::Value as Json;
use store::Store;
use tests::binary::nurture;
use tests::doctored::{breaks, doctor, findings, marketing, postgres};
use tests::driven::Driven;
use tests::shop::{Shop, count};
use tests::sink::Sink;

async fn doctor_finds_and_mends(database: Option<String>) {
    let sink = Sink::start();
    let shop = marketing(&sink, database.as_deref());
    shop.write(
        "workflows/parent.yaml",
        "workflow: parent\ntrigger: { event: go }\nconsent: none\nsteps:\n  - call: child\n  - tag: returned\n",
    );
    shop.write(
        "workflows/child.yaml",
        "workflow: child\ntrigger: { called: true }\nconsent: none\nsteps:\n  - wait: 30 days\n",
    );
    shop.fine(&["publish"]);
    shop.start(4);
    shop.fine(&["run", "--until-idle"]);
    let (code, told) = doctor(&shop, &["--deep"]);
    assert_eq!((code, told["healthy"].as_bool()), (0, Some(true)), "{told}");
    let zones = told["checks"].as_array().unwrap().iter().find(|check| check["check"] == "zones").unwrap();
    assert!(zones["values"]["version"].as_str().unwrap().starts_with("20"), "{zones}");

    let store = shop.store().await;
    // Two callers whose called walks are gone, a message in a dead hand, one of a version that never was.
    breaks(
        &store,
        &[
            "DELETE FROM enrollment WHERE workflow = 'child' AND customer IN ('c0', 'c1')",
            "UPDATE enrollment SET version = 'lost' WHERE workflow = 'child' AND customer = 'c2'",
        ],
    )
    .await;
    if database.is_none() {
        // What the tables refuse: a damaged file may hold it all the same.
        breaks(
            &store,
            &[
                "PRAGMA ignore_check_constraints = 1",
                "UPDATE enrollment SET wake_at = NULL WHERE workflow = 'child' AND customer = 'c3'",
                "PRAGMA ignore_check_constraints = 0",
            ],
        )
        .await;
    }
    let (code, told) = doctor(&shop, &[]);
    let stateless = database.is_none().then_some("doctor-walks-stateless");
    let expected: Vec<&str> =
        stateless.into_iter().chain(["doctor-walks-on-nobody", "doctor-walks-no-version"]).collect();
    assert_eq!((code, findings(&told)), (1, expected.iter().map(ToString::to_string).collect()));
    let (code, told) = doctor(&shop, &["--repair"]);
    let walks = if database.is_none() { 3 } else { 2 };
    assert_eq!(told["repaired"]["walks"], walks, "{told}");
    // What nobody can know stays a finding.
    assert_eq!((code, findings(&told)), (1, vec!["doctor-walks-no-version".to_owned()]));
    shop.fine(&["run", "--until-idle"]);
    let mut conn = store.read().await.unwrap();
    let ended = "SELECT count(*) FROM enrollment WHERE workflow = 'parent' AND state = 'ended'";
    assert_eq!(count(&mut conn, ended).await, 2, "who rested on nobody went on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_and_mends_on_sqlite() {
    doctor_finds_and_mends(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_and_mends_on_postgres() {
    doctor_finds_and_mends(Some(postgres())).await;
}

/// What the tables refuse, and a damaged file may hold all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_in_no_state_is_found_and_mended() {
    let sink = Sink::start();
    let shop = marketing(&sink, None);
    // Whose walk is over when nothing is to be done: one that waits a second may or may not be.
    shop.write(
        "workflows/chain.yaml",
        "workflow: chain\ntrigger: { event: go }\nconsent: offers\nsteps:\n  - email: hello\n",
    );
    shop.write(
        "workflows/rest.yaml",
        "workflow: rest\ntrigger: { event: go }\nconsent: none\nsteps:\n  - wait: 30 days\n",
    );
    shop.fine(&["publish"]);
    shop.start(6);
    shop.fine(&["run", "--until-idle"]);
    let store = shop.store().await;
    breaks(
        &store,
        &[
            "PRAGMA ignore_check_constraints = 1",
            "UPDATE enrollment SET ended_at = 1 WHERE workflow = 'rest' AND customer = 'c0'",
            "DELETE FROM customer WHERE id = 'c1'",
            "UPDATE send SET state = 'claimed', settled_at = NULL, worker = NULL, lease = NULL WHERE customer = 'c2'",
            "UPDATE send SET state = 'lost', settled_at = NULL WHERE customer = 'c3'",
            "UPDATE send SET settled_at = NULL WHERE customer = 'c4'",
            "PRAGMA ignore_check_constraints = 0",
        ],
    )
    .await;
    let (code, told) = doctor(&shop, &[]);
    let expected = [
        "doctor-walks-stateless",
        "doctor-walks-no-customer",
        "doctor-sends-stuck",
        "doctor-sends-stateless",
    ];
    assert_eq!((code, findings(&told)), (1, expected.map(str::to_owned).to_vec()), "{told}");
    let (code, told) = doctor(&shop, &["--repair"]);
    let mails = "SELECT count(*) FROM send WHERE customer IN ('c2', 'c3', 'c4')";
    let mut conn = store.read().await.unwrap();
    assert_eq!(told["repaired"]["walks"], 2, "{told}");
    assert_eq!(told["repaired"]["sends"], count(&mut conn, mails).await, "{told}");
    assert_eq!((code, findings(&told)), (0, vec!["doctor-sends-unknown".to_owned()]), "{told}");
    let after =
        "SELECT count(*) FROM enrollment WHERE (customer = 'c0' AND workflow = 'rest' AND state = 'waiting'
                   AND ended_at IS NULL) OR (customer = 'c1' AND state = 'ended' AND reason = 'repaired')";
    assert_eq!(count(&mut conn, after).await, 2);
    // What was in nobody's hands goes; what nobody knows does not go again.
    let (again, due) = (sink.count(), "SELECT count(*) FROM send WHERE customer = 'c2' AND state = 'due'");
    let due = usize::try_from(count(&mut conn, due).await).unwrap();
    shop.fine(&["run", "--until-idle"]);
    assert_eq!((due > 0, sink.count()), (true, again + due));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_the_others_go_where_a_customer_cannot_be_read() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.start(20);
    let driven = Driven::over(shop.path()).await;
    // Everybody is decided, and nothing has left yet.
    driven.engine.turn(driven.engine.now()).await.expect("the database is there");
    let store = shop.store().await;
    breaks(&store, &["UPDATE customer SET attributes = '[7]' WHERE id IN ('c3', 'c17')"]).await;
    while driven.engine.deliver(driven.engine.now()).await.expect("the database is there") > 0 {}
    assert_eq!(sink.count(), 18);
    assert_eq!(
        driven.states().await,
        [("accepted".to_owned(), 18), ("skipped".to_owned(), 2)],
        "those who cannot be read are skipped, with the reason `error`"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_wishes_only_migrate_brings_a_database_up_to_date() {
    let shop = Shop::marketing(2525);
    let settings = std::fs::read_to_string(shop.path().join("nurture.toml")).unwrap();
    let settings = settings.replace("sqlite://nurture.db", "sqlite://new.db");
    shop.write("nurture.toml", &format!("{settings}migrate = \"explicit\"\n"));
    let refused = nurture(shop.path(), &["sends"]);
    assert_eq!(refused.code, 3, "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("nurture migrate"), "{}", refused.err);
    let known = store::known_migration();
    let migrate = || -> Json { serde_json::from_str(&shop.fine(&["migrate", "--json"]).out).expect("JSON") };
    assert_eq!(migrate(), serde_json::json!({ "from": 0, "to": known }));
    assert_eq!(migrate(), serde_json::json!({ "from": known, "to": known }));
    shop.fine(&["publish"]);
    // What a newer program has migrated is left alone.
    let path = shop.path().join("new.db").display().to_string();
    let store = Store::open(&path, store::Options::default()).await.unwrap();
    breaks(
        &store,
        &["INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
           VALUES (9999, 'of tomorrow', 1, x'00', 0)"],
    )
    .await;
    store.close().await;
    for verb in ["migrate", "sends", "doctor", "publish"] {
        let refused = nurture(shop.path(), &[verb]);
        assert_eq!(refused.code, 3, "{verb}: {}{}", refused.out, refused.err);
    }
    let refused = nurture(shop.path(), &["backup", "late.db"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
}
