//! `channels:`: how to speak.

mod http_json;
mod values;

use super::desk::Desk;
use super::names::Names;
use super::step_people::colleague;
use crate::diagnostic::{Code, suggest};
use crate::library::{Channel, Chat, RobotChannel, SmtpChannel, WebhookChannel};
use crate::syntax::Fields;
use crate::yaml::{Entry, Node};
use model::{MAILBOXES, OnUnknown, Rate};
use std::collections::BTreeMap;
use values::{headers, limits, named_secret, rate, timeout, url};

/// Every kind, in the order of the reference.
const KINDS: [&str; 9] =
    ["smtp", "file", "webhook", "http_json", "wecom", "dingtalk", "feishu", "slack", "by_hand"];

/// Each provider that is not named.
const OTHER: &str = "other";

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
        "http_json" => http_json::read(&mut fields, desk).map(|channel| Channel::HttpJson(Box::new(channel))),
        "wecom" => robot(Chat::WeCom, &mut fields, desk),
        "dingtalk" => robot(Chat::DingTalk, &mut fields, desk),
        "feishu" => robot(Chat::Feishu, &mut fields, desk),
        "slack" => robot(Chat::Slack, &mut fields, desk),
        "by_hand" => {
            let to = desk.need(&mut fields, "to").and_then(|node| colleague(names, desk, node));
            to.map(|to| Channel::ByHand { to })
        }
        other => {
            desk.unknown(Code::E0612, other, kind.span, KINDS);
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
    let on_unknown = on_unknown(fields, desk);
    let rate = rate(fields, desk).unwrap_or_default();
    let mut providers = providers(fields, desk);
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
        rate,
        other: providers.remove(OTHER).unwrap_or_default(),
        providers,
    })
}

/// `providers: { gmail: { per_second: 10 }, other: { per_minute: 60 } }`.
fn providers(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> BTreeMap<String, Rate> {
    let mut providers = BTreeMap::new();
    for entry in desk.take(fields, "providers").map(|node| desk.entries(node)).unwrap_or_default() {
        let name = entry.key.to_ascii_lowercase();
        let known = || MAILBOXES.into_iter().chain([OTHER]);
        if !name.contains('.') && !known().any(|known| known == name) {
            let wrong = desk.report.error(Code::E0635, entry.key_span).message("E0635-provider");
            wrong.arg("text", &entry.key).did_you_mean(suggest(&name, known())).help("E0635-help-provider");
            continue;
        }
        providers.extend(limits(&entry.value, desk).map(|rate| (name, rate)));
    }
    providers
}

fn on_unknown(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<OnUnknown> {
    desk.take(fields, "on_unknown").and_then(|node| {
        desk.word(node, "on_unknown", &[("hold", OnUnknown::Hold), ("resend", OnUnknown::Resend)])
    })
}

/// `kind: webhook`.
fn webhook(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<WebhookChannel> {
    let url = desk.need(fields, "url").and_then(|node| url(node, false, desk));
    let key = secret(fields, "key", desk);
    let headers = headers(fields, desk);
    let timeout_seconds = timeout(fields, desk);
    let rate = rate(fields, desk).unwrap_or_default();
    Some(WebhookChannel { url: url?, key, headers, timeout_seconds, rate })
}

/// `kind: wecom | dingtalk | feishu | slack`.
fn robot(chat: Chat, fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Channel> {
    let url = desk.need(fields, "url").and_then(|node| url(node, false, desk));
    let key = match chat {
        Chat::DingTalk | Chat::Feishu => secret(fields, "key", desk),
        // Theirs is in the address.
        Chat::WeCom | Chat::Slack => None,
    };
    let rate = rate(fields, desk);
    Some(Channel::Robot(RobotChannel { chat, url: url?, key, rate }))
}

/// `{ secret: NAME }`; a secret itself must never stand in a file.
pub(super) fn secret(fields: &mut Fields<'_>, key: &'static str, desk: &mut Desk<'_>) -> Option<String> {
    let node = desk.take(fields, key)?;
    by_name(node, key, desk)
}

/// The same where it must be there.
fn needed_secret(fields: &mut Fields<'_>, key: &'static str, desk: &mut Desk<'_>) -> Option<String> {
    let node = desk.need(fields, key)?;
    by_name(node, key, desk)
}

fn by_name(node: &Node, key: &'static str, desk: &mut Desk<'_>) -> Option<String> {
    if node.entries().is_none() {
        desk.report.error(Code::E0613, node.span).arg("key", key).help("E0613-help");
        return None;
    }
    named_secret(node, desk)
}
