//! The files that a verb is about: paths, or the names of workflows, scenarios and scores.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::project::{self, Selection};
use dsl::diagnostic::suggest;
use model::WorkflowId;
use model::words::say;
use std::path::PathBuf;

/// The files that paths and names mean: what is no path may be the name of a workflow, a scenario or a score.
/// Errors: 3, there is no such path; 4, nothing has the name.
pub fn selection(context: &Context, given: &[PathBuf]) -> Result<Selection, Failure> {
    let (config, here) = (&context.config, &context.here);
    let is_name = |path: &&PathBuf| {
        let text = path.to_string_lossy();
        let exists = here.join(path).exists() || config.project.join(path).exists();
        !exists && !text.contains(['/', '\\']) && !text.ends_with(".yaml")
    };
    if !given.iter().any(|path| is_name(&path)) {
        return Selection::of(config, here, given);
    }
    let loaded = project::load(config)?;
    let (project, sources) = (&loaded.project, &loaded.sources);
    let file_of = |name: &str| {
        let workflow = project.workflows.values().find(|workflow| workflow.id.as_str() == name);
        let span = workflow.map(|workflow| workflow.span);
        let span = span.or_else(|| project.scenarios.get(name).map(|scenario| scenario.span));
        let span = span.or_else(|| project.library.scorings.get(name).map(|scoring| scoring.span));
        // A file with mistakes declares nothing; its mistakes must be said.
        let of_that_name =
            || sources.ids().find(|file| sources.name(*file).ends_with(&format!("/{name}.yaml")));
        let file = span.map(|span| span.file).or_else(|| loaded.file_of(name)).or_else(of_that_name)?;
        Some(project::place(config, sources.name(file)))
    };
    let unknown = |name: &str| {
        let names = project.workflows.keys().map(WorkflowId::as_str);
        let names = names.chain(project.scenarios.keys().map(String::as_str));
        let names = names.chain(project.library.scorings.keys().map(String::as_str));
        let mut text = say(context.language, "cli-nothing-named", &[("name", name)]);
        if let Some(meant) = suggest(name, names) {
            let question = say(context.language, "did-you-mean", &[("suggestion", meant)]);
            text = say(context.language, "cli-question", &[("text", &text), ("question", &question)]);
        }
        Failure::new(Exit::NotFound, text)
    };
    let mut paths = Vec::new();
    for path in given {
        if is_name(&path) {
            let name = path.to_string_lossy();
            paths.push(file_of(&name).ok_or_else(|| unknown(&name))?);
        } else {
            paths.push(path.clone());
        }
    }
    Selection::of(config, here, &paths)
}
