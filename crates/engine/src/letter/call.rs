//! What a channel by HTTP is told: fields to another system, a line to a robot, a provider's body with the values of
//! the message in it.

use crate::published::Published;
use channels::percent;
use channels::provider::{Call, TOKEN, secret_tag};
use dsl::library::{Channel, Content, HttpJsonChannel, Setting};
use interpreter::facts::Facts;
use interpreter::render::{Rendered, customer_context, merge};
use interpreter::turn::zone_of;
use jiff::Timestamp;
use model::words::{self, Language};
use model::{Outgoing, Recipient, Rep, RepId, Snapshot};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What is told.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// Fields, to a webhook.
    Fields(Map<String, Json>),
    /// A line, to a robot.
    Line(String),
    /// A call, to a provider.
    Call(Call),
}

/// Words of a message, rendered.
pub(super) struct Said<'m> {
    /// Whom it is for: an address, or a colleague's name.
    pub to: &'m str,
    /// The subject; empty: none.
    pub subject: &'m str,
    /// The text.
    pub text: &'m str,
}

impl<'m> Said<'m> {
    pub(super) fn of(to: &'m str, rendered: &'m Rendered) -> Self {
        Self { to, subject: &rendered.subject, text: &rendered.text }
    }
}

/// What a word to colleagues, or the `body` of a step, is on this channel.
pub(super) fn to_channel(
    published: &Published,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    channel: &str,
    now: Timestamp,
) -> Result<Told, String> {
    let body = outgoing.context.get("body").and_then(Json::as_object).cloned().unwrap_or_default();
    let field = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default();
    match published.project.library.channels.get(channel) {
        Some(Channel::Robot(_)) => {
            let language = Language::from_tag(&published.project.settings.language);
            let name = reps.get(&RepId::new(field("to"))).map(|rep| rep.name.as_str());
            let to = name.filter(|name| !name.is_empty()).unwrap_or(field("to"));
            Ok(Told::Line(words::say(language, "robot-line", &[("to", to), ("text", field("text"))])))
        }
        Some(Channel::HttpJson(provider)) => {
            let said = Said { to: field("to"), subject: "", text: field("text") };
            call(published, reps, snapshot, outgoing, provider, &said, now).map(Told::Call)
        }
        Some(Channel::Webhook(_) | Channel::Smtp(_) | Channel::File { .. } | Channel::ByHand { .. })
        | None => Ok(Told::Fields(body)),
    }
}

/// What a message to a customer is on this channel; `None`: the channel is not one by HTTP.
pub(super) fn to_customer(
    published: &Published,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    said: &Said<'_>,
    now: Timestamp,
) -> Result<Option<(String, Told)>, String> {
    let Some(name) = &outgoing.via else { return Ok(None) };
    let told = match published.project.library.channels.get(name) {
        Some(Channel::HttpJson(provider)) => {
            Told::Call(call(published, reps, snapshot, outgoing, provider, said, now)?)
        }
        Some(Channel::Webhook(_)) => {
            let fields = [
                ("customer", outgoing.customer.as_str()),
                ("to", said.to),
                ("subject", said.subject),
                ("text", said.text),
                ("template", outgoing.template.as_str()),
                ("workflow", outgoing.workflow.as_str()),
            ];
            let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
            Told::Fields(fields.map(|(name, value)| (name.to_owned(), value.into())).collect())
        }
        Some(Channel::Smtp(_) | Channel::Robot(_) | Channel::File { .. } | Channel::ByHand { .. }) | None => {
            return Ok(None);
        }
    };
    Ok(Some((name.clone(), told)))
}

fn call(
    published: &Published,
    reps: &BTreeMap<RepId, Rep>,
    snapshot: &Snapshot,
    outgoing: &Outgoing,
    provider: &HttpJsonChannel,
    said: &Said<'_>,
    now: Timestamp,
) -> Result<Call, String> {
    let world = published.world();
    let zone = zone_of(&world, snapshot);
    let facts = Facts::outside(&world, reps, snapshot, &zone, now);
    let mut context = merge(&outgoing.context, customer_context(&facts));
    let text = signed(said.text.trim_end(), provider.signature.as_deref());
    let own = [
        ("text", text.as_str()),
        ("subject", said.subject),
        ("to", said.to),
        ("id", outgoing.id.as_str()),
        ("template", outgoing.template.as_str()),
        ("token", TOKEN),
    ];
    if let Json::Object(all) = &mut context {
        all.extend(own.map(|(name, value)| (name.to_owned(), Json::from(value))));
    }
    let url = match &provider.url {
        Setting::Plain(url) if url.contains("{{") => Some(address(published, url, &context)?),
        Setting::Plain(_) | Setting::Secret(_) => None,
    };
    let body = match &provider.body {
        Some(content) => filled(published, content, &context)?,
        None => Json::Null,
    };
    Ok(Call { id: outgoing.id.to_string(), url, body })
}

