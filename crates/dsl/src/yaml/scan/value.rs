//! Values on a line of block structure: unquoted and quoted texts, blocks of text, references.

use std::ops::Range;

use super::block::closing_quote;
use super::{Indent, Open, Scan};
use crate::diagnostic::Code;
use crate::yaml::scalar::{cut_comment, is_foul_space, quoted, word_length};

impl Scan<'_, '_> {
    /// Reads the value at a place. `parent`: the indentation of the key or dash it belongs to.
    pub(super) fn value(&mut self, at: usize, parent: Option<usize>) {
        let rest = self.rest(at);
        self.open = Open::Nothing;
        let Some(first) = rest.chars().next() else {
            self.open = Open::Value;
            return;
        };
        let (end, _) = cut_comment(rest);
        let whole = at..at + end;
        match first {
            '#' => {
                self.open = Open::Value;
                self.comment_for_value(at, parent);
            }
            '"' | '\'' => self.quoted_value(at, parent),
            '“' | '”' if self.wrapped_full_width(whole.clone()) => {}
            '{' if rest.starts_with("{{") => self.template(whole),
            '｛' | '［' if self.full_width_brackets(whole.clone()) => {}
            '[' | '{' => self.flow_value(at, parent),
            '|' | '>' => match block_header(rest) {
                Some(deeper) => self.block_text(at, parent, deeper),
                None => self.special(first, whole),
            },
            '!' if self.is_shout(at, rest, parent) => self.special(first, whole),
            '*' | '&' | '!' => match self.reference_in_front(at) {
                Some(after) if after < at + end => self.value(after, parent),
                Some(_) => self.open = Open::Value,
                None if self.is_alias(whole.clone()) => self.alias(whole),
                None => self.special(first, whole),
            },
            '%' | '@' | '`' | ',' | ']' | '}' => self.special(first, whole),
            '?' | '-' if is_indicator(rest) => self.special(first, whole),
            _ => self.plain(at, parent),
        }
    }

    /// `!important` with nothing behind and nothing below: a text, and no tag of a value.
    fn is_shout(&self, at: usize, rest: &str, parent: Option<usize>) -> bool {
        let word = rest.trim_end().strip_prefix('!').unwrap_or("");
        let below = self.next_content(self.next_line(at));
        let has_value = below.is_some_and(|(_, indent)| parent.is_none_or(|parent| indent.width > parent));
        !word.is_empty() && !word.starts_with('!') && !word.contains([' ', '\t']) && !has_value
    }

    /// An unquoted text.
    fn plain(&mut self, at: usize, parent: Option<usize>) {
        let rest = self.rest(at);
        let (end, comment) = cut_comment(rest);
        let text = rest.get(..end).unwrap_or("");
        if text.match_indices(':').any(|(colon, _)| is_separator(text.get(colon + 1..).unwrap_or(""))) {
            self.colon_in_text(at, end, parent);
        } else {
            self.open = if comment.is_some() { Open::Nothing } else { Open::Text { parent } };
        }
        if let Some(hash) = comment {
            self.lost_comment(at + hash);
        }
    }

    /// An unquoted text with `: ` inside: YAML takes what is before the colon for a key.
    pub(super) fn colon_in_text(&mut self, at: usize, length: usize, parent: Option<usize>) {
        let mut end = at + length;
        // The lines below that go on with the text are part of what must be quoted.
        let mut next = self.next_line(at);
        let has_comment = self.rest(end).trim_start().starts_with('#');
        while let Some((content, indent)) = self.next_content(next).filter(|_| !has_comment) {
            let is_deeper = parent.is_none_or(|parent| indent.width > parent) && !indent.is_wrong();
            let stands_alone = self.text.get(next..content).is_none_or(|between| between.contains('\n'));
            if !is_deeper || stands_alone || self.find_key(content).is_some() {
                break;
            }
            end = content + cut_comment(self.rest(content)).0;
            next = self.next_line(content);
            self.at = next;
        }
        let whole = at..end;
        let fix = self.span(whole.clone());
        let text = self.text.get(whole.clone()).unwrap_or("");
        let is_one_line = !text.contains('\n');
        let replacement = quoted(text);
        let mistake = self.error(Code::E0107, whole.clone());
        mistake.label("E0107-label").help("E0107-help");
        if is_one_line {
            mistake.fix(fix, replacement);
        }
        self.mend.quote(whole);
        self.open = Open::Nothing;
    }

    /// ` #123` behind an unquoted text: the text loses its end.
    pub(super) fn lost_comment(&mut self, hash: usize) {
        let comment = self.rest(hash).trim_end();
        let next = comment.strip_prefix('#').and_then(|rest| rest.chars().next());
        if next.is_some_and(|c| !c.is_whitespace() && c != '#' && c != '!') {
            let end = hash + comment.len();
            self.warning(Code::W0123, hash..end).label("W0123-label").help("W0123-help");
        }
    }

