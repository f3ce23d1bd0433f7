//! What holds for every request: who may, how much, how often, and how a refusal reads.

use std::io::{Read, Write};
use std::net::TcpStream;
use tests::house::House;
use tests::http::said;

const MODEL: (&str, &str) =
    ("workflows/model.yaml", "model: shop\ncustomer:\n  city: { type: text, optional: true }\n");

/// `Ada:`, which is no key.
const NO_KEY: &str = "Basic QWRhOg==";

#[test]
fn a_key_opens_what_it_is_for_until_it_is_ended() {
    let house = House::of(&[MODEL], None);
    let none = house.get("/api/v1/key", "").unwrap();
    assert_eq!((none.status, none.json()["code"].as_str()), (401, Some("key_unknown")));
    assert_eq!(none.header("content-type"), "application/problem+json");
    assert!(none.header("www-authenticate").starts_with("Bearer"));
    let in_chinese = house.ask("GET", "/api/v1/key", "", &[("Accept-Language", "zh-CN")], b"").unwrap();
    assert_eq!(in_chinese.json()["title"], "需要密钥");

    let key = house.key(&["--role", "admin"]);
    let shown = house.get("/api/v1/key", &key).unwrap();
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(shown.json()["may"]["customers:read"], "all");
    assert!(!shown.body.contains(key.rsplit('_').next().unwrap()));
    let wrong = format!("{}0", &key[..key.len() - 1]);
    if wrong != key {
        assert_eq!(house.get("/api/v1/key", &wrong).unwrap().status, 401);
    }

    let narrow = house.key(&["--scope", "events:write"]);
    let may = house.get("/api/v1/key", &narrow).unwrap().json()["may"].clone();
    assert_eq!(may, serde_json::json!({ "events:write": "all" }));

    let id = key.split('_').nth(1).unwrap();
    let listed = house.fine(&["key", "list", "--json"]);
    assert!(listed.contains(id) && !listed.contains(key.rsplit('_').next().unwrap()), "{listed}");
    house.fine(&["key", "revoke", id]);
    // A key that was looked at is believed for five seconds; a process that starts has looked at none.
    let mut house = house;
    house.stop();
    house.start();
    assert_eq!(house.get("/api/v1/key", &key).unwrap().status, 401);
}

#[test]
fn whoever_tries_keys_is_kept_waiting_and_others_are_not() {
    let house = House::of(&[MODEL], None);
    let key = house.key(&["--role", "viewer"]);
    let from = |address: &str, said: &str| {
        let headers = [("X-Forwarded-For", address), ("Authorization", said)];
        house.ask("GET", "/api/v1/key", "", &headers, b"").unwrap()
    };
    let refused = (0..40).map(|_| from("203.0.113.7", NO_KEY)).find(|answer| answer.status == 429);
    let refused = refused.expect("at some time it is enough");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1, "{refused:?}");
    assert_eq!(from("198.51.100.1", NO_KEY).status, 401);
    assert_eq!(from("203.0.113.7", &format!("Bearer {key}")).status, 200);
}

#[test]
fn every_answer_says_what_browsers_may_not_do_with_it() {
    let house = House::of(&[MODEL], None);
    for path in ["/healthz", "/nothing", "/api/v1/key", "/metrics"] {
        let answer = house.get(path, "").unwrap();
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    assert_eq!(house.get("/nothing", "").unwrap().json()["code"], "no_such_path");
    let wrong = house.ask("DELETE", "/healthz", "", &[], b"").unwrap();
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (405, Some("not_this_method")));
}

#[test]
fn a_head_that_is_too_long_or_broken_ends_the_connection_and_nothing_else() {
    let house = House::of(&[MODEL], None);
    let many: String = (0..100).map(|at| format!("X-{at}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(2_000_000));
    for head in [many.as_str(), &long, "no colon\r\n", ": no name\r\n"] {
        let bytes = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n");
        let status = said(&house.address, bytes.as_bytes()).map(|answer| answer.status);
        assert!(matches!(status, None | Some(400 | 431)), "{status:?}: {}", &head[..20.min(head.len())]);
    }
    // Two lengths are one request smuggled into another.
    let two = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    assert!(matches!(said(&house.address, two).map(|answer| answer.status), None | Some(400)));
    // Somebody who says nothing takes nobody else's place.
    let mut silent = TcpStream::connect(&house.address).unwrap();
    silent.write_all(b"GET /healthz HT").unwrap();
    assert_eq!(house.get("/healthz", "").unwrap().status, 200);
    drop(silent);
    let mut two = TcpStream::connect(&house.address).unwrap();
    two.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    two.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("200 OK").count(), 2);
}

#[test]
fn a_key_is_made_for_something_that_there_is() {
    let house = House::at_rest(&[MODEL], None);
    let refused = |arguments: &[&str], code: i32, word: &str| {
        let ran = tests::binary::nurture(house.path(), arguments);
        assert_eq!(ran.code, code, "{arguments:?} {}", ran.err);
        assert!(ran.err.contains(word), "{}", ran.err);
    };
    refused(&["key", "create", "x"], 2, "--role");
    refused(&["key", "create", "x", "--role", "king"], 2, "viewer");
    refused(&["key", "create", "x", "--scope", "events"], 2, "events:write");
    refused(&["key", "create", "x", "--role", "rep"], 2, "--rep");
    refused(&["key", "create", "x", "--role", "rep", "--rep", "nobody"], 4, "nobody");
    refused(&["key", "create", "x", "--role", "viewer", "--expires", "2020-01-01"], 2, "--expires");
    refused(&["key", "revoke", "123"], 4, "123");
    assert!(house.fine(&["key", "list"]).contains("nurture key create"));
    house.key(&["--role", "viewer", "--expires", "90 days"]);
    assert!(house.fine(&["key", "list"]).contains("never used"));
}
