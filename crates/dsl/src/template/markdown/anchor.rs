//! Links, buttons and pictures.

use super::writer::Writer;
use super::{Item, escape, is_chinese};
use crate::diagnostic::Code;
use crate::template::link::{self, Wrong};
use crate::template::named::other_site;
use crate::template::protect::Part;
use pulldown_cmark::{Event, Tag, TagEnd};
use std::ops::Range;

impl<'a> Writer<'a, '_> {
    /// Writes a link up to its end and what stands in braces behind it; returns the next item's number.
    pub(super) fn link(
        &mut self,
        items: &[Item<'a>],
        start: usize,
        address: &str,
        range: &Range<usize>,
    ) -> usize {
        let end = end_of(items, start, TagEnd::Link);
        let marks = self.marks(items.get(end + 1));
        let inside = items.get(start..end).unwrap_or(&[]);
        let frame = self.anchor(address, range, marks.as_ref());
        self.html.push_str(&frame);
        let before = self.text.mark();
        self.write(inside);
        self.html.push_str("</a>");
        self.misleading(inside, address, range);
        self.text_address(address, before);
        match (marks, items.get(end + 1)) {
            (Some(marks), Some(Item::Event(Event::Text(text), _))) => {
                self.words(text.get(marks.length..).unwrap_or(""));
                end + 2
            }
            (Some(_) | None, _) => end + 1,
        }
    }

    /// Warns where the words of a link name another site.
    fn misleading(&mut self, inside: &[Item<'a>], address: &str, range: &Range<usize>) {
        let words = inside.iter().filter_map(|item| match item {
            Item::Event(Event::Text(text) | Event::Code(text), _) => Some(text.as_ref()),
            Item::Event(..) | Item::Tags(_) => None,
        });
        let words: Vec<&str> = words.collect();
        let told: String = words.iter().flat_map(|words| self.hidden.parts(words)).map(plain).collect();
        let address: String = self.hidden.parts(address).into_iter().map(plain).collect();
        if let Some(site) = other_site(&told, &address) {
            let at = self.span.part(range.start, range.end);
            self.report.warning(Code::W0530, at).arg("site", site).help("W0530-help");
        }
    }

    fn anchor(&mut self, address: &str, range: &Range<usize>, marks: Option<&Marks>) -> String {
        let address = self.address(address, range, false);
        let button = marks.is_some_and(|marks| marks.button);
        let style = self.styles.of(if button { "button" } else { "a" });
        let class = if button { " class=\"button\"" } else { "" };
        let name = marks.and_then(|marks| marks.name.as_ref());
        let name = name.map(|name| format!(" name=\"{name}\"")).unwrap_or_default();
        format!("<a{class}{name} href=\"{address}\" style=\"{style}\">")
    }

    /// The address as it stands in an attribute; what is wrong with it is reported.
    fn address(&mut self, address: &str, range: &Range<usize>, picture: bool) -> String {
        let parts = self.hidden.parts(address);
        let at = self.span.part(range.start, range.end);
        let shown: String =
            parts.iter().filter_map(|p| if let Part::Text(t) = p { Some(*t) } else { None }).collect();
        match link::judge(&parts, self.pieces, picture) {
            None => {}
            Some(Wrong::Empty) => {
                self.report.warning(Code::W0523, at);
            }
            Some(Wrong::Scheme) => {
                self.report.error(Code::E0509, at).arg("address", shown).help("E0509-help");
            }
            Some(Wrong::Relative) => {
                self.report
                    .error(Code::E0509, at)
                    .message("E0509-relative")
                    .arg("address", shown)
                    .help("E0509-help");
            }
            Some(Wrong::Block) => {
                self.report.error(Code::E0514, at).help("E0514-help");
            }
        }
        let mut out = String::new();
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => escape(&text.replace(' ', "%20"), &mut out),
                Part::Tag(tag) => out.push_str(&link::wrapped(self.tag(*tag), index == 0)),
            }
        }
        out
    }

    /// In plain text the address stands behind the words, unless the words are the address.
    fn text_address(&mut self, address: &str, before: usize) {
        let shown = address.trim_start_matches("mailto:").trim_start_matches("tel:");
        if self.text.since(before) == shown {
            self.text.blank();
            return;
        }
        let chinese = self.text.since(before).chars().next_back().is_some_and(is_chinese);
        self.text.literal(if chinese { "：" } else { ": " });
        for (index, part) in self.hidden.parts(address).into_iter().enumerate() {
            match part {
                Part::Text(text) => self.text.literal(text),
                Part::Tag(tag) => {
                    let wrapped = link::wrapped(self.tag(tag), index == 0);
                    self.text.tag(&wrapped);
                }
            }
        }
        // A letter right behind an address would be read as part of it.
        self.text.blank();
    }

    pub(super) fn image(
        &mut self,
        items: &[Item<'a>],
        start: usize,
        address: &str,
        range: &Range<usize>,
    ) -> usize {
        let end = end_of(items, start, TagEnd::Image);
        let address = self.address(address, range, true);
        self.html.push_str(&format!("<img src=\"{address}\" alt=\""));
        let before = self.html.len();
        for item in items.get(start..end).unwrap_or(&[]) {
            if let Item::Event(Event::Text(text) | Event::Code(text), _) = item {
                self.words(text);
            }
        }
        if self.html.len() == before {
            self.report.warning(Code::W0522, self.span.part(range.start, range.end)).help("W0522-help");
        }
        self.html.push_str(&format!("\" style=\"{}\">", self.styles.of("img")));
        end + 1
    }

    /// Reads `{.button name=offer}` at the start of the text behind a link.
    fn marks(&self, next: Option<&Item<'_>>) -> Option<Marks> {
        let Some(Item::Event(Event::Text(text), _)) = next else { return None };
        let (inside, _) = text.strip_prefix("{")?.split_once('}')?;
        let mut marks = Marks { button: false, name: None, length: inside.len() + 2 };
        for word in inside.split_whitespace() {
            match word.split_once('=') {
                None if word == ".button" => marks.button = true,
                Some(("name", name))
                    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)) =>
                {
                    marks.name = Some(name.to_owned());
                }
                Some(_) | None => return None,
            }
        }
        Some(marks)
    }

    /// Whether the paragraph that starts here is one button and nothing else.
    pub(super) fn is_button_alone(&self, items: &[Item<'_>], start: usize) -> bool {
        if !matches!(items.get(start), Some(Item::Event(Event::Start(Tag::Link { .. }), _)))
            || !self.lists.is_empty()
        {
            return false;
        }
        let end = end_of(items, start + 1, TagEnd::Link);
        let Some(marks) = self.marks(items.get(end + 1)).filter(|marks| marks.button) else { return false };
        let Some(Item::Event(Event::Text(text), _)) = items.get(end + 1) else { return false };
        text.len() == marks.length
            && matches!(items.get(end + 2), Some(Item::Event(Event::End(TagEnd::Paragraph), _)))
    }

    /// A button in a table of its own: Outlook shows its colour and its padding there, nowhere else.
    pub(super) fn button_alone(&mut self, items: &[Item<'a>], start: usize) -> usize {
        self.text.block();
        let frame = self.styles.of("button_frame");
        self.html.push_str(&format!(
            "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"{frame}\">\
             <tr><td align=\"center\" bgcolor=\"{{{{brand.color}}}}\" style=\"border-radius:8px;\">"
        ));
        let mut next = start + 1;
        if let Some(Item::Event(Event::Start(Tag::Link { dest_url, .. }), range)) = items.get(start) {
            next = self.link(items, start + 1, dest_url, range);
        }
        self.html.push_str("</td></tr></table>\n");
        self.text.block();
        next + 1
    }
}

/// A stretch of text; a tag stands for anything.
fn plain(part: Part<'_>) -> &str {
    match part {
        Part::Text(text) => text,
        Part::Tag(_) => "{",
    }
}

/// What stands in braces behind a link.
struct Marks {
    button: bool,
    name: Option<String>,
    length: usize,
}

/// Where the element that was opened right before `start` ends.
fn end_of(items: &[Item<'_>], start: usize, tag: TagEnd) -> usize {
    let is_end = |item: &Item<'_>| matches!(item, Item::Event(Event::End(end), _) if *end == tag);
    let found = items.iter().skip(start).position(is_end);
    found.map_or(items.len(), |at| start + at)
}
