//! What is wrong in a file: a code, a place, a sentence in the marketer's words and a way out.
//!
//! The sentences stand in the catalogue (`model::words`) under the code: `E0106` the message,
//! `E0106-title` the title of its page, `E0106-label` what stands behind the carets, `E0106-help` the way
//! out. All of them share the diagnostic's arguments.

pub mod codes;
mod export;
mod fix;
mod human;
mod suggest;
mod synonyms;

use std::collections::BTreeSet;

use model::Type;
use model::words::{self, Language};

pub use codes::Code;
pub use export::{github, json};
pub use fix::mended;
pub use human::{Colour, human};
pub use suggest::{listed, suggest};

use crate::source::{Sources, Span};

/// Longest value put into a sentence, in characters; what is longer ends in `…`.
const LONGEST_ARGUMENT: usize = 120;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, and probably does not do what its author meant.
    Warning,
}

/// A value put into the sentences of a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// Put in as it is.
    Text(String),
    /// Names with `, ` between them, parted as the reader's language does.
    Names(String),
    /// A key of the catalogue, said in the reader's language.
    Word(&'static str),
}

/// A change of the text that mends the mistake, for `nurture check --fix` and editors. Only given where
/// there is one answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// What is replaced; may be empty, to insert.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The stable code; it decides the severity.
    pub code: Code,
    /// Where the carets go.
    pub span: Span,
    /// Key of the message; the code's own unless changed.
    pub message: &'static str,
    /// Key of the words behind the carets.
    pub label: Option<&'static str>,
    /// Key of the way out.
    pub help: Option<&'static str>,
    /// What the sentences name, by variable.
    pub arguments: Vec<(&'static str, Argument)>,
    /// How to mend it, where there is one answer.
    pub fix: Option<Fix>,
    /// Other places that explain it, with the key of what to say there.
    pub related: Vec<(Span, &'static str)>,
}

impl Diagnostic {
    /// Starts one with the code's own message and nothing else.
    pub fn new(code: Code, span: Span) -> Self {
        Self {
            code,
            span,
            message: code.as_str(),
            label: None,
            help: None,
            arguments: Vec::new(),
            fix: None,
            related: Vec::new(),
        }
    }

    /// Gives a value for a variable of the sentences. Control characters become `�`, so that a file cannot
    /// steer a terminal, and very long values are cut.
    pub fn arg(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        self.put(name, Argument::Text(shown(&value.into())))
    }

    /// Gives names for a variable, each as [`Self::arg`] shows it and none left out: those that a person may
    /// choose from.
    pub fn arg_names<'n>(&mut self, name: &'static str, all: impl IntoIterator<Item = &'n str>) -> &mut Self {
        let all: Vec<String> = all.into_iter().map(shown).collect();
        self.put(name, Argument::Names(all.join(", ")))
    }

    /// Gives names that were [`listed`] for a variable.
    pub fn arg_listed(&mut self, name: &'static str, listed: &str) -> &mut Self {
        self.put(name, Argument::Names(shown(listed)))
    }

    /// Gives a word of the catalogue for a variable, said in the reader's language (`shape-list`).
    pub fn arg_word(&mut self, name: &'static str, key: &'static str) -> &mut Self {
        debug_assert!(words::knows(Language::En, key), "`{key}` is not in the catalogue");
        self.put(name, Argument::Word(key))
    }

    /// Gives a type for a variable, said in the reader's language; an entity by the name that its model gives it.
    pub fn arg_type(&mut self, name: &'static str, ty: &Type) -> &mut Self {
        match type_word(ty) {
            Some(word) => self.arg_word(name, word),
            None => self.arg(name, format!("`{}`", ty.name())),
        }
    }

    /// Says another message than the code's own: a key of the catalogue.
    pub fn message(&mut self, key: &'static str) -> &mut Self {
        debug_assert!(words::knows(Language::En, key), "`{key}` is not in the catalogue");
        self.message = key;
        self
    }

    /// Says something behind the carets: a key of the catalogue, by custom `CODE-label`.
    pub fn label(&mut self, key: &'static str) -> &mut Self {
        debug_assert!(words::knows(Language::En, key), "`{key}` is not in the catalogue");
        self.label = Some(key);
        self
    }

    /// Says a way out: a key of the catalogue, by custom `CODE-help`.
    pub fn help(&mut self, key: &'static str) -> &mut Self {
        debug_assert!(words::knows(Language::En, key), "`{key}` is not in the catalogue");
        self.help = Some(key);
        self
    }

    /// Asks `did you mean …?` behind the carets, where there is a suggestion.
    pub fn did_you_mean(&mut self, suggestion: Option<impl Into<String>>) -> &mut Self {
        match suggestion {
            Some(name) => self.arg("suggestion", name).label("did-you-mean"),
            None => self,
        }
    }

    /// Says how to mend it: only where there is one answer.
    pub fn fix(&mut self, span: Span, replacement: impl Into<String>) -> &mut Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// The same where the place and the one answer are known.
    pub fn fix_where_known(&mut self, fix: Option<(Span, String)>) -> &mut Self {
        match fix {
            Some((span, replacement)) => self.fix(span, replacement),
            None => self,
        }
    }

    /// Points at another place that explains it, with a key of the catalogue.
    pub fn related(&mut self, span: Span, key: &'static str) -> &mut Self {
        debug_assert!(words::knows(Language::En, key), "`{key}` is not in the catalogue");
        self.related.push((span, key));
        self
    }

    /// How bad it is, by its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The message in a language.
    pub fn message_in(&self, language: Language) -> String {
        self.say(language, self.message)
    }

    /// The words behind the carets in a language.
    pub fn label_in(&self, language: Language) -> Option<String> {
        self.label.map(|key| self.say(language, key))
    }

    /// The way out in a language. Where none was chosen and nothing stands behind the carets, it is the one
    /// that the message always has: `E0329-mend`.
    pub fn help_in(&self, language: Language) -> Option<String> {
        if let Some(key) = self.help {
            return Some(self.say(language, key));
        }
        let way = format!("{}-mend", self.message);
        (self.label.is_none() && words::knows(language, &way)).then(|| self.say(language, &way))
    }

    /// Says one key with this diagnostic's arguments.
    fn say(&self, language: Language, key: &str) -> String {
        let values: Vec<(&str, String)> = self
            .arguments
            .iter()
            .map(|(name, argument)| match argument {
                Argument::Text(text) => (*name, text.clone()),
                Argument::Names(names) => (*name, parted(language, names)),
                Argument::Word(key) => (*name, words::say(language, key, &[])),
            })
            .collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        words::say(language, key, &values)
    }

    fn put(&mut self, name: &'static str, argument: Argument) -> &mut Self {
        self.arguments.retain(|(taken, _)| *taken != name);
        self.arguments.push((name, argument));
        self
    }
}

