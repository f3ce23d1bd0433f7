//! What several kinds of channels have: addresses, headers, secrets, rates, timeouts, and what an answer says.

use crate::decode::desk::Desk;
use crate::diagnostic::Code;
use crate::library::Setting;
use crate::source::Span;
use crate::syntax::Fields;
use crate::template;
use crate::yaml::Node;
use model::Rate;
use model::provider::Match;
use std::num::NonZeroU32;

/// Where a tag takes the token that was fetched.
const TOKEN: &str = "{{token}}";
/// The shortest run of letters and digits that may be a secret written out.
const SHORTEST_SECRET: usize = 20;
/// Bits a letter from which such a run looks drawn by lot: words have fewer, a key more.
const DRAWN: f64 = 3.3;
/// A rate's greatest number.
const MOST: i64 = 1_000_000;

/// An address. `tags`: behind the host it may have merge tags.
pub(super) fn url(node: &Node, tags: bool, desk: &mut Desk<'_>) -> Option<Setting> {
    let url = setting(node, desk)?;
    let Setting::Plain(text) = &url else { return Some(url) };
    let mut bare = text.clone();
    if tags {
        let mut whole = true;
        for (start, end) in tags_of(text) {
            let tag = text.get(start..end).unwrap_or_default();
            if tag.split_whitespace().collect::<String>() == TOKEN {
                continue;
            }
            let place = node.place_of(desk.sources, start, end);
            whole &= template::check_call(tag, place, desk.library, desk.report);
        }
        for (start, end) in tags_of(text).into_iter().rev() {
            bare.replace_range(start..end, "x");
        }
        if !whole {
            return None;
        }
    }
    let rest = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let fine = |host: &str| host.starts_with(char::is_alphanumeric) || host.starts_with('[');
    // A value of a customer must never say to whom we speak.
    let written = text.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next();
    let by_tag = written.is_some_and(|host| host.contains('{'));
    if !host.is_some_and(fine)
        || by_tag
        || bare.contains(char::is_whitespace)
        || host.is_some_and(|host| host.contains('@'))
    {
        let help = if by_tag { "E0357-help-host" } else { "E0357-help" };
        desk.report.error(Code::E0357, node.span).arg("text", text).help(help);
        return None;
    }
    if bare.starts_with("http://") {
        desk.report.warning(Code::W0372, node.span).arg("host", host.unwrap_or_default()).help("W0372-help");
    }
    // What a tag says is no secret.
    no_secret(&bare, "url", node.span, desk);
    Some(url)
}

/// Where the merge tags of a text begin and end.
fn tags_of(text: &str) -> Vec<(usize, usize)> {
    let mut tags = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
        let Some(length) = text.get(start..).and_then(|rest| rest.find("}}")) else { break };
        from = start + length + 2;
        tags.push((start, from));
    }
    tags
}

