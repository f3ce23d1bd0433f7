//! Small readers over the YAML tree, shared by all decoders: they say what is missing, unknown or of the
//! wrong kind in one way, and decoding goes on behind every mistake.

use std::ops::RangeInclusive;

use model::Decimal;

use crate::diagnostic::{Argument, Code, Diagnostic, Report, suggest};
use crate::source::{Span, Spanned};
use crate::yaml::{Entry, Kind, Node};

/// A map while its keys are read one by one; knows which were used, so that [`Fields::finish`] can name the
/// others.
#[derive(Debug, Clone)]
pub struct Fields<'n> {
    entries: &'n [Entry],
    span: Span,
    /// Key of the catalogue for what the map describes (`thing-step`).
    what: &'static str,
    known: Vec<&'static str>,
    /// Keys of which all is said: those that were named as misspelt, and read.
    misspelt: Vec<&'n str>,
    /// Keys of the language that are refused where they stand; no advice for a misspelt one.
    later: Vec<&'static str>,
    /// What was said to be missing.
    lacking: Vec<Lack>,
}

/// A mistake that says that one of some keys is missing.
#[derive(Debug, Clone)]
struct Lack {
    keys: Vec<&'static str>,
    code: Code,
    span: Span,
}

impl<'n> Fields<'n> {
    /// Starts to read a map; reports anything else. `what` is a key of the catalogue that names the thing
    /// described (`thing-here` where there is no better word).
    pub fn of(node: &'n Node, what: &'static str, report: &mut Report) -> Option<Self> {
        let entries = map(node, None, report)?;
        Some(Self {
            entries,
            span: node.span,
            what,
            known: Vec::new(),
            misspelt: Vec::new(),
            later: Vec::new(),
            lacking: Vec::new(),
        })
    }

