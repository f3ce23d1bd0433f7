//! The head of a template between `---` lines: `key: value`, one a line, quoted or plain.

use crate::diagnostic::{Code, Report, suggest};
use crate::source::{FileId, Span};

const KEYS: [&str; 4] = ["subject", "preheader", "from", "layout"];

/// A value and where its first character stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// The text, unquoted.
    pub text: String,
    /// The text between the quotes.
    pub span: Span,
}

/// What the head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    /// `subject`
    pub subject: Option<Field>,
    /// `preheader`
    pub preheader: Option<Field>,
    /// `from`
    pub from: Option<Field>,
    /// `layout`
    pub layout: Option<Field>,
    /// Where the body begins, in bytes.
    pub body: usize,
}

/// Reads the head of a file's text. A text without one is all body.
pub(super) fn read(text: &str, file: FileId, report: &mut Report) -> FrontMatter {
    let mut head = FrontMatter::default();
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return head };
    let mut at = first.len();
    for line in lines {
        let start = at;
        at += line.len();
        if line.trim_end() == "---" {
            head.body = at;
            return head;
        }
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            one(line, start, file, &mut head, report);
        }
    }
    report.error(Code::E0508, Span::new(file, 0, 3)).message("E0508-unclosed").help("E0508-unclosed-help");
    head.body = text.len();
    head
}

fn one(line: &str, start: usize, file: FileId, head: &mut FrontMatter, report: &mut Report) {
    let Some((key, value)) = line.split_once(':') else {
        let span = Span::new(file, start, start + line.trim_end().len());
        report.error(Code::E0508, span).message("E0508-line").help("E0508-help");
        return;
    };
    let key_at = start + (key.len() - key.trim_start().len());
    let key_span = Span::new(file, key_at, key_at + key.trim().len());
    let value_at = start + key.len() + 1 + (value.len() - value.trim_start().len());
    let field = unquote(value.trim(), value_at, file, report);
    let key = key.trim();
    let place = match key {
        "subject" => &mut head.subject,
        "preheader" => &mut head.preheader,
        "from" => &mut head.from,
        "layout" => &mut head.layout,
        _ => {
            report
                .error(Code::E0508, key_span)
                .arg("key", key)
                .help("E0508-help")
                .did_you_mean(suggest(key, KEYS));
            return;
        }
    };
    if place.is_some() {
        report.error(Code::E0508, key_span).arg("key", key).message("E0508-twice");
    }
    *place = Some(field);
}

fn unquote(value: &str, at: usize, file: FileId, report: &mut Report) -> Field {
    let whole = Span::new(file, at, at + value.len());
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let text = value.split(" #").next().unwrap_or(value).trim_end();
        return Field { text: text.to_owned(), span: whole.part(0, text.len()) };
    };
    let inside = value.get(1..).unwrap_or("");
    let mut text = String::new();
    let mut letters = inside.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\'' if quote == '\'' && letters.next_if(|(_, next)| *next == '\'').is_some() => text.push('\''),
            '\\' if quote == '"' && letters.peek().is_some_and(|(_, next)| matches!(next, '"' | '\\')) => {
                text.extend(letters.next().map(|(_, next)| next));
            }
            closing if closing == quote => {
                return Field { text, span: whole.part(1, 1 + place) };
            }
            other => text.push(other),
        }
    }
    report.error(Code::E0508, whole).message("E0508-quote");
    Field { text, span: whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read_one(text: &str) -> (FrontMatter, Vec<String>, Sources) {
        let mut sources = Sources::new();
        let file = sources.add("a.md.hbs", text);
        let mut report = Report::new();
        let head = read(sources.text(file), file, &mut report);
        let wrong =
            report.diagnostics().iter().map(|d| format!("{} {}", d.message, sources.slice(d.span))).collect();
        (head, wrong, sources)
    }

    #[test]
    fn quoted_and_plain_values_are_read_with_their_place() {
        let text = "---\nsubject: 'it''s {{customer.name}}'\npreheader: 好 # a remark\nfrom: \"a \\\"b\\\"\"\n---\nBody\n";
        let (head, wrong, sources) = read_one(text);
        assert_eq!(wrong, Vec::<String>::new());
        let subject = head.subject.unwrap();
        assert_eq!(subject.text, "it's {{customer.name}}");
        assert_eq!(sources.slice(subject.span), "it''s {{customer.name}}");
        assert_eq!(head.preheader.unwrap().text, "好");
        assert_eq!(head.from.unwrap().text, "a \"b\"");
        assert_eq!(&text[head.body..], "Body\n");
    }

    #[test]
    fn a_text_without_a_head_is_all_body() {
        let (head, wrong, _) = read_one("Hello\n---\n");
        assert_eq!((head.body, wrong.len()), (0, 0));
    }

    #[test]
    fn mistakes_are_named_and_reading_goes_on() {
        let (head, wrong, _) = read_one("---\nsubjct: a\nsubject: b\nsubject: 'c\njust words\n---\n");
        assert_eq!(wrong, ["E0508 subjct", "E0508-quote 'c", "E0508-twice subject", "E0508-line just words"]);
        assert_eq!(head.subject.unwrap().text, "c");
        let (_, wrong, _) = read_one("---\nsubject: a\n");
        assert_eq!(wrong, ["E0508-unclosed ---"]);
    }
}
