//! A provider of messages by HTTP and JSON: SMS, WeChat, push, anything. What is said is JSON that we encode
//! ourselves, what came of it is judged as the file says, and a token is fetched first where one is needed.

pub mod aliyun;
pub mod tencent;
mod token;

use crate::digest::percent;
use crate::email::Secret;
use crate::fate::{Fate, Rejection};
use crate::http::{self, Answer, Ask};
use crate::reach::{Address, Reach};
use crate::spoken::{self, Spoken};
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use model::provider::{Match, at, plain};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;
pub use token::{Auth, Content};

/// Stands in a body for the token that is fetched; no text of a customer can hold it.
pub const TOKEN: &str = "\0token\0";
/// Where an address or a header of the file takes the token.
const TAG: &str = "{{token}}";
/// How many characters of an answer are kept where the file names nothing of it.
const KEPT: usize = 200;

/// How a request is signed.
#[derive(Clone, Debug)]
pub enum Sign {
    /// Alibaba Cloud: ACS3-HMAC-SHA256.
    Aliyun(Account),
    /// Tencent Cloud: TC3-HMAC-SHA256.
    Tencent(Account),
}

/// Whose account is billed, and for what.
#[derive(Clone, Debug)]
pub struct Account {
    /// The key's id.
    pub id: String,
    /// The key.
    pub key: Secret,
    /// The operation, such as `SendSms`.
    pub action: String,
    /// The version of the interface, such as `2017-05-25`.
    pub version: String,
    /// The region; empty: none is named.
    pub region: String,
}

/// What a provider is told of itself: everything of the file, with its secrets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address; `None`: each message brings its own.
    pub url: Option<Secret>,
    /// GET, POST or PUT.
    pub method: Method,
    /// Headers to send along; `{{token}}` in them is the token.
    pub headers: Vec<(String, Secret)>,
    /// Secrets that the body names, by their names.
    pub secrets: BTreeMap<String, Secret>,
    /// How it is signed; `None`: not at all.
    pub sign: Option<Sign>,
    /// Where a token comes from; `None`: none is needed.
    pub auth: Option<Auth>,
    /// What an answer says where the message was taken. Default: any 2xx.
    pub success: Match,
    /// What it says where another try may succeed, beside 429 and 503.
    pub retry_on: Match,
    /// What it says where the address does not work.
    pub bounce_on: Match,
    /// The way to the provider's own id of the message; `None`: the beginning of the answer is kept.
    pub keep: Option<String>,
    /// How long the exchange may take once the connection stands.
    pub timeout: Duration,
}

/// One message as the file wants it said.
#[derive(Clone, Debug)]
pub struct Call {
    /// The send's id.
    pub id: String,
    /// The address with the message's values in it, each encoded; `None`: the settings' own.
    pub url: Option<String>,
    /// The body; null: none.
    pub body: Json,
}

/// A provider, checked once.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    address: Option<Address>,
    token: token::Cache,
}

/// The name that a body gives to a secret in it.
pub fn secret_tag(name: &str) -> String {
    format!("\0secret {name}\0")
}

impl Provider {
    /// `Err`: what is wrong with the settings, without the values.
    pub fn new(reach: &Reach, settings: Settings) -> Result<Self, String> {
        let address = match &settings.url {
            Some(url) if !url.reveal().contains(TAG) => {
                Some(reach.address(url.reveal()).map_err(|refused| refused.to_string())?)
            }
            Some(url) => {
                let tried = url.reveal().replace(TAG, "token");
                reach.address(&tried).map_err(|refused| refused.to_string())?;
                None
            }
            None => None,
        };
        for (name, value) in &settings.headers {
            http::header(name, &value.reveal().replace(TAG, "token"))?;
        }
        if let Some(auth) = &settings.auth {
            auth.check(reach)?;
        }
        Ok(Self { settings, address, token: token::Cache::default() })
    }

    /// Says a message. A token that is not taken any more is fetched anew once, within the same try: nothing was
    /// sent by the first.
    pub async fn say(&self, reach: &Reach, call: &Call, now: Timestamp) -> Spoken {
        let Some(auth) = &self.settings.auth else {
            return match self.ask(reach, call, "", now).await {
                Ok(answer) => Spoken::of(self.judge(answer)),
                Err(spoken) => spoken,
            };
        };
        let mut token = match self.token.get(auth, reach, now).await {
            Ok(token) => token,
            Err(fate) => return Spoken::of(fate),
        };
        for fresh in [false, true] {
            let answer = match self.ask(reach, call, token.reveal(), now).await {
                Ok(answer) => answer,
                Err(spoken) => return spoken,
            };
            let json = answer.json();
            let stale = answer.status == 401 || auth.refresh_on.any(answer.status, &json);
            if fresh || !stale {
                return Spoken::of(self.judge(answer));
            }
            self.token.forget(&token).await;
            token = match self.token.get(auth, reach, now).await {
                Ok(token) => token,
                Err(fate) => return Spoken::of(fate),
            };
        }
        Spoken::of(spoken::later(401, "the token is not taken", None))
    }

    async fn ask(&self, reach: &Reach, call: &Call, token: &str, now: Timestamp) -> Result<Answer, Spoken> {
        let refused = |why: &str| Spoken::of(spoken::rejected(Rejection::Configuration, 0, why));
        let request = self.request(reach, call, token, now).map_err(|why| refused(&why))?;
        http::ask(reach, request, self.settings.timeout, now)
            .await
            .map_err(|silence| Spoken::of(spoken::silent(&silence)))
    }

