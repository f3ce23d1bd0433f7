//! 飞书: signed in the body, with instant and key together as the key over nothing; 100 messages a minute.

use super::{MINUTE, Verdict};
use crate::digest::{base64, hmac};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

pub(super) fn body(text: &str, key: Option<&str>, now: Timestamp) -> Json {
    let mut body = json!({ "msg_type": "text", "content": { "text": text } });
    if let (Some(key), Some(fields)) = (key, body.as_object_mut()) {
        let at = now.as_second();
        fields.insert("timestamp".to_owned(), at.to_string().into());
        fields.insert("sign".to_owned(), base64(&hmac(format!("{at}\n{key}").as_bytes(), b"")).into());
    }
    body
}

pub(super) fn verdict(code: i64) -> Verdict {
    match code {
        // frequency limited, by robot and by group
        11232 | 11247 | 230020 => Verdict::Later(Some(MINUTE)),
        // no such token; sign match fail or timestamp is not within one hour; ip not allowed; key words not found
        19001 | 19021 | 19022 | 19024 => Verdict::Shut,
        _ => Verdict::No,
    }
}
