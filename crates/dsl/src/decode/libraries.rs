//! The small library files: topics, senders and brand, tables.

use super::desk::Desk;
use super::scoring::spread;
use super::sender::{dkim, warm_up};
use crate::diagnostic::{Code, suggest};
use crate::library::{Brand, Sender, Topic, Tracking};
use crate::source::Spanned;
use crate::template::picture;
use crate::yaml::{Entry, Node};
use model::{Decimal, Type};
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
    let ad_label = ad_label.map(|label| if label == "off" { String::new() } else { label });
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
    let bounce_domain = spread(desk.take(&mut fields, "bounce_domain").map(|node| domain(node, desk)))?;
    let dkim = desk.take(&mut fields, "dkim").map(|node| dkim(node, address.as_deref(), desk));
    let warm_up = desk.take(&mut fields, "warm_up").map(|node| warm_up(node, desk));
    desk.close(fields);
    let (dkim, warm_up) = (spread(dkim)?, spread(warm_up)?);
    Some(Sender {
        id: entry.key.clone(),
        address: address?,
        name,
        reply_to,
        ad_label,
        footer,
        bounce_domain,
        per_day,
        cost,
        dkim,
        warm_up,
    })
}

/// The name of a host that takes mail.
pub(super) fn domain(node: &Node, desk: &mut Desk<'_>) -> Option<String> {
    let text = desk.spanned(node)?;
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    // An address of the return path has 64 letters before the at, and 254 in all.
    if text.value.len() <= 180 && text.value.contains('.') && text.value.split('.').all(part) {
        return Some(text.value.to_ascii_lowercase());
    }
    let wrong = desk.report.error(Code::E0635, text.span).message("E0635-domain");
    wrong.arg("text", &text.value).help("E0635-help-domain");
    None
}

/// A brand of China says before its advertising that it is some.
pub(super) fn labelled(senders: &Node, desk: &mut Desk<'_>) {
    for sender in desk.entries(senders) {
        let label = desk.entries(&sender.value).iter().find(|entry| entry.key == "ad_label");
        if let Some(label) = label.filter(|label| label.value.raw_text() == Some("off")) {
            let wrong = desk.report.error(Code::E0635, label.value.span).message("E0635-ad_label");
            wrong.help("E0635-help-ad_label").fix(label.value.span, "广告");
        }
    }
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
    let choices = [
        ("all", Tracking::default()),
        ("clicks", Tracking { opens: false, clicks: true }),
        ("opens", Tracking { opens: true, clicks: false }),
        ("none", Tracking { opens: false, clicks: false }),
    ];
    let tracking = desk.take(&mut fields, "tracking").and_then(|node| desk.word(node, "tracking", &choices));
    let utm = desk.take(&mut fields, "utm").and_then(|node| desk.yes_no(node));
    desk.close(fields);
    if address.as_deref().is_none_or(|address| address.trim().is_empty()) {
        desk.report.warning(Code::W0532, node.span).help("W0532-help");
    }
    if let Some(logo) = &logo {
        if logo.value.starts_with("https://") && picture::is_unseen(&logo.value) {
            desk.report.warning(Code::W0536, logo.span).help("W0536-help");
        }
        let is_picture = |path: &str| {
            let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
            let ending = ending.unwrap_or_default();
            ["png", "jpg", "jpeg", "gif"].contains(&ending.as_str())
        };
        let inside =
            logo.value.strip_prefix("assets/").is_some_and(|path| !path.split('/').any(|part| part == ".."));
        if !(logo.value.starts_with("https://") || (inside && is_picture(&logo.value))) {
            let wrong = desk.report.error(Code::E0635, logo.span).arg("text", &logo.value);
            wrong.help("E0635-help");
        } else if inside {
            picture::one(&logo.value, logo.span, desk.sources, desk.report);
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
    Some(Brand {
        name,
        logo: value(logo),
        color: value(color),
        address,
        country: value(country),
        tracking: tracking.unwrap_or_default(),
        utm: utm.unwrap_or(true),
    })
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
