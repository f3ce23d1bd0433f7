//! The small library files: topics, senders and brand, tables, policies, channels.

use super::desk::Desk;
use super::names::Names;
use super::scoring::spread;
use super::step_people::colleague;
use crate::diagnostic::{Code, suggest};
use crate::library::{Brand, Channel, Sender, Setting, SmtpChannel, Topic, WebhookChannel};
use crate::source::Spanned;
use crate::syntax::Fields;
use crate::yaml::{Entry, Node};
use model::{Decimal, OnUnknown, Type};
use std::collections::BTreeMap;

/// One topic of `topics:`.
pub(super) fn topic(entry: &Entry, desk: &mut Desk<'_>) -> Option<(String, Topic)> {
    if matches!(entry.key.as_str(), "none" | "transactional") {
        let taken = desk.report.error(Code::E0601, entry.key_span).message("E0601-topic");
        taken.arg("name", &entry.key).help("E0601-help-topic");
    }
    let mut fields = desk.fields(&entry.value, "thing-topic")?;
    let class = desk.need(&mut fields, "class");
    let marketing =
        class.and_then(|node| desk.word(node, "class", &[("marketing", true), ("transactional", false)]));
    let title = desk.take(&mut fields, "title").and_then(|node| desk.text(node));
    desk.close(fields);
    Some((
        entry.key.clone(),
        Topic { marketing: marketing?, title: title.unwrap_or_else(|| entry.key.clone()) },
    ))
}

/// One sender of `senders:`.
pub(super) fn sender(entry: &Entry, desk: &mut Desk<'_>) -> Option<Sender> {
    if entry.key == "owner" {
        desk.report.error(Code::E0609, entry.key_span).help("E0609-help");
        return None;
    }
    let mut fields = desk.fields(&entry.value, "thing-sender")?;
    let address = desk.need(&mut fields, "address").and_then(|node| email(node, desk));
    let name = desk.take(&mut fields, "name").and_then(|node| desk.text(node)).unwrap_or_default();
    let reply_to = match desk.take(&mut fields, "reply_to") {
        Some(node) if node.raw_text() == Some("owner") => Some("owner".to_owned()),
        Some(node) => email(node, desk),
        None => None,
    };
    let ad_label = desk.take(&mut fields, "ad_label").and_then(|node| desk.text(node));
    let per_day = desk.take(&mut fields, "per_day");
    let per_day = per_day.map(|node| desk.whole(node, "per_day", 1, 1_000_000_000));
    let per_day = spread(per_day)?.and_then(|most| u32::try_from(most).ok());
    let cost = spread(desk.take(&mut fields, "cost").map(|node| cost(node, desk)))?;
    // The standard footer is the layout's own: the brand's name and address.
    let footer = desk.take(&mut fields, "footer").and_then(|node| {
        let text = desk.spanned(node)?;
        // One word that is almost that one is no text to send.
        if text.value != "standard" && suggest(&text.value, ["standard"]).is_some() {
            let wrong = desk.report.error(Code::E0635, text.span).message("E0635-footer");
            wrong.arg("text", &text.value).did_you_mean(Some("standard")).fix(text.span, "standard");
        }
        Some(text.value)
    });
    let footer = footer.filter(|footer| footer != "standard" && !footer.is_empty());
    desk.close(fields);
    Some(Sender { id: entry.key.clone(), address: address?, name, reply_to, ad_label, footer, per_day, cost })
}

fn cost(node: &Node, desk: &mut Desk<'_>) -> Option<Decimal> {
    let cost = desk.number(node)?;
    if cost < Decimal::ZERO {
        desk.report.error(Code::E0365, node.span).help("E0365-help");
        return None;
    }
    Some(cost)
}

fn email(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    desk.value(node, &Type::Email)?.as_text().map(str::to_owned)
}

