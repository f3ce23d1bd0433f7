//! The audit in columns, and as JSON.

use super::cells;
use jiff::tz::TimeZone;
use model::words::{Language, say};
use serde_json::{Value as Json, json};
use store::audit::{Act, Verified};

/// The acts for people, in the project's zone.
pub fn human(acts: &[Act], zone: &TimeZone, language: Language) -> String {
    if acts.is_empty() {
        return format!("{}\n", say(language, "audit-none", &[]));
    }
    let row = |act: &Act| {
        let at = act.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        vec![act.number.to_string(), at, act.who.clone(), act.did.clone(), cells::clip(&act.what, 60)]
    };
    cells::table(&acts.iter().map(row).collect::<Vec<_>>())
}

/// An act for programs.
pub fn json(act: &Act) -> Json {
    json!({
        "number": act.number,
        "at": act.at.to_string(),
        "who": act.who,
        "did": act.did,
        "what": act.what,
    })
}

/// Whether the record is whole, in a sentence.
pub fn verified(verified: &Verified, language: Language) -> String {
    match verified {
        Verified::Whole { acts: 0, .. } => say(language, "audit-none", &[]),
        Verified::Whole { acts, head } => {
            let (acts, head) = (acts.to_string(), format!("{}:{}", head.number, head.hash));
            say(language, "audit-whole", &[("count", &acts), ("head", &head)])
        }
        Verified::Broken { at } => say(language, "audit-broken", &[("number", &at.to_string())]),
        Verified::Cut { missing } => say(language, "audit-cut", &[("number", &missing.number.to_string())]),
    }
}
