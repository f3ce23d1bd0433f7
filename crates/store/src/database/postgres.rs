//! A server of PostgreSQL: several connections write, several read.

use super::{Options, Pools};
use crate::error::StoreError;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use std::time::Duration;

/// Connections that write: a turn, the gate, the fates, the leases, the job queue.
const WRITERS: u32 = 8;
/// One try to get a connection. While the server is away the pool asks again after ever longer pauses, up to a fifth of
/// this: once it is there, nobody is to wait much longer.
const TRY: Duration = Duration::from_secs(3);

pub(super) async fn connect(url: &str, options: &Options) -> Result<Pools, StoreError> {
    let at = |source| StoreError::Open { url: without_password(url), source };
    let settings: PgConnectOptions = url.parse().map_err(at)?;
    let settings = settings
        .application_name("nurture")
        .statement_cache_capacity(256)
        // Whoever waits for a writer waits as long as on SQLite; a batch that is worth compiling is none of ours.
        // Rows are found by their keys, while tables are young, too: a page costs what it does without a moving head.
        .options([("lock_timeout", "60s"), ("jit", "off"), ("timezone", "UTC"), ("random_page_cost", "1.1")])
        // A process that was stopped in the middle of a turn keeps its slots from the others so long at most.
        .options([("idle_in_transaction_session_timeout", format!("{}ms", options.idle.as_millis().max(1)))])
        .options([("default_transaction_read_only", if options.read_only { "on" } else { "off" })]);
    let lasting = || PgPoolOptions::new().idle_timeout(None).max_lifetime(None).acquire_timeout(TRY);
    let write = match lasting().max_connections(WRITERS).connect_with(settings.clone()).await {
        Err(sqlx::Error::PoolTimedOut) => return Err(at(why_not(&settings).await)),
        done => done.map_err(at)?,
    };
    let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&write).await.map_err(at)?;
    if encoding != "UTF8" {
        let words = format!("its texts are {encoding}, not UTF8: create the database with ENCODING 'UTF8'");
        return Err(at(sqlx::Error::Configuration(words.into())));
    }
    let read = lasting().max_connections(options.readers.max(1)).connect_lazy_with(settings);
    Ok(Pools::Postgres { write, read })
}

/// Why nobody gets a connection: the pool only says that time went by.
async fn why_not(settings: &PgConnectOptions) -> sqlx::Error {
    match tokio::time::timeout(TRY, PgConnection::connect_with(settings)).await {
        Ok(Err(why)) => why,
        Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
    }
}

/// The address as it may be shown and logged.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "postgres://…".to_owned() };
    // A parameter may hold a password as well.
    let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            [scheme, "://", user, "@", place].concat()
        }
        None => [scheme, "://", rest].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("postgres://ann:s@cret@db:5432/n", "postgres://ann@db:5432/n"),
            ("postgres://ann@db/n?password=secret", "postgres://ann@db/n"),
            ("postgres://db/n", "postgres://db/n"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
