//! What a process says of itself while it works: `/readyz`, `/metrics` as Prometheus reads them, and a log in which
//! no customer is named, however much it says.

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tests::hook::{Hook, Say};
use tests::http::get;
use tests::served::{serve, until, until_found};
use tests::shop::Shop;
use tests::sink::{Point, Sink, Trouble};

/// A page in the text format of Prometheus: each sample by its name and labels, with its value. Panics where the
/// page is not in that format.
fn parsed(page: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped = BTreeSet::new();
    assert!(page.ends_with('\n'), "the last line ends too");
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a help");
            assert!(helped.insert(name) && !help.is_empty(), "{line}");
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a kind");
            assert!(["counter", "gauge"].contains(&kind) && helped.contains(name), "{line}");
            assert!(kinds.insert(name, kind).is_none(), "told twice: {line}");
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a series and a value");
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').expect("labels end")),
            None => (series, ""),
        };
        let letters = |text: &str| {
            text.chars().all(|letter| letter.is_ascii_lowercase() || "_:0123456789".contains(letter))
        };
        assert!(name.starts_with("nurture_") && letters(name), "{line}");
        assert!(kinds.contains_key(name), "before its kind: {line}");
        assert_eq!(kinds[name] == "counter", name.ends_with("_total"), "{line}");
        let mut seen = BTreeSet::new();
        for label in labels.split("\",").filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once("=\"").expect("a label has a value in quotes");
            let value = value.strip_suffix('"').unwrap_or(value);
            assert!(letters(label) && seen.insert(label) && !value.contains(['"', '\n']), "{line}");
        }
        let value: f64 = value.parse().expect("a number");
        assert!(value.is_finite(), "{line}");
        assert!(samples.insert(series.to_owned(), value).is_none(), "twice: {line}");
    }
    samples
}

/// Names that no alert or dashboard may miss.
const PROMISED: [&str; 14] = [
    "nurture_sends_total{channel=\"email\",outcome=\"accepted\"}",
    "nurture_sends_unknown",
    "nurture_due_lag_seconds{queue=\"walk\"}",
    "nurture_due_lag_seconds{queue=\"send\"}",
    "nurture_backlog{queue=\"event\"}",
    "nurture_leases",
    "nurture_held",
    "nurture_pool_connections{pool=\"write\",state=\"idle\"}",
    "nurture_provider_tokens{sender=\"care\"}",
    "nurture_relay_resting",
    "nurture_database_up",
    "nurture_database_bytes",
    "nurture_customers_set_aside",
    "nurture_start_time_seconds",
];

