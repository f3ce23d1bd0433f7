//! Enrollments: loaded with their customer, saved under their rev, found when due, counted for people.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::listing::{self, Owners, owned};
use crate::sql;
use crate::stored::{batch, instant, instant_of, millis, millis_of};
use jiff::Timestamp;
use model::{CustomerId, Enrollment, EnrollmentId, StepId, VersionId, Walk, WalkState, WorkflowId};

macro_rules! columns {
    ($select:literal, $($rest:expr),+) => {
        concat!(
            $select,
            " e.id, e.customer, e.workflow, e.version, e.key, e.state, e.step, e.arrived_at, e.wake_at, e.entered_at,
              e.ended_at, e.reason, e.goal_until, e.walk, e.rev ",
            $($rest),+
        )
    };
}

// Active walks of a batch, and ended ones whose goal still counts (snapshot.rs).
// ?1 [[slot, customer], …]  ?2 now
pub(crate) const LOAD: &str = concat!(
    columns!(
        "SELECT want.key,",
        "FROM jsonb_each(?1) AS want
         CROSS JOIN enrollment AS e
         WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1
         AND e.state <> 'ended'"
    ),
    " UNION ALL ",
    columns!(
        "SELECT want.key,",
        "FROM jsonb_each(?1) AS want
         CROSS JOIN enrollment AS e
         WHERE e.slot = CAST(want.value->>0 AS BIGINT) AND e.customer = want.value->>1
         AND e.state = 'ended' AND e.goal_until IS NOT NULL AND e.goal_until > ?2"
    )
);

// Which of a batch have another rev than they were loaded with; asked before the update, for after it
// nobody can tell our own step from another's.  ?1 rows, each a list in the order of `Row`
pub(crate) const STALE: &str = "
SELECT now.value->>1 FROM jsonb_each(?1) AS now
LEFT JOIN enrollment AS e ON e.slot = CAST(now.value->>0 AS BIGINT) AND e.id = now.value->>1
WHERE e.rev IS NULL OR e.rev <> CAST(now.value->>15 AS BIGINT)";

// Saves walks that were loaded before; one whose rev has moved is left alone.  ?1 rows
pub(crate) const UPDATE: &str = "
UPDATE enrollment SET
  version = now.value->>4, state = now.value->>6, step = now.value->>7,
  arrived_at = CAST(now.value->>8 AS BIGINT), wake_at = CAST(now.value->>9 AS BIGINT),
  ended_at = CAST(now.value->>11 AS BIGINT),
  reason = now.value->>12, goal_until = CAST(now.value->>13 AS BIGINT), walk = now.value->14,
  rev = rev + 1
FROM jsonb_each(?1) AS now
WHERE enrollment.slot = CAST(now.value->>0 AS BIGINT) AND enrollment.id = now.value->>1
  AND enrollment.rev = CAST(now.value->>15 AS BIGINT)";

// New walks; their rev becomes 1.  ?1 rows
const INSERT: &str = "
INSERT INTO enrollment (slot, id, customer, workflow, version, key, state, step, arrived_at, wake_at, entered_at,
                        ended_at, reason, goal_until, walk, rev)
SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4,
       value->>5,
       value->>6, value->>7, CAST(value->>8 AS BIGINT), CAST(value->>9 AS BIGINT),
       CAST(value->>10 AS BIGINT),
       CAST(value->>11 AS BIGINT), value->>12, CAST(value->>13 AS BIGINT), value->14, 1
FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING";

// Which new walks met another that is active.  ?1 rows
const MET: &str = "
SELECT now.value->>1 FROM jsonb_each(?1) AS now
CROSS JOIN enrollment AS e
WHERE e.slot = CAST(now.value->>0 AS BIGINT) AND e.customer = now.value->>2
AND e.state <> 'ended' AND e.workflow = now.value->>3 AND e.key = now.value->>5
  AND now.value->>6 <> 'ended' AND e.id <> now.value->>1";

