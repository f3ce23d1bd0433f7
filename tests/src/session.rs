//! A session at the command line, written as a person sees it: `$ nurture check`, and below it what came.
//!
//! `$ LANG=zh_CN.UTF-8 nurture check` sets a variable for one command.
//! `$ cp A B` and `$ rm A` stand for what a person does to files between two commands; `$ grep WORD FOLDER` shows the lines that begin
//! so, of all files below. A code of exit other
//! than 0 stands alone in brackets, `[1]`, after what was printed. In what is expected a `…` within a line
//! stands for anything in that line, and a line of `…` alone for any lines.

use crate::binary::{command as of_nurture, ran};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// One command of a session and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The command without its `$`.
    pub command: String,
    /// What it printed, standard output first, each line with its end; then the code of exit, if not 0.
    pub answer: String,
}

/// The exchanges that a text holds. What stands before the first command is left out.
pub fn exchanges(text: &str) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Exchange { command: command.to_owned(), answer: String::new() });
        } else if let Some(last) = found.last_mut() {
            let _ = writeln!(last.answer, "{line}");
        }
    }
    found
}

/// Does what a command says in a folder, and gives back what was printed. `more`: variables for all commands.
pub fn answer(here: &Path, command: &str, more: &[(&str, &str)]) -> String {
    let words = words(command);
    let settings = words.iter().map_while(|word| word.split_once('='));
    let settings: Vec<(&str, &str)> = settings.collect();
    let words: Vec<&str> = words.iter().skip(settings.len()).map(String::as_str).collect();
    match words.as_slice() {
        ["nurture", arguments @ ..] => {
            let ran = ran(of_nurture(here, arguments)
                .envs(more.iter().copied())
                .envs(settings)
                .output()
                .expect("nurture runs"));
            let mut text = format!("{}{}", ran.out, ran.err);
            if ran.code != 0 {
                let _ = writeln!(text, "[{}]", ran.code);
            }
            text.lines().fold(String::new(), |all, line| all + line.trim_end() + "\n")
        }
        ["cp", from, to] => {
            let to = here.join(to);
            fs::create_dir_all(to.parent().expect("a file has a folder")).expect("the folder can be made");
            fs::copy(here.join(from), to).unwrap_or_else(|error| panic!("{command}: {error}"));
            String::new()
        }
        ["rm", path] => {
            fs::remove_file(here.join(path)).unwrap_or_else(|error| panic!("{command}: {error}"));
            String::new()
        }
        ["grep", sought, folder] => {
            let mut lines = String::new();
            found_below(&here.join(folder), sought, &mut lines);
            lines
        }
        _ => panic!("a session knows nurture, cp, rm and grep, not `{command}`"),
    }
}

/// The lines that begin so, of all files below a folder in the order of their names.
fn found_below(folder: &Path, sought: &str, into: &mut String) {
    let mut paths: Vec<_> = fs::read_dir(folder).expect("the folder is there").flatten().collect();
    paths.sort_by_key(fs::DirEntry::path);
    for path in paths.iter().map(fs::DirEntry::path) {
        if path.is_dir() {
            found_below(&path, sought, into);
        } else {
            let bytes = fs::read(&path).expect("the file can be read");
            let text = String::from_utf8_lossy(&bytes);
            for line in text.lines().filter(|line| line.starts_with(sought)) {
                let _ = writeln!(into, "{line}");
            }
        }
    }
}

/// The words of a command: by spaces, what stands in double quotes together; what follows ` #` is a remark.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for sign in command.split(" #").next().unwrap_or_default().chars() {
        match sign {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether what came is what was expected, a `…` standing for anything.
pub fn meets(expected: &str, came: &str) -> bool {
    let expected: Vec<&str> = expected.trim_end().lines().collect();
    let came: Vec<&str> = came.trim_end().lines().collect();
    lines_meet(&expected, &came)
}

fn lines_meet(expected: &[&str], came: &[&str]) -> bool {
    match (expected.split_first(), came.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((first, rest)), _) if first.trim() == "…" => {
            (0..=came.len()).any(|skipped| lines_meet(rest, &came[skipped..]))
        }
        (Some(_), None) => false,
        (Some((first, rest)), Some((line, lines))) => line_meets(first, line) && lines_meet(rest, lines),
    }
}

fn line_meets(expected: &str, line: &str) -> bool {
    let Some((head, tail)) = expected.split_once('…') else {
        return expected.trim_end() == line.trim_end();
    };
    let Some(left) = line.strip_prefix(head) else { return false };
    let mut starts = left.char_indices().map(|(at, _)| at).chain([left.len()]);
    starts.any(|at| line_meets(tail, &left[at..]))
}

/// Copies a folder with what is below it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("the file can be copied");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{exchanges, meets, words};

    #[test]
    fn a_dot_dot_dot_stands_for_anything_in_a_line_or_for_lines() {
        assert!(meets("took … s\n…\nend\n", "took 0.3 s\na\nb\nend\n"));
        assert!(meets("a\n…\nb", "a\nb"));
        assert!(!meets("took … s\n", "took 0.3 m\n"));
        assert!(!meets("a\n", "a\nb\n"));
    }

    #[test]
    fn a_command_is_split_by_spaces_and_quotes() {
        assert_eq!(
            words("nurture test --test \"two words\"  # a remark"),
            ["nurture", "test", "--test", "two words"]
        );
        let both = exchanges("talk\n$ a\n1\n2\n$ b\n");
        assert_eq!((both.len(), both[0].answer.as_str(), both[1].command.as_str()), (2, "1\n2\n", "b"));
    }
}
