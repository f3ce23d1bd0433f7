//! Files to a checked project: the model first, then the other libraries, then templates and workflows,
//! then what concerns several files. Everything that is wrong is found in one run.

mod arena;
mod around;
mod assigned;
mod builtin;
mod calendar;
mod channels;
mod check;
mod circles;
mod desk;
mod form;
mod holds;
mod ids;
mod inputs;
mod libraries;
mod model;
mod moved;
mod names;
mod on_band;
mod policies;
mod results;
mod scenario;
mod schedule;
mod scoring;
mod segments;
mod sender;
mod step_customer;
mod step_flow;
mod step_message;
mod step_people;
mod step_time;
mod steps;
mod subject;
mod team;
mod test_entries;
mod test_facts;
mod test_lines;
mod test_people;
mod test_replies;
mod tests;
mod trigger;
mod version;
mod winner;
mod workflow;
mod written;

use self::desk::Desk;
use self::names::Names;
use crate::diagnostic::{Code, Report, Severity, suggest};
use crate::library::{Library, Topic};
use crate::lint;
use crate::project::{File, Loaded, Project, Settings};
use crate::source::{FileId, Sources, Spanned};
use crate::template::{self, Templates};
use crate::test_case::Scenario;
use crate::yaml::{self, Entry, Node};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a file may declare, in the order in which the kinds are read: each may lean on those before it.
pub(crate) const KINDS: [&str; 11] = [
    "calendar", "channels", "model", "topics", "senders", "tables", "forms", "policies", "teams", "segments",
    "scoring",
];

/// Reads and checks the files of a project. Files with errors are left out of the project's workflows; the
/// report says everything that is wrong in all of them. Total: any text gives a report, never a panic.
pub fn load(files: &[File], settings: &Settings) -> Loaded {
    read(files, settings, Report::new())
}

/// The same, listening to which keys are asked for: see [`Report::asked`].
pub fn load_listening(files: &[File], settings: &Settings) -> Loaded {
    read(files, settings, Report::listening())
}

fn read(files: &[File], settings: &Settings, mut report: Report) -> Loaded {
    let mut sources = Sources::new();
    let mut parsed: Vec<(FileId, Node)> = Vec::new();
    let mut templates: Vec<FileId> = Vec::new();
    for file in files {
        let id = sources.add(file.path.as_str(), file.text.as_str());
        if template::is_template(&file.path) {
            templates.push(id);
        } else if let Some(node) = yaml::read(&sources, id, &mut report) {
            parsed.push((id, node));
        }
    }
    let zone = ::model::zone::zone(&settings.zone).unwrap_or(TimeZone::UTC);
    let mut loading =
        Loading { sources: &sources, report, zone, names: Names::default(), library: Library::default() };
    loading.names(&parsed, &templates);
    loading.libraries(&parsed);
    let templates = loading.templates(&templates);
    let mut entries = BTreeMap::new();
    let workflows = loading.workflows(&parsed, &templates, &mut entries);
    let scenarios = loading.scenarios(&parsed, &workflows, &entries);
    let Loading { mut report, mut library, .. } = loading;
    written::show(&parsed, &mut report);
    library.to_everybody = to_everybody(&library, workflows.iter().map(|(_, workflow)| workflow));
    look_over(&workflows, &parsed, &library, &mut report);
    let turned_off = turned_off(&parsed);
    report.retain(|found| !turned_off.get(&found.span.file).is_some_and(|codes| codes.contains(&found.code)));
    let broken = broken(&report);
    let sound: Vec<_> = workflows.into_iter().filter(|(file, _)| !broken.contains(file)).collect();
    let texts = sound.iter().map(|(file, read)| (read.id.clone(), sources.text(*file).to_owned())).collect();
    let workflows: BTreeMap<_, _> =
        sound.into_iter().map(|(_, read)| (read.id.clone(), Arc::new(read))).collect();
    // A scenario with a workflow that cannot be used says nothing about the others either.
    let whole = |file: &FileId, scenario: &Scenario| {
        !broken.contains(file) && scenario.workflows.iter().all(|id| workflows.contains_key(id))
    };
    let scenarios = scenarios
        .into_iter()
        .filter(|(file, scenario)| whole(file, scenario))
        .map(|(_, scenario)| (scenario.name.clone(), scenario))
        .collect();
    let project = Project { library, workflows, scenarios, templates, texts, settings: settings.clone() };
    Loaded { sources, project, report, turned_off }
}