/// `headers: { name: value }`.
pub(super) fn headers(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Vec<(String, Setting)> {
    let mut headers = Vec::new();
    for entry in desk.take(fields, "headers").map(|node| desk.entries(node)).unwrap_or_default() {
        let named = !entry.key.is_empty()
            && entry.key.len() <= 60
            && entry.key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !named {
            desk.report.error(Code::E0358, entry.key_span).arg("name", &entry.key).help("E0358-help");
            continue;
        }
        if let Some(value) = setting(&entry.value, desk) {
            if let Setting::Plain(text) = &value {
                no_secret(text, &entry.key, entry.value.span, desk);
            }
            headers.push((entry.key.clone(), value));
        }
    }
    headers
}

/// `timeout: 10 seconds`.
pub(super) fn timeout(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> u32 {
    let timeout = desk.take(fields, "timeout").and_then(|node| {
        let seconds = desk.length_in(node, "seconds")?.approximate_ms() / 1000;
        if !(1..=60).contains(&seconds) {
            desk.report.error(Code::E0359, node.span).help("E0359-help");
            return None;
        }
        u32::try_from(seconds).ok()
    });
    timeout.unwrap_or(10)
}

/// `rate: { per_second: 20 }`. `None`: it says nothing.
pub(super) fn rate(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Rate> {
    desk.take(fields, "rate").and_then(|node| limits(node, desk))
}

/// `{ per_second: 20 }`.
pub(super) fn limits(node: &Node, desk: &mut Desk<'_>) -> Option<Rate> {
    let mut inner = desk.fields(node, "thing-rate")?;
    let mut most = |key: &'static str, desk: &mut Desk<'_>| {
        let node = desk.take(&mut inner, key)?;
        let most = desk.whole(node, key, 1, MOST)?;
        u32::try_from(most).ok().and_then(NonZeroU32::new)
    };
    let rate = Rate {
        per_second: most("per_second", desk),
        per_minute: most("per_minute", desk),
        per_hour: most("per_hour", desk),
        per_day: most("per_day", desk),
    };
    desk.close(inner);
    Some(rate)
}

/// `success`, `retry_on` …: `{ status: [429, 5xx], json: { code: OK } }`.
pub(super) fn said(fields: &mut Fields<'_>, key: &'static str, desk: &mut Desk<'_>) -> Option<Match> {
    let node = desk.take(fields, key)?;
    let mut inner = desk.fields(node, "thing-answer")?;
    let mut found = Match::default();
    if let Some(node) = desk.take(&mut inner, "status") {
        for text in desk.texts(node) {
            match status(&text.value) {
                Some(range) => found.status.push(range),
                None => {
                    desk.report.error(Code::E0374, text.span).arg("text", &text.value).help("E0374-help");
                }
            }
        }
    }
    for entry in desk.take(&mut inner, "json").map(|node| desk.entries(node)).unwrap_or_default() {
        let texts = desk.texts(&entry.value).into_iter().map(|text| text.value).collect();
        found.json.push((entry.key.clone(), texts));
    }
    desk.close(inner);
    Some(found)
}

/// `200`, `5xx`.
fn status(text: &str) -> Option<(u16, u16)> {
    if let Some(hundred) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let hundred: u16 = hundred.parse().ok().filter(|hundred| (1..=5).contains(hundred))?;
        return Some((hundred * 100, hundred * 100 + 99));
    }
    text.parse().ok().filter(|status| (100..=599).contains(status)).map(|status| (status, status))
}

/// A text, or `{ secret: NAME }`.
pub(super) fn setting(node: &Node, desk: &mut Desk<'_>) -> Option<Setting> {
    if node.entries().is_none() {
        return desk.text(node).map(Setting::Plain);
    }
    named_secret(node, desk).map(Setting::Secret)
}

/// `{ secret: NAME }`: a name that the environment can have, in capitals as everywhere.
pub(super) fn named_secret(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    let mut inner = desk.fields(node, "thing-secret")?;
    let name = desk.need(&mut inner, "secret").and_then(|node| desk.spanned(node));
    desk.close(inner);
    let name = name?;
    let fits = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    if name.value.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && name.value.chars().all(fits)
    {
        return Some(name.value);
    }
    let meant: String = name
        .value
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    let meant = Some(meant).filter(|meant| {
        meant.chars().all(fits) && meant.starts_with(|first: char| first.is_ascii_uppercase())
    });
    let wrong = desk.report.error(Code::E0613, name.span).message("E0613-name").arg("name", &name.value);
    wrong.did_you_mean(meant.clone()).help("E0613-help-name");
    if let Some(meant) = meant {
        wrong.fix(name.span, meant);
    }
    None
}

/// Says that a text looks like a secret written out.
pub(super) fn no_secret(text: &str, key: &str, span: Span, desk: &mut Desk<'_>) {
    let runs = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_+=".contains(letter));
    if runs.into_iter().any(looks_drawn) {
        desk.report.error(Code::E0373, span).arg("key", key).help("E0373-help");
    }
}

/// Whether a run of letters is longer, more mixed and more even than what somebody would write: a key.
fn looks_drawn(run: &str) -> bool {
    let has = |fits: fn(&char) -> bool| run.chars().any(|letter| fits(&letter));
    if run.len() < SHORTEST_SECRET || !has(char::is_ascii_digit) || !has(char::is_ascii_alphabetic) {
        return false;
    }
    let all = run.len() as f64;
    let mut counts = std::collections::BTreeMap::new();
    for letter in run.bytes() {
        *counts.entry(letter).or_insert(0_u32) += 1;
    }
    let bits: f64 =
        counts.values().map(|count| f64::from(*count) / all).map(|part| -part * part.log2()).sum();
    bits >= DRAWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_drawn_and_words_do_not() {
        for key in [
            "73febdcb-1b38-4d1b-a994-790f21fc8d30",
            "SEC4f6b7a0c9e8d7f6a5b4c3d2e1f0a9b8c7d6",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3",
        ] {
            assert!(looks_drawn(key), "{key}");
        }
        for word in
            ["cgi-bin", "SMS_123456789", "application-json-charset", "2026-11-23-0000000000", "v1", "x"]
        {
            assert!(!looks_drawn(word), "{word}");
        }
    }

    #[test]
    fn a_status_is_a_number_or_a_hundred() {
        assert_eq!((status("2xx"), status("429")), (Some((200, 299)), Some((429, 429))));
        assert_eq!([status("ok"), status("6xx"), status("42"), status("")], [None; 4]);
    }
}
