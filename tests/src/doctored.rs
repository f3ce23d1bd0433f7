//! Databases that somebody broke, and what `doctor` says of them.

use crate::binary::nurture;
use crate::shop::Shop;
use crate::sink::Sink;
use serde_json::Value as Json;
use store::Store;

/// Asks `doctor`: how it ended, and what it told.
pub fn doctor(shop: &Shop, arguments: &[&str]) -> (i32, Json) {
    let mut all = vec!["doctor", "--json"];
    all.extend(arguments);
    let ran = nurture(shop.path(), &all);
    (
        ran.code,
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err)),
    )
}

/// A database in a cluster that waits for its disk, as a real one does.
pub fn postgres() -> String {
    static SAFE: std::sync::OnceLock<cluster::Cluster> = std::sync::OnceLock::new();
    SAFE.get_or_init(|| cluster::Cluster::start(cluster::Disk::Safe)).database()
}

/// The codes of what is not as it should be.
pub fn findings(told: &Json) -> Vec<String> {
    let checks = told["checks"].as_array().expect("checks").iter();
    let found = checks.filter(|check| check["level"] != "ok" && check["check"] != "disk");
    found.map(|check| check["code"].as_str().expect("a code").to_owned()).collect()
}

/// Does to the database what no program of ours does.
pub async fn breaks(store: &Store, statements: &[&'static str]) {
    let mut transaction = store.begin().await.expect("a writer");
    for statement in statements {
        store::sql::query(*statement).execute(&mut transaction).await.expect("the statement fits");
    }
    store::commit(transaction).await.expect("committed");
}

/// A shop that mails through this relay; `None`: on SQLite.
pub fn marketing(sink: &Sink, database: Option<&str>) -> Shop {
    let mut shop = Shop::marketing(sink.port());
    if let Some(database) = database {
        shop.move_to(database);
        shop.fine(&["publish"]);
    }
    shop
}
