//! Channels by HTTP, made of what the files and the secrets say.

use super::Secrets;
use crate::letter::Told;
use channels::email::Secret;
use channels::provider::{self, Account, Content, Provider};
use channels::webhook::{Key, Webhook};
use channels::{Reach, Robot, Spoken};
use dsl::library::{Auth, Channel, Chat, HttpJsonChannel, RobotChannel, Setting, SignedBy, WebhookChannel};
use jiff::{SignedDuration, Timestamp};
use model::provider::Match;
use model::{Outgoing, Rate};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// A channel by HTTP.
#[derive(Debug)]
pub(crate) struct Caller {
    speaks: Speaks,
    /// How often it speaks at most.
    pub(crate) rate: Rate,
    /// The hash of its address: what was closed is this one.
    pub(crate) address: String,
}

#[derive(Debug)]
enum Speaks {
    Webhook(Webhook),
    Provider(Box<Provider>),
    Robot(Robot),
}

impl Caller {
    /// Says it.
    pub(crate) async fn say(
        &self,
        reach: &Reach,
        outgoing: &Outgoing,
        told: &Told,
        now: Timestamp,
    ) -> Spoken {
        match (&self.speaks, told) {
            (Speaks::Webhook(webhook), Told::Fields(fields)) => {
                let body = serde_json::Value::Object(fields.clone()).to_string().into_bytes();
                webhook.post(reach, outgoing.id.as_str(), now, body).await
            }
            (Speaks::Provider(provider), Told::Call(call)) => provider.say(reach, call, now).await,
            (Speaks::Robot(robot), Told::Line(text)) => robot.say(reach, text, now).await,
            // The file has changed since the engine was made: it is said when the engine knows the new one.
            (Speaks::Webhook(_) | Speaks::Provider(_) | Speaks::Robot(_), _) => Spoken::changed(),
        }
    }
}

/// Looks up what a file names.
struct Desk<'s> {
    reach: &'s Reach,
    secrets: &'s Secrets,
}

/// The caller of a channel; `None`: it is not one by HTTP. `Err`: what the operator has to set right.
pub(super) fn of(channel: &Channel, reach: &Reach, secrets: &Secrets) -> Result<Option<Caller>, String> {
    let desk = Desk { reach, secrets };
    let (speaks, rate, url) = match channel {
        Channel::Webhook(webhook) => (desk.webhook(webhook)?, webhook.rate, &webhook.url),
        Channel::Robot(robot) => {
            let rate = robot.rate.unwrap_or_else(|| chat(robot.chat).usual_rate());
            (desk.robot(robot)?, rate, &robot.url)
        }
        Channel::HttpJson(provider) => (desk.provider(provider)?, provider.rate, &provider.url),
        Channel::Smtp(_) | Channel::File { .. } | Channel::ByHand { .. } => return Ok(None),
    };
    let address = hashed(desk.value(url)?.reveal());
    Ok(Some(Caller { speaks, rate, address }))
}

/// What tells one address from another without telling it: it may hold a key.
pub(super) fn hashed(address: &str) -> String {
    let digest = Sha256::digest(address.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn chat(chat: Chat) -> channels::Chat {
    match chat {
        Chat::WeCom => channels::Chat::WeCom,
        Chat::DingTalk => channels::Chat::DingTalk,
        Chat::Feishu => channels::Chat::Feishu,
        Chat::Slack => channels::Chat::Slack,
    }
}

impl Desk<'_> {
    fn secret(&self, name: &str) -> Result<Secret, String> {
        (self.secrets)(name).map(Secret::new).ok_or_else(|| format!("the secret {name} is not set"))
    }

    fn value(&self, setting: &Setting) -> Result<Secret, String> {
        match setting {
            Setting::Plain(text) => Ok(Secret::new(text.clone())),
            Setting::Secret(name) => self.secret(name),
        }
    }

    fn values(&self, settings: &[(String, Setting)]) -> Result<Vec<(String, Secret)>, String> {
        settings.iter().map(|(name, setting)| Ok((name.clone(), self.value(setting)?))).collect()
    }

    fn webhook(&self, webhook: &WebhookChannel) -> Result<Speaks, String> {
        let keys = match &webhook.key {
            Some(name) => Key::all(&self.secret(name)?).map_err(|why| format!("the secret {name}: {why}"))?,
            None => Vec::new(),
        };
        let headers: Vec<(String, String)> = self
            .values(&webhook.headers)?
            .into_iter()
            .map(|(name, value)| (name, value.reveal().to_owned()))
            .collect();
        let url = self.value(&webhook.url)?;
        let timeout = Duration::from_secs(u64::from(webhook.timeout_seconds));
        Webhook::new(self.reach, url.reveal(), &headers, keys, timeout).map(Speaks::Webhook)
    }

    fn robot(&self, robot: &RobotChannel) -> Result<Speaks, String> {
        let key = robot.key.as_ref().map(|name| self.secret(name)).transpose()?;
        let url = self.value(&robot.url)?;
        Robot::new(self.reach, chat(robot.chat), url.reveal(), key).map(Speaks::Robot)
    }

    fn provider(&self, provider: &HttpJsonChannel) -> Result<Speaks, String> {
        let secrets: Result<BTreeMap<String, Secret>, String> = provider
            .body
            .iter()
            .flat_map(dsl::library::Content::secrets)
            .map(|name| Ok((name.to_owned(), self.secret(name)?)))
            .collect();
        let url = match &provider.url {
            // Each message brings its own.
            Setting::Plain(text) if text.contains("{{") => None,
            Setting::Plain(_) | Setting::Secret(_) => Some(self.value(&provider.url)?),
        };
        let sign = provider.sign.as_ref().map(|sign| {
            let account = Account {
                id: self.secret(&sign.key_id)?.reveal().to_owned(),
                key: self.secret(&sign.key)?,
                action: sign.action.clone(),
                version: sign.version.clone(),
                region: sign.region.clone(),
            };
            Ok::<_, String>(match sign.by {
                SignedBy::Aliyun => provider::Sign::Aliyun(account),
                SignedBy::Tencent => provider::Sign::Tencent(account),
            })
        });
        let settings = provider::Settings {
            url,
            method: provider.method.word().parse().map_err(|_| "the method is none".to_owned())?,
            headers: self.values(&provider.headers)?,
            secrets: secrets?,
            sign: sign.transpose()?,
            auth: provider.auth.as_ref().map(|auth| self.auth(auth)).transpose()?,
            success: provider.success.clone().unwrap_or_else(|| Match::of_status([(200, 299)])),
            retry_on: provider.retry_on.clone(),
            bounce_on: provider.bounce_on.clone(),
            keep: provider.keep.clone(),
            timeout: Duration::from_secs(u64::from(provider.timeout_seconds)),
        };
        Provider::new(self.reach, settings).map(|provider| Speaks::Provider(Box::new(provider)))
    }

    fn auth(&self, auth: &Auth) -> Result<provider::Auth, String> {
        let fields = self.values(&auth.fields)?;
        Ok(provider::Auth {
            url: self.value(&auth.url)?,
            headers: self.values(&auth.headers)?,
            content: match (fields.is_empty(), auth.form) {
                (true, _) => Content::Nothing,
                (false, true) => Content::Form(fields),
                (false, false) => Content::Json(fields),
            },
            json: auth.json.clone(),
            lasts: SignedDuration::from_millis(auth.lasts.approximate_ms()),
            refresh_on: auth.refresh_on.clone(),
        })
    }
}
