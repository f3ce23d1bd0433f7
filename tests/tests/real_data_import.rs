//! The importer on real files: CDNOW purchases and a CRM's pipeline, where they lie beside the workspace
//! (or in the folder that NURTURE_DATA names); else on the project's own samples.

use std::path::{Path, PathBuf};

use dsl::library::Library;
use dsl::project;
use engine::import::{ImportReport, Job, NothingFollows, Settings, StoreTarget, What, load, read_map};
use jiff::tz::TimeZone;
use store::Store;
use tests::real::data as real_data;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie inside the workspace").to_owned()
}

fn library() -> Library {
    let folder = workspace().join("workflows");
    let file = |name: &str| project::File {
        path: format!("workflows/{name}"),
        text: std::fs::read_to_string(folder.join(name)).expect("the project's own files are there"),
    };
    let settings = project::Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
    let loaded = dsl::load(&[file("model.yaml"), file("topics.yaml")], &settings);
    assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
    loaded.project.library
}

async fn import(
    store: &Store,
    library: &Library,
    what: &str,
    file: &Path,
    map: Option<&str>,
) -> ImportReport {
    let samples = workspace().join("workflows/samples");
    let map_path = map.map(|name| samples.join(name));
    let map = map_path.as_deref().map(|path| {
        let text = std::fs::read_to_string(path).expect("the map is there");
        read_map(&path.display().to_string(), &text).expect("the map is well written")
    });
    let settings = Settings::new("2026-03-02T09:00:00Z".parse().expect("an instant"));
    let mut target = StoreTarget::new(store, library, settings.now, settings.dry_run, NothingFollows);
    let job = Job {
        path: file,
        what: What::read(what, library).expect("it can be imported"),
        map: map.as_ref().zip(map_path.as_deref()),
        library,
        zone: &TimeZone::UTC,
        settings,
    };
    load(&job, &mut target, |_| {}).await.expect("the file can be imported")
}

/// (new, same, repeated, bad)
fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    assert_eq!(report.changed, 0, "{report:?}");
    (report.new, report.same, report.repeated, report.bad_count)
}

#[tokio::test]
async fn every_purchase_of_cdnow_counts_and_a_second_import_changes_nothing() {
    let (file, customers, purchases) = match real_data() {
        Some(folder) => (folder.join("cdnow.txt"), 23_544, 69_659),
        None => {
            let file = workspace().join("workflows/samples/cdnow_sample.txt");
            let text = std::fs::read_to_string(&file).expect("the sample is there");
            let ids: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
            let different: std::collections::BTreeSet<&&str> = ids.iter().collect();
            (file, different.len() as u64, ids.len() as u64)
        }
    };
    let (store, library) = (Store::temporary().await.expect("a database"), library());
    let map = Some("maps/cdnow_customers.map.yaml");
    let people = import(&store, &library, "customers", &file, map).await;
    assert_eq!(counts(&people), (customers, 0, purchases - customers, 0));
    assert_eq!(people.mailable, Some(customers));
    let map = Some("maps/cdnow_orders.map.yaml");
    let orders = import(&store, &library, "events", &file, map).await;
    assert_eq!((counts(&orders), orders.events), ((purchases, 0, 0, 0), purchases));

    let again = import(&store, &library, "customers", &file, Some("maps/cdnow_customers.map.yaml")).await;
    assert_eq!(counts(&again), (0, customers, purchases - customers, 0));
    let again = import(&store, &library, "events", &file, map).await;
    assert_eq!(counts(&again), (0, purchases, 0, 0));
    let mut conn = store.read().await.expect("a connection");
    assert_eq!(store::customer::count(&mut conn).await.expect("customers"), customers as i64);
    assert_eq!(store::event::count(&mut conn).await.expect("events"), purchases as i64);
}

#[tokio::test]
async fn deals_without_an_account_are_bad_and_all_others_load() {
    let (store, library) = (Store::temporary().await.expect("a database"), library());
    let samples = workspace().join("workflows/samples");
    let Some(folder) = real_data() else {
        import(&store, &library, "customers", &samples.join("customers.csv"), None).await;
        import(&store, &library, "reps", &samples.join("reps.csv"), None).await;
        let (deals, map) = (samples.join("deals.csv"), Some("deals.map.yaml"));
        let first = import(&store, &library, "deal", &deals, map).await;
        assert_eq!((first.new, first.bad_count), (first.read, 0), "{:?}", first.bad);
        let again = import(&store, &library, "deal", &deals, map).await;
        assert_eq!(counts(&again), (0, first.read, 0, 0));
        return;
    };
    let crm = folder.join("crm");
    let accounts =
        import(&store, &library, "customers", &crm.join("accounts.csv"), Some("maps/crm_accounts.map.yaml"))
            .await;
    assert_eq!((counts(&accounts), accounts.mailable), ((85, 0, 0, 0), Some(0)));
    let reps =
        import(&store, &library, "reps", &crm.join("sales_teams.csv"), Some("maps/crm_reps.map.yaml")).await;
    assert_eq!(counts(&reps), (35, 0, 0, 0));
    let (pipeline, map) = (crm.join("sales_pipeline.csv"), Some("maps/crm_deals.map.yaml"));
    let deals = import(&store, &library, "deal", &pipeline, map).await;
    assert_eq!((counts(&deals), deals.read, deals.not_looked_up), ((7_375, 0, 0, 1_425), 8_800, 0));
    assert!(deals.bad.iter().all(|row| row.column.as_deref() == Some("account")), "{:?}", deals.bad.first());
    let again = import(&store, &library, "deal", &pipeline, map).await;
    assert_eq!((counts(&again), again.events), ((0, 7_375, 0, 1_425), 0));
    let mut conn = store.read().await.expect("a connection");
    assert_eq!(store::event::count(&mut conn).await.expect("events"), deals.events as i64);
}

#[tokio::test]
async fn the_projects_own_samples_load_without_a_bad_row() {
    let (store, library) = (Store::temporary().await.expect("a database"), library());
    let samples = workspace().join("workflows/samples");
    let files = [
        ("customers", "customers.csv", None),
        ("reps", "reps.csv", None),
        ("events", "events.jsonl", None),
        ("deal", "deals.csv", Some("deals.map.yaml")),
        ("contract", "contracts.csv", None),
    ];
    for (what, file, map) in files {
        let first = import(&store, &library, what, &samples.join(file), map).await;
        assert_eq!((first.new, first.bad_count), (first.read, 0), "{file}: {:?}", first.bad);
        let again = import(&store, &library, what, &samples.join(file), map).await;
        assert_eq!(counts(&again), (0, first.read, 0, 0), "{file}");
    }
}