// Walks that go on now; those of paused workflows are held (engine/wake, each turn).  ?1 now  ?2 most rows
// ?3 parts of the slots
macro_rules! due {
    ($order:literal) => {
        concat!(
            "SELECT e.wake_at, e.customer, e.id, e.workflow FROM enrollment AS e
             WHERE e.state <> 'ended' AND e.wake_at <= ?1
               AND substr(?3, CAST(e.slot / 64 AS INTEGER) + 1, 1) = '1'
               AND e.workflow NOT IN (SELECT id FROM workflow WHERE state = 'paused')
               AND (e.slot, e.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1)
             ORDER BY ",
            $order,
            " LIMIT ?2"
        )
    };
}
pub(crate) const DUE: &str = due!("e.wake_at, e.customer, e.id");
pub(crate) const DUE_BY_SLOT: &str = due!("e.wake_at, e.slot, e.id");

// When the next walk goes on (clock, --until-idle).
pub(crate) const NEXT: &str = "
SELECT e.wake_at FROM enrollment AS e
WHERE e.state <> 'ended' AND e.wake_at IS NOT NULL AND e.workflow NOT IN (SELECT id FROM workflow WHERE state = 'paused')
  AND (e.slot, e.customer) NOT IN (SELECT a.slot, a.customer FROM aside AS a WHERE a.held = 1)
ORDER BY e.wake_at LIMIT 1";

// Where people stand (console, summaries).  ?1 workflow, or NULL for all
const PLACES: &str = "
SELECT workflow, state, step, count(*) FROM enrollment
WHERE ?1 IS NULL OR workflow = ?1
GROUP BY workflow, state, step ORDER BY workflow, state, step";

// Who stands at a place, a page at a time (console).  ?1 workflow  ?2 state  ?3 step  ?4 ?5 after this row  ?6 rows
pub(crate) const AT: &str = columns!(
    "SELECT e.slot,",
    "FROM enrollment AS e
     WHERE e.workflow = ?1 AND e.state = ?2 AND e.step IS NOT DISTINCT FROM ?3 AND (e.slot, e.id) > (?4, ?5)
     ORDER BY e.slot, e.id LIMIT ?6"
);

