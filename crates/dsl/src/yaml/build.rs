//! The parser's events become the tree; places lead back to the text as it was written.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle};

use super::scan::{MOST_MISTAKES, Scanned};
use super::{Entry, Kind, MOST_DEPTH, MOST_NODES, Node, scalar};
use crate::diagnostic::{Code, Diagnostic, Report, Severity};
use crate::source::{FileId, Sources, Span};

/// A list or map that is not closed yet.
enum Open {
    List { items: Vec<Node>, span: Span },
    Map { entries: Vec<Entry>, seen: BTreeMap<String, Span>, key: Option<Key>, span: Span, flow: bool },
}

/// A key whose value is still to come. `None`: the key is refused, and its value dropped.
struct Key(Option<(String, Span)>);

struct Build<'b> {
    scanned: &'b Scanned,
    sources: &'b Sources,
    file: FileId,
    report: &'b mut Report,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    /// Something was said after which the rest is not worth reading.
    broken: bool,
}

/// Builds the tree; what the scan did not see and is wrong all the same goes to the report.
pub(super) fn build(scanned: &Scanned, sources: &Sources, file: FileId, report: &mut Report) -> Option<Node> {
    if scanned.gave_up {
        return None;
    }
    let mut build =
        Build { scanned, sources, file, report, open: Vec::new(), root: None, nodes: 0, broken: false };
    // An alias without its anchor is said in our words, so the parser need not stop at it.
    let options = granit_parser::options! { emit_comments: false, emit_unresolved_aliases: true };
    let before = build.report.diagnostics().len();
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(&scanned.mended.text, options) {
        match next {
            Ok((Event::DocumentStart(..), span)) => {
                documents += 1;
                if documents > 1 {
                    let span = build.span(&span);
                    build.report.error(Code::E0112, span).label("E0112-label").help("E0112-help");
                    break;
                }
            }
            Ok((event, span)) => build.event(event, &span),
            Err(error) => {
                build.failed(&error);
                return None;
            }
        }
        if build.broken || build.report.diagnostics().len() > before + MOST_MISTAKES {
            return None;
        }
    }
    let root = build.root.take().filter(|root| !root.is_null());
    if root.is_none() && !report.diagnostics().iter().any(|d| d.span.file == file) {
        report.error(Code::E0119, Span::new(file, 0, 0)).help("E0119-help");
    }
    root
}