    /// The place of the whole map.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where the map begins: its first key. What is missing is said there.
    pub fn head(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key_span)
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &'n [Entry] {
        self.entries
    }

    /// Tells whether a key stands in the map, without using it.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Makes keys known that are read elsewhere.
    pub fn know(&mut self, keys: &[&'static str]) {
        self.known.extend_from_slice(keys);
    }

    /// Notes keys that are refused where they stand.
    pub fn later(&mut self, keys: &[&'static str]) {
        self.later.extend_from_slice(keys);
    }

    /// The entry of a key, even with nothing behind it.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key that may be left out. A key with nothing behind it is reported.
    pub fn optional(&mut self, key: &'static str, report: &mut Report) -> Option<&'n Node> {
        let entry = self.entry(key)?;
        if entry.value.is_null() {
            nothing(Some(key), entry.key_span, report);
            return None;
        }
        Some(&entry.value)
    }

    /// A key that stands there, and where.
    pub fn key_of(&self, key: &'static str) -> Option<(&'static str, Span)> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| (key, entry.key_span))
    }

    /// The value of a key that must be there; reports where it is not.
    pub fn required(&mut self, key: &'static str, report: &mut Report) -> Option<&'n Node> {
        if !self.has(key) {
            self.known.push(key);
            if let Some(entry) = self.misspelt(key) {
                // It is named once, and what stands below it is read as it was meant.
                self.misspelt.push(&entry.key);
                self.unknown(entry, Some(key), report);
                return Some(&entry.value);
            }
            self.missing(key, report);
            return None;
        }
        self.optional(key, report)
    }

    /// The entry that was meant as one of the keys without which nothing in a file makes sense.
    fn misspelt(&self, key: &'static str) -> Option<&'n Entry> {
        let holds_a_file = matches!(key, "trigger" | "steps" | "then");
        self.others()
            .find(|entry| holds_a_file && !entry.value.is_null() && suggest(&entry.key, [key]).is_some())
    }

    /// Reports a key as missing, at the first key of the map.
    pub fn missing(&mut self, key: &'static str, report: &mut Report) {
        self.lacks(&[key], Code::E0302, self.head());
        report.error(Code::E0302, self.head()).arg("key", key).arg_word("what", self.what).help("E0302-help");
    }

    /// Leaves out a key of which more is said than that nobody knows it here.
    pub fn pass_over(&mut self, key: &str) {
        self.misspelt
            .extend(self.entries.iter().map(|entry| entry.key.as_str()).filter(|known| *known == key));
    }

    /// Notes that it was said, by this code at this place, that one of these keys is missing. Where a key
    /// turns out to be one of them, misspelt, it is the one mistake.
    pub fn lacks(&mut self, keys: &[&'static str], code: Code, span: Span) {
        self.lacking.push(Lack { keys: keys.to_vec(), code, span });
    }

    /// Takes back that a key is missing: it stands there, misspelt, and that is said.
    pub fn is_misspelt(&self, key: &str, report: &mut Report) {
        for lack in self.lacking.iter().filter(|lack| lack.keys.contains(&key)) {
            report.retain(|said| {
                let names_another = said
                    .arguments
                    .iter()
                    .any(|(name, value)| *name == "key" && *value != Argument::Text(key.to_owned()));
                said.code != lack.code || said.span != lack.span || names_another
            });
        }
    }

    /// A text that may be left out. Unquoted numbers and `true` are texts here: `name: 365`.
    pub fn text(&mut self, key: &'static str, report: &mut Report) -> Option<Spanned<&'n str>> {
        text(self.optional(key, report)?, Some(key), report)
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &'static str, report: &mut Report) -> Option<Spanned<&'n str>> {
        text(self.required(key, report)?, Some(key), report)
    }

    /// A number that may be left out.
    pub fn number(&mut self, key: &'static str, report: &mut Report) -> Option<Spanned<Decimal>> {
        number(self.optional(key, report)?, Some(key), report)
    }

    /// A whole number within a range that may be left out.
    pub fn whole(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
        report: &mut Report,
    ) -> Option<Spanned<i64>> {
        whole(self.optional(key, report)?, Some(key), range, report)
    }

    /// `true` or `false`, that may be left out.
    pub fn bool(&mut self, key: &'static str, report: &mut Report) -> Option<Spanned<bool>> {
        bool(self.optional(key, report)?, Some(key), report)
    }

    /// One of a few words, that may be left out.
    pub fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        report: &mut Report,
    ) -> Option<Spanned<T>> {
        choice(self.optional(key, report)?, key, words, report)
    }

    /// A list that may be left out (then it is empty), each item read by `read`; items that fail drop out.
    pub fn list_of<T>(
        &mut self,
        key: &'static str,
        report: &mut Report,
        read: impl FnMut(&'n Node, &mut Report) -> Option<T>,
    ) -> Vec<T> {
        match self.optional(key, report).and_then(|node| list(node, Some(key), report)) {
            Some(items) => each(items, report, read),
            None => Vec::new(),
        }
    }

    /// One value or a list of them, that may be left out (then there is none).
    pub fn one_or_many<T>(
        &mut self,
        key: &'static str,
        report: &mut Report,
        read: impl FnMut(&'n Node, &mut Report) -> Option<T>,
    ) -> Vec<T> {
        match self.optional(key, report) {
            Some(node) => each(node.items().unwrap_or(std::slice::from_ref(node)), report, read),
            None => Vec::new(),
        }
    }

    /// The entries whose keys nobody asked for: names that the author chose.
    pub fn others(&self) -> impl Iterator<Item = &'n Entry> + use<'n, '_> {
        self.entries.iter().filter(|entry| {
            let key = entry.key.as_str();
            !self.known.contains(&key) && !self.misspelt.contains(&key)
        })
    }

    /// Reports every key that nobody asked for, with the closest known one that is still free.
    pub fn finish(self, report: &mut Report) {
        report.hear(self.what, self.known.iter().chain(&self.later).copied());
        let mut taken: Vec<&str> = Vec::new();
        for entry in self.others() {
            // Two misspelt keys do not mean the same one.
            let is_free = |key: &&str| !self.has(key) && !taken.contains(key);
            let free: Vec<&str> = self.known.iter().copied().filter(is_free).collect();
            let meant = suggest(&entry.key, free.iter().copied());
            if let Some(meant) = meant {
                self.is_misspelt(meant, report);
                taken.push(meant);
            }
            self.unknown(entry, meant, report);
        }
    }

    /// Reports a key that was meant as another one.
    pub fn say_misspelt(&self, entry: &Entry, meant: &str, report: &mut Report) {
        self.unknown(entry, Some(meant), report);
    }

    /// Reports a key that nobody asked for.
    fn unknown(&self, entry: &Entry, suggestion: Option<&str>, report: &mut Report) {
        let mut all: Vec<&str> = self.known.clone();
        all.sort_unstable();
        all.dedup();
        let diagnostic = report.error(Code::E0301, entry.key_span);
        diagnostic
            .arg("key", entry.key.clone())
            .arg_word("what", self.what)
            .arg_names("known", all)
            .did_you_mean(suggestion);
        let is_a_kind = crate::decode::KINDS.contains(&entry.key.as_str());
        let is_else_if = matches!(entry.key.replace([' ', '_', '-'], "").as_str(), "elseif" | "elif");
        match suggestion {
            Some(name) => diagnostic.fix(entry.key_span, name),
            None if is_else_if => diagnostic.help("E0301-help-else-if"),
            // `channels:` below `teams:`: each kind of library has a file of its own.
            None if self.what == "thing-library" && is_a_kind => diagnostic.help("E0301-help-file"),
            None if self.what == "thing-attribute" && asks_for_a_value(&entry.key) => {
                diagnostic.help("E0301-help-optional")
            }
            None => diagnostic.help("E0301-help"),
        };
    }
}

/// `required: true`, as others say that a value must be there.
fn asks_for_a_value(key: &str) -> bool {
    matches!(key.to_lowercase().as_str(), "required" | "mandatory" | "nullable" | "not_null" | "必填")
}

/// Reads each item; those that fail drop out, with their error reported. An item with nothing in it is
/// reported here.
pub fn each<'n, T>(
    items: &'n [Node],
    report: &mut Report,
    mut read: impl FnMut(&'n Node, &mut Report) -> Option<T>,
) -> Vec<T> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        if item.is_null() {
            nothing(None, item.span, report);
        } else {
            out.extend(read(item, report));
        }
    }
    out
}

/// Reads any scalar as text. `key`: the key it belongs to, for the message.
pub fn text<'n>(node: &'n Node, key: Option<&str>, report: &mut Report) -> Option<Spanned<&'n str>> {
    match node.raw_text() {
        Some(text) => Some(Spanned::new(text, node.span)),
        None => {
            shape(node, key, "shape-text", "E0303-help-text", report);
            None
        }
    }
}

/// Reads an unquoted number.
pub fn number(node: &Node, key: Option<&str>, report: &mut Report) -> Option<Spanned<Decimal>> {
    let Kind::Number(literal) = &node.kind else {
        shape(node, key, "shape-number", "E0303-help-number", report);
        if let (Kind::Text { text, quoted: _ }, Some(last)) = (&node.kind, report.last_mut())
            && let Some((meant, sure)) = number_meant(text)
        {
            last.did_you_mean(Some(meant.clone()));
            if sure {
                last.fix(node.span, meant);
            }
        }
        return None;
    };
    match literal.parse::<Decimal>() {
        Ok(number) => Some(Spanned::new(number, node.span)),
        Err(_) => {
            report
                .error(Code::E0306, node.span)
                .message(if key.is_some() { "E0306" } else { "E0306-alone" })
                .arg("number", literal.clone())
                .arg("key", key.unwrap_or_default())
                .help("E0306-help-decimal");
            None
        }
    }
}

/// The number that a text was probably meant as, `+10`, `1,000` or `10 points`, and whether it can be no other.
fn number_meant(text: &str) -> Option<(String, bool)> {
    let text = text.trim().trim_start_matches('+').trim_start();
    let end = text.find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '.' | ',' | '-')));
    let (number, unit) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let number = number.replace(',', "");
    let is_unit = unit.trim_start().chars().all(char::is_alphabetic);
    (is_unit && number.parse::<Decimal>().is_ok()).then_some((number, unit.is_empty()))
}

