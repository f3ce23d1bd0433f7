//! The rules of walking and entering, one folder a rule: the folder's name is the sentence, its files are a
//! small project, and `trace.txt` holds what its tests must do, line by line.
//!
//! `common/` is read beside each folder, unless the folder has a file of that name itself.
//! `UPDATE_TRACES=1` writes what happens now: read the difference.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Colour, human};
use dsl::project::{File, Loaded, Settings};
use interpreter::render::Renderer;
use interpreter::trial;
use model::TraceLine;
use model::words::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    tests::root().join("tests/traces")
}

/// The files below a folder, by their path inside it.
fn files(below: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(below, &path, into);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "hbs") {
            let inside = path.strip_prefix(below).unwrap().to_str().unwrap().replace('\\', "/");
            into.insert(inside, fs::read_to_string(&path).unwrap());
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("common"))
        .collect();
    cases.sort();
    cases
}

fn load(case: &Path) -> Loaded {
    let mut all = BTreeMap::new();
    let common = folder().join("common");
    files(&common, &common, &mut all);
    files(case, case, &mut all);
    let all: Vec<File> =
        all.into_iter().map(|(path, text)| File { path: format!("workflows/{path}"), text }).collect();
    dsl::load(&all, &Settings { zone: "Asia/Shanghai".to_owned(), language: "en".to_owned() })
}

/// One line: the customer's clock, who, what kind, what, how it went, until when, why, and the values.
fn rendered(line: &TraceLine) -> String {
    let clock = |at| line.local(at).replacen('T', " ", 1);
    let mut text = format!("{} {} {}", clock(line.at), line.customer, line.did.as_str());
    if !line.what.is_empty() {
        let _ = write!(text, " {}", line.what);
    }
    let _ = write!(text, " → {}", line.outcome.as_str());
    if let Some(until) = line.until {
        let _ = write!(text, " until {}", clock(until));
    }
    if let Some(reason) = &line.reason {
        let _ = write!(text, " because {reason}");
    }
    if !line.values.is_empty() {
        let _ = write!(text, " {}", serde_json::to_string(&line.values).unwrap());
    }
    text
}

/// What the tests of a folder do, and what of their expectations is not met.
fn played(case: &Path) -> (String, Vec<String>) {
    let loaded = load(case);
    let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
    if loaded.report.has_errors() {
        return ("refused\n".to_owned(), vec![format!("{}:\n{said}", case.display())]);
    }
    let renderer =
        Renderer::new(&loaded.project.templates, &loaded.project.library, &loaded.project.settings);
    let (mut text, mut wrong) = (String::new(), Vec::new());
    let project = &loaded.project;
    let mut verdicts: Vec<(&str, trial::Verdict)> = Vec::new();
    for workflow in project.workflows.values() {
        for test in &workflow.tests {
            let verdict = trial::run(project, &renderer, workflow, test);
            verdicts.push((workflow.id.as_str(), verdict));
        }
    }
    for scoring in project.library.scorings.values() {
        let acting = project.acting_on(scoring);
        for test in &scoring.tests {
            let verdict = trial::run_score(&project.library, &renderer, &acting, scoring, test);
            verdicts.push((&scoring.name, verdict));
        }
    }
    for scenario in project.scenarios.values() {
        for test in &scenario.tests {
            verdicts.push((&scenario.name, trial::run_scenario(project, &renderer, scenario, test)));
        }
    }
    for (subject, verdict) in verdicts {
        let _ = writeln!(text, "{subject}: {}", verdict.name);
        for line in &verdict.trace {
            // In a scenario it is not plain whose line it is.
            let whose = if line.workflow.as_str() == subject { "" } else { line.workflow.as_str() };
            let _ = writeln!(text, "  {}", format!("{whose} {}", rendered(line)).trim_start());
        }
        for problem in &verdict.problems {
            let told = match problem {
                trial::Problem::Missing { span, .. } => {
                    format!("missing {}", loaded.sources.slice(*span).trim())
                }
                trial::Problem::Never { span, .. } => {
                    format!("never {}", loaded.sources.slice(*span).trim())
                }
                other => format!("{other:?}"),
            };
            wrong.push(format!("{} / {}: {told}", case.display(), verdict.name));
        }
    }
    (text, wrong)
}

#[test]
fn every_rule_is_walked_as_its_trace_says() {
    let update = std::env::var_os("UPDATE_TRACES").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let (text, problems) = played(&case);
        assert!(!text.is_empty(), "{} has no test", case.display());
        let path = case.join("trace.txt");
        if update {
            fs::write(&path, &text).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(format!("{} goes otherwise:\n{text}", case.display()));
        }
        wrong.extend(problems);
    }
    assert!(wrong.is_empty(), "{} are wrong:\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_test_of_a_rule_expects_something() {
    for case in cases() {
        for workflow in load(&case).project.workflows.values() {
            for test in &workflow.tests {
                let says = !test.expect.is_empty() || !test.never.is_empty();
                assert!(says, "{}: `{}` expects nothing", case.display(), test.name);
            }
        }
        for test in load(&case).project.scenarios.values().flat_map(|scenario| &scenario.tests) {
            let says = !test.expect.is_empty() || !test.never.is_empty();
            assert!(says, "{}: `{}` expects nothing", case.display(), test.name);
        }
    }
}

#[test]
fn folders_are_named_after_the_rule_they_prove() {
    let named: BTreeSet<String> =
        cases().iter().map(|case| case.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for name in &named {
        let number = name.split('-').next().unwrap_or_default();
        let part = number.split_once('.').is_some_and(|(section, sentence)| {
            section.parse::<u8>().is_ok() && sentence.parse::<u8>().is_ok()
        });
        assert!(part, "{name} does not begin with the number of a rule");
    }
}
