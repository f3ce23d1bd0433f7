//! Slack: the address holds the key; `ok`, or a status with a word; about one message a second.

use super::{MINUTE, Verdict};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

/// `&`, `<` and `>` are how Slack marks calls and links: a text that has them escaped has none.
pub(super) fn body(text: &str) -> Json {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({ "text": text, "link_names": false })
}

pub(super) fn verdict(status: u16, text: &str, wait: Option<SignedDuration>) -> Verdict {
    match status {
        200 if text.trim() == "ok" => Verdict::Said,
        429 => Verdict::Later(Some(wait.unwrap_or(MINUTE))),
        500..=599 => Verdict::Later(wait),
        // invalid_token, action_prohibited, no_service, no_team, channel_not_found, channel_is_archived
        401 | 403 | 404 | 410 => Verdict::Shut,
        // invalid_payload, no_text, too_many_attachments
        400..=499 => Verdict::No,
        _ => Verdict::Odd,
    }
}
