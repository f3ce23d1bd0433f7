//! What stands in `[ ]` and `{ }`: where YAML cuts an unquoted value at a sign its author meant as text.

use super::scalar::{is_foul_space, quoted, word_length};
use super::scan::{Indent, Scan};
use crate::diagnostic::Code;

/// How far a value is followed to find where it was meant to end, in bytes.
const LONGEST_VALUE: usize = 8_192;

/// Longest item of a list that is taken for a name, in characters.
const LONGEST_NAME: usize = 40;

/// An open bracket.
struct Open {
    bracket: char,
    at: usize,
    /// In a map: the next thing is a key (else a value).
    wants_key: bool,
    /// An unquoted or quoted value has begun; what follows on the next line goes on with it.
    has_value: bool,
}

/// Where an unquoted value was meant to end, and why YAML ends it earlier.
struct Meant {
    end: usize,
    /// A full-width comma that was meant to separate two entries.
    comma: Option<usize>,
}

impl<'t> Scan<'t, '_> {
    /// Reads a list or map in brackets that starts at `at`, and returns where it ends. `parent`: the
    /// indentation of the key or dash it belongs to.
    pub(super) fn flow(&mut self, at: usize, parent: Option<usize>) -> usize {
        let mut open: Vec<Open> = Vec::new();
        let mut at = at;
        let mut last = at;
        loop {
            if self.stopped {
                return self.text.len();
            }
            let rest = self.rest(at);
            let Some(c) = rest.chars().next() else {
                let Some(next) = self.next_flow_line(at, parent) else {
                    return self.unclosed(&open, last);
                };
                at = next;
                continue;
            };
            let Some(frame) = open.last_mut() else {
                open.push(Open { bracket: c, at, wants_key: c == '{', has_value: false });
                at += 1;
                continue;
            };
            match c {
                ' ' | '\t' => {
                    at += 1;
                    continue;
                }
                '#' if self.text.get(..at).is_some_and(|before| before.ends_with([' ', '\t', '\n'])) => {
                    at += rest.len();
                    continue;
                }
                ',' => {
                    frame.wants_key = frame.bracket == '{';
                    frame.has_value = false;
                    at += 1;
                }
                ']' | '}' => {
                    if frame.bracket != opening(c) {
                        let (bracket, opened) = (frame.bracket, frame.at);
                        self.mismatched(at, c, bracket, opened);
                    }
                    open.pop();
                    at += 1;
                    if let Some(outer) = open.last_mut() {
                        outer.has_value = true;
                    } else {
                        return at;
                    }
                }
                ':' if is_separator(rest.get(1..).unwrap_or("")) || frame.has_value => {
                    frame.wants_key = false;
                    frame.has_value = false;
                    at += 1;
                }
                '，' | '：' if frame.has_value => {
                    let colon = c == '：';
                    frame.wants_key = !colon && frame.bracket == '{';
                    frame.has_value = false;
                    let end = at + c.len_utf8();
                    self.full_width(at..end, &c.to_string(), if colon { ": " } else { ", " });
                    at = end;
                }
                c if is_foul_space(c) => {
                    let end = at + rest.len() - rest.trim_start_matches(is_foul_space).len();
                    let fix = self.span(at..end);
                    self.error(Code::E0102, at..end).help("E0102-help").fix(fix, " ");
                    self.mend.replace(at..end, " ");
                    at = end;
                }
                _ if frame.has_value => {
                    // Goes on with an unquoted value of the line above, or was mended already.
                    at += plain_end(rest).max(c.len_utf8());
                }
                _ => {
                    let wants_key = frame.wants_key;
                    frame.has_value = !matches!(c, '[' | '{') || rest.starts_with("{{");
                    at = self.flow_item(at, c, wants_key, &mut open, parent);
                }
            }
            last = at;
            if open.is_empty() {
                return at;
            }
        }
    }

    /// Reads one key or value inside brackets, and returns where it ends.
    fn flow_item(
        &mut self,
        at: usize,
        first: char,
        is_key: bool,
        open: &mut Vec<Open>,
        parent: Option<usize>,
    ) -> usize {
        let rest = self.rest(at);
        let in_map = open.last().is_some_and(|frame| frame.bracket == '{');
        match first {
            '"' | '\'' => return self.flow_quoted(at, in_map, is_key, open, parent),
            '{' if rest.starts_with("{{") => {
                let end = meant(rest, at, in_map).end;
                self.template(at..end);
                return end;
            }
            '[' | '{' => {
                open.push(Open { bracket: first, at, wants_key: first == '{', has_value: false });
                return at + 1;
            }
            '&' | '!' => {
                if let Some(after) = self.reference_in_front(at) {
                    if let Some(frame) = open.last_mut() {
                        frame.has_value = false;
                    }
                    return after;
                }
            }
            _ => {}
        }
        if is_key { self.flow_key(at, open) } else { self.flow_value_text(at, first, in_map) }
    }

    /// An unquoted key: up to its colon, or a name that has none.
    fn flow_key(&mut self, at: usize, open: &mut [Open]) -> usize {
        let rest = self.rest(at);
        let end = plain_end(rest);
        let key = rest.get(..end).unwrap_or("");
        let name = word_length(key);
        let behind = key.get(name..).unwrap_or("");
        if name == 0 {
            return at + end.max(rest.chars().next().map_or(1, char::len_utf8));
        }
        if behind.starts_with('：') {
            let colon = at + name..at + name + '：'.len_utf8();
            self.full_width(colon.clone(), "：", ": ");
            return self.behind_colon(colon.end, open);
        }
        let ends_here = rest.get(end..).is_some_and(|behind| behind.starts_with(':'));
        if behind.starts_with(':') && !ends_here {
            let colon = at + name;
            let here = self.span(colon + 1..colon + 1);
            self.error(Code::E0117, colon..colon + 1).help("E0117-help").fix(here, " ");
            self.mend.replace(colon + 1..colon + 1, " ");
            return self.behind_colon(colon + 1, open);
        }
        at + end
    }

    /// Behind a colon that had to be mended: what comes next is the value.
    fn behind_colon(&mut self, at: usize, open: &mut [Open]) -> usize {
        if let Some(frame) = open.last_mut() {
            frame.wants_key = false;
            frame.has_value = false;
        }
        at
    }

    /// An unquoted value: reports where YAML would cut it, and reads it whole.
    fn flow_value_text(&mut self, at: usize, first: char, in_map: bool) -> usize {
        let rest = self.rest(at);
        let (cut, sign) = plain_stop(rest);
        if sign == Some(':') && !in_map && cut > 0 && word_length(rest) == cut {
            // `[before: 3 days]`: a map of one entry.
            return at + cut;
        }
        let meant = meant(rest, at, in_map);
        let whole = at..meant.end;
        let text = self.text.get(whole.clone()).unwrap_or("");
        if let Some(comma) = meant.comma {
            self.full_width(comma..comma + '，'.len_utf8(), "，", ", ");
        }
        if matches!(first, '“' | '”') {
            let close = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '”' | '“' | '"'));
            let end = close.map_or(meant.end, |(close, quote)| at + close + quote.len_utf8());
            let ends = |end: usize| {
                let behind = self.text.get(end..).unwrap_or("").trim_start();
                behind.is_empty() || behind.starts_with([',', '，', ']', '}'])
            };
            let whole = at..if ends(end) { end } else { meant.end };
            if self.wrapped_full_width(whole.clone()) {
                return whole.end;
            }
        }
        if matches!(first, '｛' | '［') {
            let close = rest.char_indices().find(|(_, c)| matches!(c, '｝' | '］'));
            let end = close.map_or(meant.end, |(close, sign)| at + close + sign.len_utf8());
            if self.full_width_brackets(at..end) {
                return end;
            }
        }
        if !in_map {
            self.full_width_commas(at, text);
        }
        if first == '*' && self.is_alias(whole.clone()) {
            self.alias(whole);
            return meant.end;
        }
        let is_special = matches!(first, '*' | '&' | '!' | '|' | '>' | '%' | '@' | '`')
            || (matches!(first, '?' | '-') && super::scan::is_indicator(rest));
        if is_special && !text.is_empty() {
            self.special(first, whole);
            return meant.end;
        }
        if at + cut >= meant.end {
            return (at + cut).min(meant.end).max(at + first.len_utf8());
        }
        let is_colon = sign == Some(':');
        let fix = self.span(whole.clone());
        let replacement = quoted(text);
        let mistake = if is_colon {
            self.error(Code::E0107, whole.clone()).label("E0107-label").help("E0107-help")
        } else {
            let sign = sign.unwrap_or(',');
            self.error(Code::E0106, whole.clone()).arg("sign", sign).label("E0106-label").help("E0106-help")
        };
        mistake.fix(fix, replacement);
        self.mend.quote(whole);
        meant.end
    }

    /// `[重点，沉睡]`: names in a list with full-width commas between. A phrase with more than names in it is
    /// left alone.
    fn full_width_commas(&mut self, at: usize, item: &str) {
        let is_name = |name: &str| {
            let name = name.trim();
            !name.is_empty() && word_length(name) == name.len() && name.chars().count() <= LONGEST_NAME
        };
        if item.contains('，') && item.split('，').all(is_name) {
            for (comma, sign) in item.match_indices('，') {
                self.full_width(at + comma..at + comma + sign.len(), sign, ", ");
            }
        }
    }

    /// A text in quotes inside brackets.
    fn flow_quoted(
        &mut self,
        at: usize,
        in_map: bool,
        is_key: bool,
        open: &[Open],
        parent: Option<usize>,
    ) -> usize {
        let Some(end) = self.quoted_end(at, parent) else {
            self.unclosed_quote(at);
            self.hopeless |= !open.is_empty();
            return at + self.rest(at).len();
        };
        let rest = self.rest(end);
        let behind = rest.trim_start_matches([' ', '\t']);
        let start = end + rest.len() - behind.len();
        let is_end = behind.is_empty() || behind.starts_with([',', ']', '}', ':', '#']);
        let separates = behind.strip_prefix(['，', '：']).is_some_and(|more| {
            let more = more.trim_start();
            is_key || !in_map || separates_entries(more)
        });
        if is_end || separates {
            return end;
        }
        let meant = meant(behind, start, in_map);
        self.behind_quote(at..meant.end.max(end));
        meant.end.max(end)
    }

    /// Where the content of the next line starts; `None` at the end of the text, and where the next line is
    /// clearly another key or item of the block around.
    fn next_flow_line(&mut self, at: usize, parent: Option<usize>) -> Option<usize> {
        let start = self.next_line(at);
        let (content, indent) = self.next_content(start)?;
        let is_shallow = parent.map_or(indent.width == 0, |parent| indent.width <= parent);
        let text = self.rest(content);
        if is_shallow && (self.find_key(content).is_some() || text.starts_with("- ")) {
            return None;
        }
        if indent.has_foul {
            let line = content - indent.bytes..content;
            let fix = self.span(line.clone());
            let spaces = " ".repeat(Indent::of(self.text.get(line.clone()).unwrap_or("")).width);
            self.error(Code::E0102, line.clone()).help("E0102-help").fix(fix, spaces.clone());
            self.mend.replace(line, spaces);
        }
        Some(content)
    }

    fn unclosed(&mut self, open: &[Open], last: usize) -> usize {
        let outermost = open.first().map_or(last, |frame| frame.at);
        let bracket = open.first().map_or('[', |frame| frame.bracket);
        let end = outermost + self.rest(outermost).trim_end().len();
        let closers: String = open.iter().rev().map(|frame| closing(frame.bracket)).collect();
        self.error(Code::E0116, outermost..end)
            .arg("bracket", bracket)
            .arg("meant", closing(bracket))
            .label("E0116-label")
            .help("E0116-help");
        self.mend.replace(last..last, closers);
        last
    }

    fn mismatched(&mut self, at: usize, found: char, bracket: char, opened: usize) {
        let opened = self.span(opened..opened + 1);
        self.error(Code::E0116, at..at + 1)
            .message("E0116-other")
            .arg("bracket", bracket)
            .arg("found", found)
            .arg("meant", closing(bracket))
            .help("E0116-help-other")
            .related(opened, "E0116-opened");
        self.mend.replace(at..at + 1, closing(bracket));
    }
}

