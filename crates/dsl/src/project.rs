//! A project: the files of one folder, read together and checked together.

use crate::diagnostic::{Code, Report, Severity};
use crate::library::{Library, Scoring};
use crate::source::{FileId, Sources};
use crate::template::{self, Templates};
use crate::test_case::Scenario;
use crate::workflow::Workflow;
use crate::yaml;
use model::WorkflowId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file of the project: its path below the project's folder, with `/`, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// `workflows/winback.yaml`, `workflows/templates/winback/offer.zh-CN.md.hbs`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What the configuration says that the language needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The project's IANA zone.
    pub zone: String,
    /// The project's language tag: the fallback of templates.
    pub language: String,
}

/// A checked project. Files with errors are left out of it; the report says why.
#[derive(Clone, Debug)]
pub struct Project {
    /// Everything but workflows and templates.
    pub library: Library,
    /// The workflows whose files have no errors.
    pub workflows: BTreeMap<WorkflowId, Arc<Workflow>>,
    /// The tests of several workflows, by name; only those all of whose workflows can be used.
    pub scenarios: BTreeMap<String, Scenario>,
    /// The message templates.
    pub templates: Templates,
    /// The text of each workflow's file, as published.
    pub texts: BTreeMap<WorkflowId, String>,
    /// The project's zone and language.
    pub settings: Settings,
}

impl Project {
    /// The workflows that act on the bands of a score: those of its own file.
    pub fn acting_on(&self, scoring: &Scoring) -> Vec<Arc<Workflow>> {
        let all = self.workflows.values();
        all.filter(|workflow| workflow.span.file == scoring.span.file).cloned().collect()
    }
}

/// What came of reading a project.
#[derive(Debug)]
pub struct Loaded {
    /// The files, for showing diagnostics.
    pub sources: Sources,
    /// What was understood.
    pub project: Project,
    /// Everything that is wrong.
    pub report: Report,
    /// The warnings that files turn off (`lint:`), for lints that are found later.
    pub turned_off: BTreeMap<FileId, Vec<Code>>,
}

impl Loaded {
    /// The file that declares the workflow of this id, whatever mistakes it has and however the line is
    /// written. `None`: there is none.
    pub fn file_of(&self, id: &str) -> Option<FileId> {
        let declares = |file: &FileId| {
            let mut said_before = Report::new();
            let read = yaml::read(&self.sources, *file, &mut said_before);
            match read.as_ref().and_then(|node| node.entries()?.first()) {
                Some(first) => first.key == "workflow" && first.value.raw_text().map(str::trim) == Some(id),
                None => head_of(self.sources.text(*file)) == Some(id),
            }
        };
        let no_template = |file: &FileId| !template::is_template(self.sources.name(*file));
        self.sources.ids().filter(no_template).find(declares)
    }

    /// The files with errors that others rest on: the model, segments, topics, teams and so on; not a workflow, a
    /// scenario or a template, whose mistakes are theirs alone.
    pub fn libraries_with_errors(&self) -> BTreeSet<FileId> {
        let errors = self.report.diagnostics().iter().filter(|found| found.severity() == Severity::Error);
        let files: BTreeSet<FileId> =
            errors.filter(|found| !found.span.is_nowhere()).map(|found| found.span.file).collect();
        files.into_iter().filter(|file| self.is_library(*file)).collect()
    }

    fn is_library(&self, file: FileId) -> bool {
        if template::is_template(self.sources.name(file)) {
            return false;
        }
        let mut said_before = Report::new();
        let read = yaml::read(&self.sources, file, &mut said_before);
        match read.as_ref().and_then(|node| node.entries()?.first()) {
            Some(first) => !matches!(first.key.as_str(), "workflow" | "scenario"),
            None => head_of(self.sources.text(file)).is_none(),
        }
    }
}

/// The id in the first line of a file that cannot be read at all. `None`: the line declares no workflow.
fn head_of(text: &str) -> Option<&str> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '-']))?;
    let value = line.strip_prefix("workflow")?.trim_start().strip_prefix([':', '：'])?;
    Some(value.split(" #").next()?.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_with_mistakes_is_found_by_its_id_however_the_line_is_written() {
        let heads = [
            "workflow: offer\n",
            "# 优惠\n\nworkflow:   offer   # for spring\n",
            "workflow: \"offer\"\n",
            "workflow: 'offer'\r\n",
            "\"workflow\": offer\n",
            "workflow : offer\n",
            "---\nworkflow: >-\n  offer\n",
        ];
        for head in heads {
            for rest in ["trigger: manual\nsteps:\n  - wiat: 3 days\n", "title: \"open\ntrigger: manual\n"] {
                let file = |path: &str, text: String| File { path: format!("workflows/{path}"), text };
                let files = [
                    file("a.yaml", "workflow: offers\ntrigger: manual\nsteps:\n  - tag: a\n".to_owned()),
                    file("b.yaml", format!("{head}{rest}")),
                ];
                let settings = Settings { zone: "UTC".to_owned(), language: "en".to_owned() };
                let loaded = crate::load(&files, &settings);
                let found = loaded.file_of("offer").map(|file| loaded.sources.name(file));
                assert_eq!(found, Some("workflows/b.yaml"), "{head}{rest}");
                assert_eq!(loaded.file_of("a"), None);
            }
        }
    }
}
