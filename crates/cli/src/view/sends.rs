//! `nurture sends`: the latest messages and what became of them.

use super::cells;
use super::why::permit;
use engine::resolve::Resolved;
use jiff::Timestamp;
use model::words::{Language, knows, say};
use model::{Consent, SendId};
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
    /// By which step.
    pub step: String,
    /// `email`, `sms`, `message`.
    pub medium: String,
    /// The template; empty for a notice.
    pub template: String,
    /// What it is about; `None`: it needs no consent.
    pub topic: Option<String>,
    /// What became of it, as the database says: `queued`, `accepted`, `rejected`, `unknown`, `skipped`, `cancelled` …
    pub fate: String,
    /// Why, where there is a reason.
    pub reason: Option<String>,
    /// The word that permitted it; `None`: it needed none, or none is known.
    pub consent: Option<Consent>,
}

fn fate(row: &SendRow, language: Language) -> String {
    let key = format!("fate-{}", row.fate);
    if knows(language, &key) { say(language, &key, &[]) } else { row.fate.clone() }
}

/// The table for people, in the project's zone.
pub fn human(rows: &[SendRow], zone: &jiff::tz::TimeZone, language: Language) -> String {
    if rows.is_empty() {
        return format!("{}\n", say(language, "sends-none", &[]));
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
                fate(row, language),
                row.customer.clone(),
                say(language, &format!("did-{}", row.medium), &[]),
                row.template.clone(),
                row.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    cells::table(&rows)
}

/// One message for people: what it is, and the consent that permitted it.
pub fn one(row: &SendRow, zone: &jiff::tz::TimeZone, language: Language) -> String {
    let at = row.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let mut lines = vec![
        (
            "sends-one-fate",
            [vec![at, fate(row, language)], row.reason.clone().into_iter().collect()].concat(),
        ),
        ("sends-one-customer", vec![row.customer.clone()]),
        ("sends-one-by", vec![format!("{} {}", row.workflow, row.step)]),
        ("sends-one-what", vec![say(language, &format!("did-{}", row.medium), &[]), row.template.clone()]),
    ];
    let consent = match (&row.consent, &row.topic) {
        (Some(word), _) => permit(word, zone, language),
        (None, Some(topic)) => vec![say(language, "sends-one-no-consent", &[("topic", topic)])],
        (None, None) => vec![say(language, "sends-one-needs-none", &[])],
    };
    lines.push(("sends-one-consent", consent));
    let row = |(key, cells): (&str, Vec<String>)| {
        let cells: Vec<String> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        vec![say(language, key, &[]), cells.join("  ")]
    };
    cells::table(&lines.into_iter().map(row).collect::<Vec<_>>())
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
                "step": row.step,
                "topic": row.topic,
                "fate": row.fate,
                "reason": row.reason,
                "consent": row.consent.as_ref().map(Consent::to_json),
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
            step: "card".to_owned(),
            topic: None,
            consent: None,
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
        assert_eq!(json(std::slice::from_ref(&row))[0]["fate"], "accepted");
        let text = one(&row, &zone, Language::En);
        assert!(text.contains("birthday card") && text.contains("needs no consent"), "{text}");
        let row = SendRow { topic: Some("news".to_owned()), ..row };
        assert!(one(&row, &zone, Language::Zh).contains("“news”"));
        assert_eq!(human(&[], &zone, Language::Zh), "还没有发过消息。\n");
    }
}
