//! `on_band:` of a score: each band that acts is a workflow of its own, `lead_score.hot`, which starts when
//! the score reaches the band. It is read as if it stood in a file of its own.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// What a band may say of its workflow. Its id and its trigger follow from the band.
const OWN: [&str; 8] =
    ["title", "audience", "consent", "reentry", "holdout", "quiet_hours", "priority", "steps"];

/// The id of the workflow that acts on a band.
pub(super) fn id(score: &str, band: &str) -> String {
    format!("{score}.{band}")
}

/// The bands of a scoring file that act, as the files of their workflows. Behind a band stands one step, a
/// list of steps, or a map with `steps:` and other keys of a workflow (`consent`, `audience`, `rearm` …).
pub(super) fn files(score: &str, file: &Node, desk: &mut Desk<'_>) -> Vec<Node> {
    let Some(entry) = file.get("on_band") else { return Vec::new() };
    let library = desk.library;
    let Some(scoring) = library.scorings.get(score) else { return Vec::new() };
    let mut files = Vec::new();
    for band in desk.entries(&entry.value) {
        if !scoring.bands.iter().any(|(known, _)| *known == band.key) {
            let known = scoring.bands.iter().map(|(known, _)| known.as_str());
            desk.unknown(Code::E0616, &band.key, band.key_span, known);
            continue;
        }
        let title = format!("{}: {}", scoring.title, band.key);
        files.push(workflow(score, &title, band, desk));
    }
    files
}

/// The file that the author would have written.
fn workflow(score: &str, title: &str, band: &Entry, desk: &mut Desk<'_>) -> Node {
    let span = band.key_span;
    let whole = Span { start: span.start, end: band.value.span.end.max(span.end), ..span };
    let mut crossing = vec![text("of", score, span), text("reaches", &band.key, span)];
    let mut entries = vec![text("workflow", &id(score, &band.key), span), text("title", title, span)];
    let mut own = Vec::new();
    match &band.value.kind {
        Kind::Map(given) if given.iter().any(|entry| entry.key == "steps") => {
            if let Some(mut fields) = desk.fields(&band.value, "thing-on-band") {
                crossing.extend(fields.entry("rearm").cloned());
                if fields.has("title") {
                    entries.retain(|known| known.key != "title");
                }
                own.extend(OWN.into_iter().filter_map(|key| fields.entry(key).cloned()));
                desk.close(fields);
            }
        }
        Kind::List(_) | Kind::Null => own.push(map_entry("steps", band.value.clone(), span)),
        Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } | Kind::Map(_) => {
            let one = Node { kind: Kind::List(vec![band.value.clone()]), span: band.value.span };
            own.push(map_entry("steps", one, span));
        }
    }
    let crossing = Node { kind: Kind::Map(crossing), span };
    let trigger = Node { kind: Kind::Map(vec![map_entry("score", crossing, span)]), span };
    entries.push(map_entry("trigger", trigger, span));
    entries.extend(own);
    Node { kind: Kind::Map(entries), span: whole }
}

fn map_entry(key: &str, value: Node, key_span: Span) -> Entry {
    Entry { key: key.to_owned(), key_span, value }
}

fn text(key: &str, value: &str, span: Span) -> Entry {
    let kind = Kind::Text { text: value.to_owned(), quoted: true };
    map_entry(key, Node { kind, span }, span)
}
