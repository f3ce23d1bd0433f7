//! `split … winner` and the ways that wait for it.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::source::{Span, Spanned};
use crate::step::{Takes, Way, Winner, WinnerAfter};
use crate::syntax::Fields;
use crate::yaml::Node;

/// Customers measured in each arm where the file does not say how many.
const AT_LEAST: u32 = 30;

/// A winner as it was read: its parts are checked against the ways once those are known.
pub(super) struct Found {
    pub winner: Winner,
    otherwise: Span,
}

/// `winner: {by, after, at_least, otherwise}`.
pub(super) fn read(node: &Node, desk: &mut Desk<'_>) -> Option<Found> {
    let mut fields = desk.fields(node, "thing-winner")?;
    let by = desk.need(&mut fields, "by").and_then(|node| desk.event(node));
    let after = desk.need(&mut fields, "after").and_then(|node| after(node, desk));
    let at_least = desk.take(&mut fields, "at_least");
    let at_least = at_least.map(|node| desk.whole(node, "at_least", 1, 1_000_000));
    let otherwise: Option<Spanned<String>> =
        desk.need(&mut fields, "otherwise").and_then(|node| desk.spanned(node));
    desk.close(fields);
    let at_least = match at_least {
        Some(given) => u32::try_from(given?).ok()?,
        None => AT_LEAST,
    };
    let otherwise = otherwise?;
    let winner = Winner { by: by?, after: after?, at_least, otherwise: otherwise.value };
    Some(Found { winner, otherwise: otherwise.span })
}

/// `4 hours`, or `1000 sends`.
fn after(node: &Node, desk: &mut Desk<'_>) -> Option<WinnerAfter> {
    let text = desk.text(node)?;
    let Some(count) = ["sends", "send", "条", "封"].iter().find_map(|unit| text.strip_suffix(unit)) else {
        return desk.some_length(node, "hours").map(WinnerAfter::Length);
    };
    match count.trim().parse::<u32>().ok().filter(|count| *count > 0) {
        Some(count) => Some(WinnerAfter::Sends(count)),
        None => {
            desk.report.error(Code::E0360, node.span).arg("text", &text).help("E0360-help");
            None
        }
    }
}

/// `takes: winner`, and `at:` beside it. `None`: there is a mistake in it.
pub(super) fn takes(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Option<Takes>> {
    let takes = desk.take(fields, "takes").map(|node| desk.word(node, "takes", &[("winner", ())]));
    let at = desk.take(fields, "at").map(|node| (node.span, desk.clock(node)));
    match (takes, at) {
        (None, None) => Some(None),
        (None, Some((span, _))) => {
            desk.report.error(Code::E0362, span).message("E0362-at");
            None
        }
        (Some(takes), None) => takes.map(|()| Some(Takes { at: None })),
        (Some(takes), Some((_, at))) => takes.and(at).map(|at| Some(Takes { at: Some(at) })),
    }
}

/// Whether a winner and the ways of its split fit each other.
pub(super) fn fits(winner: Option<(&Node, Option<&Found>)>, ways: &[&Way], split: Span, desk: &mut Desk<'_>) {
    let waiting = ways.iter().find(|way| way.takes.is_some());
    let Some((node, found)) = winner else {
        if let Some(way) = waiting {
            desk.report.error(Code::E0362, split).arg("way", &way.name).help("E0362-help");
        }
        return;
    };
    if let Some(way) = ways.iter().find(|way| way.takes.is_some() && way.steps.is_some()) {
        desk.report.error(Code::E0362, split).message("E0362-steps").arg("way", &way.name);
    }
    let measured: Vec<&str> =
        ways.iter().filter(|way| way.takes.is_none()).map(|way| way.name.as_str()).collect();
    if measured.len() < 2 {
        desk.report.error(Code::E0362, node.span).message("E0362-few").help("E0362-few-help");
    }
    if let Some(found) = found
        && !measured.contains(&found.winner.otherwise.as_str())
    {
        desk.unknown(Code::E0361, &found.winner.otherwise, found.otherwise, measured);
    }
}
