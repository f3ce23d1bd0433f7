//! What a workflow brought: people by arm with their conversions, and what became of them at each step.
//! Counted from the trace in whole sets, for those who entered in a time.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::millis;
use jiff::Timestamp;
use model::WorkflowId;
use std::collections::BTreeMap;

/// Those who entered, each once, and what they brought since.  ?1 workflow  ?2 entered from  ?3 to
macro_rules! counted {
    ($select:literal) => {
        concat!(
            "WITH entered AS (
  SELECT t.slot, t.customer, min(t.at) AS since, max(CASE WHEN t.line->>'holdout' IS NULL THEN 0 ELSE 1 END) AS held
  FROM trace AS t WHERE t.workflow = ?1 AND t.at >= ?2 AND t.at < ?3 AND t.outcome = 'entered'
  GROUP BY t.slot, t.customer
), reached AS (
  SELECT t.slot, t.customer, count(*) AS times, sum(coalesce(CAST(t.line->>'value' AS DOUBLE PRECISION), 0)) AS value
  FROM trace AS t JOIN entered AS e ON e.slot = t.slot AND e.customer = t.customer AND t.at >= e.since
  WHERE t.workflow = ?1 AND t.at >= ?2 AND t.did = 'goal'
  GROUP BY t.slot, t.customer
)
",
            $select
        )
    };
}

// By whether they were left alone.
const WHOLE: &str = counted!(
    "SELECT NULL, NULL, e.held, count(*), count(r.customer),
       CAST(coalesce(sum(r.times), 0) AS BIGINT), coalesce(sum(r.value), 0.0)
FROM entered AS e LEFT JOIN reached AS r ON r.slot = e.slot AND r.customer = e.customer
GROUP BY e.held"
);

// By the arms they drew.
const ARMS: &str = counted!(
    "SELECT d.split, d.arm, e.held, count(*), count(r.customer),
       CAST(coalesce(sum(r.times), 0) AS BIGINT), coalesce(sum(r.value), 0.0)
FROM entered AS e
JOIN draw AS d ON d.slot = e.slot AND d.customer = e.customer AND d.workflow = ?1 AND d.split <> 'holdout'
LEFT JOIN reached AS r ON r.slot = e.slot AND r.customer = e.customer
GROUP BY d.split, d.arm, e.held"
);

// People who came to each step, and those for whom it was done.
const STEPS: &str = counted!(
    "SELECT t.step, count(DISTINCT t.customer), count(DISTINCT CASE WHEN t.outcome = 'done' THEN t.customer END)
FROM trace AS t JOIN entered AS e ON e.slot = t.slot AND e.customer = t.customer AND t.at >= e.since
WHERE t.workflow = ?1 AND t.at >= ?2 AND t.step IS NOT NULL AND e.held = 0
GROUP BY t.step"
);

// Why steps were left out, entries refused, and walks over: in people.
const REASONS: &str = "
SELECT t.outcome, t.step, coalesce(t.reason, ''), count(DISTINCT t.customer)
FROM trace AS t
WHERE t.workflow = ?1 AND t.at >= ?2 AND (t.outcome IN ('skipped', 'exited') OR (t.outcome = 'refused' AND t.did = 'enroll'))
GROUP BY t.outcome, t.step, t.reason";

/// Some people, and how many of them reached the goal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// The split that parted them; `None`: all who entered.
    pub split: Option<String>,
    /// The arm they drew.
    pub arm: Option<String>,
    /// Whether they were left alone.
    pub held_out: bool,
    /// How many, each once.
    pub people: i64,
    /// Those who reached the goal, each once.
    pub reached: i64,
    /// How often all of them reached it.
    pub conversions: i64,
    /// What that was worth, in the unit of `goal.value`.
    pub value: f64,
}

/// People at a step; those left alone are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtStep {
    /// Those who came to it.
    pub people: i64,
    /// Those for whom it was done.
    pub done: i64,
    /// Those for whom it was left out, by reason.
    pub skipped: BTreeMap<String, i64>,
}

/// The counts of one workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Those treated and those left alone; then the arms of each split.
    pub groups: Vec<Group>,
    /// By step id.
    pub steps: BTreeMap<String, AtStep>,
    /// Customers whom the workflow refused, by reason.
    pub refused: BTreeMap<String, i64>,
    /// Customers whose walk is over, by reason.
    pub exited: BTreeMap<String, i64>,
}

type Counted = (Option<String>, Option<String>, i64, i64, i64, i64, f64);

/// Counts what became of those who entered in `[from, to)`; goals count whenever they were reached since.
/// Reads every line of the workflow once a statement.
pub async fn of_workflow(
    conn: &mut Connection,
    workflow: &WorkflowId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    for statement in [WHOLE, ARMS] {
        let rows: Vec<Counted> = sql::query_as(statement)
            .bind(workflow.as_str())
            .bind(millis(from))
            .bind(millis(to))
            .fetch_all(&mut *conn)
            .await
            .tried("count conversions", no_ids)?;
        report.groups.extend(rows.into_iter().map(
            |(split, arm, held, people, reached, conversions, value)| Group {
                split,
                arm,
                held_out: held != 0,
                people,
                reached,
                conversions,
                value,
            },
        ));
    }
    let steps: Vec<(String, i64, i64)> = sql::query_as(STEPS)
        .bind(workflow.as_str())
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(&mut *conn)
        .await
        .tried("count steps", no_ids)?;
    for (step, people, done) in steps {
        report.steps.insert(step, AtStep { people, done, skipped: BTreeMap::new() });
    }
    let reasons: Vec<(String, Option<String>, String, i64)> = sql::query_as(REASONS)
        .bind(workflow.as_str())
        .bind(millis(from))
        .fetch_all(conn)
        .await
        .tried("count reasons", no_ids)?;
    for (outcome, step, reason, people) in reasons {
        match (outcome.as_str(), step.and_then(|step| report.steps.get_mut(&step))) {
            // Those left alone are no loss at a step: they are counted beside it.
            ("skipped", Some(at)) if reason != "held_out" => {
                at.skipped.insert(reason, people);
            }
            ("refused", None) => {
                report.refused.insert(reason, people);
            }
            ("exited", None) => {
                report.exited.insert(reason, people);
            }
            (_, _) => {}
        }
    }
    Ok(report)
}