    /// `key: #123`: the whole value is a comment, unless it remarks on what stands below.
    fn comment_for_value(&mut self, at: usize, parent: Option<usize>) {
        let below = self.next_content(self.next_line(at));
        let has_value = below.is_some_and(|(content, indent)| {
            parent.is_none_or(|parent| indent.width > parent)
                || (Some(indent.width) == parent
                    && self.text.get(content..).is_some_and(|t| t.starts_with('-')))
        });
        if !has_value {
            self.lost_comment(at);
        }
    }

    /// A text whose first sign means something else in YAML.
    pub(in crate::yaml) fn special(&mut self, sign: char, whole: Range<usize>) {
        let fix = self.span(whole.clone());
        let replacement = quoted(self.text.get(whole.clone()).unwrap_or(""));
        let mistake = self.error(Code::E0110, whole.clone());
        mistake.arg("sign", sign).label("E0110-label").help("E0110-help").fix(fix, replacement);
        if sign == '`' {
            // In the sentence's own quotes nobody would see it.
            mistake.message("E0110-backtick").label("E0110-label-backtick");
        }
        self.mend.quote(whole);
    }

    /// `{{customer.name}}，你好`: YAML takes the braces for a map.
    pub(in crate::yaml) fn template(&mut self, whole: Range<usize>) {
        let fix = self.span(whole.clone());
        let replacement = quoted(self.text.get(whole.clone()).unwrap_or(""));
        self.error(Code::E0109, whole.clone()).label("E0109-label").help("E0109-help").fix(fix, replacement);
        self.mend.quote(whole);
    }

    /// `“…”` around the whole value. Returns whether it was that.
    pub(in crate::yaml) fn wrapped_full_width(&mut self, whole: Range<usize>) -> bool {
        let text = self.text.get(whole.clone()).unwrap_or("");
        let Some(inner) = text.strip_prefix(['“', '”']).and_then(|t| t.strip_suffix(['”', '“', '"']))
        else {
            return false;
        };
        if inner.contains(['“', '”', '"']) {
            return false;
        }
        let inside = whole.start + '“'.len_utf8();
        let fix = self.span(whole.clone());
        let replacement = quoted(inner);
        self.error(Code::E0108, whole.clone())
            .message("E0108-quotes")
            .help("E0108-help-quotes")
            .fix(fix, replacement);
        self.mend.replace(whole.start..inside, "'");
        self.mend.quote_inside(inside..inside + inner.len());
        self.mend.replace(inside + inner.len()..whole.end, "'");
        true
    }

    /// `｛ … ｝` and `［ … ］` around the whole value. Returns whether it was that.
    pub(in crate::yaml) fn full_width_brackets(&mut self, whole: Range<usize>) -> bool {
        const PAIRS: [[&str; 4]; 2] = [["｛", "{", "｝", "}"], ["［", "[", "］", "]"]];
        let text = self.text.get(whole.clone()).unwrap_or("");
        let pair = PAIRS.into_iter().find(|[open, ..]| text.starts_with(open));
        let Some([open, opens, close, closes]) = pair else { return false };
        if !(text.ends_with(close) || text.ends_with(closes)) || text.contains('\n') {
            return false;
        }
        let last = text.chars().next_back().map_or(0, char::len_utf8);
        let end = whole.end - last..whole.end;
        self.full_width(whole.start..whole.start + open.len(), open, opens);
        if last == close.len() {
            self.full_width(end, close, closes);
        }
        true
    }

    /// `*base` alone.
    pub(in crate::yaml) fn is_alias(&self, whole: Range<usize>) -> bool {
        let text = self.text.get(whole).unwrap_or("");
        text.strip_prefix('*').is_some_and(|name| name.is_ascii() && word_length(name) == name.len())
            && text.len() > 1
    }

    pub(in crate::yaml) fn alias(&mut self, whole: Range<usize>) {
        self.error(Code::E0111, whole.clone()).help("E0111-help");
        self.mend.quote(whole);
    }

    /// `&base ` or `!tag ` in front of a value: reports it, reads blanks instead, and returns where the value
    /// starts.
    pub(in crate::yaml) fn reference_in_front(&mut self, at: usize) -> Option<usize> {
        if self.stopped {
            return None;
        }
        let rest = self.rest(at);
        let (sign, name) = match rest.strip_prefix('&') {
            Some(name) => ("&", name),
            None => ("!", rest.strip_prefix('!')?),
        };
        let marks = name.len() - name.trim_start_matches('!').len();
        let name = name.get(marks..)?;
        let length =
            name.find(|c: char| !c.is_ascii_alphanumeric() && !"_-./".contains(c)).unwrap_or(name.len());
        let behind = name.get(length..)?;
        if length == 0 || !(behind.is_empty() || behind.starts_with([' ', '\t'])) {
            return None;
        }
        let end = at + 1 + marks + length;
        let mistake = self.error(Code::E0111, at..end);
        if sign == "!" {
            mistake.message("E0111-tag").help("E0111-help-tag");
        } else {
            mistake.help("E0111-help");
        }
        self.mend.replace(at..end, " ".repeat(end - at));
        Some(end + behind.len() - behind.trim_start_matches([' ', '\t']).len())
    }

