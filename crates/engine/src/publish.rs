//! Publishing: files become immutable versions; libraries and templates are copied. What is broken keeps
//! its published text, and the others go on.

use crate::commit::commit_between;
use crate::error::EngineError;
use crate::moving::Ways;
use crate::operate::WHO;
use crate::planning;
use crate::published::{MARK, Published};
use crate::retype::{Misfit, retype};
use crash::Point;
use dsl::diagnostic::{Colour, Severity};
use dsl::project::{File, Loaded, Settings};
use dsl::trigger::Trigger;
use jiff::Timestamp;
use model::words::Language;
use model::{VersionId, WorkflowId, content_id};
use std::collections::{BTreeMap, BTreeSet};
use store::Connection;
use store::version::WorkflowState;
use store::{Store, library, meta, schedule, template, timer, version};

/// Which workflow files become live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Those that were never published (`run`).
    New,
    /// All of them (`publish`).
    All,
    /// Only these (`publish PATH…`).
    Only(BTreeSet<String>),
    /// None.
    Never,
}

/// What a publish does beside making files live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Where an attribute is of another type now, stored values that do not fit are forgotten.
    pub drop_misfits: bool,
    /// Who is under way in older versions is taken along.
    pub move_people: bool,
}

/// What a publish did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Versions that are live from now on.
    pub published: Vec<(WorkflowId, VersionId)>,
    /// Files that have changed and stay on their published version.
    pub changed: Vec<WorkflowId>,
    /// Files that are broken; their published text, where there is one, stays live.
    pub broken: Vec<String>,
    /// Of the broken files, those of which something is live.
    pub still_live: BTreeSet<String>,
    /// Library files and templates that were copied.
    pub copied: usize,
    /// Workflows that were published for the first time.
    pub first: Vec<WorkflowId>,
    /// Stored values that do not fit what the model says now. Unless they were to be dropped, nothing was
    /// published.
    pub misfits: Vec<Misfit>,
    /// Live versions that could not be read any more; nothing was published.
    pub stranded: Vec<Stranded>,
    /// Who is taken along, by workflow. Where somebody stands at a step from which there is no way, nothing was
    /// published.
    pub ways: BTreeMap<WorkflowId, Ways>,
}

/// A live version that uses what the files no longer have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// Which workflow.
    pub workflow: WorkflowId,
    /// Which version.
    pub version: VersionId,
    /// What is wrong with it then, as the checker says it, in each language.
    pub why: Vec<(Language, String)>,
}

impl Report {
    /// Whether the publish was refused as a whole.
    pub fn refused(&self, wish: Wish) -> bool {
        let stuck = self.ways.values().any(|ways| ways.stuck() > 0);
        stuck || !self.stranded.is_empty() || (!self.misfits.is_empty() && !wish.drop_misfits)
    }
}

/// Publishes the files of a project. The timers of what is new are planned from `now` on. Where stored values do
/// not fit the model any more, or a live version could not be read any more, a person's publish is refused (see
/// [`Report::refused`]); an engine that starts keeps the published libraries instead.
pub async fn publish(
    store: &Store,
    files: &[File],
    settings: &Settings,
    policy: &Policy,
    wish: Wish,
    now: Timestamp,
) -> Result<Report, EngineError> {
    let mut transaction = store.begin().await?;
    let mut report = keep(&mut transaction, files, settings, policy, wish, now).await?;
    if report.refused(wish) {
        drop(transaction);
        if matches!(policy, Policy::All | Policy::Only(_)) {
            return Ok(report);
        }
        transaction = store.begin().await?;
        let (files, kept) = with_known_libraries(&mut transaction, files).await?;
        report = keep(&mut transaction, &files, settings, policy, wish, now).await?;
        report.broken.extend(kept);
    }
    if report.copied > 0 || !report.published.is_empty() || !report.ways.is_empty() {
        mark(&mut transaction).await?;
        planning::note(&mut transaction, &report).await?;
        let made = report.published.iter().map(|(workflow, version)| format!("{workflow} {version}"));
        let mut what: Vec<String> = made.collect();
        what.extend((report.copied > 0).then(|| format!("{} libraries and templates", report.copied)));
        store::audit::record(&mut transaction, WHO, "publish", &what.join(", "), now).await?;
    }
    commit_between(transaction, Point::PublishMade, Point::PublishKept).await?;
    Ok(report)
}

