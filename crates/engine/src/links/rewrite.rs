//! The links of a mail's page lead by way of us, so that a click is seen, and a picture that nobody sees tells of an
//! opening. Only `<a href>` is touched; everything else stays, byte by byte.

use std::ops::Range;

/// A link of a page.
#[derive(Debug, PartialEq, Eq)]
struct Anchor {
    /// Where its address stands, inside the quotes.
    href: Range<usize>,
    /// Its `name` attribute; empty: none.
    name: String,
}

/// The page with the address of each link replaced by what `lead` gives for it (address, name); `None`: it stays.
pub(super) fn relinked(html: &str, mut lead: impl FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut done = 0;
    for anchor in anchors(html) {
        let Some(href) = html.get(anchor.href.clone()) else { continue };
        let Some(to) = lead(&plain(href), &anchor.name) else { continue };
        out.push_str(html.get(done..anchor.href.start).unwrap_or_default());
        out.push_str(&to.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;"));
        done = anchor.href.end;
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out
}

/// The page with a picture of one point, by whose fetching an opening is seen.
pub(super) fn with_picture(html: String, address: &str) -> String {
    let picture = format!(
        "<img src=\"{address}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">"
    );
    let end = html.to_ascii_lowercase().rfind("</body>").unwrap_or(html.len());
    let (before, after) = html.split_at(end);
    format!("{before}{picture}{after}")
}

/// Every `<a>` with an address, in order. Comments are passed over, so that what only old Outlook reads stays whole.
fn anchors(html: &str) -> Vec<Anchor> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = html.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + next;
        let rest = html.get(start..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = start + 4 + comment.find("-->").map_or(comment.len(), |end| end + 3);
            continue;
        }
        at = start + 1;
        let bytes = rest.as_bytes();
        let is_anchor = bytes.get(1).is_some_and(|letter| letter.eq_ignore_ascii_case(&b'a'))
            && bytes.get(2).is_some_and(u8::is_ascii_whitespace);
        if is_anchor {
            let (end, anchor) = anchor(html, start + 2);
            found.extend(anchor);
            at = end;
        }
    }
    found
}

/// Reads the attributes of a tag from `at` on; gives where it ends.
fn anchor(html: &str, mut at: usize) -> (usize, Option<Anchor>) {
    let bytes = html.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let (mut href, mut name) = (None, String::new());
    loop {
        while byte(at).is_some_and(|b| b.is_ascii_whitespace() || b == b'/') {
            at += 1;
        }
        match byte(at) {
            None => return (at, None),
            Some(b'>') => return (at + 1, href.map(|href| Anchor { href, name })),
            Some(_) => {}
        }
        let key = at;
        while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && !b"=>".contains(&b)) {
            at += 1;
        }
        let key = html.get(key..at).unwrap_or_default().to_ascii_lowercase();
        while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
            at += 1;
        }
        if byte(at) != Some(b'=') {
            continue;
        }
        at += 1;
        while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
            at += 1;
        }
        let value = match byte(at) {
            Some(quote @ (b'"' | b'\'')) => {
                let start = at + 1;
                at = start;
                while byte(at).is_some_and(|b| b != quote) {
                    at += 1;
                }
                let value = start..at;
                at += 1;
                value
            }
            _ => {
                let start = at;
                while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && b != b'>') {
                    at += 1;
                }
                start..at
            }
        };
        match key.as_str() {
            "href" if href.is_none() => href = Some(value),
            "name" => name = plain(html.get(value).unwrap_or_default()),
            _ => {}
        }
    }
}

/// A value of an attribute as it is meant: `&amp;` is `&`.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find('&') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let name = from.get(1..).and_then(|from| from.split_once(';')).map(|(name, _)| name);
        let letter = name.filter(|name| name.len() < 10).and_then(|name| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let number = name.strip_prefix('#')?;
                let hex = number.strip_prefix(['x', 'X']);
                let code = match hex {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32)
            }
        });
        match (letter, name) {
            (Some(letter), Some(name)) => {
                out.push(letter);
                rest = from.get(name.len() + 2..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// The address with these parameters, each where it has none of that name.
pub(super) fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (address, None),
    };
    let mut out = address.to_owned();
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let has = |name: &str| {
        query
            .split('&')
            .any(|part| part.split('=').next().is_some_and(|known| known.eq_ignore_ascii_case(name)))
    };
    for (name, value) in parameters.iter().filter(|(name, value)| !value.is_empty() && !has(name)) {
        out.push_str(match (out.contains('?'), out.ends_with(['?', '&'])) {
            (false, _) => "?",
            (true, false) => "&",
            // It waits for a parameter.
            (true, true) => "",
        });
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(html: &str) -> Vec<(String, String)> {
        let mut seen = Vec::new();
        let same = relinked(html, |href, name| {
            seen.push((href.to_owned(), name.to_owned()));
            None
        });
        assert_eq!(same, html, "what is not led elsewhere stays, byte by byte");
        seen
    }

    #[test]
    fn every_link_is_seen_with_its_name_and_nothing_else_is() {
        let html = "<a href=\"https://a.example/?x=1&amp;y=2\" name='shop'>a</a> <A class=b HREF='https://b.example'>\
             <a\n name=\"n\" href=https://c.example/>c</a><abbr href=\"no\"><area href=\"no\"><a>no</a>\
             <!-- <a href=\"https://hidden.example\"> --><a href=\"https://d.example/&#x4e2d;\" data-x=\"a>b\">d</a>";
        let expected = [
            ("https://a.example/?x=1&y=2", "shop"),
            ("https://b.example", ""),
            ("https://c.example/", "n"),
            ("https://d.example/中", ""),
        ];
        assert_eq!(seen(html), expected.map(|(href, name)| (href.to_owned(), name.to_owned())));
    }

    #[test]
    fn a_link_is_led_elsewhere_and_the_page_around_it_stays() {
        let led = relinked("<p><a class=x href='https://a.example'>é</a></p>", |_, _| {
            Some("https://c.example/c/1?a&b".to_owned())
        });
        assert_eq!(led, "<p><a class=x href='https://c.example/c/1?a&amp;b'>é</a></p>");
        let page = with_picture("<html><body>x</BODY></html>".to_owned(), "https://c.example/o/1.gif");
        assert!(page.contains("1px;border:0\"></BODY>"), "{page}");
    }

    #[test]
    fn parameters_come_only_where_there_is_none_of_that_name() {
        let with = |address: &str| {
            with_parameters(address, &[("utm_source", "nurture"), ("utm_campaign", "a b/中")])
        };
        assert_eq!(
            with("https://a.example"),
            "https://a.example?utm_source=nurture&utm_campaign=a%20b%2F%E4%B8%AD"
        );
        assert_eq!(
            with("https://a.example/?UTM_source=x&b=1#top"),
            "https://a.example/?UTM_source=x&b=1&utm_campaign=a%20b%2F%E4%B8%AD#top"
        );
        assert_eq!(
            with("https://a.example/?"),
            "https://a.example/?utm_source=nurture&utm_campaign=a%20b%2F%E4%B8%AD"
        );
    }

    proptest! {
        #[test]
        fn no_page_stops_it_and_none_is_changed_where_nothing_is_led(html in "(<a |href=|\"|'|>|<!--|-->|&amp;|[a-z中 ]|=|/|<){0,60}") {
            seen(&html);
        }
    }
}
