//! `kind: http_json`: a provider of messages.

use super::values::{headers, named_secret, no_secret, rate, said, setting, timeout, url};
use super::{needed_secret, on_unknown};
use crate::decode::desk::Desk;
use crate::library::{Auth, Content, HttpJsonChannel, Method, Setting, Sign, SignedBy};
use crate::step::TextTemplate;
use crate::syntax::Fields;
use crate::template;
use crate::yaml::{Kind, Node};
use model::provider::Match;
use model::{Length, Value};

/// The whole of a message's variables as a value of its own.
const VARS: &str = "{{vars}}";

pub(super) fn read(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<HttpJsonChannel> {
    let url = desk.need(fields, "url").and_then(|node| url(node, true, desk));
    let method = desk.take(fields, "method").and_then(|node| {
        desk.word(node, "method", &[("POST", Method::Post), ("GET", Method::Get), ("PUT", Method::Put)])
    });
    let headers = headers(fields, desk);
    let body = desk.take(fields, "body").and_then(|node| content("body", node, desk));
    let signature = desk.take(fields, "signature").and_then(|node| desk.text(node));
    let sign = sign(fields, desk);
    let by = sign.as_ref().map(|sign| sign.by);
    let auth = desk.take(fields, "auth").and_then(|node| auth(node, desk));
    let success = said(fields, "success", desk).or_else(|| by.map(usual_success));
    let retry_on = said(fields, "retry_on", desk).or_else(|| by.map(usual_retry)).unwrap_or_default();
    let bounce_on = said(fields, "bounce_on", desk).or_else(|| by.map(usual_bounce)).unwrap_or_default();
    let keep = desk.take(fields, "keep").and_then(|node| desk.text(node));
    let keep = keep.or_else(|| by.map(|by| usual_id(by).to_owned()));
    let rate = rate(fields, desk).unwrap_or_default();
    let on_unknown = on_unknown(fields, desk);
    let timeout_seconds = timeout(fields, desk);
    let method = method.unwrap_or(if body.is_some() || by.is_some() { Method::Post } else { Method::Get });
    Some(HttpJsonChannel {
        url: url?,
        method,
        headers,
        body,
        signature,
        success,
        retry_on,
        bounce_on,
        keep,
        rate,
        on_unknown,
        auth: auth.map(Box::new),
        sign: sign.map(Box::new),
        timeout_seconds,
    })
}

/// A value of the body; `key`: what it is the value of.
fn content(key: &str, node: &Node, desk: &mut Desk<'_>) -> Option<Content> {
    match &node.kind {
        Kind::Null => Some(Content::Null),
        Kind::Bool(yes) => Some(Content::Literal(Value::YesNo(*yes))),
        Kind::Number(_) => desk.number(node).map(|number| Content::Literal(Value::Number(number))),
        Kind::Text { .. } => {
            let text = desk.written(node)?;
            if text.split_whitespace().collect::<String>() == VARS {
                return Some(Content::Vars);
            }
            let span = node.place_of(desk.sources, 0, text.len());
            if !template::check_call(text, span, desk.library, desk.report) {
                return None;
            }
            if !text.contains("{{") {
                no_secret(text, key, node.span, desk);
            }
            Some(Content::Text(TextTemplate { source: text.to_owned(), span }))
        }
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(|item| content(key, item, desk)).collect();
            items.into_iter().collect::<Option<_>>().map(Content::List)
        }
        Kind::Map(entries) => {
            let only = entries.first().filter(|_| entries.len() == 1);
            if only.is_some_and(|only| only.key == "secret") {
                return named_secret(node, desk).map(Content::Secret);
            }
            let fields: Vec<_> = entries
                .iter()
                .map(|entry| Some((entry.key.clone(), content(&entry.key, &entry.value, desk)?)))
                .collect();
            fields.into_iter().collect::<Option<_>>().map(Content::Map)
        }
    }
}

