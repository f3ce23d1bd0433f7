//! A project: the files of one folder, read together and checked together.

use crate::diagnostic::{Code, Report};
use crate::library::{Library, Scoring};
use crate::source::{FileId, Sources};
use crate::template::Templates;
use crate::test_case::Scenario;
use crate::workflow::Workflow;
use model::WorkflowId;
use std::collections::BTreeMap;
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
