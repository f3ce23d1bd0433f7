//! `nurture init DIR`: a new project with one workflow that works. Everything in it is compiled in.

use crate::exit::{Exit, Failure};
use crate::out::Out;
use dsl::grammar::names::Names;
use dsl::project::{File, Settings};
use model::words::{Language, say};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What `init` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The new folder; an empty one may be there already
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

/// The files of a new project. What the repository ships for use is taken from there, so that it cannot
/// drift; the workflow is the one of the guide.
const FILES: &[(&str, &str)] = &[
    ("nurture.toml", include_str!("../init/nurture.toml")),
    (".gitignore", include_str!("../init/gitignore")),
    (".vscode/settings.json", include_str!("../init/settings.json")),
    ("workflows/birthday.yaml", include_str!("../init/birthday.yaml")),
    ("workflows/model.yaml", include_str!("../../../../workflows/model.yaml")),
    ("workflows/topics.yaml", include_str!("../../../../workflows/topics.yaml")),
    ("workflows/senders.yaml", include_str!("../../../../workflows/senders.yaml")),
    ("workflows/calendar.yaml", include_str!("../../../../workflows/calendar.yaml")),
    ("workflows/templates/birthday/card.zh-CN.md.hbs", include_str!("../init/card.zh-CN.md.hbs")),
    ("workflows/templates/birthday/card.en.md.hbs", include_str!("../init/card.en.md.hbs")),
    ("workflows/samples/customers.csv", include_str!("../../../../workflows/samples/customers.csv")),
    ("workflows/samples/events.jsonl", include_str!("../../../../workflows/samples/events.jsonl")),
    ("workflows/samples/reps.csv", include_str!("../../../../workflows/samples/reps.csv")),
];

/// Where the editor finds the schema; `nurture schema` writes it anew.
const SCHEMA: &str = "schemas/nurture.schema.json";

/// The files of the language in a new project.
pub fn written() -> Vec<File> {
    let ours = FILES.iter().filter(|(path, _)| path.starts_with("workflows/") && !path.contains("/samples/"));
    ours.map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

/// The schema of a new project, with the names of its model.
fn schema(language: Language) -> String {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(&written(), &settings);
    let names = Names::of(&loaded.sources, &loaded.project.library);
    super::schema::text(&names, language)
}

/// Makes the project. Exit 5: the folder has something in it; 3: it cannot be written.
pub fn perform(
    args: &Args,
    here: &Path,
    language: Language,
    as_json: bool,
    out: &mut Out,
) -> Result<Exit, Failure> {
    let dir = here.join(&args.dir);
    let shown = args.dir.display().to_string();
    if !is_free(&dir) {
        return Err(Failure::say(Exit::Conflict, language, "init-full", &[("path", &shown)]));
    }
    let schema = schema(language);
    let files = || FILES.iter().copied().chain([(SCHEMA, schema.as_str())]);
    for (path, text) in files() {
        let place = dir.join(path);
        let folder = place.parent().unwrap_or(&dir);
        let text = for_language(text, language);
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&place, text)).map_err(|error| {
            let (path, why) = (place.display().to_string(), error.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, language, "cli-unwritable", &values)
        })?;
    }
    if as_json {
        let files: Vec<&str> = files().map(|(path, _)| path).collect();
        out.json(&json!({ "project": shown, "files": files }))?;
        return Ok(Exit::Fine);
    }
    out.line(&say(language, "init-made", &[("path", &shown)]))?;
    for (path, _) in files() {
        out.line(&format!("  {path}"))?;
    }
    out.line(&format!("\n{}", say(language, "init-next", &[])))?;
    for command in [
        format!("cd {shown} && nurture check && nurture test"),
        "nurture import customers workflows/samples/customers.csv".to_owned(),
        "nurture simulate --workflow birthday --from 2026-03-01 --to 2026-04-01".to_owned(),
    ] {
        out.line(&format!("  {command}"))?;
    }
    Ok(Exit::Fine)
}

/// The file as its author wants it: the settings name the language of whoever makes the project.
fn for_language(text: &str, language: Language) -> String {
    match language {
        Language::Zh => text.to_owned(),
        Language::En => text.replace(r#"language = "zh-CN"    "#, r#"language = "en"       "#),
    }
}

/// Whether nothing is there, or an empty folder.
fn is_free(dir: &Path) -> bool {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_project_has_no_mistake_and_its_tests_pass() {
        let files = written();
        let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
        let loaded = dsl::load(&files, &settings);
        let said = dsl::diagnostic::human(
            &loaded.report,
            &loaded.sources,
            Language::En,
            dsl::diagnostic::Colour::Never,
        );
        assert!(loaded.report.is_empty(), "{said}");
        let project = &loaded.project;
        let renderer =
            interpreter::render::Renderer::new(&project.templates, &project.library, &project.settings);
        let mut run = 0;
        for workflow in project.workflows.values() {
            for test in &workflow.tests {
                let verdict = interpreter::trial::run(project, &renderer, workflow, test);
                assert_eq!(verdict.problems, [], "{}", verdict.name);
                run += 1;
            }
        }
        assert_eq!(run, 2);
    }

    #[test]
    fn the_settings_name_the_language_of_whoever_makes_the_project() {
        let (_, settings) = FILES.iter().find(|(path, _)| *path == "nurture.toml").unwrap();
        assert!(for_language(settings, Language::Zh).contains("\nlanguage = \"zh-CN\" "));
        assert!(for_language(settings, Language::En).contains("\nlanguage = \"en\" "));
    }

    #[test]
    fn the_guide_shows_the_workflow_and_the_mail_of_a_new_project() {
        let guide = include_str!("../../../../docs/guide/first-birthday-mail.md");
        assert!(guide.contains(include_str!("../init/birthday.yaml")));
        assert!(guide.contains(include_str!("../init/card.zh-CN.md.hbs")));
    }
}
