//! Traces: every decision with its reason, numbered per customer and instant, read by `why` and the console.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{batch, instant, instant_of, millis, millis_of, spread};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use jiff::tz::Offset;
use model::{CustomerId, Did, EnrollmentId, Outcome, StepId, TraceLine, VersionId, WorkflowId};
use std::collections::{BTreeMap, BTreeSet};

// How many lines there are of some customers at some instants, where there are any (each save).
// ?1 [[slot, customer, at], …]
pub(crate) const NUMBERED: &str = "
SELECT want.key, max(t.number) FROM jsonb_each(?1) AS want
CROSS JOIN trace AS t
WHERE t.slot = CAST(want.value->>0 AS BIGINT) AND t.customer = want.value->>1
  AND t.at = CAST(want.value->>2 AS BIGINT)
GROUP BY want.key";

// Appends lines (snapshot.rs, each save).  ?1 [[slot, customer, …], …] in the order of `rows`
pub(crate) const APPEND: &str = "
INSERT INTO trace (slot, customer, at, number, \"offset\", workflow, version, enrollment, step, did, what, outcome, until,
                   until_offset, reason, line)
SELECT CAST(value->>0 AS BIGINT), value->>1, CAST(value->>2 AS BIGINT), CAST(value->>3 AS BIGINT),
       CAST(value->>4 AS BIGINT), value->>5, value->>6, value->>7, value->>8,
       value->>9,
       value->>10, value->>11, CAST(value->>12 AS BIGINT), CAST(value->>13 AS BIGINT),
       value->>14, value->15
FROM jsonb_each(?1) WHERE true";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.at, t.offset, t.customer, t.workflow, t.version, t.enrollment, t.step, t.did, t.what, t.outcome,
                    t.until, t.reason, t.line, t.until_offset FROM trace AS t ",
            $rest
        )
    };
}

// One customer's lines (why, console).  ?1 slot  ?2 customer  ?3 workflow, or NULL for all
pub(crate) const OF_CUSTOMER: &str = select!(
    "WHERE t.slot = ?1 AND t.customer = ?2 AND (?3 IS NULL OR t.workflow = ?3) ORDER BY t.at, t.number"
);

// A page of one customer's lines, the latest first (API).  ?1 slot  ?2 customer  ?3 workflow, '' for all
// ?4 before this instant  ?5 … and this number  ?6 rows
const PAGE: &str = "SELECT t.at, t.offset, t.customer, t.workflow, t.version, t.enrollment, t.step, t.did, t.what, t.outcome,
       t.until, t.reason, t.line, t.until_offset, t.number FROM trace AS t
WHERE t.slot = ?1 AND t.customer = ?2 AND (?3 = '' OR t.workflow = ?3) AND (t.at < ?4 OR (t.at = ?4 AND t.number < ?5))
ORDER BY t.at DESC, t.number DESC LIMIT ?6";

// Everybody's lines in one order (run --clock --json, simulate's comparison).  ?1 from  ?2 to
const EVERY: &str = select!("WHERE t.at >= ?1 AND t.at < ?2 ORDER BY t.at, t.customer, t.number");

// A workflow's latest lines (console).  ?1 workflow  ?2 before  ?3 rows
pub(crate) const RECENT: &str = select!(
    "WHERE t.workflow = ?1 AND t.at < ?2 ORDER BY t.at DESC, t.customer DESC, t.number DESC LIMIT ?3"
);

// How decisions went, by kind and reason (summaries).  ?1 from  ?2 to
const COUNTS: &str = "
SELECT t.workflow, t.did, t.outcome, t.reason, count(*), sum(CASE WHEN t.line->'holdout' = 'true' THEN 1 ELSE 0 END)
FROM trace AS t WHERE t.at >= ?1 AND t.at < ?2
GROUP BY t.workflow, t.did, t.outcome, t.reason ORDER BY t.workflow, t.did, t.outcome, t.reason";

/// Appends lines, in their order: numbered on from those that their customers have at the same instants.
pub async fn append(conn: &mut Connection, lines: &[&TraceLine]) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let instants: BTreeSet<(&CustomerId, i64)> =
        lines.iter().map(|line| (&line.customer, millis(line.at))).collect();
    let wanted: Vec<_> =
        instants.iter().map(|(customer, at)| (customer.slot(), customer.as_str(), at)).collect();
    let known: Vec<(i64, i64)> = sql::query_as(NUMBERED)
        .bind(spread("trace", &wanted)?)
        .fetch_all(&mut *conn)
        .await
        .tried("number traces", || some(lines.iter().map(|line| &line.customer)))?;
    let known: BTreeMap<i64, i64> = known.into_iter().collect();
    let mut numbers: BTreeMap<(&CustomerId, i64), i64> = BTreeMap::new();
    for (place, instant) in (0..).zip(instants) {
        numbers.insert(instant, known.get(&place).map_or(0, |last| last + 1));
    }
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let at = millis(line.at);
        let next = numbers.entry((&line.customer, at)).or_default();
        rows.push((
            line.customer.slot(),
            line.customer.as_str(),
            at,
            *next,
            line.offset.seconds(),
            line.workflow.as_str(),
            line.version.as_str(),
            line.enrollment.as_ref().map(EnrollmentId::as_str),
            line.step.as_ref().map(StepId::as_str),
            line.did.as_str(),
            &line.what,
            line.outcome.as_str(),
            millis_of(line.until),
            (line.until_offset != line.offset).then(|| line.until_offset.seconds()),
            line.reason.as_deref(),
            &line.values,
        ));
        *next += 1;
    }
    sql::query(APPEND)
        .bind(batch("trace", &rows)?)
        .execute(conn)
        .await
        .tried("append traces", || some(lines.iter().map(|line| &line.customer)))?;
    Ok(())
}

