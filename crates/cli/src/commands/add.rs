//! `nurture add NAME`: a recipe out of the binary into the project, with what its model lacks for it.

use super::Context;
use crate::exit::{Exit, Failure};
use crate::out::Out;
use crate::project;
use crate::recipe::{self, ALL, Change, Plan, Recipe};
use dsl::diagnostic::{self, Severity};
use model::words::{Language, say};
use serde_json::{Value as Json, json};

/// What `add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which recipe; without it they are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Adds a recipe, or lists them all. Exit 4: there is none of that name; 5: another file has the name of one
/// of its workflows; 1: with it the project has mistakes.
pub fn perform(args: &Args, context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    let Some(name) = &args.name else { return list(context, out) };
    let Some(recipe) = recipe::find(name) else {
        let all: Vec<&str> = ALL.iter().map(|recipe| recipe.name).collect();
        let values = [("name", name.as_str()), ("all", &all.join(", "))];
        return Err(Failure::say(Exit::NotFound, language, "add-no-such", &values));
    };
    let before = project::read_project(&context.config)?;
    let plan = recipe::add(&before, recipe, language);
    if let Some((id, path)) = plan.taken.first() {
        let values = [("id", id.as_str()), ("path", path), ("name", recipe.name)];
        return Err(Failure::say(Exit::Conflict, language, "add-taken", &values));
    }
    if !args.dry_run {
        for file in plan.written() {
            project::put(&context.config, file)?;
        }
    }
    let settings = context.config.settings();
    let mut loaded = dsl::load(&plan.files, &settings);
    loaded.report.retain(|found| found.severity() == Severity::Error);
    let wrong = loaded.report.has_errors();
    if context.json {
        out.json(&told(recipe, &plan, language, wrong))?;
    } else {
        human(recipe, &plan, language, out)?;
        if wrong {
            out.line(&format!("\n{}", say(language, "add-wrong", &[])))?;
            out.text(&diagnostic::human(&loaded.report, &loaded.sources, language, context.colour))?;
        }
    }
    Ok(if wrong { Exit::Findings } else { Exit::Fine })
}

/// What a recipe is for.
fn about(recipe: &Recipe, language: Language) -> String {
    say(language, &format!("recipe-{}", recipe.name), &[])
}

fn list(context: &Context, out: &mut Out) -> Result<Exit, Failure> {
    let language = context.language;
    if context.json {
        let all: Vec<Json> = ALL
            .iter()
            .map(|recipe| {
                let files: Vec<&str> = recipe.files.iter().map(|(path, _)| *path).collect();
                json!({ "name": recipe.name, "about": about(recipe, language), "needs": recipe.needs, "files": files })
            })
            .collect();
        out.json(&Json::Array(all))?;
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> =
        ALL.iter().map(|recipe| vec![format!("  {}", recipe.name), about(recipe, language)]).collect();
    out.line(&say(language, "add-list", &[]))?;
    out.text(&crate::view::cells::table(&rows))?;
    out.line(&format!("\n{}", say(language, "add-how", &[])))?;
    Ok(Exit::Fine)
}

fn human(recipe: &Recipe, plan: &Plan, language: Language, out: &mut Out) -> Result<(), Failure> {
    let about = about(recipe, language);
    let key = if plan.is_empty() { "add-there" } else { "add-added" };
    out.line(&say(language, key, &[("name", recipe.name), ("about", &about)]))?;
    for (path, change) in &plan.changes {
        let values = [("path", path.as_str())];
        match change {
            Change::New => out.line(&format!("  + {path}"))?,
            Change::Filled(added) => {
                let values = [("path", path.as_str()), ("added", &added.join(", "))];
                out.line(&format!("  ~ {}", say(language, "add-filled", &values)))?;
            }
            Change::Same => {}
            Change::Kept => out.line(&format!("  = {}", say(language, "add-kept", &values)))?,
            Change::Broken => out.line(&format!("  ! {}", say(language, "add-broken", &values)))?,
        }
    }
    if !plan.is_empty() {
        out.line(&format!("\n{}", say(language, "add-next", &[])))?;
        let workflows = recipe
            .files
            .iter()
            .filter(|(_, text)| recipe::merge::kind_of(text).as_deref() == Some("workflow"));
        for (path, _) in workflows {
            out.line(&format!("  nurture test workflows/{path}"))?;
        }
    }
    Ok(())
}

fn told(recipe: &Recipe, plan: &Plan, language: Language, wrong: bool) -> Json {
    let files: Vec<Json> = plan
        .changes
        .iter()
        .map(|(path, change)| {
            let (did, added) = match change {
                Change::New => ("new", Vec::new()),
                Change::Filled(added) => ("filled", added.clone()),
                Change::Same => ("same", Vec::new()),
                Change::Kept => ("kept", Vec::new()),
                Change::Broken => ("broken", Vec::new()),
            };
            json!({ "path": path, "did": did, "added": added })
        })
        .collect();
    json!({ "name": recipe.name, "about": about(recipe, language), "files": files, "errors": wrong })
}
