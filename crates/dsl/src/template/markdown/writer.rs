//! Writes the items of a Markdown body as HTML and as plain text at once.

use super::{Item, MOST_HTML, escape, is_chinese};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::template::protect::{Part, Protected};
use crate::template::scan::{Kind, Piece};
use crate::template::styles::Styles;
use crate::template::text::TextSheet;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

pub(super) struct Writer<'a, 'r> {
    pub(super) source: &'a str,
    pub(super) span: Span,
    pub(super) pieces: &'a [Piece],
    pub(super) hidden: &'a Protected,
    pub(super) styles: &'a Styles,
    pub(super) report: &'r mut Report,
    pub(super) html: String,
    pub(super) text: TextSheet,
    /// The number of the next item; `None`: dots. With how many paragraphs the item has had.
    pub(super) lists: Vec<(Option<u64>, usize)>,
    /// Whether the cell is one of a table's head.
    pub(super) heads: Vec<bool>,
    /// To which side the columns of a table lean.
    pub(super) columns: Vec<Alignment>,
    /// The last letter written, to join Chinese lines without a blank.
    pub(super) last: Option<char>,
    pub(super) seen: Vec<bool>,
}

impl<'a> Writer<'a, '_> {
    pub(super) fn write(&mut self, items: &[Item<'a>]) {
        let mut index = 0;
        while let Some(item) = items.get(index) {
            index += 1;
            if self.html.len() > MOST_HTML {
                return;
            }
            match item {
                Item::Tags(tags) => {
                    for tag in tags {
                        let source = self.tag(*tag);
                        self.html.push_str(source);
                        self.html.push('\n');
                        self.text.line_tag(source);
                    }
                }
                Item::Event(Event::Start(Tag::Paragraph), _) if self.is_button_alone(items, index) => {
                    index = self.button_alone(items, index);
                }
                Item::Event(Event::Start(Tag::Link { dest_url, .. }), range) => {
                    index = self.link(items, index, dest_url, range);
                }
                Item::Event(Event::Start(Tag::Image { dest_url, .. }), range) => {
                    index = self.image(items, index, dest_url, range);
                }
                Item::Event(Event::SoftBreak, _) => self.soft_break(items.get(index)),
                Item::Event(event, _) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.words(text),
            Event::Code(text) => {
                self.open("code");
                self.words(text);
                self.html.push_str("</code>");
            }
            Event::HardBreak => {
                self.html.push_str("<br>\n");
                self.text.new_line();
            }
            Event::Rule => {
                self.open("hr");
                self.html.push('\n');
                self.text.block();
                self.text.literal("----------");
                self.text.block();
            }
            Event::SoftBreak => self.html.push('\n'),
            // Not switched on.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.words(text)
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph => self.paragraph(),
            Tag::Heading { level, .. } => {
                self.text.block();
                self.open(heading(*level));
            }
            Tag::BlockQuote(_) => {
                self.open("blockquote");
                self.text.block();
                self.text.push_prefix("> ");
            }
            Tag::CodeBlock(CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) => {
                self.open("pre");
                self.text.block();
            }
            Tag::List(first) => {
                self.open(if first.is_some() { "ol" } else { "ul" });
                if let Some(first) = first.filter(|first| *first != 1) {
                    // `<ol start>` cannot be styled in: put it into the tag just written.
                    self.html.truncate(self.html.len() - 1);
                    self.html.push_str(&format!(" start=\"{first}\">"));
                }
                self.html.push('\n');
                if self.lists.is_empty() {
                    self.text.block()
                } else {
                    self.text.new_line()
                }
                self.lists.push((*first, 0));
            }
            Tag::Item => {
                self.open("li");
                let mark = match self.lists.last_mut() {
                    Some((Some(number), paragraphs)) => {
                        *paragraphs = 0;
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    Some((None, paragraphs)) => {
                        *paragraphs = 0;
                        "- ".to_owned()
                    }
                    None => String::new(),
                };
                self.text.start_line();
                self.text.literal(&mark);
                self.text.push_prefix(&" ".repeat(mark.len()));
            }
            Tag::Table(columns) => {
                self.columns.clone_from(columns);
                self.text.block();
                self.open("table");
                self.html.push('\n');
            }
            Tag::TableHead => {
                self.html.push_str("<tr>");
                self.heads.push(true);
                self.text.start_line();
            }
            Tag::TableRow => {
                self.html.push_str("<tr>");
                self.heads.push(false);
                self.text.start_line();
            }
            Tag::TableCell => {
                let head = self.heads.last().copied().unwrap_or(false);
                let side = match self.columns.get(self.text.cells()) {
                    Some(Alignment::Center) => "center",
                    Some(Alignment::Right) => "right",
                    Some(Alignment::None | Alignment::Left) | None => "",
                };
                self.cell(if head { "th" } else { "td" }, side);
                self.text.cell();
            }
            Tag::Emphasis => self.open("em"),
            Tag::Strong => self.open("strong"),
            Tag::Strikethrough => self.open("del"),
            Tag::HtmlBlock => {
                self.text.block();
                self.open("p");
            }
            // Links and pictures are written before; the others are not switched on.
            Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.last = None;
        match tag {
            TagEnd::Paragraph if self.lists.is_empty() => self.close_block("p"),
            TagEnd::Paragraph => self.text.new_line(),
            TagEnd::Heading(level) => self.close_block(heading(level)),
            TagEnd::BlockQuote(_) => {
                self.text.pop_prefix();
                self.close_block("blockquote");
            }
            TagEnd::CodeBlock => self.close_block("pre"),
            TagEnd::HtmlBlock => self.close_block("p"),
            TagEnd::List(ordered) => {
                self.lists.pop();
                self.html.push_str(if ordered { "</ol>\n" } else { "</ul>\n" });
                if self.lists.is_empty() {
                    self.text.block();
                }
            }
            TagEnd::Item => {
                self.html.push_str("</li>\n");
                self.text.pop_prefix();
                self.text.start_line();
            }
            TagEnd::Table => {
                self.html.push_str("</table>\n");
                self.text.block();
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.html.push_str("</tr>\n");
                let head = self.heads.pop().unwrap_or(false);
                self.text.end_row(head);
            }
            TagEnd::TableCell => {
                let head = self.heads.last().copied().unwrap_or(false);
                self.html.push_str(if head { "</th>" } else { "</td>" });
            }
            TagEnd::Emphasis => self.html.push_str("</em>"),
            TagEnd::Strong => self.html.push_str("</strong>"),
            TagEnd::Strikethrough => self.html.push_str("</del>"),
            TagEnd::Link
            | TagEnd::Image
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// In an item of a list a paragraph has no frame of its own: its margins would tear the list apart.
    fn paragraph(&mut self) {
        match self.lists.last_mut() {
            Some((_, paragraphs)) => {
                if *paragraphs > 0 {
                    self.html.push_str("<br><br>\n");
                    self.text.new_line();
                }
                *paragraphs += 1;
            }
            None => {
                self.text.block();
                self.open("p");
            }
        }
    }

    fn open(&mut self, element: &str) {
        let style = self.styles.of(element);
        self.html.push('<');
        self.html.push_str(element);
        if !style.is_empty() {
            self.html.push_str(" style=\"");
            self.html.push_str(style);
            self.html.push('"');
        }
        self.html.push('>');
    }

    /// A cell; the side stands both as an attribute, which old programs read, and in the style.
    fn cell(&mut self, element: &str, side: &str) {
        self.open(element);
        if side.is_empty() {
            return;
        }
        self.html.truncate(self.html.len() - 1);
        if self.html.ends_with('"') {
            self.html.truncate(self.html.len() - 1);
            self.html.push_str(&format!(";text-align:{side};\""));
        }
        self.html.push_str(&format!(" align=\"{side}\">"));
    }

    fn close_block(&mut self, element: &str) {
        self.html.push_str("</");
        self.html.push_str(element);
        self.html.push_str(">\n");
        self.text.block();
    }

    pub(super) fn words(&mut self, text: &str) {
        for part in self.hidden.parts(text) {
            match part {
                Part::Text(text) => {
                    escape(text, &mut self.html);
                    self.text.literal(text);
                    self.last = text.chars().next_back().or(self.last);
                }
                Part::Tag(tag) => {
                    let source = self.tag(tag);
                    let escaped = self.pieces.get(tag).is_some_and(|piece| piece.kind == Kind::Escape);
                    if escaped {
                        escape(source.trim_start_matches('\\'), &mut self.html);
                    } else {
                        self.html.push_str(source);
                    }
                    match self.pieces.get(tag).map(|piece| &piece.kind) {
                        // What is HTML in the page is its words in the text; the helper is the renderer's own.
                        Some(Kind::Unescaped) => {
                            let name = source.trim_matches(['{', '}', '~', '&', ' ']);
                            self.text.tag(&format!("{{{{plain {name}}}}}"));
                        }
                        Some(_) | None => self.text.tag(source),
                    }
                    self.last = None;
                }
            }
        }
    }

    /// A line end in a paragraph is a blank, but not between two Chinese letters.
    fn soft_break(&mut self, next: Option<&Item<'_>>) {
        let next = match next {
            Some(Item::Event(Event::Text(text), _)) => text.chars().next(),
            Some(Item::Event(..) | Item::Tags(_)) | None => None,
        };
        let joined = self.last.is_some_and(is_chinese) && next.is_some_and(is_chinese);
        if !joined {
            self.html.push('\n');
            self.text.literal(" ");
        }
    }

    pub(super) fn tag(&mut self, tag: usize) -> &'a str {
        if let Some(seen) = self.seen.get_mut(tag) {
            *seen = true;
        }
        self.pieces.get(tag).and_then(|piece| self.source.get(piece.at.clone())).unwrap_or("")
    }

    /// Tags that Markdown has no place for, such as in the address of a link that nothing uses.
    pub(super) fn lost(&mut self) {
        for (piece, seen) in self.pieces.iter().zip(&self.seen) {
            if !seen && piece.kind != Kind::Comment {
                let at = self.span.part(piece.at.start, piece.at.end);
                self.report.error(Code::E0514, at).message("E0514-lost").help("E0514-lost-help");
            }
        }
    }
}

const fn heading(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => "h3",
    }
}
