//! Events from clients, as they come over HTTP: what is taken, what comes back, what it leads to. On both databases
//! where the database matters.

use base64::Engine as _;
use serde_json::{Value as Json, json};
use store::Store;
use store::customer_key::KeyKind;
use tests::house::House;
use tests::served::until_found;

const MODEL: (&str, &str) = (
    "workflows/model.yaml",
    "model: shop
customer:
  city: { type: text, optional: true }
  birthday: { type: birthday, optional: true }
  first_seen: { type: text, optional: true }
  spend: { from: sum(order.paid.amount) }
  company: { type: company, optional: true }
events:
  order.paid: { amount: number, order_id: text, items: list }
  page.viewed: { path: text }
entities:
  company: { employees: number, shared: true }
",
);
const WELCOME: (&str, &str) = (
    "workflows/thanks.yaml",
    "workflow: thanks\ntrigger: { event: order.paid }\nconsent: none\nsteps:\n  - tag: bought\n",
);

fn house(database: Option<&str>) -> (House, String) {
    let house = House::of(&[MODEL, WELCOME], database);
    let key = house.key(&["--scope", "events:write"]);
    (house, key)
}

async fn one(store: &Store, question: &'static str) -> i64 {
    tests::shop::count(&mut store.read().await.unwrap(), question).await
}

async fn attribute(store: &Store, id: &str, name: &str) -> Option<String> {
    let rows: Vec<String> = store::sql::query_scalar(
        "SELECT CAST(coalesce(attributes->>?2, '') AS TEXT) FROM customer WHERE id = ?1",
    )
    .bind(id)
    .bind(name)
    .fetch_all(&mut store.read().await.unwrap())
    .await
    .unwrap();
    rows.into_iter().next()
}

