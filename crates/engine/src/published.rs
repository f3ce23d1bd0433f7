//! What is live: libraries, versions and templates as they were published, compiled once and shared.

use crate::error::EngineError;
use dsl::project::{File, Project, Settings};
use dsl::step::Verb;
use interpreter::heed;
use interpreter::pause::Pause;
use interpreter::render::Renderer;
use interpreter::world::{Workflows, World};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::event::names;
use model::{Medium, VersionId, zone};
use std::collections::BTreeSet;
use store::Connection;
use store::version::WorkflowState;
use store::{library, snapshot::EventReads, template, version};

/// A compiled project as it is live.
pub struct Published {
    /// Libraries, templates, and the live workflows.
    pub project: Project,
    /// Every version that somebody may still walk in.
    pub workflows: Workflows,
    /// Compiled templates.
    pub renderer: Renderer,
    /// The project's zone.
    pub zone: TimeZone,
    /// The events that any decision may read.
    pub reads: EventReads,
    /// Facts that nobody could mind, ours and those from outside: they are stored as done, without a turn.
    pub idle: BTreeSet<String>,
    /// The database's mark of this publish; a change of it means: load again.
    pub mark: String,
    /// Versions that this program could not read: their walks are held, and an operator hears of it.
    pub unreadable: Vec<String>,
    /// Whether a publish takes people along, and has not come to its end.
    pub moving: bool,
    /// Nothing is decided and nothing goes out while this stands.
    pub held: Option<store::hold::Hold>,
}

/// Under this name `meta` counts publishes, pauses and resumes.
pub const MARK: &str = "published";

impl Published {
    /// A live workflow that sends marketing by mail; `None`: none does.
    pub fn marketing_mail(&self) -> Option<&model::WorkflowId> {
        self.workflows.current.keys().find(|id| {
            self.workflows.live(id).is_some_and(|workflow| {
                interpreter::world::sends_marketing(&self.project.library, workflow, Medium::Email)
            })
        })
    }

    /// Loads what is live. A version that this program cannot read is left out and named.
    pub async fn load(
        conn: &mut Connection,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let mark = store::meta::get(conn, MARK).await?.unwrap_or_default();
        let mut files: Vec<File> = Vec::new();
        for text in library::all(conn).await?.into_iter().chain(template::all(conn).await?) {
            files.push(File { path: text.path, text: text.text });
        }
        let current = version::current(conn).await?;
        // A score's file is a library; what its bands do stands in it.
        let is_library = |path: &str| files.iter().any(|file| file.path == path);
        let mut all = files.clone();
        for (live, state) in &current {
            if *state != WorkflowState::Retired && !is_library(&live.path) {
                all.push(File { path: live.path.clone(), text: live.text.clone() });
            }
        }
        let loaded = dsl::load(&all, settings);
        let project = loaded.project;
        let mut workflows = Workflows::of(project.workflows.values().cloned());
        let mut unreadable = Vec::new();
        // What the bands of a score do is live as it was published, though its other rules are live at once.
        workflows.current.retain(|id, _| current.iter().any(|(live, _)| live.workflow == *id));
        for (live, _) in current.iter().filter(|(live, _)| is_library(&live.path)) {
            if workflows.current.get(&live.workflow) == Some(&live.version) {
                continue;
            }
            let loaded = dsl::load(&with(&files, &live.path, &live.text), settings);
            match loaded.project.workflows.get(&live.workflow) {
                Some(workflow) => {
                    workflows.versions.insert(live.version.clone(), std::sync::Arc::clone(workflow));
                    workflows.current.insert(live.workflow.clone(), live.version.clone());
                }
                None => unreadable.push(format!("{} {}", live.workflow, live.version)),
            }
        }
        for (live, state) in &current {
            match state {
                WorkflowState::Live | WorkflowState::Paused => {}
                WorkflowState::Retired => {
                    workflows.current.remove(&live.workflow);
                }
            }
        }
        for kept in store::pause::all(conn).await? {
            let pause = Pause { from: kept.from, until: kept.until };
            workflows.pauses.entry(kept.workflow).or_default().push(pause);
        }
        for old in version::needed(conn, now).await? {
            if workflows.versions.contains_key(&old.version) {
                continue;
            }
            // What it calls stands in other files; its own live text may lie under another path.
            let own = current.iter().find(|(live, _)| live.workflow == old.workflow);
            let own = own.map(|(live, _)| live.path.as_str()).filter(|path| !is_library(path));
            let others: Vec<File> =
                all.iter().filter(|file| Some(file.path.as_str()) != own).cloned().collect();
            let loaded = dsl::load(&with(&others, &old.path, &old.text), settings);
            match loaded.project.workflows.get(&old.workflow) {
                Some(workflow) => {
                    // The stored id stays, whatever this program would derive: walks are tied to it.
                    workflows.versions.insert(old.version.clone(), std::sync::Arc::clone(workflow));
                }
                None => unreadable.push(format!("{} {}", old.workflow, old.version)),
            }
        }
        let approved = store::approval::all(conn).await?;
        workflows.unapproved = waiting(&workflows);
        workflows.unapproved.retain(|version| !approved.contains_key(version));
        let zone = zone::zone(&settings.zone).ok_or_else(|| {
            EngineError::Published(format!("the zone `{}` is not in the tz database", settings.zone))
        })?;
        let moving = store::moving::first(conn).await?.is_some();
        let reads = reads(&project, &workflows);
        let renderer = renderer(&project, &workflows);
        let held = store::hold::get(conn).await?;
        let idle = idle(&project, &workflows, &zone, &reads);
        Ok(Self { project, workflows, renderer, zone, reads, idle, mark, unreadable, moving, held })
    }

