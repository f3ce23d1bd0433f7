//! Channels: how to speak.

use super::Library;
use crate::step::{Colleague, TextTemplate};
use model::provider::Match;
use model::{Length, Medium, OnUnknown, Rate, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A channel.
#[derive(Clone, Debug, PartialEq)]
pub enum Channel {
    /// Mail by SMTP.
    Smtp(SmtpChannel),
    /// Another system, by HTTP.
    Webhook(WebhookChannel),
    /// A provider of messages, by HTTP and JSON.
    HttpJson(Box<HttpJsonChannel>),
    /// A robot of a group chat: it reaches colleagues.
    Robot(RobotChannel),
    /// Messages written to a folder.
    File {
        /// The folder, below the project's.
        folder: String,
    },
    /// A colleague sends it: the message becomes a task of theirs, and is sent when the task is done.
    ByHand {
        /// Who.
        to: Colleague,
    },
}

/// Whom a channel can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaches {
    /// Customers, each by an address of their own.
    Customers,
    /// Colleagues, all at once.
    Colleagues,
    /// Both.
    Both,
}

impl Channel {
    /// Whom it can reach.
    pub fn reaches(&self) -> Reaches {
        match self {
            Self::Smtp(_) | Self::File { .. } | Self::ByHand { .. } => Reaches::Customers,
            Self::Robot(_) => Reaches::Colleagues,
            Self::Webhook(_) | Self::HttpJson(_) => Reaches::Both,
        }
    }

    /// The word of its kind in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Webhook(_) => "webhook",
            Self::HttpJson(_) => "http_json",
            Self::Robot(robot) => robot.chat.word(),
            Self::File { .. } => "file",
            Self::ByHand { .. } => "by_hand",
        }
    }

    /// What happens to a message whose fate is unknown, where the channel says it.
    pub fn on_unknown(&self) -> Option<OnUnknown> {
        match self {
            Self::Smtp(smtp) => smtp.on_unknown,
            Self::HttpJson(provider) => provider.on_unknown,
            // The other system knows a repeated call by its id.
            Self::Webhook(_) => Some(OnUnknown::Resend),
            Self::Robot(_) | Self::File { .. } | Self::ByHand { .. } => None,
        }
    }
}

impl Library {
    /// The channel that a message takes; `None`: none is declared for it.
    pub fn channel_of(&self, medium: Medium, via: Option<&str>) -> Option<&Channel> {
        match (via, medium) {
            (Some(name), _) => self.channels.get(name),
            (None, Medium::Email) => {
                self.channels.values().find(|channel| matches!(channel, Channel::Smtp(_)))
            }
            (None, Medium::Sms | Medium::Message) => None,
        }
    }
}

/// `kind: webhook`.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookChannel {
    /// Where to.
    pub url: Setting,
    /// The secret's name that holds the key which it is signed with (`whsec_…`); `None`: it is not signed.
    pub key: Option<String>,
    /// Headers to send along, by name.
    pub headers: Vec<(String, Setting)>,
    /// How long it may take to answer, 1 to 60 seconds. Default 10.
    pub timeout_seconds: u32,
    /// How often it is called at most. Default: as often as there is something.
    pub rate: Rate,
}

/// Whose robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chat {
    /// 企业微信.
    WeCom,
    /// 钉钉.
    DingTalk,
    /// 飞书.
    Feishu,
    /// Slack.
    Slack,
}

impl Chat {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::WeCom => "wecom",
            Self::DingTalk => "dingtalk",
            Self::Feishu => "feishu",
            Self::Slack => "slack",
        }
    }
}

/// `kind: wecom | dingtalk | feishu | slack`.
#[derive(Clone, Debug, PartialEq)]
pub struct RobotChannel {
    /// Whose.
    pub chat: Chat,
    /// Where to.
    pub url: Setting,
    /// The secret's name that holds its signing key (DingTalk, Feishu); `None`: it has none.
    pub key: Option<String>,
    /// How often it speaks at most; `None`: as its maker allows.
    pub rate: Option<Rate>,
}

