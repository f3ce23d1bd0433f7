//! 钉钉: signed in the query; 20 messages a minute, and who goes beyond is shut out for ten minutes.

use super::Verdict;
use crate::digest::{base64, hmac, percent};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

/// `timestamp` and `sign`: the key over instant and key.
pub(super) fn query(key: &str, now: Timestamp) -> String {
    let at = now.as_millisecond();
    let sign = base64(&hmac(key.as_bytes(), format!("{at}\n{key}").as_bytes()));
    format!("timestamp={at}&sign={}", percent(&sign))
}

pub(super) fn body(text: &str) -> Json {
    json!({ "msgtype": "text", "text": { "content": text }, "at": { "isAtAll": false } })
}

pub(super) fn verdict(code: i64) -> Verdict {
    match code {
        // send too fast, exceed 20 times per minute; slowed down
        130101 | 302033 | 410100 => Verdict::Later(Some(SignedDuration::from_mins(10))),
        // webhook over limit: the number of calls that the account has
        90030 => Verdict::Later(Some(SignedDuration::from_hours(1))),
        // keywords not in content, sign not match, ip not in whitelist: what the robot's settings ask for;
        // no such token, the robot is off, the group is gone
        310000 | 300001 | 300005 | 400013 | 400101 | 400102 => Verdict::Shut,
        _ => Verdict::No,
    }
}
