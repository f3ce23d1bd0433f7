//! Single values of the database: where a virtual clock stands, up to when the database has lived.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;

/// Where a virtual clock stands.
pub const CLOCK: &str = "clock";
/// The instant up to which the database has lived: what is due before it and was not done is late.
pub const LIVED: &str = "lived";

/// How often anybody began to write what turns rest on, on SQLite: whoever decides beside them looks whether it is
/// still the same.
pub async fn writes(conn: &mut Connection) -> Result<i64, StoreError> {
    let times: Option<i64> = sql::query_scalar("SELECT times FROM write_count WHERE one = 1")
        .fetch_optional(conn)
        .await
        .tried("look who wrote", no_ids)?;
    Ok(times.unwrap_or(0))
}

/// What whoever decides beside writers looks at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// See [`writes`].
    pub writes: i64,
    /// A value of the table.
    pub value: Option<String>,
    /// Whether a schedule has come round.
    pub round: bool,
}

/// All of it in one statement.
pub async fn glance(conn: &mut Connection, name: &str, now: Timestamp) -> Result<Glance, StoreError> {
    let (writes, value, rounds): (Option<i64>, Option<String>, i64) = sql::query_as(
        "SELECT (SELECT times FROM write_count WHERE one = 1), (SELECT value FROM meta WHERE name = ?1),
           (SELECT count(*) FROM schedule WHERE next_fire_at <= ?2)",
    )
    .bind(name)
    .bind(millis(now))
    .fetch_one(conn)
    .await
    .tried("look what changed", || name.to_owned())?;
    Ok(Glance { writes: writes.unwrap_or(0), value, round: rounds > 0 })
}

/// Counts one more of them.
pub(crate) async fn count_write(conn: &mut Connection) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO write_count (one, times) VALUES (1, 1)
         ON CONFLICT (one) DO UPDATE SET times = write_count.times + 1",
    )
    .execute(conn)
    .await
    .tried("count a write", no_ids)?;
    Ok(())
}

/// A value; `None`: it was never set.
pub async fn get(conn: &mut Connection, name: &str) -> Result<Option<String>, StoreError> {
    sql::query_scalar("SELECT value FROM meta WHERE name = ?1")
        .bind(name)
        .fetch_optional(conn)
        .await
        .tried("read a value", || name.to_owned())
}

/// Sets a value; `None` takes it away.
pub async fn set(conn: &mut Connection, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    let statement = match value {
        Some(_) => {
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        }
        None => "DELETE FROM meta WHERE name = ?1 AND ?2 IS NULL",
    };
    sql::query(statement)
        .bind(name)
        .bind(value)
        .execute(conn)
        .await
        .tried("set a value", || name.to_owned())?;
    Ok(())
}

/// A value that is an instant ([`CLOCK`], [`LIVED`]).
pub async fn get_instant(conn: &mut Connection, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let Some(text) = get(conn, name).await? else { return Ok(None) };
    let ms = text.parse().map_err(|_| StoreError::corrupt("meta", name, format_args!("`{text}`")))?;
    instant("meta", name, ms).map(Some)
}

/// Sets a value that is an instant.
pub async fn set_instant(conn: &mut Connection, name: &str, at: Timestamp) -> Result<(), StoreError> {
    set(conn, name, Some(&millis(at).to_string())).await
}
