//! Consent and suppression: what a person allowed, and what must never happen again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a message travels. Consent and suppression are kept per channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// A declared channel of another kind (`message: … via: …`).
    Message,
}

impl Medium {
    /// `email`, `sms`, `message`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Message => "message",
        }
    }
    /// The customer attribute that holds the address on this medium.
    pub fn address_attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms | Self::Message => "phone",
        }
    }
}

/// One change of consent. Append-only; the latest by `at` counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// What about: a topic of the model (`marketing`).
    pub topic: String,
    /// On which channel; `None`: on every one.
    pub medium: Option<Medium>,
    /// Granted, or withdrawn.
    pub granted: bool,
    /// When the person said so.
    pub at: Timestamp,
    /// Where they said it: a form's name, an import, a workflow.
    pub source: String,
    /// What shows that they did. Decisions do not look at it.
    #[serde(default)]
    pub proof: Proof,
}

impl Consent {
    /// The word for programs, with what proves it.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "topic": self.topic,
            "channel": self.medium.map(Medium::as_str),
            "granted": self.granted,
            "at": self.at,
            "source": self.source,
            "basis": self.proof.basis,
            "wording": self.proof.wording,
            "asked_at": self.proof.asked_at,
        })
    }
}

/// What shows that a word of consent was said, and what it was about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// On what it rests: `sign-up form`, `contract`; `None`: nobody wrote it down.
    pub basis: Option<String>,
    /// The exact words that they agreed to; in the record only their hash, `sha256:` and 64 hexadecimal digits.
    /// `None`: not known.
    pub wording: Option<String>,
    /// When they were asked to confirm by mail (double opt-in); `None`: they were not.
    pub asked_at: Option<Timestamp>,
    /// Hash of the link in that mail, which they followed, in the same form.
    pub token: Option<String>,
}

impl Proof {
    /// Only on what it rests.
    pub fn of_basis(basis: Option<String>) -> Self {
        Self { basis, ..Self::default() }
    }
}

/// The consents of one customer: the latest per (topic, medium).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consents(pub BTreeMap<(String, Option<Medium>), (bool, Timestamp)>);

impl Consents {
    /// What these words come to, of those that `is_spoken` by their instant; where none is yet, the first
    /// one about it holds.
    pub fn of(words: &[Consent], is_spoken: impl Fn(Timestamp) -> bool) -> Self {
        let mut in_order: Vec<&Consent> = words.iter().collect();
        in_order.sort_by_key(|word| word.at);
        let mut known = Self::default();
        for word in in_order {
            if is_spoken(word.at) || !known.0.contains_key(&(word.topic.clone(), word.medium)) {
                known.apply(word);
            }
        }
        known
    }

    /// Takes a change in. An older one than what is known changes nothing; of two at one instant the
    /// withdrawal wins.
    pub fn apply(&mut self, consent: &Consent) {
        let key = (consent.topic.clone(), consent.medium);
        let known = self.0.get(&key).copied();
        let newer = match known {
            None => true,
            Some((granted, at)) => consent.at > at || (consent.at == at && granted && !consent.granted),
        };
        if newer {
            self.0.insert(key, (consent.granted, consent.at));
        }
    }

    /// Whether a message of this topic may go on this medium: the later of the word for this medium and
    /// the word for all of them decides; nothing said means no.
    pub fn allow(&self, topic: &str, medium: Medium) -> bool {
        let here = self.0.get(&(topic.to_owned(), Some(medium)));
        let everywhere = self.0.get(&(topic.to_owned(), None));
        match (here, everywhere) {
            (None, None) => false,
            (Some((granted, _)), None) | (None, Some((granted, _))) => *granted,
            (Some(a), Some(b)) if a.1 == b.1 => a.0 && b.0,
            (Some(a), Some(b)) => {
                if a.1 > b.1 {
                    a.0
                } else {
                    b.0
                }
            }
        }
    }
}

/// An address that must not be written to, whatever consent says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suppression {
    /// The channel; `None`: all of them.
    pub medium: Option<Medium>,
    /// Only messages of this topic; `None`: all messages.
    pub topic: Option<String>,
    /// Why: `hard_bounce`, `complaint`, `manual`, or a workflow's own words.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Until when, exclusive; `None`: for ever.
    pub until: Option<Timestamp>,
}

/// The reason of the suppression that stays of a customer who was forgotten.
pub const FORGOTTEN: &str = "forgotten";

impl Suppression {
    /// The word for programs.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "channel": self.medium.map(Medium::as_str),
            "topic": self.topic,
            "reason": self.reason,
            "at": self.at,
            "until": self.until,
        })
    }
    /// Whether it is what stays of a customer who was forgotten: no import brings them back.
    pub fn is_tombstone(&self) -> bool {
        self.reason == FORGOTTEN
    }
    /// Whether it forbids a message of this topic on this medium at this instant.
    pub fn forbids(&self, topic: Option<&str>, medium: Medium, now: Timestamp) -> bool {
        self.medium.is_none_or(|m| m == medium)
            && self.topic.as_deref().is_none_or(|t| Some(t) == topic)
            && self.at <= now
            && self.until.is_none_or(|until| now < until)
    }
}
