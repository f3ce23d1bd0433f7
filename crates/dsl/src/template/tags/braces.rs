//! Braces that make no merge tag: full-width ones, and single ones around a name; and full-width quotes in a tag.

use super::{Looked, between, exact};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::template::scan::{Kind, Piece};

/// The words that names of merge tags begin with.
const ROOTS: [&str; 7] = ["customer", "event", "entry", "vars", "inputs", "owner", "rep"];

/// Looks through the text between the tags.
pub(super) fn check(source: &str, span: Span, pieces: &[Piece], report: &mut Report) {
    for (from, text) in between(source, pieces) {
        let mut at = 0;
        while let Some((open, close)) = braced(text, at) {
            tell(source, span, (from + open, from + close), report);
            at = close;
        }
    }
}

/// Quotes of a Chinese keyboard.
const WIDE_QUOTES: [char; 8] = ['“', '”', '‘', '’', '＂', '＇', '「', '」'];

/// Looks for full-width quotes inside the tags, where no plain ones are, and takes those tags out.
pub(super) fn quotes(source: &str, span: Span, pieces: &[Piece], looked: &mut Looked, report: &mut Report) {
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Value) {
        let tag = source.get(piece.at.clone()).unwrap_or("");
        if tag.contains(['"', '\'']) || !tag.contains(WIDE_QUOTES) {
            continue;
        }
        let meant = tag.replace(WIDE_QUOTES, "\"");
        let at = exact(source, span, piece.at.start, piece.at.end);
        // Not mended: the text around it may stand in such quotes itself.
        let said = report.error(Code::E0501, at).message("E0501-quotes").arg("found", tag);
        said.did_you_mean(Some(meant));
        looked.blank(piece.at.clone());
    }
}

/// The next stretch in wrong braces from a place on.
pub(super) fn braced(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    rest.match_indices(['{', '｛']).find_map(|(at, _)| {
        // Only the first of a run: each would look through the whole of it again.
        if at > 0 && rest.get(..at).is_some_and(|before| before.ends_with(['{', '｛'])) {
            return None;
        }
        let found = rest.get(at..)?;
        let inner = found.trim_start_matches(['{', '｛', ' ']);
        let root = inner.split('.').next().filter(|_| ROOTS.iter().any(|root| inner.starts_with(root)))?;
        let name = inner.find(|letter: char| !letter.is_alphanumeric() && !"_. ".contains(letter))?;
        let behind = inner.get(name..)?;
        let closed = behind.len() - behind.trim_start_matches(['}', '｝']).len();
        let is_name = ROOTS.contains(&root) && inner.get(..name)?.contains('.');
        (is_name && closed > 0).then(|| (from + at, from + at + found.len() - behind.len() + closed))
    })
}

/// Says what is wrong with the braces there.
pub(super) fn tell(source: &str, span: Span, (start, end): (usize, usize), report: &mut Report) {
    let found = source.get(start..end).unwrap_or("");
    let name = found.trim_matches(['{', '}', '｛', '｝', ' ']);
    let meant = format!("{{{{{name}}}}}");
    let at = exact(source, span, start, end);
    let message = if found.contains(['｛', '｝']) { "E0501-wide" } else { "E0501-single" };
    let diagnostic = report.error(Code::E0501, at);
    diagnostic.message(message).arg("found", found).did_you_mean(Some(meant.clone()));
    // At the start of a value the mended braces would need quotes.
    if at != span && start > 0 {
        diagnostic.fix(at, meant);
    }
}
