//! What the checker says of each mistake, in both languages: one folder a mistake, its name a sentence.
//!
//! A folder holds the files of a small project; `shared/` is read beside them, unless the folder has a model
//! of its own. `UPDATE_EXPECTED=1` writes what is said now: read the difference.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

use dsl::diagnostic::{Code, Colour, Severity, human};
use dsl::project::{File, Loaded, Settings};
use model::words::Language;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    tests::root().join("tests/diagnostics")
}

fn settings() -> Settings {
    Settings { zone: "Asia/Shanghai".to_owned(), language: "zh-CN".to_owned() }
}

/// The files below a folder, by their path as a project has them.
fn files(below: &Path, at: &Path, into: &mut Vec<File>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(below, &path, into);
        } else if path
            .extension()
            .is_some_and(|ending| ["yaml", "hbs", "toml"].iter().any(|known| ending == *known))
        {
            let inside = path.strip_prefix(below).unwrap().to_str().unwrap().replace('\\', "/");
            into.push(File { path: format!("workflows/{inside}"), text: fs::read_to_string(&path).unwrap() });
        } else if at == below.join("assets") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = dsl::template::picture_text(&fs::read(&path).unwrap());
            into.push(File { path: format!("assets/{name}"), text });
        }
    }
}

fn project(case: &Path) -> Vec<File> {
    let mut all = Vec::new();
    files(case, case, &mut all);
    if !all.iter().any(|file| file.text.starts_with("model:")) {
        files(&folder().join("shared"), &folder().join("shared"), &mut all);
    }
    all
}

/// The workflows that come with nurture, with their libraries and templates.
fn shipped() -> Vec<File> {
    let root = tests::root().join("workflows");
    let mut all = Vec::new();
    files(&root, &root, &mut all);
    all.retain(|file| !file.path.contains("/samples/") && !file.path.contains("/recipes/"));
    all
}