// A page of those who are in a workflow and may be seen (API).  ?1 workflow  ?2 slot and ?3 id behind which it begins
// ?4 1: whoever owns them  ?5 [[rep], …]  ?6 rows
const PAGE: &str = columns!(
    "SELECT e.slot,",
    "FROM enrollment AS e
     WHERE e.workflow = ?1 AND e.state IN ('ready', 'waiting') AND (e.slot, e.id) > (?2, ?3)
       AND (?4 = 1 OR EXISTS (SELECT 1 FROM customer AS c WHERE c.slot = e.slot AND c.id = e.customer AND ",
    owned!("?5"),
    "))
     ORDER BY e.slot, e.id LIMIT ?6"
);

// How many of them stand where.  ?1 workflow  ?2 1: whoever owns them  ?3 [[rep], …]
const STEPS: &str = concat!(
    "
SELECT coalesce(e.step, ''), count(*) FROM enrollment AS e
WHERE e.workflow = ?1 AND e.state IN ('ready', 'waiting')
  AND (?2 = 1 OR EXISTS (SELECT 1 FROM customer AS c WHERE c.slot = e.slot AND c.id = e.customer AND ",
    owned!("?3"),
    "))
GROUP BY e.step ORDER BY e.step"
);

// Everybody who is in a workflow (retire).  ?1 workflow
const ACTIVE: &str = "
SELECT customer, id FROM enrollment WHERE workflow = ?1 AND state IN ('ready', 'waiting') ORDER BY customer, id";

// Every walk of one customer (console, why).  ?1 slot  ?2 customer
const OF_CUSTOMER: &str = columns!(
    "SELECT 0,",
    "FROM enrollment AS e WHERE e.slot = ?1 AND e.customer = ?2 ORDER BY e.entered_at, e.id"
);

/// slot, id, customer, workflow, version, key, state, step, arrived at, wake at, entered at, ended at, reason,
/// goal until, walk, rev.
type Row<'a> = (
    u16,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'static str,
    Option<&'a str>,
    Option<i64>,
    Option<i64>,
    i64,
    Option<i64>,
    Option<&'a str>,
    Option<i64>,
    &'a Walk,
    i64,
);

fn row(enrollment: &Enrollment) -> Row<'_> {
    let (state, step, arrived_at, wake_at, ended_at, reason) = match &enrollment.state {
        WalkState::Ready { step, since } => ("ready", Some(step), Some(*since), Some(*since), None, None),
        WalkState::Waiting { step, since, wake_at } => {
            ("waiting", Some(step), Some(*since), Some(*wake_at), None, None)
        }
        WalkState::Ended { at, reason } => ("ended", None, None, None, Some(*at), Some(reason)),
    };
    (
        enrollment.customer.slot(),
        enrollment.id.as_str(),
        enrollment.customer.as_str(),
        enrollment.workflow.as_str(),
        enrollment.version.as_str(),
        &enrollment.key,
        state,
        step.map(StepId::as_str),
        millis_of(arrived_at),
        millis_of(wake_at),
        millis(enrollment.entered_at),
        millis_of(ended_at),
        reason.map(String::as_str),
        millis_of(enrollment.goal_until),
        &enrollment.walk,
        enrollment.rev,
    )
}

fn read(row: &sql::Row) -> Result<(i64, Enrollment), StoreError> {
    let tried = |source| StoreError::Query { tried: "read an enrollment", ids: no_ids(), source };
    let id: String = row.try_get(1).map_err(tried)?;
    let at = |ms| instant("enrollment", &id, ms);
    let missing = |what: &str| StoreError::corrupt("enrollment", &id, format_args!("no {what}"));
    let optional = |column: usize| row.try_get::<Option<i64>>(column).map_err(tried);
    let step = || -> Result<StepId, StoreError> {
        let step: Option<String> = row.try_get(7).map_err(tried)?;
        Ok(StepId::from(step.ok_or_else(|| missing("step"))?))
    };
    let since = || at(optional(8)?.ok_or_else(|| missing("arrived_at"))?);
    let wake_at = || at(optional(9)?.ok_or_else(|| missing("wake_at"))?);
    let word: &str = row.try_get(6).map_err(tried)?;
    let state = match word {
        // A ready walk's wake_at is the instant since when it is ready.
        "ready" => WalkState::Ready { step: step()?, since: wake_at()? },
        "waiting" => WalkState::Waiting { step: step()?, since: since()?, wake_at: wake_at()? },
        "ended" => WalkState::Ended {
            at: at(optional(11)?.ok_or_else(|| missing("ended_at"))?)?,
            reason: row.try_get::<Option<String>>(12).map_err(tried)?.unwrap_or_default(),
        },
        other => return Err(StoreError::corrupt("enrollment", &id, format_args!("the state `{other}`"))),
    };
    let walk: &str = row.try_get(14).map_err(tried)?;
    let walk = serde_json::from_str(walk).map_err(|error| StoreError::corrupt("enrollment", &id, error))?;
    let enrollment = Enrollment {
        workflow: WorkflowId::from(row.try_get::<String>(3).map_err(tried)?),
        version: VersionId::from(row.try_get::<String>(4).map_err(tried)?),
        customer: CustomerId::from(row.try_get::<String>(2).map_err(tried)?),
        key: row.try_get(5).map_err(tried)?,
        entered_at: at(row.try_get(10).map_err(tried)?)?,
        state,
        walk,
        goal_until: instant_of("enrollment", &id, optional(13)?)?,
        rev: row.try_get(15).map_err(tried)?,
        id: EnrollmentId::from(id),
    };
    Ok((row.try_get(0).map_err(tried)?, enrollment))
}

/// Walks of a batch that are active or whose goal still counts after `now`, each with its customer's place.
pub(crate) async fn of_batch(
    conn: &mut Connection,
    wanted: &str,
    ids: &[CustomerId],
    now: Timestamp,
) -> Result<Vec<(usize, Enrollment)>, StoreError> {
    let rows = sql::query(LOAD)
        .bind(wanted)
        .bind(millis(now))
        .fetch_all(conn)
        .await
        .tried("load enrollments", || some(ids))?;
    rows.iter()
        .map(|row| read(row).map(|(place, walk)| (usize::try_from(place).unwrap_or(usize::MAX), walk)))
        .collect()
}

/// Saves walks: a rev of 0 is a new one, any other must still be the database's, which then counts one more.
/// What ends is written before what begins, so that a walk may end and its successor start in one turn.
///
/// Errors: [`StoreError::Stale`], [`StoreError::AlreadyActive`]; the transaction must then be dropped.
pub async fn save(conn: &mut Connection, enrollments: &[&Enrollment]) -> Result<(), StoreError> {
    let (new, known): (Vec<&Enrollment>, Vec<&Enrollment>) =
        enrollments.iter().partition(|enrollment| enrollment.rev == 0);
    if !known.is_empty() {
        let rows = batch("enrollment", &known.iter().map(|walk| row(walk)).collect::<Vec<_>>())?;
        let ids = || some(known.iter().map(|walk| &walk.id));
        let stale: Vec<String> = sql::query_scalar(STALE)
            .bind(&rows)
            .fetch_all(&mut *conn)
            .await
            .tried("look for stale enrollments", ids)?;
        if !stale.is_empty() {
            return Err(StoreError::Stale {
                enrollments: stale.into_iter().map(EnrollmentId::from).collect(),
            });
        }
        let done = sql::query(UPDATE).bind(&rows).execute(&mut *conn).await.tried("save enrollments", ids)?;
        if usize::try_from(done.rows_affected()) != Ok(known.len()) {
            return Err(StoreError::Stale {
                enrollments: known.iter().map(|walk| walk.id.clone()).collect(),
            });
        }
    }
    if !new.is_empty() {
        let rows = batch("enrollment", &new.iter().map(|walk| row(walk)).collect::<Vec<_>>())?;
        let ids = || some(new.iter().map(|walk| &walk.id));
        let done = sql::query(INSERT).bind(&rows).execute(&mut *conn).await.tried("enroll", ids)?;
        if usize::try_from(done.rows_affected()) != Ok(new.len()) {
            let met: Vec<String> =
                sql::query_scalar(MET).bind(&rows).fetch_all(conn).await.tried("enroll", ids)?;
            // Where none met another, some were there already under their own ids: the turn was saved before.
            let enrollments = if met.is_empty() {
                new.iter().map(|walk| walk.id.clone()).collect()
            } else {
                met.into_iter().map(EnrollmentId::from).collect()
            };
            return Err(StoreError::AlreadyActive { enrollments });
        }
    }
    Ok(())
}

/// A walk that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueWalk {
    /// Since when.
    pub wake_at: Timestamp,
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub enrollment: EnrollmentId,
    /// Through which workflow.
    pub workflow: WorkflowId,
}

/// Walks that are ready or whose wait is over, in the order (wake_at, customer). Those of paused workflows
/// are held. Of many that are due at one instant it looks at all, to sort them: see [`due_by_slot`].
pub async fn due(conn: &mut Connection, now: Timestamp, limit: u32) -> Result<Vec<DueWalk>, StoreError> {
    due_in_order(conn, DUE, now, limit).await
}

/// The same in the order (wake_at, slot, enrollment), which is that of the index and of the rows: nothing is
/// sorted, and a batch of many that are due at one instant touches few pages.
pub async fn due_by_slot(
    conn: &mut Connection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueWalk>, StoreError> {
    due_in_order(conn, DUE_BY_SLOT, now, limit).await
}

async fn due_in_order(
    conn: &mut Connection,
    statement: &'static str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueWalk>, StoreError> {
    let rows: Vec<(i64, String, String, String)> = sql::query_as(statement)
        .bind(millis(now))
        .bind(i64::from(limit))
        .bind(conn.parts.to_string())
        .fetch_all(conn)
        .await
        .tried("look for due enrollments", no_ids)?;
    rows.into_iter()
        .map(|(wake_at, customer, enrollment, workflow)| {
            Ok(DueWalk {
                wake_at: instant("enrollment", &enrollment, wake_at)?,
                customer: customer.into(),
                enrollment: enrollment.into(),
                workflow: workflow.into(),
            })
        })
        .collect()
}

/// When the next walk goes on; `None`: nobody walks.
pub async fn next_at(conn: &mut Connection) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> =
        sql::query_scalar(NEXT).fetch_optional(conn).await.tried("look for the next enrollment", no_ids)?;
    instant_of("enrollment", "the next", at)
}

/// How many stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In which workflow.
    pub workflow: WorkflowId,
    /// `ready`, `waiting` or `ended`.
    pub state: String,
    /// At which step; `None`: ended.
    pub step: Option<StepId>,
    /// How many.
    pub count: i64,
}