impl Build<'_> {
    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let (start, end) =
            (self.scanned.mended.original(range.start), self.scanned.mended.original(range.end));
        Span::new(self.file, start, end.max(start))
    }

    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) {
        let span = self.span(at);
        let (anchor, tag) = (event.anchor_id(), event.tag().is_some());
        if (tag || anchor.is_some_and(|anchor| anchor > 0)) && !self.said_reference(span) {
            let message = if tag { "E0111-tag" } else { "E0111" };
            let help = if tag { "E0111-help-tag" } else { "E0111-help" };
            self.report.error(Code::E0111, span).message(message).help(help);
        }
        match event {
            Event::Scalar(text, style, _, _) => self.scalar(&text, style, at),
            Event::SequenceStart(..) => self.start(Open::List { items: Vec::new(), span }, span),
            Event::MappingStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                let map = Open::Map { entries: Vec::new(), seen: BTreeMap::new(), key: None, span, flow };
                self.start(map, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.report.error(Code::E0111, span).help("E0111-help");
                self.add(Node { kind: Kind::Null, span });
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            // Events of later versions.
            | _ => {}
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: &granit_parser::Span) {
        let span = self.span(at);
        let is_nothing = style == ScalarStyle::Plain && at.byte_range().is_none_or(|range| range.is_empty());
        if self.wants_key() {
            if is_nothing {
                self.bad_key(span);
            } else {
                self.key(text.to_owned(), span);
            }
            return;
        }
        let (kind, span) = match style {
            ScalarStyle::Plain if is_nothing => (Kind::Null, span),
            ScalarStyle::Plain => (scalar::plain(text), span),
            ScalarStyle::SingleQuoted => (Kind::Text { text: text.to_owned(), quoted: true }, span),
            ScalarStyle::DoubleQuoted => {
                self.escaped_quotes(text, span);
                (Kind::Text { text: text.to_owned(), quoted: true }, span)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // A block of text ends with its last line, not with the empty lines behind it.
                let written = self.sources.slice(span);
                let span = span.part(0, written.trim_end().len());
                (Kind::Text { text: text.to_owned(), quoted: true }, span)
            }
        };
        self.add(Node { kind, span });
    }

    /// `\"` inside `{{ }}` in a double-quoted text works, and is hard to read and to keep right.
    fn escaped_quotes(&mut self, text: &str, span: Span) {
        let written = self.sources.slice(span);
        let mut rest = written;
        let mut is_escaped = false;
        while let Some((_, inside)) = rest.split_once("{{") {
            let (tag, behind) = inside.split_once("}}").unwrap_or((inside, ""));
            is_escaped |= tag.contains("\\\"");
            rest = behind;
        }
        if !is_escaped {
            return;
        }
        let warning = self.report.warning(Code::W0124, span);
        warning.label("W0124-label").help("W0124-help");
        let plain_enough = !text.contains(char::is_control) && !written.contains('\n');
        if plain_enough && text.matches('"').count() == written.matches('\\').count() {
            warning.fix(span, format!("'{}'", text.replace('\'', "''")));
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: String, span: Span) {
        let Some(Open::Map { seen, key, .. }) = self.open.last_mut() else { return };
        if let Some(first) = seen.get(&text) {
            let first = *first;
            *key = Some(Key(None));
            self.report
                .error(Code::E0113, span)
                .arg("key", text)
                .arg("line", self.sources.place(self.file, first.start).line.to_string())
                .label("E0113-label")
                .help("E0113-help")
                .related(first, "E0113-first");
            return;
        }
        seen.insert(text.clone(), span);
        *key = Some(Key((text != "<<").then_some((text.clone(), span))));
        if text == "<<" && !self.said_reference(span) {
            self.report.error(Code::E0111, span).message("E0111-merge").help("E0111-help");
        }
    }

    fn bad_key(&mut self, span: Span) {
        self.report.error(Code::E0121, span).help("E0121-help");
        if let Some(Open::Map { key, .. }) = self.open.last_mut() {
            *key = Some(Key(None));
        }
    }

    fn start(&mut self, open: Open, span: Span) {
        if self.wants_key() {
            // A list or map as a key: what it holds is read as the value of no key.
            self.report.error(Code::E0121, span).help("E0121-help");
            self.broken = true;
            return;
        }
        self.count(span);
        self.open.push(open);
        if self.open.len() > MOST_DEPTH {
            self.report
                .error(Code::E0118, span)
                .message("E0118-depth")
                .arg("most", MOST_DEPTH.to_string())
                .help("E0118-help");
            self.broken = true;
        }
    }

    fn end(&mut self, end: Span) {
        let node = match self.open.pop() {
            Some(Open::List { items, span }) => {
                let last = items.last().map(|item| item.span);
                Node { span: whole(span, last, end), kind: Kind::List(items) }
            }
            Some(Open::Map { entries, span, .. }) => {
                let last = entries.last().map(|entry| entry.key_span.join(entry.value.span));
                Node { span: whole(span, last, end), kind: Kind::Map(entries) }
            }
            None => return,
        };
        self.add(node);
    }

    fn add(&mut self, node: Node) {
        self.count(node.span);
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, flow, .. }) => {
                let Some(Key(Some((key, key_span)))) = key.take() else { return };
                let behind = self.sources.text(self.file).get(key_span.end..).unwrap_or("").trim_start();
                let has_no_colon = *flow && node.is_null() && behind.starts_with([',', '}']);
                if has_no_colon {
                    self.report
                        .error(Code::E0122, key_span)
                        .message("E0122-entry")
                        .label("E0122-label")
                        .help("E0122-help-entry");
                }
                entries.push(Entry { key, key_span, value: node });
            }
        }
    }

    fn count(&mut self, span: Span) {
        self.nodes += 1;
        if self.nodes > MOST_NODES && !self.broken {
            self.report
                .error(Code::E0118, span)
                .message("E0118-nodes")
                .arg("most", MOST_NODES.to_string())
                .help("E0118-help");
            self.broken = true;
        }
    }

    /// Tells whether the scan spoke of a reference at or right before this place already.
    fn said_reference(&self, span: Span) -> bool {
        let near = |d: &Diagnostic| d.code == Code::E0111 && d.span.file == span.file;
        self.report
            .diagnostics()
            .iter()
            .any(|d| near(d) && d.span.start <= span.end && span.start <= d.span.end)
    }

    /// The parser gave up. Where the scan said nothing about this line, says it in our words.
    fn failed(&mut self, error: &ScanError) {
        let offset = error.marker().byte_offset().unwrap_or(0);
        let at = self.scanned.mended.original(offset);
        let line = |offset: usize| self.sources.place(self.file, offset).line;
        let here = line(at);
        let is_spoken = |d: &Diagnostic| {
            let mine = d.span.file == self.file && d.severity() == Severity::Error;
            mine && (self.scanned.hopeless || (line(d.span.start)..=line(d.span.end)).contains(&here))
        };
        if self.report.diagnostics().iter().any(is_spoken) {
            return;
        }
        let end = self.sources.line(self.file, here).map_or(at, |line| line.end.max(at));
        let behind = self.sources.slice(Span::new(self.file, at, end));
        let length = behind.find([' ', '\t']).unwrap_or(behind.len());
        let (code, message, help) = meaning(error.kind());
        let found: String = behind.chars().take(1).collect();
        self.report
            .error(code, Span::new(self.file, at, at + length))
            .message(message)
            .help(help)
            .arg("found", found)
            .arg("most", MOST_DEPTH.to_string());
    }
}

