//! The sixteen scenarios that marketers ask for, one folder each: the files check without a word, and the
//! tests inside them pass. Their names say which line of the scenario they prove.
//!
//! The workflows are the recipes that ship (`workflows/recipes`), named by the folder's `recipes.txt`; what else a
//! test needs stands in the folder. `ONLY=07` plays one folder and prints its trace.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Colour, human};
use dsl::project::Settings;
use interpreter::render::Renderer;
use interpreter::trial::{self, Verdict};
use model::words::Language;
use std::fs;
use std::path::{Path, PathBuf};

/// How many there are.
const SCENARIOS: usize = 16;

fn folder() -> PathBuf {
    tests::root().join("tests/scenarios")
}

fn cases() -> Vec<PathBuf> {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&only))
        .collect();
    cases.sort();
    cases
}

/// What is wrong with a scenario; nothing: it checks and its tests pass.
fn play(case: &Path) -> Vec<String> {
    let all = tests::scenario_files(case.file_name().unwrap().to_str().unwrap());
    let loaded =
        dsl::load(&all, &Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() });
    let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
    if !said.trim().is_empty() {
        return vec![format!("{}:\n{said}", case.display())];
    }
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let mut verdicts: Vec<Verdict> = Vec::new();
    for workflow in project.workflows.values() {
        verdicts.extend(workflow.tests.iter().map(|test| trial::run(project, &renderer, workflow, test)));
    }
    for scenario in project.scenarios.values() {
        let played =
            scenario.tests.iter().map(|test| trial::run_scenario(project, &renderer, scenario, test));
        verdicts.extend(played);
    }
    for scoring in project.library.scorings.values() {
        let acting = project.acting_on(scoring);
        let run = |test| trial::run_score(&project.library, &renderer, &acting, scoring, test);
        verdicts.extend(scoring.tests.iter().map(run));
    }
    assert!(!verdicts.is_empty(), "{} has no test", case.display());
    let mut wrong = Vec::new();
    for verdict in verdicts {
        let trace: Vec<String> = verdict.trace.iter().map(told).collect();
        if std::env::var_os("ONLY").is_some() {
            println!("== {}\n{}", verdict.name, trace.join("\n"));
        }
        for problem in &verdict.problems {
            let what = match problem {
                trial::Problem::Missing { span, .. } | trial::Problem::Never { span, .. } => {
                    loaded.sources.slice(*span).trim().to_owned()
                }
                other => format!("{other:?}"),
            };
            wrong.push(format!("{} / {}: {what}\n{}", case.display(), verdict.name, trace.join("\n")));
        }
    }
    wrong
}

fn told(line: &model::TraceLine) -> String {
    let reason = line.reason.as_deref().map(|reason| format!(" because {reason}")).unwrap_or_default();
    let until = line.until.map(|until| format!(" until {}", line.local(until))).unwrap_or_default();
    format!(
        "  {} {} {} {} {} → {}{until}{reason}",
        line.local(line.at),
        line.customer,
        line.workflow,
        line.did.as_str(),
        line.what,
        line.outcome.as_str(),
    )
}

#[test]
fn every_scenario_checks_and_its_tests_pass() {
    let wrong: Vec<String> = cases().iter().flat_map(|case| play(case)).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_scenario_is_there() {
    if std::env::var_os("ONLY").is_none() {
        let numbers: Vec<String> =
            cases().iter().map(|case| case.file_name().unwrap().to_str().unwrap()[..2].to_owned()).collect();
        let wanted: Vec<String> = (1..=SCENARIOS).map(|number| format!("{number:02}")).collect();
        assert_eq!(numbers, wanted);
    }
}

/// Recipes that come from elsewhere than the scenarios: their own tests play them (`--test recipes`).
const BY_THEMSELVES: [&str; 2] = ["signup-form", "sunset"];

#[test]
fn every_recipe_belongs_to_a_scenario() {
    let named: Vec<String> = cases()
        .iter()
        .flat_map(|case| {
            let text = fs::read_to_string(case.join("recipes.txt")).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    if std::env::var_os("ONLY").is_none() {
        let known = |name: &String| named.contains(name) || BY_THEMSELVES.contains(&name.as_str());
        let lost: Vec<String> = tests::recipes().into_iter().filter(|name| !known(name)).collect();
        assert!(lost.is_empty(), "no scenario plays {lost:?}");
    }
}