/// Reads an unquoted whole number within a range.
pub fn whole(
    node: &Node,
    key: Option<&str>,
    range: RangeInclusive<i64>,
    report: &mut Report,
) -> Option<Spanned<i64>> {
    let Kind::Number(literal) = &node.kind else {
        number(node, key, report)?;
        return None;
    };
    match literal.parse::<i64>() {
        Ok(number) if range.contains(&number) => Some(Spanned::new(number, node.span)),
        Ok(_) | Err(_) => {
            report
                .error(Code::E0306, node.span)
                .message(if key.is_some() { "E0306" } else { "E0306-alone" })
                .arg("number", literal.clone())
                .arg("key", key.unwrap_or_default())
                .arg("least", range.start().to_string())
                .arg("most", range.end().to_string())
                .help(if *range.end() >= i64::from(u32::MAX) { "E0306-help-least" } else { "E0306-help" });
            None
        }
    }
}

/// Reads `true` or `false`; the words that people write instead get a fix.
pub fn bool(node: &Node, key: Option<&str>, report: &mut Report) -> Option<Spanned<bool>> {
    if let Kind::Bool(yes) = node.kind {
        return Some(Spanned::new(yes, node.span));
    }
    shape(node, key, "shape-bool", "E0303-help-bool", report);
    let meant = match node.raw_text().map(str::to_lowercase).as_deref() {
        Some("true" | "yes" | "on" | "y" | "是") => Some("true"),
        Some("false" | "no" | "off" | "n" | "否") => Some("false"),
        Some(_) | None => None,
    };
    if let (Some(word), Some(last)) = (meant, report.last_mut()) {
        last.did_you_mean(Some(word)).fix(node.span, word);
    }
    None
}

