//! Warnings about messages that work and still fare badly: clipped by Gmail, without a way to unsubscribe,
//! with links whose words name another site.

use super::link::{self, Address, Wrong};
use super::{Format, MessageTemplate, Tag, Templates};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use std::collections::BTreeSet;

/// Gmail shows no more than this of a mail, in bytes.
const CLIPPED: usize = 102 * 1024;

/// Looks at a message as a whole. `span` is its body.
pub(super) fn message(template: &MessageTemplate, span: Span, report: &mut Report) {
    let size = template.html.as_ref().map_or(0, String::len);
    if size > CLIPPED {
        report
            .warning(Code::W0525, span.part(0, 0))
            .arg("size", (size / 1024).to_string())
            .help("W0525-help");
    }
}

/// Looks at HTML that frames itself: a page or the layout.
pub(super) fn frame(html: &str, span: Span, tags: &[Tag], report: &mut Report) {
    let lower = html.to_ascii_lowercase();
    let start = span.part(0, 0);
    if !tags.iter().any(|tag| tag.name == "unsubscribe_url") {
        report.warning(Code::W0526, start).help("W0526-help");
    }
    if !lower.contains("<html lang=") && !lower.contains(" lang=") {
        report.warning(Code::W0526, start).message("W0526-lang");
    }
    if !lower.contains("<title") {
        report.warning(Code::W0526, start).message("W0526-title-missing");
    }
    for (at, _) in lower.match_indices("<img") {
        let end = lower.get(at..).and_then(|rest| rest.find('>')).map_or(lower.len(), |end| at + end + 1);
        if !lower.get(at..end).unwrap_or("").contains("alt=") {
            report.warning(Code::W0522, span.part(at, end)).help("W0522-help");
        }
    }
    for address in link::addresses(html) {
        let Address::Whole(address, at) = address else { continue };
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

/// Warns where the locale variants of a message name different things: one of them was probably forgotten.
/// Called once, when all templates are read.
pub fn variants(templates: &Templates, report: &mut Report) {
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
