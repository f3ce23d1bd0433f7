//! What every decoder has at hand: the files, the report, the library as read so far; and readers of
//! single values, which say what is wrong and return `None`.

use crate::condition::{self, Condition, Operand, Scope};
use crate::diagnostic::{Code, Report, listed, suggest};
use crate::library::{Library, Values};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::{self, Fields};
use crate::yaml::{Entry, Kind, Node};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use model::{Decimal, Length, Type, Value, ValueError, Windows};

/// So many names at most are listed where none is close to what was written.
const MOST_NAMED: usize = 12;

/// Whether a name can stand in YAML without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    let begins = name.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    begins && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '/' | '-'))
}

/// How a value of the type that was wanted is written; `None`: the sentence says it.
fn help_for(error: &ValueError) -> Option<&'static str> {
    match error {
        ValueError::Number { .. } => Some("E0125-help-number"),
        ValueError::NotYesNo { .. } => Some("E0125-help-yes-no"),
        ValueError::NotAnEmail => Some("E0125-help-email"),
        ValueError::NotAPhone => Some("E0125-help-phone"),
        ValueError::Birthday(_) => Some("E0125-help-birthday"),
        ValueError::BlankId => Some("E0125-help-id"),
        ValueError::Control { .. }
        | ValueError::NotOneOf { .. }
        | ValueError::NotADate { .. }
        | ValueError::NotATime { .. }
        | ValueError::NoSuchDay { .. }
        | ValueError::Length(_)
        | ValueError::WrongKind { .. } => None,
    }
}

/// The desk at which one file is read.
pub(super) struct Desk<'a> {
    /// All files.
    pub sources: &'a Sources,
    /// What is wrong so far.
    pub report: &'a mut Report,
    /// What is known of the project so far.
    pub library: &'a Library,
    /// The zone of clock times without one: the project's, or a test's own.
    pub zone: TimeZone,
}

