//! Writes the `expect` of tests into the text of their file: what happened, for a person to look through.
//! Comments, lines that stay right, and everything else stay as they are, byte for byte.

use crate::diagnostic::Report;
use crate::source::Sources;
use crate::yaml::{self, Entry, Node};
use std::ops::Range;

/// A line of the new `expect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The line with this number of the old one, from 0: it stays as it is written.
    Kept(usize),
    /// A new line: what stands behind its dash.
    New(String),
}

/// What one test is to expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the test begins, in bytes of the text.
    pub at: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The text with the new lines in it. `Err`: the place of a test that cannot be written to, because it stands
/// in brackets as a whole or is not there.
pub fn recorded(text: &str, edits: &[Edit]) -> Result<String, usize> {
    let mut sources = Sources::new();
    let file = sources.add("file", text);
    let node = yaml::read(&sources, file, &mut Report::new());
    let tests = node.as_ref().and_then(|node| node.get("tests")).and_then(|entry| entry.value.items());
    let mut edits: Vec<&Edit> = edits.iter().collect();
    // From the last to the first, so that places before it stay right.
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.at));
    let mut out = text.to_owned();
    for edit in edits {
        let test = tests.and_then(|tests| tests.iter().find(|test| test.span.start == edit.at));
        let change = test.and_then(|test| change(text, test, &edit.lines)).ok_or(edit.at)?;
        out.replace_range(change.0, &change.1);
    }
    Ok(out)
}

/// What of the text is replaced, and by what.
fn change(text: &str, test: &Node, lines: &[Line]) -> Option<(Range<usize>, String)> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let first = test.entries()?.first()?;
    // A test in brackets has its first key behind one.
    let begin = line_begin(text, first.key_span.start);
    let before = text.get(begin..first.key_span.start)?;
    if before.chars().any(|letter| !matches!(letter, ' ' | '-')) {
        return None;
    }
    let indent = " ".repeat(before.chars().count());
    match test.get("expect") {
        Some(entry) => instead(text, entry, lines, &indent, end),
        None => {
            let at = line_end(text, test.span.end);
            let mut new = if text.get(..at)?.ends_with('\n') { String::new() } else { end.to_owned() };
            new.push_str(&format!("{indent}expect:{end}"));
            new.push_str(&written(lines, &[], &format!("{indent}  "), end));
            Some((at..at, new))
        }
    }
}

/// The list that is there gives way to another.
fn instead(
    text: &str,
    entry: &Entry,
    lines: &[Line],
    indent: &str,
    end: &str,
) -> Option<(Range<usize>, String)> {
    let (value, key_end) = (entry.value.span, entry.key_span.end);
    let items = entry.value.items().unwrap_or_default();
    let head = line_end(text, key_end);
    let in_brackets = text.get(value.start..)?.starts_with('[') || items.is_empty();
    if in_brackets {
        let stays: Vec<String> = items.iter().map(|item| at_dash(text, item)).collect::<Option<_>>()?;
        let stop = if entry.value.is_null() { key_end + 1 } else { value.end };
        let rest = text.get(stop..line_end(text, stop))?.trim_end();
        let lines: Vec<Line> = lines.iter().map(|line| renewed(line, &stays)).collect();
        let mut new = format!(":{rest}{end}");
        new.push_str(&written(&lines, &[], &format!("{indent}  "), end));
        return Some((key_end..line_end(text, stop), new));
    }
    let first = items.first()?;
    let dash = line_begin(text, first.span.start);
    let column = text.get(dash..first.span.start)?.find('-')?;
    let mut parts = Vec::new();
    let mut from = head;
    for item in items {
        let to = line_end(text, item.span.end);
        parts.push((from..to, item.span.end));
        from = to;
    }
    let parts: Vec<(&str, usize)> = parts
        .into_iter()
        .map(|(range, end)| Some((text.get(range.clone())?, end - range.start)))
        .collect::<Option<_>>()?;
    let new = written(lines, &parts, &" ".repeat(column), end);
    Some((head..from, new))
}

