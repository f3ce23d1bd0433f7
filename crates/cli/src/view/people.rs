//! `nurture people WORKFLOW`: how many stand at each step, and who.

use super::cells;
use jiff::civil::DateTime;
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// People listed by name for a reader, at most; `--json` lists all.
const MOST: usize = 20;

/// Who is where in a workflow.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// The workflow.
    pub workflow: String,
    /// Its title.
    pub title: String,
    /// Whether it is held.
    pub paused: bool,
    /// Steps with people on them, in the order of the file.
    pub steps: Vec<AtStep>,
    /// The people, by the instant at which they go on.
    pub people: Vec<Person>,
}

/// How many stand at a step.
#[derive(Clone, Debug)]
pub struct AtStep {
    /// The step's id.
    pub step: String,
    /// How many.
    pub people: u64,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The external id, else the id.
    pub customer: String,
    /// Their name.
    pub name: Option<String>,
    /// The step's id.
    pub step: String,
    /// The version they walk in.
    pub version: String,
    /// Since when, on their clock.
    pub since: DateTime,
    /// Until when; `None`: they go on at once.
    pub until: Option<DateTime>,
}

/// The tables for people.
pub fn human(people: &People, language: Language) -> String {
    let mut out = format!("{}  {}", people.workflow, people.title).trim_end().to_owned();
    if people.paused {
        out.push_str(&format!("  {}", say(language, "people-paused", &[])));
    }
    out.push('\n');
    if people.people.is_empty() {
        out.push_str(&say(language, "people-nobody", &[]));
        out.push('\n');
        return out;
    }
    let width = people.steps.iter().map(|step| cells::thousands(step.people).len()).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = people
        .steps
        .iter()
        .map(|step| {
            vec![format!("  {}", cells::right(&cells::thousands(step.people), width)), step.step.clone()]
        })
        .collect();
    out.push_str(&cells::table(&rows));
    out.push('\n');
    let clock = |at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    let rows: Vec<Vec<String>> = people
        .people
        .iter()
        .take(MOST)
        .map(|person| {
            let until = match person.until {
                Some(until) => say(language, "people-until", &[("until", &clock(until))]),
                None => say(language, "people-at-once", &[]),
            };
            let name = person.name.clone().unwrap_or_default();
            vec![format!("  {}", person.customer), name, person.step.clone(), until]
        })
        .collect();
    out.push_str(&cells::table(&rows));
    let more = people.people.len().saturating_sub(MOST);
    if more > 0 {
        out.push_str(&format!("  {}\n", say(language, "cli-more", &[("count", &more.to_string())])));
    }
    out
}

/// Everything for programs.
pub fn json(people: &People) -> Json {
    let steps: Vec<Json> =
        people.steps.iter().map(|step| json!({ "step": step.step, "people": step.people })).collect();
    let list: Vec<Json> = people
        .people
        .iter()
        .map(|person| {
            json!({
                "customer": person.customer,
                "name": person.name,
                "step": person.step,
                "version": person.version,
                "since": person.since.to_string(),
                "until": person.until.map(|until| until.to_string()),
            })
        })
        .collect();
    json!({
        "workflow": people.workflow,
        "title": people.title,
        "paused": people.paused,
        "steps": steps,
        "people": list,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_and_people_listed() {
        let at = jiff::civil::date(2026, 3, 12).at(9, 0, 0, 0);
        let person = |customer: &str, name: Option<&str>, until| Person {
            customer: customer.to_owned(),
            name: name.map(str::to_owned),
            step: "before_reminder".to_owned(),
            version: "v1".to_owned(),
            since: at,
            until,
        };
        let mut people = People {
            workflow: "birthday".to_owned(),
            title: "生日关怀".to_owned(),
            steps: vec![AtStep { step: "before_reminder".to_owned(), people: 22 }],
            people: vec![person("c01", Some("李娜"), Some(at)), person("c02", None, None)],
            ..People::default()
        };
        assert_eq!(
            human(&people, Language::En),
            "birthday  生日关怀\n  22  before_reminder\n\n  c01  李娜  before_reminder  until 2026-03-12 09:00\n  \
             c02        before_reminder  goes on at once\n"
        );
        people.people = vec![person("c01", None, None); 22];
        assert!(human(&people, Language::Zh).ends_with("  还有 2 条\n"));
        assert_eq!(json(&people)["people"].as_array().unwrap().len(), 22);
        people.people.clear();
        people.paused = true;
        assert_eq!(human(&people, Language::Zh), "birthday  生日关怀  已暂停\n现在没有人在里面。\n");
    }
}
