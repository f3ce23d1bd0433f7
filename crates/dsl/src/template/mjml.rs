//! MJML to HTML that mail programs show alike. Merge tags go through whole: the reader of MJML takes them for
//! words, so that `{{#each}}` stays where its author put it, also between the rows of a table.

mod elements;
mod mask;
mod outline;

use super::link;
use super::markdown::MOST_HTML;
use super::scan::{Kind, Piece, scan};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use elements::{Content, Element};
use mask::{Masked, Part};
use mrml::prelude::render::RenderOptions;
use outline::Outline;

/// The elements that may stand in an element of MJML; `None`: in the file itself.
pub fn mjml_inside(parent: Option<&str>) -> Vec<&'static str> {
    match parent {
        None => vec!["mjml"],
        Some(parent) => match Element::named(parent).map(|element| element.content) {
            Some(Content::Elements(inside)) => inside.to_vec(),
            Some(Content::Html | Content::Text | Content::Nothing) | None => Vec::new(),
        },
    }
}

/// The attributes of an element of MJML; empty: there is no such element.
pub fn mjml_attributes(element: &str) -> Vec<String> {
    Element::named(element).map(|element| element.attributes().collect()).unwrap_or_default()
}

/// The fonts where the author names none: a mail is read with what the reader's device has.
const FONTS: &str = "-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',Arial,sans-serif";

/// A tag between elements goes through as a comment, between these.
const BEFORE: &str = "<!--=";
const AFTER: &str = "=-->";

/// Turns a document of MJML into HTML. `span` is where it stands, byte for byte. `None`: it cannot be read, and
/// why is reported.
pub(super) fn make(source: &str, span: Span, pieces: &[Piece], report: &mut Report) -> Option<String> {
    let hidden = Masked::new(source, pieces);
    let document = Outline::new(source, &hidden, span, pieces, report).read()?;
    let unreadable = |reason: String, report: &mut Report| {
        report.error(Code::E0517, span.part(0, 0)).message("E0517-reader").arg("reason", reason);
    };
    let parsed = match mrml::parse(&document) {
        Ok(parsed) => parsed.element,
        Err(error) => {
            unreadable(error.to_string(), report);
            return None;
        }
    };
    // No fonts from elsewhere: they tell who reads, and where they cannot be reached the mail stays blank.
    let options =
        RenderOptions { disable_comments: false, social_icon_origin: None, fonts: Default::default() };
    let made = match parsed.render(&options) {
        Ok(made) => made,
        Err(error) => {
            unreadable(error.to_string(), report);
            return None;
        }
    };
    let (html, counts) = restored(&made, &hidden, source, pieces);
    if html.len() > MOST_HTML {
        let most = (MOST_HTML / 1024).to_string();
        report.error(Code::E0507, span.part(0, 0)).arg("most", most);
        return None;
    }
    let mut whole = true;
    for (piece, count) in pieces.iter().zip(counts) {
        let message = match (&piece.kind, count) {
            (Kind::Comment, _) => continue,
            (_, 0) => "E0514-lost-mjml",
            (Kind::Open(_) | Kind::Else | Kind::Close(_), 2..) => "E0514-twice",
            _ => continue,
        };
        let at = span.part(piece.at.start, piece.at.end);
        report.error(Code::E0514, at).message(message).help("E0514-lost-mjml-help");
        whole = false;
    }
    if !whole {
        return None;
    }
    let pieces = scan(&html).ok()?.0;
    Some(link::wrap_in_html(&html, &pieces))
}

/// Puts the tags back; and how often each of them stands there.
fn restored(made: &str, hidden: &Masked, source: &str, pieces: &[Piece]) -> (String, Vec<usize>) {
    let mut html = String::with_capacity(made.len());
    let mut counts = vec![0; pieces.len()];
    let mut parts = hidden.parts(made).into_iter().peekable();
    let mut commented = false;
    while let Some(part) = parts.next() {
        match part {
            Part::Text(text) => {
                let text = if commented { text.strip_prefix(AFTER).unwrap_or(&text) } else { &text };
                let opens = matches!(parts.peek(), Some(Part::Tag(_)));
                let bare = text.strip_suffix(BEFORE).filter(|_| opens);
                commented = bare.is_some();
                html.push_str(bare.unwrap_or(text));
            }
            Part::Tag(tag) => {
                if let (Some(piece), Some(count)) = (pieces.get(tag), counts.get_mut(tag)) {
                    html.push_str(source.get(piece.at.clone()).unwrap_or(""));
                    *count += 1;
                }
            }
        }
    }
    (html, counts)
}
