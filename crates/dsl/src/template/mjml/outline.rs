//! Reads a document of MJML from outside in: says what is wrong with it, and writes it anew for the renderer,
//! with title, preview and language where the author left them out.

use super::elements::{self, Content, Element, OPEN};
use super::mask::{Masked, Part};
use super::{AFTER, BEFORE, FONTS};
use crate::diagnostic::{Code, Diagnostic, Report, listed, suggest};
use crate::source::Span;
use crate::template::scan::{Kind, MOST_NESTED, Piece};
use htmlparser::{ElementEnd, StrSpan, Token, Tokenizer};
use std::ops::Range;

/// Elements of HTML that have no end.
const VOID: [&str; 9] = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta"];

/// So many attributes that MJML does not know are told: each is compared with those that it knows.
const MOST_TOLD: usize = 50;

/// A reading under way.
pub(super) struct Outline<'a, 'r> {
    source: &'a str,
    hidden: &'a Masked,
    span: Span,
    pieces: &'a [Piece],
    report: &'r mut Report,
    /// What is open, from the outside in.
    open: Vec<Open<'a>>,
    /// Blocks that are open: the tag, and the number of the element it stands in.
    blocks: Vec<(usize, usize)>,
    /// How many elements there were.
    seen: usize,
    root: bool,
    wrong: bool,
    told: usize,
    out: String,
    /// What the author wrote of the things that every mail needs.
    has: Has,
}

#[derive(Clone, Copy, Debug, Default)]
struct Has {
    head: bool,
    title: bool,
    preview: bool,
    lang: bool,
}

/// An element that is open.
struct Open<'a> {
    name: &'a str,
    /// Its bytes in the parser's text.
    at: Range<usize>,
    number: usize,
    content: Content,
    /// What its attributes are checked against; `None`: it is HTML.
    element: Option<&'static Element>,
    /// It stands in `mj-attributes`.
    style: bool,
}

impl<'a, 'r> Outline<'a, 'r> {
    pub fn new(
        source: &'a str,
        hidden: &'a Masked,
        span: Span,
        pieces: &'a [Piece],
        report: &'r mut Report,
    ) -> Self {
        let has = Has {
            head: hidden.text.contains("<mj-head"),
            title: hidden.text.contains("<mj-title"),
            preview: hidden.text.contains("<mj-preview"),
            lang: false,
        };
        let out = String::with_capacity(hidden.text.len() + 1024);
        let (open, blocks) = (Vec::new(), Vec::new());
        Self {
            source,
            hidden,
            span,
            pieces,
            report,
            open,
            blocks,
            seen: 0,
            root: false,
            wrong: false,
            told: 0,
            out,
            has,
        }
    }

    /// The document for the renderer; `None`: something is wrong with it.
    pub fn read(mut self) -> Option<String> {
        let text = self.hidden.text.as_str();
        let mut last = 0;
        for token in Tokenizer::from(text) {
            let Ok(token) = token else {
                self.broken(last);
                return None;
            };
            last = token.span().end();
            self.token(&token);
            if self.open.len() > MOST_NESTED {
                let at = self.open.last().map_or(0..0, |open| open.at.clone());
                let most = MOST_NESTED.to_string();
                self.error(Code::E0507, at).message("E0507-elements").arg("most", most);
                return None;
            }
        }
        for open in std::mem::take(&mut self.open) {
            self.error(Code::E0517, open.at).message("E0517-open").arg("name", open.name);
        }
        if !self.root && !self.wrong {
            self.error(Code::E0517, 0..0).message("E0517-root").help("E0517-root-help");
        }
        (!self.wrong).then_some(self.out)
    }

