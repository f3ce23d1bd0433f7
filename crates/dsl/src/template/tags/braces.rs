//! Braces that make no merge tag: full-width ones, and single ones around a name.

use super::exact;
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::template::scan::Piece;

/// The words that names of merge tags begin with.
const ROOTS: [&str; 7] = ["customer", "event", "entry", "vars", "inputs", "owner", "rep"];

/// Looks through the text between the tags.
pub(super) fn check(source: &str, span: Span, pieces: &[Piece], report: &mut Report) {
    let mut from = 0;
    let ends = pieces.iter().map(|piece| (piece.at.start, piece.at.end));
    for (end, next) in ends.chain([(source.len(), source.len())]) {
        let text = source.get(from..end).unwrap_or("");
        let mut at = 0;
        while let Some((open, close)) = braced(text, at) {
            tell(source, span, (from + open, from + close), report);
            at = close;
        }
        from = next;
    }
}

/// The next stretch in wrong braces from a place on.
fn braced(text: &str, from: usize) -> Option<(usize, usize)> {
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

fn tell(source: &str, span: Span, (start, end): (usize, usize), report: &mut Report) {
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
