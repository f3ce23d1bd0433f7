//! Reps: the salespeople, as imported.

use crate::connection::Connection;
use crate::customer::Upserted;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::spread;
use model::{Rep, RepId};
use serde::Serialize;
use std::collections::BTreeMap;

const ALL: &str = "SELECT id, name, email, zone, away, attributes FROM rep ORDER BY id";

// ?1 rows
const WRITE: &str = "
INSERT INTO rep (id, name, email, zone, away, attributes)
SELECT value->>'id', value->>'name', value->>'email', value->>'zone',
       CASE WHEN value->'away' = 'true' THEN 1 ELSE 0 END, value->'attributes'
FROM jsonb_each(?1) WHERE true
ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, zone = excluded.zone,
  away = excluded.away, attributes = excluded.attributes";

// ?1 id  ?2 away
const AWAY: &str = "UPDATE rep SET away = ?2 WHERE id = ?1";

#[derive(Serialize)]
struct Stored<'a> {
    id: &'a str,
    #[serde(flatten)]
    rep: &'a Rep,
}

/// All reps.
pub async fn all(conn: &mut Connection) -> Result<BTreeMap<RepId, Rep>, StoreError> {
    let rows: Vec<(String, String, Option<String>, Option<String>, bool, String)> =
        sql::query_as(ALL).fetch_all(conn).await.tried("load reps", no_ids)?;
    rows.into_iter()
        .map(|(id, name, email, zone, away, attributes)| {
            let attributes =
                serde_json::from_str(&attributes).map_err(|error| StoreError::corrupt("rep", &id, error))?;
            Ok((RepId::from(id), Rep { name, email, zone, away, attributes }))
        })
        .collect()
}

/// Writes reps whole; of two with one id the later wins. Who is away stays away unless the row is new.
pub async fn upsert(conn: &mut Connection, rows: &[(RepId, Rep)]) -> Result<Upserted, StoreError> {
    let known = all(conn).await?;
    let mut done = Upserted::default();
    let last: BTreeMap<&RepId, &Rep> = rows.iter().map(|(id, rep)| (id, rep)).collect();
    let mut write_these = Vec::new();
    for (id, rep) in last {
        let mut rep = rep.clone();
        match known.get(id) {
            None => done.new += 1,
            Some(before) => {
                rep.away = before.away;
                if rep == *before {
                    done.same += 1;
                    continue;
                }
                done.changed += 1;
            }
        }
        write_these.push((id, rep));
    }
    if !write_these.is_empty() {
        let rows: Vec<Stored<'_>> =
            write_these.iter().map(|(id, rep)| Stored { id: id.as_str(), rep }).collect();
        let ids = || some(write_these.iter().map(|(id, _)| id));
        sql::query(WRITE).bind(spread("rep", &rows)?).execute(conn).await.tried("write reps", ids)?;
    }
    Ok(done)
}

/// Says that a rep is away, or back. `false`: there is no such rep.
pub async fn set_away(conn: &mut Connection, rep: &RepId, away: bool) -> Result<bool, StoreError> {
    let done = sql::query(AWAY)
        .bind(rep.as_str())
        .bind(away)
        .execute(conn)
        .await
        .tried("say that a rep is away", || rep.to_string())?;
    Ok(done.rows_affected() > 0)
}