    fn token(&mut self, token: &Token<'a>) {
        match *token {
            Token::ElementStart { prefix, span, .. } => self.start(prefix, span),
            Token::Attribute { prefix, local, value, span } => self.attribute(prefix, local, value, span),
            Token::ElementEnd { end, span } => self.end(end, span),
            Token::Text { text } => self.text(text),
            Token::Comment { span, .. } => {
                // Notes of the author are for authors.
                if self.content() == Content::Html {
                    self.out.push_str(span.as_str());
                }
            }
            Token::ConditionalCommentStart { span, .. } | Token::ConditionalCommentEnd { span } => {
                if self.content() == Content::Html && self.open.iter().any(|open| open.name == "mj-raw") {
                    self.out.push_str(span.as_str());
                } else {
                    self.error(Code::E0518, span.range()).message("E0518-conditional");
                }
            }
            Token::Cdata { span, .. }
            | Token::Declaration { span, .. }
            | Token::DtdEnd { span }
            | Token::DtdStart { span, .. }
            | Token::EmptyDtd { span, .. }
            | Token::EntityDeclaration { span, .. }
            | Token::ProcessingInstruction { span, .. } => {
                self.error(Code::E0517, span.range()).message("E0517-foreign").help("E0517-foreign-help");
            }
        }
    }

    fn start(&mut self, prefix: StrSpan<'a>, span: StrSpan<'a>) {
        let name = span.as_str().trim_start_matches('<');
        let style = self.open.last().is_some_and(|open| open.name == "mj-attributes");
        let element = Element::named(name).filter(|_| prefix.is_empty());
        let content = match (style, element) {
            (true, _) => Content::Nothing,
            (false, Some(element)) => element.content,
            (false, None) => Content::Html,
        };
        self.misplaced(name, span);
        if self.open.is_empty() {
            self.root = true;
        }
        self.seen += 1;
        self.open.push(Open { name, at: span.range(), number: self.seen, content, element, style });
        self.out.push_str(span.as_str());
    }

    /// Says where an element may not stand.
    fn misplaced(&mut self, name: &str, span: StrSpan<'_>) {
        let parent = self.open.last().map(|open| (open.name, open.content));
        let Some((parent, content)) = parent else {
            if name != "mjml" || self.root {
                self.error(Code::E0517, span.range()).message("E0517-root").help("E0517-root-help");
            }
            return;
        };
        let is_mjml = name == "mjml" || name.starts_with("mj-");
        let known = Element::named(name).is_some() || matches!(name, "mj-all" | "mj-class");
        let inside: &[&str] = match content {
            Content::Elements(inside) if inside.contains(&name) => return,
            Content::Html if !is_mjml => return,
            Content::Elements(inside) => inside,
            Content::Html | Content::Text | Content::Nothing => &[],
        };
        // What stands in an element that does not exist is judged when that is put right.
        if parent.starts_with("mj-") && Element::named(parent).is_none() {
            return;
        }
        let names = || elements::all().map(|element| element.name);
        let place = names().filter(|parent| *parent != "mj-attributes").find(|parent| {
            Element::named(parent).is_some_and(
                |element| matches!(element.content, Content::Elements(inside) if inside.contains(&name)),
            )
        });
        let shown = self.shown(&span).trim_start_matches('<');
        let said = self.error(Code::E0518, span.range()).arg("name", shown).arg("parent", parent);
        if name == "mj-include" {
            said.message("E0518-include").help("E0518-include-help");
        } else if !is_mjml {
            said.message("E0518-html").help("E0518-html-help");
        } else if !known {
            let meant = suggest(name, inside.iter().copied()).or_else(|| suggest(name, names()));
            said.did_you_mean(meant);
            if !inside.is_empty() {
                said.arg_listed("known", &listed(inside)).help("E0518-help");
            }
        } else {
            said.message("E0518-place");
            if let Some(place) = place {
                said.arg("place", place).help("E0518-place-help");
            }
        }
    }

    fn attribute(
        &mut self,
        prefix: StrSpan<'a>,
        local: StrSpan<'a>,
        value: Option<StrSpan<'a>>,
        span: StrSpan<'a>,
    ) {
        self.out.push(' ');
        self.out.push_str(span.as_str());
        let Some(open) = self.open.last() else { return };
        let (element, style, owner) = (open.element, open.style, open.name);
        let name = if prefix.is_empty() { local.as_str().to_owned() } else { format!("{prefix}:{local}") };
        if !self.hidden.tags(&name).is_empty() {
            self.error(Code::E0514, span.range()).message("E0514-lost-mjml").help("E0514-lost-mjml-help");
            return;
        }
        if owner == "mjml" && name == "lang" {
            self.has.lang = true;
        }
        let tags = value.map(|value| self.hidden.tags(value.as_str())).unwrap_or_default();
        if element.is_none() && !style {
            for tag in tags {
                self.block(tag);
            }
            return;
        }
        for tag in tags {
            let silent = self.pieces.get(tag).is_none_or(|piece| piece.kind.is_silent());
            if silent {
                self.tag_error(tag, "E0514").help("E0514-help");
            } else if !OPEN.contains(&name.as_str()) {
                self.tag_error(tag, "E0514-attribute").arg("name", &name).help("E0514-attribute-help");
            }
        }
        self.known_attribute(element, style, owner, &name, local);
    }

