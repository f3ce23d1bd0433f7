//! Texts as nobody writes them: one that exists, cut, doubled, joined with another, filled with signs that
//! mean something, blown up. Fewer and smaller damages are tried when one is found that breaks something.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// No damaged text is longer.
pub const MOST_BYTES: usize = 64 * 1024;

/// Signs and words that mean something, or look as if.
const PIECES: [&str; 78] = [
    "\n",
    "  ",
    "\t",
    "\r\n",
    "\u{3000}",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "- ",
    ": ",
    ":",
    "：",
    "，",
    "。",
    "“",
    "”",
    "\"",
    "'",
    "\\",
    "\\\"",
    "#",
    " #",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "{{",
    "}}",
    "{{{",
    "{{#if a}}",
    "{{/if}}",
    "{{else}}",
    "{{#each items}}",
    "{{default customer.name \"x\"}}",
    "｛｛",
    "&a ",
    "*a",
    "!tag ",
    "|",
    ">",
    "%",
    "@",
    "`",
    "? ",
    "---\n",
    "<<: ",
    "= ",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "0.0000001",
    "30 days",
    "3 天",
    "P3D",
    "1h30m",
    "now",
    "customer.",
    " and ",
    " or ",
    "not ",
    "count(",
    "== ",
    "2026-02-30",
    "24:00",
    "周二至周四",
    "农历八月十五",
    "闰",
    "\u{1f389}",
    "\u{301}",
    "\u{202e}",
    "~",
    ",",
    ";",
    "null",
    "\u{d7ff}",
];

/// One damage at a place of the text.
#[derive(Clone, Debug)]
enum Damage {
    Cut { at: Index },
    Drop { at: Index, length: usize },
    Repeat { at: Index, length: usize, times: usize },
    Insert { at: Index, piece: &'static str, times: usize },
    Join { at: Index, length: usize, other: Index, from: Index },
    Raw { at: Index, bytes: Vec<u8> },
    SwapLines { one: Index, other: Index },
    Deepen { step: usize },
}

/// A text that exists, and what is done to it.
#[derive(Clone, Debug)]
pub struct Damaged {
    sample: Index,
    damages: Vec<Damage>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let piece = || select(PIECES.to_vec());
    prop_oneof![
        1 => at().prop_map(|at| Damage::Cut { at }),
        3 => (at(), 0..200_usize).prop_map(|(at, length)| Damage::Drop { at, length }),
        2 => (at(), 0..200_usize, 1..40_usize)
            .prop_map(|(at, length, times)| Damage::Repeat { at, length, times }),
        6 => (at(), piece(), 1..4_usize).prop_map(|(at, piece, times)| Damage::Insert { at, piece, times }),
        1 => (at(), piece(), 1..4_000_usize).prop_map(|(at, piece, times)| Damage::Insert { at, piece, times }),
        2 => (at(), 0..200_usize, at(), at())
            .prop_map(|(at, length, other, from)| Damage::Join { at, length, other, from }),
        1 => (at(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(at, bytes)| Damage::Raw { at, bytes }),
        1 => (at(), at()).prop_map(|(one, other)| Damage::SwapLines { one, other }),
        1 => (1..4_usize).prop_map(|step| Damage::Deepen { step }),
    ]
}

/// Texts that exist, with up to six damages.
pub fn damaged() -> impl Strategy<Value = Damaged> {
    (any::<Index>(), prop::collection::vec(damage(), 0..7))
        .prop_map(|(sample, damages)| Damaged { sample, damages })
}

impl Damaged {
    /// The damaged text.
    pub fn of(&self, samples: &[String]) -> Vec<u8> {
        let mut bytes = self.sample.get(samples).clone().into_bytes();
        for damage in &self.damages {
            bytes = damage.done(bytes, samples);
            bytes.truncate(MOST_BYTES);
        }
        bytes
    }
}

impl Damage {
    fn done(&self, mut bytes: Vec<u8>, samples: &[String]) -> Vec<u8> {
        let place = |at: &Index| at.index(bytes.len() + 1);
        let stretch = |at: &Index, length: &usize| place(at)..(place(at) + length).min(bytes.len());
        match self {
            Self::Cut { at } => {
                let at = place(at);
                bytes.truncate(at);
            }
            Self::Drop { at, length } => drop(bytes.drain(stretch(at, length))),
            Self::Repeat { at, length, times } => {
                let stretch = stretch(at, length);
                let twice = bytes[stretch.clone()].repeat(*times);
                bytes.splice(stretch.start..stretch.start, twice);
            }
            Self::Insert { at, piece, times } => {
                let at = place(at);
                bytes.splice(at..at, piece.repeat(*times).into_bytes());
            }
            Self::Join { at, length, other, from } => {
                let stretch = stretch(at, length);
                let other = other.get(samples).as_bytes();
                bytes.splice(stretch, other[from.index(other.len() + 1)..].iter().copied());
            }
            Self::Raw { at, bytes: raw } => {
                let at = place(at);
                bytes.splice(at..at, raw.iter().copied());
            }
            Self::SwapLines { one, other } => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                    lines.swap(one, other);
                }
                bytes = lines.join("\n").into_bytes();
            }
            // Each line deeper than the one above.
            Self::Deepen { step } => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let deeper = |(line, text): (usize, &str)| format!("{}{text}", " ".repeat(line * step % 120));
                bytes = text.lines().enumerate().map(deeper).collect::<Vec<_>>().join("\n").into_bytes();
            }
        }
        bytes
    }
}