/// The text with the sign of who writes before it, unless it has one.
fn signed(text: &str, signature: Option<&str>) -> String {
    match signature.map(|sign| sign.trim_matches(['【', '】', ' '])) {
        Some(sign) if !sign.is_empty() && !text.starts_with('【') => format!("【{sign}】{text}"),
        Some(_) | None => text.to_owned(),
    }
}

/// The address with the values of its tags, each encoded, so that none of them ends the part it stands in. The
/// token stays a tag: it is known only when the call is made.
fn address(published: &Published, url: &str, context: &Json) -> Result<String, String> {
    let mut out = String::new();
    let mut left = url;
    while let Some((before, rest)) = left.split_once("{{") {
        let Some((tag, after)) = rest.split_once("}}") else { break };
        out.push_str(before);
        if tag.trim() == "token" {
            out.push_str("{{token}}");
        } else {
            let value = published.renderer.text(&format!("{{{{{tag}}}}}"), context);
            out.push_str(&percent(&value.map_err(|error| error.to_string())?));
        }
        left = after;
    }
    out.push_str(left);
    Ok(out)
}

/// The body with the values of its tags.
fn filled(published: &Published, content: &Content, context: &Json) -> Result<Json, String> {
    Ok(match content {
        Content::Text(text) => {
            Json::String(published.renderer.text(&text.source, context).map_err(|error| error.to_string())?)
        }
        Content::Vars => context.get("vars").cloned().unwrap_or_else(|| Json::Object(Map::new())),
        Content::Literal(value) => value.to_plain_json(),
        Content::Null => Json::Null,
        Content::Secret(name) => Json::String(secret_tag(name)),
        Content::List(items) => {
            let items: Result<Vec<Json>, String> =
                items.iter().map(|item| filled(published, item, context)).collect();
            Json::Array(items?)
        }
        Content::Map(fields) => {
            let fields: Result<Map<String, Json>, String> = fields
                .iter()
                .map(|(name, value)| Ok((name.clone(), filled(published, value, context)?)))
                .collect();
            Json::Object(fields?)
        }
    })
}

impl Told {
    /// The text and the fields that a folder keeps of it.
    pub(super) fn to_keep(&self) -> (String, Map<String, Json>) {
        match self {
            Self::Fields(fields) => (String::new(), fields.clone()),
            Self::Line(text) => (text.clone(), Map::new()),
            Self::Call(call) => {
                let url = call.url.as_deref().map(|url| ("url".to_owned(), Json::from(url)));
                let body = Some(("body".to_owned(), shown(&call.body))).filter(|_| !call.body.is_null());
                (String::new(), url.into_iter().chain(body).collect())
            }
        }
    }
}

/// A body to look at: what is secret is named.
fn shown(body: &Json) -> Json {
    match body {
        Json::String(text) => Json::String(text.replace('\0', "*")),
        Json::Array(items) => items.iter().map(shown).collect(),
        Json::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => body.clone(),
    }
}

/// Whether a message asks another system for an answer that a step reads.
pub(crate) fn is_asked(outgoing: &Outgoing) -> bool {
    match outgoing.to {
        Recipient::Channel(_) => outgoing.text.is_none(),
        Recipient::Customer | Recipient::Rep(_) | Recipient::Role(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_bears_one_signature() {
        assert_eq!(signed("您好", Some("云杉")), "【云杉】您好");
        assert_eq!(signed("您好", Some("【云杉】")), "【云杉】您好");
        assert_eq!(signed("【云杉】您好", Some("云杉")), "【云杉】您好");
        assert_eq!(signed("您好", None), "您好");
    }
}