    fn known_attribute(
        &mut self,
        element: Option<&'static Element>,
        style: bool,
        owner: &str,
        name: &str,
        at: StrSpan<'_>,
    ) {
        let known: Vec<String> = match element {
            Some(element) => element.attributes().collect(),
            // `mj-all` and `mj-class` speak of all elements.
            None => elements::all().flat_map(Element::attributes).chain(["name".to_owned()]).collect(),
        };
        if known.iter().any(|known| known == name) || self.told >= MOST_TOLD {
            return;
        }
        self.told += 1;
        let place = self.hidden.origin(&at.range());
        let place = self.span.part(place.start, place.end);
        let shown = self.shown(&at);
        let said = self.report.warning(Code::W0529, place).arg("name", shown).arg("element", owner);
        if owner == "mj-style" && name == "inline" {
            said.message("W0529-inline").help("W0529-inline-help");
            return;
        }
        match suggest(name, known.iter().map(String::as_str)) {
            Some(meant) => {
                said.did_you_mean(Some(meant));
            }
            None if style || known.is_empty() => {}
            None => {
                said.arg_listed("known", &listed(&known)).help("W0529-help");
            }
        }
    }

    fn end(&mut self, end: ElementEnd<'a>, span: StrSpan<'a>) {
        match end {
            ElementEnd::Open | ElementEnd::Empty => {
                let Some(open) = self.open.last() else { return };
                let (name, empty) = (open.name, matches!(end, ElementEnd::Empty));
                let is_void = open.element.is_none() && VOID.contains(&name);
                if name == "mjml" && !self.has.lang {
                    self.out.push_str(" lang=\"{{language}}\"");
                }
                let needs_head = (name == "mj-head", name == "mjml" && !self.has.head && !empty);
                match needs_head {
                    (true, _) if empty => {
                        self.out.push('>');
                        self.head();
                        self.out.push_str("</mj-head>");
                    }
                    (true, _) => {
                        self.out.push('>');
                        self.head();
                    }
                    (false, true) => {
                        self.out.push_str("><mj-head>");
                        self.head();
                        self.out.push_str("</mj-head>");
                    }
                    (false, false) if is_void => self.out.push_str(" />"),
                    (false, false) => self.out.push_str(span.as_str()),
                }
                if empty || is_void {
                    self.open.pop();
                }
            }
            ElementEnd::Close(..) => {
                let name = span.as_str().trim_start_matches("</").trim_end_matches('>').trim();
                self.close(name, span);
                self.out.push_str(span.as_str());
            }
        }
    }

    /// What every mail needs: a title, a line for the list of mails, fonts that are there.
    fn head(&mut self) {
        if !self.has.title {
            self.out.push_str("<mj-title>{{subject}}</mj-title>");
        }
        if !self.has.preview {
            self.out.push_str("<mj-preview>{{preheader}}</mj-preview>");
        }
        self.out.push_str(&format!("<mj-attributes><mj-all font-family=\"{FONTS}\" /></mj-attributes>"));
    }

    fn close(&mut self, name: &str, span: StrSpan<'_>) {
        match self.open.last() {
            Some(open) if open.name == name => {
                let number = open.number;
                self.open.pop();
                self.left_open(number);
            }
            Some(open) => {
                let (opened, at) = (open.name, self.hidden.origin(&open.at));
                let at = self.span.part(at.start, at.end);
                let said = self.error(Code::E0517, span.range()).message("E0517-other");
                said.arg("name", name).arg("opened", opened).related(at, "E0517-opened");
                // Where an element further out is meant, the ones inside it end here as well.
                if let Some(meant) = self.open.iter().rposition(|open| open.name == name) {
                    self.open.truncate(meant);
                }
            }
            None => {
                self.error(Code::E0517, span.range()).message("E0517-not-open").arg("name", name);
            }
        }
    }

