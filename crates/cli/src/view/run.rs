//! The end of `nurture run --until-idle`: what was done, as one JSON line and as a sentence.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::words::{Language, knows, say};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// Walks begun, the held-out ones among them.
    pub enrolled: u64,
    /// Of them, held out.
    pub held_out: u64,
    /// Messages handed over and accepted.
    pub sent: u64,
    /// Steps left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Tasks made.
    pub tasks: u64,
    /// Leads and deals given to reps.
    pub assignments: u64,
    /// When the next thing is due; `None`: nothing ever is.
    pub next_at: Option<Timestamp>,
}

/// The last line on standard output (product.md): a contract.
pub fn json(summary: &RunSummary) -> Json {
    json!({
        "enrolled": summary.enrolled,
        "held_out": summary.held_out,
        "sent": summary.sent,
        "skipped": summary.skipped,
        "tasks": summary.tasks,
        "assignments": summary.assignments,
        "next_at": summary.next_at.map(|at| at.to_string()),
    })
}

/// The same for people, on standard error; the next instant as a clock of `zone` shows it.
pub fn human(summary: &RunSummary, zone: &TimeZone, language: Language) -> String {
    let number = |number: u64| number.to_string();
    let mut out = say(
        language,
        "run-did",
        &[
            ("enrolled", &number(summary.enrolled)),
            ("held_out", &number(summary.held_out)),
            ("sent", &number(summary.sent)),
            ("tasks", &number(summary.tasks)),
            ("assignments", &number(summary.assignments)),
        ],
    );
    for (reason, times) in &summary.skipped {
        out.push('\n');
        let why = in_words(reason, language);
        out.push_str(&say(language, "run-skipped", &[("reason", &why), ("count", &number(*times))]));
    }
    out.push('\n');
    out.push_str(&match summary.next_at {
        Some(at) => {
            say(language, "run-next", &[("at", &zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string())])
        }
        None => say(language, "run-no-next", &[]),
    });
    out.push('\n');
    out
}

/// Why steps were left out, short; a code that the catalogue does not have stays a code.
fn in_words(reason: &str, language: Language) -> String {
    let key = format!("reason-{reason}");
    if knows(language, &key) { say(language, &key, &[]) } else { reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_that_why_has_words_for_has_short_ones_here() {
        for language in Language::ALL {
            let keys = model::words::keys(language);
            let short = |code: &str| -> bool {
                let known = keys.iter().filter_map(|key| key.strip_prefix("reason-"));
                known.into_iter().any(|known| {
                    code.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                })
            };
            let reasons: Vec<&str> =
                keys.iter().filter_map(|key| key.strip_prefix("trace-skipped-")).collect();
            assert!(reasons.len() > 30, "{reasons:?}");
            let without: Vec<&&str> = reasons.iter().filter(|reason| !short(reason)).collect();
            assert!(without.is_empty(), "{without:?}");
            assert!(short("late") && in_words("late", language) != "late");
        }
    }

    #[test]
    fn the_last_line_is_the_contract() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let summary = RunSummary {
            enrolled: 5,
            sent: 3,
            skipped: BTreeMap::from([("consent".to_owned(), 2)]),
            next_at: Some("2026-03-31T01:00:00Z".parse().unwrap()),
            ..RunSummary::default()
        };
        assert_eq!(
            json(&summary).to_string(),
            r#"{"assignments":0,"enrolled":5,"held_out":0,"next_at":"2026-03-31T01:00:00Z","sent":3,"skipped":{"consent":2},"tasks":0}"#
        );
        assert_eq!(
            human(&summary, &shanghai, Language::En),
            "5 enrolled (0 held out), 3 messages sent, 0 tasks, 0 leads given to reps\n  2 left out: no consent\n\
             The next thing is due at 2026-03-31 09:00.\n"
        );
        assert!(human(&summary, &shanghai, Language::Zh).contains("跳过 2 次：没有得到同意"));
        assert!(human(&RunSummary::default(), &shanghai, Language::Zh).ends_with("之后没有要做的事。\n"));
    }
}
