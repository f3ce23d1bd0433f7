//! A database of PostgreSQL beside the one that is named, made for a measurement and taken away after it.

use super::{Options, Store, postgres};
use crate::dialect::Statement;
use crate::error::{StoreError, Tried};
use crate::sql;
use std::sync::Arc;

/// Neither makes nor migrates what is in the named database.
const UNTOUCHED: Options = Options {
    create: false,
    read_only: false,
    migrate: false,
    readers: 1,
    skip_locked: true,
    older: false,
    idle: super::IDLE,
};

/// How the names of such databases begin.
const PREFIX: &str = "nurture_bench_";

impl Store {
    /// Makes an empty database on the server that an address names, and returns its address. Its name is
    /// `nurture_bench_` and the mark: letters, digits and `_`. The role needs the right to make databases.
    ///
    /// Errors: [`StoreError::Open`], [`StoreError::Query`] (no such right).
    pub async fn scratch(url: &str, mark: &str) -> Result<String, StoreError> {
        let letters = mark.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_');
        let name = format!("{PREFIX}{}", letters.collect::<String>().to_lowercase());
        say(url, format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"), &name).await?;
        Ok(beside(url, &name))
    }

    /// Takes away what [`scratch`](Self::scratch) made beside `url`; whoever is still connected is cut off.
    pub async fn drop_scratch(url: &str, scratch: &str) -> Result<(), StoreError> {
        let (_, name, _) = parts(scratch);
        if !name.starts_with(PREFIX) {
            return Ok(());
        }
        say(url, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), name).await
    }
}

async fn say(url: &str, statement: String, name: &str) -> Result<(), StoreError> {
    let pools = postgres::connect(url, &UNTOUCHED).await?;
    let store = Store { pools, skip_locked: UNTOUCHED.skip_locked, leaving: Arc::default(), _folder: None };
    let mut conn = store.read().await?;
    let said = sql::query(Statement::Written(statement)).execute(&mut conn).await;
    said.tried("make or drop a database", || name.to_owned())?;
    drop(conn);
    store.close().await;
    Ok(())
}

/// What stands before the database's name in an address, the name, and what stands behind it.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (head, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let slash = head.get(start..).and_then(|rest| rest.find('/')).map_or(head.len(), |at| start + at);
    let (server, name) = head.split_at(slash);
    (server, name.trim_start_matches('/'), query)
}

fn beside(url: &str, name: &str) -> String {
    let (server, _, query) = parts(url);
    format!("{server}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_of_the_same_server_keeps_who_asks_and_how() {
        assert_eq!(
            beside("postgres://ann:pw@db:5432/shop?sslmode=require", "x"),
            "postgres://ann:pw@db:5432/x?sslmode=require"
        );
        assert_eq!(beside("postgres://db", "x"), "postgres://db/x");
        assert_eq!(
            beside("postgres://u@localhost/t0?host=/run/pg", "x"),
            "postgres://u@localhost/x?host=/run/pg"
        );
        assert_eq!(parts("postgres://db/shop?a=/b"), ("postgres://db", "shop", "?a=/b"));
    }
}