async fn keep(
    conn: &mut Connection,
    files: &[File],
    settings: &Settings,
    policy: &Policy,
    wish: Wish,
    now: Timestamp,
) -> Result<Report, EngineError> {
    let mut report = Report::default();
    let current = version::current(conn).await?;
    let retired: BTreeSet<WorkflowId> = current
        .iter()
        .filter(|(_, state)| *state == WorkflowState::Retired)
        .map(|(live, _)| live.workflow.clone())
        .collect();
    let over: BTreeSet<String> = current
        .iter()
        .filter(|(_, state)| *state == WorkflowState::Retired)
        .map(|(live, _)| live.path.clone())
        .collect();
    let live: BTreeMap<WorkflowId, VersionId> =
        current.into_iter().map(|(live, _)| (live.workflow, live.version)).collect();
    let known = published_texts(conn).await?;
    let (loaded, sound) = sound(files, &known, settings, &mut report.broken);
    let is_live = |path: &&String| known.contains_key(*path) && !over.contains(*path);
    report.still_live = report.broken.iter().filter(is_live).cloned().collect();
    let zone = model::zone::zone(&settings.zone).unwrap_or_else(model::zone::utc);
    let stored_before = stored(conn).await?;
    let is_new = |file: &File| known.get(&file.path).is_some_and(|text| *text != file.text);
    if sound.iter().any(is_new) {
        let files: Vec<File> =
            known.iter().map(|(path, text)| File { path: path.clone(), text: text.clone() }).collect();
        let before = dsl::load(&files, settings).project.library.model;
        report.misfits = retype(conn, &before, &loaded.project.library.model, &zone, now).await?;
    }
    let scorings = loaded.project.library.scorings.values();
    let scoring_paths: BTreeSet<&str> =
        scorings.map(|scoring| loaded.sources.name(scoring.span.file)).collect();
    let mut workflow_paths: BTreeSet<&str> = BTreeSet::new();
    let mut taken_along = Vec::new();
    for (id, workflow) in &loaded.project.workflows {
        let path = loaded.sources.name(workflow.span.file);
        // A score's file is a library as well: its bands act in workflows of their own.
        if !scoring_paths.contains(path) {
            workflow_paths.insert(path);
        }
        if report.broken.iter().any(|broken| broken == path) {
            continue;
        }
        let over = retired.contains(id);
        let same = live.get(id) == Some(&workflow.version) && !over;
        let wanted = match policy {
            Policy::New => !live.contains_key(id),
            // What is over lives again only where its file is named.
            Policy::All => !over,
            Policy::Only(paths) => paths.contains(path),
            Policy::Never => false,
        };
        if wanted && wish.move_people {
            taken_along.push(std::sync::Arc::clone(workflow));
        }
        if same {
            continue;
        }
        if !wanted {
            if live.contains_key(id) && !over {
                report.changed.push(id.clone());
            }
            continue;
        }
        let text = loaded.project.texts.get(id).map(String::as_str).unwrap_or_default();
        version::publish(conn, id, &workflow.version, text, path, now).await?;
        if !live.contains_key(id) {
            report.first.push(id.clone());
        }
        report.published.push((id.clone(), workflow.version.clone()));
        timer::forget(conn, id).await?;
        if let Trigger::Schedule(rule) = &workflow.trigger {
            let calendar = &loaded.project.library.calendar;
            let next = interpreter::simulate::fires_for_all(rule, now, &zone, calendar);
            schedule::set(conn, id, next).await?;
        } else {
            schedule::remove(conn, id).await?;
        }
    }
    for file in sound.iter().filter(|file| !workflow_paths.contains(file.path.as_str())) {
        let hash = content_id("", &[&file.text]);
        let new = if dsl::template::is_template(&file.path) {
            template::publish(conn, &file.path, &file.text, &hash, now).await?
        } else {
            library::publish(conn, &file.path, &file.text, &hash, now).await?
        };
        report.copied += usize::from(new);
    }
    if report.copied > 0 {
        crate::fold::published(conn, &loaded.project.library).await?;
        let stored_now = stored(conn).await?;
        let mut lost = unreadable(conn, &stored_now, settings, now).await?;
        if !lost.is_empty() {
            let before = unreadable(conn, &stored_before, settings, now).await?;
            lost.retain(|version, _| !before.contains_key(version));
        }
        report.stranded = lost.into_values().collect();
    }
    if !taken_along.is_empty() {
        let published = Published::load(conn, settings, now).await?;
        report.ways = crate::moving::begin(conn, &published, &taken_along).await?;
        for id in report.ways.keys() {
            store::audit::record(conn, WHO, "publish --move", id.as_str(), now).await?;
        }
    }
    Ok(report)
}

/// Whoever works on this database loads what is live again.
pub(crate) async fn mark(conn: &mut Connection) -> Result<(), EngineError> {
    let mark = meta::get(conn, MARK).await?.and_then(|mark| mark.parse::<u64>().ok()).unwrap_or(0);
    meta::set(conn, MARK, Some(&(mark + 1).to_string())).await?;
    Ok(())
}

