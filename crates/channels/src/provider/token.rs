//! A token that is fetched first: once for many messages, and again when it is over or not taken any more.

use crate::digest::percent;
use crate::email::Secret;
use crate::fate::{Fate, Rejection};
use crate::http::{self, Ask};
use crate::reach::Reach;
use crate::spoken;
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use model::provider::{Match, at, plain};
use serde_json::{Map, Value as Json};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a token may take to come.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where a token comes from.
#[derive(Clone, Debug)]
pub struct Auth {
    /// The address.
    pub url: Secret,
    /// Headers to send along.
    pub headers: Vec<(String, Secret)>,
    /// What is sent.
    pub content: Content,
    /// The way to the token in the answer.
    pub json: String,
    /// How long it is used.
    pub lasts: SignedDuration,
    /// What an answer to a message says where the token is not taken, beside 401.
    pub refresh_on: Match,
}

/// What is sent for a token.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing: a GET.
    Nothing,
    /// Fields as JSON.
    Json(Vec<(String, Secret)>),
    /// Fields as a form (OAuth 2).
    Form(Vec<(String, Secret)>),
}

impl Auth {
    pub(super) fn check(&self, reach: &Reach) -> Result<(), String> {
        reach.address(self.url.reveal()).map_err(|refused| format!("auth: {refused}"))?;
        self.headers.iter().try_for_each(|(name, value)| http::header(name, value.reveal()).map(drop))
    }

    fn request(&self, reach: &Reach) -> Result<Ask, String> {
        let address = reach.address(self.url.reveal()).map_err(|refused| refused.to_string())?;
        let headers = self.headers.iter().map(|(name, value)| http::header(name, value.reveal()));
        let mut headers: Vec<_> = headers.collect::<Result<_, String>>()?;
        let (method, body) = match &self.content {
            Content::Nothing => (Method::GET, String::new()),
            Content::Json(fields) => {
                headers.push(http::json_type());
                let fields = fields.iter().map(|(name, value)| (name.clone(), value.reveal().into()));
                (Method::POST, Json::Object(fields.collect::<Map<_, _>>()).to_string())
            }
            Content::Form(fields) => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                headers.push((CONTENT_TYPE, form));
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{}={}", percent(name), percent(value.reveal())))
                    .collect();
                (Method::POST, fields.join("&"))
            }
        };
        Ok(Ask { method, address, headers, body: body.into_bytes() })
    }

    async fn fetch(&self, reach: &Reach, now: Timestamp) -> Result<Secret, Fate> {
        let refused = |status, words: &str| spoken::rejected(Rejection::Configuration, status, words);
        let request = self.request(reach).map_err(|why| refused(0, &format!("token: {why}")))?;
        let answer = http::ask(reach, request, TIMEOUT, now).await;
        // No message was sent, so whatever happened here, a later try is a first one.
        let answer = answer.map_err(|silence| spoken::later(0, &format!("token: {}", silence.why), None))?;
        let json = answer.json();
        let token = at(&json, &self.json).and_then(plain).filter(|token| !token.is_empty());
        match token {
            Some(token) if (200..300).contains(&answer.status) => Ok(Secret::new(token)),
            Some(_) | None => {
                let words = format!("token: HTTP {}, and nothing at {}", answer.status, self.json);
                Err(match answer.status {
                    429 | 500..=599 => spoken::later(answer.status, &words, answer.wait),
                    _ => refused(answer.status, &words),
                })
            }
        }
    }
}

/// The token that was fetched last.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Option<(Secret, Timestamp)>>);

impl Cache {
    /// The token; many who ask at once wait for one who fetches it.
    pub(super) async fn get(&self, auth: &Auth, reach: &Reach, now: Timestamp) -> Result<Secret, Fate> {
        let mut kept = self.0.lock().await;
        if let Some((token, until)) = kept.as_ref()
            && now < *until
        {
            return Ok(token.clone());
        }
        let token = auth.fetch(reach, now).await?;
        *kept = Some((token.clone(), now.checked_add(auth.lasts).unwrap_or(Timestamp::MAX)));
        Ok(token)
    }

    /// This one is not taken any more. One that was fetched since stays.
    pub(super) async fn forget(&self, token: &Secret) {
        let mut kept = self.0.lock().await;
        if kept.as_ref().is_some_and(|(own, _)| own == token) {
            *kept = None;
        }
    }
}