    /// Blocks that an element opened and did not close.
    fn left_open(&mut self, number: usize) {
        while let Some((tag, inside)) = self.blocks.last().copied()
            && inside == number
        {
            self.blocks.pop();
            self.tag_error(tag, "E0514-split").help("E0514-split-help");
        }
    }

    fn text(&mut self, text: StrSpan<'a>) {
        let bare = matches!(self.content(), Content::Elements(_) | Content::Nothing) || self.open.is_empty();
        if !bare {
            self.out.push_str(text.as_str());
            self.hidden.tags(text.as_str()).into_iter().for_each(|tag| self.block(tag));
            return;
        }
        let parent = self.open.last().map_or("mjml", |open| open.name);
        let mut said = false;
        for part in self.hidden.parts(text.as_str()) {
            match part {
                Part::Text(words) => said |= !words.trim().is_empty(),
                Part::Tag(tag) if self.pieces.get(tag).is_some_and(|piece| piece.kind.is_silent()) => {
                    self.out.push_str(&format!("{BEFORE}{}{AFTER}", self.hidden.tag(tag)));
                    self.block(tag);
                }
                Part::Tag(_) => said = true,
            }
        }
        if said {
            let words = text.as_str();
            let from = text.start() + (words.len() - words.trim_start().len());
            let said = self.error(Code::E0518, from..from + words.trim().len());
            said.message("E0518-text").arg("parent", parent).help("E0518-html-help");
        }
    }

    /// A block begins and ends in one element: else the page would have ends without beginnings.
    fn block(&mut self, tag: usize) {
        let number = self.open.last().map_or(0, |open| open.number);
        match self.pieces.get(tag).map(|piece| &piece.kind) {
            Some(Kind::Open(_)) => self.blocks.push((tag, number)),
            Some(Kind::Close(_)) => match self.blocks.last().copied() {
                Some((_, inside)) if inside == number => {
                    self.blocks.pop();
                }
                Some(_) | None => {
                    self.blocks.pop();
                    self.tag_error(tag, "E0514-split").help("E0514-split-help");
                }
            },
            Some(Kind::Else) => {
                if self.blocks.last().is_none_or(|(_, inside)| *inside != number) {
                    self.tag_error(tag, "E0514-split").help("E0514-split-help");
                }
            }
            Some(Kind::Escape | Kind::Comment | Kind::Value | Kind::Unescaped | Kind::Forbidden) | None => {}
        }
    }

    /// What the reader of MJML stumbles over, from a place on.
    fn broken(&mut self, from: usize) {
        let rest = self.hidden.text.get(from..).unwrap_or("");
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let blank = rest.len() - rest.trim_start().len();
        let stretch = rest.get(..end).unwrap_or("");
        match self.hidden.tags(stretch).first().copied() {
            Some(tag) => {
                self.tag_error(tag, "E0514-lost-mjml").help("E0514-lost-mjml-help");
            }
            None => {
                let line = stretch.trim().lines().next().map_or(0, str::len);
                let at = from + blank.min(end)..from + blank.min(end) + line;
                self.error(Code::E0517, at).help("E0517-help");
            }
        }
    }

    /// A stretch of the parser's text as the author wrote it.
    fn shown(&self, span: &StrSpan<'_>) -> &'a str {
        self.source.get(self.hidden.origin(&span.range())).unwrap_or("")
    }

    fn content(&self) -> Content {
        self.open.last().map_or(Content::Elements(&["mjml"]), |open| open.content)
    }

    fn tag_error(&mut self, tag: usize, message: &'static str) -> &mut Diagnostic {
        self.wrong = true;
        let at = self.pieces.get(tag).map_or(0..0, |piece| piece.at.clone());
        self.report.error(Code::E0514, self.span.part(at.start, at.end)).message(message)
    }

    /// Reports a stretch of the parser's text.
    fn error(&mut self, code: Code, at: Range<usize>) -> &mut Diagnostic {
        self.wrong = true;
        let at = self.hidden.origin(&at);
        self.report.error(code, self.span.part(at.start, at.end))
    }
}
