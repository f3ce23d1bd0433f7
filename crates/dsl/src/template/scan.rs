//! Finds the merge tags of a source without parsing them, and refuses what would take a parser too deep.
//!
//! The template parser recurses once for each open block and bracket, so its input must be bounded before
//! it sees it. A tag may not hold another `{{`, so that both readers agree on where tags begin.

use std::ops::Range;

/// The longest source, in bytes.
pub const MOST_BYTES: usize = 512 * 1024;
/// Blocks within blocks, and brackets within one tag, at most.
pub const MOST_NESTED: usize = 60;
/// `{{#each}}` within `{{#each}}` at most, itself included.
pub const MOST_EACH: usize = 3;
/// Tags in one source at most.
pub const MOST_TAGS: usize = 1000;
/// Tags times bytes at most: the parser counts the lines above each tag anew.
const MOST_WORK: usize = 48 * 1024 * 1024;

/// How many tags a source of so many bytes may have: 1000 up to 50 KB, fewer beyond, 95 at 512 KB.
pub(crate) fn most_tags(bytes: usize) -> usize {
    MOST_TAGS.min(MOST_WORK / (bytes + 1))
}

/// A tag of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its bytes, with the braces.
    pub at: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a tag is, told by its first signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `\{{`: braces that are text.
    Escape,
    /// `{{!-- … --}}`
    Comment,
    /// `{{customer.name}}`, `{{date contract.ends_on}}`
    Value,
    /// `{{{content}}}`, `{{&content}}`
    Unescaped,
    /// `{{#if …}}`, with the block's name.
    Open(String),
    /// `{{else}}`, `{{else if …}}`, `{{^}}`
    Else,
    /// `{{/if}}`
    Close(String),
    /// `{{> …}}`, `{{* …}}`, `{{#> …}}`, `{{{{ … }}}}`
    Forbidden,
}

impl Kind {
    /// Whether it makes no text of its own.
    pub(crate) fn is_silent(&self) -> bool {
        match self {
            Self::Comment | Self::Open(_) | Self::Else | Self::Close(_) => true,
            Self::Escape | Self::Value | Self::Unescaped | Self::Forbidden => false,
        }
    }
}

/// Why a source is not given to the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// More than [`MOST_BYTES`].
    TooLong,
    /// More than [`most_tags`].
    TooManyTags(Range<usize>),
    /// More than [`MOST_NESTED`].
    TooDeep(Range<usize>),
    /// More than [`MOST_EACH`].
    TooManyEach(Range<usize>),
    /// A tag that is never closed.
    Unclosed(Range<usize>),
}

/// What a source costs to render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How deep `{{#each}}` stands in `{{#each}}`.
    pub each_depth: u32,
    /// How many tags it has.
    pub tags: usize,
}

/// Measures a source before it is parsed. `None`: it is too long, too deep or has a tag that never ends, and
/// must not be given to the parser.
pub fn cost(source: &str) -> Option<Cost> {
    scan(source).ok().map(|(pieces, each_depth)| Cost { each_depth, tags: pieces.len() })
}

/// Where the tags of a source stand, with their braces, and whether they put HTML in as it is. `None`: as for
/// [`cost`].
pub fn places(source: &str) -> Option<Vec<(Range<usize>, bool)>> {
    let (pieces, _) = scan(source).ok()?;
    Some(pieces.into_iter().map(|piece| (piece.at, piece.kind == Kind::Unescaped)).collect())
}

/// Lists the tags in order, and how deep `{{#each}}` goes.
pub(crate) fn scan(source: &str) -> Result<(Vec<Piece>, u32), Refused> {
    if source.len() > MOST_BYTES {
        return Err(Refused::TooLong);
    }
    let mut pieces = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut deepest_each = 0;
    let mut from = 0;
    while let Some(start) = find(source, "{{", from) {
        let piece = piece(source, start, from)?;
        from = piece.at.end;
        match &piece.kind {
            Kind::Open(name) => {
                open.push(name.clone());
                let each = open.iter().filter(|name| *name == "each").count();
                if open.len() > MOST_NESTED {
                    return Err(Refused::TooDeep(piece.at));
                }
                if each > MOST_EACH {
                    return Err(Refused::TooManyEach(piece.at));
                }
                deepest_each = deepest_each.max(each);
            }
            Kind::Close(_) => {
                open.pop();
            }
            Kind::Escape | Kind::Comment | Kind::Value | Kind::Unescaped | Kind::Else | Kind::Forbidden => {}
        }
        if pieces.len() >= most_tags(source.len()) {
            return Err(Refused::TooManyTags(piece.at));
        }
        pieces.push(piece);
    }
    Ok((pieces, u32::try_from(deepest_each).unwrap_or(u32::MAX)))
}