/// Libraries and templates as they are stored.
async fn stored(conn: &mut Connection) -> Result<Vec<File>, EngineError> {
    let texts = library::all(conn).await?.into_iter().chain(template::all(conn).await?);
    Ok(texts.map(|text| File { path: text.path, text: text.text }).collect())
}

/// The versions in which somebody walks, or may, that cannot be read with these libraries.
async fn unreadable(
    conn: &mut Connection,
    files: &[File],
    settings: &Settings,
    now: Timestamp,
) -> Result<BTreeMap<VersionId, Stranded>, EngineError> {
    let mut lost = BTreeMap::new();
    let current = version::current(conn).await?;
    let retired: BTreeSet<WorkflowId> = current
        .into_iter()
        .filter(|(_, state)| *state == WorkflowState::Retired)
        .map(|(live, _)| live.workflow)
        .collect();
    for needed in version::needed(conn, now).await? {
        if retired.contains(&needed.workflow) {
            continue;
        }
        let mut all: Vec<File> = files.iter().filter(|file| file.path != needed.path).cloned().collect();
        all.push(File { path: needed.path.clone(), text: needed.text.clone() });
        let loaded = dsl::load(&all, settings);
        if loaded.project.workflows.contains_key(&needed.workflow) {
            continue;
        }
        let why = [Language::Zh, Language::En].map(|language| {
            (language, dsl::diagnostic::human(&loaded.report, &loaded.sources, language, Colour::Never))
        });
        let stranded =
            Stranded { workflow: needed.workflow, version: needed.version.clone(), why: why.to_vec() };
        lost.insert(needed.version, stranded);
    }
    Ok(lost)
}

/// The files with every library that has changed as it was published, and the paths of those.
async fn with_known_libraries(
    conn: &mut Connection,
    files: &[File],
) -> Result<(Vec<File>, Vec<String>), EngineError> {
    let known: BTreeMap<String, String> =
        library::all(conn).await?.into_iter().map(|text| (text.path, text.text)).collect();
    let mut kept = Vec::new();
    let files = files.iter().cloned().map(|file| match known.get(&file.path) {
        Some(text) if *text != file.text => {
            kept.push(file.path.clone());
            File { path: file.path, text: text.clone() }
        }
        Some(_) | None => file,
    });
    let files = files.collect();
    Ok((files, kept))
}

async fn published_texts(conn: &mut Connection) -> Result<BTreeMap<String, String>, EngineError> {
    let mut texts = BTreeMap::new();
    for text in library::all(conn).await?.into_iter().chain(template::all(conn).await?) {
        texts.insert(text.path, text.text);
    }
    for (live, _) in version::current(conn).await? {
        // The text of a library is the later one.
        texts.entry(live.path).or_insert(live.text);
    }
    Ok(texts)
}

/// The files with each broken one replaced by its published text, or left out: what may go live together.
fn sound(
    files: &[File],
    known: &BTreeMap<String, String>,
    settings: &Settings,
    broken: &mut Vec<String>,
) -> (Loaded, Vec<File>) {
    let mut files = files.to_vec();
    let mut replaced: BTreeSet<String> = BTreeSet::new();
    loop {
        let loaded = dsl::load(&files, settings);
        let faulty: BTreeSet<String> = loaded
            .report
            .diagnostics()
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error)
            .map(|diagnostic| loaded.sources.name(diagnostic.span.file).to_owned())
            .collect();
        if faulty.is_empty() || files.is_empty() {
            return (loaded, files);
        }
        for path in &faulty {
            if !broken.contains(path) {
                broken.push(path.clone());
            }
        }
        let mut next = Vec::with_capacity(files.len());
        for file in files {
            if !faulty.contains(&file.path) {
                next.push(file);
            } else if let Some(text) = known.get(&file.path)
                && replaced.insert(file.path.clone())
            {
                next.push(File { path: file.path, text: text.clone() });
            }
        }
        files = next;
    }
}

/// Approves a version of a workflow: what waited for it is due at once. `None`: there is no such version;
/// `Some(false)`: it was approved before.
pub async fn approve(
    store: &Store,
    workflow: &WorkflowId,
    version: &VersionId,
    who: &str,
    now: Timestamp,
) -> Result<Option<bool>, EngineError> {
    let mut transaction = store.begin().await?;
    if version::find(&mut transaction, workflow, version).await?.is_none() {
        return Ok(None);
    }
    let new = store::approval::give(&mut transaction, workflow, version, who, now).await?;
    if new {
        store::audit::record(&mut transaction, who, "approve", &format!("{workflow} {version}"), now).await?;
        mark(&mut transaction).await?;
    }
    store::commit(transaction).await?;
    Ok(Some(new))
}