/// Counts people by workflow, state and step; of one workflow, or of all.
pub async fn standing(
    conn: &mut Connection,
    workflow: Option<&WorkflowId>,
) -> Result<Vec<Standing>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = sql::query_as(PLACES)
        .bind(workflow.map(WorkflowId::as_str))
        .fetch_all(conn)
        .await
        .tried("count enrollments", no_ids)?;
    Ok(rows
        .into_iter()
        .map(|(workflow, state, step, count)| Standing {
            workflow: workflow.into(),
            state,
            step: step.map(StepId::from),
            count,
        })
        .collect())
}

/// Where a page of people ends, and the next one begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The slot of the last one.
    pub slot: i64,
    /// Its id.
    pub id: String,
}

/// The people at a place, a page at a time, with the cursor of the next page; `None`: that was all.
pub async fn people(
    conn: &mut Connection,
    workflow: &WorkflowId,
    state: &str,
    step: Option<&StepId>,
    after: &Cursor,
    limit: u32,
) -> Result<(Vec<Enrollment>, Option<Cursor>), StoreError> {
    let rows = sql::query(AT)
        .bind(workflow.as_str())
        .bind(state)
        .bind(step.map(StepId::as_str))
        .bind(after.slot)
        .bind(&after.id)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list enrollments", || workflow.to_string())?;
    paged(&rows, limit)
}

