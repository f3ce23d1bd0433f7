//! What is kept of a customer between turns beside walks: one row a kind and name.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, some};
use crate::sql;
use crate::stored::{instant, millis, spread};
use model::{CustomerId, Standing, StandingKey, StandingKind};

// The standings of a batch (snapshot.rs).  ?1 [[slot, customer], …]
pub(crate) const LOAD: &str = "
SELECT want.key, s.kind, s.name, s.at, s.state
FROM jsonb_each(?1) AS want
CROSS JOIN standing AS s
WHERE s.slot = CAST(want.value->>0 AS BIGINT) AND s.customer = want.value->>1";

// ?1 [[slot, customer, kind, name, at, state], …]
const KEEP: &str = "
INSERT INTO standing (slot, customer, kind, name, at, state)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT), value->>5
FROM jsonb_each(?1) WHERE true
ON CONFLICT (slot, customer, kind, name) DO UPDATE SET at = excluded.at, state = excluded.state";

// ?1 [[slot, customer, kind, name], …]
const DROP: &str = "
DELETE FROM standing WHERE (slot, customer, kind, name) IN
  (SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM jsonb_each(?1))";

/// The standings of a batch, each with its customer's place.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
) -> Result<Vec<(usize, StandingKey, Standing)>, StoreError> {
    let rows: Vec<(i64, String, String, i64, String)> =
        sql::query_as(LOAD).bind(wanted).fetch_all(conn).await.tried("load standings", || some(ids))?;
    rows.into_iter()
        .map(|(place, kind, name, at, state)| {
            let kind = StandingKind::parse(&kind)
                .ok_or_else(|| StoreError::corrupt("standing", name.clone(), "a kind that is not known"))?;
            let standing = Standing { at: instant("standing", &name, at)?, state };
            Ok((usize::try_from(place).unwrap_or(usize::MAX), StandingKey { kind, name }, standing))
        })
        .collect()
}

/// Keeps standings, over those that are there.
pub async fn keep(
    conn: &mut Connection,
    standings: &[(&CustomerId, &StandingKey, &Standing)],
) -> Result<(), StoreError> {
    if standings.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = standings
        .iter()
        .map(|(customer, key, standing)| {
            let kind = key.kind.as_str();
            (customer.slot(), customer.as_str(), kind, &key.name, millis(standing.at), &standing.state)
        })
        .collect();
    let ids = || some(standings.iter().map(|(customer, ..)| customer));
    sql::query(KEEP).bind(spread("standing", &rows)?).execute(conn).await.tried("keep standings", ids)?;
    Ok(())
}

/// Takes standings away.
pub async fn drop(
    conn: &mut Connection,
    standings: &[(&CustomerId, &StandingKey)],
) -> Result<(), StoreError> {
    if standings.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = standings
        .iter()
        .map(|(customer, key)| (customer.slot(), customer.as_str(), key.kind.as_str(), &key.name))
        .collect();
    let ids = || some(standings.iter().map(|(customer, _)| customer));
    sql::query(DROP).bind(spread("standing", &rows)?).execute(conn).await.tried("drop standings", ids)?;
    Ok(())
}

/// Takes the clocks of all leads away, for a virtual clock that begins in the past.
pub async fn forget_leads(conn: &mut Connection) -> Result<u64, StoreError> {
    let done = sql::query("DELETE FROM standing WHERE kind IN ('lead', 'task')")
        .execute(conn)
        .await
        .tried("take the clocks of leads away", crate::error::no_ids)?;
    Ok(done.rows_affected())
}
