//! Every mail that ships, as its first reader gets it: in Chinese and English, filled with sample customers, whole.
//! `scripts/mails` shows the same mails to SpamAssassin.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::binary::nurture;

/// A language, and the sample customer who speaks it.
const READERS: [(&str, &str, &str); 2] = [("zh", "zh-CN", "c02"), ("en", "en", "c07")];

/// The projects whose mails are looked at: a new one with every recipe in it, and the files that ship.
fn projects(dir: &Path, language: &str) -> Vec<PathBuf> {
    let run = |here: &Path, arguments: &[&str]| {
        let ran = nurture(here, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    };
    run(dir, &["init", "shop", "--lang", language]);
    let shop = dir.join("shop");
    for recipe in tests::recipes() {
        run(&shop, &["add", &recipe, "--lang", language]);
    }
    let house = dir.join("house");
    std::fs::create_dir(&house).expect("a folder");
    std::fs::write(house.join("nurture.toml"), "zone = \"Asia/Shanghai\"\n").expect("a file");
    for file in tests::project_files(&tests::root(), "workflows") {
        let place = house.join(&file.path);
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
        std::fs::write(place, file.text).expect("a file");
    }
    let customers = tests::root().join("workflows/samples/customers.csv");
    for project in [&shop, &house] {
        run(project, &["import", "customers", customers.to_str().expect("a path")]);
    }
    vec![shop, house]
}

/// The names of a project's templates.
fn names(project: &Path) -> BTreeSet<String> {
    let files = tests::project_files(project, "workflows");
    let templates = files.iter().filter(|file| file.path.ends_with(".hbs"));
    templates.filter_map(|file| dsl::grammar::names::template_name(&file.path)).map(str::to_owned).collect()
}

/// What came of the templates for one reader.
struct Made {
    mails: usize,
    wrong: Vec<String>,
}

/// Writes every mail for a reader below `out`.
fn written((language, tag, customer): (&str, &str, &str), dir: &Path, out: &Path) -> Made {
    let here = dir.join(language);
    std::fs::create_dir(&here).expect("a folder");
    let mut all = Made { mails: 0, wrong: Vec::new() };
    for project in projects(&here, language) {
        let of = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for name in names(&project) {
            let made = here.join("made");
            let to = made.to_str().expect("a path");
            let arguments = ["preview", &name, "--customer", customer, "--locale", tag, "--out", to];
            let ran = nurture(&project, &arguments);
            if ran.code != 0 {
                all.wrong.push(format!("{language} {of} {name}: {}", ran.err.trim()));
                continue;
            }
            for file in std::fs::read_dir(&made).expect("the folder is there").flatten() {
                let file = file.path();
                let text = std::fs::read_to_string(&file).expect("it is text");
                let short = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if text.contains("{{") || text.trim().is_empty() {
                    all.wrong.push(format!("{language} {of} {short}: a tag is left, or it is empty"));
                }
                if short.ends_with(".eml") {
                    all.mails += 1;
                    std::fs::copy(&file, out.join(format!("{language}-{of}-{short}"))).expect("a copy");
                }
                std::fs::remove_file(file).expect("it goes");
            }
        }
    }
    all
}

#[test]
fn every_mail_that_ships_is_whole_in_both_languages() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = std::env::var_os("NURTURE_MAILS").map_or_else(|| dir.path().join("mails"), PathBuf::from);
    std::fs::create_dir_all(&out).expect("a folder");
    let made: Vec<Made> = std::thread::scope(|scope| {
        let (dir, out) = (dir.path(), out.as_path());
        let readers = READERS.map(|reader| scope.spawn(move || written(reader, dir, out)));
        readers.into_iter().map(|reader| reader.join().expect("a reader's mails")).collect()
    });
    let wrong: Vec<String> = made.iter().flat_map(|made| made.wrong.clone()).collect();
    let mails: usize = made.iter().map(|made| made.mails).sum();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(mails > 100, "only {mails} mails");
    let judge = tests::root().join("tests/mails/judge.py");
    match Command::new("python3").arg(judge).arg(&out).output() {
        Ok(judged) => {
            assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
            println!("{}", String::from_utf8_lossy(&judged.stdout).trim());
        }
        Err(error) => println!("NOT TRIED: Python's email package did not read the mails: python3: {error}"),
    }
    if std::env::var_os("NURTURE_MAILS").is_none() {
        println!("NOT TRIED: SpamAssassin has not seen the mails: scripts/mails shows them to it");
    }
}