/// From the first to the last child; brackets of their own count where they are in the text.
fn whole(start: Span, last: Option<Span>, end: Span) -> Span {
    let inner = last.map_or(start, |last| start.join(last));
    if end.end > end.start { inner.join(end) } else { inner }
}

/// What an error of the parser means to a marketer: the code, the message and the way out.
fn meaning(kind: &ErrorKind) -> (Code, &'static str, &'static str) {
    use ErrorKind as Kind;
    let is_tab = matches!(
        kind,
        Kind::TabNotAllowed
            | Kind::TabInBlockIndentation
            | Kind::TabInIndentation
            | Kind::TabAtBlockScalarStart
            | Kind::TabInPlainScalar
    );
    let is_indentation = matches!(
        kind,
        Kind::InvalidIndentation
            | Kind::InvalidFlowScalarIndent
            | Kind::InvalidQuotedScalarIndent
            | Kind::InvalidBlockScalarIndent
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::BlockSequenceEntryNotAllowed
            | Kind::MappingKeyNotAllowed
            | Kind::MappingValueNotAllowed
            | Kind::SimpleKeyExpected
    );
    let is_bracket = matches!(
        kind,
        Kind::UnexpectedEofFlowSequence
            | Kind::UnexpectedEofFlowMapping
            | Kind::UnexpectedEofImplicitFlowMapping
            | Kind::ExpectedFlowMappingSeparator
            | Kind::ExpectedFlowSequenceSeparator
            | Kind::MisplacedFlowCollectionEnd
            | Kind::MismatchedFlowCollectionEnd { .. }
            | Kind::UnclosedFlowCollection { .. }
            | Kind::BlockEntryInFlowCollection
            | Kind::FlowMappingValueAdjacentCollection
            | Kind::PlainScalarStartsWithDashFlowIndicator
    );
    let is_reference = matches!(
        kind,
        Kind::UnknownAnchor
            | Kind::AnchorCountOverflow
            | Kind::UndeclaredTagHandle
            | Kind::ExpectedTagBang
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::UnclosedVerbatimTag
            | Kind::InvalidTagEscape
            | Kind::MissingAnchorOrAliasName
    );
    let is_escape = matches!(
        kind,
        Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::InvalidLowSurrogate
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidUnicodeEscape
    );
    if is_tab {
        (Code::E0103, "E0103", "E0103-help")
    } else if is_indentation {
        (Code::E0101, "E0101-indentation", "E0101-help-indentation")
    } else if is_bracket {
        (Code::E0101, "E0101-brackets", "E0101-help-brackets")
    } else if is_reference {
        (Code::E0111, "E0111", "E0111-help")
    } else if is_escape {
        (Code::E0120, "E0120-number", "E0120-help")
    } else if matches!(kind, Kind::UnexpectedCharacter { .. }) {
        (Code::E0101, "E0101-character", "E0101-help")
    } else if *kind == Kind::RecursionLimitExceeded {
        (Code::E0118, "E0118-depth", "E0118-help")
    } else {
        (Code::E0101, "E0101", "E0101-help")
    }
}