/// A page of the active walks of a workflow whose customers may be seen, with the cursor of the next page; `None`: that
/// was all.
pub async fn page(
    conn: &mut Connection,
    workflow: &WorkflowId,
    owners: Owners<'_>,
    after: &Cursor,
    limit: u32,
) -> Result<(Vec<Enrollment>, Option<Cursor>), StoreError> {
    let (reps, all) = listing::bound(owners)?;
    let rows = sql::query(PAGE)
        .bind(workflow.as_str())
        .bind(after.slot)
        .bind(&after.id)
        .bind(all)
        .bind(reps)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("list enrollments", || workflow.to_string())?;
    paged(&rows, limit)
}

fn paged(rows: &[sql::Row], limit: u32) -> Result<(Vec<Enrollment>, Option<Cursor>), StoreError> {
    let page = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let full = page.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next =
        page.last().filter(|_| full).map(|(slot, last)| Cursor { slot: *slot, id: last.id.to_string() });
    Ok((page.into_iter().map(|(_, enrollment)| enrollment).collect(), next))
}

/// How many active walks of a workflow whose customers may be seen stand at each step.
pub async fn steps(
    conn: &mut Connection,
    workflow: &WorkflowId,
    owners: Owners<'_>,
) -> Result<Vec<(StepId, i64)>, StoreError> {
    let (reps, all) = listing::bound(owners)?;
    let rows: Vec<(String, i64)> = sql::query_as(STEPS)
        .bind(workflow.as_str())
        .bind(all)
        .bind(reps)
        .fetch_all(conn)
        .await
        .tried("count who is where", || workflow.to_string())?;
    Ok(rows.into_iter().map(|(step, count)| (StepId::from(step), count)).collect())
}

/// The active walks of a workflow, by customer.
pub async fn active(
    conn: &mut Connection,
    workflow: &WorkflowId,
) -> Result<Vec<(CustomerId, EnrollmentId)>, StoreError> {
    let rows: Vec<(String, String)> = sql::query_as(ACTIVE)
        .bind(workflow.as_str())
        .fetch_all(conn)
        .await
        .tried("list who is in a workflow", || workflow.to_string())?;
    Ok(rows.into_iter().map(|(customer, id)| (customer.into(), id.into())).collect())
}

/// Every walk of a customer, the oldest first.
pub async fn of_customer(
    conn: &mut Connection,
    customer: &CustomerId,
) -> Result<Vec<Enrollment>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_all(conn)
        .await
        .tried("load a customer's enrollments", || customer.to_string())?;
    rows.iter().map(|row| read(row).map(|(_, walk)| walk)).collect()
}
