//! `nurture sends`: the latest messages and what became of them.

use super::cells;
use engine::resolve::Resolved;
use jiff::Timestamp;
use model::SendId;
use model::words::{Language, knows, say};
use serde_json::{Value as Json, json};

/// One message to one customer or colleague.
#[derive(Clone, Debug)]
pub struct SendRow {
    /// Its id.
    pub id: String,
    /// When it was decided.
    pub at: Timestamp,
    /// The customer's external id, else the id.
    pub customer: String,
    /// By which workflow.
    pub workflow: String,
    /// `email`, `sms`, `message`.
    pub medium: String,
    /// The template; empty for a notice.
    pub template: String,
    /// What became of it, as the database says: `queued`, `accepted`, `rejected`, `unknown`, `skipped`, `cancelled` …
    pub fate: String,
    /// Why, where there is a reason.
    pub reason: Option<String>,
}

/// The table for people, in the project's zone.
pub fn human(rows: &[SendRow], zone: &jiff::tz::TimeZone, language: Language) -> String {
    if rows.is_empty() {
        return format!("{}\n", say(language, "sends-none", &[]));
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let key = format!("fate-{}", row.fate);
            let fate = if knows(language, &key) { say(language, &key, &[]) } else { row.fate.clone() };
            vec![
                row.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
                fate,
                row.customer.clone(),
                say(language, &format!("did-{}", row.medium), &[]),
                row.template.clone(),
                row.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    cells::table(&rows)
}

/// What `sends resolve` did, for people.
pub fn resolved(said: &str, resolved: &Resolved, language: Language) -> String {
    let count = resolved.done.len().to_string();
    let key = if resolved.done.is_empty() { "resolve-none".to_owned() } else { format!("resolve-{said}") };
    let mut text = say(language, &key, &[("count", &count)]) + "\n";
    if !resolved.over.is_empty() {
        let ids: Vec<&str> = resolved.over.iter().map(SendId::as_str).collect();
        text += &(say(language, "resolve-over", &[("ids", &ids.join(", "))]) + "\n");
    }
    text
}

/// The same for programs.
pub fn resolved_json(said: &str, by: &str, resolved: &Resolved) -> Json {
    let ids = |sends: &[SendId]| -> Vec<String> { sends.iter().map(ToString::to_string).collect() };
    json!({ "said": said, "by": by, "done": ids(&resolved.done), "over": ids(&resolved.over) })
}

/// The rows for programs.
pub fn json(rows: &[SendRow]) -> Json {
    rows.iter()
        .map(|row| {
            json!({
                "id": row.id,
                "at": row.at.to_string(),
                "customer": row.customer,
                "workflow": row.workflow,
                "medium": row.medium,
                "template": row.template,
                "fate": row.fate,
                "reason": row.reason,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_fate() {
        let row = SendRow {
            id: "se_1".to_owned(),
            at: "2026-03-12T01:00:00Z".parse().unwrap(),
            customer: "c01".to_owned(),
            workflow: "birthday".to_owned(),
            medium: "email".to_owned(),
            template: "birthday/card".to_owned(),
            fate: "accepted".to_owned(),
            reason: None,
        };
        let zone = model::zone::zone("Asia/Shanghai").unwrap();
        assert_eq!(
            human(std::slice::from_ref(&row), &zone, Language::En),
            "2026-03-12 09:00  accepted  c01  email  birthday/card\n"
        );
        assert_eq!(json(&[row])[0]["fate"], "accepted");
        assert_eq!(human(&[], &zone, Language::Zh), "还没有发过消息。\n");
    }
}
