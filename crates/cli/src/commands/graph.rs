//! `nurture graph FILE`: the drawing of a workflow.

use super::{Context, check};
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project::{self, Selection};
use dsl::diagnostic::{self, suggest};
use dsl::project::Loaded;
use dsl::workflow::Workflow;
use model::WorkflowId;
use model::words::say;
use std::path::PathBuf;
use std::sync::Arc;

/// What `graph` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workflow's file, or its id
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How to draw
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// How a workflow is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A tree of text.
    Text,
    /// The tree as a picture.
    Svg,
    /// A flowchart in the words of Mermaid.
    Mermaid,
}

/// Draws. Exit 1: the file has errors; 3: there is no such file; 4: no such workflow.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    let name = args.file.to_string_lossy().into_owned();
    let is_path = name.contains(['/', '\\'])
        || args.file.extension().is_some()
        || context.here.join(&args.file).exists();
    let loaded;
    let workflow = if is_path {
        let selection = Selection::of(&context.config, &context.here, std::slice::from_ref(&args.file))?;
        let mut all = project::load_with(&context.config, &selection)?;
        check::limit(&mut all, &selection);
        loaded = all;
        if loaded.report.has_errors() {
            return findings(&loaded, context, out);
        }
        let mut held = loaded.project.workflows.values();
        held.find(|workflow| selection.has(loaded.sources.name(workflow.span.file)))
            .ok_or_else(|| Failure::say(Exit::NotFound, language, "graph-none", &[("path", &name)]))?
    } else {
        loaded = project::load(&context.config)?;
        let id = WorkflowId::new(&name);
        if let Some(workflow) = loaded.project.workflows.get(&id) {
            return draw(workflow, args.format, context, out).map(|()| Exit::Fine);
        }
        return has_mistakes(&name, loaded, context, out);
    };
    draw(workflow, args.format, context, out)?;
    Ok(Exit::Fine)
}

fn draw(workflow: &Arc<Workflow>, format: Format, context: &Context, out: &mut Out) -> Result<(), Failure> {
    let (name, text) = match format {
        Format::Text => ("text", dsl::drawing::text(workflow, context.language)),
        Format::Svg => ("svg", dsl::drawing::svg(workflow, context.language)),
        Format::Mermaid => ("mermaid", dsl::drawing::mermaid(workflow, context.language)),
    };
    if context.json {
        out.json(&serde_json::json!({ "workflow": workflow.id.as_str(), "format": name, "drawing": text }))
    } else {
        out.text(&text)
    }
}

/// No workflow of this name could be read: its file's mistakes, where there is such a file.
fn has_mistakes(name: &str, mut loaded: Loaded, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let Some(file) = loaded.file_of(name) else {
        return Err(unknown(name, &loaded, context));
    };
    loaded.report.retain(|found| found.span.is_nowhere() || found.span.file == file);
    findings(&loaded, context, out)
}

/// The mistakes in place of the drawing.
fn findings(loaded: &Loaded, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let (report, sources) = (&loaded.report, &loaded.sources);
    if context.json {
        out.text(&diagnostic::json(report, sources, context.language))?;
    } else {
        out.text(&diagnostic::human(report, sources, context.language, context.colour))?;
    }
    Ok(Exit::Findings)
}

fn unknown(name: &str, loaded: &Loaded, context: &Context) -> Failure {
    let mut text = say(context.language, "graph-unknown", &[("name", name)]);
    if let Some(meant) = suggest(name, loaded.project.workflows.keys().map(WorkflowId::as_str)) {
        let question = say(context.language, "did-you-mean", &[("suggestion", meant)]);
        text = say(context.language, "cli-question", &[("text", &text), ("question", &question)]);
    }
    Failure::new(Exit::NotFound, text)
}