/// The tag whose braces begin at `start`; `from` is where the last one ended.
fn piece(source: &str, start: usize, from: usize) -> Result<Piece, Refused> {
    let before = source.get(from..start).unwrap_or("");
    let slashes = before.len() - before.trim_end_matches('\\').len();
    let rest = source.get(start..).unwrap_or("");
    if slashes == 1 {
        let braces = if rest.starts_with("{{{{") { 4 } else { 2 };
        return Ok(Piece { at: start - 1..start + braces, kind: Kind::Escape });
    }
    if rest.starts_with("{{!") {
        let long = if rest.starts_with("{{!--") { find(rest, "--}}", 5).map(|end| end + 4) } else { None };
        let length = long.or_else(|| find(rest, "}}", 3).map(|end| end + 2));
        let Some(length) = length else { return Err(Refused::Unclosed(start..source.len())) };
        return Ok(Piece { at: start..start + length, kind: Kind::Comment });
    }
    let Some(length) = length(rest) else {
        let line = rest.find('\n').unwrap_or(rest.len());
        return Err(Refused::Unclosed(start..start + line));
    };
    let tag = rest.get(..length).unwrap_or(rest);
    if tag.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count() > MOST_NESTED {
        return Err(Refused::TooDeep(start..start + length));
    }
    Ok(Piece { at: start..start + length, kind: kind(tag) })
}

/// How long the tag at the start of `rest` is, with its braces; `None`: another tag begins before it ends.
fn length(rest: &str) -> Option<usize> {
    let opening = rest.len() - rest.trim_start_matches('{').len();
    let (mut quote, mut escaped) = (None, false);
    let mut at = opening;
    for letter in rest.get(opening..)?.chars() {
        let here = rest.get(at..)?;
        if here.starts_with("{{") {
            return None;
        }
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None if here.starts_with("}}") => {
                let closing = here.len() - here.trim_start_matches('}').len();
                return Some(at + closing.min(opening.max(2)));
            }
            None => {}
        }
        at += letter.len_utf8();
    }
    None
}

fn kind(tag: &str) -> Kind {
    if tag.starts_with("{{{{") {
        return Kind::Forbidden;
    }
    let inside = tag.trim_start_matches("{{").trim_start_matches('~').trim_start();
    let word = |text: &str| {
        let text = text.trim_start();
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, '}' | '~' | '(' | '|'))
            .unwrap_or(text.len());
        text.get(..end).unwrap_or("").to_owned()
    };
    let mut signs = inside.chars();
    match signs.next() {
        Some('{' | '&') => Kind::Unescaped,
        Some('>' | '*') => Kind::Forbidden,
        Some('^') => Kind::Else,
        Some('/') => Kind::Close(word(signs.as_str())),
        Some('#') => match signs.as_str().trim_start().chars().next() {
            Some('>' | '*') => Kind::Forbidden,
            Some(_) | None => Kind::Open(word(signs.as_str())),
        },
        Some(_) | None if word(inside) == "else" => Kind::Else,
        Some(_) | None => Kind::Value,
    }
}

fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(what).map(|at| at + from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<(String, Kind)> {
        scan(source).unwrap().0.into_iter().map(|piece| (source[piece.at].to_owned(), piece.kind)).collect()
    }

    #[test]
    fn every_kind_of_tag_is_told_by_its_first_signs() {
        let source = r#"a {{b}} \{{no}} {{~#if x~}}{{else if y}}{{^}}{{/if}} {{!-- }} {{#if --}} {{{d}}} {{> p}} {{"}}"}}"#;
        let found = kinds(source);
        let found: Vec<(&str, &Kind)> = found.iter().map(|(text, kind)| (text.as_str(), kind)).collect();
        assert_eq!(
            found,
            [
                ("{{b}}", &Kind::Value),
                (r"\{{", &Kind::Escape),
                ("{{~#if x~}}", &Kind::Open("if".to_owned())),
                ("{{else if y}}", &Kind::Else),
                ("{{^}}", &Kind::Else),
                ("{{/if}}", &Kind::Close("if".to_owned())),
                ("{{!-- }} {{#if --}}", &Kind::Comment),
                ("{{{d}}}", &Kind::Unescaped),
                ("{{> p}}", &Kind::Forbidden),
                (r#"{{"}}"}}"#, &Kind::Value),
            ]
        );
    }

    #[test]
    fn two_backslashes_are_a_backslash_before_a_tag() {
        assert_eq!(kinds(r"\\{{a}}"), [("{{a}}".to_owned(), Kind::Value)]);
    }

    #[test]
    fn hostile_sources_are_refused_before_the_parser() {
        assert_eq!(cost(&"x".repeat(MOST_BYTES + 1)), None);
        assert_eq!(cost(&"{{#if a}}".repeat(MOST_NESTED + 1)), None);
        assert_eq!(cost(&"{{#if a}}{{!-- {{/if}} --}}".repeat(MOST_NESTED + 1)), None);
        assert_eq!(cost(&format!("{{{{a {} }}}}", "(".repeat(MOST_NESTED + 1))), None);
        assert_eq!(cost(&"{{#each a}}".repeat(MOST_EACH + 1)), None);
        assert_eq!(cost(&"{{a}}".repeat(MOST_TAGS + 1)), None);
        assert_eq!(cost(&format!("{}{}", "{{a}}".repeat(99), "x".repeat(511 * 1024))), None);
        assert!(cost(&format!("{}{}", "{{a}}".repeat(90), "x".repeat(511 * 1024))).is_some());
        assert_eq!(cost("{{a"), None);
        assert_eq!(cost("{{a {{b}}"), None);
        assert_eq!(cost("{{#each a}}{{#each b}}{{/each}}{{/each}}"), Some(Cost { each_depth: 2, tags: 4 }));
    }
}
