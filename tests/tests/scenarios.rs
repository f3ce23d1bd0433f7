//! The sixteen scenarios that marketers ask for, one folder each: the files check without a word, and the
//! tests inside them pass. Their names say which line of the scenario they prove.
//!
//! `common/` is read beside each folder, unless the folder has a file of that name itself. `ONLY=07` plays one
//! folder and prints its trace.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Colour, human};
use dsl::project::{File, Settings};
use interpreter::render::Renderer;
use interpreter::trial::{self, Verdict};
use model::words::Language;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many there are.
const SCENARIOS: usize = 16;

fn folder() -> PathBuf {
    tests::root().join("tests/scenarios")
}

fn files(below: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(below, &path, into);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "hbs") {
            let inside = path.strip_prefix(below).unwrap().to_str().unwrap().replace('\\', "/");
            into.insert(format!("workflows/{inside}"), fs::read_to_string(&path).unwrap());
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("common"))
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&only))
        .collect();
    cases.sort();
    cases
}

/// What is wrong with a scenario; nothing: it checks and its tests pass.
fn play(case: &Path) -> Vec<String> {
    let mut all = BTreeMap::new();
    files(&folder().join("common"), &folder().join("common"), &mut all);
    files(case, case, &mut all);
    let all: Vec<File> = all.into_iter().map(|(path, text)| File { path, text }).collect();
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
