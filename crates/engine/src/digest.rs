//! A colleague's daily message (`digest`): all that is due for them goes as one.

use crate::error::EngineError;
use crate::published::Published;
use jiff::Timestamp;
use model::words::{self, Language};
use model::{Outgoing, Recipient};
use std::collections::{BTreeMap, BTreeSet};
use store::Connection;
use store::send::{self, Claimed, SendKey, Worker};

/// Puts together what was claimed for one colleague, with what else is due for them. What belongs to no daily
/// message stays as it is. `(now, lease)`: the instant, and until when the claims hold.
pub(crate) async fn gather(
    conn: &mut Connection,
    worker: &Worker,
    published: &Published,
    claimed: Vec<Claimed>,
    (now, lease): (Timestamp, Timestamp),
) -> Result<Vec<Claimed>, EngineError> {
    let names: BTreeSet<&str> = claimed.iter().filter_map(|each| each.outgoing.digest.as_deref()).collect();
    if names.is_empty() {
        return Ok(claimed);
    }
    let more = send::claim_digest(conn, worker, &names, now, lease).await?;
    let mut out = Vec::new();
    let mut days: BTreeMap<String, Vec<Claimed>> = BTreeMap::new();
    for each in claimed.into_iter().chain(more) {
        match each.outgoing.digest.clone() {
            // Through another system each word goes by itself; what was sent by hand has gone.
            Some(_) if !is_for_a_colleague(&each.outgoing) => out.push(each),
            Some(name) => days.entry(name).or_default().push(each),
            None => out.push(each),
        }
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

fn is_for_a_colleague(outgoing: &Outgoing) -> bool {
    match outgoing.to {
        Recipient::Rep(_) | Recipient::Role(_) => true,
        Recipient::Channel(_) | Recipient::Customer => false,
    }
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