/// Everything that is wrong, gathered by all passes of one check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    /// Which keys were asked for, map by map; only where somebody wants to know.
    asked: Option<BTreeSet<Asked>>,
    looked: usize,
}

/// A map as a decoder read it: what it calls the map, and every key that it asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// A key of the catalogue: `thing-step`.
    pub what: &'static str,
    /// The keys, those refused as not built too.
    pub keys: BTreeSet<&'static str>,
}

impl Report {
    /// Starts with nothing wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts with nothing wrong, and listens to what decoders ask for: to compare them with the grammar.
    pub fn listening() -> Self {
        Self { asked: Some(BTreeSet::new()), ..Self::default() }
    }

    /// What decoders asked for so far; empty unless it listens.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.asked.iter().flatten()
    }

    /// Hears that a decoder is done with a map.
    pub fn hear(&mut self, what: &'static str, keys: impl Iterator<Item = &'static str>) {
        if let Some(asked) = &mut self.asked {
            asked.insert(Asked { what, keys: keys.collect() });
        }
    }

    /// Reports an error; the returned diagnostic takes arguments, label, help and fix. (Whether it counts as
    /// an error or a warning is the code's first letter.)
    pub fn error(&mut self, code: Code, span: Span) -> &mut Diagnostic {
        debug_assert_eq!(code.severity(), Severity::Error, "{code} is a warning");
        self.push(Diagnostic::new(code, span))
    }

    /// Reports a warning, in the same way.
    pub fn warning(&mut self, code: Code, span: Span) -> &mut Diagnostic {
        debug_assert_eq!(code.severity(), Severity::Warning, "{code} is an error");
        self.push(Diagnostic::new(code, span))
    }

    /// Takes over everything another pass found.
    pub fn append(&mut self, mut other: Self) {
        self.diagnostics.append(&mut other.diagnostics);
        self.looked = self.looked.saturating_add(other.looked);
    }

    /// Takes over what another pass found in texts that several files share, each thing once.
    pub fn append_new(&mut self, other: Self) {
        let new = |found: &Diagnostic| !self.diagnostics.contains(found);
        let found: Vec<Diagnostic> = other.diagnostics.into_iter().filter(new).collect();
        self.diagnostics.extend(found);
        self.looked = self.looked.saturating_add(other.looked);
    }

    /// Says everything at another place, where what was read is put together from several files.
    pub fn relocate(&mut self, place: impl Fn(Span) -> Span) {
        for found in &mut self.diagnostics {
            found.span = place(found.span);
            if let Some(fix) = &mut found.fix {
                fix.span = place(fix.span);
            }
            for (span, _) in &mut found.related {
                *span = place(*span);
            }
        }
    }

    /// Counts bytes that a reader looked at.
    pub fn look(&mut self, bytes: usize) {
        self.looked = self.looked.saturating_add(bytes);
    }

    /// How many bytes readers of lines looked at, those looked at again too: the measure of their work, which
    /// is the same on every machine.
    pub fn looked(&self) -> usize {
        self.looked
    }

    /// Keeps only what `keep` says, such as the lints a file did not turn off.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.diagnostics.retain(keep);
    }

    /// Everything reported so far, in order of discovery.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The diagnostic reported last, to add to it.
    pub fn last_mut(&mut self) -> Option<&mut Diagnostic> {
        self.diagnostics.last_mut()
    }

    /// Tells whether nothing is wrong, not even a warning.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Tells whether there is an error (not only warnings).
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Looks at each diagnostic once more, to say it better.
    pub fn each(&mut self, change: impl FnMut(&mut Diagnostic)) {
        self.diagnostics.iter_mut().for_each(change);
    }

    /// Counts the different diagnostics of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity() == severity).collect::<BTreeSet<_>>().len()
    }

    /// Everything by file name and place, identical ones once: the order of every renderer.
    pub fn sorted(&self, sources: &Sources) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.diagnostics.iter().collect();
        all.sort_by(|a, b| {
            let place = |d: &Diagnostic| (d.span.start, d.severity(), d.span.end);
            let name = |d: &Diagnostic| sources.name(d.span.file).to_owned();
            name(a).cmp(&name(b)).then_with(|| place(a).cmp(&place(b))).then_with(|| a.cmp(b))
        });
        all.dedup();
        all
    }

    fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push_mut(diagnostic)
    }
}

/// The key of what people call a type; `None`: what refers to an entity is called as the entity is.
fn type_word(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Text => "type-text",
        Type::Number => "type-number",
        Type::YesNo => "type-yes-no",
        Type::Date => "type-date",
        Type::Time => "type-time",
        Type::Duration => "type-duration",
        Type::List => "type-list",
        Type::Email => "type-email",
        Type::Phone => "type-phone",
        Type::Money => "type-money",
        Type::Birthday => "type-birthday",
        Type::OneOf(_) => "type-one-of",
        Type::Reference(kind) if kind == "customer" => "type-customer",
        Type::Reference(_) => return None,
    })
}

/// Names as a sentence of the language parts them.
fn parted(language: Language, names: &str) -> String {
    match language {
        Language::En => names.to_owned(),
        Language::Zh => names.replace(", ", "、").replace("、…", "……"),
    }
}

/// A value as it may be shown in a sentence: one line, no control characters, not endless.
fn shown(value: &str) -> String {
    let mut out: String = value
        .chars()
        .take(LONGEST_ARGUMENT)
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if value.chars().nth(LONGEST_ARGUMENT).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests;
