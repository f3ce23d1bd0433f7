//! `/api/v1`: what may be asked by whom, what comes back, what it changes. On both databases where that matters.

use serde_json::{Value as Json, json};
use tests::house::House;
use tests::http::Answer;
use tests::served::until_found;

const FILES: [(&str, &str); 5] = [
    (
        "workflows/model.yaml",
        "model: shop
customer:
  city: { type: text, optional: true }
  secret: { type: text, optional: true, pii: true }
  spend: { from: sum(order.paid.amount) }
events:
  order.paid: { amount: number }
",
    ),
    (
        "workflows/care.yaml",
        "workflow: care\ntrigger: manual\nconsent: none\nsteps:\n  - tag: cared\n  - wait: 30 days\n  - task: Call {{customer.name}}\n    to: owner\n",
    ),
    (
        "workflows/call.yaml",
        "workflow: call\ntrigger: { event: order.paid }\nconsent: none\nsteps:\n  - task: Call them\n    to: owner\n    outcomes: [reached, missed]\n",
    ),
    ("workflows/segments.yaml", "segments:\n  oslo: customer.city == \"Oslo\"\n"),
    (
        "workflows/teams.yaml",
        "teams:\n  inside:\n    lead: sun.li\n    members: [li.na, wang.wei]\n  outside:\n    members: [zhao.min]\n",
    ),
];
const ROLES: [(&str, Option<&str>); 6] = [
    ("admin", None),
    ("operator", None),
    ("marketer", None),
    ("manager", Some("sun.li")),
    ("rep", Some("li.na")),
    ("viewer", None),
];

fn key(house: &House, role: &str, rep: Option<&str>) -> String {
    let mut arguments = vec!["--role", role];
    arguments.extend(rep.into_iter().flat_map(|rep| ["--rep", rep]));
    house.key(&arguments)
}

/// The same as somebody who is signed in, who is called as the role.
fn signed_in(house: &House, role: &str, rep: Option<&str>) -> String {
    let mut arguments = vec!["--role", role];
    arguments.extend(rep.into_iter().flat_map(|rep| ["--rep", rep]));
    house.signed_in(rep.unwrap_or(role), &arguments)
}

fn put(house: &House, admin: &str, id: &str, attributes: &Json) -> Answer {
    house.send("PUT", &format!("/api/v1/customers/{id}"), admin, &json!({ "attributes": attributes }))
}

/// Three customers of three reps, served.
fn house(database: Option<&str>) -> (House, String) {
    let house = House::of(&FILES, database);
    let admin = key(&house, "admin", None);
    house.write("reps.csv", "external_id,name,email\nli.na,Li Na,li@example.com\nwang.wei,Wang Wei,w@example.com\nzhao.min,Zhao Min,z@example.com\nsun.li,Sun Li,s@example.com\n");
    house.fine(&["import", "reps", "reps.csv"]);
    for (id, owner, city) in [("c1", "li.na", "Oslo"), ("c2", "wang.wei", "Oslo"), ("c3", "zhao.min", "Rome")]
    {
        let said = json!({ "name": format!("Name {id}"), "email": format!("{id}@example.com"), "owner": owner,
                           "city": city, "secret": "geheim" });
        let done = put(&house, &admin, id, &said);
        assert_eq!((done.status, done.json()["new"].as_bool()), (200, Some(true)), "{done:?}");
    }
    (house, admin)
}

