//! `nurture plan`, and what `publish --plan` holds against it.

use super::ask::fault;
use super::open::{self, of_store};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::view::plan::{self, Plan};
use engine::{Published, operate};
use model::content_id;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Looks ahead to a publish of these paths (as in `dsl::project::File`; empty: all). `tests`: how many there
/// are, and how many fail.
pub async fn plan(config: &Config, paths: &[String], tests: (usize, usize)) -> Result<Plan, Failure> {
    let store = open::database(config).await?;
    let files = crate::project::read_project(config)?;
    let after = open::files(config)?;
    let loaded = dsl::load(&files, &config.settings());
    let now = operate::now(&store).await.map_err(fault(config))?;
    let mut conn = store.read().await.map_err(|error| of_store(config, &error))?;
    let before = Published::load(&mut conn, &config.settings(), now).await.map_err(fault(config))?;
    let named = |path: &str| paths.is_empty() || paths.iter().any(|named| named == path);
    let wanted: BTreeSet<_> = loaded
        .project
        .workflows
        .iter()
        .filter(|(_, workflow)| named(loaded.sources.name(workflow.span.file)))
        .map(|(id, _)| id.clone())
        .collect();
    let workflows =
        engine::plan::plan(&mut conn, &before, &after, &wanted, now).await.map_err(fault(config))?;
    let moves = engine::score::moves(&mut conn, &before, &after, now).await.map_err(fault(config))?;
    // Libraries and templates are live as soon as anything is published.
    let own: BTreeSet<&str> = loaded
        .project
        .workflows
        .values()
        .map(|workflow| loaded.sources.name(workflow.span.file))
        .filter(|path| {
            !loaded.project.library.scorings.values().any(|s| loaded.sources.name(s.span.file) == *path)
        })
        .collect();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let texts = store::library::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    known.extend(texts.into_iter().map(|text| (text.path, text.text)));
    let texts = store::template::all(&mut conn).await.map_err(|error| of_store(config, &error))?;
    known.extend(texts.into_iter().map(|text| (text.path, text.text)));
    let libraries = files
        .iter()
        .filter(|file| !own.contains(file.path.as_str()) && known.get(&file.path) != Some(&file.text))
        .map(|file| file.path.clone())
        .collect();
    let texts: Vec<&str> = files.iter().flat_map(|file| [file.path.as_str(), &file.text]).collect();
    let files = content_id("f", &texts);
    let titles = loaded.project.workflows.iter().map(|(id, w)| (id.clone(), w.title.clone())).collect();
    Ok(Plan { at: now, paths: paths.to_vec(), files, workflows, titles, libraries, moves, tests })
}

/// The paths of a plan that was written before, if all is still as it says. Errors: the file is no plan (3);
/// files or counts have drifted (5).
pub async fn held_against(config: &Config, path: &Path) -> Result<Vec<String>, Failure> {
    let language = config.language.value;
    let shown = path.display().to_string();
    let no_plan = || Failure::say(Exit::Configuration, language, "publish-no-plan", &[("path", &shown)]);
    let text = std::fs::read_to_string(path).map_err(|error| {
        let values = [("path", shown.as_str()), ("why", &error.to_string())];
        Failure::say(Exit::Configuration, language, "cli-unreadable", &values)
    })?;
    let written: Json = serde_json::from_str(&text).map_err(|_| no_plan())?;
    let paths = written.get("paths").and_then(Json::as_array).ok_or_else(no_plan)?;
    let paths: Vec<String> = paths.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    let now = plan::json(&self::plan(config, &paths, (0, 0)).await?);
    match plan::drifted(&written, &now) {
        None => Ok(paths),
        Some(what) => Err(Failure::say(Exit::Conflict, language, "publish-drifted", &[("what", &what)])),
    }
}
