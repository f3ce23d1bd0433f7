//! `nurture init DIR`: a new project with one workflow that works. Everything in it is compiled in.

mod guessed;

use self::guessed::{Guessed, MAP, without_status};
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
    /// A file of customers (CSV or xlsx): the model is guessed from it
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
}

/// The files of a new project: those that are the same for everybody, and those whose words are in the language
/// of whoever makes it.
fn files(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    let words = match language {
        Language::En => ENGLISH,
        Language::Zh => CHINESE,
    };
    SHARED.iter().chain(words).copied()
}

const SHARED: &[(&str, &str)] = &[
    (".gitignore", include_str!("../init/gitignore")),
    (".vscode/settings.json", include_str!("../init/settings.json")),
    ("workflows/templates/birthday/card.zh-CN.md.hbs", include_str!("../init/card.zh-CN.md.hbs")),
    ("workflows/templates/birthday/card.en.md.hbs", include_str!("../init/card.en.md.hbs")),
    ("workflows/samples/customers.csv", include_str!("../../../../workflows/samples/customers.csv")),
    ("workflows/samples/events.jsonl", include_str!("../../../../workflows/samples/events.jsonl")),
    ("workflows/samples/reps.csv", include_str!("../../../../workflows/samples/reps.csv")),
];

const ENGLISH: &[(&str, &str)] = &[
    ("nurture.toml", include_str!("../init/en/nurture.toml")),
    ("workflows/birthday.yaml", include_str!("../init/en/birthday.yaml")),
    ("workflows/model.yaml", include_str!("../init/en/model.yaml")),
    ("workflows/topics.yaml", include_str!("../init/en/topics.yaml")),
    ("workflows/senders.yaml", include_str!("../init/en/senders.yaml")),
    ("workflows/calendar.yaml", include_str!("../init/en/calendar.yaml")),
];

const CHINESE: &[(&str, &str)] = &[
    ("nurture.toml", include_str!("../init/zh/nurture.toml")),
    ("workflows/birthday.yaml", include_str!("../init/zh/birthday.yaml")),
    ("workflows/model.yaml", include_str!("../init/zh/model.yaml")),
    ("workflows/topics.yaml", include_str!("../init/zh/topics.yaml")),
    ("workflows/senders.yaml", include_str!("../init/zh/senders.yaml")),
    ("workflows/calendar.yaml", include_str!("../init/zh/calendar.yaml")),
];

/// Where the editor finds the schema; `nurture schema` writes it anew.
const SCHEMA: &str = "schemas/nurture.schema.json";

/// The files of the language in a new project.
#[cfg(test)]
pub fn written(language: Language) -> Vec<File> {
    let ours =
        files(language).filter(|(path, _)| path.starts_with("workflows/") && !path.contains("/samples/"));
    ours.map(|(path, text)| File { path: path.to_owned(), text: text.to_owned() }).collect()
}

