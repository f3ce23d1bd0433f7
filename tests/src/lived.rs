//! A small project that lives on a clock, with what the program says between.

use crate::real::{Project, lines, of};

const FILES: [(&str, &str); 7] = [
    (
        "workflows/model.yaml",
        "model: shop\ncustomer:\n  points: { type: number, default: 0 }\nevents:\n  go: {}\n  left: {}\n  paid: {}\n",
    ),
    ("workflows/segments.yaml", "segments:\n  big: count(paid, last 5 days) >= 1\n"),
    ("workflows/topics.yaml", "topics:\n  offers: { class: marketing, title: Offers }\n"),
    (
        "workflows/senders.yaml",
        "senders:\n  care: { address: care@example.com, name: Care }\nbrand: { name: Acme, address: 1 Road, country: DE }\n",
    ),
    (
        "workflows/channels.yaml",
        "channels:\n  mail: { kind: smtp, host: 127.0.0.1, port: 2525, tls: none }\n",
    ),
    ("workflows/templates/hello.md.hbs", "---\nsubject: Hello\npreheader: A word\n---\nHello.\n"),
    ("workflows/templates/again.md.hbs", "---\nsubject: Again\npreheader: A word\n---\nHello again.\n"),
];

/// Three customers known since January, these workflows, and these facts (`customer,event,at` a line).
/// `database`: a line of `nurture.toml`; empty: SQLite.
pub fn project(database: &str, workflows: &[(&str, &str)], facts: &str) -> Project {
    let project = Project::of(&crate::root().join("workflows/templates"));
    std::fs::create_dir_all(project.path().join("workflows/templates")).expect("folders can be made");
    project.write("nurture.toml", &format!("zone = \"UTC\"\nlanguage = \"en\"\n{database}"));
    for (path, text) in FILES {
        project.write(path, text);
    }
    for (name, text) in workflows {
        project.write(&format!("workflows/{name}.yaml"), text);
    }
    let mut rows = "external_id,email,created_at,consent.offers,consent_at,consent_source\n".to_owned();
    for number in 1..=3 {
        rows += &format!(
            "c{number},c{number}@example.com,2026-01-01T00:00:00Z,granted,2026-01-01T00:00:00Z,test\n"
        );
    }
    project.write("customers.csv", &rows);
    project.write("events.csv", &format!("customer,event,at\n{facts}"));
    fine(&project, &["import", "customers", "customers.csv"]);
    fine(&project, &["import", "events", "events.csv"]);
    project
}

/// Runs the program, which must say that all is fine, and gives back what it printed.
pub fn fine(project: &Project, arguments: &[&str]) -> String {
    let ran = project.nurture(arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    ran.out
}

/// What is decided from one instant to another, a line each: `10:00 c1 email hello done`.
pub fn lives(project: &Project, from: &str, to: &str) -> Vec<String> {
    let mut trace = lines(&fine(project, &["run", "--clock", &format!("{from}..{to}"), "--json"]));
    trace.pop();
    let said = |line: &serde_json::Value| {
        let at = of(line, "at").get(5..16).unwrap_or_default();
        let words = ["customer", "workflow", "did", "what", "outcome", "reason"].map(|name| of(line, name));
        format!("{at} {}", words.join(" ")).trim_end().to_owned()
    };
    trace.iter().map(said).collect()
}
