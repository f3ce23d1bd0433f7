//! The guide is true: every file of it is written, every command run, every answer compared, in the order of
//! its index, in one project, in both languages. README.md is tried the same way.
//!
//! `UPDATE_GUIDE=1` writes what the commands print now: read the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use tests::guide::{Block, blocks, is_part};
use tests::root;
use tests::session::{answer, meets};

/// An index with the pages of one language, and the variable that makes the program speak it.
const ENGLISH: (&str, &str, &str) = ("docs/guide/README.md", ".md", "LANG=C.UTF-8");
const CHINESE: (&str, &str, &str) = ("docs/guide/README.zh-CN.md", ".zh-CN.md", "LANG=zh_CN.UTF-8");

/// What a person types in a shell of their own, and no test does.
const ELSEWHERE: [&str; 3] = ["cargo ", "scripts/", "git "];

/// The pages that an index links, in its order.
fn pages(index: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(index)).unwrap_or_else(|error| panic!("{index}: {error}"));
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let pages = links
        .map(|(target, _)| target)
        .filter(|target| !target.contains('/') && !target.starts_with("README"));
    pages.map(str::to_owned).collect()
}

/// Where a reader stands: the folder above all, and the one they are in.
struct Reader {
    above: tempfile::TempDir,
    here: PathBuf,
    language: &'static str,
    wrong: Vec<String>,
}

impl Reader {
    fn new(language: &'static str) -> Self {
        let above = tempfile::tempdir().expect("a temporary folder");
        let here = above.path().to_path_buf();
        Self { above, here, language, wrong: Vec::new() }
    }

    /// What a command prints; `cd` goes to another folder.
    fn types(&mut self, command: &str) -> String {
        if let Some(to) = command.strip_prefix("cd ") {
            self.here = self.here.join(to.split(" #").next().unwrap_or(to).trim());
            assert!(self.here.starts_with(self.above.path()) && self.here.is_dir(), "there is no {to}");
            return String::new();
        }
        let spoken = if command.starts_with("nurture ") {
            format!("{} {command}", self.language)
        } else {
            command.to_owned()
        };
        answer(&self.here, &spoken, &[])
    }

    /// Reads a page as it says, and gives back its text with the answers of today.
    fn reads(&mut self, name: &str, page: &str) -> String {
        let lines: Vec<&str> = page.lines().collect();
        let (mut now, mut written, mut parts) = (String::new(), 0, Vec::new());
        for placed in blocks(page) {
            match &placed.block {
                Block::File { path, text } => {
                    let before = lines[..placed.first - 1].iter().rev().find(|line| !line.is_empty());
                    if !before.is_some_and(|line| line.contains(&format!("`{path}`"))) {
                        self.wrong.push(format!("{name}: the line above the file does not name `{path}`"));
                    }
                    let path = self.here.join(path);
                    fs::create_dir_all(path.parent().expect("a file has a folder"))
                        .expect("the folder can be made");
                    fs::write(&path, text).expect("the file can be written");
                }
                Block::Commands(commands) => {
                    for command in
                        commands.iter().filter(|c| !ELSEWHERE.iter().any(|other| c.starts_with(other)))
                    {
                        let came = self.types(command);
                        if came
                            .lines()
                            .last()
                            .is_some_and(|line| line.starts_with('[') && line.ends_with(']'))
                        {
                            self.wrong.push(format!("{name}: {command}\n{came}"));
                        }
                    }
                }
                Block::Session(session) => {
                    for line in &lines[written..placed.first] {
                        let _ = writeln!(now, "{line}");
                    }
                    written = placed.last;
                    for exchange in session {
                        let came = self.types(&exchange.command);
                        let as_written = meets(&exchange.answer, &came);
                        let _ = writeln!(now, "$ {}", exchange.command);
                        now.push_str(if as_written { &exchange.answer } else { &came });
                        if !as_written {
                            self.wrong.push(format!(
                                "{name}: {}\nexpected\n{}came\n{came}",
                                exchange.command, exchange.answer
                            ));
                        }
                    }
                }
                Block::Part(part) => parts.push(part.clone()),
            }
        }
        // A page may show first what it makes later.
        for part in parts.iter().filter(|part| !holds(&self.here, part)) {
            self.wrong.push(format!("{name}: no file of the project holds\n{part}"));
        }
        for line in &lines[written..] {
            let _ = writeln!(now, "{line}");
        }
        now
    }
}

/// Whether a file below the folder holds these lines.
fn holds(folder: &Path, part: &str) -> bool {
    fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            holds(&path, part)
        } else {
            fs::read_to_string(&path).is_ok_and(|text| is_part(part, &text))
        }
    })
}

/// Reads all these pages in one project.
fn tried(language: &'static str, pages: &[PathBuf]) {
    let update = std::env::var_os("UPDATE_GUIDE").is_some();
    let mut reader = Reader::new(language);
    for path in pages {
        let page = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        let now = reader.reads(&name, &page);
        if update && now != page {
            fs::write(path, now).expect("the page can be written");
        }
    }
    let wrong = reader.wrong;
    let fatal = wrong.iter().filter(|what| !update || !what.contains("\nexpected\n")).cloned();
    let fatal: Vec<String> = fatal.collect();
    assert!(fatal.is_empty(), "{} things are not as written:\n\n{}", fatal.len(), fatal.join("\n"));
}

fn chapters(index: &str) -> Vec<PathBuf> {
    pages(index).iter().map(|page| root().join("docs/guide").join(page)).collect()
}

#[test]
fn the_guide_can_be_followed_in_english() {
    tried(ENGLISH.2, &chapters(ENGLISH.0));
}

#[test]
fn the_guide_can_be_followed_in_chinese() {
    tried(CHINESE.2, &chapters(CHINESE.0));
}

#[test]
fn the_readme_can_be_followed_in_both_languages() {
    tried(ENGLISH.2, &[root().join("README.md")]);
    tried(CHINESE.2, &[root().join("README.zh-CN.md")]);
}

/// What a reader does on a page: commands, and the files they write.
fn done(page: &str) -> Vec<String> {
    let blocks = blocks(page).into_iter().flat_map(|placed| match placed.block {
        Block::File { path, .. } => vec![path],
        Block::Commands(commands) => commands,
        Block::Session(session) => session.into_iter().map(|exchange| exchange.command).collect(),
        Block::Part(_) => Vec::new(),
    });
    blocks.map(|command| command.split(" #").next().unwrap_or_default().trim_end().to_owned()).collect()
}

#[test]
fn both_languages_do_the_same_on_every_page() {
    let (english, chinese) = (pages(ENGLISH.0), pages(CHINESE.0));
    let twins: Vec<String> = english.iter().map(|page| page.replace(ENGLISH.1, CHINESE.1)).collect();
    assert_eq!(twins, chinese, "the two indexes differ");
    let mut there: Vec<String> = fs::read_dir(root().join("docs/guide"))
        .expect("the guide is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("README"))
        .collect();
    let mut listed: Vec<String> = english.iter().chain(&chinese).cloned().collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed, "a page is not in the index, or the index names one that is not there");
    let both = english
        .iter()
        .zip(&chinese)
        .map(|(here, there)| (format!("docs/guide/{here}"), format!("docs/guide/{there}")));
    for (here, there) in both.chain([("README.md".to_owned(), "README.zh-CN.md".to_owned())]) {
        let read = |path: &str| fs::read_to_string(root().join(path)).expect("the page is there");
        assert_eq!(done(&read(&here)), done(&read(&there)), "{here} and {there} do not do the same");
    }
}