/// The schema of a new project, with the names of its model.
fn schema(files: &[File], language: Language) -> String {
    let settings = Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() };
    let loaded = dsl::load(files, &settings);
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
    let guessed = args.from.as_ref().map(|file| Guessed::from(&here.join(file), language)).transpose()?;
    let mut all: Vec<(&str, String)> = match &guessed {
        None => files(language).map(|(path, text)| (path, text.to_owned())).collect(),
        Some(guessed) => guessed_files(guessed, language),
    };
    let ours = all.iter().filter(|(path, _)| path.starts_with("workflows/") && !path.contains("/samples/"));
    let ours: Vec<File> =
        ours.map(|(path, text)| File { path: (*path).to_owned(), text: text.clone() }).collect();
    all.push((SCHEMA, schema(&ours, language)));
    // As a listing of the folder shows them.
    all.sort_by_key(|(path, _)| (path.matches('/').count(), *path));
    for (path, text) in &all {
        let place = dir.join(path);
        let folder = place.parent().unwrap_or(&dir);
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&place, text)).map_err(|error| {
            let (path, why) = (place.display().to_string(), error.to_string());
            let values = [("path", path.as_str()), ("why", why.as_str())];
            Failure::say(Exit::Configuration, language, "cli-unwritable", &values)
        })?;
    }
    if as_json {
        let files: Vec<&str> = all.iter().map(|(path, _)| *path).collect();
        let guessed = guessed.as_ref().map(Guessed::json);
        let mut said = json!({ "project": shown, "files": files });
        if let (Some(said), Some(guessed)) = (said.as_object_mut(), guessed) {
            said.insert("guessed".to_owned(), guessed);
        }
        out.json(&said)?;
        return Ok(Exit::Fine);
    }
    out.line(&say(language, "init-made", &[("path", &shown)]))?;
    for (path, _) in &all {
        out.line(&format!("  {path}"))?;
    }
    if let Some(guessed) = &guessed {
        out.text(&guessed.human(language))?;
    }
    out.line(&format!("\n{}", say(language, "init-next", &[])))?;
    let import = guessed.as_ref().map_or_else(
        || "nurture import customers workflows/samples/customers.csv".to_owned(),
        Guessed::import,
    );
    let mut commands = vec![format!("cd {shown} && nurture check && nurture test"), import];
    if guessed.as_ref().is_none_or(Guessed::has_birthday) {
        commands.push("nurture simulate --workflow birthday --from 2026-03-01 --to 2026-04-01".to_owned());
    }
    for command in commands {
        out.line(&format!("  {command}"))?;
    }
    Ok(Exit::Fine)
}

