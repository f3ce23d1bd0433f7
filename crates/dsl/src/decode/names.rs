//! The names that files declare, gathered before any of them is read: a file with a mistake in it still
//! counts as declared, so that one mistake is not said again wherever its name is used.

use super::inputs::Callee;
use crate::condition::Scope;
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The `outcomes` of a step that is a task, as its file has them; empty: it says none.
pub(super) fn outcomes(task: &Node) -> Vec<String> {
    let Some(entry) = task.get("outcomes") else { return Vec::new() };
    let all = entry.value.items().unwrap_or(std::slice::from_ref(&entry.value));
    let texts = all.iter().filter_map(Node::raw_text).map(|text| text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

/// Declared names by kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Workflows.
    pub workflows: BTreeSet<String>,
    /// The same as a call sees them.
    pub callees: BTreeMap<String, Callee>,
    /// Scores.
    pub scores: BTreeSet<String>,
    /// The bands of each score, as its file has them.
    pub bands: BTreeMap<String, Vec<String>>,
    /// The grades of each score.
    pub grades: BTreeMap<String, Vec<String>>,
    /// Segments.
    pub segments: BTreeSet<String>,
    /// Teams.
    pub teams: BTreeSet<String>,
    /// Reps: the members of all teams.
    pub reps: BTreeSet<String>,
    /// Senders.
    pub senders: BTreeSet<String>,
    /// Topics.
    pub topics: BTreeSet<String>,
    /// Channels.
    pub channels: BTreeSet<String>,
    /// Forms.
    pub forms: BTreeSet<String>,
    /// Message templates.
    pub templates: BTreeSet<String>,
    /// What can come of the tasks of all workflows.
    pub outcomes: BTreeSet<String>,
    /// A task says no outcomes, so that anything can come of it.
    pub any_outcome: bool,
}

impl Names {
    /// Takes in what one file declares by its first key.
    pub fn gather(&mut self, file: &Node) {
        let Some(first) = file.entries().and_then(<[_]>::first) else { return };
        if matches!(first.key.as_str(), "workflow" | "scoring") {
            self.tasks(file, 0);
        }
        let own = || first.value.raw_text().map(str::to_owned);
        let inner = || first.value.entries().unwrap_or_default().iter().map(|entry| entry.key.clone());
        match first.key.as_str() {
            "workflow" => self.workflows.extend(own()),
            "scoring" => {
                if let Some(name) = own() {
                    self.of_score(&name, file);
                    self.scores.insert(name);
                }
            }
            "segments" => self.segments.extend(inner()),
            "teams" => {
                self.teams.extend(inner());
                self.members(&first.value);
            }
            "senders" => self.senders.extend(inner()),
            "topics" => self.topics.extend(inner()),
            "channels" => self.channels.extend(inner()),
            "forms" => self.forms.extend(inner()),
            _ => {}
        }
    }

    fn members(&mut self, teams: &Node) {
        for team in teams.entries().unwrap_or_default() {
            let members = team.value.get("members").and_then(|entry| entry.value.items()).unwrap_or_default();
            let rep = |member: &Node| match member.get("rep") {
                Some(entry) => entry.value.raw_text().map(str::to_owned),
                None => member.raw_text().map(str::to_owned),
            };
            self.reps.extend(members.iter().filter_map(rep));
        }
    }

    /// What can come of the tasks below a node; its tests only speak of them.
    fn tasks(&mut self, node: &Node, depth: usize) {
        for item in node.items().unwrap_or_default() {
            self.tasks(item, depth + 1);
        }
        let entries = node.entries().unwrap_or_default();
        if entries.iter().any(|entry| entry.key == "task") {
            let outcomes = outcomes(node);
            self.any_outcome |= outcomes.is_empty();
            self.outcomes.extend(outcomes);
        }
        for entry in entries.iter().filter(|entry| depth > 0 || entry.key != "tests") {
            self.tasks(&entry.value, depth + 1);
        }
    }

    fn of_score(&mut self, name: &str, file: &Node) {
        let keys = |key: &str| -> Vec<String> {
            let entries = file.get(key).and_then(|entry| entry.value.entries()).unwrap_or_default();
            entries.iter().map(|entry| entry.key.clone()).collect()
        };
        let bands = keys("bands").into_iter().filter(|band| band != "stay").collect();
        self.bands.insert(name.to_owned(), bands);
        self.grades.insert(name.to_owned(), keys("grades"));
        self.workflows.extend(keys("on_band").iter().map(|band| super::on_band::id(name, band)));
    }

    /// Takes in the name of a template by its file's path:
    /// `workflows/templates/winback/offer.zh-CN.md.hbs` declares `winback/offer`.
    pub fn gather_template(&mut self, path: &str) {
        let inside = path.split_once("templates/").map_or(path, |(_, inside)| inside);
        let file = inside.rfind('/').map_or(0, |slash| slash + 1);
        let end = inside.get(file..).and_then(|name| name.find('.')).map_or(inside.len(), |dot| file + dot);
        if let Some(name) = inside.get(..end).filter(|name| !name.is_empty() && *name != "layout") {
            // `layouts/plain.html.hbs` frames mails.
            if name.starts_with("layouts/") {
                return;
            }
            self.templates.insert(name.to_owned());
        }
    }

    /// The scope of a condition that stands in no workflow.
    pub fn scope(&self) -> Scope {
        Scope {
            segments: Some(self.segments.clone()),
            scores: Some(self.scores.clone()),
            bands: self.bands.clone(),
            grades: self.grades.clone(),
            workflows: Some(self.workflows.clone()),
            ..Scope::default()
        }
    }
}
