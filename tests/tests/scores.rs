//! Scores by the program itself: the lines of one customer's score, whether it told buyers from others, and
//! whom new rules move.

use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use tests::real::{MAILING, Project};

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

/// Ten customers in March: the first five are of the trade and visit often, and four of them buy in April;
/// of the others, one does.
fn project(database: &str) -> Project {
    let [settings, ..] = MAILING;
    let files = [settings, ("workflows/model.yaml", MODEL), ("workflows/interest.yaml", SCORE)];
    let project = Project::with(&files).on(database);
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
    project.write("customers.csv", &customers);
    project.write("events.jsonl", &events);
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["import", "events", "events.jsonl"]);
    project.fine(&["publish"]);
    project
}

fn a_score_is_told_and_tried_on_the_past(database: &str) {
    let project = project(database);
    let told = project.read(&["score", "c0", "--at", "2026-03-20", "--json"]);
    let one = told.get(0).unwrap_or_else(|| panic!("{told}"));
    // Four visits of a day count three times: 30 + 30.
    assert_eq!(one.get("value").and_then(Json::as_f64), Some(60.0), "{told}");
    assert_eq!(one.get("band"), Some(&json!("hot")), "{told}");
    let told = project.fine(&["score", "c0", "--at", "2026-03-20"]);
    assert!(told.contains("+30") && told.contains("hot") && told.contains("retail"), "{told}");
    assert!(project.fine(&["--lang", "zh", "score", "c0", "--at", "2026-03-20"]).contains("c0"));
    assert_eq!(project.nurture(&["score", "c0", "--score", "none"]).code, 4);

    let question =
        ["backtest", "interest", "--event", "order.paid", "--within", "30 days", "--at", "2026-04-01"];
    let told = project.read(&[&question[..], &["--json"]].concat());
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
    assert_eq!(project.read(&unasked), told, "a purchase is what one hopes for where nobody says it");
    let text = project.fine(&question);
    assert!(text.contains("0.840") && text.contains("80.0 %"), "{text}");
    assert_eq!(project.nurture(&["backtest", "interest", "--event", "no.such"]).code, 2);
}

fn a_publish_of_new_rules_says_whom_they_move(database: &str) {
    let project = project(database);
    project.write("workflows/interest.yaml", &SCORE.replace("points: 30", "points: 10"));
    let told = project.fine(&["publish"]);
    // 60 becomes 40: the five of the trade leave `hot`.
    let moved = told.lines().find(|line| line.contains("hot") && line.contains("warm"));
    assert!(moved.is_some_and(|line| line.contains('5')), "{told}");
    assert!(!project.fine(&["publish"]).contains("hot"), "nothing has changed");
}
