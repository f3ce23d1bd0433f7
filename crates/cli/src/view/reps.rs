//! Tasks and reps in columns, and as JSON.

use super::cells;
use model::Task;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// An open task.
#[derive(Clone, Debug)]
pub struct TaskRow(Task);

impl TaskRow {
    /// The row of a task.
    pub fn of(task: Task) -> Self {
        Self(task)
    }
}

/// The open tasks for people, in the project's zone.
pub fn tasks(rows: &[TaskRow], zone: &jiff::tz::TimeZone, language: Language) -> String {
    if rows.is_empty() {
        return format!("{}\n", say(language, "tasks-none", &[]));
    }
    let row = |TaskRow(task): &TaskRow| {
        let due = task.due.map(|due| due.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
        let rep = task.rep.as_ref().map(ToString::to_string).or_else(|| task.role.clone());
        vec![
            due.unwrap_or_else(|| "–".to_owned()),
            rep.unwrap_or_else(|| "–".to_owned()),
            task.customer.to_string(),
            task.title.clone(),
            task.outcomes.join("|"),
            task.id.to_string(),
        ]
    };
    let table = cells::table(&rows.iter().map(row).collect::<Vec<_>>());
    // Words to read or to copy stand whole below.
    let words = rows.iter().filter_map(|TaskRow(task)| {
        let body = task.body.as_deref()?;
        Some(format!("\n{}  {}\n{}\n", task.id, task.title, body.trim_end()))
    });
    std::iter::once(table).chain(words).collect()
}

/// The open tasks for programs.
pub fn tasks_json(rows: &[TaskRow]) -> Json {
    rows.iter()
        .map(|TaskRow(task)| {
            json!({
                "id": task.id.to_string(),
                "customer": task.customer.to_string(),
                "rep": task.rep.as_ref().map(ToString::to_string),
                "role": task.role,
                "title": task.title,
                "body": task.body,
                "due": task.due.map(|due| due.to_string()),
                "outcomes": task.outcomes,
                "workflow": task.workflow.to_string(),
                "step": task.step.to_string(),
            })
        })
        .collect()
}

/// A rep with their load.
#[derive(Clone, Debug)]
pub struct RepRow {
    /// The id.
    pub id: String,
    /// The name; empty: none.
    pub name: String,
    /// On leave or marked as away.
    pub away: bool,
    /// Open leads.
    pub open: i64,
    /// The teams they are in.
    pub teams: Vec<String>,
}

/// The reps for people.
pub fn reps(rows: &[RepRow], language: Language) -> String {
    if rows.is_empty() {
        return format!("{}\n", say(language, "reps-none", &[]));
    }
    let row = |row: &RepRow| {
        let open = say(language, "reps-open", &[("count", &row.open.to_string())]);
        let away = if row.away { say(language, "reps-away", &[]) } else { String::new() };
        vec![row.id.clone(), row.name.clone(), open, row.teams.join(", "), away]
    };
    cells::table(&rows.iter().map(row).collect::<Vec<_>>())
}

/// The reps for programs.
pub fn reps_json(rows: &[RepRow]) -> Json {
    rows.iter()
        .map(|row| {
            json!({
                "id": row.id, "name": row.name, "away": row.away, "open": row.open, "teams": row.teams,
            })
        })
        .collect()
}
