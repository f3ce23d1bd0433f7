//! Applies the fixes of a report to a file's text, for `nurture check --fix` and editors.

use super::{Fix, Report};
use crate::source::{FileId, Sources};

/// Returns the text of `file` with every fix of the report applied, without a byte-order mark; `None`
/// where no fix belongs to it.
///
/// Of two fixes that overlap only the first by place is applied: the next run finds what is left.
pub fn mended(report: &Report, sources: &Sources, file: FileId) -> Option<String> {
    let text = sources.text(file);
    let mut fixes: Vec<&Fix> = report
        .diagnostics()
        .iter()
        .filter_map(|d| d.fix.as_ref())
        .filter(|fix| fix.span.file == file)
        .collect();
    fixes.sort();
    fixes.dedup();
    let mut out = String::with_capacity(text.len() + fixes.len());
    let mut done = 0;
    let mut applied = false;
    for fix in fixes {
        let (Some(between), Some(_)) =
            (text.get(done..fix.span.start), text.get(fix.span.start..fix.span.end))
        else {
            continue;
        };
        out.push_str(between);
        out.push_str(&fix.replacement);
        done = fix.span.end;
        applied = true;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    applied.then_some(out)
}