    /// A list or map in brackets, or a text that starts with one: `[紧急] 续约`.
    fn flow_value(&mut self, at: usize, parent: Option<usize>) {
        let rest = self.rest(at);
        if let Some(end) = balanced(rest) {
            let behind = rest.get(end..).unwrap_or("").trim_start_matches([' ', '\t']);
            if !behind.is_empty() && !behind.starts_with(['#', ':', ']', '}']) {
                let first = rest.chars().next().unwrap_or('[');
                self.special(first, at..at + cut_comment(rest).0);
                return;
            }
        }
        let end = self.flow(at, parent);
        self.at = self.next_line(end);
    }

    /// A text in quotes, which may go on over lines.
    fn quoted_value(&mut self, at: usize, parent: Option<usize>) {
        let Some(end) = self.quoted_end(at, parent) else {
            self.unclosed_quote(at);
            return;
        };
        let rest = self.rest(end);
        let behind = rest.trim_start_matches([' ', '\t']);
        let is_comment = behind.starts_with('#') && behind.len() < rest.len();
        if behind.is_empty() || is_comment {
            self.at = self.next_line(end);
            return;
        }
        self.at = self.next_line(end);
        // A `#` glued to the quote is no comment.
        let glued = usize::from(rest.starts_with('#'));
        let (length, _) = cut_comment(rest.get(glued..).unwrap_or(""));
        self.behind_quote(at..end + glued + length);
    }

    /// Text behind a closing quote: quotes inside the text, or only the start of it quoted.
    pub(in crate::yaml) fn behind_quote(&mut self, whole: Range<usize>) {
        let text = self.text.get(whole.clone()).unwrap_or("");
        let quote = text.chars().next().unwrap_or('"');
        let fix = self.span(whole.clone());
        let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
        let meant = inner.unwrap_or(text);
        let replacement = quoted(meant);
        let is_one_line = !text.contains('\n');
        let is_template = meant.contains("{{");
        let mistake = self.error(Code::E0115, whole.clone());
        mistake.arg("quote", quote);
        mistake.help(if is_template { "E0115-help-template" } else { "E0115-help" });
        if is_one_line {
            mistake.fix(fix, replacement);
        }
        if inner.is_some() {
            self.mend.replace(whole.start..whole.start + 1, "'");
            self.mend.quote_inside(whole.start + 1..whole.end - 1);
            self.mend.replace(whole.end - 1..whole.end, "'");
        } else {
            self.mend.quote(whole);
        }
    }

    /// A quote that is never closed: only its first line is taken as the text.
    pub(in crate::yaml) fn unclosed_quote(&mut self, at: usize) {
        let text = self.rest(at).trim_end();
        let end = at + text.len();
        let quote = text.chars().next().unwrap_or('"');
        let full_width = text.char_indices().next_back().filter(|(at, c)| *at > 0 && matches!(c, '”' | '“'));
        if let Some((last, _)) = full_width.filter(|_| quote == '"') {
            self.full_width(at + last..end, "”", "\"");
        } else {
            self.error(Code::E0114, at..end).arg("quote", quote).label("E0114-label").help("E0114-help");
            self.mend.replace(at..at + 1, "'");
            self.mend.quote_inside(at + 1..end);
            self.mend.replace(end..end, "'");
        }
        self.at = self.next_line(at);
    }

    /// Finds the end of a quoted text and reports backslashes that mean nothing. `None`: it does not end, or
    /// only behind a line that is clearly another key or item.
    pub(in crate::yaml) fn quoted_end(&mut self, at: usize, parent: Option<usize>) -> Option<usize> {
        let quote = self.rest(at).chars().next()?;
        let mut line = at;
        let mut from = at + 1;
        let mut wrong = Vec::new();
        // The empty lines before it are not looked at again and again.
        let mut next_text = at;
        loop {
            // Behind a quote put in front, each line is the start of a quoted text.
            let rest = self.rest(line);
            let rest = rest.get(from - line..).unwrap_or("");
            if let Some(end) = quote_on_line(quote, rest, from, &mut wrong) {
                for escape in wrong {
                    self.wrong_escape(escape);
                }
                return Some(end);
            }
            line = self.next_line(line);
            from = line;
            if line <= next_text {
                continue;
            }
            let (content, indent) = self.next_content(line)?;
            next_text = content;
            let is_shallow = parent.is_some_and(|parent| indent.width <= parent);
            if is_shallow && (self.find_key(content).is_some() || self.rest(content).starts_with("- ")) {
                return None;
            }
        }
    }