/// A line of a list in brackets, as it goes behind a dash.
fn at_dash(text: &str, item: &Node) -> Option<String> {
    Some(text.get(item.span.start..item.span.end)?.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn renewed(line: &Line, stays: &[String]) -> Line {
    match line {
        Line::Kept(number) => stays.get(*number).map_or_else(|| line.clone(), |text| Line::New(text.clone())),
        Line::New(_) => line.clone(),
    }
}

/// The new list: kept lines as they are with the comments above them; of a line that goes its comments stay.
fn written(lines: &[Line], parts: &[(&str, usize)], indent: &str, end: &str) -> String {
    let mut out = String::new();
    let mut next = 0;
    let kept = |number: usize| lines.contains(&Line::Kept(number));
    for line in lines {
        match line {
            Line::Kept(number) => {
                for gone in next..*number {
                    if !kept(gone) {
                        out.push_str(&comments(parts, gone, indent, end));
                    }
                }
                next = next.max(number + 1);
                if let Some((text, _)) = parts.get(*number) {
                    out.push_str(text);
                    if !text.ends_with('\n') {
                        out.push_str(end);
                    }
                }
            }
            Line::New(text) => out.push_str(&format!("{indent}- {text}{end}")),
        }
    }
    for gone in next..parts.len() {
        if !kept(gone) {
            out.push_str(&comments(parts, gone, indent, end));
        }
    }
    out
}

/// The comments of a line that goes: those above it, and the one behind it.
fn comments(parts: &[(&str, usize)], number: usize, indent: &str, end: &str) -> String {
    let Some((text, item_end)) = parts.get(number) else { return String::new() };
    let mut out = String::new();
    let above = text.get(..*item_end).unwrap_or_default();
    for line in above.lines().take_while(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
        out.push_str(&format!("{line}{end}"));
    }
    let behind = text.get(*item_end..).unwrap_or_default().trim();
    if behind.starts_with('#') {
        out.push_str(&format!("{indent}{behind}{end}"));
    }
    out
}

fn line_begin(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Behind the line's end; the end of the text where it has none.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "workflow: a # 弃购\ntests:\n  - name: one   # stays\n    clock: 2026-03-02 09:00\n    expect:   # what comes\n      # first\n      - { after: 1 day, tag: x }   # right\n      # second\n      - after: 2 days\n        tag: y   # wrong\n\n    never: []\n  - name: two\n    clock: 2026-03-02 09:00\n";

    fn at(text: &str, name: &str) -> usize {
        text.find(&format!("name: {name}")).unwrap()
    }

    fn new(text: &str) -> Line {
        Line::New(text.to_owned())
    }

    #[test]
    fn right_lines_and_all_comments_stay_and_the_rest_of_the_file_too() {
        let edits =
            [Edit { at: at(FILE, "one"), lines: vec![new("{ tag: a }"), Line::Kept(0), new("{ tag: z }")] }];
        let expected = FILE.replace(
            "      # first\n      - { after: 1 day, tag: x }   # right\n      # second\n      - after: 2 days\n        tag: y   # wrong\n",
            "      - { tag: a }\n      # first\n      - { after: 1 day, tag: x }   # right\n      - { tag: z }\n      # second\n      # wrong\n",
        );
        assert_eq!(recorded(FILE, &edits).unwrap(), expected);
    }

    #[test]
    fn a_test_without_expect_gets_one_and_several_are_written_at_once() {
        let edits = [
            Edit { at: at(FILE, "one"), lines: vec![Line::Kept(0), Line::Kept(1)] },
            Edit { at: at(FILE, "two"), lines: vec![new("{ exit: end }")] },
        ];
        assert_eq!(recorded(FILE, &edits).unwrap(), format!("{FILE}    expect:\n      - {{ exit: end }}\n"));
        let cut = FILE.trim_end();
        let edits = [Edit { at: at(cut, "two"), lines: vec![new("{ exit: end }")] }];
        assert_eq!(recorded(cut, &edits).unwrap(), format!("{cut}\n    expect:\n      - {{ exit: end }}\n"));
    }

    #[test]
    fn a_list_in_brackets_becomes_lines() {
        let text = "tests:\r\n  - name: one\r\n    expect: [{ tag: x }, { tag: y }]  # both\r\n    exactly: true\r\n";
        let edits = [Edit { at: at(text, "one"), lines: vec![Line::Kept(1), new("{ exit: end }")] }];
        let expected = "tests:\r\n  - name: one\r\n    expect:  # both\r\n      - { tag: y }\r\n      - { exit: end }\r\n    exactly: true\r\n";
        assert_eq!(recorded(text, &edits).unwrap(), expected);
        let empty = "tests:\n  - name: one\n    expect:\n";
        let edits = [Edit { at: at(empty, "one"), lines: vec![new("{ exit: end }")] }];
        assert_eq!(recorded(empty, &edits).unwrap(), format!("{empty}      - {{ exit: end }}\n"));
    }

    #[test]
    fn a_test_in_brackets_is_refused() {
        let text = "tests: [{ name: one, expect: [] }]\n";
        let at = text.find('{').unwrap();
        assert_eq!(recorded(text, &[Edit { at, lines: vec![new("{ exit: end }")] }]), Err(at));
    }
}
