//! The difference of two texts, line by line, as `git diff` shows it.

use dsl::diagnostic::Colour;
use std::fmt::Write as _;

/// Unchanged lines around a change.
const AROUND: usize = 2;
/// Beyond so many comparisons the changed part is shown as one piece: files are small, this is a guard.
const MOST: usize = 4_000_000;

/// A line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    New(&'t str),
}

/// Writes the changed lines of a file with a few around them; empty where nothing changed.
pub fn diff(path: &str, before: &str, after: &str, colour: Colour) -> String {
    let lines = compare(before, after);
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let to = (at + AROUND + 1).min(lines.len());
        lines.get(from..to).unwrap_or_default().iter().any(|line| !matches!(line, Line::Same(_)))
    };
    let mut out = String::new();
    let (mut old, mut new, mut inside) = (1_usize, 1_usize, false);
    for (at, line) in lines.iter().enumerate() {
        let shown = near(at);
        if shown && out.is_empty() {
            let _ = writeln!(out, "--- {path}\n+++ {path}");
        }
        if shown && !inside {
            let _ = writeln!(out, "{}", paint(colour, "36", &format!("@@ -{old} +{new} @@")));
        }
        inside = shown;
        let (mark, text, code) = match line {
            Line::Same(text) => (' ', *text, ""),
            Line::Gone(text) => ('-', *text, "31"),
            Line::New(text) => ('+', *text, "32"),
        };
        old += usize::from(!matches!(line, Line::New(_)));
        new += usize::from(!matches!(line, Line::Gone(_)));
        if shown {
            let _ = writeln!(out, "{}", paint(colour, code, &format!("{mark}{}", visible(text))));
        }
    }
    out
}

/// What the eye cannot see, or what would steer the terminal, is made visible.
fn visible(text: &str) -> String {
    let text = text.strip_suffix('\r').unwrap_or(text);
    text.chars()
        .map(|letter| match letter {
            '\t' => '→',
            '\u{a0}' | '\u{3000}' => '␣',
            letter if letter.is_control() => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

fn paint(colour: Colour, code: &str, text: &str) -> String {
    match colour {
        Colour::Always if !code.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Always | Colour::Never => text.to_owned(),
    }
}

fn compare<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let middle = |all: &[&'t str]| all.get(head..all.len() - tail).unwrap_or_default().to_vec();
    let mut lines: Vec<Line<'t>> = old.iter().take(head).map(|line| Line::Same(line)).collect();
    lines.extend(changed(&middle(&old), &middle(&new)));
    lines.extend(old.iter().skip(old.len() - tail).map(|line| Line::Same(line)));
    // The piece behind the last line end is no line.
    if lines.last() == Some(&Line::Same("")) {
        lines.pop();
    }
    lines
}

/// The longest common sequence of lines, by the table everyone knows.
fn changed<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let width = new.len() + 1;
    let cells = (old.len() + 1).saturating_mul(width);
    if cells > MOST {
        lines.extend(old.iter().map(|line| Line::Gone(line)));
        lines.extend(new.iter().map(|line| Line::New(line)));
        return lines;
    }
    let mut table = vec![0_u32; cells];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                at(&table, i + 1, j + 1) + 1
            } else {
                at(&table, i + 1, j).max(at(&table, i, j + 1))
            };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            lines.push(Line::Same(a));
            (i, j) = (i + 1, j + 1);
        } else if at(&table, i + 1, j) >= at(&table, i, j + 1) {
            lines.push(Line::Gone(a));
            i += 1;
        } else {
            lines.push(Line::New(b));
            j += 1;
        }
    }
    lines.extend(old.iter().skip(i).map(|line| Line::Gone(line)));
    lines.extend(new.iter().skip(j).map(|line| Line::New(line)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_shown_with_two_around_them() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        let after = "a\nb\nc\nX\ne\nf\ng\nh\n";
        assert_eq!(
            diff("x.yaml", before, after, Colour::Never),
            "--- x.yaml\n+++ x.yaml\n@@ -2 +2 @@\n b\n c\n-d\n+X\n e\n f\n g\n+h\n"
        );
        assert_eq!(diff("x.yaml", before, before, Colour::Never), "");
    }

    #[test]
    fn blanks_that_nobody_sees_are_made_visible() {
        let shown = diff("x.yaml", "a:\n\u{3000}\tb: 1\r\n", "a:\n  b: 1\r\n", Colour::Never);
        assert_eq!(shown, "--- x.yaml\n+++ x.yaml\n@@ -1 +1 @@\n a:\n-␣→b: 1\n+  b: 1\n");
    }

    #[test]
    fn a_terminal_gets_colours() {
        assert!(diff("x", "a", "b", Colour::Always).contains("\u{1b}[31m-a\u{1b}[0m"));
    }
}
