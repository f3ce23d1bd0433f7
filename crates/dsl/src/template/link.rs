//! Addresses of links and pictures: which are allowed, and how merge tags stand in them.

use super::helper::Helper;
use super::protect::Part;
use super::scan::{Kind, Piece};

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing is there.
    Empty,
    /// `javascript:` and everything else that is not http, https, mailto or tel.
    Scheme,
    /// It does not begin with `https://`.
    Relative,
    /// A block tag stands in it.
    Block,
}

/// Judges an address whose tags are parts. One that begins with a tag is judged when it is rendered.
pub(super) fn judge(parts: &[Part<'_>], pieces: &[Piece], picture: bool) -> Option<Wrong> {
    let blocks = parts.iter().any(|part| match part {
        Part::Tag(tag) => pieces.get(*tag).is_none_or(|piece| piece.kind != Kind::Value),
        Part::Text(_) => false,
    });
    if blocks {
        return Some(Wrong::Block);
    }
    let first = parts.iter().find(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
    match first {
        None => Some(Wrong::Empty),
        Some(Part::Tag(_)) => None,
        Some(Part::Text(text)) => scheme(text.trim(), picture),
    }
}

/// Judges the beginning of an address by its scheme.
pub(super) fn scheme(address: &str, picture: bool) -> Option<Wrong> {
    if matches!(address, "" | "#") {
        return Some(Wrong::Empty);
    }
    let (before, rest) = address.split_once(':').unwrap_or(("", address));
    let allowed: &[&str] = if picture { &["http", "https"] } else { &["http", "https", "mailto", "tel"] };
    if allowed.iter().any(|name| before.eq_ignore_ascii_case(name)) {
        let web = before.to_ascii_lowercase().starts_with("http");
        return (web && !rest.starts_with("//")).then_some(Wrong::Relative);
    }
    // Pictures of the project go with the mail.
    if picture && address.starts_with("assets/") && !address.contains("..") {
        return None;
    }
    let relative = before.is_empty() || before.contains(['/', '?', '#', '.']);
    Some(if relative { Wrong::Relative } else { Wrong::Scheme })
}

/// A tag in an address: the helper `link` refuses a value with a forbidden scheme, `link_part` encodes one.
/// Both are the renderer's own.
pub(super) fn wrapped(tag: &str, first: bool) -> String {
    let inside = tag.trim_start_matches('{').trim_end_matches('}').trim_matches('~').trim();
    let call = inside.contains(char::is_whitespace) || Helper::named(inside).is_some();
    let helper = if first { "link" } else { "link_part" };
    if call { format!("{{{{{helper} ({inside})}}}}") } else { format!("{{{{{helper} {inside}}}}}") }
}

/// Wraps the tags that stand in `href="…"` of an HTML source. The rest is not touched or even read as HTML.
pub(super) fn wrap_in_html(source: &str, pieces: &[Piece]) -> String {
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    let mut inside: Option<(char, bool)> = None;
    for piece in pieces {
        let text = source.get(at..piece.at.start).unwrap_or("");
        out.push_str(text);
        inside = follow(text, inside);
        let tag = source.get(piece.at.clone()).unwrap_or("");
        let own = tag.contains("unsubscribe_url");
        match inside {
            Some((_, first)) if piece.kind == Kind::Value && !own => out.push_str(&wrapped(tag, first)),
            Some(_) | None => out.push_str(tag),
        }
        if let (Some((quote, _)), false) = (inside, piece.kind.is_silent()) {
            inside = Some((quote, false));
        }
        at = piece.at.end;
    }
    out.push_str(source.get(at..).unwrap_or(""));
    out
}

/// Follows text through `href="…"`: the quote that is open, and whether nothing of the address came yet.
fn follow(text: &str, inside: Option<(char, bool)>) -> Option<(char, bool)> {
    let mut rest = text;
    if let Some((quote, first)) = inside {
        match rest.split_once(quote) {
            Some((_, behind)) => rest = behind,
            None => return Some((quote, first && rest.trim().is_empty())),
        }
    }
    for address in addresses(rest) {
        if let Address::Open(quote, text) = address {
            return Some((quote, text.trim().is_empty()));
        }
    }
    None
}

/// An `href` in literal HTML.
pub(super) enum Address<'a> {
    /// A whole one, and where it begins.
    Whole(&'a str, usize),
    /// One that a tag goes on in.
    Open(char, &'a str),
}

/// Finds each `href="…"` of a literal text.
pub(super) fn addresses(text: &str) -> Vec<Address<'_>> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("href")) {
        let behind = from + at + 4;
        from = behind;
        let rest = text.get(behind..).unwrap_or("");
        let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { continue };
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let inside = value.get(1..).unwrap_or("");
        let start = text.len() - inside.len();
        match inside.split_once(quote) {
            Some((address, _)) => {
                found.push(Address::Whole(address, start));
                from = start + address.len();
            }
            None => {
                found.push(Address::Open(quote, inside));
                return found;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::scan::scan;

    #[test]
    fn only_web_mail_and_phone_addresses_are_allowed() {
        for (address, wrong) in [
            ("https://a.cn/b?c=d", None),
            ("HTTP://a.cn", None),
            ("mailto:a@b.cn", None),
            ("tel:+8613800000000", None),
            ("", Some(Wrong::Empty)),
            ("#", Some(Wrong::Empty)),
            ("javascript:alert(1)", Some(Wrong::Scheme)),
            ("JaVaScRiPt:alert(1)", Some(Wrong::Scheme)),
            ("java\tscript:alert(1)", Some(Wrong::Scheme)),
            ("data:text/html,x", Some(Wrong::Scheme)),
            ("vbscript:x", Some(Wrong::Scheme)),
            ("file:///etc/passwd", Some(Wrong::Scheme)),
            ("https:a.cn", Some(Wrong::Relative)),
            ("//a.cn", Some(Wrong::Relative)),
            ("www.a.cn/x:y", Some(Wrong::Relative)),
            ("/cart", Some(Wrong::Relative)),
        ] {
            assert_eq!(scheme(address, false), wrong, "{address}");
        }
        assert_eq!(scheme("assets/a.png", true), None);
        assert_eq!(scheme("assets/../a.png", true), Some(Wrong::Relative));
        assert_eq!(scheme("mailto:a@b.cn", true), Some(Wrong::Scheme));
    }

    #[test]
    fn tags_in_an_address_are_wrapped_and_others_are_not() {
        let source = r#"<a title="{{a}}" href="{{vars.url}}">{{b}}</a><a HREF = 'https://x/{{c}}?d={{default e "f"}}'>"#;
        let pieces = scan(source).unwrap().0;
        assert_eq!(
            wrap_in_html(source, &pieces),
            r#"<a title="{{a}}" href="{{link vars.url}}">{{b}}</a><a HREF = 'https://x/{{link_part c}}?d={{link_part (default e "f")}}'>"#
        );
    }
}
