//! Scores by the program itself: the lines of one customer's score, whether it told buyers from others, and
//! whom new rules move.

use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::Path;
use tests::binary::nurture;

tests::on_both! {
    a_score_is_told_and_tried_on_the_past,
    a_publish_of_new_rules_says_whom_they_move,
}

const MODEL: &str = "model: shop
customer:
  sector: { type: text, optional: true }
events:
  order.paid: {}
  site.visited: {}
";

const SCORE: &str = "scoring: interest
range: 0-100
fit:
  - { when: customer.sector == \"retail\", points: 30 }
behaviour:
  rules:
    - { event: site.visited, points: 10, at_most: 3 per day }
bands:
  warm: 20
  hot: 50
";

fn write(here: &Path, path: &str, text: &str) {
    std::fs::write(here.join(path), text).expect("the project can be written");
}

fn fine(here: &Path, arguments: &[&str]) -> String {
    let ran = nurture(here, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    ran.out
}

fn read(here: &Path, arguments: &[&str]) -> Json {
    serde_json::from_str(&fine(here, arguments)).expect("JSON")
}

/// Ten customers in March: the first five are of the trade and visit often, and four of them buy in April;
/// of the others, one does.
fn project(database: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let here = dir.path();
    std::fs::create_dir_all(here.join("workflows")).expect("a folder can be made");
    write(here, "nurture.toml", &["zone = \"UTC\"\nlanguage = \"en\"\n", database].concat());
    write(here, "workflows/model.yaml", MODEL);
    write(here, "workflows/interest.yaml", SCORE);
    let mut customers = "external_id,sector,created_at\n".to_owned();
    let mut events = String::new();
    for number in 0..10 {
        let (sector, visits) = if number < 5 { ("retail", 4) } else { ("farm", number % 2) };
        let _ = writeln!(customers, "c{number},{sector},2026-03-01T00:00:00Z");
        let mut event = |name: &str, at: String| {
            let event = json!({ "event": name, "customer": format!("c{number}"), "at": at });
            let _ = writeln!(events, "{event}");
        };
        for hour in 0..visits {
            event("site.visited", format!("2026-03-02T1{hour}:00:00Z"));
        }
        if [0, 1, 2, 3, 9].contains(&number) {
            event("order.paid", "2026-04-10T10:00:00Z".to_owned());
        }
    }
    write(here, "customers.csv", &customers);
    write(here, "events.jsonl", &events);
    fine(here, &["import", "customers", "customers.csv"]);
    fine(here, &["import", "events", "events.jsonl"]);
    fine(here, &["publish"]);
    dir
}

fn a_score_is_told_and_tried_on_the_past(database: &str) {
    let dir = project(database);
    let here = dir.path();
    let told = read(here, &["score", "c0", "--at", "2026-03-20", "--json"]);
    let one = told.get(0).unwrap_or_else(|| panic!("{told}"));
    // Four visits of a day count three times: 30 + 30.
    assert_eq!(one.get("value").and_then(Json::as_f64), Some(60.0), "{told}");
    assert_eq!(one.get("band"), Some(&json!("hot")), "{told}");
    let told = fine(here, &["score", "c0", "--at", "2026-03-20"]);
    assert!(told.contains("+30") && told.contains("hot") && told.contains("retail"), "{told}");
    assert!(fine(here, &["--lang", "zh", "score", "c0", "--at", "2026-03-20"]).contains("c0"));
    assert_eq!(nurture(here, &["score", "c0", "--score", "none"]).code, 4);

    let question =
        ["backtest", "interest", "--event", "order.paid", "--within", "30 days", "--at", "2026-04-01"];
    let told = read(here, &[&question[..], &["--json"]].concat());
    assert_eq!((told.get("people"), told.get("came")), (Some(&json!(10)), Some(&json!(5))), "{told}");
    // Of 25 pairs of a buyer and another: c0 to c3 beat the four others below them and tie with c4;
    // c9 (10 points) loses to c4, ties with c5 and c7, beats c6 and c8: (4 × 4.5 + 3) / 25.
    let auc = told.get("auc").and_then(Json::as_f64).expect("an area");
    assert!((auc - 0.84).abs() < 1e-9, "{auc}");
    let hot = told.pointer("/bands/0").expect("a band");
    assert_eq!(
        (hot.get("name"), hot.get("all"), hot.get("came")),
        (Some(&json!("hot")), Some(&json!(5)), Some(&json!(4)))
    );
    let unasked = ["backtest", "interest", "--at", "2026-04-01", "--json"];
    assert_eq!(read(here, &unasked), told, "a purchase is what one hopes for where nobody says it");
    let text = fine(here, &question);
    assert!(text.contains("0.840") && text.contains("80.0 %"), "{text}");
    assert_eq!(nurture(here, &["backtest", "interest", "--event", "no.such"]).code, 2);
}

fn a_publish_of_new_rules_says_whom_they_move(database: &str) {
    let dir = project(database);
    let here = dir.path();
    write(here, "workflows/interest.yaml", &SCORE.replace("points: 30", "points: 10"));
    let told = fine(here, &["publish"]);
    // 60 becomes 40: the five of the trade leave `hot`.
    let moved = told.lines().find(|line| line.contains("hot") && line.contains("warm"));
    assert!(moved.is_some_and(|line| line.contains('5')), "{told}");
    assert!(!fine(here, &["publish"]).contains("hot"), "nothing has changed");
}