impl Desk<'_> {
    /// The fields of a map; says so where it is none. `what`: a key of the catalogue for what it describes.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &'static str) -> Option<Fields<'n>> {
        Fields::of(node, what, self.report)
    }

    /// The value of a key that may be left out.
    pub fn take<'n>(&mut self, fields: &mut Fields<'n>, key: &'static str) -> Option<&'n Node> {
        fields.optional(key, self.report)
    }

    /// The value of a key that must be there.
    pub fn need<'n>(&mut self, fields: &mut Fields<'n>, key: &'static str) -> Option<&'n Node> {
        fields.required(key, self.report)
    }

    /// Says which keys nobody knows.
    pub fn close(&mut self, fields: Fields<'_>) {
        fields.finish(self.report);
    }

    /// A scalar as text, blanks around it cut off.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        let text = self.written(node)?;
        match model::clean_text(text) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.value_error(&error, node.span);
                None
            }
        }
    }

    /// Whether there is something to read; says so where a text is empty.
    pub fn says_something(&mut self, node: &Node) -> bool {
        let empty = node.raw_text().is_some_and(|text| text.trim().is_empty());
        if empty {
            self.report.error(Code::E0663, node.span).help("E0663-help");
        }
        !empty
    }

    /// A scalar as it was written; says so where there is a list, a map or nothing.
    pub fn written<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        syntax::text(node, None, self.report).map(|text| text.value)
    }

    /// A text with its place.
    pub fn spanned(&mut self, node: &Node) -> Option<Spanned<String>> {
        let text = self.text(node)?;
        Some(Spanned::new(text, node.span))
    }

    /// One text or a list of them, each with its place; an empty list is an error where one is needed.
    pub fn texts(&mut self, node: &Node) -> Vec<Spanned<String>> {
        match node.items() {
            Some(items) => items.iter().filter_map(|item| self.spanned(item)).collect(),
            None => self.spanned(node).into_iter().collect(),
        }
    }

    /// The items of a list; one value by itself counts as a list of one.
    pub fn items<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            Kind::Null => self.list(node),
            Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } | Kind::Map(_) => std::slice::from_ref(node),
        }
    }

    /// The items of a list; says so where it is none.
    pub fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        syntax::list(node, None, self.report).unwrap_or_default()
    }

    /// The entries of a map whose keys are names that the author chose; says so where it is none.
    pub fn entries<'n>(&mut self, node: &'n Node) -> &'n [Entry] {
        syntax::map(node, None, self.report).unwrap_or_default()
    }

    /// `true` or `false`.
    pub fn yes_no(&mut self, node: &Node) -> Option<bool> {
        syntax::bool(node, None, self.report).map(|yes| yes.value)
    }

    /// A decimal number.
    pub fn number(&mut self, node: &Node) -> Option<Decimal> {
        syntax::number(node, None, self.report).map(|number| number.value)
    }

    /// A whole number in a range, both ends included.
    pub fn whole(&mut self, node: &Node, key: &str, least: i64, most: i64) -> Option<i64> {
        syntax::whole(node, Some(key), least..=most, self.report).map(|number| number.value)
    }

    /// A length of time.
    pub fn length(&mut self, node: &Node) -> Option<Length> {
        self.length_in(node, "days")
    }

    /// A length of time that is mostly given in one unit, which is offered where none is said.
    pub fn length_in(&mut self, node: &Node, usual: &str) -> Option<Length> {
        let text = self.written(node)?;
        match text.parse::<Length>() {
            Ok(length) => Some(length),
            Err(error) => {
                self.length_error(&error, node.span);
                if let (model::LengthError::NoUnit { number, .. }, Some(said)) =
                    (&error, self.report.last_mut())
                {
                    let unit = if number == "1" { usual.trim_end_matches('s') } else { usual };
                    said.did_you_mean(Some(format!("{number} {unit}")));
                }
                None
            }
        }
    }

    /// A length of time that is not nothing.
    pub fn some_length(&mut self, node: &Node, usual: &str) -> Option<Length> {
        let length = self.length_in(node, usual)?;
        if length.is_zero() {
            self.zero(node.span);
            return None;
        }
        Some(length)
    }

    /// Says that a length of time is none.
    pub fn zero(&mut self, span: Span) {
        self.report.error(Code::E0104, span).message("E0104-zero").help("E0104-help-zero");
    }

    /// Says what is wrong with a length of time; the mended one is offered, and fixed where it is the only answer.
    pub fn length_error(&mut self, error: &model::LengthError, span: Span) {
        let diagnostic = self.report.error(Code::E0104, span);
        diagnostic.message(error.key());
        for (name, value) in error.args() {
            diagnostic.arg(name, value);
        }
        diagnostic.did_you_mean(error.suggestion()).help("E0104-help");
        // `3` of what is a guess; `3 dyas` is not.
        let sure = matches!(error, model::LengthError::UnknownUnit { .. });
        if let Some(meant) = error.suggestion().filter(|_| sure) {
            diagnostic.fix(span, meant);
        }
    }

    /// A clock time.
    pub fn clock(&mut self, node: &Node) -> Option<Time> {
        let text = self.written(node)?;
        let found = model::zone::parse_time(text);
        if found.is_none() {
            let meant = model::zone::time_meant(text);
            let diagnostic = self.report.error(Code::E0126, node.span).arg("text", text).help("E0126-help");
            diagnostic.did_you_mean(meant.clone());
            if let Some(meant) = meant {
                diagnostic.fix(node.span, meant);
            }
        }
        found
    }

    /// Times of the day on some days.
    pub fn windows(&mut self, node: &Node) -> Option<Windows> {
        let text = self.window_text(node)?;
        let read = text.parse::<Windows>();
        self.window(read, node.span)
    }

    /// Quiet hours: windows that leave some minute free.
    pub fn quiet(&mut self, node: &Node) -> Option<Windows> {
        let text = self.window_text(node)?;
        let read = Windows::parse_quiet(&text);
        self.window(read, node.span)
    }

    fn window_text(&mut self, node: &Node) -> Option<String> {
        if node.items().is_some() {
            let parts = self.texts(node);
            return Some(parts.into_iter().map(|part| part.value).collect::<Vec<_>>().join("; "));
        }
        self.text(node)
    }

    fn window(&mut self, read: Result<Windows, model::WindowError>, span: Span) -> Option<Windows> {
        match read {
            Ok(windows) => Some(windows),
            Err(error) => {
                // The part alone, where it stands as it was written.
                let written = self.sources.slice(span).to_lowercase();
                let at = error.part().and_then(|part| written.find(part).map(|at| (at, at + part.len())));
                let same = written.len() == span.end.saturating_sub(span.start);
                let span = at.filter(|_| same).map_or(span, |(start, end)| span.part(start, end));
                let diagnostic = self.report.error(Code::E0127, span);
                // One moment of the day, where a stretch of it is needed.
                let is_clock = error.part().is_some_and(|part| {
                    model::zone::parse_time(part).is_some() || model::zone::time_meant(part).is_some()
                });
                let help = if is_clock { "E0127-help-clock" } else { "E0127-help" };
                diagnostic.message(error.key()).did_you_mean(error.suggestion()).help(help);
                for (name, value) in error.args() {
                    diagnostic.arg(name, value);
                }
                None
            }
        }
    }

    /// One of a few words, each with what it stands for.
    pub fn word<T: Copy>(&mut self, node: &Node, key: &str, choices: &[(&str, T)]) -> Option<T> {
        syntax::choice(node, key, choices, self.report).map(|choice| choice.value)
    }

    /// The same where something else may stand as well; `help` names that too.
    pub fn word_or<T: Copy>(
        &mut self,
        node: &Node,
        key: &str,
        choices: &[(&str, T)],
        help: &'static str,
    ) -> Option<T> {
        let found = self.word(node, key, choices);
        let said = self.report.last_mut().filter(|said| said.code == Code::E0305 && said.span == node.span);
        if let (None, Some(said)) = (&found, said) {
            said.help(help);
        }
        found
    }

    /// Whether a key inside of a map was said to be misspelt: what it lacks is probably that one.
    pub fn is_misspelt(&self, map: Span) -> bool {
        let inside = |span: Span| span.file == map.file && span.start >= map.start && span.end <= map.end;
        let mut said = self.report.diagnostics().iter();
        said.any(|said| said.code == Code::E0301 && said.label.is_some() && inside(said.span))
    }

    /// A value of a type.
    pub fn value(&mut self, node: &Node, ty: &Type) -> Option<Value> {
        if node.says_unknown() && !node.is_null() {
            let none = self.report.error(Code::E0125, node.span).message("E0125-unknown");
            none.arg("text", node.raw_text().unwrap_or_default()).help("E0125-help-unknown");
            return None;
        }
        let read = match &node.kind {
            Kind::List(items) if *ty == Type::List => {
                let texts: Vec<Spanned<String>> =
                    items.iter().filter_map(|item| self.spanned(item)).collect();
                return Some(Value::List(texts.into_iter().map(|text| text.value).collect()));
            }
            Kind::List(_) | Kind::Map(_) | Kind::Null => {
                if *ty == Type::List {
                    syntax::shape(node, None, "shape-list", "E0303-help-list", self.report);
                } else {
                    syntax::shape(node, None, "shape-text", "E0303-help-text", self.report);
                }
                return None;
            }
            // A text in quotes is one also where it looks like something else, but so are quoted dates.
            Kind::Bool(_) | Kind::Number(_) | Kind::Text { .. } => {
                Value::parse(ty, node.raw_text().unwrap_or_default(), &self.zone)
            }
        };
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.value_error(&error, node.span);
                None
            }
        }
    }

    /// A value of an attribute of the customer.
    pub fn attribute(&mut self, name: &str, node: &Node, ty: &Type) -> Option<Value> {
        let value = self.value(node, ty)?;
        if name == "zone" && model::zone::zone(value.as_text().unwrap_or_default()).is_none() {
            super::tests::unknown_zone(value.as_text().unwrap_or_default(), node.span, self);
            return None;
        }
        Some(value)
    }

    /// The value of a field of an event, which may have certain texts only.
    pub fn field_value(&mut self, node: &Node, ty: &Type, values: Option<&Values>) -> Option<Value> {
        let value = self.value(node, ty)?;
        let wrong = value.as_text().and_then(|text| Some((text, values?)));
        let Some((text, values, meant)) =
            wrong.and_then(|(text, all)| Some((text, all, all.misspelt(text)?)))
        else {
            return Some(value);
        };
        let error = ValueError::NotOneOf {
            text: text.to_owned(),
            choices: values.all.clone(),
            suggestion: meant.map(str::to_owned),
        };
        self.value_error(&error, node.span);
        None
    }

    /// Says that a value is not of its type.
    pub fn value_error(&mut self, error: &ValueError, span: Span) {
        if let ValueError::Length(error) = error {
            self.length_error(error, span);
            return;
        }
        let diagnostic = self.report.error(Code::E0125, span);
        diagnostic.message(error.key());
        for (name, value) in error.args() {
            if name == "choices" {
                diagnostic.arg_listed(name, &value)
            } else {
                diagnostic.arg(name, value)
            };
        }
        diagnostic.did_you_mean(error.suggestion());
        if let Some(help) = help_for(error) {
            diagnostic.help(help);
        }
        if let Some(meant) = error.suggestion().filter(|meant| is_plain(meant)) {
            diagnostic.fix(span, meant);
        }
    }

    /// Says that a name does not exist, and which was probably meant.
    pub fn unknown<'c>(
        &mut self,
        code: Code,
        name: &str,
        span: Span,
        candidates: impl IntoIterator<Item = &'c str>,
    ) {
        let all: Vec<&str> = candidates.into_iter().collect();
        let meant = suggest(name, all.iter().copied()).map(str::to_owned);
        // Quotes around the name go with it; where only a part of the text is meant, nothing is mended.
        let whole = self.sources.slice(span).trim_matches(['"', '\'']) == name;
        let diagnostic = self.report.error(code, span);
        diagnostic.arg("name", name).did_you_mean(meant.clone());
        if meant.is_none() && !all.is_empty() {
            let known = if all.len() <= MOST_NAMED { all.join(", ") } else { listed(all) };
            diagnostic.arg_listed("known", &known).help("known-names");
        }
        if let Some(meant) = meant.filter(|meant| whole && is_plain(meant)) {
            diagnostic.fix(span, meant);
        }
    }

    /// The event that a misspelt one probably means.
    pub fn event_meant(&mut self, node: &Node) -> Option<String> {
        let known = self.library.model.events.keys().map(String::as_str);
        suggest(node.raw_text()?, known).map(str::to_owned)
    }

    /// An event that the model has, or one of ours.
    pub fn event(&mut self, node: &Node) -> Option<String> {
        let name = self.spanned(node)?;
        self.known_event(name)
    }

    /// The same of a text that was read before.
    pub fn known_event(&mut self, name: Spanned<String>) -> Option<String> {
        let library = self.library;
        if library.model.events.contains_key(&name.value) {
            return Some(name.value);
        }
        self.unknown(Code::E0206, &name.value, name.span, library.model.events.keys().map(String::as_str));
        let own = library.model.events.iter().filter(|(_, kind)| !kind.built_in).map(|(name, _)| name);
        if let Some(said) = self.report.last_mut().filter(|said| said.label.is_none()) {
            let known = listed(own);
            said.help(if known.is_empty() { "E0206-help" } else { "E0206-help-known" });
            said.arg_listed("known", &known);
            if name.value.contains(['=', '<', '>']) {
                said.message("E0206-condition").help("E0206-help-condition");
            }
        }
        None
    }

    /// An entity of the model; `None` inside: the customer.
    pub fn kind(&mut self, node: &Node) -> Option<Option<String>> {
        let name = self.spanned(node)?;
        if name.value == "customer" {
            return Some(None);
        }
        let library = self.library;
        if library.model.entities.contains_key(&name.value) {
            return Some(Some(name.value));
        }
        let kinds = library.model.entities.keys().map(String::as_str).chain(["customer"]);
        self.unknown(Code::E0232, &name.value, name.span, kinds);
        None
    }

    /// A stage of an entity, or of the customer.
    pub fn stage(&mut self, of: Option<&str>, node: &Node) -> Option<String> {
        let name = self.spanned(node)?;
        let stages = self.stages(of);
        // A customer whose model names no stages may have any.
        if stages.contains(&name.value) || (of.is_none() && stages.is_empty()) {
            return Some(name.value);
        }
        let owner = of.unwrap_or("customer");
        if stages.is_empty() {
            self.report.error(Code::E0233, name.span).message("E0233-none").arg("kind", owner);
            return None;
        }
        let meant = suggest(&name.value, stages.iter().map(String::as_str)).map(str::to_owned);
        let diagnostic = self.report.error(Code::E0233, name.span);
        diagnostic
            .arg("name", &name.value)
            .arg("kind", owner)
            .arg_listed("stages", &stages.join(", "))
            .did_you_mean(meant.clone())
            .help("E0233-help");
        if let Some(meant) = meant {
            diagnostic.fix(name.span, meant);
        }
        None
    }

    /// The stages of an entity, or of the customer; empty where it has none.
    pub fn stages(&self, of: Option<&str>) -> Vec<String> {
        match of {
            Some(kind) => {
                self.library.model.entities.get(kind).map(|kind| kind.stages.clone()).unwrap_or_default()
            }
            None => match self.library.model.customer.get("stage").map(|stage| &stage.ty) {
                Some(Type::OneOf(stages)) => stages.clone(),
                _ => Vec::new(),
            },
        }
    }

    /// A topic: one that is declared, or `marketing`.
    pub fn topic(&mut self, node: &Node) -> Option<String> {
        let name = self.spanned(node)?;
        let library = self.library;
        if library.topics.contains_key(&name.value) {
            return Some(name.value);
        }
        self.unknown(Code::E0236, &name.value, name.span, library.topics.keys().map(String::as_str));
        None
    }

    /// Says that an attribute does not exist.
    pub fn unknown_attribute(&mut self, name: &str, span: Span, known: impl IntoIterator<Item = String>) {
        let known: Vec<String> = known.into_iter().collect();
        self.unknown(Code::E0204, name, span, known.iter().map(String::as_str));
    }

    /// Says that an event has no such field.
    pub fn unknown_field(&mut self, name: &str, span: Span, event: &str, known: Vec<&str>) {
        let meant = suggest(name, known.iter().copied()).map(str::to_owned);
        let diagnostic = self.report.error(Code::E0204, span);
        diagnostic.message("E0204-field").arg("name", name).arg("event", event).did_you_mean(meant.clone());
        match meant {
            Some(meant) => diagnostic.fix(span, meant),
            None => diagnostic.arg_listed("all", &known.join(", ")).help("E0204-help-fields"),
        };
    }

    /// Says that a value is of one type where another belongs.
    pub fn wrong_type(&mut self, span: Span, wanted: &Type, found: &Type) {
        self.report.error(Code::E0324, span).arg_type("wanted", wanted).arg_type("found", found);
    }

    /// A condition: a text, `all: […]` or `any: […]`.
    pub fn condition(&mut self, node: &Node, scope: &Scope) -> Option<Condition> {
        condition::condition_node(node, self.sources, scope, self.library, self.report)
    }

    /// An expression, with or without a `=` in front.
    pub fn formula(&mut self, node: &Node, expected: Option<&Type>, scope: &Scope) -> Option<Operand> {
        let text = self.written(node)?;
        let at = node.place_of(self.sources, 0, text.len());
        condition::formula(text, at, expected, scope, self.library, self.report)
    }
}
