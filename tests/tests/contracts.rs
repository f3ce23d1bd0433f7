//! What the program prints and reads is what the published schemas say (`docs/reference/*.schema.json`).

use jsonschema::Validator;
use serde_json::Value as Json;
use std::path::Path;
use tests::binary::nurture;
use tests::root;

fn schema(name: &str) -> Validator {
    let text =
        std::fs::read_to_string(root().join("docs/reference").join(name)).expect("the schema is there");
    let schema: Json = serde_json::from_str(&text).expect("it is JSON");
    jsonschema::draft202012::new(&schema).expect("it is a schema")
}

fn assert_fits(validator: &Validator, json: &Json) {
    let problems: Vec<String> =
        validator.iter_errors(json).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "{json}\n{}", problems.join("\n"));
}

fn lines(out: &str) -> Vec<Json> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

/// A project made by `init`, with the sample customers.
fn project(dir: &Path) {
    let made = nurture(dir, &["init", "shop"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let shop = dir.join("shop");
    let imported = nurture(&shop, &["import", "customers", "workflows/samples/customers.csv"]);
    assert_eq!(imported.code, 0, "{}", imported.err);
}

#[test]
fn trace_lines_and_summaries_fit_their_schemas() {
    let dir = tempfile::tempdir().expect("a folder");
    project(dir.path());
    let shop = dir.path().join("shop");
    let (trace, run) = (schema("trace.schema.json"), schema("run.schema.json"));
    let simulated = nurture(&shop, &["simulate", "--from", "2026-03-01", "--to", "2026-04-01", "--json"]);
    assert_eq!(simulated.code, 0, "{}", simulated.err);
    let simulated = lines(&simulated.out);
    assert!(simulated.len() > 10, "something is decided in a month");
    simulated.iter().for_each(|line| assert_fits(&trace, line));
    let lived = nurture(&shop, &["run", "--clock", "2026-03-01..2026-04-01", "--json"]);
    assert_eq!(lived.code, 0, "{}", lived.err);
    let mut lived = lines(&lived.out);
    assert_fits(&run, &lived.pop().expect("the last line is the summary"));
    assert_eq!(lived, simulated, "the live engine on a clock prints the simulated lines");
    let why = nurture(&shop, &["why", "c10", "--json"]);
    let why: Json = serde_json::from_str(&why.out).expect("one object");
    let decisions = why["decisions"].as_array().expect("decisions");
    assert!(!decisions.is_empty());
    decisions.iter().for_each(|line| assert_fits(&trace, line));
}

#[test]
fn the_sample_events_fit_the_schema_and_wrong_ones_do_not() {
    let event = schema("event.schema.json");
    let text = std::fs::read_to_string(root().join("workflows/samples/events.jsonl")).expect("the samples");
    lines(&text).iter().for_each(|line| assert_fits(&event, line));
    assert!(!event.is_valid(&serde_json::json!({ "event": "order.paid", "customer": "c01" })), "no instant");
    assert!(
        !event.is_valid(&serde_json::json!({ "event": 7, "customer": "c01", "at": "2026-03-01T00:00:00Z" }))
    );
}

#[test]
fn a_broken_file_is_shown_whole_and_its_published_version_stays_live() {
    let dir = tempfile::tempdir().expect("a folder");
    project(dir.path());
    let shop = dir.path().join("shop");
    let idle = nurture(&shop, &["run", "--until-idle"]);
    assert_eq!(idle.code, 0, "{}", idle.err);
    let path = shop.join("workflows/birthday.yaml");
    let text = std::fs::read_to_string(&path).expect("the workflow");
    let broken = text
        .replace("customer.status", "customer.statsu")
        .replace("email: birthday/card", "emial: birthday/card");
    assert_ne!(text, broken);
    std::fs::write(&path, broken).expect("written");
    let checked = nurture(&shop, &["check", "--lang", "en"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked.out.contains("customer.statsu") && checked.out.contains("did you mean"),
        "{}",
        checked.out
    );
    assert!(checked.out.contains("emial") && checked.out.contains("birthday.yaml:"), "{}", checked.out);
    let idle = nurture(&shop, &["run", "--until-idle", "--lang", "en"]);
    assert_eq!(idle.code, 0, "{}", idle.err);
    assert!(idle.err.contains("stays live"), "{}", idle.err);
    let people = nurture(&shop, &["people", "birthday", "--json"]);
    assert_eq!(people.code, 0, "it is live still: {}", people.err);
    let published = nurture(&shop, &["publish"]);
    assert_eq!(published.code, 1, "a broken file is not published");
}

#[test]
fn a_template_variable_that_the_model_lacks_is_found_by_check() {
    let dir = tempfile::tempdir().expect("a folder");
    project(dir.path());
    let shop = dir.path().join("shop");
    let path = shop.join("workflows/templates/birthday/card.en.md.hbs");
    let text = std::fs::read_to_string(&path).expect("the template");
    std::fs::write(&path, format!("{text}\n\nYour code: {{{{customer.cuopon}}}}\n")).expect("written");
    let checked = nurture(&shop, &["check", "--lang", "en"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(
        checked.out.contains("card.en.md.hbs:") && checked.out.contains("customer.coupon"),
        "{}",
        checked.out
    );
}

#[test]
fn a_newer_database_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    project(dir.path());
    let shop = dir.path().join("shop");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::Connection as _;
        let url = format!("sqlite://{}", shop.join("nurture.db").display());
        let mut conn = sqlx::SqliteConnection::connect(&url).await.expect("it opens");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', 1, x'00', 0)",
        )
        .execute(&mut conn)
        .await
        .expect("written");
    });
    let refused = nurture(&shop, &["why", "c01", "--lang", "en"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("newer"), "{}", refused.err);
}