fn load(case: &Path) -> Loaded {
    dsl::load(&project(case), &settings())
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("shared"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn each_mistake_is_said_as_its_folder_expects() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let loaded = load(&case);
        for (language, name) in [(Language::En, "expected.en.txt"), (Language::Zh, "expected.zh.txt")] {
            let said = human(&loaded.report, &loaded.sources, language, Colour::Never);
            let path = case.join(name);
            if update {
                fs::write(&path, &said).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != said {
                wrong.push(format!("{}:\n{said}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "said otherwise than expected:\n\n{}", wrong.join("\n"));
}

#[test]
fn a_workflow_is_loaded_where_its_file_has_no_error_and_left_out_where_it_has_one() {
    for case in cases() {
        let files = project(&case);
        let loaded = dsl::load(&files, &settings());
        let broken: BTreeSet<&str> = loaded
            .report
            .diagnostics()
            .iter()
            .filter(|diagnostic| diagnostic.severity() == Severity::Error)
            .map(|diagnostic| loaded.sources.name(diagnostic.span.file))
            .collect();
        for file in &files {
            let Some(id) = file.text.strip_prefix("workflow: ").and_then(|rest| rest.lines().next()) else {
                continue;
            };
            let found =
                loaded.project.texts.iter().any(|(known, text)| known.as_str() == id && *text == file.text);
            assert_eq!(found, !broken.contains(file.path.as_str()), "{} of {}", file.path, case.display());
        }
    }
}

/// A mistake that is seen before anything is decoded.
fn is_of_yaml(code: Code) -> bool {
    let number: u32 = code.as_str().chars().skip(1).collect::<String>().parse().unwrap();
    matches!(number, 101..=124) && code != Code::E0104
}

#[test]
fn a_mistake_mended_as_offered_is_gone_and_the_file_can_still_be_read() {
    let mut cases_with_a_fix = 0;
    for case in cases() {
        let before = load(&case);
        let mut files = project(&case);
        for file in &mut files {
            let id = before.sources.find(&file.path).unwrap();
            if let Some(text) = dsl::diagnostic::mended(&before.report, &before.sources, id) {
                file.text = text;
            }
        }
        let offered = before.report.diagnostics().iter().filter(|diagnostic| diagnostic.fix.is_some());
        let offered: BTreeSet<String> =
            offered.map(|diagnostic| diagnostic.message_in(Language::En)).collect();
        cases_with_a_fix += usize::from(!offered.is_empty());
        let after = dsl::load(&files, &settings());
        for diagnostic in after.report.diagnostics() {
            let said = diagnostic.message_in(Language::En);
            assert!(!offered.contains(&said), "{}: still `{said}`", case.display());
            assert!(!is_of_yaml(diagnostic.code), "{}: mended into `{said}`", case.display());
        }
    }
    assert!(cases_with_a_fix > 20, "only {cases_with_a_fix} cases offer a fix");
}

/// The codes that a decoder of whole files can report; those of YAML, conditions and templates have their
/// own tests beside their code.
#[test]
fn every_code_of_workflows_and_libraries_has_a_case() {
    let elsewhere = |code: &Code| {
        let number: u32 = code.as_str().chars().skip(1).collect::<String>().parse().unwrap();
        // Whether a day is over, `check` and `plan` say, which know what day it is; also what
        // leaves, for they know the settings.
        is_of_yaml(*code) || matches!(number, 204..=213 | 301..=306 | 400..=599 | 716 | 717)
    };
    let mut told = BTreeSet::new();
    for case in cases() {
        told.extend(load(&case).report.diagnostics().iter().map(|diagnostic| diagnostic.code));
    }
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !elsewhere(code) && !told.contains(code)).collect();
    assert!(missing.is_empty(), "no folder of tests/diagnostics reports {missing:?}");
}

#[test]
fn the_shipped_workflows_have_no_mistakes() {
    let all = shipped();
    let loaded = dsl::load(&all, &settings());
    let said = human(&loaded.report, &loaded.sources, Language::En, Colour::Never);
    assert_eq!(said, "");
    let declared =
        all.iter().filter(|file| file.text.lines().any(|line| line.starts_with("workflow:"))).count();
    assert_eq!(loaded.project.workflows.len(), declared);
    assert!(declared >= 5);
}

#[test]
fn the_shipped_workflows_are_drawn_with_every_step() {
    let all = shipped();
    let loaded = dsl::load(&all, &settings());
    for workflow in loaded.project.workflows.values() {
        for language in Language::ALL {
            let drawing = dsl::drawing::text(workflow, language);
            for step in &workflow.steps {
                assert!(drawing.contains(step.id.as_str()), "{} is not drawn:\n{drawing}", step.id);
            }
        }
    }
}

#[test]
fn a_version_changes_with_the_steps_and_not_with_words_about_them() {
    let version = |text: &str| {
        let file = File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() };
        let loaded = dsl::load(&[file], &settings());
        loaded.project.workflows.values().next().unwrap().version.clone()
    };
    let first = version("workflow: a\ntrigger: manual\nsteps:\n  - wait: 3 days\n  - tag: b\n");
    let reworded = "# a remark\nworkflow: a\ntitle: Another\ntrigger: manual\nsteps:\n  - { wait: 3 days, note: why }\n  - tag: 'b'\n";
    assert_eq!(first, version(reworded));
    assert_ne!(first, version("workflow: a\ntrigger: manual\nsteps:\n  - wait: 4 days\n  - tag: b\n"));
    assert_ne!(first, version("workflow: a\ntrigger: manual\nsteps:\n  - tag: b\n  - wait: 3 days\n"));
}

mod mutated {
    use super::{File, settings};
    use dsl::diagnostic::{Colour, human};
    use model::words::Language;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static SAMPLES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let mut all = super::shipped();
        // Templates have a test of their own beside their code.
        all.retain(|file| file.path.ends_with(".yaml"));
        all
    });

    const PIECES: [&str; 24] = [
        "\n",
        "  ",
        "- ",
        ":",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "#",
        "，",
        "：",
        "{{",
        "}}",
        "= ",
        "0",
        "-1",
        "true",
        "email: ",
        "steps:\n",
        "within: 3 days\n",
        "\u{3000}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        /// A character is cut out, a piece is put in, lines change places: whatever comes, there is a report.
        #[test]
        fn any_damage_to_a_file_gives_a_report_and_never_a_panic(
            which in 0_usize..1000,
            edits in prop::collection::vec((0_usize..10_000, 0_usize..4, 0_usize..PIECES.len()), 1..6),
        ) {
            let mut all = SAMPLES.clone();
            let count = all.len();
            let file = &mut all[which % count];
            for (at, kind, piece) in edits {
                let mut letters: Vec<char> = file.text.chars().collect();
                let at = at % (letters.len() + 1);
                match kind {
                    0 => letters.truncate(at),
                    1 if at < letters.len() => { letters.remove(at); }
                    2 => {
                        let mut lines: Vec<&str> = file.text.lines().collect();
                        let (a, b) = (at % lines.len().max(1), piece % lines.len().max(1));
                        if !lines.is_empty() { lines.swap(a, b); }
                        letters = lines.join("\n").chars().collect();
                    }
                    _ => { letters.splice(at..at, PIECES[piece].chars()); }
                }
                file.text = letters.into_iter().collect();
            }
            let loaded = dsl::load(&all, &settings());
            for language in Language::ALL {
                human(&loaded.report, &loaded.sources, language, Colour::Never);
            }
            for workflow in loaded.project.workflows.values() {
                dsl::drawing::text(workflow, Language::Zh);
            }
        }
    }
}

#[test]
fn every_mistake_says_a_way_out() {
    let mut without = BTreeSet::new();
    for case in cases() {
        let loaded = load(&case);
        for said in loaded.report.diagnostics() {
            if said.help_in(Language::Zh).is_none() && said.label.is_none() {
                without.insert(format!("{}: {}", said.message, said.message_in(Language::Zh)));
            }
        }
    }
    assert!(without.is_empty(), "{}", without.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn steps_right_below_an_if_are_one_mistake() {
    let text = "workflow: a\ntrigger: manual\nsteps:\n  - if: customer.tags has \"a\"\n    - tag: b\n";
    let files = [File { path: "workflows/a.yaml".to_owned(), text: text.to_owned() }];
    let said: Vec<&str> =
        dsl::load(&files, &settings()).report.diagnostics().iter().map(|said| said.message).collect();
    assert_eq!(said, ["E0105-keyless"]);
}
