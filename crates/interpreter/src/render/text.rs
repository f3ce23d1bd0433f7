//! Subjects, titles and notices: one line or a few, without HTML.

use super::RenderError;
use super::compiled::{Compiled, Escape};
use handlebars::Context;
use serde_json::Value as Json;
use std::borrow::Cow;

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

/// HTML without what is hidden in it on purpose: the line for the list of mails, which stands above the text and
/// would be its first line.
pub(super) fn visible(html: &str) -> Cow<'_, str> {
    let opens = |at: usize| {
        let tag = html.get(at..).and_then(|rest| rest.split('>').next()).unwrap_or("");
        tag.contains("display:none") || tag.contains("display: none")
    };
    let mut out = String::new();
    let mut from = 0;
    for (at, _) in html.match_indices("<div") {
        if at < from || !opens(at) {
            continue;
        }
        let Some(length) = html.get(at..).and_then(|rest| rest.find("</div>")) else { break };
        out.push_str(html.get(from..at).unwrap_or(""));
        from = at + length + "</div>".len();
    }
    if from == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(html.get(from..).unwrap_or(""));
    Cow::Owned(out)
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
