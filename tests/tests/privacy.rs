//! What a person may ask for by law, by the program itself: everything that is held of them, and that it goes. After
//! that no column of the database holds their name, mail address or phone number. On both databases.

use serde_json::Value as Json;
use store::{Statement, Store, sql};
use tests::binary::nurture;
use tests::open::{FORM, Open, post, words_of};
use tests::served::until;

tests::on_both! {
    who_is_erased_is_nowhere_and_comes_back_by_no_import,
    a_person_comes_back_by_a_form_of_their_own,
    who_is_forgotten_by_a_workflow_stands_in_no_title_of_an_open_task,
}

const MODEL: &str = "model: shop
customer:
  city: { type: text, optional: true }
  note: { type: text, optional: true }
  visits: { type: number, optional: true }
events:
  go: {}
  asked: {}
  note.taken: { text: text, amount: number }
entities:
  deal: { contact: text, amount: number, stages: [open, won], end: [won] }
";
const FORMS: &str = "forms:
  news:
    fields: { email: E-mail, name: Name, phone: { label: Phone, required: false } }
    consent: { offers: \"Yes, offers.\" }
";
const NOTED: &str = "workflow: noted
trigger: { event: note.taken }
consent: service
vars: { said: nothing }
steps:
  - set: { vars.said: \"{{event.text}}\" }
  - task: Call {{customer.name}}
    body: \"{{event.text}}\"
    to: li.na
    due: 5 days
  - email: note
    id: first
  - wait: 30 days
  - email: note
    id: second
";
const NOTE: &str = "---\nsubject: Note for {{default customer.name \"you\"}}\npreheader: A word\n---\n\
[Look](https://shop.example.com/me?mail={{default customer.email \"\"}})\n";
const FORGET: &str =
    "workflow: forget\ntrigger: { event: asked }\nconsent: none\nsteps:\n  - forget: customer\n";
const FILES: [(&str, &str); 5] = [
    ("workflows/forget.yaml", FORGET),
    ("workflows/model.yaml", MODEL),
    ("workflows/forms.yaml", FORMS),
    ("workflows/noted.yaml", NOTED),
    ("workflows/templates/note.md.hbs", NOTE),
];
const NAME: &str = "Zebulon Quartz";
const EMAIL: &str = "zeb.quartz@example.com";
const PHONE: &str = "+491701234567";

/// The columns of a table, each with the text that says them: SQLite, PostgreSQL.
const COLUMNS: [&str; 2] = [
    "SELECT m.name, p.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p WHERE m.type = 'table'",
    "SELECT table_name::text, column_name::text FROM information_schema.columns
     WHERE table_schema = current_schema()",
];

/// Where in the database a text stands: `table.column`.
fn places(open: &Open, database: &str, text: &str) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store: Store = open.shop.store().await;
        let mut conn = store.read().await.expect("the database is there");
        let columns = COLUMNS[usize::from(!database.is_empty())];
        let columns: Vec<(String, String)> =
            sql::query_as(columns).fetch_all(&mut conn).await.expect("columns");
        assert!(columns.len() > 150, "{}", columns.len());
        let mut found = Vec::new();
        for (table, column) in columns {
            let bind = if database.is_empty() { "?1" } else { "$1" };
            let count = Statement::Written(format!(
                "SELECT count(*) FROM \"{table}\" WHERE lower(CAST(\"{column}\" AS TEXT)) LIKE {bind}"
            ));
            let like = format!("%{}%", text.to_lowercase());
            let count: i64 = sql::query_scalar(count).bind(like).fetch_one(&mut conn).await.expect("a count");
            if count > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        found
    })
}

fn shop(database: &str) -> Open {
    let open = Open::new(database, 0, &FILES);
    let row = format!(
        "external_id,name,email,phone,city,note,visits,consent.offers,consent_at,consent_source\n\
         z1,{NAME},{EMAIL},{PHONE},Ulm,friend of {NAME},7,granted,2026-01-01T00:00:00Z,test\n"
    );
    open.shop.write("customers.csv", &row);
    open.shop.fine(&["import", "customers", "customers.csv"]);
    open.shop
        .write("deals.csv", &format!("external_id,customer,contact,amount,stage\nd1,z1,{NAME},500,open\n"));
    open.shop.fine(&["import", "deal", "deals.csv"]);
    let now = jiff::Timestamp::now();
    let events =
        format!("id,event,customer,at,text,amount\nn1,note.taken,z1,{now},call {NAME} at {PHONE},12\n");
    open.shop.write("notes.csv", &events);
    open.shop.fine(&["import", "events", "notes.csv", "--extra", "keep"]);
    until("the mail", || open.log(), || open.sink.mails().iter().any(|mail| mail.to == [EMAIL]));
    let sent = || open.shop.fine(&["sends", "--json"]).out.contains("\"accepted\"");
    until("it is settled", || open.log(), sent);
    open
}