/// `auth: { url, json: access_token, for: 7000 seconds }`.
fn auth(node: &Node, desk: &mut Desk<'_>) -> Option<Auth> {
    let mut inner = desk.fields(node, "thing-auth")?;
    let url = desk.need(&mut inner, "url").and_then(|node| url(node, false, desk));
    let headers = headers(&mut inner, desk);
    let body = desk.take(&mut inner, "body");
    let form = desk.take(&mut inner, "form");
    let mut fields: Vec<(String, Setting)> = Vec::new();
    for entry in [body, form].into_iter().flatten().flat_map(|node| desk.entries(node)).collect::<Vec<_>>() {
        if let Some(value) = setting(&entry.value, desk) {
            if let Setting::Plain(text) = &value {
                no_secret(text, &entry.key, entry.value.span, desk);
            }
            fields.push((entry.key.clone(), value));
        }
    }
    let json = desk.need(&mut inner, "json").and_then(|node| desk.text(node));
    let lasts = desk.take(&mut inner, "for").and_then(|node| desk.length_in(node, "seconds"));
    let refresh_on = said(&mut inner, "refresh_on", desk).unwrap_or_default();
    desk.close(inner);
    let lasts = lasts.unwrap_or_else(|| Length::from_minutes(110));
    Some(Auth { url: url?, headers, fields, form: form.is_some(), json: json?, lasts, refresh_on })
}

/// `sign: aliyun | tencent` with what belongs to it.
fn sign(fields: &mut Fields<'_>, desk: &mut Desk<'_>) -> Option<Sign> {
    let node = desk.take(fields, "sign")?;
    let by = desk.word(node, "sign", &[("aliyun", SignedBy::Aliyun), ("tencent", SignedBy::Tencent)]);
    let (key_id, key) = (needed_secret(fields, "key_id", desk), needed_secret(fields, "key", desk));
    let mut text =
        |key: &'static str, desk: &mut Desk<'_>| desk.take(fields, key).and_then(|node| desk.text(node));
    let (action, version, region) = (text("action", desk), text("version", desk), text("region", desk));
    let by = by?;
    let (usual_version, usual_region) = match by {
        SignedBy::Aliyun => ("2017-05-25", ""),
        SignedBy::Tencent => ("2021-01-11", "ap-guangzhou"),
    };
    Some(Sign {
        by,
        key_id: key_id?,
        key: key?,
        action: action.unwrap_or_else(|| "SendSms".to_owned()),
        version: version.unwrap_or_else(|| usual_version.to_owned()),
        region: region.unwrap_or_else(|| usual_region.to_owned()),
    })
}

/// The way to what Tencent says of the one number that it was given.
const OF_TENCENT: &str = "Response.SendStatusSet.0.Code";

fn usual_success(by: SignedBy) -> Match {
    match by {
        SignedBy::Aliyun => Match::of_json("Code", ["OK"]),
        SignedBy::Tencent => Match::of_json(OF_TENCENT, ["Ok"]),
    }
}

/// What both document as passing: too much for one number or one account, and trouble of their own.
fn usual_retry(by: SignedBy) -> Match {
    match by {
        SignedBy::Aliyun => Match::of_json(
            "Code",
            [
                "isv.BUSINESS_LIMIT_CONTROL",
                "isp.SYSTEM_ERROR",
                "Throttling",
                "Throttling.User",
                "ServiceUnavailable",
                "InternalError",
            ],
        ),
        SignedBy::Tencent => Match::of_json(
            OF_TENCENT,
            [
                "LimitExceeded.PhoneNumberThirtySecondLimit",
                "LimitExceeded.PhoneNumberOneHourLimit",
                "LimitExceeded.DeliveryFrequencyLimit",
                "InternalError.Timeout",
                "InternalError.OtherError",
            ],
        )
        .or_json("Response.Error.Code", ["RequestLimitExceeded", "InternalError"]),
    }
}

fn usual_bounce(by: SignedBy) -> Match {
    match by {
        SignedBy::Aliyun => Match::of_json("Code", ["isv.MOBILE_NUMBER_ILLEGAL"]),
        SignedBy::Tencent => Match::of_json(
            OF_TENCENT,
            ["InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist"],
        ),
    }
}

fn usual_id(by: SignedBy) -> &'static str {
    match by {
        SignedBy::Aliyun => "BizId",
        SignedBy::Tencent => "Response.SendStatusSet.0.SerialNo",
    }
}
