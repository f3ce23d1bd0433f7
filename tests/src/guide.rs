//! A page of the guide as something to run: files that it writes, commands that it gives, sessions with what
//! they print, and parts of files that it talks about.
//!
//! A fenced block says what it is by its first line. `yaml workflows/a.yaml` (any language, a path behind it)
//! is the whole file at that path; the same without a path is a part of a file that is there by then.
//! `console` is a session, `$ command` with what it prints. `sh` is a list of commands; they must succeed.
//! Everything else is for reading only.

use crate::session::{Exchange, exchanges};

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A file as a whole.
    File {
        /// Where, below the project.
        path: String,
        /// What it holds.
        text: String,
    },
    /// Commands without what they print.
    Commands(Vec<String>),
    /// Commands with what they print.
    Session(Vec<Exchange>),
    /// Lines of a file that is there.
    Part(String),
}

/// A block and the lines of the page between its fences, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What it is.
    pub block: Block,
    /// The first line behind the opening fence.
    pub first: usize,
    /// The line of the closing fence.
    pub last: usize,
}

/// The blocks of a page that can be tried, in its order.
pub fn blocks(page: &str) -> Vec<Placed> {
    let lines: Vec<&str> = page.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let opening = lines[at];
        at += 1;
        let Some(said) = opening.strip_prefix("```") else { continue };
        let first = at;
        while at < lines.len() && lines[at] != "```" {
            at += 1;
        }
        let text: String = lines[first..at].iter().flat_map(|line| [*line, "\n"]).collect();
        if let Some(block) = block(said, text) {
            found.push(Placed { block, first, last: at });
        }
        at += 1;
    }
    found
}

fn block(said: &str, text: String) -> Option<Block> {
    match said.split_once(' ') {
        Some((_, path)) => Some(Block::File { path: path.to_owned(), text }),
        None => match said {
            "sh" => Some(Block::Commands(commands(&text))),
            "console" => Some(Block::Session(exchanges(&text))),
            "yaml" | "markdown" => Some(Block::Part(text)),
            _ => None,
        },
    }
}

/// One command a line, or several joined by `&&`; what follows ` #` is a remark.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
    let all = lines.flat_map(|line| line.split("&&")).map(|command| command.trim().to_owned());
    all.filter(|command| !command.is_empty()).collect()
}

/// Whether the lines of a part stand in a text one after the other, at any depth of indentation.
pub fn is_part(part: &str, of: &str) -> bool {
    let depth = part.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let wanted: Vec<&str> = part.lines().map(|line| line.get(depth..).unwrap_or("").trim_end()).collect();
    let lines: Vec<&str> = of.lines().map(str::trim_end).collect();
    lines.windows(wanted.len().max(1)).any(|here| {
        let by = here
            .first()
            .map_or(0, |line| indent(line))
            .saturating_sub(wanted.first().map_or(0, |l| indent(l)));
        here.iter().zip(&wanted).all(|(line, want)| {
            want.is_empty() && line.is_empty()
                || line.get(by..).is_some_and(|rest| rest == *want) && line[..by].trim().is_empty()
        })
    })
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_into_what_can_be_tried() {
        let page = "# A\n```yaml a/b.yaml\nx: 1\n```\n```sh\ncd a && nurture check   # all\n```\n```console\n$ nurture test\nfine\n```\n```yaml\nx: 1\n```\n```lua\ny\n```\n";
        let found = blocks(page);
        let kinds: Vec<&Block> = found.iter().map(|placed| &placed.block).collect();
        let session = vec![Exchange { command: "nurture test".to_owned(), answer: "fine\n".to_owned() }];
        assert_eq!(
            kinds,
            [
                &Block::File { path: "a/b.yaml".to_owned(), text: "x: 1\n".to_owned() },
                &Block::Commands(vec!["cd a".to_owned(), "nurture check".to_owned()]),
                &Block::Session(session),
                &Block::Part("x: 1\n".to_owned()),
            ]
        );
        assert_eq!((found[2].first, found[2].last), (8, 10));
    }

    #[test]
    fn a_part_may_stand_deeper_in_the_file_but_not_otherwise() {
        let file = "steps:\n  - wait: 1 day\n  - if: a\n    then:\n      - tag: b\n";
        assert!(is_part("- if: a\n  then:\n    - tag: b\n", file));
        assert!(is_part("  - wait: 1 day\n", file));
        assert!(!is_part("- if: a\n  - tag: b\n", file));
        assert!(!is_part("- wait: 2 days\n", file));
    }
}