    /// A project that was never published: for simulations of files.
    pub fn of_files(project: Project) -> Result<Self, EngineError> {
        let mut workflows = Workflows::of(project.workflows.values().cloned());
        workflows.unapproved = waiting(&workflows);
        let zone = zone::zone(&project.settings.zone).ok_or_else(|| {
            EngineError::Published(format!("the zone `{}` is not in the tz database", project.settings.zone))
        })?;
        let reads = reads(&project, &workflows);
        let renderer = renderer(&project, &workflows);
        let idle = idle(&project, &workflows, &zone, &reads);
        let (mark, unreadable) = (String::new(), Vec::new());
        Ok(Self {
            project,
            workflows,
            renderer,
            zone,
            reads,
            idle,
            mark,
            unreadable,
            moving: false,
            held: None,
        })
    }

    /// These files as they would be over what is live: who walks in a published version goes on in it, what the files
    /// do not have is live as it was, and a pause holds.
    pub fn over(mut self, live: Self) -> Self {
        let known = live.workflows;
        // A version that waits for somebody's yes is one that nobody has approved yet.
        let approved =
            |version: &VersionId| known.versions.contains_key(version) && !known.unapproved.contains(version);
        self.workflows.unapproved.retain(|version| !approved(version));
        self.workflows.unapproved.extend(known.unapproved.iter().cloned());
        for (version, workflow) in known.versions {
            self.workflows.versions.entry(version).or_insert(workflow);
        }
        for (id, version) in known.current {
            self.workflows.current.entry(id).or_insert(version);
        }
        self.workflows.pauses = known.pauses;
        self.reads = reads(&self.project, &self.workflows);
        self.idle = idle(&self.project, &self.workflows, &self.zone, &self.reads);
        self.unreadable = live.unreadable;
        self.moving = live.moving;
        self.held = live.held;
        self
    }

    /// The world of decisions.
    pub fn world(&self) -> World<'_> {
        World {
            library: &self.project.library,
            workflows: &self.workflows,
            zone: &self.zone,
            renderer: Some(&self.renderer),
            trial: None,
        }
    }
}

/// The templates, and the subjects that steps bring along: parsed once, not for each mail.
fn renderer(project: &Project, workflows: &Workflows) -> Renderer {
    let steps = workflows.versions.values().flat_map(|workflow| &workflow.steps);
    let subjects =
        steps.filter_map(|step| if let Verb::Send(send) = &step.verb { send.subject.as_ref() } else { None });
    Renderer::new(&project.templates, &project.library, &project.settings)
        .with_texts(subjects.map(|subject| subject.source.as_str()))
}

/// What an accepted message makes known and what clients tell, as far as nobody could mind it.
fn idle(project: &Project, workflows: &Workflows, zone: &TimeZone, reads: &EventReads) -> BTreeSet<String> {
    let world = World { library: &project.library, workflows, zone, renderer: None, trial: None };
    let told = [Medium::Email, Medium::Sms, Medium::Message].map(|medium| names::sent(medium.as_str()));
    let ours = told.into_iter().filter(|name| heed::is_idle(&world, &reads.names, name));
    let declared = project.library.model.events.keys().map(String::as_str);
    // Told of pages also where the model does not ask for them.
    let outside = declared
        .chain([names::PAGE_VIEWED, names::SCREEN_VIEWED])
        .filter(|name| heed::is_idle_from_outside(&world, &reads.names, name));
    ours.chain(outside.map(str::to_owned)).collect()
}

/// The files with one more, or with one in the place of that of its path.
fn with(files: &[File], path: &str, text: &str) -> Vec<File> {
    let mut files: Vec<File> = files.iter().filter(|file| file.path != path).cloned().collect();
    files.push(File { path: path.to_owned(), text: text.to_owned() });
    files
}

/// The versions that need somebody's yes.
fn waiting(workflows: &Workflows) -> BTreeSet<VersionId> {
    let needing = workflows.versions.iter().filter(|(_, workflow)| workflow.approval.is_some());
    needing.map(|(version, _)| version.clone()).collect()
}

/// The names of events that conditions, waits, goals, scores and triggers look back at, and how far back
/// messages count.
fn reads(project: &Project, workflows: &Workflows) -> EventReads {
    let mut names = dsl::reads::of_library(&project.library);
    for workflow in workflows.versions.values() {
        names.extend(dsl::reads::of_workflow(workflow, &project.library));
    }
    EventReads { names, sent_back: interpreter::permit::counts_back(&project.library, workflows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(rest: &str) -> BTreeSet<String> {
        let file = |path: &str, text: &str| File { path: format!("workflows/{path}"), text: text.to_owned() };
        let files = [
            file("topics.yaml", "topics:\n  news: { class: marketing, title: News }\n"),
            file("senders.yaml", "senders:\n  shop: { name: Shop, address: news@example.test }\n"),
            file(
                "a.yaml",
                &format!("workflow: a\ntrigger: {{ event: email.clicked }}\nconsent: news\nsteps:\n{rest}"),
            ),
        ];
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() };
        let loaded = dsl::load(&files, &settings);
        assert!(!loaded.report.has_errors(), "{:?}", loaded.report);
        let published = Published::of_files(loaded.project).expect("a project");
        published.idle
    }

    #[test]
    fn nobody_has_a_turn_only_because_a_mail_was_sent_unless_it_is_waited_for() {
        let alone = idle("  - wait: 1 day\n");
        assert!(alone.contains("email.sent"), "{alone:?}");
        let minded = idle("  - wait_for: email.sent\n    within: 2 days\n");
        assert!(!minded.contains("email.sent") && minded.contains("sms.sent"), "{minded:?}");
    }
}
