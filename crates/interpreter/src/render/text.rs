//! Subjects, titles and notices: one line or a few, without HTML.

use super::RenderError;
use super::compiled::{Compiled, Escape};
use handlebars::Context;
use serde_json::Value as Json;

/// Fills the tags of a text. Values stand in it as they are; a tag without a value is an error.
pub fn inline(source: &str, context: &Json) -> Result<String, RenderError> {
    if !source.contains("{{") {
        return Ok(source.to_owned());
    }
    Compiled::new(source)?.render(&wrapped(context), Escape::No)
}

/// A context as the template engine wants it.
pub(super) fn wrapped(context: &Json) -> Context {
    Context::wraps(context).unwrap_or_else(|_| Context::null())
}

/// One line for a header: line ends and control characters become blanks, marks that turn or hide text
/// are taken out.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c });
    let line: String = visible.collect();
    line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Zero-width characters and those that turn the direction of text. The joiner of emoji stays.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{00ad}' | '\u{061c}')
}

/// Tidies a plain text: no blanks at line ends, at most one blank line in a row, one line end at the end.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        out.push_str(line);
    }
    out.push('\n');
    out
}