/// The files of a project that is made for the columns of a file.
fn guessed_files(guessed: &Guessed, language: Language) -> Vec<(&'static str, String)> {
    let greets = guessed.has_birthday();
    let kept = files(language)
        .filter(|(path, _)| !path.contains("/samples/") && (greets || !path.contains("birthday")));
    let mut all: Vec<(&str, String)> = kept
        .map(|(path, text)| match path {
            "workflows/model.yaml" => (path, guessed.model(language)),
            "workflows/birthday.yaml" => (path, without_status(text)),
            _ => (path, text.to_owned()),
        })
        .collect();
    all.push((MAP, guessed.map(language)));
    all
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
    use dsl::project::Loaded;

    fn settings() -> Settings {
        Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
    }

    #[test]
    fn the_new_project_has_no_mistake_and_its_tests_pass() {
        for language in Language::ALL {
            let loaded = dsl::load(&written(language), &settings());
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
    }

    #[test]
    fn a_project_made_from_a_file_has_no_mistake_and_takes_the_file_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "会员号,姓名,手机,出生日期,会员等级,最近购买日期,owner,是否订阅\n".to_owned();
        for n in 0..20 {
            let tier = ["金\"卡", "银卡"][n % 2].replace('"', "\"\"");
            text += &format!("M{n},李娜,138001380{n:02},1990-03-{:02},\"{tier}\",2024-03-01,Wei,是\n", n + 1);
        }
        let file = folder.path().join("客户.csv");
        std::fs::write(&file, text).unwrap();
        for language in Language::ALL {
            let guessed = Guessed::from(&file, language).unwrap();
            let files = guessed_files(&guessed, language);
            let ours = files.iter().filter(|(path, _)| path.starts_with("workflows/"));
            let ours: Vec<File> =
                ours.map(|(path, text)| File { path: (*path).to_owned(), text: text.clone() }).collect();
            let loaded = dsl::load(&ours, &settings());
            let said = dsl::diagnostic::human(
                &loaded.report,
                &loaded.sources,
                Language::En,
                dsl::diagnostic::Colour::Never,
            );
            assert!(loaded.report.is_empty(), "{said}");
            let model = &loaded.project.library.model;
            let types: Vec<String> = ["birthday", "tier", "最近购买日期", "owner_name"]
                .map(|name| model.customer[name].ty.name().to_owned())
                .into();
            assert_eq!(types, ["birthday", "one_of", "date", "one_of"]);
            let project = &loaded.project;
            let renderer =
                interpreter::render::Renderer::new(&project.templates, &project.library, &project.settings);
            let tests = project
                .workflows
                .values()
                .flat_map(|workflow| workflow.tests.iter().map(move |test| (workflow, test)));
            let verdicts: Vec<_> = tests
                .map(|(workflow, test)| interpreter::trial::run(project, &renderer, workflow, test).problems)
                .collect();
            assert_eq!(verdicts, [vec![], vec![]]);
            let (_, map) = files.iter().find(|(path, _)| *path == MAP).unwrap();
            let map = engine::import::read_map(MAP, map).unwrap();
            assert_eq!(map.set.len(), 8);
            assert!(map.set.iter().any(|(name, _)| name.value == "consent.marketing"));
            assert!(guessed.human(language).contains("会员号"), "{}", guessed.human(language));
        }
    }

    /// The same files as they ship.
    const SHIPPED: [(&str, &str); 4] = [
        ("workflows/model.yaml", include_str!("../../../../workflows/model.yaml")),
        ("workflows/topics.yaml", include_str!("../../../../workflows/topics.yaml")),
        ("workflows/senders.yaml", include_str!("../../../../workflows/senders.yaml")),
        ("workflows/calendar.yaml", include_str!("../../../../workflows/calendar.yaml")),
    ];

    /// What the files declare, without titles and other words for people.
    fn declared(loaded: &Loaded) -> String {
        let (library, mut said) = (&loaded.project.library, String::new());
        let model = &library.model;
        for (name, attribute) in &model.customer {
            said.push_str(&format!("{name} {:?} {:?}\n", attribute.ty, attribute.optional));
        }
        for (name, kind) in &model.entities {
            let attributes = kind.attributes.iter().map(|(name, one)| format!("{name} {:?}", one.ty));
            said.push_str(&format!("{name} {:?} {:?}\n", kind.stages, attributes.collect::<Vec<_>>()));
        }
        said.push_str(&format!("{:?}\n{:?}\n", model.events, library.calendar));
        for sender in &library.senders {
            said.push_str(&format!("{} {}\n", sender.id, sender.address));
        }
        for (name, topic) in &library.topics {
            said.push_str(&format!("{name} {}\n", topic.marketing));
        }
        for workflow in
            loaded.project.workflows.values().filter(|workflow| workflow.id.as_str() == "birthday")
        {
            said.push_str(workflow.version.as_str());
        }
        said
    }

    #[test]
    fn both_languages_and_what_ships_declare_the_same() {
        let [chinese, english] = Language::ALL.map(|language| dsl::load(&written(language), &settings()));
        assert_eq!(declared(&english), declared(&chinese));
        let with_shipped = written(Language::En).into_iter().map(|file| {
            let shipped = SHIPPED.iter().find(|(path, _)| *path == file.path);
            File { text: shipped.map_or(file.text.clone(), |(_, text)| (*text).to_owned()), ..file }
        });
        let shipped = dsl::load(&with_shipped.collect::<Vec<_>>(), &settings());
        assert_eq!(declared(&english), declared(&shipped));
    }

    #[test]
    fn each_language_is_written_in_itself() {
        let chinese = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
        for (path, text) in ENGLISH {
            assert!(!chinese(text), "{path} has Chinese in it");
        }
        for (path, text) in CHINESE {
            let remarks = text.lines().filter_map(|line| Some(line.split_once("# ")?.1));
            let foreign: Vec<&str> = remarks.filter(|remark| !chinese(remark)).collect();
            let settings: Vec<&str> = foreign.into_iter().filter(|remark| !remark.contains(" = ")).collect();
            assert!(settings.is_empty(), "{path}: {settings:?}");
        }
        assert!(files(Language::Zh).any(|(_, text)| text.contains("\nlanguage = \"zh-CN\" ")));
        assert!(files(Language::En).any(|(_, text)| text.contains("\nlanguage = \"en\" ")));
    }

    #[test]
    fn the_guide_shows_the_workflow_and_the_mail_of_a_new_project() {
        let english = include_str!("../../../../docs/guide/first-birthday-mail.md");
        assert!(english.contains(include_str!("../init/en/birthday.yaml")));
        assert!(english.contains(include_str!("../init/card.zh-CN.md.hbs")));
        let chinese = include_str!("../../../../docs/guide/first-birthday-mail.zh-CN.md");
        assert!(chinese.contains(include_str!("../init/zh/birthday.yaml")));
    }
}
