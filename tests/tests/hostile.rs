//! What somebody who means harm says, through every input: nothing breaks, nothing is read as what it is not, and what
//! is kept comes back as what it was.

use serde_json::{Value as Json, json};
use tests::house::House;

const MODEL: (&str, &str) = (
    "workflows/model.yaml",
    "model: shop\ncustomer:\n  city: { type: text, optional: true }\nevents:\n  order.paid: { amount: number, note: text }\n",
);

/// A limit would be the answer to most of it, and nothing would be looked at.
const UNLIMITED: (&str, &str) =
    ("nurture.toml", "zone = \"Asia/Shanghai\"\nlanguage = \"en\"\nrequests_per_second = \"off\"\n");

/// Texts that some program somewhere has read as something else.
const CORPUS: [&str; 24] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "'; DROP TABLE customer; --",
    "\" OR \"1\"=\"1",
    "1; SELECT pg_sleep(10)",
    "name' || (SELECT hash FROM api_key) || '",
    "created_at) FROM customer --",
    "%' ESCAPE '",
    "{{customer.email}}{{#each this}}",
    "${jndi:ldap://x}",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "a\r\nX-Injected: yes",
    "\u{202e}gnp.exe",
    "\u{feff}\u{200b}",
    "𝕳𝖊𝖑𝖑𝖔 ﷽ 🏴‍☠️",
    "王女士，您好",
    "null",
    "NaN",
    "-9223372036854775809",
    "1e999",
    "00000000000000000000000000000000000000001",
];

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn whatever_is_said_is_a_text_and_nothing_more() {
    let house = House::of(&[MODEL, UNLIMITED], None);
    let admin = house.key(&["--role", "admin"]);
    let fine = |what: &str, answer: tests::http::Answer| {
        assert!(answer.status < 500 && answer.status != 429, "{what}: {answer:?}\n{}", house.log());
        assert!(answer.header("x-injected").is_empty(), "{what}: {answer:?}");
        let of = answer.header("content-type");
        assert!(of.is_empty() || of.starts_with("application/"), "{what}: {of}");
        answer
    };
    for (at, text) in CORPUS.iter().enumerate() {
        let (text, path) = (*text, escaped(text));
        for place in [
            format!("/customers?q={path}"),
            format!("/customers?owner={path}&stage={path}"),
            format!("/customers?cursor={path}&limit=3"),
            format!("/customers?sort={path}&{path}=1"),
            format!("/customers/{path}"),
            format!("/customers/{path}/why?workflow={path}"),
            format!("/segments/{path}/customers"),
            format!("/workflows/{path}/report?from={path}"),
            format!("/tasks?rep={path}"),
            format!("/sends?workflow={path}"),
            format!("/events/rejected?cursor={path}"),
            format!("/audit?cursor={path}&limit={path}"),
        ] {
            fine(&place, house.get(&format!("/api/v1{place}"), &admin).expect("an answer"));
        }
        let said = json!({ "attributes": { "city": text, "name": text } });
        let one = format!("/api/v1/customers/h{at}");
        let put = fine(text, house.send("PUT", &one, &admin, &said));
        if put.status == 200 {
            // What is kept comes back as it was, what nobody sees aside.
            let shown = house.get(&one, &admin).unwrap().json();
            let kept = shown["attributes"]["city"].as_str().unwrap_or_default();
            // Signs that nobody sees are taken away, as an import does.
            let seen = |text: &str| -> String {
                text.chars().filter(|letter| letter.is_ascii_graphic() || letter.is_alphanumeric()).collect()
            };
            assert!(kept.is_empty() || seen(text) == seen(kept), "{text}: {kept}");
        }
        let bodies: [(&str, Json); 8] = [
            ("PUT /api/v1/customers/c1", json!({ "attributes": { text: text } })),
            ("POST /api/v1/customers/c1/consent", json!({ "topic": text, "granted": true, "source": text })),
            (
                "POST /api/v1/customers/c1/consent",
                json!({ "topic": "marketing", "granted": true, "source": text, "basis": text }),
            ),
            ("POST /api/v1/events", json!({ "events": [{ "id": text, "event": text, "customer": text }] })),
            (
                "POST /api/v1/events",
                json!({ "events": [{ "event": "order.paid", "customer": "c1",
                "properties": { text: text, "note": text, "amount": text } }] }),
            ),
            (
                "POST /v1/identify",
                json!({ "userId": text, "traits": { text: text, "city": text }, "messageId": text }),
            ),
            (
                "POST /v1/page",
                json!({ "anonymousId": text, "name": text, "properties": { text: [text, { text: text }] } }),
            ),
            (
                "POST /v1/track",
                json!({ "userId": "c1", "event": text, "timestamp": text, "sentAt": text, "type": text }),
            ),
        ];
        for (what, body) in bodies {
            let (method, path) = what.split_once(' ').unwrap();
            fine(&format!("{what} {body}"), house.send(method, path, &admin, &body));
        }
        let headers = [("Idempotency-Key", "x"), ("Accept-Language", "zh;q=9e9, \u{1f600}")];
        fine(text, house.ask("POST", "/api/v1/simulate", &admin, &headers, text.as_bytes()).unwrap());
    }
    // Everybody is still there, and nobody else is: the tables stand.
    let all = house.get("/api/v1/customers?limit=200", &admin).unwrap();
    assert_eq!(all.status, 200);
    assert!(all.json()["customers"].as_array().unwrap().iter().any(|one| one["id"] == "h0"));
    house.fine(&["audit", "verify"]);
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

#[test]
fn what_is_deep_huge_or_broken_is_refused() {
    let house = House::of(&[MODEL, UNLIMITED], None);
    let admin = house.key(&["--role", "admin"]);
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let wide = format!(
        "{{\"attributes\":{{{}}}}}",
        (0..20_000).map(|at| format!("\"a{at}\":1")).collect::<Vec<_>>().join(",")
    );
    let huge = format!("{{\"attributes\":{{\"city\":{}}}}}", "9".repeat(50_000));
    for body in [
        deep.as_str(),
        &wide,
        &huge,
        "{\"attributes\":{\"city\":\"\\u0000\"}}",
        "{\"attributes\":{\"city\":\"\\ud800\"}}",
        "[[[[",
        "\u{0}",
        "{}{}",
        "nul",
    ] {
        for path in ["/api/v1/customers/c1", "/api/v1/events", "/v1/batch", "/v1/identify"] {
            let method = if path.contains("customers") { "PUT" } else { "POST" };
            let answer = house.ask(method, path, &admin, &[], body.as_bytes()).expect("an answer");
            assert!(
                (400..500).contains(&answer.status) && answer.status != 429,
                "{path}: {} {}",
                answer.status,
                &body[..body.len().min(40)]
            );
        }
    }
    for path in
        ["/api/v1/customers/%00", "/api/v1/customers?q=%00", "/api/v1/customers/%ff%fe", "/%00", "/v1/%00"]
    {
        let answer = house.get(path, &admin).expect("an answer");
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!(house.get("/healthz", "").unwrap().status, 200);
}
