//! A colleague's daily message (`digest`): all that is due for them goes as one.

use crate::error::EngineError;
use crate::published::Published;
use jiff::Timestamp;
use model::Outgoing;
use model::words::{self, Language};
use std::collections::BTreeMap;
use store::Connection;
use store::send::{self, Claimed, SendKey, Worker};

/// Puts together what was claimed for one colleague. What belongs to no daily message stays as it is.
pub(crate) async fn gather(
    conn: &mut Connection,
    worker: &Worker,
    published: &Published,
    claimed: Vec<Claimed>,
    now: Timestamp,
) -> Result<Vec<Claimed>, EngineError> {
    let mut out = Vec::new();
    let mut days: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
    for each in claimed {
        match each.outgoing.daily().map(str::to_owned) {
            Some(name) => days.entry(name).or_default().push(each),
            None => out.push(each),
        }
    }
    if days.is_empty() {
        return Ok(out);
    }
    let language = Language::from_tag(&published.project.settings.language);
    let (mut carriers, mut carried) = (Vec::new(), Vec::new());
    for (_, mut said) in days {
        said.sort_by(|a, b| order(&a.outgoing).cmp(&order(&b.outgoing)));
        let texts: Vec<&str> = said.iter().filter_map(|each| each.outgoing.text.as_deref()).collect();
        let text = (said.len() > 1).then(|| one(&texts, language));
        let mut said = said.into_iter();
        let Some(mut first) = said.next() else { continue };
        first.outgoing.text = text.or(first.outgoing.text);
        // What a retry finds is whole, and is not put together again.
        first.outgoing.digest = None;
        carried.extend(said.map(|each| SendKey::of(&each.outgoing)));
        carriers.push(first);
    }
    let rows: Vec<&Outgoing> = carriers.iter().map(|each| &each.outgoing).collect();
    send::carry(conn, worker, &rows, &carried, now).await?;
    out.extend(carriers);
    Ok(out)
}

/// In the order in which it was said.
fn order(outgoing: &Outgoing) -> (Option<&str>, &str) {
    (outgoing.context.get("now").and_then(serde_json::Value::as_str), outgoing.id.as_str())
}

/// The whole message: how many there are, then each on a line of its own.
fn one(texts: &[&str], language: Language) -> String {
    let head = words::say(language, "notice-digest", &[("count", &texts.len().to_string())]);
    let lines = texts.iter().map(|text| format!("- {}", text.trim().replace('\n', "\n  ")));
    std::iter::once(head + "\n").chain(lines).collect::<Vec<_>>().join("\n")
}
