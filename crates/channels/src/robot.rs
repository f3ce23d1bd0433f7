//! Robots of group chats: a line of text to colleagues. Each has its own signature, its own length and its own way
//! to say no, mostly with HTTP 200.

mod dingtalk;
mod feishu;
mod slack;
mod wecom;

use crate::email::Secret;
use crate::fate::Rejection;
use crate::http::{self, Answer, Ask};
use crate::reach::{Address, Reach};
use crate::spoken::{self, Spoken};
use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use model::Rate;
use serde_json::Value as Json;
use std::num::NonZeroU32;
use std::time::Duration;

/// How long a robot may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Whose robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chat {
    /// 企业微信.
    WeCom,
    /// 钉钉.
    DingTalk,
    /// 飞书 and Lark.
    Feishu,
    /// An incoming webhook of Slack.
    Slack,
}

impl Chat {
    /// How often its robots may speak, where the file says nothing: as their makers document it.
    pub fn usual_rate(self) -> Rate {
        let a_minute = |most| NonZeroU32::new(most).map_or_else(Rate::default, Rate::per_minute);
        match self {
            Self::WeCom | Self::DingTalk => a_minute(20),
            Self::Feishu => Rate { per_second: NonZeroU32::new(5), ..a_minute(100) },
            Self::Slack => Rate { per_second: NonZeroU32::new(1), ..Rate::default() },
        }
    }

    /// The longest text in bytes; a longer one is cut.
    fn longest(self) -> usize {
        match self {
            Self::WeCom => 2_048,
            Self::DingTalk => 15_000,
            Self::Feishu => 18_000,
            Self::Slack => 30_000,
        }
    }
}

/// A robot, checked once.
#[derive(Clone, Debug)]
pub struct Robot {
    chat: Chat,
    address: Address,
    key: Option<Secret>,
}

/// How an answer is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// It stands in the chat.
    Said,
    /// Later.
    Later(Option<SignedDuration>),
    /// Our robot is refused, whatever it says: an operator is needed.
    Shut,
    /// This message is refused.
    No,
    /// It is no answer of such a robot.
    Odd,
}

impl Robot {
    /// The address that the chat shows for it, and its signing key, where it has one. `Err`: what is wrong,
    /// without the values.
    pub fn new(reach: &Reach, chat: Chat, url: &str, key: Option<Secret>) -> Result<Self, String> {
        let address = reach.address(url).map_err(|refused| refused.to_string())?;
        Ok(Self { chat, address, key })
    }

    /// Says a text.
    pub async fn say(&self, reach: &Reach, text: &str, now: Timestamp) -> Spoken {
        let text = cut(&calm(text), self.chat.longest());
        let key = self.key.as_ref().map(Secret::reveal);
        let (query, body) = match self.chat {
            Chat::WeCom => (None, wecom::body(&text)),
            Chat::DingTalk => (key.map(|key| dingtalk::query(key, now)), dingtalk::body(&text)),
            Chat::Feishu => (None, feishu::body(&text, key, now)),
            Chat::Slack => (None, slack::body(&text)),
        };
        let address = match query {
            Some(query) if self.address.query().is_empty() => self.address.clone().with_query(&query),
            Some(query) => self.address.clone().with_query(&format!("{}&{query}", self.address.query())),
            None => self.address.clone(),
        };
        let body = body.to_string().into_bytes();
        let ask = Ask { method: Method::POST, address, headers: vec![http::json_type()], body };
        match http::ask(reach, ask, TIMEOUT, now).await {
            Ok(answer) => Spoken::of(self.judge(&answer)),
            Err(silence) => Spoken::of(spoken::silent(&silence)),
        }
    }

    fn judge(&self, answer: &Answer) -> crate::Fate {
        let text = answer.body.as_deref().unwrap_or_default();
        let (code, words, verdict) = match self.chat {
            Chat::Slack => (None, text.to_owned(), slack::verdict(answer.status, text, answer.wait)),
            Chat::WeCom | Chat::DingTalk | Chat::Feishu => match answer.status {
                429 => (None, String::new(), Verdict::Later(Some(answer.wait.unwrap_or(MINUTE)))),
                500..=599 => (None, String::new(), Verdict::Later(answer.wait)),
                200..=499 => self.by_code(text),
                _ => (None, String::new(), Verdict::Odd),
            },
        };
        let code = code.map_or_else(String::new, |code| format!(" {code}"));
        let words = format!("HTTP {}{code} {words}", answer.status);
        match verdict {
            Verdict::Said => spoken::accepted(answer.status, &words),
            Verdict::Later(wait) => spoken::later(answer.status, &words, wait),
            Verdict::Shut => spoken::rejected(Rejection::Configuration, answer.status, &words),
            Verdict::No => spoken::rejected(Rejection::Policy, answer.status, &words),
            Verdict::Odd => spoken::unknown(answer.status, &words),
        }
    }

    /// HTTP 200 says nothing: the number in the body does.
    fn by_code(&self, text: &str) -> (Option<i64>, String, Verdict) {
        let json: Json = serde_json::from_str(text).unwrap_or_default();
        let number = |name: &str| json.get(name).and_then(Json::as_i64);
        let said = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (code, words) = match self.chat {
            Chat::WeCom | Chat::DingTalk => (number("errcode"), said("errmsg")),
            Chat::Feishu => (number("code").or_else(|| number("StatusCode")), said("msg")),
            Chat::Slack => (None, String::new()),
        };
        let verdict = match (code, self.chat) {
            (None, _) => Verdict::Odd,
            (Some(0), _) => Verdict::Said,
            // All three: the system is busy.
            (Some(-1), _) => Verdict::Later(None),
            (Some(code), Chat::WeCom) => wecom::verdict(code),
            (Some(code), Chat::DingTalk) => dingtalk::verdict(code),
            (Some(code), Chat::Feishu) => feishu::verdict(code),
            (Some(_), Chat::Slack) => Verdict::Odd,
        };
        (code, words, verdict)
    }
}

/// A text that calls nobody: what a customer is named or writes must not ring for a whole group. The signs that
/// chats take for a call become their full-width twins, which read alike.
fn calm(text: &str) -> String {
    const CALLS: [&str; 6] = ["all", "所有人", "everyone", "here", "channel", "全体"];
    let mut out = String::with_capacity(text.len());
    let mut left = text;
    while let Some(letter) = left.chars().next() {
        let rest = left.get(letter.len_utf8()..).unwrap_or_default();
        let begins =
            |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        out.push(match letter {
            '@' if CALLS.into_iter().any(begins) => '＠',
            '<' if ["@", "!", "#", "at ", "at>", "/at>", "at\t", "at\n"].into_iter().any(begins) => '＜',
            other => other,
        });
        left = rest;
    }
    out
}

/// At most so many bytes, ended by `…` where something was cut.
fn cut(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let room = longest - '…'.len_utf8();
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests;