fn read(row: &sql::Row) -> Result<TraceLine, StoreError> {
    let tried = |source| StoreError::Query { tried: "read a trace", ids: no_ids(), source };
    let customer: String = row.try_get(2).map_err(tried)?;
    let corrupt = |what: &dyn std::fmt::Display| StoreError::corrupt("trace", &customer, what);
    let offset: i32 = row.try_get(1).map_err(tried)?;
    let until_offset: Option<i32> = row.try_get(13).map_err(tried)?;
    let (did, outcome): (&str, &str) = (row.try_get(7).map_err(tried)?, row.try_get(9).map_err(tried)?);
    let values: &str = row.try_get(12).map_err(tried)?;
    Ok(TraceLine {
        at: instant("trace", &customer, row.try_get(0).map_err(tried)?)?,
        offset: Offset::from_seconds(offset).map_err(|error| corrupt(&error))?,
        workflow: WorkflowId::from(row.try_get::<String>(3).map_err(tried)?),
        version: VersionId::from(row.try_get::<String>(4).map_err(tried)?),
        enrollment: row.try_get::<Option<String>>(5).map_err(tried)?.map(EnrollmentId::from),
        step: row.try_get::<Option<String>>(6).map_err(tried)?.map(StepId::from),
        did: Did::from_word(did).ok_or_else(|| corrupt(&format_args!("did `{did}`")))?,
        what: row.try_get(8).map_err(tried)?,
        outcome: Outcome::from_word(outcome)
            .ok_or_else(|| corrupt(&format_args!("the outcome `{outcome}`")))?,
        until: instant_of("trace", &customer, row.try_get(10).map_err(tried)?)?,
        until_offset: Offset::from_seconds(until_offset.unwrap_or(offset))
            .map_err(|error| corrupt(&error))?,
        reason: row.try_get(11).map_err(tried)?,
        values: serde_json::from_str(values).map_err(|error| corrupt(&error))?,
        customer: CustomerId::from(customer),
    })
}

/// One customer's lines, in their order; of one workflow, or of all.
pub async fn of_customer(
    conn: &mut Connection,
    customer: &CustomerId,
    workflow: Option<&WorkflowId>,
) -> Result<Vec<TraceLine>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(workflow.map(WorkflowId::as_str))
        .fetch_all(conn)
        .await
        .tried("load traces", || customer.to_string())?;
    rows.iter().map(read).collect()
}

/// A page of one customer's lines before (instant, number), the latest first, each with its number.
pub async fn page(
    conn: &mut Connection,
    customer: &CustomerId,
    workflow: Option<&WorkflowId>,
    before: Option<(Timestamp, i64)>,
    limit: u32,
) -> Result<Vec<(i64, TraceLine)>, StoreError> {
    let (at, number) = before.map_or((i64::MAX, 0), |(at, number)| (millis(at), number));
    let rows = sql::query(PAGE)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .bind(workflow.map_or("", WorkflowId::as_str))
        .bind(at)
        .bind(number)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("load traces", || customer.to_string())?;
    let tried = |source| StoreError::Query { tried: "read a trace", ids: no_ids(), source };
    rows.iter().map(|row| Ok((row.try_get::<i64>(14).map_err(tried)?, read(row)?))).collect()
}

/// Everybody's lines in `[from, to)`, in the order (at, customer, number), one after the other: `each` sees
/// them as they are read, and none is kept.
pub async fn each(
    conn: &mut Connection,
    from: Timestamp,
    to: Timestamp,
    mut each: impl FnMut(TraceLine),
) -> Result<(), StoreError> {
    let mut rows = sql::query(EVERY).bind(millis(from)).bind(millis(to)).fetch(conn);
    while let Some(row) = rows.try_next().await.tried("read traces", no_ids)? {
        each(read(&row)?);
    }
    Ok(())
}

/// A workflow's lines before an instant, the latest first.
pub async fn recent(
    conn: &mut Connection,
    workflow: &WorkflowId,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<TraceLine>, StoreError> {
    let rows = sql::query(RECENT)
        .bind(workflow.as_str())
        .bind(millis(before))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        .tried("load a workflow's traces", || workflow.to_string())?;
    rows.iter().map(read).collect()
}

/// How often decisions of one kind went one way for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// In which workflow.
    pub workflow: WorkflowId,
    /// What kind of thing.
    pub did: Did,
    /// How it went.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// How often.
    pub count: i64,
    /// How many of them with `values.holdout: true`.
    pub held_out: i64,
}

/// Counts the lines in `[from, to)` by workflow, kind, outcome and reason. Reads every line of that time.
pub async fn counts(conn: &mut Connection, from: Timestamp, to: Timestamp) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(String, String, String, Option<String>, i64, Option<i64>)> = sql::query_as(COUNTS)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(conn)
        .await
        .tried("count traces", no_ids)?;
    rows.into_iter()
        .map(|(workflow, did, outcome, reason, count, held_out)| {
            let corrupt = |what: String| StoreError::corrupt("trace", &workflow, what);
            Ok(Count {
                did: Did::from_word(&did).ok_or_else(|| corrupt(format!("did `{did}`")))?,
                outcome: Outcome::from_word(&outcome)
                    .ok_or_else(|| corrupt(format!("the outcome `{outcome}`")))?,
                reason,
                count,
                held_out: held_out.unwrap_or(0),
                workflow: WorkflowId::from(workflow),
            })
        })
        .collect()
}
