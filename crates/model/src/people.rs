//! Reps and what they are given: assignments and tasks.

use crate::{CustomerId, EnrollmentId, RepId, StepId, TaskId, TeamId, Windows, WorkflowId, zone};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The salesperson who owns customers and tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rep {
    /// The name people read; empty: the id.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// IANA zone; `None`: the project's.
    pub zone: Option<String>,
    /// Away now (leave, pause): data, not policy.
    pub away: bool,
    /// Other columns of the import.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

impl Rep {
    /// Their own working hours, from the column `hours`; `None`: as their team says.
    pub fn hours(&self) -> Option<Windows> {
        self.attributes.get("hours")?.as_str()?.parse().ok()
    }

    /// Days of leave from the column `leave`, both ends included: `2026-10-01..2026-10-07; 2026-11-03`. What
    /// is no day is left out.
    pub fn leave(&self) -> Vec<(Date, Date)> {
        let text = self.attributes.get("leave").and_then(serde_json::Value::as_str).unwrap_or_default();
        text.split([';', ',']).filter_map(leave_of).collect()
    }
}

/// One stretch of leave; `None`: it is none.
pub fn leave_of(text: &str) -> Option<(Date, Date)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (zone::parse_date(first.trim())?, zone::parse_date(last.trim())?);
    (first <= last).then_some((first, last))
}

/// A rep was given a customer or an entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Whose.
    pub customer: CustomerId,
    /// The entity, where the assignment is `of` one: kind and id.
    pub entity: Option<(String, String)>,
    /// By which team; `None`: by hand or import.
    pub team: Option<TeamId>,
    /// To whom.
    pub rep: RepId,
    /// Who had it before.
    pub former: Option<RepId>,
    /// When.
    pub at: Timestamp,
    /// By which walk and step; `None`: by hand or import.
    pub by: Option<(EnrollmentId, StepId)>,
    /// The rule that chose: `round_robin`, `owner`, `sticky` …
    pub rule: String,
}

/// A customer's open tasks go from one rep to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOn {
    /// Who had them.
    pub former: RepId,
    /// Who has them now.
    pub rep: RepId,
}

/// A task was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDone {
    /// Which.
    pub task: TaskId,
    /// What came of it; `None`: not said.
    pub outcome: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A to-do for a rep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Unique: hash of (enrollment, step, pass).
    pub id: TaskId,
    /// About whom.
    pub customer: CustomerId,
    /// For whom; `None`: for nobody in particular, seen by the manager.
    pub rep: Option<RepId>,
    /// The role or team that it is for where there is no rep.
    pub role: Option<String>,
    /// What to do.
    pub title: String,
    /// More words.
    pub body: Option<String>,
    /// By when.
    pub due: Option<Timestamp>,
    /// What may come of it.
    pub outcomes: Vec<String>,
    /// When it was made.
    pub at: Timestamp,
    /// Which walk, workflow and step made it.
    pub enrollment: EnrollmentId,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step.
    pub step: StepId,
}