/// Words that must be in no log: what only customers have.
const CANARIES: [&str; 4] = ["canary", "13900001111", "Zwitscher", "金丝雀"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_tells_its_numbers_and_names_no_customer() {
    let sink = Sink::start();
    let shop = Shop::marketing(sink.port());
    shop.write(
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care, per_day: 1000 }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    );
    // Systems that are told of a customer repeat whom, too, or answer nothing, or nobody listens there.
    let repeats = json!({ "error": "canary5@example.com (Zwitscher, 13900001111) is no customer of ours" });
    let hook =
        Hook::start((0..4).flat_map(|_| {
            [Say::Status(500, repeats.clone()), Say::Status(429, repeats.clone()), Say::Close]
        }));
    let gone = tests::sink::free_port().local_addr().expect("a bound listener has an address");
    shop.write(
        "workflows/channels.yaml",
        &format!(
            "channels:\n  mail: {{ kind: smtp, host: 127.0.0.1, port: {}, tls: none }}\n  billing: {{ kind: webhook, url: \"{}\" }}\n  gone: {{ kind: webhook, url: \"http://{gone}/\" }}\n",
            sink.port(),
            hook.url()
        ),
    );
    for (workflow, channel) in [("told", "billing"), ("told_nobody", "gone")] {
        shop.write(
            &format!("workflows/{workflow}.yaml"),
            &format!("workflow: {workflow}\ntrigger: {{ event: go }}\nconsent: none\nsteps:\n  - webhook: {channel}\n    body: {{ to: \"{{{{customer.email}}}}\", name: \"{{{{customer.name}}}}\", phone: \"{{{{customer.phone}}}}\" }}\n"),
        );
    }
    shop.fine(&["publish"]);
    let mut rows = "external_id,name,email,phone,consent.offers,consent_at,consent_source\n".to_owned();
    for number in 0..12 {
        rows += &format!(
            "c{number},Zwitscher 金丝雀,canary{number}@example.com,+8613900001111,granted,2026-01-01T00:00:00Z,test\n"
        );
    }
    rows += "c90,Zwitscher,canary90 is no address,,granted,not a day,test\n";
    shop.write("customers.csv", &rows);
    // Servers repeat whom a mail is for, in what they refuse.
    for (number, words) in [
        (1, "550 5.1.1 <canary1@example.com> Zwitscher is unknown here"),
        (2, "450 4.2.0 <canary2@example.com> greylisted"),
        (3, "554 5.7.1 canary3@example.com refused for 13900001111"),
    ] {
        let to: &'static str = Box::leak(format!("canary{number}@example.com").into_boxed_str());
        let words: &'static str = words;
        sink.trouble(Trouble::say(Point::Recipient, words).only_to(to));
    }
    sink.trouble(
        Trouble::say(Point::Mail, "535 5.7.8 no mail for canary4@example.com").only_to("canary4@example.com"),
    );
    let served = serve(&shop, &["run"], "run.log", "trace");
    let said = || shop.said("run.log");
    until("it serves", said, || get(&served.address, "/healthz").is_some_and(|(status, _)| status == 200));
    until("it is ready", said, || get(&served.address, "/readyz").is_some_and(|(status, _)| status == 200));
    let imported = tests::binary::nurture(shop.path(), &["import", "customers", "customers.csv"]);
    assert_eq!(imported.code, 1, "a bad row: {}", imported.out);
    shop.facts("facts.csv", 0..12);
    shop.fine(&["import", "events", "facts.csv"]);
    until("the mails are out", said, || sink.count() >= 8);
    until("systems were told", said, || hook.asked().len() == 12);
    assert!(hook.asked().iter().all(|asked| asked.body["name"] == "Zwitscher 金丝雀"), "and of whom");
    let store = shop.store().await;
    let failed = "SELECT count(*) FROM send WHERE attempt > 0 AND workflow LIKE 'told%'";
    until_found(&store, failed, 24, said).await;
    let numbers = || parsed(&get(&served.address, "/metrics").expect("it serves").1);
    until("the fates are counted", said, || numbers().get(PROMISED[0]).is_some_and(|sent| *sent >= 8.0));
    let page = numbers();
    for name in PROMISED {
        assert!(page.contains_key(name), "{name} is missing: {page:#?}");
    }
    assert_eq!(page["nurture_database_up"], 1.0);
    assert_eq!(page["nurture_held"], 0.0);
    assert!(page.keys().any(|name| name.starts_with("nurture_steps_total{did=\"tag\"")), "{page:#?}");
    assert_eq!(page.get("nurture_leases"), Some(&1.0));
    for name in page.keys() {
        assert!(!CANARIES.iter().any(|canary| name.contains(canary)), "{name}");
        assert!(!(0..12).any(|number| name.contains(&format!("\"c{number}\""))), "{name}");
    }
    // Held, it says so to whoever would give it work, and goes on when it may.
    shop.fine(&["pause", "--all"]);
    until("it is held", said, || {
        get(&served.address, "/readyz")
            .is_some_and(|(status, body)| status == 503 && body.contains("\"held\""))
    });
    assert_eq!(numbers()["nurture_held"], 1.0);
    shop.fine(&["resume"]);
    until("it is ready again", said, || {
        get(&served.address, "/readyz").is_some_and(|(status, _)| status == 200)
    });
    drop(served);
    let log = said();
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() > 100, "it says everything: {} lines", lines.len());
    for line in &lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    for canary in CANARIES {
        let found: Vec<&&str> = lines.iter().filter(|line| line.contains(canary)).collect();
        assert!(found.is_empty(), "`{canary}` is in the log: {:#?}", &found[..found.len().min(5)]);
    }
}