/// The files with errors.
fn broken(report: &Report) -> BTreeSet<FileId> {
    let errors = report.diagnostics().iter().filter(|found| found.severity() == Severity::Error);
    errors.map(|found| found.span.file).collect()
}

/// A load under way.
struct Loading<'a> {
    sources: &'a Sources,
    report: Report,
    zone: TimeZone,
    names: Names,
    library: Library,
}

impl Loading<'_> {
    /// Gathers the names of all files, and says which files declare nothing known.
    fn names(&mut self, parsed: &[(FileId, Node)], templates: &[FileId]) {
        for (_, node) in parsed {
            self.names.gather(node);
            self.known_kind(node);
        }
        for file in templates {
            self.names.gather_template(self.sources.name(*file));
        }
        self.names.topics.insert("marketing".to_owned());
    }

    /// Refuses a file whose first key is none of ours.
    fn known_kind(&mut self, node: &Node) {
        let kinds = || KINDS.into_iter().chain(["workflow", "scenario"]);
        let Some(entries) = node.entries() else {
            let _ = crate::syntax::map(node, None, &mut self.report);
            return;
        };
        let Some(first) = entries.first() else {
            self.report.error(Code::E0119, node.span);
            return;
        };
        if first.key == "brand" {
            // Read with the senders.
        } else if !kinds().any(|kind| kind == first.key) {
            let meant = suggest(&first.key, kinds().chain(["brand"])).map(str::to_owned);
            // A key of ours that stands further down was meant to be the first one.
            let below = entries.iter().skip(1).find(|entry| kinds().any(|kind| kind == entry.key));
            let diagnostic = self.report.error(Code::E0307, first.key_span);
            let known: Vec<&str> = kinds().chain(["brand"]).collect();
            diagnostic.arg("name", &first.key).arg_names("known", known);
            diagnostic.did_you_mean(meant.clone()).help("E0307-help");
            if let Some(meant) = meant {
                diagnostic.fix(first.key_span, meant);
            }
            if let Some(below) = below {
                diagnostic.related(below.key_span, "E0307-below");
            }
        }
    }

    /// Reads the library files, kind by kind.
    fn libraries(&mut self, parsed: &[(FileId, Node)]) {
        self.library
            .topics
            .insert("marketing".to_owned(), Topic { marketing: true, title: "marketing".to_owned() });
        let mut seen: BTreeMap<(&str, String), crate::source::Span> = BTreeMap::new();
        // A channel may name a rep, so that the teams come first.
        let channels_last = KINDS.into_iter().filter(|kind| *kind != "channels").chain(["channels"]);
        for kind in channels_last {
            let mut batch: Vec<(&Node, &Entry)> = Vec::new();
            for (_, node) in parsed {
                let Some(first) = node.entries().and_then(<[_]>::first).filter(|first| first.key == kind)
                else {
                    continue;
                };
                batch.push((node, first));
            }
            match kind {
                "model" => self.model(&batch),
                "segments" => self.segments(&batch, &mut seen),
                _ => {
                    for (node, first) in batch {
                        self.library_file(kind, node, first, &mut seen);
                    }
                }
            }
        }
        scoring::without_circles(&mut self.library, &mut self.report);
        circles::check(&self.library, &mut self.report);
        for (_, node) in parsed {
            let first = node.entries().and_then(<[_]>::first);
            if let Some(first) = first.filter(|first| first.key == "brand") {
                self.library_file("senders", node, first, &mut seen);
            }
        }
        // The brand may stand in another file than its senders.
        if self.library.brand.country.as_deref() == Some("CN") {
            let library = self.library.clone();
            let mut desk = Self::desk(self.sources, &mut self.report, &library, &self.zone);
            let firsts = parsed.iter().filter_map(|(_, node)| node.entries().and_then(<[_]>::first));
            for first in firsts.filter(|first| first.key == "senders") {
                libraries::labelled(&first.value, &mut desk);
            }
        }
    }

    fn desk<'d>(
        sources: &'d Sources,
        report: &'d mut Report,
        library: &'d Library,
        zone: &TimeZone,
    ) -> Desk<'d> {
        Desk { sources, report, library, zone: zone.clone() }
    }

    fn model(&mut self, batch: &[(&Node, &Entry)]) {
        let channels: Vec<String> = self.names.channels.iter().cloned().collect();
        let mut declared = None;
        for (place, (node, first)) in batch.iter().enumerate() {
            if place > 0 {
                let before = batch.first().map_or(first.key_span, |(_, first)| first.key_span);
                self.report
                    .error(Code::E0308, first.key_span)
                    .message("E0308-model")
                    .related(before, "E0308-first");
                continue;
            }
            declared = Some(*node);
        }
        let mut pending = Vec::new();
        if let Some(node) = declared {
            let library = self.library.clone();
            let mut desk = Self::desk(self.sources, &mut self.report, &library, &self.zone);
            if let Some(mut fields) = desk.fields(node, "thing-model") {
                let name =
                    desk.need(&mut fields, "model").and_then(|node| desk.text(node)).unwrap_or_default();
                let (model, waiting) = model::read(&mut fields, name, &mut desk);
                desk.close(fields);
                self.library.model = model;
                pending = waiting;
            }
        } else {
            self.library.model.customer = builtin::customer(false);
        }
        builtin::complete_events(&mut self.library.model, &channels);
        if !self.names.forms.is_empty() {
            builtin::complete_form(&mut self.library.model, &self.names.forms);
        }
        builtin::complete_values(&mut self.library.model, &self.names);
        let scope = self.names.scope();
        for kept in [true, false] {
            let round: Vec<_> = pending.iter().filter(|attribute| attribute.is_kept() == kept).collect();
            let library = self.library.clone();
            let mut desk = Self::desk(self.sources, &mut self.report, &library, &self.zone);
            for (name, origin, ty, optional) in model::finish(&round, &scope, &mut desk) {
                if let Some(attribute) = self.library.model.customer.get_mut(&name) {
                    attribute.origin = origin;
                    attribute.optional |= optional;
                    if let Some(ty) = ty {
                        attribute.ty = ty;
                    }
                }
            }
        }
    }

    fn segments(
        &mut self,
        batch: &[(&Node, &Entry)],
        seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    ) {
        let scope = self.names.scope();
        let library = self.library.clone();
        let mut desk = Self::desk(self.sources, &mut self.report, &library, &self.zone);
        let mut found = Vec::new();
        for (node, first) in batch {
            let Some(mut fields) = desk.fields(node, "thing-segments") else { continue };
            fields.know(&["segments"]);
            for entry in desk.entries(&first.value) {
                valid_id(&Spanned::new(entry.key.clone(), entry.key_span), desk.report);
                if once("segment", entry, seen, desk.report) {
                    let condition = desk.condition(
                        &entry.value,
                        &crate::condition::Scope {
                            allows: crate::condition::Allows::CustomerOnly,
                            ..scope.clone()
                        },
                    );
                    found.extend(condition.map(|condition| (entry, condition)));
                }
            }
            desk.close(fields);
        }
        self.library.segments = segments::without_cycles(found, desk.report);
    }

    fn library_file(
        &mut self,
        kind: &'static str,
        node: &Node,
        first: &Entry,
        seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    ) {
        let library = self.library.clone();
        let scope = self.names.scope();
        let mut desk = Self::desk(self.sources, &mut self.report, &library, &self.zone);
        let Some(mut fields) = desk.fields(node, "thing-library") else { return };
        fields.know(&[kind]);
        match kind {
            "calendar" => {
                let calendar = calendar::read(&mut fields, &mut desk);
                if single("calendar", first, seen, desk.report) {
                    self.library.calendar = calendar;
                }
            }
            "policies" => {
                let (quiet, policies) = policies::read(&first.value, &mut desk);
                if single("policies", first, seen, desk.report) {
                    self.library.quiet_hours = quiet;
                    self.library.policies = policies;
                }
            }
            "channels" => {
                for entry in named(kind, &first.value, seen, &mut desk) {
                    self.library.channels.extend(channels::channel(entry, &self.names, &mut desk));
                }
            }
            "topics" => {
                for entry in named(kind, &first.value, seen, &mut desk) {
                    self.library.topics.extend(libraries::topic(entry, &mut desk));
                }
            }
            "forms" => {
                for entry in named(kind, &first.value, seen, &mut desk) {
                    self.library
                        .forms
                        .extend(form::form(entry, &mut desk).map(|form| (form.name.clone(), form)));
                }
            }
            "senders" => {
                if first.key == "senders" {
                    for entry in named(kind, &first.value, seen, &mut desk) {
                        self.library.senders.extend(libraries::sender(entry, &mut desk));
                    }
                }
                if let Some(brand) = fields.entry("brand")
                    && single("brand", brand, seen, desk.report)
                {
                    self.library.brand = libraries::brand(&brand.value, &mut desk).unwrap_or_default();
                }
            }
            "tables" => {
                for entry in named(kind, &first.value, seen, &mut desk) {
                    self.library.tables.extend([libraries::table(entry, &mut desk)]);
                }
            }
            "teams" => {
                for entry in named(kind, &first.value, seen, &mut desk) {
                    self.library.teams.extend(team::read(entry, &self.names, &mut desk));
                }
            }
            _ => {
                let name = desk.spanned(&first.value).filter(|name| valid_id(name, desk.report));
                if let Some(name) = name
                    && single_name("scoring", &name, seen, desk.report)
                    && let Some(scoring) = scoring::read(name, &mut fields, &scope, &mut desk)
                {
                    self.library.scorings.insert(scoring.name.clone(), scoring);
                }
            }
        }
        desk.close(fields);
    }

    fn templates(&mut self, files: &[FileId]) -> Templates {
        let mut templates = Templates::default();
        for file in files {
            template::read(self.sources, *file, &self.library, &mut self.report, &mut templates);
        }
        template::check_variants(&templates, self.sources, &mut self.report);
        templates
    }

    fn workflows(
        &mut self,
        parsed: &[(FileId, Node)],
        templates: &Templates,
        entries: &mut BTreeMap<String, crate::condition::Fields>,
    ) -> Vec<(FileId, crate::workflow::Workflow)> {
        self.callees(parsed);
        let mut seen = BTreeMap::new();
        let mut all = Vec::new();
        for (file, node) in parsed {
            match node.entries().and_then(<[_]>::first) {
                Some(first) if first.key == "workflow" => {
                    all.extend(self.workflow(node, templates, entries, &mut seen).map(|read| (*file, read)));
                }
                Some(first) if first.key == "scoring" => {
                    let score = first.value.raw_text().unwrap_or_default();
                    let mut desk = Self::desk(self.sources, &mut self.report, &self.library, &self.zone);
                    let mine = desk.library.scorings.get(score).is_some_and(|known| known.span.file == *file);
                    let acting = if mine { on_band::files(score, node, &mut desk) } else { Vec::new() };
                    for implied in &acting {
                        let read = self.workflow(implied, templates, entries, &mut seen);
                        all.extend(read.map(|read| (*file, read)));
                    }
                }
                Some(_) | None => {}
            }
        }
        let read: Vec<_> = all.iter().map(|(_, workflow)| workflow).collect();
        let mut desk = Self::desk(self.sources, &mut self.report, &self.library, &self.zone);
        inputs::cycles(&read, &mut desk);
        all
    }

    fn scenarios(
        &mut self,
        parsed: &[(FileId, Node)],
        workflows: &[(FileId, crate::workflow::Workflow)],
        entries: &BTreeMap<String, crate::condition::Fields>,
    ) -> Vec<(FileId, Scenario)> {
        // Of a file with a mistake nobody can say what its workflow has.
        let broken = broken(&self.report);
        let read: BTreeMap<&str, &crate::workflow::Workflow> = workflows
            .iter()
            .filter(|(file, _)| !broken.contains(file))
            .map(|(_, workflow)| (workflow.id.as_str(), workflow))
            .collect();
        let mut seen = BTreeMap::new();
        let mut all = Vec::new();
        for (file, node) in parsed {
            let Some(first) = node.entries().and_then(<[_]>::first).filter(|first| first.key == "scenario")
            else {
                continue;
            };
            let mut desk = Self::desk(self.sources, &mut self.report, &self.library, &self.zone);
            let Some(mut fields) = desk.fields(node, "thing-scenario") else { continue };
            fields.know(&["scenario"]);
            let name = if first.value.is_null() {
                crate::syntax::nothing(Some("scenario"), first.key_span, desk.report);
                None
            } else {
                desk.spanned(&first.value)
            };
            let name = name.unwrap_or_else(|| Spanned::new("?".to_owned(), first.key_span));
            let good = first.value.is_null() || valid_id(&name, desk.report);
            let fresh = good && single_name("scenario", &name, &mut seen, desk.report);
            let scenario = scenario::read(name, &mut fields, (&self.names, &read), entries, &mut desk);
            desk.close(fields);
            if fresh {
                all.extend(scenario.map(|scenario| (*file, scenario)));
            }
        }
        all
    }

    /// What each workflow is when it is called, before any of them is read: a call may stand above the file
    /// of what it calls.
    fn callees(&mut self, parsed: &[(FileId, Node)]) {
        let mut unheard = Report::new();
        for (_, node) in parsed {
            let first = node.entries().and_then(<[_]>::first).filter(|first| first.key == "workflow");
            let Some(id) = first.and_then(|first| first.value.raw_text()) else { continue };
            let mut desk = Self::desk(self.sources, &mut unheard, &self.library, &self.zone);
            let callee = inputs::Callee::of(node, &mut desk);
            self.names.callees.insert(id.to_owned(), callee);
        }
    }

    /// One workflow; `None`: it could not be read, or its id is taken.
    fn workflow(
        &mut self,
        node: &Node,
        templates: &Templates,
        entries: &mut BTreeMap<String, crate::condition::Fields>,
        seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    ) -> Option<crate::workflow::Workflow> {
        let first = node.entries().and_then(<[_]>::first)?;
        let mut desk = Self::desk(self.sources, &mut self.report, &self.library, &self.zone);
        let mut fields = desk.fields(node, "thing-workflow")?;
        fields.know(&["workflow"]);
        if first.value.is_null() {
            crate::syntax::nothing(Some("workflow"), first.key_span, desk.report);
        }
        let id = if first.value.is_null() { None } else { desk.spanned(&first.value) };
        // A bad id is reported once, and the rest of the file is read all the same.
        let id = id.unwrap_or_else(|| Spanned::new("?".to_owned(), first.key_span));
        let good = first.value.is_null() || valid_id(&id, desk.report);
        let fresh = good && single_name("workflow", &id, seen, desk.report);
        let read = workflow::read(id, node, &mut fields, (&self.names, templates), entries, &mut desk);
        desk.close(fields);
        read.filter(|_| fresh)
    }
}

