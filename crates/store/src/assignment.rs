//! Assignments: who was given whom, by which rule, and how much each rep has open.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{instant, millis, spread};
use dsl::library::Model;
use jiff::Timestamp;
use model::{Assignment, CustomerId, EnrollmentId, RepId, StepId, TeamId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

// Appends; `number` goes on where earlier ones of the customer and instant ended.  ?1 rows
const APPEND: &str = "
INSERT INTO assignment (slot, customer, at, number, entity_kind, entity_id, team, rep, former, enrollment, step, rule)
SELECT CAST(value->>'slot' AS BIGINT), value->>'customer', CAST(value->>'at' AS BIGINT),
       CAST(value->>'number' AS BIGINT) + coalesce((SELECT max(a.number) + 1 FROM assignment AS a
         WHERE a.slot = CAST(value->>'slot' AS BIGINT) AND a.customer = value->>'customer'
           AND a.at = CAST(value->>'at' AS BIGINT)), 0),
       value->>'entity_kind', value->>'entity_id', value->>'team', value->>'rep', value->>'former',
       value->>'enrollment', value->>'step', value->>'rule'
FROM jsonb_each(?1) WHERE true";

// ?1 slot  ?2 customer
const OF_CUSTOMER: &str = "
SELECT at, entity_kind, entity_id, team, rep, former, enrollment, step, rule
FROM assignment WHERE slot = ?1 AND customer = ?2 ORDER BY at, number";

// What these reps have open: customers they own, and entities of customers that they own and that are in no end
// stage (engine, where somebody asks for a rep).  ?1 [[rep], …]  ?2 [[kind, end stage], …]
const OPEN: &str = "
SELECT want.value->>0, (SELECT count(*) FROM customer AS c WHERE c.owner = want.value->>0)
  + (SELECT count(*) FROM entity AS e WHERE e.owner = want.value->>0 AND e.customer IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM jsonb_each(?2) AS over WHERE over.value->>0 = e.kind AND over.value->>1 = e.stage))
FROM jsonb_each(?1) AS want";

// How many customers of these companies each rep owns (engine, for `sticky`).  ?1 [[company], …]
const COMPANIES: &str = "
SELECT want.value->>0, c.owner, count(*)
FROM jsonb_each(?1) AS want
CROSS JOIN customer AS c
WHERE c.attributes ->> 'company' = want.value->>0 AND c.owner IS NOT NULL
GROUP BY want.value->>0, c.owner";

// How many each rep was given in a time (per_day).  ?1 from  ?2 to
const GIVEN: &str = "
SELECT rep, count(*) FROM assignment WHERE at >= ?1 AND at < ?2 GROUP BY rep ORDER BY rep";

// ?1 from  ?2 to
const BY_TEAM: &str = "
SELECT team, rep, count(*) FROM assignment WHERE at >= ?1 AND at < ?2 AND team IS NOT NULL
GROUP BY team, rep ORDER BY team, rep";

#[derive(Serialize)]
struct Stored<'a> {
    slot: u16,
    customer: &'a str,
    at: i64,
    number: u32,
    entity_kind: Option<&'a str>,
    entity_id: Option<&'a str>,
    team: Option<&'a str>,
    rep: &'a str,
    former: Option<&'a str>,
    enrollment: Option<&'a str>,
    step: Option<&'a str>,
    rule: &'a str,
}

/// Appends assignments, in their order. Their effect (the owner) is in the customer's or entity's own row.
pub async fn append(conn: &mut Connection, assignments: &[&Assignment]) -> Result<(), StoreError> {
    if assignments.is_empty() {
        return Ok(());
    }
    let mut numbers: BTreeMap<(&str, i64), u32> = BTreeMap::new();
    let mut rows = Vec::with_capacity(assignments.len());
    for given in assignments {
        let at = millis(given.at);
        let next = numbers.entry((given.customer.as_str(), at)).or_insert(0);
        rows.push(Stored {
            slot: given.customer.slot(),
            customer: given.customer.as_str(),
            at,
            number: *next,
            entity_kind: given.entity.as_ref().map(|(kind, _)| kind.as_str()),
            entity_id: given.entity.as_ref().map(|(_, id)| id.as_str()),
            team: given.team.as_ref().map(TeamId::as_str),
            rep: given.rep.as_str(),
            former: given.former.as_ref().map(RepId::as_str),
            enrollment: given.by.as_ref().map(|(enrollment, _)| enrollment.as_str()),
            step: given.by.as_ref().map(|(_, step)| step.as_str()),
            rule: &given.rule,
        });
        *next += 1;
    }
    sql::query(APPEND)
        .bind(spread("assignment", &rows)?)
        .execute(conn)
        .await
        .tried("append assignments", || some(assignments.iter().map(|given| &given.customer)))?;
    Ok(())
}

