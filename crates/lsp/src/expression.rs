//! Inside conditions and expressions: what may come next, and what stands under the cursor.

use crate::choice::{Choice, Sort, type_words};
use crate::project::Checked;
use crate::scope::Scope;
use dsl::grammar::{FUNCTIONS, Kind};
use dsl::library::{Attribute, Library};
use model::Type;
use model::words::Language;

const AGGREGATES: [&str; 7] = ["count", "sum", "min", "max", "first", "last", "gap"];
const ROOTS: [&str; 8] = ["customer", "event", "entry", "owner", "rep", "vars", "inputs", "steps"];
const COMPARISONS: [&str; 12] = [
    "==",
    "!=",
    ">=",
    "<=",
    "in [",
    "not in [",
    "has",
    "contains",
    "starts_with",
    "is known",
    "is unknown",
    "between",
];

/// Whether a letter belongs to a name.
pub fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

/// What may come behind `before`: how many bytes of it are the word that is typed, and the choices.
pub fn choices(before: &str, scope: &Scope, checked: &Checked, language: Language) -> (usize, Vec<Choice>) {
    let library = &checked.loaded.project.library;
    if let Some(open) = open_quote(before) {
        let head = before.get(..open).unwrap_or("");
        let words = compared(head, scope, library).map(|ty| words_of(&ty)).unwrap_or_default();
        let typed = before.len() - open - 1;
        return (typed, words.into_iter().map(|word| Choice::new(word, Sort::Choice)).collect());
    }
    let start = before
        .rfind(|letter| !is_of_a_name(letter))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let (head, word) = before.split_at_checked(start).unwrap_or((before, ""));
    let call = open_call(head);
    let mut all = match &call {
        Some((function, inside)) if !inside.contains("where") => {
            arguments(function, inside, word, scope, checked)
        }
        Some(_) | None => None,
    };
    if all.is_none() {
        let inner;
        let scope = match &call {
            Some((function, inside)) if AGGREGATES.contains(&function.as_str()) => {
                let of = inside.split([',', ' ']).next().unwrap_or_default().trim().to_owned();
                inner = Scope { events: vec![event_of(&of, library)], ..scope.clone() };
                &inner
            }
            Some(_) | None => scope,
        };
        all = Some(names(head, word, scope, checked, language));
    }
    (word.len(), all.unwrap_or_default())
}

/// The event that `order.paid` or `order.paid.amount` names.
fn event_of(of: &str, library: &Library) -> String {
    if library.model.events.contains_key(of) {
        return of.to_owned();
    }
    of.rsplit_once('.').map_or(of, |(event, _)| event).to_owned()
}

/// Where a quote opens that nothing closes.
fn open_quote(before: &str) -> Option<usize> {
    let mut open = None;
    for (at, letter) in before.char_indices() {
        if letter == '"' {
            open = if open.is_some() { None } else { Some(at) };
        }
    }
    open
}

/// The innermost call that nothing closes: its name, and what stands in it so far.
fn open_call(head: &str) -> Option<(String, String)> {
    let mut open = Vec::new();
    for (at, letter) in head.char_indices() {
        match letter {
            '(' => open.push(at),
            ')' => {
                open.pop();
            }
            _ => {}
        }
    }
    let at = open.pop()?;
    let before = head.get(..at)?;
    let start = before.rfind(|letter| !is_of_a_name(letter)).map_or(0, |at| at + 1);
    let name = before.get(start..).unwrap_or_default();
    (!name.is_empty()).then(|| (name.to_owned(), head.get(at + 1..).unwrap_or_default().to_owned()))
}

/// What a function takes at this place; `None`: any expression.
fn arguments(
    function: &str,
    inside: &str,
    word: &str,
    scope: &Scope,
    checked: &Checked,
) -> Option<Vec<Choice>> {
    let library = &checked.loaded.project.library;
    let first = !inside.contains(',');
    let names = |kind: Kind| -> Vec<Choice> {
        checked.names.list(kind).map(|name| Choice::new(name, Sort::Name)).collect()
    };
    match function {
        "in_segment" => Some(names(Kind::Segment)),
        "enrolled_in" => Some(names(Kind::Workflow)),
        "score" => Some(names(Kind::Score)),
        "lookup" if first => Some(names(Kind::Table)),
        "may" => Some(["email", "sms", "message"].map(|word| Choice::new(word, Sort::Choice)).into()),
        _ if AGGREGATES.contains(&function) && first => {
            let mut all: Vec<Choice> =
                checked.names.list(Kind::Event).map(|name| Choice::new(name, Sort::Event)).collect();
            for (name, kind) in &library.model.events {
                if word.starts_with(&format!("{name}.")) {
                    let fields = kind.fields.iter();
                    all.extend(fields.map(|(field, ty)| {
                        Choice::new(format!("{name}.{field}"), Sort::Field).detail(type_words(ty))
                    }));
                }
            }
            all.extend(library.model.entities.keys().map(|kind| Choice::new(kind.as_str(), Sort::Name)));
            Some(all)
        }
        _ if AGGREGATES.contains(&function) && !inside.trim_end().ends_with("last") => {
            let since = if scope.entry.is_empty() { None } else { Some("since entry") };
            let words = ["last 30 days", "last 90 days", "where"].into_iter().chain(since);
            Some(words.map(|word| Choice::new(word, Sort::Word)).collect())
        }
        _ => None,
    }
}