/// Events that may come without a customer.
fn to_everybody<'w>(
    library: &Library,
    workflows: impl Iterator<Item = &'w crate::workflow::Workflow>,
) -> BTreeSet<String> {
    let shared = |kind: &str| library.model.entities.get(kind).is_some_and(|kind| kind.shared);
    let setting =
        library.model.events.iter().filter(|(_, kind)| kind.sets.keys().any(|(kind, _)| shared(kind)));
    let mut names: BTreeSet<String> = setting.map(|(name, _)| name.clone()).collect();
    for workflow in workflows {
        if let crate::trigger::Trigger::Event { name, to: Some(_), .. } = &workflow.trigger {
            names.insert(name.clone());
        }
    }
    names
}

/// An id of a file: letters of any script, digits, `_`, `-`, `.`; at most 80 characters.
fn valid_id(id: &Spanned<String>, report: &mut Report) -> bool {
    let good = valid(&id.value);
    if !good {
        report.error(Code::E0318, id.span).arg("id", &id.value).help("E0318-help");
    }
    good
}

fn valid(id: &str) -> bool {
    !id.is_empty()
        && id.chars().count() <= 80
        && id.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// The entries of a map of named things; a name that another file has taken is reported and left out.
fn named<'n>(
    kind: &'static str,
    node: &'n Node,
    seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    desk: &mut Desk<'_>,
) -> Vec<&'n Entry> {
    let entries = desk.entries(node);
    // People have names with blanks in them, which no condition asks for.
    let of_people = matches!(kind, "teams" | "senders");
    for entry in entries {
        let in_words = of_people && entry.key.split(' ').all(valid) && entry.key.chars().count() <= 80;
        if !in_words {
            valid_id(&Spanned::new(entry.key.clone(), entry.key_span), desk.report);
        }
    }
    entries.iter().filter(|entry| once(kind, entry, seen, desk.report)).collect()
}