    fn wrong_escape(&mut self, escape: Range<usize>) {
        let sign = self.text.get(escape.clone()).unwrap_or("").to_owned();
        self.error(Code::E0120, escape.clone()).arg("escape", sign).help("E0120-help");
        self.mend.replace(escape.start..escape.start, "\\");
    }

    /// Skips a block of text behind `|` or `>`; `deeper`: its indentation, where the header says so.
    fn block_text(&mut self, at: usize, parent: Option<usize>, deeper: Option<usize>) {
        let outer = parent.map_or(0, |parent| parent + 1);
        let mut content = deeper.map(|deeper| parent.unwrap_or(0) + deeper);
        self.at = self.next_line(at);
        while self.at < self.text.len() {
            let line = self.rest(self.at);
            let indent = Indent::of(line);
            if indent.bytes == 0 && document_mark(line).is_some() {
                return;
            }
            if line.len() > indent.bytes {
                let needed = content.unwrap_or(outer);
                if indent.spaces >= needed {
                    content.get_or_insert(indent.spaces);
                } else if indent.width < outer || line.get(indent.bytes..).is_some_and(|t| t.starts_with('#'))
                {
                    return;
                } else {
                    let column = content.unwrap_or(outer.max(indent.width));
                    self.shallow_block_line(indent, column);
                    content = Some(column);
                }
            }
            self.at = self.next_line(self.at);
        }
    }

    /// A line of a block of text that is less deep than its first line, or indented by the wrong blanks.
    fn shallow_block_line(&mut self, indent: Indent, column: usize) {
        let stretch = self.at..self.at + indent.bytes;
        let fix = self.span(stretch.clone());
        let spaces = " ".repeat(column);
        if indent.has_foul {
            self.error(Code::E0102, stretch.clone()).help("E0102-help").fix(fix, spaces.clone());
        } else if indent.has_tab {
            self.error(Code::E0103, stretch.clone()).help("E0103-help").fix(fix, spaces.clone());
        } else {
            let line = self.at + indent.bytes..self.at + self.rest(self.at).trim_end().len();
            self.error(Code::E0105, line)
                .arg("found", indent.width.to_string())
                .arg("expected", column.to_string())
                .label("E0105-label")
                .help("E0105-help");
        }
        self.mend.replace(stretch, spaces);
    }
}

/// Finds the closing quote on a line that a quoted text goes on over, and gathers wrong escapes.
fn quote_on_line(quote: char, rest: &str, from: usize, wrong: &mut Vec<Range<usize>>) -> Option<usize> {
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            if let Some((_, escaped)) = chars.next()
                && !"0abtnvfre \t\"/\\N_LPxuU".contains(escaped)
            {
                wrong.push(from + at..from + at + 1 + escaped.len_utf8());
            }
        } else if c == quote {
            if quote == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() {
                continue;
            }
            return Some(from + at + 1);
        }
    }
    None
}

/// Finds the end of the bracket that a line starts with, where it is closed on the line.
fn balanced(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = rest.get(at..)?.chars().next() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.checked_sub(1)?,
            '"' | '\'' if rest.get(..at)?.ends_with(['[', '{', ' ', ',', '\t']) => {
                at += closing_quote(rest.get(at..)?)?;
                continue;
            }
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Reads the header of a block of text: `|`, `>-`, `|2`. The number is how much deeper its lines stand.
fn block_header(rest: &str) -> Option<Option<usize>> {
    let (end, _) = cut_comment(rest);
    let marks = rest.get(1..end)?;
    let digits: String = marks.chars().filter(char::is_ascii_digit).collect();
    let signs = marks.chars().filter(|c| matches!(c, '+' | '-')).count();
    let is_header = marks.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    if !is_header || digits.len() > 1 || signs > 1 || digits == "0" {
        return None;
    }
    Some(digits.parse().ok())
}

/// The mark between two documents at the start of a line without indentation: `---` or `...`.
pub(super) fn document_mark(line: &str) -> Option<&str> {
    let (mark, behind) = line.split_at_checked(3)?;
    let is_alone = behind.is_empty() || behind.starts_with([' ', '\t']);
    (matches!(mark, "---" | "...") && is_alone).then_some(mark)
}

/// Tells whether a text starts with a sign and a blank: `? a`, `- a`.
pub(in crate::yaml) fn is_indicator(rest: &str) -> bool {
    rest.chars().nth(1).is_none_or(|c| matches!(c, ' ' | '\t') || is_foul_space(c))
}

/// Tells whether a colon with this behind it separates key and value.
fn is_separator(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with([' ', '\t'])
}