/// The type of what is compared with what comes next: the name before `==`, `in [` and their like.
fn compared(head: &str, scope: &Scope, library: &Library) -> Option<Type> {
    let mut head = head.trim_end();
    if let Some(open) =
        head.rfind('[').filter(|open| !head.get(*open..).is_some_and(|rest| rest.contains(']')))
    {
        head = head.get(..open)?.trim_end();
    }
    let operators =
        ["==", "!=", "<=", ">=", "<", ">", " in", " has", " has any of", " contains", " starts_with"];
    let found =
        operators.iter().filter_map(|operator| head.strip_suffix(operator)).min_by_key(|rest| rest.len())?;
    let found = found.trim_end();
    let found = found.strip_suffix(" not").unwrap_or(found).trim_end();
    let start = found
        .rfind(|letter| !is_of_a_name(letter))
        .map_or(0, |at| at + found.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let words: Vec<&str> = found.get(start..)?.split('.').collect();
    let (last, before) = words.split_last()?;
    scope.type_of(before, last, library)
}

/// The words that a value of a type can be.
fn words_of(ty: &Type) -> Vec<String> {
    if let Type::OneOf(words) = ty { words.clone() } else { Vec::new() }
}

/// Names, functions and values where an expression may stand; operators behind one.
fn names(head: &str, word: &str, scope: &Scope, checked: &Checked, language: Language) -> Vec<Choice> {
    let library = &checked.loaded.project.library;
    if let Some((before, _)) = word.rsplit_once('.') {
        let words: Vec<&str> = before.split('.').collect();
        return fields(before, &words, scope, library);
    }
    let behind = head.trim_end();
    if let Some(ty) = compared(head, scope, library) {
        let mut all: Vec<Choice> =
            words_of(&ty).into_iter().map(|word| Choice::new(format!("\"{word}\""), Sort::Choice)).collect();
        match ty {
            Type::YesNo => all.extend(["true", "false"].map(|word| Choice::new(word, Sort::Choice))),
            Type::Date | Type::Time | Type::Birthday => {
                all.extend(["now", "today", "now - 30 days"].map(|word| Choice::new(word, Sort::Word)));
            }
            Type::Text
            | Type::Number
            | Type::Duration
            | Type::List
            | Type::Email
            | Type::Phone
            | Type::Money
            | Type::OneOf(_)
            | Type::Reference(_) => {}
        }
        if !all.is_empty() {
            return all;
        }
    }
    let operand =
        behind.chars().last().is_some_and(|last| is_of_a_name(last) || matches!(last, ')' | '"' | ']'));
    let word_before = behind.rsplit(|letter| !is_of_a_name(letter)).next().unwrap_or_default();
    let connects =
        ["and", "or", "not", "in", "has", "contains", "starts_with", "between", "where", "of", "last"];
    if operand && !connects.contains(&word_before) {
        let joined = ["and", "or"].into_iter().chain(COMPARISONS);
        return joined.map(|word| Choice::new(word, Sort::Word)).collect();
    }
    let mut all: Vec<Choice> = Vec::new();
    let entities = library.model.entities.keys().map(String::as_str);
    for root in ROOTS.into_iter().chain(entities) {
        let there = root == "customer" || !scope.fields(&[root], library).is_empty();
        if there {
            all.push(Choice::new(root, Sort::Name).writes(format!("{root}.")));
        }
    }
    all.extend(FUNCTIONS.iter().map(|function| {
        Choice::new(function.name, Sort::Function)
            .detail(function.shape)
            .doc(function.say.to(language))
            .writes(format!("{}(", function.name))
    }));
    all.extend(["not", "now", "today", "true", "false"].map(|word| Choice::new(word, Sort::Word)));
    all
}

/// The fields behind `before.`: attributes with type and title.
pub fn fields(before: &str, words: &[&str], scope: &Scope, library: &Library) -> Vec<Choice> {
    let all = scope.fields(words, library);
    all.into_iter()
        .map(|(name, ty)| {
            let label = format!("{before}.{name}");
            let title = attribute(&label, library).and_then(|attribute| attribute.title.clone());
            let ty = ty.as_ref().map(type_words).unwrap_or_default();
            Choice::new(label, Sort::Field).detail(ty).doc(title.unwrap_or_default())
        })
        .collect()
}

/// The attribute that a name of two words names.
pub fn attribute<'l>(name: &str, library: &'l Library) -> Option<&'l Attribute> {
    let (root, field) = name.split_once('.')?;
    match root {
        "customer" => library.model.customer.get(field),
        kind => library.model.entities.get(kind)?.attributes.get(field),
    }
}

/// The name under the cursor, whole: `customer.tier` wherever in it the cursor stands. Bytes of the text.
pub fn name_at(text: &str, offset: usize) -> Option<(usize, &str)> {
    let before = text.get(..offset)?;
    let start = before
        .rfind(|letter| !is_of_a_name(letter))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let rest = text.get(offset..)?;
    let end = offset + rest.find(|letter| !is_of_a_name(letter)).unwrap_or(rest.len());
    let name = text.get(start..end)?.trim_end_matches('.');
    (!name.is_empty()).then_some((start, name))
}