fn once(
    kind: &'static str,
    entry: &Entry,
    seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    report: &mut Report,
) -> bool {
    single_name(kind, &Spanned::new(entry.key.clone(), entry.key_span), seen, report)
}

/// For things that a project has once: the second one is reported and left out.
fn single(
    kind: &'static str,
    first: &Entry,
    seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    report: &mut Report,
) -> bool {
    single_name(kind, &Spanned::new(kind.to_owned(), first.key_span), seen, report)
}

fn single_name(
    kind: &'static str,
    name: &Spanned<String>,
    seen: &mut BTreeMap<(&'static str, String), crate::source::Span>,
    report: &mut Report,
) -> bool {
    let key = (kind, name.value.clone());
    if let Some(before) = seen.get(&key) {
        report
            .error(Code::E0308, name.span)
            .arg("name", &name.value)
            .related(*before, "E0308-first")
            .help("E0308-help");
        return false;
    }
    seen.insert(key, name.span);
    true
}

/// The lints, over workflows whose files have no error: a warning about half a file would mislead.
fn look_over(
    workflows: &[(FileId, crate::workflow::Workflow)],
    parsed: &[(FileId, Node)],
    library: &Library,
    report: &mut Report,
) {
    let broken = broken(report);
    let nodes: BTreeMap<FileId, &Node> = parsed.iter().map(|(file, node)| (*file, node)).collect();
    for (file, workflow) in workflows.iter().filter(|(file, _)| !broken.contains(file)) {
        if let Some(node) = nodes.get(file) {
            lint::workflow(workflow, node, library, report);
        }
    }
    lint::library(library, report);
}

/// The warnings that each file turns off by `lint:`.
fn turned_off(parsed: &[(FileId, Node)]) -> BTreeMap<FileId, Vec<Code>> {
    parsed.iter().map(|(file, node)| (*file, workflow::turned_off(node))).collect()
}