    fn request(&self, reach: &Reach, call: &Call, token: &str, now: Timestamp) -> Result<Ask, String> {
        let settings = &self.settings;
        let own = settings.url.as_ref().map(Secret::reveal);
        let address = match (&call.url, own, &self.address) {
            (None, _, Some(address)) => address.clone(),
            (Some(url), _, _) => {
                let url = url.replace(TAG, &percent(token));
                reach.address(&url).map_err(|refused| refused.to_string())?
            }
            (None, Some(url), None) => {
                let url = url.replace(TAG, &percent(token));
                reach.address(&url).map_err(|refused| refused.to_string())?
            }
            (None, None, None) => return Err("the channel has no address".to_owned()),
        };
        let mut headers = Vec::new();
        let mut bears = false;
        for (name, value) in &settings.headers {
            bears |= value.reveal().contains(TAG);
            headers.push(http::header(name, &value.reveal().replace(TAG, token))?);
        }
        let body = self.fill(&call.body, token);
        let named = [own.unwrap_or_default(), call.url.as_deref().unwrap_or_default()];
        let placed = bears || named.iter().any(|url| url.contains(TAG)) || holds(&call.body, TOKEN);
        if !token.is_empty() && !placed {
            headers.push(http::header("authorization", &format!("Bearer {token}"))?);
        }
        match &settings.sign {
            Some(Sign::Aliyun(account)) => aliyun::request(account, address, headers, &body, &call.id, now),
            Some(Sign::Tencent(account)) => tencent::request(account, address, headers, &body, now),
            None if body.is_null() => {
                Ok(Ask { method: settings.method.clone(), address, headers, body: Vec::new() })
            }
            None => {
                if !headers.iter().any(|(name, _)| name == hyper::header::CONTENT_TYPE) {
                    headers.push(http::json_type());
                }
                let body = body.to_string().into_bytes();
                Ok(Ask { method: settings.method.clone(), address, headers, body })
            }
        }
    }

    /// The body with secrets and the token where it names them. Texts are only ever whole values of JSON.
    fn fill(&self, body: &Json, token: &str) -> Json {
        match body {
            Json::String(text) if text.contains('\0') => {
                let mut text = text.replace(TOKEN, token);
                for (name, secret) in &self.settings.secrets {
                    text = text.replace(&secret_tag(name), secret.reveal());
                }
                Json::String(text)
            }
            Json::Array(items) => items.iter().map(|item| self.fill(item, token)).collect(),
            Json::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), self.fill(value, token))).collect()
            }
            Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => body.clone(),
        }
    }

    /// What an answer means.
    fn judge(&self, answer: Answer) -> Fate {
        let settings = &self.settings;
        let json = answer.json();
        let status = answer.status;
        let words = self.kept(&answer, &json);
        if settings.success.all(status, &json) {
            return spoken::accepted(status, &words);
        }
        if settings.retry_on.any(status, &json) || matches!(status, 429 | 503) {
            return spoken::later(status, &words, answer.wait);
        }
        if settings.bounce_on.any(status, &json) {
            return spoken::rejected(Rejection::Permanent, status, &words);
        }
        match status {
            // Our account, our key, our address: no message fares better.
            401 | 403 | 404 | 407 | 410 => spoken::rejected(Rejection::Configuration, status, &words),
            300..=499 => spoken::rejected(Rejection::Policy, status, &words),
            // It may have been taken before something broke.
            500..=599 => spoken::unknown(status, &words),
            // A success by its status, and the answer is not there to be read.
            _ if answer.body.is_none() || json.is_null() => spoken::unknown(status, &words),
            _ => spoken::rejected(Rejection::Policy, status, &words),
        }
    }

    /// What of an answer is kept with the send: the provider's id, else how the answer begins.
    fn kept(&self, answer: &Answer, json: &Json) -> String {
        let id = self.settings.keep.as_ref().and_then(|way| Some((way, plain(at(json, way)?)?)));
        if let Some((way, id)) = id {
            return format!("HTTP {} {way} {id}", answer.status);
        }
        let body = answer.body.as_deref().unwrap_or_default();
        format!("HTTP {} {}", answer.status, body.chars().take(KEPT).collect::<String>())
    }
}

impl Answer {
    /// The body as JSON; null: it is none.
    pub(crate) fn json(&self) -> Json {
        self.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
    }
}

/// Whether a text stands anywhere in a body.
fn holds(body: &Json, text: &str) -> bool {
    match body {
        Json::String(own) => own.contains(text),
        Json::Array(items) => items.iter().any(|item| holds(item, text)),
        Json::Object(fields) => fields.values().any(|field| holds(field, text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The headers of a signature, which stand after those of the file.
pub(crate) type Headers = Vec<(HeaderName, HeaderValue)>;

/// A random-looking text that no two requests share.
pub(crate) fn nonce(id: &str, now: Timestamp) -> String {
    crate::digest::sha256(format!("{id} {}", now.as_nanosecond()).as_bytes()).chars().take(32).collect()
}

/// How long a token is used where its provider does not say.
pub const USUAL_TOKEN: SignedDuration = SignedDuration::from_secs(7_000);

#[cfg(test)]
mod tests;