/// Who was given a customer, or an entity of theirs, the oldest first.
pub async fn of_customer(
    conn: &mut Connection,
    customer: &CustomerId,
) -> Result<Vec<Assignment>, StoreError> {
    let rows = sql::query(OF_CUSTOMER)
        .bind(i64::from(customer.slot()))
        .bind(customer.as_str())
        .fetch_all(conn)
        .await
        .tried("load a customer's assignments", || customer.to_string())?;
    let tried = |source| StoreError::Query { tried: "read an assignment", ids: customer.to_string(), source };
    rows.iter()
        .map(|row| {
            let text = |column: usize| row.try_get::<Option<String>>(column).map_err(tried);
            Ok(Assignment {
                customer: customer.clone(),
                entity: text(1)?.zip(text(2)?),
                team: text(3)?.map(TeamId::from),
                rep: RepId::from(row.try_get::<String>(4).map_err(tried)?),
                former: text(5)?.map(RepId::from),
                at: instant("assignment", customer.as_str(), row.try_get(0).map_err(tried)?)?,
                by: text(6)?.map(EnrollmentId::from).zip(text(7)?.map(StepId::from)),
                rule: row.try_get(8).map_err(tried)?,
            })
        })
        .collect()
}

/// What these reps have open: customers they own, and entities of customers that are theirs and in no end
/// stage of their kind.
pub async fn open(
    conn: &mut Connection,
    model: &Model,
    reps: &BTreeSet<RepId>,
) -> Result<BTreeMap<RepId, i64>, StoreError> {
    let ends: Vec<(&str, &str)> = model
        .entities
        .iter()
        .flat_map(|(kind, declared)| declared.end.iter().map(move |stage| (kind.as_str(), stage.as_str())))
        .collect();
    let wanted: Vec<[&str; 1]> = reps.iter().map(|rep| [rep.as_str()]).collect();
    let rows: Vec<(String, i64)> = sql::query_as(OPEN)
        .bind(spread("assignment", &wanted)?)
        .bind(spread("assignment", &ends)?)
        .fetch_all(conn)
        .await
        .tried("count what reps have open", || some(reps.iter()))?;
    Ok(rows.into_iter().map(|(rep, open)| (RepId::from(rep), open)).collect())
}

/// How many customers of each of these companies each rep owns.
pub async fn companies(
    conn: &mut Connection,
    companies: &BTreeSet<String>,
) -> Result<BTreeMap<String, BTreeMap<RepId, i64>>, StoreError> {
    let wanted: Vec<[&str; 1]> = companies.iter().map(|company| [company.as_str()]).collect();
    let rows: Vec<(String, String, i64)> = sql::query_as(COMPANIES)
        .bind(spread("assignment", &wanted)?)
        .fetch_all(conn)
        .await
        .tried("count who has customers of a company", || some(companies.iter()))?;
    let mut found: BTreeMap<String, BTreeMap<RepId, i64>> = BTreeMap::new();
    for (company, rep, count) in rows {
        found.entry(company).or_default().insert(RepId::from(rep), count);
    }
    Ok(found)
}

/// How many each rep was given in `[from, to)`.
pub async fn given(
    conn: &mut Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<RepId, i64>, StoreError> {
    let rows: Vec<(String, i64)> = sql::query_as(GIVEN)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(conn)
        .await
        .tried("count assignments", no_ids)?;
    Ok(rows.into_iter().map(|(rep, count)| (RepId::from(rep), count)).collect())
}

/// How many each team gave to each of its reps in `[from, to)`.
pub async fn given_by_team(
    conn: &mut Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<(TeamId, RepId), i64>, StoreError> {
    let rows: Vec<(String, String, i64)> = sql::query_as(BY_TEAM)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(conn)
        .await
        .tried("count assignments of teams", no_ids)?;
    Ok(rows.into_iter().map(|(team, rep, count)| ((team.into(), rep.into()), count)).collect())
}
