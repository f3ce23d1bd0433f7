//! Each workflow and score that ships has wrong versions under `tests/wrong`, and the tests inside the file
//! tell every one of them from the right one.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Colour, Report, human};
use dsl::project::{File, Loaded, Settings};
use dsl::source::Sources;
use interpreter::render::Renderer;
use interpreter::trial;
use model::words::Language;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tests::{project_files, recipe_files, root};

/// So many wrong versions each file has, at least.
const LEAST: usize = 3;

/// A change that makes a file wrong.
struct Wrong {
    place: PathBuf,
    /// The file that is changed, where it is a library beside the one under test.
    beside: Option<String>,
    find: String,
    replace: String,
}

fn shipped() -> Vec<File> {
    project_files(&root(), "workflows")
}

fn load(files: &[File]) -> Loaded {
    dsl::load(files, &Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() })
}

/// `birthday` for `workflows/birthday.yaml`, where the file declares a workflow or a score.
fn tested(file: &File) -> Option<String> {
    let declares = |line: &str| ["workflow:", "scoring:"].iter().any(|key| line.starts_with(key));
    let name = Path::new(&file.path).file_stem()?.to_str()?.to_owned();
    let first = file.text.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
    (file.path.ends_with(".yaml") && declares(first)).then_some(name)
}

/// How many tests of the file fail, and how many there are.
fn failures(loaded: &Loaded, path: &str) -> (usize, usize) {
    let project = &loaded.project;
    let renderer = Renderer::new(&project.templates, &project.library, &project.settings);
    let is_in = |span: dsl::source::Span| loaded.sources.name(span.file) == path;
    let mut verdicts = Vec::new();
    for workflow in project.workflows.values().filter(|workflow| is_in(workflow.span)) {
        let run = |test| trial::run(project, &renderer, workflow, test);
        verdicts.extend(workflow.tests.iter().map(run));
    }
    for scoring in project.library.scorings.values().filter(|scoring| is_in(scoring.span)) {
        let acting = project.acting_on(scoring);
        let run = |test| trial::run_score(&project.library, &renderer, &acting, scoring, test);
        verdicts.extend(scoring.tests.iter().map(run));
    }
    // A scenario proves each of its workflows.
    let plays = |scenario: &&dsl::test_case::Scenario| {
        scenario
            .workflows
            .iter()
            .any(|id| project.workflows.get(id).is_some_and(|workflow| is_in(workflow.span)))
    };
    for scenario in project.scenarios.values().filter(plays) {
        let run = |test| trial::run_scenario(project, &renderer, scenario, test);
        verdicts.extend(scenario.tests.iter().map(run));
    }
    (verdicts.iter().filter(|verdict| !verdict.problems.is_empty()).count(), verdicts.len())
}

fn read(place: &Path) -> Wrong {
    let text = fs::read_to_string(place).unwrap();
    let (mut sources, mut report) = (Sources::new(), Report::new());
    let file = sources.add(place.display().to_string(), text);
    let node = dsl::yaml::read(&sources, file, &mut report).unwrap();
    assert!(!report.has_errors(), "{}", human(&report, &sources, Language::En, Colour::Never));
    let said = |key: &str| {
        let value = node.get(key).and_then(|entry| entry.value.raw_text());
        value.unwrap_or_else(|| panic!("{} does not say `{key}`", place.display())).to_owned()
    };
    assert!(!said("why").is_empty(), "{} does not say why it is wrong", place.display());
    let beside = node.get("in").and_then(|entry| entry.value.raw_text()).map(str::to_owned);
    Wrong { place: place.to_owned(), beside, find: said("find"), replace: said("replace") }
}

/// The wrong versions below a folder, by the file that they are of.
fn wrong_versions(below: &Path) -> BTreeMap<String, Vec<Wrong>> {
    let mut all: BTreeMap<String, Vec<Wrong>> = BTreeMap::new();
    let Ok(folders) = fs::read_dir(below) else { return all };
    for folder in folders {
        let folder = folder.unwrap().path();
        if !folder.is_dir() || folder.ends_with("recipes") {
            continue;
        }
        let mut places: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        places.sort();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        all.insert(name, places.iter().map(|place| read(place)).collect());
    }
    all
}

/// A project that ships, and the wrong versions of its files.
struct Shipped {
    name: String,
    files: Vec<File>,
    /// The files that must have wrong versions.
    own: Vec<String>,
    wrong: BTreeMap<String, Vec<Wrong>>,
}

fn all_shipped() -> Vec<Shipped> {
    let files = shipped();
    let own = files.iter().filter_map(tested).collect();
    let below = root().join("tests/wrong");
    let mut all = vec![Shipped { name: "workflows".to_owned(), files, own, wrong: wrong_versions(&below) }];
    for name in tests::recipes() {
        // What another recipe brings is proven there.
        let needs: &[&str] = if ["browse", "welcome"].contains(&name.as_str()) { &["cart"] } else { &[] };
        let files = recipe_files(&[&[name.as_str()], needs].concat());
        let own = recipe_files(&[&name]).iter().filter_map(tested).collect();
        let wrong = wrong_versions(&below.join("recipes").join(&name));
        all.push(Shipped { name, files, own, wrong });
    }
    all
}

#[test]
fn every_file_that_ships_has_three_wrong_versions() {
    for Shipped { name, own, wrong, .. } in all_shipped() {
        let few: Vec<&String> =
            own.iter().filter(|name| wrong.get(*name).is_none_or(|all| all.len() < LEAST)).collect();
        assert!(
            few.is_empty(),
            "{name}: fewer than {LEAST} under tests/wrong (its README says how): {few:?}"
        );
        let stray: Vec<&String> = wrong.keys().filter(|name| !own.contains(name)).collect();
        assert!(stray.is_empty(), "{name}: wrong versions of files that do not ship: {stray:?}");
    }
}

#[test]
fn the_tests_of_a_file_tell_its_wrong_versions_from_the_right_one() {
    let mut passed = Vec::new();
    for Shipped { files, wrong, .. } in all_shipped() {
        let right = load(&files);
        for (name, versions) in wrong {
            let Some(at) = files.iter().position(|file| tested(file).as_ref() == Some(&name)) else {
                continue;
            };
            let path = files.get(at).unwrap().path.clone();
            let (failed, all) = failures(&right, &path);
            assert!(failed == 0 && all > 0, "{path}: {failed} of {all} tests fail as it ships");
            for wrong in versions {
                let place = wrong.place.display();
                let beside = wrong.beside.as_ref().map(|name| format!("workflows/{name}"));
                let changed_path = beside.as_ref().unwrap_or(&path);
                let mut changed = files.clone();
                let file = changed.iter_mut().find(|file| file.path == *changed_path).unwrap();
                let (steps, tests) = file.text.split_once("\ntests:\n").unwrap_or((&file.text, ""));
                assert_eq!(steps.matches(&wrong.find).count(), 1, "{place}: `find` must stand there once");
                let steps = steps.replacen(&wrong.find, &wrong.replace, 1);
                file.text = if tests.is_empty() { steps } else { format!("{steps}\ntests:\n{tests}") };
                let loaded = load(&changed);
                let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
                assert!(!loaded.report.has_errors(), "{place} makes a file that cannot be read:\n{said}");
                if failures(&loaded, &path).0 == 0 {
                    passed.push(place.to_string());
                }
            }
        }
    }
    assert!(passed.is_empty(), "wrong, and every test passes:\n{}", passed.join("\n"));
}
