//! Contests: splits whose arms compete. Counts are added up, so that several workers count together.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids, some};
use crate::sql;
use crate::stored::{instant, millis, spread};
use jiff::Timestamp;
use model::{Ballot, Contest, ContestKey, StepId, Tally, WorkflowId};
use std::collections::BTreeMap;

const ALL: &str = "
SELECT c.workflow, c.split, c.started_at, c.winner, c.decided_at, a.arm, a.people, a.reached
FROM contest AS c LEFT JOIN contest_arm AS a ON a.workflow = c.workflow AND a.split = c.split
ORDER BY c.workflow, c.split, a.arm";

// ?1 [[workflow, split, at], …], one row a contest
const BEGIN: &str = "
INSERT INTO contest (workflow, split, started_at)
SELECT value->>0, value->>1, CAST(value->>2 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (workflow, split) DO UPDATE SET started_at = coalesce(contest.started_at, excluded.started_at)";

// ?1 [[workflow, split, arm, people, reached], …], one row an arm
const COUNT: &str = "
INSERT INTO contest_arm (workflow, split, arm, people, reached)
SELECT value->>0, value->>1, value->>2, CAST(value->>3 AS BIGINT),
       CAST(value->>4 AS BIGINT) FROM jsonb_each(?1) WHERE true
ON CONFLICT (workflow, split, arm)
DO UPDATE SET people = contest_arm.people + excluded.people, reached = contest_arm.reached + excluded.reached";

// The first decision stands.  ?1 workflow  ?2 split  ?3 winner  ?4 at
const DECIDE: &str = "
UPDATE contest SET winner = ?3, decided_at = ?4 WHERE workflow = ?1 AND split = ?2 AND winner IS NULL";

// Who waits at the split goes on.  ?1 workflow  ?2 step  ?3 now
const WAKE: &str = "
UPDATE enrollment SET wake_at = ?3
WHERE workflow = ?1 AND state = 'waiting' AND step = ?2 AND wake_at > ?3";

/// Every contest that has begun.
pub async fn all(conn: &mut Connection) -> Result<BTreeMap<ContestKey, Contest>, StoreError> {
    type Row =
        (String, String, Option<i64>, Option<String>, Option<i64>, Option<String>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = sql::query_as(ALL).fetch_all(conn).await.tried("load contests", no_ids)?;
    let mut all: BTreeMap<ContestKey, Contest> = BTreeMap::new();
    for (workflow, split, started_at, winner, decided_at, arm, people, reached) in rows {
        let at = |ms: Option<i64>| ms.map(|ms| instant("contest", &split, ms)).transpose();
        let (started_at, decided_at) = (at(started_at)?, at(decided_at)?);
        let contest = all.entry((WorkflowId::from(workflow), split)).or_default();
        contest.started_at = started_at;
        contest.decided = winner.zip(decided_at);
        if let Some(arm) = arm {
            let tally = Tally { people: people.unwrap_or(0), reached: reached.unwrap_or(0) };
            contest.arms.insert(arm, tally);
        }
    }
    Ok(all)
}

/// Adds what a batch counted.
pub async fn count(conn: &mut Connection, ballots: &[&Ballot]) -> Result<(), StoreError> {
    if ballots.is_empty() {
        return Ok(());
    }
    let mut begun: BTreeMap<(&str, &str), Timestamp> = BTreeMap::new();
    let mut arms: BTreeMap<(&str, &str, &str), (i64, i64)> = BTreeMap::new();
    for ballot in ballots {
        let (workflow, split) = (ballot.contest.0.as_str(), ballot.contest.1.as_str());
        let first = begun.entry((workflow, split)).or_insert(ballot.at);
        *first = ballot.at.min(*first);
        let (people, reached) = arms.entry((workflow, split, &ballot.arm)).or_default();
        if ballot.reached { *reached += 1 } else { *people += 1 }
    }
    let begun: Vec<_> =
        begun.into_iter().map(|((workflow, split), at)| (workflow, split, millis(at))).collect();
    let arms: Vec<_> = arms
        .into_iter()
        .map(|((workflow, split, arm), (people, reached))| (workflow, split, arm, people, reached))
        .collect();
    let ids = || some(ballots.iter().map(|ballot| &ballot.contest.0));
    sql::query(BEGIN).bind(spread("contest", &begun)?).execute(&mut *conn).await.tried("begin", ids)?;
    sql::query(COUNT).bind(spread("contest_arm", &arms)?).execute(conn).await.tried("count arms", ids)?;
    Ok(())
}

/// Decides a contest and wakes who waits at its step. A decision that was there before stands.
pub async fn decide(
    conn: &mut Connection,
    contest: &ContestKey,
    (winner, at): (&str, Timestamp),
    step: Option<&StepId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (workflow, split) = contest;
    let ids = || format!("{workflow}/{split}");
    sql::query(DECIDE)
        .bind(workflow.as_str())
        .bind(split)
        .bind(winner)
        .bind(millis(at))
        .execute(&mut *conn)
        .await
        .tried("decide a contest", ids)?;
    if let Some(step) = step {
        sql::query(WAKE)
            .bind(workflow.as_str())
            .bind(step.as_str())
            .bind(millis(now))
            .execute(conn)
            .await
            .tried("wake who waits for a winner", ids)?;
    }
    Ok(())
}
