//! The result of a step (`steps.ID.…`) is read below it. Above it, in its own words and in an arm that excludes
//! it there is none, and what asks for it would never match.

use crate::condition::Scope;
use crate::diagnostic::{Code, Report};
use crate::source::{Sources, Span};
use crate::template::Templates;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Keys of a workflow that are asked before its first step.
const AT_ENTRY: [&str; 6] = ["trigger", "audience", "key", "vars", "release", "inputs"];
/// Keys whose texts are read by people alone, or that only speak of results.
const WORDS: [&str; 4] = ["note", "title", "tests", "lint"];
/// The verbs whose object is a template, which may name results too.
const MESSAGES: [&str; 3] = ["email", "sms", "message"];

/// What leads from the file's root to a place.
#[derive(Clone, Copy, PartialEq)]
enum Link<'n> {
    Item(usize),
    Key(&'n str),
}

/// Why there is no result where it is read.
#[derive(Clone, Copy)]
enum Wrong {
    /// The step comes only later.
    Above,
    /// Whoever comes here did not come by the step.
    Aside,
    /// Nothing has run yet.
    AtEntry,
}

/// A place that reads a result.
struct Read<'n> {
    way: Vec<Link<'n>>,
    id: &'n str,
    span: Span,
    /// The tag of a template that is used there.
    tag: Option<Span>,
}

/// Looks through a workflow's file.
pub(super) fn check(
    file: &Node,
    scope: &Scope,
    templates: &Templates,
    sources: &Sources,
    report: &mut Report,
) {
    if scope.steps.is_empty() {
        return;
    }
    let mut found = Found { scope, templates, sources, steps: BTreeMap::new(), reads: Vec::new() };
    found.walk(file, &mut Vec::new());
    for read in &found.reads {
        let Some((step, place)) = found.steps.get(read.id) else { continue };
        let Some(wrong) = wrong(&read.way, step) else { continue };
        let said = report.error(Code::E0214, read.span).arg("id", read.id).related(*place, "E0214-step");
        match wrong {
            Wrong::Above => said.help("E0214-help"),
            Wrong::Aside => said.message("E0214-aside").help("E0214-help-aside"),
            Wrong::AtEntry => said.message("E0214-entry").help("E0214-help-entry"),
        };
        if let Some(tag) = read.tag {
            said.related(tag, "E0513-tag");
        }
    }
}

/// What a walk through the file has found.
struct Found<'n> {
    scope: &'n Scope,
    templates: &'n Templates,
    sources: &'n Sources,
    /// The way to each step that leaves a result, and its place.
    steps: BTreeMap<&'n str, (Vec<Link<'n>>, Span)>,
    reads: Vec<Read<'n>>,
}

impl<'n> Found<'n> {
    fn walk(&mut self, node: &'n Node, way: &mut Vec<Link<'n>>) {
        for (place, item) in node.items().unwrap_or_default().iter().enumerate() {
            way.push(Link::Item(place));
            self.walk(item, way);
            way.pop();
        }
        let id = node.get("id").and_then(|entry| Some((entry.value.raw_text()?, entry.value.span)));
        if let Some((id, span)) = id.filter(|(id, _)| self.scope.steps.contains_key(*id)) {
            self.steps.entry(id).or_insert_with(|| (way.clone(), span));
        }
        for entry in node.entries().unwrap_or_default() {
            if WORDS.contains(&entry.key.as_str()) {
                continue;
            }
            way.push(Link::Key(&entry.key));
            if MESSAGES.contains(&entry.key.as_str()) {
                self.template(&entry.value, way);
            }
            self.walk(&entry.value, way);
            way.pop();
        }
        self.text(node, way);
    }

    /// The results that a text names.
    fn text(&mut self, node: &'n Node, way: &[Link<'n>]) {
        let Some(text) = node.raw_text() else { return };
        for (at, root) in text.match_indices("steps.") {
            let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
            if text.get(..at).is_some_and(|before| before.ends_with(is_part)) {
                continue;
            }
            let behind = text.get(at + root.len()..).unwrap_or("");
            let Some(id) = self.id(behind) else { continue };
            let span = node.place_of(self.sources, at, at + root.len() + id.len());
            self.reads.push(Read { way: way.to_vec(), id, span, tag: None });
        }
    }

    /// The results that a template names where a message uses it.
    fn template(&mut self, node: &'n Node, way: &[Link<'n>]) {
        let templates = self.templates;
        for variant in node.raw_text().into_iter().flat_map(|name| templates.variants(name)) {
            for tag in &variant.tags {
                let Some(id) = tag.name.strip_prefix("steps.").and_then(|behind| self.id(behind)) else {
                    continue;
                };
                self.reads.push(Read { way: way.to_vec(), id, span: node.span, tag: Some(tag.span) });
            }
        }
    }

    /// The step that a name behind `steps.` begins with.
    fn id(&self, behind: &str) -> Option<&'n str> {
        let names = |id: &&String| behind.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.scope.steps.keys().filter(names).max_by_key(|id| id.len()).map(String::as_str)
    }
}

/// Why the step at `step` cannot have run when the place at `reader` is asked; `None`: it can.
fn wrong(reader: &[Link<'_>], step: &[Link<'_>]) -> Option<Wrong> {
    let same = reader.iter().zip(step).take_while(|(one, other)| one == other).count();
    let (shared, _) = reader.split_at_checked(same)?;
    // On the next pass, or where a date has moved, what stands below has run before.
    if shared.iter().any(|link| matches!(link, Link::Key("repeat" | "points"))) {
        return None;
    }
    match (reader.get(same), step.get(same)) {
        // Of the step itself only what follows its failure comes later.
        (Some(Link::Key("on_error")), None) => None,
        (_, None) => Some(Wrong::Above),
        (Some(Link::Item(here)), Some(Link::Item(there))) => match shared.last() {
            Some(Link::Key("choose" | "ways")) => Some(Wrong::Aside),
            Some(Link::Key(_) | Link::Item(_)) | None => (here < there).then_some(Wrong::Above),
        },
        (Some(Link::Key(key)), Some(Link::Key(_))) if shared.is_empty() => {
            AT_ENTRY.contains(key).then_some(Wrong::AtEntry)
        }
        // `until` is asked behind each pass; what else a step says of itself before its arms.
        (Some(Link::Key("until")), Some(_)) => None,
        (Some(Link::Key("then" | "else" | "on_timeout" | "on_error")), Some(_)) => Some(Wrong::Aside),
        (Some(Link::Key(_)), Some(_)) => match shared.last() {
            // `then: { email.clicked: […], email.replied: […] }`
            Some(Link::Key("then")) => Some(Wrong::Aside),
            Some(Link::Key(_) | Link::Item(_)) | None => Some(Wrong::Above),
        },
        (Some(Link::Item(_)) | None, Some(_)) => None,
    }
}