/// Where YAML ends the unquoted scalar a text starts with, trailing blanks left out.
fn plain_end(rest: &str) -> usize {
    plain_stop(rest).0
}

/// As [`plain_end`], and the sign that ends it; `None` at the end of the line.
fn plain_stop(rest: &str) -> (usize, Option<char>) {
    let mut chars = rest.char_indices().peekable();
    let mut end = 0;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let stops = match c {
            ',' | '[' | ']' | '{' | '}' => true,
            ':' => next.is_none_or(|next| matches!(next, ' ' | '\t' | ',' | '[' | ']' | '{' | '}')),
            '#' => at > 0 && rest.get(..at).is_some_and(|before| before.ends_with([' ', '\t'])),
            _ => false,
        };
        if stops {
            return (end, Some(c));
        }
        if !matches!(c, ' ' | '\t') {
            end = at + c.len_utf8();
        }
    }
    (end, None)
}

/// Where the unquoted value a text starts with was meant to end: brackets and quotes closed, and what comes
/// behind is another entry, the end of the list or map, a comment or the end of the line.
fn meant(rest: &str, start: usize, in_map: bool) -> Meant {
    let window = rest.get(..rest.floor_char_boundary(LONGEST_VALUE)).unwrap_or(rest);
    let mut depth: Vec<char> = Vec::new();
    let mut end = 0;
    let mut at = 0;
    let mut before = ' ';
    while let Some(c) = window.get(at..).and_then(|text| text.chars().next()) {
        let behind = window.get(at + c.len_utf8()..).unwrap_or("");
        match c {
            '"' | '\'' if !before.is_alphanumeric() => {
                // A quote that opens a text inside the value; an apostrophe stands behind a letter.
                if let Some(close) = behind.find(c) {
                    at += close + c.len_utf8();
                    end = at + c.len_utf8();
                }
            }
            '(' if behind.contains(')') => depth.push(')'),
            '[' => depth.push(']'),
            '{' => depth.push('}'),
            ')' | ']' | '}' if depth.last() == Some(&c) => {
                depth.pop();
            }
            ']' | '}' => return Meant { end: start + end, comma: None },
            ',' if depth.is_empty() => {
                let more = behind.trim_start();
                if !in_map || more.is_empty() || more.starts_with(['}', '#']) || separates_entries(more) {
                    return Meant { end: start + end, comma: None };
                }
            }
            '，' if depth.is_empty() && in_map && separates_entries(behind.trim_start()) => {
                return Meant { end: start + end, comma: Some(start + at) };
            }
            '#' if at > 0 && matches!(before, ' ' | '\t') => {
                let is_remark = behind.starts_with([' ', '#', '\t']) || !behind.contains([']', '}', ',']);
                if is_remark {
                    return Meant { end: start + end, comma: None };
                }
            }
            _ => {}
        }
        if !matches!(c, ' ' | '\t') {
            end = end.max(at + c.len_utf8());
        }
        before = c;
        at += c.len_utf8();
    }
    Meant { end: start + end, comma: None }
}