async fn batches_are_taken(database: Option<&str>) {
    let (house, key) = house(database);
    let store = house.store().await;
    let batch = json!({ "sentAt": null, "batch": [
        { "type": "identify", "messageId": "m1", "userId": "c1", "anonymousId": null,
          "traits": { "email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace", "address": { "city": "London" },
                      "shoe": 38, "spend": 7 } },
        { "type": "track", "messageId": "m2", "userId": "c1", "event": "Order Paid",
          "properties": { "amount": "11.77", "orderId": "o1", "items": [{ "sku": "tea" }], "note": "x" } },
        { "type": "track", "messageId": "m3", "userId": "c1", "event": "Order Payed", "properties": {} },
        { "type": "track", "messageId": "m4", "event": "order.paid" },
        { "type": "track", "messageId": "m5", "userId": "c1", "event": "order.paid", "properties": { "amount": "much" } },
        { "type": "track", "messageId": "m6", "userId": "c1", "event": "consent.granted", "properties": { "topic": "marketing" } },
        { "type": "page", "messageId": "m7", "anonymousId": "x1", "name": "Home", "properties": { "path": "/" } },
        { "type": "page", "messageId": "m8", "userId": "c\u{0}1" },
        { "type": "dance", "messageId": "m9", "userId": "c1" },
        "no object",
    ]});
    let answer = house.send("POST", "/v1/batch", &key, &batch);
    assert_eq!(answer.status, 200, "{answer:?}");
    let said = answer.json();
    assert_eq!((said["accepted"].as_u64(), said["rejected"].as_u64()), (Some(3), Some(7)), "{said:#}");
    assert_eq!(said["success"], false);
    let problem = |index: u64| {
        let all = said["problems"].as_array().unwrap();
        all.iter().find(|one| one["index"] == index).unwrap_or_else(|| panic!("{index}: {said:#}")).clone()
    };
    assert_eq!(problem(2)["pointer"], "/batch/2/event");
    assert!(problem(2)["why"].as_str().unwrap().contains("order.paid"), "{said:#}");
    assert_eq!(problem(3)["code"], "ingest-nobody");
    assert_eq!(problem(4)["pointer"], "/batch/4/properties/amount");
    assert_eq!(problem(5)["code"], "ingest-our-event");
    assert_eq!(problem(7)["pointer"], "/batch/7/userId");
    assert_eq!(problem(8)["pointer"], "/batch/8/type");
    assert_eq!(problem(9)["code"], "ingest-no-object");
    let remarks: Vec<&str> =
        said["remarks"].as_array().unwrap().iter().filter_map(|one| one["pointer"].as_str()).collect();
    assert_eq!(remarks, ["/batch/0/traits/shoe", "/batch/0/traits/spend"], "what is computed is not told");

    let log = || house.log();
    until_found(&store, "SELECT count(*) FROM trace WHERE did = 'tag' AND customer = 'c1'", 1, log).await;
    assert_eq!(attribute(&store, "c1", "name").await.as_deref(), Some("Ada Lovelace"));
    assert_eq!(attribute(&store, "c1", "city").await.as_deref(), Some("London"));
    assert_eq!(attribute(&store, "c1", "spend").await.as_deref(), Some("11770000"));

    // The client heard nothing, and tells all of it again.
    let again = house.send("POST", "/v1/batch", &key, &batch).json();
    assert_eq!((again["accepted"].as_u64(), again["repeated"].as_u64()), (Some(0), Some(3)), "{again:#}");
    assert_eq!(one(&store, "SELECT count(*) FROM event WHERE name = 'order.paid'").await, 1);
    assert_eq!(one(&store, "SELECT count(*) FROM rejected").await, 14);
    // Another key is another client.
    let other = house.key(&["--scope", "events:write"]);
    let by_other = house.send("POST", "/v1/batch", &other, &batch).json();
    assert_eq!(by_other["accepted"], 3, "{by_other:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_item_is_judged_by_itself_and_taken_once() {
    batches_are_taken(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_item_is_judged_by_itself_and_taken_once_on_postgresql() {
    batches_are_taken(Some(&cluster::database())).await;
}

async fn facts_beside_words_of_oneself_are_counted_once(database: Option<&str>) {
    let (house, key) = house(database);
    let store = house.store().await;
    // What a customer says of themselves has their whole past looked at, before or after a turn has met the facts.
    for round in 0..25 {
        let paid = json!({ "messageId": format!("t{round}"), "userId": "c1", "event": "order.paid",
            "properties": { "amount": 1, "order_id": format!("o{round}") } });
        let said = json!({ "messageId": format!("i{round}"), "userId": "c1", "traits": { "city": format!("{round}") } });
        let alias =
            json!({ "messageId": format!("a{round}"), "userId": "c1", "previousId": format!("v{round}") });
        for (path, item) in [("/v1/track", &paid), ("/v1/identify", &said), ("/v1/alias", &alias)] {
            assert_eq!(house.send("POST", path, &key, item).status, 200);
        }
    }
    let log = || house.log();
    until_found(&store, "SELECT count(*) FROM event WHERE name = 'order.paid' AND state = 'done'", 25, log)
        .await;
    until_found(
        &store,
        "SELECT count(*) FROM event WHERE state IN ('new', 'applied') OR state IS NULL",
        0,
        log,
    )
    .await;
    assert_eq!(attribute(&store, "c1", "spend").await.as_deref(), Some("25000000"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_counted_once_whatever_its_customer_says_meanwhile() {
    facts_beside_words_of_oneself_are_counted_once(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_counted_once_whatever_its_customer_says_meanwhile_on_postgresql() {
    facts_beside_words_of_oneself_are_counted_once(Some(&cluster::database())).await;
}

async fn visitors_become_customers(database: Option<&str>) {
    let (house, key) = house(database);
    let store = house.store().await;
    let send = |path: &str, body: Json| house.send("POST", path, &key, &body).json();
    for (message, anonymous) in [("v1", "x1"), ("v2", "x1"), ("v3", "x2")] {
        let page = json!({ "messageId": message, "anonymousId": anonymous, "properties": { "path": "/a" } });
        assert_eq!(send("/v1/page", page)["accepted"], 1);
    }
    send(
        "/v1/track",
        json!({ "messageId": "t1", "anonymousId": "x1", "event": "order.paid",
                              "properties": { "amount": 5, "order_id": "1", "items": [] } }),
    );
    let identify =
        json!({ "messageId": "i1", "userId": "c1", "anonymousId": "x1", "traits": { "city": "Oslo" } });
    assert_eq!(send("/v1/identify", identify.clone())["accepted"], 1);
    assert_eq!(one(&store, "SELECT count(*) FROM customer").await, 2, "c1 and the other visitor");
    let of_c1 = "SELECT count(*) FROM event WHERE customer = 'c1' AND name = 'page.viewed'";
    assert_eq!(one(&store, of_c1).await, 2);
    until_found(&store, "SELECT count(*) FROM trace WHERE did = 'tag' AND customer = 'c1'", 1, || {
        house.log()
    })
    .await;
    assert_eq!(attribute(&store, "c1", "spend").await.as_deref(), Some("5000000"));
    // What the visitor still does is c1's; told twice it counts once.
    for _ in 0..2 {
        send("/v1/page", json!({ "messageId": "v4", "anonymousId": "x1", "properties": { "path": "/b" } }));
    }
    assert_eq!(one(&store, of_c1).await, 3);
    // Somebody else signs in at the same screen: nobody is joined.
    send("/v1/identify", json!({ "messageId": "i2", "userId": "c2", "anonymousId": "x1" }));
    assert_eq!(one(&store, "SELECT count(*) FROM customer WHERE id IN ('c1', 'c2')").await, 2);
    // An older word that comes again overrides nothing.
    send("/v1/identify", json!({ "messageId": "i3", "userId": "c1", "traits": { "city": "Rome" } }));
    assert_eq!(send("/v1/identify", identify)["repeated"], 1);
    assert_eq!(attribute(&store, "c1", "city").await.as_deref(), Some("Rome"));
    // Alias joins visitors, never two customers.
    send("/v1/alias", json!({ "messageId": "a1", "userId": "c2", "previousId": "x2" }));
    send("/v1/alias", json!({ "messageId": "a2", "userId": "c2", "previousId": "c1" }));
    assert_eq!(one(&store, "SELECT count(*) FROM customer").await, 2);
    let mut conn = store.read().await.unwrap();
    let led = store::customer_key::find(&mut conn, KeyKind::ExternalId, &["anonymous:x2"]).await.unwrap();
    assert_eq!(led["anonymous:x2"].as_str(), "c2");
    drop(conn);
    send(
        "/v1/group",
        json!({ "messageId": "g1", "userId": "c2", "groupId": "acme", "traits": { "employees": 12 } }),
    );
    assert_eq!(attribute(&store, "c2", "company").await.as_deref(), Some("acme"));
    assert_eq!(one(&store, "SELECT count(*) FROM entity WHERE kind = 'company' AND id = 'acme'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_says_who_they_are_was_that_customer_all_along() {
    visitors_become_customers(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_says_who_they_are_was_that_customer_all_along_on_postgresql() {
    visitors_become_customers(Some(&cluster::database())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_is_set_right() {
    let (house, key) = house(None);
    let store = house.store().await;
    let now = jiff::Timestamp::now();
    let hours = |hours: i64| (now + jiff::SignedDuration::from_hours(hours)).to_string();
    let track = |id: &str, at: Option<String>, sent: Option<String>| {
        let body = json!({ "messageId": id, "userId": "c1", "event": "order.paid", "timestamp": at, "sentAt": sent,
                           "properties": { "amount": 1, "order_id": "1", "items": [] } });
        assert_eq!(house.send("POST", "/v1/track", &key, &body).status, 200);
    };
    track("ahead", Some(hours(5)), Some(hours(6)));
    track("right", Some(hours(-1)), Some(hours(0)));
    track("future", Some(hours(9)), None);
    track("old", Some(hours(-72)), None);
    let mut conn = store.read().await.unwrap();
    let rows: Vec<(String, i64)> =
        store::sql::query_as("SELECT id, at FROM event WHERE name = 'order.paid' ORDER BY id")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let off: Vec<(&str, i64)> = rows
        .iter()
        .map(|(id, at)| {
            let hours = jiff::SignedDuration::from_millis(at - now.as_millisecond()).as_secs_f64() / 3_600.0;
            (id.as_str(), hours.round() as i64)
        })
        .collect();
    assert_eq!(off, [("ahead", -1), ("future", 0), ("old", -72), ("right", -1)]);
    drop(conn);
    // What is three days old changes what we know and starts nothing.
    until_found(&store, "SELECT count(*) FROM trace WHERE did = 'enroll' AND outcome = 'entered'", 3, || {
        house.log()
    })
    .await;
    assert_eq!(attribute(&store, "c1", "spend").await.as_deref(), Some("4000000"));
    let wrong = json!({ "messageId": "w", "userId": "c1", "event": "order.paid", "timestamp": "yesterday" });
    let answer = house.send("POST", "/v1/track", &key, &wrong);
    assert_eq!((answer.status, answer.json()["problems"][0]["pointer"].as_str()), (422, Some("/timestamp")));
}

#[test]
fn a_key_in_a_page_tells_visits_and_nothing_else() {
    let house = House::of(&[MODEL], None);
    let key = house.key(&["--scope", "visits:write"]);
    let page =
        json!({ "writeKey": key, "messageId": "1", "anonymousId": "x", "properties": { "path": "/" } });
    let from_page = house.send("POST", "/v1/page", "", &page);
    assert_eq!(from_page.status, 200, "{from_page:?}");
    assert_eq!(from_page.header("access-control-allow-origin"), "*");
    for (path, body) in [
        ("/v1/identify", json!({ "messageId": "2", "anonymousId": "x", "traits": { "city": "Rome" } })),
        ("/v1/track", json!({ "messageId": "3", "userId": "c1", "event": "order.paid" })),
        ("/v1/alias", json!({ "messageId": "4", "userId": "c1", "previousId": "x" })),
    ] {
        let answer = house.send("POST", path, &key, &body);
        assert_eq!(answer.json()["problems"][0]["code"], "ingest-visits-only", "{path}");
    }
    assert_eq!(house.get("/api/v1/key", &key).unwrap().json()["may"], json!({ "visits:write": "all" }));
    let asks = house.ask("OPTIONS", "/v1/page", "", &[("Origin", "https://shop.example")], b"").unwrap();
    assert_eq!(asks.status, 204);
    assert!(asks.header("access-control-allow-headers").contains("content-type"));
    let viewer = house.key(&["--role", "viewer"]);
    assert_eq!(house.send("POST", "/v1/page", &viewer, &page).status, 403);
    assert_eq!(house.send("POST", "/v1/page", "", &json!({ "anonymousId": "x" })).status, 401);
}

#[test]
fn what_is_too_much_is_refused_before_it_costs() {
    let (house, key) = house(None);
    let post = |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        house.ask("POST", path, &key, headers, body).unwrap()
    };
    let large = json!({ "batch": [{ "type": "track", "userId": "c", "event": "x", "properties": { "a": "y".repeat(600_000) } }] });
    assert_eq!(post("/v1/batch", &[], large.to_string().as_bytes()).status, 413);
    let item = json!({ "userId": "c", "event": "order.paid", "properties": { "a": "y".repeat(40_000) } });
    let answer = post("/v1/track", &[], item.to_string().as_bytes());
    assert_eq!(
        (answer.status, answer.json()["problems"][0]["code"].as_str()),
        (422, Some("ingest-too-long"))
    );
    let many: Vec<Json> = (0..6_000).map(|_| json!({})).collect();
    assert_eq!(post("/v1/batch", &[], json!({ "batch": many }).to_string().as_bytes()).status, 413);
    assert_eq!(post("/v1/batch", &[], b"{}").json()["code"], "not_valid");
    assert_eq!(post("/v1/batch", &[], b"{").json()["code"], "not_json");
    assert_eq!(post("/v1/batch", &[("Content-Encoding", "gzip")], b"{}").json()["code"], "not_json");
    assert_eq!(post("/v1/batch", &[("Content-Encoding", "zstd")], b"{}").status, 415);
    assert_eq!(post("/v1/dance", &[], b"{}").status, 404);
    let lengthy = format!(
        "POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 99999999999\r\n\r\n{{"
    );
    assert_eq!(tests::http::said(&house.address, lengthy.as_bytes()).map(|answer| answer.status), Some(413));
}

async fn clients_of_customer_io_are_heard(database: Option<&str>) {
    let (house, key) = house(database);
    let store = house.store().await;
    let given = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("site:{key}")));
    let send = |method: &str, path: &str, body: &Json| {
        let headers = [("Authorization", given.as_str()), ("Content-Type", "application/json")];
        house
            .ask(method, &format!("/cio/api/v1/customers/{path}"), "", &headers, body.to_string().as_bytes())
            .unwrap()
    };
    let said = json!({ "email": "ada@example.com", "city": "London", "shoe": 38 });
    let answer = send("PUT", "c%201", &said);
    assert_eq!(
        (answer.status, answer.json()["remarks"][0]["pointer"].as_str()),
        (200, Some("/shoe")),
        "{answer:?}"
    );
    assert_eq!(attribute(&store, "c 1", "city").await.as_deref(), Some("London"));
    let paid =
        json!({ "name": "Order Paid", "id": "01HZ", "data": { "amount": 7, "order_id": "o1", "items": [] } });
    assert_eq!(send("POST", "c%201/events", &paid).json()["accepted"], 1);
    assert_eq!(send("POST", "c%201/events", &paid).json()["repeated"], 1);
    let page = json!({ "type": "page", "name": "Tea", "data": { "path": "/tea" } });
    assert_eq!(send("POST", "c%201/events", &page).status, 200);
    assert_eq!(one(&store, "SELECT count(*) FROM event WHERE name = 'page.viewed'").await, 1);
    until_found(&store, "SELECT count(*) FROM trace WHERE did = 'tag'", 1, || house.log()).await;
    for (path, body, place) in [
        ("c1/events", json!({ "name": "order.payed" }), "/name"),
        ("c1/events", json!({ "name": "order.paid", "data": { "amount": "much" } }), "/data/amount"),
        ("c1/events", json!([]), ""),
    ] {
        let answer = send("POST", path, &body);
        let problem = answer.json()["problems"][0]["pointer"].as_str().map(str::to_owned);
        assert_eq!((answer.status, problem.as_deref()), (422, Some(place)), "{answer:?}");
    }
    assert_eq!(one(&store, "SELECT count(*) FROM rejected").await, 3);
    assert_eq!(house.send("PUT", "/cio/api/v1/customers/c1", "", &said).status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_and_events_come_from_clients_of_customer_io_too() {
    clients_of_customer_io_are_heard(None).await;
}
