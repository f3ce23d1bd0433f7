//! Markdown to HTML that mail programs show alike, and to plain text. Merge tags go through whole; HTML
//! in the Markdown is text.

mod anchor;
mod regroup;
mod writer;

use super::protect::Protected;
use super::scan::Piece;
use super::styles::Styles;
use super::text::TextSheet;
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use pulldown_cmark::{Event, Options, Parser, TextMergeWithOffset};
use std::ops::Range;

/// Lists in lists and quotes in quotes, at most.
const MOST_NESTED: usize = 60;
/// The longest HTML, in bytes: as much as a rendered mail may have.
pub(super) const MOST_HTML: usize = 1024 * 1024;

/// What Markdown became: two Handlebars sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// For the layout.
    pub html: String,
    /// For the plain part.
    pub text: String,
}

/// An item of the Markdown, with its bytes in the source.
enum Item<'a> {
    Event(Event<'a>, Range<usize>),
    /// Tags that stand by themselves between blocks or rows.
    Tags(Vec<usize>),
}

/// Turns a body into HTML and text. `span` is where the body stands, byte for byte.
pub(super) fn make(source: &str, span: Span, pieces: &[Piece], styles: &Styles, report: &mut Report) -> Made {
    let hidden = Protected::new(source, pieces);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let parser = Parser::new_ext(&hidden.text, options).into_offset_iter();
    let mut items = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in TextMergeWithOffset::new(parser) {
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
        if depth > MOST_NESTED {
            let at = hidden.origin(&range);
            let wrong = report.error(Code::E0507, span.part(at.start, at.end)).message("E0507-deep");
            wrong.arg("most", MOST_NESTED.to_string());
            return Made::default();
        }
        items.push(Item::Event(event, hidden.origin(&range)));
    }
    let items = regroup::regroup(items, &hidden, pieces);
    let mut writer = writer::Writer {
        source,
        span,
        pieces,
        hidden: &hidden,
        styles,
        report,
        html: String::new(),
        text: TextSheet::default(),
        lists: Vec::new(),
        heads: Vec::new(),
        columns: Vec::new(),
        last: None,
        seen: vec![false; pieces.len()],
    };
    writer.write(&items);
    if writer.html.len() > MOST_HTML {
        let most = (MOST_HTML / 1024).to_string();
        writer.report.error(Code::E0507, span.part(0, 0)).arg("most", most);
        return Made::default();
    }
    writer.lost();
    let writer::Writer { html, text, .. } = writer;
    Made { html, text: text.source() }
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff65}' | '\u{20000}'..='\u{3ffff}')
        || matches!(c, '\u{2018}'..='\u{201d}' | '…')
}

/// Writes text into HTML. Braces and backslashes become entities, so that text never becomes a tag.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '{' => out.push_str("&#123;"),
            '\\' => out.push_str("&#92;"),
            other => out.push(other),
        }
    }
}