/// Tells whether a text starts with `key:` (or `key：`), as the next entry of a map would.
fn separates_entries(text: &str) -> bool {
    let key = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text.get(1..).and_then(|t| t.find(quote)).map_or(0, |end| end + 2),
        Some(_) | None => word_length(text),
    };
    let behind = text.get(key..).unwrap_or("").trim_start_matches(' ');
    key > 0 && (behind.starts_with('：') || behind.strip_prefix(':').is_some_and(is_separator))
}

fn is_separator(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with([' ', '\t', ',', '[', ']', '{', '}', '"', '\''])
}

fn opening(bracket: char) -> char {
    if bracket == ']' { '[' } else { '{' }
}

fn closing(bracket: char) -> char {
    if bracket == '[' { ']' } else { '}' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(rest: &str, in_map: bool) -> &str {
        &rest[..meant(rest, 0, in_map).end]
    }

    #[test]
    fn a_value_is_followed_to_where_it_was_meant_to_end() {
        assert_eq!(value("lookup(a, b) }", true), "lookup(a, b)");
        assert_eq!(value("x in [\"a\",\"b\"] and y, reason: z }", true), "x in [\"a\",\"b\"] and y");
        assert_eq!(value("你好, 世界 }", true), "你好, 世界");
        assert_eq!(value("don't, b: won't }", true), "don't");
        assert_eq!(value("n == \"a, b: c\" }", true), "n == \"a, b: c\"");
        assert_eq!(value("money， share: 50% }", true), "money");
        assert_eq!(value("订单 #123, b: 1 }", true), "订单 #123");
        assert_eq!(value("3 days } # remark, so", true), "3 days");
        assert_eq!(value("好的:(, b: 1 }", true), "好的:(");
        assert_eq!(value("a, b]", false), "a");
        assert_eq!(value("count(a, b), c]", false), "count(a, b)");
        assert_eq!(value("offer,", true), "offer");
    }

    #[test]
    fn yaml_ends_an_unquoted_scalar_at_its_signs() {
        for (text, end) in [("a b , c", 3), ("a:b: c", 3), ("a#b #c", 3), ("[", 0), ("a: b", 1), ("a", 1)] {
            assert_eq!(plain_end(text), end, "{text}");
        }
    }
}
