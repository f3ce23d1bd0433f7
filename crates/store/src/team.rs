//! Teams: the state of each rotation. The text of its state is the interpreter's.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::spread;
use model::TeamId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

const ALL: &str = "SELECT id, state FROM team ORDER BY id";

// In the assigning transaction.  ?1 rows
const WRITE: &str = "
INSERT INTO team (id, state) SELECT value->>'id', value->'state' FROM jsonb_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET state = excluded.state";

#[derive(Serialize)]
struct Stored<'a, S> {
    id: &'a str,
    state: &'a S,
}

/// Waits until no other process folds over what customers share (rotations, what reps have open, contests,
/// releases), and keeps them out until this transaction ends. On SQLite whoever writes is alone.
pub async fn alone(conn: &mut Connection) -> Result<(), StoreError> {
    if conn.is_postgres() {
        let locked = sql::query("LOCK TABLE team IN SHARE ROW EXCLUSIVE MODE").execute(conn).await;
        locked.tried("wait for the teams", no_ids)?;
    }
    Ok(())
}

/// The state of every rotation that has begun, read in the assigning transaction.
pub async fn all<S: DeserializeOwned>(conn: &mut Connection) -> Result<BTreeMap<TeamId, S>, StoreError> {
    let rows: Vec<(String, String)> = sql::query_as(ALL).fetch_all(conn).await.tried("load teams", no_ids)?;
    rows.into_iter()
        .map(|(id, state)| {
            let state =
                serde_json::from_str(&state).map_err(|error| StoreError::corrupt("team", &id, error))?;
            Ok((TeamId::from(id), state))
        })
        .collect()
}

/// Writes the states of rotations. `S` is written as a JSON object.
pub async fn write<S: Serialize>(
    conn: &mut Connection,
    teams: &BTreeMap<TeamId, S>,
) -> Result<(), StoreError> {
    if teams.is_empty() {
        return Ok(());
    }
    let rows: Vec<Stored<'_, S>> =
        teams.iter().map(|(id, state)| Stored { id: id.as_str(), state }).collect();
    sql::query(WRITE)
        .bind(spread("team", &rows)?)
        .execute(conn)
        .await
        .tried("write teams", || some(teams.keys()))?;
    Ok(())
}