/// Reads one of a few words.
pub fn choice<T: Copy>(
    node: &Node,
    key: &str,
    words: &[(&str, T)],
    report: &mut Report,
) -> Option<Spanned<T>> {
    let word = text(node, Some(key), report)?;
    if let Some((_, meaning)) = words.iter().find(|(known, _)| *known == word.value) {
        return Some(Spanned::new(*meaning, word.span));
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let suggestion = suggest(word.value, known.iter().copied());
    let diagnostic = report.error(Code::E0305, word.span);
    diagnostic
        .arg("word", word.value)
        .arg("key", key)
        .arg_names("known", known)
        .did_you_mean(suggestion)
        .help("E0305-help");
    if let Some(name) = suggestion {
        diagnostic.fix(word.span, name);
    }
    None
}

/// Reads a list.
pub fn list<'n>(node: &'n Node, key: Option<&str>, report: &mut Report) -> Option<&'n [Node]> {
    if node.items().is_none() {
        shape(node, key, "shape-list", "E0303-help-list", report);
    }
    node.items()
}

/// Reads a map. A text that only lacks its half-width colon or the space behind it gets that very message.
pub fn map<'n>(node: &'n Node, key: Option<&str>, report: &mut Report) -> Option<&'n [Entry]> {
    if node.entries().is_none() && !half_a_pair(node, report) {
        shape(node, key, "shape-map", "E0303-help-map", report);
    }
    node.entries()
}

/// `email：welcome` or `email:welcome` where a map is needed. Returns whether it is, and was said.
pub fn half_a_pair(node: &Node, report: &mut Report) -> bool {
    let Kind::Text { text, quoted: false } = &node.kind else { return false };
    let name = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(0);
    let behind = text.get(name..).unwrap_or("");
    if name == 0 {
        return false;
    }
    if let Some(rest) = behind.strip_prefix('：') {
        let colon = node.span.part(name, name + '：'.len_utf8());
        let fix = if rest.is_empty() || rest.starts_with(' ') { ":" } else { ": " };
        report
            .error(Code::E0108, colon)
            .arg("found", "：")
            .arg("meant", ":")
            .help("E0108-help")
            .fix(colon, fix);
        true
    } else if behind.starts_with(':') && !behind.starts_with("://") {
        let colon = node.span.part(name, name + 1);
        report.error(Code::E0117, colon).help("E0117-help").fix(colon.after(), " ");
        true
    } else {
        false
    }
}

/// Reports a value of another kind than the one needed. `expected` and `help` are keys of the catalogue.
pub fn shape(
    node: &Node,
    key: Option<&str>,
    expected: &'static str,
    help: &'static str,
    report: &mut Report,
) {
    let found = match &node.kind {
        Kind::Null => return nothing(key, node.span, report),
        Kind::Bool(_) => "shape-bool",
        Kind::Number(_) => "shape-number",
        Kind::Text { .. } => "shape-text",
        Kind::List(_) => "shape-list",
        Kind::Map(_) => "shape-map",
    };
    // What could not be read as YAML (a reference, a sign at the start) is said already.
    if report.diagnostics().iter().any(|said| said.span == node.span && said.code == Code::E0111) {
        return;
    }
    let diagnostic = report.error(Code::E0303, node.span);
    diagnostic.arg_word("expected", expected).arg_word("found", found).help(help);
    if let Some(key) = key {
        diagnostic.message("E0303-key").arg("key", key);
    }
}

/// Reports a key (or, without one, a dash) with nothing behind it.
pub fn nothing(key: Option<&str>, span: Span, report: &mut Report) {
    // What stood there was a sign of YAML that is refused, and said: `note: &x`.
    let refused = |said: &Diagnostic| {
        let behind = said.span.start.checked_sub(span.end);
        said.code == Code::E0111 && said.span.file == span.file && behind.is_some_and(|far| far <= 4)
    };
    if report.diagnostics().iter().any(refused) {
        return;
    }
    let diagnostic = report.error(Code::E0304, span);
    diagnostic.help("E0304-help");
    match key {
        Some(key) => diagnostic.arg("key", key),
        None => diagnostic.message("E0304-item"),
    };
}

#[cfg(test)]
mod tests;
