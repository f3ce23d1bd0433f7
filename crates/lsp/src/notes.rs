//! Diagnostics as an editor shows them, and the changes that mend them.

use crate::position::of_span;
use crate::project::{Checked, Project};
use dsl::diagnostic::{Diagnostic, Severity};
use dsl::source::FileId;
use model::words::{Language, say};
use serde_json::{Value, json};

/// What is wrong in a file.
pub fn of_file(project: &mut Project, path: &str) -> Vec<Value> {
    let language = project.language();
    let related: Vec<(Value, Vec<(String, Value, String)>)> = {
        let checked = project.checked();
        let Some(file) = checked.file(path) else { return Vec::new() };
        checked.found(file).into_iter().map(|found| one(checked, found, language)).collect()
    };
    let all = related.into_iter().map(|(mut note, others)| {
        let others: Vec<Value> = others
            .into_iter()
            .map(|(path, range, message)| {
                json!({ "location": { "uri": project.uri(&path), "range": range }, "message": message })
            })
            .collect();
        if let Some(note) = note.as_object_mut()
            && !others.is_empty()
        {
            note.insert("relatedInformation".to_owned(), json!(others));
        }
        note
    });
    all.collect()
}

fn one(checked: &Checked, found: &Diagnostic, language: Language) -> (Value, Vec<(String, Value, String)>) {
    let sources = &checked.loaded.sources;
    let mut message = found.message_in(language);
    for more in [found.label_in(language), found.help_in(language)].into_iter().flatten() {
        message.push('\n');
        message.push_str(&more);
    }
    let severity = match found.severity() {
        Severity::Error => 1,
        Severity::Warning => 2,
    };
    let note = json!({
        "range": of_span(sources.text(found.span.file), found.span),
        "severity": severity,
        "code": found.code.as_str(),
        "source": "nurture",
        "message": message,
    });
    let others = found
        .related
        .iter()
        .filter(|(span, _)| !span.is_nowhere())
        .map(|(span, key)| {
            let range = of_span(sources.text(span.file), *span);
            (sources.name(span.file).to_owned(), range, related_words(found, key, language))
        })
        .collect();
    (note, others)
}

/// The words at another place, with the diagnostic's own values.
fn related_words(found: &Diagnostic, key: &'static str, language: Language) -> String {
    let mut there = found.clone();
    there.message(key);
    there.message_in(language)
}

/// The changes that an editor offers for a stretch of a file.
pub fn actions(project: &mut Project, path: &str, start: usize, end: usize) -> Vec<Value> {
    let (language, uri) = (project.language(), project.uri(path));
    let checked = project.checked();
    let Some(file) = checked.file(path) else { return Vec::new() };
    let text = checked.loaded.sources.text(file);
    let mut all: Vec<Value> = Vec::new();
    let fixable: Vec<&Diagnostic> =
        checked.found(file).into_iter().filter(|found| found.fix.is_some()).collect();
    for found in &fixable {
        let touches = found.span.start <= end && start <= found.span.end;
        let Some(fix) = found.fix.as_ref().filter(|fix| touches && fix.span.file == file) else { continue };
        let shown = if fix.replacement.trim().is_empty() { "␣" } else { fix.replacement.trim() };
        let title = say(language, "lsp-fix", &[("text", shown)]);
        let edit = json!({ "range": of_span(text, fix.span), "newText": fix.replacement });
        let (note, _) = one(checked, found, language);
        all.push(json!({
            "title": title,
            "kind": "quickfix",
            "isPreferred": true,
            "diagnostics": [note],
            "edit": { "changes": { uri.as_str(): [edit] } },
        }));
    }
    if let Some(whole) = whole(checked, file, fixable.len()) {
        let title = say(language, "lsp-fix-all", &[]);
        let edit = json!({ "range": crate::position::range(text, 0, text.len()), "newText": whole });
        all.push(json!({
            "title": title,
            "kind": "source.fixAll",
            "edit": { "changes": { uri.as_str(): [edit] } },
        }));
    }
    all
}

/// The file with everything mended that has one answer; offered where that is more than one thing.
fn whole(checked: &Checked, file: FileId, count: usize) -> Option<String> {
    let mended = dsl::diagnostic::mended(&checked.loaded.report, &checked.loaded.sources, file);
    mended.filter(|_| count > 1)
}
