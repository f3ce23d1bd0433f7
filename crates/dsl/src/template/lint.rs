//! Warnings about messages that work and still fare badly: clipped by Gmail, without a way to unsubscribe,
//! with links whose words name another site.

use super::link::{self, Address, Wrong};
use super::named::other_site;
use super::part;
use super::picture;
use super::{Format, MessageTemplate, Tag, Templates};
use crate::diagnostic::{Code, Report};
use crate::library::Brand;
use crate::source::{Sources, Span};
use std::collections::BTreeSet;

/// Gmail shows no more than this of a mail, in bytes.
const CLIPPED: usize = 102 * 1024;

/// Says that a mail is longer than Gmail shows, with the layout around it.
fn clipped(template: &MessageTemplate, templates: &Templates, span: Span, report: &mut Report) {
    let frame = match template.format {
        Format::Markdown => templates.frame(template).map_or(FRAME, str::len),
        Format::Mjml | Format::Html | Format::Text => 0,
    };
    let size = template.html.as_ref().map_or(0, |html| html.len() + frame);
    if size > CLIPPED {
        report.warning(Code::W0525, span).arg("size", (size / 1024).to_string()).help("W0525-help");
    }
}

/// The built-in layout, in bytes.
const FRAME: usize = 4 * 1024;

/// Looks at MJML, which frames itself too, but for its language and title, which it is given.
pub(super) fn mjml(source: &str, span: Span, tags: &[Tag], brand: &Brand, report: &mut Report) {
    unsubscribe(span, tags, report);
    postal(source, span, tags, brand, report);
    pictures(source, span, report);
    icons(source, span, report);
    addresses(source, span, report);
}

/// The icon of a network comes from a server of other people's, unless the mail brings one.
fn icons(source: &str, span: Span, report: &mut Report) {
    const ELEMENT: &str = "<mj-social-element";
    for (at, _) in source.match_indices(ELEMENT) {
        let end = source.get(at..).and_then(|rest| rest.find('>')).map_or(source.len(), |end| at + end + 1);
        let icon = source.get(at..end).unwrap_or("");
        if !icon.contains("src=") {
            report.warning(Code::W0535, span.part(at, end)).help("W0535-help");
        }
    }
}

/// Looks at HTML that frames itself: a page or the layout.
pub(super) fn frame(html: &str, span: Span, tags: &[Tag], brand: &Brand, report: &mut Report) {
    let lower = html.to_ascii_lowercase();
    let start = span.part(0, 0);
    unsubscribe(span, tags, report);
    postal(html, span, tags, brand, report);
    if !lower.contains("<html lang=") && !lower.contains(" lang=") {
        report.warning(Code::W0526, start).message("W0526-lang");
    }
    if !lower.contains("<title") {
        report.warning(Code::W0526, start).message("W0526-title-missing");
    }
    pictures(html, span, report);
    addresses(html, span, report);
}

fn unsubscribe(span: Span, tags: &[Tag], report: &mut Report) {
    if !tags.iter().any(|tag| tag.name == "unsubscribe_url") {
        report.warning(Code::W0526, span.part(0, 0)).help("W0526-help");
    }
}

/// Law asks who writes, and where they are.
fn postal(html: &str, span: Span, tags: &[Tag], brand: &Brand, report: &mut Report) {
    let written =
        brand.address.as_deref().is_some_and(|address| !address.is_empty() && html.contains(address));
    if !written && !tags.iter().any(|tag| matches!(tag.name.as_str(), "brand.address" | "footer")) {
        report.warning(Code::W0526, span.part(0, 0)).message("W0526-address").help("W0526-address-help");
    }
}

fn pictures(html: &str, span: Span, report: &mut Report) {
    let lower = html.to_ascii_lowercase();
    for (at, name) in ["<img", "<mj-image"].iter().flat_map(|name| lower.match_indices(name)) {
        let end = lower.get(at..).and_then(|rest| rest.find('>')).map_or(lower.len(), |end| at + end + 1);
        let picture = lower.get(at..end).unwrap_or("");
        // In `mj-attributes` it only says how all of them look.
        let shows = name == "<img" || picture.contains("src=");
        if shows && !picture.contains("alt=") {
            report
                .warning(Code::W0522, span.part(at, end))
                .message("W0522-attribute")
                .help("W0522-attribute-help");
        }
    }
}

fn addresses(html: &str, span: Span, report: &mut Report) {
    for address in link::addresses(html) {
        let Address::Whole(address, at) = address else { continue };
        if let Some(site) = other_site(&words(html, at), address) {
            let wrong = report.warning(Code::W0530, span.part(at, at + address.len()));
            wrong.arg("site", site).help("W0530-help");
        }
        if address.contains("{{") {
            continue;
        }
        let span = span.part(at, at + address.len());
        match link::scheme(address.trim(), false) {
            None => {}
            Some(Wrong::Empty) => {
                report.warning(Code::W0523, span);
            }
            Some(Wrong::Scheme | Wrong::Block) => {
                report.error(Code::E0509, span).arg("address", address).help("E0509-help");
            }
            Some(Wrong::Relative) => {
                report
                    .error(Code::E0509, span)
                    .message("E0509-relative")
                    .arg("address", address)
                    .help("E0509-help");
            }
        }
    }
}

/// The words of the link whose address stands there.
fn words(html: &str, address: usize) -> String {
    let rest = html.get(address..).unwrap_or("");
    let inside = rest.split_once('>').map_or("", |(_, inside)| inside);
    let end = ["</a", "</mj-"].iter().filter_map(|end| inside.find(end)).min().unwrap_or(0);
    let mut words = String::new();
    for piece in inside.get(..end).unwrap_or("").split('<') {
        words.push_str(if words.is_empty() {
            piece
        } else {
            piece.split_once('>').map_or("", |(_, text)| text)
        });
    }
    words
}

/// Warns where the locale variants of a message name different things: one of them was probably forgotten.
/// Called once, when all templates are read.
pub fn variants(templates: &Templates, sources: &Sources, report: &mut Report) {
    for lone in templates.messages.values().filter(|one| one.html.is_none() && one.text.is_none()) {
        if let Some(file) = sources.find(&lone.path) {
            let wrong = report.error(Code::E0510, Span::new(file, 0, 0)).message("E0510-subject");
            wrong.arg("name", &lone.name).help("E0510-subject-help");
        }
    }
    for template in templates.messages.values() {
        if let Some(file) = sources.find(&template.path) {
            let span = Span::new(file, 0, 0);
            clipped(template, templates, span, report);
            picture::heavy(template, templates, span, report);
        }
    }
    part::unused(sources, &templates.parts, report);
    let mut first: Option<&MessageTemplate> = None;
    for template in templates.messages.values() {
        match first.filter(|first| first.name == template.name) {
            Some(first) => differ(first, template, report),
            None => first = Some(template),
        }
    }
}

fn differ(first: &MessageTemplate, other: &MessageTemplate, report: &mut Report) {
    if first.format != other.format && (first.format == Format::Text || other.format == Format::Text) {
        return;
    }
    let names = |template: &MessageTemplate| -> BTreeSet<String> {
        template.tags.iter().map(|tag| tag.name.clone()).collect()
    };
    let (here, there) = (names(other), names(first));
    for (has, lacks, missing) in
        [(first, other, there.difference(&here)), (other, first, here.difference(&there))]
    {
        for name in missing {
            let Some(tag) = has.tags.iter().find(|tag| tag.name == *name) else { continue };
            let wrong = report.warning(Code::W0524, tag.span).arg("name", name);
            wrong.arg("path", &lacks.path).help("W0524-help");
        }
    }
}
