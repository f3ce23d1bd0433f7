//! Which tags make a block: `{{#if}}`, its `{{else}}`s and `{{/if}}`; and what is said of those that make none.

use super::{Looked, exact};
use crate::diagnostic::{Code, Report};
use crate::source::Span;
use crate::template::scan::{Kind, Piece};

/// The tags of each block, and the block of each tag.
pub(super) struct Blocks {
    /// For each tag the block it belongs to; `None`: a tag by itself, or one that found no block.
    of: Vec<Option<usize>>,
    /// What does not fit: a tag, and what is wrong with it.
    wrong: Vec<(usize, Wrong)>,
    /// Tags that go with their block, since one of it does not fit or is not allowed.
    gone: Vec<usize>,
}

enum Wrong {
    /// It closes nothing.
    NotOpen,
    /// It closes another block than the one that is open: its opening tag.
    Other(usize),
    /// It is never closed.
    Open,
}

impl Blocks {
    /// Finds the blocks.
    pub fn new(source: &str, pieces: &[Piece]) -> Self {
        let mut blocks = Self { of: vec![None; pieces.len()], wrong: Vec::new(), gone: Vec::new() };
        // The opening tags that are open, each with its name; `None`: one of a kind that is not allowed.
        let mut open: Vec<(usize, Option<&str>)> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            match &piece.kind {
                Kind::Open(name) => {
                    blocks.join(index, index);
                    open.push((index, Some(name)));
                }
                Kind::Forbidden if opens(source, piece) => {
                    blocks.join(index, index);
                    blocks.gone.push(index);
                    open.push((index, None));
                }
                Kind::Else => {
                    if let Some((start, _)) = open.last() {
                        blocks.join(index, *start);
                    }
                }
                Kind::Close(name) => blocks.close(index, name, &mut open),
                Kind::Escape | Kind::Comment | Kind::Value | Kind::Unescaped | Kind::Forbidden => {}
            }
        }
        let never = open.into_iter().filter(|(_, name)| name.is_some());
        blocks.wrong.extend(never.map(|(start, _)| (start, Wrong::Open)));
        blocks.gone.extend(blocks.wrong.iter().map(|(index, _)| *index));
        blocks
    }

    fn join(&mut self, index: usize, block: usize) {
        if let Some(of) = self.of.get_mut(index) {
            *of = Some(block);
        }
    }

    fn close(&mut self, index: usize, name: &str, open: &mut Vec<(usize, Option<&str>)>) {
        match open.last() {
            // Without a name what opened it is not allowed, and was said: its end goes with it.
            Some((start, opened)) if opened.is_none_or(|opened| opened == name) => {
                self.join(index, *start);
                open.pop();
            }
            Some((start, _)) => {
                self.wrong.push((index, Wrong::Other(*start)));
                self.join(index, *start);
                // Where a block further out is meant, the ones inside it end here as well.
                let meant = open.iter().rposition(|(_, opened)| *opened == Some(name));
                let ended = open.split_off(meant.unwrap_or(open.len().saturating_sub(1)));
                self.gone.extend(ended.into_iter().map(|(start, _)| start));
            }
            None => {
                self.wrong.push((index, Wrong::NotOpen));
                self.join(index, index);
            }
        }
    }

    /// Says what does not fit, and takes it out.
    pub fn check(
        &self,
        source: &str,
        span: Span,
        pieces: &[Piece],
        looked: &mut Looked,
        report: &mut Report,
    ) {
        let at =
            |index: usize| pieces.get(index).map(|piece| exact(source, span, piece.at.start, piece.at.end));
        let name = |index: usize| match pieces.get(index).map(|piece| &piece.kind) {
            Some(Kind::Open(name) | Kind::Close(name)) => name.as_str(),
            Some(_) | None => "",
        };
        for (index, wrong) in &self.wrong {
            let Some(place) = at(*index) else { continue };
            let said = report.error(Code::E0501, place).arg("name", name(*index));
            match wrong {
                Wrong::NotOpen => said.message("E0501-not-open"),
                Wrong::Open => said.message("E0501-open"),
                Wrong::Other(start) => {
                    said.message("E0501-other").arg("opened", name(*start));
                    match at(*start) {
                        Some(opened) => said.related(opened, "E0501-opened"),
                        None => said,
                    }
                }
            };
        }
        for index in &self.gone {
            self.take_out(*index, pieces, looked);
        }
    }

    /// Takes out a tag, with all tags of its block.
    pub fn take_out(&self, index: usize, pieces: &[Piece], looked: &mut Looked) {
        let block = self.of.get(index).copied().flatten();
        for (other, piece) in pieces.iter().enumerate() {
            let same = block.is_some() && self.of.get(other).copied().flatten() == block;
            if (other == index || same) && looked.has(piece) {
                looked.unsure |= same;
                looked.blank(piece.at.clone());
            }
        }
    }
}

/// Whether a tag that is not allowed begins a block: `{{#> layout}}`, `{{#*inline "a"}}`.
fn opens(source: &str, piece: &Piece) -> bool {
    let tag = source.get(piece.at.clone()).unwrap_or("");
    !tag.starts_with("{{{{") && tag.trim_start_matches(['{', '~', ' ']).starts_with('#')
}