/// `brand:` beside the senders.
pub(super) fn brand(node: &Node, desk: &mut Desk<'_>) -> Option<Brand> {
    let mut fields = desk.fields(node, "thing-brand")?;
    let mut text = |key: &'static str, desk: &mut Desk<'_>| {
        let node = desk.take(&mut fields, key)?;
        desk.spanned(node)
    };
    let name = text("name", desk).map(|text| text.value).unwrap_or_default();
    let logo = text("logo", desk);
    let color = text("color", desk);
    let address = text("address", desk).map(|text| text.value);
    let country = text("country", desk);
    desk.close(fields);
    if let Some(logo) = &logo {
        let is_picture = |path: &str| {
            let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
            let ending = ending.unwrap_or_default();
            ["png", "jpg", "jpeg", "gif", "webp", "svg"].contains(&ending.as_str())
        };
        let inside =
            logo.value.strip_prefix("assets/").is_some_and(|path| !path.split('/').any(|part| part == ".."));
        if !(logo.value.starts_with("https://") || (inside && is_picture(&logo.value))) {
            let wrong = desk.report.error(Code::E0635, logo.span).arg("text", &logo.value);
            wrong.help("E0635-help");
        }
    }
    if let Some(country) = &country {
        let letters = country.value.chars().all(|letter| letter.is_ascii_uppercase());
        if country.value.len() != 2 || !letters {
            let meant = country_meant(&country.value);
            let wrong = desk.report.error(Code::E0635, country.span).message("E0635-country");
            wrong.arg("text", &country.value).did_you_mean(meant.clone()).help("E0635-help-country");
            if let Some(meant) = meant {
                wrong.fix(country.span, meant);
            }
        }
    }
    if let Some(color) = &color {
        let digits = color.value.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            desk.report.error(Code::E0610, color.span).arg("text", &color.value).help("E0610-help");
        }
    }
    let value = |text: Option<Spanned<String>>| text.map(|text| text.value);
    Some(Brand { name, logo: value(logo), color: value(color), address, country: value(country) })
}

/// The code of a country that was written in another way.
fn country_meant(text: &str) -> Option<String> {
    const KNOWN: [(&str, &[&str]); 6] = [
        ("CN", &["china", "prc", "中国", "中华人民共和国", "chn"]),
        ("DE", &["germany", "deutschland", "德国", "deu"]),
        ("US", &["usa", "united states", "america", "美国"]),
        ("GB", &["uk", "united kingdom", "england", "英国"]),
        ("JP", &["japan", "日本", "jpn"]),
        ("SG", &["singapore", "新加坡", "sgp"]),
    ];
    let lower = text.trim().to_lowercase();
    let named =
        KNOWN.iter().find(|(_, words)| words.contains(&lower.as_str())).map(|(code, _)| (*code).to_owned());
    let is_code = lower.len() == 2 && lower.bytes().all(|letter| letter.is_ascii_alphabetic());
    named.or_else(|| is_code.then(|| lower.to_uppercase()))
}

/// One table of `tables:`.
pub(super) fn table(entry: &Entry, desk: &mut Desk<'_>) -> (String, BTreeMap<String, String>) {
    let mut rows = BTreeMap::new();
    for row in desk.entries(&entry.value) {
        rows.extend(desk.text(&row.value).map(|value| (row.key.clone(), value)));
    }
    (entry.key.clone(), rows)
}

/// One channel of `channels:`.
pub(super) fn channel(entry: &Entry, names: &Names, desk: &mut Desk<'_>) -> Option<(String, Channel)> {
    let mut fields = desk.fields(&entry.value, "thing-channel")?;
    let Some(kind) = desk.need(&mut fields, "kind") else {
        // Which keys belong to it only the kind says: of the others nothing can be said but this.
        let misspelt = fields.others().find(|entry| suggest(&entry.key, ["kind"]).is_some());
        if let Some(misspelt) = misspelt {
            fields.is_misspelt("kind", desk.report);
            fields.say_misspelt(misspelt, "kind", desk.report);
        }
        return None;
    };
    let kind = desk.spanned(kind)?;
    let channel = match kind.value.as_str() {
        "smtp" => smtp(&mut fields, desk).map(Channel::Smtp),
        "file" => desk.need(&mut fields, "folder").and_then(|node| desk.spanned(node)).and_then(|folder| {
            let outside = folder.value.starts_with(['/', '\\'])
                || folder.value.contains(':')
                || folder.value.split(['/', '\\']).any(|part| part == "..");
            if outside {
                desk.report.error(Code::E0611, folder.span).arg("text", &folder.value);
                return None;
            }
            Some(Channel::File { folder: folder.value })
        }),
        "webhook" => webhook(&mut fields, desk).map(Channel::Webhook),
        "by_hand" => {
            let to = desk.need(&mut fields, "to").and_then(|node| colleague(names, desk, node));
            to.map(|to| Channel::ByHand { to })
        }
        kept @ ("http_json" | "wecom" | "dingtalk" | "feishu" | "slack") => {
            desk.not_built(&format!("kind: {kept}"), kind.span);
            return None;
        }
        other => {
            desk.unknown(Code::E0612, other, kind.span, ["smtp", "file", "webhook", "by_hand"]);
            return None;
        }
    };
    desk.close(fields);
    channel.map(|channel| (entry.key.clone(), channel))
}

