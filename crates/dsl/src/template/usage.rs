//! Checks a template or a text where a workflow uses it: are the entry, the event, the entity and the
//! variables it names there?

use super::names::{Place, TagScope, is_root};
use super::{MessageTemplate, Tag, tags};
use crate::diagnostic::{Code, Report, listed, suggest};
use crate::library::Library;
use crate::source::Span;
use crate::step::TextTemplate;

/// Fields of `entry` and `event` that are always there.
const ENTRY: [&str; 2] = ["at", "name"];

/// Reports every tag of a template that the workflow which uses it does not have. `at` is the place of use;
/// the tag's own place stands beside it. Tags of the customer, the rep and the brand were checked when the
/// template was read.
pub fn check_use(template: &MessageTemplate, scope: &TagScope, at: Span, report: &mut Report) {
    for tag in &template.tags {
        if let Some(missing) = missing(tag, scope) {
            let wrong = say(missing, &tag.name, at, report);
            wrong.arg("template", &template.name).arg("path", &template.path).related(tag.span, "E0513-tag");
        }
    }
}

/// Checks a text that stands in a workflow: a subject, a task's title, a notice. Returns its tags; `None`: it
/// cannot be parsed, or a tag of it is not there.
pub fn check_text(
    text: &TextTemplate,
    scope: &TagScope,
    library: &Library,
    report: &mut Report,
) -> Option<Vec<Tag>> {
    let tags = tags::check(&text.source, place(text), Place::Line, library, report)?;
    let mut whole = true;
    for tag in &tags {
        if let Some(missing) = missing(tag, scope) {
            say(missing, &tag.name, tag.span, report);
            whole = false;
        }
    }
    whole.then_some(tags)
}

/// Checks a text that a provider of messages is told. Which event, entity and variables a message has depends on
/// the step: what is not there then is an error of that message. `false`: it cannot be used.
pub fn check_call(text: &str, span: Span, library: &Library, report: &mut Report) -> bool {
    tags::check(text, span, Place::Call, library, report).is_some()
}

/// Where the words of a text stand: inside the quotes, if it has any.
fn place(text: &TextTemplate) -> Span {
    let length = text.span.end - text.span.start;
    if length == text.source.len() + 2 { text.span.part(1, length - 1) } else { text.span }
}

/// What a tag names that is not there.
enum Missing {
    /// A field of `entry` or `event`, with those that there are.
    Field(Vec<String>),
    /// An entity that the trigger does not name.
    Entity,
    /// A variable, with those that there are.
    Var(Vec<String>),
    /// A step, or a field of its result.
    Step(Vec<String>),
    /// What was combined: nothing is.
    Items,
}

fn missing(tag: &Tag, scope: &TagScope) -> Option<Missing> {
    let mut parts = tag.name.split('.');
    let root = parts.next().unwrap_or("");
    let field = parts.next();
    match root {
        "entry" | "event" => {
            let fields = if root == "entry" { &scope.entry } else { &scope.event };
            let field = field?;
            let known = fields.contains_key(field) || ENTRY.contains(&field) || scope.anything;
            (!known).then(|| Missing::Field(fields.keys().cloned().chain(ENTRY.map(str::to_owned)).collect()))
        }
        "inputs" => {
            let known = field.is_none_or(|field| scope.inputs.contains(field));
            (!known).then(|| Missing::Var(scope.inputs.iter().cloned().collect()))
        }
        "vars" => {
            let known = field.is_none_or(|field| scope.vars.contains(field));
            (!known).then(|| Missing::Var(scope.vars.iter().cloned().collect()))
        }
        "items" => (!scope.items).then_some(Missing::Items),
        "steps" => {
            let results = field.and_then(|step| scope.steps.get(step));
            let known = match (results, parts.next(), parts.next()) {
                (Some(results), Some(_), _) if results.answer => true,
                (Some(results), Some(result), None) => results.fields.contains_key(result),
                (Some(_), None, _) => true,
                (Some(_), Some(_), Some(_)) | (None, _, _) => false,
            };
            (!known).then(|| Missing::Step(scope.steps.keys().cloned().collect()))
        }
        // Every other name was resolved when the tag was read: what is no root of ours is an entity.
        _ if is_root(root) || scope.entities.contains(root) => None,
        _ => Some(Missing::Entity),
    }
}

fn say<'r>(
    missing: Missing,
    name: &str,
    at: Span,
    report: &'r mut Report,
) -> &'r mut crate::diagnostic::Diagnostic {
    let wrong = report.error(Code::E0513, at).arg("name", name);
    let (root, field) = name.split_once('.').unwrap_or((name, ""));
    let among = match missing {
        Missing::Entity => {
            return wrong.message("E0513-entity").arg("kind", root).help("E0513-entity-help");
        }
        Missing::Items => return wrong.message("E0513-items").help("E0513-items-help"),
        Missing::Field(among) => among,
        Missing::Var(among) => {
            wrong.message("E0513-var");
            among
        }
        Missing::Step(among) => {
            wrong.message("E0513-step");
            among
        }
    };
    let meant = suggest(field.split('.').next().unwrap_or(field), among.iter().map(String::as_str));
    match meant {
        Some(meant) => wrong.did_you_mean(Some(format!("{root}.{meant}"))),
        None if among.is_empty() => wrong.help(match root {
            "vars" => "E0513-help-var",
            "inputs" => "E0513-help-input",
            "steps" => "E0513-help-step",
            _ => "E0513-help-field",
        }),
        None => {
            let known = listed(among.iter().map(|name| format!("{root}.{name}")));
            wrong.arg_listed("known", &known).help("E0513-help")
        }
    }
}
