//! Opening: what is missing, older, newer; and who may write meanwhile.

use crate::given::*;
use store::{Options, Pool, Store, StoreError, commit, customer, known_migration};

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let (folder, store) = store().await;
    let path = folder.path().join("nurture.db").to_string_lossy().into_owned();
    let mut tx = store.begin().await.expect("a writer");
    store::sql::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .execute(&mut tx)
    .await
    .expect("a migration of tomorrow");
    commit(tx).await.expect("committed");
    store.close().await;
    for options in [Options::default(), Options::to_read()] {
        let refused = Store::open(&path, options).await.expect_err("refused");
        let known = known_migration();
        assert!(matches!(refused, StoreError::Newer { found: 9999, known: k } if k == known), "{refused}");
        assert!(!refused.retry());
    }
}

#[tokio::test]
async fn on_postgres_too_a_newer_or_older_one_is_refused_and_a_reader_cannot_write() {
    let url = cluster::database();
    let refused = Store::open(&url, Options { migrate: false, ..Options::default() }).await;
    assert!(matches!(refused, Err(StoreError::Older { found: 0, .. })), "{refused:?}");
    let store = Store::open(&url, Options::default()).await.expect("it opens");
    let reader = Store::open(&url, Options::to_read()).await.expect("it opens");
    let mut conn = reader.read().await.expect("a reader");
    assert_eq!(customer::count(&mut conn).await.expect("counted"), 0);
    assert!(customer::write(&mut conn, &[&crate::given::customer("a")], minute(0)).await.is_err());
    let mut tx = store.begin().await.expect("a writer");
    store::sql::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', true, '\\x00', 0)",
    )
    .execute(&mut tx)
    .await
    .expect("a migration of tomorrow");
    commit(tx).await.expect("committed");
    let refused = Store::open(&url, Options::default()).await.expect_err("refused");
    assert!(matches!(refused, StoreError::Newer { found: 9999, .. }), "{refused}");
    let none = url.replace("/t", "/none");
    let refused = Store::open(&none, Options::default()).await.expect_err("refused");
    assert!(matches!(refused, StoreError::Open { .. }), "{refused}");
}

#[tokio::test]
async fn a_missing_database_is_made_only_where_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.db").to_string_lossy().into_owned();
    let refused =
        Store::open(&path, Options { create: false, ..Options::default() }).await.expect_err("refused");
    assert!(matches!(&refused, StoreError::Open { url, .. } if *url == path), "{refused}");
    let refused =
        Store::open(&path, Options { migrate: false, ..Options::default() }).await.expect_err("refused");
    assert!(matches!(refused, StoreError::Older { found: 0, .. }), "{refused}");
    let refused = Store::open("mysql://localhost/nurture", Options::default()).await.expect_err("refused");
    assert!(matches!(&refused, StoreError::Open { .. }) && !refused.retry(), "{refused}");
    Store::open(&format!("sqlite:{path}"), Options::default()).await.expect("made").close().await;
    Store::open(&path, Options::to_read()).await.expect("it is there now").close().await;
}

#[tokio::test]
async fn who_only_reads_cannot_write() {
    let (folder, store) = store().await;
    let path = folder.path().join("nurture.db");
    let reader = Store::open(&path.to_string_lossy(), Options::to_read()).await.expect("it opens");
    let mut conn = reader.read().await.expect("a reader");
    assert_eq!(customer::count(&mut conn).await.expect("counted"), 0);
    assert!(customer::write(&mut conn, &[&crate::given::customer("a")], minute(0)).await.is_err());
    store.close().await;
}

#[tokio::test]
async fn it_is_durable_and_checks_its_keys() {
    let (_folder, store) = store().await;
    let Pool::Sqlite(pool) = store.pool() else { panic!("a file of SQLite") };
    let mut conn = pool.acquire().await.expect("the writer");
    for (pragma, value) in [
        ("PRAGMA journal_mode", "wal"),
        ("PRAGMA synchronous", "2"),
        ("PRAGMA foreign_keys", "1"),
        ("PRAGMA busy_timeout", "5000"),
    ] {
        let found: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT CAST({} AS TEXT) FROM pragma_{}",
            pragma.trim_start_matches("PRAGMA ").replace("busy_timeout", "timeout"),
            pragma.trim_start_matches("PRAGMA ")
        )))
        .fetch_one(&mut *conn)
        .await
        .expect("a setting");
        assert_eq!(found, value, "{pragma}");
    }
}

#[tokio::test]
async fn readers_see_what_was_committed_while_one_writes() {
    for (_folder, store) in [
        {
            let (folder, store) = store().await;
            (Some(folder), store)
        },
        (None, Store::temporary().await.expect("a store")),
        (None, postgres().await),
    ] {
        let mut tx = store.begin().await.expect("a writer");
        customer::write(&mut tx, &[&crate::given::customer("a")], minute(0)).await.expect("written");
        let mut conn = store.read().await.expect("a reader");
        assert_eq!(customer::count(&mut conn).await.expect("counted"), 0);
        commit(tx).await.expect("committed");
        assert_eq!(customer::count(&mut conn).await.expect("counted"), 1);
        let mut dropped = store.begin().await.expect("a writer");
        customer::write(&mut dropped, &[&crate::given::customer("b")], minute(0)).await.expect("written");
        drop(dropped);
        assert_eq!(customer::count(&mut conn).await.expect("counted"), 1);
    }
}

#[tokio::test]
async fn a_temporary_database_goes_with_its_store() {
    let store = Store::temporary().await.expect("a store");
    let mut conn = store.read().await.expect("a reader");
    let file: String = store::sql::query_scalar("SELECT file FROM pragma_database_list")
        .fetch_one(&mut conn)
        .await
        .expect("its file");
    assert!(std::path::Path::new(&file).exists());
    drop(conn);
    store.close().await;
    drop(store);
    assert!(!std::path::Path::new(&file).exists());
}