fn who_is_erased_is_nowhere_and_comes_back_by_no_import(database: &str) {
    let open = shop(database);
    // Somebody asks to confirm, and tells something that is not taken.
    let body = format!("email={}&name=Zeb&agree%3Aoffers=on", EMAIL.replace('@', "%40"));
    post(&open.address, "/f/news", FORM, &body).expect("an answer");
    let held = open.shop.fine(&["privacy", "export", EMAIL]).out;
    let held: Json = serde_json::from_str(&held).expect("JSON");
    assert_eq!(held["attributes"]["name"], NAME);
    assert_eq!(held["consents"][0]["source"], "test");
    let names =
        ["events", "enrollments", "messages", "tasks", "decisions", "entities", "links_clicked", "scores"];
    for part in names {
        assert!(held[part].is_array(), "{part}: {held}");
    }
    assert!(held["tasks"][0]["title"].as_str().is_some_and(|title| title.contains(NAME)), "{held}");
    open.shop.fine(&["privacy", "export", "z1", "--out", "z1.json"]);
    assert!(std::fs::read_to_string(open.shop.path().join("z1.json")).expect("the file").contains(NAME));

    let before = places(&open, database, NAME);
    assert!(before.len() > 3, "{before:?}");
    let tried = open.shop.fine(&["privacy", "erase", "z1", "--lang", "en"]).out;
    assert!(tried.contains("z1 would be erased") && tried.contains("add `--yes`"), "{tried}");
    assert_eq!(places(&open, database, NAME), before, "nothing was done");

    let done = open.shop.fine(&["privacy", "erase", "z1", "--yes", "--by", "wang.wei", "--lang", "en"]).out;
    assert!(done.contains("z1 is erased") && done.contains("walks under way that end: 1"), "{done}");
    for text in [NAME, "zebulon", "quartz", EMAIL, "zeb.quartz%40", PHONE, "1701234567", "Ulm"] {
        assert_eq!(places(&open, database, text), Vec::<String>::new(), "{text}");
    }
    if database.is_empty() {
        for file in ["nurture.db", "nurture.db-wal"] {
            let bytes = std::fs::read(open.shop.path().join(file)).expect("it lives");
            for text in [NAME, EMAIL, PHONE] {
                let stays = bytes.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()));
                assert!(!stays, "`{text}` stays in free places of {file}");
            }
        }
    }
    let audit = open.shop.fine(&["audit", "list"]).out;
    assert!(audit.contains("erase") && audit.contains("wang.wei") && audit.contains("z1"), "{audit}");
    open.shop.fine(&["audit", "verify"]);
    let why: Json = serde_json::from_str(&open.shop.fine(&["why", "z1", "--json"]).out).expect("JSON");
    assert_eq!(why["now"], serde_json::json!([]), "{why}");
    let words = words_of(&open, "z1");
    assert!(words.iter().any(|word| !word.granted && word.source == "forgotten"), "{words:?}");

    // Neither the id nor an address comes back by a file, and nothing is sent.
    let rows =
        format!("external_id,name,email,phone\nz1,Zed,a@example.com,\nz2,Zed,{EMAIL},\nz3,Zed,,{PHONE}\n");
    open.shop.write("again.csv", &rows);
    let again = nurture(open.shop.path(), &["import", "customers", "again.csv", "--lang", "en"]);
    assert!(again.code == 1 && again.out.contains("3 bad"), "{}{}", again.out, again.err);
    assert_eq!(places(&open, database, EMAIL), Vec::<String>::new());
    let once_more = open.shop.fine(&["privacy", "erase", "z1", "--yes", "--json"]).out;
    let once_more: Json = serde_json::from_str(&once_more).expect("JSON");
    assert_eq!(once_more["before"], true);
    assert_eq!(nurture(open.shop.path(), &["privacy", "erase", "nobody", "--yes"]).code, 4);
}

fn a_person_comes_back_by_a_form_of_their_own(database: &str) {
    let open = shop(database);
    open.shop.fine(&["privacy", "erase", EMAIL, "--yes"]);
    let before = open.sink.mails().len();
    let body = format!("email={}&name=Zed&agree%3Aoffers=on", EMAIL.replace('@', "%40"));
    let (status, page) = post(&open.address, "/f/news", FORM, &body).expect("an answer");
    assert_eq!(status, 200, "{page}");
    until("the mail that asks", || open.log(), || open.sink.mails().len() > before);
    assert!(
        words_of(&open, "z1").iter().rev().take(1).all(|word| !word.granted),
        "nothing is granted by that"
    );
    let held: Json = serde_json::from_str(&open.shop.fine(&["privacy", "export", EMAIL]).out).expect("JSON");
    assert_eq!((&held["customer"], &held["attributes"]["name"]), (&"z1".into(), &"Zed".into()), "{held}");
}

fn who_is_forgotten_by_a_workflow_stands_in_no_title_of_an_open_task(database: &str) {
    let open = shop(database);
    let titled = || places(&open, database, &format!("Call {NAME}"));
    assert!(titled().contains(&"standing.state".to_owned()), "{:?}", titled());
    let now = jiff::Timestamp::now();
    open.shop.write("asked.csv", &format!("id,event,customer,at\na1,asked,z1,{now}\n"));
    open.shop.fine(&["import", "events", "asked.csv"]);
    let gone = || !titled().iter().any(|place| place.starts_with("standing.") || place.starts_with("task."));
    until("they are forgotten", || open.log(), gone);
}