fn ids(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    let all = answer["customers"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let mut ids: Vec<String> = all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

async fn customers_come_and_go(database: Option<&str>) {
    let (house, admin) = house(database);
    let get = |path: &str| house.get(&format!("/api/v1{path}"), &admin).unwrap();
    assert_eq!(ids(&get("/customers")), ["c1", "c2", "c3"]);
    // A page at a time, each customer once.
    let first = get("/customers?limit=2").json();
    let second = get(&format!("/customers?limit=2&cursor={}", first["next"].as_str().unwrap())).json();
    assert_eq!(
        (first["customers"].as_array().unwrap().len(), second["customers"].as_array().unwrap().len()),
        (2, 1)
    );
    assert_eq!(second["next"], Json::Null);
    assert_eq!(ids(&get("/customers?q=NAME%20c2")), ["c2"]);
    assert_eq!(ids(&get("/customers?q=%25")), Vec::<String>::new(), "a sign of LIKE is a sign");
    assert_eq!(ids(&get("/customers?owner=zhao.min")), ["c3"]);
    assert_eq!(ids(&get("/segments/oslo/customers")), ["c1", "c2"]);
    assert_eq!(get("/segments").json()["segments"][0]["people"], 2);

    // What is tried changes nothing; what is said twice changes nothing either.
    let said = json!({ "attributes": { "city": "Bergen" }, "consent": [{ "topic": "marketing", "granted": true, "basis": "form" }] });
    let tried = house.send("PUT", "/api/v1/customers/c1?dry_run=true", &admin, &said).json();
    assert_eq!((tried["changed"].as_bool(), tried["dry_run"].as_bool()), (Some(true), Some(true)));
    assert_eq!(get("/customers/c1").json()["attributes"]["city"], "Oslo");
    assert_eq!(house.send("PUT", "/api/v1/customers/c1", &admin, &said).json()["changed"], true);
    assert_eq!(house.send("PUT", "/api/v1/customers/c1", &admin, &said).json()["changed"], false);
    let shown = get("/customers/c1").json();
    assert_eq!(
        (shown["attributes"]["city"].as_str(), shown["attributes"]["secret"].as_str()),
        (Some("Bergen"), Some("geheim"))
    );
    let consent = get("/customers/c1/consent").json();
    assert_eq!(
        (consent["consent"][0]["granted"].as_bool(), consent["consent"][0]["basis"].as_str()),
        (Some(true), Some("form"))
    );
    let withdrawn = json!({ "topic": "marketing", "granted": false, "channel": "email" });
    assert_eq!(house.send("POST", "/api/v1/customers/c1/consent", &admin, &withdrawn).status, 200);
    assert_eq!(get("/customers/c1/consent").json()["consent"].as_array().unwrap().len(), 2);

    // What is wrong is told with its place.
    let wrong = put(&house, &admin, "c1", &json!({ "email": "no address", "zone": "Nowhere" }));
    let wrong = wrong.json();
    let places: Vec<&str> =
        wrong["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/attributes/email", "/attributes/zone"], "{wrong:#}");
    for name in ["spend", "shoe", "external_id"] {
        let refused = put(&house, &admin, "c1", &json!({ name: "1" }));
        assert_eq!(
            (refused.status, refused.json()["pointer"].as_str()),
            (422, Some(format!("/attributes/{name}").as_str()))
        );
    }
    let topic = json!({ "topic": "weather", "granted": true });
    assert_eq!(house.send("POST", "/api/v1/customers/c1/consent", &admin, &topic).status, 422);

    // An event leads to a task, which is finished once.
    let told = json!({ "events": [
        { "id": "e1", "event": "order.paid", "customer": "c1", "properties": { "amount": 5 } },
        { "event": "order.payed", "customer": "c1" },
    ]});
    let answer = house.send("POST", "/api/v1/events", &admin, &told).json();
    assert_eq!(
        (answer["accepted"].as_u64(), answer["problems"][0]["pointer"].as_str()),
        (Some(1), Some("/events/1/event")),
        "{answer:#}"
    );
    let store = house.store().await;
    until_found(&store, "SELECT count(*) FROM task", 1, || house.log()).await;
    let tasks = get("/tasks?rep=li.na").json();
    let task = tasks["tasks"][0]["id"].as_str().unwrap().to_owned();
    let done = |outcome: &str| {
        house.send("POST", &format!("/api/v1/tasks/{task}/done"), &admin, &json!({ "outcome": outcome }))
    };
    assert_eq!(done("maybe").status, 422);
    assert_eq!(done("reached").status, 200);
    assert_eq!(done("reached").status, 404);
    let events = get("/customers/c1/events?limit=200").json();
    let names: Vec<&str> =
        events["events"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert!(names.contains(&"task.done") && names.contains(&"order.paid"), "{names:?}");
    let why = get("/customers/c1/why").json();
    assert!(why["lines"].as_array().unwrap().iter().any(|line| line["did"] == "task"), "{why:#}");

    // Into a workflow by hand, tried before; held, and let go.
    let enroll = json!({ "customers": ["c1", "c2"] });
    let tried = house.send("POST", "/api/v1/workflows/care/enroll?dry_run=true", &admin, &enroll).json();
    assert_eq!(tried["entered"], 2, "{tried:#}");
    assert!(get("/workflows/care/people").json()["people"].as_array().unwrap().is_empty());
    assert_eq!(house.send("POST", "/api/v1/workflows/care/enroll", &admin, &enroll).json()["entered"], 2);
    assert_eq!(house.send("POST", "/api/v1/workflows/call/enroll", &admin, &enroll).status, 409);
    assert_eq!(house.send("POST", "/api/v1/workflows/none/enroll", &admin, &enroll).status, 404);
    let stranger = json!({ "customers": ["c1", "nobody"] });
    assert_eq!(
        house.send("POST", "/api/v1/workflows/care/enroll", &admin, &stranger).json()["pointer"],
        "/customers/1"
    );
    until_found(
        &store,
        "SELECT count(*) FROM enrollment WHERE workflow = 'care' AND state = 'waiting'",
        2,
        || house.log(),
    )
    .await;
    assert_eq!(get("/workflows/care/people").json()["people"].as_array().unwrap().len(), 2);
    let exit = json!({ "customer": "c2", "reason": "asked by phone" });
    assert_eq!(
        house.send("POST", "/api/v1/workflows/care/exit?dry_run=true", &admin, &exit).json()["walks"],
        1
    );
    assert_eq!(house.send("POST", "/api/v1/workflows/care/exit", &admin, &exit).json()["walks"], 1);
    assert_eq!(house.send("POST", "/api/v1/workflows/care/exit", &admin, &exit).status, 404);
    let pause =
        |path: &str| house.send("POST", &format!("/api/v1/workflows/care/{path}"), &admin, &json!({})).json();
    assert_eq!(pause("pause?dry_run=true")["new"], true);
    assert_eq!((pause("pause")["new"].as_bool(), pause("pause")["new"].as_bool()), (Some(true), Some(false)));
    let state = |id: &str| get(&format!("/workflows/{id}")).json()["state"].as_str().unwrap().to_owned();
    assert_eq!(state("care"), "paused");
    assert_eq!(pause("resume")["new"], true);
    assert_eq!(state("care"), "live");
    let shown = get("/workflows/care");
    let tag = shown.header("etag").to_owned();
    assert!(shown.json()["text"].as_str().unwrap().contains("trigger: manual"));
    let same = house.ask("GET", "/api/v1/workflows/care", &admin, &[("If-None-Match", &tag)], b"").unwrap();
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    assert_eq!(get("/workflows/care/versions").json()["versions"].as_array().unwrap().len(), 1);
    assert_eq!(get("/workflows/call/report").json()["groups"][0]["people"], 1);
    let range =
        json!({ "workflows": ["call"], "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z" });
    let simulated = house.send("POST", "/api/v1/simulate", &admin, &range);
    assert_eq!((simulated.status, simulated.json()["customers"].as_u64()), (200, Some(3)), "{simulated:?}");

    // Everything that changed somebody stands in the audit, with the key, and the chain is whole.
    let acts = get("/audit?limit=200").json();
    let did: Vec<&str> =
        acts["acts"].as_array().unwrap().iter().map(|act| act["did"].as_str().unwrap()).collect();
    for wanted in ["customer", "consent", "enroll", "exit", "pause", "resume", "task done", "key create"] {
        assert!(did.contains(&wanted), "{wanted}: {did:?}");
    }
    assert!(!acts.to_string().contains("example.com"), "ids alone");
    house.fine(&["audit", "verify"]);
    assert!(!house.log().contains("example.com"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_by_the_api_is_what_happens() {
    customers_come_and_go(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_by_the_api_is_what_happens_on_postgresql() {
    customers_come_and_go(Some(&cluster::database())).await;
}

/// Every path with its method, its scope and what can stand in it.
fn routes(house: &House) -> Vec<(String, String, Option<String>)> {
    let described = house.get("/api/v1/openapi.json", "").unwrap().json();
    let mut all = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["description"].as_str().unwrap().split("Scope: `").nth(1);
            let scope = scope.map(|scope| scope.split('`').next().unwrap().to_owned());
            all.push((method.to_uppercase(), path.clone(), scope));
        }
    }
    assert!(all.len() >= 30, "{all:?}");
    all
}

#[test]
fn every_role_reaches_what_the_table_gives_it_and_nothing_else() {
    let (house, _) = house(None);
    let routes = routes(&house);
    let placed = |path: &str, customer: &str| {
        path.replace("/customers/{id}", &format!("/customers/{customer}"))
            .replace("/workflows/{id}", "/workflows/care")
            .replace("/tasks/{id}", "/tasks/none")
            .replace("/reps/{id}", "/reps/zhao.min")
            .replace("{name}", "oslo")
    };
    let ask = |method: &str, path: &str, key: &str| {
        let headers: &[(&str, &str)] = &[("Content-Type", "application/json")];
        let body: &[u8] = if method == "GET" { b"" } else { b"{}" };
        house.ask(method, path, key, headers, body).unwrap()
    };
    for (number, (method, path, _)) in routes.iter().enumerate() {
        // So many without a key from one address would be too many.
        let from = [("X-Forwarded-For", format!("203.0.113.{number}"))];
        let from = from.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = house.ask(method, &placed(path, "c1"), "", &from, b"").unwrap();
        assert_eq!(answer.status, 401, "{method} {path}");
    }
    let mut told = Vec::new();
    for (role, rep) in ROLES {
        let (key, user) = (key(&house, role, rep), signed_in(&house, role, rep));
        let may = house.get("/api/v1/key", &key).unwrap().json()["may"].clone();
        assert_eq!(house.get("/api/v1/session", &user).unwrap().json()["may"], may, "{role}");
        for (key, (method, path, scope)) in
            [key, user].iter().flat_map(|key| routes.iter().map(move |route| (key, route)))
        {
            let Some(scope) = scope else { continue };
            let granted = may.get(scope).is_some();
            let own = ask(method, &placed(path, "c1"), key).status;
            assert_eq!(own == 403, !granted, "{role} {method} {path}: {own}");
            // Of what is another's, whoever reaches a part only learns nothing, whatever they ask.
            if granted && may[scope] != "all" && path.contains("/customers/{id}") {
                let others = ask(method, &placed(path, "c3"), key).status;
                assert!([403, 404, 422].contains(&others), "{role} {method} {path}: {others}");
            }
            told.push(format!("{role} {method} {path}"));
        }
    }
    assert_eq!(told.len(), (routes.len() - 2) * ROLES.len() * 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rep_sees_own_customers_and_a_manager_the_teams() {
    let (house, admin) = house(None);
    let told = json!({ "events": [
        { "event": "order.paid", "customer": "c1", "properties": { "amount": 1 } },
        { "event": "order.paid", "customer": "c3", "properties": { "amount": 1 } },
    ]});
    assert_eq!(house.send("POST", "/api/v1/events", &admin, &told).json()["accepted"], 2);
    let enroll = json!({ "customers": ["c1", "c2", "c3"] });
    house.send("POST", "/api/v1/workflows/care/enroll", &admin, &enroll);
    let store = house.store().await;
    until_found(&store, "SELECT count(*) FROM task", 2, || house.log()).await;
    until_found(
        &store,
        "SELECT count(*) FROM enrollment WHERE workflow = 'care' AND state = 'waiting'",
        3,
        || house.log(),
    )
    .await;
    let mut askers = Vec::new();
    for (role, rep, sees) in [
        ("rep", "li.na", vec!["c1"]),
        ("manager", "sun.li", vec!["c1", "c2"]),
        ("rep", "zhao.min", vec!["c3"]),
    ] {
        askers.push((key(&house, role, Some(rep)), rep, sees.clone()));
        askers.push((signed_in(&house, role, Some(rep)), rep, sees));
    }
    for (key, rep, sees) in askers {
        let get = |path: &str| house.get(&format!("/api/v1{path}"), &key).unwrap();
        assert_eq!(ids(&get("/customers")), sees, "{rep}");
        assert_eq!(ids(&get("/customers?q=example")), sees, "{rep}");
        let owner = ids(&get("/customers?owner=zhao.min"));
        assert_eq!(owner.is_empty(), !sees.contains(&"c3"), "{rep}");
        let oslo = sees.iter().filter(|id| **id != "c3").count();
        assert_eq!(get("/segments").json()["segments"][0]["people"], oslo, "{rep}");
        assert_eq!(ids(&get("/segments/oslo/customers")).len(), oslo, "{rep}");
        let inside = get("/workflows/care/people").json();
        assert_eq!(inside["people"].as_array().unwrap().len(), sees.len(), "{rep}: {inside:#}");
        assert_eq!(inside["steps"][0]["people"], sees.len(), "{rep}: counts, too");
        for text in [get("/tasks"), get("/sends"), get("/customers")].map(|answer| answer.body) {
            for other in ["c1", "c2", "c3"].iter().filter(|id| !sees.contains(id)) {
                assert!(!text.contains(&format!("\"{other}\"")), "{rep}: {text}");
            }
        }
        // Nobody takes a customer from a colleague, or gives one away.
        let steal = json!({ "attributes": { "owner": rep } });
        let others = if sees.contains(&"c3") { "c1" } else { "c3" };
        assert_eq!(
            house.send("PUT", &format!("/api/v1/customers/{others}"), &key, &steal).status,
            403,
            "{rep}"
        );
        let own = sees[0];
        let give = json!({ "attributes": { "owner": "nobody" } });
        assert_eq!(house.send("PUT", &format!("/api/v1/customers/{own}"), &key, &give).status, 403, "{rep}");
        let city = json!({ "attributes": { "city": "Graz" } });
        assert_eq!(
            house.send("PUT", &format!("/api/v1/customers/{own}?dry_run=true"), &key, &city).status,
            200,
            "{rep}"
        );
        let anew = json!({ "attributes": { "city": "Graz" } });
        assert_eq!(house.send("PUT", "/api/v1/customers/new", &key, &anew).status, 403, "{rep}");
        let task = house.get("/api/v1/tasks", &admin).unwrap().json();
        for one in task["tasks"].as_array().unwrap() {
            let seen = sees.contains(&one["customer"].as_str().unwrap());
            let path = format!("/api/v1/tasks/{}/done?dry_run=true", one["id"].as_str().unwrap());
            assert_eq!(house.send("POST", &path, &key, &json!({})).status == 200, seen, "{rep}");
        }
    }
    let viewer = key(&house, "viewer", None);
    let get = |path: &str| house.get(&format!("/api/v1{path}"), &viewer).unwrap().body;
    for path in [
        "/customers",
        "/customers/c1",
        "/customers/c1/events",
        "/customers/c1/why",
        "/tasks",
        "/customers/c1/tasks",
    ] {
        let text = get(path);
        for personal in ["geheim", "example.com", "Name c1"] {
            assert!(!text.contains(personal), "{path}: {text}");
        }
    }
    assert!(get("/customers/c1").contains("Oslo"), "what is not personal is seen");
    assert_eq!(house.get("/api/v1/customers?q=Name", &viewer).unwrap().status, 403);
}

#[test]
fn what_carries_a_key_of_its_own_is_done_once() {
    let (house, admin) = house(None);
    let ask = |word: &str, path: &str, body: &Json| {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", word)];
        house.ask("POST", path, &admin, &headers, body.to_string().as_bytes()).unwrap()
    };
    let enroll = json!({ "customers": ["c1"] });
    let path = "/api/v1/workflows/care/enroll";
    let first = ask("a", path, &enroll);
    let again = ask("a", path, &enroll);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.json()["entered"], 1);
    assert_eq!((first.body, again.header("idempotency-replayed")), (again.body.clone(), "true"));
    assert_eq!(
        ask("a", path, &json!({ "customers": ["c2"] })).status,
        422,
        "another request under the same word"
    );
    assert_eq!(ask("b", path, &enroll).json()["entered"], 0, "another word is another request");
    assert_eq!(ask("", path, &enroll).status, 422);
    assert_eq!(ask(&"x".repeat(201), path, &enroll).status, 422);
    // What was refused may be asked again.
    assert_eq!(ask("c", path, &json!({ "customers": ["nobody"] })).status, 404);
    assert_eq!(ask("c", path, &json!({ "customers": ["c3"] })).json()["entered"], 1);
}

const LETTER: [(&str, &str); 4] = [
    ("workflows/topics.yaml", "topics:\n  service: { class: transactional, title: Service }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    ("workflows/templates/hi.md.hbs", "---\nsubject: Hi\npreheader: A word\n---\nHi.\n"),
    (
        "workflows/letter.yaml",
        "workflow: letter\ntrigger: manual\nconsent: service\nsteps:\n  - email: hi\n  - wait: 30 days\n",
    ),
];

/// The pages of a path, two rows each, one after the other.
fn pages(house: &House, key: &str, path: &str, rows: &str) -> Vec<Json> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let answer = house.get(&format!("/api/v1{path}{sign}limit=2{cursor}"), key).unwrap();
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let page = answer.json();
        let found = page[rows].as_array().unwrap().clone();
        assert!(found.len() <= 2, "{path}: {page:#}");
        all.push(Json::from(found));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn lists_are_read_page_by_page(database: Option<&str>) {
    let files: Vec<(&str, &str)> = FILES.iter().chain(&LETTER).copied().collect();
    let house = House::of(&files, database);
    let admin = key(&house, "admin", None);
    let people: Vec<String> = (0..5).map(|number| format!("p{number}")).collect();
    for (number, id) in people.iter().enumerate() {
        let owner = if number < 3 { "li.na" } else { "zhao.min" };
        let said = json!({ "name": id, "email": format!("{id}@example.com"), "owner": owner });
        assert_eq!(put(&house, &admin, id, &said).status, 200);
    }
    let enroll = json!({ "customers": people });
    assert_eq!(house.send("POST", "/api/v1/workflows/letter/enroll", &admin, &enroll).json()["entered"], 5);
    let store = house.store().await;
    until_found(&store, "SELECT count(*) FROM send WHERE state = 'accepted'", 5, || house.log()).await;
    let found = |key: &str, path: &str, rows: &str, id: &str| -> Vec<String> {
        let pages = pages(&house, key, path, rows);
        let all: Vec<String> = pages
            .iter()
            .flat_map(|page| page.as_array().unwrap())
            .map(|row| row[id].as_str().unwrap().to_owned())
            .collect();
        let mut once = all.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), all.len(), "{path}: nobody comes twice: {all:?}");
        once
    };
    let li = key(&house, "rep", Some("li.na"));
    for (asker, sees) in [(&admin, 5), (&li, 3)] {
        assert_eq!(found(asker, "/sends", "sends", "customer"), people[..sees]);
        assert_eq!(
            found(asker, "/sends?workflow=letter&state=accepted", "sends", "customer"),
            people[..sees]
        );
        assert_eq!(found(asker, "/workflows/letter/people", "people", "customer"), people[..sees]);
    }
    for (path, many) in [
        ("/sends?workflow=none", 0),
        ("/sends?unknown=true", 0),
        ("/sends?state=due", 0),
        ("/sends?customer=p1", 1),
        ("/customers/p1/sends", 1),
    ] {
        assert_eq!(found(&admin, path, "sends", "id").len(), many, "{path}");
    }
    assert_eq!(found(&li, "/sends?customer=p4", "sends", "id").len(), 0, "of another rep's customer");
    let whole = house.get("/api/v1/customers/p0/why?limit=200", &admin).unwrap().json();
    let mut pages = pages(&house, &admin, "/customers/p0/why", "lines");
    pages.reverse();
    let lines: Vec<Json> = pages.iter().flat_map(|page| page.as_array().unwrap().clone()).collect();
    assert!(lines.len() > 2, "{lines:#?}");
    assert_eq!(Json::from(lines), whole["lines"], "a page in the order of time, the latest page first");
    for path in [
        "/sends?state=sent",
        "/sends?cursor=x",
        "/workflows/letter/people?cursor=WyJhIiwiYiJd",
        "/customers/p0/why?cursor=WyJhIiwiYiJd",
    ] {
        assert_eq!(house.get(&format!("/api/v1{path}"), &admin).unwrap().status, 422, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_read_page_by_page_and_nobody_comes_twice() {
    lists_are_read_page_by_page(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_read_page_by_page_on_postgresql() {
    lists_are_read_page_by_page(Some(&cluster::database())).await;
}
