//! Workflow versions: what was published, which is live, what is paused.

use crate::connection::Connection;
use crate::error::{StoreError, Tried, no_ids};
use crate::sql;
use crate::stored::{instant, millis};
use jiff::Timestamp;
use model::{VersionId, WorkflowId};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT v.workflow, v.version, v.number, v.text, v.path, v.published_at FROM workflow_version AS v ", $rest)
    };
}

// ?1 workflow  ?2 version  ?3 text  ?4 path  ?5 now
const INSERT: &str = "
INSERT INTO workflow_version (workflow, version, number, text, path, published_at)
SELECT ?1, ?2, coalesce((SELECT max(number) FROM workflow_version WHERE workflow = ?1), 0) + 1, ?3, ?4, ?5
WHERE true ON CONFLICT DO NOTHING";

// ?1 workflow  ?2 version
const MAKE_LIVE: &str = "
INSERT INTO workflow (id, version, state) VALUES (?1, ?2, 'live')
ON CONFLICT (id) DO UPDATE SET version = excluded.version,
  state = CASE WHEN workflow.state = 'retired' THEN 'live' ELSE workflow.state END";

// ?1 workflow  ?2 state
const SET_STATE: &str = "UPDATE workflow SET state = ?2 WHERE id = ?1 AND state <> ?2";

// ?1 workflow  ?2 from  ?3 to
const CHANGE_STATE: &str = "UPDATE workflow SET state = ?3 WHERE id = ?1 AND state = ?2";

const CURRENT: &str = "
SELECT v.workflow, v.version, v.number, v.text, v.path, v.published_at, w.state
FROM workflow AS w CROSS JOIN workflow_version AS v
WHERE v.workflow = w.id AND v.version = w.version ORDER BY w.id";

// Versions that somebody still walks in, or whose goal still counts (engine's start).  ?1 now
const WALKED: &str = "
SELECT v.workflow, v.version, v.number, v.text, v.path, v.published_at
FROM workflow_version AS v
WHERE (v.workflow, v.version) IN (SELECT id, version FROM workflow)
   OR (v.workflow, v.version) IN (SELECT workflow, version FROM enrollment
        WHERE state IN ('ready', 'waiting') OR (state = 'ended' AND goal_until IS NOT NULL AND goal_until > ?1))
ORDER BY v.workflow, v.number";

// ?1 workflow  ?2 version
const FIND: &str = select!("WHERE v.workflow = ?1 AND v.version = ?2");
// ?1 workflow
const HISTORY: &str = select!("WHERE v.workflow = ?1 ORDER BY v.number");

/// What a workflow does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkflowState {
    /// It enrolls, and its walks go on.
    Live,
    /// Held: no step, no entry.
    Paused,
    /// Over: no entry; what became of its walks was decided when it was retired.
    Retired,
}

impl WorkflowState {
    /// The word in the database and in `nurture list`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Retired => "retired",
        }
    }
    fn from_word(word: &str) -> Option<Self> {
        [Self::Live, Self::Paused, Self::Retired].into_iter().find(|state| state.as_str() == word)
    }
}

/// A published version; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// The hash of its content.
    pub version: VersionId,
    /// The first is 1.
    pub number: i64,
    /// The file as it was.
    pub text: String,
    /// Where the file stood.
    pub path: String,
    /// When it was first published.
    pub published_at: Timestamp,
}

type Row = (String, String, i64, String, String, i64);

fn read((workflow, version, number, text, path, published_at): Row) -> Result<Version, StoreError> {
    let published_at = instant("workflow_version", &workflow, published_at)?;
    Ok(Version { workflow: workflow.into(), version: version.into(), number, text, path, published_at })
}

/// Publishes a version and makes it the live one; one that was published before becomes live again. A paused
/// workflow stays paused, a retired one lives again. Returns whether the version is new.
pub async fn publish(
    conn: &mut Connection,
    workflow: &WorkflowId,
    version: &VersionId,
    text: &str,
    path: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ids = || format!("{workflow} {version}");
    let done = sql::query(INSERT)
        .bind(workflow.as_str())
        .bind(version.as_str())
        .bind(text)
        .bind(path)
        .bind(millis(now))
        .execute(&mut *conn)
        .await
        .tried("publish a version", ids)?;
    sql::query(MAKE_LIVE)
        .bind(workflow.as_str())
        .bind(version.as_str())
        .execute(conn)
        .await
        .tried("make a version live", ids)?;
    Ok(done.rows_affected() > 0)
}

/// Pauses, resumes or retires a workflow. `false`: it is in that state already, or is unknown. The caller
/// cancels its sends in the same transaction.
pub async fn set_state(
    conn: &mut Connection,
    workflow: &WorkflowId,
    state: WorkflowState,
) -> Result<bool, StoreError> {
    let done = sql::query(SET_STATE)
        .bind(workflow.as_str())
        .bind(state.as_str())
        .execute(conn)
        .await
        .tried("pause, resume or retire a workflow", || workflow.to_string())?;
    Ok(done.rows_affected() > 0)
}

/// The same, only for a workflow that is in another given state. `false`: it is not.
pub(crate) async fn change_state(
    conn: &mut Connection,
    workflow: &WorkflowId,
    from: WorkflowState,
    to: WorkflowState,
) -> Result<bool, StoreError> {
    let done = sql::query(CHANGE_STATE)
        .bind(workflow.as_str())
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(conn)
        .await
        .tried("pause or resume a workflow", || workflow.to_string())?;
    Ok(done.rows_affected() > 0)
}

/// The live version of each workflow, with the workflow's state, by id.
pub async fn current(conn: &mut Connection) -> Result<Vec<(Version, WorkflowState)>, StoreError> {
    let rows: Vec<(String, String, i64, String, String, i64, String)> =
        sql::query_as(CURRENT).fetch_all(conn).await.tried("load live versions", no_ids)?;
    rows.into_iter()
        .map(|(workflow, version, number, text, path, published_at, state)| {
            let state = WorkflowState::from_word(&state).ok_or_else(|| {
                StoreError::corrupt("workflow", &workflow, format_args!("the state `{state}`"))
            })?;
            Ok((read((workflow, version, number, text, path, published_at))?, state))
        })
        .collect()
}

/// Every version that is current, that somebody walks in, or whose goal still counts after `now`.
pub async fn needed(conn: &mut Connection, now: Timestamp) -> Result<Vec<Version>, StoreError> {
    let rows: Vec<Row> = sql::query_as(WALKED)
        .bind(millis(now))
        .fetch_all(conn)
        .await
        .tried("load versions in use", no_ids)?;
    rows.into_iter().map(read).collect()
}

/// A version; `None`: it was never published.
pub async fn find(
    conn: &mut Connection,
    workflow: &WorkflowId,
    version: &VersionId,
) -> Result<Option<Version>, StoreError> {
    let row: Option<Row> = sql::query_as(FIND)
        .bind(workflow.as_str())
        .bind(version.as_str())
        .fetch_optional(conn)
        .await
        .tried("load a version", || format!("{workflow} {version}"))?;
    row.map(read).transpose()
}

/// Every version of a workflow, the first one first.
pub async fn of_workflow(conn: &mut Connection, workflow: &WorkflowId) -> Result<Vec<Version>, StoreError> {
    let rows: Vec<Row> = sql::query_as(HISTORY)
        .bind(workflow.as_str())
        .fetch_all(conn)
        .await
        .tried("load a workflow's versions", || workflow.to_string())?;
    rows.into_iter().map(read).collect()
}
