//! `nurture bench` on both databases: everybody is through, nothing is missing, nothing came twice, and nothing
//! is left behind.

use std::path::Path;
use tests::binary::nurture;

fn measure(here: &Path, arguments: &[&str]) -> serde_json::Value {
    let ran = nurture(here, arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(std::fs::read_dir(here).unwrap().count(), 0, "it takes everything away again");
    serde_json::from_str(&ran.out).expect("one object")
}

fn w1(here: &Path, database: &str, more: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["bench", "w1", "--customers", "300", "--json", "--database", database];
    arguments.extend(more);
    let figures = measure(here, &arguments);
    for count in ["customers", "enrolled", "sent", "sink"] {
        assert_eq!(figures[count], 300, "{figures}");
    }
    assert!(figures["per_second"].as_f64().unwrap() > 0.0, "{figures}");
    assert!(figures["peak_mib"].as_f64().unwrap() > 1.0, "{figures}");
    figures
}

#[test]
fn each_customer_of_w1_gets_one_mail_and_is_through() {
    let folder = tempfile::tempdir().unwrap();
    let figures = w1(folder.path(), "sqlite://any.db", &["--stored", "1000"]);
    assert_eq!((figures["database"].as_str(), figures["stored"].as_u64()), (Some("sqlite"), Some(1000)));
}

#[test]
fn w1_is_shared_by_workers_on_postgres_in_a_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let database = cluster::database();
    let figures = w1(folder.path(), &database, &["--workers", "2"]);
    assert_eq!(figures["database"], "postgres");
    let one = nurture(folder.path(), &["bench", "w1", "--workers", "2", "--lang", "en"]);
    assert_eq!(one.code, 2, "{}", one.err);
    assert!(one.err.contains("SQLite has one worker"), "{}", one.err);
}

#[test]
fn in_w2_those_enter_whose_day_it_is_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let figures = measure(
        folder.path(),
        &["bench", "w2", "--customers", "2000", "--json", "--database", "sqlite://any.db"],
    );
    // 7,919 days lie between one birthday and the next, within 60 years.
    assert_eq!((figures["workload"].as_str(), figures["enrolled"].as_u64()), (Some("w2"), Some(4)));
    assert_eq!(figures["sent"], serde_json::Value::Null);
}

fn w3(here: &Path, database: &str) {
    // It ends well only where each event is stored once, each stray one kept, and who was to enter has.
    let figures = measure(here, &["bench", "w3", "--customers", "100", "--json", "--database", database]);
    assert_eq!(figures["workload"], "w3", "{figures}");
    // Of 500 requests ten tell again what was told before, and one event has a name that nobody knows.
    assert_eq!(
        (figures["events"].as_u64(), figures["batched"].as_u64()),
        (Some(490), Some(2_497)),
        "{figures}"
    );
    for rate in ["per_second", "batched_per_second"] {
        assert!(figures[rate].as_f64().unwrap() > 0.0, "{figures}");
    }
}

#[test]
fn events_of_w3_are_stored_once_and_lead_where_they_should() {
    let folder = tempfile::tempdir().unwrap();
    w3(folder.path(), "sqlite://any.db");
}

#[test]
fn the_same_holds_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    w3(folder.path(), &cluster::database());
}

#[test]
fn each_event_of_w4_leads_to_its_mail() {
    let folder = tempfile::tempdir().unwrap();
    let figures = measure(
        folder.path(),
        &["bench", "w4", "--customers", "30", "--json", "--database", "sqlite://any.db"],
    );
    for count in ["customers", "events", "sent", "sink"] {
        assert_eq!(figures[count], 30, "{figures}");
    }
    let (half, most) = (figures["p50_ms"].as_f64().unwrap(), figures["p99_ms"].as_f64().unwrap());
    assert!(half > 0.0 && half <= most, "{figures}");
}

#[test]
fn growth_ends_with_the_largest_size() {
    let folder = tempfile::tempdir().unwrap();
    let said = measure(
        folder.path(),
        &[
            "bench",
            "growth",
            "--customers",
            "50",
            "--stored",
            "100",
            "--json",
            "--database",
            "sqlite://any.db",
        ],
    );
    assert_eq!((said["workload"].as_str(), said["enrolled"].as_u64()), (Some("growth"), Some(50)), "{said}");
}