/// `kind: http_json`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpJsonChannel {
    /// Where to. Written out it may have tags behind the host, whose values are encoded.
    pub url: Setting,
    /// How it asks. Default POST.
    pub method: Method,
    /// Headers to send along, by name.
    pub headers: Vec<(String, Setting)>,
    /// What is sent as JSON; `None`: nothing.
    pub body: Option<Content>,
    /// Stands before each text as `【…】`, unless the text begins with it; `None`: nothing.
    pub signature: Option<String>,
    /// What an answer says where the message was taken; `None`: any 2xx.
    pub success: Option<Match>,
    /// What it says where another try may succeed, beside 429 and 503.
    pub retry_on: Match,
    /// What it says where the address does not work: it is suppressed.
    pub bounce_on: Match,
    /// The way to the provider's own id of the message; `None`: the beginning of the answer is kept.
    pub keep: Option<String>,
    /// How often it is called at most. Default: as often as there is something.
    pub rate: Rate,
    /// `hold` or `resend` for every message on this channel; `None`: by the message's class.
    pub on_unknown: Option<OnUnknown>,
    /// Where a token comes from; `None`: none is needed.
    pub auth: Option<Box<Auth>>,
    /// How each call is signed; `None`: it is not.
    pub sign: Option<Box<Sign>>,
    /// How long it may take to answer, 1 to 60 seconds. Default 10.
    pub timeout_seconds: u32,
}

/// How a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET: everything stands in the address.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
}

impl Method {
    /// As HTTP says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A value of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A text with tags: always one text of JSON, whatever the values hold.
    Text(TextTemplate),
    /// `{{vars}}` by itself: the variables of the message, as fields.
    Vars,
    /// A number, yes or no.
    Literal(Value),
    /// Nothing.
    Null,
    /// A secret, by its name.
    Secret(String),
    /// A list.
    List(Vec<Content>),
    /// Fields, in the author's order.
    Map(Vec<(String, Content)>),
}

impl Content {
    /// The secrets that it names.
    pub fn secrets(&self) -> BTreeSet<&str> {
        match self {
            Self::Secret(name) => BTreeSet::from([name.as_str()]),
            Self::List(items) => items.iter().flat_map(Self::secrets).collect(),
            Self::Map(fields) => fields.iter().flat_map(|(_, value)| value.secrets()).collect(),
            Self::Text(_) | Self::Vars | Self::Literal(_) | Self::Null => BTreeSet::new(),
        }
    }
}

/// `auth:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Auth {
    /// Where to.
    pub url: Setting,
    /// Headers to send along, by name.
    pub headers: Vec<(String, Setting)>,
    /// What is sent, and whether as a form (OAuth 2) or as JSON; empty: nothing, by GET.
    pub fields: Vec<(String, Setting)>,
    /// As a form.
    pub form: bool,
    /// The way to the token in the answer.
    pub json: String,
    /// How long a token is used.
    pub lasts: Length,
    /// What an answer to a message says where the token is not taken, beside 401.
    pub refresh_on: Match,
}

/// `sign:`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// How.
    pub by: SignedBy,
    /// The secret's name that holds the key's id.
    pub key_id: String,
    /// The secret's name that holds the key.
    pub key: String,
    /// The operation.
    pub action: String,
    /// The version of the interface.
    pub version: String,
    /// The region; empty: none is named.
    pub region: String,
}

/// Who wants a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// Alibaba Cloud.
    Aliyun,
    /// Tencent Cloud.
    Tencent,
}

/// A setting written out, or kept as a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// As it stands in the file.
    Plain(String),
    /// The secret's name.
    Secret(String),
}

/// `kind: smtp`.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpChannel {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `implicit` TLS (465, the default), `starttls`, or `none` (loopback and tests).
    pub tls: String,
    /// The secret's name that holds the user.
    pub user: Option<String>,
    /// The secret's name that holds the password.
    pub password: Option<String>,
    /// Connections at once. Default 8.
    pub connections: u32,
    /// `hold` (default) or `resend` for every message on this channel; `None`: by the message's class.
    pub on_unknown: Option<OnUnknown>,
    /// How many mails go at most, all together. Default: any number.
    pub rate: Rate,
    /// How many go to a mailbox provider, by its name: one of [`model::MAILBOXES`], or a domain.
    pub providers: BTreeMap<String, Rate>,
    /// How many go to each other provider. Default: any number.
    pub other: Rate,
}