fn smtp(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<SmtpChannel> {
    let host = desk.need(fields, "host").and_then(|node| desk.text(node));
    let port = desk.take(fields, "port").and_then(|node| desk.whole(node, "port", 1, 65_535));
    let tls = desk.take(fields, "tls").and_then(|node| {
        desk.word(node, "tls", &[("implicit", "implicit"), ("starttls", "starttls"), ("none", "none")])
    });
    let user = secret(fields, "user", desk);
    let password = secret(fields, "password", desk);
    let connections =
        desk.take(fields, "connections").and_then(|node| desk.whole(node, "connections", 1, 64));
    let on_unknown = desk.take(fields, "on_unknown").and_then(|node| {
        desk.word(node, "on_unknown", &[("hold", OnUnknown::Hold), ("resend", OnUnknown::Resend)])
    });
    let port = port.and_then(|port| u16::try_from(port).ok());
    // Port 587 is the one for STARTTLS; every other speaks TLS from the first byte, unless the file says so.
    let usual = if port == Some(587) { "starttls" } else { "implicit" };
    Some(SmtpChannel {
        host: host?,
        port: port.unwrap_or(465),
        tls: tls.unwrap_or(usual).to_owned(),
        user,
        password,
        connections: connections.and_then(|count| u32::try_from(count).ok()).unwrap_or(8),
        on_unknown,
    })
}

/// `{ secret: NAME }`; a secret itself must never stand in a file.
/// `kind: webhook`.
fn webhook(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<WebhookChannel> {
    let url = desk.need(fields, "url").and_then(|node| {
        let url = setting(node, desk)?;
        let fine = |text: &str| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            host.is_some_and(|host| host.starts_with(char::is_alphanumeric) || host.starts_with('['))
        };
        match &url {
            Setting::Plain(text) if !fine(text) || text.contains(char::is_whitespace) => {
                desk.report.error(Code::E0357, node.span).arg("text", text).help("E0357-help");
                None
            }
            Setting::Plain(_) | Setting::Secret(_) => Some(url),
        }
    });
    let mut headers = Vec::new();
    for entry in desk.take(fields, "headers").map(|node| desk.entries(node)).unwrap_or_default() {
        let named = entry.key.len() <= 60
            && entry.key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !named {
            desk.report.error(Code::E0358, entry.key_span).arg("name", &entry.key).help("E0358-help");
            continue;
        }
        headers.extend(setting(&entry.value, desk).map(|value| (entry.key.clone(), value)));
    }
    let timeout = desk.take(fields, "timeout").and_then(|node| {
        let seconds = desk.length_in(node, "seconds")?.approximate_ms() / 1000;
        if !(1..=60).contains(&seconds) {
            desk.report.error(Code::E0359, node.span).help("E0359-help");
            return None;
        }
        u32::try_from(seconds).ok()
    });
    Some(WebhookChannel { url: url?, headers, timeout_seconds: timeout.unwrap_or(10) })
}

/// A text, or `{ secret: NAME }`.
fn setting(node: &crate::yaml::Node, desk: &mut Desk<'_>) -> Option<Setting> {
    if node.entries().is_none() {
        return desk.text(node).map(Setting::Plain);
    }
    named_secret(node, desk).map(Setting::Secret)
}

/// `{ secret: NAME }`: a name that the environment can have, in capitals as everywhere.
fn named_secret(node: &crate::yaml::Node, desk: &mut Desk<'_>) -> Option<String> {
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

fn secret(fields: &mut Fields<'_>, key: &'static str, desk: &mut Desk<'_>) -> Option<String> {
    let node = desk.take(fields, key)?;
    if node.entries().is_none() {
        desk.report.error(Code::E0613, node.span).arg("key", key).help("E0613-help");
        return None;
    }
    named_secret(node, desk)
}
