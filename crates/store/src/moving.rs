//! Moves: whose people a publish takes along into the live version, and how far that has come.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::spread;
use model::{CustomerId, EnrollmentId, MovedTo, StepId, VersionId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

// ?1 workflow  ?2 moved
const BEGIN: &str = "
INSERT INTO moving (workflow, moved, after_slot, after_id) VALUES (?1, ?2, -1, '')
ON CONFLICT (workflow) DO UPDATE SET moved = excluded.moved, after_slot = -1, after_id = ''";
const FIRST: &str = "SELECT workflow, moved, after_slot, after_id FROM moving ORDER BY workflow LIMIT 1";
// ?1 workflow  ?2 slot  ?3 id
const GO_ON: &str = "UPDATE moving SET after_slot = ?2, after_id = ?3 WHERE workflow = ?1";
// ?1 workflow
const END: &str = "DELETE FROM moving WHERE workflow = ?1";

// Who still walks in an older version, in the order of the rows.  ?1 workflow  ?2 live version  ?3 ?4 after this
// row  ?5 rows
pub(crate) const OLDER: &str = "
SELECT e.slot, e.id, e.customer FROM enrollment AS e
WHERE (e.slot, e.id) > (?3, ?4) AND e.workflow = ?1 AND e.version <> ?2 AND e.state <> 'ended'
ORDER BY e.slot, e.id LIMIT ?5";

// Where those stand who walk in older versions (publish, plan).  ?1 workflow  ?2 live version
const STAND: &str = "
SELECT e.version, e.step, count(*) FROM enrollment AS e
WHERE e.workflow = ?1 AND e.state IN ('ready', 'waiting') AND e.version <> ?2
GROUP BY e.version, e.step ORDER BY e.version, e.step";

// The steps that walks have passed, by their traces.  ?1 [[slot, customer, enrollment], …]
const PASSED: &str = "
SELECT DISTINCT t.enrollment, t.step FROM jsonb_each(?1) AS want
CROSS JOIN trace AS t
WHERE t.slot = CAST(want.value->>0 AS BIGINT) AND t.customer = want.value->>1 AND t.enrollment = want.value->>2
  AND t.step IS NOT NULL AND t.did <> 'move' AND t.outcome IN ('done', 'skipped')";

/// A move that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// Where those go whose step is gone.
    pub moved: BTreeMap<StepId, MovedTo>,
    after: (i64, String),
}

/// A walk in an older version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older {
    slot: i64,
    /// Which.
    pub enrollment: EnrollmentId,
    /// Whose.
    pub customer: CustomerId,
}

/// Begins to move the people of a workflow; one under way begins anew.
pub async fn begin(
    conn: &mut Connection,
    workflow: &WorkflowId,
    moved: &BTreeMap<StepId, MovedTo>,
) -> Result<(), StoreError> {
    let text =
        serde_json::to_string(moved).map_err(|error| StoreError::corrupt("moving", workflow, error))?;
    sql::query(BEGIN)
        .bind(workflow.as_str())
        .bind(text)
        .execute(conn)
        .await
        .tried("begin to move people", || workflow.to_string())?;
    Ok(())
}

/// The first move under way; `None`: there is none.
pub async fn first(conn: &mut Connection) -> Result<Option<Moving>, StoreError> {
    let row: Option<(String, String, i64, String)> =
        sql::query_as(FIRST).fetch_optional(conn).await.tried("look for people to be moved", no_ids)?;
    let Some((workflow, moved, slot, id)) = row else { return Ok(None) };
    let moved =
        serde_json::from_str(&moved).map_err(|error| StoreError::corrupt("moving", &workflow, error))?;
    Ok(Some(Moving { workflow: workflow.into(), moved, after: (slot, id) }))
}

/// The next of them, at most `limit`, in the order of the rows.
pub async fn next(
    conn: &mut Connection,
    moving: &Moving,
    live: &VersionId,
    limit: u32,
) -> Result<Vec<Older>, StoreError> {
    let rows: Vec<(i64, String, String)> = sql::query_as(OLDER)
        .bind(moving.workflow.as_str())
        .bind(live.as_str())
        .bind(moving.after.0)
        .bind(&moving.after.1)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("look for people to be moved", || moving.workflow.to_string())?;
    let older = rows.into_iter().map(|(slot, enrollment, customer)| Older {
        slot,
        enrollment: enrollment.into(),
        customer: customer.into(),
    });
    Ok(older.collect())
}

/// Goes on behind this one; `None`: that was all.
pub async fn go_on(
    conn: &mut Connection,
    workflow: &WorkflowId,
    after: Option<&Older>,
) -> Result<(), StoreError> {
    let query = match after {
        Some(after) => {
            sql::query(GO_ON).bind(workflow.as_str()).bind(after.slot).bind(after.enrollment.as_str())
        }
        None => sql::query(END).bind(workflow.as_str()),
    };
    query.execute(conn).await.tried("go on moving people", || workflow.to_string())?;
    Ok(())
}

/// How many walk in older versions, by version and step.
pub async fn stand(
    conn: &mut Connection,
    workflow: &WorkflowId,
    live: &VersionId,
) -> Result<Vec<(VersionId, StepId, u64)>, StoreError> {
    let rows: Vec<(String, String, i64)> = sql::query_as(STAND)
        .bind(workflow.as_str())
        .bind(live.as_str())
        .fetch_all(conn)
        .await
        .tried("count people in older versions", || workflow.to_string())?;
    let rows = rows.into_iter().map(|(version, step, count)| {
        (VersionId::from(version), StepId::from(step), u64::try_from(count).unwrap_or(0))
    });
    Ok(rows.collect())
}

/// The steps that these walks have passed, as far as their traces are kept.
pub async fn passed(
    conn: &mut Connection,
    walks: &[Older],
) -> Result<BTreeMap<EnrollmentId, BTreeSet<StepId>>, StoreError> {
    let wanted: Vec<_> =
        walks.iter().map(|walk| (walk.slot, walk.customer.as_str(), walk.enrollment.as_str())).collect();
    let rows: Vec<(String, String)> = sql::query_as(PASSED)
        .bind(spread("trace", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("look at what walks have passed", || some(walks.iter().map(|walk| &walk.customer)))?;
    let mut passed: BTreeMap<EnrollmentId, BTreeSet<StepId>> = BTreeMap::new();
    for (walk, step) in rows {
        passed.entry(walk.into()).or_default().insert(step.into());
    }
    Ok(passed)
}
