//! The plain text of a page, made of it once: the page's own words with the merge tags where they stood. A
//! recipient's text then costs a fill of it, and not a walk through the whole HTML.

use super::compiled::Compiled;
use super::text::{tidy, visible};
use std::collections::BTreeMap;

/// Stands for a tag while the HTML is read, around its number.
const TAG: [char; 2] = ['\u{f0000}', '\u{f0001}'];
/// The end of a line.
const LINE: char = '\u{f0002}';
/// The end of a paragraph.
const PARAGRAPH: char = '\u{f0003}';
/// Around an address behind the words of its link.
const ADDRESS: [char; 2] = ['\u{f0004}', '\u{f0005}'];
/// Elements whose blanks stay as they are.
const AS_IT_IS: [&str; 4] = ["<pre", "<textarea", "<xmp", "<plaintext"];

/// The text of a page. `None`: it depends on what a recipient's page looks like, so that it is made of that.
pub(super) fn twin(html: &str) -> Option<Compiled> {
    let places = dsl::template::places(html)?;
    let ours = |letter: char| {
        TAG.contains(&letter) || ADDRESS.contains(&letter) || [LINE, PARAGRAPH].contains(&letter)
    };
    let lower = html.to_ascii_lowercase();
    if places.iter().any(|(_, is_html)| *is_html)
        || html.contains(ours)
        || AS_IT_IS.iter().any(|element| lower.contains(element))
    {
        return None;
    }
    // The same tag is the same word: a link whose words are its address is told by that.
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tags: Vec<&str> = Vec::new();
    let mut hidden = String::with_capacity(html.len());
    let mut from = 0;
    for (at, _) in places {
        let tag = html.get(at.clone())?;
        let number = *numbers.entry(tag).or_insert_with(|| {
            tags.push(tag);
            tags.len() - 1
        });
        hidden.push_str(html.get(from..at.start)?);
        hidden.extend([TAG[0].to_string(), number.to_string(), TAG[1].to_string()]);
        from = at.end;
    }
    hidden.push_str(html.get(from..)?);
    let text = nanohtml2text::html2text(&visible(&hidden));
    Compiled::new(&source(&text, &tags)?).ok()
}

/// The source of the text: tags where their numbers stand, ends of lines as signs of ours. `None`: words of the
/// page would be taken for tags.
fn source(text: &str, tags: &[&str]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (words, behind) = rest.split_once(TAG[0]).unwrap_or((rest, ""));
        if words.contains("{{") || words.ends_with(['{', '\\']) {
            return None;
        }
        out.push_str(&words.replace("\r\n\r\n", "\u{f0003}").replace("\r\n", "\u{f0002}"));
        if behind.is_empty() {
            return Some(out);
        }
        let (number, after) = behind.split_once(TAG[1])?;
        let tag = tags.get(number.parse::<usize>().ok()?)?;
        if words.ends_with(" (") && after.starts_with(')') {
            out.push(ADDRESS[0]);
            out.push_str(tag);
            out.push(ADDRESS[1]);
        } else {
            out.push_str(tag);
        }
        rest = after;
    }
}

/// Lays out a filled twin: blanks run together, ends of lines that meet are one, and an address that is empty or
/// was said by the words of its link is left out.
pub(super) fn laid_out(filled: &str) -> String {
    let mut out = String::with_capacity(filled.len());
    let (mut lines, mut blank) = (0_usize, false);
    let mut address = 0;
    let mut letters = filled.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            LINE => lines = lines.max(1),
            PARAGRAPH => lines = 2,
            letter if letter.is_ascii_whitespace() => blank = true,
            letter if letter == ADDRESS[0] => address = out.len(),
            letter if letter == ADDRESS[1] => {
                let before = out.get(..address.saturating_sub(2)).unwrap_or("");
                let said = out.get(address..).unwrap_or("");
                let is_said = said.is_empty()
                    || before.strip_suffix(said).is_some_and(|words| {
                        words.chars().next_back().is_none_or(|last| last.is_whitespace())
                    });
                if is_said {
                    out.truncate(address.saturating_sub(2));
                    letters.next_if_eq(&')');
                }
            }
            letter => {
                if !out.is_empty() {
                    match lines {
                        0 if blank => out.push(' '),
                        0 => {}
                        lines => out.extend(std::iter::repeat_n('\n', lines)),
                    }
                }
                (lines, blank) = (0, false);
                out.push(letter);
            }
        }
    }
    tidy(&out)
}
