//! 企业微信: the address holds the key; text of up to 2,048 bytes, 20 messages a minute.

use super::{MINUTE, Verdict};
use serde_json::{Value as Json, json};

pub(super) fn body(text: &str) -> Json {
    json!({ "msgtype": "text", "text": { "content": text } })
}

pub(super) fn verdict(code: i64) -> Verdict {
    match code {
        // api freq out of limit
        45009 | 45033 => Verdict::Later(Some(MINUTE)),
        // invalid webhook url; the robot was taken out of the group; no permission; the address is not allowed
        93000 | 93008 | 93017 | 48002 | 60020 => Verdict::Shut,
        _ => Verdict::No,
    }
}
