//! A small project that lives on a clock, with what the program says between.

use crate::real::{MAILING, Project, agreed, lines, of};
use serde_json::Value as Json;

const FILES: [(&str, &str); 3] = [
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  points: { type: number, default: 0 }\nevents:\n  go: {}\n  left: {}\n  paid: {}\n",
    ),
    ("workflows/segments.yaml", "segments:\n  big: count(paid, last 5 days) >= 1\n"),
    ("workflows/templates/again.md.hbs", "---\nsubject: Again\npreheader: A word\n---\nHello again.\n"),
];

/// Three customers known since January, these workflows, and these facts (`customer,event,at` a line).
/// `database`: a line of `nurture.toml`; empty: SQLite.
pub fn project(database: &str, workflows: &[(&str, &str)], facts: &str) -> Project {
    let project = Project::with(&[MAILING.as_slice(), &FILES].concat()).on(database);
    for (name, text) in workflows {
        project.write(&format!("workflows/{name}.yaml"), text);
    }
    project.write("customers.csv", &agreed(1..=3));
    project.write("events.csv", &format!("customer,event,at\n{facts}"));
    project.fine(&["import", "customers", "customers.csv"]);
    project.fine(&["import", "events", "events.csv"]);
    project
}

/// What is decided from one instant to another, a line each: `10:00 c1 email hello done`.
pub fn lives(project: &Project, from: &str, to: &str) -> Vec<String> {
    project.run(from, to).iter().map(told).collect()
}

/// The same as it is simulated before anything was lived.
pub fn simulated(project: &Project, from: &str, to: &str) -> Vec<String> {
    lines(&project.fine(&["simulate", "--from", from, "--to", to, "--json"])).iter().map(told).collect()
}

fn told(line: &Json) -> String {
    let at = of(line, "at").get(5..16).unwrap_or_default();
    let words = ["customer", "workflow", "did", "what", "outcome", "reason"].map(|name| of(line, name));
    format!("{at} {}", words.join(" ")).trim_end().to_owned()
}
